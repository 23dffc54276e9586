//! `anphi staff`: first accounts and rescue.

use std::{io::Read, path::Path};

use super::{Failure, Outcome, config, open};
use crate::{
    app::{
        App, Caller, Error,
        random::{Random, SystemRandom, code},
        sign_in::is_away,
        staff::NewStaff,
    },
    domain::staff::{Role, Scope, StaffState},
};

/// Characters of a generated password: 100 random bits.
const GENERATED: usize = 20;

/// Members of staff.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  anphi staff list")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

/// A role and where it holds; without court and agency it holds everywhere.
#[derive(Debug, clap::Args)]
struct Place {
    /// clerk, judge, chief_judge, accountant, cashier, enforcement_officer, head_of_agency,
    /// administrator or inspector.
    #[arg(long)]
    role: String,
    /// The court of the role, by code.
    #[arg(long, conflicts_with = "agency")]
    court: Option<String>,
    /// The agency of the role, by code.
    #[arg(long)]
    agency: Option<String>,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Adds a member of staff; prints login, password and the seed of the second factor.
    #[command(
        after_help = "Example:\n  anphi staff add thuky.kv1 --name \"Thư ký Mẫu\" --role clerk --court TAND-01-KV01"
    )]
    Add {
        /// Login name: small letters, digits and . _ -
        login: String,
        /// The person's name, as papers print it.
        #[arg(long)]
        name: String,
        #[command(flatten)]
        place: Place,
        /// Reads the password from standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
        /// Leaves the second factor to be enrolled at the first sign-in.
        #[arg(long)]
        without_totp: bool,
    },
    /// Grants a further role.
    #[command(
        after_help = "Example:\n  anphi staff grant ketoan --role accountant --agency THADS-01"
    )]
    Grant {
        /// Login name.
        login: String,
        #[command(flatten)]
        place: Place,
    },
    /// Takes a role back; it is gone at the next request.
    #[command(
        after_help = "Example:\n  anphi staff withdraw ketoan --role accountant --agency THADS-01"
    )]
    Withdraw {
        /// Login name.
        login: String,
        #[command(flatten)]
        place: Place,
    },
    /// Shuts a member of staff out at once.
    #[command(after_help = "Example:\n  anphi staff disable thuky.kv1")]
    Disable {
        /// Login name.
        login: String,
    },
    /// Opens a name that wrong tries have locked.
    #[command(after_help = "Example:\n  anphi staff unlock thuky.kv1")]
    Unlock {
        /// Login name.
        login: String,
    },
    /// A new password; the second factor is enrolled again at the next sign-in.
    #[command(after_help = "Example:\n  anphi staff reset thuky.kv1")]
    Reset {
        /// Login name.
        login: String,
        /// Reads the password from standard input instead of making one.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Everybody, one a line: login, state, roles.
    #[command(after_help = "Example:\n  anphi staff list")]
    List,
}

/// Runs the command.
pub fn run(args: &Args, file: Option<&Path>) -> Outcome {
    let settings = config::read(file)?;
    open::block_on(async {
        let (app, _writer) = open::app(&settings).await?;
        let outcome = act(&app, &args.act).await;
        app.store.close().await;
        outcome
    })
}

async fn act(app: &App, act: &Act) -> Outcome {
    let caller = Caller::system("anphi staff");
    match act {
        Act::Add { login, name, place, password_stdin, without_totp } => {
            let (role, scope) = granted(app, place).await?;
            let password = password(*password_stdin)?;
            let new = NewStaff { login, name, password: &password, grants: &[(role, scope)] };
            let id = app.add_staff(&caller, new).await.map_err(|error| told(&error))?;
            let seed = if *without_totp {
                "-".to_owned()
            } else {
                let seed = app.new_totp_seed();
                app.enrol(id, &seed, None).await.map_err(|error| told(&error))?;
                seed
            };
            let shown = if *password_stdin { "(as given)" } else { &password };
            open::say(&format!("staff {role} {login} {shown} {seed}"))
        }
        Act::Grant { login, place } => {
            let granted = granted(app, place).await?;
            app.grant_role(&caller, login, granted).await.map_err(|error| told(&error))?;
            open::say(&format!("{login} is {} too", granted.0))
        }
        Act::Withdraw { login, place } => {
            let granted = granted(app, place).await?;
            app.withdraw_role(&caller, login, granted).await.map_err(|error| told(&error))?;
            open::say(&format!("{login} is no longer {} there", granted.0))
        }
        Act::Unlock { login } => {
            app.unlock_staff(&caller, login).await.map_err(|error| told(&error))?;
            open::say(&format!("{login} may try again"))
        }
        Act::Disable { login } => {
            app.disable_staff(&caller, login).await.map_err(|error| told(&error))?;
            open::say(&format!("{login} is shut out"))
        }
        Act::Reset { login, password_stdin } => {
            let password = password(*password_stdin)?;
            app.reset_staff(&caller, login, &password).await.map_err(|error| told(&error))?;
            let shown = if *password_stdin { "(as given)" } else { &password };
            open::say(&format!("{login} {shown}"))
        }
        Act::List => list(app).await,
    }
}

