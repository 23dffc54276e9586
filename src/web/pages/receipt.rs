//! The receipt for its holder, and the check of any receipt.

use std::fmt::Display;

use askama::Template;

use super::{
    badge::Badge,
    form::{Field, Problem, Problems, Wrong},
    frame::{Frame, PublicFrame},
    qr::QrPath,
};
use crate::domain::{
    id::Reference,
    money::Dong,
    time::{Day, Timestamp},
};

/// What anybody may know of a receipt.
#[derive(Clone, Debug)]
pub struct ReceiptFacts {
    /// The series' symbol, `SM/26E`.
    pub symbol: String,
    /// Its number.
    pub number: String,
    /// The day of issue.
    pub issued: Day,
    /// The sum.
    pub amount: Dong,
    /// The agency that issued it.
    pub agency: String,
    /// Its state words.
    pub badges: Vec<Badge>,
}

/// What happened to a receipt after its issue.
#[derive(Clone, Debug)]
pub enum Changed {
    /// A note stands beside it.
    Corrected(String),
    /// Another number took its place.
    Replaced(String),
    /// It is void; why.
    Voided(String),
}

/// `/n/{lookup}/bien-lai`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/receipt.html")]
pub struct ReceiptPage {
    /// Frame; `Menu::Paying(Step::Receipt)`.
    pub frame: PublicFrame,
    /// The look-up secret of the address.
    pub lookup: String,
    /// The receipt.
    pub receipt: ReceiptFacts,
    /// What happened to it.
    pub changed: Option<Changed>,
    /// The payer as the bank names them.
    pub payer: String,
    /// The payer's address, where it is known.
    pub payer_address: Option<String>,
    /// The party it is paid for.
    pub party: String,
    /// The party's address; not under a return token.
    pub party_address: Option<String>,
    /// Who gets a refund.
    pub refund_to: String,
    /// "Tạm ứng án phí theo Thông báo số …".
    pub reason: String,
    /// The notice's reference.
    pub reference: Reference,
    /// The bank's time, where it is known.
    pub paid_at: Option<Timestamp>,
    /// The day that counts.
    pub paid_on: Day,
    /// The short code of the check page.
    pub code: String,
    /// The code with check address and signed text.
    pub qr: QrPath,
}

impl ReceiptPage {
    fn at(&self, rest: impl Display) -> String {
        format!("/n/{}{rest}", self.lookup)
    }
}

/// `/bien-lai`: `POST` multipart with `form_id`, `text`, `file`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/receipt_check.html")]
pub struct ReceiptCheckPage {
    /// Frame.
    pub frame: PublicFrame,
    /// One-time id.
    pub form_id: String,
    /// Short code or text of the QR code.
    pub text: Field,
    /// What is wrong with the file; a file cannot be shown again.
    pub file_wrong: Option<Wrong>,
    /// Address of the public key, where it is published.
    pub public_key: Option<String>,
}

impl ReceiptCheckPage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang)
            .field("text", &self.text)
            .place("file", self.file_wrong.as_ref())
            .list()
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty()
    }
}

/// What the check page says of a receipt of ours.
#[derive(Clone, Debug)]
pub struct CheckedFacts {
    /// The receipt.
    pub receipt: ReceiptFacts,
    /// The payer's initials, `N.V.V.D.`.
    pub payer_initials: String,
    /// The number that took its place.
    pub replaced_by: Option<String>,
    /// Id of the key that signed it.
    pub key_id: String,
}

/// What a check found.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// A receipt of ours.
    Genuine(CheckedFacts),
    /// Ours, but void.
    Voided(CheckedFacts),
    /// A file that was changed.
    Altered,
    /// Nothing of ours.
    NotOurs,
}

/// `/bien-lai/{code}`, and the answer to the form.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/receipt_verdict.html")]
pub struct VerdictPage {
    /// Frame.
    pub frame: PublicFrame,
    /// What was found.
    pub verdict: Verdict,
}

impl VerdictPage {
    fn title(&self) -> String {
        match self.verdict {
            Verdict::Genuine(_) => self.frame.t("verdict-genuine-title"),
            Verdict::Voided(_) => self.frame.t("verdict-voided-title"),
            Verdict::Altered => self.frame.t("verdict-altered-title"),
            Verdict::NotOurs => self.frame.t("verdict-not-ours-title"),
        }
        .to_string()
    }
}
