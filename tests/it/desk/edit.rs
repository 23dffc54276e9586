//! A case is changed before a notice stands on its facts.

use axum::http::StatusCode;

use anphi::domain::{id::CaseId, staff::Role};

use super::browser::{Browser, CASE, Seen, hired, last, of_court, with};
use crate::{
    check::assert_clean,
    harness::{World, on_both},
};

/// The value of a field of a page's form.
#[track_caller]
fn value(seen: &Seen, name: &str) -> String {
    let text = seen.text();
    let tag = text.split(&format!("name=\"{name}\"")).nth(1).expect("the field is there");
    let rest = tag.split("value=\"").nth(1).expect("it has a value");
    rest.split('"').next().unwrap().to_owned()
}

/// The fields of `CASE` changed, for a form that was seen at `revision`.
fn changed<'a>(revision: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let kept = CASE.iter().filter(|(name, _)| !fields.iter().any(|(other, _)| name == other));
    let all = kept.chain(fields).copied();
    all.filter(|(name, _)| *name != "number")
        .chain([("number", "1/2026"), ("revision", revision)])
        .collect()
}

async fn clerk(world: &World, login: &str) -> Browser {
    let key = hired(world, login, &[(Role::Clerk, of_court(world))]).await;
    let browser = Browser::new(world);
    browser.sign_in(world, login, &key).await;
    browser
}

/// A new case; its address.
async fn taken_up(browser: &Browser, fields: &[(&str, &str)]) -> String {
    let seen = browser.fill("/desk/cases/new", "/desk/cases/new", fields).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
    seen.to.strip_suffix("/assessment").unwrap().to_owned()
}

