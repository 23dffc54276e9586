//! The litigant's pages through the router: from the paper to the receipt, and whatever comes
//! between.

use std::sync::Arc;

use anphi::{
    domain::{
        id::{NoticeId, OrderId},
        notice::NoticeState,
        order::OrderState,
        payment::{Address, PaidBasis, Report, Source, Standing},
    },
    store::notice::NoticeRow,
    web,
};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use chrono::TimeDelta;
use tower::ServiceExt;

use crate::{
    harness::{World, on_both},
    lane::{item, push},
};

/// What a browser got.
struct Seen {
    status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Seen {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    fn location(&self) -> &str {
        self.headers[header::LOCATION].to_str().unwrap()
    }

    fn title(&self) -> &str {
        let (_, rest) = self.text().split_once("<h1>").unwrap_or_else(|| panic!("{}", self.text()));
        rest.split_once("</h1>").unwrap().0
    }

    /// The value of a hidden or typed field.
    fn field(&self, name: &str) -> &str {
        let (_, rest) = self.text().split_once(&format!("name=\"{name}\"")).unwrap();
        let (_, rest) = rest.split_once("value=\"").unwrap();
        rest.split_once('"').unwrap().0
    }
}

/// A browser without script and without cookies.
struct Browser(Router);

impl Browser {
    fn of(world: &World) -> Self {
        Self(web::public(Arc::clone(&world.app)))
    }

    async fn send(&self, request: Request<Body>) -> Seen {
        let mut request = request;
        let address: std::net::SocketAddr = "192.0.2.7:5000".parse().unwrap();
        request.extensions_mut().insert(axum::extract::ConnectInfo(address));
        let response = self.0.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        assert!(parts.headers.get(header::SET_COOKIE).is_none(), "a public page sets a cookie");
        let body = to_bytes(body, 4 * 1024 * 1024).await.unwrap().to_vec();
        let seen = Seen { status: parts.status, headers: parts.headers, body };
        if let Ok(text) = std::str::from_utf8(&seen.body) {
            let text = text.to_lowercase();
            for word in ["thất bại", "không bị trừ tiền", "not charged"] {
                assert!(!text.contains(word), "{word} is said: {text}");
            }
        }
        seen
    }

    async fn get(&self, path: &str) -> Seen {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }

