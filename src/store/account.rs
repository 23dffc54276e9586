//! Configured merchant and bank accounts.

use super::{StoreError, Tx, execute, fetch_all, fetch_one, statements};
use crate::domain::{
    id::{AccountId, AccountVersionId, AgencyId},
    time::Timestamp,
};

statements! {
    ALL = "select a.id, a.name, a.provider, a.agency_id, a.office_id, a.settles_to, a.state,
        a.merchant, a.current_version_id, v.bank_bin, v.number, v.holder
        from account a left join account_version v on v.id = a.current_version_id
        order by a.name";
    INSERT = "insert into account (id, name, provider, agency_id, office_id, settles_to, origin,
        state, merchant, created_at) values ($1, $2, $3, $4, $5, $6, $7, 'live', $8, $9)";
    UPDATE = "update account set provider = $2, settles_to = $3, merchant = $4, state = 'live'
        where id = $1";
    STOP = "update account set state = 'stopped' where id = $1 and state = 'live'
        and origin = 'file'";
    LAST_VERSION = "select cast(coalesce(max(version), 0) as bigint) from account_version
        where account_id = $1";
    INSERT_VERSION = "insert into account_version (id, account_id, version, bank_bin, number,
        holder, created_at) values ($1, $2, $3, $4, $5, $6, $7)";
    SET_VERSION = "update account set current_version_id = $2 where id = $1";
}

/// An account with its current version.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AccountRow {
    /// Its id.
    pub id: AccountId,
    /// Its name, which never changes.
    pub name: String,
    /// `bank`, `sepay`, `vnpay`.
    pub provider: String,
    /// Whose.
    pub agency_id: AgencyId,
    /// The office, where it is an office's.
    pub office_id: Option<AgencyId>,
    /// The bank account that a gateway pays out to.
    pub settles_to: Option<AccountId>,
    /// `live` or `stopped`.
    pub state: String,
    /// The merchant's code at the provider.
    pub merchant: Option<String>,
    /// The version in force.
    pub current_version_id: Option<AccountVersionId>,
    /// BIN of the bank.
    pub bank_bin: Option<String>,
    /// Account number.
    pub number: Option<String>,
    /// Holder.
    pub holder: Option<String>,
}

/// An account about to be made.
#[derive(Clone, Debug)]
pub struct NewAccount<'a> {
    /// Its id.
    pub id: AccountId,
    /// Its name.
    pub name: &'a str,
    /// Its provider.
    pub provider: &'a str,
    /// Whose.
    pub agency: AgencyId,
    /// The office.
    pub office: Option<AgencyId>,
    /// Where a gateway pays out to.
    pub settles_to: Option<AccountId>,
    /// `file` or `page`.
    pub origin: &'a str,
    /// The merchant's code.
    pub merchant: Option<&'a str>,
}

/// A version of an account's bank, number and holder.
#[derive(Clone, Debug)]
pub struct NewVersion<'a> {
    /// Its id.
    pub id: AccountVersionId,
    /// The account.
    pub account: AccountId,
    /// BIN of the bank.
    pub bank_bin: Option<&'a str>,
    /// Account number.
    pub number: Option<&'a str>,
    /// Holder.
    pub holder: Option<&'a str>,
}

impl Tx {
    /// Every account.
    pub async fn accounts(&mut self) -> Result<Vec<AccountRow>, StoreError> {
        Ok(fetch_all!(self, ALL))
    }

    /// Makes an account.
    pub async fn insert_account(
        &mut self,
        account: &NewAccount<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT,
            account.id,
            account.name,
            account.provider,
            account.agency,
            account.office,
            account.settles_to,
            account.origin,
            account.merchant,
            now
        );
        Ok(())
    }

    /// Brings what may change of an account to what the settings say.
    pub async fn update_account(
        &mut self,
        id: AccountId,
        provider: &str,
        (settles_to, merchant): (Option<AccountId>, Option<&str>),
    ) -> Result<(), StoreError> {
        execute!(self, UPDATE, id, provider, settles_to, merchant);
        Ok(())
    }

    /// Stops an account that came from the settings: no notice is issued to it any more, and no
    /// payer is sent there. What it holds stays. `false` when it was stopped before.
    pub async fn stop_account(&mut self, id: AccountId) -> Result<bool, StoreError> {
        Ok(execute!(self, STOP, id) > 0)
    }

    /// Adds a version and makes it the one in force. Orders and papers keep the one they point to.
    pub async fn add_account_version(
        &mut self,
        version: &NewVersion<'_>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (last,): (i64,) = fetch_one!(self, LAST_VERSION, version.account);
        execute!(
            self,
            INSERT_VERSION,
            version.id,
            version.account,
            last + 1,
            version.bank_bin,
            version.number,
            version.holder,
            now
        );
        execute!(self, SET_VERSION, version.account, version.id);
        Ok(())
    }
}
