//! Payment providers: one trait, one registry, one module each.
//!
//! A provider turns what it received into a [`Report`] only after the sender's proof held, in the
//! order signature, strict reading, our terminal. Everything here is pure except [`http`]; the
//! settlement lane decides what a report means.
//!
//! [`Provider::verify`] has no default: a provider without a verifier does not compile.

pub mod http;
pub mod json;
pub mod keys;
pub mod sepay;
pub mod vnpay;

use std::{collections::BTreeMap, fmt, net::IpAddr, str::FromStr, sync::Arc};

use crate::domain::{
    money::Dong,
    payment::{Report, Standing},
    time::Timestamp,
};

use self::{
    http::{CallError, Http, Outgoing},
    keys::KeyError,
    sepay::{Sepay, SepaySettings},
    vnpay::{Vnpay, VnpaySettings},
};

/// The providers that are built, by the word that stands in callback paths and settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderKind {
    /// VNPAY PAY 2.1.0, a gateway.
    Vnpay,
    /// SePay, which pushes the movements of a watched bank account.
    Sepay,
}

impl ProviderKind {
    /// Every provider that is built.
    pub const ALL: [Self; 2] = [Self::Vnpay, Self::Sepay];

    /// The word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Vnpay => "vnpay",
            Self::Sepay => "sepay",
        }
    }

    /// The answer in the provider's dialect. It needs no account, since the path of an unknown
    /// account is answered like a bad signature.
    pub fn reply(self, answer: Answer) -> ProviderReply {
        match self {
            Self::Vnpay => vnpay::reply(answer),
            Self::Sepay => sepay::reply(answer),
        }
    }
}

impl fmt::Display for ProviderKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A word that names no provider that is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such provider")]
pub struct UnknownProvider;

impl FromStr for ProviderKind {
    type Err = UnknownProvider;

    fn from_str(text: &str) -> Result<Self, UnknownProvider> {
        Self::ALL.into_iter().find(|kind| kind.word() == text).ok_or(UnknownProvider)
    }
}

/// A callback as it came, before anything was read into it.
#[derive(Clone, PartialEq, Eq)]
pub struct RawCallback {
    /// The HTTP method.
    pub method: String,
    /// The query string as received, without `?`.
    pub query: String,
    /// Names in any case, a repeated header twice.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl RawCallback {
    /// The value of a header that must come exactly once; `None` when absent or repeated.
    pub fn sole_header(&self, name: &str) -> Option<&str> {
        let mut values =
            self.headers.iter().filter(|(header, _)| header.eq_ignore_ascii_case(name));
        match (values.next(), values.next()) {
            (Some((_, value)), None) => Some(value),
            _ => None,
        }
    }
}

/// Only sizes: signatures, names and account numbers never reach a log.
impl fmt::Debug for RawCallback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawCallback")
            .field("method", &self.method)
            .field("query_length", &self.query.len())
            .field("headers", &self.headers.len())
            .field("body_length", &self.body.len())
            .finish()
    }
}

/// A message whose sender is proven, read strictly, meant for us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Identity of this message for the inbox, unique within the account: a repeat has the same.
    pub message_key: String,
    /// What it reports.
    pub report: Report,
    /// Whom it names as receiver, as checked.
    pub claim: Claim,
}

/// The receiver that a message names; it was compared with the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// A merchant or terminal of a gateway.
    Terminal(String),
    /// A bank account number, or a virtual account of it.
    Account(String),
}

/// Why a callback was not taken. Nothing of it may change any state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Missing, empty, short, repeated or wrong.
    #[error("the signature does not verify")]
    BadSignature,
    /// Well signed, yet for another terminal or account.
    #[error("another terminal or account is named")]
    UnknownTerminal,
    /// Well signed, yet a field that we act on is off its pattern; its name.
    #[error("{0} is malformed")]
    Malformed(&'static str),
    /// Well signed plain digits, yet no amount of ours can be that (0, a fraction of a đồng,
    /// beyond the limit, another currency).
    #[error("no order can have this amount")]
    Amount,
}

impl Rejection {
    /// What the provider hears (reliability 4): all but a wrong amount as a bad signature.
    pub const fn answer(self) -> Answer {
        match self {
            Self::BadSignature | Self::UnknownTerminal | Self::Malformed(_) => Answer::BadSignature,
            Self::Amount => Answer::InvalidAmount,
        }
    }
}

/// What became of a callback, before it is put into the provider's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Recorded, also when it reports a failure.
    Applied,
    /// A repeat of what was recorded before.
    AlreadyConfirmed,
    /// No such order.
    UnknownOrder,
    /// Another amount than the order's.
    InvalidAmount,
    /// Not proven to come from the provider, or not for us.
    BadSignature,
    /// We cannot record it now.
    TryAgain,
}

/// An HTTP answer in the provider's dialect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderReply {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

/// One configured account of a provider.
///
/// What cannot prove its callbacks is no provider:
///
/// ```compile_fail,E0046
/// use anphi::providers::{Checkout, Provider, ProviderKind, StatusQuery};
///
/// struct Credulous;
///
/// impl Provider for Credulous {
///     fn kind(&self) -> ProviderKind {
///         ProviderKind::Vnpay
///     }
///     fn proves_money(&self) -> bool {
///         true
///     }
///     fn checkout(&self) -> Option<&dyn Checkout> {
///         None
///     }
///     fn query(&self) -> Option<&dyn StatusQuery> {
///         None
///     }
/// }
/// ```
pub trait Provider: Send + Sync {
    /// Which provider it is.
    fn kind(&self) -> ProviderKind;

