//! The desk over HTTP, from a password to an accepted case, on both engines.

pub mod browser;
mod edit;
mod find;
mod money;
mod orders;
mod refused;

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;

use anphi::{
    app::{Caller, staff::NewStaff},
    domain::{
        staff::{Role, Scope},
        time::Clock,
    },
};

use self::browser::{
    Browser, CASE, PASSWORD, Seen, code, hired, last, of_court, second_court, statement, with,
};
use crate::{
    harness::{World, on_both},
    lane::push,
};

/// The second half of a case: service, money, acceptance by whom the court says.
async fn serve_and_accept(
    world: &World,
    (clerk, judge): (&Browser, &Browser),
    (case, notice): (&str, &str),
) {
    // Served: the days are shown before they are kept.
    let served = format!("/desk/notices/{notice}/served");
    let day = |act| {
        [
            ("way", "by-hand"),
            ("day-day", "23"),
            ("day-month", "11"),
            ("day-year", "2026"),
            ("by", "Tống đạt viên Mẫu"),
            ("act", act),
        ]
    };
    let seen = clerk.fill(&served, &served, &day("preview")).await;
    assert_eq!(seen.status, StatusCode::OK);
    seen.says("30/11/2026");
    let seen = clerk.fill(&served, &served, &day("save")).await;
    assert_eq!(seen.to, case, "{}", seen.text());

    // Paid, then accepted by whom the court says.
    let id = notice.parse().unwrap();
    let reference = world.notice(id).await.reference.to_string();
    world.app.lane.settle(push(world, "P1", 300_000, &reference)).await.unwrap();
    let accept = format!("/desk/notices/{notice}/accept");
    let today = clerk.open("/desk/today").await;
    today.says("Thẩm phán");
    assert!(!today.text().contains(&accept), "this court accepts by its judge");
    judge.open("/desk/judge?tab=to-accept").await.says(&accept);
    let mut tx = world.app.store.begin().await.unwrap();
    tx.set_court("DEMO-TAND-00-KV01", "clerk_records", None).await.unwrap();
    tx.commit().await.unwrap();
    let seen = clerk.send(&accept, &[]).await;
    assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "no id, no acceptance");

    let seen = clerk.fill("/desk/today", &accept, &[]).await;
    assert_eq!(seen.to, "/desk/today", "{}", seen.text());
    let today = clerk.open("/desk/today").await;
    today.says("Đã thụ lý số 1/2026/TLST-DS");
    assert!(!today.text().contains(&accept));
    let case = clerk.open(case).await;
    case.says("Đã thụ lý");
    case.says("Ký và phát hành thông báo");
}

