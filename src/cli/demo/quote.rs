//! What a claim costs each who makes it, as the clerk reads it at the desk before a notice is drafted.

use super::{
    cast::{Case, Claim, dong},
    html,
    stage::Stage,
    story::{court_staff, must, wrong},
};
use crate::{
    cli::{Failure, Outcome, open},
    words::Lang,
};

/// What somebody must owe: the fee that it comes from, where there is one, and the advance.
struct Owed {
    name: &'static str,
    fee: Option<i64>,
    advance: i64,
}

/// Reads every step of the computation: the fee is among them, the advance at their end.
pub(super) async fn quote(stage: &Stage, (case, claim): (&Case, &Claim), id: &str) -> Outcome {
    let (clerk, _) = court_staff(stage, case.court)?;
    let page = clerk.seated().await?.open(&format!("/desk/cases/{id}/assessment")).await?;
    for owed in owed(case, claim)? {
        let caption = format!("<span lang=\"vi\">{}</span></caption>", owed.name);
        let rows = html::rows(&page.text, &caption);
        let steps =
            rows.iter().filter_map(|row| Some((html::text(row.first()?), html::text(row.last()?))));
        let steps: Vec<(String, String)> = steps.collect();
        let step = format!("quote {} {}", case.number, owed.name);
        let shown = |amount| html::text(&Lang::Vi.money(dong(amount)));
        if let Some(fee) = owed.fee.map(shown) {
            let fees = steps.iter().filter(|(step, _)| is_fee(step));
            must(&step, &fees.map(|(_, amount)| amount).any(|amount| *amount == fee), &true)?;
        }
        let last = steps.last().map(|(step, amount)| (step.as_str(), amount.as_str()));
        must(&step, &last, &Some(("Phải nộp", shown(owed.advance).as_str())))?;
        let said: Vec<String> =
            steps.iter().map(|(step, amount)| format!("{step} {amount}")).collect();
        open::say(&format!("{step}: {}", said.join("; ")))?;
    }
    Ok(())
}

/// A step that gives a fee: a bracket's or a fixed one.
fn is_fee(step: &str) -> bool {
    step.starts_with("Án phí") || step.starts_with("Mức thu")
}

/// Who owes for a claim: each notice is one payer's. A claim that is relieved whole has no notice,
/// and its payer owes nothing.
fn owed(case: &Case, claim: &Claim) -> Result<Vec<Owed>, Failure> {
    let name = |place: usize| {
        // A debt of several people stands on the first.
        let party = claim.by.get(place).or_else(|| claim.by.first())?;
        case.parties.get(*party).map(|(_, person)| person.name)
    };
    let nobody = || wrong("quote", format!("{}: nobody makes {}", case.number, claim.text));
    let dues = claim.notices.iter().enumerate().map(|(place, due)| {
        let name = name(place).ok_or_else(nobody)?;
        Ok(Owed { name, fee: Some(due.fee), advance: due.advance })
    });
    let relieved = claim.relief.map(|_| {
        let name = name(0).ok_or_else(nobody)?;
        Ok(Owed { name, fee: None, advance: 0 })
    });
    dues.chain(relieved).collect()
}
