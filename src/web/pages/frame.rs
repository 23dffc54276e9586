//! What stands around every page: the public frame and the desk's.

use std::fmt::Display;

use super::{badge::Badge, form::Wrong};
use crate::{
    domain::{
        money::{Dong, in_words},
        time::{Day, Timestamp},
    },
    web::assets,
    words::{Lang, Phrase},
};

/// A value as templates hand it over: itself, behind any number of references.
pub trait Shown<T> {
    /// The value.
    fn shown(&self) -> T;
}

impl<T, V: Shown<T> + ?Sized> Shown<T> for &V {
    fn shown(&self) -> T {
        (**self).shown()
    }
}

macro_rules! shown {
    ($($kind:ty),+) => {$(
        impl Shown<$kind> for $kind {
            fn shown(&self) -> $kind {
                self.clone()
            }
        }
    )+};
}

shown!(Dong, Day, Timestamp, Badge, Wrong);

/// What both frames give to templates: words and forms of the page's language, addresses in it.
pub trait Frame {
    /// The page's language.
    fn lang(&self) -> Lang;

    /// The page's own path with its query, without `lang`.
    fn path(&self) -> &str;

    /// The text of a key.
    fn t(&self, key: &'static str) -> Phrase {
        self.lang().t(key)
    }

    /// Money with its unit.
    fn money(&self, amount: impl Shown<Dong>) -> String {
        self.lang().money(amount.shown())
    }

    /// Money in Vietnamese words, as documents carry it in every language.
    fn in_words(&self, amount: impl Shown<Dong>) -> String {
        in_words(amount.shown())
    }

    /// A day.
    fn day(&self, day: impl Shown<Day>) -> String {
        self.lang().day(day.shown())
    }

    /// A day with its weekday.
    fn weekday(&self, day: impl Shown<Day>) -> String {
        self.lang().weekday(day.shown())
    }

    /// A moment with its day.
    fn moment(&self, moment: impl Shown<Timestamp>) -> String {
        self.lang().moment(moment.shown())
    }

    /// The time of day alone.
    fn clock(&self, moment: impl Shown<Timestamp>) -> String {
        self.lang().clock(moment.shown())
    }

    /// A badge's word.
    fn word(&self, badge: impl Shown<Badge>) -> Phrase {
        badge.shown().word(self.lang())
    }

    /// What is wrong with a field, as a sentence.
    fn wrong(&self, wrong: impl Shown<Wrong>) -> Phrase {
        wrong.shown().sentence(self.lang())
    }

    /// An address of ours in the page's language: English pages carry `?lang=en` on every link.
    fn href(&self, path: impl Display) -> String {
        in_language(&path.to_string(), self.lang())
    }

    /// This page in the other language.
    fn other_language(&self) -> String {
        let other = self.lang().other();
        match other {
            Lang::En => in_language(self.path(), other),
            Lang::Vi => self.path().to_owned(),
        }
    }

    /// Whether a menu entry leads to this very page.
    fn is_here(&self, path: &str) -> bool {
        self.path().split('?').next() == Some(path)
    }

    /// The hashed address of an embedded file.
    fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

fn in_language(path: &str, lang: Lang) -> String {
    if lang == Lang::Vi {
        return path.to_owned();
    }
    let (before, anchor) = match path.split_once('#') {
        Some((before, anchor)) => (before, format!("#{anchor}")),
        None => (path, String::new()),
    };
    let joint = match (before.is_empty(), before.contains('?')) {
        (true, _) => return anchor,
        (false, true) => '&',
        (false, false) => '?',
    };
    format!("{before}{joint}lang={}{anchor}", lang.code())
}

/// How the language is switched: by a link, or on a page with a form by a submit of that form, so
/// that what was typed is kept without script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// A link to the same page.
    Link,
    /// A submit `switch` = vi or en of the page's main form (id `form`), to the form's own address:
    /// the handler shows the form again in that language, input kept, and does nothing else (the
    /// one-time id stays unused). It wins over `lang`.
    Form,
}

/// Where the payer stands on the way from notice to receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// 1: see the notice.
    Notice,
    /// 2: pay.
    Pay,
    /// 3: receipt.
    Receipt,
}

/// The menu of a public page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Menu {
    /// All entries.
    Full,
    /// While paying: start and help only, and the step list.
    Paying(Step),
}

