//! Bank lines without a settling reference, and lines that were seen before, as tables; the demo's
//! statement line by line.

use anphi::domain::{
    id::{PaymentId, Reference},
    money::Dong,
    name::Name,
    payment::{Counterparty, Direction, Source},
    reconcile::{Candidate, Kind, Movement, NoticeStanding, Reason, Rules, suggest},
    reference_scan::{Named, scan},
    sighting::{Recorded, Sighting, Trace, sightings},
    time::Day,
};
use uuid::Uuid;

fn dong(amount: i64) -> Dong {
    Dong::new(amount).expect("within the limit")
}

fn party(name: &str) -> Counterparty {
    match name {
        "" => Counterparty::default(),
        name => {
            Counterparty { name: Some(name.to_owned()), account: Some("0000000000101".to_owned()) }
        }
    }
}

fn movement<'a>(amount: i64, memo: &'a str, counterparty: &'a Counterparty) -> Movement<'a> {
    let direction = if amount < 0 { Direction::Debit } else { Direction::Credit };
    Movement { direction, amount: dong(amount).magnitude(), memo, counterparty, reversal: false }
}

/// The notices still open at the end of the demo's day, and 01, which every line could find.
fn open_notices() -> Vec<Candidate> {
    let open = [
        ("AP2611900042", 19_500_000, "Hoàng Thị Mẫu Đơn Từ"),
        ("AP2611900123", 24_000_000, "Công ty TNHH Mô Phỏng"),
        ("AP2611900146", 48_000_000, "Công ty TNHH Bên Thứ Ba Mẫu"),
        ("AP2611900195", 10_000_000, "Đinh Thị Quản Lý Mẫu"),
        ("AP2611900205", 300_000, "Mai Văn Khiếu Kiện Thử"),
    ];
    open.into_iter().map(|(reference, amount, name)| candidate(reference, amount, name)).collect()
}

fn candidate(reference: &str, amount: i64, name: &str) -> Candidate {
    Candidate {
        reference: reference.parse().unwrap(),
        amount: dong(amount),
        payers: vec![Name::new(name)],
        pay_by: Day::of(2026, 11, 26).unwrap(),
        standing: NoticeStanding::Payable,
    }
}

fn suggested(movement: Movement<'_>, candidates: &[Candidate]) -> String {
    let word = |reason: &Reason| match reason {
        Reason::CodeNamed => "named",
        Reason::CodeWithoutLetters => "letters",
        Reason::CodeOffByOneDigit => "digit",
        Reason::CodeTransposed => "swap",
        Reason::CodeLengthOff => "length",
        Reason::NameAgrees => "name",
        Reason::ExactAmount => "amount",
        Reason::AmountOnly => "only",
    };
    let found = suggest(movement, candidates).into_iter().map(|suggestion| {
        let reasons: Vec<&str> = suggestion.reasons.iter().map(word).collect();
        format!("{} {}", &suggestion.reference.as_str()[9..], reasons.join("+"))
    });
    found.collect::<Vec<_>>().join(", ")
}

