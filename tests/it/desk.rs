//! The desk over HTTP, from a password to an accepted case, on both engines.

use std::sync::Mutex;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use tower::ServiceExt;

use anphi::{
    app::{Caller, staff::NewStaff, totp},
    domain::{
        id::CourtId,
        staff::{Role, Scope},
        time::Clock,
    },
    store::court::PutCourt,
    web,
};

use crate::{
    harness::{World, on_both},
    lane::push,
};

pub const PASSWORD: &str = "sông mơ đêm trăng 7";

/// An answer as a browser sees it.
struct Seen {
    status: StatusCode,
    to: String,
    kind: String,
    cookie: Option<String>,
    body: Vec<u8>,
}

impl Seen {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    fn says(&self, words: &str) {
        let text = self.text();
        assert!(text.contains(words), "{words} is not in\n{text}");
    }

    /// The one-time id of the form that is sent to `action`.
    #[track_caller]
    fn form_id(&self, action: &str) -> String {
        let text = self.text();
        let form = text.split(&format!("action=\"{action}\"")).nth(1);
        let rest = form.and_then(|form| form.split("name=\"form_id\" value=\"").nth(1));
        let id = rest.and_then(|rest| rest.split('"').next());
        id.unwrap_or_else(|| panic!("no form to {action} in\n{text}")).to_owned()
    }
}

/// A browser at the desk: it keeps its cookie.
struct Browser {
    site: Router,
    host: &'static str,
    cookie: Mutex<Option<String>>,
}

impl Browser {
    fn new(world: &World) -> Self {
        let peer = std::net::SocketAddr::from(([203, 0, 113, 9], 40_000));
        let site = web::public(world.app.clone()).layer(MockConnectInfo(peer));
        Self { site, host: "anphi.vidu.invalid", cookie: Mutex::new(None) }
    }

    async fn ask(&self, mut request: Request<Body>) -> Seen {
        if let Some(cookie) = self.cookie.lock().unwrap().clone() {
            request.headers_mut().insert(header::COOKIE, cookie.parse().unwrap());
        }
        request.headers_mut().insert(header::HOST, self.host.parse().unwrap());
        let answer = self.site.clone().oneshot(request).await.unwrap();
        let header =
            |name| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header(header::CACHE_CONTROL).as_deref(), Some("no-store"));
        let (to, kind) = (header(header::LOCATION), header(header::CONTENT_TYPE));
        let cookie = header(header::SET_COOKIE);
        if let Some(cookie) = &cookie {
            let pair = cookie.split(';').next().unwrap().to_owned();
            *self.cookie.lock().unwrap() = Some(pair);
        }
        let status = answer.status();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec();
        let (to, kind) = (to.unwrap_or_default(), kind.unwrap_or_default());
        Seen { status, to, kind, cookie, body }
    }

    async fn open(&self, path: &str) -> Seen {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends fields as they are.
    async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, format!("https://{}", self.host))
            .body(Body::from(body))
            .unwrap();
        self.ask(request).await
    }

    /// Opens the page `at`, fills its form to `action` and sends it.
    async fn fill(&self, at: &str, action: &str, fields: &[(&str, &str)]) -> Seen {
        let id = self.open(at).await.form_id(action);
        self.send(action, &[&[("form_id", id.as_str())], fields].concat()).await
    }

    /// Signs in with both factors.
    async fn sign_in(&self, world: &World, login: &str, key: &str) {
        let fields = [("username", login), ("password", PASSWORD)];
        let seen = self.send("/desk/login", &fields).await;
        assert_eq!(seen.to, "/desk/login/code", "{}", seen.text());
        let code = code(world, key);
        let seen = self.fill("/desk/login/code", "/desk/login/code", &[("code", &code)]).await;
        assert_eq!(seen.to, "/desk", "{}", seen.text());
    }
}

/// The code of a key at this moment.
pub fn code(world: &World, key: &str) -> String {
    totp::code_at(&totp::read(key).unwrap(), world.clock.now().unix()).unwrap()
}

