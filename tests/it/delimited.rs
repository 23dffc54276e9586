//! Variants of banks' CSV exports: rows, labels, totals, quotes.

use std::fs;

use super::statement::{data, outcome, take};

pub(crate) const HEADING: &str = "STT/No.,Ngày GD/TNX Date,Số CT/Doc No,Số tiền ghi nợ/Debit,Số tiền ghi có/Credit,Số dư/Balance,Nội dung chi tiết/Transactions in detail";

/// A file of rows parted by ` ~ `, the usual ones by name.
fn rows(text: &str) -> String {
    let named = text.split(" ~ ").map(|row| match row {
        "OPEN" => "Số dư đầu kỳ/Opening balance:,\"1,000\"",
        "HEAD" => HEADING,
        "ROW" => "1,24/11/2026,FT1,,300,\"1,300\",a",
        "NEXT" => "2,25/11/2026,FT2,100,,\"1,200\",b",
        "CLOSE" => "Số dư cuối kỳ/Closing balance:,\"1,300\"",
        other => other,
    });
    named.collect::<Vec<_>>().join("\n")
}

#[test]
fn tables_are_read_whole_or_not_at_all() {
    for (name, text, expected) in [
        ("whole", "OPEN ~ HEAD ~ ROW ~ CLOSE", "ok 300:FT1"),
        ("no rows", "HEAD", "ok"),
        ("no opening", "HEAD ~ ROW ~ CLOSE", "ok 300:FT1"),
        ("neither", "HEAD ~ ROW", "ok 300:FT1"),
        ("no closing", "OPEN ~ HEAD ~ ROW", "no_closing 3"),
        ("closing off", "OPEN ~ HEAD ~ ROW ~ Closing balance:,1301", "balance 4"),
        ("opening off", "Opening balance:,1001 ~ HEAD ~ ROW ~ CLOSE", "balance 3"),
        ("balance off", "HEAD ~ ROW ~ 2,25/11/2026,FT2,100,,1201,b", "balance 3"),
        ("total row", "HEAD ~ ROW ~ ,Tổng cộng,,,300,, ~ whatever,9,24/11/2026,5", "ok 300:FT1"),
        ("total off", "HEAD ~ ROW ~ ,Tổng cộng,,,301,,", "balance 3"),
        ("total of debits", "HEAD ~ ROW ~ Tổng ghi nợ: 5", "balance 3"),
        ("summary above", "Opening balance,Closing balance ~ HEAD ~ ROW", "ok 300:FT1"),
        ("opening in the table", "HEAD ~ ,Số dư đầu kỳ,,,,1000, ~ ROW ~ CLOSE", "ok 300:FT1"),
        ("latest first", "HEAD ~ NEXT ~ ROW", "ok 300:FT1 -100:FT2"),
        ("heading again", "HEAD ~ ROW ~ Trang 2/2 ~ HEAD ~ NEXT", "ok 300:FT1 -100:FT2"),
        ("other order", "Mô tả,Ghi có,Ghi nợ,Số CT,Ngày GD ~ a,300,,FT1,24/11/2026", "ok 300:FT1"),
        ("semicolons", "Mô tả;Ghi có;Ghi nợ;Ngày GD ~ a,b;300;;24/11/2026", "ok 300:-"),
        ("tabs", "Mô tả\tGhi có\tGhi nợ\tNgày GD ~ a\t300\t\t24/11/2026", "ok 300:-"),
        (
            "date and number",
            "TNX Date/Doc No;Debit;Credit;Mô tả ~ 24/11/2026 FT1;;300;a",
            "ok 300:FT1",
        ),
        ("NBSP in numbers", "HEAD ~ 1,24/11/2026,FT1,,1\u{a0}300,,a", "ok 1300:FT1"),
        ("line break", "HEAD ~ 1,24/11/2026,FT1,,300,,\"a\nb\" ~ NEXT", "ok 300:FT1 -100:FT2"),
        ("negative debit", "HEAD ~ 1,24/11/2026,FT1,-300,,,a", "ok -300:FT1"),
        ("dollars", "Loại tiền:,USD ~ HEAD ~ ROW", "currency 1"),
        ("negative credit", "HEAD ~ 1,24/11/2026,FT1,,-300,,a", "not_well_formed 2"),
        ("both sides", "HEAD ~ 1,24/11/2026,FT1,5,300,,a", "not_well_formed 2"),
        ("no sum", "HEAD ~ 1,24/11/2026,FT1,0,,,a", "not_well_formed 2"),
        ("no date", "HEAD ~ ROW ~ 1,,FT1,,300,,a", "not_well_formed 3"),
        ("bad date", "HEAD ~ 1,31/11/2026,FT1,,300,,a", "not_well_formed 2"),
        ("bad date, no sum", "HEAD ~ 1,31/11/2026,FT1,,,,a", "not_well_formed 2"),
        ("words", "HEAD ~ 1,24/11/2026,FT1,,\"1,5tr\",,a", "not_well_formed 2"),
        ("half a dong", "HEAD ~ 1,24/11/2026,FT1,,300.5,,a", "not_well_formed 2"),
        (
            "two kinds of thousands",
            "HEAD ~ ROW ~ 2,25/11/2026,FT2,1.000,,300,b",
            "not_well_formed 3",
        ),
        ("one cell too many", "HEAD ~ 1,24/11/2026,FT1,,300,,a,b", "not_well_formed 2"),
        ("quote left open", "HEAD ~ ROW ~ 2,25/11/2026,FT2,,5,,\"b ~ 3,a", "not_well_formed 3"),
        ("quote closed by a row", "HEAD ~ 1,24/11/2026,FT1,,5,,\"b ~ ROW", "not_well_formed 2"),
        ("blank rows", "HEAD ~  ~  ~ ROW ~  ~ 1,,FT1,,300,,a", "not_well_formed 6"),
        ("no heading", "ROW ~ ROW", "not_well_formed 1"),
        ("empty", "", "not_well_formed 1"),
    ] {
        assert_eq!(outcome(&rows(text)), expected, "{name}");
        assert_eq!(outcome(&rows(text).replace('\n', "\r\n")), expected, "{name}, CRLF");
    }
}

