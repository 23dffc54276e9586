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

/// The agencies, each with a court, books and a series, and the notice that all others are like.
pub(crate) async fn installation(new: &Installation, store: &Store) {
    let (courts, agencies) = bodies(new, store).await;
    let app = app(&new.settings_file(), store).await;
    for (at, agency) in agencies.iter().enumerate() {
        let account = app.channels.account(&account(at)).unwrap();
        app.lane.settler().open_books(account, *agency).await.unwrap();
        app.lane.settler().ensure_series(*agency).await.unwrap();
    }
    served(&app, courts[0]).await;
}

async fn bodies(new: &Installation, store: &Store) -> (Vec<CourtId>, Vec<AgencyId>) {
    let now = SystemClock.now();
    let mut tx = store.begin().await.unwrap();
    let (mut courts, mut agencies) = (Vec::new(), Vec::new());
    for at in 0..new.agencies {
        let court: CourtId = new_id(now, &SystemRandom);
        let put = PutCourt {
            id: court,
            code: &court_code(at),
            name: "Tòa án nhân dân khu vực 1 - Sông Mơ",
            short_name: "TAND khu vực 1 - Sông Mơ",
            level: "regional",
            parent_id: None,
            province_code: Some("00"),
            address: Some("số 1 đường Tòa Án, xã Bến Mơ"),
            active: true,
        };
        tx.put_court(&put, now).await.unwrap();
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
        tx.set_agency(&settings_of(&code)).await.unwrap();
        tx.set_collector(court, id, None).await.unwrap();
        courts.push(court);
        agencies.push(id);
    }
    tx.commit().await.unwrap();
    (courts, agencies)
}

fn court_code(at: usize) -> String {
    format!("DEMO-TAND-00-KV{at:03}")
}

