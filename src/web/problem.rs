//! Every refusal of the API in one form: problem details (RFC 9457) with a stable code.
//!
//! A handler returns a [`Problem`]. It travels in the extensions of the response, and the one layer
//! [`finish`] writes its body, which carries the request's id, and logs it once.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde::Serialize;

use super::request::RequestId;
use crate::{app, domain::fee::QuoteError};

/// Seconds after which a repeat may find the first request answered.
const RUNNING_RETRY: u64 = 1;
/// Seconds after which a database that was away may be back.
const AWAY_RETRY: u64 = 5;

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal $status:ident,)+) => {
        /// What went wrong, as a program reads it. Every one is documented in `openapi.yaml`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name),+ }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The stable word.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$name => $code),+ }
            }

            /// The HTTP status.
            pub const fn status(self) -> StatusCode {
                match self { $(Self::$name => StatusCode::$status),+ }
            }
        }
    };
}

problem_codes! {
    /// Not JSON, not UTF-8, doubled names, too deep.
    Malformed = "malformed" BAD_REQUEST,
    /// Characters that no text may have.
    BadText = "bad_text" BAD_REQUEST,
    /// An idempotency key that is none.
    BadIdempotencyKey = "bad_idempotency_key" BAD_REQUEST,
    /// No key, or one that opens nothing.
    Unauthenticated = "unauthenticated" UNAUTHORIZED,
    /// A key that may not do this.
    Forbidden = "forbidden" FORBIDDEN,
    /// No such thing, or another's.
    NotFound = "not_found" NOT_FOUND,
    /// The address has no such method.
    MethodNotAllowed = "method_not_allowed" METHOD_NOT_ALLOWED,
    /// The body did not come in time.
    TooSlow = "too_slow" REQUEST_TIMEOUT,
    /// What is there already stands against it.
    Conflict = "conflict" CONFLICT,
    /// The thing's state forbids it.
    StateConflict = "state_conflict" CONFLICT,
    /// Somebody changed it meanwhile.
    ChangedMeanwhile = "changed_meanwhile" CONFLICT,
    /// The first request with this idempotency key still runs.
    IdempotencyInProgress = "idempotency_in_progress" CONFLICT,
    /// The body is too large.
    TooLarge = "too_large" PAYLOAD_TOO_LARGE,
    /// Not JSON by its type, or compressed.
    UnsupportedMediaType = "unsupported_media_type" UNSUPPORTED_MEDIA_TYPE,
    /// A field that is unknown, missing, or of another form.
    Invalid = "invalid" UNPROCESSABLE_ENTITY,
    /// Understood, but a rule forbids it.
    Refused = "refused" UNPROCESSABLE_ENTITY,
    /// The idempotency key belongs to another request.
    IdempotencyKeyReused = "idempotency_key_reused" UNPROCESSABLE_ENTITY,
    /// Too many requests.
    TooManyRequests = "too_many_requests" TOO_MANY_REQUESTS,
    /// Our fault.
    Internal = "internal" INTERNAL_SERVER_ERROR,
    /// The database is away or too slow.
    Unavailable = "unavailable" SERVICE_UNAVAILABLE,
}

/// A field and what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Such as `claims[0].amount`; empty for the whole.
    pub field: String,
    /// A stable word.
    pub code: &'static str,
}

/// A refusal on its way out.
#[derive(Clone, Debug)]
pub struct Problem {
    code: Code,
    detail: Option<String>,
    errors: Vec<FieldError>,
    retry_after: Option<u64>,
    cause: Option<Arc<app::Error>>,
}

impl Problem {
    /// A refusal by its code alone.
    pub const fn new(code: Code) -> Self {
        Self { code, detail: None, errors: Vec::new(), retry_after: None, cause: None }
    }

    /// With a sentence for whoever writes the client.
    #[must_use]
    pub fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// With the field that is at fault.
    #[must_use]
    pub fn at(mut self, field: impl Into<String>, code: &'static str) -> Self {
        self.errors.push(FieldError { field: field.into(), code });
        self
    }

    /// With the seconds after which trying again may help.
    #[must_use]
    pub const fn after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }
}

/// The one place where what went wrong inside becomes what the outside is told.
impl From<app::Error> for Problem {
    fn from(error: app::Error) -> Self {
        use app::Error as E;
        let problem = match &error {
            E::NotFound => Self::new(Code::NotFound),
            E::Unauthenticated => Self::new(Code::Unauthenticated),
            E::Forbidden => Self::new(Code::Forbidden),
            E::State(_) => Self::new(Code::StateConflict),
            E::Changed => Self::new(Code::ChangedMeanwhile),
            E::KeyReused => Self::new(Code::IdempotencyKeyReused),
            E::StillRunning => Self::new(Code::IdempotencyInProgress).after(RUNNING_RETRY),
            E::Refused { field, reason } if error.is_conflict() => {
                Self::new(Code::Conflict).at(field, reason)
            }
            E::Refused { field, reason } => Self::new(Code::Refused).at(field, reason),
            E::TooMany { retry_after } => Self::new(Code::TooManyRequests).after(*retry_after),
            E::Busy | E::Away(_) => Self::new(Code::Unavailable).after(AWAY_RETRY),
            E::Internal(_) => Self::new(Code::Internal),
        };
        Self { cause: Some(Arc::new(error)), ..problem }
    }
}

impl From<QuoteError> for Problem {
    fn from(error: QuoteError) -> Self {
        Self::new(Code::Refused).because(error.detail).at(error.field, error.code.code())
    }
}

/// The body is written by [`finish`].
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.code.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// The form of RFC 9457 with our members.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
    request_id: &'a str,
    #[serde(skip_serializing_if = "<[FieldError]>::is_empty")]
    errors: &'a [FieldError],
}

/// Writes the body of every [`Problem`] and logs it, once.
pub async fn finish(request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned().unwrap_or_default();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
    let (code, status) = (problem.code.word(), problem.code.status());
    if let (true, Some(cause)) = (status.is_server_error(), &problem.cause) {
        let error: &dyn std::error::Error = &**cause;
        tracing::error!(request_id = id.as_str(), %method, path, code, error, "request failed");
    } else {
        tracing::info!(request_id = id.as_str(), %method, path, code, "request refused");
    }
    let body = Body {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        code,
        detail: problem.detail.as_deref(),
        request_id: id.as_str(),
        errors: &problem.errors,
    };
    let kind = [(header::CONTENT_TYPE, "application/problem+json")];
    // Allow stays: the router wrote it on a wrong method.
    let allow = response.headers_mut().remove(header::ALLOW);
    let bytes = serde_json::to_vec(&body).unwrap_or_default();
    let mut response = (status, kind, bytes).into_response();
    let headers = response.headers_mut();
    if let Some(allow) = allow {
        headers.insert(header::ALLOW, allow);
    }
    if let Some(seconds) = problem.retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}
