//! Notices: drafted for another system, and read with everything that a court's register records.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Listed, Moment, cases::AgencyJson, created, listed, receipts::ReceiptJson, with_one_more,
};
use crate::{
    app::{
        App,
        drafts::{AfterDraft, DraftRequest},
        idempotency::Answer,
        money::{ListedNotice, NoticeDetail, NoticeFilter, NoticeRow},
        notices::DraftOptions,
        papers::number_of,
    },
    domain::{
        case::{DocumentKind, GroupKind},
        id::{CaseId, PartyId, Reference},
        money::Dong,
        notice::NoticeState,
        order::{OrderKind, PublicOrderState},
        payment::PaidBasis,
        time::Day,
    },
    web::{
        auth::{ApiCaller, ApiWriter},
        extract::{Json, PathId, Query, once, page},
        problem::Problem,
        strict::{digits, sought},
    },
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftBody {
    case: CaseId,
    group: Option<Uuid>,
    #[serde(default)]
    apart: bool,
    #[serde(default)]
    send_to_sign: bool,
}

#[derive(Serialize)]
struct Drafted {
    items: Vec<DraftJson>,
}

#[derive(Serialize)]
struct DraftJson {
    reference: String,
    state: NoticeState,
    amount: Dong,
    case: CaseId,
    group: Uuid,
}

/// `POST /notices`.
pub(super) async fn draft(
    ApiWriter(by): ApiWriter,
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    json: Json<DraftBody>,
) -> Result<Answer, Problem> {
    let once = once(&headers, by.idempotency_scope(), ["POST /notices", &json.canonical])?;
    let body = json.body;
    let asked = DraftRequest {
        case: body.case,
        group: body.group,
        options: DraftOptions { apart: body.apart },
        then: if body.send_to_sign { AfterDraft::SendToSign } else { AfterDraft::Keep },
    };
    let render = |notices: &[NoticeRow]| {
        let items = notices.iter().map(|notice| DraftJson {
            reference: notice.reference.to_string(),
            state: notice.state,
            amount: notice.amount,
            case: notice.case_id,
            group: notice.group_id,
        });
        created(&Drafted { items: items.collect() }, None)
    };
    Ok(app.draft_notices_once(by.caller(), asked, once.as_ref(), render).await?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NoticeQuery {
    state: Option<NoticeState>,
    #[serde(default, deserialize_with = "sought")]
    reference: Option<String>,
    case_external_id: Option<String>,
    #[serde(default, deserialize_with = "digits")]
    limit: Option<i64>,
    #[serde(default, deserialize_with = "digits")]
    offset: Option<i64>,
}

#[derive(Serialize)]
pub(super) struct NoticeSummary {
    reference: String,
    state: NoticeState,
    number: Option<String>,
    amount: Dong,
    case: CaseId,
    drafted_at: Moment,
    issued_at: Option<Moment>,
    pay_by: Option<Day>,
    lapse_after: Option<Day>,
    paid_on: Option<Day>,
    timeliness: Option<String>,
    payers: Option<String>,
}

impl NoticeSummary {
    fn of(row: ListedNotice) -> Self {
        let notice = row.notice;
        Self {
            number: notice.number.map(|_| number_of(&notice)),
            reference: notice.reference.to_string(),
            state: notice.state,
            amount: notice.amount,
            case: notice.case_id,
            drafted_at: Moment(notice.drafted_at),
            issued_at: notice.issued_at.map(Moment),
            pay_by: notice.pay_by,
            lapse_after: notice.lapse_after,
            paid_on: notice.paid_on,
            timeliness: notice.timeliness,
            payers: row.payers,
        }
    }
}

/// `GET /notices`.
pub(super) async fn list(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    Query(query): Query<NoticeQuery>,
) -> Result<axum::Json<Listed<NoticeSummary>>, Problem> {
    let page = page(query.limit, query.offset)?;
    let more = with_one_more(page);
    let filter = NoticeFilter {
        state: query.state,
        not_state: None,
        reference: query.reference.as_deref(),
        case_external_id: query.case_external_id.as_deref(),
        limit: more.limit,
        offset: more.offset,
    };
    let rows = app.notices(by.caller(), &filter).await?;
    Ok(listed(rows, page, NoticeSummary::of))
}

#[derive(Serialize)]
pub(super) struct NoticeJson {
    reference: String,
    state: NoticeState,
    number: Option<String>,
    form: String,
    amount: Dong,
    received: Dong,
    court: String,
    collector: AgencyJson,
    case: NoticeCase,
    payers: Vec<PayerJson>,
    lookup_url: Option<String>,
    drafted_at: Moment,
    issued_at: Option<Moment>,
    served_on: Option<Day>,
    pay_by: Option<Day>,
    lapse_after: Option<Day>,
    days_tentative: bool,
    paid_at: Option<Moment>,
    paid_on: Option<Day>,
    paid_basis: Option<PaidBasis>,
    timeliness: Option<String>,
    receipt_at_court: Option<Moment>,
    receipt: Option<ReceiptJson>,
    orders: Vec<OrderJson>,
}

#[derive(Serialize)]
struct NoticeCase {
    id: CaseId,
    number: String,
    external_id: Option<String>,
    group: Uuid,
    group_kind: GroupKind,
    register_number: Option<i64>,
    register_year: Option<i64>,
    accepted_on: Option<Day>,
}

#[derive(Serialize)]
struct PayerJson {
    party: PartyId,
    name: String,
    document_kind: DocumentKind,
    document: Option<String>,
    part: Dong,
    relief: Option<String>,
}

#[derive(Serialize)]
struct OrderJson {
    reference: String,
    kind: OrderKind,
    provider: String,
    amount: Dong,
    state: PublicOrderState,
    created_at: Moment,
    expires_at: Option<Moment>,
}

impl NoticeJson {
    fn of(detail: NoticeDetail) -> Result<Self, Problem> {
        let notice = detail.notice;
        let group = detail.case.groups.iter().find(|group| group.id == notice.group_id);
        let group = group.ok_or_else(|| crate::app::Error::internal("a notice without a group"))?;
        let case = NoticeCase {
            id: notice.case_id,
            number: detail.case.case.number.clone(),
            external_id: detail.case.case.external_id.clone(),
            group: group.id,
            group_kind: group.kind,
            register_number: group.register_number,
            register_year: group.register_year,
            accepted_on: group.accepted_on,
        };
        let payers = detail.payers.into_iter().map(|(payer, document)| PayerJson {
            party: payer.party_id,
            name: payer.name,
            document_kind: payer.document_kind,
            document,
            part: payer.part,
            relief: payer.relief,
        });
        let orders = detail.orders.into_iter().map(|order| OrderJson {
            reference: order.provider_ref,
            kind: order.kind,
            provider: order.provider,
            amount: order.amount,
            state: order.state.public(),
            created_at: Moment(order.created_at),
            expires_at: order.expires_at.map(Moment),
        });
        Ok(Self {
            number: notice.number.map(|_| number_of(&notice)),
            reference: notice.reference.to_string(),
            state: notice.state,
            form: notice.form_code,
            amount: notice.amount,
            received: notice.allocated,
            court: detail.court.code,
            collector: AgencyJson { code: detail.collector.code, name: detail.collector.name },
            case,
            payers: payers.collect(),
            lookup_url: detail.lookup_url,
            drafted_at: Moment(notice.drafted_at),
            issued_at: notice.issued_at.map(Moment),
            served_on: notice.served_on,
            pay_by: notice.pay_by,
            lapse_after: notice.lapse_after,
            days_tentative: notice.tentative,
            paid_at: notice.paid_at.map(Moment),
            paid_on: notice.paid_on,
            paid_basis: notice.paid_basis,
            timeliness: notice.timeliness,
            receipt_at_court: notice.receipt_at_court.map(Moment),
            receipt: detail.receipt.map(ReceiptJson::of),
            orders: orders.collect(),
        })
    }
}

/// `GET /notices/{reference}`.
pub(super) async fn read(
    by: ApiCaller,
    State(app): State<Arc<App>>,
    PathId(reference): PathId<Reference>,
) -> Result<axum::Json<NoticeJson>, Problem> {
    let detail = app.notice_detail(by.caller(), reference.as_str()).await?;
    NoticeJson::of(detail).map(axum::Json)
}
