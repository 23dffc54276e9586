//! A case and its form, its assessment, notice and service.

use super::super::{
    badge::Badge,
    case_form::{
        CaseFields, CaseFormPage, CaseWarning, ClaimFields, Difference, Edited, Meanwhile,
        PartyFields,
    },
    cases::{
        AssessmentPage, CaseBar, CasePage, Differs, Event, FourTimes, NoticeAct, NoticeSection,
        OrderMoney, OrderRow, PartyLine, PartyRole, PayerAssessment, ReceiptLink,
    },
    clerk::Held,
    form::{Choice, DayField, Field, Item, Wrong},
    frame::{Banner, DeskFrame, Switch},
    notices::{
        DraftPayer, NoticeDraftPage, SecondFact, ServedPage, ServicePreview, ServiceTry, Way,
    },
};
use super::{
    ID, Sample, assessment, at,
    clerk::{clerks, frame},
    day, dong, form_id, now, reference, say, with_banner,
};
use crate::words::Lang;

pub(super) fn samples(lang: Lang) -> Vec<Sample> {
    [forms(lang), cases(lang), assessments(lang), drafts(lang), served(lang)]
        .into_iter()
        .flatten()
        .collect()
}

fn form_frame(lang: Lang, path: &str) -> DeskFrame {
    DeskFrame { switch: Switch::Form, ..frame(lang, path) }
}

fn party() -> PartyFields {
    PartyFields {
        role: Field::of("plaintiff"),
        kind: Field::of("person"),
        name: Field::of("Lê Thị Giả Định"),
        document: Field::of("citizen-id"),
        document_number: Field::of("000000000003"),
        born: Field::of("1960"),
        address: Field::of("số 3 đường Ví Dụ"),
        ward: Field::of("xã Cầu Mây"),
        province: Field::of("00"),
        phone: Field::of("0000 000 003"),
        ..PartyFields::default()
    }
}

fn claim() -> ClaimFields {
    ClaimFields {
        text: Field::of("Bồi thường thiệt hại về tài sản"),
        side: Field::of("claim"),
        valued: Field::of("yes"),
        amount: Field::of("120.000.000"),
        by: vec![1],
        ..ClaimFields::default()
    }
}

fn case_form(lang: Lang) -> CaseFormPage {
    CaseFormPage {
        frame: form_frame(lang, "/desk/cases/new"),
        edited: None,
        form_id: form_id("case"),
        case: CaseFields {
            kind: Field::of("civil"),
            stage: Field::of("first"),
            procedure: Field::of("ordinary"),
            subject: Field::of("Đòi bồi thường thiệt hại về tài sản"),
            clerk: Field::of("thuky.kv1"),
            filed: DayField::of(day("2026-11-18")),
            ..CaseFields::default()
        },
        parties: vec![party()],
        claims: vec![claim()],
        whole_wrong: None,
        warnings: vec![],
        checked: false,
        charges: vec![Choice::of("ship.arrest", "Lệ phí bắt giữ tàu biển")],
        reliefs: vec![
            Choice::of("poor_household", "Cá nhân thuộc hộ nghèo"),
            Choice::of(
                "force_majeure",
                "Gặp sự kiện bất khả kháng, không đủ tài sản để nộp: giảm 50%",
            ),
        ],
        clerks: clerks(),
    }
}

