//! What a bank line is when no reference settles it: its kind by rule, and suggestions with their
//! reasons for a person. Nothing here settles (contract 3: amount, name or memory alone never do).

use serde::Deserialize;

use super::{
    fold::{folded, has_phrase},
    id::Reference,
    money::Dong,
    name::{Name, Seen},
    payment::{Counterparty, Direction},
    reference_scan::{Named, scan},
    statement::Line,
    time::Day,
};

/// Suggestions shown for one line (screens-desk A3).
const SUGGESTIONS: usize = 3;

/// A movement as the matching rules see it: a statement line or a bank's push.
#[derive(Clone, Copy, Debug)]
pub struct Movement<'a> {
    /// Into or out of the account.
    pub direction: Direction,
    /// The amount, above zero.
    pub amount: Dong,
    /// The transfer text.
    pub memo: &'a str,
    /// The other side.
    pub counterparty: &'a Counterparty,
    /// Whether the bank takes back an earlier movement.
    pub reversal: bool,
}

impl<'a> From<&'a Line> for Movement<'a> {
    fn from(line: &'a Line) -> Self {
        Self {
            direction: line.direction,
            amount: line.amount,
            memo: &line.description,
            counterparty: &line.counterparty,
            reversal: line.reversal,
        }
    }
}

/// What a movement is, before any notice is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Money for a notice, or waiting for one.
    Money,
    /// The bank took back, or gave back, an earlier movement.
    Returned,
    /// A fee of the bank.
    BankFee,
    /// Interest.
    Interest,
    /// A gateway pays what it collected.
    ProviderSettlement {
        /// The provider's code.
        provider: String,
        /// The day it settles, where the memo says so.
        day: Option<Day>,
    },
    /// Money out that no rule explains.
    UnexplainedDebit,
}

