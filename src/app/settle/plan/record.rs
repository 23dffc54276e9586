//! What a receipt says, from the facts fixed at issue and the payment.

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        document::FormVersion,
        id::AgencyId,
        money::Dong,
        payment::{Report, Source},
        receipt::{Collector, Facts, LookupCode, Masked, Method, Numbering, Person, ReceiptNumber},
        time::{Day, Timestamp},
    },
    store::engine::SeriesRow,
};

use super::PlanError;

/// A person paid for, as the receipt prints them. The document is kept whole nowhere but in the
/// party's sealed column; here it is masked.
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
    /// Code of the receipt's form.
    pub form: String,
    /// The day from which that form counts.
    pub form_effective: Day,
    /// The body above the collector.
    pub superior: String,
    /// Who collects.
    pub collector: String,
    /// The collecting agency.
    pub agency: AgencyId,
    /// The office, where one does.
    pub office: Option<String>,
    /// The collector's tax code.
    pub tax_code: Option<String>,
    /// The place in the date line.
    pub place: String,
    /// The officer who answers for the receipt.
    pub officer: String,
    /// The court.
    pub court: String,
    /// For what, `tạm ứng án phí dân sự sơ thẩm`.
    pub purpose: String,
    /// Number of the notice, `12/2026/TB-TA`.
    pub notice_number: String,
    /// Day of the notice.
    pub notice_on: Day,
    /// For whom.
    pub paid_for: Vec<PaidFor>,
}

/// Everything that goes into a new receipt.
pub(super) struct Issue<'a> {
    pub(super) facts: &'a ReceiptFacts,
    pub(super) series: &'a SeriesRow,
    pub(super) code: LookupCode,
    pub(super) issued_at: Timestamp,
    pub(super) amount: Dong,
    pub(super) report: &'a Report,
    /// The provider's name, where a gateway took the money.
    pub(super) gateway: Option<&'a str>,
    /// Name and address that the payer gave before paying.
    pub(super) payer: Option<(&'a str, Option<&'a str>)>,
}

/// The receipt's facts. The payer is as the bank names them, else as they said before paying, else
/// the person whom the notice names.
pub(super) fn facts(issue: Issue<'_>) -> Result<Facts, PlanError> {
    let Issue { facts, series, report, .. } = issue;
    let persons: Vec<Person> = facts.paid_for.iter().map(person).collect();
    let named = persons.iter().map(|p| p.name.as_str()).collect::<Vec<_>>().join("; ");
    let by_bank = report.counterparty.name.as_deref().filter(|name| !name.trim().is_empty());
    let payer_name = by_bank.or(issue.payer.map(|(name, _)| name)).unwrap_or(&named);
    let number = u32::try_from(series.last_number)
        .ok()
        .and_then(|number| ReceiptNumber::new(number, Numbering::Electronic))
        .ok_or(PlanError::Missing("a number in the series"))?;
    Ok(Facts {
        form: FormVersion { code: facts.form.clone(), effective: facts.form_effective },
        collector: Collector {
            superior: facts.superior.clone(),
            agency: facts.collector.clone(),
            office: facts.office.clone(),
            tax_code: facts.tax_code.clone(),
            place: facts.place.clone(),
        },
        symbol: series.symbol.clone(),
        number,
        payer: Person {
            name: payer_name.to_owned(),
            address: issue.payer.and_then(|(_, address)| address).map(str::to_owned),
            document: None,
        },
        refund_to: named.clone(),
        persons,
        purpose: facts.purpose.clone(),
        notice_number: facts.notice_number.clone(),
        notice_day: facts.notice_on,
        court: facts.court.clone(),
        amount: issue.amount,
        method: match report.source {
            Source::Gateway => {
                Method::Gateway(issue.gateway.unwrap_or("cổng thanh toán").to_owned())
            }
            Source::Push | Source::Statement => Method::Transfer,
            Source::Counter => Method::Cash,
        },
        transaction: report.bank_reference.clone().or_else(|| Some(report.source_id.clone())),
        paid_at: report.paid_at,
        paid_on: report.paid_on,
        paid_basis: report.paid_basis,
        issued_at: issue.issued_at,
        officer: facts.officer.clone(),
        code: issue.code,
    })
}

fn person(paid_for: &PaidFor) -> Person {
    Person {
        name: paid_for.name.clone(),
        address: Some(paid_for.address.clone()).filter(|address| !address.is_empty()),
        document: paid_for.document.as_deref().map(Masked::of),
    }
}