async fn granted(app: &App, place: &Place) -> Result<(Role, Scope), Failure> {
    let role = Role::from_code(&place.role).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.code()).collect();
        Failure::Usage(format!("no role {:?}; known are {}", place.role, known.join(", ")))
    })?;
    Ok((role, scope(app, place.court.as_deref(), place.agency.as_deref()).await?))
}

async fn list(app: &App) -> Outcome {
    let away = |error: crate::store::StoreError| told(&error.into());
    let mut tx = app.store.read().await.map_err(away)?;
    for row in tx.all_staff().await.map_err(away)? {
        let grants = tx.grants(row.id).await.map_err(away)?;
        let roles: Vec<String> =
            grants.iter().map(|grant| format!("{} {}", grant.role, grant.place)).collect();
        let away = row.state == StaffState::Active && is_away(&row, app.now());
        let state = if away { "away" } else { row.state.code() };
        open::say(&format!("{:20} {state:9} {}", row.login, roles.join("; ")))?;
    }
    Ok(())
}

/// The court or agency of a role; neither means everything.
pub(super) async fn scope(
    app: &App,
    court: Option<&str>,
    agency: Option<&str>,
) -> Result<Scope, Failure> {
    let away = |error: crate::store::StoreError| told(&error.into());
    let missing = |what: &str, code: &str| {
        Failure::Usage(format!("no {what} has the code {code}; see `anphi data import`"))
    };
    let mut tx = app.store.read().await.map_err(away)?;
    if let Some(code) = court {
        let row = tx.court_by_code(code).await.map_err(away)?;
        let id = row.ok_or_else(|| missing("court", code))?.id;
        return Ok(Scope::Court { id, children: false });
    }
    if let Some(code) = agency {
        let row = tx.agency_by_code(code).await.map_err(away)?;
        let id = row.ok_or_else(|| missing("agency", code))?.id;
        return Ok(Scope::Agency { id, children: true });
    }
    Ok(Scope::All)
}

fn password(from_stdin: bool) -> Result<String, Failure> {
    if !from_stdin {
        return Ok(made_password(&SystemRandom));
    }
    let mut text = String::new();
    std::io::stdin()
        .lock()
        .take(1_024)
        .read_to_string(&mut text)
        .map_err(|error| Failure::Usage(format!("the password cannot be read: {error}")))?;
    Ok(text.trim_end_matches(['\n', '\r']).to_owned())
}

/// A password nobody can guess, of letters that nobody misreads.
pub(super) fn made_password(random: &dyn Random) -> String {
    code(GENERATED, random)
}

/// An error of a use case as the command's exit.
pub(super) fn told(error: &Error) -> Failure {
    match error {
        Error::NotFound => Failure::NotSo("no such login name; see `anphi staff list`".to_owned()),
        Error::Refused { field, reason } => {
            Failure::NotSo(format!("{field}: {} ({reason})", sentence(reason)))
        }
        Error::Away(_) | Error::Busy => {
            Failure::Unknown("the database is away; nothing was changed".to_owned())
        }
        Error::Unauthenticated
        | Error::Forbidden
        | Error::State(_)
        | Error::Changed
        | Error::KeyReused
        | Error::StillRunning
        | Error::TooMany { .. }
        | Error::Internal(_) => Failure::Unknown(format!("it failed: {error}")),
    }
}

/// What was wrong with a field, and what fits.
fn sentence(reason: &str) -> &'static str {
    match reason {
        "bad_login" => "a login name is of small letters, digits and . _ -, 64 at most",
        "login_taken" => "somebody has this login name; see `anphi staff list`",
        "empty" => "is needed",
        "too_long" => "is longer than 200 characters",
        "bad_text" => "holds a control or direction character",
        "password_too_short" => "take 14 characters or more",
        "password_too_long" => "take at most 256 characters",
        "password_too_common" => {
            "people try this one first; take several words, or none and one is made"
        }
        "granted_before" => "they have this role there already",
        "not_granted" => "they do not have this role there; see `anphi staff list`",
        "in_the_past" => "the last day is over; take a later one",
        _ => "does not fit",
    }
}
