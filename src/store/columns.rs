//! How domain values stand in columns, once for both engines: money `bigint`, ids `uuid`/`blob`,
//! moments `timestamptz`/`text`, days `date`/`text`, codes `text`, hashes `bytea`/`blob`.

pub use sqlx::types::Json;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Decode, Encode, Postgres, Sqlite, Type, encode::IsNull, error::BoxDynError};
use uuid::Uuid;

use crate::domain::{
    audit::{ActorKind, ChainKind},
    case::{
        CaseKind, DocumentKind, GroupKind, Instance, PartyKind, PartyRole, Procedure,
        ServiceMethod, UseCause,
    },
    exception::{ExceptionKind, ExceptionState},
    id::{
        AccountId, AccountVersionId, AgencyId, AllocationId, ApiKeyId, AssessmentId, CaseId,
        ClaimId, CourtId, ExceptionId, GrantId, InboxId, LedgerAccountId, LineId, NoticeId,
        OrderId, OutboxId, PartyId, PaymentId, PostingGroupId, ReceiptId, ReceiptUseId, Reference,
        ReferenceDataId, SeriesId, SessionId, SightingId, StaffId, StatementId,
    },
    ledger::{LedgerKind, PostingCause, Side},
    money::Dong,
    notice::{FactKind, NoticeState},
    order::{OrderKind, OrderState},
    payment::{Direction, PaidBasis, Source},
    settle::{Answer, IssueMode, PartsMode, Rule},
    sign_in::Outcome,
    staff::{Role, StaffState},
    time::{Day, Timestamp},
};

/// A value of ours stored as `$base`: `$into` makes the base of a reference, `$from` reads it.
macro_rules! column {
    ($name:ty, $base:ty, $into:expr, $from:expr) => {
        column!(@engine Sqlite, $name, $base, $into, $from);
        column!(@engine Postgres, $name, $base, $into, $from);
    };
    (@engine $engine:ty, $name:ty, $base:ty, $into:expr, $from:expr) => {
        impl Type<$engine> for $name {
            fn type_info() -> <$engine as sqlx::Database>::TypeInfo {
                <$base as Type<$engine>>::type_info()
            }
            fn compatible(ty: &<$engine as sqlx::Database>::TypeInfo) -> bool {
                <$base as Type<$engine>>::compatible(ty)
            }
        }
        impl<'q> Encode<'q, $engine> for $name {
            fn encode_by_ref(
                &self,
                buf: &mut <$engine as sqlx::Database>::ArgumentBuffer,
            ) -> Result<IsNull, BoxDynError> {
                let base: $base = $into(self);
                <$base as Encode<$engine>>::encode(base, buf)
            }
        }
        impl<'r> Decode<'r, $engine> for $name {
            fn decode(
                value: <$engine as sqlx::Database>::ValueRef<'r>,
            ) -> Result<Self, BoxDynError> {
                let base = <$base as Decode<'r, $engine>>::decode(value)?;
                $from(base).ok_or_else(|| {
                    concat!("no valid ", stringify!($name), " in the column").into()
                })
            }
        }
    };
}

macro_rules! id_columns {
    ($($name:ty),+ $(,)?) => {$(
        column!($name, Uuid, |id: &$name| id.uuid(), |id| Some(<$name>::new(id)));
    )+};
}

macro_rules! code_columns {
    ($($name:ty),+ $(,)?) => {$(
        column!($name, String, |value: &$name| value.code().to_owned(), |code: String| {
            <$name>::from_code(&code)
        });
    )+};
}

id_columns!(
    AccountId,
    AccountVersionId,
    AgencyId,
    AllocationId,
    ApiKeyId,
    AssessmentId,
    CaseId,
    ClaimId,
    CourtId,
    ExceptionId,
    GrantId,
    InboxId,
    LedgerAccountId,
    LineId,
    NoticeId,
    OrderId,
    OutboxId,
    PartyId,
    PaymentId,
    PostingGroupId,
    ReceiptId,
    ReceiptUseId,
    ReferenceDataId,
    SeriesId,
    SessionId,
    SightingId,
    StaffId,
    StatementId,
);

code_columns!(
    ActorKind,
    Answer,
    CaseKind,
    ChainKind,
    Direction,
    DocumentKind,
    ExceptionKind,
    ExceptionState,
    FactKind,
    GroupKind,
    Instance,
    IssueMode,
    LedgerKind,
    NoticeState,
    OrderKind,
    OrderState,
    Outcome,
    PaidBasis,
    PartsMode,
    PartyKind,
    PartyRole,
    PostingCause,
    Procedure,
    Role,
    Rule,
    ServiceMethod,
    Side,
    Source,
    StaffState,
    UseCause,
);

column!(Dong, i64, |amount: &Dong| amount.get(), Dong::new);
column!(Timestamp, DateTime<Utc>, |at: &Timestamp| at.utc(), |at| Some(Timestamp::new(at)));
column!(Day, NaiveDate, |day: &Day| day.date(), |date| Some(Day::new(date)));
column!(
    Reference,
    String,
    |reference: &Reference| reference.as_str().to_owned(),
    |text: String| { text.parse().ok() }
);

/// 32 bytes: a SHA-256 or an HMAC of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// 64 hexadecimal digits.
    pub fn to_hex(self) -> String {
        hex::encode(self.0)
    }
}

column!(Hash, Vec<u8>, |hash: &Hash| hash.0.to_vec(), |bytes: Vec<u8>| {
    bytes.try_into().ok().map(Hash)
});

/// A moment as the engines' JSON writers read it; the same text that SQLite columns hold.
pub fn moment_text(at: Timestamp) -> String {
    at.utc().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, false)
}
