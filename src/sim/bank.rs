//! A bank with accounts, and SePay watching them: a transfer is booked, pushed with a signature to
//! the account's webhook, and stands on the day's statement.

mod web;

use std::{
    collections::BTreeMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use serde_json::json;

use super::{Act, ActError, Stage, locked, sign};
use crate::{
    codec::vietqr::VietQr,
    domain::{
        money::Dong,
        payment::{Counterparty, Direction},
        time::{Day, Timestamp},
    },
};

/// SePay's waits after a failed push, in minutes.
const PUSH_WAITS: [u32; 7] = [1, 1, 2, 3, 5, 8, 13];
/// Where the pushes' ids begin.
const FIRST_ID: u64 = 92_704;

/// An account at the bank.
#[derive(Clone, Debug)]
pub struct BankAccount {
    /// The bank's six digits in VietQR.
    pub bin: String,
    /// The bank's name as SePay writes it.
    pub bank: String,
    /// The number.
    pub number: String,
    /// The holder, in capitals without marks.
    pub holder: String,
    /// Balance before the first movement.
    pub opening: Dong,
    /// Where SePay sends its pushes; none when nobody watches the account.
    pub webhook: Option<Webhook>,
}

/// A subscription to the pushes of one account.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Where to.
    pub url: String,
    /// The secret that signs.
    pub secret: String,
}

/// Whether a movement is pushed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Telling {
    /// Pushed at once.
    AtOnce,
    /// Pushed after [`super::Pace::late`].
    Late,
    /// Only the statement tells.
    StatementOnly,
}

/// A movement to be booked.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The watched account.
    pub account: String,
    /// Into or out of it.
    pub direction: Direction,
    /// How much.
    pub amount: Dong,
    /// The memo as the bank prints it.
    pub memo: String,
    /// The other side.
    pub counterparty: Counterparty,
    /// When; now, unless said.
    pub at: Option<Timestamp>,
    /// The bank's reference; made up, unless said.
    pub bank_reference: Option<String>,
    /// Whether and when SePay pushes it.
    pub telling: Telling,
}

/// What is due on an account, as a payer reads it from a notice.
#[derive(Clone, Debug)]
pub struct Due {
    /// Where to pay.
    pub account: String,
    /// What to write into the memo.
    pub reference: String,
    /// How much.
    pub amount: Dong,
    /// Who pays.
    pub payer: Counterparty,
}

/// A booked movement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Movement {
    /// SePay's id of it.
    pub id: u64,
    /// The account.
    pub account: String,
    /// What the statement says.
    pub entry: StatementEntry,
    /// The account's balance after it.
    pub balance: Dong,
}

/// A line of a statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementEntry {
    /// When.
    pub at: Timestamp,
    /// Into or out of the account.
    pub direction: Direction,
    /// How much.
    pub amount: Dong,
    /// The memo.
    pub memo: String,
    /// The other side.
    pub counterparty: Counterparty,
    /// The bank's reference.
    pub bank_reference: String,
}

impl StatementEntry {
    /// The amount with its sign.
    pub fn signed(&self) -> Dong {
        match self.direction {
            Direction::Credit => self.amount,
            Direction::Debit => self.amount.negated(),
        }
    }
}

/// One account's statement of one day.
#[derive(Clone, Debug)]
pub struct DayStatement {
    /// The number.
    pub account: String,
    /// The holder.
    pub holder: String,
    /// The day.
    pub day: Day,
    /// Balance before the day.
    pub opening: Dong,
    /// The day's movements by time.
    pub entries: Vec<StatementEntry>,
}

impl DayStatement {
    /// Balance after the day.
    pub fn closing(&self) -> Dong {
        let signed = self.entries.iter().map(StatementEntry::signed);
        Dong::total(signed.chain([self.opening])).unwrap_or(self.opening)
    }
}

/// One push and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushCall {
    /// The movement's id.
    pub id: u64,
    /// HTTP status of the answer; `None` without one.
    pub status: Option<u16>,
    /// Whether the answer was a success in SePay's eyes.
    pub accepted: bool,
}

/// The bank.
#[derive(Clone)]
pub struct Bank {
    stage: Stage,
    state: Arc<Mutex<State>>,
    address: SocketAddr,
}

#[derive(Default)]
struct State {
    accounts: BTreeMap<String, BankAccount>,
    movements: Vec<Movement>,
    calls: Vec<PushCall>,
}