/// The rules of `statement_rules.toml`, in their order.
#[derive(Clone, Debug)]
pub struct Rules(Vec<Rule>);

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleFile {
    rule: Vec<Rule>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    kind: RuleKind,
    direction: Side,
    #[serde(default)]
    begins: Vec<String>,
    #[serde(default)]
    holds: Vec<String>,
    counterparty: Option<NoCounterparty>,
    provider: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RuleKind {
    BankFee,
    Interest,
    ProviderSettlement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Side {
    Credit,
    Debit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NoCounterparty {
    None,
}

impl Rules {
    /// The rules of a text in the form of `assets/data/statement_rules.toml`.
    pub fn from_toml(text: &str) -> Result<Self, toml::de::Error> {
        let mut rules = toml::from_str::<RuleFile>(text)?.rule;
        for phrase in
            rules.iter_mut().flat_map(|rule| rule.begins.iter_mut().chain(&mut rule.holds))
        {
            *phrase = folded(phrase);
        }
        Ok(Self(rules))
    }

    /// The rules that the program ships.
    pub fn built_in() -> Result<Self, toml::de::Error> {
        Self::from_toml(include_str!("../../assets/data/statement_rules.toml"))
    }

    /// The kind of a movement whose text names `named`. A reference on a credit makes it money.
    pub fn kind_of(&self, movement: Movement<'_>, named: &Named) -> Kind {
        if movement.reversal {
            return Kind::Returned;
        }
        let memo = folded(movement.memo);
        let rule = match named {
            Named::Nothing => self.0.iter().find(|rule| rule.fits(movement, &memo)),
            Named::Strict(_) | Named::Lenient(_) | Named::Unsure(_) => None,
        };
        match (rule, movement.direction) {
            (Some(rule), _) => rule.kind(&memo),
            (None, Direction::Credit) => Kind::Money,
            (None, Direction::Debit) => Kind::UnexplainedDebit,
        }
    }
}

impl Rule {
    fn fits(&self, movement: Movement<'_>, memo: &str) -> bool {
        let side = match self.direction {
            Side::Credit => Direction::Credit,
            Side::Debit => Direction::Debit,
        };
        let begins = |phrase: &String| {
            memo.strip_prefix(phrase.as_str()).is_some_and(|rest| {
                !phrase.is_empty() && (rest.is_empty() || rest.starts_with(' '))
            })
        };
        side == movement.direction
            && (self.counterparty.is_none() || movement.counterparty.account.is_none())
            && (self.begins.iter().any(begins)
                || self.holds.iter().any(|phrase| has_phrase(memo, phrase)))
    }

    fn kind(&self, memo: &str) -> Kind {
        match self.kind {
            RuleKind::BankFee => Kind::BankFee,
            RuleKind::Interest => Kind::Interest,
            RuleKind::ProviderSettlement => Kind::ProviderSettlement {
                provider: self.provider.clone().unwrap_or_default(),
                day: settled_day(memo),
            },
        }
    }
}

/// The day after the word NGAY, as `ddmmyyyy` or `dd mm yyyy` (folded slashes).
fn settled_day(memo: &str) -> Option<Day> {
    let digits: String = memo
        .split_once("NGAY ")?
        .1
        .chars()
        .filter(|c| *c != ' ')
        .take_while(char::is_ascii_digit)
        .take(8)
        .collect();
    let part = |from, to| digits.get(from..to)?.parse::<u32>().ok();
    let year = digits.get(4..8)?.parse().ok()?;
    Day::of(year, part(2, 4)?, part(0, 2)?)
}

/// Whether a notice that may be suggested still takes money.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoticeStanding {
    /// Issued or served: an assignment settles it.
    Payable,
    /// Lapsed: only a judge's acceptance of late payment settles it.
    Lapsed,
}

/// An open notice that a line may belong to.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its reference.
    pub reference: Reference,
    /// What is still missing on it.
    pub amount: Dong,
    /// Those who owe it, and who acts for them.
    pub payers: Vec<Name>,
    /// The last day to pay.
    pub pay_by: Day,
    /// Whether it takes money.
    pub standing: NoticeStanding,
}

codes! {
    /// Why a notice is suggested; shown in words.
    Reason {
        /// The text names the notice, but not so that it settles (several lenient references).
        CodeNamed = "code_named",
        /// The text has the ten digits without `AP`.
        CodeWithoutLetters = "code_without_letters",
        /// One digit of the named code differs.
        CodeOffByOneDigit = "code_off_by_one_digit",
        /// Two neighbouring digits of the named code are exchanged.
        CodeTransposed = "code_transposed",
        /// One digit of the code is missing or too many.
        CodeLengthOff = "code_length_off",
        /// The payer's name, or the text, carries a party's name.
        NameAgrees = "name_agrees",
        /// The amount is what is missing.
        ExactAmount = "exact_amount",
        /// Nothing but the amount speaks for it, and it is the only open notice of that sum.
        AmountOnly = "amount_only",
    }
}

/// A notice that a line may belong to, with what speaks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The notice.
    pub reference: Reference,
    /// At least one reason, strongest first.
    pub reasons: Vec<Reason>,
}

/// At most three notices for a credit that matches none, most likely first. The amount alone
/// suggests only where nothing better is found and a single open notice has it: flat sums such as
/// 300.000 would else point at strangers.
pub fn suggest(movement: Movement<'_>, candidates: &[Candidate]) -> Vec<Suggestion> {
    if movement.direction == Direction::Debit {
        return Vec::new();
    }
    let codes = Codes::of(movement.memo);
    let seen = Seen::new(movement.counterparty, movement.memo);
    let mut found: Vec<(&Candidate, Vec<Reason>)> = candidates
        .iter()
        .map(|candidate| (candidate, reasons(movement.amount, &codes, &seen, candidate)))
        .filter(|(_, reasons)| reasons.iter().any(|reason| *reason != Reason::ExactAmount))
        .collect();
    if found.is_empty() {
        found.extend(only_of_amount(movement.amount, candidates));
    }
    found.sort_by_key(|(candidate, reasons)| {
        let weight: u32 = reasons.iter().map(|reason| reason.weight()).sum();
        (std::cmp::Reverse(weight), candidate.standing, candidate.pay_by, &candidate.reference)
    });
    found.truncate(SUGGESTIONS);
    found
        .into_iter()
        .map(|(candidate, reasons)| Suggestion { reference: candidate.reference.clone(), reasons })
        .collect()
}

