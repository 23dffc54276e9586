//! ISO 20022 camt.053 statements and camt.054 notifications, every version, by local names.
//!
//! Taken are booked entries only. A batch entry whose transactions carry amounts gives a line
//! each; totals, batch totals and balances must be what the entries give. `CdtDbtInd` says which
//! way money went, also for a reversal (`RvslInd`), which takes back an earlier movement.

use chrono::NaiveDateTime;

use super::{
    bank_text,
    xml::{Element, Layout, Part, Walker},
};
use crate::domain::{
    money::Dong,
    payment::{Counterparty, Direction},
    refusal::{Field, Refusal, Why},
    statement::{Closing, Draft, Line, Period, Stated, Statement},
    time::{Day, Timestamp},
};

/// What the namespaces of ISO 20022 begin with.
const NAMESPACE: &str = "urn:iso:std:iso:20022:tech:xsd:";
/// Length at which `Ustrd` breaks a text into pieces (`Max140Text`).
const PIECE: usize = 140;

const LAYOUT: Layout = Layout {
    containers: &["Document", "BkToCstmrStmt", "BkToCstmrDbtCdtNtfctn", "Stmt", "Ntfctn"],
    wanted: &["Acct", "Bal", "TxsSummry", "FrToDt", "Ntry"],
};

/// Reads all statements of a file as one; they must be of one account, `asked` where one is
/// given, and chain.
pub fn read(text: &str, asked: Option<&str>) -> Result<Statement, Refusal> {
    let mut walker = Walker::new(text, LAYOUT);
    let (mut format, mut whole, mut draft) = (None, None::<Statement>, None::<Reading>);
    while let Some(part) = walker.next()? {
        match part {
            Part::Opened(element) if element.name() == "Document" => format = version(&element),
            Part::Opened(element) => {
                let closes = match element.name() {
                    "Stmt" => Closing::Always,
                    "Ntfctn" => Closing::Never,
                    _ => continue,
                };
                draft = Some(Reading::new(format.clone(), closes));
            }
            Part::Whole(element) => {
                if let Some(draft) = &mut draft {
                    draft.take(&element)?;
                }
            }
            Part::Closed(name, line) if matches!(name.as_str(), "Stmt" | "Ntfctn") => {
                let Some(reading) = draft.take() else { continue };
                let next = reading.finish(line).check(asked)?;
                whole = Some(match whole {
                    Some(before) => before.followed_by(next)?,
                    None => next,
                });
            }
            Part::Closed(..) => {}
        }
    }
    whole.ok_or_else(|| Why::UnknownFormat.at(1))
}

/// `camt.053.001.08` from the namespace, wherever it stands among the attributes: a schema's place
/// names it too, beside the name of a file.
fn version(document: &Element) -> Option<String> {
    let names = document.attributes().flat_map(str::split_whitespace);
    let mut versions = names.filter_map(|name| name.strip_prefix(NAMESPACE));
    versions.find(|version| version.starts_with("camt.05")).map(str::to_owned)
}

/// One statement as it is read.
struct Reading {
    draft: Draft,
    /// Stated sums hold for all entries, so they are compared only when none was left out.
    skipped: bool,
}

impl Reading {
    fn new(format: Option<String>, closes: Closing) -> Self {
        let plain = if closes == Closing::Never { "camt.054" } else { "camt.053" };
        let draft = Draft {
            format: format.unwrap_or_else(|| plain.to_owned()),
            account: None,
            opening: None,
            closing: None,
            closes,
            total_credit: None,
            total_debit: None,
            period: None,
            lines: Vec::new(),
            end: 1,
        };
        Self { draft, skipped: false }
    }

    fn take(&mut self, element: &Element) -> Result<(), Refusal> {
        match element.name() {
            "Acct" => self.account(element),
            "Bal" => self.balance(element),
            "FrToDt" => {
                let day = |paths: [&str; 2]| {
                    paths
                        .iter()
                        .find_map(|name| moment(element.text_at(&[name])?))
                        .map(|(day, _)| day)
                };
                self.draft.period = day(["FrDtTm", "FrDt"])
                    .zip(day(["ToDtTm", "ToDt"]))
                    .filter(|(from, to)| from <= to)
                    .map(|(from, to)| Period { from, to });
                Ok(())
            }
            "TxsSummry" => self.summary(element),
            _ if booked(element)? => {
                self.draft.lines.extend(Entry::read(element)?.lines()?);
                Ok(())
            }
            _ => {
                self.skipped = true;
                Ok(())
            }
        }
    }

