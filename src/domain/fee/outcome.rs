//! The end of a case: what each party bears, and what becomes of the advances (19, 26-37, 18).
//!
//! The court decides who bears which part; this computes the amounts and the split.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    draft::share_allowed,
    error::{QuoteCode, QuoteError},
    input::{AdvancePaid, Bearer, End, OutcomeInput},
    law::{
        CaseKind, ClaimKind, Cover, Destination, Disposal, Ending, Fee, Instance, Law, Procedure,
    },
    line::sum_too_large,
    quote::{AppliedRelief, grants, procedure_open},
    ratio::Ratio,
    relief::{self, Grant},
    settings::{LawSettings, Rules},
    tables::LawTables,
    tariff,
};
use crate::domain::money::Dong;

/// What each party bears, and what becomes of what they paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Outcome {
    /// Id of the law table.
    pub law: String,
    /// The article of the ending or disposal.
    pub article: String,
    /// One for each part borne.
    pub lines: Vec<BorneLine>,
    /// Those who paid in advance, then the others who bear something.
    pub parties: Vec<Settled>,
}

/// One part that a party bears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BorneLine {
    /// The party.
    pub party: String,
    /// Code of the fee item.
    pub code: String,
    /// The value reckoned on.
    pub base: Option<Dong>,
    /// The band's rate.
    pub rate: Option<Ratio>,
    /// The whole fee.
    pub fee: Dong,
    /// The part borne, before relief.
    pub amount: Dong,
    /// The article by which it is borne.
    pub article: String,
}

/// What becomes of one party's advances (19(5)-(6)). `remit + refund + hold = paid`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// The party.
    pub party: String,
    /// What they bear, after relief.
    pub bears: Dong,
    /// The reliefs that took something off.
    pub reliefs: Vec<AppliedRelief>,
    /// What they paid in advance.
    pub paid: Dong,
    /// Trừ vào án phí; of a stopped case, sung công quỹ.
    pub remit: Dong,
    /// Trả lại.
    pub refund: Dong,
    /// Giữ.
    pub hold: Dong,
    /// Còn phải nộp.
    pub due: Dong,
}

/// Computes the end of a case. Refuses with the first error in the order of law.md section 7.
pub fn outcome(
    tables: &LawTables,
    settings: &LawSettings,
    input: &OutcomeInput,
) -> Result<Outcome, QuoteError> {
    let law = tables.choose(&input.law, input.date)?;
    procedure_open(law, input.case, input.procedure, input.date)?;
    let mut granted = grants(law, &input.reliefs)?;
    match &input.end {
        End::Ending { code, bears } => {
            let ending = ending(law, code, input.instance)?;
            let mut parties = Parties::of(&input.advances)?;
            let mut lines = Vec::new();
            for (index, bearer) in bears.iter().enumerate() {
                let borne = Borne { rules: Rules::new(law, settings), input, ending, index };
                let (line, grant) = borne.by(bearer)?;
                let personal = granted.entry(&bearer.party).or_default();
                let off = borne.off(bearer, &line, grant, personal)?;
                parties.bear(&line, off).ok_or_else(sum_too_large)?;
                lines.push(line);
            }
            let parties = parties.settle().ok_or_else(sum_too_large)?;
            let article = ending.article.clone();
            Ok(Outcome { law: law.id().to_owned(), article, lines, parties })
        }
        End::Disposal(code) => {
            let disposal = disposal(law, code)?;
            let parties = Parties::of(&input.advances)?.dispose(disposal.to);
            let article = disposal.article.clone();
            Ok(Outcome { law: law.id().to_owned(), article, lines: Vec::new(), parties })
        }
    }
}

/// The ending of this code, in this instance.
pub(super) fn ending<'a>(
    law: &'a Law,
    code: &str,
    instance: Instance,
) -> Result<&'a Ending, QuoteError> {
    law.ending(code, instance).ok_or_else(|| {
        let detail = format!("{} has no ending {code:?} in this instance", law.id());
        QuoteError::new(QuoteCode::UnknownEnding, "ending", detail)
    })
}

/// The disposal of this code.
pub(super) fn disposal<'a>(law: &'a Law, code: &str) -> Result<&'a Disposal, QuoteError> {
    law.disposal(code).ok_or_else(|| {
        let detail = format!("{} has no disposal {code:?}", law.id());
        QuoteError::new(QuoteCode::UnknownDisposal, "disposal", detail)
    })
}

/// The place of one bearer within the input.
#[derive(Clone, Copy)]
struct Borne<'a> {
    rules: Rules<'a>,
    input: &'a OutcomeInput,
    ending: &'a Ending,
    index: usize,
}

impl<'a> Borne<'a> {
    fn at(&self, name: &str) -> String {
        format!("bears[{}].{name}", self.index)
    }

    fn by(&self, bearer: &Bearer) -> Result<(BorneLine, Option<Grant<'a>>), QuoteError> {
        self.value_in_limits(bearer.base)?;
        if let Some(part) = bearer.part {
            share_allowed(part, &self.at("part"))?;
        }
        let fee = self.item(bearer)?;
        let code = bearer.relief.as_deref();
        let grant = relief::of_claim(self.rules.law, code, &self.at("relief"))?;
        let mut priced =
            tariff::price(self.rules, fee, bearer.base, 1).ok_or_else(sum_too_large)?;
        if self.input.procedure == Procedure::Simplified {
            priced.simplify(self.rules).ok_or_else(sum_too_large)?;
        }
        let part = bearer.part.unwrap_or(Ratio::ONE);
        let amount = self.rules.rounding().parts(priced.amount, self.ending.factor, part);
        let line = BorneLine {
            party: bearer.party.clone(),
            code: fee.code.clone(),
            base: bearer.base,
            rate: priced.rate,
            fee: priced.amount,
            amount: amount.ok_or_else(sum_too_large)?,
            article: bearer.article.clone().unwrap_or_else(|| self.ending.article.clone()),
        };
        Ok((line, grant))
    }

