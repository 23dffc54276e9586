//! The quote: lines, what each payer owes of them, and the two sums (law.md section 7, steps 1-9).

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use super::{
    draft::{self, Draft},
    error::{QuoteCode, QuoteError},
    input::{PartyRelief, QuoteInput, Subject},
    law::{CaseKind, Collector, Cover, Law, Procedure},
    line,
    ratio::Ratio,
    relief::{self, Grant},
    settings::{JointRelief, LawSettings, Rules},
    split,
    step::{Step, Sum},
    tables::LawTables,
};
use crate::domain::{money::Dong, time::Day};

/// What is to be paid now. Serialises as contract.md section 2 has it; steps are for pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Quote {
    /// Id of the law table.
    pub law: String,
    /// Sum of the lines' amounts, before relief.
    pub fee: Dong,
    /// Sum of what the payers pay now.
    pub advance: Dong,
    /// Who collects it.
    pub collector: Collector,
    /// The lines.
    pub lines: Vec<Line>,
    /// The payers, in the order of their first line.
    pub payers: Vec<Payer>,
}

/// Claims reckoned together, an appeal, or a charge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The claims or appeals; none for a charge.
    pub claims: Vec<String>,
    /// The parties who owe it together.
    pub by: Vec<String>,
    /// Code of the fee item.
    pub code: String,
    /// Its number in the list.
    pub item: String,
    /// The article of the advance.
    pub article: String,
    /// The value reckoned on; none for a claim without value.
    pub base: Option<Dong>,
    /// The band's rate; none for a fixed sum.
    pub rate: Option<Ratio>,
    /// The fee.
    pub amount: Dong,
    /// The advance, before relief.
    pub advance: Dong,
    /// How it came about.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

/// What one party pays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Payer {
    /// The party.
    pub party: String,
    /// Their parts of all lines.
    pub before_relief: Dong,
    /// The reliefs that took something off.
    pub reliefs: Vec<AppliedRelief>,
    /// What they pay now.
    pub advance: Dong,
    /// How it came about; empty for a payer who owes their lines alone and without relief.
    #[serde(skip)]
    pub steps: Vec<Step>,
}

/// A relief that worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AppliedRelief {
    /// Its code.
    pub code: String,
    /// Its article.
    pub article: String,
}

impl From<Grant<'_>> for AppliedRelief {
    fn from(grant: Grant<'_>) -> Self {
        Self { code: grant.relief.code.clone(), article: grant.relief.article.clone() }
    }
}

/// Computes fee and advance. Refuses with the first error in the order of law.md section 7.
pub fn quote(
    tables: &LawTables,
    settings: &LawSettings,
    input: &QuoteInput,
) -> Result<Quote, QuoteError> {
    let law = tables.choose(&input.law, input.date)?;
    let rules = Rules::new(law, settings);
    let case = input.subject.case();
    procedure_open(law, case, input.procedure, input.date)?;
    let granted = grants(law, &input.reliefs)?;
    let drafts = drafts(law, &input.subject)?;
    check_shares(&input.shares)?;
    let simplified = input.procedure == Procedure::Simplified;
    let lines: Vec<Line> = drafts
        .iter()
        .map(|draft| line::price(rules, draft, case, simplified))
        .collect::<Option<_>>()
        .ok_or_else(line::sum_too_large)?;
    let collector = drafts.first().map_or(Collector::Unknown, |draft| draft.fee.collector);
    let payers = Payers { rules, granted, shares: &input.shares, found: Vec::new() }
        .pay(&drafts, &lines)
        .ok_or_else(line::sum_too_large)?;
    let fee = Dong::total(lines.iter().map(|line| line.amount));
    let advance = Dong::total(payers.iter().map(|payer| payer.advance));
    let (Some(fee), Some(advance)) = (fee, advance) else { return Err(line::sum_too_large()) };
    Ok(Quote { law: law.id().to_owned(), fee, advance, collector, lines, payers })
}

