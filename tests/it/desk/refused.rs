//! A bank's file that is refused: said why and what to do, kept aside, nothing of it imported.

use axum::http::StatusCode;
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use sqlx::types::chrono::{DateTime, Utc};

use anphi::{
    domain::staff::{Role, Scope},
    store::{Store, columns::Hash},
};

use super::browser::{Browser, hired, statement};
use crate::{
    check::assert_clean,
    harness::{World, on_both},
};

async fn seated(world: &World, login: &str, role: Role, scope: Scope) -> Browser {
    let key = hired(world, login, &[(role, scope)]).await;
    let browser = Browser::new(world);
    browser.sign_in(world, login, &key).await;
    browser
}

/// Action and time of the entries about refused files.
async fn entries(world: &World) -> Vec<(String, DateTime<Utc>)> {
    let query =
        "select payload, at from audit_entry where action = 'statement.refused' order by at";
    match &world.app.store {
        Store::Sqlite { read, .. } => sqlx::query_as(query).fetch_all(read).await.unwrap(),
        Store::Postgres { pool, .. } => {
            let query = "select cast(payload as text), at from audit_entry
                where action = 'statement.refused' order by at";
            sqlx::query_as(query).fetch_all(pool).await.unwrap()
        }
    }
}

on_both! {
    async fn a_refused_file_is_kept_aside_with_who_and_why(world: World) {
        let agency = Scope::Agency { id: world.agency, children: true };
        let accountant = seated(&world, "ketoan", Role::Accountant, agency).await;
        let head = seated(&world, "thutruong", Role::HeadOfAgency, agency).await;
        let text = statement("nop an phi").replace("<Document", "<!DOCTYPE Document><Document");
        let hash = Hash(Sha256::digest(text.as_bytes()).into());
        for _ in 0..2 {
            let seen = accountant.upload(&text).await;
            assert_eq!(seen.status, StatusCode::UNPROCESSABLE_ENTITY);
            for words in [
                "Không đọc tệp này vì an toàn",
                "Chưa có gì được nhập",
                "không mở tệp này trên máy",
                "Tệp sao-ke.xml được giữ lại để đối chiếu",
                &hash.to_hex(),
            ] {
                seen.says(words);
            }
        }
        world.clock.advance(TimeDelta::minutes(1));
        // Another says what else was wrong, with its own way on.
        let seen = accountant.upload(&statement("x").replace(">1300000<", ">1300001<")).await;
        seen.says("tải lại tệp từ ngân hàng và không sửa trong tệp");

        // Whoever reads statements sees them, each once; the newest first.
        let list = head.open("/desk/statements").await;
        list.says("Chưa có sao kê nào");
        let list = list.text();
        let places = [&hash.to_hex(), "Cộng lại"].map(|words| {
            assert_eq!(list.matches(words).count(), 1, "{words} in\n{list}");
            list.find(words).unwrap()
        });
        assert!(places[1] < places[0] && list.contains("ketoan Mẫu"), "{list}");
        let mut tx = world.app.store.read().await.unwrap();
        assert_eq!(tx.blob(hash).await.unwrap().unwrap(), text.as_bytes());
        tx.rollback().await.unwrap();
        let entries = entries(&world).await;
        assert_eq!(entries.len(), 2);
        assert!(entries[0].0.contains(&hash.to_hex()) && entries[0].0.contains("unsafe"));
        assert!(!entries[0].0.contains("sao-ke"), "names of files stay out of the chain");
        assert_clean(&world).await;
    }

    async fn a_refused_file_is_its_agencys_own(world: World) {
        let agency = Scope::Agency { id: world.agency, children: true };
        let accountant = seated(&world, "ketoan", Role::Accountant, agency).await;
        accountant.upload("<nothing/>").await.says("Không đọc được tệp từ dòng 1");
        let other = Scope::Agency { id: world.app.new_id(), children: true };
        let refused = world.app.refused_files(&world.clerk).await.unwrap();
        assert!(refused.is_empty(), "a court has none");
        let mut tx = world.app.store.read().await.unwrap();
        assert_eq!(tx.refused_files(other, 9).await.unwrap().len(), 0);
        assert_eq!(tx.refused_files(agency, 9).await.unwrap().len(), 1);
        tx.rollback().await.unwrap();
    }
}
