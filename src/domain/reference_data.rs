//! Reference data that comes as files, new versions over time: courts, agencies, banks and more.

use std::{collections::BTreeSet, fmt, str::FromStr};

use super::time::Day;

codes! {
    /// The kinds of reference data; the words of `anphi data import KIND`.
    ReferenceKind {
        /// Courts.
        Courts = "courts",
        /// Collecting agencies and their offices.
        Agencies = "agencies",
        /// Days off and swapped working days.
        DaysOff = "days-off",
        /// Banks by BIN.
        Banks = "banks",
        /// Fee schedules, one file a law.
        Fees = "fees",
        /// Forms of papers, one file a form.
        Forms = "forms",
    }
}

codes! {
    /// The place of a court in the order of courts.
    CourtLevel {
        /// Tòa án nhân dân tối cao.
        Supreme = "supreme",
        /// A chamber of it that hears appeals.
        SupremeChamber = "supreme_chamber",
        /// A court of a kind of its own (international financial centre).
        Specialised = "specialised",
        /// Tòa án nhân dân cấp tỉnh.
        Provincial = "provincial",
        /// Tòa án nhân dân khu vực.
        Regional = "regional",
    }
}

impl CourtLevel {
    /// The level of the court above, where one must be named.
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Supreme | Self::Specialised => None,
            Self::SupremeChamber | Self::Provincial => Some(Self::Supreme),
            Self::Regional => Some(Self::Provincial),
        }
    }
}

codes! {
    /// What kind of body collects.
    AgencyKind {
        /// The provincial enforcement agency, the legal collector.
        Enforcement = "enforcement",
        /// A regional office inside it.
        Office = "office",
        /// A court that collects by itself (Resolution 326 Art. 10).
        Court = "court",
    }
}

/// The code of a court or agency, `TAND-01-KV02`: ours, stable, capitals, digits and hyphens.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyCode(String);

/// A text that is no code of a court or agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a code is capitals and digits in parts joined by hyphens, at most 40 characters")]
pub struct NotABodyCode;

impl BodyCode {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BodyCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BodyCode {
    type Err = NotABodyCode;

    fn from_str(text: &str) -> Result<Self, NotABodyCode> {
        let fits = |part: &str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        if text.len() > 40 || !text.split('-').all(fits) {
            return Err(NotABodyCode);
        }
        Ok(Self(text.to_owned()))
    }
}

/// A bank's BIN (NAPAS acquirer id), six digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bin(String);

/// A text that is no BIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a BIN is six digits")]
pub struct NotABin;

impl Bin {
    /// The six digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Bin {
    type Err = NotABin;

    fn from_str(text: &str) -> Result<Self, NotABin> {
        let fits = text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(NotABin) }
    }
}

/// A court as a file of courts says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourtRow {
    /// Its code.
    pub code: BodyCode,
    /// Full name.
    pub name: String,
    /// Short name.
    pub short_name: String,
    /// Level.
    pub level: CourtLevel,
    /// The court above; it stands on an earlier line, or is known from an earlier file.
    pub parent: Option<BodyCode>,
    /// Official two-digit code of its province.
    pub province_code: Option<String>,
    /// Name of its province.
    pub province: Option<String>,
    /// Address of the main office.
    pub seat: Option<String>,
    /// Communes of its territory, in words.
    pub territory: Option<String>,
    /// Official codes of these communes.
    pub territory_codes: Vec<String>,
    /// What it hears beside the general matters.
    pub subject_matter: Option<String>,
    /// The first day of its existence under this name.
    pub valid_from: Option<Day>,
    /// Keys of the sources.
    pub source: String,
    /// What to know about the row.
    pub note: Option<String>,
    /// Open for cases. A court that was only inferred is loaded inactive, for a person to confirm.
    pub active: bool,
}

/// A collecting body as a file of agencies says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgencyRow {
    /// Its code; a collecting court has the court's code.
    pub code: BodyCode,
    /// Full name.
    pub name: String,
    /// Kind.
    pub kind: AgencyKind,
    /// The agency that an office belongs to.
    pub parent: Option<BodyCode>,
    /// Official two-digit code of its province.
    pub province_code: String,
    /// Name of its province.
    pub province: String,
    /// The court that it collects for.
    pub court: BodyCode,
    /// The first day of its existence under this name.
    pub valid_from: Option<Day>,
    /// The name follows a rule and was not seen.
    pub inferred: bool,
    /// Keys of the sources.
    pub source: String,
    /// What to know about the row.
    pub note: Option<String>,
}

/// A bank as the list of banks says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BankRow {
    /// Its BIN.
    pub bin: Bin,
    /// Short name, as payment pages show it.
    pub short_name: String,
    /// Full name.
    pub full_name: String,
    /// Names that share the BIN after a merger or a change of name.
    pub former_names: Vec<String>,
    /// SWIFT code.
    pub swift: Option<String>,
    /// A VietQR code to an account here can be paid. Not so for the State Treasury.
    pub vietqr_transfer: bool,
    /// What to know about the row.
    pub note: Option<String>,
}

/// The agencies that start active: those whose court is. An agency's own name is nearly always
/// inferred (offices mirror courts), so that says nothing about whether it collects.
pub fn active_agencies<'a>(
    agencies: &'a [AgencyRow],
    courts: &[CourtRow],
) -> BTreeSet<&'a BodyCode> {
    let open: BTreeSet<&BodyCode> =
        courts.iter().filter(|court| court.active).map(|court| &court.code).collect();
    agencies.iter().filter(|row| open.contains(&row.court)).map(|row| &row.code).collect()
}
