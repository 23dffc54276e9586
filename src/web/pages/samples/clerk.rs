//! The clerk's list and the search.

use super::super::{
    badge::Badge,
    clerk::{
        FindPage, FoundKind, FoundRow, Held, Paging, RowAct, Tab, TodayFilter, TodayPage, TodayRow,
    },
    form::{Choice, Field},
    frame::{Banner, DeskFrame, DeskRole},
};
use super::{ID, Sample, at, day, desk, dong, form_id, reference, with_banner};
use crate::words::Lang;

pub(super) fn samples(lang: Lang) -> Vec<Sample> {
    [today(lang), find(lang)].into_iter().flatten().collect()
}

pub(super) fn frame(lang: Lang, path: &str) -> DeskFrame {
    desk(lang, path, DeskRole::Clerk)
}

pub(super) fn paging(total: u32) -> Paging {
    Paging { from: u32::from(total > 0), to: total.min(100), total, previous: None, next: None }
}

fn row(number: u32, parties: &str, what: &str, act: RowAct) -> TodayRow {
    TodayRow {
        case_id: ID.into(),
        notice: format!("01939f2e-7c1a-7b3e-9d40-{number:012}"),
        file: format!("DEMO-{:02}", number % 100),
        references: vec![reference(261_190_000 + number)],
        parties: parties.into(),
        what: what.into(),
        amount: dong(1_500_000 * i64::from(number)),
        pay_by: Some(day("2026-11-26")),
        earliest_return: Some(day("2026-12-03")),
        paid: Some(at("2026-11-23T08:40")),
        badges: vec![Badge::PaidInFull, Badge::InTime],
        act,
    }
}

fn accept(of: &str) -> RowAct {
    RowAct::Accept { form_id: form_id(of), number: None }
}

fn to_accept() -> Vec<TodayRow> {
    let numbered = RowAct::Accept { form_id: form_id("7"), number: Some(String::new()) };
    let used = Held::ReceiptUsed { case: "DEMO-02".into() };
    vec![
        row(1, "Nguyễn Văn Ví Dụ / Trần Thị Thí Dụ", "Đòi nợ vay", accept("1")),
        TodayRow {
            badges: vec![Badge::PaidInFull, Badge::Tolerated],
            ..row(3, "Phạm Văn Minh Họa / Hoàng Thị Mẫu Đơn Từ", "Yêu cầu thanh toán", accept("3"))
        },
        TodayRow {
            badges: vec![Badge::PaidInFull, Badge::Late],
            ..row(5, "Hồ Văn Liên Quan Mẫu", "Yêu cầu độc lập", accept("5"))
        },
        row(7, "Ngô Văn Thử Nghiệm, Vũ Thị Thử Nghiệm", "Công nhận thuận tình ly hôn", numbered),
        row(
            2,
            "Lê Thị Giả Định / Công ty TNHH Xây Dựng Không Có Thật",
            "Bồi thường",
            RowAct::Said(used),
        ),
        row(
            8,
            "Cao Thị Cổ Đông Mẫu / Công ty CP Thử Nghiệm Số Không",
            "Hủy nghị quyết",
            RowAct::Said(Held::Awaiting { receipts: 2 }),
        ),
        row(
            9,
            "Công ty TNHH Đào Tạo Giả Tưởng / Lý Văn Học Thử",
            "Bồi hoàn chi phí đào tạo",
            RowAct::Said(Held::WithJudge),
        ),
        row(
            10,
            "Công ty CP Bí Mật Bịa / Đinh Thị Quản Lý Mẫu",
            "Bồi thường",
            RowAct::Said(Held::ToSeal),
        ),
    ]
}

fn list(lang: Lang, tab: Tab, rows: Vec<TodayRow>) -> TodayPage {
    let counts = Tab::ALL.into_iter().zip([8, 1, 1, 1, 2, 12]).collect();
    let total = u32::try_from(rows.len()).unwrap();
    TodayPage {
        frame: frame(lang, "/desk/today"),
        tab,
        counts,
        filter: TodayFilter { clerks: clerks(), ..TodayFilter::default() },
        next_numbers: vec![
            ("DS-ST 2026".into(), "119".into()),
            ("HNGĐ-ST 2026".into(), "57".into()),
        ],
        rows,
        paging: paging(total),
    }
}

pub(super) fn clerks() -> Vec<Choice> {
    vec![
        Choice::of("thuky.kv1", "Trịnh Thị Thư Ký Mẫu"),
        Choice::of("thuky2.kv1", "Kiều Văn Thư Ký Thử"),
    ]
}

