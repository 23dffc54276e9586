//! What this database is: facts of the installation by name.

use super::{StoreError, Tx, execute, fetch_optional, statements};

statements! {
    GET = "select value from installation where name = $1";
    PUT = "insert into installation (name, value) values ($1, $2) on conflict do nothing";
}

impl Tx {
    /// A fact of the installation.
    pub async fn installation(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = fetch_optional!(self, GET, name);
        Ok(row.map(|(value,)| value))
    }

    /// Keeps a fact unless it is known already.
    pub async fn keep_installation(&mut self, name: &str, value: &str) -> Result<(), StoreError> {
        execute!(self, PUT, name, value);
        Ok(())
    }
}
