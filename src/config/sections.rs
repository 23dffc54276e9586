//! The sections of the settings, each read and checked whole.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
};

use secrecy::{ExposeSecret, SecretString};
use toml::Table;
use url::{Host, Url};

use super::source::{Found, Origin, Read, Source};
use crate::domain::{
    fee::LawSettings,
    settle::{IssueMode, PartsMode},
};

const ADDRESS: &str = "address and port such as 127.0.0.1:8080";

/// Section `[server]`.
#[derive(Clone, Debug)]
pub struct Server {
    /// The public listener.
    pub listen: SocketAddr,
    /// Certificate and key; `None` is plain HTTP.
    pub tls: Option<Tls>,
    /// Proxies whose X-Forwarded-For counts.
    pub trusted_proxies: Vec<Network>,
    /// What is logged, for `telemetry`.
    pub log: String,
    public_url: Option<Url>,
}

/// PEM files of the public listener.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Certificate chain.
    pub cert: PathBuf,
    /// Private key.
    pub key: PathBuf,
}

impl Server {
    pub(super) fn read(source: &mut Source) -> Read<Self> {
        let listen = source.parsed::<SocketAddr>("server.listen", ADDRESS);
        let public_url = source.optional("server.public_url");
        let (cert, key) = (source.readable("server.tls_cert"), source.readable("server.tls_key"));
        let proxies = source.list("server.trusted_proxies", Network::FORM);
        let log = source.text("server.log");
        let tls = match (cert?, key?) {
            (Some(cert), Some(key)) => Some(Tls { cert, key }),
            (None, None) => None,
            (cert, _) => {
                let missing = if cert.is_none() { "server.tls_cert" } else { "server.tls_key" };
                return Err(source.report(
                    missing,
                    Origin::File,
                    "certificate and key go together",
                ));
            }
        };
        let listen = listen?;
        let server = Self {
            listen: listen.value,
            tls,
            trusted_proxies: proxies?,
            log: log?.value,
            public_url: None,
        };
        server.refuse_open(source, "server.listen", &listen)?;
        let public_url = match public_url? {
            Some(found) => Some(public_url_of(source, &found)?),
            None if server.is_plain_loopback() => None,
            None => {
                let message = "is needed: the public reaches this service by another address";
                return Err(source.report("server.public_url", Origin::File, message));
            }
        };
        Ok(Self { public_url, ..server })
    }

    /// Plain HTTP that others on the network could read is refused (decisions 7).
    fn refuse_open(&self, source: &mut Source, key: &str, listen: &Found<SocketAddr>) -> Read<()> {
        let hidden = self.tls.is_some() || !self.trusted_proxies.is_empty();
        if hidden || listen.value.ip().is_loopback() {
            return Ok(());
        }
        let message = format!(
            "plain HTTP on {} could be read on the network: set server.tls_cert and \
             server.tls_key, or server.trusted_proxies, or listen on 127.0.0.1",
            listen.value
        );
        Err(source.report(key, listen.origin, message))
    }

    /// Plain HTTP for this machine alone: the session cookie then goes without Secure.
    pub fn is_plain_loopback(&self) -> bool {
        self.tls.is_none() && self.trusted_proxies.is_empty()
    }

    /// The address by which the public reaches the service, without a closing slash. `bound` is the
    /// address that the listener got, which differs from [`Self::listen`] where that has port 0.
    pub fn public_url(&self, bound: SocketAddr) -> String {
        match &self.public_url {
            Some(url) => url.as_str().trim_end_matches('/').to_owned(),
            None => format!("http://{bound}"),
        }
    }
}