/// The demo's bank statement: line, amount, memo, counterparty; what the memo names, the kind, and
/// the suggestions where nothing settles.
const DEMO: [(u32, i64, &str, &str, &str); 22] = [
    (
        1,
        300_000,
        "AP2611900016 NGUYEN VAN VI DU nop tam ung an phi",
        "NGUYEN VAN VI DU",
        "strict 016; money",
    ),
    (
        2,
        1_500_000,
        "MBVCB.0000000001.000001.AP2611900027 LE THI GIA DINH nop tam ung.CT tu 0000000000102 LE THI GIA DINH toi 9990001112223",
        "LE THI GIA DINH",
        "strict 027; money",
    ),
    (3, 15_000_000, "ap 2611 900034 pham van minh hoa", "PHAM VAN MINH HOA", "lenient 034; money"),
    (
        4,
        19_500_000,
        "HOANG THI MAU DON TU nop an phi phan to",
        "HOANG THI MAU DON TU",
        "none; money; 042 name+amount",
    ),
    (5, 57_000_000, "AP2611900050 nop thay", "CONG TY TNHH TRA HO MAU", "strict 050; money"),
    (6, 41_000_000, "AP2611900069 nop tam ung ly hon", "DO THI TUONG TUONG", "strict 069; money"),
    (7, 300_000, "AP2611900069 nop bo sung", "DO THI TUONG TUONG", "strict 069; money"),
    (
        8,
        300_000,
        "AP2611900075 AP2611900088 thuan tinh ly hon",
        "NGO VAN THU NGHIEM",
        "strict 075 088; money",
    ),
    (9, 3_000_000, "AP2611900091", "CONG TY TNHH VI DU MOT", "strict 091; money"),
    (10, 3_000_000, "AP2611900091", "CONG TY TNHH VI DU MOT", "strict 091; money"),
    (11, 6_250_000, "AP2611900109 phan to", "CONG TY CP VI DU HAI", "strict 109; money"),
    (12, 12_500_000, "AP2611900114", "CONG TY CP GIA LAP", "strict 114; money"),
    (
        13,
        24_000_000,
        "AP2611900218 cong ty mo phong",
        "CONG TY TNHH MO PHONG",
        "strict 218; money; 123 name+amount",
    ),
    (14, 3_000_000, "AP2611900138 CAO THI CO DONG MAU", "CAO THI CO DONG MAU", "strict 138; money"),
    (15, 59_000_000, "AP2611900151", "QUY DAU TU GIA DINH", "strict 151; money"),
    (16, 5_284_100, "VNPAY TT GD NGAY 20112026 3 GD", "VNPAY", "none; settlement vnpay 2026-11-20"),
    (
        17,
        -3_000_000,
        "HOAN TIEN NOP TRUNG AP2611900091 theo QD hoan so 01",
        "CONG TY TNHH VI DU MOT",
        "strict 091; debit",
    ),
    (18, -11_000, "PHI DICH VU TAI KHOAN THANG 11/2026", "", "none; fee"),
    (19, 2150, "TRA LAI TIEN GUI", "", "none; interest"),
    (20, 22_200_000, "AP2611900180", "CONG TY CP BI MAT BIA", "strict 180; money"),
    (21, 10_000_000, "nop tam ung an phi", "TRAN VAN NGUOI LA MAU", "none; money; 195 only"),
    (
        22,
        300_000,
        "AP2611999999 nop an phi",
        "MAI VAN KHIEU KIEN THU",
        "strict 999; money; 205 name+amount",
    ),
];

#[test]
fn the_demos_statement_line_by_line() {
    let rules = Rules::built_in().unwrap();
    let candidates = open_notices();
    for (n, amount, memo, name, expected) in DEMO {
        let counterparty = party(name);
        let movement = movement(amount, memo, &counterparty);
        let named = scan(memo).named();
        let rule = match &named {
            Named::Nothing => "none",
            Named::Strict(_) => "strict",
            Named::Lenient(_) => "lenient",
            Named::Unsure(_) => "unsure",
        };
        let codes: Vec<&str> = named.codes().into_iter().map(|code| &code[9..]).collect();
        let kind = match rules.kind_of(movement, &named) {
            Kind::Money => "money".to_owned(),
            Kind::Returned => "returned".to_owned(),
            Kind::BankFee => "fee".to_owned(),
            Kind::Interest => "interest".to_owned(),
            Kind::ProviderSettlement { provider, day } => {
                format!("settlement {provider} {}", day.unwrap())
            }
            Kind::UnexplainedDebit => "debit".to_owned(),
        };
        let mut read = format!("{} ; {kind}", [&[rule], codes.as_slice()].concat().join(" "));
        let found = suggested(movement, &candidates);
        if [4, 10, 13, 21, 22].contains(&n) && !found.is_empty() {
            read = format!("{read}; {found}");
        }
        assert_eq!(read.replace(" ;", ";"), expected, "line {n}");
    }
}

