//! Why a bank's file was refused at the desk, as it is kept and told later.

use serde::{Deserialize, Serialize};

use super::{money::Dong, time::Day};

/// Why a file was refused as a whole. Account numbers stand in it by their last four digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FileRefusal {
    /// It belongs to another account.
    OtherAccount {
        /// Its number.
        number: String,
    },
    /// Its lines do not lead to its closing balance.
    DoesNotAdd {
        /// What they lead to.
        sum: Dong,
        /// What the file says.
        says: Dong,
    },
    /// Its balance does not continue that of the statement beside it.
    DoesNotChain {
        /// The other file.
        file: String,
        /// The balance there.
        theirs: Dong,
        /// The balance here.
        ours: Dong,
    },
    /// The same file was imported before.
    Already {
        /// When.
        day: Day,
        /// By whom.
        who: String,
    },
    /// Its period overlaps another's.
    Overlaps {
        /// The other file.
        file: String,
        /// The first day of that file's period.
        day: Day,
    },
    /// A line of it stands in another file.
    LineAgain {
        /// Which.
        line: u32,
    },
    /// No balances.
    NoClosing,
    /// Another currency than đồng.
    Currency,
    /// A document type, entities, macros.
    Unsafe,
    /// Too large.
    TooLarge,
    /// Broken, cut off, or of no known form.
    Unreadable {
        /// Where it breaks.
        line: u32,
    },
}

impl FileRefusal {
    /// The stable code of the reason, without what is told beside it.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OtherAccount { .. } => "other_account",
            Self::DoesNotAdd { .. } => "does_not_add",
            Self::DoesNotChain { .. } => "does_not_chain",
            Self::Already { .. } => "already",
            Self::Overlaps { .. } => "overlaps",
            Self::LineAgain { .. } => "line_again",
            Self::NoClosing => "no_closing",
            Self::Currency => "currency",
            Self::Unsafe => "unsafe",
            Self::TooLarge => "too_large",
            Self::Unreadable { .. } => "unreadable",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        let sum = Dong::new(5).unwrap();
        let day = Day::of(2026, 11, 24).unwrap();
        for (refusal, kept) in [
            (FileRefusal::NoClosing, r#""no_closing""#),
            (FileRefusal::Unreadable { line: 7 }, r#"{"unreadable":{"line":7}}"#),
            (
                FileRefusal::DoesNotAdd { sum, says: Dong::ZERO },
                r#"{"does_not_add":{"sum":5,"says":0}}"#,
            ),
            (
                FileRefusal::Overlaps { file: "a.xml".into(), day },
                r#"{"overlaps":{"file":"a.xml","day":"2026-11-24"}}"#,
            ),
        ] {
            assert_eq!(serde_json::to_string(&refusal).unwrap(), kept);
            assert_eq!(serde_json::from_str::<FileRefusal>(kept).unwrap(), refusal);
            assert!(kept.contains(refusal.code()));
        }
    }
}
