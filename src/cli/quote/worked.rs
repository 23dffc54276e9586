//! The worked computation on a terminal, one row a step.

use std::fmt::Write;

use crate::domain::{
    fee::{Law, Payer, Quote, QuoteInput, Ratio, Step, Subject, Sum, law::Collector},
    money::{Dong, in_words},
};

/// A row of the table.
struct Row {
    step: String,
    sum: String,
    article: String,
    amount: String,
}

/// The whole computation as text.
pub(super) fn text(law: &Law, input: &QuoteInput, quote: &Quote) -> String {
    let mut text = String::new();
    let mut line = |line: String| {
        text.push_str(line.trim_end());
        text.push('\n');
    };
    for quoted in &quote.lines {
        let title = law.fee(&quoted.code).map_or(quoted.code.as_str(), |fee| &fee.title_vi);
        line(format!("\n{title} ({})", quoted.by.join(", ")));
        let rows: Vec<Row> = quoted.steps.iter().map(|step| row(law, step)).collect();
        table(&rows).into_iter().for_each(&mut line);
    }
    for payer in quote.payers.iter().filter(|payer| !payer.steps.is_empty()) {
        line(format!("\nNgười nộp: {}", payer.party));
        table(&payer_rows(law, payer)).into_iter().for_each(&mut line);
    }
    let name = match input.subject {
        Subject::Charge(_) => "Lệ phí",
        Subject::Claims { .. } | Subject::Appeals { .. } => "Án phí, lệ phí",
    };
    line(format!("\n{name}: {} ₫", quote.fee));
    line(owed(quote));
    line(format!("Nơi thu: {}", collector(quote.collector)));
    line(format!(
        "Biểu {} hiệu lực {}, tính cho ngày {}",
        law.text().number,
        law.validity().from.slashed(),
        input.date.slashed()
    ));
    line("Đây là số tính thử. Số phải nộp là số ghi trong thông báo của Tòa án.".to_owned());
    text
}

/// "Nothing is due" is an answer with its article, not an amount of 0.
fn owed(quote: &Quote) -> String {
    if !quote.advance.is_zero() {
        return format!(
            "Số tiền phải nộp trước: {} ₫ ({})",
            quote.advance,
            in_words(quote.advance)
        );
    }
    let reliefs = quote.payers.iter().flat_map(|payer| &payer.reliefs);
    let free = quote.lines.iter().filter(|line| line.advance.is_zero());
    let mut articles: Vec<String> =
        free.map(|line| cited(&line.article)).chain(reliefs.map(|r| cited(&r.article))).collect();
    articles.dedup();
    format!("Trường hợp này không phải nộp tạm ứng ({}).", articles.join("; "))
}

fn collector(collector: Collector) -> &'static str {
    match collector {
        Collector::EnforcementAgency => "cơ quan thi hành án dân sự",
        Collector::Court => "Tòa án",
        Collector::ForeignMinistry => "Bộ Ngoại giao",
        Collector::Unknown => "hỏi Tòa án",
    }
}

fn payer_rows(law: &Law, payer: &Payer) -> Vec<Row> {
    let mut rows: Vec<Row> = payer.steps.iter().map(|step| row(law, step)).collect();
    rows.push(Row {
        step: "Phải nộp".to_owned(),
        sum: String::new(),
        article: String::new(),
        amount: payer.advance.to_string(),
    });
    rows
}

/// Columns as wide as their widest entry; amounts at the right.
fn table(rows: &[Row]) -> Vec<String> {
    let width = |of: fn(&Row) -> &str| rows.iter().map(|row| of(row).chars().count()).max();
    let step = width(|row| &row.step).unwrap_or(0);
    let sum = width(|row| &row.sum).unwrap_or(0);
    let article = width(|row| &row.article).unwrap_or(0);
    let amount = width(|row| &row.amount).unwrap_or(0);
    rows.iter()
        .map(|row| {
            format!(
                "  {:step$}  {:sum$}  {:article$}  {:>amount$}",
                row.step, row.sum, row.article, row.amount
            )
        })
        .collect()
}

