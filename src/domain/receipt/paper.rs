//! A receipt on its form.

use super::{Facts, Method, Person, Receipt};
use crate::domain::{
    document::{Carried, Document, FillError, Filling, Form, Values, fill},
    money::in_words,
    payment::PaidBasis,
};

/// What the paper needs beside the receipt.
#[derive(Clone, Copy, Debug)]
pub struct Print<'a> {
    /// `a5` or `a4`.
    pub sheet: &'a str,
    /// The signed text for the QR code, `codec::receipt_text`.
    pub signed_text: &'a str,
    /// The host that people type, for checking.
    pub site: &'a str,
    /// How the sum comes about: step, sum, article, amount; stands on A4.
    pub steps: &'a [Vec<String>],
    /// The agency's telephone.
    pub phone: Option<&'a str>,
}

/// Stands where the seal will be named.
const UNSEALED: &str = "chờ ký số";

/// The receipt as it is kept at issue and printed for ever after; not sealed yet, as it is then.
pub fn issued(facts: &Facts, form: &Form, print: &Print<'_>) -> Result<Document, FillError> {
    let values = values(facts, print, UNSEALED);
    paper(facts, form, print, values)
}

/// The receipt as it stands now, for showing: with its seal, and a word across it when it does not
/// count any more.
pub fn standing(receipt: &Receipt, form: &Form, print: &Print<'_>) -> Result<Document, FillError> {
    let facts = receipt.facts();
    let seal = receipt.seal().map_or_else(
        || UNSEALED.to_owned(),
        |seal| format!("đã ký số: {}, {}", seal.signer, seal.at.spoken()),
    );
    let paper = paper(facts, form, print, values(facts, print, &seal))?;
    Ok(match receipt.standing() {
        super::Standing::Numbered | super::Standing::Corrected(_) => paper,
        super::Standing::Replaced { .. } => paper.stamped("ĐÃ THAY THẾ"),
        super::Standing::Voided(_) => paper.stamped("ĐÃ HỦY"),
    })
}

fn paper(
    facts: &Facts,
    form: &Form,
    print: &Print<'_>,
    values: Values,
) -> Result<Document, FillError> {
    let moment = facts.issued_at;
    let mut paper = fill(form, &Filling { sheet: print.sheet, variant: None, moment, values })?;
    paper.title = format!("{} {} số {}", form.title(), facts.symbol, facts.number);
    paper.carried = Some(Carried { text: print.signed_text.to_owned(), record: facts.record() });
    Ok(paper)
}

fn values(facts: &Facts, print: &Print<'_>, seal: &str) -> Values {
    let each = |fact: fn(&Person) -> Option<String>| listed(&facts.persons, fact);
    Values::new()
        .text("superior", &facts.collector.superior)
        .text("agency", &facts.collector.agency)
        .maybe("office", facts.collector.office.as_deref())
        .maybe("tax_code", facts.collector.tax_code.as_deref())
        .text("form", &facts.form.code)
        .text("symbol", &facts.symbol)
        .text("number", &facts.number.to_string())
        .text("payer", &facts.payer.name)
        .text("payer_source", payer_source(&facts.method))
        .maybe("payer_address", facts.payer.address.as_deref())
        .text("person", &each(|person| Some(person.name.clone())))
        .text("person_address", &each(|person| person.address.clone()))
        .text("document", &each(|person| person.document.as_ref().map(ToString::to_string)))
        .text("refund_to", &facts.refund_to)
        .text("purpose", &facts.purpose)
        .text("notice_number", &facts.notice_number)
        .text("notice_date", &facts.notice_day.in_document())
        .text("court", &facts.court)
        .text("amount", &facts.amount.to_string())
        .text("words", &in_words(facts.amount))
        .text("method", &method(facts))
        .text("paid", &paid(facts))
        .text("place", &facts.collector.place)
        .text("date", &facts.issued_at.day().in_document())
        .text("officer", &facts.officer)
        .text("seal", seal)
        .unbroken("code", &facts.code.spaced())
        .text("qr", print.signed_text)
        .text("site", print.site)
        .rows("steps", print.steps)
        .maybe("phone", print.phone)
}

/// One fact of each person: alone as it is, of several numbered in their order; nobody's is empty.
fn listed(persons: &[Person], fact: impl Fn(&Person) -> Option<String>) -> String {
    if let [person] = persons {
        return fact(person).unwrap_or_default();
    }
    let numbered = (1..)
        .zip(persons)
        .filter_map(|(index, person)| fact(person).map(|fact| format!("({index}) {fact}")));
    numbered.collect::<Vec<_>>().join("; ")
}

/// Who says the payer's name.
const fn payer_source(method: &Method) -> &'static str {
    match method {
        Method::Transfer => "theo báo có của ngân hàng",
        Method::Gateway(_) => "theo tin của tổ chức thanh toán",
        Method::Cash => "nộp tại quầy",
    }
}

/// The way the money came, with the code by which bank or provider know it.
fn method(facts: &Facts) -> String {
    let spoken = facts.method.spoken();
    match &facts.transaction {
        Some(code) => format!("{spoken}, mã giao dịch {code}"),
        None => spoken,
    }
}

/// When it was paid, and by whose clock.
fn paid(facts: &Facts) -> String {
    let when = facts.paid_at.map_or_else(
        || format!("ngày {}", facts.paid_on.slashed()),
        |moment| format!("{}", moment.in_vietnam().format("%H:%M:%S ngày %d/%m/%Y")),
    );
    let basis = match facts.paid_basis {
        PaidBasis::Provider => "theo giờ của ngân hàng, tổ chức thanh toán",
        PaidBasis::Statement => "theo sao kê ngân hàng",
        PaidBasis::Evidence => "theo chứng từ của người nộp, hai người xác nhận",
        PaidBasis::Received => "theo giờ nhận tin",
    };
    format!("{when} ({basis})")
}
