//! The other side of the wire: VNPAY and a bank with SePay's pushes, played over real HTTP with
//! real signatures. Only `cli` and tests start it; a real database never meets it.
//!
//! It signs and checks by code of its own ([`sign`]), not by `providers`: what both understand
//! was understood twice.

pub mod bank;
pub mod camt_writer;
pub mod csv_writer;
pub mod sign;
pub mod vnpay;

use std::{
    future::Future,
    io,
    net::Ipv4Addr,
    str::FromStr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::Router;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::domain::time::{Clock, Timestamp};

use self::{bank::Bank, vnpay::Vnpay};

/// How fast the played bodies do what takes the real ones minutes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two calls of one IPN; VNPAY waits 5 minutes.
    pub ipn_retry: Duration,
    /// SePay's minute: a failed push is sent again after 1, 1, 2, 3, 5, 8 and 13 of them.
    pub push_minute: Duration,
    /// How much later the message of a late payment comes.
    pub late: Duration,
    /// How long a slow answer takes.
    pub slow: Duration,
}

impl Pace {
    /// The real bodies' times; a late message comes after 20 s.
    pub const REAL: Self = Self {
        ipn_retry: Duration::from_mins(5),
        push_minute: Duration::from_mins(1),
        late: Duration::from_secs(20),
        slow: Duration::from_secs(20),
    };
}

/// What a payer does, or what goes wrong on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Pays the sum.
    Pay,
    /// Pays 1,000 đồng less (a smaller sum: half).
    Short,
    /// Pays 1,000 đồng more.
    Over,
    /// Pays the sum now; the message comes later.
    Late,
    /// The bank refuses: no money moves.
    Fail,
    /// The payer gives up: no money moves.
    Cancel,
    /// Nobody pays; somebody without the key sends a message of success.
    Forge,
    /// The last message comes once more.
    Repeat,
}

impl Act {
    /// Every act by its word.
    pub const WORDS: [(&'static str, Self); 8] = [
        ("pay", Self::Pay),
        ("short", Self::Short),
        ("over", Self::Over),
        ("late", Self::Late),
        ("fail", Self::Fail),
        ("cancel", Self::Cancel),
        ("forge", Self::Forge),
        ("repeat", Self::Repeat),
    ];

    /// The sum that moves when `due` is asked for.
    fn amount(self, due: u64) -> u64 {
        match self {
            Self::Short if due > SLIP => due - SLIP,
            Self::Short => due / 2,
            Self::Over => due + SLIP,
            Self::Pay | Self::Late | Self::Fail | Self::Cancel | Self::Forge | Self::Repeat => due,
        }
    }
}

/// By how many đồng a short or over payment misses.
const SLIP: u64 = 1_000;

impl FromStr for Act {
    type Err = ActError;

    fn from_str(text: &str) -> Result<Self, ActError> {
        let found = Self::WORDS.into_iter().find(|(word, _)| *word == text);
        found.map(|(_, act)| act).ok_or(ActError::NoSuchAct)
    }
}

/// Why an act cannot be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ActError {
    /// Not one of [`Act::WORDS`].
    #[error("no such act")]
    NoSuchAct,
    /// No order, account or earlier message of that name is known here.
    #[error("not known here")]
    Unknown,
    /// Already paid.
    #[error("already paid")]
    Done,
    /// Not to be read.
    #[error("not to be read")]
    Malformed,
}

/// What all played bodies share.
#[derive(Clone)]
pub(crate) struct Stage {
    clock: Arc<dyn Clock>,
    pace: Pace,
    http: reqwest::Client,
    ended: CancellationToken,
}

impl Stage {
    fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Runs beside the caller until it is done or the simulator ends.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let ended = self.ended.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Serves until the simulator ends.
    fn serve(&self, listener: TcpListener, router: Router) {
        self.spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
    }
}

/// A free port of 127.0.0.1.
async fn listening() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

/// A lock that outlives a panic elsewhere: the played state is only told, never trusted.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Both bodies. Dropping it ends their servers and what they still meant to send.
pub struct Simulator {
    /// VNPAY.
    pub vnpay: Vnpay,
    /// The bank and SePay's pushes.
    pub bank: Bank,
    _ended: DropGuard,
}

impl Simulator {
    /// Starts both. The process has installed rustls's provider before.
    pub async fn start(clock: Arc<dyn Clock>, pace: Pace) -> io::Result<Self> {
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(io::Error::other)?;
        let stage = Stage { clock, pace, http, ended: CancellationToken::new() };
        Ok(Self {
            vnpay: Vnpay::start(stage.clone()).await?,
            bank: Bank::start(stage.clone()).await?,
            _ended: stage.ended.drop_guard(),
        })
    }
}
