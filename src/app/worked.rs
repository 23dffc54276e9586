//! The worked computation in words: one row a step, for pages, papers and the terminal alike.

use std::fmt::Write;

use crate::domain::{
    fee::{Law, Payer, Quote, Ratio, Step, Sum},
    money::Dong,
};

/// A row of the computation, as people read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is done.
    pub step: String,
    /// How it comes about.
    pub sum: String,
    /// Where the law says so.
    pub article: String,
    /// What it comes to; below zero where it is taken off.
    pub amount: Dong,
}

impl Row {
    /// The amount as papers and terminals write it.
    pub fn written(&self) -> String {
        match self.amount.get() {
            ..0 => format!("−{}", self.amount.magnitude()),
            _ => self.amount.to_string(),
        }
    }
}

/// Every step of a quote: its lines, then what each payer's part comes to.
pub fn rows(law: &Law, quote: &Quote) -> Vec<Row> {
    let lines = quote.lines.iter().flat_map(|line| line.steps.iter().map(|step| row(law, step)));
    let payers = quote
        .payers
        .iter()
        .filter(|payer| !payer.steps.is_empty())
        .flat_map(|payer| payer_rows(law, payer));
    lines.chain(payers).collect()
}

/// A payer's own steps, and what is left to pay.
pub fn payer_rows(law: &Law, payer: &Payer) -> Vec<Row> {
    let mut rows: Vec<Row> = payer.steps.iter().map(|step| row(law, step)).collect();
    rows.push(Row {
        step: "Phải nộp".to_owned(),
        sum: String::new(),
        article: String::new(),
        amount: payer.advance,
    });
    rows
}

/// One step.
pub fn row(law: &Law, step: &Step) -> Row {
    let (name, sum) = words(law, &step.sum);
    let taken_off = matches!(step.sum, Sum::Relief { .. });
    Row {
        step: name,
        sum,
        article: step.article.as_deref().map_or(String::new(), cited),
        amount: if taken_off {
            Dong::ZERO.checked_sub(step.amount).unwrap_or(step.amount)
        } else {
            step.amount
        },
    }
}

/// `7(2)` as `Điều 7(2)`; what is cited otherwise stays as the table has it.
pub fn cited(article: &str) -> String {
    let bare = article.starts_with(|first: char| first.is_ascii_digit());
    if bare { format!("Điều {article}") } else { article.to_owned() }
}

fn percent(rate: Ratio) -> String {
    rate.percent().unwrap_or_else(|| rate.to_string())
}

/// A claim as people count them: `c2` is the second; another name stays.
fn ordinal(claim: &str) -> &str {
    match claim.strip_prefix('c') {
        Some(number) if number.parse::<u32>().is_ok() => number,
        Some(_) | None => claim,
    }
}

fn words(law: &Law, sum: &Sum) -> (String, String) {
    match sum {
        Sum::Value { claim } => (format!("Giá trị yêu cầu {}", ordinal(claim)), String::new()),
        Sum::Foreign { claim, currency, units, rate } => {
            (format!("Quy đổi yêu cầu {}", ordinal(claim)), format!("{units} {currency} × {rate}"))
        }
        Sum::Share { claim, value, share } => {
            (format!("Phần yêu cầu {}", ordinal(claim)), format!("{value} × {share}"))
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