    /// The check form: a part each.
    async fn check(&self, name: &str, content: &[u8]) -> Seen {
        let mut body = Vec::new();
        let file = if name == "file" { "; filename=\"a.pdf\"" } else { "" };
        body.extend(
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n").bytes(),
        );
        body.extend(content);
        body.extend(b"\r\n--x--\r\n");
        let request = Request::post("/bien-lai")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .body(Body::from(body));
        self.send(request.unwrap()).await
    }
}

/// The secret in the notice's link.
fn secret(world: &World, notice: &NoticeRow) -> String {
    let address = world.app.lookup_address(notice).unwrap();
    address.rsplit('/').next().unwrap().to_owned()
}

async fn settle(world: &World, id: &str, amount: i64, memo: &str) {
    world.app.lane.settle(push(world, id, amount, memo)).await.unwrap();
}

/// The page of the notice's own transfer.
fn transfer(world: &World, notice: &NoticeRow) -> String {
    format!("/n/{}/lenh/{}", secret(world, notice), notice.reference)
}

async fn orders(world: &World, notice: NoticeId) -> Vec<(OrderId, String, OrderState)> {
    let mut tx = world.app.store.read().await.unwrap();
    let rows = tx.orders_of(notice).await.unwrap();
    rows.into_iter().map(|row| (row.id, row.provider_ref, row.state)).collect()
}

/// Leaves for VNPAY; gives the return token's path and the attempt's reference.
async fn leave(world: &World, browser: &Browser, notice: &NoticeRow) -> (String, String) {
    let page = format!("/n/{}", secret(world, notice));
    let id = browser.get(&page).await.field("form_id").to_owned();
    let fields = [("form_id", id.as_str()), ("who", "self"), ("method", "vnpay")];
    let gone = browser.post(&format!("{page}/thanh-toan"), &fields).await;
    assert_eq!(gone.status, StatusCode::SEE_OTHER, "{}", gone.text());
    let url: url::Url = gone.location().parse().unwrap();
    let value = |name: &str| {
        let found = url.query_pairs().find(|(key, _)| key == name);
        found.unwrap_or_else(|| panic!("{name} in {url}")).1.into_owned()
    };
    let back: url::Url = value("vnp_ReturnUrl").parse().unwrap();
    (back.path().to_owned(), value("vnp_TxnRef"))
}

/// What VNPAY proves of an attempt.
async fn gateway(world: &World, reference: &str, amount: i64, standing: Standing) {
    let mut report = push(world, "g", amount, "").report;
    report = Report {
        source: Source::Gateway,
        source_id: format!("vnpay-{reference}"),
        address: Address::Attempt(reference.to_owned()),
        standing,
        paid_basis: PaidBasis::Provider,
        ..report
    };
    let mut told = item(world, world.vnpay, report);
    let key = format!("{reference}/{:?}", told.report.standing);
    told.message.as_mut().unwrap().key = key;
    world.app.lane.settle(told).await.unwrap();
}

on_both! {
    async fn from_the_code_on_the_paper_to_the_receipt(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let page = format!("/n/{}", secret(&world, &notice));
        let seen = browser.get(&page).await;
        assert_eq!(seen.status, StatusCode::OK);
        assert_eq!(seen.title(), "Thông báo nộp tiền tạm ứng án phí");
        assert!(seen.text().contains("Nguyễn Văn Ví Dụ"));
        let id = seen.field("form_id");
        let fields = [("form_id", id), ("who", "self"), ("method", "vietqr")];
        let chosen = browser.post(&format!("{page}/thanh-toan"), &fields).await;
        assert_eq!(chosen.status, StatusCode::SEE_OTHER);
        let attempt = chosen.location().to_owned();
        assert_eq!(attempt, transfer(&world, &notice));
        let open = browser.get(&attempt).await;
        assert!(open.title().starts_with("Chuyển 300.000"), "{}", open.title());
        for shown in ["9990001112223", "THI HANH AN DAN SU TINH SONG MO", notice.reference.as_str(), "<svg"] {
            assert!(open.text().contains(shown), "{shown}");
        }
        let part = browser.get(&format!("{attempt}?phan=trang-thai")).await;
        assert!(part.text().contains("data-state=\"open\""), "{}", part.text());
        let picture = browser.get(&format!("{attempt}/qr.png")).await;
        assert!(picture.body.starts_with(b"\x89PNG"));
        settle(&world, "1", 300_000, notice.reference.as_str()).await;
        let part = browser.get(&format!("{attempt}?phan=trang-thai")).await;
        assert!(part.text().contains("data-state=\"done\""), "{}", part.text());
        let paid = browser.get(&attempt).await;
        assert!(paid.title().starts_with("Đã thanh toán 300.000"), "{}", paid.title());
        assert!(paid.text().contains("SM/26E số 1"));
        assert!(paid.text().contains("Tòa án nhân dân khu vực 1 - Sông Mơ"));
        let receipt = browser.get(&format!("{page}/bien-lai")).await;
        assert_eq!(receipt.status, StatusCode::OK);
        assert!(receipt.text().contains("NGUYEN VAN VI DU"));
        for sheet in ["", "?kho=a5", "?kho=a4"] {
            let paper = browser.get(&format!("{page}/bien-lai.pdf{sheet}")).await;
            assert!(paper.body.starts_with(b"%PDF-"), "{sheet}");
        }
        assert!(browser.get(&page).await.text().contains("Đã nộp đủ"));
        assert!(browser.get(&format!("{page}/thong-bao.pdf")).await.body.starts_with(b"%PDF-"));
    }

    async fn the_two_facts_of_the_paper_open_it(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let start = browser.get("/").await;
        assert_eq!(start.status, StatusCode::OK);
        let typed = notice.reference.spaced().to_lowercase();
        let found = browser
            .post("/tra-cuu?lang=en", &[("form_id", start.field("form_id")), ("ref", &typed), ("fact", " 0001 ")])
            .await;
        assert_eq!(found.status, StatusCode::SEE_OTHER);
        assert!(found.location().ends_with("?lang=en"));
        let page = browser.get(found.location()).await;
        assert_eq!(page.title(), "Notice to pay a court fee advance");
        assert!(page.text().contains("/thanh-toan?lang=en\""));
        // The token is renewed by use, and ends.
        let token = found.location().to_owned();
        world.clock.advance(TimeDelta::minutes(31));
        assert_eq!(browser.get(&token).await.status, StatusCode::NOT_FOUND);
    }

    async fn a_wrong_look_up_says_no_more_than_it_must(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let reference = notice.reference.as_str();
        let no_such = "AP0000000000";
        let mut wrong_digit = reference.to_owned();
        let last = if wrong_digit.pop() == Some('0') { '1' } else { '0' };
        wrong_digit.push(last);
        for (typed, fact, expected) in [
            (wrong_digit.as_str(), "0001", "Xem lại 10 chữ số"),
            ("", "0001", "Nhập mã thanh toán"),
            (reference, "", "Nhập bốn ký tự"),
            (reference, "0002", "Không tìm thấy thông báo khớp"),
            (no_such, "0001", "Không tìm thấy thông báo khớp"),
        ] {
            let seen = browser.post("/tra-cuu", &[("ref", typed), ("fact", fact)]).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed} {fact}");
            assert!(seen.text().contains(expected), "{typed} {fact}: {}", seen.text());
            assert!(seen.text().contains("<title>Lỗi: "));
            assert_eq!((seen.field("ref"), seen.field("fact")), (typed, fact));
        }
        let switched = browser.post("/tra-cuu", &[("ref", "AP1"), ("fact", "x"), ("switch", "en")]).await;
        assert_eq!(switched.status, StatusCode::OK);
        assert!(switched.text().contains("<html lang=\"en\">"));
        assert_eq!(switched.field("ref"), "AP1");
        let hostile = browser.post("/tra-cuu", &[("ref", reference), ("fact", "00\u{202e}1")]).await;
        assert_eq!(hostile.status, StatusCode::BAD_REQUEST);
    }