fn only_of_amount(amount: Dong, candidates: &[Candidate]) -> Option<(&Candidate, Vec<Reason>)> {
    let mut fitting = candidates.iter().filter(|candidate| {
        candidate.amount == amount && candidate.standing == NoticeStanding::Payable
    });
    let first = fitting.next()?;
    fitting.next().is_none().then(|| (first, vec![Reason::AmountOnly]))
}

fn reasons(amount: Dong, codes: &Codes, seen: &Seen, candidate: &Candidate) -> Vec<Reason> {
    let code = codes.nearness(candidate.reference.digits());
    let named = candidate.payers.iter().any(|name| name.resembles(seen));
    let named = named.then_some(Reason::NameAgrees);
    let amount = (candidate.amount == amount).then_some(Reason::ExactAmount);
    code.into_iter().chain(named).chain(amount).collect()
}

impl Reason {
    const fn weight(self) -> u32 {
        match self {
            Self::CodeNamed | Self::CodeWithoutLetters => 6,
            Self::CodeOffByOneDigit | Self::CodeTransposed => 4,
            Self::CodeLengthOff => 3,
            Self::NameAgrees | Self::ExactAmount => 2,
            Self::AmountOnly => 1,
        }
    }
}

/// The numbers of a text that may be meant as a code.
struct Codes {
    named: Vec<String>,
    bare: Vec<String>,
}

impl Codes {
    fn of(memo: &str) -> Self {
        let named = scan(memo).lenient().iter().map(|hit| hit.digits().to_owned()).collect();
        let bare = folded(memo)
            .split(' ')
            .map(|word| word.strip_prefix("AP").unwrap_or(word))
            .filter(|word| matches!(word.len(), 9..=11))
            .filter(|word| word.bytes().all(|byte| byte.is_ascii_digit()))
            .map(str::to_owned)
            .collect();
        Self { named, bare }
    }

    /// How near the nearest number comes to the ten digits of a notice.
    fn nearness(&self, digits: &str) -> Option<Reason> {
        let named = self.named.iter().filter_map(|code| {
            if code == digits { Some(Reason::CodeNamed) } else { slip(code, digits) }
        });
        let bare = self.bare.iter().filter_map(|code| match code.len() {
            10 if code == digits => Some(Reason::CodeWithoutLetters),
            10 => None, // any ten digits may be an account number or a telephone
            _ => one_digit_more(code, digits).then_some(Reason::CodeLengthOff),
        });
        named.chain(bare).min()
    }
}

/// One digit other, or two neighbours exchanged.
fn slip(code: &str, digits: &str) -> Option<Reason> {
    let differing: Vec<(usize, (u8, u8))> =
        code.bytes().zip(digits.bytes()).enumerate().filter(|(_, (a, b))| a != b).collect();
    match differing.as_slice() {
        [_] => Some(Reason::CodeOffByOneDigit),
        [(one, (a, b)), (two, (c, d))] if *two == one + 1 && a == d && b == c => {
            Some(Reason::CodeTransposed)
        }
        _ => None,
    }
}

/// Whether the longer of two is the shorter with one digit put in.
fn one_digit_more(one: &str, two: &str) -> bool {
    let (short, long) = if one.len() < two.len() { (one, two) } else { (two, one) };
    let same = short.bytes().zip(long.bytes()).take_while(|(a, b)| a == b).count();
    long.len() == short.len() + 1 && short.get(same..) == long.get(same + 1..)
}
