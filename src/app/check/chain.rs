//! I-12: the audit chains, what their entries bind, their heads and the anchor; and what is seen
//! on the way of posting groups (I-01) and of beneficiaries (I-21).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Deserialize;
use uuid::Uuid;

use super::{digest, findings::Findings};
use crate::{
    app::anchor::{Anchored, AnchoredHead},
    domain::time::Timestamp,
    store::{
        StoreError, Tx,
        check::{ChainId, EntryRow, GroupRow, HeadRow, PostingRow},
    },
};

/// Entries that are read and judged at once.
const PAGE: i64 = 1_000;

/// What an entry lists as written with it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Effects {
    receipts: Vec<Uuid>,
    postings: Vec<Uuid>,
}

/// What the entries of one page bind, and where their orders are paid to.
#[derive(Default)]
struct Bound {
    receipts: HashMap<Uuid, Vec<u8>>,
    groups: HashMap<Uuid, GroupRow>,
    postings: HashMap<Uuid, Vec<PostingRow>>,
    standing: HashMap<Uuid, (Uuid, Uuid)>,
}

/// A chain on the way from its first entry to its head.
struct Walk<'a> {
    of: ChainId,
    anchored: Option<&'a AnchoredHead>,
    seq: i64,
    hash: Vec<u8>,
    bound: (i64, i64),
}

/// Walks every chain.
pub(super) async fn judge(
    tx: &mut Tx,
    anchor: Option<&Anchored>,
    found: &mut Findings,
) -> Result<(), StoreError> {
    let heads: BTreeMap<ChainId, HeadRow> =
        tx.check_heads().await?.into_iter().map(|head| (head.of.clone(), head)).collect();
    let anchored: BTreeMap<ChainId, &AnchoredHead> = anchor
        .iter()
        .flat_map(|anchor| &anchor.heads)
        .map(|head| (ChainId { chain: head.chain.clone(), chain_id: head.id }, head))
        .collect();
    if anchor.is_none() {
        found.note("I-12", "no anchor: that the newest entries are all there is not shown");
    }
    let mut chains: BTreeSet<ChainId> = tx.check_chains().await?.into_iter().collect();
    chains.extend(heads.keys().chain(anchored.keys()).cloned());
    let (mut receipts, mut groups) = (0, 0);
    for of in chains {
        let head = heads.get(&of);
        let anchored = anchored.get(&of).copied();
        let mut walk = Walk { of, anchored, seq: 0, hash: vec![0; 32], bound: (0, 0) };
        walk.go(tx, found).await?;
        walk.end(head, found);
        receipts += walk.bound.0;
        groups += walk.bound.1;
    }
    if (receipts, groups) != tx.check_to_bind().await? {
        for (table, id) in tx.check_unbound().await? {
            found.add("I-12", format!("{table} {id}: is bound to no audit entry"));
        }
    }
    Ok(())
}

impl Walk<'_> {
    async fn go(&mut self, tx: &mut Tx, found: &mut Findings) -> Result<(), StoreError> {
        let mut after = i64::MIN;
        loop {
            let page = tx.check_entries(&self.of, (after, PAGE)).await?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.seq;
            let listed: Vec<Option<Effects>> =
                page.iter().map(|row| serde_json::from_str(&row.effects).ok()).collect();
            let bound = bound(tx, &page, &listed).await?;
            for (row, listed) in page.iter().zip(&listed) {
                self.follow(row, found);
                self.own(row, found);
                match listed {
                    Some(listed) => self.effects(row, listed, &bound, found),
                    None => self.wrong(row, "its list of effects does not read", found),
                }
                beneficiary(row, &bound, found);
            }
        }
    }

    fn name(&self, seq: i64) -> String {
        format!("{} {} entry {seq}", self.of.chain, self.of.chain_id)
    }

    fn wrong(&self, row: &EntryRow, wrong: &str, found: &mut Findings) {
        found.add("I-12", format!("audit_entry {}: {}: {wrong}", row.id, self.name(row.seq)));
    }

    /// Its place in the chain.
    fn follow(&mut self, row: &EntryRow, found: &mut Findings) {
        if row.seq != self.seq + 1 {
            let text = format!("audit_entry: {} is missing", self.name(self.seq + 1));
            found.add("I-12", text);
        } else if row.previous != self.hash {
            self.wrong(row, "does not follow the entry before it", found);
        }
        let anchored = self.anchored.filter(|head| head.seq == row.seq);
        if anchored.is_some_and(|head| head.hash != hex::encode(&row.hash)) {
            self.wrong(row, "was anchored with another hash", found);
        }
        self.seq = row.seq;
        self.hash.clone_from(&row.hash);
    }

    /// Its own facts. An erased payload leaves its digest.
    fn own(&self, row: &EntryRow, found: &mut Findings) {
        let payload = row.payload.as_ref().map(|text| digest::sha256(text.as_bytes()));
        if payload.is_some_and(|payload| payload != row.payload_digest) {
            self.wrong(row, "its payload has another digest", found);
        }
        if digest::entry(&self.of, row) != row.hash {
            self.wrong(row, "its facts have another hash", found);
        }
    }

    /// Receipts and posting groups written with it.
    fn effects(&mut self, row: &EntryRow, listed: &Effects, bound: &Bound, found: &mut Findings) {
        let mut receipts = Vec::new();
        for id in &listed.receipts {
            match bound.receipts.get(id) {
                Some(hash) => receipts.push(hash.as_slice()),
                None => self.wrong(row, &format!("receipt {id} is gone"), found),
            }
        }
        let mut groups = Vec::new();
        for id in &listed.postings {
            match bound.groups.get(id) {
                Some(group) => {
                    groups.push(group.digest.as_slice());
                    let postings = bound.postings.get(id).map_or(&[][..], Vec::as_slice);
                    group_of(row, group, postings, found);
                }
                None => self.wrong(row, &format!("posting_group {id} is gone"), found),
            }
        }
        if digest::effects(&receipts, &groups) != row.effects_digest {
            self.wrong(row, "its receipts and postings have another digest", found);
        }
        self.bound.0 += count(receipts.len());
        self.bound.1 += count(groups.len());
    }

    fn end(&self, head: Option<&HeadRow>, found: &mut Findings) {
        let whose = format!("{} {}", self.of.chain, self.of.chain_id);
        let at = match head {
            None => Some("the chain has no head".to_owned()),
            Some(head) if (head.seq, &head.hash) != (self.seq, &self.hash) => {
                Some(format!("the head is at {}, the last entry at {}", head.seq, self.seq))
            }
            Some(_) => None,
        };
        if let Some(wrong) = at {
            let table = if self.of.chain == "agency" { "receipt_series" } else { "audit_head" };
            found.add("I-12", format!("{table}: {whose}: {wrong}"));
        }
        if let Some(anchored) = self.anchored.filter(|anchored| anchored.seq > self.seq) {
            let text = format!("ends at {}, was anchored at {}", self.seq, anchored.seq);
            found.add("I-12", format!("audit_entry: {whose}: {text}"));
        }
    }
}

