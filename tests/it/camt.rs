//! Variants of camt.053 statements: entries, batches, reversals, balances.

use anphi::domain::payment::Direction;

use super::statement::{outcome, take};

/// A camt.053.001.08 of 10.000.000 opening; each entry on a line of its own from line 5.
pub(crate) fn camt(entries: &[&str], closing: i64) -> String {
    let balance = |code: &str, amount: i64| {
        let side = if amount < 0 { "DBIT" } else { "CRDT" };
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"VND\">{}</Amt><CdtDbtInd>{side}</CdtDbtInd></Bal>",
            amount.abs()
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\n\
         <Acct><Id><Othr><Id>9990001112223</Id></Othr></Id><Ccy>VND</Ccy></Acct>\n{}\n{}\n{}\n\
         </Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", 10_000_000),
        balance("CLBD", closing),
        entries.join("\n")
    )
}

pub(crate) fn entry(amount: &str, side: &str, more: &str) -> String {
    format!(
        "<Ntry><Amt Ccy=\"VND\">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>\
         <BookgDt><Dt>2026-11-24</Dt></BookgDt><AcctSvcrRef>FT9</AcctSvcrRef>{more}</Ntry>"
    )
}

pub(crate) fn part(amount: &str, reference: &str, text: &str) -> String {
    let amount =
        if amount.is_empty() { String::new() } else { format!("<Amt Ccy=\"VND\">{amount}</Amt>") };
    format!(
        "<TxDtls><Refs><AcctSvcrRef>{reference}</AcctSvcrRef></Refs>{amount}\
         <RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
    )
}

pub(crate) fn batch(parts: &[String]) -> String {
    format!("<NtryDtls>{}</NtryDtls>", parts.concat())
}

#[test]
fn entries_of_a_camt_statement_as_a_table() {
    let two = batch(&[part("200", "FT1", "a"), part("100", "FT2", "b")]);
    let off = batch(&[part("200", "FT1", "a"), part("101", "FT2", "b")]);
    let bare = batch(&[part("", "FT1", "a"), part("100", "FT2", "b")]);
    let stated = |number: &str, total: &str| {
        two.replace(
            "<NtryDtls>",
            &format!(
                "<NtryDtls><Btch><NbOfTxs>{number}</NbOfTxs><TtlAmt Ccy=\"VND\">{total}</TtlAmt></Btch>"
            ),
        )
    };
    let credit = |more: &str| entry("300", "CRDT", more);
    let pending = credit("").replace("BOOK", "PDNG");
    let dollars = |entry: &str| entry.replace("VND", "USD");
    let summary =
        |sum: &str| format!("<TxsSummry><TtlCdtNtries><Sum>{sum}</Sum></TtlCdtNtries></TxsSummry>");
    for (name, entries, sum, expected) in [
        ("none", vec![], 0, "ok"),
        ("one", vec![credit("")], 300, "ok 300:FT9"),
        ("fraction of zeros", vec![entry("300.00", "CRDT", "")], 300, "ok 300:FT9"),
        ("fraction", vec![entry("300.50", "CRDT", "")], 300, "not_well_formed 5"),
        ("negative", vec![entry("-300", "CRDT", "")], -300, "not_well_formed 5"),
        ("zero", vec![entry("0", "CRDT", "")], 0, "not_well_formed 5"),
        ("grouped", vec![entry("1,300", "CRDT", "")], 1300, "not_well_formed 5"),
        ("no side", vec![entry("300", "", "")], 300, "not_well_formed 5"),
        ("beyond 10^13", vec![entry("10000000000001", "CRDT", "")], 0, "not_well_formed 5"),
        ("pending is left out", vec![credit(""), pending.clone()], 300, "ok 300:FT9"),
        ("pending dollars too", vec![dollars(&pending)], 0, "ok"),
        ("dollars", vec![credit(""), dollars(&credit(""))], 300, "currency 6"),
        ("no currency", vec![credit("").replace(" Ccy=\"VND\"", "")], 300, "currency 5"),
        (
            "no status",
            vec![credit("").replace("<Sts><Cd>BOOK</Cd></Sts>", "")],
            300,
            "not_well_formed 5",
        ),
        ("no date", vec![credit("").replace("BookgDt", "X")], 300, "not_well_formed 5"),
        (
            "bad date",
            vec![credit("").replace("2026-11-24", "2026-11-31")],
            300,
            "not_well_formed 5",
        ),
        ("closing off", vec![credit("")], 301, "balance 4"),
        ("batch", vec![credit(&two)], 300, "ok 200:FT1 100:FT2"),
        ("batch off", vec![credit(&off)], 300, "balance 5"),
        ("batch without all amounts", vec![credit(&bare)], 300, "ok 300:FT9"),
        ("batch as stated", vec![credit(&stated("2", "300"))], 300, "ok 200:FT1 100:FT2"),
        ("batch total off", vec![credit(&stated("2", "301"))], 300, "balance 5"),
        ("batch count off", vec![credit(&stated("3", "300"))], 300, "balance 5"),
        (
            "reversal of a credit",
            vec![credit(""), entry("300", "DBIT", "<RvslInd>true</RvslInd>")],
            0,
            "ok 300:FT9 -300:FT9",
        ),
        ("summary", vec![summary("300"), credit("")], 300, "ok 300:FT9"),
        ("summary off", vec![summary("301"), credit("")], 300, "balance 5"),
        ("summary with pending", vec![summary("600"), credit(""), pending], 300, "ok 300:FT9"),
    ] {
        let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
        assert_eq!(outcome(&camt(&entries, 10_000_000 + sum)), expected, "{name}");
    }
}