    /// Proves and reads a callback. `now` serves only where the sender signs the time of each
    /// attempt, and as the time of receipt where the message has none.
    fn verify(&self, callback: &RawCallback, now: Timestamp) -> Result<Verified, Rejection>;

    /// Whether its callbacks prove money, or only that money was seen (reliability rule 8).
    fn proves_money(&self) -> bool;

    /// The way to send a payer there, where the provider has one.
    fn checkout(&self) -> Option<&dyn Checkout>;

    /// The way to ask about an attempt, where the provider has one.
    fn query(&self) -> Option<&dyn StatusQuery>;
}

/// Sending a payer to the provider's page, and reading what brings them back.
pub trait Checkout: Send + Sync {
    /// Whether the provider takes so much at once.
    fn takes(&self, amount: Dong) -> bool;

    /// The address to redirect the payer to.
    fn pay_url(&self, attempt: &CheckoutRequest) -> Result<String, CheckoutError>;

    /// What the browser's return says, proven. For display only: it never settles anything.
    fn returned(&self, raw_query: &str) -> Result<Returned, Rejection>;
}

/// An attempt to be paid at the provider.
#[derive(Clone, Debug)]
pub struct CheckoutRequest {
    /// `AP0123456786-2`, unique for ever in the account.
    pub provider_ref: String,
    /// The whole sum.
    pub amount: Dong,
    /// What the payer reads there: `[A-Za-z0-9 .-]` only (reliability rule 7).
    pub info: String,
    /// The payer's address, as the trusted hop gives it.
    pub payer_address: IpAddr,
    /// The language of the provider's page.
    pub locale: Locale,
    /// Where the browser comes back to.
    pub return_url: String,
    /// When the attempt was opened; queries repeat it.
    pub opened_at: Timestamp,
    /// When the provider's page ends; ours lives some minutes longer (protocols 0.5).
    pub expires_at: Timestamp,
}

/// Language of the provider's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    /// Vietnamese.
    Vietnamese,
    /// English.
    English,
}

/// A field of a checkout that the provider would refuse; its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} does not fit the provider's form")]
pub struct CheckoutError(pub &'static str);

/// What the browser's return shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Returned {
    /// The attempt it speaks of.
    pub provider_ref: String,
    /// The amount it names.
    pub amount: Dong,
    /// What it says of the money.
    pub standing: Standing,
}

/// Asking the provider about an attempt: the message and its proven answer, without the wire.
pub trait StatusQuery: Send + Sync {
    /// The signed message to send.
    fn request(&self, question: &Question) -> Outgoing;

    /// Proves and reads the answer to that question.
    fn answer(&self, question: &Question, body: &[u8]) -> Result<Answered, CallError>;
}

/// A question about one attempt.
#[derive(Clone, Debug)]
pub struct Question {
    /// The attempt.
    pub provider_ref: String,
    /// When the attempt was opened, exactly as it was sent then.
    pub opened_at: Timestamp,
    /// 1 to 32 letters and digits, fresh for each question.
    pub request_id: String,
    /// The time of asking.
    pub asked_at: Timestamp,
    /// Our own address.
    pub from: IpAddr,
}

/// A proven answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The provider's report, in the same form as a callback's.
    Known(Box<Verified>),
    /// The provider has no such transaction: the payer never began there.
    NeverBegun,
}

/// Sends a question over the one client and proves the answer.
pub async fn ask(
    provider: &dyn StatusQuery,
    http: &Http,
    question: &Question,
) -> Result<Answered, CallError> {
    let body = http.post_json(&provider.request(question)).await?;
    provider.answer(question, &body)
}

/// The settings of one account, as `config` or the store keep them.
pub enum ProviderSettings {
    /// VNPAY.
    Vnpay(VnpaySettings),
    /// SePay.
    Sepay(SepaySettings),
}

/// Why an account's provider does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Its keys are missing or weak.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// A setting that is not of its form; its name.
    #[error("{0} is not of its form")]
    Setting(&'static str),
    /// Two accounts have one name.
    #[error("an account of this name exists already")]
    Name,
}

/// The providers of all accounts, found by the account's name in the callback's path.
#[derive(Clone, Default)]
pub struct Registry {
    accounts: BTreeMap<String, Arc<dyn Provider>>,
}

impl Registry {
    /// Starts the provider of an account; a failure leaves the others as they are.
    pub fn add(&mut self, name: &str, settings: ProviderSettings) -> Result<(), SettingsError> {
        if self.accounts.contains_key(name) {
            return Err(SettingsError::Name);
        }
        let provider: Arc<dyn Provider> = match settings {
            ProviderSettings::Vnpay(settings) => Arc::new(Vnpay::new(settings)?),
            ProviderSettings::Sepay(settings) => Arc::new(Sepay::new(settings)?),
        };
        self.accounts.insert(name.to_owned(), provider);
        Ok(())
    }

    /// The provider of an account.
    pub fn get(&self, name: &str) -> Option<&Arc<dyn Provider>> {
        self.accounts.get(name)
    }

    /// The provider at `/callbacks/{kind}/{name}`; `None` also when the account is of another
    /// provider. The caller answers `None` by `kind.reply(Answer::BadSignature)`.
    pub fn at_path(&self, kind: ProviderKind, name: &str) -> Option<&Arc<dyn Provider>> {
        self.get(name).filter(|provider| provider.kind() == kind)
    }

    /// Every account by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<dyn Provider>)> {
        self.accounts.iter().map(|(name, provider)| (name.as_str(), provider))
    }
}