fn public_url_of(source: &mut Source, found: &Found<String>) -> Read<Url> {
    let url = Url::parse(&found.value).ok().filter(|url| {
        (url.scheme() == "https" || is_plain_loopback(url))
            && url.host().is_some()
            && url.path() == "/"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    url.ok_or_else(|| {
        let message = format!("{:?} is no address such as https://anphi.example.vn", found.value);
        source.report("server.public_url", found.origin, message)
    })
}

/// `http` to this very machine.
pub(super) fn is_plain_loopback(url: &Url) -> bool {
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && loopback
}

/// Section `[admin]`.
#[derive(Clone, Debug)]
pub struct Admin {
    /// The second listener: administration API and metrics.
    pub listen: SocketAddr,
    /// `/desk/admin` is on the second listener only.
    pub only: bool,
}

impl Admin {
    pub(super) fn read(source: &mut Source, server: Option<&Server>) -> Read<Self> {
        let listen = source.parsed::<SocketAddr>("admin.listen", ADDRESS);
        let only = source.flag("admin.only");
        let (listen, only) = (listen?, only?);
        if let Some(server) = server {
            server.refuse_open(source, "admin.listen", &listen)?;
            if listen.value == server.listen && listen.value.port() != 0 {
                let message = "is the address of server.listen: the two need different ports";
                return Err(source.report("admin.listen", listen.origin, message));
            }
        }
        Ok(Self { listen: listen.value, only })
    }
}

/// An address or a network, `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    prefix: u32,
}

/// Not an address or network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANetwork;

impl Network {
    const FORM: &'static str = "address or network such as 10.0.0.0/8";

    /// Whether the address lies in the network. IPv4 inside IPv6 is read as IPv4.
    pub fn contains(&self, address: IpAddr) -> bool {
        let differing = match (self.address, address.to_canonical()) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            (IpAddr::V6(a), IpAddr::V6(b)) => (a.to_bits() ^ b.to_bits()).leading_zeros(),
            (IpAddr::V4(_), IpAddr::V6(_)) | (IpAddr::V6(_), IpAddr::V4(_)) => return false,
        };
        differing >= self.prefix
    }
}

/// A network of everyone (`/0`) is refused: it would trust any sender's X-Forwarded-For.
impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address = address.parse::<IpAddr>().map_err(|_| NotANetwork)?;
        let bits = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            None => bits,
            Some(prefix) => prefix.parse::<u32>().map_err(|_| NotANetwork)?,
        };
        if (1..=bits).contains(&prefix) { Ok(Self { address, prefix }) } else { Err(NotANetwork) }
    }
}

/// Section `[database]`.
#[derive(Clone)]
pub enum Database {
    /// A file, for one `serve`.
    Sqlite(PathBuf),
    /// A server; the address may hold a password.
    Postgres(SecretString),
}

impl Database {
    pub(super) fn read(source: &mut Source) -> Read<Self> {
        let found = source.secret("database.url", redacted)?;
        let url = found.value.expose_secret();
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if !path.is_empty() && path != ":memory:" && !path.contains('?') {
                return Ok(Self::Sqlite(source.resolved(path.as_ref(), found.origin)));
            }
        } else if is_postgres(url) {
            return Ok(Self::Postgres(found.value));
        }
        // The value is not repeated: it may hold a password.
        let message = "must be sqlite:path or postgres://user:password@host/database";
        Err(source.report("database.url", found.origin, message))
    }
}

/// The engine and the file, never the address of a server.
impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "Sqlite({})", path.display()),
            Self::Postgres(_) => f.write_str("Postgres(..)"),
        }
    }
}

fn is_postgres(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql"))
}

/// A database address as it may be shown: without password and without a query, which may hold one.
fn redacted(text: &str) -> String {
    if text.starts_with("sqlite:") {
        return text.to_owned();
    }
    let Ok(mut url) = Url::parse(text) else { return "(not shown)".to_owned() };
    let password = url.password().is_some();
    if password && url.set_password(Some("(not shown)")).is_err() {
        return "(not shown)".to_owned();
    }
    if url.query().is_some() {
        url.set_query(Some("(not shown)"));
    }
    url.to_string().replace("(not%20shown)", "(not shown)")
}

/// Who records that a case is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptBy {
    /// The judge.
    Judge,
    /// The clerk, with the assigned judge's name.
    ClerkRecords,
}

/// The receipt on which a case is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptOn {
    /// As soon as it has its number.
    Numbered,
    /// Once it is sealed.
    Sealed,
}

impl AcceptBy {
    /// The word of settings and rows.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Judge => "judge",
            Self::ClerkRecords => "clerk_records",
        }
    }
}

/// Section `[courts]`: what a court or agency starts with when it is loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Courts {
    /// Who records acceptance.
    pub accept: AcceptBy,
    /// On which receipt.
    pub accept_on: AcceptOn,
    /// Part payments that add up.
    pub parts: PartsMode,
    /// When a receipt is issued.
    pub issue: IssueMode,
}

impl Courts {
    /// What the schema gives a row, and the default file says.
    pub const BUILT_IN: Self = Self {
        accept: AcceptBy::Judge,
        accept_on: AcceptOn::Numbered,
        parts: PartsMode::Join,
        issue: IssueMode::AtSettlement,
    };

