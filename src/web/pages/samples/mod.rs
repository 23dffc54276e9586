//! Every page in every state, in both languages: what the tests render, and what
//! `render_samples` writes to look at. People and bodies are those of the demo, plainly invented.

mod accountant;
mod case;
mod clerk;
mod desk;
mod notice;
mod public;

use askama::Template;

use super::{
    assessment::{Assessment, WorkedRow},
    attempt::StandingPart,
    frame::{
        Banner, DeskEntry, DeskFrame, DeskGroup, DeskPlace, DeskRole, Menu, PublicFrame,
        Responsible, SignedIn, Step, Switch,
    },
    qr::QrPath,
};
use crate::{
    domain::{
        id::Reference,
        money::Dong,
        time::{Day, Timestamp},
    },
    words::Lang,
};

/// A rendered page.
pub(super) struct Sample {
    /// Its name among the samples of its language.
    pub(super) name: String,
    /// The struct that was rendered.
    pub(super) page: &'static str,
    /// Its language.
    pub(super) lang: Lang,
    /// What was rendered.
    pub(super) html: String,
}

impl Sample {
    fn of<T: Template>(lang: Lang, name: impl Into<String>, page: &T) -> Self {
        let kind = std::any::type_name::<T>();
        Self {
            name: name.into(),
            page: kind.rsplit("::").next().unwrap_or(kind),
            lang,
            html: page.render().expect("a page renders"),
        }
    }
}

/// All of them.
pub(super) fn all() -> Vec<Sample> {
    [Lang::Vi, Lang::En]
        .into_iter()
        .flat_map(|lang| {
            [
                public::samples(lang),
                notice::samples(lang),
                desk::samples(lang),
                clerk::samples(lang),
                case::samples(lang),
                accountant::samples(lang),
            ]
        })
        .flatten()
        .collect()
}

/// The live parts that the poll asks for, apart from pages.
pub(super) fn parts() -> Vec<Sample> {
    [Lang::Vi, Lang::En].into_iter().flat_map(notice::parts).collect()
}

/// The live part of a pending attempt.
pub(super) fn pending_part(lang: Lang) -> StandingPart {
    notice::pending(lang).part()
}

/// The look-up secret of the samples: 24 characters, as long as a real one.
const LOOKUP: &str = "k7Qm2VxT9pRw4LzN8cHd3GfB";

/// An id as addresses of the desk carry it.
const ID: &str = "01939f2e-7c1a-7b3e-9d40-5a6b7c8d9e0f";

fn dong(amount: i64) -> Dong {
    Dong::new(amount).expect("an amount of a sample")
}

fn day(text: &str) -> Day {
    text.parse().expect("a day of a sample")
}

fn at(text: &str) -> Timestamp {
    format!("{text}:00+07:00").parse().expect("a moment of a sample")
}

fn reference(number: u32) -> Reference {
    Reference::from_number(number)
}

fn now() -> Timestamp {
    at("2026-11-24T14:30")
}

fn public(lang: Lang, path: &str) -> PublicFrame {
    PublicFrame {
        lang,
        path: path.into(),
        switch: Switch::Link,
        menu: Menu::Full,
        responsible: Responsible {
            court: "Tòa án nhân dân khu vực 1 - Sông Mơ".into(),
            address: "số 1 đường Thí Dụ, xã Bến Mơ, tỉnh Sông Mơ".into(),
            hotline: "0000 000 100".into(),
            email: "toa.kv1@vidu.invalid".into(),
        },
        now: now(),
        test_data: true,
    }
}

fn form_page(lang: Lang, path: &str) -> PublicFrame {
    PublicFrame { switch: Switch::Form, ..public(lang, path) }
}

fn paying(lang: Lang, path: &str, step: Step) -> PublicFrame {
    PublicFrame { menu: Menu::Paying(step), ..public(lang, path) }
}

fn gate(lang: Lang, path: &str) -> DeskFrame {
    DeskFrame {
        lang,
        path: path.into(),
        switch: Switch::Form,
        place: "Tòa án nhân dân khu vực 1 - Sông Mơ".into(),
        person: None,
        search: String::new(),
        groups: Vec::new(),
        banner: None,
        now: now(),
        test_data: true,
    }
}

