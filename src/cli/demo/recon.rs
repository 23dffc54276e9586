//! The evening: the accountant imports the bank's file, and the head of the agency reads at the desk,
//! line by line, what became of it.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use reqwest::StatusCode;

use super::{
    cast::{ACCOUNT, dong},
    clients::{Browser, Page},
    html,
    stage::{BANK, Stage},
    story::{at, must, text, wrong},
};
use crate::{
    cli::{Failure, Outcome, open},
    domain::{money::Dong, time::Timestamp},
    words::Lang,
};

const EXACT: &str = "mã đứng riêng trong nội dung, đúng số tiền";
const SIGHTED: &str =
    "ngân hàng đã báo khoản này từ trước; mã đứng riêng trong nội dung, đúng số tiền";
const LENIENT: &str = "mã viết tách hoặc viết thường, đọc được trong nội dung, đúng số tiền";
const ABOVE: &str = "mã đứng riêng trong nội dung, nhiều hơn số phải nộp";
const SEVERAL: &str = "nhiều mã, cộng lại đúng số tiền";
const PARTS: &str = "các phần cộng lại đủ";
const NO_CODE: &str = "nội dung chuyển khoản không có mã thông báo";
const UNKNOWN_CODE: &str = "mã trong nội dung không thuộc thông báo nào";
const DOUBLE: &str = "thông báo được nêu đã nộp đủ từ trước";
const SETTLEMENT: &str = "cổng thanh toán chuyển gộp, chưa tách ra từng lần nộp";
const DEBIT: &str = "tiền ra mà sổ chưa có quyết định chi";

/// Amount and name agree.
const NAMED: &str = "tên giống đương sự; đúng số tiền";
/// Only one notice awaits the sum.
const ALONE: &str = "chỉ thông báo này chờ số tiền ấy";

/// What a line of the statement must turn out to be.
struct Line {
    /// Money in, or out below zero.
    amount: i64,
    /// By which rule, in the words of the page.
    why: &'static str,
    /// The notices that it pays.
    pays: &'static [&'static str],
    /// What of it waits for a person, or did.
    left: Option<Left>,
}

/// Money of a line that waits for a person, or did.
struct Left {
    /// Its kind, as the badge says it.
    kind: &'static str,
    amount: i64,
    why: &'static str,
    /// The notice that its text names.
    meant: Option<&'static str>,
    then: Then,
}

/// What should become of it.
enum Then {
    /// A later line cleared it.
    Cleared,
    /// Nobody can say.
    Unknown,
    /// Back to the payer.
    Refund,
    /// It may belong to a notice, for these reasons.
    Suggest(&'static str, &'static str),
}

