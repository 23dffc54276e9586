//! Statements, reconciliation, money to be decided.

use super::super::{
    accountant::{
        FaultKind, LineFault, RefusedFile, StatementNewPage, StatementPage, StatementPreviewPage,
        StatementRefusal, StatementRow, StatementsPage,
    },
    badge::Badge,
    cases::FourTimes,
    exception::{Act, AssignForm, Decided, Effect, ExceptionPage, Review},
    form::{Choice, Field, Item, Wrong},
    frame::{Banner, DeskFrame, DeskRole, Switch},
    money::{
        Balance, BankLine, ExceptionKind, ExceptionRow, ExceptionSummary, ExceptionTab,
        ExceptionsPage, Left, Memo, Outcome, OutcomeKind, OutcomeSum, ReconFilter, ReconPage,
        Suggestion,
    },
    receipts::{ReceiptRow, ReceiptsPage},
};
use super::{
    ID, Sample, at, case::events, clerk::paging, day, desk, dong, form_id, reference, say,
    with_banner,
};
use crate::{domain::file_refusal::FileRefusal, words::Lang};

/// Of no bytes.
const SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

pub(super) fn samples(lang: Lang) -> Vec<Sample> {
    [statements(lang), uploads(lang), recon(lang), exceptions(lang), receipts(lang)]
        .into_iter()
        .flatten()
        .collect()
}

fn frame(lang: Lang, path: &str) -> DeskFrame {
    desk(lang, path, DeskRole::Accountant)
}

fn statement() -> StatementRow {
    StatementRow {
        id: ID.into(),
        file: "camt053_20261123.xml".into(),
        account: "9990001112223".into(),
        from: day("2026-11-23"),
        to: day("2026-11-23"),
        opening: dong(20_000_000),
        moved: dong(280_425_250),
        closing: dong(300_425_250),
        lines: 22,
        exceptions: 8,
        who: "Tạ Thị Kế Toán Mẫu".into(),
        at: at("2026-11-24T08:03"),
    }
}

fn line(lang: Lang, number: u32) -> BankLine {
    let memo = |text: &str, codes: &[&str]| {
        Memo::new(text, codes.iter().map(|code| (*code).to_owned()).collect())
    };
    let base = BankLine {
        number,
        at: Some(at("2026-11-23T08:02")),
        on: day("2026-11-23"),
        amount: dong(300_000),
        balance: Some(dong(20_300_000)),
        payer: "NGUYEN VAN VI DU".into(),
        memo: memo("AP2611900016 NGUYEN VAN VI DU nop tam ung an phi", &["AP2611900016"]),
        badge: Badge::Matched,
        outcome: outcome(lang, number),
    };
    match number {
        4 => BankLine {
            at: Some(at("2026-11-23T09:05")),
            amount: dong(19_500_000),
            payer: "HOANG THI MAU DON TU".into(),
            memo: memo("HOANG THI MAU DON TU nop an phi phan to", &[]),
            badge: Badge::Suggested,
            ..base
        },
        8 => BankLine {
            amount: dong(300_000),
            payer: "NGO VAN THU NGHIEM".into(),
            memo: memo(
                "AP2611900075 AP2611900088 thuan tinh ly hon",
                &["AP2611900075", "AP2611900088"],
            ),
            ..base
        },
        12 => BankLine {
            amount: dong(12_500_000),
            payer: "CONG TY CP GIA LAP".into(),
            memo: memo("AP2611900114", &["AP2611900114"]),
            badge: Badge::Exception,
            ..base
        },
        17 => BankLine {
            at: None,
            amount: dong(-3_000_000),
            payer: "CONG TY TNHH VI DU MOT".into(),
            memo: memo("HOAN TIEN NOP TRUNG AP2611900091 theo QD hoan so 01", &["AP2611900091"]),
            badge: Badge::Exception,
            ..base
        },
        18 => BankLine {
            at: None,
            amount: dong(-11_000),
            balance: None,
            payer: String::new(),
            memo: memo("PHI DICH VU TAI KHOAN THANG 11/2026", &[]),
            ..base
        },
        2 => BankLine {
            amount: dong(1_500_000),
            payer: "LE THI GIA DINH".into(),
            memo: memo(
                "MBVCB.0000000001.000001.AP2611900027 LE THI GIA DINH nop tam ung.CT tu 0000000000102 LE THI GIA DINH toi 9990001112223",
                &["AP2611900027"],
            ),
            ..base
        },
        _ => base,
    }
}

