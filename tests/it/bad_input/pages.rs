//! The forms and addresses of the public pages.

use anphi::{domain::order::OrderState, store::notice::NoticeRow};

use super::{
    Case, callbacks,
    door::{Ask, FORM, HOST, Site},
    hold, refused,
};
use crate::harness::{World, on_both};

pub const UNREADABLE: &str = "Chưa đọc được nội dung gửi";
pub const NOT_HERE: &str = "Không có trang này";
const LOOKUP: &str = "Tra cứu thông báo";
const PAY: &str = "Thanh toán 300.000\u{a0}₫";
const CHECK: &str = "Kiểm tra biên lai";

/// The secret address of a notice's page.
pub fn page_of(world: &World, notice: &NoticeRow) -> String {
    let address = world.app.lookup_address(notice).unwrap();
    format!("/n/{}", address.rsplit('/').next().unwrap())
}

/// A page's words after its status.
pub fn no(status: u16, words: &str) -> String {
    format!("{status} {words}")
}

/// Forms that no page of ours sends, whatever stands in them.
pub fn foreign(form: &dyn Fn() -> Ask) -> Vec<Case> {
    let kinds = ["text/plain", "application/json", "multipart/form-data; boundary=x", ""];
    let of_kind = kinds.map(|kind| {
        let ask = form().with("content-type", kind);
        refused(format!("sent as {kind:?}"), ask, no(415, UNREADABLE))
    });
    let from = [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "null"),
        ("origin", "https://vidu.invalid"),
        ("origin", "https://anphi.vidu.invalid.elsewhere.invalid"),
    ];
    let from = from.map(|(name, value)| {
        let ask = form().with(name, value);
        refused(format!("{name}: {value}"), ask, no(422, UNREADABLE))
    });
    let bodies: [(&str, &[u8], u16); 7] = [
        ("NUL", b"&note=a%00b", 400),
        ("control", b"&note=a%07b", 400),
        ("turned text", "&note=\u{202e}ab".as_bytes(), 400),
        ("isolated text", "&note=\u{2066}ab".as_bytes(), 400),
        ("bad UTF-8", b"&note=%c3%28", 400),
        ("bad UTF-8, bare", b"&note=\xc3\x28", 400),
        ("control in a name", b"&no%1bte=1", 400),
    ];
    let bodies =
        bodies.map(|(what, more, status)| refused(what, form().and(more), no(status, UNREADABLE)));
    let big = format!("&note={}", "x".repeat(256 * 1024));
    let more = [
        refused("too big", form().and(big.as_bytes()), no(413, UNREADABLE)),
        refused("packed", form().with("content-encoding", "gzip"), no(415, UNREADABLE)),
    ];
    of_kind.into_iter().chain(from).chain(bodies).chain(more).collect()
}

fn addresses(page: &str) -> Vec<Case> {
    let mut cases: Vec<Case> = [
        ("no such page", "/nowhere", 404, NOT_HERE),
        ("no such notice", "/n/made-up", 404, NOT_HERE),
        ("script in the path", "/n/%3Cscript%3E", 404, NOT_HERE),
        ("SQL in the path", "/n/'%20or%201=1--", 404, NOT_HERE),
        ("bad bytes in the path", "/n/%ff", 400, UNREADABLE),
        ("NUL in the path", "/n/a%00b", 400, UNREADABLE),
        ("turned text in the query", "/tra-cuu?lang=%E2%80%AE", 400, UNREADABLE),
        ("NUL in the query", "/tinh-an-phi?amount=1%00", 400, UNREADABLE),
        ("no such receipt", "/bien-lai/222222222222", 404, "Không phải biên lai lập tại đây"),
        ("no such file", "/assets/nothing.css", 404, NOT_HERE),
    ]
    .into_iter()
    .map(|(what, path, status, words)| refused(what, Ask::get(path), no(status, words)))
    .collect();
    for amount in ["1.0", "1,5", "1e5", "-1", "0", "9007199254740993", "1+1"] {
        let amount = amount.replace('+', "%2B");
        let path =
            format!("/tinh-an-phi?kind=civil&stage=first&priced=yes&asked=amount&amount={amount}");
        let ask = Ask::get(path);
        cases.push(refused(
            format!("amount {amount}"),
            ask,
            "422 Tổng số tiền yêu cầu là bao nhiêu?",
        ));
    }
    cases.extend([
        refused("by DELETE", Ask::new("DELETE", "/tra-cuu"), no(405, NOT_HERE)),
        refused("by PUT", Ask::new("PUT", format!("{page}/thanh-toan")), no(405, NOT_HERE)),
        refused("a page as a form", Ask::form("/huong-dan", &[]), no(405, NOT_HERE)),
        refused(
            "another notice's attempt",
            Ask::get(format!("{page}/lenh/AP0123456786-2")),
            no(404, NOT_HERE),
        ),
    ]);
    cases
}

