//! One attempt to pay, in all its states at one address.

use std::fmt::Display;

use askama::Template;

use super::{
    badge::Badge,
    frame::{Frame, PublicFrame, dial},
    notice::Wait,
    qr::QrPath,
};
use crate::domain::{
    money::Dong,
    time::{Day, Timestamp},
};

/// A transfer to be made.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The VietQR code; none where the bank takes none (State Treasury).
    pub qr: Option<QrPath>,
    /// The collecting agency.
    pub collector: String,
    /// The bank's name.
    pub bank: String,
    /// The account number.
    pub account: String,
    /// The holder, as the bank writes it.
    pub holder: String,
    /// The transfer text: the notice's reference and nothing else.
    pub content: String,
    /// How long its confirmation takes.
    pub wait: Wait,
}

/// A transfer that was reported and is not yet proven.
#[derive(Clone, Debug)]
pub struct Seen {
    /// How much.
    pub amount: Dong,
    /// When it was made.
    pub at: Timestamp,
    /// The day that counts.
    pub paid_on: Day,
    /// When the receipt is there at the latest.
    pub receipt_by: Timestamp,
}

/// How the court has, or gets, the receipt.
#[derive(Clone, Debug)]
pub enum AtCourt {
    /// It has it.
    Has {
        /// The court.
        name: String,
        /// Since when.
        at: Timestamp,
    },
    /// The court is not linked: the payer hands it in before the end of this day.
    HandIn(Day),
}

/// Money above the due sum.
#[derive(Clone, Debug)]
pub struct Over {
    /// What came.
    pub received: Dong,
    /// What is above.
    pub rest: Dong,
}

/// Paid, with its receipt.
#[derive(Clone, Debug)]
pub struct Paid {
    /// `SM/26E số 4`, as read aloud.
    pub receipt: String,
    /// To be sealed, or sealed.
    pub badge: Badge,
    /// The bank's time, where it is known.
    pub at: Option<Timestamp>,
    /// The day that counts.
    pub on: Day,
    /// The receipt's way to the court.
    pub court: AtCourt,
    /// Days after both limits.
    pub late_days: Option<u32>,
    /// Money above the sum.
    pub over: Option<Over>,
}

impl Paid {
    const fn is_at_court(&self) -> bool {
        matches!(self.court, AtCourt::Has { .. })
    }
}

/// Less than due came.
#[derive(Clone, Debug)]
pub struct Short {
    /// What came.
    pub received: Dong,
    /// What is missing.
    pub missing: Dong,
    /// The last day; none before service.
    pub pay_by: Option<Day>,
}

/// What is known of the attempt. What is only unknown is never called failed.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Open: the transfer is to be made.
    Transfer(Transfer),
    /// At the gateway, or the gateway does not answer.
    Pending,
    /// Reported, not yet proven.
    Seen(Seen),
    /// Paid.
    Paid(Paid),
    /// The gateway proved that nothing was completed.
    Failed {
        /// The gateway's name.
        gateway: String,
        /// Its time.
        at: Timestamp,
    },
    /// Cancelled, or superseded by a later attempt.
    Cancelled,
    /// Its time is over; the notice can still be paid.
    Expired,
    /// Money for a lapsed, withdrawn or replaced notice.
    NoticeClosed {
        /// What came.
        received: Dong,
        /// When.
        at: Timestamp,
    },
    /// Less than due.
    Short(Short),
    /// A second payment of a paid notice.
    Double {
        /// The receipt of the first.
        receipt: String,
        /// The second sum.
        second: Dong,
    },
    /// The money is in another agency's account.
    OtherAgency {
        /// Which.
        agency: String,
        /// The day that counts.
        paid_on: Day,
    },
    /// Neither bank nor gateway can be asked now.
    CannotAsk,
}

/// The element that the poll module replaces: a sentence in a live region. Served alone under
/// `?phan=trang-thai`; when its `state` is another than on the page, the page is loaded anew.
#[derive(Clone, Debug, Template)]
#[template(source = r#"{% include "litigant/standing.html" %}"#, ext = "html")]
pub struct StandingPart {
    standing: Waiting,
}

