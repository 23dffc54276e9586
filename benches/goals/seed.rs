//! Rows of an installation before the measurement: bodies and one notice by the program's own use
//! cases, and as many notices like it as asked for, in statements of many rows.

use std::{path::Path, sync::Arc};

use anphi::{
    app::{
        App, Caller,
        cases::{NewCase, NewClaim, NewParty},
        clock::SystemClock,
        notices::{DraftOptions, NewService},
        random::{SystemRandom, new_id},
        start::{Parts, start},
        vault::Vault,
    },
    domain::{
        audit::{Actor, ActorKind},
        case::{
            CaseKind, DocumentKind, GroupKind, Instance, PartyKind, PartyRole, Procedure,
            ServiceMethod,
        },
        id::{AgencyId, CourtId, NoticeId, StaffId},
        money::Dong,
        settle::{IssueMode, PartsMode},
        staff::Scope,
        time::Clock,
    },
    store::{
        Store,
        court::{AgencySettings, PutAgency, PutCourt},
    },
};
use serde_json::json;
use sqlx::types::Json;
use uuid::Uuid;

use crate::installation::{Installation, account, agency, reference, settings};

/// Notices that one statement makes.
const AT_ONCE: usize = 10_000;

/// An `App` on an opened database, with the keys and accounts of the settings in `file`.
pub(crate) async fn app(file: &Path, store: &Store) -> Arc<App> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = settings(file);
    let key = file.with_file_name("keys").join("master");
    let parts = Parts {
        store: store.clone(),
        clock: Arc::new(SystemClock),
        random: Arc::new(SystemRandom),
        vault: Arc::new(Vault::open_or_make(&key, &SystemRandom).unwrap()),
        law: settings.law,
        site: "http://127.0.0.1".to_owned(),
        test_data: true,
    };
    start(parts, &settings.accounts).await.unwrap().0
}

/// A court, the agencies with their books and series, and the notice that all others are like.
pub(crate) async fn installation(new: &Installation, store: &Store) {
    let (court, agencies) = bodies(new, store).await;
    let app = app(&new.settings_file(), store).await;
    for (at, agency) in agencies.iter().enumerate() {
        let account = app.channels.account(&account(at)).unwrap();
        app.lane.settler().open_books(account, *agency).await.unwrap();
        app.lane.settler().ensure_series(*agency).await.unwrap();
    }
    served(&app, court).await;
}

async fn bodies(new: &Installation, store: &Store) -> (CourtId, Vec<AgencyId>) {
    let now = SystemClock.now();
    let mut tx = store.begin().await.unwrap();
    let court: CourtId = new_id(now, &SystemRandom);
    tx.put_court(
        &PutCourt {
            id: court,
            code: "DEMO-TAND-00-KV01",
            name: "Tòa án nhân dân khu vực 1 - Sông Mơ",
            short_name: "TAND khu vực 1 - Sông Mơ",
            level: "regional",
            parent_id: None,
            province_code: Some("00"),
            address: Some("số 1 đường Tòa Án, xã Bến Mơ"),
            active: true,
        },
        now,
    )
    .await
    .unwrap();
    let mut agencies = Vec::new();
    for at in 0..new.agencies {
        let (id, code) = (new_id(now, &SystemRandom), agency(at));
        let put = PutAgency {
            id,
            code: &code,
            name: "Thi hành án dân sự tỉnh Sông Mơ",
            kind: "enforcement",
            parent_id: None,
            court_id: None,
            active: true,
        };
        tx.put_agency(&put, now).await.unwrap();
        tx.set_agency(&AgencySettings {
            code: &code,
            superior_name: Some("Cục Quản lý Thi hành án dân sự"),
            address: Some("số 2 đường Tòa Án, xã Bến Mơ"),
            phone: Some("0000 000 000"),
            hours: Some("7:30-16:30 ngày làm việc"),
            tax_code: Some("0000000099"),
            place: Some("Sông Mơ"),
            parts: PartsMode::Join,
            issue: IssueMode::AtSettlement,
            receipt_symbol: Some("SM"),
            officer: Some("Kế toán Mẫu"),
        })
        .await
        .unwrap();
        agencies.push(id);
    }
    tx.set_collector(court, agencies[0], None).await.unwrap();
    tx.commit().await.unwrap();
    (court, agencies)
}

