//! How a payer comes to a notice: by the secret of its link, by reference and second fact, or by a
//! token of ours that stands for either for a while.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;

use super::{App, Error, vault::Purpose};
use crate::{
    domain::{
        id::{NoticeId, Reference},
        staff::Scope,
        time::Timestamp,
    },
    store::{notice::NoticeRow, order::OrderRow},
};

/// A token of ours lives this long unless used.
const TOKEN_LIFE: TimeDelta = TimeDelta::minutes(30);

/// And never longer than this.
const TOKEN_LIFE_MAX: TimeDelta = TimeDelta::hours(12);

/// A return token is good for this long.
const RETURN_LIFE: TimeDelta = TimeDelta::hours(24);

/// What opened a notice to its payer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    /// The notice's own secret, in its link and QR code.
    Secret,
    /// Reference and second fact were right a while ago.
    Token,
    /// The address that a provider sends the browser back to; shows initials only.
    Return,
}

/// A notice opened to its payer.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The notice.
    pub notice: NoticeRow,
    /// What opened it.
    pub key: Key,
    /// What the pages' links carry on: the same secret, or a token renewed by use.
    pub lookup: String,
    /// The attempt of a return token.
    pub order: Option<OrderRow>,
}

impl App {
    /// Opens a notice by what stands in its address. Unknown, expired and malformed are the same.
    pub async fn open_notice(&self, lookup: &str) -> Result<Opened, Error> {
        let mut tx = self.store.read().await?;
        if let Some((id, made)) = self.token(lookup) {
            let notice = tx.notice(Scope::All, id).await?.ok_or(Error::NotFound)?;
            let lookup = self.new_token(id, made);
            return Ok(Opened { notice, key: Key::Token, lookup, order: None });
        }
        let index = self.lookup_index(lookup);
        if let Some(notice) = tx.notice_by_lookup(index).await? {
            if notice.issued_at.is_none() {
                return Err(Error::NotFound);
            }
            return Ok(Opened { notice, key: Key::Secret, lookup: lookup.to_owned(), order: None });
        }
        let order = tx.order_by_return(index).await?.ok_or(Error::NotFound)?;
        if self.now().since(order.created_at) > RETURN_LIFE {
            return Err(Error::NotFound);
        }
        let notice = tx.notice(Scope::All, order.notice_id).await?.ok_or(Error::NotFound)?;
        let lookup = lookup.to_owned();
        Ok(Opened { notice, key: Key::Return, lookup, order: Some(order) })
    }

    /// A token for the notice of a reference and its second fact. Which of the two is wrong is
    /// never told; ten wrong tries an hour close the code to this way.
    pub async fn find_notice(&self, reference: &Reference, fact: &str) -> Result<String, Error> {
        let now = self.now();
        if !self.tries.open(reference.as_str(), now) {
            return Err(Error::TooMany { retry_after: 3_600 });
        }
        let index = self.fact_index(reference, fact);
        let found = self.store.read().await?.notice_by_fact(reference, index).await?;
        let Some(notice) = found else {
            self.tries.wrong(reference.as_str(), now);
            return Err(Error::NotFound);
        };
        Ok(self.new_token(notice.id, now))
    }

    /// Seals which notice, since when, and until when.
    fn new_token(&self, notice: NoticeId, made: Timestamp) -> String {
        let until = self.now().plus(TOKEN_LIFE).min(made.plus(TOKEN_LIFE_MAX));
        let mut plain = notice.uuid().as_bytes().to_vec();
        plain.extend(made.unix().to_be_bytes());
        plain.extend(until.unix().to_be_bytes());
        URL_SAFE_NO_PAD.encode(self.vault.seal(Purpose::Lookup, &plain, &*self.random))
    }

    fn token(&self, lookup: &str) -> Option<(NoticeId, Timestamp)> {
        let sealed = URL_SAFE_NO_PAD.decode(lookup).ok()?;
        let plain = self.vault.open(Purpose::Lookup, &sealed).ok()?;
        let (id, times) = plain.split_at_checked(16)?;
        let (made, until) = times.split_at_checked(8)?;
        let moment =
            |bytes: &[u8]| Timestamp::from_unix(i64::from_be_bytes(bytes.try_into().ok()?));
        let id = NoticeId::new(uuid::Uuid::from_slice(id).ok()?);
        (self.now() < moment(until)?).then_some((id, moment(made)?))
    }

    /// A one-time id for a public form that does `action`: sealed, so that only we make one.
    pub fn form_token(&self, action: &str) -> String {
        let mut plain = self.now().unix().to_be_bytes().to_vec();
        plain.extend(action.as_bytes());
        URL_SAFE_NO_PAD.encode(self.vault.seal(Purpose::Form, &plain, &*self.random))
    }

    /// When the id of a form for `action` was made, if it is ours.
    pub fn form_made(&self, action: &str, id: &str) -> Option<Timestamp> {
        let sealed = URL_SAFE_NO_PAD.decode(id).ok()?;
        let plain = self.vault.open(Purpose::Form, &sealed).ok()?;
        let (made, sealed_action) = plain.split_at_checked(8)?;
        let made = Timestamp::from_unix(i64::from_be_bytes(made.try_into().ok()?))?;
        (sealed_action == action.as_bytes()).then_some(made)
    }
}