fn forms(lang: Lang) -> Vec<Sample> {
    let empty = CaseFormPage {
        case: CaseFields::new("thuky.kv1", day("2026-11-24")),
        parties: vec![
            PartyFields::new(PartyRole::Plaintiff),
            PartyFields::new(PartyRole::Defendant),
        ],
        claims: vec![ClaimFields::new()],
        ..case_form(lang)
    };
    let relief = PartyFields {
        relief: Field::of("force_majeure"),
        relief_decision: Field::of("GM-01"),
        relief_day: DayField::of(day("2026-11-17")),
        ..party()
    };
    let defendant = PartyFields {
        role: Field::of("defendant"),
        kind: Field::of("organisation"),
        name: Field::of("Công ty TNHH Xây Dựng Không Có Thật"),
        document: Field::of("tax-code"),
        document_number: Field::of("0000000004"),
        is_new: true,
        ..PartyFields::default()
    };
    let two = CaseFormPage {
        edited: Some(Edited { id: ID.into(), revision: 2, meanwhile: None }),
        parties: vec![relief, defendant],
        claims: vec![claim(), ClaimFields { share: Field::of("1/2"), ancillary: true, ..claim() }],
        warnings: vec![
            CaseWarning::BirthYear { name: "Lê Thị Giả Định".into() },
            CaseWarning::SameCase { number: "DEMO-02".into() },
        ],
        ..case_form(lang)
    };
    vec![
        Sample::of(lang, "case-new", &empty),
        Sample::of(lang, "case-edit", &two),
        Sample::of(lang, "case-edit-meanwhile", &overtaken(lang)),
        Sample::of(lang, "case-wrong", &wrong_form(lang)),
    ]
}

/// Somebody else saved first.
fn overtaken(lang: Lang) -> CaseFormPage {
    let difference = |field: String, theirs: &str, mine: &str| Difference {
        field,
        theirs: theirs.into(),
        mine: mine.into(),
    };
    let meanwhile = Meanwhile {
        by: Some(("Kiều Văn Thư Ký Thử".into(), now())),
        differences: vec![difference(
            lang.t("case-subject").to_string(),
            "Đòi nợ vay",
            "Đòi bồi thường thiệt hại về tài sản",
        )],
    };
    let edited = Edited { id: ID.into(), revision: 3, meanwhile: Some(meanwhile) };
    CaseFormPage { edited: Some(edited), ..case_form(lang) }
}

/// Every message that the form can give, once.
fn wrong_form(lang: Lang) -> CaseFormPage {
    let enter = |item| Field::default().but(Wrong::Enter(item));
    let choose = |item| Field::default().but(Wrong::Choose(item));
    CaseFormPage {
        case: CaseFields {
            number: Field::of("4111111111111111").but(Wrong::CardNumber),
            kind: choose(Item::Kind),
            stage: choose(Item::Stage),
            procedure: choose(Item::Procedure),
            charge: choose(Item::Charge),
            subject: enter(Item::Subject),
            clerk: choose(Item::Clerk),
            filed: DayField::of(day("2026-11-30")).but(Wrong::AfterToday),
        },
        parties: vec![PartyFields {
            role: choose(Item::Role),
            kind: choose(Item::PartyType),
            name: enter(Item::Name),
            document: choose(Item::Document),
            document_number: Field::of("12345").but(Wrong::TaxCode),
            born: Field::of("abc").but(Wrong::NoSuchDay),
            address: enter(Item::Address),
            ward: enter(Item::Ward),
            province: choose(Item::Province),
            phone: Field::of("123").but(Wrong::Phone),
            email: Field::of("ai.do").but(Wrong::Email),
            relief: Field::of("poor").but(Wrong::NotListed),
            relief_decision: enter(Item::Decision),
            relief_day: DayField::default()
                .but(Wrong::DayRange(day("2017-01-01"), day("2026-11-24"))),
            ..PartyFields::default()
        }],
        claims: vec![ClaimFields {
            text: enter(Item::Claim),
            side: choose(Item::Side),
            valued: choose(Item::Valued),
            amount: Field::default().but(Wrong::ClaimSum(1)),
            share: Field::of("một nửa").but(Wrong::Share),
            parts: Field::of("x").but(Wrong::Parts),
            rate: enter(Item::Rate),
            ..ClaimFields::default()
        }],
        whole_wrong: Some(Wrong::NoPayer),
        ..case_form(lang)
    }
}

fn bar(badge: Badge, pay_by: Option<&str>) -> CaseBar {
    CaseBar {
        id: ID.into(),
        number: "DEMO-03".into(),
        parties: "Phạm Văn Minh Họa / Hoàng Thị Mẫu Đơn Từ".into(),
        badge,
        pay_by: pay_by.map(day),
    }
}

