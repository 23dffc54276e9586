//! The set of law tables, and which of them rules a day.

use super::{
    error::{QuoteCode, QuoteError},
    law::Law,
    table::{LawError, LawFault},
};
use crate::domain::time::Day;

/// How the input names its law.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LawChoice {
    /// The one in force on the day.
    Auto,
    /// The table of this id.
    Named(String),
}

/// A set of tables of which at most one is in force on any day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LawTables(Vec<Law>);

impl LawTables {
    /// The set, refused when two tables share an id or a day.
    pub fn new(laws: Vec<Law>) -> Result<Self, LawError> {
        for (index, law) in laws.iter().enumerate() {
            for other in laws.iter().take(index) {
                if law.id == other.id {
                    return Err(LawError::of(&law.id, "id", LawFault::DoubleCode));
                }
                if law.validity.meets(&other.validity) {
                    let fault = LawFault::MeetsAnother(other.id.clone());
                    return Err(LawError::of(&law.id, "validity", fault));
                }
            }
        }
        Ok(Self(laws))
    }

    /// The tables that ship with this build, which are the first versions of the reference data.
    pub fn shipped() -> Result<Self, LawError> {
        let laws = [
            include_str!("../../../assets/fees/nq326_2016.toml"),
            include_str!("../../../assets/fees/pl10_2009.toml"),
        ];
        Self::new(laws.into_iter().map(Law::load).collect::<Result<_, _>>()?)
    }

    /// All of them.
    pub fn all(&self) -> &[Law] {
        &self.0
    }

    /// The table of this id.
    pub fn get(&self, id: &str) -> Option<&Law> {
        self.0.iter().find(|law| law.id == id)
    }

    /// The law of an instance accepted (or, before that, notified) on `day` (47(2), 48(1)).
    pub fn choose(&self, choice: &LawChoice, day: Day) -> Result<&Law, QuoteError> {
        let id = match choice {
            LawChoice::Auto => {
                return self.0.iter().find(|law| law.validity.holds(day)).ok_or_else(|| {
                    let detail = format!("no law table was in force on {day}");
                    QuoteError::new(QuoteCode::NoLawForDate, "date", detail)
                });
            }
            LawChoice::Named(id) => id,
        };
        let law = self.get(id).ok_or_else(|| {
            QuoteError::new(QuoteCode::UnknownLaw, "law", format!("no law table {id:?}"))
        })?;
        if law.validity.holds(day) {
            Ok(law)
        } else {
            let detail = format!("{id} was not in force on {day}");
            Err(QuoteError::new(QuoteCode::LawNotInForce, "date", detail))
        }
    }
}
