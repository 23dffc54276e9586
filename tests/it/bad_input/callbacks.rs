//! The doors of a gateway's message and of a bank's push.

use anphi::{
    app::{
        Caller,
        checkout::{Leaving, Payer},
    },
    domain::{notice::NoticeState, time::Clock},
    sim::sign,
    store::{Store, notice::NoticeRow},
};

use super::{
    Case,
    door::{Ask, Site},
    hold, refused,
};
use crate::harness::{SEPAY_KEY, VNPAY_KEY, World, on_both};

/// Where messages that nothing proves are counted and kept.
pub const COUNTED: &[&str] = &["refused_count", "refused_message"];
/// Kept with its bytes, counted as refused.
const KEPT: &[&str] = &["inbox"];
/// Kept, and a person hears of it; no money.
const TOLD: &[&str] = &["exception", "inbox"];
/// Money that a person must place.
const WAITS: &[&str] = &[
    "audit_entry",
    "exception",
    "inbox",
    "ledger_account",
    "payment",
    "posting",
    "posting_group",
    "receipt_series",
    "sighting",
];

const INVALID: &str = r#"200 {"RspCode":"97","Message":"Invalid signature"}"#;
const AMOUNT: &str = r#"200 {"RspCode":"04","Message":"invalid amount"}"#;
const UNKNOWN: &str = r#"200 {"RspCode":"01","Message":"Order not found"}"#;
const CONFIRMED: &str = r#"200 {"RspCode":"00","Message":"Confirm Success"}"#;
const ALREADY: &str = r#"200 {"RspCode":"02","Message":"Order already confirmed"}"#;
const NO: &str = r#"401 {"success":false}"#;
pub const YES: &str = r#"200 {"success":true}"#;

/// Opens an attempt at VNPAY; gives its reference.
pub async fn attempt(world: &World, notice: &NoticeRow) -> String {
    let payer = Payer { name: None, address: None, document: None, email: None };
    let leaving =
        Leaving { account: "vnpay".to_owned(), address: [192, 0, 2, 7].into(), english: false };
    let caller = Caller::payer(None, None);
    let url = world.app.open_attempt(&caller, notice.id, payer, &leaving).await.unwrap();
    let url: url::Url = url.parse().unwrap();
    let reference = url.query_pairs().find(|(name, _)| name == "vnp_TxnRef").unwrap();
    reference.1.into_owned()
}