/// What a waiting attempt says.
#[derive(Clone, Debug)]
struct Waiting {
    /// Where the part is asked for.
    poll: String,
    /// A word for the state.
    state: &'static str,
    /// The sentence.
    text: String,
}

/// `/n/{lookup}/lenh/{reference}`.
#[derive(Clone, Debug, Template)]
#[template(path = "litigant/attempt.html")]
pub struct AttemptPage {
    /// Frame; `Menu::Paying(Step::Pay)`, with a receipt `Step::Receipt`.
    pub frame: PublicFrame,
    /// The look-up secret of the address.
    pub lookup: String,
    /// The attempt as it stands in the address.
    pub reference: String,
    /// The sum of the attempt.
    pub amount: Dong,
    /// What is known.
    pub outcome: Outcome,
    /// The telephone number to call.
    pub hotline: String,
}

impl AttemptPage {
    /// The live part alone, for the poll; `None` once there is nothing to wait for (answer the
    /// poll with the state `done`, any other text: the page is loaded anew).
    pub fn part(&self) -> StandingPart {
        StandingPart {
            standing: self.standing().unwrap_or_else(|| Waiting {
                poll: self.poll(),
                state: "done",
                text: self.title(),
            }),
        }
    }

    fn at(&self, rest: impl Display) -> String {
        format!("/n/{}{rest}", self.lookup)
    }

    fn here(&self) -> String {
        self.at(format_args!("/lenh/{}", self.reference))
    }

    fn poll(&self) -> String {
        self.frame.href(format_args!("{}?phan=trang-thai", self.here()))
    }

    fn dial(&self) -> String {
        dial(&self.hotline)
    }

    const fn is_transfer(&self) -> bool {
        matches!(self.outcome, Outcome::Transfer(_))
    }

    fn title(&self) -> String {
        let t = |key| self.frame.t(key);
        match &self.outcome {
            Outcome::Transfer(_) => t("transfer-title").with("amount", self.amount),
            Outcome::Pending => t("pending-title"),
            Outcome::Seen(_) => t("seen-title"),
            Outcome::Paid(Paid { over: None, .. }) => t("paid-title").with("amount", self.amount),
            Outcome::Paid(Paid { over: Some(over), .. }) => {
                t("over-title").with("amount", self.amount).with("rest", over.rest)
            }
            Outcome::Failed { .. } => t("failed-title"),
            Outcome::Cancelled => t("cancelled-title"),
            Outcome::Expired => t("expired-title"),
            Outcome::NoticeClosed { .. } => t("closed-title"),
            Outcome::Short(short) => t("short-title").with("missing", short.missing),
            Outcome::Double { .. } => t("double-title"),
            Outcome::OtherAgency { agency, .. } => t("agency-title").with("agency", agency),
            Outcome::CannotAsk => t("cannot-ask-title"),
        }
        .to_string()
    }

    fn standing(&self) -> Option<Waiting> {
        let lang = self.frame.lang;
        let (state, text) = match &self.outcome {
            Outcome::Transfer(transfer) => {
                ("open", lang.t("transfer-waiting").with("wait", transfer.wait.phrase(lang)))
            }
            Outcome::Pending => ("pending", lang.t("pending-fact")),
            Outcome::Seen(seen) => (
                "seen",
                lang.t("seen-fact")
                    .with("amount", seen.amount)
                    .with("moment", seen.at)
                    .with("by", seen.receipt_by)
                    .with("day", seen.paid_on),
            ),
            Outcome::OtherAgency { paid_on, .. } => {
                ("agency", lang.t("agency-fact").with("day", paid_on))
            }
            Outcome::CannotAsk => ("unreachable", lang.t("cannot-ask-fact")),
            Outcome::Paid(_)
            | Outcome::Failed { .. }
            | Outcome::Cancelled
            | Outcome::Expired
            | Outcome::NoticeClosed { .. }
            | Outcome::Short(_)
            | Outcome::Double { .. } => return None,
        };
        Some(Waiting { poll: self.poll(), state, text: text.to_string() })
    }
}
