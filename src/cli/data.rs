//! `anphi data import`: a new version of reference data.

use std::path::PathBuf;

use super::{Failure, Outcome, open};
use crate::{
    app::{
        clock::SystemClock,
        random::SystemRandom,
        reference::{Bringing, ImportError, import},
    },
    domain::{reference_data::ReferenceKind, time::Clock},
};

/// Reference data.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi data import days-off working_days.toml")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Brings a file as the newest version of its kind.
    #[command(after_help = "Example:\n  anphi data import courts courts.csv --dry-run")]
    Import {
        /// courts, agencies, days-off, banks, fees or forms.
        kind: String,
        /// The file.
        file: PathBuf,
        /// Checks the file against what is in force; keeps nothing.
        #[arg(long)]
        dry_run: bool,
    },
}

/// Runs the command.
pub fn run(args: &Args, config: Option<&std::path::Path>) -> Outcome {
    let Act::Import { kind, file, dry_run } = &args.act;
    let kind = ReferenceKind::from_code(kind).ok_or_else(|| {
        let kinds: Vec<&str> = ReferenceKind::ALL.iter().map(|kind| kind.code()).collect();
        Failure::Usage(format!("no kind {kind:?}; known are {}", kinds.join(", ")))
    })?;
    let bytes = std::fs::read(file)
        .map_err(|error| Failure::Usage(format!("cannot read {}: {error}", file.display())))?;
    let settings = super::config::read(config)?;
    open::block_on(async {
        let store = open::store(&settings).await?;
        let random = SystemRandom;
        let bringing = Bringing {
            by: "anphi data import",
            at: SystemClock.now(),
            origin: "import",
            random: &random,
            defaults: settings.courts,
        };
        let imported = import(&store, (kind, &bytes), bringing, *dry_run).await;
        store.close().await;
        match imported {
            Ok(imported) if *dry_run => {
                open::say(&format!("{}: {} entries, nothing kept", imported.name, imported.entries))
            }
            Ok(imported) => open::say(&format!(
                "{}: version {} with {} entries is in force",
                imported.name, imported.version, imported.entries
            )),
            Err(ImportError::Store(error)) if error.is_away() => {
                Err(Failure::Unknown("the database is away; try again later".to_owned()))
            }
            Err(error) => Err(Failure::NotSo(format!("{} is refused: {error}", file.display()))),
        }
    })
}
