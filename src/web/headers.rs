//! Headers of every page: what a browser may load, frame, keep and tell others.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};

use crate::app::App;

/// Marks a request that came over TLS; the listener sets it.
#[derive(Clone, Copy, Debug)]
pub struct OverTls;

const HSTS: HeaderValue = HeaderValue::from_static("max-age=31536000");

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// Sets them on an answer.
pub async fn guarded(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let of_notice = request.uri().path().starts_with("/n/");
    let over_tls = request.extensions().get::<OverTls>().copied();
    let mut answer = next.run(request).await;
    // A payer's form is answered by the gateway's address, which browsers count as the form's aim.
    let gateways = if of_notice { app.channels.pages() } else { &[] };
    guard(&mut answer, gateways, over_tls);
    answer
}

/// The same without a service behind it.
pub(super) fn guard(answer: &mut Response, gateways: &[String], over_tls: Option<OverTls>) {
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy(gateways)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(ROBOTS, HeaderValue::from_static("noindex"));
    if over_tls.is_some() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

/// Nothing inline, nothing from elsewhere, in no frame.
fn policy(gateways: &[String]) -> String {
    let mut forms = vec!["'self'"];
    forms.extend(gateways.iter().map(String::as_str));
    let forms = forms.join(" ");
    format!(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
         connect-src 'self'; form-action {forms}; base-uri 'none'; frame-ancestors 'none'"
    )
}
