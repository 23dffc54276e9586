//! What every request has: an id, and the address that it came from.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    RequestExt as _,
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, request::Parts},
    middleware::Next,
    response::Response,
};
use uuid::Uuid;

use crate::{app::App, config::Network};

/// The header by which the answer names the request.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Where a proxy writes whom it speaks for.
const FORWARDED: &str = "x-forwarded-for";

/// The id of a request, as answers, logs and the audit name it. Ours: nobody else may choose it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Whether a form was sent from a page of ours, as far as the browser says. Our pages send no
/// referrer, which makes the origin of their forms `null`: the fetch metadata decide where they are
/// sent, the origin only where they are not.
pub fn from_here(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => {
            origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host))
        }
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// Whether a text may be taken in: nobody types control or direction-override characters, or bytes
/// that are no UTF-8; line breaks and tabs stand in pasted text.
pub fn is_clean(text: &str) -> bool {
    !text.chars().any(|c| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t'))
            || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffd}')
    })
}

/// The address of whoever sent the request, behind the proxies that we trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The address.
    pub address: IpAddr,
    /// The source port, where no proxy stands between.
    pub port: Option<u16>,
}

impl std::fmt::Display for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.port {
            Some(port) => SocketAddr::new(self.address, port).fmt(f),
            None => self.address.fmt(f),
        }
    }
}

/// A request of no known address, as only a router without a listener gets, is answered 500.
impl<S: Send + Sync> FromRequestParts<S> for Peer {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get().copied().ok_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// What [`identify`] needs.
#[derive(Clone)]
pub struct Identify {
    app: Arc<App>,
    trusted: Arc<[Network]>,
}

impl Identify {
    /// For the proxies of the settings.
    pub fn new(app: Arc<App>, trusted: Vec<Network>) -> Self {
        Self { app, trusted: trusted.into() }
    }
}

/// Gives a request its id and its peer; the answer carries the id.
pub async fn identify(State(state): State<Identify>, mut request: Request, next: Next) -> Response {
    let id: Uuid = state.app.new_id();
    let id = id.to_string();
    let connection = request.extract_parts::<ConnectInfo<SocketAddr>>().await;
    if let Ok(ConnectInfo(connection)) = connection {
        let peer = behind_proxies(connection, request.headers(), &state.trusted);
        request.extensions_mut().insert(peer);
    }
    let header = HeaderValue::from_str(&id);
    request.extensions_mut().insert(RequestId(id));
    let mut response = next.run(request).await;
    if let Ok(header) = header {
        response.headers_mut().insert(REQUEST_ID, header);
    }
    response
}

/// The last address in X-Forwarded-For that is not a proxy of ours, read from the right: what stands
/// left of it anyone may have written.
fn behind_proxies(connection: SocketAddr, headers: &HeaderMap, trusted: &[Network]) -> Peer {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let direct = Peer { address: connection.ip().to_canonical(), port: Some(connection.port()) };
    if !is_trusted(direct.address) {
        return direct;
    }
    let lines: Vec<&str> =
        headers.get_all(FORWARDED).iter().filter_map(|value| value.to_str().ok()).collect();
    let mut last = direct;
    for entry in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
        let Ok(address) = entry.trim().parse::<IpAddr>() else { return last };
        last = Peer { address: address.to_canonical(), port: None };
        if !is_trusted(last.address) {
            return last;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_proxies_are_believed() {
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        for (connection, forwarded, expected) in [
            ("203.0.113.9:5000", "198.51.100.1", "203.0.113.9:5000"),
            ("10.1.1.1:5000", "198.51.100.1", "198.51.100.1"),
            ("10.1.1.1:5000", "192.0.2.7, 198.51.100.1", "198.51.100.1"),
            ("10.1.1.1:5000", "192.0.2.7, 198.51.100.1, 10.2.2.2", "198.51.100.1"),
            ("10.1.1.1:5000", "", "10.1.1.1:5000"),
            ("10.1.1.1:5000", "nobody", "10.1.1.1:5000"),
            ("[::ffff:203.0.113.9]:5000", "", "203.0.113.9:5000"),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED, HeaderValue::from_str(forwarded).unwrap());
            let peer = behind_proxies(connection.parse().unwrap(), &headers, &trusted);
            assert_eq!(peer.to_string(), expected, "{forwarded}");
        }
    }
}
