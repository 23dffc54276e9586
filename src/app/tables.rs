//! The law, the calendar and the forms as data, loaded whole and checked before anything runs.

use std::{collections::BTreeMap, sync::Arc};

use crate::domain::{
    calendar::{self, Calendar},
    deadline::{self, Limits},
    document::{self, Form},
    fee::{LawSettings, LawTables},
};

/// Everything that is data and not code.
#[derive(Debug)]
pub struct Tables {
    /// Fee schedules.
    pub law: LawTables,
    /// How doubtful points are read.
    pub law_settings: LawSettings,
    /// Working days.
    pub calendar: Calendar,
    /// Time limits.
    pub limits: Limits,
    /// Papers by their code.
    pub forms: BTreeMap<String, Form>,
    /// Names of banks by BIN.
    pub banks: BTreeMap<String, Bank>,
}

/// A bank, as pages and papers name it.
#[derive(Clone, Debug)]
pub struct Bank {
    /// Full name.
    pub name: String,
    /// Short name.
    pub short: String,
    /// Whether its accounts can be paid by VietQR.
    pub by_qr: bool,
}

/// A table that cannot be used; what is wrong with it.
#[derive(Debug, thiserror::Error)]
#[error("{table} cannot be used: {why}")]
pub struct TableError {
    /// Which.
    pub table: String,
    /// What is wrong.
    pub why: String,
}

fn unfit(table: &str, why: &impl ToString) -> TableError {
    TableError { table: table.to_owned(), why: why.to_string() }
}

impl Tables {
    /// The first versions, which the program carries.
    pub fn shipped(law_settings: LawSettings) -> Result<Arc<Self>, TableError> {
        let mut forms = BTreeMap::new();
        for (code, source) in document::SHIPPED {
            let form = Form::parse(source).map_err(|error| unfit(code, &error))?;
            forms.insert(code.to_owned(), form);
        }
        Ok(Arc::new(Self {
            law: LawTables::shipped().map_err(|error| unfit("the fee schedule", &error))?,
            law_settings,
            calendar: Calendar::parse(calendar::FIRST_VERSION)
                .map_err(|error| unfit("the table of days off", &error))?,
            limits: Limits::parse(deadline::FIRST_VERSION)
                .map_err(|error| unfit("the table of time limits", &error))?,
            forms,
            banks: BTreeMap::new(),
        }))
    }

    /// The name of a bank, or its BIN where it is not in the list.
    pub fn bank_name(&self, bin: &str) -> String {
        self.banks.get(bin).map_or_else(|| bin.to_owned(), |bank| bank.name.clone())
    }
}
