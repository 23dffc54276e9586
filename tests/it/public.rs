//! The litigant's pages over HTTP, from two facts on paper to a receipt, on both engines.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use tower::ServiceExt;

use anphi::{
    domain::{notice::NoticeState, time::Clock},
    web,
};

use crate::{
    harness::{World, on_both},
    lane::push,
};

/// An answer as a browser sees it.
struct Seen {
    status: StatusCode,
    to: String,
    kind: String,
    body: Vec<u8>,
}

impl Seen {
    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    #[track_caller]
    fn says(&self, words: &str) {
        let text = self.text();
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
}

fn site(world: &World) -> Router {
    let peer = std::net::SocketAddr::from(([203, 0, 113, 9], 40_000));
    web::public(world.app.clone()).layer(MockConnectInfo(peer))
}

async fn ask(world: &World, request: Request<Body>) -> Seen {
    let answer = site(world).oneshot(request).await.unwrap();
    let header = |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
    let (to, kind) = (header(header::LOCATION), header(header::CONTENT_TYPE));
    let status = answer.status();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec();
    Seen { status, to: to.unwrap_or_default(), kind: kind.unwrap_or_default(), body }
}

async fn open(world: &World, path: &str) -> Seen {
    ask(world, Request::get(path).body(Body::empty()).unwrap()).await
}

async fn send(world: &World, path: &str, form: &str) -> Seen {
    let request = Request::post(path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(form.to_owned()))
        .unwrap();
    ask(world, request).await
}

/// From the two facts of a notice to its address.
async fn found(world: &World, reference: &str) -> String {
    let seen = send(world, "/tra-cuu", &format!("ref={reference}&fact=0001")).await;
    assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
    seen.to
}

on_both! {
    async fn from_two_facts_on_paper_to_a_receipt(world: World) {
        let notice = world.served(300_000).await;
        let address = found(&world, &notice.reference.spaced().replace(' ', "+")).await;
        let seen = open(&world, &address).await;
        seen.says("300.000\u{a0}₫");
        seen.says("Nguyễn Văn Ví Dụ");

        let seen = send(&world, &format!("{address}/thanh-toan"), "who=self&method=vietqr").await;
        let transfer = seen.to;
        let seen = open(&world, &transfer).await;
        seen.says(&notice.reference.to_string());
        let seen = open(&world, &format!("{transfer}/qr.png")).await;
        assert_eq!((seen.status, seen.kind.as_str()), (StatusCode::OK, "image/png"));

        let item = push(&world, "P1", 300_000, notice.reference.as_str());
        world.app.lane.settle(item).await.unwrap();
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        open(&world, &transfer).await.says("Đã thanh toán 300.000\u{a0}₫");
        let seen = open(&world, &format!("{transfer}?phan=trang-thai")).await;
        seen.says("data-state=\"done\"");
        open(&world, &format!("{address}/bien-lai")).await.says("Biên lai");
        let paper = open(&world, &format!("{address}/bien-lai.pdf")).await;
        assert!(paper.body.starts_with(b"%PDF-"));
        assert_eq!(paper.body, open(&world, &format!("{address}/bien-lai.pdf")).await.body);
    }

    async fn a_gateway_is_left_for_by_a_signed_address_and_the_way_back_changes_nothing(world: World) {
        let notice = world.served(300_000).await;
        let address = found(&world, notice.reference.as_str()).await;
        let form = "who=other&name=Công+ty+Trả+Hộ+Mẫu&address=số+9+đường+Ví+Dụ&method=vnpay";
        let seen = send(&world, &format!("{address}/thanh-toan"), form).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
        assert!(seen.to.contains("vnp_Amount=30000000"), "{}", seen.to);
        assert!(seen.to.contains("vnp_SecureHash="), "{}", seen.to);
        let url = url::Url::parse(&seen.to).unwrap();
        let back = url.query_pairs().find(|(name, _)| name == "vnp_ReturnUrl").unwrap().1;
        let back = url::Url::parse(&back).unwrap();
        let claimed = format!("{}?vnp_ResponseCode=00&vnp_TransactionStatus=00", back.path());
        let seen = open(&world, &claimed).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER);
        open(&world, &seen.to).await.says("Đang chờ ngân hàng xác nhận");
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Served);
        let masked = open(&world, back.path().strip_suffix("/ve").unwrap()).await;
        assert!(!masked.text().contains("Nguyễn Văn Ví Dụ"), "a return address shows initials");
        let paper = format!("{}/thong-bao.pdf", back.path().strip_suffix("/ve").unwrap());
        assert_eq!(open(&world, &paper).await.status, StatusCode::NOT_FOUND);
    }

    async fn wrong_facts_are_refused_alike_and_cannot_be_guessed(world: World) {
        let notice = world.served(300_000).await;
        let reference = notice.reference.as_str();
        let seen = send(&world, "/tra-cuu", "ref=AP0000000002&fact=0001").await;
        assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        seen.says("Mã chưa đúng");
        for _ in 0..10 {
            let seen = send(&world, "/tra-cuu", &format!("ref={reference}&fact=9999")).await;
            assert_eq!(seen.status, StatusCode::NOT_FOUND);
        }
        let seen = send(&world, "/tra-cuu", &format!("ref={reference}&fact=0001")).await;
        assert_eq!(seen.status, StatusCode::TOO_MANY_REQUESTS);
        world.clock.set(world.clock.now().plus(chrono::TimeDelta::hours(1)));
        found(&world, reference).await;
    }
}

