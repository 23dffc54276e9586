//! A goal as a row of the table, and measuring two things in turns.

use std::fmt;

/// A ratio in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ratio(pub(crate) u64);

impl Ratio {
    /// What `part` is of `whole`.
    pub(crate) fn of(part: u64, whole: u64) -> Self {
        Self(part.saturating_mul(1000) / whole.max(1))
    }
}

impl fmt::Display for Ratio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 1000, self.0 % 1000 / 10)
    }
}

/// What a ratio is wanted to be.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// More is better.
    AtLeast(Ratio),
}

/// One line of the table.
pub(crate) struct Row {
    /// What is measured, over what.
    pub(crate) name: &'static str,
    /// Our figure and the other's, with their unit.
    pub(crate) figures: [String; 2],
    /// Ours over the other's.
    pub(crate) ratio: Ratio,
    /// The goal.
    pub(crate) wanted: Wanted,
}

impl Row {
    /// Whether the goal is met.
    pub(crate) fn met(&self) -> bool {
        match self.wanted {
            Wanted::AtLeast(least) => self.ratio >= least,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, figures: [ours, other], ratio, wanted: Wanted::AtLeast(least) } = self;
        let met = if self.met() { "yes" } else { "**no**" };
        write!(f, "| {name} | {ours} | {other} | {ratio} | at least {least} | {met} |")
    }
}

/// The rows as a Markdown table.
pub(crate) fn table(rows: &[Row]) -> String {
    let head =
        "| goal | ours | compared with | ratio | wanted | met |\n|---|---:|---:|---:|---|---|";
    let lines = rows.iter().map(|row| format!("\n{row}"));
    std::iter::once(head.to_owned()).chain(lines).collect()
}

/// Figures of two things measured in turns, so that what else the machine does hits both.
pub(crate) struct Paired {
    /// The median of each side.
    pub(crate) medians: [u64; 2],
    /// The median of the ratios of the rounds, the first side over the second.
    pub(crate) ratio: Ratio,
}

/// Measures both sides `rounds` times in turns, after one round that does not count.
pub(crate) fn paired(rounds: usize, mut sides: [&mut dyn FnMut() -> u64; 2]) -> Paired {
    let (mut figures, mut ratios) = ([Vec::new(), Vec::new()], Vec::new());
    for round in 0..=rounds {
        let pair = sides.each_mut().map(|side| side());
        if round > 0 {
            ratios.push(Ratio::of(pair[0], pair[1]));
            figures[0].push(pair[0]);
            figures[1].push(pair[1]);
        }
    }
    Paired { medians: figures.map(median), ratio: median(ratios) }
}

fn median<T: Ord + Copy>(mut values: Vec<T>) -> T {
    values.sort_unstable();
    values[values.len() / 2]
}
