//! The story: from quotes to acceptance, a line a step. A step that did not do what it should ends
//! the story.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use uuid::Uuid;

use super::{
    cast::{ACCOUNT, BIN, CASES, Case, KV1, KV2, Person, dong},
    stage::{BANK, Stage, VNPAY},
};
use crate::{
    app::{
        Caller,
        anchor::Anchored,
        cases::{CaseView, NewCase, NewClaim, NewParty, NewRelief},
        check::{Asked, Reach, check},
        checkout::{Leaving, Payer},
        notices::{DraftOptions, NewService},
        statements::File,
    },
    cli::{Failure, Outcome, open},
    codec::vietqr::VietQr,
    domain::{
        calendar::Reading,
        case::{DocumentKind, GroupKind, Instance, PartyKind, Procedure, ServiceMethod},
        exception::ExceptionState,
        id::{CaseId, NoticeId, Reference},
        notice::NoticeState,
        payment::{Counterparty, Direction},
        staff::Scope,
        time::{Day, Timestamp},
    },
    sim::{
        Act,
        bank::{Due, Telling, Transfer},
    },
    store::{notice::NoticeRow, statement::ExceptionFilter},
};

/// The day's movements at the bank, as `data` of the demo.
const STATEMENT: &str = include_str!("../../../assets/demo/statement.csv");

/// Lines that the bank also pushes at once.
const PUSHED: [u32; 5] = [1, 6, 9, 11, 14];

/// What each line must turn out to be (line, rule).
const LINES: [&str; 22] = [
    "sighting",
    "exact",
    "lenient",
    "no_reference",
    "exact",
    "sighting",
    "parts",
    "several",
    "sighting",
    "double",
    "sighting",
    "exact",
    "double",
    "sighting",
    "exact",
    "provider_settlement",
    "unexplained",
    "bank_fee",
    "interest",
    "exact",
    "no_reference",
    "unknown_reference",
];

/// What is left for the accountant: line, kind, sum, the notice suggested (`refund` for a refund).
const LEFT: [(u32, &str, i64, &str); 8] = [
    (4, "no_reference", 19_500_000, "AP2611900042"),
    (10, "double", 3_000_000, "refund"),
    (12, "over", 500_000, "refund"),
    (13, "double", 24_000_000, "AP2611900123"),
    (16, "provider_settlement", 5_284_100, ""),
    (17, "unexplained_debit", 3_000_000, ""),
    (21, "no_reference", 10_000_000, "AP2611900195"),
    (22, "unknown_reference", 300_000, "AP2611900205"),
];

type Cases = BTreeMap<&'static str, CaseId>;

fn wrong(step: &str, why: impl std::fmt::Display) -> Failure {
    Failure::NotSo(format!("{step}: {why}"))
}

/// Refuses a step whose outcome is not the one it must have.
fn must<T: PartialEq + std::fmt::Debug>(step: &str, found: &T, expected: &T) -> Outcome {
    if found == expected {
        Ok(())
    } else {
        Err(wrong(step, format!("{found:?} instead of {expected:?}")))
    }
}

/// Plays it all.
pub(super) async fn play(stage: &Stage) -> Outcome {
    let mut cases = Cases::new();
    for before in [9, 6, 2, 1] {
        let day = working_day_before(stage, before)?;
        stage.clock.set(at(day, 8, 0)?);
        for case in &CASES {
            notices_of_day(stage, case, before, &mut cases).await?;
        }
    }
    pay_by_gateway(stage).await?;
    bank_day(stage).await?;
    reconcile(stage).await?;
    accept(stage, &cases).await?;
    verify(stage).await
}

fn working_day_before(stage: &Stage, count: u32) -> Result<Day, Failure> {
    let day = stage.calendar.working_day_before(stage.day, count.into(), Reading::Early);
    day.map_err(|_| wrong("calendar", "the days before are not in the table"))
}