#[test]
fn a_camt_statement_lacking_or_contradicting_itself() {
    let good = camt(&[&entry("300", "CRDT", "")], 10_000_300);
    for (name, text, expected) in [
        ("no closing", good.replace("CLBD", "CLAV"), "no_closing 6"),
        ("no opening", good.replace("OPBD", "X"), "balance 4"),
        ("previous closing opens", good.replace("OPBD", "PRCD"), "ok 300:FT9"),
        (
            "overdrawn",
            good.replace("10000000</Amt><CdtDbtInd>CRDT", "10000000</Amt><CdtDbtInd>DBIT"),
            "balance 4",
        ),
        ("account in dollars", good.replace("<Ccy>VND", "<Ccy>USD"), "currency 2"),
        ("balance in dollars", good.replacen("\"VND\"", "\"USD\"", 1), "currency 3"),
        ("interim report", good.replace("Stmt>", "Rpt>"), "not_well_formed 1"),
        ("other XML", "<html><body/></html>".to_owned(), "not_well_formed 1"),
        (
            "prefixes",
            good.replace("</", "</p:")
                .replace('<', "<p:")
                .replace("<p:/p:", "</p:")
                .replace("xmlns=", "xmlns:p="),
            "ok 300:FT9",
        ),
        ("wrapped", format!("<Envelope>{good}</Envelope>"), "ok 300:FT9"),
        (
            "two accounts",
            two_statements(&good, &good.replace("9990001112223", "9990001112224")),
            "account 8",
        ),
        (
            "two that chain",
            two_statements(&good, &camt(&[], 10_000_300).replace(">10000000<", ">10000300<")),
            "ok 300:FT9",
        ),
        ("two that do not", two_statements(&good, &camt(&[], 10_000_000)), "balance 8"),
    ] {
        assert_eq!(outcome(&text), expected, "{name}");
    }
}

#[test]
fn the_version_is_that_of_the_namespace_whatever_stands_before_it() {
    let place = "xsi:schemaLocation=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08 camt.053.001.08.xsd\" ";
    let text = camt(&[], 10_000_000).replace("<Document ", &format!("<Document {place}"));
    assert_eq!(take(text.as_bytes()).unwrap().format(), "camt.053.001.08");
}

