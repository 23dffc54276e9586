//! A client that believes nothing: each answer must be one that the API's document has.

use std::{collections::BTreeMap, sync::LazyLock};

use anphi::{
    app::{
        Caller,
        api_keys::{Access, KeyWanted, MadeKey},
    },
    domain::staff::Scope,
    store::Store,
    web,
};
use axum::{
    Router,
    body::{self, Body},
    http::{HeaderMap, Request, StatusCode, header},
};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::harness::World;

/// `openapi.yaml`, as it is shipped.
pub static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.yaml");
    yaml_serde::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
});

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Status, code, and the fields at fault with their codes: a refusal on one line.
    pub fn told(&self) -> String {
        let body = self.json();
        let errors = body["errors"].as_array().cloned().unwrap_or_default();
        let errors: Vec<String> = errors
            .iter()
            .map(|e| format!(" {}:{}", e["field"].as_str().unwrap(), e["code"].as_str().unwrap()))
            .collect();
        format!("{} {}{}", self.status, body["code"].as_str().unwrap(), errors.concat())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The router with one key.
#[derive(Clone)]
pub struct Client {
    router: Router,
    key: Option<String>,
}

/// A request in the making.
pub struct Asked {
    pub method: &'static str,
    pub path: String,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

pub fn get(path: impl Into<String>) -> Asked {
    Asked { method: "GET", path: path.into(), headers: Vec::new(), body: Vec::new() }
}

pub fn post(path: impl Into<String>, body: &Value) -> Asked {
    raw(path, body.to_string().into_bytes())
}

/// A body that need not be JSON.
pub fn raw(path: impl Into<String>, body: Vec<u8>) -> Asked {
    let headers = vec![("content-type", "application/json".to_owned())];
    Asked { method: "POST", path: path.into(), headers, body }
}

impl Asked {
    pub fn by(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    /// With a header instead of the one of the same name.
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl Client {
    pub fn without_key(world: &World) -> Self {
        Self { router: web::public(world.app.clone()), key: None }
    }

    pub fn with_key(world: &World, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..Self::without_key(world) }
    }

    /// With a new key for the world's court, which also writes.
    pub async fn of_court(world: &World) -> Self {
        let scope = Scope::Court { id: world.court, children: false };
        Self::with_key(world, &made(world, scope, Access::Write).await.text)
    }

    pub async fn send(&self, asked: Asked) -> Reply {
        let path = asked.path.clone();
        let mut request = Request::builder().method(asked.method).uri(format!("/api/v1{path}"));
        if let Some(key) = &self.key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        for (name, value) in &asked.headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(asked.body)).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = body::to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let reply = Reply { status: parts.status.as_u16(), headers: parts.headers, body };
        held_to_the_document(asked.method, &path, &reply);
        reply
    }

    /// The JSON of an answer that must have this status.
    pub async fn ask(&self, status: u16, asked: Asked) -> Value {
        let reply = self.send(asked).await;
        assert_eq!(reply.status, status, "{}", String::from_utf8_lossy(&reply.body));
        reply.json()
    }
}

pub async fn made(world: &World, scope: Scope, access: Access) -> MadeKey {
    let wanted =
        KeyWanted { name: "Phần mềm án Mẫu".to_owned(), scope, access, expires_at: None };
    world.app.new_api_key(&Caller::system("test"), wanted).await.unwrap()
}

/// The answer's status is documented for the operation, its headers and body are as documented.
fn held_to_the_document(method: &str, path: &str, reply: &Reply) {
    assert!(reply.header("x-request-id").is_some(), "{method} {path}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    let kind = reply.header("content-type").unwrap_or_default();
    let path = path.split('?').next().unwrap();
    let Some(operation) = operation(method, path) else {
        assert!(matches!(reply.status, 404 | 405), "{method} {path}: {}", reply.status);
        assert_eq!(kind, "application/problem+json");
        fits(&json!({ "$ref": "#/components/schemas/Problem" }), &reply.json());
        return;
    };
    let response = &operation["responses"][reply.status.to_string()];
    assert!(response.is_object(), "{method} {path} does not document {}", reply.status);
    let response = resolved(response);
    let content = response["content"].get(kind);
    let content = content.unwrap_or_else(|| panic!("{method} {path}: {kind} is not documented"));
    if kind != "application/pdf" {
        fits(&content["schema"], &reply.json());
    }
    if kind == "application/problem+json" {
        let body = reply.json();
        assert_eq!(body["status"], reply.status);
        assert_eq!(body["request_id"], reply.header("x-request-id").unwrap());
        let title = StatusCode::from_u16(reply.status).unwrap().canonical_reason().unwrap();
        assert_eq!(body["title"], title);
    }
}

fn operation(method: &str, path: &str) -> Option<&'static Value> {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |pattern: &str| {
        let pattern: Vec<&str> = pattern.split('/').collect();
        pattern.len() == parts.len()
            && pattern.iter().zip(&parts).all(|(one, part)| one.starts_with('{') || one == part)
    };
    let (_, found) = paths.iter().find(|(pattern, _)| fits(pattern))?;
    found.get(method.to_lowercase())
}

fn resolved(value: &'static Value) -> &'static Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => value,
    }
}

fn fits(schema: &Value, value: &Value) {
    let schema = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
    let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?} in {value:#}");
}

/// How many rows each table has that the API may write.
pub async fn row_counts(world: &World) -> BTreeMap<&'static str, i64> {
    let mut counts = BTreeMap::new();
    for (table, text) in [
        ("court_case", "select count(*) from court_case"),
        ("party", "select count(*) from party"),
        ("claim", "select count(*) from claim"),
        ("notice", "select count(*) from notice"),
        ("assessment", "select count(*) from assessment"),
        ("payment_reference", "select count(*) from payment_reference"),
        ("register", "select count(*) from register"),
        ("audit_entry", "select count(*) from audit_entry"),
        ("idempotency", "select count(*) from idempotency"),
        ("outbox", "select count(*) from outbox"),
    ] {
        let row: (i64,) = match &world.app.store {
            Store::Sqlite { read, .. } => sqlx::query_as(text).fetch_one(read).await.unwrap(),
            Store::Postgres { pool, .. } => sqlx::query_as(text).fetch_one(pool).await.unwrap(),
        };
        counts.insert(table, row.0);
    }
    counts
}
