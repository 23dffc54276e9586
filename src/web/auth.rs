//! Who calls. A handler says in its signature who may: what it takes cannot be made without proof.

use std::{num::NonZeroU32, sync::Arc};

use axum::{
    extract::{FromRef, FromRequestParts},
    http::{header, request::Parts},
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use super::{
    problem::{Code, Problem},
    request::{Peer, RequestId},
};
use crate::{
    app::{
        App, Caller, Error,
        api_keys::{Access, KeyHolder},
    },
    domain::id::ApiKeyId,
};

/// Requests of one key a second, and at once after a pause: a court's system that writes a whole
/// day's cases in a row fits, one that runs wild does not crowd the others out.
const A_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);
const AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(199);

/// How much each key has sent lately.
#[derive(Clone)]
pub struct KeyRates(Arc<DefaultKeyedRateLimiter<ApiKeyId>>);

impl Default for KeyRates {
    fn default() -> Self {
        let quota = Quota::per_second(A_SECOND).allow_burst(AT_ONCE);
        Self(Arc::new(RateLimiter::keyed(quota)))
    }
}

impl KeyRates {
    /// Counts a request of a key; refuses it when the key has sent too many.
    fn count(&self, key: ApiKeyId) -> Result<(), Error> {
        self.0.check_key(&key).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            Error::TooMany { retry_after: wait.as_secs().saturating_add(1) }
        })
    }
}

/// Another system, by a live API key.
#[derive(Clone, Debug)]
pub struct ApiCaller {
    holder: KeyHolder,
    caller: Caller,
}

impl ApiCaller {
    /// The caller of use cases.
    pub fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Whose idempotency keys these are.
    pub fn idempotency_scope(&self) -> String {
        format!("api:{}", self.holder.id)
    }
}

impl<S> FromRequestParts<S> for ApiCaller
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
    KeyRates: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let app = Arc::<App>::from_ref(state);
        let key = bearer(parts).ok_or(Error::Unauthenticated)?;
        let holder = app.verify_api_key(key).await?;
        KeyRates::from_ref(state).count(holder.id)?;
        let address = parts.extensions.get::<Peer>().map(ToString::to_string);
        let request = parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned());
        let caller = holder.caller(address, request);
        Ok(Self { holder, caller })
    }
}

/// The key of `Authorization: Bearer …`, which must stand there once.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut values = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (value, None) = (values.next()?.to_str().ok()?, values.next()) else { return None };
    let (scheme, key) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(key.trim_start_matches(' '))
}

/// Another system whose key also writes.
#[derive(Clone, Debug)]
pub struct ApiWriter(pub ApiCaller);

impl<S> FromRequestParts<S> for ApiWriter
where
    S: Send + Sync,
    Arc<App>: FromRef<S>,
    KeyRates: FromRef<S>,
{
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let caller = ApiCaller::from_request_parts(parts, state).await?;
        match caller.holder.access {
            Access::Write => Ok(Self(caller)),
            Access::Read => Err(Problem::new(Code::Forbidden).because("this key only reads")),
        }
    }
}
