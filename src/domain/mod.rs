//! The court-fee trade as pure rules: no I/O, no clock, no database, no HTTP.

/// An enum whose variants each have one stable code: the word of the database, of JSON and of logs.
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident {
        $($(#[$vdoc:meta])* $variant:ident = $code:literal),+ $(,)?
    })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Every variant, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable code.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// The variant of a code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.code())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.code())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let code = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::from_code(&code).ok_or_else(|| {
                    serde::de::Error::unknown_variant(&code, &[$($code),+])
                })
            }
        }
    )+};
}

/// A step that a state machine does not have; both states are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{machine}: {event} is not possible in state {state}")]
pub struct IllegalTransition {
    /// Which machine: `notice`, `order`, `receipt`.
    pub machine: &'static str,
    /// The state it was in.
    pub state: &'static str,
    /// The event that does not fit.
    pub event: &'static str,
}

pub mod assessment;
pub mod audit;
pub mod calendar;
pub mod card;
pub mod case;
pub mod deadline;
pub mod document;
pub mod exception;
pub mod fee;
pub mod file_refusal;
pub mod fold;
pub mod id;
pub mod ledger;
pub mod money;
pub mod name;
pub mod notice;
pub mod order;
pub mod payment;
pub mod receipt;
pub mod receipt_text;
pub mod reconcile;
pub mod reference_data;
pub mod reference_scan;
pub mod refusal;
pub mod settle;
pub mod sighting;
pub mod sign_in;
pub mod staff;
pub mod statement;
pub mod text;
pub mod time;
