//! The receipt for the holder of its notice.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};

use super::visit::{Visit, file, see};
use crate::{
    app::{
        App, Error,
        holder::{Held, Receipt},
        lookup::Key,
    },
    domain::{receipt::Person, receipt_text::initials},
    web::pages::{
        self,
        badge::Badge,
        frame::{Step, Switch},
        qr::QrPath,
        receipt::{ReceiptFacts, ReceiptPage},
    },
};

/// `GET /n/{lookup}/bien-lai`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(lookup): Path<String>,
) -> Response {
    let held = match app.held(&lookup).await {
        Ok(held) => held,
        Err(error) => return visit.refuse(&error),
    };
    match shown(&app, &visit, &held) {
        Some(page) => pages::answer(StatusCode::OK, &page),
        None => see(&visit.href(&format!("/n/{}", held.opened.lookup))),
    }
}

fn shown(app: &App, visit: &Visit, held: &Held) -> Option<ReceiptPage> {
    let receipt = held.receipt.as_ref()?;
    let facts = held.receipt_facts.as_ref()?;
    let (side, path) = app.drawn(&app.receipt_text(held)?)?;
    let masked = held.opened.key == Key::Return;
    let name = |name: &str| if masked { initials(name) } else { name.to_owned() };
    let joined = |of: fn(&Person) -> Option<String>| {
        let texts: Vec<String> = facts.persons.iter().filter_map(of).collect();
        texts.join("; ")
    };
    let party = joined(|person| Some(person.name.clone()));
    let address = joined(|person| person.address.clone());
    let day = facts.notice_day.slashed();
    Some(ReceiptPage {
        frame: visit.paying(held, Step::Receipt, Switch::Link),
        lookup: held.opened.lookup.clone(),
        receipt: public_facts(receipt, &held.agency.name),
        changed: None,
        payer: name(&facts.payer.name),
        payer_address: facts.payer.address.clone().filter(|_| !masked),
        party: name(&party),
        party_address: (!masked && !address.is_empty()).then_some(address),
        refund_to: name(&facts.refund_to),
        reason: format!(
            "{} theo Thông báo số {} ngày {day} của {}",
            facts.purpose, facts.notice_number, facts.court
        ),
        reference: held.notice().reference.clone(),
        paid_at: facts.paid_at,
        paid_on: facts.paid_on,
        code: facts.code.spaced(),
        qr: QrPath::drawn(side, path),
    })
}

/// What anybody may know of a receipt.
pub(super) fn public_facts(receipt: &Receipt, agency: &str) -> ReceiptFacts {
    ReceiptFacts {
        symbol: receipt.symbol.clone(),
        number: receipt.number.to_string(),
        issued: receipt.issued_at.day(),
        amount: receipt.amount,
        agency: agency.to_owned(),
        badges: badges(receipt),
    }
}

/// Its state words; whether it was used is the court's own business.
fn badges(receipt: &Receipt) -> Vec<Badge> {
    let seal = if receipt.sealed_at.is_some() { Badge::Sealed } else { Badge::ToSeal };
    match receipt.state.as_str() {
        "voided" => vec![Badge::Voided],
        "replaced" => vec![Badge::ReceiptReplaced],
        "corrected" => vec![Badge::Valid, seal, Badge::Corrected],
        _ => vec![Badge::Valid, seal],
    }
}

/// `GET /n/{lookup}/bien-lai.pdf?kho=a5|a4`: the issued paper, the same bytes for ever.
pub(super) async fn paper(
    State(app): State<Arc<App>>,
    visit: Visit,
    Path(lookup): Path<String>,
) -> Response {
    let sheet = match visit.asked("kho") {
        Some("a4") => "a4",
        _ => "a5",
    };
    let paper = async {
        let held = app.held(&lookup).await?;
        let receipt = held.receipt.as_ref().filter(|_| held.opened.key != Key::Return);
        let receipt = receipt.ok_or(Error::NotFound)?;
        let name = format!("bien-lai-{}-{}.pdf", receipt.symbol.replace('/', "-"), receipt.number);
        Ok((name, app.receipt_pdf(receipt, sheet).await?))
    };
    match paper.await {
        Ok((name, bytes)) => file("application/pdf", &name, bytes),
        Err(error) => visit.refuse(&error),
    }
}