fn row(law: &Law, step: &Step) -> Row {
    let (name, sum) = words(law, &step.sum);
    let taken_off = matches!(step.sum, Sum::Relief { .. });
    Row {
        step: name,
        sum,
        article: step.article.as_deref().map_or(String::new(), cited),
        amount: if taken_off { format!("−{}", step.amount) } else { step.amount.to_string() },
    }
}

/// `7(2)` as `Điều 7(2)`; what is cited otherwise stays as the table has it.
fn cited(article: &str) -> String {
    let bare = article.starts_with(|first: char| first.is_ascii_digit());
    if bare { format!("Điều {article}") } else { article.to_owned() }
}

fn percent(rate: Ratio) -> String {
    rate.percent().unwrap_or_else(|| rate.to_string())
}

fn words(law: &Law, sum: &Sum) -> (String, String) {
    match sum {
        Sum::Value { claim } => (format!("Giá trị yêu cầu {claim}"), String::new()),
        Sum::Foreign { claim, currency, units, rate } => {
            (format!("Quy đổi yêu cầu {claim}"), format!("{units} {currency} × {rate}"))
        }
        Sum::Share { claim, value, share } => {
            (format!("Phần yêu cầu {claim}"), format!("{value} × {share}"))
        }
        Sum::Added { bases } => ("Cộng các yêu cầu".to_owned(), joined(bases)),
        Sum::Fixed { item } => (format!("Mức thu, mục {item}"), String::new()),
        Sum::PerUnit { item, each, quantity, .. } => {
            (format!("Mức thu, mục {item}"), format!("{each} × {quantity}"))
        }
        Sum::Band { item, letter, up_to, fixed, rate, base, over, .. } => {
            let name = format!("Án phí, mục {item} bậc {letter}");
            (name, band(*up_to, *fixed, *rate, *base, *over))
        }
        Sum::FeeFloor { computed } => {
            ("Án phí tối thiểu".to_owned(), format!("{computed} thấp hơn mức tối thiểu"))
        }
        Sum::SimplifiedFee { fee, rate } => {
            ("Án phí, thủ tục rút gọn".to_owned(), format!("{fee} × {}", percent(*rate)))
        }
        Sum::Advance { fee, rate } => ("Tạm ứng".to_owned(), format!("{fee} × {}", percent(*rate))),
        Sum::AdvanceFloor { computed } => {
            ("Tạm ứng tối thiểu".to_owned(), format!("{computed} thấp hơn mức không có giá ngạch"))
        }
        Sum::NoAdvance => ("Không phải nộp tạm ứng".to_owned(), String::new()),
        Sum::SimplifiedAdvance { advance, rate } => {
            ("Tạm ứng, thủ tục rút gọn".to_owned(), format!("{advance} × {}", percent(*rate)))
        }
        Sum::Part { of, share: Some(share), .. } => {
            ("Phần đã thỏa thuận".to_owned(), format!("{of} × {share}"))
        }
        Sum::Part { of, share: None, among, .. } => {
            (format!("Phần của một trong {among} người"), format!("{of} : {among}"))
        }
        Sum::Relief { code, reached, rate, .. } => {
            let title = law.relief(code).map_or(code.as_str(), |relief| &relief.title_vi);
            (format!("Miễn, giảm: {title}"), format!("{reached} × {}", percent(*rate)))
        }
        Sum::Carried { .. } => ("Chịu thay người được miễn, giảm".to_owned(), String::new()),
    }
}

fn joined(amounts: &[Dong]) -> String {
    let amounts: Vec<String> = amounts.iter().map(Dong::to_string).collect();
    amounts.join(" + ")
}

fn band(up_to: Option<Dong>, fixed: Dong, rate: Ratio, base: Dong, over: Dong) -> String {
    let mut sum = String::new();
    if rate.is_zero() {
        if let Some(up_to) = up_to {
            let _ = write!(sum, "đến {up_to}: mức cố định");
        }
        return sum;
    }
    if fixed.is_positive() {
        let _ = write!(sum, "{fixed} + ");
    }
    let _ = if over.is_positive() {
        write!(sum, "{} × ({base} − {over})", percent(rate))
    } else {
        write!(sum, "{} × {base}", percent(rate))
    };
    sum
}
