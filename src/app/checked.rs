//! The check of a receipt that anybody may ask for: by its code, its signed text or its file.

use super::{App, Error};
use crate::{
    codec::{
        receipt_file::{self, FileError},
        receipt_text::{self, KeyRing, Unverified},
    },
    domain::receipt::{Facts, LookupCode},
    store::receipt::ReceiptRow,
};

/// What a check found.
#[derive(Clone, Debug)]
pub enum Checked {
    /// A receipt of ours.
    Ours {
        /// The receipt as it stands now.
        receipt: Box<ReceiptRow>,
        /// What it says.
        facts: Box<Facts>,
        /// Who issued it.
        agency: String,
        /// The key that signs for this installation.
        key_id: String,
    },
    /// It bears our name and was changed.
    Altered,
    /// Nothing of ours.
    NotOurs,
}

impl App {
    /// Checks a short code, or the whole text of a receipt's QR code.
    pub async fn check_receipt_text(&self, text: &str) -> Result<Checked, Error> {
        if let Ok(code) = LookupCode::from_typed(text) {
            return self.receipt_standing(code.as_str()).await;
        }
        match receipt_text::verify(text, &self.key_ring()) {
            Ok(signed) => self.receipt_standing(signed.claims.code.as_str()).await,
            Err(Unverified::Signature) => Ok(Checked::Altered),
            Err(_) => Ok(Checked::NotOurs),
        }
    }

    /// Checks a receipt's PDF: its bytes must be those that were signed.
    pub async fn check_receipt_file(&self, pdf: &[u8]) -> Result<Checked, Error> {
        match receipt_file::verify(pdf, &self.key_ring()) {
            Ok(signed) => self.receipt_standing(signed.claims.code.as_str()).await,
            Err(FileError::Altered(_) | FileError::Text(Unverified::Signature)) => {
                Ok(Checked::Altered)
            }
            Err(_) => Ok(Checked::NotOurs),
        }
    }

    fn key_ring(&self) -> KeyRing {
        KeyRing::new(vec![self.receipt_key.public()])
    }

    async fn receipt_standing(&self, code: &str) -> Result<Checked, Error> {
        let mut tx = self.store.read().await?;
        let Some(receipt) = tx.receipt_by_code(code).await? else { return Ok(Checked::NotOurs) };
        let agency = tx.agency(receipt.agency_id).await?.ok_or(Error::NotFound)?.name;
        let Some(facts) = Facts::from_record(&receipt.record) else {
            return Ok(Checked::Altered);
        };
        Ok(Checked::Ours {
            receipt: Box::new(receipt),
            facts: Box::new(facts),
            agency,
            key_id: self.receipt_key.public().id().to_string(),
        })
    }
}
