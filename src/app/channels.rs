//! The ways to pay: accounts of the settings brought into the store, and their providers started.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{App, Caller, Deed, Error, random::Random};
use crate::{
    config::{Account, Channel, SepayAuth as Auth},
    domain::{id::AccountId, time::Timestamp},
    providers::{
        ProviderSettings, Registry, SettingsError,
        http::{Http, Patience},
        sepay::{SepayAuth, SepaySettings},
        vnpay::VnpaySettings,
    },
    store::{
        Store, Tx,
        account::{AccountRow, NewAccount, NewVersion},
    },
};

/// How long a provider may take to answer a query.
const PROVIDER_PATIENCE: Patience =
    Patience { connect: Duration::from_secs(5), whole: Duration::from_secs(15) };

/// Providers that are started, and the accounts they belong to.
pub struct Channels {
    registry: Registry,
    http: Http,
    by_name: BTreeMap<String, AccountId>,
    configured: BTreeSet<String>,
    pages: Vec<String>,
}

/// Why the accounts of the settings cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum ChannelError {
    /// The account's agency is not in the store.
    #[error("account {account}: no agency has the code {agency}; load it with `anphi data import`")]
    Agency {
        /// The account.
        account: String,
        /// The agency's code.
        agency: String,
    },
    /// The account was another agency's before: its money stands in that agency's books.
    #[error("account {account} was {before}'s before; give the account of {agency} another name")]
    Moved {
        /// The account.
        account: String,
        /// The code of the agency that it belongs to.
        before: String,
        /// The code of the agency that the settings name.
        agency: String,
    },
    /// The account that a gateway pays out to is not in the settings.
    #[error("account {0}: settles_to names no account")]
    SettlesTo(String),
    /// The provider refuses its settings.
    #[error("account {account}: {why}")]
    Provider {
        /// The account.
        account: String,
        /// What is wrong.
        why: SettingsError,
    },
    /// No client for calls out.
    #[error("the client for providers cannot be made")]
    Client,
    /// The store.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

impl Channels {
    /// No provider at all.
    pub fn none() -> Result<Self, ChannelError> {
        let http = Http::new(PROVIDER_PATIENCE).map_err(|_| ChannelError::Client)?;
        Ok(Self {
            registry: Registry::default(),
            http,
            by_name: BTreeMap::new(),
            configured: BTreeSet::new(),
            pages: Vec::new(),
        })
    }

    /// Upserts the accounts of the settings with origin `file`, and starts their providers.
    pub async fn start(
        store: &Store,
        accounts: &[Account],
        (now, random): (Timestamp, &dyn Random),
    ) -> Result<Self, ChannelError> {
        let mut channels = Self::none()?;
        let mut tx = store.begin().await?;
        // Bank accounts first: gateways settle to them.
        let (banks, gateways): (Vec<&Account>, Vec<&Account>) =
            accounts.iter().partition(|account| account.bank_account().is_some());
        for account in banks.into_iter().chain(gateways) {
            let id = put_account(&mut tx, account, (now, random)).await?;
            channels.by_name.insert(account.name.clone(), id);
            channels.configured.insert(account.name.clone());
        }
        for row in tx.accounts().await? {
            channels.by_name.entry(row.name).or_insert(row.id);
        }
        tx.commit().await?;
        for account in accounts {
            if let Channel::Vnpay { endpoint, .. } = &account.channel {
                channels.pages.push(endpoint.origin().ascii_serialization());
            }
            if let Some(settings) = provider_settings(account) {
                channels
                    .registry
                    .add(&account.name, settings)
                    .map_err(|why| ChannelError::Provider { account: account.name.clone(), why })?;
            }
        }
        Ok(channels)
    }

    /// The providers.
    pub const fn registry(&self) -> &Registry {
        &self.registry
    }

    /// The origins of the providers' pages, where a payer's form may lead.
    pub fn pages(&self) -> &[String] {
        &self.pages
    }

    /// The client for calls to providers.
    pub const fn http(&self) -> &Http {
        &self.http
    }

    /// An account's id by its name.
    pub fn account(&self, name: &str) -> Option<AccountId> {
        self.by_name.get(name).copied()
    }
}

