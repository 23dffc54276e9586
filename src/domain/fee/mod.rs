//! Court fees, charges and their advances, by the algorithm of `docs/law.md`.
//!
//! [`LawTables`] holds the law as data; [`LawSettings`] the readings of doubtful points. Two doors:
//! [`answer`] takes JSON (as a [`Tree`], so that errors come in the law's order), [`quote`] and
//! [`outcome`] take typed input. All are pure and exact: the same input gives the same bytes.

mod draft;
mod error;
mod input;
mod kind;
pub mod law;
mod line;
mod outcome;
mod quote;
mod ratio;
mod read;
mod relief;
mod settings;
mod split;
mod step;
mod table;
mod tables;
mod tariff;
mod tree;

pub use error::{QuoteCode, QuoteError};
pub use input::{
    AdvancePaid, Appeal, Bearer, ChargeAsked, Claim, ClaimValue, End, Op, OutcomeInput,
    PartClaimed, PartyRelief, QuoteInput, Subject,
};
pub use law::Law;
pub use outcome::{BorneLine, Outcome, Settled, outcome};
pub use quote::{AppliedRelief, Line, Payer, Quote, quote};
pub use ratio::{Ratio, RatioError, Rounding, RoundingMode, RoundingUnit};
pub use read::{Answer, advance_question, answer};
pub use settings::{Effective, JointRelief, LawSettings};
pub use step::{Stage, Step, Sum};
pub use tables::{LawChoice, LawTables};
pub use tree::Tree;
