//! Statement files through the command, against `tests/data/statements/expected.json`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anphi::{
    codec::{
        column_map::Maps,
        statement::{Format, LARGEST_FILE, read},
    },
    domain::{refusal::Refusal, statement::Statement},
};
use serde_json::{Value, json};

use super::{
    camt::{batch, camt, entry, part},
    delimited::HEADING,
};

pub(crate) fn data(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/statements").join(file)
}

fn import(file: &Path, more: &[&str]) -> (Output, Value) {
    let output = Command::new(env!("CARGO_BIN_EXE_anphi"))
        .args(["import", file.to_str().unwrap(), "--dry-run", "--json"])
        .args(more)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    let answer = serde_json::from_str(&text).unwrap_or_else(|_| panic!("one JSON line: {text}"));
    (output, answer)
}

fn expected() -> Vec<Value> {
    let text = fs::read_to_string(data("expected.json")).unwrap();
    serde_json::from_str::<Value>(&text).unwrap()["files"].as_array().unwrap().clone()
}

/// The entry as the command prints it: codes with their check, without what only the vectors have.
fn as_printed(mut entry: Value) -> Value {
    for line in entry["lines"].as_array_mut().unwrap() {
        let codes = line["codes"].as_array().unwrap().iter();
        // Of the references of these files only one has a fitting check digit, says `about`.
        let codes = codes.map(|code| json!({ "code": code, "check": code == "AP2611000125" }));
        line["codes"] = codes.collect();
        let line = line.as_object_mut().unwrap();
        line.remove("case");
        line.remove("codes_lenient");
    }
    entry.as_object_mut().unwrap().remove("note");
    entry
}

#[test]
fn each_supported_file_gives_its_entry() {
    let mut files = 0;
    for entry in expected().into_iter().filter(|entry| entry["lines"].is_array()) {
        let file = entry["file"].as_str().unwrap().to_owned();
        let path = data(&file);
        if !path.exists() {
            continue; // a format of a later reader
        }
        let (output, answer) = import(&path, &["--account", "0011001932418"]);
        assert_eq!(output.status.code(), Some(0), "{file}");
        assert_eq!(answer, as_printed(entry), "{file}");
        files += 1;
    }
    assert_eq!(files, 9);
}

