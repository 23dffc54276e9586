//! `/callbacks/{provider}/{account}`: what providers and banks send. No cookie, no form id, no
//! limit on how many genuine ones come (protocols 0.12); the body is bounded.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{Path, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use super::request::Peer;
use crate::app::{
    App,
    callbacks::{ProviderKind, ProviderReply, RawCallback},
};

/// The largest callback (reliability rule 17).
const LARGEST: usize = 64 * 1024;

/// Takes a callback and answers in the provider's dialect.
pub async fn take(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path((provider, account)): Path<(String, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(kind) = provider.parse::<ProviderKind>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(body) = to_bytes(body, LARGEST).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let headers = headers
        .iter()
        .map(|(name, value)| {
            (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let callback = RawCallback {
        method: method.to_string(),
        query: uri.query().unwrap_or_default().to_owned(),
        headers,
        body: body.to_vec(),
    };
    let reply = app.callback(kind, &account, callback, Some(peer.to_string())).await;
    answered(reply)
}

fn answered(reply: ProviderReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}
