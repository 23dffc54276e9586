//! The goals of the program's speed, each a ratio inside one run: what we do beside what it is
//! compared with, in turns, on the same machine. `scripts/bench` runs this and shows the table.
//!
//! A measurement is a module here that gives [`goal::Row`]s. Arguments choose rows by a part of
//! their name.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot be made stops the run; the table is its output"
)]

mod flush;
mod goal;
mod load;
mod routes;

use std::process::ExitCode;

type Measure = fn() -> goal::Row;

fn main() -> ExitCode {
    // Cargo itself adds `--bench`.
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word));

    println!("{}\n", flush::measure(&std::env::temp_dir()));
    let goals: [(&str, Measure); 2] =
        [(routes::QUIET, routes::quiet), (routes::QUOTE, routes::quotes)];
    let rows: Vec<_> =
        goals.iter().filter(|(name, _)| chosen(name)).map(|(_, measure)| measure()).collect();

    println!("{}", goal::table(&rows));
    let met = !rows.is_empty() && rows.iter().all(goal::Row::met);
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
