//! `anphi demo`: a new installation of a province that does not exist, its main job played from
//! quotes to acceptance, then served.

mod cast;
mod clients;
mod clock;
mod control;
mod html;
mod money;
mod quote;
mod recon;
mod stage;
mod story;

use std::{net::SocketAddr, path::PathBuf};

use super::{Outcome, open};

/// Plays the main job of a province that does not exist, then serves it.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Example:\n  anphi demo --run\n\nWith --run it ends after the story: exit 0 only when each step did what it should."
)]
pub struct Args {
    /// Folder of the new installation (default: a temporary one).
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address of the public listener; port 0 takes a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Ends after the story.
    #[arg(long)]
    run: bool,
    /// An empty PostgreSQL database instead of SQLite.
    #[arg(long, value_name = "URL")]
    postgres: Option<String>,
    /// The key that the played bank and gateway sign with, instead of the installation's: nothing
    /// that they send is then believed, and --run ends with 1.
    #[arg(long, value_name = "KEY")]
    sim_key: Option<String>,
}

/// Runs the command.
pub fn run(args: &Args) -> Outcome {
    open::block_on(async {
        let stage = stage::Stage::set_up(args).await?;
        story::play(&stage).await?;
        if args.run { stage.strike().await } else { stage.serve().await }
    })
}