fn outcome(lang: Lang, number: u32) -> Outcome {
    let waits = |why, left| Outcome { why, left: vec![left], ..Outcome::default() };
    match number {
        4 => waits(
            say(
                lang,
                "nội dung chuyển khoản không có mã thông báo",
                "the transfer text has no code of a notice",
            ),
            Left {
                suggestions: vec![suggestion(lang)],
                ..left(ExceptionKind::UnknownCode, 19_500_000)
            },
        ),
        8 => paid(lang, &[7, 8], &[9, 10]),
        12 => {
            let meant = Some(reference(261_190_011));
            let over = left(ExceptionKind::Over, 500_000);
            let before = left(ExceptionKind::Short, 12_000_000);
            let left = vec![Left { meant, refund: true, ..over }, Left { ended: true, ..before }];
            Outcome { left, ..paid(lang, &[11], &[12]) }
        }
        17 => waits(
            say(
                lang,
                "tiền ra mà sổ chưa có quyết định chi",
                "money out, and the books have no decision for it",
            ),
            left(ExceptionKind::UnexplainedDebit, 3_000_000),
        ),
        18 => Outcome {
            why: say(lang, "phí ngân hàng, theo quy tắc", "a bank fee, by rule"),
            ..Outcome::default()
        },
        _ => paid(lang, &[1], &[4]),
    }
}

fn paid(lang: Lang, notices: &[u32], receipts: &[u32]) -> Outcome {
    Outcome {
        references: notices.iter().map(|number| reference(261_190_000 + number)).collect(),
        why: say(
            lang,
            "mã đứng riêng trong nội dung, đúng số tiền",
            "the code stands alone in the text, exact sum",
        ),
        receipts: receipts.iter().map(|number| format!("SM/26E số {number}")).collect(),
        left: vec![],
    }
}

fn left(kind: ExceptionKind, amount: i64) -> Left {
    Left {
        id: ID.into(),
        kind,
        amount: dong(amount),
        meant: None,
        ended: false,
        suggestions: vec![],
        refund: false,
    }
}

fn lines(lang: Lang) -> Vec<BankLine> {
    [1, 2, 4, 8, 12, 17, 18].into_iter().map(|number| line(lang, number)).collect()
}

fn statements(lang: Lang) -> Vec<Sample> {
    let list = |rows: Vec<StatementRow>| StatementsPage {
        frame: frame(lang, "/desk/statements"),
        can_import: true,
        paging: paging(u32::try_from(rows.len()).unwrap()),
        rows,
        refused: vec![],
    };
    let refused = |refusal| RefusedFile {
        file: "camt053_20261123.xml".into(),
        account: "9990001112223".into(),
        refusal,
        sha256: SHA256.into(),
        who: "Tạ Thị Kế Toán Mẫu".into(),
        at: at("2026-11-24T08:01"),
    };
    let tried = StatementsPage {
        refused: vec![
            refused(FileRefusal::Unsafe),
            refused(FileRefusal::DoesNotAdd { sum: dong(300_425_250), says: dong(300_425_251) }),
        ],
        ..list(vec![statement()])
    };
    let month = StatementRow {
        file: "vietcombank_10.csv".into(),
        from: day("2026-10-01"),
        to: day("2026-10-31"),
        exceptions: 0,
        ..statement()
    };
    let imported = StatementPage {
        frame: with_banner(
            frame(lang, "/desk/statements/x"),
            Banner::Imported { lines: 22, matched: 14 },
        ),
        statement: statement(),
        lines: lines(lang),
        paging: paging(7),
    };
    let reader = StatementsPage {
        frame: desk(lang, "/desk/statements", DeskRole::Reader),
        can_import: false,
        ..list(vec![statement()])
    };
    vec![
        Sample::of(lang, "statements", &list(vec![statement(), month])),
        Sample::of(lang, "statements-empty", &list(vec![])),
        Sample::of(lang, "statements-reader", &reader),
        Sample::of(lang, "statements-refused", &tried),
        Sample::of(lang, "statement", &imported),
    ]
}

