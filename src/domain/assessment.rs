//! An assessment: a quote that is kept, with all that is needed to compute it again.

use serde::Serialize;

use super::{
    fee::{Effective, LawSettings, LawTables, Quote, QuoteError, QuoteInput, quote},
    money::Dong,
};

/// The version of the computation. Raised when any answer to any input changes.
pub const ENGINE_VERSION: &str = "1";

/// A question, its answer, and what the answer stands on. The row of an assessment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    input: QuoteInput,
    result: Quote,
    schedule: Schedule,
    settings: Effective,
    engine: String,
}

/// Which bytes of which law table were computed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Schedule {
    /// Id of the table.
    pub id: String,
    /// SHA-256 of its file, 64 hexadecimal digits.
    pub sha256: String,
}

impl Assessment {
    /// Computes and keeps.
    pub fn of(
        tables: &LawTables,
        settings: &LawSettings,
        input: QuoteInput,
    ) -> Result<Self, QuoteError> {
        let law = tables.choose(&input.law, input.date)?;
        let result = quote(tables, settings, &input)?;
        let schedule = Schedule { id: law.id().to_owned(), sha256: law.hash().to_string() };
        let (settings, engine) = (settings.effective(law), ENGINE_VERSION.to_owned());
        Ok(Self { input, result, schedule, settings, engine })
    }

    /// The question. Its JSON is the input form of `law.md` section 7.
    pub fn input(&self) -> &QuoteInput {
        &self.input
    }

    /// The answer. Its JSON is the expect form of `law.md` section 7.
    pub fn result(&self) -> &Quote {
        &self.result
    }

    /// The law table.
    pub fn schedule(&self) -> &Schedule {
        &self.schedule
    }

    /// The settings that worked on it.
    pub fn settings(&self) -> Effective {
        self.settings
    }

    /// The version of the computation, [`ENGINE_VERSION`] at that time.
    pub fn engine(&self) -> &str {
        &self.engine
    }
}

/// What is still to be paid when a claim was raised during the case: the new advance less what was
/// paid, never below nothing; what is too much stays until the judgment (law.md D10, D11).
pub fn further_advance(new: Dong, paid: Dong) -> Dong {
    new.checked_sub(paid).map_or(Dong::ZERO, |further| further.max(Dong::ZERO))
}
