//! Start, look-up, calculator, receipt check, help, refusals.

use super::super::{
    badge::Badge,
    calculator::{Answer, Question, QuestionPage, Quoted, ResultPage},
    errors::{PublicErrorPage, Refusal},
    form::{Choice, DayField, Field, Item, Wrong},
    litigant::{
        AccessibilityPage, HelpPage, LookupForm, LookupPage, LookupRefusal, PersonalDataPage,
        StartPage, Stopped,
    },
    receipt::{CheckedFacts, ReceiptCheckPage, ReceiptFacts, Verdict, VerdictPage},
};
use super::{Sample, assessment, at, day, dong, form_id, form_page, now, public, say};
use crate::words::Lang;

pub(super) fn samples(lang: Lang) -> Vec<Sample> {
    [start(lang), questions(lang), results(lang), checks(lang), static_pages(lang), refusals(lang)]
        .into_iter()
        .flatten()
        .collect()
}

fn start(lang: Lang) -> Vec<Sample> {
    let empty = || LookupForm { form_id: form_id("lookup"), ..LookupForm::default() };
    let typed = || LookupForm {
        reference: Field::of("AP 261 190 0017").but(Wrong::CheckDigit),
        fact: Field::default().but(Wrong::Enter(Item::Fact)),
        ..empty()
    };
    let page = |lookup, stopped| StartPage { frame: form_page(lang, "/"), lookup, stopped };
    let stopped = vec![Stopped { name: "VNPAY".into(), until: at("2026-11-24T16:00") }];
    let lookup =
        |lookup, refused| LookupPage { frame: form_page(lang, "/tra-cuu"), lookup, refused };
    let refused = |refusal| {
        let form = LookupForm {
            reference: Field::of("AP 261 190 0016"),
            fact: Field::of("0001"),
            ..empty()
        };
        lookup(form, Some(refusal))
    };
    let no_match = LookupRefusal::NoMatch { phone: "0000 000 100".into() };
    let too_many = LookupRefusal::TooMany { again: at("2026-11-24T14:31") };
    vec![
        Sample::of(lang, "start", &page(empty(), vec![])),
        Sample::of(lang, "start-stopped", &page(empty(), stopped)),
        Sample::of(lang, "lookup", &lookup(empty(), None)),
        Sample::of(lang, "lookup-wrong", &lookup(typed(), None)),
        Sample::of(lang, "lookup-no-match", &refused(no_match)),
        Sample::of(lang, "lookup-too-many", &refused(too_many)),
        Sample::of(lang, "lookup-qr-only", &refused(LookupRefusal::QrOnly)),
    ]
}

fn answers(lang: Lang) -> Vec<Answer> {
    let answer = |question: String, value: String, change: &str| Answer {
        question,
        value,
        change: change.into(),
    };
    vec![
        answer(
            say(lang, "Loại vụ việc", "Kind"),
            say(lang, "Dân sự", "Civil"),
            "/tinh-an-phi?ask=kind",
        ),
        answer(
            say(lang, "Giai đoạn", "Stage"),
            say(lang, "Sơ thẩm", "First instance"),
            "/tinh-an-phi?kind=civil&ask=stage",
        ),
    ]
}

fn questions(lang: Lang) -> Vec<Sample> {
    let page = |question, first: bool| QuestionPage {
        frame: form_page(lang, "/tinh-an-phi?kind=civil&stage=first"),
        question,
        answers: if first { vec![] } else { answers(lang) },
        carried: if first {
            vec![]
        } else {
            vec![("kind".into(), "civil".into()), ("stage".into(), "first".into())]
        },
    };
    let unanswered = Field::default().but(Wrong::Choose(Item::Kind));
    let charges = vec![
        Choice::of(
            "bankruptcy.petition",
            "Lệ phí yêu cầu Tòa án mở thủ tục phá sản doanh nghiệp, hợp tác xã",
        ),
        Choice::of("ship.arrest", "Lệ phí bắt giữ tàu biển"),
        Choice::of("copies", "Lệ phí sao chụp tài liệu có trong hồ sơ"),
    ];
    let stage = |simplified| Question::Stage { field: Field::default(), simplified };
    let sums = vec![Field::of("650.000.000"), Field::of("1,5tr").but(Wrong::Money)];
    let relief = |filed| Question::Relief {
        field: Field::of("none"),
        reliefs: vec![
            Choice::of("poor_household", "Cá nhân thuộc hộ nghèo"),
            Choice::of("elderly", "Người cao tuổi (công dân Việt Nam từ đủ 60 tuổi)"),
            Choice::of("disabled", "Người khuyết tật"),
        ],
        filed,
    };
    let no_such_day = DayField {
        day: "31".into(),
        month: "2".into(),
        year: "2026".into(),
        wrong: Some(Wrong::NoSuchDay),
    };
    vec![
        Sample::of(lang, "ask-kind", &page(Question::Kind(Field::default()), true)),
        Sample::of(lang, "ask-kind-wrong", &page(Question::Kind(unanswered), true)),
        Sample::of(
            lang,
            "ask-charge",
            &page(Question::Charge { field: Field::default(), charges }, false),
        ),
        Sample::of(lang, "ask-stage", &page(stage(Some(false)), false)),
        Sample::of(lang, "ask-stage-only", &page(stage(None), false)),
        Sample::of(lang, "ask-priced", &page(Question::Priced(Field::of("yes")), false)),
        Sample::of(lang, "ask-amounts", &page(Question::Amounts(vec![Field::default()]), false)),
        Sample::of(lang, "ask-amounts-wrong", &page(Question::Amounts(sums), false)),
        Sample::of(lang, "ask-relief", &page(relief(DayField::of(day("2026-11-24"))), false)),
        Sample::of(lang, "ask-relief-wrong", &page(relief(no_such_day), false)),
    ]
}