fn uploads(lang: Lang) -> Vec<Sample> {
    let new = |account, file_wrong, refused| StatementNewPage {
        frame: DeskFrame { switch: Switch::Form, ..frame(lang, "/desk/statements/new") },
        form_id: form_id("upload"),
        account,
        accounts: vec![Choice::of("demo", "9990001112223, Ngân hàng Thử Nghiệm")],
        file_wrong,
        refused,
    };
    let refused = |refusal| {
        let (file, sha256) = ("camt053_20261123.xml".into(), SHA256.into());
        new(Field::of("demo"), None, Some(StatementRefusal { refusal, file, sha256 }))
    };
    let no_account = Field::default().but(Wrong::Choose(Item::Account));
    let already =
        FileRefusal::Already { day: day("2026-11-24"), who: "Tạ Thị Kế Toán Mẫu".into() };
    let overlaps =
        FileRefusal::Overlaps { file: "camt053_20261123.xml".into(), day: day("2026-11-24") };
    let sum = FileRefusal::DoesNotAdd { sum: dong(300_425_250), says: dong(300_425_251) };
    let other = FileRefusal::OtherAccount { number: "••••4445".into() };
    let chain = FileRefusal::DoesNotChain {
        file: "camt053_20261120.xml".into(),
        theirs: dong(20_000_000),
        ours: dong(19_000_000),
    };
    let mut samples = vec![
        Sample::of(lang, "upload", &new(Field::default(), None, None)),
        Sample::of(lang, "upload-wrong", &new(no_account, Some(Wrong::Choose(Item::File)), None)),
        Sample::of(lang, "upload-kind", &new(Field::of("demo"), Some(Wrong::FileKind), None)),
    ];
    for (name, refusal) in [
        ("account", other),
        ("sum", sum),
        ("already", already),
        ("overlap", overlaps),
        ("chain", chain),
        ("line-again", FileRefusal::LineAgain { line: 3 }),
        ("no-closing", FileRefusal::NoClosing),
        ("currency", FileRefusal::Currency),
        ("unsafe", FileRefusal::Unsafe),
        ("large", FileRefusal::TooLarge),
        ("unreadable", FileRefusal::Unreadable { line: 40 }),
    ] {
        samples.push(Sample::of(lang, format!("upload-refused-{name}"), &refused(refusal)));
    }
    samples.extend(previews(lang));
    samples
}

fn previews(lang: Lang) -> Vec<Sample> {
    let page = StatementPreviewPage {
        frame: frame(lang, "/desk/statements/new/b3f1"),
        upload: "b3f1".into(),
        form_id: form_id("import"),
        file: "camt053_20261123.xml".into(),
        format: "camt.053.001.08".into(),
        account: "9990001112223, Ngân hàng Thử Nghiệm".into(),
        from: day("2026-11-23"),
        to: day("2026-11-23"),
        opening: dong(20_000_000),
        moved: dong(280_425_250),
        closing: dong(300_425_250),
        new_lines: 20,
        seen_lines: 2,
        faults: vec![],
        lines: lines(lang),
    };
    let fault = |line, kind, raw: &str| LineFault { line, kind, raw: raw.into() };
    let faulty = StatementPreviewPage {
        faults: vec![
            fault(17, FaultKind::Amount, "1,5tr"),
            fault(40, FaultKind::Day, "31/02/2026;300000"),
        ],
        moved: dong(1_000),
        ..page.clone()
    };
    vec![Sample::of(lang, "preview", &page), Sample::of(lang, "preview-faults", &faulty)]
}

fn suggestion(lang: Lang) -> Suggestion {
    Suggestion {
        reference: reference(261_190_004),
        badge: Badge::DueSoon,
        payer: "Hoàng Thị Mẫu Đơn Từ, bị đơn phản tố".into(),
        amount: dong(19_500_000),
        pay_by: Some(day("2026-11-26")),
        reasons: say(
            lang,
            "đúng số tiền; tên người chuyển giống đương sự",
            "exact sum; the sender’s name resembles the party",
        ),
    }
}

fn balance(difference: i64) -> Balance {
    let sum = |kind, count, amount| OutcomeSum { kind, count, amount: dong(amount) };
    Balance {
        account: "9990001112223".into(),
        opening: dong(20_000_000),
        outcomes: vec![
            sum(OutcomeKind::Payment, 12, 220_850_000),
            sum(OutcomeKind::Unmatched, 8, 59_584_100),
            sum(OutcomeKind::Fee, 1, -11_000),
            sum(OutcomeKind::Interest, 1, 2_150),
        ],
        lines: 22,
        closing: dong(300_425_250),
        difference: dong(difference),
    }
}

