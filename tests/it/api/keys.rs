//! Who gets in, how far, and how often.

use anphi::{
    app::{
        Caller,
        api_keys::{Access, KeyWanted},
    },
    domain::{
        id::{ApiKeyId, CourtId},
        staff::Scope,
    },
    store::court::PutCourt,
};
use chrono::TimeDelta;
use serde_json::json;

use super::{
    a_case,
    client::{Client, get, made, post, row_counts},
};
use crate::{
    harness::{World, on_both},
    lane::push,
};

/// A second court of the same province, collected by the same agency.
async fn another_court(world: &World) -> CourtId {
    let id: CourtId = world.app.new_id();
    let mut tx = world.app.store.begin().await.unwrap();
    let court = PutCourt {
        id,
        code: "DEMO-TAND-00-KV02",
        name: "Tòa án nhân dân khu vực 2 - Sông Mơ",
        short_name: "TAND khu vực 2 - Sông Mơ",
        level: "regional",
        parent_id: None,
        province_code: Some("00"),
        address: None,
        active: true,
    };
    tx.put_court(&court, world.app.now()).await.unwrap();
    tx.set_collector(id, world.agency, None).await.unwrap();
    tx.commit().await.unwrap();
    id
}

on_both! {
    async fn no_key_no_answer(world: World) {
        let scope = Scope::Court { id: world.court, children: false };
        let revoked = made(&world, scope, Access::Write).await;
        world.app.revoke_api_key(&Caller::system("test"), revoked.id).await.unwrap();
        let wanted = KeyWanted {
            name: "Phần mềm án Mẫu".to_owned(),
            scope,
            access: Access::Read,
            expires_at: Some(world.app.now().plus(TimeDelta::hours(1))),
        };
        let expiring = world.app.new_api_key(&Caller::system("test"), wanted).await.unwrap();
        let until = Client::with_key(&world, &expiring.text);
        assert_eq!(until.send(get("/cases")).await.status, 200);
        world.clock.advance(TimeDelta::hours(1));

        let live = made(&world, scope, Access::Read).await;
        let id = live.id;
        for (why, key) in [
            ("no key", None),
            ("empty", Some("")),
            ("not one of ours", Some("s3cret")),
            ("unknown", Some("anphi_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
            ("cut", Some(&live.text[..live.text.len() - 1])),
            ("revoked", Some(&revoked.text)),
            ("expired", Some(&expiring.text)),
        ] {
            let client = match key {
                Some(key) => Client::with_key(&world, key),
                None => Client::without_key(&world),
            };
            let before = row_counts(&world).await;
            for asked in [get("/cases"), post("/cases", &a_case()), get(format!("/cases/{id}"))] {
                let reply = client.send(asked).await;
                assert_eq!(reply.told(), "401 unauthenticated", "{why}");
                assert_eq!(reply.header("www-authenticate"), Some("Bearer"), "{why}");
            }
            assert_eq!(row_counts(&world).await, before, "{why}");
        }
        let again = world.app.revoke_api_key(&Caller::system("test"), revoked.id).await;
        assert!(again.is_err(), "a key is revoked once");
        let stored = world.app.api_keys().await.unwrap();
        let used = |id: ApiKeyId| stored.iter().find(|row| row.id == id).unwrap().last_used_at;
        assert!(used(expiring.id).is_some() && used(revoked.id).is_none());
    }

    async fn a_reading_key_writes_nothing(world: World) {
        let scope = Scope::Court { id: world.court, children: false };
        let client = Client::with_key(&world, &made(&world, scope, Access::Read).await.text);
        let before = row_counts(&world).await;
        for path in ["/cases", "/notices"] {
            assert_eq!(client.send(post(path, &a_case())).await.told(), "403 forbidden");
        }
        assert_eq!(row_counts(&world).await, before);
    }

    async fn what_is_anothers_is_not_there(world: World) {
        let ours = Client::of_court(&world).await;
        let other = another_court(&world).await;
        let scope = Scope::Court { id: other, children: false };
        let theirs = Client::with_key(&world, &made(&world, scope, Access::Write).await.text);
        let notice = world.served(300_000).await;
        let reference = notice.reference.as_str();
        let case = notice.case_id;

        // One transfer for a notice of each court.
        let mut body = a_case();
        body["court"] = json!("DEMO-TAND-00-KV02");
        let their_case = theirs.ask(201, post("/cases", &body)).await;
        let asked = json!({ "case": their_case["id"], "send_to_sign": true });
        let drafted = theirs.ask(201, post("/notices", &asked)).await;
        let their_reference = drafted["items"][0]["reference"].as_str().unwrap();
        world.sign_anywhere(their_reference).await;
        let memo = format!("{reference} {their_reference}");
        world.app.lane.settle(push(&world, "1", 3_300_000, &memo)).await.unwrap();

        let receipt = ours.ask(200, get(format!("/notices/{reference}"))).await["receipt"]["id"]
            .as_str().unwrap().to_owned();
        let before = row_counts(&world).await;
        for path in [
            format!("/cases/{case}"),
            format!("/notices/{reference}"),
            format!("/notices/{reference}/payments"),
            format!("/receipts/{receipt}"),
            format!("/receipts/{receipt}/pdf"),
            "/cases/00000000-0000-7000-8000-000000000000".to_owned(),
            "/cases/none".to_owned(),
            "/notices/AP2611900017".to_owned(),
            "/nothing".to_owned(),
        ] {
            assert_eq!(theirs.send(get(&path)).await.told(), "404 not_found", "{path}");
        }
        let drafting = post("/notices", &json!({ "case": case }));
        assert_eq!(theirs.send(drafting).await.told(), "404 not_found");
        assert_eq!(theirs.send(post("/cases", &a_case())).await.told(), "404 not_found");
        assert_eq!(row_counts(&world).await, before);

        for (client, mine) in [(&ours, reference), (&theirs, their_reference)] {
            let payments = client.ask(200, get("/payments")).await;
            let notices: Vec<&str> = payments["items"].as_array().unwrap().iter()
                .map(|row| row["notice"].as_str().unwrap()).collect();
            assert_eq!(notices, [mine]);
            assert_eq!(client.ask(200, get("/receipts")).await["items"].as_array().unwrap().len(), 1);
        }

        let scope = Scope::Agency { id: world.agency, children: false };
        let agency = Client::with_key(&world, &made(&world, scope, Access::Write).await.text);
        assert_eq!(agency.ask(200, get("/payments")).await["items"].as_array().unwrap().len(), 2);
        let seen = agency.ask(200, get(format!("/notices/{reference}"))).await;
        assert_eq!(seen["payers"][0]["document"], "000•••••0001");
        assert_eq!(agency.send(get(format!("/cases/{case}"))).await.told(), "404 not_found");
        assert_eq!(agency.send(post("/cases", &a_case())).await.told(), "404 not_found");
    }

    async fn a_key_that_runs_wild_waits(world: World) {
        let client = Client::of_court(&world).await;
        let mut last = client.send(get("/cases?limit=1")).await;
        for _ in 0..1_000 {
            if last.status != 200 {
                break;
            }
            last = client.send(get("/cases?limit=1")).await;
        }
        assert_eq!(last.told(), "429 too_many_requests");
        assert_eq!(last.header("retry-after"), Some("1"));
        let other = Client::of_court(&world).await;
        assert_eq!(other.send(get("/cases?limit=1")).await.status, 200);
    }

    async fn our_faults_say_nothing_of_their_cause(world: World) {
        let client = Client::of_court(&world).await;
        world.execute("update api_key set scope = 'all'").await;
        let reply = client.send(get("/cases")).await;
        assert_eq!(reply.told(), "500 internal");
        assert_eq!(reply.json().get("detail"), None);
        world.app.store.close().await;
        let reply = client.send(get("/cases")).await;
        assert_eq!(reply.told(), "503 unavailable");
        assert_eq!(reply.header("retry-after"), Some("5"));
        assert_eq!(reply.json().get("detail"), None);
    }
}

impl World {
    /// A judge who may sign everywhere signs.
    async fn sign_anywhere(&self, reference: &str) {
        let judge = Caller { scope: Scope::All, ..self.judge.clone() };
        let mut tx = self.app.store.read().await.unwrap();
        let notice = tx.notice_by_reference(Scope::All, reference).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        self.app.issue_notice(&judge, notice.id).await.unwrap();
    }
}
