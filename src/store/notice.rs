//! Notices, their addressees and the record of their service.

use uuid::Uuid;

use super::{
    StoreError, Tx,
    columns::Hash,
    execute, fetch_all, fetch_one, fetch_optional,
    scope::{Bounds, scoped},
    statements,
};
use crate::domain::{
    case::{GroupKind, ServiceMethod},
    id::{
        AccountVersionId, AgencyId, AssessmentId, CaseId, CourtId, NoticeId, PartyId, Reference,
        StaffId,
    },
    money::Dong,
    notice::{FactKind, NoticeState},
    payment::PaidBasis,
    staff::Scope,
    time::{Day, Timestamp},
};

macro_rules! columns {
    () => {
        "n.id, n.reference, n.court_id, n.agency_id, n.office_id, n.case_id, n.group_id,
        n.assessment_id, n.limit_kind, n.form_code, n.number, n.number_year, n.amount, n.allocated,
        n.waiting, n.attempts, n.state, n.account_version_id, n.fact_kind, n.fact, n.lookup,
        n.judge_id, n.drafted_by, n.drafted_at, n.issued_at, n.served_on, n.pay_by, n.pay_before,
        n.lapse_after, n.lapses_at, n.tentative, n.paid_at, n.paid_on, n.paid_basis, n.timeliness,
        n.receipt_at_court, n.paper_hash, n.receipt_facts, n.replaced_by"
    };
}

statements! {
    GIVE_REFERENCE = "insert into payment_reference (reference, kind, created_at)
        values ($1, 'notice', $2) on conflict do nothing";
    INSERT = "insert into notice (id, reference, court_id, agency_id, office_id, case_id, group_id,
        assessment_id, limit_kind, form_code, amount, state, fact_kind, fact, fact_index, lookup,
        lookup_index, judge_id, drafted_by, drafted_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'draft', $12, $13, $14, $15, $16,
        $17, $18, $19)";
    ADD_ADDRESSEE = "insert into addressee (notice_id, party_id, position, part, relief)
        values ($1, $2, $3, $4, $5)";
    ADDRESSEES = "select a.party_id, a.position, a.part, a.relief, p.name, p.kind, p.address,
        p.document_kind, p.document, p.role from addressee a join party p on p.id = a.party_id
        where a.notice_id = $1 order by a.position";
    BY_ID = concat!("select ", columns!(), " from notice n where ", scoped!("n"), " and n.id = $4");
    BY_REFERENCE =
        concat!("select ", columns!(), " from notice n where ", scoped!("n"), " and n.reference = $4");
    BY_LOOKUP = concat!("select ", columns!(), " from notice n where n.lookup_index = $1");
    BY_FACT = concat!("select ", columns!(), " from notice n
        where n.reference = $1 and n.fact_index = $2
        and n.state not in ('draft', 'to_sign')");
    OF_CASE = concat!("select ", columns!(), " from notice n where ", scoped!("n"), "
        and n.case_id = $4 order by n.drafted_at, n.id");
    OF_GROUP = concat!("select ", columns!(), " from notice n where n.group_id = $1
        order by n.drafted_at, n.id");
    LIST = concat!("select ", columns!(), ", c.number as case_number, c.kind as case_kind,
        g.kind as group_kind, coalesce(g.register_number, 0) as register_number,
        (select string_agg(p.name, '; ') from addressee a join party p on p.id = a.party_id
          where a.notice_id = n.id) as payers
        from notice n join court_case c on c.id = n.case_id join claim_group g on g.id = n.group_id
        where ", scoped!("n"), "
          and (cast($4 as text) is null or n.state = $4)
          and (cast($5 as text) is null or n.state <> $5)
          and (cast($6 as text) is null or n.reference = $6)
          and (cast($7 as text) is null or c.external_id = $7)
        order by n.drafted_at desc, n.id desc limit $8 offset $9");
    COUNTS = concat!("select n.state, cast(count(*) as bigint) as count,
        cast(coalesce(sum(n.amount), 0) as bigint) as sum from notice n
        where ", scoped!("n"), " group by n.state");
    MOVE = "update notice set state = $3 where id = $1 and state = $2";
    ISSUE = "update notice set state = 'issued', number = $2, number_year = $3,
        account_version_id = $4, judge_id = $5, issued_by = $6, issued_at = $7, paper_hash = $8,
        receipt_facts = $9 where id = $1 and state = 'to_sign'";
    SERVE = "update notice set state = $3, served_on = $4, pay_by = $5, pay_before = $6,
        lapse_after = $7, lapses_at = $8, tentative = $9, timeliness = $10
        where id = $1 and state = $2";
    ADD_SERVICE = "insert into service (id, notice_id, party_id, method, served_on, served_by,
        recorded_by, recorded_at) values ($1, $2, $3, $4, $5, $6, $7, $8)";
    SERVICES = "select s.party_id, p.name, s.method, s.served_on, s.served_by, s.recorded_at
        from service s join party p on p.id = s.party_id
        where s.notice_id = $1 order by s.recorded_at, s.id";
    NEXT_ATTEMPT = "update notice set attempts = attempts + 1 where id = $1
        and state in ('issued', 'served') returning attempts";
    INSERT_ASSESSMENT = "insert into assessment (id, case_id, input, result, schedule_id,
        schedule_sha256, law_settings, engine_version, made_by, made_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    ASSESSMENT = "select id, case_id, input, result, schedule_id, schedule_sha256, law_settings,
        engine_version, made_at from assessment where id = $1";
    ACCEPT_GROUP = "update claim_group set register_number = $2, register_year = $3,
        accepted_on = $4, accepted_at = $5, accepted_by = $6, judge_id = $7
        where id = $1 and accepted_at is null";
    USE_RECEIPT = "insert into receipt_use (id, receipt_id, case_id, court_id, group_id, cause,
        used_by, used_at) values ($1, $2, $3, $4, $5, 'acceptance', $6, $7)
        on conflict do nothing";
}

/// A notice, whole.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NoticeRow {
    pub id: NoticeId,
    pub reference: Reference,
    pub court_id: CourtId,
    pub agency_id: AgencyId,
    pub office_id: Option<AgencyId>,
    pub case_id: CaseId,
    pub group_id: Uuid,
    pub assessment_id: AssessmentId,
    pub limit_kind: String,
    pub form_code: String,
    pub number: Option<i64>,
    pub number_year: Option<i64>,
    pub amount: Dong,
    pub allocated: Dong,
    pub waiting: Dong,
    pub attempts: i64,
    pub state: NoticeState,
    pub account_version_id: Option<AccountVersionId>,
    pub fact_kind: FactKind,
    /// Sealed: the second fact, to print it.
    pub fact: Vec<u8>,
    /// Sealed: the secret of the link and QR.
    pub lookup: Vec<u8>,
    pub judge_id: Option<StaffId>,
    pub drafted_by: Option<StaffId>,
    pub drafted_at: Timestamp,
    pub issued_at: Option<Timestamp>,
    pub served_on: Option<Day>,
    pub pay_by: Option<Day>,
    pub pay_before: Option<Timestamp>,
    pub lapse_after: Option<Day>,
    pub lapses_at: Option<Timestamp>,
    pub tentative: bool,
    pub paid_at: Option<Timestamp>,
    pub paid_on: Option<Day>,
    pub paid_basis: Option<PaidBasis>,
    pub timeliness: Option<String>,
    pub receipt_at_court: Option<Timestamp>,
    pub paper_hash: Option<Hash>,
    pub receipt_facts: Option<String>,
    pub replaced_by: Option<NoticeId>,
}

/// A notice in a list, with what lists show of its case.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ListedNotice {
    #[sqlx(flatten)]
    pub notice: NoticeRow,
    pub case_number: String,
    pub case_kind: crate::domain::case::CaseKind,
    pub group_kind: GroupKind,
    pub register_number: i64,
    pub payers: Option<String>,
}

