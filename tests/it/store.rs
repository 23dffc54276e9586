//! The two engines hold the same schema, take the same SQL, and keep what only grows.

use std::collections::BTreeSet;

use anphi::store::{self, Store};
use sqlx::{Executor, SqlSafeStr};

use crate::harness::{World, on_both};

on_both! {
    async fn every_statement_prepares(world: World) {
        for (name, text) in store::all_statements() {
            let text = text.into_sql_str();
            let prepared = match &world.app.store {
                Store::Sqlite { read, .. } => {
                    read.acquire().await.unwrap().prepare(text).await.map(|_| ())
                }
                Store::Postgres { pool, .. } => {
                    pool.acquire().await.unwrap().prepare(text).await.map(|_| ())
                }
            };
            assert!(prepared.is_ok(), "{name}: {prepared:?}");
        }
    }

    async fn rows_that_only_grow_refuse_to_change(world: World) {
        let notice = world.served(300_000).await;
        assert_eq!(notice.amount.get(), 300_000);
        for text in [
            "update audit_entry set action = 'x'",
            "delete from audit_entry",
            "update state_change set to_state = 'x'",
            "delete from state_change",
            "delete from payment_reference",
            "update assessment set engine_version = 'x'",
            "delete from blob",
        ] {
            let refused = match &world.app.store {
                Store::Sqlite { write, .. } => write.execute(text).await.map(|_| ()),
                Store::Postgres { pool, .. } => pool.execute(text).await.map(|_| ()),
            };
            let message = refused.unwrap_err().to_string();
            assert!(message.contains("only grows"), "{text}: {message}");
        }
    }
}

#[tokio::test]
async fn what_only_grows_is_not_emptied_at_once() {
    let Some(world) = World::on_postgres().await else { return };
    let Store::Postgres { pool, .. } = &world.app.store else { panic!("PostgreSQL") };
    let kept = "select cast(tgrelid as regclass)::text from pg_trigger where tgname like '%_stays'";
    let tables: Vec<(String,)> = sqlx::query_as(kept).fetch_all(pool).await.unwrap();
    assert!(tables.len() > 15, "{tables:?}");
    for (table,) in tables {
        let text = format!("truncate {table} cascade");
        let refused = pool.execute(sqlx::AssertSqlSafe(text)).await.unwrap_err().to_string();
        assert!(refused.contains("truncate refused"), "{table}: {refused}");
    }
}

#[tokio::test]
async fn sqlite_is_opened_for_durability() {
    let world = World::on_sqlite().await;
    let Store::Sqlite { read, write } = &world.app.store else { panic!("SQLite") };
    for pool in [read, write] {
        for (pragma, expected) in [
            ("pragma journal_mode", "wal"),
            ("pragma synchronous", "2"),
            ("pragma foreign_keys", "1"),
            ("pragma busy_timeout", "30000"),
        ] {
            let row = sqlx::query(pragma).fetch_one(pool).await.unwrap();
            let value = sqlx::Row::try_get::<String, _>(&row, 0)
                .or_else(|_| sqlx::Row::try_get::<i64, _>(&row, 0).map(|n| n.to_string()));
            assert_eq!(value.unwrap(), expected, "{pragma}");
        }
    }
}

#[tokio::test]
async fn both_engines_have_the_same_tables_and_columns() {
    let sqlite = World::on_sqlite().await;
    let Some(postgres) = World::on_postgres().await else { return };
    let Store::Sqlite { read, .. } = &sqlite.app.store else { panic!("SQLite") };
    let Store::Postgres { pool, .. } = &postgres.app.store else { panic!("PostgreSQL") };
    let one: Vec<(String, String)> = sqlx::query_as(
        "select m.name, c.name from sqlite_master m join pragma_table_info(m.name) c
        where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like '_sqlx%'",
    )
    .fetch_all(read)
    .await
    .unwrap();
    let two: Vec<(String, String)> = sqlx::query_as(
        "select cast(table_name as text), cast(column_name as text)
        from information_schema.columns where table_schema = 'public'
        and table_name not like '\\_sqlx%'",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    let one: BTreeSet<_> = one.into_iter().collect();
    let two: BTreeSet<_> = two.into_iter().collect();
    assert!(one.len() > 300, "{}", one.len());
    assert_eq!(one.difference(&two).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
    assert_eq!(two.difference(&one).collect::<Vec<_>>(), Vec::<&(String, String)>::new());
}
