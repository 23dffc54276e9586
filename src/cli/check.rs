//! `anphi check`: every invariant over the database.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use secrecy::ExposeSecret as _;
use serde_json::json;

use super::{Failure, Outcome, config, open};
use crate::{
    app::{
        anchor::Anchored,
        check::{Asked, Finding, Reach, check},
        clock::SystemClock,
        tables::Tables,
    },
    config::{Database, Settings},
    domain::time::Clock as _,
    store::{Options, SchemaState, Store},
};

/// Every invariant over the database, with the rows that break it.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  anphi check --config demo/config.toml --json

Exit status: 0 nothing is wrong, 1 an invariant is violated, 2 wrong call or settings, 3 could not
tell (database away). It only reads, also beside a running `anphi serve`.")]
pub struct Args {
    /// Computes all assessments and draws all receipts again, not a sample of 1,000.
    #[arg(long)]
    full: bool,
    /// One JSON object an invariant.
    #[arg(long)]
    json: bool,
    /// Chooses the sample.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
    /// The file of anchored audit heads (else the one that `serve` keeps).
    #[arg(long, value_name = "FILE")]
    anchor: Option<PathBuf>,
}

/// Runs the command.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let settings = config::read(file)?;
    let anchor = read_anchor(&settings, args.anchor.as_deref())?;
    let tables = Tables::shipped(settings.law).map_err(|e| Failure::Usage(e.to_string()))?;
    let reach = if args.full { Reach::Full } else { Reach::Sample(args.seed) };
    let findings = on_store(&settings, async |store| {
        let now = SystemClock.now();
        let asked = Asked { now, tables: &tables, anchor: anchor.as_ref(), reach };
        check(store, &asked).await
    })?;
    print(&findings, args.json)
}

/// The anchor of a call: the named file, which must be there, else the one that `serve` keeps.
pub(super) fn read_anchor(
    settings: &Settings,
    named: Option<&Path>,
) -> Result<Option<Anchored>, Failure> {
    let path = named.map_or_else(|| open::anchor_file(settings), Path::to_owned);
    let found = Anchored::read(&path).map_err(|error| Failure::Unknown(told(&error)))?;
    if found.is_none() && named.is_some() {
        return Err(Failure::Usage(format!("there is no anchor {}", path.display())));
    }
    Ok(found)
}

/// Opens the database for reading and asks it; it is not made and not migrated.
pub(super) fn on_store<T, E: std::error::Error>(
    settings: &Settings,
    ask: impl AsyncFnOnce(&Store) -> Result<T, E>,
) -> Result<T, Failure> {
    let url = match &settings.database {
        Database::Sqlite(path) if !path.exists() => {
            return Err(Failure::Unknown(format!("there is no database {}", path.display())));
        }
        Database::Sqlite(path) => format!("sqlite:{}", path.display()),
        Database::Postgres(url) => url.expose_secret().to_owned(),
    };
    let unknown = |error: &dyn std::error::Error| Failure::Unknown(told(error));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| unknown(&error))?;
    runtime.block_on(async {
        let options = Options { url, connections: 2 };
        let store = Store::open(&options).await.map_err(|error| unknown(&error))?;
        let state = store.schema().await.map_err(|error| unknown(&error))?;
        let answer = match state {
            SchemaState::Current => ask(&store).await.map_err(|error| unknown(&error)),
            SchemaState::Empty | SchemaState::Older => Err(Failure::Unknown(
                "the schema is older than this program: run `anphi migrate` first".to_owned(),
            )),
            SchemaState::Newer => Err(Failure::Unknown(
                "the schema is newer than this program: use the newer anphi".to_owned(),
            )),
        };
        // Not `Store::close`, which folds the log of a database that `serve` may be writing to.
        match &store {
            Store::Sqlite { read, write } => {
                read.close().await;
                write.close().await;
            }
            Store::Postgres { pool, .. } => pool.close().await,
        }
        answer
    })
}

/// An error with its causes.
fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text = format!("{text}: {next}");
        cause = next.source();
    }
    text
}

/// Prints findings and says whether one is violated.
pub(super) fn print(findings: &[Finding], json: bool) -> Outcome {
    let text: String = findings.iter().map(if json { line } else { shown }).collect();
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Unknown(format!("cannot write: {error}")))?;
    let violated: Vec<&str> = findings.iter().filter(|f| !f.ok).map(|f| f.invariant).collect();
    if violated.is_empty() {
        return Ok(());
    }
    Err(Failure::NotSo(format!("violated: {}", violated.join(", "))))
}

fn line(finding: &Finding) -> String {
    let Finding { invariant, ok, rows, note } = finding;
    let mut object = json!({ "invariant": invariant, "ok": ok, "rows": rows });
    if let (Some(note), Some(object)) = (note, object.as_object_mut()) {
        object.insert("note".to_owned(), note.as_str().into());
    }
    format!("{object}\n")
}

fn shown(finding: &Finding) -> String {
    let word = if finding.ok { "ok" } else { "VIOLATED" };
    let note = finding.note.as_ref().map_or_else(String::new, |note| format!("  ({note})"));
    let mut text = format!("{}  {word}{note}\n", finding.invariant);
    for row in &finding.rows {
        text.push_str("      ");
        text.push_str(row);
        text.push('\n');
    }
    text
}