/// One of those who owe a notice.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct AddresseeRow {
    pub party_id: PartyId,
    pub position: i64,
    pub part: Dong,
    pub relief: Option<String>,
    pub name: String,
    pub kind: crate::domain::case::PartyKind,
    pub address: String,
    pub document_kind: crate::domain::case::DocumentKind,
    pub document: Option<Vec<u8>>,
    pub role: crate::domain::case::PartyRole,
}

/// A recorded service.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct ServiceRow {
    pub party_id: PartyId,
    pub name: String,
    pub method: ServiceMethod,
    pub served_on: Day,
    pub served_by: String,
    pub recorded_at: Timestamp,
}

/// A notice about to be drafted.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct NewNotice {
    pub id: NoticeId,
    pub reference: Reference,
    pub court_id: CourtId,
    pub agency_id: AgencyId,
    pub office_id: Option<AgencyId>,
    pub case_id: CaseId,
    pub group_id: Uuid,
    pub assessment_id: AssessmentId,
    pub limit_kind: String,
    pub form_code: String,
    pub amount: Dong,
    pub fact_kind: FactKind,
    pub fact: Vec<u8>,
    pub fact_index: Hash,
    pub lookup: Vec<u8>,
    pub lookup_index: Hash,
    pub judge_id: Option<StaffId>,
    pub drafted_by: Option<StaffId>,
    pub drafted_at: Timestamp,
}

/// What issuing adds.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct Issued {
    pub id: NoticeId,
    pub number: i64,
    pub number_year: i64,
    pub account_version_id: AccountVersionId,
    pub judge_id: StaffId,
    pub issued_by: StaffId,
    pub issued_at: Timestamp,
    pub paper_hash: Hash,
    pub receipt_facts: String,
}

