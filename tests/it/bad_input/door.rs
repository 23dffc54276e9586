//! The doors as strangers meet them, and what each says on one line.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU16, Ordering},
    },
};

use anphi::{app::App, web};
use axum::{
    Router,
    body::{Body, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, header},
};
use serde_json::Value;
use tower::ServiceExt;

use crate::harness::{SEPAY_KEY, VNPAY_KEY, World};

pub const FORM: &str = "application/x-www-form-urlencoded";
pub const HOST: &str = "anphi.vidu.invalid";

/// What no answer says: names of our parts, words of the database, places of our files, keys.
const INTERNALS: [&str; 17] = [
    "sqlx",
    "sqlite",
    "postgres",
    "insert into",
    "syntax error",
    "constraint",
    "panicked",
    ".rs:",
    "src/",
    "serde",
    "anphi::",
    "backtrace",
    "axum",
    "hyper",
    "/tmp",
    VNPAY_KEY,
    SEPAY_KEY,
];

/// One request.
#[derive(Clone, Debug)]
pub struct Ask {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Ask {
    pub fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), headers: Vec::new(), body: Vec::new() }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// A form with these fields.
    pub fn form(path: impl Into<String>, fields: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::new("POST", path).with("content-type", FORM).holding(body)
    }

    /// With a header instead of the one of the same name.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.into()));
        self
    }

    /// With a header more, also of a name that is there.
    pub fn also(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub fn holding(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// The same with these bytes at the end of its body.
    pub fn and(mut self, more: &[u8]) -> Self {
        self.body.extend(more);
        self
    }
}

/// One answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The answer on one line, in the language of its door: a page's heading, the code and fields of
    /// problem details, the words of a provider's dialect, or where it leads.
    pub fn told(&self) -> String {
        let status = self.status;
        assert!(!self.header("x-request-id").is_empty(), "{self:?}");
        if (300..400).contains(&status) {
            return format!("{status} {}", self.header("location"));
        }
        let text = self.text();
        if status >= 400 {
            let plain = text.to_lowercase();
            for word in INTERNALS {
                assert!(!plain.contains(&word.to_lowercase()), "{word} is told in {text}");
            }
        }
        match self.header("content-type") {
            "application/problem+json" => self.problem(),
            "application/json" => format!("{status} {text}"),
            "text/html; charset=utf-8" => {
                assert!(text.contains("<html lang=\"vi\">"), "{text}");
                let id = self.header("x-request-id");
                assert_eq!(text.contains(id), status >= 500, "a broken page names its request");
                let heading = text.split("<h1>").nth(1).unwrap_or_else(|| panic!("{text}"));
                format!("{status} {}", heading.split("</h1>").next().unwrap())
            }
            other => format!("{status} {other} {} bytes", self.body.len()),
        }
    }

    fn problem(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        assert_eq!(body["request_id"], self.header("x-request-id"));
        assert_eq!(body["status"], self.status);
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let errors = errors.iter().map(|error| {
            format!(" {}:{}", error["field"].as_str().unwrap(), error["code"].as_str().unwrap())
        });
        format!("{} {}{}", self.status, body["code"].as_str().unwrap(), errors.collect::<String>())
    }

    /// The one-time id of the form that is sent to `action`.
    pub fn form_id(&self, action: &str) -> String {
        let text = self.text();
        let form = text.split(&format!("action=\"{action}\"")).nth(1);
        let rest = form.and_then(|form| form.split("name=\"form_id\" value=\"").nth(1));
        let id = rest.and_then(|rest| rest.split('"').next());
        id.unwrap_or_else(|| panic!("no form to {action} in\n{text}")).to_owned()
    }
}

/// The whole public listener, met from a new address each time unless one is given.
#[derive(Clone)]
pub struct Site {
    pub router: Router,
    pub cookie: Option<String>,
    pub key: Option<String>,
    pub from: Option<SocketAddr>,
}

impl Site {
    pub fn of(world: &World) -> Self {
        Self::over(world.app.clone())
    }

    /// Always from one address.
    pub fn from(self, address: &str) -> Self {
        Self { from: Some(address.parse().unwrap()), ..self }
    }

    /// The site over another `App`.
    pub fn over(app: Arc<App>) -> Self {
        Self { router: web::public(app), cookie: None, key: None, from: None }
    }

    pub async fn send(&self, ask: Ask) -> Reply {
        static NEXT: AtomicU16 = AtomicU16::new(1);
        let mut request = Request::builder().method(ask.method).uri(&ask.path);
        request = request.header(header::HOST, HOST);
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let mut request = request.body(Body::from(ask.body)).unwrap();
        let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let other = SocketAddr::from(([10, 0, high, low], 5_000));
        request.extensions_mut().insert(ConnectInfo(self.from.unwrap_or(other)));
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        Reply { status: parts.status.as_u16(), headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(Ask::get(path)).await
    }
}