on_both! {
    async fn a_password_and_a_code_open_the_desk_and_signing_out_closes_it(world: World) {
        let key = hired(&world, "thuky.kv1", &[(Role::Clerk, of_court(&world))]).await;
        let browser = Browser::new(&world);
        assert_eq!(browser.open("/desk").await.to, "/desk/login");
        browser.open("/desk/login").await.says("name=\"password\"");
        let fields = [("username", "thuky.kv1"), ("password", PASSWORD)];
        let seen = browser.send("/desk/login", &fields).await;
        let cookie = seen.cookie.clone().unwrap();
        for part in ["__Host-anphi=", "HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
            assert!(cookie.contains(part), "{part} is not in {cookie}");
        }
        // Half signed in: nothing but the code.
        assert_eq!(browser.open("/desk").await.to, "/desk/login/code");
        assert_eq!(browser.open("/desk/me/totp").await.to, "/desk/login/code");
        let wrong = [("code", "000000")];
        let seen = browser.fill("/desk/login/code", "/desk/login/code", &wrong).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        let right = code(&world, &key);
        let fields = [("code", right.as_str())];
        let seen = browser.fill("/desk/login/code", "/desk/login/code", &fields).await;
        assert_ne!(seen.cookie.unwrap(), cookie, "a verified session is a new one");
        assert_eq!(browser.open("/desk").await.to, "/desk/today");
        let kept = browser.cookie.lock().unwrap().clone();
        // The first session is over, and so is the second after signing out.
        *browser.cookie.lock().unwrap() = Some(cookie.split(';').next().unwrap().to_owned());
        assert_eq!(browser.open("/desk").await.to, "/desk/login");
        browser.cookie.lock().unwrap().clone_from(&kept);
        let seen = browser.fill("/desk/today", "/desk/logout", &[]).await;
        assert_eq!(seen.to, "/desk/login?out=1");
        browser.cookie.lock().unwrap().clone_from(&kept);
        assert_eq!(browser.open("/desk").await.to, "/desk/login");
    }

    async fn a_password_from_another_site_opens_nothing(world: World) {
        hired(&world, "thuky.kv1", &[(Role::Clerk, of_court(&world))]).await;
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("username", "thuky.kv1"), ("password", PASSWORD)])
            .finish();
        for (name, value, opens) in [
            ("sec-fetch-site", "cross-site", false),
            ("sec-fetch-site", "same-site", false),
            ("origin", "https://vidu.invalid", false),
            ("origin", "null", false),
            ("sec-fetch-site", "same-origin", true),
            ("origin", "https://anphi.vidu.invalid", true),
        ] {
            let browser = Browser::new(&world);
            let request = Request::post("/desk/login")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(name, value)
                .body(Body::from(body.clone()))
                .unwrap();
            let seen = browser.ask(request).await;
            assert_eq!(seen.cookie.is_some(), opens, "{name}: {value}");
            assert_eq!(seen.status == StatusCode::SEE_OTHER, opens, "{name}: {value}");
        }
    }

    async fn what_fails_is_said_in_the_same_words_whatever_the_reason(world: World) {
        let court = [(Role::Clerk, of_court(&world))];
        hired(&world, "thuky.kv1", &court).await;
        hired(&world, "nghi.viec", &court).await;
        world.app.disable_staff(&Caller::system("tests"), "nghi.viec").await.unwrap();
        let browser = Browser::new(&world);
        for round in 1..=6 {
            let mut said = Vec::new();
            for (login, password) in
                [("thuky.kv1", "một mật khẩu sai"), ("khong.co", PASSWORD), ("nghi.viec", PASSWORD)]
            {
                let fields = [("username", login), ("password", password)];
                let seen = browser.send("/desk/login", &fields).await;
                let status = if round < 5 { 401 } else { 429 };
                assert_eq!(seen.status.as_u16(), status, "{login} {round}");
                assert_eq!(seen.cookie, None);
                said.push(seen.text().replace(login, "…"));
            }
            assert_eq!(said[0], said[1], "{round}");
            assert_eq!(said[0], said[2], "{round}");
        }
        // Locked: the right password opens nothing and is answered alike.
        let fields = [("username", "thuky.kv1"), ("password", PASSWORD)];
        let seen = browser.send("/desk/login", &fields).await;
        assert_eq!((seen.status, seen.cookie.as_deref()), (StatusCode::TOO_MANY_REQUESTS, None));
        seen.says("Tạm khóa ở nơi này");
        world.clock.set(world.clock.now().plus(TimeDelta::minutes(16)));
        assert_eq!(browser.send("/desk/login", &fields).await.to, "/desk/login/code");
    }

    async fn who_has_no_second_factor_sets_one_before_anything_else(world: World) {
        let caller = Caller::system("tests");
        let grants = [(Role::Judge, of_court(&world))];
        let new = NewStaff {
            login: "thamphan.kv1",
            name: "Lâm Văn Thẩm Phán Mẫu",
            password: PASSWORD,
            grants: &grants,
        };
        world.app.add_staff(&caller, new).await.unwrap();
        let browser = Browser::new(&world);
        let fields = [("username", "thamphan.kv1"), ("password", PASSWORD)];
        assert_eq!(browser.send("/desk/login", &fields).await.to, "/desk/me/totp");
        assert_eq!(browser.open("/desk").await.to, "/desk/me/totp");
        let shown = |seen: &Seen| {
            let text = seen.text();
            let rest = text.split("class=\"val key\">").nth(1).unwrap();
            rest.split('<').next().unwrap().replace(' ', "")
        };
        let page = browser.open("/desk/me/totp").await;
        let key = shown(&page);
        assert_eq!(key, shown(&browser.open("/desk/me/totp").await), "shown again, the same key");
        let wrong = [("code", "000000")];
        let seen = browser.fill("/desk/me/totp", "/desk/me/totp", &wrong).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        let right = code(&world, &key);
        let fields = [("code", right.as_str())];
        let seen = browser.fill("/desk/me/totp", "/desk/me/totp", &fields).await;
        assert_eq!(seen.to, "/desk", "{}", seen.text());
        assert_eq!(browser.open("/desk").await.to, "/desk/judge");
        // The second factor cannot be set again by a password alone.
        let again = Browser::new(&world);
        let fields = [("username", "thamphan.kv1"), ("password", PASSWORD)];
        assert_eq!(again.send("/desk/login", &fields).await.to, "/desk/login/code");
        assert_eq!(again.open("/desk/me/totp").await.to, "/desk/login/code");
    }

    async fn a_form_is_taken_once_from_its_own_page_only(world: World) {
        let grants = [(Role::Clerk, of_court(&world))];
        let key = hired(&world, "thuky.kv1", &grants).await;
        let (one, other) = (Browser::new(&world), Browser::new(&world));
        one.sign_in(&world, "thuky.kv1", &key).await;
        world.clock.set(world.clock.now().plus(TimeDelta::seconds(60)));
        other.sign_in(&world, "thuky.kv1", &key).await;
        let foreign = other.open("/desk/today").await.form_id("/desk/logout");
        let without = one.send("/desk/logout", &[]).await;
        assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
        let another = one.send("/desk/logout", &[("form_id", &foreign)]).await;
        assert_eq!(another.status, StatusCode::UNPROCESSABLE_ENTITY);
        let own = one.open("/desk/today").await.form_id("/desk/logout");
        for (name, value) in [
            ("sec-fetch-site", "same-site"),
            ("sec-fetch-site", "cross-site"),
            ("origin", "null"),
            ("origin", "https://vidu.invalid"),
        ] {
            let request = Request::post("/desk/logout")
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
                .header(name, value)
                .body(Body::from(format!("form_id={own}")))
                .unwrap();
            let status = one.ask(request).await.status;
            assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{name}: {value}");
        }
        assert_eq!(one.open("/desk/logout").await.status, StatusCode::METHOD_NOT_ALLOWED);
        let seen = one.send("/desk/logout", &[("form_id", &own)]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
    }

    async fn a_case_goes_from_the_clerk_to_the_judge_and_back_to_be_accepted_in_one_click(world: World) {
        let clerk_key = hired(&world, "thuky.kv1", &[(Role::Clerk, of_court(&world))]).await;
        let judge_key = hired(&world, "thamphan.kv1", &[(Role::Judge, of_court(&world))]).await;
        let (clerk, judge) = (Browser::new(&world), Browser::new(&world));
        clerk.sign_in(&world, "thuky.kv1", &clerk_key).await;
        judge.sign_in(&world, "thamphan.kv1", &judge_key).await;

        // What is wrong is marked, what was typed stays.
        let wrong = with("claim-1-amount", "nhiều");
        let seen = clerk.fill("/desk/cases/new", "/desk/cases/new", &wrong).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        seen.says("value=\"nhiều\"");
        seen.says("Nguyễn Văn Ví Dụ");
        let seen = clerk.fill("/desk/cases/new", "/desk/cases/new", &with("act", "add-party")).await;
        seen.says("party-3-name");
        let id = clerk.open("/desk/cases/new").await.form_id("/desk/cases/new");
        let sent = [&[("form_id", id.as_str())], CASE].concat();
        let seen = clerk.send("/desk/cases/new", &sent).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        assert_eq!(clerk.send("/desk/cases/new", &sent).await.status, StatusCode::CONFLICT);
        clerk.open(&seen.to).await.says("300.000\u{a0}₫");
        let case = seen.to.strip_suffix("/assessment").unwrap().to_owned();
        clerk.open(&case).await.says("1/2026");

        // Drafted for a judge, sent, signed with a fresh code.
        let new = format!("{case}/notice/new");
        let page = clerk.open(&new).await;
        page.says("9990001112223");
        let text = page.text();
        let option = text.split("<option value=\"").find(|part| part.contains("thamphan.kv1 Mẫu"));
        let judge_id = option.unwrap().split('"').next().unwrap().to_owned();
        let seen = clerk.fill(&new, &new, &[("judge", "")]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        let seen = clerk.fill(&new, &new, &[("judge", &judge_id)]).await;
        assert_eq!(seen.to, case, "{}", seen.text());
        clerk.open(&case).await.says("Đã trình Thẩm phán ký");
        assert_eq!(clerk.open(&new).await.status, StatusCode::CONFLICT);
        let list = judge.open("/desk/judge").await;
        list.says("Trần Thị Thí Dụ");
        let text = list.text();
        let notice = text.split("/desk/notices/").nth(1).unwrap().split('/').next().unwrap();
        let sign = format!("/desk/notices/{notice}/sign");
        assert_eq!(clerk.open(&sign).await.status, StatusCode::FORBIDDEN);
        let seen = judge.fill(&sign, &sign, &[("code", "000000")]).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        world.clock.set(world.clock.now().plus(TimeDelta::seconds(60)));
        let seen = judge.fill(&sign, &sign, &[("code", &code(&world, &judge_key))]).await;
        assert_eq!(seen.to, "/desk/judge", "{}", seen.text());
        judge.open("/desk/judge").await.says("1/2026/TB-TA");
        let paper = clerk.open(&format!("/desk/notices/{notice}/thong-bao.pdf")).await;
        assert!(paper.kind == "application/pdf" && paper.body.starts_with(b"%PDF-"));

        serve_and_accept(&world, (&clerk, &judge), (&case, notice)).await;
    }

    async fn nobody_sees_or_does_what_is_anothers(world: World) {
        let notice = world.served(300_000).await;
        let case = notice.case_id;
        let agency = Scope::Agency { id: world.agency, children: true };
        let elsewhere = Scope::Court { id: second_court(&world).await, children: false };
        let accountant_key = hired(&world, "ketoan", &[(Role::Accountant, agency)]).await;
        let other_key = hired(&world, "thuky.kv2", &[(Role::Clerk, elsewhere)]).await;
        let (accountant, other) = (Browser::new(&world), Browser::new(&world));
        accountant.sign_in(&world, "ketoan", &accountant_key).await;
        other.sign_in(&world, "thuky.kv2", &other_key).await;
        assert_eq!(accountant.open("/desk").await.to, "/desk/statements");
        for path in ["/desk/today", "/desk/cases/new", "/desk/judge", &format!("/desk/cases/{case}")] {
            assert_eq!(accountant.open(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        for path in ["/desk/statements", "/desk/recon", "/desk/exceptions", "/desk/judge"] {
            assert_eq!(other.open(path).await.status, StatusCode::FORBIDDEN, "{path}");
        }
        let id = notice.id;
        for path in [
            format!("/desk/cases/{case}"),
            format!("/desk/cases/{case}/assessment"),
            format!("/desk/cases/{case}/notice/new"),
            format!("/desk/notices/{id}/served"),
            format!("/desk/notices/{id}/thong-bao.pdf"),
            "/desk/cases/khong-co".to_owned(),
        ] {
            assert_eq!(other.open(&path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert!(!other.open("/desk/today?tab=all").await.text().contains(notice.reference.as_str()));
    }

    async fn an_accountant_imports_a_statement_and_sees_what_became_of_it(world: World) {
        let notice = world.served(300_000).await;
        let agency = Scope::Agency { id: world.agency, children: true };
        let key = hired(&world, "ketoan", &[(Role::Accountant, agency)]).await;
        let browser = Browser::new(&world);
        browser.sign_in(&world, "ketoan", &key).await;
        let upload = async |text: &str| browser.upload(text).await;
        let broken = upload("<nothing/>").await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = statement("chuyen tien khong ma");
        let seen = upload(&text).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        let preview = seen.to;
        browser.open(&preview).await.says("NGUYEN VAN VI DU");
        browser.open("/desk/statements").await.says("Chưa có sao kê nào");
        let seen = browser.fill(&preview, &preview, &[]).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        let page = browser.open(&seen.to).await;
        page.says("Đã nhập 1 dòng, 0 dòng khớp tự động");
        browser.open("/desk/statements").await.says("sao-ke.xml");
        assert_eq!(upload(&text).await.status, StatusCode::SEE_OTHER);

        // The money names no notice: it waits for a person, with what it may belong to and why.
        let list = browser.open("/desk/exceptions").await;
        list.says(&notice.reference.spaced());
        let text = list.text();
        let path = text.split("/desk/exceptions/").nth(1).unwrap().split(['"', '?']).next().unwrap();
        let page = browser.open(&format!("/desk/exceptions/{path}")).await;
        page.says("tên giống đương sự");
        page.says("đúng số tiền");
        browser.open("/desk/recon").await.says(&notice.reference.spaced());
        assert_eq!(last(&seen.to).len(), 36);
    }
}
