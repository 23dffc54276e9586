//! A goal as a row of the table, and measuring two things in turns.

use std::fmt;

/// A figure in thousandths of its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thousandths(pub(crate) u64);

impl Thousandths {
    /// What `part` is of `whole`.
    pub(crate) fn ratio(part: u64, whole: u64) -> Self {
        Self(part.saturating_mul(1000) / whole.max(1))
    }

    /// A whole number of units.
    pub(crate) const fn whole(units: u64) -> Self {
        Self(units.saturating_mul(1000))
    }
}

impl fmt::Display for Thousandths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 1000, self.0 % 1000 / 10)
    }
}

/// What a figure is wanted to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// More is better.
    AtLeast(Thousandths),
    /// Less is better.
    AtMost(Thousandths),
}

impl fmt::Display for Wanted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AtLeast(least) => write!(f, "at least {least}"),
            Self::AtMost(most) => write!(f, "at most {most}"),
        }
    }
}

/// One line of the table.
pub(crate) struct Row {
    /// What is measured, over what.
    pub(crate) name: &'static str,
    /// Our figure and the other's, with their unit.
    pub(crate) figures: [String; 2],
    /// What the goal is about: a ratio of the two, or ours alone.
    pub(crate) measured: Thousandths,
    /// The goal.
    pub(crate) wanted: Wanted,
}

impl Row {
    /// A row about one figure, with its unit in the name.
    pub(crate) fn alone(name: &'static str, measured: Thousandths, wanted: Wanted) -> Self {
        Self { name, figures: [measured.to_string(), String::new()], measured, wanted }
    }

    /// Whether the goal is met.
    pub(crate) fn met(&self) -> bool {
        match self.wanted {
            Wanted::AtLeast(least) => self.measured >= least,
            Wanted::AtMost(most) => self.measured <= most,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, figures: [ours, other], measured, wanted } = self;
        let met = if self.met() { "yes" } else { "**no**" };
        write!(f, "| {name} | {ours} | {other} | {measured} | {wanted} | {met} |")
    }
}

/// The head of the table; its rows follow as they are measured.
pub(crate) const HEAD: &str = "| goal | ours | compared with | measured | wanted | met |\n\
    |---|---:|---:|---:|---|---|";

/// Figures of two things measured in turns, so that what else the machine does hits both.
pub(crate) struct Paired {
    /// The median of each side.
    pub(crate) medians: [u64; 2],
    /// The median of the ratios of the rounds, the first side over the second.
    pub(crate) ratio: Thousandths,
}

impl Paired {
    /// Of the figures of each round.
    pub(crate) fn of(rounds: &[[u64; 2]]) -> Self {
        let side = |at: usize| median(rounds.iter().map(|round| round[at]).collect());
        let ratios = rounds.iter().map(|[ours, other]| Thousandths::ratio(*ours, *other));
        Self { medians: [side(0), side(1)], ratio: median(ratios.collect()) }
    }
}

/// Measures both sides `rounds` times in turns, after one round that does not count.
pub(crate) fn in_turns<T>(rounds: usize, mut sides: [&mut dyn FnMut() -> T; 2]) -> Vec<[T; 2]> {
    let mut measured: Vec<[T; 2]> =
        (0..=rounds).map(|_| sides.each_mut().map(|side| side())).collect();
    measured.remove(0);
    measured
}

/// The one in the middle.
pub(crate) fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}
