//! What a receipt says, from the facts fixed at issue and the payment.

use serde::{Deserialize, Serialize};

use sha2::{Digest, Sha256};

use crate::{
    domain::{
        money::Dong,
        payment::Report,
        time::{Day, Timestamp},
    },
    store::engine::SeriesRow,
};

/// A person paid for, as the receipt prints them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaidFor {
    /// Name.
    pub name: String,
    /// Address.
    pub address: String,
    /// Document number, masked.
    pub document: Option<String>,
}

/// What every receipt for a notice prints whoever pays: fixed when the notice is issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiptFacts {
    /// The form of the receipt.
    pub form: String,
    /// The body above the collector.
    pub superior: Option<String>,
    /// Who collects.
    pub collector: String,
    /// The office, where one does.
    pub office: Option<String>,
    /// The collector's tax code.
    pub tax_code: Option<String>,
    /// The place in the date line.
    pub place: Option<String>,
    /// The court.
    pub court: String,
    /// Number of the notice, `12/TB-TA`.
    pub notice_number: String,
    /// Day of the notice.
    pub notice_on: Day,
    /// Number of the case.
    pub case_number: String,
    /// For whom.
    pub paid_for: Vec<PaidFor>,
}

/// Everything that goes into the canonical record of a new receipt.
pub(super) struct Issue<'a> {
    pub(super) facts: &'a ReceiptFacts,
    pub(super) series: &'a SeriesRow,
    pub(super) code: &'a str,
    pub(super) issued_at: Timestamp,
    pub(super) amount: Dong,
    pub(super) report: &'a Report,
    /// Name and address that the payer gave before paying.
    pub(super) payer: Option<(&'a str, Option<&'a str>)>,
}

/// The record and its hash.
pub(super) struct Record {
    pub(super) form_version: String,
    pub(super) text: String,
    pub(super) hash: [u8; 32],
}

/// The canonical record: JSON with sorted keys. No payment id is on it.
pub(super) fn record(issue: &Issue<'_>) -> Record {
    let facts = issue.facts;
    let by_bank = issue.report.counterparty.name.as_deref();
    let payer = by_bank.or(issue.payer.map(|(name, _)| name));
    let record = serde_json::json!({
        "form": facts.form,
        "symbol": issue.series.symbol,
        "number": issue.series.last_number,
        "code": issue.code,
        "issued_at": issue.issued_at.to_string(),
        "amount": issue.amount,
        "payer": payer,
        "payer_address": issue.payer.and_then(|(_, address)| address),
        "paid_at": issue.report.paid_at.map(|at| at.to_string()),
        "paid_on": issue.report.paid_on.to_string(),
        "paid_basis": issue.report.paid_basis,
        "source": issue.report.source,
        "transaction": issue.report.bank_reference.as_deref().unwrap_or(&issue.report.source_id),
        "facts": facts,
    });
    let text = record.to_string();
    let hash = Sha256::digest(text.as_bytes()).into();
    Record { form_version: facts.form.clone(), text, hash }
}