impl Bank {
    pub(super) async fn start(stage: Stage) -> io::Result<Self> {
        let listening = super::listening().await?;
        let bank = Self { address: listening.local_addr()?, stage, state: Arc::default() };
        bank.stage.serve(listening, web::router().with_state(bank.clone()));
        Ok(bank)
    }

    /// Where the bank listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Opens an account, or replaces one of the same number.
    pub fn open(&self, account: BankAccount) {
        locked(&self.state).accounts.insert(account.number.clone(), account);
    }

    /// Books a movement and pushes it; comes back when the first push was answered.
    pub async fn transfer(&self, transfer: Transfer) -> Result<Movement, ActError> {
        let telling = transfer.telling;
        let movement = self.book(transfer)?;
        match telling {
            Telling::AtOnce => self.push(&movement).await,
            Telling::Late => {
                let (bank, late) = (self.clone(), movement.clone());
                self.stage.spawn(async move {
                    tokio::time::sleep(bank.stage.pace.late).await;
                    bank.push(&late).await;
                });
            }
            Telling::StatementOnly => {}
        }
        Ok(movement)
    }

    /// What a banking app makes of a scanned code.
    pub fn scan(&self, payload: &str, payer: Counterparty) -> Result<Due, ActError> {
        let (code, _) = VietQr::parse(payload).map_err(|_| ActError::Malformed)?;
        let known =
            locked(&self.state).accounts.get(&code.account).map(|account| account.bin.clone());
        if known.as_deref() != Some(&code.bin) {
            return Err(ActError::Unknown);
        }
        Ok(Due {
            account: code.account,
            reference: code.purpose.unwrap_or_default(),
            amount: code.amount.ok_or(ActError::Malformed)?,
            payer,
        })
    }

    /// Plays an act upon what is due.
    pub async fn act(&self, due: Due, act: Act) -> Result<(), ActError> {
        let asked = u64::try_from(due.amount.get()).map_err(|_| ActError::Malformed)?;
        let moved = i64::try_from(act.amount(asked)).ok().and_then(Dong::new);
        let transfer = Transfer {
            account: due.account,
            direction: Direction::Credit,
            amount: moved.ok_or(ActError::Malformed)?,
            memo: due.reference,
            counterparty: due.payer,
            at: None,
            bank_reference: None,
            telling: if act == Act::Late { Telling::Late } else { Telling::AtOnce },
        };
        match act {
            Act::Pay | Act::Short | Act::Over | Act::Late => {
                self.transfer(transfer).await.map(drop)
            }
            // A transfer that fails or is given up leaves no trace at the receiving bank.
            Act::Fail | Act::Cancel => Ok(()),
            Act::Forge => self.forge(transfer).await,
            Act::Repeat => self.repeat(&transfer).await,
        }
    }

    /// The statement of one day.
    pub fn statement(&self, account: &str, day: Day) -> Result<DayStatement, ActError> {
        let state = locked(&self.state);
        let account = state.accounts.get(account).ok_or(ActError::Unknown)?;
        let own = || state.movements.iter().filter(|found| found.account == account.number);
        let before = own().filter(|found| found.entry.at.day() < day);
        let opening =
            Dong::total(before.map(|found| found.entry.signed()).chain([account.opening]));
        let mut entries: Vec<_> = own()
            .filter(|found| found.entry.at.day() == day)
            .map(|found| found.entry.clone())
            .collect();
        entries.sort_by_key(|entry| entry.at);
        Ok(DayStatement {
            account: account.number.clone(),
            holder: account.holder.clone(),
            day,
            opening: opening.ok_or(ActError::Malformed)?,
            entries,
        })
    }

    /// Every push so far, in order.
    pub fn calls(&self) -> Vec<PushCall> {
        locked(&self.state).calls.clone()
    }

    fn book(&self, transfer: Transfer) -> Result<Movement, ActError> {
        let mut state = locked(&self.state);
        let movement = state.draft(transfer, self.stage.now())?;
        state.movements.push(movement.clone());
        Ok(movement)
    }

    /// Pushes a movement; on failure goes on in SePay's rhythm beside the caller.
    async fn push(&self, movement: &Movement) {
        let Some(webhook) = self.webhook(&movement.account) else { return };
        if self.push_once(movement, &webhook).await {
            return;
        }
        let (bank, movement) = (self.clone(), movement.clone());
        self.stage.spawn(async move {
            for minutes in PUSH_WAITS {
                tokio::time::sleep(bank.stage.pace.push_minute.saturating_mul(minutes)).await;
                if bank.push_once(&movement, &webhook).await {
                    return;
                }
            }
        });
    }

