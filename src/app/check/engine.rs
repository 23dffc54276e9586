//! What only the engine can tell: assessments computed again (I-17), papers drawn again (I-19),
//! sessions and triggers of the database (I-18, I-22, I-24).

use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Asked, Reach, digest,
    findings::Findings,
    sample::{self, PAGE, Places},
};
use crate::{
    app::{papers::host, settle::RECEIPT_FORM},
    codec::pdf,
    domain::{
        fee::{self, LawSettings, Tree},
        receipt::{Facts, paper},
    },
    store::{
        StoreError, Tx,
        check::{KeptAssessment, KeptPaper},
    },
};

/// Tables that only grow; each has a trigger `_keeps` and one `_stays`.
const GROWING: [&str; 19] = [
    "account_version",
    "allocation",
    "assessment",
    "audit_entry",
    "blob",
    "inbox",
    "payment",
    "payment_reference",
    "posting",
    "posting_group",
    "receipt",
    "receipt_paper",
    "reference_data",
    "refused_file",
    "sighting",
    "sign_in",
    "state_change",
    "statement",
    "statement_line",
];

/// Assessments give the same result again, with their input, schedule and settings.
pub(super) async fn assessments(
    tx: &mut Tx,
    asked: &Asked<'_>,
    found: &mut Findings,
) -> Result<(), StoreError> {
    let places = sample::places(tx.assessment_extent().await?, asked.reach);
    tell_sample(&places, asked.reach, "I-17", found);
    let mut starts = starts(&places);
    while let Some(start) = starts.pop() {
        let page = tx.check_assessments((start, PAGE)).await?;
        if let (Places::All, Some(last)) = (&places, page.last()) {
            starts.push(last.id);
        }
        for row in page {
            if let Err(wrong) = recomputed(asked, &row) {
                found.add("I-17", format!("assessment {}: {wrong}", row.id));
            }
        }
    }
    Ok(())
}

fn starts(places: &Places) -> Vec<Uuid> {
    match places {
        Places::All => vec![Uuid::nil()],
        Places::Some(places) => places.clone(),
    }
}

fn tell_sample(places: &Places, reach: Reach, invariant: &'static str, found: &mut Findings) {
    if let (Places::Some(_), Reach::Sample(seed)) = (places, reach) {
        found.note(invariant, format!("a sample of 1000, seed {seed}; --full takes all"));
    }
}

fn recomputed(asked: &Asked<'_>, row: &KeptAssessment) -> Result<(), String> {
    let law = asked
        .tables
        .law
        .get(&row.schedule_id)
        .ok_or_else(|| format!("there is no schedule {}", row.schedule_id))?;
    if law.hash().to_string() != hex::encode(&row.schedule_sha256) {
        return Err(format!("the schedule {} has another content now", row.schedule_id));
    }
    let unreadable = |error: serde_json::Error| format!("does not read: {error}");
    let settings: Value = serde_json::from_str(&row.law_settings).map_err(unreadable)?;
    let settings: LawSettings = serde_json::from_value(json!({
        "rounding": settings.get("rounding"),
        "advance": { "value_floor": settings.get("value_floor") },
        "joint_relief": settings.get("joint_relief"),
    }))
    .map_err(unreadable)?;
    let kept: Value = serde_json::from_str(&row.result).map_err(unreadable)?;
    let tree: Tree = serde_json::from_str(&row.input).map_err(unreadable)?;
    let refused = |error: fee::QuoteError| format!("is refused now: {}", error.detail);
    let input = fee::advance_question(&asked.tables.law, &tree).map_err(refused)?;
    let quote = fee::quote(&asked.tables.law, &settings, &input).map_err(refused)?;
    if serde_json::to_value(&quote).map_err(unreadable)? != kept {
        return Err(format!("gives another result now (engine {} then)", row.engine_version));
    }
    Ok(())
}

/// Papers are the blobs that were kept, and this build draws a receipt the same way twice.
pub(super) async fn papers(
    tx: &mut Tx,
    asked: &Asked<'_>,
    found: &mut Findings,
) -> Result<(), StoreError> {
    let places = sample::places(tx.paper_extent().await?, asked.reach);
    tell_sample(&places, asked.reach, "I-19", found);
    let mut starts = starts(&places);
    while let Some(start) = starts.pop() {
        let mut page = tx.check_papers((start, PAGE)).await?;
        let last = page.last().map(|row| row.receipt_id);
        if let (Places::All, Some(last)) = (&places, last) {
            // The last receipt's second format may stand on the next page: take it whole there.
            let first = page.first().map(|row| row.receipt_id);
            let full = i64::try_from(page.len()) == Ok(PAGE);
            if full && first != Some(last) {
                page.retain(|row| row.receipt_id != last);
            }
            starts.extend(page.last().map(|row| row.receipt_id));
        }
        for row in page {
            if let Err(wrong) = kept_paper(asked, &row) {
                found.add(
                    "I-19",
                    format!("receipt_paper {} {}: {wrong}", row.receipt_id, row.format),
                );
            }
        }
    }
    Ok(())
}

fn kept_paper(asked: &Asked<'_>, row: &KeptPaper) -> Result<(), String> {
    let bytes = row.bytes.as_ref().ok_or("its bytes are gone")?;
    if digest::sha256(bytes) != row.sha256 {
        return Err("its bytes have another hash".to_owned());
    }
    // The record stands in the file's metadata, with the code that no other receipt has.
    let code = format!("code={}", row.code);
    if !bytes.windows(code.len()).any(|some| some == code.as_bytes()) {
        return Err("shows another receipt".to_owned());
    }
    // The larger sheet prints the computation too, which stands in its bytes only.
    if row.format == "a5" && draw(asked, row)? != draw(asked, row)? {
        return Err("is drawn differently each time".to_owned());
    }
    Ok(())
}

fn draw(asked: &Asked<'_>, row: &KeptPaper) -> Result<Vec<u8>, String> {
    let facts = Facts::from_record(&row.record).ok_or("its record does not read")?;
    let form = asked.tables.forms.get(RECEIPT_FORM).ok_or("its form is missing")?;
    let print = paper::Print {
        sheet: &row.format,
        signed_text: &row.signed_text,
        site: host(&row.signed_text).split('/').next().unwrap_or_default(),
        steps: &[],
        phone: None,
    };
    let document = paper::issued(&facts, form, &print).map_err(|error| error.to_string())?;
    pdf::render(&document).map_err(|error| error.to_string())
}

/// What the database itself vouches for.
pub(super) async fn database(tx: &mut Tx, found: &mut Findings) -> Result<(), StoreError> {
    for key in tx.unproven_keys().await? {
        found.add("I-18", format!("pg_constraint: {key}"));
    }
    match tx.idle_sessions().await? {
        Some(sessions) => {
            for session in sessions {
                found.add("I-22", format!("pg_stat_activity: {session}"));
            }
        }
        None => found.note("I-22", "SQLite tells nothing of other programs' transactions"),
    }
    let triggers = tx.refusing_triggers().await?;
    for table in GROWING {
        for kind in ["keeps", "stays"] {
            let name = format!("{table}_{kind}");
            if !triggers.contains(&name) {
                found.add("I-24", format!("{table}: the trigger {name} is missing or off"));
            }
        }
    }
    if let Some(run) = tx.open_retention().await? {
        found.note("I-24", format!("the retention run {run} is open: old rows may be removed"));
    }
    Ok(())
}
