//! From an opened store to a working `App`: reference data, tables, keys, accounts, the lane.

use std::sync::Arc;

use tokio::task::JoinHandle;

use super::{
    App,
    channels::{ChannelError, Channels},
    health::Health,
    papers::PapersMade,
    random::Random,
    reference::{self, ImportError},
    refused::Refused,
    session::SessionTimes,
    settle::{Lane, Settler},
    tables::Bank,
    tries::Tries,
    vault::{Purpose, Vault},
};
use crate::{
    codec::receipt_text::SecretKey,
    config::{Account, Courts},
    domain::{fee::LawSettings, time::Clock},
    store::{Store, StoreError},
};

/// Under which name the sealed seed of the receipt key is kept.
const RECEIPT_KEY: &str = "receipt_key_seed";

/// BIN of the bank of made-up accounts.
const TEST_BANK: &str = "970499";

/// What an `App` is made of.
pub struct Parts {
    /// The database, migrated.
    pub store: Store,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The source of randomness.
    pub random: Arc<dyn Random>,
    /// Keys of personal data.
    pub vault: Arc<Vault>,
    /// Readings of the law.
    pub law: LawSettings,
    /// The address under which people reach this installation.
    pub site: String,
    /// Everything in here is made up.
    pub test_data: bool,
}

/// Why an `App` cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The reference data.
    #[error(transparent)]
    Reference(#[from] ImportError),
    /// The accounts.
    #[error(transparent)]
    Channel(#[from] ChannelError),
    /// The receipt key does not open with this master key.
    #[error("the receipt key in the database does not open with this master key")]
    ReceiptKey,
}

/// Makes an `App` by the built-in settings of courts and sessions.
pub async fn start(
    parts: Parts,
    accounts: &[Account],
) -> Result<(Arc<App>, JoinHandle<()>), StartError> {
    start_by(parts, accounts, (Courts::BUILT_IN, SessionTimes::BUILT_IN)).await
}

/// Makes an `App`; the second value is the lane's writer, which ends after the last `App`.
pub async fn start_by(
    parts: Parts,
    accounts: &[Account],
    (defaults, session_times): (Courts, SessionTimes),
) -> Result<(Arc<App>, JoinHandle<()>), StartError> {
    let Parts { store, clock, random, vault, law, site, test_data } = parts;
    reference::bring_first_versions(&store, clock.now(), &*random, defaults).await?;
    let mut tx = store.read().await?;
    let mut tables = reference::tables(&mut tx, law).await?;
    if test_data {
        tables.banks.entry(TEST_BANK.to_owned()).or_insert_with(test_bank);
    }
    let tables = Arc::new(tables);
    tx.rollback().await?;
    let receipt_key = receipt_key(&store, &vault, &*random).await?;
    let channels = Channels::start(&store, accounts, (clock.now(), &*random)).await?;
    let settler = Settler::new(&store, clock.clone(), random.clone(), vault.clone());
    let (lane, writer) = Lane::start(settler);
    let refused = Refused::default();
    let app = App {
        store,
        clock,
        random,
        vault,
        tables,
        lane,
        channels,
        refused,
        receipt_key,
        site,
        session_times,
        tries: Tries::default(),
        health: Health::default(),
        papers_made: PapersMade::default(),
        test_data,
    };
    Ok((Arc::new(app), writer))
}

/// The bank of made-up accounts, under a BIN that no bank has.
fn test_bank() -> Bank {
    let name = "Ngân hàng Thử Nghiệm".to_owned();
    Bank { short: name.clone(), name, by_qr: true }
}

/// The key that signs receipts: made once, its seed sealed in the database.
async fn receipt_key(
    store: &Store,
    vault: &Vault,
    random: &dyn Random,
) -> Result<SecretKey, StartError> {
    let mut tx = store.begin().await?;
    if tx.installation(RECEIPT_KEY).await?.is_none() {
        let mut seed = [0; 32];
        random.fill(&mut seed);
        let sealed = hex::encode(vault.seal(Purpose::ReceiptKey, &seed, random));
        tx.keep_installation(RECEIPT_KEY, &sealed).await?;
    }
    let kept = tx.installation(RECEIPT_KEY).await?;
    tx.commit().await?;
    let sealed = kept.and_then(|text| hex::decode(text).ok()).ok_or(StartError::ReceiptKey)?;
    let seed = vault.open(Purpose::ReceiptKey, &sealed).map_err(|_| StartError::ReceiptKey)?;
    let seed: [u8; 32] = seed.as_slice().try_into().map_err(|_| StartError::ReceiptKey)?;
    Ok(SecretKey::from_seed(&seed))
}