fn section(act: NoticeAct) -> NoticeSection {
    let times = FourTimes {
        bank: Some(at("2026-11-23T08:40")),
        message: Some(at("2026-11-23T08:41")),
        statement: None,
        court: Some(at("2026-11-23T08:41")),
    };
    let order = |reference: &str, way: &str, badge, money| OrderRow {
        reference: reference.into(),
        way: way.into(),
        badge,
        money,
    };
    let receipt = ReceiptLink {
        name: "SM/26E số 6".into(),
        path: format!("/desk/receipts/{ID}/bien-lai.pdf"),
    };
    NoticeSection {
        id: ID.into(),
        number: "34/TB-TA".into(),
        reference: reference(261_190_003),
        badges: vec![Badge::PaidInFull, Badge::ReceiptAtCourt, Badge::InTime],
        payer: "Phạm Văn Minh Họa, nguyên đơn".into(),
        amount: dong(15_000_000),
        received: Some(day("2026-11-19")),
        pay_by: Some(day("2026-11-26")),
        earliest_return: Some(day("2026-12-03")),
        orders: vec![
            order("AP2611900034", "VietQR", Badge::NotAwaited, OrderMoney::None),
            order("AP2611900034-1", "VNPAY", Badge::InProgress, OrderMoney::Awaited),
            order(
                "AP2611900034-2",
                "VNPAY",
                Badge::Paid,
                OrderMoney::Came { times, receipt: Some(receipt) },
            ),
        ],
        act,
        print: Some(format!("/desk/notices/{ID}/thong-bao.pdf")),
    }
}

pub(super) fn events(lang: Lang) -> Vec<Event> {
    let event = |moment: &str, vi: &str, en: &str, who: &str| Event {
        at: at(moment),
        what: say(lang, vi, en),
        who: who.into(),
    };
    vec![
        event(
            "2026-11-23T08:41",
            "Lập biên lai SM/26E số 6",
            "Receipt SM/26E no. 6 issued",
            "anphi",
        ),
        event(
            "2026-11-23T08:41",
            "Ngân hàng báo có 15.000.000 ₫",
            "The bank reports 15,000,000 VND",
            "SePay",
        ),
        event("2026-11-19T10:20", "Ghi tống đạt", "Service recorded", "Trịnh Thị Thư Ký Mẫu"),
        event(
            "2026-11-18T16:02",
            "Ký và phát hành thông báo 34/TB-TA",
            "Notice 34/TB-TA issued",
            "Lâm Văn Thẩm Phán Mẫu",
        ),
    ]
}

fn case_page(lang: Lang, badge: Badge, notices: Vec<NoticeSection>) -> CasePage {
    let party = |role, line: &str| PartyLine { role, line: line.into() };
    CasePage {
        frame: frame(lang, &format!("/desk/cases/{ID}")),
        case: bar(badge, Some("2026-11-26")),
        subject: "Tranh chấp hợp đồng chuyển nhượng quyền sử dụng đất".into(),
        kind: say(lang, "Dân sự, sơ thẩm, thông thường", "Civil, first instance, ordinary"),
        filed: day("2026-11-16"),
        parties: vec![
            party(
                PartyRole::Plaintiff,
                "Phạm Văn Minh Họa, số 5 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ",
            ),
            party(
                PartyRole::Defendant,
                "Hoàng Thị Mẫu Đơn Từ, số 6 đường Ví Dụ, xã Núi Mơ, tỉnh Sông Mơ",
            ),
            party(
                PartyRole::Related,
                "Hồ Văn Liên Quan Mẫu, số 25 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ",
            ),
        ],
        locked: None,
        assessed: Some(dong(15_000_000)),
        reliefs: vec![],
        notices,
        can_change: false,
        can_issue: false,
        events: events(lang),
    }
}

