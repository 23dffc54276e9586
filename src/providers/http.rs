//! The one client for calls to providers: no redirects, both time-outs, answers cut at a size.

use std::time::Duration;

use reqwest::{Client, StatusCode, redirect::Policy};
use serde_json::Value;

/// Largest answer that is read, as for callbacks (reliability rule 17).
const ANSWER_MAX: usize = 64 * 1024;

/// A JSON message on its way out.
#[derive(Clone, PartialEq)]
pub struct Outgoing {
    /// Where to.
    pub url: String,
    /// The message.
    pub body: Value,
}

/// Why a call gave nothing. Only [`CallError::Unreachable`] may be tried again.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The answer is not proven to come from the provider, or answers another question.
    #[error("the answer is not proven to be the provider's")]
    Unverified,
    /// The answer cannot be read; what was wrong.
    #[error("the answer is malformed: {0}")]
    Malformed(&'static str),
    /// The provider refused; its code or HTTP status.
    #[error("the provider refused with code {0}")]
    Refused(String),
    /// No whole answer in time, or the provider is out of order.
    #[error("the provider did not answer")]
    Unreachable,
}

impl CallError {
    /// Whether the same call may be made again.
    pub const fn may_retry(&self) -> bool {
        matches!(self, Self::Unreachable)
    }
}

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until the connection stands.
    pub connect: Duration,
    /// Until the last byte of the answer.
    pub whole: Duration,
}

impl Default for Patience {
    /// 5 s and 15 s: well below the 30 s after which nothing may hang (reliability P11).
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), whole: Duration::from_secs(15) }
    }
}

/// The client. The process installs rustls's provider before the first is made.
#[derive(Clone, Debug)]
pub struct Http {
    client: Client,
}

impl Http {
    /// A client. Proxies of the environment are not asked: settings are read in one place.
    pub fn new(patience: Patience) -> Result<Self, CallError> {
        Client::builder()
            .redirect(Policy::none())
            .no_proxy()
            .connect_timeout(patience.connect)
            .timeout(patience.whole)
            .user_agent(concat!("anphi/", env!("CARGO_PKG_VERSION")))
            .build()
            .map(|client| Self { client })
            .map_err(|_| CallError::Unreachable)
    }

    /// Posts a message and reads the answer of a 2xx.
    pub async fn post_json(&self, message: &Outgoing) -> Result<Vec<u8>, CallError> {
        let sent = self.client.post(&message.url).json(&message.body).send().await;
        let mut answer = sent.map_err(|_| CallError::Unreachable)?;
        let status = answer.status();
        if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
            return Err(CallError::Unreachable);
        }
        if !status.is_success() {
            return Err(CallError::Refused(status.as_str().to_owned()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| CallError::Unreachable)? {
            if body.len() + chunk.len() > ANSWER_MAX {
                return Err(CallError::Malformed("too large"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }
}
