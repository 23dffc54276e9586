//! The notice as its holder sees it, and the form to pay it.

use std::fmt::Display;

use askama::Template;

use super::{
    assessment::Assessment,
    badge::Badge,
    form::{Field, Problem, Problems},
    frame::{Frame, PublicFrame, dial},
};
use crate::{
    domain::{
        id::Reference,
        money::Dong,
        time::{Day, Timestamp},
    },
    words::{Lang, Phrase, Say},
};
use fluent_templates::fluent_bundle::FluentValue;

/// Who is spoken to: persons as "Ông/Bà", bodies as "Quý cơ quan, tổ chức".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressee {
    /// A person.
    Person,
    /// A body.
    Organisation,
}

impl Say for Addressee {
    fn say(&self, lang: Lang) -> FluentValue<'static> {
        match self {
            Self::Person => lang.t("you-person"),
            Self::Organisation => lang.t("you-organisation"),
        }
        .say(lang)
    }
}

/// How long a confirmation takes, from the account's mode and its last good message.
#[derive(Clone, Copy, Debug)]
pub enum Wait {
    /// The bank pushes.
    Push,
    /// We ask the provider.
    Query,
    /// Only the statement shows it.
    Statement {
        /// The latest hour, by the working calendar.
        by: Timestamp,
    },
}

impl Wait {
    /// The words.
    pub fn phrase(self, lang: Lang) -> Phrase {
        match self {
            Self::Push => lang.t("wait-push"),
            Self::Query => lang.t("wait-query"),
            Self::Statement { by } => lang.t("wait-statement").with("by", by),
        }
    }
}

/// Why the named person pays: one sentence each, and what the court does once paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Plaintiff of a civil, family, commercial or labour case.
    Plaintiff,
    /// Defendant with a counterclaim.
    Counterclaim,
    /// Person with an independent claim.
    IndependentClaim,
    /// Requester of a civil matter.
    Requester,
    /// Appellant.
    Appellant,
    /// Plaintiff of an administrative case.
    Administrative,
}

impl Why {
    /// The reason, with `$you`.
    pub fn sentence(self, lang: Lang) -> Phrase {
        match self {
            Self::Plaintiff => lang.t("why-plaintiff"),
            Self::Counterclaim => lang.t("why-counterclaim"),
            Self::IndependentClaim => lang.t("why-independent"),
            Self::Requester => lang.t("why-requester"),
            Self::Appellant => lang.t("why-appellant"),
            Self::Administrative => lang.t("why-administrative"),
        }
    }

    /// What the court does once paid, with `$you`.
    pub fn then(self, lang: Lang) -> Phrase {
        match self {
            Self::Plaintiff | Self::Requester | Self::Administrative => lang.t("then-accepted"),
            Self::Counterclaim | Self::IndependentClaim => lang.t("then-claim-taken"),
            Self::Appellant => lang.t("then-appeal"),
        }
    }
}

/// What may follow when nothing is paid in time; data by kind of case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Consequence {
    /// The petition goes back.
    PetitionReturned,
    /// The counterclaim or independent claim is not taken.
    ClaimNotTaken,
    /// The appeal counts as waived.
    AppealWaived,
    /// The further claim is not looked at.
    ClaimNotConsidered,
}

impl Consequence {
    /// "Nếu không nộp đúng hạn, …", with `$you` and `$article`.
    pub fn warning(self, lang: Lang) -> Phrase {
        match self {
            Self::PetitionReturned => lang.t("unpaid-returned"),
            Self::ClaimNotTaken => lang.t("unpaid-not-taken"),
            Self::AppealWaived => lang.t("unpaid-waived"),
            Self::ClaimNotConsidered => lang.t("unpaid-not-considered"),
        }
    }

    /// The same as a thing that has happened, with `$day`.
    pub fn happened(self, lang: Lang) -> Phrase {
        match self {
            Self::PetitionReturned => lang.t("lapsed-returned"),
            Self::ClaimNotTaken => lang.t("lapsed-not-taken"),
            Self::AppealWaived => lang.t("lapsed-waived"),
            Self::ClaimNotConsidered => lang.t("lapsed-not-considered"),
        }
    }
}

/// What the advance is of; it names the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AdvanceOf {
    /// Án phí.
    CourtFee,
    /// Lệ phí.
    Charge,
}