    pub(super) fn read(source: &mut Source) -> Read<Self> {
        let by = [AcceptBy::Judge, AcceptBy::ClerkRecords].map(|by| (by.code(), by));
        let accept = source.choice("courts.accept", &by);
        let accept_on = source.choice(
            "courts.accept_on",
            &[("numbered", AcceptOn::Numbered), ("sealed", AcceptOn::Sealed)],
        );
        if matches!(accept_on, Ok(AcceptOn::Sealed)) {
            let message = "\"sealed\" waits for the digital seal, which this version does not \
                           set yet: nothing would ever be accepted; write \"numbered\"";
            return Err(source.report("courts.accept_on", Origin::File, message));
        }
        let parts = PartsMode::ALL.iter().map(|mode| (mode.code(), *mode)).collect::<Vec<_>>();
        let parts = source.choice("courts.parts", &parts);
        let issue = IssueMode::ALL.iter().map(|mode| (mode.code(), *mode)).collect::<Vec<_>>();
        let issue = source.choice("courts.issue", &issue);
        Ok(Self { accept: accept?, accept_on: accept_on?, parts: parts?, issue: issue? })
    }
}

/// Section `[law]`: readings of doubtful points, as the fee rules take them.
pub(super) fn law(source: &mut Source) -> Read<LawSettings> {
    let unit = source.integer("law.rounding.unit", 1..=1000);
    let mode = source.choice("law.rounding.mode", &same(["half_up", "down", "up"]));
    let floor = source.choice(
        "law.advance.value_floor",
        &same(["no_value_fee_of_the_case_kind", "no_value_fee_of_a_civil_case", "none"]),
    );
    let joint = source.choice("law.joint_relief", &same(["by_part", "none"]));
    let unit = unit?;
    if unit != 1 && unit != 1000 {
        return Err(source.report("law.rounding.unit", Origin::File, "must be 1 or 1000"));
    }
    let section = |entries: Vec<(&str, toml::Value)>| -> Table {
        entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    };
    let table = section(vec![
        ("rounding", section(vec![("unit", unit.into()), ("mode", mode?.into())]).into()),
        ("advance", section(vec![("value_floor", floor?.into())]).into()),
        ("joint_relief", joint?.into()),
    ]);
    // The fee rules own these words: a word that only one side knows is refused here.
    table.try_into().map_err(|error: toml::de::Error| {
        source.report("law", Origin::File, error.message().to_owned())
    })
}

fn same<const N: usize>(words: [&'static str; N]) -> [(&'static str, &'static str); N] {
    words.map(|word| (word, word))
}

/// Rules for passwords (reliability 5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasswordProfile {
    /// At least 14 characters, none of the block list.
    Default,
    /// Of TCVN 14423 level 3: four kinds, renewed by administrators, none of the last ten.
    Tcvn3,
}

/// Section `[security]`.
#[derive(Clone, Debug)]
pub struct Security {
    /// File of the master key; `None`: `keys/master` beside the database.
    pub key_file: Option<PathBuf>,
    /// Rules for passwords.
    pub password_profile: PasswordProfile,
    /// Minutes without a request after which a session ends.
    pub session_idle_minutes: u32,
    /// The same for administrators.
    pub session_administrator_idle_minutes: u32,
    /// Minutes after which every session ends.
    pub session_absolute_minutes: u32,
}

impl Security {
    pub(super) fn read(source: &mut Source) -> Read<Self> {
        const DAY: u32 = 24 * 60;
        let key_file = source.readable("security.key_FILE");
        let password_profile = source.choice(
            "security.password_profile",
            &[("default", PasswordProfile::Default), ("tcvn3", PasswordProfile::Tcvn3)],
        );
        if matches!(password_profile, Ok(PasswordProfile::Tcvn3)) {
            let message = "\"tcvn3\" is not built yet: this version knows \"default\" only";
            return Err(source.report("security.password_profile", Origin::File, message));
        }
        let idle = source.integer("security.session_idle_minutes", 1..=DAY);
        let administrator = source.integer("security.session_administrator_idle_minutes", 1..=DAY);
        let absolute = source.integer("security.session_absolute_minutes", 1..=DAY);
        Ok(Self {
            key_file: key_file?,
            password_profile: password_profile?,
            session_idle_minutes: idle?,
            session_administrator_idle_minutes: administrator?,
            session_absolute_minutes: absolute?,
        })
    }
}
