//! Drafts: each claim, appeal or request checked, with its value and the item that it falls under.

use super::{
    error::{QuoteCode, QuoteError},
    input::{ACCUSED, Appeal, ChargeAsked, Claim, ClaimValue, PartClaimed},
    law::{CaseKind, ClaimKind, Fee, Instance, Law, Tariff},
    ratio::{Ratio, Rounding},
    relief::{self, Grant},
    step::{Step, Sum},
};
use crate::domain::money::Dong;

/// Why the law asks for no advance although there is a fee. Articles of Resolution 326, which also
/// rules an older case where it spares the party (48(1)).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoAdvance {
    /// The accused never pays one.
    Accused,
    /// Nobody does in a criminal case, but for an appeal against its civil part.
    Criminal,
    /// Who asks damages in an administrative case pays none for that.
    AdministrativeDamages,
}

impl NoAdvance {
    pub(super) fn article(self, law: &Law) -> String {
        let article = match self {
            Self::Accused => "22(1)",
            Self::Criminal => "22(2)",
            Self::AdministrativeDamages => "31(2)",
        };
        if law.id() == "nq326_2016" { article.to_owned() } else { format!("NQ326 {article}") }
    }
}

/// A line before its price.
pub(super) struct Draft<'a> {
    pub(super) claims: Vec<String>,
    pub(super) by: Vec<String>,
    pub(super) fee: &'a Fee,
    pub(super) case: CaseKind,
    pub(super) relief: Option<Grant<'a>>,
    pub(super) base: Option<Dong>,
    pub(super) quantity: i64,
    pub(super) part: Option<PartClaimed>,
    pub(super) separate: bool,
    pub(super) no_advance: Option<NoAdvance>,
    pub(super) steps: Vec<Step>,
}

fn refuse<T>(code: QuoteCode, field: String, detail: &str) -> Result<T, QuoteError> {
    Err(QuoteError::new(code, field, detail))
}

/// Somebody claims, appeals or asks.
fn somebody(by: &[String], field: String) -> Result<(), QuoteError> {
    if by.is_empty() { refuse(QuoteCode::BadInput, field, "nobody is named") } else { Ok(()) }
}

/// Damages are a part of administrative and criminal cases only (22, 31(2), 33).
fn part_allowed(case: CaseKind, part: Option<PartClaimed>, path: &str) -> Result<(), QuoteError> {
    let has_parts = matches!(case, CaseKind::Administrative | CaseKind::Criminal);
    if part.is_some() && !has_parts {
        return refuse(QuoteCode::PartNotAllowed, format!("{path}.part"), "this kind has no parts");
    }
    Ok(())
}

/// A claim, checked; none for one that only follows from another (D4).
pub(super) fn of_claim<'a>(
    law: &'a Law,
    case: CaseKind,
    index: usize,
    claim: &Claim,
) -> Result<Option<Draft<'a>>, QuoteError> {
    let path = format!("claims[{index}]");
    somebody(&claim.by, format!("{path}.by"))?;
    part_allowed(case, claim.part, &path)?;
    let (base, steps) = base(law, claim, &path)?;
    let accused = claim.role.as_deref() == Some(ACCUSED);
    // A claim in a criminal case is its civil part, whoever makes it (23(1)).
    let (of, no_advance) = match (case, claim.part) {
        (CaseKind::Criminal, _) if accused => (CaseKind::Civil, Some(NoAdvance::Accused)),
        (CaseKind::Criminal, _) => (CaseKind::Civil, Some(NoAdvance::Criminal)),
        (_, Some(PartClaimed::Damages)) => {
            (CaseKind::Civil, Some(NoAdvance::AdministrativeDamages))
        }
        (_, None) => (case, None),
    };
    let kind = if base.is_some() { ClaimKind::Value } else { ClaimKind::NoValue };
    let fee = law.fee_for(of, Instance::First, kind);
    if fee.is_none() && base.is_some() && !claim.ancillary {
        let field = "claims".to_owned();
        return match law.fee_for(of, Instance::First, ClaimKind::NoValue) {
            Some(_) => {
                refuse(QuoteCode::ValueNotAllowed, field, "this kind has no claims of value")
            }
            None => refuse(QuoteCode::NoScheduleItem, "case".into(), "the list has no such item"),
        };
    }
    let relief = relief::of_claim(law, claim.relief.as_deref(), &format!("{path}.relief"))?;
    if claim.ancillary {
        return Ok(None);
    }
    let Some(fee) = fee else {
        return refuse(QuoteCode::NoScheduleItem, "case".into(), "the list has no such item");
    };
    Ok(Some(Draft {
        claims: vec![claim.id.clone()],
        by: claim.by.clone(),
        fee,
        case: of,
        relief,
        base,
        quantity: 1,
        part: claim.part,
        separate: claim.separate,
        no_advance,
        steps,
    }))
}

