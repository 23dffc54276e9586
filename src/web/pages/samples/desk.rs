//! Sign-in, the judge, refusals on the desk.

use super::super::{
    account::{CodePage, LoginPage, SignInNote, SignInRefusal, TotpPage},
    badge::Badge,
    cases::CaseBar,
    errors::{DeskErrorPage, Refusal},
    form::{Field, Item, Wrong},
    frame::{Banner, DeskFrame, DeskRole, Switch},
    judge::{JudgePage, JudgeRow, JudgeTab, SignPage},
    notices::PaperFacts,
};
use super::{
    ID, Sample, assessment, at, desk, dong, form_id, gate, now, qr, reference, say, with_banner,
};
use crate::words::Lang;

pub(super) fn samples(lang: Lang) -> Vec<Sample> {
    [sign_in(lang), judge(lang), refusals(lang)].into_iter().flatten().collect()
}

fn sign_in(lang: Lang) -> Vec<Sample> {
    let login = |username, password_wrong, refused, note| LoginPage {
        frame: gate(lang, "/desk/login"),
        username,
        password_wrong,
        refused,
        note,
    };
    let name = || Field::of("thuky.kv1");
    let empty = Field::default().but(Wrong::Enter(Item::Username));
    let no_password = Some(Wrong::Enter(Item::Password));
    let wrong = Some(SignInRefusal::Wrong { left: 4 });
    let locked = SignInRefusal::Locked { until: at("2026-11-24T14:45") };
    let ended = Some(SignInNote::Ended { at: at("2026-11-24T14:15") });
    let code = |code, refused| CodePage {
        frame: gate(lang, "/desk/login/code"),
        form_id: form_id("code"),
        code,
        refused,
    };
    let totp = |code| TotpPage {
        frame: DeskFrame {
            groups: vec![],
            switch: Switch::Form,
            ..desk(lang, "/desk/me/totp", DeskRole::Clerk)
        },
        form_id: form_id("totp"),
        qr: qr(
            "otpauth://totp/anphi:thuky.kv1?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=anphi",
        ),
        key: "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP".into(),
        code,
    };
    let used = Field::default().but(Wrong::TotpUsed);
    vec![
        Sample::of(lang, "login", &login(Field::default(), None, None, None)),
        Sample::of(lang, "login-empty", &login(empty, no_password, None, None)),
        Sample::of(lang, "login-wrong", &login(name(), None, wrong, None)),
        Sample::of(lang, "login-locked", &login(name(), None, Some(locked), None)),
        Sample::of(
            lang,
            "login-signed-out",
            &login(Field::default(), None, None, Some(SignInNote::SignedOut)),
        ),
        Sample::of(lang, "login-ended", &login(name(), None, None, ended)),
        Sample::of(lang, "code", &code(Field::default(), None)),
        Sample::of(lang, "code-used", &code(used, None)),
        Sample::of(lang, "code-locked", &code(Field::default(), Some(locked))),
        Sample::of(lang, "totp", &totp(Field::default())),
        Sample::of(lang, "totp-wrong", &totp(Field::default().but(Wrong::TotpCode))),
    ]
}

