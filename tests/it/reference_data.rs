//! Reference data: the shipped files are whole, and unfit files are refused at their place.

use std::collections::BTreeMap;

use anphi::{
    codec::reference_data::{FIRST_VERSIONS, ReferenceFile, parse},
    domain::reference_data::{
        AgencyKind, AgencyRow, BankRow, BodyCode, CourtLevel, CourtRow, ReferenceKind,
        active_agencies,
    },
};

fn shipped(kind: ReferenceKind) -> &'static str {
    FIRST_VERSIONS.iter().find(|(known, _)| *known == kind).expect("shipped").1
}

fn read(kind: ReferenceKind) -> ReferenceFile {
    parse(kind, shipped(kind).as_bytes()).unwrap()
}

fn courts() -> Vec<CourtRow> {
    let ReferenceFile::Courts(rows) = read(ReferenceKind::Courts) else { panic!("courts") };
    rows
}

fn agencies() -> Vec<AgencyRow> {
    let ReferenceFile::Agencies(rows) = read(ReferenceKind::Agencies) else { panic!("agencies") };
    rows
}

fn banks() -> Vec<BankRow> {
    let ReferenceFile::Banks(rows) = read(ReferenceKind::Banks) else { panic!("banks") };
    rows
}

#[test]
fn the_shipped_courts_form_one_tree_and_inferred_ones_are_inactive() {
    let courts = courts();
    let count = |level| courts.iter().filter(|court| court.level == level).count();
    assert_eq!(
        CourtLevel::ALL.iter().map(|level| count(*level)).collect::<Vec<_>>(),
        [1, 3, 1, 34, 176]
    );
    assert_eq!(courts.iter().filter(|court| !court.active).count(), 110);
    let levels: BTreeMap<&BodyCode, CourtLevel> =
        courts.iter().map(|court| (&court.code, court.level)).collect();
    for (place, court) in courts.iter().enumerate() {
        let above = court.parent.as_ref().map(|parent| levels[parent]);
        assert_eq!(above, court.level.above(), "{}", court.code);
        let parent_at = courts.iter().position(|other| Some(&other.code) == court.parent.as_ref());
        assert!(parent_at.is_none_or(|at| at < place), "{} stands before its parent", court.code);
    }
    let first = courts.iter().find(|court| court.code.as_str() == "TAND-44-KV01").unwrap();
    assert!(first.active && first.seat.is_some() && !first.territory_codes.is_empty(), "{first:?}");
}

#[test]
fn the_shipped_agencies_mirror_the_courts() {
    let (agencies, courts) = (agencies(), courts());
    let of_kind = |kind| agencies.iter().filter(|agency| agency.kind == kind).count();
    assert_eq!((of_kind(AgencyKind::Enforcement), of_kind(AgencyKind::Office)), (34, 176));
    for agency in &agencies {
        let court = courts.iter().find(|court| court.code == agency.court).unwrap();
        assert_eq!(court.province_code.as_ref(), Some(&agency.province_code), "{}", agency.code);
        let above = agency.parent.as_ref().map(|p| agencies.iter().find(|a| a.code == *p).unwrap());
        assert_eq!(above.is_some(), agency.kind == AgencyKind::Office, "{}", agency.code);
    }
    let active = active_agencies(&agencies, &courts);
    assert_eq!(active.len(), 34 + 66, "every province collects, offices where the court is sure");
}

#[test]
fn provinces_are_named_as_in_their_own_list() {
    let mut reader =
        csv::Reader::from_reader(include_str!("../../assets/data/provinces.csv").as_bytes());
    let names: BTreeMap<String, String> = reader
        .records()
        .map(Result::unwrap)
        .map(|row| (row[0].to_owned(), row[1].to_owned()))
        .collect();
    assert_eq!(names.len(), 34);
    for court in courts() {
        let expected = court.province_code.as_ref().map(|code| names[code].clone());
        assert_eq!(expected, court.province, "{}", court.code);
    }
    for agency in agencies() {
        assert_eq!(names[&agency.province_code], agency.province, "{}", agency.code);
    }
}

#[test]
fn a_qr_code_is_offered_only_where_it_can_be_paid() {
    let banks = banks();
    assert_eq!(banks.len(), 61);
    for (bin, short_name, transfer) in [
        ("970436", "Vietcombank", true),
        ("970418", "BIDV", true),
        ("970422", "MB Bank", true),
        ("970449", "LPBank", true),
        ("970408", "GPBank", false),
        ("799999", "KBNN", false),
        ("999888", "VBSP", false),
    ] {
        let bank = banks.iter().find(|bank| bank.bin.as_str() == bin).unwrap();
        assert_eq!((bank.short_name.as_str(), bank.vietqr_transfer), (short_name, transfer));
    }
    assert!(
        banks.iter().all(|bank| bank.bin.as_str() != "970499"),
        "the demo's bank is in no list"
    );
}

