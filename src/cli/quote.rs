//! `anphi quote`: fees and advances, for programs line by line, for people by questions.

mod dialogue;
mod worked;

use std::io::{self, IsTerminal};

use super::{
    Failure, Outcome,
    ndjson::{self, Refused},
};
use crate::domain::fee::{self, LawSettings, LawTables, Tree};

const HELP: &str = "\
Reads one question a line and answers each with one line, in the same order. A question that is
refused is answered {\"error\": {\"code\", \"field\", \"detail\"}}, one that cannot be read with the code
bad_input; the exit status is then 1. Both operations are there: \"advance\", what is to be paid now,
and \"outcome\", who bears what at the end and what becomes of the advances. On a terminal it asks in
Vietnamese and prints the worked computation.

Example:
  anphi quote < questions.ndjson
where each line of questions.ndjson is a question like (on one line)
  {\"op\":\"advance\", \"law\":\"auto\", \"date\":\"2026-11-24\", \"case\":\"civil\", \"instance\":\"first\",
  \"claims\":[{\"id\":\"c1\", \"by\":[\"p1\"], \"value\":500000000}]}
or, for a charge,
  {\"op\":\"advance\",\"law\":\"auto\",\"date\":\"2026-11-24\",\"case\":\"charge\",\"charge\":\"copies\",\"by\":[\"p1\"]}";

/// Works out a court fee, a charge, or its advance.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub struct Args {}

/// Runs the command.
pub fn run(Args {}: &Args) -> Outcome {
    let tables = LawTables::shipped()
        .map_err(|error| Failure::Usage(format!("the law tables of this build: {error}")))?;
    let settings = LawSettings::default();
    if io::stdin().is_terminal() {
        return dialogue::run(&tables, &settings);
    }
    ndjson::answer(|line| {
        let tree: Tree =
            serde_json::from_slice(line).map_err(|error| Refused::Unreadable(error.to_string()))?;
        fee::answer(&tables, &settings, &tree).map_err(Refused::Asked)
    })
}
