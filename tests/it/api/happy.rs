//! A court's system takes a case from fee to receipt.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    a_case,
    client::{Client, get, post},
};
use crate::{
    harness::{World, on_both},
    lane::push,
};

on_both! {
    async fn a_case_goes_from_fee_to_receipt(world: World) {
        let client = Client::of_court(&world).await;
        let question = json!({
            "op": "advance", "law": "auto", "date": "2026-11-23", "case": "civil",
            "instance": "first",
            "claims": [{ "id": "c1", "by": ["p1"], "value": 120_000_000 }],
        });
        let quote = client.ask(200, post("/quotes", &question)).await;
        assert_eq!(quote["advance"], 3_000_000);
        assert_eq!(quote["steps"]["lines"][0].as_array().unwrap().last().unwrap()["amount"], 3_000_000);

        let reply = client.send(post("/cases", &a_case())).await;
        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
        let case = reply.json();
        let id = case["id"].as_str().unwrap();
        assert_eq!(reply.header("location"), Some(&*format!("/api/v1/cases/{id}")));
        assert_eq!(case["number"], "1/2026");
        assert_eq!(case["parties"][0]["document"], "000•••••0003");
        assert_eq!(case["created_at"], "2026-11-23T08:00:00+07:00");
        assert_eq!(client.ask(200, get(format!("/cases/{id}"))).await, case);
        let found = client.ask(200, get("/cases?external_id=QLVA-000125")).await;
        assert_eq!((&found["items"][0]["id"], found["more"].as_bool()), (&case["id"], Some(false)));
        assert_eq!(client.ask(200, get("/cases?number=2%2F2026")).await["items"], json!([]));

        let asked = json!({ "case": id, "send_to_sign": true });
        let drafted = client.ask(201, post("/notices", &asked)).await;
        assert_eq!(drafted["items"].as_array().unwrap().len(), 1);
        let draft = &drafted["items"][0];
        assert_eq!((&draft["state"], &draft["amount"]), (&json!("to_sign"), &json!(3_000_000)));
        let reference = draft["reference"].as_str().unwrap();
        let address = format!("/notices/{reference}");
        assert_eq!(client.ask(200, get(&address)).await["lookup_url"], json!(null));

        world.sign(reference).await;
        let notice = client.ask(200, get(&address)).await;
        assert_eq!(notice["state"], "issued");
        assert_eq!(notice["number"], "1/2026/TB-TA");
        assert_eq!(notice["payers"][0]["document"], "000000000003");
        assert_eq!(notice["case"]["external_id"], "QLVA-000125");
        assert_eq!(notice["orders"][0]["state"], "open");
        assert!(notice["lookup_url"].as_str().unwrap().starts_with("https://anphi.vidu.invalid/n/"));

        world.app.lane.settle(push(&world, "1", 3_000_000, reference)).await.unwrap();
        let notice = client.ask(200, get(&address)).await;
        assert_eq!((&notice["state"], &notice["received"]), (&json!("paid"), &json!(3_000_000)));
        assert_eq!(notice["orders"][0]["state"], "paid");
        assert_eq!(notice["paid_on"], "2026-11-23");
        let receipt = &notice["receipt"];
        assert_eq!((&receipt["number"], &receipt["amount"]), (&json!(1), &json!(3_000_000)));
        assert_eq!(receipt["for"], json!(["Lê Thị Giả Định"]));

        let payments = client.ask(200, get(format!("{address}/payments"))).await;
        assert_eq!(payments["items"][0]["allocated"], 3_000_000);
        assert_eq!(client.ask(200, get("/payments")).await["items"], payments["items"]);
        let receipts = client.ask(200, get(format!("/receipts?reference={reference}"))).await;
        assert_eq!(receipts["items"], json!([receipt]));
        let paper = format!("/receipts/{}", receipt["id"].as_str().unwrap());
        assert_eq!(&client.ask(200, get(&paper)).await, receipt);
        let first = client.send(get(format!("{paper}/pdf"))).await;
        let second = client.send(get(format!("{paper}/pdf"))).await;
        assert!(first.body.starts_with(b"%PDF"));
        assert_eq!(first.body, second.body);

        let paid = client.ask(200, get("/notices?state=paid&case_external_id=QLVA-000125")).await;
        assert_eq!(paid["items"][0]["reference"], reference);
        let courts = client.ask(200, get("/courts")).await;
        assert_eq!(courts["items"][0]["collector"]["code"], "DEMO-THADS-00");
    }

    async fn counterclaims_of_the_same_people_are_one_group(world: World) {
        let client = Client::of_court(&world).await;
        let mut case = a_case();
        let two = case["parties"].as_array().unwrap()[1].clone();
        case["parties"].as_array_mut().unwrap().push(two);
        for by in [[1, 2], [2, 1]] {
            let by: Vec<Value> = by.iter().map(|party| json!({ "party": party })).collect();
            let claim = json!({ "text": "Phản tố", "group": "counterclaim", "amount": 9, "by": by });
            case["claims"].as_array_mut().unwrap().push(claim);
        }
        let groups = client.ask(201, post("/cases", &case)).await["groups"].clone();
        let kinds: Vec<&Value> = groups.as_array().unwrap().iter().map(|g| &g["kind"]).collect();
        assert_eq!(kinds, ["main", "counterclaim"]);
    }

    async fn lists_come_in_pages(world: World) {
        let client = Client::of_court(&world).await;
        for _ in 0..3 {
            client.ask(201, post("/cases", &a_case())).await;
            world.clock.advance(TimeDelta::seconds(1));
        }
        let numbers = async |query: &str| {
            let page = client.ask(200, get(format!("/cases?{query}"))).await;
            let items = page["items"].as_array().unwrap().clone();
            let numbers = items.iter().map(|case| case["number"].as_str().unwrap().to_owned());
            (numbers.collect::<Vec<_>>(), page["more"].as_bool().unwrap())
        };
        assert_eq!(numbers("limit=2").await, (vec!["3/2026".into(), "2/2026".into()], true));
        assert_eq!(numbers("limit=2&offset=2").await, (vec!["1/2026".into()], false));
        assert!(!numbers("limit=3").await.1);
    }
}

impl World {
    /// The judge signs the notice of a reference.
    pub async fn sign(&self, reference: &str) {
        let mut tx = self.app.store.read().await.unwrap();
        let scope = self.judge.scope;
        let notice = tx.notice_by_reference(scope, reference).await.unwrap().unwrap();
        tx.rollback().await.unwrap();
        self.app.issue_notice(&self.judge, notice.id).await.unwrap();
    }
}
