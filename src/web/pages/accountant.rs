//! Bank statements: the list, a new one, its preview, one of them.

use askama::Template;

use super::{
    badge::Badge,
    clerk::Paging,
    form::{Choice, Field, Problem, Problems, Wrong},
    frame::{DeskFrame, Frame},
    money::BankLine,
};
use crate::{
    domain::{
        file_refusal::FileRefusal,
        money::Dong,
        time::{Day, Timestamp},
    },
    words::{Lang, Phrase},
};

/// A statement that was imported.
#[derive(Clone, Debug)]
pub struct StatementRow {
    /// Its id.
    pub id: String,
    /// The file's name.
    pub file: String,
    /// The account's name.
    pub account: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Opening balance.
    pub opening: Dong,
    /// Sum of the lines.
    pub moved: Dong,
    /// Closing balance.
    pub closing: Dong,
    /// How many lines.
    pub lines: u32,
    /// How many exceptions of it are open.
    pub exceptions: u32,
    /// Who imported it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

fn period(lang: Lang, from: Day, to: Day) -> String {
    if from == to {
        lang.day(from)
    } else {
        lang.t("period").with("from", from).with("to", to).to_string()
    }
}

/// `/desk/statements`.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/statements.html")]
pub struct StatementsPage {
    /// Frame.
    pub frame: DeskFrame,
    /// Whether the one who looks may import one.
    pub can_import: bool,
    /// The statements, newest first.
    pub rows: Vec<StatementRow>,
    /// Where the rows stand.
    pub paging: Paging,
    /// Files that were refused, newest first.
    pub refused: Vec<RefusedFile>,
}

impl StatementsPage {
    fn period(&self, row: &StatementRow) -> String {
        period(self.frame.lang, row.from, row.to)
    }
}

/// A file that was refused and kept aside.
#[derive(Clone, Debug)]
pub struct RefusedFile {
    /// Its name.
    pub file: String,
    /// The account that was chosen for it.
    pub account: String,
    /// Why.
    pub refusal: FileRefusal,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// Who tried it.
    pub who: String,
    /// When.
    pub at: Timestamp,
}

impl RefusedFile {
    fn sentence(&self, lang: Lang) -> Phrase {
        sentence(lang, &self.refusal)
    }
}

/// Why a file was refused just now, and under what it is kept.
#[derive(Clone, Debug)]
pub struct StatementRefusal {
    /// Why.
    pub refusal: FileRefusal,
    /// Its name.
    pub file: String,
    /// SHA-256 of its bytes.
    pub sha256: String,
}

impl StatementRefusal {
    fn sentence(&self, lang: Lang) -> Phrase {
        sentence(lang, &self.refusal)
    }

    /// What to do next.
    fn next(&self, lang: Lang) -> Phrase {
        match self.refusal {
            FileRefusal::OtherAccount { .. } => lang.t("next-account"),
            FileRefusal::DoesNotAdd { .. } => lang.t("next-sum"),
            FileRefusal::DoesNotChain { .. } => lang.t("next-chain"),
            FileRefusal::Already { .. } => lang.t("next-already"),
            FileRefusal::Overlaps { .. } | FileRefusal::LineAgain { .. } => lang.t("next-overlap"),
            FileRefusal::NoClosing => lang.t("next-no-closing"),
            FileRefusal::Currency => lang.t("next-currency"),
            FileRefusal::Unsafe => lang.t("next-unsafe"),
            FileRefusal::TooLarge => lang.t("next-large"),
            FileRefusal::Unreadable { .. } => lang.t("next-unreadable"),
        }
    }
}

/// Why a file was refused, in words.
fn sentence(lang: Lang, refusal: &FileRefusal) -> Phrase {
    match refusal {
        FileRefusal::OtherAccount { number } => lang.t("refused-account").with("number", number),
        FileRefusal::DoesNotAdd { sum, says } => {
            lang.t("refused-sum").with("sum", sum).with("says", says)
        }
        FileRefusal::DoesNotChain { file, theirs, ours } => {
            let told = lang.t("refused-chain").with("file", file);
            told.with("theirs", theirs).with("ours", ours)
        }
        FileRefusal::Already { day, who } => {
            lang.t("refused-already").with("day", day).with("who", who)
        }
        FileRefusal::Overlaps { file, day } => {
            lang.t("refused-overlap").with("file", file).with("day", day)
        }
        FileRefusal::LineAgain { line } => {
            lang.t("refused-line-again").with("line", line.to_string())
        }
        FileRefusal::NoClosing => lang.t("refused-no-closing"),
        FileRefusal::Currency => lang.t("refused-currency"),
        FileRefusal::Unsafe => lang.t("refused-unsafe"),
        FileRefusal::TooLarge => lang.t("refused-large"),
        FileRefusal::Unreadable { line } => {
            lang.t("refused-unreadable").with("line", line.to_string())
        }
    }
}

/// `/desk/statements/new`: `POST` multipart with `form_id`, `account`, `file`.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/statement_new.html")]
pub struct StatementNewPage {
    /// Frame; `Switch::Form`.
    pub frame: DeskFrame,
    /// One-time id.
    pub form_id: String,
    /// The chosen account.
    pub account: Field,
    /// The accounts there are.
    pub accounts: Vec<Choice>,
    /// What is wrong with the file.
    pub file_wrong: Option<Wrong>,
    /// Why it was refused.
    pub refused: Option<StatementRefusal>,
}

impl StatementNewPage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang)
            .field("account", &self.account)
            .place("file", self.file_wrong.as_ref())
            .list()
    }

    fn failed(&self) -> bool {
        self.refused.is_some() || !self.problems().is_empty()
    }
}

