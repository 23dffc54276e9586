//! `anphi check` and `anphi audit verify` as programs: their lines and exit statuses.

use std::process::{Command, Output};

use anphi::store::{self, Store};
use serde_json::Value;
use sqlx::Executor;

use crate::harness::{World, on_both};

fn anphi(url: &str, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anphi"));
    command.args(args).env_clear().env("ANPHI_DATABASE__URL", url);
    command.output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = std::str::from_utf8(&output.stdout).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

async fn run(world: &World, text: &'static str) {
    match &world.app.store {
        Store::Sqlite { write, .. } => write.execute(text).await.map(|_| ()).unwrap(),
        Store::Postgres { pool, .. } => pool.execute(text).await.map(|_| ()).unwrap(),
    }
}

on_both! {
    async fn a_line_an_invariant_and_the_status_says_it_all(world: World) {
        let clean = anphi(world.url(), &["check", "--json"]);
        assert_eq!(clean.status.code(), Some(0), "{clean:?}");
        let told = lines(&clean);
        assert_eq!(told.len(), 24);
        assert_eq!(told[0].to_string(), r#"{"invariant":"I-01","ok":true,"rows":[]}"#);
        assert!(told.iter().all(|line| line["ok"] == true));
        assert_eq!(anphi(world.url(), &["audit", "verify"]).status.code(), Some(0));
        run(&world, "update court set collector_id = id").await;
        let broken = anphi(world.url(), &["check", "--json", "--full"]);
        assert_eq!(broken.status.code(), Some(1), "{broken:?}");
        let bad: Vec<Value> = lines(&broken).into_iter().filter(|line| line["ok"] == false).collect();
        assert_eq!(bad.len(), 1);
        assert_eq!(bad[0]["invariant"], "I-18");
        assert_eq!(bad[0]["rows"].as_array().unwrap().len(), 1);
        let told = String::from_utf8(anphi(world.url(), &["check"]).stdout).unwrap();
        assert!(told.contains("I-18  VIOLATED\n      court "), "{told}");
    }

    async fn a_head_that_is_gone_breaks_the_audit(world: World) {
        let path = std::env::temp_dir().join(format!("anphi_gone_{}.json", std::process::id()));
        let path = path.with_extension(world.app.store.engine());
        std::fs::write(&path, r#"{"heads":[{"chain":"court","seq":5,"hash":"00",
            "id":"0190aaaa-bbbb-7ccc-8ddd-eeeeffff0000"}],"series":[]}"#).unwrap();
        let args = ["audit", "verify", "--json", "--anchor", path.to_str().unwrap()];
        let output = anphi(world.url(), &args);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let rows = lines(&output)[0]["rows"].to_string();
        assert!(rows.contains("ends at 0, was anchored at 5"), "{rows}");
        assert_eq!(anphi(world.url(), &args).status.code(), Some(2));
    }
}

#[test]
fn without_a_database_it_cannot_tell() {
    let nowhere = std::env::temp_dir().join("anphi_is_not_here").join("anphi.db");
    for url in [format!("sqlite:{}", nowhere.display()), "postgres://x@127.0.0.1:1/x".to_owned()] {
        for args in [&["check", "--json"][..], &["audit", "verify"]] {
            let output = anphi(&url, args);
            assert_eq!(output.status.code(), Some(3), "{url} {output:?}");
            assert!(output.stdout.is_empty());
        }
    }
}

/// A foreign key that a migration adds must be checked again too.
#[tokio::test]
async fn every_foreign_key_has_its_rule() {
    let world = World::on_sqlite().await;
    let Store::Sqlite { read, .. } = &world.app.store else { panic!("SQLite") };
    let keys: Vec<(String, String)> = sqlx::query_as(
        "select m.name, f.\"from\" from sqlite_master m
        join pragma_foreign_key_list(m.name) f where m.type = 'table'",
    )
    .fetch_all(read)
    .await
    .unwrap();
    let rules: Vec<&str> = store::all_statements()
        .into_iter()
        .map(|(_, text)| text)
        .filter(|text| text.contains(" points to no "))
        .collect();
    let has_rule = |table: &str, column: &str| {
        let (of, at) = (format!(" from {table} t"), format!("t.{column} is not null"));
        rules.iter().any(|text| text.contains(&of) && text.contains(&at))
    };
    // A step without its act is I-12's.
    let missing: Vec<&(String, String)> = keys
        .iter()
        .filter(|(table, column)| table != "state_change" && !has_rule(table, column))
        .collect();
    assert!(keys.len() > 80, "{}", keys.len());
    assert_eq!(missing, Vec::<&(String, String)>::new());
}