/// What the last service adds.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct Served {
    pub id: NoticeId,
    pub from: NoticeState,
    pub to: NoticeState,
    pub served_on: Day,
    pub pay_by: Day,
    pub pay_before: Timestamp,
    pub lapse_after: Day,
    pub lapses_at: Timestamp,
    pub tentative: bool,
    pub timeliness: Option<String>,
}

/// A kept quote.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct AssessmentRow {
    pub id: AssessmentId,
    pub case_id: CaseId,
    pub input: sqlx::types::Json<serde_json::Value>,
    pub result: sqlx::types::Json<serde_json::Value>,
    pub schedule_id: String,
    pub schedule_sha256: Hash,
    pub law_settings: sqlx::types::Json<serde_json::Value>,
    pub engine_version: String,
    pub made_at: Timestamp,
}

/// Which notices a list shows.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoticeFilter<'a> {
    /// Only this state.
    pub state: Option<NoticeState>,
    /// Never this state.
    pub not_state: Option<NoticeState>,
    /// Exactly this reference.
    pub reference: Option<&'a str>,
    /// Of the case with this id of another system.
    pub case_external_id: Option<&'a str>,
    /// At most so many rows.
    pub limit: i64,
    /// After so many.
    pub offset: i64,
}

/// How many notices stand in a state, and their sum.
#[derive(Clone, Debug, sqlx::FromRow)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct StateCount {
    pub state: NoticeState,
    pub count: i64,
    pub sum: Dong,
}

