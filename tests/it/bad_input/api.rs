//! The API's door: every row of its own table again, against the whole database, and whose key it is.

use anphi::{app::api_keys::Access, domain::staff::Scope};
use serde_json::json;

use super::{
    Case,
    door::{Ask, Site},
    hold, refused,
};
use crate::{
    api::{
        a_case,
        client::{Asked, get, made, post, raw},
        refused::rows,
    },
    desk::browser::second_court,
    harness::{World, on_both},
};

fn ask(asked: Asked) -> Ask {
    Ask {
        method: asked.method,
        path: format!("/api/v1{}", asked.path),
        headers: asked.headers,
        body: asked.body,
    }
}

pub async fn with_key(world: &World, scope: Scope, access: Access) -> Site {
    Site { key: Some(made(world, scope, access).await.text), ..Site::of(world) }
}

/// A write with a field that it does not have, one after the other.
fn added_fields() -> Vec<Case> {
    let fields = [
        "status",
        "state",
        "amount",
        "paid_at",
        "court_id",
        "role",
        "id",
        "created_by",
        "approved_by",
        "receipt",
        "clerk_id",
        "revision",
    ];
    let write = |path: &str, mut body: serde_json::Value, field: &str| {
        body[field] = json!("paid");
        let told = format!("422 invalid {field}:unknown_field");
        refused(format!("{path} with {field}"), ask(post(path, &body)), told)
    };
    let case = json!({ "case": "0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000" });
    fields
        .into_iter()
        .flat_map(|field| {
            [write("/cases", a_case(), field), write("/notices", case.clone(), field)]
        })
        .collect()
}

fn keys(live: &str) -> Vec<Case> {
    let told = "401 unauthenticated";
    let asks = [
        ("in the address", ask(get(format!("/cases?key={live}")))),
        ("in the address, by its header's name", ask(get(format!("/cases?authorization={live}")))),
        ("as a cookie", ask(get("/cases")).with("cookie", format!("anphi={live}"))),
        ("of another scheme", ask(get("/cases")).with("authorization", format!("Basic {live}"))),
        (
            "twice",
            ask(get("/cases"))
                .also("authorization", format!("Bearer {live}"))
                .also("authorization", format!("Bearer {live}")),
        ),
        ("with a form", Ask::form("/api/v1/cases", &[("key", live)])),
        ("NUL", ask(get("/cases")).with("authorization", "Bearer anphi_%00")),
    ];
    asks.into_iter().map(|(what, ask)| refused(format!("key {what}"), ask, told)).collect()
}

on_both! {
    async fn what_comes_by_the_api(world: World) {
        let scope = Scope::Court { id: world.court, children: false };
        let site = with_key(&world, scope, Access::Write).await;
        let cases = rows().map(|(what, asked, told)| refused(what, ask(asked), told));
        hold(&world, &site, cases.collect()).await;
        hold(&world, &site, added_fields()).await;
        hold(&world, &site, vec![
            refused("no such path", ask(get("/nothing")), "404 not_found"),
            refused("bad bytes in the path", ask(get("/cases/%ff")), "404 not_found"),
            refused("NUL in the path", ask(get("/notices/%00")), "404 not_found"),
            refused("by PUT", ask(post("/cases", &a_case()).by("PUT")), "405 method_not_allowed"),
            refused("by TRACE", ask(get("/cases").by("TRACE")), "405 method_not_allowed"),
            refused("another method by a header",
                ask(raw("/quotes", b"{}".to_vec())).with("x-http-method-override", "DELETE"),
                "422 refused date:bad_date"),
        ]).await;
        let nobody = Site::of(&world);
        hold(&world, &nobody, keys(site.key.as_ref().unwrap())).await;
        let reads = with_key(&world, scope, Access::Read).await;
        hold(&world, &reads, vec![
            refused("a reading key", ask(post("/cases", &a_case())), "403 forbidden"),
            refused("a reading key, malformed", ask(raw("/cases", b"{".to_vec())), "403 forbidden"),
        ]).await;
    }

    async fn what_is_another_courts(world: World) {
        let elsewhere = Scope::Court { id: second_court(&world).await, children: false };
        let theirs = with_key(&world, elsewhere, Access::Write).await;
        let notice = world.served(300_000).await;
        let paths = [
            format!("/cases/{}", notice.case_id),
            format!("/notices/{}", notice.reference),
            format!("/notices/{}/payments", notice.reference),
            "/cases/0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000".to_owned(),
        ];
        let mut cases: Vec<Case> = paths
            .into_iter()
            .map(|path| refused(path.clone(), ask(get(path)), "404 not_found"))
            .collect();
        let draft = post("/notices", &json!({ "case": notice.case_id }));
        cases.extend([
            refused("a draft", ask(draft), "404 not_found"),
            refused("a case", ask(post("/cases", &a_case())), "404 not_found"),
        ]);
        hold(&world, &theirs, cases).await;
    }

    async fn one_request_one_effect(world: World) {
        let scope = Scope::Court { id: world.court, children: false };
        let site = with_key(&world, scope, Access::Write).await;
        let keyed = |key: &str| ask(post("/cases", &a_case())).with("idempotency-key", key);
        let first = site.send(keyed("k-1")).await;
        assert_eq!(first.status, 201);
        let before = super::tables::read(&world).await;
        let again = site.send(keyed("k-1")).await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        let after = super::tables::read(&world).await;
        assert_eq!(super::tables::changed(&before, &after), Vec::<String>::new());
        let mut other = a_case();
        other["subject"] = json!("Tranh chấp khác");
        hold(&world, &site, vec![
            refused("another request", ask(post("/cases", &other)).with("idempotency-key", "k-1"),
                "422 idempotency_key_reused"),
            refused("too long", keyed(&"k".repeat(256)), "400 bad_idempotency_key"),
            refused("twice", keyed("k-2").also("idempotency-key", "k-3"), "400 bad_idempotency_key"),
            refused("no text", keyed("k\u{e9}"), "400 bad_idempotency_key"),
        ]).await;
    }
}