/// What is wrong with a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FaultKind {
    /// No whole sum of đồng.
    Amount,
    /// No day, or none that exists.
    Day,
}

/// A line that could not be read.
#[derive(Clone, Debug)]
pub struct LineFault {
    /// Its number in the file.
    pub line: u32,
    /// What is wrong.
    pub kind: FaultKind,
    /// The raw text.
    pub raw: String,
}

impl LineFault {
    fn sentence(&self, lang: Lang) -> Phrase {
        match self.kind {
            FaultKind::Amount => lang.t("fault-amount"),
            FaultKind::Day => lang.t("fault-day"),
        }
        .with("line", self.line.to_string())
    }
}

/// `/desk/statements/new/{upload}`: what the file says; nothing is imported yet. `POST` with
/// `form_id` imports it.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/statement_preview.html")]
pub struct StatementPreviewPage {
    /// Frame.
    pub frame: DeskFrame,
    /// The kept upload.
    pub upload: String,
    /// One-time id.
    pub form_id: String,
    /// The file's name.
    pub file: String,
    /// The format found: "camt.053.001.08".
    pub format: String,
    /// The account.
    pub account: String,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Opening balance.
    pub opening: Dong,
    /// Sum of the lines.
    pub moved: Dong,
    /// Closing balance.
    pub closing: Dong,
    /// Lines that are new.
    pub new_lines: u32,
    /// Lines of money that was recorded before (pushed).
    pub seen_lines: u32,
    /// Lines that could not be read; then nothing can be imported.
    pub faults: Vec<LineFault>,
    /// The first 20 lines as read.
    pub lines: Vec<BankLine>,
}

impl StatementPreviewPage {
    fn period(&self) -> String {
        period(self.frame.lang, self.from, self.to)
    }

    fn equation(&self) -> Phrase {
        equation(self.frame.lang, [self.opening, self.moved, self.closing])
    }

    fn faults_count(&self) -> u32 {
        u32::try_from(self.faults.len()).unwrap_or(u32::MAX)
    }
}

/// `{opening} + {moved} = {closing} ✓`.
fn equation(lang: Lang, [opening, moved, closing]: [Dong; 3]) -> Phrase {
    let adds = opening.checked_add(moved) == Some(closing);
    let text = if adds { lang.t("statement-equation") } else { lang.t("statement-equation-off") };
    text.with("opening", opening).with("moved", moved).with("closing", closing)
}

/// `/desk/statements/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/statement.html")]
pub struct StatementPage {
    /// Frame.
    pub frame: DeskFrame,
    /// The statement.
    pub statement: StatementRow,
    /// Its lines.
    pub lines: Vec<BankLine>,
    /// Where the lines stand.
    pub paging: Paging,
}

impl StatementPage {
    fn period(&self) -> String {
        period(self.frame.lang, self.statement.from, self.statement.to)
    }

    fn equation(&self) -> Phrase {
        let statement = &self.statement;
        equation(self.frame.lang, [statement.opening, statement.moved, statement.closing])
    }
}
