//! Who pays nothing or less (11-13): which relief reaches a part, and what it takes off.

use super::{
    error::{QuoteCode, QuoteError},
    input::PartyRelief,
    law::{Cover, Effect, Group, Law, Relief},
    ratio::Ratio,
    settings::Rules,
};
use crate::domain::money::Dong;

/// A relief that was granted, with the part that it takes off.
#[derive(Clone, Copy)]
pub(super) struct Grant<'a> {
    pub(super) relief: &'a Relief,
    pub(super) rate: Ratio,
}

impl Grant<'_> {
    /// Takes the whole: not payable, or exempt.
    fn is_whole(&self) -> bool {
        match self.relief.effect {
            Effect::NotPayable | Effect::Exempt => true,
            Effect::Reduced { .. } => false,
        }
    }

    /// What it takes off the part that it reaches, never more than that.
    pub(super) fn off(&self, rules: Rules<'_>, reached: Dong) -> Option<Dong> {
        if self.is_whole() {
            return Some(reached);
        }
        Some(rules.rounding().part(reached, self.rate)?.min(reached))
    }

    fn reaches(&self, cover: Cover, group: Group) -> bool {
        self.relief.covers.contains(&cover) && self.relief.groups.contains(&group)
    }
}

/// The relief of a claim, appeal or request; a reduction takes all that the law allows.
pub(super) fn of_claim<'a>(
    law: &'a Law,
    code: Option<&str>,
    field: &str,
) -> Result<Option<Grant<'a>>, QuoteError> {
    let Some(code) = code else { return Ok(None) };
    let relief = find(law, code, field)?;
    let rate = match relief.effect {
        Effect::NotPayable | Effect::Exempt => Ratio::ONE,
        Effect::Reduced { rate_max, .. } => rate_max,
    };
    Ok(Some(Grant { relief, rate }))
}

/// The relief of a person, checked.
pub(super) fn of_party<'a>(
    law: &'a Law,
    index: usize,
    asked: &PartyRelief,
) -> Result<Grant<'a>, QuoteError> {
    let field = |name| format!("reliefs[{index}].{name}");
    let relief = find(law, &asked.code, &field("code"))?;
    let (most, fixed) = match relief.effect {
        Effect::NotPayable | Effect::Exempt => (Ratio::ONE, true),
        Effect::Reduced { rate_max, fixed } => (rate_max, fixed),
    };
    let rate = asked.rate.unwrap_or(most);
    let refuse = |code, detail: String| Err(QuoteError::new(code, field("rate"), detail));
    if rate.is_zero() {
        return refuse(QuoteCode::BadInput, "a relief that takes nothing off is none".into());
    }
    if rate > most {
        return refuse(QuoteCode::ReliefRateTooHigh, format!("at most {most} is taken off"));
    }
    if fixed && rate != most {
        return refuse(QuoteCode::ReliefRateFixed, format!("exactly {most} is taken off"));
    }
    Ok(Grant { relief, rate })
}

fn find<'a>(law: &'a Law, code: &str, field: &str) -> Result<&'a Relief, QuoteError> {
    law.relief(code).ok_or_else(|| {
        let detail = format!("{} has no relief {code:?}", law.id());
        QuoteError::new(QuoteCode::UnknownRelief, field, detail)
    })
}

/// The one relief that works on a part: the first that takes the whole, else the first reduction.
/// `granted` names them in order: the claim's, then the person's.
pub(super) fn working<'a>(
    granted: impl Iterator<Item = Grant<'a>> + Clone,
    cover: Cover,
    group: Group,
) -> Option<Grant<'a>> {
    let mut reaching = granted.filter(|grant| grant.reaches(cover, group));
    reaching.clone().find(Grant::is_whole).or_else(|| reaching.next())
}
