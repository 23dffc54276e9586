//! The forms of the desk, and what each role may not.

use anphi::domain::{
    staff::{Role, Scope},
    time::Clock,
};
use chrono::TimeDelta;

use super::{
    Case,
    door::{Ask, HOST, Site},
    hold,
    pages::{NOT_HERE, UNREADABLE, foreign, no},
    refused,
};
use crate::{
    desk::browser::{CASE, PASSWORD, code, hired, second_court},
    harness::{World, on_both},
};

pub use crate::desk::browser::of_court;

const NEW: &str = "/desk/cases/new";
const CASE_FORM: &str = "Vụ việc mới";
const FORBIDDEN: &str = "Không có quyền làm việc này";
const CHANGED: &str = "Mục này vừa được sửa";
const SIGN_IN: &str = "303 /desk/login";
/// Where failed sign-ins are kept.
const NOTED: &[&str] = &["audit_entry", "audit_head", "sign_in"];

/// A browser of a member of staff, signed in with both factors.
pub async fn signed_in(world: &World, login: &str, role: Role, scope: Scope) -> Site {
    let key = hired(world, login, &[(role, scope)]).await;
    let first = world.app.sign_in(login, PASSWORD, "10.0.0.9").await.unwrap();
    let seat = world.app.seat(&first.token).await.unwrap();
    let token = world.app.give_code(&seat, &code(world, &key), "10.0.0.9").await.unwrap();
    Site { cookie: Some(format!("__Host-anphi={token}")), ..Site::of(world) }
}

/// The form of a new case with one field changed.
fn case_with(id: &str, name: &str, value: &str) -> Ask {
    let fields: Vec<(&str, &str)> = CASE.iter().copied().filter(|(key, _)| *key != name).collect();
    Ask::form(NEW, &[&[("form_id", id), (name, value)], &fields[..]].concat())
}

/// One wrong field a form; each takes a fresh id.
async fn case_fields(site: &Site) -> Vec<Case> {
    let mut cases = Vec::new();
    let card = "4111 1111 1111 1111";
    for (name, value) in [
        ("claim-1-amount", "1.0"),
        ("claim-1-amount", "1,5"),
        ("claim-1-amount", "1e5"),
        ("claim-1-amount", "\"100\""),
        ("claim-1-amount", "9007199254740993"),
        ("claim-1-amount", "10000000000001"),
        ("claim-1-amount", "-1"),
        ("claim-1-amount", "0"),
        ("claim-1-by", "7"),
        ("subject", card),
        ("party-1-name", card),
        ("party-1-address", card),
        ("party-1-phone", card),
        ("party-1-email", card),
        ("claim-1-text", card),
        ("claim-1-share", card),
        ("number", card),
        ("kind", "tax"),
        ("filed-month", "13"),
        ("filed-year", "2027"),
        ("party-1-document-number", "12"),
        ("party-1-role", "king"),
        ("subject", ""),
    ] {
        let id = site.get(NEW).await.form_id(NEW);
        let what = format!("{name} = {value:.30}");
        cases.push(refused(what, case_with(&id, name, value), no(422, CASE_FORM)));
    }
    for name in ["claim-1-text", "party-1-name", "note"] {
        let ask = case_with("x", name, &"x".repeat(2_001));
        cases.push(refused(format!("{name}, too long"), ask, no(422, UNREADABLE)));
    }
    cases
}

async fn case_forms(site: &Site, anothers: &str) -> Vec<Case> {
    let page = site.get(NEW).await;
    let (own, logout) = (page.form_id(NEW), page.form_id("/desk/logout"));
    let with = |id: &str| Ask::form(NEW, &[&[("form_id", id)], CASE].concat());
    let form = || with(&own);
    let mut cases = foreign(&form);
    cases.extend([
        refused("no id", Ask::form(NEW, CASE), no(422, UNREADABLE)),
        refused("made-up id", with("made-up"), no(422, UNREADABLE)),
        refused("another session's id", with(anothers), no(422, UNREADABLE)),
        refused("another form's id", with(&logout), no(422, UNREADABLE)),
        refused("by GET", Ask::get(format!("{NEW}?form_id={own}&subject=x")), no(200, CASE_FORM)),
        refused("by DELETE", Ask { method: "DELETE", ..form() }, no(405, NOT_HERE)),
        refused("sign-out by GET", Ask::get("/desk/logout"), no(405, NOT_HERE)),
    ]);
    cases
}

/// What is another court's does not exist; what another role does is refused.
fn anothers(case: &str, notice: &str) -> Vec<Case> {
    let here = |path: &str| Ask::get(path);
    [
        ("case", here(&format!("/desk/cases/{case}")), no(404, NOT_HERE)),
        ("assessment", here(&format!("/desk/cases/{case}/assessment")), no(404, NOT_HERE)),
        ("draft", here(&format!("/desk/cases/{case}/notice/new")), no(404, NOT_HERE)),
        (
            "draft, sent",
            Ask::form(format!("/desk/cases/{case}/notice/new"), &[]),
            no(404, NOT_HERE),
        ),
        ("service", here(&format!("/desk/notices/{notice}/served")), no(404, NOT_HERE)),
        (
            "service, sent",
            Ask::form(format!("/desk/notices/{notice}/served"), &[]),
            no(404, NOT_HERE),
        ),
        ("paper", here(&format!("/desk/notices/{notice}/thong-bao.pdf")), no(404, NOT_HERE)),
        ("acceptance", Ask::form(format!("/desk/notices/{notice}/accept"), &[]), no(404, NOT_HERE)),
        ("signature", Ask::form(format!("/desk/notices/{notice}/sign"), &[]), no(403, FORBIDDEN)),
        ("no id at all", here("/desk/cases/khong-co"), no(404, NOT_HERE)),
        ("bad bytes", here("/desk/cases/%ff"), no(400, UNREADABLE)),
        ("NUL", here("/desk/cases/%00"), no(400, UNREADABLE)),
        ("NUL in a filter", here("/desk/today?kind=%00"), no(400, UNREADABLE)),
        ("statements", here("/desk/statements"), no(403, FORBIDDEN)),
        ("exceptions", here("/desk/exceptions"), no(403, FORBIDDEN)),
        ("judge's list", here("/desk/judge"), no(403, FORBIDDEN)),
        ("no page", here("/desk/nowhere"), no(404, NOT_HERE)),
    ]
    .into_iter()
    .map(|(what, ask, told)| refused(what, ask, told))
    .collect()
}