    fn finish(mut self, end: u32) -> Draft {
        if self.skipped {
            self.draft.total_credit = None;
            self.draft.total_debit = None;
        }
        Draft { end, ..self.draft }
    }

    fn account(&mut self, account: &Element) -> Result<(), Refusal> {
        if let Some(currency) = account.text_at(&["Ccy"]).filter(|ccy| *ccy != Statement::CURRENCY)
        {
            return Err(Why::Currency(currency.to_owned()).at(account.line()));
        }
        self.draft.account = number(account).map(|value| Stated { value, line: account.line() });
        Ok(())
    }

    /// `OPBD` (or the closing of the day before, `PRCD`) and `CLBD`; the others are of no use here.
    fn balance(&mut self, balance: &Element) -> Result<(), Refusal> {
        let slot = match balance.text_at(&["Tp", "CdOrPrtry", "Cd"]) {
            Some("OPBD") => &mut self.draft.opening,
            Some("PRCD") if self.draft.opening.is_none() => &mut self.draft.opening,
            Some("CLBD") => &mut self.draft.closing,
            _ => return Ok(()),
        };
        let amount = amount(balance, &["Amt"])?;
        let value = match direction(balance)? {
            Direction::Credit => amount,
            Direction::Debit => amount.negated(),
        };
        *slot = Some(Stated { value, line: balance.line() });
        Ok(())
    }

    fn summary(&mut self, summary: &Element) -> Result<(), Refusal> {
        let sum = |name| match summary.at(&[name, "Sum"]) {
            Some(sum) => plain_amount(sum).map(|value| Some(Stated { value, line: sum.line() })),
            None => Ok(None),
        };
        self.draft.total_credit = sum("TtlCdtNtries")?;
        self.draft.total_debit = sum("TtlDbtNtries")?;
        Ok(())
    }
}

/// Whether an entry is booked: 02 has the status as text, later versions as `Cd`.
fn booked(entry: &Element) -> Result<bool, Refusal> {
    let status = entry.text_at(&["Sts", "Cd"]).or_else(|| entry.text_at(&["Sts"]));
    status
        .map(|status| status == "BOOK")
        .ok_or_else(|| Why::Missing(Field::Status).at(entry.line()))
}

/// A booked entry, what its transactions share.
struct Entry<'a> {
    element: &'a Element,
    transactions: Vec<&'a Element>,
    direction: Direction,
    amount: Dong,
    reversal: bool,
    booking_date: Day,
    moment: Option<Timestamp>,
    value_date: Option<Day>,
}

impl<'a> Entry<'a> {
    fn read(element: &'a Element) -> Result<Self, Refusal> {
        let date = |name| match element.at(&[name]) {
            Some(date) => {
                let text = date.text_at(&["DtTm"]).or_else(|| date.text_at(&["Dt"]));
                let text = text.unwrap_or_default();
                moment(text).map(Some).ok_or_else(|| Why::Date(text.to_owned()).at(date.line()))
            }
            None => Ok(None),
        };
        let value = date("ValDt")?;
        let (booking_date, moment) = date("BookgDt")?
            .or(value.map(|(day, _)| (day, None)))
            .ok_or_else(|| Why::Missing(Field::Date).at(element.line()))?;
        Ok(Self {
            element,
            transactions: element
                .all("NtryDtls")
                .flat_map(|details| details.all("TxDtls"))
                .collect(),
            direction: direction(element)?,
            amount: positive(amount(element, &["Amt"])?, element)?,
            reversal: matches!(element.text_at(&["RvslInd"]), Some("true" | "1")),
            booking_date,
            moment,
            value_date: value.map(|(day, _)| day),
        })
    }

