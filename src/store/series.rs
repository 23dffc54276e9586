//! Receipt series and the audit heads that they carry.

use super::{StoreError, Tx, columns::Hash, execute, fetch_optional, statements};
use crate::domain::{
    id::{AgencyId, SeriesId},
    time::Timestamp,
};

statements! {
    SYMBOL = "select receipt_symbol from agency where id = $1";
    RELEASE = "update receipt_series set state = 'closed', carries_head = $2
        where agency_id = $1 and office_id is null and counter is null and form_code = $3
        and year < $4";
    DROP_HEAD = "update receipt_series set carries_head = $2 where agency_id = $1";
    INSERT = "insert into receipt_series (id, agency_id, form_code, year, symbol, state,
        last_number, last_issued_at, carries_head, audit_seq, audit_hash)
        values ($1, $2, $3, $4, $5, 'open', $6, $7, $8, $9, $10)";
}

/// A series about to be opened.
#[derive(Clone, Debug)]
pub struct NewSeries {
    /// Its id.
    pub id: SeriesId,
    /// Whose.
    pub agency: AgencyId,
    /// The form of its receipts.
    pub form_code: String,
    /// Its year.
    pub year: i64,
    /// Its symbol.
    pub symbol: String,
    /// The last number given before (0 for none).
    pub last_number: i64,
    /// When that number was given.
    pub last_issued_at: Option<Timestamp>,
    /// Number and hash of the agency's audit head, which moves here.
    pub head: (i64, Hash),
}

impl Tx {
    /// The agency's own part of a series symbol.
    pub async fn receipt_symbol(&mut self, agency: AgencyId) -> Result<Option<String>, StoreError> {
        let row: Option<(Option<String>,)> = fetch_optional!(self, SYMBOL, agency);
        Ok(row.and_then(|(symbol,)| symbol))
    }

    /// Opens a series; older years' series of the same kind close and the audit head moves.
    pub async fn open_series(&mut self, series: &NewSeries) -> Result<(), StoreError> {
        execute!(self, DROP_HEAD, series.agency, false);
        execute!(self, RELEASE, series.agency, false, &series.form_code, series.year);
        execute!(
            self,
            INSERT,
            series.id,
            series.agency,
            &series.form_code,
            series.year,
            &series.symbol,
            series.last_number,
            series.last_issued_at,
            true,
            series.head.0,
            series.head.1
        );
        Ok(())
    }
}
