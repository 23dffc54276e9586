//! The notice, paying it, its attempts, its receipt.

use super::super::{
    attempt::{AtCourt, AttemptPage, Outcome, Over, Paid, Seen, Short, Transfer},
    badge::Badge,
    form::{Field, Item, Wrong},
    frame::{Step, Switch},
    notice::{
        AcceptedAs, Addressee, AdvanceOf, Consequence, Deadline, Limit, Method, MethodKind, Moved,
        NoticeFacts, NoticePage, OpenAttempt, PaidNotice, PartPaid, PayForm, PayPage, PayRefusal,
        Standing, Wait, Why,
    },
    receipt::{Changed, ReceiptFacts, ReceiptPage},
};
use super::{LOOKUP, Sample, assessment, at, day, dong, form_id, paying, qr, reference, say};
use crate::words::Lang;

pub(super) fn samples(lang: Lang) -> Vec<Sample> {
    [payable(lang), payers(lang), other_notices(lang), pay(lang), attempts(lang), receipts(lang)]
        .into_iter()
        .flatten()
        .collect()
}

/// The live parts of the waiting attempts, and of one that is done.
pub(super) fn parts(lang: Lang) -> Vec<Sample> {
    outcomes()
        .into_iter()
        .map(|(name, outcome)| {
            let page = attempt(lang, outcome);
            Sample::of(lang, format!("part-{name}"), &page.part())
        })
        .collect()
}

fn facts() -> NoticeFacts {
    NoticeFacts {
        advance_of: AdvanceOf::CourtFee,
        number: "34/TB-TA".into(),
        day: day("2026-11-18"),
        court: "Tòa án nhân dân khu vực 1 - Sông Mơ".into(),
        payer: "Phạm Văn Minh Họa".into(),
        addressee: Addressee::Person,
        reference: reference(261_190_003),
        amount: dong(15_000_000),
        joint_share: None,
        why: Why::Plaintiff,
        consequence: Consequence::PetitionReturned,
        consequence_article: "Điều 192 BLTTDS".into(),
        collector: "Thi hành án dân sự tỉnh Sông Mơ".into(),
        bank: "Ngân hàng Thử Nghiệm".into(),
        hotline: "0000 000 100".into(),
    }
}

fn pay_form() -> PayForm {
    let method = |kind, wait, stopped| Method { kind, wait, stopped };
    PayForm {
        form_id: form_id("pay"),
        who: Field::of("self"),
        name: Field::default(),
        address: Field::default(),
        id: Field::default(),
        method: Field::of("vietqr"),
        methods: vec![
            method(MethodKind::VietQr, Wait::Push, false),
            method(MethodKind::Vnpay, Wait::Query, false),
        ],
        refund_to: "Phạm Văn Minh Họa".into(),
    }
}

fn running() -> Deadline {
    Deadline::Running {
        received: day("2026-11-19"),
        pay_by: day("2026-11-26"),
        days_left: 2,
        moved: None,
    }
}

fn page(lang: Lang, badge: Badge, standing: Standing) -> NoticePage {
    let open = matches!(standing, Standing::Payable(_));
    let frame = paying(lang, &format!("/n/{LOOKUP}"), Step::Notice);
    NoticePage {
        frame: if open { super::PublicFrame { switch: Switch::Form, ..frame } } else { frame },
        lookup: LOOKUP.into(),
        notice: facts(),
        badge,
        standing,
        part: None,
        attempt: None,
        assessment: assessment(lang),
        wait: Wait::Push,
        pay: open.then(pay_form),
        pdf: Some(format!("/n/{LOOKUP}/thong-bao.pdf")),
    }
}

