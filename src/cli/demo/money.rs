//! The story's money: three payers by VNPAY, a day at the bank, its statement, what is left of it.

use chrono::{NaiveDate, NaiveTime};
use reqwest::StatusCode;

use super::{
    cast::{ACCOUNT, BIN, CASES, dong},
    clients::Browser,
    stage::{BANK, Stage},
    story::{at, must, sum, text, working_day_before, wrong},
};
use crate::{
    cli::{Failure, Outcome, open},
    codec::vietqr::VietQr,
    domain::{
        exception::ExceptionState,
        id::Reference,
        payment::{Counterparty, Direction},
        staff::Scope,
        time::Timestamp,
    },
    sim::{
        Act,
        bank::{Due, Telling, Transfer},
    },
    store::statement::ExceptionFilter,
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

/// Three payers go through VNPAY on the day before: from the look-up to the gateway's page.
pub(super) async fn pay_by_gateway(stage: &Stage) -> Outcome {
    stage.clock.set(at(working_day_before(stage, 1)?, 14, 0)?);
    for (number, reference) in (1i64..).zip(["AP2611900167", "AP2611900172", "AP2611900218"]) {
        let payer = Browser::new("payer", stage.http.clone(), &stage.site);
        let url = leave(&payer, reference).await?;
        let order = order(stage, reference).await?;
        let amount = sum(&order, "/amount");
        must("order", &text(&order, "/state"), &"processing")?;
        open::say(&format!("order {} VNPAY {amount} đ processing", text(&order, "/reference")))?;
        let page = stage.http.get(&url).send().await.map_err(|error| wrong("order", error))?;
        must("order", &page.status(), &StatusCode::OK)?;
        let forged = stage.sim.vnpay.act(reference, Act::Forge).await;
        let forged = forged.map_err(|error| wrong("callback", error))?;
        let answer = forged.and_then(|call| call.answer);
        must("callback", &answer.as_deref(), &Some("97"))?;
        must("callback", &text(&self::order(stage, reference).await?, "/state"), &"processing")?;
        open::say(&format!("callback {reference}-1 VNPAY forged: refused with 97"))?;
        let call = stage.sim.vnpay.act(reference, Act::Pay).await;
        let call = call.map_err(|error| wrong("callback", error))?;
        let answer = call.and_then(|call| call.answer);
        must("callback", &answer.as_deref(), &Some("00"))?;
        let paid = self::order(stage, reference).await?;
        must("callback", &text(&paid, "/state"), &"paid")?;
        open::say(&format!(
            "callback {reference}-1 VNPAY {} đ answered 00",
            sum(&paid, "/amount")
        ))?;
        receipt(stage, reference, number).await?;
    }
    Ok(())
}

/// From the look-up by the two facts of the paper to the address of the gateway.
async fn leave(payer: &Browser, reference: &str) -> Result<String, Failure> {
    let fields = [("ref", reference), ("fact", &fact(reference))];
    let found = payer.taken(payer.fill(("/tra-cuu", "/tra-cuu"), &fields).await?)?;
    let pay = format!("{}/thanh-toan", found.to);
    let fields = [("who", "self"), ("method", "vnpay")];
    Ok(payer.taken(payer.fill((&pay, "/thanh-toan"), &fields).await?)?.to)
}

/// The last four digits of the number of the first payer of a notice, as the paper asks for it.
fn fact(reference: &str) -> String {
    let claims = CASES.iter().flat_map(|case| case.claims.iter().map(move |claim| (case, claim)));
    let found = claims.filter_map(|(case, claim)| {
        let notice = |n: &(u32, i64, u32)| Reference::from_number(n.0).as_str() == reference;
        let place = claim.notices.iter().position(notice)?;
        // Of several notices of one claim each is one payer's.
        let party = claim.by.get(place).or_else(|| claim.by.first())?;
        case.parties.get(*party).map(|(_, person)| format!("{:04}", person.number % 10_000))
    });
    found.max().unwrap_or_default()
}

/// The last attempt to pay a notice, as the court's system reads it.
async fn order(stage: &Stage, reference: &str) -> Result<serde_json::Value, Failure> {
    let notice = stage.users.reader.read(&format!("/notices/{reference}")).await?;
    let orders = notice.pointer("/orders").and_then(|orders| orders.as_array());
    let attempt = orders.and_then(|orders| {
        orders.iter().rfind(|order| text(order, "/provider") == "vnpay").cloned()
    });
    attempt.ok_or_else(|| wrong("order", "there is no attempt"))
}

async fn receipt(stage: &Stage, reference: &str, number: i64) -> Outcome {
    let notice = stage.users.reader.read(&format!("/notices/{reference}")).await?;
    must("receipt", &text(&notice, "/state"), &"paid")?;
    let of = |name: &str| notice.pointer(&format!("/receipt/{name}"));
    must("receipt", &of("number").and_then(serde_json::Value::as_i64), &Some(number))?;
    let amount = sum(&notice, "/receipt/amount");
    must("receipt", &amount, &sum(&notice, "/amount"))?;
    // Anybody may check it by the code on its paper.
    let anybody = Browser::new("anybody", stage.http.clone(), &stage.site);
    let page = anybody.open(&format!("/bien-lai/{}", text(&notice, "/receipt/code"))).await?;
    anybody.must_say(&page, &amount.to_string())?;
    open::say(&format!(
        "receipt {} số {number} {amount} đ cho {reference}, {}",
        text(&notice, "/receipt/symbol"),
        text(&notice, "/receipt/state")
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
pub(super) async fn bank_day(stage: &Stage) -> Outcome {
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
    let notice = stage.users.reader.read("/notices/AP2611900016").await?;
    let (reference, amount) = (text(&notice, "/reference"), sum(&notice, "/amount"));
    let code = VietQr::transfer(BIN, ACCOUNT, Some(amount), reference);
    let payload = code.build().map_err(|error| wrong("order", error))?.to_string();
    let due = stage.sim.bank.scan(&payload, Counterparty::default());
    let due = due.map_err(|error| wrong("order", error))?;
    must("order", &due.amount, &amount)?;
    must("order", &due.reference.as_str(), &reference)?;
    open::say(&format!("order {reference} VietQR {amount} đ, {}", due.account))
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
    let notice = stage.users.reader.read("/notices/AP2611900205").await?;
    must("callback", &text(&notice, "/state"), &"served")?;
    open::say("callback AP2611900205 ngân hàng forged: refused with 401, nothing changed")
}

/// The accountant imports the bank's file; the head of the agency reads what became of it.
pub(super) async fn reconcile(stage: &Stage) -> Outcome {
    stage.clock.set(at(stage.day, 18, 0)?);
    let address = format!(
        "http://{}/statements/{ACCOUNT}/{}/camt053.xml",
        stage.sim.bank.address(),
        stage.day
    );
    let sent = stage.http.get(address).send().await.map_err(|error| wrong("statement", error))?;
    let bytes = sent.bytes().await.map_err(|error| wrong("statement", error))?;
    let name = format!("{}.xml", stage.day);
    let desk = stage.users.staff("ketoan")?.seated().await?;
    let new = ("/desk/statements/new", "/desk/statements/new");
    let preview = desk.upload(new, &[("account", BANK)], (&name, &bytes)).await?;
    let preview = desk.taken(preview)?.to;
    let imported = desk.taken(desk.fill((&preview, &preview), &[]).await?)?.to;
    let again = desk.upload(new, &[("account", BANK)], (&name, &bytes)).await?;
    let again = match again.status {
        StatusCode::SEE_OTHER => desk.fill((&again.to, &again.to), &[]).await?,
        _ => again,
    };
    must("statement", &again.status, &StatusCode::UNPROCESSABLE_ENTITY)?;
    let statement = imported.split('?').next().unwrap_or_default();
    let reader = stage.users.staff("thutruong")?.seated().await?;
    let page = reader.open(statement).await?;
    let rows = page.text.matches("<tr><th scope=\"row\">").count();
    must("statement", &rows, &LINES.len())?;
    open::say(&format!("statement {name} camt.053: {rows} dòng"))?;
    lines(stage, statement).await?;
    left(stage, reader).await
}

/// The rule that explained each line.
async fn lines(stage: &Stage, statement: &str) -> Outcome {
    let failed = |error: crate::store::StoreError| wrong("reconciliation", error);
    let id = statement.rsplit('/').next().unwrap_or_default().parse();
    let id = id.map_err(|_| wrong("reconciliation", "no address of a statement"))?;
    let mut tx = stage.app.store.read().await.map_err(failed)?;
    let lines = tx.lines(id).await.map_err(failed)?;
    for (line, expected) in lines.iter().zip(LINES) {
        let rule = line.rule.clone().unwrap_or_default();
        must(&format!("reconciliation dòng {}", line.n), &rule.as_str(), &expected)?;
        open::say(&format!(
            "reconciliation dòng {} {} {} đ: {rule}",
            line.n, line.direction, line.amount
        ))?;
    }
    Ok(())
}

/// What is left for a person: each with its sum on a page of its own.
async fn left(stage: &Stage, reader: &Browser) -> Outcome {
    let failed = |error: crate::store::StoreError| wrong("reconciliation", error);
    let filter = ExceptionFilter {
        state: Some(ExceptionState::Open),
        limit: 100,
        ..ExceptionFilter::default()
    };
    let mut tx = stage.app.store.read().await.map_err(failed)?;
    let mut open_now = tx.exceptions(Scope::All, &filter).await.map_err(failed)?;
    tx.rollback().await.map_err(failed)?;
    open_now.sort_by_key(|row| row.line_number);
    must("reconciliation", &open_now.len(), &LEFT.len())?;
    for (row, (line, kind, amount, suggested)) in open_now.iter().zip(LEFT) {
        let step = format!("reconciliation dòng {line}");
        must(&step, &row.line_number, &Some(i64::from(line)))?;
        must(&step, &row.kind.code(), &kind)?;
        let told = row.suggestion.as_ref().map_or("", |found| {
            let first = found.0.pointer("/notices/0/reference").and_then(|text| text.as_str());
            let refund = found.0.get("refund").and_then(serde_json::Value::as_bool);
            first.unwrap_or(if refund == Some(true) { "refund" } else { "" })
        });
        must(&step, &told, &suggested)?;
        let page = reader.open(&format!("/desk/exceptions/{}", row.id)).await?;
        reader.must_say(&page, &dong(amount).to_string())?;
        if let Ok(reference) = suggested.parse::<Reference>() {
            reader.must_say(&page, &reference.spaced())?;
        }
        open::say(&format!("{step} còn lại {kind} {} đ, gợi ý {told}", dong(amount)))?;
    }
    Ok(())
}