fn recon(lang: Lang) -> Vec<Sample> {
    let page = |rows: Vec<BankLine>, balances| ReconPage {
        frame: frame(lang, "/desk/recon"),
        can_import: true,
        matched: 14,
        open: 8,
        filter: ReconFilter {
            day: Field::of("2026-11-23"),
            days: vec![Choice::of("2026-11-23", "23/11/2026")],
            statement: Field::of(ID),
            statements: vec![Choice::of(ID, "camt053_20261123.xml, 23/11/2026")],
            show: Field::default(),
        },
        balances,
        paging: paging(u32::try_from(rows.len()).unwrap()),
        rows,
    };
    let nothing =
        ReconPage { matched: 0, open: 0, filter: ReconFilter::default(), ..page(vec![], vec![]) };
    let hundred = (0..100).map(|_| line(lang, 2)).collect();
    vec![
        Sample::of(lang, "recon", &page(lines(lang), vec![balance(0)])),
        Sample::of(lang, "recon-off", &page(lines(lang), vec![balance(-150_000)])),
        Sample::of(lang, "recon-empty", &nothing),
        Sample::of(lang, "recon-100", &page(hundred, vec![])),
    ]
}

const KINDS: [ExceptionKind; 9] = [
    ExceptionKind::NoMoneyYet,
    ExceptionKind::Short,
    ExceptionKind::Over,
    ExceptionKind::Double,
    ExceptionKind::NoticeClosed,
    ExceptionKind::UnknownCode,
    ExceptionKind::WrongAmount,
    ExceptionKind::ProviderSettlement,
    ExceptionKind::UnexplainedDebit,
];

fn exceptions(lang: Lang) -> Vec<Sample> {
    let rows = || {
        vec![
            ExceptionRow {
                id: ID.into(),
                kind: ExceptionKind::UnknownCode,
                line: line(lang, 4),
                suggestion: Some(suggestion(lang)),
                refund: false,
            },
            ExceptionRow {
                id: ID.into(),
                kind: ExceptionKind::Over,
                line: line(lang, 12),
                suggestion: None,
                refund: true,
            },
            ExceptionRow {
                id: ID.into(),
                kind: ExceptionKind::UnexplainedDebit,
                line: line(lang, 17),
                suggestion: None,
                refund: false,
            },
        ]
    };
    let tabs = || KINDS.into_iter().map(|kind| ExceptionTab { kind, count: 1 }).collect();
    let list = |tabs, kind, rows: Vec<ExceptionRow>| ExceptionsPage {
        frame: frame(lang, "/desk/exceptions"),
        tabs,
        kind,
        summary: (!rows.is_empty()).then(|| ExceptionSummary {
            count: 3,
            amount: dong(23_000_000),
            oldest: day("2026-11-23"),
        }),
        paging: paging(u32::try_from(rows.len()).unwrap()),
        rows,
    };
    let mut samples = vec![
        Sample::of(lang, "exceptions", &list(tabs(), None, rows())),
        Sample::of(
            lang,
            "exceptions-kind",
            &list(tabs(), Some(ExceptionKind::UnknownCode), rows()),
        ),
        Sample::of(lang, "exceptions-empty", &list(vec![], None, vec![])),
    ];
    for kind in KINDS {
        samples.push(Sample::of(
            lang,
            format!("exception-{}", kind.value()),
            &exception(lang, kind),
        ));
    }
    samples.extend(choices(lang));
    samples
}

fn exception(lang: Lang, kind: ExceptionKind) -> ExceptionPage {
    let known = kind == ExceptionKind::UnknownCode;
    let money = if kind == ExceptionKind::UnexplainedDebit { 17 } else { 4 };
    ExceptionPage {
        frame: frame(lang, "/desk/exceptions/x"),
        id: ID.into(),
        kind,
        line: line(lang, money),
        times: FourTimes {
            bank: Some(at("2026-11-23T09:05")),
            message: None,
            statement: Some(day("2026-11-23")),
            court: None,
        },
        reason: say(
            lang,
            "nội dung chuyển khoản không có mã AP",
            "the transfer text has no AP code",
        ),
        meant: (kind == ExceptionKind::Double).then(|| reference(261_190_009)),
        same_sum: u32::from(known),
        refund: matches!(kind, ExceptionKind::Double | ExceptionKind::Over),
        act: Act::Nothing,
        decided: None,
        suggestions: if known { vec![suggestion(lang)] } else { vec![] },
        events: events(lang).into_iter().take(1).collect(),
    }
}