/// One civil notice of the first agency, drafted, signed, issued and served.
async fn served(app: &App, court: CourtId) -> NoticeId {
    let staff = StaffId::new(Uuid::from_u128(1));
    let caller = Caller {
        actor: Actor {
            kind: ActorKind::Staff,
            id: staff.to_string(),
            address: None,
            request_id: None,
        },
        scope: Scope::Court { id: court, children: false },
        staff: Some(staff),
        name: "Thẩm phán Mẫu".to_owned(),
    };
    let case = app.create_case(&caller, claim(app, court)).await.unwrap();
    let group = app.case(&caller, case).await.unwrap().groups[0].id;
    let options = DraftOptions::default();
    let notice = app.draft_notices(&caller, case, group, options).await.unwrap()[0];
    app.send_to_sign(&caller, notice).await.unwrap();
    app.issue_notice(&caller, notice).await.unwrap();
    let mut tx = app.store.read().await.unwrap();
    let payer = tx.addressees(notice).await.unwrap()[0].party_id;
    tx.rollback().await.unwrap();
    let service = NewService {
        party: payer,
        method: ServiceMethod::ByHand,
        on: app.now().day(),
        by: "Tống đạt viên Mẫu".to_owned(),
    };
    app.record_service(&caller, notice, service).await.unwrap();
    notice
}

fn claim(app: &App, court: CourtId) -> NewCase {
    let person = |role, name: &str, document: &str| NewParty {
        role,
        kind: PartyKind::Person,
        name: name.to_owned(),
        document_kind: DocumentKind::CitizenId,
        document: Some(document.to_owned()),
        birth_year: None,
        address: "số 1 đường Ví Dụ, xã Hồ Sao, tỉnh Sông Mơ".to_owned(),
        phone: None,
        email: None,
        eservice_on: None,
    };
    NewCase {
        court,
        number: None,
        kind: CaseKind::Civil,
        instance: Instance::First,
        procedure: Procedure::Ordinary,
        subject: "Tranh chấp hợp đồng vay tài sản".to_owned(),
        charge_code: None,
        filed_on: app.now().day(),
        judge: None,
        external_id: None,
        parties: vec![
            person(PartyRole::Plaintiff, "Nguyễn Văn Ví Dụ", "000000000001"),
            person(PartyRole::Defendant, "Trần Thị Thí Dụ", "000000000002"),
        ],
        claims: vec![NewClaim {
            text: "Đòi nợ vay".to_owned(),
            group: GroupKind::Main,
            amount: Dong::new(5_000_000),
            by: vec![(0, None)],
            share: None,
            part: None,
            relief: None,
            separate: false,
            ancillary: false,
        }],
        reliefs: Vec::new(),
    }
}

/// Notices like the served one, in turns for each agency; each with its reference, order and life.
pub(crate) async fn notices(new: &Installation, store: &Store, count: usize) {
    let collectors = collectors(new, store).await;
    for first in (0..count).step_by(AT_ONCE) {
        let places = first..(first + AT_ONCE).min(count);
        let rows: Vec<_> = places.map(|place| row(&collectors, place)).collect();
        match store {
            Store::Sqlite { write, .. } => {
                let mut tx = write.begin().await.unwrap();
                sqlx::query(SQLITE_ROWS).bind(Json(&rows)).execute(&mut *tx).await.unwrap();
                for text in LIKE_THE_FIRST.into_iter().chain([SQLITE_LIVES, DONE]) {
                    sqlx::query(text).execute(&mut *tx).await.unwrap();
                }
                tx.commit().await.unwrap();
            }
            Store::Postgres(pool) => {
                let mut tx = pool.begin().await.unwrap();
                sqlx::query(POSTGRES_ROWS).bind(Json(&rows)).execute(&mut *tx).await.unwrap();
                for text in LIKE_THE_FIRST.into_iter().chain([POSTGRES_LIVES, DONE]) {
                    sqlx::query(text).execute(&mut *tx).await.unwrap();
                }
                tx.commit().await.unwrap();
            }
        }
    }
    match store {
        Store::Sqlite { write, .. } => {
            sqlx::query("analyze").execute(write).await.unwrap();
        }
        Store::Postgres(pool) => {
            sqlx::query("vacuum analyze").execute(pool).await.unwrap();
        }
    }
}

/// Agency, account and its version, as 32 digits each.
type Collector = [String; 3];