fn cases(lang: Lang) -> Vec<Sample> {
    let open = CasePage {
        case: bar(Badge::Draft, None),
        assessed: None,
        notices: vec![],
        can_change: true,
        can_issue: true,
        reliefs: vec!["Lê Thị Giả Định: giảm 50%, quyết định GM-01 ngày 17/11/2026".into()],
        frame: with_banner(frame(lang, &format!("/desk/cases/{ID}")), Banner::DraftSaved),
        ..case_page(lang, Badge::Draft, vec![])
    };
    let issued = NoticeSection {
        badges: vec![Badge::Issued],
        received: None,
        pay_by: None,
        earliest_return: None,
        orders: vec![],
        ..section(NoticeAct::RecordService)
    };
    let paid = case_page(lang, Badge::PaidInFull, vec![section(NoticeAct::Accept(form_id("a")))]);
    let accepted = CasePage {
        locked: Some(day("2026-11-24")),
        ..case_page(lang, Badge::Accepted, vec![section(NoticeAct::Nothing)])
    };
    let held = section(NoticeAct::Said(Held::WithJudge));
    let sent = CasePage {
        frame: with_banner(frame(lang, &format!("/desk/cases/{ID}")), Banner::SentToJudge),
        ..case_page(
            lang,
            Badge::ToSign,
            vec![NoticeSection {
                badges: vec![Badge::ToSign],
                orders: vec![],
                print: None,
                ..section(NoticeAct::Nothing)
            }],
        )
    };
    let served = CasePage {
        frame: with_banner(
            frame(lang, &format!("/desk/cases/{ID}")),
            Banner::Served { pay_by: day("2026-11-26") },
        ),
        ..case_page(lang, Badge::Served, vec![section(NoticeAct::Nothing)])
    };
    vec![
        Sample::of(lang, "case-draft", &open),
        Sample::of(lang, "case-sent", &sent),
        Sample::of(lang, "case-issued", &case_page(lang, Badge::Issued, vec![issued])),
        Sample::of(lang, "case-served", &served),
        Sample::of(lang, "case-paid", &paid),
        Sample::of(lang, "case-held", &case_page(lang, Badge::PaidInFull, vec![held])),
        Sample::of(lang, "case-accepted", &accepted),
    ]
}

fn assessments(lang: Lang) -> Vec<Sample> {
    let payer = |name: &str| PayerAssessment {
        name: name.into(),
        rows: assessment(lang).rows,
        advance: dong(15_000_000),
    };
    let page = |payers| AssessmentPage {
        frame: frame(lang, &format!("/desk/cases/{ID}/assessment")),
        case: bar(Badge::Draft, None),
        missing: vec![],
        payers,
        schedule: assessment(lang).schedule,
        differs: None,
        can_issue: true,
        can_change: true,
    };
    let missing = AssessmentPage {
        missing: vec![
            ("claim-1-amount".into(), say(lang, "Yêu cầu 1: giá trị", "Claim 1: value")),
            ("claim-1-amount".into(), say(lang, "Số tiền", "Amount")),
        ],
        schedule: String::new(),
        can_issue: false,
        ..page(vec![])
    };
    let differs = AssessmentPage {
        differs: Some(Differs {
            number: "34/TB-TA".into(),
            then: dong(15_000_000),
            now: dong(19_500_000),
            more: dong(4_500_000),
        }),
        can_issue: false,
        can_change: false,
        ..page(vec![payer("Phạm Văn Minh Họa"), payer("Hoàng Thị Mẫu Đơn Từ")])
    };
    vec![
        Sample::of(lang, "assessment", &page(vec![payer("Phạm Văn Minh Họa")])),
        Sample::of(lang, "assessment-missing", &missing),
        Sample::of(lang, "assessment-differs", &differs),
    ]
}

