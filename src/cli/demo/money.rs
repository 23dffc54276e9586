//! The story's money: three payers by VNPAY, a day at the bank.

use chrono::{NaiveDate, NaiveTime};
use reqwest::StatusCode;

use super::{
    cast::{ACCOUNT, BIN, CASES, HOLDER, dong},
    clients::Browser,
    html,
    stage::Stage,
    story::{at, must, sum, text, working_day_before, wrong},
};
use crate::{
    cli::{Failure, Outcome, open},
    codec::vietqr::VietQr,
    domain::{
        id::Reference,
        payment::{Counterparty, Direction},
        time::Timestamp,
    },
    sim::{
        Act,
        bank::{Due, Telling, Transfer},
    },
    words::Lang,
};

/// The day's movements at the bank, as `data` of the demo.
const STATEMENT: &str = include_str!("../../../assets/demo/statement.csv");

/// Lines that the bank also pushes at once.
const PUSHED: [u32; 5] = [1, 6, 9, 11, 14];

/// Three payers go through VNPAY on the day before: from the look-up to the gateway's page.
pub(super) async fn pay_by_gateway(stage: &Stage) -> Outcome {
    stage.clock.set(at(working_day_before(stage, 1)?, 14, 0)?);
    for (number, reference) in (1i64..).zip(["AP2611900167", "AP2611900172", "AP2611900218"]) {
        let payer = Browser::new("payer", stage.http.clone(), &stage.site);
        let url = choose(&payer, reference, "vnpay").await?;
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

/// From the look-up by the two facts of the paper to where a way of paying leads.
async fn choose(payer: &Browser, reference: &str, method: &str) -> Result<String, Failure> {
    let fields = [("ref", reference), ("fact", &fact(reference))];
    let found = payer.taken(payer.fill(("/tra-cuu", "/tra-cuu"), &fields).await?)?;
    let pay = format!("{}/thanh-toan", found.to);
    let fields = [("who", "self"), ("method", method)];
    Ok(payer.taken(payer.fill((&pay, "/thanh-toan"), &fields).await?)?.to)
}

/// The last four digits of the number of the first payer of a notice, as the paper asks for it.
fn fact(reference: &str) -> String {
    let claims = CASES.iter().flat_map(|case| case.claims.iter().map(move |claim| (case, claim)));
    let found = claims.filter_map(|(case, claim)| {
        let place = claim.notices.iter().position(|due| due.reference().as_str() == reference)?;
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

/// A payer's banking app reads the code of the page: account, sum and reference are the notice's.
async fn scan_the_code(stage: &Stage) -> Outcome {
    let notice = stage.users.reader.read("/notices/AP2611900016").await?;
    let (reference, amount) = (text(&notice, "/reference"), sum(&notice, "/amount"));
    let payer = Browser::new("payer", stage.http.clone(), &stage.site);
    let way = choose(&payer, reference, "vietqr").await?;
    let page = payer.open(&way).await?;
    let said = html::classed(&page.text, "val");
    let shown = html::text(&Lang::Vi.money(amount));
    let [_, account, holder, due, content] = said.as_slice() else {
        return Err(wrong("order", "the page of the transfer has no five rows"));
    };
    must("order", &[account, holder, due].map(String::as_str), &[ACCOUNT, HOLDER, &shown])?;
    let code = VietQr::transfer(BIN, account, Some(amount), content);
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