    fn value_in_limits(&self, base: Option<Dong>) -> Result<(), QuoteError> {
        let limits = self.rules.law.limits();
        let refuse = |code, detail: &str| Err(QuoteError::new(code, self.at("base"), detail));
        match base {
            Some(base) if base < limits.value_min => {
                refuse(QuoteCode::ValueNotPositive, "below the smallest value")
            }
            Some(base) if base > limits.value_max => {
                refuse(QuoteCode::ValueTooLarge, "above the largest value")
            }
            _ => Ok(()),
        }
    }

    fn item(&self, bearer: &Bearer) -> Result<&'a Fee, QuoteError> {
        // A sum in a criminal case is its civil part (23(1)).
        let civil_part = self.input.case == CaseKind::Criminal && bearer.base.is_some();
        let own = if civil_part { CaseKind::Civil } else { self.input.case };
        let case = bearer.of.unwrap_or(own);
        let kind = if bearer.base.is_some() { ClaimKind::Value } else { ClaimKind::NoValue };
        let law = self.rules.law;
        let of_kind = |kind| law.fee_for(case, self.input.instance, kind);
        let refuse = |code, field: &str, detail| Err(QuoteError::new(code, field, detail));
        match of_kind(kind) {
            Some(fee) => Ok(fee),
            None if of_kind(ClaimKind::NoValue).is_some() => {
                refuse(QuoteCode::ValueNotAllowed, "bears", "this kind has no claims of value")
            }
            _ => refuse(QuoteCode::NoScheduleItem, "case", "the list has no such item"),
        }
    }

    /// What reliefs take off the line; none off a part taken over from another.
    fn off(
        &self,
        bearer: &Bearer,
        line: &BorneLine,
        grant: Option<Grant<'a>>,
        personal: &[Grant<'a>],
    ) -> Result<(Dong, Option<Grant<'a>>), QuoteError> {
        let group = self.item(bearer)?.group;
        let granted = grant.into_iter().chain(personal.iter().copied());
        let working = relief::working(granted, Cover::Obligation, group);
        let Some(grant) = working.filter(|_| !bearer.assumed) else {
            return Ok((Dong::ZERO, None));
        };
        let off = grant.off(self.rules, line.amount).ok_or_else(sum_too_large)?;
        Ok((off, Some(grant)))
    }
}

/// The parties as they gather: payers first, then bearers, each once.
struct Parties {
    parties: Vec<Settled>,
    places: HashMap<String, usize>,
}

impl Parties {
    fn of(advances: &[AdvancePaid]) -> Result<Self, QuoteError> {
        let mut parties = Self { parties: Vec::new(), places: HashMap::new() };
        for (index, advance) in advances.iter().enumerate() {
            let field = format!("advances[{index}].paid");
            if advance.paid < Dong::ZERO {
                let detail = "an advance is not below 0";
                return Err(QuoteError::new(QuoteCode::BadInput, field, detail));
            }
            let party = parties.party(&advance.party).ok_or_else(sum_too_large)?;
            party.paid = party.paid.checked_add(advance.paid).ok_or_else(|| {
                QuoteError::new(QuoteCode::ValueTooLarge, field, "too large to be held")
            })?;
        }
        Ok(parties)
    }

    fn party(&mut self, name: &str) -> Option<&mut Settled> {
        let place = *self.places.entry(name.to_owned()).or_insert_with(|| {
            self.parties.push(Settled::new(name));
            self.parties.len() - 1
        });
        self.parties.get_mut(place)
    }

    fn bear(&mut self, line: &BorneLine, (off, grant): (Dong, Option<Grant<'_>>)) -> Option<()> {
        let party = self.party(&line.party)?;
        party.bears = party.bears.checked_add(line.amount.checked_sub(off)?)?;
        let worked = grant.filter(|_| off.is_positive()).map(AppliedRelief::from);
        if let Some(worked) = worked.filter(|worked| !party.reliefs.contains(worked)) {
            party.reliefs.push(worked);
        }
        Some(())
    }

    /// What a party bears is taken out of what they paid; sums of two parties never meet.
    fn settle(mut self) -> Option<Vec<Settled>> {
        for party in &mut self.parties {
            party.remit = party.paid.min(party.bears);
            party.refund = party.paid.checked_sub(party.remit)?;
            party.due = party.bears.checked_sub(party.remit)?;
        }
        Some(self.parties)
    }

    fn dispose(mut self, to: Destination) -> Vec<Settled> {
        for party in &mut self.parties {
            match to {
                Destination::Hold => party.hold = party.paid,
                Destination::Budget => party.remit = party.paid,
                Destination::Refund => party.refund = party.paid,
            }
        }
        self.parties
    }
}

impl Settled {
    fn new(party: &str) -> Self {
        Self {
            party: party.to_owned(),
            bears: Dong::ZERO,
            reliefs: Vec::new(),
            paid: Dong::ZERO,
            remit: Dong::ZERO,
            refund: Dong::ZERO,
            hold: Dong::ZERO,
            due: Dong::ZERO,
        }
    }
}
