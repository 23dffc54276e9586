//! Loading a law table from its file: nothing that could mislead the computation gets through.

use serde::{Deserialize, Deserializer, de};
use sha2::{Digest, Sha256};

use super::{
    law::{
        AdvanceRule, Band, Basis, CaseKind, ClaimKind, Collector, Cover, Disposal, Effect, Ending,
        Fee, Group, Instance, Law, LegalText, Limits, Relief, Scope, SimplifiedRule, TableHash,
        Tariff, Validity, ValueFloor,
    },
    ratio::{Ratio, Rounding, RoundingMode, RoundingUnit},
};
use crate::domain::{money::Dong, time::Day};

/// The format that this build reads.
const SCHEMA: i64 = 1;

/// Why a table, or a set of tables, was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("law table {table:?}, {place}: {fault}")]
pub struct LawError {
    /// The table's id, empty when it could not be read.
    pub table: String,
    /// Which part of it.
    pub place: String,
    /// What is wrong.
    pub fault: LawFault,
}

/// What is wrong with a table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LawFault {
    /// Not TOML, or not of this format: a missing, unknown or ill-typed key.
    #[error("{0}")]
    Form(String),
    /// Written for another build.
    #[error("the schema is {0}, this build reads schema 1")]
    Schema(i64),
    /// The last day of its force lies before the first.
    #[error("it ends before it begins")]
    Backwards,
    /// A day of its force is a day of another table's.
    #[error("its days meet those of {0}")]
    MeetsAnother(String),
    /// Two entries have one code, or two tables one id.
    #[error("the code stands twice")]
    DoubleCode,
    /// Two items speak to the same claim.
    #[error("{0} speaks to the same claims")]
    Ambiguous(String),
    /// Keys that do not belong to the form, or one that it needs is missing.
    #[error("{0}")]
    Keys(&'static str),
    /// The first band does not begin at nothing.
    #[error("the first band does not begin at 0")]
    FirstBand,
    /// The last band ends, or another one does not.
    #[error("only the last band is without an upper end")]
    OpenBand,
    /// A value between two bands belongs to none.
    #[error("a gap lies below it")]
    Gap,
    /// A value belongs to two bands.
    #[error("it overlaps the band below")]
    Overlap,
    /// A band that holds no value, or takes off more than its smallest value.
    #[error("its limits do not fit one another")]
    EmptyBand,
    /// A higher value would pay less.
    #[error("the fee jumps down to it")]
    JumpsDown,
    /// A rate above the whole.
    #[error("a rate is above 1")]
    Rate,
    /// An amount or limit that is not above zero.
    #[error("an amount is not above zero, or a limit is not in order")]
    Amount,
    /// The floor of advances names an item that the list does not have.
    #[error("there is no fixed fee without value for {0}")]
    NoFloor(CaseKind),
}