/// The simplified procedure is open to some kinds of case, from a day on.
pub(super) fn procedure_open(
    law: &Law,
    case: CaseKind,
    procedure: Procedure,
    date: Day,
) -> Result<(), QuoteError> {
    let rule = law.simplified();
    let open = rule.cases.contains(&case) && date >= rule.available_from;
    if procedure == Procedure::Ordinary || open {
        return Ok(());
    }
    let detail = format!("no simplified procedure in a {case} case on {date}");
    Err(QuoteError::new(QuoteCode::ProcedureNotAvailable, "procedure", detail))
}

/// The reliefs of each person, in their order.
pub(super) fn grants<'a, 'i>(
    law: &'a Law,
    reliefs: &'i [PartyRelief],
) -> Result<HashMap<&'i str, Vec<Grant<'a>>>, QuoteError> {
    let mut granted: HashMap<&str, Vec<Grant<'_>>> = HashMap::new();
    for (index, asked) in reliefs.iter().enumerate() {
        let grant = relief::of_party(law, index, asked)?;
        granted.entry(&asked.party).or_default().push(grant);
    }
    Ok(granted)
}

fn drafts<'a>(law: &'a Law, subject: &Subject) -> Result<Vec<Draft<'a>>, QuoteError> {
    match subject {
        Subject::Claims { case, claims } => {
            let mut drafts = Vec::new();
            for (index, claim) in claims.iter().enumerate() {
                drafts.extend(draft::of_claim(law, *case, index, claim)?);
            }
            if drafts.is_empty() {
                let detail = "at least one claim that stands on its own is needed";
                return Err(QuoteError::new(QuoteCode::NoClaims, "claims", detail));
            }
            line::join(drafts)
        }
        Subject::Appeals { case, appeals } => {
            if appeals.is_empty() {
                let detail = "at least one appeal is needed";
                return Err(QuoteError::new(QuoteCode::NoAppeals, "appeals", detail));
            }
            let appeals = appeals.iter().enumerate();
            appeals.map(|(index, appeal)| draft::of_appeal(law, *case, index, appeal)).collect()
        }
        Subject::Charge(charge) => Ok(vec![draft::of_charge(law, charge)?]),
    }
}

fn check_shares(shares: &[(String, Ratio)]) -> Result<(), QuoteError> {
    if let Some((party, _)) = shares.iter().find(|(_, share)| *share > Ratio::ONE) {
        let field = format!("shares.{party}");
        return Err(QuoteError::new(QuoteCode::BadShare, field, "a share is at most 1"));
    }
    let whole = Ratio::total(shares.iter().map(|(_, share)| *share)) == Some(Ratio::ONE);
    if whole || shares.is_empty() {
        return Ok(());
    }
    let detail = "the shares do not come to 1 together";
    Err(QuoteError::new(QuoteCode::SharesDoNotSum, "shares", detail))
}

/// The payers as they gather, line by line.
struct Payers<'a, 'i> {
    rules: Rules<'a>,
    granted: HashMap<&'i str, Vec<Grant<'a>>>,
    shares: &'i [(String, Ratio)],
    found: Vec<Payer>,
}

/// One party's part of one line.
struct Part<'a> {
    own: Dong,
    off: Dong,
    carried: Dong,
    grant: Option<Grant<'a>>,
    steps: Vec<Step>,
}