fn pay_forms(page: &str, [own, anothers, lookups]: [&str; 3]) -> Vec<Case> {
    let path = format!("{page}/thanh-toan");
    let with = |id: &str, more: &[(&str, &str)]| {
        let fields = [("form_id", id), ("who", "self"), ("method", "vnpay")];
        Ask::form(&path, &[more, &fields].concat())
    };
    let other = |name, value| {
        let payer = [("who", "other"), ("name", "Công ty Mẫu"), ("address", "xã Hồ Sao")];
        let payer: Vec<_> = payer.into_iter().filter(|(key, _)| *key != name).collect();
        let fields = [&[("form_id", own), ("method", "vnpay")], &payer[..], &[(name, value)]];
        Ask::form(&path, &fields.concat())
    };
    let mut cases = vec![
        refused("no id", Ask::form(&path, &[("who", "self"), ("method", "vnpay")]), no(422, PAY)),
        refused("made-up id", with("made-up", &[]), no(422, PAY)),
        refused("another notice's id", with(anothers, &[]), no(422, PAY)),
        refused("another form's id", with(lookups, &[]), no(422, PAY)),
        refused(
            "by GET",
            Ask::get(format!("{path}?form_id={own}&who=self&method=vnpay")),
            no(200, PAY),
        ),
        refused("card number as name", other("name", "4111 1111 1111 1111"), no(422, PAY)),
        refused("card number as address", other("address", "9704198526191432198"), no(422, PAY)),
        refused("card number as document", other("id", "4111111111111111"), no(422, PAY)),
        refused("unknown way", other("method", "tien-mat"), no(422, PAY)),
    ];
    cases.extend(foreign(&|| with(own, &[])));
    cases
}

fn lookups(reference: &str) -> Vec<Case> {
    let form = || Ask::form("/tra-cuu", &[("ref", reference), ("fact", "0002")]);
    let typed =
        |reference: &str, fact: &str| Ask::form("/tra-cuu", &[("ref", reference), ("fact", fact)]);
    let mut cases = foreign(&form);
    cases.extend([
        refused("another's fact", form(), no(422, LOOKUP)),
        refused("SQL", typed("' or 1=1 --", "' or 1=1 --"), no(422, LOOKUP)),
        refused("letters of width", typed("ＡＰ１２３４５６７８９０", "0002"), no(422, LOOKUP)),
        refused("long", typed(&"9".repeat(2_001), "0002"), no(422, UNREADABLE)),
    ]);
    cases
}

/// A multipart form of one part.
fn part(name: &str, file: &str, content: &[u8]) -> Ask {
    let head = format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
    let body = [head.as_bytes(), content, b"\r\n--x--\r\n"].concat();
    Ask::new("POST", "/bien-lai")
        .with("content-type", "multipart/form-data; boundary=x")
        .holding(body)
}

fn receipts() -> Vec<Case> {
    let file = |content: &[u8]| part("file", "; filename=\"a.pdf\"", content);
    let not_ours = no(404, "Không phải biên lai lập tại đây");
    vec![
        refused(
            "sent as text",
            part("text", "", b"x").with("content-type", "text/plain"),
            no(415, UNREADABLE),
        ),
        refused(
            "sent as a plain form",
            part("text", "", b"x").with("content-type", FORM),
            no(415, UNREADABLE),
        ),
        refused(
            "from elsewhere",
            part("text", "", b"x").with("origin", "https://vidu.invalid"),
            no(422, UNREADABLE),
        ),
        refused("NUL", part("text", "", b"a\0b"), no(400, UNREADABLE)),
        refused("turned text", part("text", "", "\u{202e}".as_bytes()), no(400, UNREADABLE)),
        refused("bad UTF-8", part("text", "", b"\xc3\x28"), no(400, UNREADABLE)),
        refused("nothing", part("text", "", b""), no(422, CHECK)),
        refused("a large file", file(&vec![b'x'; 2 * 1024 * 1024 + 1]), no(422, CHECK)),
        refused("a larger file", file(&vec![b'x'; 5 * 1024 * 1024]), no(413, UNREADABLE)),
        refused("no receipt", file(b"%PDF-1.7 nothing"), not_ours.clone()),
        refused("a broken file", file(&[0xff; 3_000]), not_ours),
        refused("cut off", part("text", "", b"x").holding("--x\r\nContent"), no(400, UNREADABLE)),
    ]
}