/// The value that the fee is reckoned on, always rounded to the nearest đồng.
fn base(law: &Law, claim: &Claim, path: &str) -> Result<(Option<Dong>, Vec<Step>), QuoteError> {
    let field = format!("{path}.value");
    let too_large = || QuoteError::new(QuoteCode::ValueTooLarge, &field, "above the largest value");
    let in_limits = |value: Dong| {
        if value < law.limits().value_min {
            return refuse(QuoteCode::ValueNotPositive, field.clone(), "below the smallest value");
        }
        if value > law.limits().value_max { Err(too_large()) } else { Ok(value) }
    };
    let id = claim.id.clone();
    let (value, step) = match &claim.value {
        ClaimValue::None => {
            if claim.share.is_some() {
                let field = format!("{path}.share");
                return refuse(QuoteCode::BadShare, field, "a share of a claim without value");
            }
            return Ok((None, Vec::new()));
        }
        ClaimValue::Dong(value) => (*value, Sum::Value { claim: id.clone() }),
        ClaimValue::Foreign { currency, amount, rate } => {
            let value = Rounding::NEAREST_DONG.product(*amount, *rate).ok_or_else(too_large)?;
            let (currency, units) = (currency.clone(), *amount);
            (value, Sum::Foreign { claim: id.clone(), currency, units, rate: *rate })
        }
    };
    let value = in_limits(value)?;
    let mut steps = vec![Step::plain(step, value)];
    let Some(share) = claim.share else { return Ok((Some(value), steps)) };
    share_allowed(share, &format!("{path}.share"))?;
    let part = Rounding::NEAREST_DONG.part(value, share).ok_or_else(too_large)?;
    let part = in_limits(part)?;
    steps.push(Step::plain(Sum::Share { claim: id, value, share }, part));
    Ok((Some(part), steps))
}

/// A part of something is more than nothing and at most the whole.
pub(super) fn share_allowed(share: Ratio, field: &str) -> Result<(), QuoteError> {
    if share.is_zero() || share > Ratio::ONE {
        return refuse(QuoteCode::BadShare, field.to_owned(), "a share is above 0 and at most 1");
    }
    Ok(())
}

/// An appeal petition, checked: a line of its own (28, D8).
pub(super) fn of_appeal<'a>(
    law: &'a Law,
    case: CaseKind,
    index: usize,
    appeal: &Appeal,
) -> Result<Draft<'a>, QuoteError> {
    let path = format!("appeals[{index}]");
    somebody(&appeal.by, format!("{path}.by"))?;
    part_allowed(case, appeal.part, &path)?;
    let accused = appeal.role.as_deref() == Some(ACCUSED);
    let of = if appeal.part.is_some() { CaseKind::Civil } else { case };
    let no_advance = match (case, appeal.part) {
        (CaseKind::Criminal, _) if accused => Some(NoAdvance::Accused),
        (CaseKind::Criminal, None) => Some(NoAdvance::Criminal),
        (_, _) => None,
    };
    let relief = relief::of_claim(law, appeal.relief.as_deref(), &format!("{path}.relief"))?;
    let Some(fee) = law.fee_for(of, Instance::Appeal, ClaimKind::NoValue) else {
        return refuse(QuoteCode::NoScheduleItem, "case".into(), "the list has no such item");
    };
    Ok(Draft {
        claims: vec![appeal.id.clone()],
        by: appeal.by.clone(),
        fee,
        case: of,
        relief,
        base: None,
        quantity: 1,
        part: appeal.part,
        separate: true,
        no_advance,
        steps: Vec::new(),
    })
}

/// A request that bears a charge, checked.
pub(super) fn of_charge<'a>(law: &'a Law, charge: &ChargeAsked) -> Result<Draft<'a>, QuoteError> {
    let Some(fee) = law.charge(&charge.code) else {
        let detail = format!("{} has no charge {:?}", law.id(), charge.code);
        return refuse(QuoteCode::UnknownCharge, "charge".into(), &detail);
    };
    somebody(&charge.by, "by".into())?;
    let quantity = charge.quantity.unwrap_or(1);
    let counted = matches!(fee.tariff, Tariff::PerUnit { .. });
    let field = "quantity".to_owned();
    if quantity < 1 {
        return refuse(QuoteCode::QuantityNotPositive, field, "at least one is asked for");
    }
    if quantity > law.limits().quantity_max {
        return refuse(QuoteCode::QuantityTooLarge, field, "more than the table takes");
    }
    if quantity > 1 && !counted {
        return refuse(QuoteCode::BadInput, field, "this charge is not counted by pieces");
    }
    Ok(Draft {
        claims: Vec::new(),
        by: charge.by.clone(),
        fee,
        case: CaseKind::Charge,
        relief: relief::of_claim(law, charge.relief.as_deref(), "relief")?,
        base: None,
        quantity,
        part: None,
        separate: true,
        no_advance: None,
        steps: Vec::new(),
    })
}