fn count(some: usize) -> i64 {
    i64::try_from(some).unwrap_or(i64::MAX)
}

async fn bound(
    tx: &mut Tx,
    page: &[EntryRow],
    listed: &[Option<Effects>],
) -> Result<Bound, StoreError> {
    let receipts: Vec<Uuid> = listed.iter().flatten().flat_map(|e| e.receipts.clone()).collect();
    let groups: Vec<Uuid> = listed.iter().flatten().flat_map(|e| e.postings.clone()).collect();
    let issued = page.iter().filter(|row| row.action == "notice.issued");
    let notices: Vec<Uuid> = issued.map(|row| row.entity_id).collect();
    let mut bound = Bound {
        receipts: tx.check_receipt_hashes(&receipts).await?.into_iter().collect(),
        groups: tx.check_groups(&groups).await?.into_iter().map(|row| (row.id, row)).collect(),
        ..Bound::default()
    };
    for row in tx.check_postings(&groups).await? {
        bound.postings.entry(row.group_id).or_default().push(row);
    }
    for row in tx.check_standing(&notices).await? {
        bound.standing.insert(row.notice_id, (row.id, row.account_version_id));
    }
    Ok(bound)
}

/// A posting group against its postings and the entry that binds it.
fn group_of(entry: &EntryRow, group: &GroupRow, postings: &[PostingRow], found: &mut Findings) {
    let mut wrong = |invariant, wrong: &str| {
        found.add(invariant, format!("posting_group {}: {wrong}", group.id));
    };
    if digest::group(&group.cause, postings) != group.digest {
        wrong("I-12", "its postings have another digest");
    }
    if group.posted_at != entry.at {
        wrong("I-12", "has another moment than its audit entry");
    }
    let of_payment = matches!(group.cause.as_str(), "payment" | "allocation");
    if of_payment && group.booked_on != Timestamp::new(group.posted_at).day().date() {
        wrong("I-12", "is booked on another day than it was posted");
    }
    if of_payment && postings.iter().any(|row| row.payment_id != group.payment_id) {
        wrong("I-12", "its postings are of another payment");
    }
    if postings.iter().any(|row| row.agency_id != group.agency_id) {
        wrong("I-01", "posts into the books of another agency");
    }
}

/// The account version that the judge's act names is the one that the order still has.
fn beneficiary(row: &EntryRow, bound: &Bound, found: &mut Findings) {
    let (Some(payload), Some((order, version))) =
        (&row.payload, bound.standing.get(&row.entity_id))
    else {
        return;
    };
    let payload: Option<serde_json::Value> = serde_json::from_str(payload).ok();
    let named = payload.as_ref().and_then(|payload| payload.get("account_version")?.as_str());
    if row.action == "notice.issued" && named.is_some_and(|named| named != version.to_string()) {
        let text = "goes to another account version than was issued";
        found.add("I-21", format!("payment_order {order}: {text}"));
    }
}
