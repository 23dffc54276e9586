//! The search over everything that a member of staff may see: one text, read in each form that it
//! may have.

use super::{App, Caller, Error, vault::Purpose};
use crate::{
    domain::{fold::folded, id::Reference, receipt::LookupCode},
    store::find::Sought,
};

pub use crate::store::find::{FoundCase, FoundMoney, FoundNotice, FoundReceipt};

/// Rows of a kind that a search shows.
const ROWS: i64 = 50;

/// Letters of a name below which everybody would be found.
const SHORTEST_NAME: usize = 2;

/// Digits of the shortest and longest identity and tax numbers.
const DOCUMENT: std::ops::RangeInclusive<usize> = 6..=14;

/// What a text was found to be, each kind in an order of its own.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Cases, newest first.
    pub cases: Vec<FoundCase>,
    /// Notices, newest first.
    pub notices: Vec<FoundNotice>,
    /// Receipts, newest first.
    pub receipts: Vec<FoundReceipt>,
    /// Money that waits, oldest bank day first.
    pub money: Vec<FoundMoney>,
}

impl App {
    /// Everything within the caller's scope that `text` names: a reference, a file number, a
    /// receipt, a transfer, a person by name or by number.
    pub async fn find(&self, caller: &Caller, text: &str) -> Result<Found, Error> {
        let Some(sought) = self.sought(text) else { return Ok(Found::default()) };
        let mut tx = self.store.read().await?;
        Ok(Found {
            cases: tx.find_cases(caller.scope, &sought).await?,
            notices: tx.find_notices(caller.scope, &sought).await?,
            receipts: tx.find_receipts(caller.scope, &sought).await?,
            money: tx.find_money(caller.scope, &sought).await?,
        })
    }

    fn sought(&self, text: &str) -> Option<Sought> {
        let text = text.trim();
        let exact = Sought {
            case_number: text.to_owned(),
            receipt_code: LookupCode::from_typed(text)
                .map_or_else(|_| text.to_owned(), |code| code.to_string()),
            transfer: text.to_owned(),
            limit: ROWS,
            ..Sought::default()
        };
        if text.is_empty() {
            return None;
        }
        if let Ok(reference) = Reference::from_typed(text) {
            return Some(Sought { reference: Some(reference.to_string()), ..exact });
        }
        let (symbol, number) = receipt_number(text);
        let bare: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        let is_number = bare.bytes().all(|byte| byte.is_ascii_alphanumeric())
            && bare.bytes().any(|byte| byte.is_ascii_digit())
            && DOCUMENT.contains(&bare.len());
        // A tax code's branch is kept with its dash.
        let number_of_person = if text.contains('-') { text.to_owned() } else { bare };
        let document =
            is_number.then(|| self.vault.index(Purpose::Document, "", &number_of_person).to_vec());
        let name = folded(text);
        let has_digit = name.bytes().any(|byte| byte.is_ascii_digit());
        let is_name = name.len() >= SHORTEST_NAME && !(has_digit && is_number);
        Some(Sought {
            name: is_name.then(|| format!("%{name}%")),
            document,
            receipt_number: number,
            symbol,
            ..exact
        })
    }
}

/// `SM/26E số 4`, `SM/26E 4`, `số 4`, `4`: the symbol, where there is one, and the number.
fn receipt_number(text: &str) -> (Option<String>, Option<i64>) {
    let mut words = text.split_whitespace().rev();
    let Some(number) = words.next().and_then(|word| word.parse::<i64>().ok()) else {
        return (None, None);
    };
    let symbol = words.map(str::to_uppercase).find(|word| !matches!(word.as_str(), "SỐ" | "SO"));
    match symbol {
        Some(symbol) if symbol.contains('/') => (Some(symbol), Some(number)),
        // Words before a number that are no symbol: a name with a number in it, not a receipt.
        Some(_) => (None, None),
        None => (None, Some(number)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_typed_in_many_ways() {
        for (text, symbol, number) in [
            ("SM/26E số 4", Some("SM/26E"), Some(4)),
            ("sm/26e 0004", Some("SM/26E"), Some(4)),
            ("số 12", None, Some(12)),
            ("12", None, Some(12)),
            ("12/2026", None, None),
            ("Công ty số 9 Ví Dụ", None, None),
            ("Công ty 9", None, None),
            ("", None, None),
        ] {
            assert_eq!(receipt_number(text), (symbol.map(str::to_owned), number), "{text}");
        }
    }
}