fn payable(lang: Lang) -> Vec<Sample> {
    let payable = |badge, deadline| page(lang, badge, Standing::Payable(deadline));
    let moved = Deadline::Running {
        received: day("2026-11-19"),
        pay_by: day("2026-12-02"),
        days_left: 8,
        moved: Some(Moved {
            from: day("2026-11-26"),
            reason: "Lý do chính đáng: nằm viện, có giấy ra viện.".into(),
        }),
    };
    let tolerated =
        Deadline::Tolerated { received: day("2026-11-13"), lapse_after: day("2026-11-26") };
    let overdue = Deadline::Past { since: day("2026-11-17") };
    let unserved = Deadline::NotServed(Limit::Days(7));
    let open = OpenAttempt {
        reference: format!("{}-1", reference(261_190_003)),
        since: at("2026-11-24T09:12"),
    };
    let part = PartPaid { received: dong(14_700_000), missing: dong(300_000) };
    let due = || payable(Badge::DueSoon, running());
    vec![
        Sample::of(lang, "notice", &due()),
        Sample::of(lang, "notice-unserved", &payable(Badge::Issued, unserved)),
        Sample::of(lang, "notice-moved", &payable(Badge::Issued, moved)),
        Sample::of(lang, "notice-tolerated", &payable(Badge::PayNow, tolerated)),
        Sample::of(lang, "notice-past", &payable(Badge::PastDue, overdue)),
        Sample::of(lang, "notice-attempt", &NoticePage { attempt: Some(open), ..due() }),
        Sample::of(lang, "notice-part", &NoticePage { part: Some(part), ..due() }),
    ]
}

/// The same notice to other people, for other reasons.
fn payers(lang: Lang) -> Vec<Sample> {
    let due = |notice, deadline| NoticePage {
        notice,
        ..page(lang, Badge::Issued, Standing::Payable(deadline))
    };
    let company = NoticeFacts {
        payer: "Công ty TNHH Ví Dụ Một".into(),
        addressee: Addressee::Organisation,
        why: Why::Counterclaim,
        consequence: Consequence::ClaimNotTaken,
        ..facts()
    };
    let requester = NoticeFacts {
        advance_of: AdvanceOf::Charge,
        why: Why::Requester,
        amount: dong(150_000),
        ..facts()
    };
    let appellant =
        NoticeFacts { why: Why::Appellant, consequence: Consequence::AppealWaived, ..facts() };
    let further = NoticeFacts {
        why: Why::IndependentClaim,
        consequence: Consequence::ClaimNotConsidered,
        ..facts()
    };
    let administrative = NoticeFacts { why: Why::Administrative, ..facts() };
    let joint = NoticeFacts { joint_share: Some(dong(7_500_000)), ..facts() };
    let by_statement = Wait::Statement { by: at("2026-11-25T17:00") };
    let working_days = Deadline::NotServed(Limit::WorkingDays(5));
    vec![
        Sample::of(lang, "notice-joint", &due(joint, running())),
        Sample::of(lang, "notice-organisation", &due(company, running())),
        Sample::of(lang, "notice-charge", &due(requester, working_days)),
        Sample::of(lang, "notice-appeal", &due(appellant, running())),
        Sample::of(
            lang,
            "notice-administrative",
            &NoticePage { pdf: None, ..due(administrative, running()) },
        ),
        Sample::of(
            lang,
            "notice-further",
            &NoticePage { wait: by_statement, ..due(further, running()) },
        ),
    ]
}

fn other_notices(lang: Lang) -> Vec<Sample> {
    let paid = |accepted| Standing::Paid(PaidNotice { at: at("2026-11-23T08:40"), accepted });
    let accepted = AcceptedAs { number: "118/2026/TLST-DS".into(), day: day("2026-11-24") };
    let lapsed = |consequence| Standing::Lapsed { consequence, day: day("2026-11-20") };
    let replaced =
        |by: Option<&str>| Standing::Replaced { day: day("2026-11-20"), by: by.map(Into::into) };
    let company = NoticeFacts { addressee: Addressee::Organisation, ..facts() };
    let exempt = page(lang, Badge::Exempt, Standing::Exempt);
    vec![
        Sample::of(lang, "notice-paid", &page(lang, Badge::PaidInFull, paid(None))),
        Sample::of(lang, "notice-accepted", &page(lang, Badge::Accepted, paid(Some(accepted)))),
        Sample::of(
            lang,
            "notice-lapsed",
            &page(lang, Badge::PetitionReturned, lapsed(Consequence::PetitionReturned)),
        ),
        Sample::of(
            lang,
            "notice-lapsed-appeal",
            &page(lang, Badge::AppealWaived, lapsed(Consequence::AppealWaived)),
        ),
        Sample::of(
            lang,
            "notice-lapsed-claim",
            &page(lang, Badge::ClaimNotTaken, lapsed(Consequence::ClaimNotTaken)),
        ),
        Sample::of(
            lang,
            "notice-lapsed-further",
            &page(lang, Badge::ClaimNotTaken, lapsed(Consequence::ClaimNotConsidered)),
        ),
        Sample::of(
            lang,
            "notice-withdrawn",
            &page(lang, Badge::Withdrawn, Standing::Withdrawn(day("2026-11-20"))),
        ),
        Sample::of(lang, "notice-replaced", &page(lang, Badge::Replaced, replaced(Some(LOOKUP)))),
        Sample::of(lang, "notice-replaced-unnamed", &page(lang, Badge::Replaced, replaced(None))),
        Sample::of(lang, "notice-exempt", &exempt),
        Sample::of(
            lang,
            "notice-exempt-organisation",
            &NoticePage { notice: company, ..exempt.clone() },
        ),
    ]
}

