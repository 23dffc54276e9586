//! The court's work in one list, and the search over it.

use askama::Template;

use super::{
    badge::Badge,
    form::{Choice, Field},
    frame::{DeskFrame, Frame},
};
use crate::{
    domain::{
        id::Reference,
        money::Dong,
        time::{Day, Timestamp},
    },
    words::{Lang, Phrase},
};

/// Where a list stands in its rows; 100 rows a page.
#[derive(Clone, Debug)]
pub struct Paging {
    /// Number of the first row shown.
    pub from: u32,
    /// Number of the last.
    pub to: u32,
    /// Rows in all.
    pub total: u32,
    /// Address of the page before.
    pub previous: Option<String>,
    /// Address of the page after.
    pub next: Option<String>,
}

/// The fixed queries of the clerk's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    /// Paid, waits for acceptance; opens first.
    ToAccept,
    /// To be paid by the end of today.
    DueToday,
    /// Past the seven days, within the seven working days.
    Tolerated,
    /// Past both.
    PastDue,
    /// Issued, not served.
    NotServed,
    /// Everything that is open.
    All,
}

impl Tab {
    /// In their order.
    pub const ALL: [Self; 6] = [
        Self::ToAccept,
        Self::DueToday,
        Self::Tolerated,
        Self::PastDue,
        Self::NotServed,
        Self::All,
    ];

    /// The value of `tab` in the address.
    pub const fn value(self) -> &'static str {
        match self {
            Self::ToAccept => "to-accept",
            Self::DueToday => "due-today",
            Self::Tolerated => "tolerated",
            Self::PastDue => "past-due",
            Self::NotServed => "not-served",
            Self::All => "all",
        }
    }

    fn path(self) -> String {
        format!("/desk/today?tab={}", self.value())
    }

    fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::ToAccept => lang.t("tab-to-accept"),
            Self::DueToday => lang.t("tab-due-today"),
            Self::Tolerated => lang.t("tab-tolerated"),
            Self::PastDue => lang.t("tab-past-due"),
            Self::NotServed => lang.t("tab-not-served"),
            Self::All => lang.t("tab-all"),
        }
    }

    fn empty(self, lang: Lang) -> Phrase {
        match self {
            Self::ToAccept => lang.t("empty-to-accept"),
            Self::DueToday => lang.t("empty-due-today"),
            Self::Tolerated => lang.t("empty-tolerated"),
            Self::PastDue => lang.t("empty-past-due"),
            Self::NotServed => lang.t("empty-not-served"),
            Self::All => lang.t("empty-all"),
        }
    }
}

/// The filter line: `clerk`, `kind`.
#[derive(Clone, Debug, Default)]
pub struct TodayFilter {
    /// The chosen clerk.
    pub clerk: Field,
    /// The clerks there are.
    pub clerks: Vec<Choice>,
    /// The chosen kind of case.
    pub kind: Field,
}

impl TodayFilter {
    fn is_on(&self) -> bool {
        !self.clerk.value.is_empty() || !self.kind.value.is_empty()
    }
}

/// Why a row has no button: the state forbids it, and the row says so.
#[derive(Clone, Debug)]
pub enum Held {
    /// The receipt was used for another case.
    ReceiptUsed {
        /// Its number.
        case: String,
    },
    /// Several payers: receipts still to come.
    Awaiting {
        /// How many.
        receipts: u32,
    },
    /// The court accepts by its judge.
    WithJudge,
    /// The court accepts on sealed receipts only.
    ToSeal,
}

impl Held {
    pub(super) fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::ReceiptUsed { case } => lang.t("held-used").with("case", case),
            Self::Awaiting { receipts } => lang.t("held-awaiting").with("n", receipts),
            Self::WithJudge => lang.t("held-judge"),
            Self::ToSeal => lang.t("held-seal"),
        }
    }
}

/// The button of a row.
#[derive(Clone, Debug)]
pub enum RowAct {
    /// Accept in one click, `POST /desk/notices/{id}/accept` with `form_id` and, where another
    /// system numbers, `number`.
    Accept {
        /// One-time id.
        form_id: String,
        /// What stands in the number field, where there is one.
        number: Option<String>,
    },
    /// Record service.
    RecordService,
    /// None, and why.
    Said(Held),
    /// Open the case.
    Nothing,
}

