//! What the whole database holds, table by table, so that nothing changes unseen.

use std::collections::BTreeMap;

use anphi::store::Store;
use sqlx::{AssertSqlSafe, Row};

use crate::harness::World;

/// A table's rows, counted and with their content.
pub type Tables = BTreeMap<String, String>;

/// Every table but the one of the migrations.
pub async fn read(world: &World) -> Tables {
    match &world.app.store {
        Store::Sqlite { read, .. } => {
            let names: Vec<(String,)> = sqlx::query_as(
                "select name from sqlite_master where type = 'table'
                and name not like 'sqlite_%' and name <> '_sqlx_migrations' order by 1",
            )
            .fetch_all(read)
            .await
            .unwrap();
            let mut parts = Vec::new();
            for (name,) in names {
                let text = format!("select '\"' || name || '\"' from pragma_table_info('{name}')");
                let columns = sqlx::query(AssertSqlSafe(text)).fetch_all(read).await.unwrap();
                let columns =
                    columns.iter().map(|row| format!("quote({})", row.get::<String, _>(0)));
                let row = columns.collect::<Vec<_>>().join(" || ',' || ");
                parts.push(format!(
                    "select '{name}', count(*) || ' rows ' || coalesce(group_concat(x, '|'), '')
                    from (select {row} as x from \"{name}\" order by 1)"
                ));
            }
            let rows: Vec<(String, String)> =
                sqlx::query_as(AssertSqlSafe(parts.join(" union all ")))
                    .fetch_all(read)
                    .await
                    .unwrap();
            rows.into_iter().collect()
        }
        Store::Postgres { pool, .. } => {
            let names: Vec<(String,)> = sqlx::query_as(
                "select cast(table_name as text) from information_schema.tables
                where table_schema = 'public' and table_type = 'BASE TABLE'
                and table_name <> '_sqlx_migrations' order by 1",
            )
            .fetch_all(pool)
            .await
            .unwrap();
            let part = |(name,): &(String,)| {
                format!(
                    "select '{name}', count(*) || ' rows '
                    || coalesce(md5(string_agg(cast(t as text), '|' order by cast(t as text))), '')
                    from \"{name}\" t"
                )
            };
            let parts: Vec<String> = names.iter().map(part).collect();
            let rows: Vec<(String, String)> =
                sqlx::query_as(AssertSqlSafe(parts.join(" union all ")))
                    .fetch_all(pool)
                    .await
                    .unwrap();
            rows.into_iter().collect()
        }
    }
}

/// The tables that are not as they were. When a key or a session was last used is no change.
pub fn changed(before: &Tables, after: &Tables) -> Vec<String> {
    assert!(before.len() > 30 && before.keys().eq(after.keys()));
    let noted = ["api_key", "session"];
    let other = after.iter().filter(|(name, rows)| before.get(*name) != Some(rows));
    other.map(|(name, _)| name.clone()).filter(|name| !noted.contains(&name.as_str())).collect()
}