fn judge(lang: Lang) -> Vec<Sample> {
    let row = |number: u32, file: &str, parties: &str, what: &str, amount| JudgeRow {
        case_id: ID.into(),
        notice: ID.replace('f', &(number % 10).to_string()),
        file: file.into(),
        reference: reference(number),
        parties: parties.into(),
        what: what.into(),
        amount: dong(amount),
        clerk: "Trịnh Thị Thư Ký Mẫu".into(),
        since: at("2026-11-24T08:05"),
        accept: None,
    };
    let rows = || {
        vec![
            row(
                261_190_006,
                "DEMO-04",
                "Đỗ Thị Tưởng Tượng / Bùi Văn Tưởng Tượng",
                "Ly hôn, chia tài sản khi ly hôn",
                41_300_000,
            ),
            row(
                261_190_009,
                "DEMO-06",
                "Công ty TNHH Ví Dụ Một / Công ty CP Ví Dụ Hai",
                "Đòi tiền hàng",
                3_000_000,
            ),
        ]
    };
    let to_accept = || {
        let accepting = |row: JudgeRow| JudgeRow { accept: Some(form_id(&row.file)), ..row };
        rows().into_iter().map(accepting).collect()
    };
    let list = |tab, counts, rows| JudgePage {
        frame: desk(lang, "/desk/judge", DeskRole::Judge),
        tab,
        counts,
        rows,
    };
    let counts = || vec![(JudgeTab::ToSign, 2), (JudgeTab::ToAccept, 2)];
    let signed = JudgePage {
        frame: with_banner(
            desk(lang, "/desk/judge", DeskRole::Judge),
            Banner::Issued { number: "34/TB-TA".into() },
        ),
        ..list(JudgeTab::ToSign, vec![(JudgeTab::ToSign, 0)], vec![])
    };
    vec![
        Sample::of(lang, "judge-to-sign", &list(JudgeTab::ToSign, counts(), rows())),
        Sample::of(lang, "judge-to-accept", &list(JudgeTab::ToAccept, counts(), to_accept())),
        Sample::of(lang, "judge-empty", &signed),
        Sample::of(lang, "sign", &sign(lang)),
        Sample::of(
            lang,
            "sign-wrong",
            &SignPage { code: Field::default().but(Wrong::TotpCode), ..sign(lang) },
        ),
        Sample::of(
            lang,
            "sign-no-account",
            &SignPage {
                no_account: Some("Thi hành án dân sự tỉnh Sông Mơ".into()),
                preview: None,
                ..sign(lang)
            },
        ),
    ]
}

fn sign(lang: Lang) -> SignPage {
    SignPage {
        frame: DeskFrame {
            switch: Switch::Form,
            ..desk(lang, &format!("/desk/notices/{ID}/sign"), DeskRole::Judge)
        },
        case: CaseBar {
            id: ID.into(),
            number: "DEMO-03".into(),
            parties: "Phạm Văn Minh Họa / Hoàng Thị Mẫu Đơn Từ".into(),
            badge: Badge::ToSign,
            pay_by: None,
        },
        notice: ID.into(),
        form_id: form_id("sign"),
        paper: paper(),
        addressees: vec!["Phạm Văn Minh Họa, số 5 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ".into()],
        amount: dong(15_000_000),
        assessment: assessment(lang),
        preview: Some(format!("/desk/notices/{ID}/thong-bao.pdf")),
        no_account: None,
        code: Field::default(),
    }
}

pub(super) fn paper() -> PaperFacts {
    PaperFacts {
        number: "34/TB-TA".into(),
        form: "29-DS, Thông báo nộp tiền tạm ứng án phí".into(),
        basis: "Điều 146, 195 Bộ luật Tố tụng dân sự; Điều 7 Nghị quyết 326/2016/UBTVQH14".into(),
        account: "Thi hành án dân sự tỉnh Sông Mơ, số 9990001112223, Ngân hàng Thử Nghiệm".into(),
        limit: "07 ngày kể từ ngày nhận được thông báo này".into(),
        consequence: "Hết thời hạn mà không nộp, Tòa án trả lại đơn khởi kiện".into(),
        copies: "Như trên; lưu hồ sơ vụ án".into(),
    }
}

fn refusals(lang: Lang) -> Vec<Sample> {
    let page = |error, request_id: Option<&str>| DeskErrorPage {
        frame: desk(lang, "/desk/today", DeskRole::Clerk),
        error,
        hotline: "0000 000 100".into(),
        request_id: request_id.map(Into::into),
    };
    let forbidden = Refusal::Forbidden { who: say(lang, "Thẩm phán", "Judge") };
    let changed = Refusal::Changed {
        by: Some(("Lâm Văn Thẩm Phán Mẫu".into(), now())),
        see: "/desk/today".into(),
    };
    let nobody_to_call = DeskErrorPage { hotline: String::new(), ..page(forbidden.clone(), None) };
    vec![
        Sample::of(lang, "desk-error-403", &page(forbidden, None)),
        Sample::of(lang, "desk-error-403-plain", &nobody_to_call),
        Sample::of(lang, "desk-error-403-no-pages", &page(Refusal::NoPages, None)),
        Sample::of(lang, "desk-error-404", &page(Refusal::NotFound, None)),
        Sample::of(lang, "desk-error-409", &page(changed, None)),
        Sample::of(lang, "desk-error-422", &page(Refusal::Unreadable, None)),
        Sample::of(lang, "desk-error-500", &page(Refusal::Broken, Some("9f2c41d07ab3"))),
    ]
}