    fn lines(&self) -> Result<Vec<Line>, Refusal> {
        self.check_batches()?;
        let parts = self.transactions.iter().map(|transaction| self.part(transaction));
        let Some(parts) = parts.collect::<Result<Option<Vec<_>>, _>>()? else {
            return Ok(vec![self.line(self.direction, self.amount, &self.transactions)]);
        };
        if parts.is_empty() {
            return Ok(vec![self.line(self.direction, self.amount, &[])]);
        }
        let signed = parts.iter().map(|(direction, amount)| match direction {
            Direction::Credit => *amount,
            Direction::Debit => amount.negated(),
        });
        let found = Dong::total(signed).ok_or_else(|| self.refused(Why::Missing(Field::Amount)))?;
        let found = if self.direction == Direction::Debit { found.negated() } else { found };
        if found != self.amount {
            return Err(self.refused(Why::Sum { stated: self.amount, found }));
        }
        let lines =
            self.transactions.iter().zip(parts).map(|(transaction, (direction, amount))| {
                self.line(direction, amount, std::slice::from_ref(transaction))
            });
        Ok(lines.collect())
    }

    fn refused(&self, why: Why) -> Refusal {
        why.at(self.element.line())
    }

    /// Side and amount of one transaction, `None` when it carries no amount in VND.
    fn part(&self, transaction: &Element) -> Result<Option<(Direction, Dong)>, Refusal> {
        let paths: [&[&str]; 2] = [&["Amt"], &["AmtDtls", "TxAmt", "Amt"]];
        let carried = paths.into_iter().find(|path| {
            let amount = transaction.at(path);
            amount.is_some_and(|amount| amount.attribute("Ccy") == Some(Statement::CURRENCY))
        });
        let Some(path) = carried else { return Ok(None) };
        let side = match transaction.at(&["CdtDbtInd"]) {
            Some(_) => direction(transaction)?,
            None => self.direction,
        };
        Ok(Some((side, positive(amount(transaction, path)?, transaction)?)))
    }

    /// `Btch` states number and sum of the transactions beside it.
    fn check_batches(&self) -> Result<(), Refusal> {
        for details in self.element.all("NtryDtls") {
            let Some(batch) = details.at(&["Btch"]) else { continue };
            let transactions: Vec<&Element> = details.all("TxDtls").collect();
            let found = u32::try_from(transactions.len()).unwrap_or(u32::MAX);
            let stated = batch.text_at(&["NbOfTxs"]).and_then(|text| text.parse().ok());
            if let Some(stated) = stated.filter(|stated| found > 0 && *stated != found) {
                return Err(Why::Count { stated, found }.at(batch.line()));
            }
            let Some(total) = batch.at(&["TtlAmt"]) else { continue };
            let stated = amount(batch, &["TtlAmt"])?;
            let parts = transactions.iter().map(|transaction| self.part(transaction));
            let Some(parts) = parts.collect::<Result<Option<Vec<_>>, _>>()? else { continue };
            let sum = Dong::total(parts.iter().map(|(_, amount)| *amount));
            let found = if parts.is_empty() { self.amount } else { sum.unwrap_or(Dong::ZERO) };
            if stated != found {
                return Err(Why::Sum { stated, found }.at(total.line()));
            }
        }
        Ok(())
    }

    fn line(&self, direction: Direction, amount: Dong, transactions: &[&Element]) -> Line {
        let one = match transactions {
            [one] => Some(*one),
            _ => None,
        };
        let entry_reference = self.element.text_at(&["AcctSvcrRef"]);
        let reference = one.and_then(|one| one.text_at(&["Refs", "AcctSvcrRef"]));
        Line {
            number: self
                .element
                .text_at(&["NtryRef"])
                .and_then(|text| text.parse().ok())
                .unwrap_or(0),
            file_line: one.unwrap_or(self.element).line(),
            booking_date: self.booking_date,
            value_date: self.value_date,
            moment: self.moment,
            direction,
            amount,
            reversal: self.reversal,
            bank_reference: reference.or(entry_reference).map(str::to_owned),
            counterparty: one.map(|one| self.counterparty(one, direction)).unwrap_or_default(),
            description: self.description(transactions),
            balance_after: None,
        }
    }

    /// The debtor of money that comes in, the creditor of money that goes out; a reversal names
    /// them as the transfer that it takes back did.
    fn counterparty(&self, transaction: &Element, direction: Direction) -> Counterparty {
        let (party, account) = match (direction, self.reversal) {
            (Direction::Credit, false) | (Direction::Debit, true) => ("Dbtr", "DbtrAcct"),
            (Direction::Debit, false) | (Direction::Credit, true) => ("Cdtr", "CdtrAcct"),
        };
        let Some(parties) = transaction.at(&["RltdPties"]) else { return Counterparty::default() };
        let name =
            parties.text_at(&[party, "Pty", "Nm"]).or_else(|| parties.text_at(&[party, "Nm"]));
        Counterparty {
            name: name.map(str::to_owned),
            account: parties.at(&[account]).and_then(number),
        }
    }