fn pay(lang: Lang) -> Vec<Sample> {
    let page = |form, refused| PayPage {
        frame: super::PublicFrame {
            switch: Switch::Form,
            ..paying(lang, &format!("/n/{LOOKUP}/thanh-toan"), Step::Pay)
        },
        lookup: LOOKUP.into(),
        reference: reference(261_190_003),
        amount: dong(15_000_000),
        collector: "Thi hành án dân sự tỉnh Sông Mơ".into(),
        form,
        refused,
    };
    let other = PayForm {
        who: Field::of("other"),
        name: Field::default().but(Wrong::Enter(Item::PayerName)),
        address: Field::default().but(Wrong::Enter(Item::Address)),
        id: Field::of("00100000012").but(Wrong::PersonalId),
        method: Field::default().but(Wrong::Choose(Item::Method)),
        ..pay_form()
    };
    let mut stopped = pay_form();
    stopped.methods[1].stopped = true;
    let cannot = PayRefusal::CannotOpen { name: "VNPAY".into() };
    let too_many = PayRefusal::TooMany { again: at("2026-11-24T15:10") };
    vec![
        Sample::of(lang, "pay", &page(pay_form(), None)),
        Sample::of(lang, "pay-wrong", &page(other, None)),
        Sample::of(lang, "pay-cannot-open", &page(stopped, Some(cannot))),
        Sample::of(lang, "pay-too-many", &page(pay_form(), Some(too_many))),
    ]
}

fn attempt(lang: Lang, outcome: Outcome) -> AttemptPage {
    let step = if matches!(outcome, Outcome::Paid(_)) { Step::Receipt } else { Step::Pay };
    let attempt = format!("{}-1", reference(261_190_003));
    AttemptPage {
        frame: paying(lang, &format!("/n/{LOOKUP}/lenh/{attempt}"), step),
        lookup: LOOKUP.into(),
        reference: attempt,
        amount: dong(15_000_000),
        outcome,
        hotline: "0000 000 100".into(),
    }
}

fn outcomes() -> Vec<(&'static str, Outcome)> {
    [waiting(), paid(), unpaid()].into_iter().flatten().collect()
}

fn waiting() -> Vec<(&'static str, Outcome)> {
    let text = "00020101021238570010A000000727012700069704990113999000111222\
                30208QRIBFTTA530370454081500000058 02VN62160812AP26119000346304ABCD";
    let transfer = |qr, wait| {
        Outcome::Transfer(Transfer {
            qr,
            collector: "Thi hành án dân sự tỉnh Sông Mơ".into(),
            bank: "Ngân hàng Thử Nghiệm".into(),
            account: "9990001112223".into(),
            holder: "THI HANH AN DAN SU TINH SONG MO".into(),
            content: reference(261_190_003).to_string(),
            wait,
        })
    };
    let seen = Seen {
        amount: dong(15_000_000),
        at: at("2026-11-24T09:14"),
        paid_on: day("2026-11-24"),
        receipt_by: at("2026-11-25T17:00"),
    };
    let agency = "Thi hành án dân sự tỉnh Núi Mộng".into();
    let by_statement = Wait::Statement { by: at("2026-11-25T17:00") };
    vec![
        ("transfer", transfer(Some(qr(text)), Wait::Push)),
        ("transfer-treasury", transfer(None, by_statement)),
        ("pending", Outcome::Pending),
        ("seen", Outcome::Seen(seen)),
        ("other-agency", Outcome::OtherAgency { agency, paid_on: day("2026-11-24") }),
        ("cannot-ask", Outcome::CannotAsk),
    ]
}