/// The statement of `second` put behind that of `first` in one message.
fn two_statements(first: &str, second: &str) -> String {
    let inner = |text: &str| {
        let start = text.find("<Stmt>").unwrap();
        text[start..].replace("</BkToCstmrStmt></Document>", "")
    };
    let head = &first[..first.find("<Stmt>").unwrap()];
    format!("{head}{}{}</BkToCstmrStmt></Document>", inner(first), inner(second))
}

#[test]
fn a_camt_text_in_pieces_reads_whole() {
    let long = "x".repeat(129);
    let pieces = format!(
        "<NtryDtls><TxDtls><RmtInf><Ustrd>{long} AP26119000</Ustrd><Ustrd>16 nop</Ustrd>\
         <Ustrd>ti&#7873;n</Ustrd></RmtInf></TxDtls></NtryDtls>"
    );
    assert_eq!(format!("{long} AP26119000").len(), 140);
    let text = camt(&[&entry("300", "CRDT", &pieces)], 10_000_300);
    let statement = take(text.as_bytes()).unwrap();
    assert_eq!(statement.lines()[0].description, format!("{long} AP2611900016 nop tiền"));
    let own_words = "<AddtlNtryInf>PHI CHUYEN TIEN</AddtlNtryInf>";
    let text = camt(&[&entry("300", "DBIT", own_words)], 9_999_700);
    assert_eq!(take(text.as_bytes()).unwrap().lines()[0].description, "PHI CHUYEN TIEN");
}

#[test]
fn the_moment_is_vietnams_and_midnight_is_none() {
    for (written, day, moment) in [
        ("<DtTm>2026-11-24T08:17:55+07:00</DtTm>", "2026-11-24", "2026-11-24T08:17:55+07:00"),
        ("<DtTm>2026-11-24T18:00:00Z</DtTm>", "2026-11-25", "2026-11-25T01:00:00+07:00"),
        ("<DtTm>2026-11-24T08:17:55</DtTm>", "2026-11-24", "2026-11-24T08:17:55+07:00"),
        ("<DtTm>2026-11-24T00:00:00+07:00</DtTm>", "2026-11-24", "-"),
        ("<Dt>2026-11-24+07:00</Dt>", "2026-11-24", "-"),
    ] {
        let text =
            camt(&[&entry("300", "CRDT", "")], 10_000_300).replace("<Dt>2026-11-24</Dt>", written);
        let statement = take(text.as_bytes()).unwrap();
        let line = &statement.lines()[0];
        assert_eq!(line.booking_date.to_string(), day, "{written}");
        let read = line.moment.map_or_else(|| "-".to_owned(), |moment| moment.to_string());
        assert_eq!(read, moment, "{written}");
    }
}

#[test]
fn a_reversal_names_the_party_of_the_transfer_that_it_takes_back() {
    let parties = "<RvslInd>true</RvslInd><NtryDtls><TxDtls><RltdPties>\
         <Dbtr><Pty><Nm>NGUYEN VAN VI DU</Nm></Pty></Dbtr>\
         <DbtrAcct><Id><IBAN>XX00VIDU</IBAN></Id></DbtrAcct>\
         <Cdtr><Pty><Nm>THI HANH AN</Nm></Pty></Cdtr></RltdPties></TxDtls></NtryDtls>";
    let text = camt(&[&entry("300", "DBIT", parties)], 9_999_700);
    let statement = take(text.as_bytes()).unwrap();
    let line = &statement.lines()[0];
    assert!(line.reversal && line.direction == Direction::Debit);
    assert_eq!(line.counterparty.name.as_deref(), Some("NGUYEN VAN VI DU"));
    assert_eq!(line.counterparty.account.as_deref(), Some("XX00VIDU"));
}
