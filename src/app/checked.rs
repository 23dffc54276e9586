//! The check of a receipt that anybody may ask for: by its code, its signed text or its file.

use super::{App, Error};
use crate::{
    codec::{
        receipt_file::{self, FileError},
        receipt_text::{self, KeyRing, Unverified},
    },
    domain::{
        receipt::{ContentHash, Facts, LookupCode},
        receipt_text::SignedText,
    },
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
        if let Some(code) = typed_code(text) {
            return self.receipt_standing(&code, None).await;
        }
        match receipt_text::verify(text, &self.key_ring()) {
            Ok(signed) => self.standing_of_text(&signed).await,
            Err(Unverified::Signature) => Ok(Checked::Altered),
            Err(_) => Ok(Checked::NotOurs),
        }
    }

    /// Checks a receipt's PDF: its bytes must be those that were signed.
    pub async fn check_receipt_file(&self, pdf: &[u8]) -> Result<Checked, Error> {
        match receipt_file::verify(pdf, &self.key_ring()) {
            Ok(signed) => self.standing_of_text(&signed).await,
            Err(FileError::Altered(_) | FileError::Text(Unverified::Signature)) => {
                Ok(Checked::Altered)
            }
            Err(_) => Ok(Checked::NotOurs),
        }
    }

    fn key_ring(&self) -> KeyRing {
        KeyRing::new(vec![self.receipt_key.public()])
    }

    async fn standing_of_text(&self, text: &SignedText) -> Result<Checked, Error> {
        self.receipt_standing(&text.claims.code, Some(&text.claims.hash)).await
    }

    /// The receipt of a code; what was signed must be what is kept.
    async fn receipt_standing(
        &self,
        code: &LookupCode,
        signed: Option<&ContentHash>,
    ) -> Result<Checked, Error> {
        let mut tx = self.store.read().await?;
        let Some(receipt) = tx.receipt_by_code(code.as_str()).await? else {
            return Ok(Checked::NotOurs);
        };
        if signed.is_some_and(|hash| *hash.bytes() != receipt.content_hash.0) {
            return Ok(Checked::Altered);
        }
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

/// A code as typed, or the one in a check address without its signed part.
fn typed_code(text: &str) -> Option<LookupCode> {
    if text.contains('#') {
        return None;
    }
    LookupCode::from_typed(text.rsplit('/').next().unwrap_or(text)).ok()
}