impl LawError {
    pub(super) fn of(table: &str, place: impl Into<String>, fault: LawFault) -> Self {
        Self { table: table.to_owned(), place: place.into(), fault }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLaw {
    schema: i64,
    id: String,
    source: LegalText,
    validity: RawValidity,
    rounding: RawRounding,
    limits: Limits,
    advance: AdvanceRule,
    simplified: SimplifiedRule,
    fee: Vec<RawFee>,
    #[serde(default)]
    relief: Vec<RawRelief>,
    #[serde(default)]
    ending: Vec<Ending>,
    #[serde(default)]
    disposal: Vec<Disposal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawValidity {
    from: Day,
    #[serde(deserialize_with = "day_or_empty")]
    to: Option<Day>,
    chosen_by: ChosenBy,
    article: String,
    cited_as_in_force_in: String,
}

/// By which day a law is chosen; there is one way only.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum ChosenBy {
    AcceptanceDayOfTheInstance,
}

fn day_or_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Day>, D::Error> {
    match String::deserialize(deserializer)?.as_str() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(de::Error::custom),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "article and basis are read so that the format stays strict")]
struct RawRounding {
    unit: RoundingUnit,
    mode: RoundingMode,
    when: When,
    article: String,
    basis: Basis,
}

/// When amounts are rounded; there is one way only.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum When {
    EachStep,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Form {
    Fixed,
    PerUnit,
    Progressive,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFee {
    code: String,
    item: String,
    article: String,
    group: Group,
    cases: Vec<CaseKind>,
    instance: Instance,
    claim: ClaimKind,
    title_vi: String,
    title_en: String,
    collector: Collector,
    form: Form,
    amount: Option<Dong>,
    unit: Option<String>,
    floor: Option<Dong>,
    #[serde(default)]
    bracket: Vec<Band>,
    basis: Basis,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RawEffect {
    NotPayable,
    Exempt,
    Reduced,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawRelief {
    code: String,
    article: String,
    effect: RawEffect,
    rate_max: Option<Ratio>,
    rate_fixed: Option<bool>,
    covers: Vec<Cover>,
    groups: Vec<Group>,
    scope: Scope,
    application: bool,
    title_vi: String,
    basis: Option<Basis>,
}

impl Law {
    /// Reads and checks the text of a table's file.
    pub fn load(text: &str) -> Result<Self, LawError> {
        let raw: RawLaw = toml::from_str(text)
            .map_err(|error| LawError::of("", "the file", LawFault::Form(error.to_string())))?;
        let table = raw.id.clone();
        checked(raw, TableHash(Sha256::digest(text.as_bytes()).into()))
            .map_err(|(place, fault)| LawError::of(&table, place, fault))
    }
}

type Fault = (String, LawFault);

fn checked(raw: RawLaw, hash: TableHash) -> Result<Law, Fault> {
    if raw.schema != SCHEMA {
        return Err(("schema".into(), LawFault::Schema(raw.schema)));
    }
    let law = Law {
        id: raw.id,
        hash,
        text: raw.source,
        validity: validity(raw.validity)?,
        rounding: rounding(&raw.rounding),
        limits: limits(raw.limits)?,
        advance: advance(raw.advance)?,
        simplified: simplified(raw.simplified)?,
        fees: raw.fee.into_iter().map(fee).collect::<Result<_, _>>()?,
        reliefs: raw.relief.into_iter().map(relief).collect::<Result<_, _>>()?,
        endings: raw.ending,
        disposals: raw.disposal,
    };
    unique("fee", law.fees.iter().map(|fee| &fee.code))?;
    unique("relief", law.reliefs.iter().map(|relief| &relief.code))?;
    unique("ending", law.endings.iter().map(|ending| &ending.code))?;
    unique("disposal", law.disposals.iter().map(|disposal| &disposal.code))?;
    for ending in &law.endings {
        at_most_one(&format!("ending {}", ending.code), &[ending.factor])?;
    }
    unambiguous(&law.fees)?;
    floors(&law)?;
    Ok(law)
}

fn validity(raw: RawValidity) -> Result<Validity, Fault> {
    let ChosenBy::AcceptanceDayOfTheInstance = raw.chosen_by;
    if raw.to.is_some_and(|to| to < raw.from) {
        return Err(("validity".into(), LawFault::Backwards));
    }
    Ok(Validity {
        from: raw.from,
        to: raw.to,
        article: raw.article,
        cited_as_in_force_in: raw.cited_as_in_force_in,
    })
}

fn rounding(raw: &RawRounding) -> Rounding {
    let When::EachStep = raw.when;
    Rounding { unit: raw.unit, mode: raw.mode }
}

fn limits(limits: Limits) -> Result<Limits, Fault> {
    let ordered = limits.value_min.is_positive()
        && limits.value_min <= limits.value_max
        && limits.quantity_max > 0;
    if ordered { Ok(limits) } else { Err(("limits".into(), LawFault::Amount)) }
}

fn advance(rule: AdvanceRule) -> Result<AdvanceRule, Fault> {
    let rates = [rule.no_value_rate, rule.value_rate, rule.appeal_rate, rule.charge_rate];
    at_most_one("advance", &rates).map(|()| rule)
}

fn simplified(rule: SimplifiedRule) -> Result<SimplifiedRule, Fault> {
    at_most_one("simplified", &[rule.fee_rate, rule.advance_rate]).map(|()| rule)
}

fn at_most_one(place: &str, rates: &[Ratio]) -> Result<(), Fault> {
    match rates.iter().find(|rate| **rate > Ratio::ONE) {
        Some(_) => Err((place.into(), LawFault::Rate)),
        None => Ok(()),
    }
}

fn unique<'a>(kind: &str, codes: impl Iterator<Item = &'a String>) -> Result<(), Fault> {
    let mut seen = std::collections::HashSet::new();
    for code in codes {
        if !seen.insert(code) {
            return Err((format!("{kind} {code}"), LawFault::DoubleCode));
        }
    }
    Ok(())
}

fn fee(raw: RawFee) -> Result<Fee, Fault> {
    let place = format!("fee {}", raw.code);
    let tariff = match (raw.form, raw.amount, raw.unit, raw.floor) {
        (Form::Fixed, Some(amount), None, None) => Tariff::Fixed(amount),
        (Form::PerUnit, Some(amount), Some(unit), None) => Tariff::PerUnit { amount, unit },
        (Form::Progressive, None, None, Some(floor)) => {
            check_bands(&place, floor, &raw.bracket)?;
            Tariff::Progressive { floor, bands: raw.bracket.clone() }
        }
        (Form::Fixed | Form::PerUnit | Form::Progressive, ..) => {
            let needs = "fixed needs amount, per_unit amount and unit, progressive floor";
            return Err((place, LawFault::Keys(needs)));
        }
    };
    let flat = !matches!(tariff, Tariff::Progressive { .. });
    if flat && !raw.bracket.is_empty() {
        return Err((place, LawFault::Keys("only a progressive fee has bands")));
    }
    if flat && raw.claim == ClaimKind::Value {
        return Err((place, LawFault::Keys("a fee by value is progressive")));
    }
    if !flat && raw.claim != ClaimKind::Value {
        return Err((place, LawFault::Keys("a progressive fee is by value")));
    }
    if !raw.amount.or(raw.floor).is_some_and(Dong::is_positive) {
        return Err((place, LawFault::Amount));
    }
    Ok(Fee {
        code: raw.code,
        item: raw.item,
        article: raw.article,
        group: raw.group,
        cases: raw.cases,
        instance: raw.instance,
        claim: raw.claim,
        title_vi: raw.title_vi,
        title_en: raw.title_en,
        collector: raw.collector,
        tariff,
        basis: raw.basis,
    })
}

/// The bands begin at nothing, meet without gap or overlap, end open, and never fall.
fn check_bands(place: &str, floor: Dong, bands: &[Band]) -> Result<(), Fault> {
    let fault = |band: &Band, fault| Err((format!("{place}, band {}", band.letter), fault));
    let Some(first) = bands.first() else {
        return Err((place.into(), LawFault::Keys("a progressive fee needs bands")));
    };
    if !first.above.is_zero() {
        return fault(first, LawFault::FirstBand);
    }
    let mut below: Option<&Band> = None;
    for band in bands {
        if let Some(below) = below {
            let Some(end) = below.up_to else { return fault(below, LawFault::OpenBand) };
            if band.above > end {
                return fault(band, LawFault::Gap);
            }
            if band.above < end {
                return fault(band, LawFault::Overlap);
            }
            if fee_at(below, end, floor) > fee_at(band, end, floor) {
                return fault(band, LawFault::JumpsDown);
            }
        }
        let fits = band.up_to.is_none_or(|up_to| up_to > band.above)
            && band.over <= band.above
            && [band.above, band.fixed, band.over].iter().all(|amount| amount.get() >= 0);
        if !fits {
            return fault(band, LawFault::EmptyBand);
        }
        at_most_one(&format!("{place}, band {}", band.letter), &[band.rate])?;
        below = Some(band);
    }
    match bands.last() {
        Some(last) if last.up_to.is_some() => fault(last, LawFault::OpenBand),
        _ => Ok(()),
    }
}

/// The fee of a value by one band's formula, whether or not the value lies in it.
fn fee_at(band: &Band, value: Dong, floor: Dong) -> Option<Dong> {
    let above = value.checked_sub(band.over)?;
    Some(Rounding::NEAREST_DONG.band(band.fixed, band.rate, above)?.max(floor))
}

/// No two items answer the same question; charges are told apart by code.
fn unambiguous(fees: &[Fee]) -> Result<(), Fault> {
    for (index, fee) in fees.iter().enumerate() {
        let rival = fees.iter().take(index).find(|other| {
            let same_claim = fee.claim == other.claim
                || fee.claim == ClaimKind::Any
                || other.claim == ClaimKind::Any;
            same_claim
                && fee.instance == other.instance
                && fee
                    .cases
                    .iter()
                    .any(|case| *case != CaseKind::Charge && other.cases.contains(case))
        });
        if let Some(rival) = rival {
            return Err((format!("fee {}", fee.code), LawFault::Ambiguous(rival.code.clone())));
        }
    }
    Ok(())
}

/// Where advances have a floor, every kind of case with claims of value has the fee that it names.
fn floors(law: &Law) -> Result<(), Fault> {
    if law.advance.value_floor == ValueFloor::None {
        return Ok(());
    }
    let with_value = law.fees.iter().filter(|fee| fee.claim == ClaimKind::Value);
    for case in with_value.flat_map(|fee| &fee.cases).chain([&CaseKind::Civil]) {
        if law.no_value_fee(*case).is_none() {
            return Err(("advance.value_floor".into(), LawFault::NoFloor(*case)));
        }
    }
    Ok(())
}

impl Law {
    /// What a claim without value of this kind of case pays in the first instance.
    pub(super) fn no_value_fee(&self, case: CaseKind) -> Option<Dong> {
        match self.fee_for(case, Instance::First, ClaimKind::NoValue)?.tariff {
            Tariff::Fixed(amount) => Some(amount),
            Tariff::PerUnit { .. } | Tariff::Progressive { .. } => None,
        }
    }
}

fn relief(raw: RawRelief) -> Result<Relief, Fault> {
    let place = format!("relief {}", raw.code);
    let effect = match (raw.effect, raw.rate_max, raw.rate_fixed) {
        (RawEffect::NotPayable, None, None) => Effect::NotPayable,
        (RawEffect::Exempt, None, None) => Effect::Exempt,
        (RawEffect::Reduced, Some(rate_max), Some(fixed)) => {
            at_most_one(&place, &[rate_max])?;
            Effect::Reduced { rate_max, fixed }
        }
        (RawEffect::NotPayable | RawEffect::Exempt | RawEffect::Reduced, ..) => {
            let needs = "a reduction, and only a reduction, has rate_max and rate_fixed";
            return Err((place, LawFault::Keys(needs)));
        }
    };
    Ok(Relief {
        code: raw.code,
        article: raw.article,
        effect,
        covers: raw.covers,
        groups: raw.groups,
        scope: raw.scope,
        application: raw.application,
        title_vi: raw.title_vi,
        basis: raw.basis,
    })
}