async fn collectors(new: &Installation, store: &Store) -> Vec<Collector> {
    let mut tx = store.read().await.unwrap();
    let rows = tx.accounts().await.unwrap();
    tx.rollback().await.unwrap();
    let of = |at: usize| {
        let row = rows.iter().find(|row| row.name == account(at)).unwrap();
        [row.agency_id.uuid(), row.id.uuid(), row.current_version_id.unwrap().uuid()]
            .map(|id| id.as_simple().to_string())
    };
    (0..new.agencies).map(of).collect()
}

fn row(collectors: &[Collector], place: usize) -> serde_json::Value {
    let id = || new_id::<Uuid>(SystemClock.now(), &SystemRandom).as_simple().to_string();
    let [agency, account, version] = &collectors[place % collectors.len()];
    json!({
        "id": id(),
        "order_id": id(),
        "reference": reference(place).as_str(),
        "agency_id": agency,
        "account_id": account,
        "version_id": version,
        // The first notice has number 1.
        "number": place + 2,
    })
}

const POSTGRES_ROWS: &str = "create temp table new_notice as
  select x.*, decode(replace(cast(x.id as text) || cast(x.id as text), '-', ''), 'hex') as secret
  from jsonb_to_recordset($1) as x (
    id uuid, order_id uuid, reference text, agency_id uuid, account_id uuid, version_id uuid,
    number bigint
  )";
const SQLITE_ROWS: &str = "create temp table new_notice as
  select unhex(value ->> 'id') as id, unhex(value ->> 'order_id') as order_id,
    value ->> 'reference' as reference, unhex(value ->> 'agency_id') as agency_id,
    unhex(value ->> 'account_id') as account_id, unhex(value ->> 'version_id') as version_id,
    value ->> 'number' as number, unhex((value ->> 'id') || (value ->> 'id')) as secret
  from json_each($1)";
const LIKE_THE_FIRST: [&str; 3] = [
    "insert into payment_reference (reference, kind, created_at)
select x.reference, 'notice', n.drafted_at from new_notice x join notice n on n.number = 1",
    "insert into notice (
  id, reference, agency_id, number, account_version_id, lookup_index, amount, court_id, case_id,
  group_id, assessment_id, limit_kind, form_code, number_year, state, fact_kind, fact, fact_index,
  lookup, judge_id, drafted_by, drafted_at, issued_by, issued_at, served_on, pay_by, pay_before,
  lapse_after, lapses_at, tentative, paper_hash, receipt_facts
) select
  x.id, x.reference, x.agency_id, x.number, x.version_id, x.secret, n.amount, n.court_id, n.case_id,
  n.group_id, n.assessment_id, n.limit_kind, n.form_code, n.number_year, n.state, n.fact_kind, n.fact,
  n.fact_index, n.lookup, n.judge_id, n.drafted_by, n.drafted_at, n.issued_by, n.issued_at,
  n.served_on, n.pay_by, n.pay_before, n.lapse_after, n.lapses_at, n.tentative, n.paper_hash,
  n.receipt_facts
from new_notice x join notice n on n.number = 1",
    "insert into payment_order (
  id, notice_id, court_id, agency_id, kind, account_id, account_version_id, attempt, provider_ref,
  amount, state, created_at
) select
  x.order_id, x.id, o.court_id, x.agency_id, o.kind, x.account_id, x.version_id, o.attempt,
  x.reference, o.amount, o.state, o.created_at
from new_notice x join notice n on n.number = 1 join payment_order o on o.notice_id = n.id",
];
/// Every step of the first notice and its order is one of the others' too, by the same act.
macro_rules! lives {
    ($id:literal) => {
        concat!(
            "insert into state_change (id, machine, entity_id, from_state, to_state, at, audit_id)
            select ",
            $id,
            ", c.machine, case c.machine when 'notice' then x.id else x.order_id end,
              c.from_state, c.to_state, c.at, c.audit_id
            from new_notice x join notice n on n.number = 1
            join payment_order o on o.notice_id = n.id
            join state_change c on c.entity_id in (n.id, o.id)"
        )
    };
}
const POSTGRES_LIVES: &str = lives!("gen_random_uuid()");
const SQLITE_LIVES: &str = lives!("randomblob(16)");
const DONE: &str = "drop table new_notice";
