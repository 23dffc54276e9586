//! The command line: one file a command, and the only printing of the program.

mod api_key;
mod audit;
mod check;
mod config;
pub mod conform;
mod data;
mod deadline;
mod demo;
mod head;
mod import;
mod listener;
mod migrate;
mod ndjson;
mod open;
mod quote;
mod receipt;
mod reconcile;
mod serve;
mod staff;
mod strict_json;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Online payment gateway for the court fees of Vietnam.
#[derive(Debug, Parser)]
#[command(name = "anphi", version, arg_required_else_help = true)]
struct Cli {
    /// Settings file (else $ANPHI_CONFIG, else built-in defaults).
    #[arg(long, global = true, env = "ANPHI_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Keys of other systems.
    ApiKey(api_key::Args),
    Data(data::Args),
    Migrate(migrate::Args),
    Reconcile(reconcile::Args),
    Serve(serve::Args),
    Staff(staff::Args),
    Work(serve::WorkArgs),
    Audit(audit::Args),
    Check(check::Args),
    Config(config::Args),
    Deadline(deadline::Args),
    Demo(demo::Args),
    /// Reads a bank statement.
    Import(import::Args),
    Quote(quote::Args),
    /// Check receipts without a database.
    Receipt(receipt::Args),
    /// Answers the test vectors of a payment protocol by the service's own code.
    Conform(conform::Args),
}

/// Why a command did not do what it was asked; each kind is one exit status.
#[derive(Debug)]
pub enum Failure {
    /// Exit 1: the thing asked is not so (check violated, item refused).
    NotSo(String),
    /// Exit 2: wrong call or settings.
    Usage(String),
    /// Exit 3: could not tell (database away).
    Unknown(String),
}

/// What a command gives back.
pub type Outcome = Result<(), Failure>;

/// Reads the arguments, runs the command, turns its outcome into an exit status.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    // One cryptography for the whole process, before the first client or listener is made.
    let _ = rustls::crypto::ring::default_provider().install_default();
    finish(run(cli))
}

fn run(cli: Cli) -> Outcome {
    let file = cli.config.as_deref();
    match cli.command {
        Command::ApiKey(args) => api_key::run(&args, cli.config.as_deref()),
        Command::Data(args) => data::run(&args, file),
        Command::Migrate(args) => migrate::run(&args, file),
        Command::Reconcile(args) => reconcile::run(&args, file),
        Command::Serve(args) => serve::run(&args, file),
        Command::Staff(args) => staff::run(&args, file),
        Command::Work(args) => serve::work(&args, file),
        Command::Config(args) => config::run(&args, file),
        Command::Audit(args) => audit::run(&args, file),
        Command::Check(args) => check::run(&args, file),
        Command::Deadline(args) => deadline::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Import(args) => import::run(&args, file),
        Command::Quote(args) => quote::run(&args),
        Command::Receipt(args) => receipt::run(args),
        Command::Conform(args) => conform::run(&args),
    }
}

fn finish(outcome: Outcome) -> ExitCode {
    let (status, message) = match outcome {
        Ok(()) => return ExitCode::SUCCESS,
        Err(Failure::NotSo(message)) => (1, message),
        Err(Failure::Usage(message)) => (2, message),
        Err(Failure::Unknown(message)) => (3, message),
    };
    if !message.is_empty() {
        eprintln!("anphi: {message}");
    }
    ExitCode::from(status)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// Contract 2: every command has `--help` with an example.
    #[test]
    fn every_command_shows_an_example() {
        fn walk(path: &str, command: &clap::Command, bare: &mut Vec<String>) {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            if !path.is_empty() && !help.contains("Example:\n  anphi") && !help.contains("  echo ")
            {
                bare.push(path.to_owned());
            }
            for inner in command.get_subcommands() {
                walk(&format!("{path} {}", inner.get_name()), inner, bare);
            }
        }
        let mut bare = Vec::new();
        walk("", &Cli::command(), &mut bare);
        assert_eq!(bare, Vec::<String>::new());
    }
}
