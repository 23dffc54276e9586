//! Ledger accounts.

use super::{StoreError, Tx, execute, fetch_all, statements};
use crate::domain::{
    id::{AccountId, AgencyId, LedgerAccountId},
    ledger::{LedgerKind, LedgerRef},
};

statements! {
    OF_AGENCY = "select id, agency_id, account_id, kind from ledger_account where agency_id = $1";
    INSERT = "insert into ledger_account (id, agency_id, account_id, kind, balance)
        values ($1, $2, $3, $4, 0) on conflict do nothing";
}

#[derive(sqlx::FromRow)]
struct LedgerRow {
    id: LedgerAccountId,
    agency_id: AgencyId,
    account_id: Option<AccountId>,
    kind: LedgerKind,
}

impl Tx {
    /// The accounts of an agency's books.
    pub async fn ledger_accounts(
        &mut self,
        agency: AgencyId,
    ) -> Result<Vec<(LedgerRef, LedgerAccountId)>, StoreError> {
        let found: Vec<LedgerRow> = fetch_all!(self, OF_AGENCY, agency);
        let entry = |row: LedgerRow| {
            let ledger =
                LedgerRef { agency: row.agency_id, account: row.account_id, kind: row.kind };
            (ledger, row.id)
        };
        Ok(found.into_iter().map(entry).collect())
    }

    /// Opens an account of the books, unless it is there.
    pub async fn open_ledger_account(
        &mut self,
        id: LedgerAccountId,
        ledger: &LedgerRef,
    ) -> Result<(), StoreError> {
        execute!(self, INSERT, id, ledger.agency, ledger.account, ledger.kind);
        Ok(())
    }
}
