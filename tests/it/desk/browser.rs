//! A browser at the desk, and who sits there.

use std::sync::Mutex;

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::connect_info::MockConnectInfo,
    http::{Request, StatusCode, header},
};
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

use crate::harness::World;

pub const PASSWORD: &str = "sông mơ đêm trăng 7";

/// An answer as a browser sees it.
pub struct Seen {
    pub status: StatusCode,
    pub to: String,
    pub kind: String,
    pub cookie: Option<String>,
    pub body: Vec<u8>,
}

impl Seen {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    #[track_caller]
    pub fn says(&self, words: &str) {
        let text = self.text();
        assert!(text.contains(words), "{words} is not in\n{text}");
    }

    /// The one-time id of the form that is sent to `action`.
    #[track_caller]
    pub fn form_id(&self, action: &str) -> String {
        let text = self.text();
        let form = text.split(&format!("action=\"{action}\"")).nth(1);
        let rest = form.and_then(|form| form.split("name=\"form_id\" value=\"").nth(1));
        let id = rest.and_then(|rest| rest.split('"').next());
        id.unwrap_or_else(|| panic!("no form to {action} in\n{text}")).to_owned()
    }
}

/// A browser at the desk: it keeps its cookie.
pub struct Browser {
    site: Router,
    host: &'static str,
    pub cookie: Mutex<Option<String>>,
}

impl Browser {
    pub fn new(world: &World) -> Self {
        let peer = std::net::SocketAddr::from(([203, 0, 113, 9], 40_000));
        let site = web::public(world.app.clone()).layer(MockConnectInfo(peer));
        Self { site, host: "anphi.vidu.invalid", cookie: Mutex::new(None) }
    }

    pub async fn ask(&self, mut request: Request<Body>) -> Seen {
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

    pub async fn open(&self, path: &str) -> Seen {
        self.ask(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends fields as they are.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(header::ORIGIN, format!("https://{}", self.host))
            .body(Body::from(body))
            .unwrap();
        self.ask(request).await
    }

    /// Opens the page `at`, fills its form to `action` and sends it.
    pub async fn fill(&self, at: &str, action: &str, fields: &[(&str, &str)]) -> Seen {
        let id = self.open(at).await.form_id(action);
        self.send(action, &[&[("form_id", id.as_str())], fields].concat()).await
    }

    /// Uploads a statement of the bank account; leads to its preview.
    pub async fn upload(&self, text: &str) -> Seen {
        let id = self.open("/desk/statements/new").await.form_id("/desk/statements/new");
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
        self.ask(request).await
    }

    /// Signs in with both factors.
    pub async fn sign_in(&self, world: &World, login: &str, key: &str) {
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
pub fn with<'a>(name: &'a str, value: &'a str) -> Vec<(&'a str, &'a str)> {
    let other = CASE.iter().filter(|(key, _)| *key != name).copied();
    other.chain([(name, value)]).collect()
}

/// The id in the last part of an address.
pub fn last(path: &str) -> String {
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

pub fn of_court(world: &World) -> Scope {
    Scope::Court { id: world.court, children: false }
}
