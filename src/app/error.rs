//! The one list of what can go wrong in a use case, each with a stable code.

use crate::{domain::IllegalTransition, store::StoreError};

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no such thing, or it is another's.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in, or the key is not known.
    #[error("not signed in")]
    Unauthenticated,
    /// The caller may not do this at all.
    #[error("not allowed")]
    Forbidden,
    /// The thing's state forbids it.
    #[error("the state forbids it")]
    State(#[from] IllegalTransition),
    /// Somebody changed it meanwhile.
    #[error("changed meanwhile")]
    Changed,
    /// The same key was used for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// The first request with this key still runs.
    #[error("the first request with this key still runs")]
    StillRunning,
    /// Understood but not allowed: a field and a stable word why.
    #[error("refused: {field}: {reason}")]
    Refused {
        /// The field, as the caller names it.
        field: String,
        /// A stable word.
        reason: &'static str,
    },
    /// Too many tries; how many seconds to wait.
    #[error("too many tries")]
    TooMany {
        /// Seconds.
        retry_after: u64,
    },
    /// The database is away or too busy.
    #[error("the database is away")]
    Away(#[source] StoreError),
    /// Too much waits; come back in a moment.
    #[error("too much waits")]
    Busy,
    /// Our fault.
    #[error("internal error")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The stable code of JSON and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::State(_) => "state_conflict",
            Self::Changed => "changed_meanwhile",
            Self::KeyReused => "idempotency_key_reused",
            Self::StillRunning => "idempotency_in_progress",
            Self::Refused { .. } => "refused",
            Self::TooMany { .. } => "too_many_requests",
            Self::Away(_) | Self::Busy => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// A refusal because of what is there already, not because of what was asked.
    pub fn is_conflict(&self) -> bool {
        const REASONS: [&str; 5] =
            ["number_taken", "notice_exists", "accepted_before", "receipt_in_use", "served_before"];
        matches!(self, Self::Refused { reason, .. } if REASONS.contains(reason))
    }

    /// A refusal of one field.
    pub fn refused(field: impl Into<String>, reason: &'static str) -> Self {
        Self::Refused { field: field.into(), reason }
    }

    /// An error that only we can mend.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        if error.is_away() { Self::Away(error) } else { Self::Internal(Box::new(error)) }
    }
}
