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
    app::{Caller, sign_in::NewStaff},
    domain::{
        staff::{Role, Scope},
        time::Clock,
    },
    web,
};

use crate::harness::{World, on_both};

const PASSWORD: &str = "sông mơ đêm trăng 7";

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
fn code(world: &World, key: &str) -> String {
    let unix = u64::try_from(world.clock.now().unix()).unwrap();
    let secret = totp_rs::Secret::Encoded(key.to_owned()).to_bytes().unwrap();
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_secret(secret)
        .build()
        .unwrap();
    totp.generate(unix)
}

/// Adds a member of staff with a second factor; gives its key.
async fn hired(world: &World, login: &str, grants: &[(Role, Scope)]) -> String {
    let caller = Caller::system("tests");
    let name = format!("{login} Mẫu");
    let new = NewStaff { login, name: &name, password: PASSWORD, grants };
    let id = world.app.add_staff(&caller, new).await.unwrap();
    let key = world.app.new_totp_seed();
    world.app.enrol(id, &key, None).await.unwrap();
    key
}

fn of_court(world: &World) -> Scope {
    Scope::Court { id: world.court, children: false }
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
                assert_eq!(seen.status, StatusCode::UNAUTHORIZED, "{login} {round}");
                assert_eq!(seen.cookie, None);
                said.push(seen.text().replace(login, "…"));
            }
            assert_eq!(said[0], said[1], "{round}");
            assert_eq!(said[0], said[2], "{round}");
        }
        // Locked: the right password opens nothing and is answered alike.
        let fields = [("username", "thuky.kv1"), ("password", PASSWORD)];
        let seen = browser.send("/desk/login", &fields).await;
        assert_eq!((seen.status, seen.cookie.as_deref()), (StatusCode::UNAUTHORIZED, None));
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
}