#[test]
fn files_name_themselves() {
    let fee = include_bytes!("../../assets/fees/nq326_2016.toml");
    let form = include_bytes!("../../assets/forms/29-ds.toml");
    for (kind, bytes, name, entries) in [
        (ReferenceKind::Courts, shipped(ReferenceKind::Courts).as_bytes(), "courts", 215),
        (ReferenceKind::DaysOff, shipped(ReferenceKind::DaysOff).as_bytes(), "days-off", 4),
        (ReferenceKind::Fees, &fee[..], "nq326_2016", 1),
        (ReferenceKind::Forms, &form[..], "29-DS", 1),
    ] {
        let file = parse(kind, bytes).unwrap();
        assert_eq!((file.name(), file.entries()), (name, entries));
    }
    for (kind, text, place) in [
        (ReferenceKind::Fees, "schema = 1\n", "line 1, column 1: the file names itself by `id`"),
        (
            ReferenceKind::Forms,
            "code = \" \"\n",
            "line 1, column 1: the file names itself by `code`",
        ),
        (ReferenceKind::Fees, "id = \"x\"\nid = \"y\"\n", "line 2, column 1: duplicate key"),
        (ReferenceKind::DaysOff, "format = 1\nformat = 1\n", "line 2, column 1: duplicate key"),
    ] {
        let error = parse(kind, text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(place), "{error}");
    }
}

#[test]
fn a_fee_schedule_that_the_rules_do_not_take_is_refused() {
    let schedule = include_str!("../../assets/fees/nq326_2016.toml");
    for (right, wrong, said) in [
        ("schema = 1", "schema = 2", "schema: the schema is 2"),
        ("to = \"\"", "to = \"2016-12-31\"", "validity: it ends before it begins"),
        (
            "code = \"criminal.appeal\"",
            "code = \"criminal.first\"",
            "fee criminal.first: the code stands twice",
        ),
        ("form = \"fixed\"", "form = \"flat\"", "unknown variant `flat`"),
    ] {
        let unfit = schedule.replacen(right, wrong, 1);
        assert_ne!(unfit, schedule, "{right}");
        let error = parse(ReferenceKind::Fees, unfit.as_bytes()).unwrap_err();
        assert!(error.fault.starts_with(said), "{wrong}: {error}");
        let changed = schedule[..schedule.find(right).unwrap()].lines().count();
        assert!(error.line.abs_diff(changed) <= 12, "{error}, changed near line {changed}");
    }
}

#[test]
fn a_form_that_cannot_be_filled_is_refused() {
    let form = include_str!("../../assets/forms/29-ds.toml");
    for (right, wrong, said) in [
        ("effective = \"", "effective = \"the ", "the effective day is no day"),
        (
            "[placeholders]\n",
            "[placeholders]\nnobody = \"text\"\n",
            "placeholder nobody is never used",
        ),
        ("paper = \"a4\"", "paper = \"a9\"", "unknown variant `a9`"),
        ("code = \"29-DS\"", "code = \"29-DS", "invalid basic string"),
    ] {
        let unfit = form.replacen(right, wrong, 1);
        assert_ne!(unfit, form, "{right}");
        let error = parse(ReferenceKind::Forms, unfit.as_bytes()).unwrap_err();
        assert!(error.fault.starts_with(said), "{wrong}: {error}");
        let changed = form[..form.find(right).unwrap()].lines().count();
        assert!(error.line.abs_diff(changed) <= 3, "{error}, changed near line {changed}");
    }
}

#[test]
fn every_shipped_schedule_and_form_is_taken() {
    for (folder, kind) in [("fees", ReferenceKind::Fees), ("forms", ReferenceKind::Forms)] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(folder);
        let mut names = std::collections::BTreeSet::new();
        for entry in std::fs::read_dir(path).unwrap() {
            let path = entry.unwrap().path();
            let file = parse(kind, &std::fs::read(&path).unwrap());
            let name = file.map(|file| file.name().to_owned()).map_err(|error| error.to_string());
            assert!(
                names.insert(name.unwrap_or_else(|error| panic!("{path:?}: {error}"))),
                "{path:?}"
            );
        }
        assert!(names.len() >= 2, "{names:?}");
    }
}

#[test]
fn a_bom_and_windows_line_ends_change_nothing() {
    for kind in [ReferenceKind::Courts, ReferenceKind::Agencies, ReferenceKind::DaysOff] {
        let text = shipped(kind);
        let windows = format!("\u{feff}{}", text.replace('\n', "\r\n"));
        assert_eq!(parse(kind, windows.as_bytes()), parse(kind, text.as_bytes()), "{kind}");
    }
}