/// The facts of the notice that its holder may see.
#[derive(Clone, Debug)]
pub struct NoticeFacts {
    /// What the advance is of.
    pub advance_of: AdvanceOf,
    /// `12/TB-TA`.
    pub number: String,
    /// Its day.
    pub day: Day,
    /// The court that issued it.
    pub court: String,
    /// The person named in it; initials under a return token.
    pub payer: String,
    /// Person or body.
    pub addressee: Addressee,
    /// The reference that belongs to it.
    pub reference: Reference,
    /// The sum.
    pub amount: Dong,
    /// The named person's own share of a joint debt.
    pub joint_share: Option<Dong>,
    /// Why it is owed.
    pub why: Why,
    /// What may follow if it is not paid.
    pub consequence: Consequence,
    /// The article of that, in words.
    pub consequence_article: String,
    /// The collecting agency.
    pub collector: String,
    /// The bank of its custody account.
    pub bank: String,
    /// The court's telephone number.
    pub hotline: String,
}

impl NoticeFacts {
    fn title(&self, lang: Lang) -> Phrase {
        match self.advance_of {
            AdvanceOf::CourtFee => lang.t("notice-title"),
            AdvanceOf::Charge => lang.t("notice-title-charge"),
        }
    }

    fn dial(&self) -> String {
        dial(&self.hotline)
    }
}

/// A limit that has not begun to run.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// Calendar days.
    Days(u32),
    /// Working days.
    WorkingDays(u32),
}

impl Limit {
    fn phrase(self, lang: Lang) -> Phrase {
        match self {
            Self::Days(n) => lang.t("limit-days").with("n", n),
            Self::WorkingDays(n) => lang.t("limit-working-days").with("n", n),
        }
    }
}

/// A new last day for a good reason; the old one stays readable.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The old last day.
    pub from: Day,
    /// The reason, as recorded.
    pub reason: String,
}

/// Until when a payable notice is to be paid.
#[derive(Clone, Debug)]
pub enum Deadline {
    /// Not served: no day yet.
    NotServed(Limit),
    /// The limit runs.
    Running {
        /// When the notice was received.
        received: Day,
        /// The last day.
        pay_by: Day,
        /// Days left, 0 on the last.
        days_left: u32,
        /// Set later for a good reason.
        moved: Option<Moved>,
    },
    /// Past `pay_by`, not past `lapse_after`: never red.
    Tolerated {
        /// When the notice was received.
        received: Day,
        /// The last tolerated day.
        lapse_after: Day,
    },
    /// Past both days; paying stays open.
    Past {
        /// The day it was to be paid by.
        since: Day,
    },
}

/// A payment in full.
#[derive(Clone, Debug)]
pub struct PaidNotice {
    /// The bank's time.
    pub at: Timestamp,
    /// Acceptance, once it is there.
    pub accepted: Option<AcceptedAs>,
}

/// Under which number a claim group was accepted.
#[derive(Clone, Debug)]
pub struct AcceptedAs {
    /// The register number.
    pub number: String,
    /// The day.
    pub day: Day,
}

/// What the page says of the notice as a whole.
#[derive(Clone, Debug)]
pub enum Standing {
    /// It can be paid.
    Payable(Deadline),
    /// It is paid in full.
    Paid(PaidNotice),
    /// A person recorded the lapse.
    Lapsed {
        /// What followed.
        consequence: Consequence,
        /// When.
        day: Day,
    },
    /// Withdrawn.
    Withdrawn(Day),
    /// Replaced by another notice.
    Replaced {
        /// When.
        day: Day,
        /// The look-up secret of the new one, where the holder may have it.
        by: Option<String>,
    },
    /// Nothing is to be paid.
    Exempt,
}

/// Money that came but is not all of it.
#[derive(Clone, Debug)]
pub struct PartPaid {
    /// What came.
    pub received: Dong,
    /// What is missing.
    pub missing: Dong,
}

/// An attempt that was begun and not finished.
#[derive(Clone, Debug)]
pub struct OpenAttempt {
    /// As it stands in its address.
    pub reference: String,
    /// When it was begun.
    pub since: Timestamp,
}

/// The ways to pay that are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MethodKind {
    /// A transfer by VietQR.
    VietQr,
    /// VNPAY's page.
    Vnpay,
}

impl MethodKind {
    /// The submitted value of `method`.
    pub const fn value(self) -> &'static str {
        match self {
            Self::VietQr => "vietqr",
            Self::Vnpay => "vnpay",
        }
    }
}

