//! `/callbacks/{provider}/{account}`: what providers and banks send. No cookie, no form id, no
//! limit on how many genuine ones come (protocols 0.12); the body is bounded.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    extract::{Path, State, rejection::PathRejection},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};

use super::{form::in_time, request::Peer};
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
    path: Result<Path<(String, String)>, PathRejection>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Ok(Path((provider, account))) = path else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(kind) = provider.parse::<ProviderKind>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let body = match in_time(to_bytes(body, LARGEST)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => {
            let refused = answered(app.callback_too_large(kind, &account));
            return (StatusCode::PAYLOAD_TOO_LARGE, refused).into_response();
        }
        Err(status) => return (status, answered(kind.try_again())).into_response(),
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
    answered(app.callback(kind, &account, callback, Some(peer.to_string())).await)
}

/// A reply in the provider's dialect.
pub(super) fn answered(reply: ProviderReply) -> Response {
    let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, reply.content_type)], reply.body).into_response()
}