    fn description(&self, transactions: &[&Element]) -> String {
        let texts = transactions.iter().map(|one| remittance(one)).filter(|text| !text.is_empty());
        let text = texts.collect::<Vec<_>>().join(" ");
        if text.is_empty() {
            self.element.text_at(&["AddtlNtryInf"]).unwrap_or_default().to_owned()
        } else {
            text
        }
    }
}

/// The transfer text: `Ustrd` pieces, a full one running on into the next; references of `Strd`;
/// else the bank's own words.
fn remittance(transaction: &Element) -> String {
    let (mut text, mut runs_on) = (String::new(), true);
    for information in transaction.all("RmtInf") {
        for piece in information.all("Ustrd").map(Element::raw_text) {
            if !runs_on {
                text.push(' ');
            }
            text.push_str(piece);
            runs_on = piece.chars().count() >= PIECE;
        }
        let structured = information.all("Strd").flat_map(|strd| {
            [&["CdtrRefInf", "Ref"][..], &["AddtlRmtInf"]]
                .into_iter()
                .filter_map(|p| strd.text_at(p))
        });
        for reference in structured {
            text.push(' ');
            text.push_str(reference);
        }
    }
    if text.trim().is_empty() {
        return transaction.text_at(&["AddtlTxInf"]).unwrap_or_default().to_owned();
    }
    text
}

/// The number of an account element: Vietnam has no IBAN, other countries' banks do.
fn number(account: &Element) -> Option<String> {
    account
        .text_at(&["Id", "Othr", "Id"])
        .or_else(|| account.text_at(&["Id", "IBAN"]))
        .map(str::to_owned)
}

fn direction(element: &Element) -> Result<Direction, Refusal> {
    match element.text_at(&["CdtDbtInd"]) {
        Some("CRDT") => Ok(Direction::Credit),
        Some("DBIT") => Ok(Direction::Debit),
        _ => Err(Why::Missing(Field::Direction).at(element.line())),
    }
}

/// An amount whose currency must be VND.
fn amount(element: &Element, path: &[&str]) -> Result<Dong, Refusal> {
    let amount = element.at(path).ok_or_else(|| Why::Missing(Field::Amount).at(element.line()))?;
    match amount.attribute("Ccy") {
        Some(Statement::CURRENCY) => plain_amount(amount),
        other => Err(Why::Currency(other.unwrap_or_default().to_owned()).at(amount.line())),
    }
}

/// Digits, and a fraction of zeros at most: the schema knows no sign and no grouping.
fn plain_amount(amount: &Element) -> Result<Dong, Refusal> {
    let text = amount.text();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = !whole.is_empty() && whole.bytes().all(|byte| byte.is_ascii_digit());
    let zeros = fraction.bytes().all(|byte| byte == b'0');
    (digits && zeros)
        .then(|| whole.parse().ok().and_then(Dong::new))
        .flatten()
        .ok_or_else(|| Why::Amount(text.to_owned()).at(amount.line()))
}

fn positive(amount: Dong, element: &Element) -> Result<Dong, Refusal> {
    if amount.is_positive() && amount <= Dong::LARGEST_POSTING {
        Ok(amount)
    } else {
        Err(Why::Amount(amount.get().to_string()).at(element.line()))
    }
}

/// Day and moment in Vietnam of a `Dt` or `DtTm`; a time without offset is Vietnam's.
fn moment(text: &str) -> Option<(Day, Option<Timestamp>)> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        let local = moment.in_vietnam().naive_local();
        return Some((moment.day(), bank_text::at(moment.day(), local.time())));
    }
    if text.contains('T') {
        let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
        let day = Day::new(local.date());
        return Some((day, bank_text::at(day, local.time())));
    }
    // A date may carry an offset too, which says nothing about the day in Vietnam.
    let (day, offset) = text.split_at_checked(10)?;
    let known = offset.is_empty() || offset == "Z" || offset.starts_with(['+', '-']);
    day.parse().ok().filter(|_| known).map(|day| (day, None))
}
