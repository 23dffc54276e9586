//! One request, one effect.

use anphi::app::idempotency::Once;
use chrono::TimeDelta;
use serde_json::json;

use super::{
    a_case,
    client::{Asked, Client, post, row_counts},
};
use crate::harness::on_both;

fn keyed(key: &str) -> Asked {
    post("/cases", &a_case()).with("idempotency-key", key)
}

on_both! {
    async fn the_same_request_gets_the_first_answer(world: World) {
        let client = Client::of_court(&world).await;
        let first = client.send(keyed("k-1")).await;
        let before = row_counts(&world).await;
        world.clock.advance(TimeDelta::days(6));
        let again = client.send(keyed("k-1")).await;
        assert_eq!((first.status, again.status), (201, 201));
        assert_eq!(first.body, again.body);
        assert_eq!(first.header("location"), again.header("location"));
        // The order of names makes no other request.
        let case = a_case();
        let turned: serde_json::Map<_, _> =
            case.as_object().unwrap().iter().rev().map(|(n, v)| (n.clone(), v.clone())).collect();
        let turned = post("/cases", &turned.into()).with("idempotency-key", "k-1");
        assert_eq!(client.send(turned).await.body, first.body);

        let mut other = a_case();
        other["subject"] = json!("Tranh chấp khác");
        let other = post("/cases", &other).with("idempotency-key", "k-1");
        assert_eq!(client.send(other).await.told(), "422 idempotency_key_reused");
        let elsewhere = post("/notices", &json!({ "case": first.json()["id"] }));
        let elsewhere = elsewhere.with("idempotency-key", "k-1");
        assert_eq!(client.send(elsewhere).await.told(), "422 idempotency_key_reused");
        assert_eq!(row_counts(&world).await, before);

        // Another system's keys are its own; after seven days ours is free again.
        let neighbour = Client::of_court(&world).await;
        assert_ne!(neighbour.send(keyed("k-1")).await.body, first.body);
        world.clock.advance(TimeDelta::days(2));
        assert_ne!(client.send(keyed("k-1")).await.body, first.body);
        world.clock.advance(TimeDelta::days(8));
        assert_eq!(world.app.forget_answers().await.unwrap(), 2);
    }

    async fn notices_are_drafted_once(world: World) {
        let client = Client::of_court(&world).await;
        let case = client.ask(201, post("/cases", &a_case())).await;
        let asked = || post("/notices", &json!({ "case": case["id"] }));
        let first = client.send(asked().with("idempotency-key", "n-1")).await;
        assert_eq!(first.status, 201);
        assert_eq!(client.send(asked().with("idempotency-key", "n-1")).await.body, first.body);
        let another = client.send(asked().with("idempotency-key", "n-2")).await;
        assert_eq!(another.told(), "409 conflict group:notice_exists");
    }

    async fn thirty_two_at_the_same_instant_have_one_effect(world: World) {
        let client = Client::of_court(&world).await;
        let sent: Vec<_> = (0..32)
            .map(|_| {
                let client = client.clone();
                tokio::spawn(async move { client.send(keyed("storm")).await })
            })
            .collect();
        let mut made = Vec::new();
        for task in sent {
            let reply = task.await.unwrap();
            if reply.status == 201 {
                made.push(reply.body);
            } else {
                assert_eq!(reply.told(), "409 idempotency_in_progress");
                assert_eq!(reply.header("retry-after"), Some("1"));
            }
        }
        assert!(!made.is_empty() && made.iter().all(|body| *body == made[0]));
        let counts = row_counts(&world).await;
        assert_eq!((counts["court_case"], counts["idempotency"]), (1, 1));
        assert_eq!(client.send(keyed("storm")).await.body, made[0]);
    }

    async fn a_refused_request_leaves_its_key_free(world: World) {
        let client = Client::of_court(&world).await;
        let mut wrong = a_case();
        wrong["claims"][0]["by"][0]["party"] = json!(7);
        let reply = client.send(post("/cases", &wrong).with("idempotency-key", "k")).await;
        assert_eq!(reply.told(), "422 refused claims[0].by:unknown_party");
        assert_eq!(row_counts(&world).await["idempotency"], 0);
        assert_eq!(client.send(keyed("k")).await.status, 201);
    }

    async fn while_the_first_runs_a_repeat_waits(world: World) {
        // As where a provider is called between claim and answer: the claim is committed, the
        // answer is not there yet.
        let once = Once::new("form:session:pay".to_owned(), "f-1", &[b"body"]).unwrap();
        let mut tx = world.app.store.begin().await.unwrap();
        assert_eq!(world.app.claim(&mut tx, Some(&once)).await.unwrap(), None);
        tx.commit().await.unwrap();
        let mut tx = world.app.store.begin().await.unwrap();
        let refused = world.app.claim(&mut tx, Some(&once)).await.unwrap_err();
        assert_eq!(refused.code(), "idempotency_in_progress");
        drop(tx);

        let client = Client::of_court(&world).await;
        client.ask(201, keyed("k")).await;
        world.execute("update idempotency set state = 'claimed', status = null, body = null").await;
        let reply = client.send(keyed("k")).await;
        assert_eq!(reply.told(), "409 idempotency_in_progress");
        assert_eq!(reply.header("retry-after"), Some("1"));
    }
}
