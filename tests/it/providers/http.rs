//! The one client against answers that no provider should give.

use std::time::Duration;

use anphi::providers::http::{CallError, Http, Outgoing, Patience};
use serde_json::json;
use wiremock::{Mock, MockServer, ResponseTemplate, matchers::any};

use super::simulator::install_tls;

async fn posted(answer: ResponseTemplate) -> Result<Vec<u8>, CallError> {
    install_tls();
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(answer).mount(&server).await;
    let patience = Patience { connect: Duration::from_secs(2), whole: Duration::from_millis(300) };
    let message = Outgoing { url: server.uri(), body: json!({ "a": 1 }) };
    let outcome = Http::new(patience).unwrap().post_json(&message).await;
    assert_eq!(server.received_requests().await.unwrap().len(), 1, "asked once, no redirect");
    outcome
}

#[tokio::test]
async fn each_odd_answer_has_its_error() {
    let refused = |status: &str| Err(CallError::Refused(status.into()));
    let of = ResponseTemplate::new;
    let elsewhere = of(302).insert_header("location", "http://127.0.0.1:1/");
    for (answer, outcome) in [
        (of(200).set_body_string("{}"), Ok(b"{}".to_vec())),
        (of(200).set_body_bytes(vec![b'x'; 64 * 1024]), Ok(vec![b'x'; 64 * 1024])),
        (of(200).set_body_bytes(vec![b'x'; 64 * 1024 + 1]), Err(CallError::Malformed("too large"))),
        (elsewhere, refused("302")),
        (of(400), refused("400")),
        (of(404), refused("404")),
        (of(429), Err(CallError::Unreachable)),
        (of(500), Err(CallError::Unreachable)),
        (of(200).set_delay(Duration::from_secs(5)), Err(CallError::Unreachable)),
    ] {
        assert_eq!(posted(answer).await, outcome);
    }
}

#[tokio::test]
async fn nobody_listening_is_unreachable() {
    install_tls();
    let http = Http::new(Patience::default()).unwrap();
    let message = Outgoing { url: "http://127.0.0.1:1/".into(), body: json!({}) };
    assert_eq!(http.post_json(&message).await, Err(CallError::Unreachable));
}
