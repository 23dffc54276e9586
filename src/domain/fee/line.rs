//! Lines: which claims are reckoned together, and what each line comes to.

use std::collections::{BTreeSet, HashMap};

use super::{
    draft::Draft,
    error::{QuoteCode, QuoteError},
    law::{CaseKind, Instance},
    quote::Line,
    ratio::Ratio,
    settings::Rules,
    step::{Step, Sum},
    tariff,
};
use crate::domain::money::Dong;

/// Adds up the claims of value that make one line (D3): the same parties, relief and part, and not
/// kept apart by the judge. Lines stand in the order of their first claim.
pub(super) fn join(drafts: Vec<Draft<'_>>) -> Result<Vec<Draft<'_>>, QuoteError> {
    let mut lines: Vec<Draft<'_>> = Vec::new();
    let mut bases: Vec<Vec<Dong>> = Vec::new();
    let mut open: HashMap<_, usize> = HashMap::new();
    for draft in drafts {
        let Some(base) = draft.base.filter(|_| !draft.separate) else {
            bases.push(draft.base.into_iter().collect());
            lines.push(draft);
            continue;
        };
        let parties: BTreeSet<String> = draft.by.iter().cloned().collect();
        let relief = draft.relief.as_ref().map(|grant| grant.relief.code.clone());
        let place = *open.entry((parties, relief, draft.part)).or_insert(lines.len());
        if let (Some(line), Some(bases)) = (lines.get_mut(place), bases.get_mut(place)) {
            line.claims.extend(draft.claims);
            line.steps.extend(draft.steps);
            bases.push(base);
        } else {
            bases.push(vec![base]);
            lines.push(draft);
        }
    }
    for (line, bases) in lines.iter_mut().zip(bases) {
        if bases.len() < 2 {
            continue;
        }
        let total = Dong::total(bases.iter().copied()).ok_or_else(sum_too_large)?;
        line.base = Some(total);
        line.steps.push(Step::plain(Sum::Added { bases }, total));
    }
    Ok(lines)
}

/// A sum that no amount can hold: only with absurdly many of the largest claims.
pub(super) fn sum_too_large() -> QuoteError {
    QuoteError::new(QuoteCode::ValueTooLarge, "claims", "the sum is too large to be held")
}

/// What a line comes to.
pub(super) fn price(
    rules: Rules<'_>,
    draft: &Draft<'_>,
    case: CaseKind,
    simplified: bool,
) -> Option<Line> {
    let mut priced = tariff::price(rules, draft.fee, draft.base, draft.quantity)?;
    let ordinary = priced.amount;
    if simplified {
        priced.simplify(rules)?;
    }
    let mut steps = draft.steps.clone();
    steps.append(&mut priced.steps);
    let (article, advance) = match draft.no_advance {
        Some(reason) => {
            let article = reason.article(rules.law);
            steps.push(Step::by(&article, Sum::NoAdvance, Dong::ZERO));
            (article, Dong::ZERO)
        }
        None => advance(rules, draft, case, ordinary, simplified, &mut steps)?,
    };
    Some(Line {
        claims: draft.claims.clone(),
        by: draft.by.clone(),
        code: draft.fee.code.clone(),
        item: draft.fee.item.clone(),
        article,
        base: draft.base,
        rate: priced.rate,
        amount: priced.amount,
        advance,
        steps,
    })
}

/// The advance on an ordinary fee (7), its floor, and the part that the simplified procedure leaves.
fn advance(
    rules: Rules<'_>,
    draft: &Draft<'_>,
    case: CaseKind,
    ordinary: Dong,
    simplified: bool,
    steps: &mut Vec<Step>,
) -> Option<(String, Dong)> {
    let rule = rules.law.advance();
    let appeal = draft.fee.instance == Instance::Appeal;
    let (article, rate) = match case {
        CaseKind::Charge => (&draft.fee.article, rule.charge_rate),
        CaseKind::Matter if appeal => (&rule.article_matter_appeal, rule.appeal_rate),
        CaseKind::Matter => (&rule.article_matter_first, rule.no_value_rate),
        CaseKind::Administrative if appeal => (&rule.article_administrative, rule.appeal_rate),
        CaseKind::Administrative => (&rule.article_administrative, rule.no_value_rate),
        CaseKind::Criminal => (&rule.article_criminal_appeal, rule.appeal_rate),
        CaseKind::Civil | CaseKind::Family | CaseKind::Commercial | CaseKind::Labour => {
            match draft.base {
                _ if appeal => (&rule.article_appeal, rule.appeal_rate),
                Some(_) => (&rule.article_first, rule.value_rate),
                None => (&rule.article_first, rule.no_value_rate),
            }
        }
    };
    let mut advance = rules.rounding().part(ordinary, rate)?;
    // A charge is paid whole when the request is made, and is no advance (17(3), 17(5)).
    if case != CaseKind::Charge || rate != Ratio::ONE {
        steps.push(Step::by(article, Sum::Advance { fee: ordinary, rate }, advance));
    }
    let floor = draft.base.and_then(|_| rules.advance_floor(draft.case));
    if let Some(floor) = floor.filter(|floor| *floor > advance) {
        steps.push(Step::by(article, Sum::AdvanceFloor { computed: advance }, floor));
        advance = floor;
    }
    if !simplified {
        return Some((article.clone(), advance));
    }
    let halved = rules.rounding().part(advance, rules.law.simplified().advance_rate)?;
    let sum = Sum::SimplifiedAdvance { advance, rate: rules.law.simplified().advance_rate };
    let article = &rule.article_simplified;
    steps.push(Step::by(article, sum, halved));
    Some((article.clone(), halved))
}