fn at(day: Day, hour: u32, minute: u32) -> Result<Timestamp, Failure> {
    day.date()
        .and_hms_opt(hour, minute, 0)
        .and_then(Timestamp::from_vietnam)
        .ok_or_else(|| wrong("calendar", "no such time"))
}

async fn notices_of_day(
    stage: &Stage,
    case: &'static Case,
    before: u32,
    cases: &mut Cases,
) -> Outcome {
    let due = case.claims.iter().any(|claim| claim.notices.iter().any(|n| n.2 == before));
    if !due {
        return Ok(());
    }
    let (clerk, judge) = court_staff(stage, case.court).await?;
    let id = if let Some(id) = cases.get(case.number) {
        *id
    } else {
        let new = new_case(stage, case, &judge).await?;
        let made = stage.app.create_case(&clerk, new).await;
        let id = made.map_err(|error| wrong("quote", error))?;
        cases.insert(case.number, id);
        id
    };
    let view = stage.app.case(&clerk, id).await.map_err(|error| wrong("quote", error))?;
    for (place, claim) in case.claims.iter().enumerate() {
        let planned: Vec<_> = claim.notices.iter().filter(|n| n.2 == before).collect();
        let Some((row, _)) = view.claims.get(place).filter(|_| !planned.is_empty()) else {
            continue;
        };
        quote(stage, case, &view, row.group_id)?;
        stage.random.plan(planned.iter().map(|n| n.0));
        let options = DraftOptions::default();
        let drafted = stage.app.draft_notices(&clerk, id, row.group_id, options).await;
        for (notice, planned) in drafted.map_err(|e| wrong("notice", e))?.iter().zip(&planned) {
            issue(stage, (&clerk, &judge), *notice, planned.1).await?;
        }
    }
    Ok(())
}

async fn court_staff(stage: &Stage, court: &str) -> Result<(Caller, Caller), Failure> {
    let at = if court == KV1 { "kv1" } else { "kv2" };
    let clerk = stage.caller(&format!("thuky.{at}")).await?;
    Ok((clerk, stage.caller(&format!("thamphan.{at}")).await?))
}

fn quote(stage: &Stage, case: &Case, view: &CaseView, group: Uuid) -> Outcome {
    let quoted = stage.app.assess(view, group, stage.app.now().day());
    let assessment = quoted
        .map_err(|error| wrong("quote", error))?
        .map_err(|error| wrong("quote", error.detail))?;
    let result = assessment.result();
    open::say(&format!(
        "quote {} án phí {} đ, tạm ứng {} đ ({})",
        case.number, result.fee, result.advance, result.law
    ))
}

async fn issue(
    stage: &Stage,
    (clerk, judge): (&Caller, &Caller),
    id: NoticeId,
    amount: i64,
) -> Outcome {
    let app = &stage.app;
    app.send_to_sign(clerk, id).await.map_err(|error| wrong("notice", error))?;
    app.issue_notice(judge, id).await.map_err(|error| wrong("notice", error))?;
    let payers = {
        let mut tx = app.store.read().await.map_err(|error| wrong("notice", error))?;
        tx.addressees(id).await.map_err(|error| wrong("notice", error))?
    };
    for payer in &payers {
        let service = NewService {
            party: payer.party_id,
            method: ServiceMethod::ByHand,
            on: app.now().day(),
            by: "Tống đạt viên Mẫu".to_owned(),
        };
        let served = app.record_service(clerk, id, service).await;
        served.map_err(|error| wrong("notice", error))?;
    }
    let row = notice(stage, id).await?;
    must("notice", &row.amount, &dong(amount))?;
    must("notice", &row.state, &NoticeState::Served)?;
    let names: Vec<&str> = payers.iter().map(|payer| payer.name.as_str()).collect();
    let pay_by = row.pay_by.map_or_else(String::new, Day::slashed);
    open::say(&format!(
        "notice {} {} nộp {} đ trước 24:00 {pay_by}, {}",
        row.reference,
        names.join("; "),
        row.amount,
        row.state
    ))
}

