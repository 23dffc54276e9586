//! Fields of forms as pages show them: what was typed, and what is wrong with it.

use std::fmt::Display;

use super::badge::Badge;
use crate::{
    domain::{
        money::{Dong, in_words},
        time::Day,
    },
    words::{Lang, Phrase},
};

macro_rules! items {
    ($($(#[$doc:meta])* $name:ident = $key:literal;)+) => {
        /// What a field asks for, as the standard messages name it.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Item {
            $($(#[$doc])* $name,)+
        }

        impl Item {
            /// Every item there is.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The words: "mã thanh toán".
            pub fn word(self, lang: Lang) -> Phrase {
                match self {
                    $(Self::$name => lang.t($key),)+
                }
            }
        }
    };
}

items! {
    /// The payment code.
    Reference = "item-reference";
    /// The four characters that the notice asks for.
    Fact = "item-fact";
    /// Who pays.
    Payer = "item-payer";
    /// The payer’s full name.
    PayerName = "item-payer-name";
    /// The address.
    Address = "item-address";
    /// How to pay.
    Method = "item-method";
    /// The kind of case.
    Kind = "item-kind";
    /// The charge.
    Charge = "item-charge";
    /// The stage.
    Stage = "item-stage";
    /// The procedure.
    Procedure = "item-procedure";
    /// Whether the claim has a price.
    Priced = "item-priced";
    /// The amount.
    Amount = "item-amount";
    /// The ground of relief.
    Relief = "item-relief";
    /// The date.
    Day = "item-day";
    /// The user name.
    Username = "item-username";
    /// The password.
    Password = "item-password";
    /// The 6-digit code.
    Code = "item-code";
    /// What the case is about.
    Subject = "item-subject";
    /// The clerk.
    Clerk = "item-clerk";
    /// How the party stands.
    Role = "item-role";
    /// Person or organisation.
    PartyType = "item-party-type";
    /// The name.
    Name = "item-name";
    /// The kind of document.
    Document = "item-document";
    /// The document’s number.
    DocumentNumber = "item-document-number";
    /// The ward or commune.
    Ward = "item-ward";
    /// The province.
    Province = "item-province";
    /// What is claimed.
    Claim = "item-claim";
    /// The kind of claim.
    Side = "item-side";
    /// With or without a price.
    Valued = "item-valued";
    /// The exchange rate.
    Rate = "item-rate";
    /// The decision’s number.
    Decision = "item-decision";
    /// The notice’s number.
    Number = "item-number";
    /// The judge.
    Judge = "item-judge";
    /// The addressee.
    Addressee = "item-addressee";
    /// The way of service.
    Way = "item-way";
    /// Who served it.
    ServedBy = "item-served-by";
    /// The account.
    Account = "item-account";
    /// The file.
    File = "item-file";
    /// The notice.
    Notice = "item-notice";
}

/// What is wrong with a field; each has one standard sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Empty.
    Enter(Item),
    /// Nothing chosen.
    Choose(Item),
    /// No whole sum of đồng.
    Money,
    /// No such day in the calendar.
    NoSuchDay,
    /// A day outside the range.
    DayRange(Day, Day),
    /// A personal number without 12 digits.
    PersonalId,
    /// A tax code that is not 10, or 10 and 3 digits.
    TaxCode,
    /// A telephone number that is not 10 digits from 0.
    Phone,
    /// An e-mail address without `@` or domain.
    Email,
    /// A payment card number where none belongs.
    CardNumber,
    /// The check digit of a payment code does not fit.
    CheckDigit,
    /// A day of receipt after today.
    AfterToday,
    /// Service before issue.
    BeforeIssue,
    /// A claim with a price but no sum; its number on the page.
    ClaimSum(u32),
    /// No party is marked as payer.
    NoPayer,
    /// A part that is neither a fraction nor a decimal up to 1.
    Share,
    /// Parts of several that are not fractions, or not as many as those who raise the claim.
    Parts,
    /// A wrong code of the authenticator.
    TotpCode,
    /// A code that was used already.
    TotpUsed,
    /// A file of no kind that is read.
    FileKind,
    /// A file over the limit, in MB.
    FileSize(u32),
    /// Neither a text nor a file was given.
    TextOrFile,
    /// Not one of the names that the program knows.
    NotListed,
    /// A file number that the court has given already.
    NumberTaken,
    /// A currency without three letters.
    Currency,
    /// No decimal above zero.
    Decimal,
    /// A sum in đồng and one in foreign money.
    TwoSums,
    /// A reason that is too short or too long.
    Reason,
    /// No notice within reach has that reference.
    NoNotice,
    /// The notice takes no money; the state word says why.
    NoticeTakesNone(Badge),
}

impl Wrong {
    /// The sentence: fact, then what is right.
    pub fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::Enter(item) => lang.t("wrong-enter").with("item", item.word(lang)),
            Self::Choose(item) => lang.t("wrong-choose").with("item", item.word(lang)),
            Self::Money => lang.t("wrong-money"),
            Self::NoSuchDay => lang.t("wrong-no-such-day"),
            Self::DayRange(from, to) => lang.t("wrong-day-range").with("from", from).with("to", to),
            Self::PersonalId => lang.t("wrong-personal-id"),
            Self::TaxCode => lang.t("wrong-tax-code"),
            Self::Phone => lang.t("wrong-phone"),
            Self::Email => lang.t("wrong-email"),
            Self::CardNumber => lang.t("wrong-card"),
            Self::CheckDigit => lang.t("wrong-check-digit"),
            Self::AfterToday => lang.t("wrong-after-today"),
            Self::BeforeIssue => lang.t("wrong-before-issue"),
            Self::ClaimSum(number) => lang.t("wrong-claim-sum").with("number", number),
            Self::NoPayer => lang.t("wrong-no-payer"),
            Self::Share => lang.t("wrong-share"),
            Self::Parts => lang.t("wrong-parts"),
            Self::TotpCode => lang.t("wrong-totp"),
            Self::TotpUsed => lang.t("wrong-totp-used"),
            Self::FileKind => lang.t("wrong-file-kind"),
            Self::FileSize(limit) => lang.t("wrong-file-size").with("limit", limit),
            Self::TextOrFile => lang.t("wrong-text-or-file"),
            Self::NotListed => lang.t("wrong-not-listed"),
            Self::NumberTaken => lang.t("wrong-number-taken"),
            Self::Currency => lang.t("wrong-currency"),
            Self::Decimal => lang.t("wrong-decimal"),
            Self::TwoSums => lang.t("wrong-two-sums"),
            Self::Reason => lang.t("wrong-reason"),
            Self::NoNotice => lang.t("wrong-no-notice"),
            Self::NoticeTakesNone(badge) => {
                lang.t("wrong-takes-none").with("why", badge.word(lang))
            }
        }
    }
}

