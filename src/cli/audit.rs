//! `anphi audit verify`: the audit chains, what they bind, and the anchor.

use std::path::{Path, PathBuf};

use clap::Subcommand;

use super::{Failure, Outcome, check, config};
use crate::app::check::verify_audit;

/// The record of who did what.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi audit verify")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Is it whole? Every entry hangs on the one before, binds its receipts and postings, and
    /// nothing that was anchored outside the database is gone.
    #[command(
        after_help = "Example:\n  anphi audit verify --config /etc/anphi/config.toml --json\n\n\
        Exit status: 0 whole, 1 broken, 2 wrong call, 3 could not tell."
    )]
    Verify(Verify),
}

#[derive(Debug, clap::Args)]
struct Verify {
    /// One JSON object.
    #[arg(long)]
    json: bool,
    /// The file of anchored audit heads (else the one that `serve` keeps).
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let Action::Verify(verify) = &args.action;
    let settings = config::read(file)?;
    let anchor = check::read_anchor(&settings, verify.anchor.as_deref())?;
    let found =
        check::on_store(&settings, async |store| verify_audit(store, anchor.as_ref()).await)?;
    match check::print(std::slice::from_ref(&found), verify.json) {
        Err(Failure::NotSo(_)) => Err(Failure::NotSo("the audit is broken".to_owned())),
        other => other,
    }
}