const fn pays(amount: i64, why: &'static str, pays: &'static [&'static str]) -> Line {
    Line { amount, why, pays, left: None }
}

/// A line that pays nothing: the whole of it waits.
const fn waits(kind: &'static str, amount: i64, why: &'static str, then: Then) -> Line {
    let left = Left { kind, amount: amount.abs(), why, meant: None, then };
    Line { amount, why, pays: &[], left: Some(left) }
}

/// Money for a notice that was paid before.
const fn doubles(amount: i64, meant: &'static str, then: Then) -> Line {
    let left = Left { kind: "Nộp hai lần", amount, why: DOUBLE, meant: Some(meant), then };
    Line { amount, why: DOUBLE, pays: &[], left: Some(left) }
}

/// The day's lines in their order.
const LINES: [Line; 22] = [
    pays(300_000, SIGHTED, &["AP2611900016"]),
    pays(1_500_000, EXACT, &["AP2611900027"]),
    pays(15_000_000, LENIENT, &["AP2611900034"]),
    waits("Không rõ mã", 19_500_000, NO_CODE, Then::Suggest("AP2611900042", NAMED)),
    pays(57_000_000, EXACT, &["AP2611900050"]),
    Line {
        left: Some(Left {
            kind: "Thiếu tiền",
            amount: 41_000_000,
            why: "ít hơn số phải nộp",
            meant: Some("AP2611900069"),
            then: Then::Cleared,
        }),
        ..pays(
            41_000_000,
            "ngân hàng đã báo khoản này từ trước; các phần cộng lại đủ",
            &["AP2611900069"],
        )
    },
    pays(300_000, PARTS, &["AP2611900069"]),
    pays(300_000, SEVERAL, &["AP2611900075", "AP2611900088"]),
    pays(3_000_000, SIGHTED, &["AP2611900091"]),
    doubles(3_000_000, "AP2611900091", Then::Refund),
    pays(6_250_000, SIGHTED, &["AP2611900109"]),
    Line {
        left: Some(Left {
            kind: "Thừa tiền",
            amount: 500_000,
            why: "phần nhiều hơn số phải nộp",
            meant: Some("AP2611900114"),
            then: Then::Refund,
        }),
        ..pays(12_500_000, ABOVE, &["AP2611900114"])
    },
    doubles(24_000_000, "AP2611900218", Then::Suggest("AP2611900123", NAMED)),
    pays(3_000_000, SIGHTED, &["AP2611900138"]),
    pays(59_000_000, EXACT, &["AP2611900151"]),
    waits("Cổng thanh toán chuyển về", 5_284_100, SETTLEMENT, Then::Unknown),
    waits("Khoản chi chưa rõ", -3_000_000, DEBIT, Then::Unknown),
    pays(-11_000, "phí ngân hàng, theo quy tắc", &[]),
    pays(2_150, "lãi tiền gửi, theo quy tắc", &[]),
    pays(22_200_000, EXACT, &["AP2611900180"]),
    waits("Không rõ mã", 10_000_000, NO_CODE, Then::Suggest("AP2611900195", ALONE)),
    waits("Không rõ mã", 300_000, UNKNOWN_CODE, Then::Suggest("AP2611900205", NAMED)),
];

/// Balances before and after, as the statement's page proves them.
const ADDS: &str = "20.000.000 ₫ + 280.425.250 ₫ = 300.425.250 ₫ ✓ khớp";
/// The first and the last receipt of transfers; three before them were issued for VNPAY.
const RECEIPTS: (i64, i64) = (4, 16);

/// The accountant imports the bank's file; the head of the agency reads what became of it.
pub(super) async fn reconcile(stage: &Stage) -> Outcome {
    stage.clock.set(at(stage.day, 18, 0)?);
    let (name, bytes) = bank_file(stage).await?;
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
    let reader = stage.users.staff("thutruong")?.seated().await?;
    let page = reader.open(imported.split('?').next().unwrap_or_default()).await?;
    let adds = html::fact(&page.text, &word("statement-adds")).unwrap_or_default();
    must("statement", &adds.as_str(), &ADDS)?;
    open::say(&format!("statement {name} camt.053: {} dòng, {adds}", LINES.len()))?;
    lines(stage, reader, &page).await?;
    paid_by_another(reader).await?;
    paid_with_its_last_part(stage).await?;
    list(stage, reader).await
}

/// The receipt of line 5 names both who paid and who it is for.
async fn paid_by_another(reader: &Browser) -> Outcome {
    let step = "reconciliation dòng 5";
    let page = reader.open("/desk/receipts").await?;
    let rows = html::rows(&page.text, &word("receipts-caption"));
    let mut rows = rows.iter().map(|row| row.iter().map(|cell| html::text(cell)));
    let row = rows.find_map(|mut row| {
        let (receipt, payer) = (row.next()?, row.nth(1)?);
        row.next()
            .filter(|of| of == "Hồ Văn Liên Quan Mẫu AP 261 190 0050")
            .map(|of| (receipt, payer, of))
    });
    let (receipt, payer, of) = row.ok_or_else(|| wrong(step, "there is no receipt"))?;
    must(step, &payer.as_str(), &"CONG TY TNHH TRA HO MAU")?;
    open::say(&format!("{step} {receipt}: {payer} nộp cho {of}"))
}

/// Parts that add up pay at the time of the last of them, line 7.
async fn paid_with_its_last_part(stage: &Stage) -> Outcome {
    let step = "reconciliation dòng 7";
    let notice = stage.users.reader.read("/notices/AP2611900069").await?;
    let paid_at = text(&notice, "/paid_at").parse::<Timestamp>();
    let paid_at = paid_at.map_err(|error| wrong(step, error))?;
    must(step, &paid_at, &at(stage.day, 10, 44)?.plus(TimeDelta::seconds(10)))?;
    open::say(&format!("{step} AP2611900069 nộp đủ lúc {}", paid_at.spoken()))
}

/// The words of a label, as Vietnamese pages have it.
fn word(key: &'static str) -> String {
    Lang::Vi.t(key).to_string()
}

async fn bank_file(stage: &Stage) -> Result<(String, Vec<u8>), Failure> {
    let bank = stage.sim.bank.address();
    let address = format!("http://{bank}/statements/{ACCOUNT}/{}/camt053.xml", stage.day);
    let sent = stage.http.get(address).send().await.map_err(|error| wrong("statement", error))?;
    let bytes = sent.bytes().await.map_err(|error| wrong("statement", error))?;
    Ok((format!("{}.xml", stage.day), bytes.to_vec()))
}

/// Every line of the statement's page, with what of it is left.
async fn lines(stage: &Stage, reader: &Browser, page: &Page) -> Outcome {
    let rows = html::rows(&page.text, &word("statement-lines-caption"));
    must("statement", &rows.len(), &LINES.len())?;
    let mut receipts = BTreeSet::new();
    for (number, (row, line)) in (1..).zip(rows.iter().zip(&LINES)) {
        let step = format!("reconciliation dòng {number}");
        let cell = |place: usize| row.get(place).copied().unwrap_or_default();
        must(&step, &html::text(cell(0)), &number.to_string())?;
        must(&step, &html::text(cell(2)), &shown(line.amount))?;
        let mut parts = cell(6).split("<span class=\"line left\">");
        let settled = parts.next().unwrap_or_default();
        let why = html::classed(settled, "line why").concat();
        must(&step, &why.as_str(), &line.why)?;
        let paid: Vec<String> =
            html::classed(settled, "code").iter().map(|code| unspaced(code)).collect();
        must(&step, &paid.iter().map(String::as_str).collect::<Vec<_>>().as_slice(), &line.pays)?;
        let told = html::classed(cell(6), "line receipt");
        must(&step, &told.len(), &paid.len())?;
        for (reference, receipt) in paid.iter().zip(&told) {
            must(&step, receipt, &issued(stage, reference, &mut receipts).await?)?;
        }
        let said = [vec![why], paid, told].concat().join(", ");
        open::say(&format!("{step} {} đ: {said}", dong(line.amount)))?;
        let left: Vec<&str> = parts.collect();
        must(&step, &left.len(), &usize::from(line.left.is_some()))?;
        for (part, left) in left.iter().zip(&line.left) {
            waiting(reader, &step, (part, left)).await?;
        }
    }
    let numbers: Vec<i64> = receipts.into_iter().collect();
    must("reconciliation", &numbers, &(RECEIPTS.0..=RECEIPTS.1).collect())
}

/// A sum as pages write it, its blank being a blank.
fn shown(amount: i64) -> String {
    html::text(&Lang::Vi.money(dong(amount)))
}

/// `AP 261 190 0016` as the API writes it.
fn unspaced(reference: &str) -> String {
    reference.replace(' ', "")
}

/// The receipt of a notice as the API has it, in the words of the desk.
async fn issued(
    stage: &Stage,
    reference: &str,
    numbers: &mut BTreeSet<i64>,
) -> Result<String, Failure> {
    let notice = stage.users.reader.read(&format!("/notices/{reference}")).await?;
    must("reconciliation", &text(&notice, "/state"), &"paid")?;
    let number = notice.pointer("/receipt/number").and_then(serde_json::Value::as_i64);
    let number = number.ok_or_else(|| wrong("reconciliation", "there is no receipt"))?;
    numbers.insert(number);
    Ok(format!("{} {} số {number}", word("col-receipt"), text(&notice, "/receipt/symbol")))
}

/// What of a line waits for a person, or did: as the line says it, then on its own page.
async fn waiting(reader: &Browser, step: &str, (part, left): (&str, &Left)) -> Outcome {
    let head = format!("{}: {}", left.kind, shown(left.amount));
    let link = html::between(part, ">", "<").unwrap_or_default();
    must(step, &html::text(link), &head)?;
    let ended = matches!(left.then, Then::Cleared);
    must(step, &part.contains(&word("left-ended")), &ended)?;
    let named = |codes: Vec<String>| codes.first().map(|code| unspaced(code));
    must(step, &named(html::classed(part, "code")).as_deref(), &left.meant)?;
    let path = html::between(part, "href=\"", "\"").unwrap_or_default();
    let page = reader.open(path).await?.text;
    let title = html::between(&page, "<h1>", "</h1>").map(html::text);
    must(step, &title, &Some(head))?;
    let why = html::fact(&page, &word("exception-reason")).unwrap_or_default();
    must(step, &why.as_str(), &left.why)?;
    let meant = html::fact(&page, &word("exception-meant"));
    must(step, &meant.as_deref().map(unspaced).as_deref(), &left.meant)?;
    let told = then(step, &page, &left.then)?;
    open::say(&format!("{step} {} {} đ: {why}; {told}", left.kind, dong(left.amount)))
}

/// What the page of some money says is to become of it.
fn then(step: &str, page: &str, expected: &Then) -> Result<String, Failure> {
    let decided = page.contains(&word("exception-decided"));
    must(step, &decided, &matches!(expected, Then::Cleared))?;
    let belongs =
        html::between(page, "aria-labelledby=\"goi-y\"", "</section>").unwrap_or_default();
    let codes = html::classed(belongs, "code");
    let reasons = html::fact(belongs, &word("exception-why"));
    let refund = belongs.contains(&word("exception-refund"));
    must(step, &refund, &matches!(expected, Then::Refund))?;
    let suggested = match expected {
        Then::Suggest(reference, reasons) => (1, Some((*reference).to_owned()), Some(*reasons)),
        Then::Cleared | Then::Unknown | Then::Refund => (0, None, None),
    };
    let found = (codes.len(), codes.first().map(|code| unspaced(code)), reasons.as_deref());
    must(step, &found, &suggested)?;
    Ok(match expected {
        Then::Suggest(reference, reasons) => format!("gợi ý {reference}: {reasons}"),
        Then::Refund => format!("gợi ý {}", word("exception-refund")),
        Then::Cleared => word("left-ended"),
        Then::Unknown => word("exception-no-suggestion").to_lowercase(),
    })
}

/// The list of what is left: as much as the lines said.
async fn list(stage: &Stage, reader: &Browser) -> Outcome {
    let left = LINES.iter().filter_map(|line| line.left.as_ref());
    let open_now = || left.clone().filter(|left| !matches!(left.then, Then::Cleared));
    let count = u32::try_from(open_now().count()).unwrap_or(u32::MAX);
    let sum = Dong::total(open_now().map(|left| dong(left.amount))).unwrap_or(Dong::ZERO);
    let summary = Lang::Vi.t("exceptions-summary").with("n", count);
    let summary = html::text(&summary.with("amount", sum).with("day", stage.day).to_string());
    let page = reader.open("/desk/exceptions").await?;
    let said = html::text(html::between(&page.text, "<main", "</main>").unwrap_or_default());
    must("reconciliation", &said.contains(&summary), &true)?;
    let rows = html::rows(&page.text, &word("exceptions-caption")).len();
    must("reconciliation", &u32::try_from(rows).unwrap_or(u32::MAX), &count)?;
    let raised = left.clone().count();
    open::say(&format!("reconciliation {raised} khoản được nêu, còn chờ xử lý: {summary}"))
}