impl<'a> Payers<'a, '_> {
    fn pay(mut self, drafts: &[Draft<'a>], lines: &[Line]) -> Option<Vec<Payer>> {
        let mut places: HashMap<&str, usize> = HashMap::new();
        for (index, (draft, line)) in drafts.iter().zip(lines).enumerate() {
            let mut parts = self.parts(draft, line, index)?;
            if self.rules.effective.joint_relief == JointRelief::None {
                carry(&mut parts, index)?;
            }
            for (party, part) in line.by.iter().zip(parts) {
                let place = *places.entry(party).or_insert_with(|| {
                    self.found.push(Payer::new(party));
                    self.found.len() - 1
                });
                self.found.get_mut(place)?.add(part)?;
            }
        }
        Some(self.found)
    }

    fn parts(&self, draft: &Draft<'a>, line: &Line, index: usize) -> Option<Vec<Part<'a>>> {
        let among = line.by.len();
        let equal = split::equally(line.advance, among)?;
        let agreed = self.agreed(&line.by);
        let own = match &agreed {
            Some(shares) => split::by_shares(line.advance, shares)?,
            None => equal.clone(),
        };
        let mut parts = Vec::new();
        for (place, ((party, own), equal)) in line.by.iter().zip(own).zip(equal).enumerate() {
            let mut steps = Vec::new();
            if among > 1 {
                let share = agreed.as_ref().and_then(|shares| shares.get(place)).copied();
                let sum = Sum::Part { line: index, of: line.advance, share, among };
                steps.push(Step::plain(sum, own));
            }
            let personal = self.granted.get(party.as_str()).into_iter().flatten().copied();
            let granted = draft.relief.into_iter().chain(personal);
            let grant = relief::working(granted, Cover::Advance, draft.fee.group);
            let reached = own.min(equal);
            let off = grant.map_or(Some(Dong::ZERO), |grant| grant.off(self.rules, reached))?;
            if let Some(grant) = grant.filter(|_| off.is_positive()) {
                let (code, rate) = (grant.relief.code.clone(), grant.rate);
                let sum = Sum::Relief { line: index, code, reached, rate };
                steps.push(Step::by(&grant.relief.article, sum, off));
            }
            parts.push(Part { own, off, carried: Dong::ZERO, grant, steps });
        }
        Some(parts)
    }

    /// The agreed shares, when they are those of exactly these parties.
    fn agreed(&self, by: &[String]) -> Option<Vec<Ratio>> {
        let named: BTreeSet<&str> = self.shares.iter().map(|(party, _)| party.as_str()).collect();
        let these: BTreeSet<&str> = by.iter().map(String::as_str).collect();
        if named != these || self.shares.len() != by.len() {
            return None;
        }
        let share_of = |party: &String| {
            self.shares.iter().find(|(name, _)| name == party).map(|(_, share)| *share)
        };
        by.iter().map(share_of).collect()
    }
}

/// Lays what reliefs took off a joint line on its other payers, in proportion to their parts.
/// Where everybody is relieved nobody is left to carry it, and it falls away.
fn carry(parts: &mut [Part<'_>], line: usize) -> Option<()> {
    let fallen = Dong::total(parts.iter().map(|part| part.off))?;
    let mut carriers: Vec<&mut Part<'_>> =
        parts.iter_mut().filter(|part| part.grant.is_none()).collect();
    let whole = Dong::total(carriers.iter().map(|part| part.own))?;
    let shares: Option<Vec<Ratio>> =
        carriers.iter().map(|part| Ratio::of(part.own, whole)).collect();
    let carried = match shares {
        _ if carriers.is_empty() || fallen.is_zero() => return Some(()),
        Some(shares) => split::by_shares(fallen, &shares)?,
        None => split::equally(fallen, carriers.len())?,
    };
    for (part, carried) in carriers.iter_mut().zip(carried) {
        part.carried = carried;
        part.steps.push(Step::plain(Sum::Carried { line }, carried));
    }
    Some(())
}

impl Payer {
    fn new(party: &str) -> Self {
        Self {
            party: party.to_owned(),
            before_relief: Dong::ZERO,
            reliefs: Vec::new(),
            advance: Dong::ZERO,
            steps: Vec::new(),
        }
    }

    fn add(&mut self, mut part: Part<'_>) -> Option<()> {
        self.before_relief = self.before_relief.checked_add(part.own)?;
        let pays = part.own.checked_sub(part.off)?.checked_add(part.carried)?;
        self.advance = self.advance.checked_add(pays)?;
        self.steps.append(&mut part.steps);
        let worked = part.grant.filter(|_| part.off.is_positive()).map(AppliedRelief::from);
        if let Some(worked) = worked.filter(|worked| !self.reliefs.contains(worked)) {
            self.reliefs.push(worked);
        }
        Some(())
    }
}
