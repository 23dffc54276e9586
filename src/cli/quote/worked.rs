//! The worked computation on a terminal, one row a step.

use crate::{
    app::worked::{Row, cited, payer_rows, row},
    domain::{
        fee::{Law, Quote, QuoteInput, Subject, law::Collector},
        money::in_words,
    },
};

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

/// Columns as wide as their widest entry; amounts at the right.
fn table(rows: &[Row]) -> Vec<String> {
    let width =
        |of: fn(&Row) -> String| rows.iter().map(|row| of(row).chars().count()).max().unwrap_or(0);
    let step = width(|row| row.step.clone());
    let sum = width(|row| row.sum.clone());
    let article = width(|row| row.article.clone());
    let amount = width(Row::written);
    rows.iter()
        .map(|row| {
            format!(
                "  {:step$}  {:sum$}  {:article$}  {:>amount$}",
                row.step,
                row.sum,
                row.article,
                row.written()
            )
        })
        .collect()
}