/// The ways of a choice: nothing typed, faults, a check of each effect, a part, an end.
fn choices(lang: Lang) -> Vec<Sample> {
    let page = |act, decided| ExceptionPage {
        act,
        decided,
        ..exception(lang, ExceptionKind::UnknownCode)
    };
    let asking = |form| ExceptionPage {
        frame: DeskFrame { switch: Switch::Form, ..frame(lang, "/desk/exceptions/x") },
        ..page(Act::Assign(form), None)
    };
    let form =
        |notice, other, reason| AssignForm { form_id: form_id("assign"), notice, other, reason };
    let why = say(
        lang,
        "Phiếu chuyển tiền ngày 23/11/2026 ghi đúng vụ",
        "The slip of 23/11/2026 names the case",
    );
    let typed =
        || form(Field::of(reference(261_190_004).as_str()), Field::default(), Field::of(&why));
    let review = |effect| Review {
        reference: reference(261_190_004),
        payer: "Hoàng Thị Mẫu Đơn Từ".into(),
        due: dong(19_500_000),
        effect,
    };
    let check = |effect| page(Act::Apply(typed(), review(effect)), None);
    let wrong = form(
        Field::of("other"),
        Field::of("AP 261 190 0000").but(Wrong::CheckDigit),
        Field::default().but(Wrong::Reason),
    );
    let closed = form(
        Field::of(reference(261_190_004).as_str()).but(Wrong::NoticeTakesNone(Badge::Double)),
        Field::default(),
        Field::of(&why),
    );
    let decided =
        Decided {
            who: "Tạ Thị Kế Toán Mẫu".into(), at: at("2026-11-24T09:12"), why: why.clone()
        };
    let part = Act::TakeBack(form_id("back"), Field::default());
    let part_wrong = Act::TakeBack(form_id("back"), Field::default().but(Wrong::Reason));
    let settles = |over: Option<i64>| Effect::Settles { over: over.map(dong) };
    vec![
        Sample::of(
            lang,
            "exception-assign",
            &asking(AssignForm { form_id: form_id("assign"), ..AssignForm::default() }),
        ),
        Sample::of(lang, "exception-assign-wrong", &asking(wrong)),
        Sample::of(lang, "exception-assign-closed", &asking(closed)),
        Sample::of(lang, "exception-review", &check(settles(None))),
        Sample::of(lang, "exception-review-over", &check(settles(Some(500_000)))),
        Sample::of(lang, "exception-review-part", &check(Effect::Waits { missing: dong(500_000) })),
        Sample::of(lang, "exception-part", &page(part, None)),
        Sample::of(lang, "exception-part-wrong", &page(part_wrong, None)),
        Sample::of(lang, "exception-decided", &page(Act::Nothing, Some(decided))),
    ]
}

fn receipts(lang: Lang) -> Vec<Sample> {
    let row = |number: u32, badge, used_for: Option<&str>| ReceiptRow {
        id: ID.into(),
        name: format!("SM/26E số {number}"),
        at: at("2026-11-23T08:03"),
        payer: "NGUYEN VAN VI DU".into(),
        paid_for: "Nguyễn Văn Ví Dụ".into(),
        reference: reference(261_190_000 + number),
        amount: dong(300_000),
        badge,
        used_for: used_for.map(str::to_owned),
    };
    let list = |rows: Vec<ReceiptRow>| ReceiptsPage {
        frame: frame(lang, "/desk/receipts"),
        paging: paging(u32::try_from(rows.len()).unwrap()),
        rows,
    };
    let rows = vec![
        row(2, Badge::Valid, None),
        row(1, Badge::Used, Some("DEMO-01")),
        row(3, Badge::Voided, None),
    ];
    vec![
        Sample::of(lang, "receipts", &list(rows)),
        Sample::of(lang, "receipts-empty", &list(vec![])),
    ]
}
