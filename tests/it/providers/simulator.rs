//! The simulator and the providers over HTTP, each by its own code: what one sends the other reads.

use std::{
    sync::{
        Arc, Mutex, Once,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use anphi::{
    codec::vietqr::VietQr,
    domain::{
        money::Dong,
        payment::{Address, Counterparty, Direction, Standing},
        time::{Clock, Timestamp},
    },
    providers::{
        Answer, Answered, Checkout, CheckoutRequest, Locale, Provider, Question, RawCallback,
        Rejection, Verified, ask,
        http::{CallError, Http, Patience},
        sepay::{Sepay, SepayAuth},
        vnpay::{Vnpay, VnpaySettings},
    },
    sim::{
        Act, Pace, Simulator,
        bank::{BankAccount, Telling, Transfer, Webhook},
        vnpay::{Merchant, QueryMood},
    },
};
use axum::{
    Router,
    body::Bytes,
    extract::{RawQuery, State},
    http::{HeaderMap, Method, StatusCode},
    response::{IntoResponse, Response},
};
use tokio::sync::mpsc;

use super::forgery::{ACCOUNT, KEY, OTHER_KEY, sepay_settings, vnpay_settings};

pub(super) fn install_tls() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

/// A clock that stands still.
struct Stopped(Mutex<Timestamp>);

impl Clock for Stopped {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

const PACE: Pace = Pace {
    ipn_retry: Duration::from_millis(10),
    push_minute: Duration::from_millis(2),
    late: Duration::from_millis(30),
    slow: Duration::from_millis(400),
};

/// Our callback door, answering as it is told: verifies, hands on, replies in the dialect.
#[derive(Clone)]
struct Door {
    provider: Arc<dyn Provider>,
    now: Timestamp,
    sent: mpsc::UnboundedSender<Result<Verified, Rejection>>,
    /// How many callbacks are still answered "try again".
    busy: Arc<AtomicUsize>,
}

async fn knock(
    State(door): State<Door>,
    method: Method,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let headers = headers
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()));
    let callback = RawCallback {
        method: method.to_string(),
        query: query.unwrap_or_default(),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    let verified = door.provider.verify(&callback, door.now);
    let take_one = |left: usize| left.checked_sub(1);
    let busy = door.busy.fetch_update(Ordering::SeqCst, Ordering::SeqCst, take_one).is_ok();
    let answer = match &verified {
        _ if busy => Answer::TryAgain,
        Ok(_) => Answer::Applied,
        Err(rejection) => rejection.answer(),
    };
    door.sent.send(verified).unwrap();
    let reply = door.provider.kind().reply(answer);
    (StatusCode::from_u16(reply.status).unwrap(), reply.body).into_response()
}

/// One played world: the simulator, a merchant with its door, an account with another.
struct World {
    sim: Simulator,
    vnpay: Arc<Vnpay>,
    now: Timestamp,
    ipns: mpsc::UnboundedReceiver<Result<Verified, Rejection>>,
    pushes: mpsc::UnboundedReceiver<Result<Verified, Rejection>>,
    busy: Arc<AtomicUsize>,
    browser: reqwest::Client,
}

type Received = mpsc::UnboundedReceiver<Result<Verified, Rejection>>;

async fn door(
    provider: Arc<dyn Provider>,
    now: Timestamp,
    busy: &Arc<AtomicUsize>,
) -> (String, Received) {
    let (sent, received) = mpsc::unbounded_channel();
    let door = Door { provider, now, sent, busy: busy.clone() };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callbacks/x/y", listener.local_addr().unwrap());
    let router = Router::new().fallback(knock).with_state(door);
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, received)
}

/// `key` is what the played bodies sign with; ours is always [`KEY`].
async fn world(key: &str) -> World {
    install_tls();
    let now: Timestamp = "2026-11-24T08:17:55+07:00".parse().unwrap();
    let sim = Simulator::start(Arc::new(Stopped(Mutex::new(now))), PACE).await.unwrap();
    let settings = VnpaySettings {
        pay_endpoint: sim.vnpay.pay_endpoint(),
        query_endpoint: sim.vnpay.query_endpoint(),
        ..vnpay_settings(&[KEY])
    };
    let vnpay = Arc::new(Vnpay::new(settings).ok().unwrap());
    let sepay = Arc::new(Sepay::new(sepay_settings(SepayAuth::Hmac, &[KEY])).ok().unwrap());
    let busy = Arc::new(AtomicUsize::new(0));
    let (ipn_url, ipns) = door(vnpay.clone(), now, &busy).await;
    let (push_url, pushes) = door(sepay, now, &busy).await;
    sim.vnpay.admit(Merchant { terminal: "COURT001".into(), secret: key.into(), ipn_url });
    sim.bank.open(BankAccount {
        bin: "970499".into(),
        bank: "Ngân hàng Thử Nghiệm".into(),
        number: ACCOUNT.into(),
        holder: "THI HANH AN DAN SU TINH SONG MO".into(),
        opening: Dong::new(20_000_000).unwrap(),
        webhook: Some(Webhook { url: push_url, secret: key.into() }),
    });
    let browser = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap();
    World { sim, vnpay, now, ipns, pushes, busy, browser }
}

async fn next(received: &mut Received) -> Result<Verified, Rejection> {
    let waited = tokio::time::timeout(Duration::from_secs(10), received.recv()).await;
    waited.expect("a message within ten seconds").unwrap()
}

impl World {
    fn attempt(&self, number: u32) -> CheckoutRequest {
        CheckoutRequest {
            provider_ref: format!("AP0123456786-{number}"),
            amount: Dong::new(300_000).unwrap(),
            info: "Nop tam ung an phi AP0123456786".into(),
            payer_address: "127.0.0.1".parse().unwrap(),
            locale: Locale::Vietnamese,
            return_url: "http://127.0.0.1:1/n/x/lenh/1".into(),
            opened_at: self.now,
            expires_at: self.now.plus(chrono::TimeDelta::minutes(15)),
        }
    }

    /// The payer follows the link that we made.
    async fn bring(&self, number: u32) -> String {
        let url = self.vnpay.pay_url(&self.attempt(number)).unwrap();
        let page = self.browser.get(url).send().await.unwrap();
        let (status, body) = (page.status(), page.text().await.unwrap());
        assert!(status.is_success(), "{body}");
        body
    }

    async fn press(&self, number: u32, act: &str) -> reqwest::Response {
        let url = self.sim.vnpay.pay_endpoint().replace("vpcpay.html", "choose");
        let order = format!("AP0123456786-{number}");
        let form = [("order", order.as_str()), ("act", act)];
        self.browser.post(url).form(&form).send().await.unwrap()
    }

    async fn ask(&self, number: u32, request_id: &str) -> Result<Answered, CallError> {
        let question = Question {
            provider_ref: format!("AP0123456786-{number}"),
            opened_at: self.now,
            request_id: request_id.into(),
            asked_at: self.now,
            from: "127.0.0.1".parse().unwrap(),
        };
        let patience =
            Patience { connect: Duration::from_secs(2), whole: Duration::from_millis(200) };
        ask(self.vnpay.query().unwrap(), &Http::new(patience).unwrap(), &question).await
    }
}

fn known(answered: Result<Answered, CallError>) -> Verified {
    match answered {
        Ok(Answered::Known(verified)) => *verified,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_payer_pays_and_three_voices_agree() {
    let mut world = world(KEY).await;
    let page = world.bring(1).await;
    assert!(page.contains("300.000") && page.contains("DỮ LIỆU THỬ"));
    assert_eq!(known(world.ask(1, "q1").await).report.standing, Standing::Pending);
    assert_eq!(world.ask(2, "q2").await, Ok(Answered::NeverBegun));

    let back = world.press(1, "pay").await;
    assert_eq!(back.status(), StatusCode::SEE_OTHER);
    let address = back.headers()["location"].to_str().unwrap().to_owned();
    let returned = world.vnpay.returned(address.split_once('?').unwrap().1).unwrap();
    assert_eq!(returned.standing, Standing::Received);
    assert_eq!(returned.provider_ref, "AP0123456786-1");

    let ipn = next(&mut world.ipns).await.unwrap().report;
    let queried = known(world.ask(1, "q3").await).report;
    assert_eq!(ipn.address, Address::Attempt("AP0123456786-1".into()));
    assert_eq!((ipn.amount, &ipn.standing), (queried.amount, &queried.standing));
    assert_eq!((ipn.source, &ipn.source_id), (queried.source, &queried.source_id));
    assert_eq!(ipn.paid_at, queried.paid_at);
    assert_eq!(ipn.standing, Standing::Received);

    let again = world.press(1, "pay").await;
    assert_eq!(again.status(), StatusCode::CONFLICT);
}

#[tokio::test]
async fn every_act_reads_as_what_it_is() {
    let mut world = world(KEY).await;
    let failed = |code: &str| Standing::NotReceived(code.into());
    for (number, act, amount, standing) in [
        (1, Act::Pay, 300_000, Standing::Received),
        (2, Act::Short, 299_000, Standing::Received),
        (3, Act::Over, 301_000, Standing::Received),
        (4, Act::Fail, 300_000, failed("51")),
        (5, Act::Cancel, 300_000, failed("24")),
        (6, Act::Late, 300_000, Standing::Received),
    ] {
        world.bring(number).await;
        world.sim.vnpay.act(&format!("AP0123456786-{number}"), act).await.unwrap();
        let report = next(&mut world.ipns).await.unwrap().report;
        assert_eq!((report.amount.get(), report.standing), (amount, standing), "{act:?}");
        let queried = known(world.ask(number, &format!("q{number}")).await).report;
        assert_eq!(queried.source_id, report.source_id, "{act:?}");
    }
    world.sim.vnpay.act("AP0123456786-3", Act::Repeat).await.unwrap();
    let repeated = next(&mut world.ipns).await.unwrap();
    assert_eq!(repeated.report.amount.get(), 301_000);
}

#[tokio::test]
async fn a_repeat_is_the_same_message_and_a_later_success_another() {
    let mut world = world(KEY).await;
    world.bring(1).await;
    let mut keys = Vec::new();
    for act in [Act::Fail, Act::Repeat, Act::Pay, Act::Repeat] {
        world.sim.vnpay.act("AP0123456786", act).await.unwrap();
        keys.push(next(&mut world.ipns).await.unwrap().message_key);
    }
    assert_eq!(keys[0], keys[1]);
    assert_eq!(keys[2], keys[3]);
    assert_ne!(keys[1], keys[2]);
}

#[tokio::test]
async fn forged_messages_are_refused_and_tried_ten_times() {
    let mut world = world(KEY).await;
    world.bring(1).await;
    let call = world.sim.vnpay.act("AP0123456786-1", Act::Forge).await.unwrap().unwrap();
    assert_eq!(call.answer.as_deref(), Some("97"));
    for _ in 0..10 {
        assert_eq!(next(&mut world.ipns).await, Err(Rejection::BadSignature));
    }
    let further = tokio::time::timeout(PACE.ipn_retry * 5, world.ipns.recv()).await;
    assert!(further.is_err(), "ten calls are all");
    assert_eq!(known(world.ask(1, "q").await).report.standing, Standing::Pending);
}

#[tokio::test]
async fn an_ipn_is_sent_until_it_is_taken() {
    let mut world = world(KEY).await;
    world.bring(1).await;
    world.busy.store(3, Ordering::SeqCst);
    world.sim.vnpay.act("AP0123456786-1", Act::Pay).await.unwrap();
    let mut keys = Vec::new();
    for _ in 0..4 {
        keys.push(next(&mut world.ipns).await.unwrap().message_key);
    }
    keys.dedup();
    assert_eq!(keys.len(), 1);
}

#[tokio::test]
async fn querydr_is_believed_only_when_it_proves_itself() {
    let world = world(KEY).await;
    world.bring(1).await;
    for (number, (mood, expected)) in [
        (QueryMood::Forged, CallError::Unverified),
        (QueryMood::Unsigned, CallError::Unverified),
        (QueryMood::Garbage, CallError::Malformed("JSON")),
        (QueryMood::Broken, CallError::Unreachable),
        (QueryMood::Slow, CallError::Unreachable),
        (QueryMood::Silent, CallError::Unreachable),
    ]
    .into_iter()
    .enumerate()
    {
        world.sim.vnpay.set_mood(mood);
        let refused = world.ask(1, &format!("q{number}")).await.unwrap_err();
        assert_eq!(refused.may_retry(), expected == CallError::Unreachable);
        assert_eq!(refused, expected, "{mood:?}");
    }
    world.sim.vnpay.set_mood(QueryMood::Honest);
    assert!(world.ask(1, "once").await.is_ok());
    assert_eq!(world.ask(1, "once").await, Err(CallError::Refused("94".into())));
}

#[tokio::test]
async fn with_another_key_nothing_verifies() {
    let mut world = world(OTHER_KEY).await;
    let url = world.vnpay.pay_url(&world.attempt(1)).unwrap();
    let page = world.browser.get(url).send().await.unwrap();
    assert_eq!(page.status(), StatusCode::BAD_REQUEST);
    assert!(page.text().await.unwrap().contains("Mã lỗi 70"));
    assert_eq!(world.ask(1, "q").await, Err(CallError::Unverified));

    transfer(&world, "AP2611900016 nop an phi", 300_000).await;
    assert_eq!(next(&mut world.pushes).await, Err(Rejection::BadSignature));
}

fn payer() -> Counterparty {
    Counterparty { name: Some("NGUYEN VAN VI DU".into()), account: Some("0000000000101".into()) }
}

async fn transfer(world: &World, memo: &str, amount: i64) -> anphi::sim::bank::Movement {
    let transfer = Transfer {
        account: ACCOUNT.into(),
        direction: Direction::Credit,
        amount: Dong::new(amount).unwrap(),
        memo: memo.into(),
        counterparty: payer(),
        at: None,
        bank_reference: None,
        telling: Telling::AtOnce,
    };
    world.sim.bank.transfer(transfer).await.unwrap()
}

#[tokio::test]
async fn a_scanned_code_becomes_a_push_and_a_line() {
    let mut world = world(KEY).await;
    let due = Dong::new(300_000);
    let code = VietQr::transfer("970499", ACCOUNT, due, "AP2611900016").build().unwrap();
    let due = world.sim.bank.scan(&code.to_string(), payer()).unwrap();
    let mut seen = Vec::new();
    for (act, amount) in
        [(Act::Pay, 300_000), (Act::Short, 299_000), (Act::Over, 301_000), (Act::Late, 300_000)]
    {
        world.sim.bank.act(due.clone(), act).await.unwrap();
        let report = next(&mut world.pushes).await.unwrap().report;
        assert_eq!(report.amount.get(), amount, "{act:?}");
        assert_eq!(report.address, Address::Memo("AP2611900016".into()));
        assert_eq!(report.standing, Standing::Received);
        seen.push((report.bank_reference.unwrap(), report.amount));
    }
    world.sim.bank.act(due.clone(), Act::Forge).await.unwrap();
    assert_eq!(next(&mut world.pushes).await, Err(Rejection::BadSignature));
    world.sim.bank.act(due, Act::Repeat).await.unwrap();
    let repeated = next(&mut world.pushes).await.unwrap();
    assert_eq!(repeated.report.bank_reference.as_ref(), Some(&seen[3].0));

    let statement = world.sim.bank.statement(ACCOUNT, world.now.day()).unwrap();
    let lines = statement.entries.iter();
    let lines: Vec<_> = lines.map(|line| (line.bank_reference.clone(), line.amount)).collect();
    assert_eq!(lines, seen);
    assert_eq!(statement.closing().get(), 20_000_000 + 1_200_000);
}

#[tokio::test]
async fn a_push_is_sent_in_sepays_rhythm_until_it_is_taken() {
    let mut world = world(KEY).await;
    world.busy.store(7, Ordering::SeqCst);
    transfer(&world, "AP2611900016", 300_000).await;
    for _ in 0..8 {
        assert_eq!(next(&mut world.pushes).await.unwrap().message_key, "92704");
    }
    let calls = world.sim.bank.calls();
    assert!(calls.len() >= 7 && calls.iter().take(7).all(|call| call.status == Some(503)));
}

#[tokio::test]
async fn the_day_is_handed_out_as_camt_and_csv() {
    let world = world(KEY).await;
    transfer(&world, "AP2611900016 <a> & \"b\", c", 300_000).await;
    let mut fee = Transfer {
        account: ACCOUNT.into(),
        direction: Direction::Debit,
        amount: Dong::new(11_000).unwrap(),
        memo: "PHI DICH VU TAI KHOAN".into(),
        counterparty: Counterparty::default(),
        at: Some(world.now.plus(chrono::TimeDelta::hours(1))),
        bank_reference: Some("FT26328900018".into()),
        telling: Telling::StatementOnly,
    };
    world.sim.bank.transfer(fee.clone()).await.unwrap();
    fee.at = Some(world.now.plus(chrono::TimeDelta::days(1)));
    world.sim.bank.transfer(fee).await.unwrap();

    let statement = format!("http://{}/statements/{ACCOUNT}/2026-11-24", world.sim.bank.address());
    let read = async |name: &str| {
        let answer = world.browser.get(format!("{statement}/{name}")).send().await.unwrap();
        answer.error_for_status().unwrap().text().await.unwrap()
    };
    let camt = read("camt053.xml").await;
    for part in [
        "<Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"VND\">20000000</Amt>",
        "<Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"VND\">20289000</Amt>",
        "<Ustrd>AP2611900016 &lt;a&gt; &amp; &quot;b&quot;, c</Ustrd>",
        "<Dbtr><Pty><Nm>NGUYEN VAN VI DU</Nm></Pty></Dbtr>",
        "<BookgDt><DtTm>2026-11-24T09:17:55+07:00</DtTm></BookgDt>",
        "<AcctSvcrRef>FT26328900018</AcctSvcrRef>",
    ] {
        assert!(camt.contains(part), "{part}\n{camt}");
    }
    assert_eq!(camt.matches("<Ntry>").count(), 2);
    let mut reader = quick_xml::Reader::from_str(&camt);
    while reader.read_event().unwrap() != quick_xml::events::Event::Eof {}

    let csv = read("vietcombank.csv").await;
    for line in [
        "Số dư đầu kỳ/Opening balance:,\"20,000,000\"",
        "1,24/11/2026,FT26328000001,,\"300,000\",\"20,300,000\",\"AP2611900016 <a> & \"\"b\"\", c\"",
        "2,24/11/2026,FT26328900018,\"11,000\",,\"20,289,000\",PHI DICH VU TAI KHOAN",
        "Số dư cuối kỳ/Closing balance:,\"20,289,000\"",
    ] {
        assert!(csv.lines().any(|found| found == line), "{line}\n{csv}");
    }
}

#[tokio::test]
async fn the_test_control_is_reached_over_http() {
    let mut world = world(KEY).await;
    world.bring(1).await;
    let vnpay = world.sim.vnpay.pay_endpoint().replace("/paymentv2/vpcpay.html", "");
    let post = async |url: String| world.browser.post(url).send().await.unwrap();
    let told = post(format!("{vnpay}/control/AP0123456786/pay")).await;
    assert_eq!(told.text().await.unwrap(), r#"{"RspCode":"00"}"#);
    assert!(next(&mut world.ipns).await.is_ok());
    for (path, status) in [
        ("control/AP0123456786/pay", StatusCode::CONFLICT),
        ("control/AP0123456786/dance", StatusCode::NOT_FOUND),
        ("control/AP0000000000/pay", StatusCode::NOT_FOUND),
        ("control/querydr/mood/silent", StatusCode::NO_CONTENT),
        ("control/querydr/mood/glad", StatusCode::NOT_FOUND),
    ] {
        assert_eq!(post(format!("{vnpay}/{path}")).await.status(), status, "{path}");
    }

    let due = serde_json::json!({ "account": ACCOUNT, "amount": 300_000, "memo": "AP2611900016" });
    let bank = format!("http://{}/control/short", world.sim.bank.address());
    let answer = world.browser.post(bank).json(&due).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::NO_CONTENT);
    assert_eq!(next(&mut world.pushes).await.unwrap().report.amount.get(), 299_000);
}

#[tokio::test]
async fn an_expired_order_is_not_offered_but_its_money_can_still_come() {
    let mut world = world(KEY).await;
    let old = world.now.plus(-chrono::TimeDelta::hours(1));
    let attempt = CheckoutRequest {
        opened_at: old,
        expires_at: old.plus(chrono::TimeDelta::minutes(15)),
        ..world.attempt(1)
    };
    let url = world.vnpay.pay_url(&attempt).unwrap();
    let page = world.browser.get(url).send().await.unwrap();
    assert!(page.text().await.unwrap().contains("Mã lỗi 15"));
    world.sim.vnpay.act("AP0123456786-1", Act::Late).await.unwrap();
    assert_eq!(next(&mut world.ipns).await.unwrap().report.standing, Standing::Received);
}
