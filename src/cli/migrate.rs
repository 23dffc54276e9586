//! `anphi migrate`: brings the schema up to this program's.

use std::path::Path;

use super::{Failure, Outcome, config, open};
use crate::store::SchemaState;

/// Brings the database schema up to this program's.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi migrate --dry-run --config /etc/anphi/config.toml")]
pub struct Args {
    /// Only says what would run.
    #[arg(long)]
    dry_run: bool,
}

/// Runs the command.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let settings = config::read(file)?;
    open::block_on(async {
        // What would run on a database that is still to be made is seen on one in memory.
        let unmade = args.dry_run && open::missing(&settings.database).is_some();
        let store =
            if unmade { open::memory().await? } else { open::bare_store(&settings, 2).await? };
        if store.schema().await.map_err(open::open_failure)? == SchemaState::Newer {
            return Err(open::open_failure(crate::store::StartError::Newer));
        }
        let pending = store.pending().await.map_err(open::open_failure)?;
        if pending.is_empty() {
            open::say("the schema is this program's; nothing to do")?;
        }
        for name in &pending {
            open::say(&format!("{} {name}", if args.dry_run { "would run" } else { "running" }))?;
        }
        if !args.dry_run && !pending.is_empty() {
            store.migrate().await.map_err(open::open_failure)?;
            open::say("done")?;
        }
        store.close().await;
        Ok::<(), Failure>(())
    })
}