    fn webhook(&self, account: &str) -> Option<Webhook> {
        locked(&self.state).accounts.get(account).and_then(|account| account.webhook.clone())
    }

    async fn push_once(&self, movement: &Movement, webhook: &Webhook) -> bool {
        let body = self.body(movement);
        let time = self.stage.now().unix().to_string();
        let signature = sign::hmac_sha256(&webhook.secret, format!("{time}.{body}").as_bytes());
        let sent = self
            .stage
            .http
            .post(&webhook.url)
            .timeout(Duration::from_secs(30))
            .header("Content-Type", "application/json")
            .header("X-SePay-Timestamp", time)
            .header("X-SePay-Signature", format!("sha256={signature}"))
            .body(body)
            .send()
            .await;
        let (status, accepted) = match sent {
            Ok(answer) => {
                let status = answer.status();
                let said: serde_json::Value = answer.json().await.unwrap_or_default();
                let success = said.get("success").and_then(serde_json::Value::as_bool);
                (Some(status.as_u16()), status.is_success() && success == Some(true))
            }
            Err(_) => (None, false),
        };
        locked(&self.state).calls.push(PushCall { id: movement.id, status, accepted });
        accepted
    }

    /// The push's body, fields in the order of SePay's page.
    fn body(&self, movement: &Movement) -> String {
        let (entry, account) = (&movement.entry, &movement.account);
        let bank = locked(&self.state).accounts.get(account).map(|account| account.bank.clone());
        let transfer_type = match entry.direction {
            Direction::Credit => "in",
            Direction::Debit => "out",
        };
        json!({
            "id": movement.id,
            "gateway": bank,
            "transactionDate": entry.at.in_vietnam().format("%Y-%m-%d %H:%M:%S").to_string(),
            "accountNumber": account,
            "subAccount": null,
            "code": payment_code(&entry.memo),
            "content": entry.memo,
            "transferType": transfer_type,
            "description": "",
            "transferAmount": entry.amount.get(),
            "accumulated": movement.balance.get(),
            "referenceCode": entry.bank_reference,
        })
        .to_string()
    }

    /// A push of money that never moved, by somebody without the secret.
    async fn forge(&self, transfer: Transfer) -> Result<(), ActError> {
        let movement = locked(&self.state).draft(transfer, self.stage.now())?;
        let webhook = self.webhook(&movement.account).ok_or(ActError::Unknown)?;
        let forged = Webhook { secret: format!("not {}", webhook.secret), ..webhook };
        self.push_once(&movement, &forged).await;
        Ok(())
    }

    /// The last push with this memo once more, signed with the present time as a replay is.
    async fn repeat(&self, transfer: &Transfer) -> Result<(), ActError> {
        let same = |found: &&Movement| {
            found.account == transfer.account && found.entry.memo == transfer.memo
        };
        let last = locked(&self.state).movements.iter().rev().find(same).cloned();
        let movement = last.ok_or(ActError::Unknown)?;
        let webhook = self.webhook(&movement.account).ok_or(ActError::Unknown)?;
        self.push_once(&movement, &webhook).await;
        Ok(())
    }
}

impl State {
    /// The movement that a transfer would be.
    fn draft(&self, transfer: Transfer, now: Timestamp) -> Result<Movement, ActError> {
        let account = self.accounts.get(&transfer.account).ok_or(ActError::Unknown)?;
        let count = u64::try_from(self.movements.len()).map_err(|_| ActError::Malformed)?;
        let at = transfer.at.unwrap_or(now);
        let bank_reference = transfer
            .bank_reference
            .unwrap_or_else(|| format!("FT{}{:06}", at.in_vietnam().format("%y%j"), count + 1));
        let entry = StatementEntry {
            at,
            direction: transfer.direction,
            amount: transfer.amount,
            memo: transfer.memo,
            counterparty: transfer.counterparty,
            bank_reference,
        };
        let own = self.movements.iter().filter(|found| found.account == account.number);
        let signed = own.map(|found| found.entry.signed()).chain([account.opening, entry.signed()]);
        Ok(Movement {
            id: FIRST_ID + count,
            account: account.number.clone(),
            balance: Dong::total(signed).ok_or(ActError::Malformed)?,
            entry,
        })
    }
}

/// The payment code that SePay's own search finds: the first `AP` with ten digits.
fn payment_code(memo: &str) -> Option<String> {
    memo.match_indices("AP").find_map(|(start, _)| {
        let code = memo.get(start..start + 12)?;
        let digits = code.bytes().skip(2).all(|byte| byte.is_ascii_digit());
        digits.then(|| code.to_owned())
    })
}