fn results(lang: Lang) -> Vec<Sample> {
    let page = |result| ResultPage {
        frame: public(lang, "/tinh-an-phi/ket-qua?kind=civil&stage=first&amount=650000000"),
        result,
        answers: answers(lang),
        link: "https://anphi.invalid/tinh-an-phi/ket-qua?kind=civil&stage=first".into(),
    };
    let sum = |with_relief| Quoted::Sum {
        advance: dong(15_000_000),
        assessment: assessment(lang),
        with_relief,
    };
    let article = say(lang, "Điều 11, Nghị quyết 326/2016", "Article 11, Resolution 326/2016");
    let reason =
        say(lang, "chưa có biểu án phí cho ngày 01/01/2000", "no fee schedule for 01/01/2000");
    vec![
        Sample::of(lang, "result", &page(sum(None))),
        Sample::of(lang, "result-relief", &page(sum(Some(dong(7_500_000))))),
        Sample::of(lang, "result-nothing", &page(Quoted::NothingDue { article })),
        Sample::of(lang, "result-not-listed", &page(Quoted::NotListed)),
        Sample::of(lang, "result-unknown", &page(Quoted::Unknown { reason })),
    ]
}

fn checks(lang: Lang) -> Vec<Sample> {
    let form = |text, file_wrong| ReceiptCheckPage {
        frame: form_page(lang, "/bien-lai"),
        form_id: form_id("check"),
        text,
        file_wrong,
        public_key: Some("/bien-lai/khoa-cong-khai".into()),
    };
    let facts = |badges: Vec<Badge>, replaced_by: Option<&str>| CheckedFacts {
        receipt: ReceiptFacts {
            symbol: "SM/26E".into(),
            number: "4".into(),
            issued: day("2026-11-23"),
            amount: dong(300_000),
            agency: "Thi hành án dân sự tỉnh Sông Mơ".into(),
            badges,
        },
        payer_initials: "N.V.V.D.".into(),
        replaced_by: replaced_by.map(Into::into),
        key_id: "sm-2026-1".into(),
    };
    let verdict = |verdict| VerdictPage { frame: public(lang, "/bien-lai/7F3K9Q2M"), verdict };
    let genuine = facts(vec![Badge::Valid, Badge::ToSeal], None);
    let corrected = facts(vec![Badge::Valid, Badge::Sealed, Badge::Corrected], None);
    let replaced = facts(vec![Badge::ReceiptReplaced], Some("19"));
    let missing = Field::default().but(Wrong::TextOrFile);
    vec![
        Sample::of(lang, "check", &form(Field::default(), None)),
        Sample::of(lang, "check-empty", &form(missing, None)),
        Sample::of(lang, "check-large", &form(Field::default(), Some(Wrong::FileSize(2)))),
        Sample::of(lang, "verdict-genuine", &verdict(Verdict::Genuine(genuine))),
        Sample::of(lang, "verdict-corrected", &verdict(Verdict::Genuine(corrected))),
        Sample::of(lang, "verdict-replaced", &verdict(Verdict::Voided(replaced))),
        Sample::of(
            lang,
            "verdict-voided",
            &verdict(Verdict::Voided(facts(vec![Badge::Voided], None))),
        ),
        Sample::of(lang, "verdict-altered", &verdict(Verdict::Altered)),
        Sample::of(lang, "verdict-not-ours", &verdict(Verdict::NotOurs)),
    ]
}

fn static_pages(lang: Lang) -> Vec<Sample> {
    vec![
        Sample::of(lang, "help", &HelpPage { frame: public(lang, "/huong-dan") }),
        Sample::of(
            lang,
            "accessibility",
            &AccessibilityPage { frame: public(lang, "/kha-nang-tiep-can") },
        ),
        Sample::of(
            lang,
            "personal-data",
            &PersonalDataPage { frame: public(lang, "/du-lieu-ca-nhan") },
        ),
    ]
}

fn refusals(lang: Lang) -> Vec<Sample> {
    let page = |error, request_id: Option<&str>| PublicErrorPage {
        frame: public(lang, "/n/khong-co"),
        error,
        hotline: "0000 000 100".into(),
        request_id: request_id.map(Into::into),
    };
    let again = at("2026-11-24T14:31");
    let until = at("2026-11-24T16:00");
    let who = say(lang, "Kế toán", "Accountant");
    let changed = Refusal::Changed {
        by: Some(("Tạ Thị Kế Toán Mẫu".into(), now())),
        see: "/tra-cuu".into(),
    };
    vec![
        Sample::of(lang, "error-403", &page(Refusal::Forbidden { who }, None)),
        Sample::of(lang, "error-404", &page(Refusal::NotFound, None)),
        Sample::of(lang, "error-409", &page(changed, None)),
        Sample::of(lang, "error-422", &page(Refusal::Unreadable, None)),
        Sample::of(lang, "error-429", &page(Refusal::TooMany { again }, None)),
        Sample::of(lang, "error-500", &page(Refusal::Broken, Some("9f2c41d07ab3"))),
        Sample::of(lang, "error-503", &page(Refusal::Maintenance { until }, None)),
    ]
}