async fn notice(stage: &Stage, id: NoticeId) -> Result<NoticeRow, Failure> {
    let mut tx = stage.app.store.read().await.map_err(|error| wrong("notice", error))?;
    let row = tx.notice(Scope::All, id).await.map_err(|error| wrong("notice", error))?;
    row.ok_or_else(|| wrong("notice", "gone"))
}

async fn by_reference(stage: &Stage, reference: &str) -> Result<NoticeRow, Failure> {
    let mut tx = stage.app.store.read().await.map_err(|error| wrong("notice", error))?;
    let row = tx.notice_by_reference(Scope::All, reference).await;
    row.map_err(|error| wrong("notice", error))?.ok_or_else(|| wrong("notice", reference))
}

async fn new_case(stage: &Stage, case: &Case, judge: &Caller) -> Result<NewCase, Failure> {
    let court = {
        let mut tx = stage.app.store.read().await.map_err(|error| wrong("quote", error))?;
        let row = tx.court_by_code(case.court).await.map_err(|error| wrong("quote", error))?;
        row.ok_or_else(|| wrong("quote", case.court))?.id
    };
    let today = stage.app.now().day();
    Ok(NewCase {
        court,
        number: Some(case.number.to_owned()),
        kind: case.kind,
        instance: case.instance,
        procedure: Procedure::Ordinary,
        subject: case.subject.to_owned(),
        charge_code: None,
        filed_on: today,
        clerk: None,
        judge: judge.staff,
        external_id: None,
        parties: case.parties.iter().map(|(role, person)| party(*role, *person)).collect(),
        claims: case
            .claims
            .iter()
            .map(|claim| NewClaim {
                text: claim.text.to_owned(),
                group: claim.group,
                amount: Some(dong(claim.value)).filter(|amount| amount.is_positive()),
                foreign: None,
                by: claim.by.iter().map(|place| (*place, None)).collect(),
                share: None,
                part: None,
                relief: claim.relief.map(str::to_owned),
                separate: false,
                ancillary: false,
            })
            .collect(),
        reliefs: case
            .relief
            .iter()
            .map(|(party, code, decision)| NewRelief {
                party: *party,
                code: (*code).to_owned(),
                rate: None,
                decision_number: (*decision).to_owned(),
                decided_on: today,
            })
            .collect(),
    })
}

fn party(role: crate::domain::case::PartyRole, person: Person) -> NewParty {
    let number = person.number;
    let communes = ["Bến Mơ", "Hồ Sao", "Núi Mơ", "Cầu Mây"];
    let place = usize::try_from(number % 4).unwrap_or(0);
    let commune = communes.get(place).copied().unwrap_or("Bến Mơ");
    NewParty {
        role,
        kind: if person.body { PartyKind::Organisation } else { PartyKind::Person },
        name: person.name.to_owned(),
        document_kind: if person.body { DocumentKind::TaxCode } else { DocumentKind::CitizenId },
        document: Some(if person.body { format!("{number:010}") } else { format!("{number:012}") }),
        birth_year: None,
        address: format!("số {number} đường Ví Dụ, xã {commune}, tỉnh Sông Mơ"),
        phone: Some(format!("0000000{number:03}")),
        email: Some(format!("duongsu{number}@vidu.invalid")),
        eservice_on: None,
    }
}

