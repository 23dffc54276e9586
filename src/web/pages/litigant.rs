//! Pages for anybody: start, look-up, help, accessibility, personal data.

use askama::Template;

use super::{
    form::{Field, Problem, Problems},
    frame::{Frame, PublicFrame},
};
use crate::{
    domain::time::Timestamp,
    words::{Lang, Phrase},
};

/// The two facts of a notice, `POST /tra-cuu`: `form_id`, `ref`, `fact`.
#[derive(Clone, Debug, Default)]
pub struct LookupForm {
    /// One-time id.
    pub form_id: String,
    /// `ref`, as typed.
    pub reference: Field,
    /// `fact`, four characters.
    pub fact: Field,
}

/// A way to pay that is stopped for now.
#[derive(Clone, Debug)]
pub struct Stopped {
    /// Its name.
    pub name: String,
    /// Until when.
    pub until: Timestamp,
}

/// `/`: find the notice in one step.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/start.html")]
pub struct StartPage {
    /// Frame.
    pub frame: PublicFrame,
    /// The form, posted to `/tra-cuu`.
    pub lookup: LookupForm,
    /// What is stopped.
    pub stopped: Vec<Stopped>,
}

/// Why a look-up gave no notice.
#[derive(Clone, Debug)]
pub enum LookupRefusal {
    /// No notice fits, whichever fact is wrong.
    NoMatch {
        /// Whom to call.
        phone: String,
    },
    /// Too many tries.
    TooMany {
        /// When the next is taken.
        again: Timestamp,
    },
    /// Too many wrong tries for this code: only its QR code leads to it for now.
    QrOnly,
}

impl LookupRefusal {
    /// The sentence.
    pub fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::NoMatch { phone } => lang.t("lookup-no-match").with("phone", phone),
            Self::TooMany { again } => lang.t("lookup-too-many").with("moment", again),
            Self::QrOnly => lang.t("lookup-qr-only"),
        }
    }
}

/// `/tra-cuu`: the same form, with what was wrong.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/lookup.html")]
pub struct LookupPage {
    /// Frame.
    pub frame: PublicFrame,
    /// The form.
    pub lookup: LookupForm,
    /// Why no notice is shown.
    pub refused: Option<LookupRefusal>,
}

impl LookupPage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang)
            .field("ref", &self.lookup.reference)
            .field("fact", &self.lookup.fact)
            .list()
    }

    fn failed(&self) -> bool {
        self.refused.is_some() || !self.problems().is_empty()
    }
}

/// A question of the help page.
struct Topic {
    id: &'static str,
    question: Phrase,
    answer: Phrase,
}

/// `/huong-dan`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/help.html")]
pub struct HelpPage {
    /// Frame.
    pub frame: PublicFrame,
}

impl HelpPage {
    fn topics(&self) -> Vec<Topic> {
        let t = |key| self.frame.t(key);
        [
            ("cach-nop", t("help-how"), t("help-how-line")),
            ("khong-dien-thoai", t("help-no-phone"), t("help-no-phone-line")),
            ("nop-thay", t("help-other"), t("help-other-line")),
            ("chuyen-nham", t("help-wrong"), t("help-wrong-line")),
            ("trang-bao-cho", t("help-waiting"), t("help-waiting-line")),
            ("ngay-nghi", t("help-day-off"), t("help-day-off-line")),
            ("mien-giam", t("help-relief"), t("help-relief-line")),
            ("tra-lai", t("help-refund"), t("help-refund-line")),
            ("bien-lai", t("help-receipt"), t("help-receipt-line")),
            ("trang-gia", t("help-fake"), t("help-fake-line")),
        ]
        .into_iter()
        .map(|(id, question, answer)| Topic { id, question, answer })
        .collect()
    }
}

/// `/kha-nang-tiep-can`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/accessibility.html")]
pub struct AccessibilityPage {
    /// Frame.
    pub frame: PublicFrame,
}

/// `/du-lieu-ca-nhan`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/personal_data.html")]
pub struct PersonalDataPage {
    /// Frame.
    pub frame: PublicFrame,
}