#[tokio::test]
async fn what_is_not_there_or_not_ours_is_said_plainly() {
    let world = World::on_sqlite().await;
    for (path, status) in [
        ("/", StatusCode::OK),
        ("/huong-dan", StatusCode::OK),
        ("/tinh-an-phi?lang=en", StatusCode::OK),
        ("/bien-lai", StatusCode::OK),
        ("/bien-lai/khoa-cong-khai", StatusCode::OK),
        ("/bien-lai/AAAABBBBCCCC", StatusCode::NOT_FOUND),
        ("/n/khong-co", StatusCode::NOT_FOUND),
        ("/n/khong-co/lenh/AP0000000002", StatusCode::NOT_FOUND),
        ("/khong/co/trang", StatusCode::NOT_FOUND),
    ] {
        let seen = open(&world, path).await;
        assert_eq!(seen.status, status, "{path}");
        assert!(!seen.body.is_empty(), "{path}");
    }
    let forged = Request::post("/tra-cuu")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("ref=AP0000000002&fact=0001"))
        .unwrap();
    assert_eq!(ask(&world, forged).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn the_calculator_asks_what_is_open_and_works_out_the_rest() {
    let world = World::on_sqlite().await;
    for (query, status, words) in [
        ("", StatusCode::OK, "Ông/Bà muốn Tòa án giải quyết việc gì?"),
        ("?asked=kind", StatusCode::UNPROCESSABLE_ENTITY, "Chọn loại vụ việc"),
        ("?kind=civil", StatusCode::OK, "Vụ việc đang ở giai đoạn nào?"),
        ("?kind=civil&stage=first", StatusCode::OK, "Yêu cầu có tính được thành tiền không?"),
        (
            "?kind=civil&stage=first&priced=yes&amount=abc",
            StatusCode::UNPROCESSABLE_ENTITY,
            "Số tiền",
        ),
        ("?kind=matter&stage=first", StatusCode::OK, "miễn, giảm"),
    ] {
        let seen = open(&world, &format!("/tinh-an-phi{query}")).await;
        assert_eq!(seen.status, status, "{query}");
        seen.says(words);
    }
    let query = "kind=civil&stage=first&priced=yes&amount=650.000.000&relief=none";
    let seen = open(&world, &format!("/tinh-an-phi/ket-qua?{query}")).await;
    seen.says("15.000.000\u{a0}₫");
    seen.says("Điều 7(2)");
}
