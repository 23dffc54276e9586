//! The orders of a notice on its case's page: what is waited for, and what no longer.

use anphi::{
    app::{
        Caller,
        checkout::{Leaving, Payer},
    },
    domain::{
        notice::NoticeState,
        payment::{Address, PaidBasis, Report, Source},
        staff::{Role, Scope},
    },
};

use super::browser::{Browser, hired, of_court, statement};
use crate::{
    harness::{World, on_both},
    lane::{item, push},
};

async fn seated(world: &World, login: &str, role: Role, scope: Scope) -> Browser {
    let key = hired(world, login, &[(role, scope)]).await;
    let browser = Browser::new(world);
    browser.sign_in(world, login, &key).await;
    browser
}

/// The row of an order, by its code at the head.
fn row(page: &str, code: &str) -> String {
    let head = format!("<th scope=\"row\">{code}</th>");
    let row = page.split(&head).nth(1).unwrap_or_else(|| panic!("no row {code} in\n{page}"));
    row.split("</tr>").next().unwrap().to_owned()
}

on_both! {
    async fn a_notice_paid_at_the_gateway_waits_for_no_transfer(world: World) {
        let notice = world.served(300_000).await;
        let clerk = seated(&world, "thuky.kv1", Role::Clerk, of_court(&world)).await;
        let case = format!("/desk/cases/{}", notice.case_id);
        let (standing, attempt) = (notice.reference.to_string(), format!("{}-1", notice.reference));
        let leaving = Leaving {
            account: "vnpay".to_owned(),
            address: std::net::Ipv4Addr::LOCALHOST.into(),
            english: false,
        };
        let payer = Caller::payer(None, None);
        world.app.open_attempt(&payer, notice.id, Payer::default(), &leaving).await.unwrap();
        let before = clerk.open(&case).await.text();
        assert!(row(&before, &standing).contains("Chờ thanh toán"));
        assert!(row(&before, &attempt).contains("Đang xử lý"));

        let report = Report {
            source: Source::Gateway,
            source_id: "vnpay-1".to_owned(),
            address: Address::Attempt(attempt.clone()),
            paid_basis: PaidBasis::Provider,
            ..push(&world, "g", 300_000, "").report
        };
        world.app.lane.settle(item(&world, world.vnpay, report)).await.unwrap();
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        let after = clerk.open(&case).await.text();
        let waits = row(&after, &standing);
        assert!(waits.contains("Không còn chờ tiền"), "{waits}");
        assert!(!waits.contains("Chờ thanh toán") && !waits.contains("Chưa có"), "{waits}");
        let paid = row(&after, &attempt);
        assert!(paid.contains("Đã thanh toán") && paid.contains("SM/26E số 1"), "{paid}");
    }

    async fn the_times_of_a_transfer_are_those_that_were_told(world: World) {
        let notice = world.served(300_000).await;
        let clerk = seated(&world, "thuky.kv1", Role::Clerk, of_court(&world)).await;
        let agency = Scope::Agency { id: world.agency, children: true };
        let accountant = seated(&world, "ketoan", Role::Accountant, agency).await;
        let case = format!("/desk/cases/{}", notice.case_id);
        let code = notice.reference.as_str();
        let mut told = push(&world, "9", 300_000, code);
        told.report.bank_reference = Some("FT9".to_owned());
        world.app.lane.settle(told).await.unwrap();
        let times = async || {
            let page = clerk.open(&case).await.text();
            let row = row(&page, code);
            let cell = |label: &str| {
                let cell = row.split(&format!("data-label=\"{label}\">")).nth(1).unwrap();
                cell.split("</td>").next().unwrap().to_owned()
            };
            (cell("Thông báo đến"), cell("Sao kê"))
        };
        let (message, line) = times().await;
        assert!(message.contains("<time"), "{message}");
        assert_eq!(line, "Chưa có");
        let preview = accountant.upload(&statement(code)).await.to;
        let seen = accountant.fill(&preview, &preview, &[]).await;
        accountant.open(&seen.to).await.says("ngân hàng đã báo khoản này từ trước; mã đứng riêng");
        let (_, line) = times().await;
        assert!(line.contains("datetime=\"2026-11-23\""), "{line}");
    }

    async fn a_line_that_pays_by_itself_was_told_by_nobody_else(world: World) {
        let notice = world.served(300_000).await;
        let clerk = seated(&world, "thuky.kv1", Role::Clerk, of_court(&world)).await;
        let agency = Scope::Agency { id: world.agency, children: true };
        let accountant = seated(&world, "ketoan", Role::Accountant, agency).await;
        let preview = accountant.upload(&statement(notice.reference.as_str())).await.to;
        let seen = accountant.fill(&preview, &preview, &[]).await;
        let page = accountant.open(&seen.to).await;
        page.says("mã đứng riêng trong nội dung, đúng số tiền");
        page.says("SM/26E số 1");
        page.says(&notice.reference.spaced());
        let page = clerk.open(&format!("/desk/cases/{}", notice.case_id)).await.text();
        let row = row(&page, notice.reference.as_str());
        assert!(row.contains("data-label=\"Thông báo đến\">Chưa có</td>"), "{row}");
        assert!(row.contains("datetime=\"2026-11-23\""), "{row}");
    }
}
