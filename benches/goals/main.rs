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
mod quiet;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Cargo itself adds `--bench`.
    let wanted: Vec<_> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let chosen = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word));

    println!("{}\n", flush::measure(&std::env::temp_dir()));
    let mut rows = Vec::new();
    if chosen(quiet::NAME) {
        rows.push(quiet::measure());
    }

    println!("{}", goal::table(&rows));
    let met = !rows.is_empty() && rows.iter().all(goal::Row::met);
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