on_both! {
    async fn facts_are_changed_and_worked_out_anew(world: World) {
        let browser = clerk(&world, "thuky.kv1").await;
        let case = taken_up(&browser, &with("party-1-phone", "0000000001")).await;
        browser.open(&case).await.says(&format!("{case}/edit"));
        let edit = format!("{case}/edit");
        let page = browser.open(&edit).await;
        // Everything stands there as it was typed, sealed numbers too.
        for (name, expected) in [
            ("revision", "1"),
            ("number", "1/2026"),
            ("subject", "Tranh chấp hợp đồng vay tài sản"),
            ("filed-day", "23"),
            ("party-1-name", "Nguyễn Văn Ví Dụ"),
            ("party-1-document-number", "000000000001"),
            ("party-1-phone", "0000000001"),
            ("party-1-address", "số 1 đường Ví Dụ, xã Hồ Sao"),
            ("claim-1-amount", "5.000.000"),
        ] {
            assert_eq!(value(&page, name), expected, "{name}");
        }
        let wrong = changed("1", &[("claim-1-amount", "")]);
        let seen = browser.fill(&edit, &edit, &wrong).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = changed("1", &[("claim-1-amount", "400.000.000"), ("subject", "Đòi nợ"), ("act", "work-out")]);
        let seen = browser.fill(&edit, &edit, &fields).await;
        assert_eq!(seen.to, format!("{case}/assessment"), "{}", seen.text());
        let seen = browser.open(&seen.to).await;
        seen.says("10.000.000\u{a0}₫");
        seen.says("Đã lưu bản sửa");
        browser.open(&case).await.says("Sửa dữ kiện của vụ");
        // The audit names the texts that changed and has the facts before and after.
        let id: CaseId = last(&case).parse().unwrap();
        let mut tx = world.app.store.read().await.unwrap();
        let view = world.app.case(&world.clerk, id).await.unwrap();
        assert_eq!((view.case.revision, view.parties.len(), view.claims.len()), (2, 2, 1));
        let acts = tx.history_of(id.uuid()).await.unwrap();
        assert_eq!(acts[0].action, "case.changed");
        drop(tx);
        assert_clean(&world).await;
    }

    async fn who_saves_second_sees_what_the_first_changed(world: World) {
        let (one, two) = (clerk(&world, "thuky.kv1").await, clerk(&world, "thuky2.kv1").await);
        let case = taken_up(&one, CASE).await;
        let edit = format!("{case}/edit");
        let first = changed("1", &[("claim-1-amount", "6.000.000"), ("act", "save")]);
        let second = changed("1", &[("subject", "Đòi nợ vay"), ("act", "save")]);
        let id = two.open(&edit).await.form_id(&edit);
        assert_eq!(one.fill(&edit, &edit, &first).await.to, case);
        let seen = two.send(&edit, &[&[("form_id", id.as_str())][..], &second].concat()).await;
        assert_eq!(seen.status, StatusCode::CONFLICT);
        seen.says("thuky.kv1 Mẫu vừa sửa vụ này");
        for words in ["6000000", "5000000", "Tranh chấp hợp đồng vay tài sản", "Đòi nợ vay"] {
            seen.says(words);
        }
        assert_eq!(value(&seen, "claim-1-amount"), "5.000.000", "the input is kept");
        let revision = value(&seen, "revision");
        assert_eq!(revision, "2");
        // Seen, it may be saved over.
        let id = seen.form_id(&edit);
        let again = changed(&revision, &[("subject", "Đòi nợ vay"), ("act", "save")]);
        let seen = two.send(&edit, &[&[("form_id", id.as_str())][..], &again].concat()).await;
        assert_eq!(seen.to, case, "{}", seen.text());
        two.open(&case).await.says("Đòi nợ vay");
    }

    async fn a_notice_closes_the_facts(world: World) {
        let browser = clerk(&world, "thuky.kv1").await;
        let judge_key = hired(&world, "thamphan.kv1", &[(Role::Judge, of_court(&world))]).await;
        assert!(!judge_key.is_empty());
        let case = taken_up(&browser, CASE).await;
        let edit = format!("{case}/edit");
        let id = browser.open(&edit).await.form_id(&edit);
        let new = format!("{case}/notice/new");
        let text = browser.open(&new).await.text();
        let option = text.split("<option value=\"").find(|part| part.contains("thamphan.kv1 Mẫu"));
        let judge = option.unwrap().split('"').next().unwrap().to_owned();
        assert_eq!(browser.fill(&new, &new, &[("judge", &judge)]).await.to, case);
        assert!(!browser.open(&case).await.text().contains(&edit));
        for seen in [
            browser.open(&edit).await,
            browser.send(&edit, &[&[("form_id", id.as_str())][..], &changed("1", &[])].concat()).await,
        ] {
            assert_eq!(seen.status, StatusCode::CONFLICT);
            seen.says("thuky.kv1 Mẫu vừa sửa mục này");
            seen.says(&format!("href=\"{case}\""));
        }
    }

    async fn a_claim_in_foreign_money_is_reckoned_by_its_rate(world: World) {
        let browser = clerk(&world, "thuky.kv1").await;
        let both = with("claim-1-currency", "usd");
        let both = [&both[..], &[("claim-1-foreign", "10.000,5"), ("claim-1-rate", "26.000")]].concat();
        let seen = browser.fill("/desk/cases/new", "/desk/cases/new", &both).await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        seen.says("Chỉ điền một");
        let foreign: Vec<(&str, &str)> =
            both.into_iter().map(|(name, text)| (name, if name == "claim-1-amount" { "" } else { text })).collect();
        let case = taken_up(&browser, &foreign).await;
        // 10,000.5 × 26,000 = 260,013,000; 5 % of it halved.
        browser.open(&format!("{case}/assessment")).await.says("6.500.325\u{a0}₫");
        let page = browser.open(&format!("{case}/edit")).await;
        let shown = ["currency", "foreign", "rate"].map(|name| value(&page, &format!("claim-1-{name}")));
        assert_eq!(shown, ["USD", "10000,5", "26000"]);
    }
}