#[test]
fn each_bad_file_is_refused_with_code_and_line() {
    for (file, code, line) in [
        ("bad_camt053_doctype.xml", "doctype", 2),
        ("bad_camt053_balance.xml", "balance", 8),
        ("bad_camt053_truncated.xml", "not_well_formed", 11),
        ("bad_camt053_currency.xml", "currency", 9),
    ] {
        let (output, answer) = import(&data(file), &[]);
        assert_eq!(output.status.code(), Some(1), "{file}");
        let error = &answer["error"];
        assert_eq!((&error["code"], &error["line"]), (&json!(code), &json!(line)), "{file}");
        assert!(error["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        assert!(String::from_utf8(output.stderr).unwrap().starts_with("anphi: "));
    }
}

#[test]
fn the_account_asked_for_is_the_files_or_taken_by_a_file_without() {
    for (file, account, code) in [
        ("camt053_v08.xml", "0011001932418", None),
        ("camt053_v08.xml", "0011 001-932.418", None),
        ("camt053_v08.xml", "0011001932419", Some("account")),
        ("vietcombank.csv", "9990001112223", Some("account")),
        ("bidv.csv", "9990001112223", None),
    ] {
        let (output, answer) = import(&data(file), &["--account", account]);
        match code {
            Some(code) => assert_eq!(answer["error"]["code"], code, "{file} {account}"),
            None => assert_eq!(output.status.code(), Some(0), "{file} {account}"),
        }
    }
    let (_, answer) = import(&data("bidv.csv"), &["--account", "999 0001112223"]);
    assert_eq!(answer["account"], "9990001112223");
    let (_, answer) = import(&data("bidv.csv"), &[]);
    assert_eq!(answer["account"], Value::Null);
}

#[test]
fn wrong_calls_say_what_to_do_and_exit_2() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_anphi")).args(args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let file = data("vietcombank.csv");
    let file = file.to_str().unwrap();
    for (args, words) in [
        (vec!["import", "/nowhere/x.csv", "--dry-run"], "cannot read"),
        (vec!["import", file, "--dry-run", "--format", "mt940"], "known are auto"),
        (vec!["import", file, "--dry-run", "--account", "so-chinh"], "account number"),
    ] {
        let (code, stderr) = run(&args);
        assert_eq!(code, Some(2), "{args:?}");
        assert!(stderr.contains(words), "{args:?}: {stderr}");
    }
}

#[test]
fn without_json_it_is_a_table_to_read() {
    let output = Command::new(env!("CARGO_BIN_EXE_anphi"))
        .args(["import", data("vietcombank.csv").to_str().unwrap(), "--dry-run"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("opening 10.000.000, 5.333.750 in, 161.000 out, closing 15.172.750"));
    assert!(text.contains("AP2611000125"), "{text}");
}

pub(crate) fn take(text: &[u8]) -> Result<Statement, Refusal> {
    read(text, &Format::Auto, None, &Maps::built_in().unwrap())
}

pub(crate) fn outcome(text: &str) -> String {
    match take(text.as_bytes()) {
        Ok(statement) => statement.lines().iter().fold("ok".to_owned(), |all, line| {
            let reference = line.bank_reference.as_deref().unwrap_or("-");
            format!("{all} {}:{reference}", line.signed().get())
        }),
        Err(refusal) => format!("{} {}", refusal.why.code(), refusal.line),
    }
}

#[test]
fn a_table_is_read_in_every_encoding_that_banks_write() {
    let text = fs::read_to_string(data("vietcombank.csv")).unwrap();
    let plain = text.trim_start_matches('\u{feff}');
    let expected = take(text.as_bytes()).unwrap();
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = plain.encode_utf16().flat_map(u16::to_be_bytes).collect();
    for bytes in [plain.as_bytes(), &little, &big, &windows_1258(plain)] {
        assert_eq!(take(bytes).unwrap(), expected);
    }
    let mut broken = plain.as_bytes().to_vec();
    let place = plain.find("FT26328000002").unwrap();
    broken[place] = 0xff;
    let refusal = take(&broken).unwrap_err();
    assert_eq!((refusal.why.code(), refusal.line), ("encoding", 9));
}

/// Vietnamese in the code page: most letters with one mark, tones as marks of their own.
fn windows_1258(text: &str) -> Vec<u8> {
    const TONES: [(char, u8); 5] = [
        ('\u{300}', 0xcc),
        ('\u{309}', 0xd2),
        ('\u{303}', 0xde),
        ('\u{301}', 0xec),
        ('\u{323}', 0xf2),
    ];
    const LETTERS: [(&str, u8); 13] = [
        ("a\u{302}", 0xe2),
        ("a\u{306}", 0xe3),
        ("e\u{302}", 0xea),
        ("o\u{302}", 0xf4),
        ("o\u{31b}", 0xf5),
        ("u\u{31b}", 0xfd),
        ("đ", 0xf0),
        ("A\u{302}", 0xc2),
        ("A\u{306}", 0xc3),
        ("E\u{302}", 0xca),
        ("O\u{302}", 0xd4),
        ("O\u{31b}", 0xd5),
        ("U\u{31b}", 0xdd),
    ];
    let mut bytes = Vec::new();
    for c in text.chars() {
        let mut marks: Vec<char> = decomposed(c);
        let tone = marks.iter().position(|mark| TONES.iter().any(|(tone, _)| tone == mark));
        let tone = tone.map(|place| marks.remove(place));
        let letter: String = marks.iter().collect();
        match LETTERS.iter().find(|(known, _)| *known == letter) {
            Some((_, byte)) => bytes.push(*byte),
            None if letter == "Đ" => bytes.push(0xd0),
            None => bytes.push(u8::try_from(letter.chars().next().unwrap()).unwrap()),
        }
        bytes.extend(tone.map(|tone| TONES.iter().find(|(mark, _)| *mark == tone).unwrap().1));
    }
    bytes
}

fn decomposed(c: char) -> Vec<char> {
    use unicode_normalization::UnicodeNormalization;
    std::iter::once(c).nfd().collect()
}

#[test]
fn hostile_files_are_refused_at_once() {
    let mut lol = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY l0 \"lol\">".to_owned();
    for n in 1..10 {
        let entity = format!("&l{};", n - 1).repeat(10);
        lol.extend(["<!ENTITY l", &n.to_string(), " \"", &entity, "\">"]);
    }
    lol += "]>\n<lolz>&l9;</lolz>";
    let quadratic = format!(
        "<!DOCTYPE a [<!ENTITY b \"{}\">]><a>{}</a>",
        "x".repeat(1_000_000),
        "&b;".repeat(100_000)
    );
    let external =
        "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>";
    let zip = "PK\u{3}\u{4}".to_owned();
    for (name, text, expected) in [
        ("billion laughs", lol, "doctype 2"),
        ("quadratic", quadratic, "doctype 1"),
        ("external", external.to_owned(), "doctype 1"),
        ("deep", "<a>".repeat(1_000_000), "too_large 1"),
        ("deep in an entry", camt(&["<Ntry>", &"<a>".repeat(100_000)], 0), "too_large 6"),
        ("parts", camt(&["<Ntry>", &"<a/>".repeat(600_000), "</Ntry>"], 0), "too_large 6"),
        ("attributes", format!("<a {}/>", "b='' ".repeat(1_000_000)), "too_large 1"),
        (
            "long text",
            format!("{HEADING}\n1,24/11/2026,FT1,,300,,{}", "x".repeat(5_000_000)),
            "too_large 2",
        ),
        ("a workbook", zip, "not_well_formed 1"),
        ("one long line", "x".repeat(LARGEST_FILE), "not_well_formed 1"),
        ("too large", "\n".repeat(LARGEST_FILE + 1), "too_large 1"),
    ] {
        let began = std::time::Instant::now();
        assert_eq!(outcome(&text), expected, "{name}");
        assert!(began.elapsed().as_secs() < 10, "{name} took {:?}", began.elapsed());
    }
}

#[test]
fn a_file_of_ten_megabytes_is_read_in_seconds() {
    let mut rows = vec![HEADING.to_owned()];
    let mut entries = Vec::new();
    for n in 1..=40_000 {
        let memo = format!(
            "MBVCB.{n}.AP2611900016 nop tam ung an phi CT tu 0000000000101 NGUYEN VAN VI DU"
        );
        let text = format!(
            "{memo} toi 9990001112223 THI HANH AN DAN SU TINH SONG MO tai NGAN HANG THU NGHIEM {n:060}"
        );
        rows.push(format!("{n},24/11/2026,FT{n},,300,,{text}"));
        if n <= 20_000 {
            entries.push(entry("300", "CRDT", &batch(&[part("300", &format!("FT{n}"), &text)])));
        }
    }
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let sum = 300 * i64::try_from(entries.len()).unwrap();
    for (text, count) in
        [(rows.join("\r\n"), 40_000), (camt(&entries, 10_000_000 + sum), entries.len())]
    {
        assert!(text.len() > 9_000_000, "{}", text.len());
        let began = std::time::Instant::now();
        assert_eq!(take(text.as_bytes()).unwrap().lines().len(), count);
        assert!(began.elapsed().as_secs() < 30, "{:?}", began.elapsed());
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(0u8.., 0..400)) {
        let maps = Maps::built_in().unwrap();
        for format in [Format::Auto, Format::Camt, Format::Csv(None)] {
            let _ = read(&bytes, &format, None, &maps);
        }
    }

    #[test]
    fn any_rows_under_a_heading_are_read_or_refused(text in "[0-9a-z,;\"\n/:. -]{0,200}") {
        let _ = take(format!("{HEADING}\n{text}").as_bytes());
    }

    #[test]
    fn a_damaged_file_never_passes_with_other_money(
        file in 0usize..3,
        place in 0usize..7000,
        byte in 0u8..,
    ) {
        let name = ["camt053_v08.xml", "camt053_v02.xml", "vietcombank.csv"][file];
        let mut bytes = fs::read(data(name)).unwrap();
        let whole = take(&bytes).unwrap();
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(read) = take(&bytes) {
            // Where opening and closing are both there, no single byte changes a sum unseen.
            if read.opening() == whole.opening() && read.closing() == whole.closing() {
                let net = |s: &Statement| s.sum_credit().get() - s.sum_debit().get();
                proptest::prop_assert_eq!(net(&read), net(&whole));
            }
        }
    }
}