/// A text field, or a select by its chosen value.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// What was typed or chosen.
    pub value: String,
    /// What is wrong with it.
    pub wrong: Option<Wrong>,
}

impl Field {
    /// A field with a value.
    pub fn of(value: impl Into<String>) -> Self {
        Self { value: value.into(), wrong: None }
    }

    /// The same field with its fault.
    #[must_use]
    pub fn but(mut self, wrong: Wrong) -> Self {
        self.wrong = Some(wrong);
        self
    }

    /// A typed sum in words, said back after it was saved.
    pub fn in_words(&self) -> Option<String> {
        self.value.parse::<Dong>().ok().map(in_words)
    }

    /// Whether this is the chosen value.
    pub fn is(&self, value: &str) -> bool {
        self.value == value
    }
}

/// A day as people type it: three boxes, `{id}-day`, `{id}-month`, `{id}-year`.
#[derive(Clone, Debug, Default)]
pub struct DayField {
    /// Ngày.
    pub day: String,
    /// Tháng.
    pub month: String,
    /// Năm.
    pub year: String,
    /// What is wrong with the three together.
    pub wrong: Option<Wrong>,
}

impl DayField {
    /// The boxes of a day.
    pub fn of(day: Day) -> Self {
        let date = day.date();
        Self {
            day: date.format("%d").to_string(),
            month: date.format("%m").to_string(),
            year: date.format("%Y").to_string(),
            wrong: None,
        }
    }

    /// The same boxes with their fault.
    #[must_use]
    pub fn but(mut self, wrong: Wrong) -> Self {
        self.wrong = Some(wrong);
        self
    }
}

/// A choice whose text is data: reliefs and charges of the schedule, staff, accounts. The text of
/// the schedule is Vietnamese in every language.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The submitted value.
    pub value: String,
    /// What is read.
    pub label: String,
}

impl Choice {
    /// A choice.
    pub fn of(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// A line of the error summary, linked to its field.
#[derive(Clone, Debug)]
pub struct Problem {
    /// The id of the field.
    pub id: String,
    /// The sentence.
    pub sentence: String,
}

/// Collects the faults of a form in the order of its fields.
#[derive(Debug)]
pub struct Problems {
    lang: Lang,
    found: Vec<Problem>,
}

impl Problems {
    /// None yet.
    pub fn new(lang: Lang) -> Self {
        Self { lang, found: Vec::new() }
    }

    /// Takes the fault of the field `id`, if it has one.
    #[must_use]
    pub fn field(mut self, id: impl Display, field: &Field) -> Self {
        self.note(id, field.wrong.as_ref());
        self
    }

    /// Takes the fault of three day boxes; the link leads to the first.
    #[must_use]
    pub fn day(mut self, id: impl Display, field: &DayField) -> Self {
        self.note(format_args!("{id}-day"), field.wrong.as_ref());
        self
    }

    /// Takes a fault that belongs to a place rather than a field.
    #[must_use]
    pub fn place(mut self, id: impl Display, wrong: Option<&Wrong>) -> Self {
        self.note(id, wrong);
        self
    }

    /// Takes what a part of the form collected.
    #[must_use]
    pub fn and(mut self, part: Vec<Problem>) -> Self {
        self.found.extend(part);
        self
    }

    /// All of them.
    pub fn list(self) -> Vec<Problem> {
        self.found
    }

    fn note(&mut self, id: impl Display, wrong: Option<&Wrong>) {
        if let Some(wrong) = wrong {
            let sentence = wrong.sentence(self.lang).to_string();
            self.found.push(Problem { id: id.to_string(), sentence });
        }
    }
}

/// The id of a radio or of a repeated field: the bare name for the first, which the error summary
/// links to, and the name with the value for the others.
pub fn nth_id(is_first: bool, name: &str, value: impl Display) -> String {
    if is_first { name.to_owned() } else { format!("{name}-{value}") }
}

/// Whether an optional text given to a template macro is there.
pub fn given(text: impl Display) -> bool {
    !text.to_string().is_empty()
}

/// The attribute `aria-describedby` of a field: its hint and its message, whichever are shown.
pub fn described(id: impl Display, hint: impl Display, wrong: Option<&Wrong>) -> String {
    let mut ids = Vec::new();
    if given(hint) {
        ids.push(format!("{id}-hint"));
    }
    if wrong.is_some() {
        ids.push(format!("{id}-wrong"));
    }
    ids.join(" ")
}
