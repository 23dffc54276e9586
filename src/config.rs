//! Typed settings from built-in defaults, one file and the environment, checked whole at start.
//!
//! Own layers over `toml` instead of the crate `config`: each value must know its origin, a problem
//! must name its key or variable and never a secret's text, and a misspelled key its nearest one.

mod account;
mod sections;
mod source;

use std::{
    collections::BTreeMap,
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
};

use self::source::{Read, Source};
pub use self::{
    account::{Account, BankAccount, Channel, SepayAuth},
    sections::{
        AcceptBy, AcceptOn, Admin, Courts, Database, Network, PasswordProfile, Security, Server,
        Tls,
    },
    source::{Effective, Origin, Problem},
};
use crate::domain::fee::LawSettings;

/// The defaults, each with a comment: the lowest layer and the documentation in one.
pub const DEFAULTS: &str = include_str!("../assets/config.default.toml");

/// All settings, typed and checked.
pub struct Settings {
    /// The public listener.
    pub server: Server,
    /// The second listener.
    pub admin: Admin,
    /// Where rows are kept.
    pub database: Database,
    /// Defaults for courts and agencies.
    pub courts: Courts,
    /// Readings of the law on fees.
    pub law: LawSettings,
    /// Keys, passwords, sessions.
    pub security: Security,
    /// Accounts of the file, to be upserted with origin `file`.
    pub accounts: Vec<Account>,
    file: Option<PathBuf>,
    effective: Vec<Effective>,
}

/// Listeners and engine only: settings name accounts, and this may end in a log.
impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("server", &self.server)
            .field("admin", &self.admin)
            .field("database", &self.database)
            .finish_non_exhaustive()
    }
}

/// Everything that is wrong with the settings, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Each problem.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}

impl Settings {
    /// Reads the settings of this process: the file, if one is named, and the environment.
    pub fn of_process(file: Option<&Path>) -> Result<Self, Problems> {
        Self::load(file, std::env::vars_os())
    }

    /// Reads the file, if one is named, under the given environment.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Problems> {
        let mut problems = Vec::new();
        let defaults = table("the built-in defaults", DEFAULTS, &mut problems);
        let named = match file {
            Some(path) => match fs::read_to_string(path) {
                Ok(text) => table(&path.display().to_string(), &text, &mut problems),
                Err(error) => {
                    let message = format!("cannot be read ({error}); name another with --config");
                    problems.push(Problem::new(path.display(), message));
                    toml::Table::new()
                }
            },
            None => toml::Table::new(),
        };
        let environment = variables(environment, &mut problems);
        if !problems.is_empty() {
            return Err(Problems(problems));
        }
        let folder = file.and_then(Path::parent).map(Path::to_path_buf).unwrap_or_default();
        let mut source = Source::new(defaults, named, environment, folder);
        let settings = Self::read(&mut source);
        source.refuse_strangers();
        let (effective, problems) = source.into_parts();
        match settings {
            Ok(settings) if problems.is_empty() => {
                Ok(Self { file: file.map(Path::to_path_buf), effective, ..settings })
            }
            _ => Err(Problems(problems)),
        }
    }

    /// Every section is read before the first failure ends it, so that all problems are told at once.
    fn read(source: &mut Source) -> Read<Self> {
        let server = Server::read(source);
        let admin = Admin::read(source, server.as_ref().ok());
        let database = Database::read(source);
        let courts = Courts::read(source);
        let law = sections::law(source);
        let security = Security::read(source);
        let accounts = account::read_all(source);
        Ok(Self {
            server: server?,
            admin: admin?,
            database: database?,
            courts: courts?,
            law: law?,
            security: security?,
            accounts: accounts?,
            file: None,
            effective: Vec::new(),
        })
    }

    /// The settings file, where one was named.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// Every value in force with its origin, secrets redacted, in the order of the default file.
    pub fn effective(&self) -> &[Effective] {
        &self.effective
    }
}

/// A TOML table; of a text that is none only line, column and the kind of fault are told, since the
/// line itself may hold a secret.
fn table(name: &str, text: &str, problems: &mut Vec<Problem>) -> toml::Table {
    toml::from_str(text).unwrap_or_else(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let message = format!("line {line}, column {column}: {}", error.message());
        problems.push(Problem::new(name, message));
        toml::Table::new()
    })
}

/// The variables `ANPHI_SECTION__KEY`. Others that begin with ANPHI_ are left alone: $ANPHI_CONFIG,
/// and what Kubernetes sets for a service of this name (ANPHI_PORT, ANPHI_SERVICE_HOST).
fn variables(
    environment: impl IntoIterator<Item = (OsString, OsString)>,
    problems: &mut Vec<Problem>,
) -> BTreeMap<String, String> {
    let mut variables = BTreeMap::new();
    for (name, value) in environment {
        let Some(name) = name.to_str().filter(|name| source::is_variable(name)) else { continue };
        match value.into_string() {
            Ok(value) => {
                variables.insert(name.to_owned(), value);
            }
            Err(_) => problems.push(Problem::new(name, "is not UTF-8")),
        }
    }
    variables
}