#[test]
fn lines_keep_their_text_and_the_moment_of_the_transfer() {
    let text =
        format!("{HEADING}\n1,24/11/2026,FT1,,300,,\"nộp\u{202e} phí\nthẻ 4111111111111111\"");
    let line = take(text.as_bytes()).unwrap().lines()[0].clone();
    assert_eq!(line.description, "nộp phí thẻ 411111******1111");

    let techcombank = fs::read_to_string(data("techcombank.csv")).unwrap();
    let evening = techcombank.replacen("2026-11-24 08:17:55", "2026-11-23 22:10:00", 1);
    let line = take(evening.as_bytes()).unwrap().lines()[0].clone();
    assert_eq!(line.booking_date.to_string(), "2026-11-24");
    assert_eq!(line.moment.unwrap().to_string(), "2026-11-23T22:10:00+07:00");

    let agribank = take(&fs::read(data("agribank.csv")).unwrap()).unwrap();
    assert_eq!(agribank.lines()[0].moment.unwrap().to_string(), "2026-11-24T08:17:55+07:00");
}

#[test]
fn a_line_has_the_same_id_in_every_file_that_carries_it() {
    let ids = |text: &str| take(rows(text).as_bytes()).unwrap().source_ids();
    let fee = "2,24/11/2026,FT1,11,,,PHI CHUYEN TIEN";
    let bare = "3,24/11/2026,,,300,,nop an phi";
    let both = ids(&format!("HEAD ~ ROW ~ {fee} ~ {bare} ~ {bare}"));
    assert_eq!(both[..2], ["FT1/300", "FT1/-11"]);
    assert_eq!(both[3], format!("{}#2", both[2]));
    assert_eq!(ids(&format!("HEAD ~ {bare}")), both[2..3]);
    assert!(!both[2].contains("nop"), "the text is personal");
}
