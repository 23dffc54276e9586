//! Headers of every page: what a browser may load, frame, keep and tell others.

use axum::{
    http::{HeaderName, HeaderValue, header},
    response::Response,
};

/// Nothing inline, nothing from elsewhere, in no frame. Forms post here; what they are answered may
/// lead on to a gateway, which browsers count as the form's own aim.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      connect-src 'self'; form-action 'self' https: http://127.0.0.1:*; \
                      base-uri 'none'; frame-ancestors 'none'";

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        header::STRICT_TRANSPORT_SECURITY,
        HeaderValue::from_static("max-age=31536000; includeSubDomains"),
    ),
];

/// Sets them on an answer.
pub async fn guarded(mut answer: Response) -> Response {
    for (name, value) in HEADERS {
        answer.headers_mut().insert(name, value);
    }
    answer
}
