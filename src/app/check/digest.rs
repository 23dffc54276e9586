//! The digests of I-12 and I-19, written a second time and from the description alone: nothing of
//! `domain::audit`, `domain::ledger` and `domain::receipt` is used, so that a mistake there shows.

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::{
    domain::time::vietnam,
    store::check::{ChainId, EntryRow, PostingRow},
};

/// SHA-256 of some bytes.
pub(super) fn sha256(bytes: &[u8]) -> Vec<u8> {
    Sha256::digest(bytes).to_vec()
}

/// A moment on Vietnam's clocks, RFC 3339, with as many digits of a second as there are.
pub(super) fn moment(at: DateTime<Utc>) -> String {
    at.with_timezone(&vietnam()).to_rfc3339_opts(SecondsFormat::AutoSi, false)
}

fn dash(text: Option<&str>) -> &str {
    text.unwrap_or("-")
}

/// H(hash before, line of facts, digest of the payload, digest of the effects).
pub(super) fn entry(of: &ChainId, row: &EntryRow) -> Vec<u8> {
    let facts = [
        of.chain.as_str(),
        &of.chain_id.to_string(),
        &row.seq.to_string(),
        &moment(row.at),
        &row.actor_kind,
        &row.actor,
        dash(row.address.as_deref()),
        dash(row.request_id.as_deref()),
        &row.action,
        &row.entity,
        &row.entity_id.to_string(),
    ];
    let line = facts.join("|") + "\n";
    sha256(&[&row.previous, line.as_bytes(), &row.payload_digest, &row.effects_digest].concat())
}

/// H("receipts", their content hashes, "postings", their groups' digests).
pub(super) fn effects(receipts: &[&[u8]], groups: &[&[u8]]) -> Vec<u8> {
    let whole = [b"receipts".as_slice(), &receipts.concat(), b"postings", &groups.concat()];
    sha256(&whole.concat())
}

/// H(cause, then a line for each posting).
pub(super) fn group(cause: &str, postings: &[PostingRow]) -> Vec<u8> {
    let id = |id: Option<Uuid>| id.map_or_else(|| "-".to_owned(), |id| id.to_string());
    let mut text = cause.to_owned();
    for row in postings {
        let line = [
            row.kind.clone(),
            row.agency_id.to_string(),
            id(row.account_id),
            row.side.clone(),
            row.amount.to_string(),
            id(row.notice_id),
            id(row.payment_id),
            id(row.case_id),
        ];
        text.push('\n');
        text.push_str(&line.join("|"));
    }
    sha256(text.as_bytes())
}