impl Tx {
    /// Takes a reference for a notice; `false` when it was given before.
    pub async fn give_reference(
        &mut self,
        reference: &Reference,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, GIVE_REFERENCE, reference, now) == 1)
    }

    /// Writes a drafted notice.
    pub async fn insert_notice(&mut self, notice: &NewNotice) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT,
            notice.id,
            &notice.reference,
            notice.court_id,
            notice.agency_id,
            notice.office_id,
            notice.case_id,
            notice.group_id,
            notice.assessment_id,
            &notice.limit_kind,
            &notice.form_code,
            notice.amount,
            notice.fact_kind,
            &notice.fact,
            notice.fact_index,
            &notice.lookup,
            notice.lookup_index,
            notice.judge_id,
            notice.drafted_by,
            notice.drafted_at
        );
        Ok(())
    }

    /// Adds one who owes the notice.
    pub async fn add_addressee(
        &mut self,
        notice: NoticeId,
        party: PartyId,
        (position, part, relief): (i64, Dong, Option<&str>),
    ) -> Result<(), StoreError> {
        execute!(self, ADD_ADDRESSEE, notice, party, position, part, relief);
        Ok(())
    }

    /// Those who owe the notice, in order.
    pub async fn addressees(&mut self, notice: NoticeId) -> Result<Vec<AddresseeRow>, StoreError> {
        Ok(fetch_all!(self, ADDRESSEES, notice))
    }

    /// A notice within the scope.
    pub async fn notice(
        &mut self,
        scope: Scope,
        id: NoticeId,
    ) -> Result<Option<NoticeRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_optional!(self, BY_ID, bounds.kind, bounds.id, bounds.children, id))
    }

    /// A notice within the scope by its reference.
    pub async fn notice_by_reference(
        &mut self,
        scope: Scope,
        reference: &str,
    ) -> Result<Option<NoticeRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_optional!(self, BY_REFERENCE, bounds.kind, bounds.id, bounds.children, reference))
    }

    /// The notice of a link's secret: whoever holds the secret may see it.
    pub async fn notice_by_lookup(&mut self, index: Hash) -> Result<Option<NoticeRow>, StoreError> {
        Ok(fetch_optional!(self, BY_LOOKUP, index))
    }

    /// The issued notice of a reference and its second fact.
    pub async fn notice_by_fact(
        &mut self,
        reference: &Reference,
        index: Hash,
    ) -> Result<Option<NoticeRow>, StoreError> {
        Ok(fetch_optional!(self, BY_FACT, reference, index))
    }

    /// A case's notices within the scope, oldest first.
    pub async fn notices_of_case(
        &mut self,
        scope: Scope,
        case: CaseId,
    ) -> Result<Vec<NoticeRow>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(self, OF_CASE, bounds.kind, bounds.id, bounds.children, case))
    }

    /// A claim group's notices; the group was read within a scope.
    pub async fn notices_of_group(&mut self, group: Uuid) -> Result<Vec<NoticeRow>, StoreError> {
        Ok(fetch_all!(self, OF_GROUP, group))
    }

    /// Notices within the scope, newest first.
    pub async fn notices(
        &mut self,
        scope: Scope,
        filter: &NoticeFilter<'_>,
    ) -> Result<Vec<ListedNotice>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(
            self,
            LIST,
            bounds.kind,
            bounds.id,
            bounds.children,
            filter.state,
            filter.not_state,
            filter.reference,
            filter.case_external_id,
            filter.limit,
            filter.offset
        ))
    }

    /// How many notices of the scope stand where.
    pub async fn notice_counts(&mut self, scope: Scope) -> Result<Vec<StateCount>, StoreError> {
        let bounds = Bounds::from(scope);
        Ok(fetch_all!(self, COUNTS, bounds.kind, bounds.id, bounds.children))
    }

    /// Moves a notice by compare-and-set; `false` when it is no longer in `from`.
    pub async fn move_notice(
        &mut self,
        id: NoticeId,
        (from, to): (NoticeState, NoticeState),
    ) -> Result<bool, StoreError> {
        Ok(execute!(self, MOVE, id, from, to) == 1)
    }

    /// Issues a notice; `false` when it does not wait for a signature.
    pub async fn issue_notice(&mut self, issued: &Issued) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            ISSUE,
            issued.id,
            issued.number,
            issued.number_year,
            issued.account_version_id,
            issued.judge_id,
            issued.issued_by,
            issued.issued_at,
            issued.paper_hash,
            &issued.receipt_facts
        );
        Ok(rows == 1)
    }

    /// Sets the days of a notice once every addressee is served.
    pub async fn serve_notice(&mut self, served: &Served) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            SERVE,
            served.id,
            served.from,
            served.to,
            served.served_on,
            served.pay_by,
            served.pay_before,
            served.lapse_after,
            served.lapses_at,
            served.tentative,
            &served.timeliness
        );
        Ok(rows == 1)
    }

    /// Records one service.
    pub async fn add_service(
        &mut self,
        notice: NoticeId,
        service: &ServiceRow,
        (id, by): (Uuid, Option<StaffId>),
    ) -> Result<(), StoreError> {
        execute!(
            self,
            ADD_SERVICE,
            id,
            notice,
            service.party_id,
            service.method,
            service.served_on,
            &service.served_by,
            by,
            service.recorded_at
        );
        Ok(())
    }

    /// The services of a notice, oldest first.
    pub async fn services(&mut self, notice: NoticeId) -> Result<Vec<ServiceRow>, StoreError> {
        Ok(fetch_all!(self, SERVICES, notice))
    }

    /// Counts a further attempt of a payable notice; `None` when it is not payable.
    pub async fn next_attempt(&mut self, notice: NoticeId) -> Result<Option<i64>, StoreError> {
        let row: Option<(i64,)> = fetch_optional!(self, NEXT_ATTEMPT, notice);
        Ok(row.map(|(attempt,)| attempt))
    }

    /// Keeps a quote.
    pub async fn insert_assessment(
        &mut self,
        row: &AssessmentRow,
        by: Option<StaffId>,
    ) -> Result<(), StoreError> {
        execute!(
            self,
            INSERT_ASSESSMENT,
            row.id,
            row.case_id,
            &row.input,
            &row.result,
            &row.schedule_id,
            row.schedule_sha256,
            &row.law_settings,
            &row.engine_version,
            by,
            row.made_at
        );
        Ok(())
    }

    /// A kept quote; its notice or case was read within a scope.
    pub async fn assessment(&mut self, id: AssessmentId) -> Result<AssessmentRow, StoreError> {
        Ok(fetch_one!(self, ASSESSMENT, id))
    }

    /// Accepts a claim group; `false` when it was accepted before.
    pub async fn accept_group(
        &mut self,
        group: Uuid,
        accepted: &Accepted,
    ) -> Result<bool, StoreError> {
        let rows = execute!(
            self,
            ACCEPT_GROUP,
            group,
            accepted.register_number,
            accepted.register_year,
            accepted.on,
            accepted.at,
            accepted.by,
            accepted.judge
        );
        Ok(rows == 1)
    }

    /// Uses a receipt for an acceptance; `false` when it is in use already.
    pub async fn use_receipt(
        &mut self,
        receipt: crate::domain::id::ReceiptId,
        for_group: (CaseId, CourtId, Uuid),
        by: (Uuid, &str, Timestamp),
    ) -> Result<bool, StoreError> {
        let (case, court, group) = for_group;
        let rows = execute!(self, USE_RECEIPT, by.0, receipt, case, court, group, by.1, by.2);
        Ok(rows == 1)
    }
}

/// How a claim group is accepted.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "named as its columns")]
pub struct Accepted {
    pub register_number: Option<i64>,
    pub register_year: Option<i64>,
    pub on: Day,
    pub at: Timestamp,
    pub by: StaffId,
    pub judge: Option<StaffId>,
}
