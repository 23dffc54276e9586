//! Those who use the installation over HTTP: the court's own system by the API, staff at the desk,
//! payers at the public pages. None of them sees what the others hold.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use reqwest::{Client, Method, RequestBuilder, StatusCode, header};
use serde_json::Value;

use super::{clock::StoryClock, html};
use crate::{
    app::totp,
    cli::{Failure, Outcome},
    domain::time::Clock as _,
};

fn wrong(who: &str, why: impl std::fmt::Display) -> Failure {
    Failure::NotSo(format!("{who}: {why}"))
}

/// All of them.
pub(super) struct Users {
    /// The system of the courts, which hands cases over.
    pub(super) court_system: System,
    /// Another system, which only reads.
    pub(super) reader: System,
    /// The desk's people by account.
    pub(super) staff: BTreeMap<String, Staff>,
}

impl Users {
    /// A member of staff.
    pub(super) fn staff(&self, login: &str) -> Result<&Staff, Failure> {
        self.staff.get(login).ok_or_else(|| wrong(login, "nobody signs in so"))
    }
}

/// A system that speaks with the API.
pub(super) struct System {
    name: &'static str,
    http: Client,
    base: String,
    key: String,
    sent: AtomicU64,
}

impl System {
    pub(super) fn new(name: &'static str, http: Client, site: &str, key: String) -> Self {
        Self { name, http, base: format!("{site}/api/v1"), key, sent: AtomicU64::new(0) }
    }

    /// Reads a resource.
    pub(super) async fn read(&self, path: &str) -> Result<Value, Failure> {
        self.answered(self.http.get(self.at(path)), StatusCode::OK).await
    }

    /// Makes something, once.
    pub(super) async fn make(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let request = self.http.post(self.at(path)).json(body);
        let request = request.header("idempotency-key", format!("demo-{number}"));
        self.answered(request, StatusCode::CREATED).await
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    async fn answered(
        &self,
        request: RequestBuilder,
        expected: StatusCode,
    ) -> Result<Value, Failure> {
        let failed = |error: reqwest::Error| wrong(self.name, error);
        let request = request.bearer_auth(&self.key);
        loop {
            let again = request.try_clone().ok_or_else(|| wrong(self.name, "a body in parts"))?;
            let answer = again.send().await.map_err(failed)?;
            let status = answer.status();
            if status == StatusCode::TOO_MANY_REQUESTS {
                tokio::time::sleep(Duration::from_millis(200)).await;
                continue;
            }
            let text = answer.text().await.map_err(failed)?;
            if status != expected {
                return Err(wrong(self.name, format!("{status}: {text}")));
            }
            return serde_json::from_str(&text).map_err(|error| wrong(self.name, error));
        }
    }
}

/// A page as a browser got it.
pub(super) struct Page {
    /// The status.
    pub(super) status: StatusCode,
    /// Where it leads on.
    pub(super) to: String,
    /// The text.
    pub(super) text: String,
}

impl Page {
    /// The form whose address ends with `action`: the address, and the form's one-time id, which
    /// the one for signing in lacks: nobody is there yet to bind it to.
    pub(super) fn form(&self, action: &str) -> Option<(&str, &str)> {
        let forms = self.text.split("<form").skip(1);
        let mut forms = forms.filter_map(|form| form.split("</form>").next());
        forms.find_map(|form| {
            let attribute = |before| form.split(before).nth(1)?.split('"').next();
            let address = attribute("action=\"").filter(|address| address.ends_with(action))?;
            Some((address, attribute("name=\"form_id\" value=\"").unwrap_or_default()))
        })
    }
}

/// A browser: it keeps its cookie and fills forms as they stand on pages.
pub(super) struct Browser {
    /// Who sits before it.
    name: String,
    http: Client,
    site: String,
    cookie: Mutex<Option<String>>,
}

impl Browser {
    pub(super) fn new(name: &str, http: Client, site: &str) -> Self {
        Self { name: name.to_owned(), http, site: site.to_owned(), cookie: Mutex::default() }
    }

    /// Opens a page.
    pub(super) async fn open(&self, path: &str) -> Result<Page, Failure> {
        self.page(self.request(Method::GET, path)).await
    }

    /// Opens the page `at`, fills its form to `action` and sends it.
    pub(super) async fn fill(
        &self,
        (at, action): (&str, &str),
        fields: &[(&str, &str)],
    ) -> Result<Page, Failure> {
        let opened = self.open(at).await?;
        let (address, id) = self.form(&opened, (at, action))?;
        let fields = [&[("form_id", id)], fields].concat();
        self.page(self.request(Method::POST, address).form(&fields)).await
    }

