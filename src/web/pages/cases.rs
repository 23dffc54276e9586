//! A case: its page and its assessment.

use std::fmt::Display;

use askama::Template;

use super::{
    assessment::WorkedRow,
    badge::Badge,
    clerk::Held,
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

/// The bar at the top of every page of a case.
#[derive(Clone, Debug)]
pub struct CaseBar {
    /// The case's id.
    pub id: String,
    /// File number.
    pub number: String,
    /// "Nguyễn Văn A / Trần Thị B".
    pub parties: String,
    /// The state word.
    pub badge: Badge,
    /// The nearest last day to pay.
    pub pay_by: Option<Day>,
}

/// How a party stands in the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartyRole {
    /// Nguyên đơn.
    Plaintiff,
    /// Bị đơn.
    Defendant,
    /// Người có quyền lợi, nghĩa vụ liên quan.
    Related,
    /// Người yêu cầu.
    Petitioner,
    /// Người kháng cáo.
    Appellant,
}

impl PartyRole {
    /// In the order of the form.
    pub const ALL: [Self; 5] =
        [Self::Plaintiff, Self::Defendant, Self::Related, Self::Petitioner, Self::Appellant];

    /// The submitted value.
    pub const fn value(self) -> &'static str {
        match self {
            Self::Plaintiff => "plaintiff",
            Self::Defendant => "defendant",
            Self::Related => "related",
            Self::Petitioner => "petitioner",
            Self::Appellant => "appellant",
        }
    }

    pub(super) fn word(self, lang: Lang) -> Phrase {
        match self {
            Self::Plaintiff => lang.t("party-plaintiff"),
            Self::Defendant => lang.t("party-defendant"),
            Self::Related => lang.t("party-related"),
            Self::Petitioner => lang.t("party-petitioner"),
            Self::Appellant => lang.t("party-appellant"),
        }
    }
}

/// A party as the case page lists it.
#[derive(Clone, Debug)]
pub struct PartyLine {
    /// How they stand.
    pub role: PartyRole,
    /// Name and address.
    pub line: String,
}

/// The four times of money, kept apart wherever staff see it.
#[derive(Clone, Debug, Default)]
pub struct FourTimes {
    /// Giờ ngân hàng.
    pub bank: Option<Timestamp>,
    /// Thông báo đến.
    pub message: Option<Timestamp>,
    /// Sao kê.
    pub statement: Option<Day>,
    /// Tòa án nhận biên lai.
    pub court: Option<Timestamp>,
}

/// A receipt with its paper.
#[derive(Clone, Debug)]
pub struct ReceiptLink {
    /// `SM/26E số 4`.
    pub name: String,
    /// Address of the paper.
    pub path: String,
}

/// An order of a notice with what came of it.
#[derive(Clone, Debug)]
pub struct OrderRow {
    /// The reference, with the attempt number.
    pub reference: String,
    /// "Chuyển khoản", "VNPAY".
    pub way: String,
    /// The state word.
    pub badge: Badge,
    /// What came of it.
    pub money: OrderMoney,
}

/// The money of an order.
#[derive(Clone, Debug)]
pub enum OrderMoney {
    /// It came.
    Came {
        /// When.
        times: FourTimes,
        /// Its receipt.
        receipt: Option<ReceiptLink>,
    },
    /// It may come.
    Awaited,
    /// None came by this order, and none is waited for.
    None,
}

/// What can be done with a notice on the case page.
#[derive(Clone, Debug)]
pub enum NoticeAct {
    /// Accept its claim group; the form's one-time id.
    Accept(String),
    /// Record service.
    RecordService,
    /// None, and why.
    Said(Held),
    /// None.
    Nothing,
}

/// A notice on the case page.
#[derive(Clone, Debug)]
pub struct NoticeSection {
    /// Its id.
    pub id: String,
    /// `12/TB-TA`.
    pub number: String,
    /// Its reference.
    pub reference: Reference,
    /// State words.
    pub badges: Vec<Badge>,
    /// Who owes.
    pub payer: String,
    /// The sum.
    pub amount: Dong,
    /// When it was received.
    pub received: Option<Day>,
    /// The last day to pay.
    pub pay_by: Option<Day>,
    /// The first day on which the petition may go back.
    pub earliest_return: Option<Day>,
    /// Its orders.
    pub orders: Vec<OrderRow>,
    /// What can be done.
    pub act: NoticeAct,
    /// Address of the printed notice.
    pub print: Option<String>,
}

/// Something that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: String,
    /// Who, or which system.
    pub who: String,
}

/// `/desk/cases/{id}`.
#[derive(Clone, Debug, Template)]
#[template(path = "clerk/case.html")]
pub struct CasePage {
    /// Frame.
    pub frame: DeskFrame,
    /// The bar.
    pub case: CaseBar,
    /// What it is about.
    pub subject: String,
    /// Kind, stage and procedure in words.
    pub kind: String,
    /// When the petition was received.
    pub filed: Day,
    /// The parties.
    pub parties: Vec<PartyLine>,
    /// The day of acceptance, from which facts are locked.
    pub locked: Option<Day>,
    /// The advance as last worked out.
    pub assessed: Option<Dong>,
    /// Reliefs already decided: person, ground, decision.
    pub reliefs: Vec<String>,
    /// The notices, newest first.
    pub notices: Vec<NoticeSection>,
    /// The facts can be changed.
    pub can_change: bool,
    /// A notice can be drafted.
    pub can_issue: bool,
    /// The history, newest first.
    pub events: Vec<Event>,
}

impl CasePage {
    /// The columns of an order's money.
    const TIMES: [&'static str; 5] =
        ["bank-time", "time-message", "time-statement", "time-court", "col-receipt"];

    fn at(&self, rest: impl Display) -> String {
        format!("/desk/cases/{}{rest}", self.case.id)
    }
}

/// The computation of one payer.
#[derive(Clone, Debug)]
pub struct PayerAssessment {
    /// Who pays.
    pub name: String,
    /// The steps.
    pub rows: Vec<WorkedRow>,
    /// What they pay.
    pub advance: Dong,
}

/// A computation that differs from an issued notice.
#[derive(Clone, Debug)]
pub struct Differs {
    /// The notice.
    pub number: String,
    /// What it says.
    pub then: Dong,
    /// What is worked out now.
    pub now: Dong,
    /// What is missing.
    pub more: Dong,
}

/// `/desk/cases/{id}/assessment`. No field takes an amount.
#[derive(Clone, Debug, Template)]
#[template(path = "clerk/assessment.html")]
pub struct AssessmentPage {
    /// Frame.
    pub frame: DeskFrame,
    /// The bar.
    pub case: CaseBar,
    /// What is missing: the id of the field in the case form, and its name.
    pub missing: Vec<(String, String)>,
    /// One computation a payer.
    pub payers: Vec<PayerAssessment>,
    /// Schedule, its validity, the day; empty while something is missing.
    pub schedule: String,
    /// An issued notice says something else.
    pub differs: Option<Differs>,
    /// A notice can be drafted.
    pub can_issue: bool,
    /// The facts can be changed.
    pub can_change: bool,
}

impl AssessmentPage {
    fn at(&self, rest: impl Display) -> String {
        format!("/desk/cases/{}{rest}", self.case.id)
    }
}