/// Three payers go through VNPAY on the day before.
async fn pay_by_gateway(stage: &Stage) -> Outcome {
    stage.clock.set(at(working_day_before(stage, 1)?, 14, 0)?);
    for (number, text) in (1i64..).zip(["AP2611900167", "AP2611900172", "AP2611900218"]) {
        let row = by_reference(stage, text).await?;
        let leaving =
            Leaving { account: VNPAY.to_owned(), address: [127, 0, 0, 1].into(), english: false };
        let payer = Caller::payer(None, None);
        let url = stage.app.open_attempt(&payer, row.id, Payer::default(), &leaving).await;
        let url = url.map_err(|error| wrong("order", error))?;
        open::say(&format!("order {text}-1 VNPAY {} đ pending", row.amount))?;
        let page = stage.http.get(&url).send().await.map_err(|error| wrong("order", error))?;
        must("order", &page.status().as_u16(), &200)?;
        let forged = stage.sim.vnpay.act(text, Act::Forge).await;
        let forged = forged.map_err(|error| wrong("callback", error))?;
        let answer = forged.and_then(|call| call.answer);
        must("callback", &answer.as_deref(), &Some("97"))?;
        open::say(&format!("callback {text}-1 VNPAY forged: refused with 97"))?;
        let call = stage.sim.vnpay.act(text, Act::Pay).await;
        let call = call.map_err(|error| wrong("callback", error))?;
        let answer = call.and_then(|call| call.answer);
        must("callback", &answer.as_deref(), &Some("00"))?;
        open::say(&format!("callback {text}-1 VNPAY {} đ answered 00", row.amount))?;
        receipt(stage, text, number).await?;
    }
    Ok(())
}

async fn receipt(stage: &Stage, reference: &str, number: i64) -> Outcome {
    let row = by_reference(stage, reference).await?;
    must("receipt", &row.state, &NoticeState::Paid)?;
    let mut tx = stage.app.store.read().await.map_err(|error| wrong("receipt", error))?;
    let found = tx.receipt_of(row.id).await.map_err(|error| wrong("receipt", error))?;
    let found = found.ok_or_else(|| wrong("receipt", "none"))?;
    must("receipt", &found.number, &number)?;
    open::say(&format!(
        "receipt {} số {} {} đ cho {reference}, {}",
        found.symbol, found.number, found.amount, found.state
    ))
}

/// A line of the demo's statement.
struct BankLine {
    number: u32,
    time: NaiveTime,
    amount: i64,
    memo: String,
    counterparty: Counterparty,
    reference: String,
}

fn bank_lines(stage: &Stage) -> Result<Vec<BankLine>, Failure> {
    let day_before = working_day_before(stage, 1)?.date().format("%d%m%Y").to_string();
    let mut reader = csv::Reader::from_reader(STATEMENT.as_bytes());
    let read = |record: csv::StringRecord| {
        let text = |place: usize| record.get(place).unwrap_or_default().to_owned();
        let some = |place: usize| Some(text(place)).filter(|text| !text.is_empty());
        NaiveDate::parse_from_str(&text(1), "%Y-%m-%d").ok()?;
        Some(BankLine {
            number: text(0).parse().ok()?,
            time: NaiveTime::parse_from_str(&text(2), "%H:%M:%S").ok()?,
            amount: text(3).parse().ok()?,
            memo: text(5).replace("20112026", &day_before),
            counterparty: Counterparty { name: some(6), account: some(7) },
            reference: text(8),
        })
    };
    let lines = reader.records().map(|record| record.ok().and_then(read));
    lines.collect::<Option<_>>().ok_or_else(|| wrong("statement", "the demo's lines do not read"))
}

/// The bank's day: what it books, what of it is pushed, and one message by somebody without the key.
async fn bank_day(stage: &Stage) -> Outcome {
    scan_the_code(stage).await?;
    let mut receipts = 3;
    for line in bank_lines(stage)? {
        let moment = Timestamp::from_vietnam(stage.day.date().and_time(line.time))
            .ok_or_else(|| wrong("statement", "no such time"))?;
        stage.clock.set(moment);
        let pushed = PUSHED.contains(&line.number);
        let transfer = Transfer {
            account: ACCOUNT.to_owned(),
            direction: if line.amount < 0 { Direction::Debit } else { Direction::Credit },
            amount: dong(line.amount.abs()),
            memo: line.memo.clone(),
            counterparty: line.counterparty.clone(),
            at: Some(moment),
            bank_reference: Some(line.reference.clone()),
            telling: if pushed { Telling::AtOnce } else { Telling::StatementOnly },
        };
        let moved = stage.sim.bank.transfer(transfer).await;
        moved.map_err(|error| wrong("callback", error))?;
        if pushed {
            let last = stage.sim.bank.calls().last().map(|call| call.accepted);
            must("callback", &last, &Some(true))?;
            let reference = line.memo.split(' ').next().unwrap_or_default();
            open::say(&format!(
                "callback dòng {} ngân hàng báo {} đ, {reference}",
                line.number,
                dong(line.amount)
            ))?;
            if line.number != 6 {
                receipts += 1;
                receipt(stage, reference, receipts).await?;
            }
        }
    }
    forge(stage).await
}