    /// Opens the page `at` and sends its form to `action` with a file.
    pub(super) async fn upload(
        &self,
        (at, action): (&str, &str),
        fields: &[(&str, &str)],
        (name, bytes): (&str, &[u8]),
    ) -> Result<Page, Failure> {
        let opened = self.open(at).await?;
        let (address, id) = self.form(&opened, (at, action))?;
        let boundary = "anphi-demo-ranh-gioi";
        let mut body = Vec::new();
        for (field, value) in [&[("form_id", id)], fields].concat() {
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"");
            body.extend(format!("{head}\r\n\r\n{value}\r\n").bytes());
        }
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"");
        body.extend(format!("{head}; filename=\"{name}\"\r\n\r\n").bytes());
        body.extend_from_slice(bytes);
        body.extend(format!("\r\n--{boundary}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={boundary}");
        let request = self.request(Method::POST, address).header(header::CONTENT_TYPE, kind);
        self.page(request.body(body)).await
    }

    fn form<'a>(
        &self,
        page: &'a Page,
        (at, action): (&str, &str),
    ) -> Result<(&'a str, &'a str), Failure> {
        page.form(action).ok_or_else(|| {
            let (status, said) = (page.status, spoken(&page.text));
            self.astray(&format!("{at} ({status}) has no form to {action}: {said}"))
        })
    }

    /// A form was taken when its answer leads on.
    pub(super) fn taken(&self, page: Page) -> Result<Page, Failure> {
        if page.status == StatusCode::SEE_OTHER {
            return Ok(page);
        }
        Err(self.astray(&format!("{} instead of a way on: {}", page.status, spoken(&page.text))))
    }

    /// A page must hold some words.
    pub(super) fn must_say(&self, page: &Page, words: &str) -> Outcome {
        if page.text.contains(words) {
            return Ok(());
        }
        Err(self.astray(&format!("{words} is not on the page: {}", spoken(&page.text))))
    }

    fn astray(&self, why: &str) -> Failure {
        wrong(&self.name, why)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.site));
        let kept = self.cookie.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        match kept {
            Some(cookie) => request.header(header::COOKIE, cookie),
            None => request,
        }
    }

    async fn page(&self, request: RequestBuilder) -> Result<Page, Failure> {
        let failed = |error: reqwest::Error| self.astray(&error.to_string());
        let answer = request.send().await.map_err(failed)?;
        let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
        let to = text(header::LOCATION).unwrap_or_default().to_owned();
        if let Some(cookie) = text(header::SET_COOKIE).and_then(|line| line.split(';').next()) {
            let mut kept = self.cookie.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            *kept = Some(cookie.to_owned());
        }
        let status = answer.status();
        Ok(Page { status, to, text: answer.text().await.map_err(failed)? })
    }
}

/// What of a page a person reads, for messages.
fn spoken(page: &str) -> String {
    let main = page.split("<main").nth(1).unwrap_or(page);
    html::text(main).chars().take(400).collect()
}

/// How a member of staff signs in.
pub(super) struct Credentials {
    /// The person.
    pub(super) name: &'static str,
    /// The account.
    pub(super) login: &'static str,
    /// Its password.
    pub(super) password: String,
    /// The key of its second factor.
    pub(super) seed: String,
}

/// A member of staff at the desk.
pub(super) struct Staff {
    browser: Browser,
    clock: Arc<StoryClock>,
    credentials: Credentials,
}

impl Staff {
    pub(super) const fn new(
        browser: Browser,
        clock: Arc<StoryClock>,
        credentials: Credentials,
    ) -> Self {
        Self { browser, clock, credentials }
    }

    /// The person's name.
    pub(super) const fn name(&self) -> &'static str {
        self.credentials.name
    }

    /// The browser, signed in: a session that ended is opened anew.
    pub(super) async fn seated(&self) -> Result<&Browser, Failure> {
        let browser = &self.browser;
        let start = browser.open("/desk").await?;
        if start.to.starts_with("/desk/login") {
            let at = ("/desk/login", "/desk/login");
            let Credentials { login, password, .. } = &self.credentials;
            let fields = [("username", *login), ("password", password.as_str())];
            browser.taken(browser.fill(at, &fields).await?)?;
            let code = self.code()?;
            let at = ("/desk/login/code", "/desk/login/code");
            browser.taken(browser.fill(at, &[("code", &code)]).await?)?;
        }
        Ok(browser)
    }

    /// A code that was not used yet: time goes on for it.
    pub(super) fn code(&self) -> Result<String, Failure> {
        self.clock.pass(TimeDelta::seconds(30));
        let now = self.clock.now().unix();
        let code = totp::read(&self.credentials.seed).and_then(|seed| totp::code_at(&seed, now));
        code.ok_or_else(|| self.browser.astray("the key of the second factor does not read"))
    }
}
