//! `anphi reconcile`: runs the matching and says what every line is.

use std::path::Path;

use serde_json::json;

use super::{Failure, Outcome, config, open};
use crate::{
    app::{App, Caller},
    domain::time::Day,
    store::account::AccountRow,
};

/// Matches statement lines, prints counts and sums by outcome.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi reconcile --account custody --day 2026-11-23 --json")]
pub struct Args {
    /// An account's name or number; without it every account with a statement.
    #[arg(long, value_name = "A")]
    account: Option<String>,
    /// Only lines up to this day are matched, only this day's are counted.
    #[arg(long, value_name = "D")]
    day: Option<Day>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let settings = config::read(file)?;
    open::block_on(async {
        let (app, _writer) = open::app(&settings).await?;
        let outcome = reconcile(&app, args).await;
        app.store.close().await;
        outcome
    })
}

async fn reconcile(app: &App, args: &Args) -> Outcome {
    let failed =
        |error: crate::app::Error| Failure::Unknown(format!("the matching failed: {error}"));
    let mut tx = app.store.read().await.map_err(|error| failed(error.into()))?;
    let accounts = tx.accounts().await.map_err(|error| failed(error.into()))?;
    tx.rollback().await.map_err(|error| failed(error.into()))?;
    let chosen: Vec<AccountRow> = accounts
        .into_iter()
        .filter(|account| account.number.is_some())
        .filter(|account| {
            args.account.as_ref().is_none_or(|wanted| {
                account.name == *wanted || account.number.as_ref() == Some(wanted)
            })
        })
        .collect();
    if chosen.is_empty() {
        return Err(Failure::Usage("no such account; `anphi config show` lists them".to_owned()));
    }
    let caller = Caller::system("reconcile");
    for account in &chosen {
        app.reconcile(&caller, account, args.day).await.map_err(failed)?;
        let mut tx = app.store.read().await.map_err(|error| failed(error.into()))?;
        let counts = tx.line_outcomes(account.id, args.day).await;
        for row in counts.map_err(|error| failed(error.into()))? {
            let line = if args.json {
                json!({
                    "account": account.name, "outcome": row.outcome, "rule": row.rule,
                    "direction": row.direction, "count": row.count, "sum": row.sum,
                })
                .to_string()
            } else {
                format!(
                    "{:12} {:10} {:22} {:6} {:>5} {:>18}",
                    account.name, row.outcome, row.rule, row.direction, row.count, row.sum
                )
            };
            open::say(&line)?;
        }
    }
    Ok(())
}