#[test]
fn fees_and_interest_are_known_by_words_side_and_the_lack_of_a_counterparty() {
    let rules = Rules::built_in().unwrap();
    for (amount, memo, name, kind) in [
        (-11_000, "PHI CHUYEN TIEN VA VAT", "", Kind::BankFee),
        (-11_000, "Phí dịch vụ SMS", "", Kind::BankFee),
        (-11_000, "phi dich vung", "", Kind::UnexplainedDebit),
        (-11_000, "PHI DICH VU", "CONG TY TNHH VI DU", Kind::UnexplainedDebit),
        (-150_000, "Hoan tam ung an phi dich vu", "", Kind::UnexplainedDebit),
        (-11_000, "AP2611900016 PHI DICH VU", "", Kind::UnexplainedDebit),
        (11_000, "PHI DICH VU", "", Kind::Money),
        (2_150, "Trả lãi tiền gửi tháng 11", "", Kind::Interest),
        (2_150, "tra lai tien gui", "NGUYEN VAN VI DU", Kind::Money),
        (-2_150, "TRA LAI TIEN GUI", "", Kind::UnexplainedDebit),
        (300_000, "nop an phi VNPAY TT GD NGAY 20112026", "", Kind::Money),
        (300_000, "VNPAY TT GD NGAY 20112026 AP2611900016", "", Kind::Money),
        (
            300_000,
            "VNPAY TT GD NGAY 23/11/2026 COURT001",
            "CTCP GIAI PHAP",
            Kind::ProviderSettlement { provider: "vnpay".into(), day: Day::of(2026, 11, 23) },
        ),
        (
            300_000,
            "VNPAY TT GD NGAY hom qua",
            "",
            Kind::ProviderSettlement { provider: "vnpay".into(), day: None },
        ),
    ] {
        let counterparty = party(name);
        let read = rules.kind_of(movement(amount, memo, &counterparty), &scan(memo).named());
        assert_eq!(read, kind, "{amount} {memo:?} {name:?}");
    }
    let counterparty = party("");
    let taken_back = Movement { reversal: true, ..movement(-5, "PHI DICH VU", &counterparty) };
    assert_eq!(rules.kind_of(taken_back, &scan("").named()), Kind::Returned);
}

#[test]
fn suggestions_rank_by_code_then_name_and_amount() {
    let mut candidates = open_notices();
    candidates.push(candidate("AP2611900016", 300_000, "Nguyễn Văn Ví Dụ"));
    for (amount, memo, name, expected) in [
        (5, "AP2611900206", "", "205 digit"),
        (300_000, "ap 2611 900250", "", "205 swap+amount"),
        (5, "2611900205 nop", "", "205 letters"),
        (5, "AP261190020 nop", "", "205 length"),
        (5, "AP26119002055 nop", "", "205 length"),
        (5, "ap 2611900205 ap 2611900016", "", "016 named, 205 named"),
        (300_000, "nop an phi", "", ""),
        (300_000, "nop an phi", "NGUYEN VAN VI DU", "016 name+amount"),
        (7, "nop an phi", "NGUYEN VAN VI DU", "016 name"),
        (10_000_000, "nop cho NGUYEN VAN VI DU", "", "016 name"),
        (48_000_000, "nop an phi", "", "146 only"),
        (-48_000_000, "nop an phi", "", ""),
        (5, "0702281569 nop", "", ""),
    ] {
        let counterparty = party(name);
        let read = suggested(movement(amount, memo, &counterparty), &candidates);
        assert_eq!(read, expected, "{amount} {memo:?} {name:?}");
    }
    for notice in &mut candidates {
        notice.payers = vec![Name::new("Nguyễn Văn Ví Dụ")];
    }
    let counterparty = party("NGUYEN VAN VI DU");
    assert_eq!(suggest(movement(1, "", &counterparty), &candidates).len(), 3);
}