fn provider_settings(account: &Account) -> Option<ProviderSettings> {
    match &account.channel {
        Channel::Bank(_) => None,
        Channel::Sepay { watched, auth, keys, window_seconds } => {
            Some(ProviderSettings::Sepay(SepaySettings {
                account_number: watched.number.clone(),
                auth: match auth {
                    Auth::Hmac => SepayAuth::Hmac,
                    Auth::Apikey => SepayAuth::ApiKey,
                },
                keys: keys.clone(),
                window_seconds: *window_seconds,
            }))
        }
        Channel::Vnpay { merchant, keys, endpoint, query_endpoint, .. } => {
            Some(ProviderSettings::Vnpay(VnpaySettings {
                merchant: merchant.clone(),
                keys: keys.clone(),
                pay_endpoint: endpoint.to_string(),
                query_endpoint: query_endpoint.to_string(),
            }))
        }
    }
}

async fn put_account(
    tx: &mut Tx,
    account: &Account,
    (now, random): (Timestamp, &dyn Random),
) -> Result<AccountId, ChannelError> {
    let code = account.agency.to_string();
    let agency = tx.agency_by_code(&code).await?;
    let agency = agency.ok_or_else(|| ChannelError::Agency {
        account: account.name.clone(),
        agency: code.clone(),
    })?;
    // An office's account belongs to its agency's books.
    let (legal, office) = match agency.parent_id {
        Some(parent) if agency.kind == "office" => (parent, Some(agency.id)),
        _ => (agency.id, None),
    };
    let rows = tx.accounts().await?;
    let (provider, merchant, settles_to) = match &account.channel {
        Channel::Bank(_) => ("bank", None, None),
        Channel::Sepay { .. } => ("sepay", None, None),
        Channel::Vnpay { merchant, settles_to, .. } => {
            let bank = rows.iter().find(|row| row.name == *settles_to);
            let bank = bank.ok_or_else(|| ChannelError::SettlesTo(account.name.clone()))?;
            ("vnpay", Some(merchant.as_str()), Some(bank.id))
        }
    };
    let kept = rows.into_iter().find(|row| row.name == account.name);
    let id = if let Some(row) = &kept {
        if (row.agency_id, row.office_id) != (legal, office) {
            let before = tx.agency(row.office_id.unwrap_or(row.agency_id)).await?;
            let before = before.map(|agency| agency.code).unwrap_or_default();
            let account = account.name.clone();
            return Err(ChannelError::Moved { account, before, agency: code });
        }
        tx.update_account(row.id, provider, (settles_to, merchant)).await?;
        row.id
    } else {
        let id: AccountId = super::random::new_id(now, random);
        let new = NewAccount {
            id,
            name: &account.name,
            provider,
            agency: legal,
            office,
            settles_to,
            origin: "file",
            merchant,
        };
        tx.insert_account(&new, now).await?;
        id
    };
    if !same_version(kept.as_ref(), account) {
        let bank = account.bank_account();
        let version = NewVersion {
            id: super::random::new_id(now, random),
            account: id,
            bank_bin: bank.map(|bank| bank.bank.as_str()),
            number: bank.map(|bank| bank.number.as_str()),
            holder: bank.map(|bank| bank.holder.as_str()),
        };
        tx.add_account_version(&version, now).await?;
    }
    Ok(id)
}

/// Whether the version in force says what the settings say.
fn same_version(kept: Option<&AccountRow>, account: &Account) -> bool {
    let Some(row) = kept.filter(|row| row.current_version_id.is_some()) else { return false };
    let bank = account.bank_account();
    row.bank_bin.as_deref() == bank.map(|bank| bank.bank.as_str())
        && row.number.as_deref() == bank.map(|bank| bank.number.as_str())
        && row.holder.as_deref() == bank.map(|bank| bank.holder.as_str())
}

impl App {
    /// Records in the installation's chain that the service began to serve its accounts, and stops
    /// those that were taken out of the settings: nobody is to be told to pay there any more.
    pub async fn record_start(&self) -> Result<(), Error> {
        let caller = Caller::system("serve");
        let mut tx = self.store.begin().await?;
        let mut stopped = Vec::new();
        for row in tx.accounts().await? {
            if !self.channels.configured.contains(&row.name) && tx.stop_account(row.id).await? {
                stopped.push(row.name);
            }
        }
        let accounts: Vec<&str> = self.channels.registry.iter().map(|(name, _)| name).collect();
        let deed = Deed::of_system("serve.started", ("installation", uuid::Uuid::nil()))
            .with(serde_json::json!({ "accounts": accounts, "stopped": stopped }));
        self.record(&mut tx, &caller, deed, self.now()).await?;
        Ok(tx.commit().await?)
    }
}