const COURTS_HEADER: &str = "code,name_vi,short_vi,level,parent_code,province_code,province,seat,territory,territory_codes,territory_basis,old_districts,subject_matter,evidence,inferred,valid_from,source,note";
const SUPREME: &str = "DEMO-TC,Tòa tối cao Mẫu,Tối cao,supreme,,,,,,,,,,text,no,,S,";
const PROVINCIAL: &str = "DEMO-T,Tòa án tỉnh Sông Mơ,TAND tỉnh,provincial,DEMO-TC,00,tỉnh Sông Mơ,,,,,,,text,no,2025-07-01,S,";
const REGIONAL: &str = "DEMO-T-K1,Tòa án khu vực 1,TAND KV1,regional,DEMO-T,00,tỉnh Sông Mơ,,,00070 00082,,,,text,yes,,S,";

/// What stands in the row of the regional court, what is put there instead, how the refusal begins.
const UNFIT_COURT: &str = "
DEMO-T-K1,          | demo-t-k1,           | line 4, column 1: code: \"demo-t-k1\": a code is capitals
DEMO-T-K1,          | ,                    | line 4, column 1: code: \"\": a code is capitals
DEMO-T-K1,          | DEMO-T,              | line 4, column 1: code: DEMO-T stands on line 3 already
Tòa án khu vực 1    | Tòa án tỉnh Sông Mơ  | line 4, column 2: name_vi: the name stands on line 3 already
TAND KV1            |                      | line 4, column 3: short_vi: is needed
regional            | district             | line 4, column 4: level: \"district\" is none of supreme, supreme_chamber,
regional            | supreme              | line 4, column 5: parent_code: a court of this level has none
regional            | provincial           | line 4, column 5: parent_code: DEMO-T is provincial, but a supreme
regional,DEMO-T,    | regional,,           | line 4, column 5: parent_code: \"\": a code is capitals
regional,DEMO-T,    | regional,DEMO-T-K1,  | line 4, column 5: parent_code: a court is not above itself
,00,                | ,01,                 | line 4, column 5: parent_code: DEMO-T is of another province
,00,                | ,0,                  | line 4, column 6: province_code: the province's code of two
,00,                | ,,                   | line 4, column 6: province_code: the province's code of two
tỉnh Sông Mơ        |                      | line 4, column 7: province: is needed
00070 00082         | 00070 82             | line 4, column 10: territory_codes: \"82\" is no commune code
,yes,               | ,maybe,              | line 4, column 15: inferred: \"maybe\" is none of yes, no
,yes,,              | ,yes,1/7/2025,       | line 4, column 16: valid_from: \"1/7/2025\" is no day
,yes,,              | ,yes,2025-02-29,     | line 4, column 16: valid_from: \"2025-02-29\" is no day
,S,                 | ,,                   | line 4, column 17: source: is needed
,S,                 | ,S                   | line 4, column 18: the row has 17 cells, the header 18
,S,                 | ,S,x,                | line 4, column 19: the row has 19 cells, the header 18
TAND KV1            | TAND\u{202e}KV1      | line 4, column 3: short_vi: a control or direction character
TAND KV1            | \"TAND\\nKV1\"        | line 4, column 3: short_vi: a control or direction character
TAND KV1            | Tòa\u{301}n          | line 4, column 3: short_vi: letters and marks stand apart
TAND KV1            | \" TAND KV1\"        | line 4, column 3: short_vi: blanks stand around";

#[test]
fn an_unfit_row_is_refused_at_its_cell() {
    let table = [COURTS_HEADER, SUPREME, PROVINCIAL, REGIONAL].join("\n");
    assert!(parse(ReferenceKind::Courts, table.as_bytes()).is_ok());
    for row in UNFIT_COURT.trim().lines() {
        let row = row.replace("\\n", "\n");
        let parts: Vec<&str> = row.split('|').map(str::trim).collect();
        let [right, wrong, said] = parts[..] else { panic!("{row}") };
        let changed = REGIONAL.replacen(right, wrong, 1);
        assert_ne!(changed, REGIONAL, "{right}");
        let table = [COURTS_HEADER, SUPREME, PROVINCIAL, &changed].join("\n");
        let error = parse(ReferenceKind::Courts, table.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(said), "{wrong}: {error}");
    }
}

#[test]
fn a_file_of_further_courts_may_name_one_of_an_earlier_file_above() {
    let table = [COURTS_HEADER, REGIONAL].join("\n");
    let file = parse(ReferenceKind::Courts, table.as_bytes()).unwrap();
    assert_eq!(file.entries(), 1);
}