/// `amount day reference notices`, the day in November 2026, `-` for none.
fn trace(text: &str) -> Trace {
    let words: Vec<&str> = text.split(' ').collect();
    let amount: i64 = words[0].parse().unwrap();
    Trace {
        direction: if amount < 0 { Direction::Debit } else { Direction::Credit },
        amount: dong(amount).magnitude(),
        day: Day::of(2026, 11, words[1].parse().unwrap()).unwrap(),
        bank_reference: Some(words[2]).filter(|word| *word != "-").map(str::to_owned),
        notices: words[3..].iter().map(|number| reference(number)).collect(),
    }
}

fn reference(number: &str) -> Reference {
    Reference::from_number(number.parse().unwrap())
}

#[test]
fn further_sightings_are_found_by_reference_first_then_by_notice() {
    use Source::{Gateway, Push, Statement};
    type Known = (&'static str, &'static [Source]);
    let table: &[(&str, &[Known], &[&str], &str)] = &[
        ("nothing known", &[], &["300 23 FT1 1"], "new"),
        ("same reference", &[("300 23 FT1 1", &[Push])], &["300 25 ft1 2"], "0"),
        ("other reference", &[("300 23 FT1 1", &[Push])], &["300 23 FT2 1"], "new"),
        ("other side", &[("300 23 FT1 1", &[Push])], &["-300 23 FT1 1"], "new"),
        ("other amount", &[("300 23 FT1 1", &[Push])], &["3000 23 FT1 1"], "not 0"),
        ("line without reference", &[("300 23 FT1 1", &[Push])], &["300 24 - 1"], "0"),
        ("push without reference", &[("300 23 - 1", &[Push])], &["300 22 FT1 1"], "0"),
        ("two days apart", &[("300 23 - 1", &[Push])], &["300 25 FT1 1"], "new"),
        ("other notice", &[("300 23 - 1", &[Push])], &["300 23 FT1 2"], "new"),
        ("one notice of two", &[("300 23 - 1 2", &[Push])], &["300 23 FT1 1"], "new"),
        ("both notices", &[("300 23 - 1 2", &[Push])], &["300 23 FT1 2 1"], "0"),
        ("no notice", &[("300 23 - ", &[Push])], &["300 23 FT1 1"], "new"),
        ("once a source", &[("300 23 FT1 1", &[Push, Statement])], &["300 23 FT1 1"], "new"),
        ("gateway", &[("300 23 FT1 1", &[Gateway])], &["300 23 FT1 1"], "new"),
        ("twice alike", &[("300 23 - 1", &[Push])], &["300 23 FT1 1", "300 23 FT2 1"], "0 new"),
        (
            "the reference of a later line goes before the notice of an earlier one",
            &[("300 23 FT2 1", &[Push])],
            &["300 23 - 1", "300 23 FT2 1"],
            "new 0",
        ),
        (
            "the right amount of a later line goes before a contradiction",
            &[("300 23 FT1 1", &[Push])],
            &["500 23 FT1 1", "300 23 FT1 1"],
            "new 0",
        ),
        (
            "the same day goes before the next",
            &[("300 22 - 1", &[Push]), ("300 23 - 1", &[Push])],
            &["300 23 FT1 1", "300 22 FT2 1"],
            "1 0",
        ),
    ];
    for (name, known, reports, expected) in table {
        let id = |n: usize| PaymentId::new(Uuid::from_u128(n.try_into().unwrap()));
        let recorded: Vec<Recorded> = known
            .iter()
            .enumerate()
            .map(|(n, (text, sources))| Recorded {
                payment: id(n),
                trace: trace(text.trim_end()),
                sources: sources.to_vec(),
            })
            .collect();
        let reports: Vec<Trace> = reports.iter().map(|text| trace(text)).collect();
        let words = sightings(Statement, &reports, &recorded).into_iter().map(|sighting| {
            let number = |payment: PaymentId| payment.uuid().as_u128();
            match sighting {
                Sighting::New => "new".to_owned(),
                Sighting::Of(payment) => number(payment).to_string(),
                Sighting::Contradicts(payment) => format!("not {}", number(payment)),
            }
        });
        assert_eq!(words.collect::<Vec<_>>().join(" "), *expected, "{name}");
    }
}