fn desk(lang: Lang, path: &str, role: DeskRole) -> DeskFrame {
    let entry = |place, count| DeskEntry { place, count };
    let (place, name, entries) = match role {
        DeskRole::Clerk => (
            "Tòa án nhân dân khu vực 1 - Sông Mơ",
            "Trịnh Thị Thư Ký Mẫu",
            vec![entry(DeskPlace::Today, Some(6)), entry(DeskPlace::NewCase, None)],
        ),
        DeskRole::Judge => (
            "Tòa án nhân dân khu vực 2 - Sông Mơ",
            "Lâm Văn Thẩm Phán Mẫu",
            vec![entry(DeskPlace::Judge, Some(3))],
        ),
        DeskRole::Accountant => (
            "Thi hành án dân sự tỉnh Sông Mơ",
            "Tạ Thị Kế Toán Mẫu",
            vec![
                entry(DeskPlace::Statements, None),
                entry(DeskPlace::Reconciliation, None),
                entry(DeskPlace::Exceptions, Some(8)),
                entry(DeskPlace::Receipts, None),
            ],
        ),
        DeskRole::Reader => (
            "Thi hành án dân sự tỉnh Sông Mơ",
            "Mạc Văn Thủ Quỹ Mẫu",
            vec![entry(DeskPlace::Statements, None), entry(DeskPlace::Exceptions, Some(8))],
        ),
    };
    DeskFrame {
        switch: Switch::Link,
        place: place.into(),
        person: Some(SignedIn {
            name: name.into(),
            ends: at("2026-11-24T14:45"),
            sign_out: form_id("out"),
        }),
        groups: vec![DeskGroup { role, entries }],
        ..gate(lang, path)
    }
}

fn with_banner(frame: DeskFrame, banner: Banner) -> DeskFrame {
    DeskFrame { banner: Some(banner), ..frame }
}

fn form_id(of: &str) -> String {
    format!("Zm9ybS1pZC1vZi1hLXNhbXBsZQ-{of}")
}

fn say(lang: Lang, vi: &str, en: &str) -> String {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
    .to_owned()
}

/// The steps of 650,000,000 ₫ in a civil case: 30,000,000 of fee, half of it advanced.
fn assessment(lang: Lang) -> Assessment {
    let article = |vi: &str, en: &str| say(lang, vi, en);
    let row = |step: String, article: String, formula: &str, amount: i64| WorkedRow {
        step,
        article,
        formula: formula.into(),
        amount: dong(amount),
        is_total: false,
    };
    Assessment {
        rows: vec![
            row(
                say(lang, "Phần đến 400.000.000 ₫", "Up to 400,000,000 VND"),
                article(
                    "Danh mục án phí, mục A.II.1.3, Nghị quyết 326/2016",
                    "Fee list A.II.1.3, Resolution 326/2016",
                ),
                "5% × 400.000.000",
                20_000_000,
            ),
            row(
                say(lang, "Phần trên 400.000.000 ₫", "Above 400,000,000 VND"),
                article(
                    "Danh mục án phí, mục A.II.1.3, Nghị quyết 326/2016",
                    "Fee list A.II.1.3, Resolution 326/2016",
                ),
                "4% × 250.000.000",
                10_000_000,
            ),
            WorkedRow {
                is_total: true,
                ..row(
                    say(lang, "Án phí", "Court fee"),
                    String::new(),
                    "20.000.000 + 10.000.000",
                    30_000_000,
                )
            },
            WorkedRow {
                is_total: true,
                ..row(
                    say(lang, "Tạm ứng phải nộp", "Advance to pay"),
                    article(
                        "Điều 7 khoản 2, Nghị quyết 326/2016",
                        "Article 7(2), Resolution 326/2016",
                    ),
                    "50% × 30.000.000",
                    15_000_000,
                )
            },
        ],
        schedule: say(
            lang,
            "Biểu nq326_2016, hiệu lực 01/01/2017, tính cho ngày 19/11/2026.",
            "Schedule nq326_2016, in force from 01/01/2017, worked out as of 19/11/2026.",
        ),
    }
}

/// A code of a text, by the crate that the program draws with.
fn qr(text: &str) -> QrPath {
    let code = qrcode::QrCode::with_error_correction_level(text, qrcode::EcLevel::M)
        .expect("a text that fits");
    let colors = code.to_colors();
    let rows: Vec<Vec<bool>> = colors
        .chunks(code.width())
        .map(|row| row.iter().map(|color| *color == qrcode::Color::Dark).collect())
        .collect();
    QrPath::from_rows(&rows)
}