/// The days' statement of the bank account: one line of money with `memo`.
pub fn statement(memo: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><Stmt>\
         <Id>S1</Id><FrToDt><FrDtTm>2026-11-23T00:00:00</FrDtTm><ToDtTm>2026-11-23T23:59:59</ToDtTm></FrToDt>\
         <Acct><Id><Othr><Id>9990001112223</Id></Othr></Id><Ccy>VND</Ccy></Acct>\
         <Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"VND\">1000000</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-23</Dt></Dt></Bal>\
         <Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"VND\">1300000</Amt>\
         <CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-23</Dt></Dt></Bal>\
         <Ntry><NtryRef>1</NtryRef><Amt Ccy=\"VND\">300000</Amt><CdtDbtInd>CRDT</CdtDbtInd>\
         <Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-23</Dt></BookgDt><AcctSvcrRef>FT9</AcctSvcrRef>\
         <NtryDtls><TxDtls><RltdPties><Dbtr><Pty><Nm>NGUYEN VAN VI DU</Nm></Pty></Dbtr></RltdPties>\
         <RmtInf><Ustrd>{memo}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\
         </Stmt></BkToCstmrStmt></Document>"
    )
}

/// The fields of a plain case: a claim of 12,000,000 whose advance is 300,000.
pub const CASE: &[(&str, &str)] = &[
    ("number", ""),
    ("kind", "civil"),
    ("stage", "first"),
    ("procedure", "ordinary"),
    ("subject", "Tranh chấp hợp đồng vay tài sản"),
    ("filed-day", "23"),
    ("filed-month", "11"),
    ("filed-year", "2026"),
    ("party-1-role", "plaintiff"),
    ("party-1-type", "person"),
    ("party-1-name", "Nguyễn Văn Ví Dụ"),
    ("party-1-document", "citizen-id"),
    ("party-1-document-number", "000000000001"),
    ("party-1-address", "số 1 đường Ví Dụ"),
    ("party-1-ward", "xã Hồ Sao"),
    ("party-2-role", "defendant"),
    ("party-2-type", "person"),
    ("party-2-name", "Trần Thị Thí Dụ"),
    ("party-2-document", "none"),
    ("party-2-address", "số 2 đường Ví Dụ"),
    ("claim-1-text", "Đòi nợ vay"),
    ("claim-1-side", "claim"),
    ("claim-1-valued", "yes"),
    ("claim-1-amount", "5.000.000"),
    ("claim-1-by", "1"),
];

/// `CASE` with one field changed.
fn with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let other = CASE.iter().filter(|(key, _)| *key != name).copied();
    other.chain([(name, value)]).collect()
}

/// The id in the last part of an address.
fn last(path: &str) -> String {
    path.rsplit('/').next().unwrap().to_owned()
}

/// Adds a member of staff with a second factor; gives its key.
pub async fn hired(world: &World, login: &str, grants: &[(Role, Scope)]) -> String {
    let caller = Caller::system("tests");
    let name = format!("{login} Mẫu");
    let new = NewStaff { login, name: &name, password: PASSWORD, grants };
    let id = world.app.add_staff(&caller, new).await.unwrap();
    let key = world.app.new_totp_seed();
    world.app.enrol(id, &key, None).await.unwrap();
    key
}

/// A second court beside the first.
pub async fn second_court(world: &World) -> CourtId {
    let id: CourtId = world.app.new_id();
    let court = PutCourt {
        id,
        code: "DEMO-TAND-00-KV02",
        name: "Tòa án nhân dân khu vực 2 - Sông Mơ",
        short_name: "TAND khu vực 2 - Sông Mơ",
        level: "regional",
        parent_id: None,
        province_code: Some("00"),
        address: None,
        active: true,
    };
    let mut tx = world.app.store.begin().await.unwrap();
    tx.put_court(&court, world.app.now()).await.unwrap();
    tx.commit().await.unwrap();
    id
}

fn of_court(world: &World) -> Scope {
    Scope::Court { id: world.court, children: false }
}

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
        let upload = async |text: &str| {
            let id = browser.open("/desk/statements/new").await.form_id("/desk/statements/new");
            let part = |name: &str, value: &str| {
                format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
            };
            let body = format!(
                "{}{}--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"sao-ke.xml\"\r\n\
                 Content-Type: text/xml\r\n\r\n{text}\r\n--x--\r\n",
                part("form_id", &id),
                part("account", "bank")
            );
            let request = Request::post("/desk/statements/new")
                .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
                .body(Body::from(body))
                .unwrap();
            browser.ask(request).await
        };
        let broken = upload("<nothing/>").await;
        assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);
        let text = statement("chuyen tien khong ma");
        let seen = upload(&text).await;
        assert_eq!(seen.status, StatusCode::SEE_OTHER, "{}", seen.text());
        let preview = seen.to;
        browser.open(&preview).await.says("NGUYEN VAN VI DU");
        assert!(!browser.open("/desk/statements").await.text().contains("sao-ke.xml"));
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