/// Who answers for the public pages, as the settings say.
#[derive(Clone, Debug)]
pub struct Responsible {
    /// The court's name: "Tòa án nhân dân tỉnh Sông Mơ".
    pub court: String,
    /// Its address.
    pub address: String,
    /// The telephone number to call.
    pub hotline: String,
    /// The e-mail address.
    pub email: String,
}

impl Responsible {
    /// The name in the capitals that the band carries.
    pub fn capitals(&self) -> String {
        self.court.to_uppercase()
    }

    /// `tel:` form of the hotline.
    pub fn dial(&self) -> String {
        dial(&self.hotline)
    }
}

/// The `tel:` address of a telephone number as written for reading.
pub fn dial(number: &str) -> String {
    let digits: String = number.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect();
    format!("tel:{digits}")
}

/// The frame of a public page.
#[derive(Clone, Debug)]
pub struct PublicFrame {
    /// The page's language.
    pub lang: Lang,
    /// The page's own path with its query, without `lang`.
    pub path: String,
    /// How the language is switched.
    pub switch: Switch,
    /// The menu.
    pub menu: Menu,
    /// Who answers for the page.
    pub responsible: Responsible,
    /// The server's time, said in the footer.
    pub now: Timestamp,
    /// The demo and the test database carry "DỮ LIỆU THỬ" on every page.
    pub test_data: bool,
}

impl Frame for PublicFrame {
    fn lang(&self) -> Lang {
        self.lang
    }

    fn path(&self) -> &str {
        &self.path
    }
}

impl PublicFrame {
    /// The entries of the menu: address and word.
    pub fn entries(&self) -> Vec<(&'static str, Phrase)> {
        let start = ("/", self.t("menu-start"));
        let help = ("/huong-dan", self.t("menu-help"));
        match self.menu {
            Menu::Full => vec![
                start,
                ("/tra-cuu", self.t("menu-lookup")),
                ("/tinh-an-phi", self.t("menu-calculator")),
                ("/bien-lai", self.t("menu-check")),
                help,
            ],
            Menu::Paying(_) => vec![start, help],
        }
    }

    /// The steps of paying with their standing, empty outside of it.
    pub fn steps(&self) -> Vec<(Phrase, Progress)> {
        let Menu::Paying(here) = self.menu else { return Vec::new() };
        [
            (Step::Notice, self.t("step-notice")),
            (Step::Pay, self.t("step-pay")),
            (Step::Receipt, self.t("step-receipt")),
        ]
        .into_iter()
        .map(|(step, word)| (word, Progress::of(step, here)))
        .collect()
    }
}

/// How a step stands to the page's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Done.
    Done,
    /// The page's own.
    Here,
    /// Not yet.
    Ahead,
}

impl Progress {
    fn of(step: Step, here: Step) -> Self {
        match step.cmp(&here) {
            std::cmp::Ordering::Less => Self::Done,
            std::cmp::Ordering::Equal => Self::Here,
            std::cmp::Ordering::Greater => Self::Ahead,
        }
    }
}

/// One entry of the desk's sub-navigation.
#[derive(Clone, Debug)]
pub struct DeskEntry {
    /// Where it leads.
    pub place: DeskPlace,
    /// How many items wait there, where that is counted.
    pub count: Option<u32>,
}

/// The places of the desk that the navigation leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskPlace {
    /// The court's work of today.
    Today,
    /// A new case.
    NewCase,
    /// The judge's list.
    Judge,
    /// Bank statements.
    Statements,
    /// Reconciliation.
    Reconciliation,
    /// Money to be decided.
    Exceptions,
    /// Receipts.
    Receipts,
}

impl DeskPlace {
    /// Its path.
    pub const fn path(self) -> &'static str {
        match self {
            Self::Today => "/desk/today",
            Self::NewCase => "/desk/cases/new",
            Self::Judge => "/desk/judge",
            Self::Statements => "/desk/statements",
            Self::Reconciliation => "/desk/recon",
            Self::Exceptions => "/desk/exceptions",
            Self::Receipts => "/desk/receipts",
        }
    }

    /// Its word.
    pub fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::Today => lang.t("desk-today"),
            Self::NewCase => lang.t("desk-new-case"),
            Self::Judge => lang.t("desk-judge"),
            Self::Statements => lang.t("desk-statements"),
            Self::Reconciliation => lang.t("desk-recon"),
            Self::Exceptions => lang.t("desk-exceptions"),
            Self::Receipts => lang.t("desk-receipts"),
        }
    }
}