fn paid() -> Vec<(&'static str, Outcome)> {
    let paid = || Paid {
        receipt: "SM/26E số 4".into(),
        badge: Badge::ToSeal,
        at: Some(at("2026-11-24T09:14")),
        on: day("2026-11-24"),
        court: AtCourt::Has {
            name: "Tòa án nhân dân khu vực 1 - Sông Mơ".into(),
            at: at("2026-11-24T09:15"),
        },
        late_days: None,
        over: None,
    };
    let late = Paid {
        badge: Badge::Sealed,
        at: None,
        court: AtCourt::HandIn(day("2026-11-30")),
        late_days: Some(3),
        ..paid()
    };
    let over = Over { received: dong(15_500_000), rest: dong(500_000) };
    vec![
        ("paid", Outcome::Paid(paid())),
        ("paid-late", Outcome::Paid(late)),
        ("over", Outcome::Paid(Paid { over: Some(over), ..paid() })),
    ]
}

fn unpaid() -> Vec<(&'static str, Outcome)> {
    let short = |pay_by| {
        Outcome::Short(Short { received: dong(14_700_000), missing: dong(300_000), pay_by })
    };
    let came = at("2026-11-24T09:14");
    vec![
        ("failed", Outcome::Failed { gateway: "VNPAY".into(), at: at("2026-11-24T09:20") }),
        ("cancelled", Outcome::Cancelled),
        ("expired", Outcome::Expired),
        ("closed", Outcome::NoticeClosed { received: dong(15_000_000), at: came }),
        ("short", short(Some(day("2026-11-26")))),
        ("short-unserved", short(None)),
        ("double", Outcome::Double { receipt: "SM/26E số 4".into(), second: dong(15_000_000) }),
    ]
}

pub(super) fn pending(lang: Lang) -> AttemptPage {
    attempt(lang, Outcome::Pending)
}

fn attempts(lang: Lang) -> Vec<Sample> {
    outcomes()
        .into_iter()
        .map(|(name, outcome)| Sample::of(lang, format!("attempt-{name}"), &attempt(lang, outcome)))
        .collect()
}

fn receipts(lang: Lang) -> Vec<Sample> {
    let page = |badges: Vec<Badge>, changed| {
        ReceiptPage {
        frame: paying(lang, &format!("/n/{LOOKUP}/bien-lai"), Step::Receipt),
        lookup: LOOKUP.into(),
        receipt: ReceiptFacts {
            symbol: "SM/26E".into(),
            number: "4".into(),
            issued: day("2026-11-24"),
            amount: dong(15_000_000),
            agency: "Thi hành án dân sự tỉnh Sông Mơ".into(),
            badges,
        },
        changed,
        payer: "PHAM VAN MINH HOA".into(),
        payer_address: None,
        party: "Phạm Văn Minh Họa".into(),
        party_address: Some("số 5 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ".into()),
        refund_to: "Phạm Văn Minh Họa".into(),
        reason: "Tạm ứng án phí theo Thông báo số 34/TB-TA ngày 18/11/2026 của Tòa án nhân dân khu vực 1 - Sông Mơ".into(),
        reference: reference(261_190_003),
        paid_at: Some(at("2026-11-24T09:14")),
        paid_on: day("2026-11-24"),
        code: "7F3K9Q2M".into(),
        qr: qr("https://anphi.invalid/bien-lai/7F3K9Q2M#AQ0xY2h1LXRoaS1kdS1jdWEtYmllbi1sYWktdGh1LW5naGllbQ"),
    }
    };
    let other_payer = ReceiptPage {
        payer: "Công ty TNHH Trả Hộ Mẫu".into(),
        payer_address: Some("số 9 đường Ví Dụ, xã Cầu Mây, tỉnh Sông Mơ".into()),
        party_address: None,
        paid_at: None,
        ..page(vec![Badge::Valid, Badge::Sealed, Badge::Used], None)
    };
    let corrected = Changed::Corrected("tên đường đúng là đường Ví Dụ".into());
    let voided = Changed::Voided(say(
        lang,
        "ngân hàng đã thu hồi khoản tiền",
        "ngân hàng đã thu hồi khoản tiền",
    ));
    vec![
        Sample::of(lang, "receipt", &page(vec![Badge::Valid, Badge::ToSeal], None)),
        Sample::of(lang, "receipt-other-payer", &other_payer),
        Sample::of(
            lang,
            "receipt-corrected",
            &page(vec![Badge::Valid, Badge::Corrected], Some(corrected)),
        ),
        Sample::of(
            lang,
            "receipt-replaced",
            &page(vec![Badge::ReceiptReplaced], Some(Changed::Replaced("19".into()))),
        ),
        Sample::of(lang, "receipt-voided", &page(vec![Badge::Voided], Some(voided))),
    ]
}