/// What VNPAY says of an attempt, with fields changed before signing.
pub struct Ipn(Vec<(&'static str, String)>);

impl Ipn {
    pub fn of(reference: &str) -> Self {
        let fields = [
            ("vnp_Amount", "30000000"),
            ("vnp_BankCode", "NCB"),
            ("vnp_OrderInfo", "Nop tam ung & an=phi"),
            ("vnp_PayDate", "20261123080000"),
            ("vnp_ResponseCode", "00"),
            ("vnp_TmnCode", "COURT001"),
            ("vnp_TransactionNo", "14226112"),
            ("vnp_TransactionStatus", "00"),
            ("vnp_TxnRef", reference),
        ];
        Self(fields.map(|(name, value)| (name, value.to_owned())).to_vec())
    }

    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.0.retain(|(other, _)| *other != name);
        self.0.push((name, value.to_owned()));
        self
    }

    fn text(&self) -> String {
        sign::query(self.0.iter().map(|(name, value)| (*name, value.as_str())))
    }

    fn hash(&self) -> String {
        sign::hmac_sha512(VNPAY_KEY, &self.text())
    }

    pub fn query(&self) -> String {
        format!("{}&vnp_SecureHash={}", self.text(), self.hash())
    }

    pub fn ask(&self) -> Ask {
        ipn(&self.query())
    }
}

fn ipn(query: &str) -> Ask {
    Ask::get(format!("/callbacks/vnpay/vnpay?{query}"))
}

/// A push of the bank.
pub fn body(id: u64, memo: &str) -> String {
    serde_json::json!({
        "id": id, "gateway": "Vietcombank", "transactionDate": "2026-11-23 07:59:00",
        "accountNumber": "9990001112223", "subAccount": null, "code": null, "content": memo,
        "transferType": "in", "description": "", "transferAmount": 300_000,
        "accumulated": 19_077_000, "referenceCode": format!("FT{id}")
    })
    .to_string()
}

/// A push signed at the world's time.
pub fn push(world: &World, body: &str) -> Ask {
    push_at(world.clock.now().unix(), body.as_bytes())
}

fn push_at(time: i64, body: &[u8]) -> Ask {
    let signed = [time.to_string().as_bytes(), b".", body].concat();
    Ask::new("POST", "/callbacks/sepay/bank")
        .with("content-type", "application/json")
        .with("x-sepay-timestamp", time.to_string())
        .with("x-sepay-signature", format!("sha256={}", sign::hmac_sha256(SEPAY_KEY, &signed)))
        .holding(body)
}

fn unproven_messages(reference: &str) -> Vec<Case> {
    let good = Ipn::of(reference);
    let (text, hash) = (good.text(), good.hash());
    let other = sign::hmac_sha512("COURTSANDBOXSECRETSHARED00000002", &text);
    let short = sign::hmac_sha256(VNPAY_KEY, text.as_bytes());
    let queries = [
        ("no signature", text.clone()),
        ("empty signature", format!("{text}&vnp_SecureHash=")),
        ("doubled signature", format!("{text}&vnp_SecureHash={hash}&vnp_SecureHash={hash}")),
        ("half a signature", format!("{text}&vnp_SecureHash={}", &hash[..64])),
        ("another key's signature", format!("{text}&vnp_SecureHash={other}")),
        ("another hash", format!("{text}&vnp_SecureHash={short}&vnp_SecureHashType=SHA256")),
        ("changed after signing", good.query().replace("30000000", "30000100")),
        ("doubled amount", format!("{}&vnp_Amount=30000000", good.query())),
        ("unknown terminal", Ipn::of(reference).with("vnp_TmnCode", "COURT002").query()),
        ("amount below zero", Ipn::of(reference).with("vnp_Amount", "-30000000").query()),
        ("amount with a point", Ipn::of(reference).with("vnp_Amount", "300000.00").query()),
        ("amount as a power", Ipn::of(reference).with("vnp_Amount", "3e7").query()),
        ("order with &", Ipn::of(&format!("{reference}&a=b")).query()),
        ("order with a line break", Ipn::of(&format!("{reference}\n")).query()),
        ("order with NUL", Ipn::of(&format!("{reference}\0")).query()),
        ("code off its pattern", Ipn::of(reference).with("vnp_ResponseCode", "0").query()),
        ("no day", Ipn::of(reference).with("vnp_PayDate", "20261332080000").query()),
        ("nothing", String::new()),
    ];
    let mut cases: Vec<Case> = queries
        .into_iter()
        .map(|(what, query)| refused(what, ipn(&query), INVALID).leaving(COUNTED))
        .collect();
    let elsewhere = |path: &str| Ask::get(format!("{path}?{}", good.query()));
    cases.extend([
        refused("unknown account", elsewhere("/callbacks/vnpay/nowhere"), INVALID).leaving(COUNTED),
        refused("a bank's account", elsewhere("/callbacks/vnpay/bank"), INVALID).leaving(COUNTED),
        refused("by POST", Ask { method: "POST", ..good.ask() }, INVALID).leaving(COUNTED),
        refused("unknown provider", elsewhere("/callbacks/paypal/x"), "404  0 bytes"),
        refused("by PUT", Ask { method: "PUT", ..good.ask() }, "405  0 bytes"),
        refused("bad bytes in the account", elsewhere("/callbacks/vnpay/%ff"), "404  0 bytes"),
        refused(
            "too big",
            good.ask().holding(vec![b'x'; 64 * 1024 + 1]),
            r#"413 {"RspCode":"97","Message":"Invalid signature"}"#,
        )
        .leaving(COUNTED),
    ]);
    cases
}

fn proven_messages(reference: &str) -> Vec<Case> {
    let paid = || Ipn::of(reference);
    let other = |name, value| paid().with(name, value).with("vnp_TransactionNo", "14226113");
    vec![
        refused("amount zero", other("vnp_Amount", "0").ask(), AMOUNT).leaving(TOLD),
        refused("half a đồng", other("vnp_Amount", "30000050").ask(), AMOUNT).leaving(TOLD),
        refused("2^63", other("vnp_Amount", "9223372036854775808").ask(), AMOUNT).leaving(TOLD),
        refused("dollars", other("vnp_CurrCode", "USD").ask(), AMOUNT).leaving(TOLD),
        refused("more than the order", other("vnp_Amount", "30000100").ask(), AMOUNT)
            .leaving(WAITS),
        refused(
            "unknown order",
            Ipn::of("AP0123456786-2").with("vnp_TransactionNo", "14226114").ask(),
            UNKNOWN,
        )
        .leaving(WAITS),
    ]
}

fn unproven_pushes(world: &World, memo: &str) -> Vec<Case> {
    let text = body(1, memo);
    let good = || push(world, &text);
    let now = world.clock.now().unix();
    let value = |good: &Ask, name| good.headers.iter().find(|(n, _)| *n == name).unwrap().1.clone();
    let signature = value(&good(), "x-sepay-signature");
    let asks = [
        ("no signature", good().without("x-sepay-signature")),
        ("doubled signature", good().also("x-sepay-signature", signature.clone())),
        ("bare signature", good().with("x-sepay-signature", signature.replace("sha256=", ""))),
        ("no time", good().without("x-sepay-timestamp")),
        ("another time", good().with("x-sepay-timestamp", (now + 1).to_string())),
        ("signed too long ago", push_at(now - 301, text.as_bytes())),
        ("changed after signing", good().holding(text.replace("300000", "300001"))),
        ("more after its end", good().and(b" ")),
        ("unknown account", Ask { path: "/callbacks/sepay/nowhere".to_owned(), ..good() }),
        ("by GET", Ask { method: "GET", ..good() }),
        ("bad UTF-8", push_at(now, &[b"{\"id\":1,\"content\":\"\xff".as_slice(), b"\"}"].concat())),
    ];
    let bodies = [
        ("another account", text.replace("9990001112223", "9990001112224")),
        ("money 300000.0", text.replace("300000", "300000.0")),
        ("money 3e5", text.replace("300000", "3e5")),
        ("money as text", text.replace("300000", "\"300000\"")),
        ("money 2^53+1", text.replace("300000", "9007199254740993")),
        ("money -1", text.replace("300000", "-1")),
        ("money 0", text.replace("300000", "0")),
        ("id as text", text.replace("\"id\":1", "\"id\":\"1\"")),
        ("doubled name", text.replacen('{', "{\"id\":1,", 1)),
        ("too deep", text.replacen("null", &format!("{}{}", "[".repeat(70), "]".repeat(70)), 1)),
        ("no JSON", "id=1".to_owned()),
        ("nothing", String::new()),
    ];
    let bodies = bodies.into_iter().map(|(what, body)| (what, push(world, &body)));
    let mut cases: Vec<Case> = asks
        .into_iter()
        .chain(bodies)
        .map(|(what, ask)| refused(what, ask, NO).leaving(COUNTED))
        .collect();
    let big = body(2, &"x".repeat(64 * 1024));
    cases.push(refused("too big", push(world, &big), r#"413 {"success":false}"#).leaving(COUNTED));
    cases
}

fn pushes(world: &World) -> Vec<Case> {
    let memos = [
        (11, "no reference", "nop tien an phi"),
        (12, "unknown reference", "AP0123456786 nop an phi"),
        (13, "joining signs", "a&b=c&vnp_Amount=1"),
        (14, "turned text", "ten \u{202e}oahp na"),
        (15, "NUL", "truoc\0sau"),
        (16, "script", "<script>alert(1)</script>"),
        (17, "SQL", "'); drop table payment; --"),
        (18, "nothing", ""),
        (19, "card number", "the 4111 1111 1111 1111 nop"),
    ];
    let case = |(id, what, memo)| refused(what, push(world, &body(id, memo)), YES).leaving(WAITS);
    memos.into_iter().map(case).collect()
}

/// Every text column holds no digits of a whole card; the bytes as received are kept as bytes.
async fn no_card_rests(world: &World) {
    if let Store::Sqlite { .. } = &world.app.store {
        let tables = super::tables::read(world).await;
        for (name, rows) in tables {
            assert!(!rows.contains("4111 1111 1111 1111"), "{name}: {rows}");
        }
    }
}

on_both! {
    async fn what_a_gateway_sends(world: World) {
        let site = Site::of(&world);
        let notice = world.served(300_000).await;
        let reference = attempt(&world, &notice).await;
        hold(&world, &site, unproven_messages(&reference)).await;
        hold(&world, &site, proven_messages(&reference)).await;
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Served);

        // First a failure, then the money after all: it settles; after that nothing undoes it.
        let failed = || Ipn::of(&reference).with("vnp_ResponseCode", "24")
            .with("vnp_TransactionStatus", "02").with("vnp_TransactionNo", "0");
        assert_eq!(site.send(failed().ask()).await.told(), CONFIRMED);
        assert_eq!(site.send(Ipn::of(&reference).ask()).await.told(), CONFIRMED);
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        hold(&world, &site, vec![
            refused("repeated", Ipn::of(&reference).ask(), ALREADY).leaving(KEPT),
            refused("failed again, repeated", failed().ask(), ALREADY).leaving(KEPT),
            refused(
                "fails after success",
                failed().with("vnp_ResponseCode", "99").ask(),
                ALREADY,
            )
            .leaving(KEPT),
        ]).await;
    }

    async fn what_a_bank_sends(world: World) {
        let site = Site::of(&world);
        let notice = world.served(300_000).await;
        let memo = notice.reference.as_str();
        hold(&world, &site, unproven_pushes(&world, memo)).await;
        hold(&world, &site, pushes(&world)).await;
        no_card_rests(&world).await;
        let good = || push(&world, &body(1, &format!("{memo} a&b=c")));
        assert_eq!(site.send(good()).await.told(), YES);
        assert_eq!(world.notice(notice.id).await.state, NoticeState::Paid);
        hold(&world, &site, vec![refused("repeated", good(), YES).leaving(KEPT)]).await;
    }
}