on_both! {
    async fn what_comes_by_the_public_pages(world: World) {
        let site = Site::of(&world);
        let (notice, other) = (world.served(300_000).await, world.served(300_000).await);
        let page = page_of(&world, &notice);
        let id_at = async |page: String| {
            let action = format!("{page}/thanh-toan");
            site.get(&action).await.form_id(&action)
        };
        let own = id_at(page.clone()).await;
        let anothers = id_at(page_of(&world, &other)).await;
        let start = site.get("/tra-cuu").await.form_id("/tra-cuu");
        hold(&world, &site, addresses(&page)).await;
        hold(&world, &site, pay_forms(&page, [&own, &anothers, &start])).await;
        hold(&world, &site, lookups(notice.reference.as_str())).await;
        hold(&world, &site, receipts()).await;
        let wrong = site.send(Ask::new("DELETE", "/tra-cuu")).await;
        assert_eq!(wrong.header("allow"), "GET,HEAD,POST");
    }

    async fn fields_that_no_form_has_say_nothing(world: World) {
        let site = Site::of(&world);
        let notice = world.served(300_000).await;
        let action = format!("{}/thanh-toan", page_of(&world, &notice));
        let id = site.get(&action).await.form_id(&action);
        let fields = [
            ("form_id", id.as_str()), ("who", "self"), ("method", "vnpay"), ("amount", "1"),
            ("status", "paid"), ("state", "paid"), ("paid_at", "2026-11-23T08:00:00+07:00"),
            ("court_id", "1"), ("role", "administrator"), ("number", "1"), ("_method", "DELETE"),
        ];
        let gone = site.send(Ask::form(&action, &fields).with("origin", format!("https://{HOST}"))).await;
        assert_eq!(gone.status, 303, "{}", gone.text());
        let url: url::Url = gone.header("location").parse().unwrap();
        assert!(url.query_pairs().any(|(name, sum)| name == "vnp_Amount" && sum == "30000000"), "{url}");
        let mut tx = world.app.store.read().await.unwrap();
        let orders = tx.orders_of(notice.id).await.unwrap();
        let orders: Vec<_> = orders.iter().map(|row| (row.state, row.amount.get())).collect();
        assert_eq!(orders, [(OrderState::Created, 300_000), (OrderState::Pending, 300_000)]);
        let after = tx.notice(anphi::domain::staff::Scope::All, notice.id).await.unwrap().unwrap();
        assert_eq!((after.state, after.paid_at, after.court_id), (notice.state, None, notice.court_id));
    }

    /// Whoever holds only the address that the provider knows sees initials, and no paper.
    async fn a_return_address_opens_no_paper(world: World) {
        let site = Site::of(&world);
        let notice = world.served(300_000).await;
        let action = format!("{}/thanh-toan", page_of(&world, &notice));
        let id = site.get(&action).await.form_id(&action);
        let fields = [("form_id", id.as_str()), ("who", "self"), ("method", "vnpay")];
        let url: url::Url = site.send(Ask::form(&action, &fields)).await.header("location").parse().unwrap();
        let value = |name: &str| url.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        let back: url::Url = value("vnp_ReturnUrl").parse().unwrap();
        let token = back.path().strip_suffix("/ve").unwrap().to_owned();
        let paid = callbacks::Ipn::of(&value("vnp_TxnRef")).ask();
        assert_eq!(site.send(paid).await.status, 200);
        let receipt = site.get(&format!("{token}/bien-lai")).await;
        assert_eq!(receipt.status, 200);
        assert!(!receipt.text().contains("Ví Dụ"));
        for path in ["bien-lai.pdf", "bien-lai.pdf?kho=a4", "thong-bao.pdf"] {
            assert_eq!(site.get(&format!("{token}/{path}")).await.told(), no(404, NOT_HERE), "{path}");
        }
        let own = site.get(&format!("{}/bien-lai.pdf", page_of(&world, &notice))).await;
        assert!(own.body.starts_with(b"%PDF-"));
    }
}
