//! What an accountant decides about money that waits.

use axum::http::StatusCode;
use chrono::TimeDelta;

use anphi::domain::{
    notice::NoticeState,
    staff::{Role, Scope},
    time::Clock,
};

use super::browser::{Browser, Seen, hired, statement};
use crate::{
    check::assert_clean,
    harness::{World, on_both},
    lane::push,
};

const REASON: &str = "Phiếu chuyển tiền ghi đúng vụ án";

async fn accountant(world: &World, login: &str) -> Browser {
    let agency = Scope::Agency { id: world.agency, children: true };
    let key = hired(world, login, &[(Role::Accountant, agency)]).await;
    let browser = Browser::new(world);
    browser.sign_in(world, login, &key).await;
    browser
}

/// The address of the first exception in the list.
async fn first(browser: &Browser) -> String {
    let text = browser.open("/desk/exceptions").await.text();
    let id = text.split("/desk/exceptions/").nth(1).expect("an exception in the list");
    format!("/desk/exceptions/{}", id.split(['"', '?']).next().unwrap())
}

/// Fields of a choice.
fn choice<'a>(notice: &'a str, other: &'a str, act: &'a str) -> [(&'a str, &'a str); 4] {
    [("notice", notice), ("other", other), ("reason", REASON), ("act", act)]
}

#[track_caller]
fn is(seen: &Seen, status: StatusCode) {
    assert_eq!(seen.status, status, "{}", seen.text());
}

on_both! {
    async fn money_without_a_code_is_given_to_its_notice_and_pays_it(world: World) {
        let notice = world.served(300_000).await;
        let code = notice.reference.as_str();
        let (one, two) = (accountant(&world, "ketoan").await, accountant(&world, "ketoan2").await);
        let preview = one.upload(&statement("chuyen tien khong ma")).await.to;
        one.fill(&preview, &preview, &[]).await;
        let page = first(&one).await;
        // What is wrong is said on its field.
        let short = [("notice", code), ("reason", "ngắn"), ("act", "review")];
        let seen = one.fill(&page, &page, &short).await;
        is(&seen, StatusCode::UNPROCESSABLE_ENTITY);
        seen.says("Viết lý do, 10 đến 500 ký tự");
        for (notice, other, says) in [
            ("", "", "Chọn thông báo"),
            ("other", "", "Nhập mã thanh toán"),
            ("other", "AP 000 000 0001", "Mã chưa đúng"),
            ("other", "AP 000 000 0000", "Không có thông báo nào mang mã này"),
        ] {
            let seen = one.fill(&page, &page, &choice(notice, other, "review")).await;
            is(&seen, StatusCode::UNPROCESSABLE_ENTITY);
            seen.says(says);
            seen.says(REASON);
        }
        // Looked at, nothing has happened.
        let review = one.fill(&page, &page, &choice("other", code, "review")).await;
        is(&review, StatusCode::OK);
        review.says("biên lai lập ngay");
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Served);
        let stale = two.fill(&page, &page, &choice(code, "", "review")).await;
        let id = review.form_id(&page);
        let fields = [&[("form_id", id.as_str())][..], &choice(code, "", "apply")].concat();
        let seen = one.send(&page, &fields).await;
        assert_eq!(seen.to, page, "{}", seen.text());
        let seen = one.open(&page).await;
        seen.says("lập biên lai SM/26E số 1");
        seen.says("Đã xử lý.");
        seen.says("Gán cho thông báo");
        // Who comes later is told who was faster.
        let id = stale.form_id(&page);
        let fields = [&[("form_id", id.as_str())][..], &choice(code, "", "apply")].concat();
        let seen = two.send(&page, &fields).await;
        is(&seen, StatusCode::CONFLICT);
        seen.says("ketoan Mẫu vừa sửa mục này");
        // Paid on the bank's day, shown where it belongs.
        let paid = world.notice(notice.id).await;
        assert_eq!((paid.state, paid.timeliness.as_deref()), (NoticeState::Paid, Some("in_time")));
        assert_eq!(paid.paid_on, Some(world.clock.today()));
        one.open("/desk/recon?day=2026-11-23").await.says("kế toán gán");
        one.open("/desk/exceptions").await.says("Không có khoản nào chờ xử lý");
        one.open("/desk/receipts").await.says(&notice.reference.spaced());
        assert_clean(&world).await;
    }

    async fn a_part_given_by_a_person_waits_and_is_taken_back(world: World) {
        let notice = world.served(300_000).await;
        let code = notice.reference.as_str();
        world.app.lane.settle(push(&world, "1", 100_000, "khong ma")).await.unwrap();
        let browser = accountant(&world, "ketoan").await;
        let page = first(&browser).await;
        let review = browser.fill(&page, &page, &choice("other", code, "review")).await;
        review.says("còn thiếu 200.000");
        let seen = browser.fill(&page, &page, &choice("other", code, "apply")).await;
        assert_eq!(seen.to, page, "{}", seen.text());
        assert_eq!(world.notice(notice.id).await.waiting.get(), 100_000);
        assert_clean(&world).await;
        // Taken back, it is as it was.
        let part = first(&browser).await;
        assert_ne!(part, page);
        let back = format!("{part}/take-back");
        let seen = browser.fill(&part, &back, &[("reason", REASON)]).await;
        assert_eq!(seen.to, "/desk/exceptions", "{}", seen.text());
        assert_eq!(world.notice(notice.id).await.waiting.get(), 0);
        let again = first(&browser).await;
        browser.open(&again).await.says("Khoản này thuộc thông báo nào?");
        // Given again; the rest that names its notice itself then settles both parts.
        browser.fill(&again, &again, &choice("other", code, "apply")).await;
        world.clock.set(world.clock.now().plus(TimeDelta::minutes(1)));
        world.app.lane.settle(push(&world, "2", 200_000, code)).await.unwrap();
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        browser.open("/desk/exceptions").await.says("Không có khoản nào chờ xử lý");
        assert_clean(&world).await;
    }

    async fn what_is_above_the_sum_stays_and_a_paid_notice_takes_no_more(world: World) {
        let (one, two) = (world.served(300_000).await, world.served(1_500_000).await);
        world.app.lane.settle(push(&world, "1", 350_000, "khong ma")).await.unwrap();
        let browser = accountant(&world, "ketoan").await;
        let page = first(&browser).await;
        let code = one.reference.as_str();
        browser.fill(&page, &page, &choice("other", code, "review")).await.says("Phần thừa 50.000");
        let seen = browser.fill(&page, &page, &choice("other", code, "apply")).await;
        assert_eq!(seen.to, page, "{}", seen.text());
        let rest = first(&browser).await;
        let seen = browser.open(&rest).await;
        seen.says("Thừa tiền");
        assert!(!seen.text().contains("name=\"act\""), "what is over is refunded, not assigned");
        world.app.lane.settle(push(&world, "2", 300_000, code)).await.unwrap();
        let double = browser.open("/desk/exceptions?kind=double").await.text();
        let id = double.split("/desk/exceptions/").nth(1).unwrap().split(['"', '?']).next().unwrap();
        let double = format!("/desk/exceptions/{id}");
        let seen = browser.fill(&double, &double, &choice("other", code, "apply")).await;
        is(&seen, StatusCode::UNPROCESSABLE_ENTITY);
        seen.says("Thông báo này không nhận thêm tiền");
        let code = two.reference.as_str();
        let seen = browser.fill(&double, &double, &choice("other", code, "apply")).await;
        assert_eq!(seen.to, double, "{}", seen.text());
        assert_eq!(world.notice(two.id).await.waiting.get(), 300_000);
        assert_clean(&world).await;
    }
}