fn drafts(lang: Lang) -> Vec<Sample> {
    let payer = |name: &str, part: String, relief: &str, amount, fact| DraftPayer {
        name: name.into(),
        part,
        relief: relief.into(),
        amount: dong(amount),
        fact,
    };
    let whole = say(lang, "toàn bộ", "whole");
    let page = |payers, joint| NoticeDraftPage {
        frame: form_frame(lang, &format!("/desk/cases/{ID}/notice/new")),
        case: bar(Badge::Draft, None),
        form_id: form_id("draft"),
        payers,
        joint,
        paper: super::desk::paper(),
        judge: Field::default(),
        judges: vec![Choice::of("thamphan.kv1", "Lâm Văn Thẩm Phán Mẫu")],
        no_account: None,
        preview: Some(format!("/desk/notices/{ID}/thong-bao.pdf")),
    };
    let one = || {
        vec![payer(
            "Phạm Văn Minh Họa, nguyên đơn",
            whole.clone(),
            "",
            15_000_000,
            SecondFact::Document,
        )]
    };
    let both = vec![
        payer("Ngô Văn Thử Nghiệm", "1/2".into(), "", 150_000, SecondFact::Document),
        payer(
            "Công ty TNHH Ví Dụ Một",
            "1/2".into(),
            "giảm 50%, GM-01",
            75_000,
            SecondFact::TaxCode,
        ),
    ];
    let wrong = NoticeDraftPage {
        judge: Field::default().but(Wrong::Choose(Item::Judge)),
        ..page(one(), false)
    };
    let no_account = NoticeDraftPage {
        no_account: Some("Thi hành án dân sự tỉnh Sông Mơ".into()),
        preview: None,
        ..page(one(), false)
    };
    vec![
        Sample::of(lang, "draft", &page(one(), false)),
        Sample::of(lang, "draft-joint", &page(both, true)),
        Sample::of(lang, "draft-wrong", &wrong),
        Sample::of(lang, "draft-no-account", &no_account),
    ]
}

fn served(lang: Lang) -> Vec<Sample> {
    let page = |tries, preview| ServedPage {
        frame: form_frame(lang, &format!("/desk/notices/{ID}/served")),
        case: bar(Badge::Issued, None),
        notice: ID.into(),
        form_id: form_id("served"),
        tries,
        opened: None,
        to: Field::default(),
        addressees: vec![Choice::of("1", "Phạm Văn Minh Họa")],
        way: Field::of("by-hand"),
        day: DayField::of(day("2026-11-23")),
        by: Field::of("Trịnh Thị Thư Ký Mẫu"),
        preview,
        no_calendar: None,
    };
    let tried = vec![ServiceTry {
        to: "Phạm Văn Minh Họa".into(),
        day: day("2026-11-20"),
        way: Way::Refused,
        by: "Tống đạt viên Mẫu".into(),
    }];
    let preview = ServicePreview {
        pay_by: day("2026-11-30"),
        earliest_return: day("2026-12-03"),
        days_off: vec![day("2026-11-24"), day("2026-11-28"), day("2026-11-29")],
    };
    let no_days_off = ServicePreview { days_off: vec![], ..preview.clone() };
    let wrong = ServedPage {
        to: Field::default().but(Wrong::Choose(Item::Addressee)),
        addressees: vec![
            Choice::of("1", "Ngô Văn Thử Nghiệm"),
            Choice::of("2", "Vũ Thị Thử Nghiệm"),
        ],
        way: Field::default().but(Wrong::Choose(Item::Way)),
        day: DayField::of(day("2026-11-10")).but(Wrong::BeforeIssue),
        by: Field::default().but(Wrong::Enter(Item::ServedBy)),
        ..page(vec![], None)
    };
    let no_calendar = ServedPage { no_calendar: Some("2028".into()), ..page(vec![], None) };
    let opened = ServedPage { opened: Some(at("2026-11-20T19:02")), ..page(tried, Some(preview)) };
    vec![
        Sample::of(lang, "served", &page(vec![], None)),
        Sample::of(lang, "served-preview", &opened),
        Sample::of(lang, "served-preview-plain", &page(vec![], Some(no_days_off))),
        Sample::of(lang, "served-wrong", &wrong),
        Sample::of(lang, "served-no-calendar", &no_calendar),
    ]
}
