//! The search of every desk page.

use axum::http::StatusCode;

use anphi::domain::staff::{Role, Scope};

use super::browser::{Browser, hired, of_court, second_court};
use crate::{harness::on_both, lane::push};

/// The address of a search.
fn asked(text: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("q", text).finish();
    format!("/desk/find?{query}")
}

on_both! {
    async fn a_code_opens_its_item_and_a_name_lists_what_fits(world: World) {
        let paid = world.served(300_000).await;
        let other = world.served(300_000).await;
        let item = push(&world, "7", 300_000, paid.reference.as_str());
        world.app.lane.settle(item).await.unwrap();
        let key = hired(&world, "thuky.kv1", &[(Role::Clerk, of_court(&world))]).await;
        let clerk = Browser::new(&world);
        clerk.sign_in(&world, "thuky.kv1", &key).await;
        let case = format!("/desk/cases/{}", paid.case_id);
        for text in [
            paid.reference.to_string(),
            paid.reference.spaced().to_lowercase(),
            "1/2026".to_owned(),
            "SM/26E số 1".to_owned(),
            "số 1".to_owned(),
            "FT7".to_owned(),
        ] {
            assert_eq!(clerk.open(&asked(&text)).await.to, case, "{text}");
        }
        // Two cases have the same persons: a list, by name with and without marks, by number.
        for text in ["Nguyễn Văn Ví", "nguyen van vi du", "TRẦN THỊ", "000000000001", "0000 0000 0002"] {
            let seen = clerk.open(&asked(text)).await;
            assert_eq!(seen.status, StatusCode::OK, "{text}");
            seen.says(&paid.reference.spaced());
            seen.says(&other.reference.spaced());
            seen.says(&case);
            seen.says("SM/26E số 1");
        }
        for text in ["Không Ai Cả", "999999999999", "AP0000000000", "%", "x"] {
            clerk.open(&asked(text)).await.says("Không tìm thấy gì trong phạm vi");
        }
        clerk.open("/desk/find").await.says("Gõ mã AP");
        clerk.open("/desk/find?q=1%2F2026&lang=en").await;
    }

    async fn a_search_stays_within_ones_scope(world: World) {
        let paid = world.served(300_000).await;
        world.app.lane.settle(push(&world, "7", 300_000, paid.reference.as_str())).await.unwrap();
        world.app.lane.settle(push(&world, "8", 90_000, "khong ma")).await.unwrap();
        let elsewhere = Scope::Court { id: second_court(&world).await, children: false };
        let agency = Scope::Agency { id: world.agency, children: true };
        let other_key = hired(&world, "thuky.kv2", &[(Role::Clerk, elsewhere)]).await;
        let accountant_key = hired(&world, "ketoan", &[(Role::Accountant, agency)]).await;
        let (other, accountant) = (Browser::new(&world), Browser::new(&world));
        other.sign_in(&world, "thuky.kv2", &other_key).await;
        accountant.sign_in(&world, "ketoan", &accountant_key).await;
        let reference = paid.reference.as_str();
        for text in [reference, "1/2026", "số 1", "FT7", "FT8", "Nguyễn Văn Ví Dụ", "000000000001"] {
            other.open(&asked(text)).await.says("Không tìm thấy gì trong phạm vi");
        }
        // The agency knows who owes it, not the whole case, and finds papers instead of cases.
        for text in [reference, "1/2026", "FT7", "Nguyễn Văn Ví Dụ", "000000000001"] {
            let seen = accountant.open(&asked(text)).await;
            seen.says("/bien-lai.pdf");
            assert!(!seen.text().contains("/desk/cases/"), "{text}");
        }
        accountant.open(&asked("Trần Thị Thí Dụ")).await.says("Không tìm thấy gì");
        let waiting = accountant.open(&asked("FT8")).await.to;
        assert!(waiting.starts_with("/desk/exceptions/"), "{waiting}");
        let page = accountant.open("/desk/receipts").await;
        page.says("SM/26E số 1");
        let text = page.text();
        let paper = text.split("href=\"").find(|part| part.contains("/bien-lai.pdf\"")).unwrap();
        let paper = accountant.open(paper.split('"').next().unwrap()).await;
        assert!(paper.kind == "application/pdf" && paper.body.starts_with(b"%PDF-"));
    }

    async fn every_page_counts_what_waits(world: World) {
        let paid = world.served(300_000).await;
        world.app.lane.settle(push(&world, "1", 300_000, paid.reference.as_str())).await.unwrap();
        world.app.lane.settle(push(&world, "2", 90_000, "khong ma")).await.unwrap();
        let agency = Scope::Agency { id: world.agency, children: true };
        let grants = [(Role::Clerk, of_court(&world)), (Role::Accountant, agency)];
        let key = hired(&world, "kiem.nhiem", &grants).await;
        let browser = Browser::new(&world);
        browser.sign_in(&world, "kiem.nhiem", &key).await;
        for path in ["/desk/today", "/desk/cases/new", "/desk/statements", "/desk/find?q=kh%C3%B4ng"] {
            let text = browser.open(path).await.text();
            for place in ["/desk/today", "/desk/exceptions"] {
                let link = text.split(&format!("href=\"{place}\"")).nth(1).unwrap();
                let link = link.split("</a>").next().unwrap();
                assert!(link.contains("class=\"count\">1<"), "{path} {place}: {link}");
            }
        }
    }
}