on_both! {
    async fn what_comes_by_the_desk(world: World) {
        let site = signed_in(&world, "thuky.kv1", Role::Clerk, of_court(&world)).await;
        world.clock.advance(TimeDelta::seconds(60));
        let elsewhere = Scope::Court { id: second_court(&world).await, children: false };
        let other = signed_in(&world, "thuky.kv2", Role::Clerk, elsewhere).await;
        let notice = world.served(300_000).await;
        let foreign_id = other.get(NEW).await.form_id(NEW);
        hold(&world, &site, case_forms(&site, &foreign_id).await).await;
        hold(&world, &site, case_fields(&site).await).await;
        let (case, id) = (notice.case_id.to_string(), notice.id.to_string());
        hold(&world, &other, anothers(&case, &id)).await;

        let nobody = Site::of(&world);
        let made_up = Site { cookie: Some("__Host-anphi=made-up".to_owned()), ..nobody.clone() };
        for site in [&nobody, &made_up] {
            hold(&world, site, vec![
                refused("a page", Ask::get("/desk/today"), SIGN_IN),
                refused("a form", Ask::form(NEW, CASE), SIGN_IN),
                refused("another's case", Ask::get(format!("/desk/cases/{case}")), SIGN_IN),
                refused("no case", Ask::get("/desk/cases/khong-co"), SIGN_IN),
            ]).await;
        }
    }

    async fn a_form_is_taken_once_and_only_for_what_it_asks(world: World) {
        let site = signed_in(&world, "thuky.kv1", Role::Clerk, of_court(&world)).await;
        let other = second_court(&world).await.to_string();
        let id = site.get(NEW).await.form_id(NEW);
        let more = [
            ("form_id", id.as_str()), ("court_id", &other), ("court", &other), ("status", "accepted"),
            ("state", "closed"), ("amount", "1"), ("paid_at", "2026-11-23"), ("role", "judge"),
            ("created_by", "quantri"), ("id", &other), ("_method", "DELETE"),
        ];
        let form = || Ask::form(NEW, &[&more, CASE].concat()).with("origin", format!("https://{HOST}"));
        let made = site.send(form()).await;
        assert_eq!(made.status, 303, "{}", made.text());
        let case = made.header("location").split('/').nth(3).unwrap().parse().unwrap();
        let view = world.app.case(&world.clerk, case).await.unwrap();
        assert_eq!((view.case.court_id, view.case.state.as_str()), (world.court, "open"));
        assert_eq!(view.claims[0].0.amount.unwrap().get(), 5_000_000);
        hold(&world, &site, vec![refused("again", form(), no(409, CHANGED))]).await;
    }

    async fn too_many_tries_are_told_when_the_next_is_taken(world: World) {
        let key = hired(&world, "thuky.kv1", &[(Role::Clerk, of_court(&world))]).await;
        let site = Site::of(&world).from("203.0.113.9:5000");
        let with = |login: &str, password: &str| {
            Ask::form("/desk/login", &[("username", login), ("password", password)])
        };
        for login in ["thuky.kv1", "khong.co"] {
            for round in 1..=7 {
                let told = no(if round < 5 { 401 } else { 429 }, "Đăng nhập");
                let case = refused(format!("{login}, try {round}"), with(login, "một mật khẩu sai"), told);
                let leaves = if round <= 6 { NOTED } else { &[] };
                hold(&world, &site, vec![case.leaving(leaves)]).await;
            }
        }
        // The right password from there says the same.
        let locked = site.send(with("thuky.kv1", PASSWORD)).await;
        assert_eq!(locked.told(), no(429, "Đăng nhập"));
        assert_eq!(locked.header("retry-after"), "900");
        world.clock.advance(TimeDelta::minutes(16));

        let mut half = Site::of(&world).from("203.0.113.9:5000");
        let seen = half.send(with("thuky.kv1", PASSWORD)).await;
        assert_eq!(seen.told(), "303 /desk/login/code");
        half.cookie = seen.header("set-cookie").split(';').next().map(str::to_owned);
        let give = async |code: &str| {
            let id = half.get("/desk/login/code").await.form_id("/desk/login/code");
            half.send(Ask::form("/desk/login/code", &[("form_id", &id), ("code", code)])).await
        };
        for round in 1..=5 {
            assert_eq!(give("000000").await.told(), no(422, "Mã xác thực"), "{round}");
        }
        let locked = give(&code(&world, &key)).await;
        assert_eq!(locked.told(), no(429, "Mã xác thực"));
        assert!(!locked.header("retry-after").is_empty());
        assert!(world.clock.now().unix() > 0);
    }
}
