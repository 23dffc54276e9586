//! The receipts of an agency, as its accountant lists them.

use askama::Template;

use super::{
    badge::Badge,
    clerk::Paging,
    frame::{DeskFrame, Frame},
};
use crate::domain::{id::Reference, money::Dong, time::Timestamp};

/// A receipt in the list.
#[derive(Clone, Debug)]
pub struct ReceiptRow {
    /// Its id.
    pub id: String,
    /// `SM/26E số 4`.
    pub name: String,
    /// When it was issued.
    pub at: Timestamp,
    /// Who paid, as the bank names them.
    pub payer: String,
    /// The persons paid for.
    pub paid_for: String,
    /// The notice's reference.
    pub reference: Reference,
    /// The sum.
    pub amount: Dong,
    /// Its state word.
    pub badge: Badge,
    /// The case that it is used for.
    pub used_for: Option<String>,
}

impl ReceiptRow {
    fn paper(&self) -> String {
        format!("/desk/receipts/{}/bien-lai.pdf", self.id)
    }
}

/// `/desk/receipts`.
#[derive(Clone, Debug, Template)]
#[template(path = "accountant/receipts.html")]
pub struct ReceiptsPage {
    /// Frame.
    pub frame: DeskFrame,
    /// The receipts, newest first.
    pub rows: Vec<ReceiptRow>,
    /// Where the rows stand.
    pub paging: Paging,
}
