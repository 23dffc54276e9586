//! The fee of one item: its fixed sum, its price a piece, or the band of a value (6(1), the list).

use super::{
    law::{Band, Fee, Tariff},
    ratio::Ratio,
    settings::Rules,
    step::{Step, Sum},
};
use crate::domain::money::Dong;

/// A fee and how it came about.
pub(super) struct Priced {
    pub(super) amount: Dong,
    /// The band's rate, none for a fixed sum.
    pub(super) rate: Option<Ratio>,
    pub(super) steps: Vec<Step>,
}

impl Priced {
    /// The part that the simplified procedure leaves.
    pub(super) fn simplify(&mut self, rules: Rules<'_>) -> Option<()> {
        let rule = rules.law.simplified();
        let halved = rules.rounding().part(self.amount, rule.fee_rate)?;
        let sum = Sum::SimplifiedFee { fee: self.amount, rate: rule.fee_rate };
        self.steps.push(Step::by(&rule.fee_article, sum, halved));
        self.amount = halved;
        Some(())
    }
}

/// The fee of `fee` on `base`, for so many pieces. `None` where an amount cannot be held, or a
/// value lies in no band (which checked tables do not have).
pub(super) fn price(
    rules: Rules<'_>,
    fee: &Fee,
    base: Option<Dong>,
    quantity: i64,
) -> Option<Priced> {
    match &fee.tariff {
        Tariff::Fixed(amount) => {
            let step = Step::by(&fee.article, Sum::Fixed { item: fee.item.clone() }, *amount);
            Some(Priced { amount: *amount, rate: None, steps: vec![step] })
        }
        Tariff::PerUnit { amount: each, unit } => {
            let amount = each.get().checked_mul(quantity).and_then(Dong::new)?;
            let (item, unit) = (fee.item.clone(), unit.clone());
            let sum = Sum::PerUnit { item, each: *each, quantity, unit };
            let steps = vec![Step::by(&fee.article, sum, amount)];
            Some(Priced { amount, rate: None, steps })
        }
        Tariff::Progressive { floor, bands } => {
            let base = base?;
            let band = bands.iter().find(|band| band.holds(base))?;
            by_band(rules, fee, *floor, band, base)
        }
    }
}

fn by_band(rules: Rules<'_>, fee: &Fee, floor: Dong, band: &Band, base: Dong) -> Option<Priced> {
    let above = base.checked_sub(band.over)?;
    let computed = rules.rounding().band(band.fixed, band.rate, above)?;
    let sum = Sum::Band {
        item: fee.item.clone(),
        letter: band.letter.clone(),
        above: band.above,
        up_to: band.up_to,
        fixed: band.fixed,
        rate: band.rate,
        base,
        over: band.over,
    };
    let mut steps = vec![Step::by(&fee.article, sum, computed)];
    let amount = computed.max(floor);
    if amount > computed {
        steps.push(Step::by(&fee.article, Sum::FeeFloor { computed }, amount));
    }
    Some(Priced { amount, rate: band.shown_rate(), steps })
}
