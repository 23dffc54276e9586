//! `anphi config`: the settings in force, and what is wrong with them.

use std::{
    io::{self, Write},
    path::Path,
};

use clap::Subcommand;
use serde_json::json;

use super::{Failure, Outcome};
use crate::{
    config::{Origin, Settings},
    telemetry,
};

/// Settings in force, secrets not shown, each with its origin.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:
  anphi config show --config /etc/anphi/config.toml

Exit status 2: the settings are wrong; every problem is told.")]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Every setting with its value and origin: default, file or environment.
    #[command(after_help = "Example:\n  anphi config show --config /etc/anphi/config.toml --json")]
    Show {
        /// One JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Says that the settings are fine, or everything that is wrong with them.
    #[command(after_help = "Example:\n  anphi config check --config /etc/anphi/config.toml")]
    Check,
}

/// Runs the command on the settings file of the call.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let settings = read(file)?;
    let text = match args.action {
        Action::Show { json } => shown(&settings, json),
        Action::Check => checked(&settings),
    };
    io::stdout()
        .lock()
        .write_all(text.as_bytes())
        .map_err(|error| Failure::Unknown(format!("cannot write: {error}")))
}

/// The settings of this call, checked whole: for every command that needs them.
pub(super) fn read(file: Option<&Path>) -> Result<Settings, Failure> {
    let settings =
        Settings::of_process(file).map_err(|problems| Failure::Usage(problems.to_string()))?;
    telemetry::filter(&settings.server.log).map_err(|error| Failure::Usage(error.to_string()))?;
    Ok(settings)
}

fn shown(settings: &Settings, json: bool) -> String {
    let lines = settings.effective().iter().map(|setting| {
        let (key, value, origin) = (&setting.key, &setting.value, setting.origin.to_string());
        if json {
            format!("{}\n", json!({"key": key, "value": value, "origin": origin}))
        } else {
            format!("{key} = {value}  # {origin}\n")
        }
    });
    lines.collect::<Vec<_>>().concat()
}

fn checked(settings: &Settings) -> String {
    let of = |origin| settings.effective().iter().filter(|s| s.origin == origin).count();
    let file = match settings.file() {
        Some(path) => format!("{} in {}", of(Origin::File), path.display()),
        None => "no settings file".to_owned(),
    };
    let accounts = settings.accounts.len();
    format!(
        "The settings are fine: {file}, {} in the environment, {accounts} accounts.\n",
        of(Origin::Environment)
    )
}