fn settings_of(code: &str) -> AgencySettings<'_> {
    AgencySettings {
        code,
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
    }
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
        clerk: None,
        external_id: None,
        parties: vec![
            person(PartyRole::Plaintiff, "Nguyễn Văn Ví Dụ", "000000000001"),
            person(PartyRole::Defendant, "Trần Thị Thí Dụ", "000000000002"),
        ],
        claims: vec![NewClaim {
            text: "Đòi nợ vay".to_owned(),
            group: GroupKind::Main,
            amount: Dong::new(5_000_000),
            foreign: None,
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
    let (collectors, like) = (collectors(new, store).await, first_notice(store).await);
    for first in (0..count).step_by(AT_ONCE) {
        let places = first..(first + AT_ONCE).min(count);
        let rows: Vec<_> = places.map(|place| row(&collectors, &like, place)).collect();
        match store {
            Store::Sqlite { write, .. } => {
                let mut tx = write.begin().await.unwrap();
                sqlx::query(SQLITE_ROWS).bind(Json(&rows)).execute(&mut *tx).await.unwrap();
                for text in LIKE_THE_FIRST.into_iter().chain([SQLITE_LIVES, DONE]) {
                    sqlx::query(text).execute(&mut *tx).await.unwrap();
                }
                tx.commit().await.unwrap();
            }
            Store::Postgres { pool, .. } => {
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
        Store::Postgres { pool, .. } => {
            // Only what holds rows: of a table analysed while empty the server believes that it stays
            // so, and plans foreign keys to it as scans.
            const FILLED: &str = "vacuum analyze court, agency, account, account_version, court_case,
                notice, payment_reference, payment_order, state_change, receipt_series, ledger_account";
            sqlx::query(FILLED).execute(pool).await.unwrap();
        }
    }
}

/// Agency, account and its version, and court, as 32 digits each.
type Collector = [String; 4];

async fn collectors(new: &Installation, store: &Store) -> Vec<Collector> {
    let mut tx = store.read().await.unwrap();
    let rows = tx.accounts().await.unwrap();
    let mut collectors = Vec::new();
    for at in 0..new.agencies {
        let row = rows.iter().find(|row| row.name == account(at)).unwrap();
        let (version, court) = (row.current_version_id.unwrap(), court_code(at));
        let court = tx.court_by_code(&court).await.unwrap().unwrap();
        let ids = [row.agency_id.uuid(), row.id.uuid(), version.uuid(), court.id.uuid()];
        collectors.push(ids.map(|id| id.as_simple().to_string()));
    }
    tx.rollback().await.unwrap();
    collectors
}

/// The notice that all others are like.
async fn first_notice(store: &Store) -> String {
    const FIRST: &str = "select id from notice where number = 1";
    let (id,): (Uuid,) = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(FIRST).fetch_one(read).await.unwrap(),
        Store::Postgres { pool, .. } => sqlx::query_as(FIRST).fetch_one(pool).await.unwrap(),
    };
    id.as_simple().to_string()
}

fn row(collectors: &[Collector], first: &str, place: usize) -> serde_json::Value {
    let id = || new_id::<Uuid>(SystemClock.now(), &SystemRandom).as_simple().to_string();
    let [agency, account, version, court] = &collectors[place % collectors.len()];
    json!({
        "id": id(),
        "first_id": first,
        "order_id": id(),
        "case_id": id(),
        "court_id": court,
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
    id uuid, first_id uuid, order_id uuid, case_id uuid, court_id uuid, reference text, agency_id uuid, account_id uuid, version_id uuid,
    number bigint
  )";
const SQLITE_ROWS: &str = "create temp table new_notice as
  select unhex(value ->> 'id') as id, unhex(value ->> 'first_id') as first_id,
    unhex(value ->> 'order_id') as order_id,
    unhex(value ->> 'case_id') as case_id, unhex(value ->> 'court_id') as court_id,
    value ->> 'reference' as reference, unhex(value ->> 'agency_id') as agency_id,
    unhex(value ->> 'account_id') as account_id, unhex(value ->> 'version_id') as version_id,
    value ->> 'number' as number, unhex((value ->> 'id') || (value ->> 'id')) as secret
  from json_each($1)";
const LIKE_THE_FIRST: [&str; 4] = [
    "insert into court_case (id, court_id, number, kind, instance, procedure, subject, filed_on, state,
       revision, created_at)
select x.case_id, x.court_id, 'so ' || cast(x.number as text), c.kind, c.instance, c.procedure,
  c.subject, c.filed_on, c.state, c.revision, c.created_at
from new_notice x join notice n on n.id = x.first_id join court_case c on c.id = n.case_id",
    "insert into payment_reference (reference, kind, created_at)
select x.reference, 'notice', n.drafted_at from new_notice x join notice n on n.id = x.first_id",
    "insert into notice (
  id, reference, agency_id, number, account_version_id, lookup_index, amount, court_id, case_id,
  group_id, assessment_id, limit_kind, form_code, number_year, state, fact_kind, fact, fact_index,
  lookup, judge_id, drafted_by, drafted_at, issued_by, issued_at, served_on, pay_by, pay_before,
  lapse_after, lapses_at, tentative, paper_hash, receipt_facts
) select
  x.id, x.reference, x.agency_id, x.number, x.version_id, x.secret, n.amount, x.court_id, x.case_id,
  n.group_id, n.assessment_id, n.limit_kind, n.form_code, n.number_year, n.state, n.fact_kind, n.fact,
  n.fact_index, n.lookup, n.judge_id, n.drafted_by, n.drafted_at, n.issued_by, n.issued_at,
  n.served_on, n.pay_by, n.pay_before, n.lapse_after, n.lapses_at, n.tentative, n.paper_hash,
  n.receipt_facts
from new_notice x join notice n on n.id = x.first_id",
    "insert into payment_order (
  id, notice_id, court_id, agency_id, kind, account_id, account_version_id, attempt, provider_ref,
  amount, state, created_at
) select
  x.order_id, x.id, x.court_id, x.agency_id, o.kind, x.account_id, x.version_id, o.attempt,
  x.reference, o.amount, o.state, o.created_at
from new_notice x join notice n on n.id = x.first_id join payment_order o on o.notice_id = n.id",
];
/// Every step of the first notice and its order is one of the others' too, by the same act.
macro_rules! lives {
    ($id:literal) => {
        concat!(
            "insert into state_change (id, machine, entity_id, from_state, to_state, at, audit_id)
            select ",
            $id,
            ", c.machine,
              case c.machine when 'notice' then x.id when 'order' then x.order_id else x.case_id end,
              c.from_state, c.to_state, c.at, c.audit_id
            from new_notice x join notice n on n.id = x.first_id
            join payment_order o on o.notice_id = n.id
            join state_change c on c.entity_id in (n.id, o.id, n.case_id)"
        )
    };
}
const POSTGRES_LIVES: &str = lives!("gen_random_uuid()");
const SQLITE_LIVES: &str = lives!("randomblob(16)");
const DONE: &str = "drop table new_notice";