/// A way to pay as offered.
#[derive(Clone, Debug)]
pub struct Method {
    /// Which.
    pub kind: MethodKind,
    /// How long its confirmation takes.
    pub wait: Wait,
    /// Stopped ones stay on the page and cannot be chosen.
    pub stopped: bool,
}

impl Method {
    fn name(&self, lang: Lang) -> Phrase {
        match self.kind {
            MethodKind::VietQr => lang.t("method-vietqr"),
            MethodKind::Vnpay => lang.t("method-vnpay"),
        }
    }

    fn line(&self, lang: Lang) -> Phrase {
        match self.kind {
            MethodKind::VietQr => lang.t("method-vietqr-line"),
            MethodKind::Vnpay => lang.t("method-vnpay-line"),
        }
        .with("wait", self.wait.phrase(lang))
    }
}

/// Payer and method, `POST /n/{lookup}/thanh-toan`: `form_id`, `who` self|other, `name`, `address`,
/// `id`, `method` vietqr|vnpay. The amount is never a field.
#[derive(Clone, Debug)]
pub struct PayForm {
    /// One-time id.
    pub form_id: String,
    /// `self` or `other`.
    pub who: Field,
    /// Another payer's name.
    pub name: Field,
    /// Another payer's address.
    pub address: Field,
    /// Another payer's personal number or tax code, optional.
    pub id: Field,
    /// The chosen way.
    pub method: Field,
    /// The ways there are.
    pub methods: Vec<Method>,
    /// Who gets a refund when another pays.
    pub refund_to: String,
}

impl PayForm {
    fn problems(&self, lang: Lang) -> Vec<Problem> {
        Problems::new(lang)
            .field("who", &self.who)
            .field("name", &self.name)
            .field("address", &self.address)
            .field("id", &self.id)
            .field("method", &self.method)
            .list()
    }
}

/// `/n/{lookup}`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/notice.html")]
pub struct NoticePage {
    /// Frame; `Menu::Paying(Step::Notice)`, and `Switch::Form` while there is a form.
    pub frame: PublicFrame,
    /// The look-up secret of the address.
    pub lookup: String,
    /// The facts.
    pub notice: NoticeFacts,
    /// The state word.
    pub badge: Badge,
    /// What the page says.
    pub standing: Standing,
    /// Part of the sum came already.
    pub part: Option<PartPaid>,
    /// An unfinished attempt.
    pub attempt: Option<OpenAttempt>,
    /// How the sum was worked out.
    pub assessment: Assessment,
    /// How long a confirmation takes at best.
    pub wait: Wait,
    /// The form, where the notice can be paid online.
    pub pay: Option<PayForm>,
    /// Address of the notice's PDF, where there is one.
    pub pdf: Option<String>,
}

impl NoticePage {
    fn at(&self, rest: impl Display) -> String {
        format!("/n/{}{rest}", self.lookup)
    }

    fn due(&self) -> Dong {
        self.part.as_ref().map_or(self.notice.amount, |part| part.missing)
    }
}

/// Why no attempt was opened.
#[derive(Clone, Debug)]
pub enum PayRefusal {
    /// The provider could not be reached before anything was sent.
    CannotOpen {
        /// Its name.
        name: String,
    },
    /// Ten attempts in an hour.
    TooMany {
        /// When the next is taken.
        again: Timestamp,
    },
}

impl PayRefusal {
    fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::CannotOpen { name } => lang.t("pay-cannot-open").with("name", name),
            Self::TooMany { again } => lang.t("pay-too-many").with("moment", again),
        }
    }
}

/// `/n/{lookup}/thanh-toan`: the form alone, after a fault, to pay the rest, or to change the way.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/pay.html")]
pub struct PayPage {
    /// Frame; `Menu::Paying(Step::Pay)`, `Switch::Form`.
    pub frame: PublicFrame,
    /// The look-up secret of the address.
    pub lookup: String,
    /// The notice's reference.
    pub reference: Reference,
    /// What is due now: the whole, or the missing part.
    pub amount: Dong,
    /// The collecting agency.
    pub collector: String,
    /// The form.
    pub form: PayForm,
    /// Why nothing was opened.
    pub refused: Option<PayRefusal>,
}

impl PayPage {
    fn at(&self, rest: impl Display) -> String {
        format!("/n/{}{rest}", self.lookup)
    }

    fn due(&self) -> Dong {
        self.amount
    }

    fn problems(&self) -> Vec<Problem> {
        self.form.problems(self.frame.lang)
    }

    fn failed(&self) -> bool {
        self.refused.is_some() || !self.problems().is_empty()
    }
}