/// A claim group: the case on its plaintiffs' notices, or a further claim on its own.
#[derive(Clone, Debug)]
pub struct TodayRow {
    /// The case's id.
    pub case_id: String,
    /// The id of the group's first notice.
    pub notice: String,
    /// File number.
    pub file: String,
    /// Its notices' references.
    pub references: Vec<Reference>,
    /// "Nguyễn Văn A / Trần Thị B".
    pub parties: String,
    /// What the group asks: "Đòi nợ vay", "Phản tố".
    pub what: String,
    /// The sum.
    pub amount: Dong,
    /// The last day to pay.
    pub pay_by: Option<Day>,
    /// The first day on which the petition may go back.
    pub earliest_return: Option<Day>,
    /// The bank's time.
    pub paid: Option<Timestamp>,
    /// State words: of the notice and of its time.
    pub badges: Vec<Badge>,
    /// The button.
    pub act: RowAct,
}

impl TodayRow {
    fn path(&self) -> String {
        format!("/desk/cases/{}", self.case_id)
    }
}

/// `/desk/today`.
#[derive(Clone, Debug, Template)]
#[template(path = "clerk/today.html")]
pub struct TodayPage {
    /// Frame.
    pub frame: DeskFrame,
    /// The tab shown.
    pub tab: Tab,
    /// Every tab with its count.
    pub counts: Vec<(Tab, u32)>,
    /// The filter.
    pub filter: TodayFilter,
    /// Registers with their next number.
    pub next_numbers: Vec<(String, String)>,
    /// The rows.
    pub rows: Vec<TodayRow>,
    /// Where the rows stand.
    pub paging: Paging,
}

impl TodayPage {
    fn kinds(&self) -> Vec<(&'static str, Phrase)> {
        kinds(self.frame.lang)
    }
}

/// Kinds of case as selects offer them: submitted value and word.
pub(super) fn kinds(lang: Lang) -> Vec<(&'static str, Phrase)> {
    vec![
        ("civil", lang.t("kind-civil")),
        ("family", lang.t("kind-family")),
        ("commercial", lang.t("kind-commercial")),
        ("labour", lang.t("kind-labour")),
        ("administrative", lang.t("kind-administrative")),
        ("criminal", lang.t("kind-criminal")),
        ("matter", lang.t("kind-matter")),
        ("charge", lang.t("kind-charge")),
    ]
}

/// What a search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundKind {
    /// A case.
    Case,
    /// A notice, shown in its case.
    Notice,
    /// A receipt, shown in its case.
    Receipt,
    /// Money to be decided.
    Exception,
}

/// A row of the search.
#[derive(Clone, Debug)]
pub struct FoundRow {
    /// What it is.
    pub kind: FoundKind,
    /// Where it is shown.
    pub path: String,
    /// Number, reference or receipt.
    pub name: String,
    /// The parties, or the payer.
    pub parties: String,
    /// The sum, where it has one.
    pub amount: Option<Dong>,
    /// The state word.
    pub badge: Badge,
}

impl FoundRow {
    fn kind_word(&self, lang: Lang) -> Phrase {
        match self.kind {
            FoundKind::Case => lang.t("found-case"),
            FoundKind::Notice => lang.t("found-notice"),
            FoundKind::Receipt => lang.t("found-receipt"),
            FoundKind::Exception => lang.t("found-exception"),
        }
    }
}

/// `/desk/find?q=`: what the search box found; a full code leads to its item directly.
#[derive(Clone, Debug, Template)]
#[template(path = "clerk/find.html")]
pub struct FindPage {
    /// Frame, with `search` filled.
    pub frame: DeskFrame,
    /// What was found.
    pub rows: Vec<FoundRow>,
}

impl FindPage {
    fn title(&self) -> Phrase {
        if self.frame.search.is_empty() {
            self.frame.t("search-title")
        } else {
            self.frame.t("find-title").with("q", &self.frame.search)
        }
    }
}