/// A payer's banking app reads the notice's code: account, sum and reference are the notice's.
async fn scan_the_code(stage: &Stage) -> Outcome {
    let row = by_reference(stage, "AP2611900016").await?;
    let code = VietQr::transfer(BIN, ACCOUNT, Some(row.amount), row.reference.as_str());
    let payload = code.build().map_err(|error| wrong("order", error))?.to_string();
    let due = stage.sim.bank.scan(&payload, Counterparty::default());
    let due = due.map_err(|error| wrong("order", error))?;
    must("order", &due.amount, &row.amount)?;
    must("order", &due.reference.as_str(), &row.reference.as_str())?;
    open::say(&format!("order {} VietQR {} đ, {}", row.reference, row.amount, due.account))
}

async fn forge(stage: &Stage) -> Outcome {
    let reference: Reference = "AP2611900205".parse().map_err(|error| wrong("callback", error))?;
    let due = Due {
        account: ACCOUNT.to_owned(),
        reference: reference.to_string(),
        amount: dong(300_000),
        payer: Counterparty::default(),
    };
    stage.sim.bank.act(due, Act::Forge).await.map_err(|error| wrong("callback", error))?;
    let last = stage.sim.bank.calls().last().and_then(|call| call.status);
    must("callback", &last, &Some(401))?;
    must("callback", &by_reference(stage, "AP2611900205").await?.state, &NoticeState::Served)?;
    open::say("callback AP2611900205 ngân hàng forged: refused with 401, nothing changed")
}

async fn reconcile(stage: &Stage) -> Outcome {
    stage.clock.set(at(stage.day, 18, 0)?);
    let address = format!(
        "http://{}/statements/{ACCOUNT}/{}/camt053.xml",
        stage.sim.bank.address(),
        stage.day
    );
    let sent = stage.http.get(address).send().await.map_err(|error| wrong("statement", error))?;
    let bytes = sent.bytes().await.map_err(|error| wrong("statement", error))?;
    let accountant = stage.caller("ketoan").await?;
    let name = format!("{}.xml", stage.day);
    let file = File { name: &name, bytes: &bytes, format: "auto", account: Some(BANK) };
    let imported = stage.app.import_statement(&accountant, file).await;
    let imported = imported.map_err(|error| wrong("statement", error))?;
    must("statement", &imported.lines, &LINES.len())?;
    open::say(&format!("statement {name} camt.053: {} dòng", imported.lines))?;
    let again = stage.app.import_statement(&accountant, file).await;
    must("statement", &again.is_err(), &true)?;
    let mut tx = stage.app.store.read().await.map_err(|error| wrong("reconciliation", error))?;
    let accounts = tx.accounts().await.map_err(|error| wrong("reconciliation", error))?;
    tx.rollback().await.map_err(|error| wrong("reconciliation", error))?;
    let account = accounts.iter().find(|account| account.name == BANK);
    let account = account.ok_or_else(|| wrong("reconciliation", "no account"))?;
    let matched = stage.app.reconcile(&accountant, account, None).await;
    matched.map_err(|error| wrong("reconciliation", error))?;
    let mut tx = stage.app.store.read().await.map_err(|error| wrong("reconciliation", error))?;
    let lines = tx.lines(imported.statement).await;
    for (line, expected) in lines.map_err(|error| wrong("reconciliation", error))?.iter().zip(LINES)
    {
        let rule = line.rule.clone().unwrap_or_default();
        must(&format!("reconciliation dòng {}", line.n), &rule.as_str(), &expected)?;
        open::say(&format!(
            "reconciliation dòng {} {} {} đ: {rule}",
            line.n, line.direction, line.amount
        ))?;
    }
    let filter = ExceptionFilter {
        state: Some(ExceptionState::Open),
        limit: 100,
        ..ExceptionFilter::default()
    };
    let open_now = tx.exceptions(accountant.scope, &filter).await;
    let mut open_now = open_now.map_err(|error| wrong("reconciliation", error))?;
    open_now.sort_by_key(|row| row.line_number);
    must("reconciliation", &open_now.len(), &LEFT.len())?;
    for (row, (line, kind, sum, suggested)) in open_now.iter().zip(LEFT) {
        let step = format!("reconciliation dòng {line}");
        must(&step, &row.line_number, &Some(i64::from(line)))?;
        must(&step, &(row.kind.code(), row.amount.get()), &(kind, sum))?;
        let told = row.suggestion.as_ref().map_or("", |found| {
            let first = found.0.pointer("/notices/0/reference").and_then(|text| text.as_str());
            let refund = found.0.get("refund").and_then(serde_json::Value::as_bool);
            first.unwrap_or(if refund == Some(true) { "refund" } else { "" })
        });
        must(&step, &told, &suggested)?;
        open::say(&format!("{step} còn lại {kind} {} đ, gợi ý {told}", row.amount))?;
    }
    Ok(())
}