#[test]
fn a_table_of_another_form_is_refused() {
    for (text, said) in [
        (String::new(), "line 1, column 1: the column code stands here"),
        (COURTS_HEADER.to_owned(), "line 2, column 1: the table has no row"),
        (COURTS_HEADER.replace(',', ";"), "line 1, column 1: the column code stands here"),
        (COURTS_HEADER.replace("level", "cấp"), "line 1, column 4: the column level stands here"),
        (format!("{COURTS_HEADER},extra"), "line 1, column 19: no further column is known"),
        (
            format!("{COURTS_HEADER}\n{SUPREME}\n{}", "\u{1}"),
            "line 3, column 2: the row has 1 cells",
        ),
    ] {
        let error = parse(ReferenceKind::Courts, text.as_bytes()).unwrap_err().to_string();
        assert!(error.starts_with(said), "{text}: {error}");
    }
    let mut latin = format!("{COURTS_HEADER}\nDEMO-").into_bytes();
    latin.push(0xe9);
    let error = parse(ReferenceKind::Courts, &latin).unwrap_err().to_string();
    assert_eq!(error, "line 2, column 6: the file is not UTF-8 from here on");
}

#[test]
fn a_court_may_collect_for_itself() {
    let header = "code,name_vi,level,parent_code,province_code,province,court_code,court_name_vi,evidence,inferred,valid_from,source,note";
    let agency =
        "DEMO-A,THADS tỉnh Sông Mơ,provincial,,00,tỉnh Sông Mơ,DEMO-T,Tòa tỉnh,text,no,,S,";
    let read = |row: &str| {
        let table = [header, agency, row].join("\n");
        parse(ReferenceKind::Agencies, table.as_bytes()).map_err(|error| error.to_string())
    };
    let collector = "DEMO-T,Tòa án tỉnh Sông Mơ,court,,00,tỉnh Sông Mơ,DEMO-T,Tòa tỉnh,text,no,,S,";
    let ReferenceFile::Agencies(rows) = read(collector).unwrap() else { panic!() };
    assert_eq!((rows[1].kind, rows[1].code.as_str()), (AgencyKind::Court, "DEMO-T"));
    for (row, said) in [
        (
            collector.replacen("DEMO-T", "DEMO-X", 1),
            "line 3, column 1: code: a court that collects",
        ),
        (
            collector.replace("court,,", "court,DEMO-A,"),
            "line 3, column 4: parent_code: only an office",
        ),
        (collector.replace("court,,", "regional_office,,"), "line 3, column 4: parent_code: \"\""),
        (
            collector.replace("court,,00", "regional_office,DEMO-A,01"),
            "line 3, column 4: parent_code: the agency is of another province",
        ),
        (collector.replace(",00,", ",,"), "line 3, column 5: province_code: "),
        (collector.replace("Tòa tỉnh", ""), "line 3, column 8: court_name_vi: is needed"),
    ] {
        let error = read(&row).unwrap_err();
        assert!(error.starts_with(said), "{row}: {error}");
    }
}

#[test]
fn an_unfit_list_of_banks_is_refused_where_it_is_unfit() {
    let list = shipped(ReferenceKind::Banks);
    let line_of = |text: &str, part: &str| text[..text.find(part).unwrap()].lines().count();
    for (right, wrong, said) in [
        ("\"format\": 1", "\"format\": 2", "this program reads format 1"),
        ("\"bin\":\"970436\"", "\"bin\":\"97043\"", "\"97043\": a BIN is six digits"),
        (
            "\"bin\":\"970436\"",
            "\"bin\":970436",
            "invalid type: integer `970436`, expected a string",
        ),
        ("\"bin\":\"970436\"", "\"bin\":\"970437\"", "the BIN 970437 stands twice"),
        ("\"short_name\":\"Vietcombank\"", "\"short_name\":\" \"", "bank 970436: a name is empty"),
        ("\"swift\":\"BFTVVNVX\"", "\"swift\":\"vcb\"", "bank 970436: a SWIFT code"),
        ("\"swift\":\"BFTVVNVX\"", "\"swyft\":\"BFTVVNVX\"", "unknown field `swyft`"),
    ] {
        let unfit = list.replacen(right, wrong, 1);
        assert_ne!(unfit, list, "{right}");
        let error = parse(ReferenceKind::Banks, unfit.as_bytes()).unwrap_err();
        assert!(error.fault.starts_with(said), "{wrong}: {error}");
        let line = line_of(list, right);
        assert!(error.line.abs_diff(line) <= 2, "{wrong}: {error}, changed line {line}");
    }
    let empty = r#"{"format": 1, "about": "", "banks": []}"#;
    let error = parse(ReferenceKind::Banks, empty.as_bytes()).unwrap_err();
    assert_eq!(error.fault, "the list holds no bank");
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300),
        header in proptest::prelude::any::<bool>(),
    ) {
        let mut file = if header { format!("{COURTS_HEADER}\n").into_bytes() } else { Vec::new() };
        file.extend(bytes);
        for kind in ReferenceKind::ALL {
            if let Err(error) = parse(*kind, &file) {
                proptest::prop_assert!(error.line >= 1 && !error.fault.is_empty());
            }
        }
    }
}
