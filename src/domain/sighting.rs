//! Whether a bank line or push is a further sighting of money already recorded on the same bank
//! account, or new money (decisions 2).

use std::collections::{BTreeMap, BTreeSet};

use super::{
    id::{PaymentId, Reference},
    money::Dong,
    payment::{Direction, Source},
    reference_scan::scan,
    statement::Line,
    time::{Day, Timestamp},
};

/// Days by which two sources may book one transfer apart when no bank reference tells.
const DAYS_APART: i64 = 1;

/// What identifies money on a bank account, whoever reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Into or out of the account.
    pub direction: Direction,
    /// The amount.
    pub amount: Dong,
    /// The bank's day.
    pub day: Day,
    /// The bank's reference, where the report carries one.
    pub bank_reference: Option<String>,
    /// The references of notices that its text names, or that the money was given to.
    pub notices: Vec<Reference>,
}

impl From<&Line> for Trace {
    /// The day is that of the transfer where the bank gives its moment: over a weekend the
    /// booking comes days later.
    fn from(line: &Line) -> Self {
        Self {
            direction: line.direction,
            amount: line.amount,
            day: line.moment.map_or(line.booking_date, Timestamp::day),
            bank_reference: line.bank_reference.clone(),
            notices: scan(&line.description).named().references(),
        }
    }
}

/// Money already recorded on the account, and who sighted it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The payment.
    pub payment: PaymentId,
    /// What identifies it.
    pub trace: Trace,
    /// Its sources so far.
    pub sources: Vec<Source>,
}

/// What a report is to the recorded money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// Money not recorded yet.
    New,
    /// One more sighting of this payment.
    Of(PaymentId),
    /// The bank reference of this payment with another amount: for a person, never new money.
    Contradicts(PaymentId),
}

/// Decides for all reports of one source (a whole statement, or one push) on one bank account,
/// in their order. Bank references are looked for over all of them first; only then are notice,
/// amount and day compared, and only where one side carries no bank reference. Each payment is
/// sighted once per source. A gateway payment is never sighted here: its money comes by clearing.
pub fn sightings(source: Source, reports: &[Trace], recorded: &[Recorded]) -> Vec<Sighting> {
    let mut open: Vec<&Recorded> = recorded
        .iter()
        .filter(|known| !known.sources.contains(&source))
        .filter(|known| !known.sources.contains(&Source::Gateway))
        .collect();
    let mut found = vec![Sighting::New; reports.len()];
    by_reference(reports, &mut open, &mut found);
    for apart in 0..=DAYS_APART {
        by_notice(reports, &mut open, &mut found, apart);
    }
    found
}

fn by_reference(reports: &[Trace], open: &mut Vec<&Recorded>, found: &mut [Sighting]) {
    let mut known = BTreeMap::<(String, Direction), Vec<&Recorded>>::new();
    for payment in open.iter() {
        if let Some(key) = reference_key(&payment.trace) {
            known.entry(key).or_default().push(payment);
        }
    }
    let mut taken = Vec::new();
    // The right amounts first, so that no contradiction takes what another report fits.
    for exact in [true, false] {
        for (report, sighting) in reports.iter().zip(found.iter_mut()) {
            let Some(payments) = reference_key(report).and_then(|key| known.get_mut(&key)) else {
                continue;
            };
            let fits = |payment: &&Recorded| !exact || payment.trace.amount == report.amount;
            if *sighting != Sighting::New {
                continue;
            }
            if let Some(place) = payments.iter().position(fits) {
                let payment = payments.remove(place).payment;
                taken.push(payment);
                *sighting =
                    if exact { Sighting::Of(payment) } else { Sighting::Contradicts(payment) };
            }
        }
    }
    drop_taken(open, taken);
}

/// Banks print one reference in either case.
fn reference_key(trace: &Trace) -> Option<(String, Direction)> {
    let reference = trace.bank_reference.as_deref()?.trim().to_ascii_uppercase();
    (!reference.is_empty()).then_some((reference, trace.direction))
}

fn by_notice(
    reports: &[Trace],
    open: &mut Vec<&Recorded>,
    found: &mut [Sighting],
    days_apart: i64,
) {
    let mut known = BTreeMap::<Vec<&Reference>, Vec<&Recorded>>::new();
    for payment in open.iter() {
        known.entry(notices(&payment.trace)).or_default().push(payment);
    }
    let mut taken = Vec::new();
    for (report, sighting) in reports.iter().zip(found.iter_mut()) {
        if *sighting != Sighting::New || report.notices.is_empty() {
            continue;
        }
        let Some(payments) = known.get_mut(&notices(report)) else { continue };
        let same = |payment: &&Recorded| {
            let trace = &payment.trace;
            (reference_key(trace).is_none() || reference_key(report).is_none())
                && trace.direction == report.direction
                && trace.amount == report.amount
                && trace.day.since(report.day).abs() == days_apart
        };
        if let Some(place) = payments.iter().position(same) {
            let payment = payments.remove(place).payment;
            taken.push(payment);
            *sighting = Sighting::Of(payment);
        }
    }
    drop_taken(open, taken);
}

/// The notices as a set.
fn notices(trace: &Trace) -> Vec<&Reference> {
    let set: BTreeSet<&Reference> = trace.notices.iter().collect();
    set.into_iter().collect()
}

fn drop_taken(open: &mut Vec<&Recorded>, taken: Vec<PaymentId>) {
    let taken: BTreeSet<PaymentId> = taken.into_iter().collect();
    open.retain(|known| !taken.contains(&known.payment));
}
