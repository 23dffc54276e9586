//! Receipts, series by series: numbers and moments (I-06), record and hash (I-19).

use std::collections::BTreeMap;

use super::{digest, findings::Findings};
use crate::{
    app::anchor::Anchored,
    domain::time::Timestamp,
    store::{
        StoreError, Tx,
        check::{IssuedReceipt, SeriesNumbers},
    },
};

/// Receipts that are read and judged at once.
const PAGE: i64 = 1_000;

/// Walks every series from its first number.
pub(super) async fn judge(
    tx: &mut Tx,
    anchor: Option<&Anchored>,
    found: &mut Findings,
) -> Result<(), StoreError> {
    let series = tx.check_series().await?;
    for one in &series {
        let mut walk = Walk { series: one, number: 0, issued: None };
        loop {
            let page = tx.check_receipts(one.id, (walk.number, PAGE)).await?;
            for row in &page {
                walk.follow(row, found);
                record(one, row, found);
            }
            if page.is_empty() {
                break;
            }
        }
        walk.end(found);
    }
    for anchored in anchor.iter().flat_map(|anchor| &anchor.series) {
        let kept = series.iter().find(|one| one.id == anchored.id).map(|one| one.last_number);
        if kept.is_none_or(|kept| kept < anchored.last_number) {
            let at = kept.map_or("gone".to_owned(), |kept| format!("at {kept}"));
            let text = format!("is {at}, was anchored at {}", anchored.last_number);
            found.add("I-06", format!("receipt_series {}: {text}", anchored.id));
        }
    }
    Ok(())
}

struct Walk<'a> {
    series: &'a SeriesNumbers,
    number: i64,
    issued: Option<chrono::DateTime<chrono::Utc>>,
}

impl Walk<'_> {
    fn follow(&mut self, row: &IssuedReceipt, found: &mut Findings) {
        let series = self.series;
        let mut wrong = |wrong: String| found.add("I-06", format!("receipt {}: {wrong}", row.id));
        if row.number != self.number + 1 {
            let text =
                format!("number {} follows {} in {}", row.number, self.number, series.symbol);
            wrong(text);
        }
        if self.issued.is_some_and(|before| row.issued_at < before) {
            wrong(format!("number {} was issued before the number before it", row.number));
        }
        if i64::from(Timestamp::new(row.issued_at).day().year()) != series.year {
            wrong(format!("was issued in another year than {}", series.year));
        }
        if row.agency_id != series.agency_id {
            wrong(format!("is of another agency than its series {}", series.symbol));
        }
        self.number = row.number;
        self.issued = Some(row.issued_at);
    }

    fn end(&self, found: &mut Findings) {
        let series = self.series;
        if series.last_number != self.number {
            let text =
                format!("counts to {}, the last receipt is {}", series.last_number, self.number);
            found.add("I-06", format!("receipt_series {}: {text}", series.id));
        } else if series.last_issued_at != self.issued {
            let text = "keeps another moment than its last receipt has";
            found.add("I-06", format!("receipt_series {}: {text}", series.id));
        }
    }
}

/// The record's hash, and the columns that repeat what the record says.
fn record(series: &SeriesNumbers, row: &IssuedReceipt, found: &mut Findings) {
    let mut wrong = |wrong: &str| found.add("I-19", format!("receipt {}: {wrong}", row.id));
    if digest::sha256(row.record.as_bytes()) != row.content_hash {
        wrong("its record has another hash");
    }
    let said: BTreeMap<&str, &str> =
        row.record.lines().filter_map(|line| line.split_once('=')).collect();
    let says = |key: &str| said.get(key).copied().unwrap_or_default();
    let form = format!("{} {}", says("form.code"), says("form.effective"));
    let moment = digest::moment(row.issued_at);
    let number = says("number").parse::<i64>().ok();
    for (column, same) in [
        ("amount", says("amount") == row.amount.to_string()),
        ("code", says("code") == row.code),
        ("form_version", form == row.form_version),
        ("issued_at", says("issued_at") == moment),
        ("number", number == Some(row.number)),
        ("series", says("symbol") == series.symbol),
    ] {
        if !same {
            wrong(&format!("its {column} is not what its record says"));
        }
    }
}