fn today(lang: Lang) -> Vec<Sample> {
    let open = |number, badges, act| TodayRow {
        badges,
        paid: None,
        ..row(number, "Nguyễn Văn Ví Dụ / Trần Thị Thí Dụ", "Đòi nợ vay", act)
    };
    let unserved = TodayRow {
        pay_by: None,
        earliest_return: None,
        ..open(4, vec![Badge::Issued], RowAct::RecordService)
    };
    let past = open(14, vec![Badge::PastDue], RowAct::Nothing);
    let tolerated = open(19, vec![Badge::PayNow], RowAct::Nothing);
    let due = open(11, vec![Badge::DueSoon], RowAct::Nothing);
    let accepted = TodayPage {
        frame: with_banner(
            frame(lang, "/desk/today"),
            Banner::Accepted { number: "118/2026/TLST-DS".into() },
        ),
        ..list(lang, Tab::ToAccept, to_accept())
    };
    let many: Vec<_> = (0..100)
        .map(|n| row(n, "Nguyễn Văn Ví Dụ / Trần Thị Thí Dụ", "Đòi nợ vay", accept(&n.to_string())))
        .collect();
    let filtered = TodayPage {
        filter: TodayFilter {
            clerk: Field::of("thuky.kv1"),
            clerks: clerks(),
            kind: Field::of("civil"),
        },
        paging: Paging {
            from: 101,
            to: 200,
            total: 1284,
            previous: Some("/desk/today?tab=all".into()),
            next: Some("/desk/today?tab=all&after=200".into()),
        },
        ..list(lang, Tab::All, many)
    };
    let all = vec![unserved.clone(), past.clone(), tolerated.clone()];
    vec![
        Sample::of(lang, "today", &accepted),
        Sample::of(lang, "today-empty", &list(lang, Tab::ToAccept, vec![])),
        Sample::of(lang, "today-due", &list(lang, Tab::DueToday, vec![due])),
        Sample::of(lang, "today-due-empty", &list(lang, Tab::DueToday, vec![])),
        Sample::of(lang, "today-tolerated", &list(lang, Tab::Tolerated, vec![tolerated])),
        Sample::of(lang, "today-tolerated-empty", &list(lang, Tab::Tolerated, vec![])),
        Sample::of(lang, "today-past", &list(lang, Tab::PastDue, vec![past])),
        Sample::of(lang, "today-past-empty", &list(lang, Tab::PastDue, vec![])),
        Sample::of(lang, "today-unserved", &list(lang, Tab::NotServed, vec![unserved])),
        Sample::of(lang, "today-unserved-empty", &list(lang, Tab::NotServed, vec![])),
        Sample::of(lang, "today-all", &list(lang, Tab::All, all)),
        Sample::of(lang, "today-all-empty", &list(lang, Tab::All, vec![])),
        Sample::of(lang, "today-100", &filtered),
    ]
}

fn find(lang: Lang) -> Vec<Sample> {
    let found = |kind, name: &str, badge, amount| FoundRow {
        kind,
        path: match kind {
            FoundKind::Exception => format!("/desk/exceptions/{ID}"),
            FoundKind::Case | FoundKind::Notice | FoundKind::Receipt => {
                format!("/desk/cases/{ID}")
            }
        },
        name: name.into(),
        parties: "Phạm Văn Minh Họa / Hoàng Thị Mẫu Đơn Từ".into(),
        amount,
        badge,
    };
    let page = |rows| FindPage {
        frame: DeskFrame {
            search: "minh họa".into(),
            ..frame(lang, "/desk/find?q=minh+h%E1%BB%8Da")
        },
        rows,
    };
    let rows = vec![
        found(FoundKind::Case, "DEMO-03", Badge::Accepted, None),
        found(FoundKind::Notice, "34/TB-TA", Badge::PaidInFull, Some(dong(15_000_000))),
        found(FoundKind::Receipt, "SM/26E số 6", Badge::Used, Some(dong(15_000_000))),
        found(FoundKind::Exception, "AP 261 190 0123", Badge::Double, Some(dong(24_000_000))),
    ];
    let unasked = FindPage { frame: frame(lang, "/desk/find"), rows: vec![] };
    vec![
        Sample::of(lang, "find", &page(rows)),
        Sample::of(lang, "find-empty", &page(vec![])),
        Sample::of(lang, "find-unasked", &unasked),
    ]
}