async fn accept(stage: &Stage, cases: &Cases) -> Outcome {
    stage.clock.set(at(stage.day, 18, 30)?);
    for case in CASES.iter().filter(|case| case.instance == Instance::First) {
        let (clerk, judge) = court_staff(stage, case.court).await?;
        let by = if case.court == KV2 { &judge } else { &clerk };
        let Some(id) = cases.get(case.number) else { continue };
        let view = stage.app.case(by, *id).await.map_err(|error| wrong("acceptance", error))?;
        for group in &view.groups {
            let paid = {
                let mut tx =
                    stage.app.store.read().await.map_err(|error| wrong("acceptance", error))?;
                let notices = tx.notices_of_group(group.id).await;
                let notices = notices.map_err(|error| wrong("acceptance", error))?;
                !notices.is_empty() && notices.iter().all(|row| row.state == NoticeState::Paid)
            };
            if !paid {
                continue;
            }
            let accepted = stage.app.accept_group(by, *id, group.id).await;
            let number = accepted.map_err(|error| wrong("acceptance", error))?;
            must("acceptance", &number.is_some(), &(group.kind == GroupKind::Main))?;
            let told = number.map_or_else(|| group.kind.to_string(), |n| format!("số {n}"));
            open::say(&format!("acceptance {} {told}, {}", case.number, by.name))?;
        }
    }
    Ok(())
}

/// The end of the day: what is open, what is paid, and every invariant.
async fn verify(stage: &Stage) -> Outcome {
    let mut tx = stage.app.store.read().await.map_err(|error| wrong("check", error))?;
    let counts = tx.notice_counts(Scope::All).await.map_err(|error| wrong("check", error))?;
    let sum = |state| {
        let row = counts.iter().find(|row| row.state == state);
        row.map_or((0, 0), |row| (row.count, row.sum.get()))
    };
    must("check paid", &sum(NoticeState::Paid), &(16, 226_150_000))?;
    must("check open", &sum(NoticeState::Served), &(5, 101_800_000))?;
    tx.rollback().await.map_err(|error| wrong("check", error))?;
    stage.clock.set(stage.app.now().plus(TimeDelta::minutes(1)));
    let asked = Asked {
        now: stage.app.now(),
        tables: &stage.app.tables,
        anchor: None::<&Anchored>,
        reach: Reach::Sample(1),
    };
    let findings = check(&stage.app.store, &asked).await.map_err(|error| wrong("check", error))?;
    if let Some(finding) = findings.iter().find(|finding| !finding.ok) {
        return Err(wrong("check", format!("{} {:?}", finding.invariant, finding.rows)));
    }
    open::say(&format!("check {} invariants hold", findings.len()))
}
