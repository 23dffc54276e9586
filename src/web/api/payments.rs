//! Payments as other systems read them.

use std::sync::Arc;

use axum::extract::State;
use serde::{Deserialize, Serialize};

use super::{Listed, Moment, cases::PageQuery, listed, with_one_more};
use crate::{
    app::{App, money::PaymentRow},
    domain::{
        id::{PaymentId, Reference},
        money::Dong,
        payment::{PaidBasis, Source},
        time::Day,
    },
    web::{
        auth::ApiCaller,
        extract::{PathId, Query, page},
        problem::Problem,
        strict::{digits, sought},
    },
};

#[derive(Serialize)]
pub(super) struct PaymentJson {
    id: PaymentId,
    source: Source,
    account: String,
    amount: Dong,
    notice: Option<String>,
    allocated: Option<Dong>,
    paid_at: Option<Moment>,
    paid_on: Day,
    paid_basis: PaidBasis,
    received_at: Moment,
    recorded_at: Moment,
    payer: Option<String>,
    bank_reference: Option<String>,
}

impl PaymentJson {
    fn of(row: PaymentRow) -> Self {
        Self {
            id: row.id,
            source: row.source,
            account: row.account_name,
            amount: row.amount,
            notice: row.reference,
            allocated: row.allocated,
            paid_at: row.paid_at.map(Moment),
            paid_on: row.paid_on,
            paid_basis: row.paid_basis,
            received_at: Moment(row.received_at),
            recorded_at: Moment(row.recorded_at),
            payer: row.payer_name,
            bank_reference: row.bank_reference,
        }
    }
}

/// What lists of money are searched by.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyQuery {
    #[serde(default, deserialize_with = "sought")]
    pub(super) reference: Option<String>,
    #[serde(default, deserialize_with = "digits")]
    pub(super) limit: Option<i64>,
    #[serde(default, deserialize_with = "digits")]
    pub(super) offset: Option<i64>,
}

/// `GET /payments`.
pub(super) async fn list(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    Query(query): Query<MoneyQuery>,
) -> Result<axum::Json<Listed<PaymentJson>>, Problem> {
    let page = page(query.limit, query.offset)?;
    let of = query.reference.as_deref();
    let rows = app.payments(by.caller(), of, with_one_more(page)).await?;
    Ok(listed(rows, page, PaymentJson::of))
}

/// `GET /notices/{reference}/payments`.
pub(super) async fn of_notice(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    PathId(reference): PathId<Reference>,
    Query(query): Query<PageQuery>,
) -> Result<axum::Json<Listed<PaymentJson>>, Problem> {
    let page = page(query.limit, query.offset)?;
    let rows = app.payments_of(by.caller(), reference.as_str(), with_one_more(page)).await?;
    Ok(listed(rows, page, PaymentJson::of))
}