/// A named group of the sub-navigation: one a role, so that two roles stay apart.
#[derive(Clone, Debug)]
pub struct DeskGroup {
    /// Whose work it is.
    pub role: DeskRole,
    /// Its entries.
    pub entries: Vec<DeskEntry>,
}

/// The roles that have pages on the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeskRole {
    /// Thư ký.
    Clerk,
    /// Thẩm phán.
    Judge,
    /// Kế toán.
    Accountant,
    /// Whoever may only look.
    Reader,
}

impl DeskRole {
    /// Its word.
    pub fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::Clerk => lang.t("role-clerk"),
            Self::Judge => lang.t("role-judge"),
            Self::Accountant => lang.t("role-accountant"),
            Self::Reader => lang.t("role-reader"),
        }
    }
}

/// Who is signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Their name.
    pub name: String,
    /// When the session ends if nothing is done.
    pub ends: Timestamp,
    /// The one-time id of the sign-out form.
    pub sign_out: String,
}

/// What was just done, said once on the page that shows it.
#[derive(Clone, Debug)]
pub enum Banner {
    /// A claim group was accepted under a register number.
    Accepted {
        /// The number given.
        number: String,
    },
    /// A draft was kept.
    DraftSaved,
    /// A notice waits for the judge's signature.
    SentToJudge,
    /// A notice was signed and issued.
    Issued {
        /// Its number, `12/TB-TA`.
        number: String,
    },
    /// Service was recorded.
    Served {
        /// The last day to pay.
        pay_by: Day,
    },
    /// A statement was imported.
    Imported {
        /// How many lines.
        lines: u32,
        /// How many of them matched without hands.
        matched: u32,
    },
    /// Waiting money paid a notice.
    Assigned {
        /// The notice.
        reference: String,
        /// Its receipt.
        receipt: String,
    },
    /// Waiting money waits for the rest of a notice.
    AssignedPart {
        /// The notice.
        reference: String,
    },
    /// A part was taken back from its notice.
    TakenBack,
    /// A case was changed.
    CaseChanged,
    /// The second factor is set.
    TotpSet,
}

impl Banner {
    /// The sentence, with what follows.
    pub fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::Accepted { number } => lang.t("done-accepted").with("number", number),
            Self::DraftSaved => lang.t("done-draft"),
            Self::SentToJudge => lang.t("done-sent"),
            Self::Issued { number } => lang.t("done-issued").with("number", number),
            Self::Served { pay_by } => lang.t("done-served").with("day", lang.weekday(*pay_by)),
            Self::Imported { lines, matched } => {
                lang.t("done-imported").with("lines", lines).with("matched", matched)
            }
            Self::Assigned { reference, receipt } => {
                lang.t("done-assigned").with("reference", reference).with("receipt", receipt)
            }
            Self::AssignedPart { reference } => {
                lang.t("done-assigned-part").with("reference", reference)
            }
            Self::TakenBack => lang.t("done-taken-back"),
            Self::CaseChanged => lang.t("done-case-changed"),
            Self::TotpSet => lang.t("done-totp"),
        }
    }
}

/// The frame of a desk page.
#[derive(Clone, Debug)]
pub struct DeskFrame {
    /// The page's language.
    pub lang: Lang,
    /// The page's own path with its query, without `lang`.
    pub path: String,
    /// How the language is switched.
    pub switch: Switch,
    /// The court or agency whose work this is.
    pub place: String,
    /// Who is signed in; nobody on the sign-in pages.
    pub person: Option<SignedIn>,
    /// What stands in the search box.
    pub search: String,
    /// The sub-navigation.
    pub groups: Vec<DeskGroup>,
    /// What was just done.
    pub banner: Option<Banner>,
    /// The server's time.
    pub now: Timestamp,
    /// The demo and the test database carry "DỮ LIỆU THỬ" on every page.
    pub test_data: bool,
}

impl Frame for DeskFrame {
    fn lang(&self) -> Lang {
        self.lang
    }

    fn path(&self) -> &str {
        &self.path
    }
}
