//! The accounts of the settings file: where money comes in, and how we hear of it.

use std::{collections::BTreeSet, fmt};

use secrecy::{ExposeSecret, SecretString};
use toml::{Table, Value};
use url::Url;

use crate::domain::reference_data::{Bin, BodyCode};

use super::{
    sections::is_plain_loopback,
    source::{Found, Origin, Read, Reported, Source},
};

/// The shortest secret with which a provider starts (reliability 5).
const KEY_BYTES_MIN: usize = 24;

/// One `[[account]]`.
#[derive(Debug)]
pub struct Account {
    /// Its name for ever; it stands in callback paths.
    pub name: String,
    /// Code of the agency, or of the court that collects, which owns it.
    pub agency: BodyCode,
    /// Whose account, and how its movements are heard of.
    pub channel: Channel,
}

/// How an account takes money and tells of it.
#[derive(Debug)]
pub enum Channel {
    /// A bank account watched by its statements.
    Bank(BankAccount),
    /// A bank account whose movements SePay pushes.
    Sepay {
        /// The watched account.
        watched: BankAccount,
        /// How a push proves itself.
        auth: SepayAuth,
        /// Its secrets: any of them verifies.
        keys: Vec<SecretString>,
        /// How many seconds old a push may be.
        window_seconds: u32,
    },
    /// A terminal at VNPAY.
    Vnpay {
        /// vnp_TmnCode.
        merchant: String,
        /// vnp_HashSecret: the first signs, all verify.
        keys: Vec<SecretString>,
        /// Where payers are sent.
        endpoint: Url,
        /// Where queries go.
        query_endpoint: Url,
        /// Name of the bank account to which VNPAY pays.
        settles_to: String,
    },
}

/// A bank account as a payer sees it.
#[derive(Clone, PartialEq, Eq)]
pub struct BankAccount {
    /// The bank.
    pub bank: Bin,
    /// The account number.
    pub number: String,
    /// The holder's name as the bank writes it.
    pub holder: String,
}

/// The bank and the last four characters: account numbers stay out of logs.
impl fmt::Debug for BankAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hidden = self.number.chars().count().saturating_sub(4);
        let tail: String = self.number.chars().skip(hidden).collect();
        write!(f, "BankAccount({} ..{tail})", self.bank)
    }
}

/// How a SePay push proves itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SepayAuth {
    /// HMAC-SHA256 over time and body.
    Hmac,
    /// `Authorization: Apikey`.
    Apikey,
}

impl Account {
    /// The bank account itself, where this is one and not a gateway's terminal.
    pub fn bank_account(&self) -> Option<&BankAccount> {
        match &self.channel {
            Channel::Bank(account) | Channel::Sepay { watched: account, .. } => Some(account),
            Channel::Vnpay { .. } => None,
        }
    }
}

pub(super) fn read_all(source: &mut Source) -> Read<Vec<Account>> {
    let tables = match source.raw("account") {
        None => Vec::new(),
        Some(Found { value: Value::Array(items), origin: Origin::File }) => items,
        Some(Found { origin, .. }) => {
            let message = "accounts stand in the settings file, each below a line [[account]]";
            return Err(source.report("account", origin, message));
        }
    };
    let mut accounts: Vec<Read<Account>> = Vec::new();
    for (index, table) in tables.into_iter().enumerate() {
        let Value::Table(table) = table else {
            accounts.push(Err(source.report(
                "account",
                Origin::File,
                "write [[account]] and its keys below",
            )));
            continue;
        };
        accounts.push(read(source, index, table));
    }
    let accounts = accounts.into_iter().collect::<Read<Vec<_>>>()?;
    refuse_conflicts(source, &accounts)?;
    Ok(accounts)
}

fn read(source: &mut Source, index: usize, table: Table) -> Read<Account> {
    let name = table.get("name").and_then(Value::as_str).filter(|name| is_name(name));
    let prefix =
        name.map_or_else(|| format!("account[{index}]."), |name| format!("account.{name}."));
    let defaults = [("auth", Value::from("hmac")), ("window_seconds", Value::from(300))];
    let defaults = defaults.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
    let mut inner = source.within(prefix, table, defaults);
    let account = read_one(&mut inner);
    // Which keys exist is known only once the provider is.
    if !matches!(account, Err(Unread::Provider)) {
        inner.refuse_strangers();
    }
    source.absorb(inner);
    account.map_err(|_| Reported)
}

/// Why an account was not read; the problem is reported.
enum Unread {
    Provider,
    Other,
}

impl From<Reported> for Unread {
    fn from(_: Reported) -> Self {
        Self::Other
    }
}

#[derive(Clone, Copy)]
enum Provider {
    Bank,
    Sepay,
    Vnpay,
}

