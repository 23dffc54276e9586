//! `anphi api-key`: keys by which the systems of courts and agencies sign in.

use std::path::Path;

use serde_json::json;

use super::{
    Failure, Outcome, config, open,
    staff::{scope, told},
};
use crate::{
    app::{
        App, Caller, Error,
        api_keys::{Access, KeyWanted},
    },
    domain::{
        id::ApiKeyId,
        time::{Day, Timestamp},
    },
    store::api_key::ApiKeyRow,
};

/// Keys of other systems.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi api-key list")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
    /// One JSON object a line.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Makes a key and prints it, now and never again.
    #[command(
        after_help = "Example:\n  anphi api-key new \"case system of KV1\" --court TAND-01-KV01 --write"
    )]
    New {
        /// Which system will hold the key.
        name: String,
        #[command(flatten)]
        place: Place,
        /// The key also writes: cases, drafted notices.
        #[arg(long)]
        write: bool,
        /// The last day on which the key opens something, such as 2027-12-31.
        #[arg(long, value_name = "DAY")]
        until: Option<String>,
    },
    /// Ends a key at once.
    #[command(after_help = "Example:\n  anphi api-key revoke 019375e2-7c00-7abc-8def-0123456789ab")]
    Revoke {
        /// The key's id, as `new` and `list` print it.
        id: String,
    },
    /// Every key, oldest first, ended ones too; never the keys themselves.
    #[command(after_help = "Example:\n  anphi api-key list --json")]
    List,
}

/// Whose things a key may touch.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Place {
    /// A court, by code.
    #[arg(long)]
    court: Option<String>,
    /// An agency, by code.
    #[arg(long)]
    agency: Option<String>,
    /// The whole installation.
    #[arg(long)]
    all: bool,
}

/// Runs the command.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let settings = config::read(file)?;
    open::block_on(async {
        let (app, _writer) = open::app(&settings).await?;
        let outcome = act(&app, args).await;
        app.store.close().await;
        outcome
    })
}

async fn act(app: &App, args: &Args) -> Outcome {
    let caller = Caller::system("anphi api-key");
    match &args.act {
        Act::New { name, place, write, until } => {
            let wanted = KeyWanted {
                name: name.clone(),
                scope: scope(app, place.court.as_deref(), place.agency.as_deref()).await?,
                access: if *write { Access::Write } else { Access::Read },
                expires_at: until.as_deref().map(end_of).transpose()?,
            };
            let made = app.new_api_key(&caller, wanted).await.map_err(|error| told(&error))?;
            let line = json!({ "id": made.id, "key": made.text });
            open::say(&if args.json {
                line.to_string()
            } else {
                format!("{}\n{}\nThe key is not shown again.", made.id, made.text)
            })
        }
        Act::Revoke { id } => {
            let none = || Failure::NotSo(format!("no live key has the id {id}"));
            let parsed: ApiKeyId = id.parse().map_err(|_| none())?;
            match app.revoke_api_key(&caller, parsed).await {
                Ok(()) if args.json => open::say(&json!({ "id": id, "revoked": true }).to_string()),
                Ok(()) => open::say(&format!("{id} opens nothing any more")),
                Err(Error::NotFound) => Err(none()),
                Err(error) => Err(told(&error)),
            }
        }
        Act::List => {
            let now = app.now();
            for row in app.api_keys().await.map_err(|error| told(&error))? {
                open::say(&if args.json { in_json(&row) } else { in_words(&row, now) })?;
            }
            Ok(())
        }
    }
}

/// A key opens things through the whole of its last day in Vietnam.
fn end_of(day: &str) -> Result<Timestamp, Failure> {
    let wrong = || Failure::Usage(format!("{day:?} is no day; write it as 2027-12-31"));
    let parsed: Day = day.parse().map_err(|_| wrong())?;
    parsed.plus(1).map(Day::start).ok_or_else(wrong)
}

fn place_of(row: &ApiKeyRow) -> &str {
    row.court_code.as_deref().or(row.agency_code.as_deref()).unwrap_or("all")
}

fn in_json(row: &ApiKeyRow) -> String {
    let moment = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "id": row.id, "name": row.name, "scope": row.scope, "place": place_of(row),
        "write": row.can_write, "created_at": row.created_at.to_string(),
        "expires_at": moment(row.expires_at), "last_used_at": moment(row.last_used_at),
        "revoked_at": moment(row.revoked_at),
    })
    .to_string()
}

fn in_words(row: &ApiKeyRow, now: Timestamp) -> String {
    let state = match (row.revoked_at, row.expires_at) {
        (Some(at), _) => format!("revoked {at}"),
        (None, Some(end)) if end <= now => format!("expired {end}"),
        (None, Some(end)) => format!("until {end}"),
        (None, None) => "without end".to_owned(),
    };
    let access = if row.can_write { "reads and writes" } else { "reads" };
    let used = row.last_used_at.map_or("never used".to_owned(), |at| format!("last used {at}"));
    format!("{} {:20} {access}, {state}, {used}: {}", row.id, place_of(row), row.name)
}