    async fn tries_are_limited_by_address_and_by_code(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let reference = notice.reference.as_str();
        for _ in 0..10 {
            let seen = browser.post("/tra-cuu", &[("ref", reference), ("fact", "0002")]).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        // The right fact is not heard any more; the QR code is.
        let right = [("ref", reference), ("fact", "0001")];
        let closed = browser.post("/tra-cuu", &right).await;
        assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
        let page = format!("/n/{}", secret(&world, &notice));
        assert_eq!(browser.get(&page).await.status, StatusCode::OK);
        for _ in 0..9 {
            browser.post("/tra-cuu", &[("ref", "AP0000000000"), ("fact", "0002")]).await;
        }
        let closed = browser.post("/tra-cuu", &[("ref", "AP0000000000"), ("fact", "0002")]).await;
        assert_eq!(closed.status, StatusCode::TOO_MANY_REQUESTS);
        assert!(closed.headers.contains_key(header::RETRY_AFTER));
        assert!(closed.text().contains("Đã thử nhiều lần"), "{}", closed.text());
        world.clock.advance(TimeDelta::minutes(61));
        assert_eq!(browser.post("/tra-cuu", &right).await.status, StatusCode::SEE_OTHER);
    }

    async fn the_rest_is_paid_by_a_code_of_its_own(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(1_500_000).await;
        let memo = notice.reference.as_str();
        settle(&world, "1", 1_000_000, memo).await;
        let short = browser.get(&transfer(&world, &notice)).await;
        assert!(short.title().contains("500.000"), "{}", short.title());
        let page = format!("/n/{}", secret(&world, &notice));
        let form = browser.get(&format!("{page}/thanh-toan")).await;
        let fields = [("form_id", form.field("form_id")), ("who", "self"), ("method", "vietqr")];
        let chosen = browser.post(&format!("{page}/thanh-toan"), &fields).await;
        let rest = chosen.location().to_owned();
        let open = browser.get(&rest).await;
        assert!(open.title().starts_with("Chuyển 500.000"), "{}", open.title());
        assert!(browser.get(&format!("{rest}/qr.png")).await.body.starts_with(b"\x89PNG"));
        settle(&world, "2", 500_000, memo).await;
        assert!(browser.get(&rest).await.title().starts_with("Đã thanh toán 1.500.000"));
    }

    async fn money_says_what_became_of_it(world: World) {
        let browser = Browser::of(&world);
        let over = world.served(1_500_000).await;
        settle(&world, "1", 1_600_000, over.reference.as_str()).await;
        let seen = browser.get(&transfer(&world, &over)).await;
        assert!(seen.title().contains("thừa 100.000"), "{}", seen.title());
        let double = world.served(300_000).await;
        settle(&world, "2", 300_000, double.reference.as_str()).await;
        settle(&world, "3", 300_000, double.reference.as_str()).await;
        let seen = browser.get(&transfer(&world, &double)).await;
        assert_eq!(seen.title(), "Khoản này đã được nộp hai lần");
        assert!(seen.text().contains("SM/26E số 2"));
        let closed = world.served(300_000).await;
        world.execute("update notice set state = 'withdrawn' where state = 'served'").await;
        let gone = browser.get(&transfer(&world, &closed)).await;
        assert_eq!(gone.status, StatusCode::SEE_OTHER);
        settle(&world, "4", 300_000, closed.reference.as_str()).await;
        let seen = browser.get(&transfer(&world, &closed)).await;
        assert_eq!(seen.title(), "Tiền đến khi thông báo không còn thu");
        let page = browser.get(&format!("/n/{}", secret(&world, &closed))).await;
        assert!(page.text().contains("Không nộp theo thông báo này"));
        assert!(!page.text().contains("name=\"method\""));
    }

    async fn a_gateway_is_offered_for_what_it_takes(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let page = format!("/n/{}/thanh-toan", secret(&world, &notice));
        assert!(browser.get(&page).await.text().contains("value=\"vnpay\""));
        world.execute("update notice set amount = 10000000000").await;
        let large = browser.get(&page).await;
        assert!(!large.text().contains("value=\"vnpay\""), "{}", large.text());
        let fields = [("form_id", large.field("form_id")), ("who", "self"), ("method", "vnpay")];
        let refused = browser.post(&page, &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn a_transfer_that_waits_for_the_statement_is_seen(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let page = format!("/n/{}", secret(&world, &notice));
        assert!(browser.get(&page).await.text().contains("thường dưới 1 phút"));
        world.execute("update agency set issue = 'after_match'").await;
        assert!(!browser.get(&page).await.text().contains("thường dưới 1 phút"));
        settle(&world, "1", 300_000, notice.reference.as_str()).await;
        let seen = browser.get(&transfer(&world, &notice)).await;
        assert_eq!(seen.title(), "Đã nhận tin chuyển tiền, đang đối chiếu");
        assert!(seen.text().contains("17:00 ngày 25/11/2026"), "{}", seen.text());
    }

    async fn money_in_another_agencys_account_is_said(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        settle(&world, "1", 200_000, notice.reference.as_str()).await;
        world.execute("insert into agency (id, code, name, kind, active, created_at, parts, issue)
            select c.court_id, 'DEMO-THADS-09', 'Thi hành án dân sự tỉnh Núi Mộng', 'enforcement', a.active, a.created_at, a.parts, a.issue
            from agency a, notice c").await;
        world.execute("update exception set kind = 'other_agency', agency_id =
            (select id from agency where code = 'DEMO-THADS-09')").await;
        let seen = browser.get(&transfer(&world, &notice)).await;
        assert_eq!(seen.title(), "Tiền vào tài khoản của Thi hành án dân sự tỉnh Núi Mộng");
    }

    async fn an_attempt_at_the_gateway_says_what_is_known(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let (back, first) = leave(&world, &browser, &notice).await;
        let token = back.strip_suffix("/ve").unwrap().to_owned();
        let attempt = format!("{token}/lenh/{first}");
        let pending = browser.get(&attempt).await;
        assert_eq!(pending.title(), "Đang chờ ngân hàng xác nhận");
        assert!(!pending.text().contains("Nguyễn Văn Ví Dụ"));
        // Nobody answers at the gateway's address.
        let returned = browser.get(&back).await;
        assert_eq!((returned.status, returned.location()), (StatusCode::SEE_OTHER, attempt.as_str()));
        assert_eq!(browser.get(&attempt).await.title(), "Chưa hỏi được ngân hàng");
        gateway(&world, &first, 300_000, Standing::NotReceived("24".to_owned())).await;
        let failed = browser.get(&attempt).await;
        assert_eq!(failed.title(), "Chưa thanh toán được");
        let (_, second) = leave(&world, &browser, &notice).await;
        let (_, third) = leave(&world, &browser, &notice).await;
        let page = format!("/n/{}", secret(&world, &notice));
        let cancelled = browser.get(&format!("{page}/lenh/{second}")).await;
        assert_eq!(cancelled.status, StatusCode::OK);
        let states = orders(&world, notice.id).await;
        assert_eq!(states.iter().map(|order| order.2).collect::<Vec<_>>(), [
            OrderState::Created, OrderState::Failed, OrderState::Cancelled, OrderState::Pending,
        ]);
        assert!(browser.get(&page).await.text().contains("Xem lại"));
        gateway(&world, &third, 300_000, Standing::Held("7".to_owned())).await;
        let seen = browser.get(&format!("{page}/lenh/{third}")).await;
        assert_eq!(seen.title(), "Đã nhận tin chuyển tiền, đang đối chiếu");
        gateway(&world, &third, 300_000, Standing::Received).await;
        assert!(browser.get(&format!("{page}/lenh/{third}")).await.title().starts_with("Đã thanh toán"));
        // Initials alone for whoever holds only the address that the provider knows.
        let receipt = browser.get(&format!("{token}/bien-lai")).await;
        assert_eq!(receipt.status, StatusCode::OK);
        assert!(!receipt.text().contains("Ví Dụ"), "{}", receipt.text());
        assert_eq!(browser.get(&format!("{token}/thong-bao.pdf")).await.status, StatusCode::NOT_FOUND);
    }

    async fn an_attempt_expires_and_the_notice_stays_payable(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let (_, reference) = leave(&world, &browser, &notice).await;
        world.execute("update payment_order set state = 'expired' where kind = 'attempt'").await;
        let page = format!("/n/{}", secret(&world, &notice));
        let seen = browser.get(&format!("{page}/lenh/{reference}")).await;
        assert_eq!(seen.title(), "Lần nộp này đã hết hạn");
        assert!(browser.get(&page).await.text().contains("name=\"method\""));
    }

    async fn a_forged_return_changes_nothing(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let (back, reference) = leave(&world, &browser, &notice).await;
        let forged = format!(
            "{back}?vnp_ResponseCode=00&vnp_TransactionStatus=00&vnp_Amount=30000000&vnp_TxnRef={reference}&vnp_SecureHash=00"
        );
        let returned = browser.get(&forged).await;
        assert_eq!(returned.status, StatusCode::SEE_OTHER);
        assert!(!returned.location().contains("vnp_"));
        let shown = browser.get(returned.location()).await;
        assert!(!shown.title().starts_with("Đã thanh toán"), "{}", shown.title());
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Served);
        assert_eq!(orders(&world, notice.id).await[1].2, OrderState::Pending);
    }

    async fn a_form_pressed_twice_opens_one_attempt(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let page = format!("/n/{}", secret(&world, &notice));
        let id = browser.get(&page).await.field("form_id").to_owned();
        let fields = [("form_id", id.as_str()), ("who", "self"), ("method", "vnpay")];
        let path = format!("{page}/thanh-toan");
        let (one, two) = tokio::join!(browser.post(&path, &fields), browser.post(&path, &fields));
        assert_eq!(one.location(), two.location());
        assert_eq!(orders(&world, notice.id).await.len(), 2);
        let forged = [("form_id", "made-up"), ("who", "self"), ("method", "vnpay")];
        assert_eq!(browser.post(&path, &forged).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(orders(&world, notice.id).await.len(), 2);
    }

    async fn who_pays_for_another_is_asked_for_name_and_address(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let page = format!("/n/{}", secret(&world, &notice));
        let id = browser.get(&page).await.field("form_id").to_owned();
        let path = format!("{page}/thanh-toan");
        let fields = [("form_id", id.as_str()), ("who", "other"), ("name", "Công ty TNHH Trả Hộ Mẫu"), ("id", "00000000001"), ("method", "")];
        let wrong = browser.post(&path, &fields).await;
        assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(wrong.text().contains("<title>Lỗi: "));
        for said in ["Nhập địa chỉ", "Số căn cước gồm 12 chữ số", "Chọn cách"] {
            assert!(wrong.text().contains(said), "{said}: {}", wrong.text());
        }
        assert_eq!(wrong.field("name"), "Công ty TNHH Trả Hộ Mẫu");
    }

    async fn another_notices_attempt_does_not_exist(world: World) {
        let browser = Browser::of(&world);
        let (one, two) = (world.served(300_000).await, world.served(300_000).await);
        let (_, reference) = leave(&world, &browser, &two).await;
        let page = format!("/n/{}", secret(&world, &one));
        for other in [two.reference.as_str(), reference.as_str(), "AP1", "..%2f.."] {
            let seen = browser.get(&format!("{page}/lenh/{other}")).await;
            assert_eq!(seen.status, StatusCode::NOT_FOUND, "{other}");
            assert!(seen.text().contains("<html"));
        }
        for path in ["/n/made-up", "/n/made-up/bien-lai", "/nowhere", "/bien-lai/x/y"] {
            assert_eq!(browser.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
        }
        assert_eq!(browser.get(&format!("{page}/bien-lai")).await.status, StatusCode::SEE_OTHER);
    }

    async fn a_receipt_is_checked_by_whoever_holds_it(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        settle(&world, "1", 300_000, notice.reference.as_str()).await;
        let mut tx = world.app.store.read().await.unwrap();
        let receipt = tx.receipt_of(notice.id).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        let text = { let held = world.app.held(&secret(&world, &notice)).await.unwrap(); world.app.receipt_text(&held).unwrap() };
        let file = world.app.receipt_pdf(&receipt, "a5").await.unwrap();
        let mut altered = file.clone();
        let middle = altered.len() / 2;
        altered[middle] ^= 1;
        let foreign = text.replace(&receipt.code, "222222222222");
        for (name, content, title) in [
            ("text", receipt.code.as_bytes(), "Biên lai thật"),
            ("text", text.as_bytes(), "Biên lai thật"),
            ("file", &file, "Biên lai thật"),
            ("file", &altered, "Tệp đã bị sửa"),
            ("file", b"%PDF-1.7\nanything", "Không phải biên lai lập tại đây"),
            ("text", b"222222222222", "Không phải biên lai lập tại đây"),
            ("text", foreign.as_bytes(), "Tệp đã bị sửa"),
        ] {
            let seen = browser.check(name, content).await;
            assert_eq!(seen.title(), title, "{name}");
            for secret in ["Nguyễn Văn", "NGUYEN VAN", "000000000001", notice.reference.as_str()] {
                assert!(!seen.text().contains(secret), "{secret}");
            }
        }
        let seen = browser.get(&format!("/bien-lai/{}", receipt.code)).await;
        assert!(seen.text().contains("N.V.V.D."));
        world.execute("update receipt set state = 'voided'").await;
        assert_eq!(browser.get(&format!("/bien-lai/{}", receipt.code)).await.title(), "Biên lai đã hủy");
        let empty = browser.check("text", b" ").await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        let large = browser.check("file", &vec![b'x'; 2 * 1024 * 1024 + 1]).await;
        assert_eq!(large.status, StatusCode::UNPROCESSABLE_ENTITY);
        let key = browser.get("/bien-lai/khoa-cong-khai").await;
        assert!(key.text().starts_with("anphi-receipt-key 1 "));
    }

    async fn the_calculator_has_four_kinds_of_answer(world: World) {
        let browser = Browser::of(&world);
        assert!(browser.get("/tinh-an-phi").await.text().contains("name=\"kind\""));
        for (query, name) in [
            ("kind=civil", "stage"),
            ("kind=charge", "charge"),
            ("kind=civil&stage=first", "priced"),
            ("kind=civil&stage=appeal", "relief"),
            ("kind=matter&stage=first", "relief"),
            ("kind=civil&stage=first&priced=yes", "amount"),
            ("kind=civil&stage=first&priced=yes&amount=650.000.000&act=add-claim", "amount-2"),
            ("kind=civil&stage=first&priced=yes&amount=650.000.000", "relief"),
            ("stage=first&priced=no", "kind"),
        ] {
            let seen = browser.get(&format!("/tinh-an-phi?{query}")).await;
            assert_eq!(seen.status, StatusCode::OK, "{query}");
            assert!(seen.text().contains(&format!("name=\"{name}\"")), "{query}: {}", seen.text());
        }
        let base = "/tinh-an-phi/ket-qua?kind=civil&stage=first&priced=yes&amount=650.000.000&relief=none";
        let sum = browser.get(base).await;
        assert!(sum.text().contains("15.000.000"), "{}", sum.text());
        let relief = browser.get(&base.replace("relief=none", "relief=poor_household")).await;
        assert!(relief.text().contains("Nếu được miễn, giảm"), "{}", relief.text());
        let criminal = browser.get("/tinh-an-phi/ket-qua?kind=criminal&stage=first&relief=none").await;
        assert!(criminal.text().contains("không phải nộp tạm ứng"), "{}", criminal.text());
        let old = browser.get(&format!("{base}&filed-day=1&filed-month=1&filed-year=1990")).await;
        assert!(old.text().contains("chưa có biểu án phí cho ngày 01/01/1990"), "{}", old.text());
        let faulty = browser.get("/tinh-an-phi?kind=civil&stage=first&priced=yes&asked=amount&amount=1,5tr").await;
        assert_eq!(faulty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(faulty.text().contains("Số tiền chỉ gồm chữ số"));
        let unanswered = browser.get("/tinh-an-phi?asked=kind").await;
        assert_eq!(unanswered.status, StatusCode::UNPROCESSABLE_ENTITY);
        let no_day = browser.get(&format!("{base}&filed-day=31&filed-month=2&filed-year=2026&asked=relief")).await;
        assert_eq!(no_day.status, StatusCode::UNPROCESSABLE_ENTITY);
    }

    async fn every_page_is_light_and_says_what_it_may_load(world: World) {
        let browser = Browser::of(&world);
        let notice = world.served(300_000).await;
        let page = format!("/n/{}", secret(&world, &notice));
        let attempt = transfer(&world, &notice);
        let css = {
            let start = browser.get("/").await;
            let (_, rest) = start.text().split_once("href=\"/assets/").unwrap();
            format!("/assets/{}", rest.split_once('"').unwrap().0)
        };
        let zipped = |path: String| {
            Request::get(path).header(header::ACCEPT_ENCODING, "gzip").body(Body::empty()).unwrap()
        };
        let sheet = browser.send(zipped(css)).await;
        assert_eq!(sheet.headers[header::CONTENT_ENCODING], "gzip");
        for path in [
            "/", "/tra-cuu", "/tinh-an-phi", "/bien-lai", "/huong-dan", "/kha-nang-tiep-can",
            "/du-lieu-ca-nhan", &page, &attempt, "/nowhere",
        ] {
            let seen = browser.send(zipped(path.to_owned())).await;
            assert!(seen.body.len() + sheet.body.len() < 30 * 1024, "{path}");
            let policy = seen.headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
            assert_eq!(policy.contains("http://127.0.0.1:9"), path.starts_with("/n/"), "{path}: {policy}");
            assert_eq!(seen.headers["x-robots-tag"], "noindex");
            assert_eq!(seen.headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff");
            assert_eq!(seen.headers[header::REFERRER_POLICY], "no-referrer");
            assert_eq!(seen.headers[header::CACHE_CONTROL], "no-store", "{path}");
            assert!(!seen.headers.contains_key(header::STRICT_TRANSPORT_SECURITY));
        }
        let foreign = Request::post("/tra-cuu")
            .header(header::HOST, "anphi.vidu.invalid")
            .header(header::ORIGIN, "https://elsewhere.invalid")
            .body(Body::empty());
        assert_eq!(browser.send(foreign.unwrap()).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
}