fn read_one(source: &mut Source) -> Result<Account, Unread> {
    const CODE: &str = "code such as THADS-01";
    let provider = source.choice(
        "provider",
        &[("bank", Provider::Bank), ("sepay", Provider::Sepay), ("vnpay", Provider::Vnpay)],
    );
    let name = source.fitting("name", "name of small letters, digits and hyphens", is_name);
    let agency = source.parsed::<BodyCode>("agency", CODE);
    let channel = match provider.map_err(|_| Unread::Provider)? {
        Provider::Bank => bank_account(source).map(Channel::Bank),
        Provider::Sepay => sepay(source),
        Provider::Vnpay => vnpay(source),
    };
    Ok(Account { name: name?, agency: agency?.value, channel: channel? })
}

/// What a callback path may carry without escaping.
fn is_name(text: &str) -> bool {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&text.len()) && text.bytes().all(fits) && !text.starts_with('-')
}

fn bank_account(source: &mut Source) -> Read<BankAccount> {
    let bank = source.parsed::<Bin>("bank", "BIN of six digits");
    // VietQR carries at most 19 characters (NAPAS, QR code format 1.5.2).
    let number = source.fitting("number", "account number of 1 to 19 letters and digits", |text| {
        (1..=19).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let holder = source.fitting("holder", "name of at most 70 characters", |text| {
        text.chars().count() <= 70 && text.trim() == text && !text.chars().any(char::is_control)
    });
    Ok(BankAccount { bank: bank?.value, number: number?, holder: holder? })
}

fn sepay(source: &mut Source) -> Read<Channel> {
    let watched = bank_account(source);
    let auth = source.choice("auth", &[("hmac", SepayAuth::Hmac), ("apikey", SepayAuth::Apikey)]);
    let keys = keys(source);
    let window = source.integer("window_seconds", 1..=86_400);
    Ok(Channel::Sepay { watched: watched?, auth: auth?, keys: keys?, window_seconds: window? })
}

fn vnpay(source: &mut Source) -> Read<Channel> {
    let merchant = source.fitting("merchant", "terminal code of 8 letters and digits", |text| {
        text.len() == 8 && text.bytes().all(|b| b.is_ascii_alphanumeric())
    });
    let keys = keys(source);
    let endpoint = address(source, "endpoint");
    let query_endpoint = address(source, "query_endpoint");
    let settles_to = source.text("settles_to");
    Ok(Channel::Vnpay {
        merchant: merchant?,
        keys: keys?,
        endpoint: endpoint?,
        query_endpoint: query_endpoint?,
        settles_to: settles_to?.value,
    })
}

/// `https`, or plain HTTP to this machine, where the simulator listens.
fn address(source: &mut Source, key: &str) -> Read<Url> {
    let Found { value, origin } = source.parsed::<Url>(key, "address")?;
    if (value.scheme() == "https" && value.has_host()) || is_plain_loopback(&value) {
        return Ok(value);
    }
    Err(source.report(key, origin, "must begin with https:// (http:// only on this machine)"))
}

fn keys(source: &mut Source) -> Read<Vec<SecretString>> {
    let Found { value: keys, origin } = source.secrets("keys")?;
    let mut seen = BTreeSet::new();
    let message = if keys.is_empty() {
        "needs at least one key, here or in the file that keys_FILE names".to_owned()
    } else if keys.iter().any(|key| key.expose_secret().len() < KEY_BYTES_MIN) {
        format!("each key has at least {KEY_BYTES_MIN} bytes")
    } else if !keys.iter().all(|key| seen.insert(key.expose_secret())) {
        "the same key stands twice".to_owned()
    } else {
        return Ok(keys);
    };
    Err(source.report("keys", origin, message))
}

/// Names and accounts stand once; a terminal settles to a bank account of its own agency.
fn refuse_conflicts(source: &mut Source, accounts: &[Account]) -> Read<()> {
    let (mut names, mut held) = (BTreeSet::new(), BTreeSet::new());
    let mut outcome = Ok(());
    for account in accounts {
        let mut refuse = |key: &str, message: &str| {
            let key = format!("account.{}.{key}", account.name);
            outcome = Err(source.report(&key, Origin::File, message));
        };
        if !names.insert(&account.name) {
            refuse("name", "another account has this name");
        }
        let identity = match &account.channel {
            Channel::Bank(held) | Channel::Sepay { watched: held, .. } => {
                ("number", held.bank.as_str(), held.number.as_str())
            }
            Channel::Vnpay { merchant, .. } => ("merchant", "vnpay", merchant.as_str()),
        };
        if !held.insert(identity) {
            refuse(identity.0, "another account is the same one");
        }
        if let Channel::Vnpay { settles_to, .. } = &account.channel {
            let bank = accounts.iter().find(|other| other.name == *settles_to);
            match bank {
                Some(bank) if bank.bank_account().is_some() && bank.agency == account.agency => {}
                Some(_) => refuse("settles_to", "must be a bank account of the same agency"),
                None => refuse("settles_to", "names no account of this file"),
            }
        }
    }
    outcome
}
