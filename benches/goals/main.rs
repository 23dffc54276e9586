//! The goals of the program's speed, each a ratio inside one run: what we do beside what it is
//! compared with, in turns, on the same machine. `scripts/bench` runs this and shows the table.
//!
//! A measurement is a module here that gives [`goal::Row`]s. Arguments choose measurements by a part
//! of a row's name; the long ones run only when chosen.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a measurement that cannot be made stops the run; the table is its output"
)]

mod baseline;
mod checked;
mod flush;
mod goal;
mod growth;
mod installation;
mod load;
mod process;
mod routes;
mod same_rows;
mod seed;
mod server;
mod settlement;

use std::{path::Path, process::ExitCode};

/// Rows that are measured together.
struct Measurement {
    names: &'static [&'static str],
    measure: fn() -> Vec<goal::Row>,
    /// Too long for every run.
    long: bool,
}

const fn short(names: &'static [&'static str], measure: fn() -> Vec<goal::Row>) -> Measurement {
    Measurement { names, measure, long: false }
}

const fn long(names: &'static [&'static str], measure: fn() -> Vec<goal::Row>) -> Measurement {
    Measurement { names, measure, long: true }
}

const MEASUREMENTS: &[Measurement] = &[
    short(&[routes::QUIET], routes::quiet),
    short(&[routes::QUOTE], routes::quotes),
    short(&[settlement::POSTGRES, settlement::POSTGRES_P99], settlement::postgres),
    short(&[settlement::ONE_AGENCY], settlement::one_agency),
    short(&[settlement::TWO_PROCESSES, settlement::TOGETHER], settlement::two_processes),
    short(&[settlement::SQLITE, settlement::SQLITE_P99], settlement::sqlite),
    short(&[process::MEMORY_POSTGRES], process::memory_postgres),
    short(&[process::MEMORY_SQLITE], process::memory_sqlite),
    short(&[process::START_POSTGRES], process::start_postgres),
    short(&[process::START_SQLITE], process::start_sqlite),
    long(&[checked::SQLITE], checked::sqlite),
    long(&[checked::POSTGRES], checked::postgres),
    long(&[checked::SQLITE_MILLION], checked::sqlite_million),
    long(&[checked::POSTGRES_MILLION], checked::postgres_million),
    long(&[growth::GROWTH], growth::growth),
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [word, file, address] = arguments.as_slice()
        && word == server::BASELINE
    {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(baseline::serve(Path::new(file), address.parse().unwrap()));
        return ExitCode::SUCCESS;
    }
    // Cargo itself adds `--bench`.
    let wanted: Vec<_> = arguments.iter().filter(|word| !word.starts_with('-')).collect();
    let is_chosen = |one: &&Measurement| {
        let named = |word: &&String| one.names.iter().any(|name| name.contains(word.as_str()));
        if wanted.is_empty() { !one.long } else { wanted.iter().any(named) }
    };

    println!("{}\n\n{}", flush::measure(&std::env::temp_dir()), goal::HEAD);
    let (mut measured, mut met) = (0, 0);
    for one in MEASUREMENTS.iter().filter(is_chosen) {
        for row in (one.measure)() {
            println!("{row}");
            measured += 1;
            met += usize::from(row.met());
        }
    }
    if measured > 0 && met == measured { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
