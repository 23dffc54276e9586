//! What the desk's pages show: reads over cases, notices, money and receipts, each within a scope.

use std::collections::BTreeMap;

use serde_json::json;
use uuid::Uuid;

use super::{
    App, Caller, Deed, Error,
    cases::CaseView,
    drafts::{AfterDraft, DraftRequest},
    idempotency::Answer,
    notices::DraftOptions,
    papers::{Worked, number_of},
    session::Seat,
    worked,
};
use crate::{
    domain::{
        assessment::Assessment,
        case::CaseKind,
        exception::ExceptionState,
        fee::{LawChoice, QuoteError},
        id::{CaseId, CourtId, ExceptionId, LineId, NoticeId, StaffId, StatementId},
        money::Dong,
        notice::NoticeState,
        staff::{Operation, Scope},
        time::{Day, Timestamp},
    },
    store::{court::CourtRow, notice::AddresseeRow, order::OrderRow, receipt::ReceiptRow},
};

pub use crate::store::{
    account::AccountRow,
    desk::{ActRow, Colleague, LineException, LineMatch, RegisterRow, SightedRow, WorkRow},
    notice::{NoticeRow, ServiceRow},
    statement::{ExceptionFilter, ExceptionRow, LineRow, StatementRow},
};

/// Open notices that a list looks at, at most.
const WORK: i64 = 5_000;

/// Days that a list offers, at most.
const DAYS: i64 = 366;

/// A notice with what the case page and the pages of its own show.
#[derive(Clone, Debug)]
pub struct NoticeSheet {
    /// The notice.
    pub notice: NoticeRow,
    /// `12/2026/TB-TA`.
    pub number: String,
    /// Who owes it.
    pub addressees: Vec<AddresseeRow>,
    /// Services recorded.
    pub services: Vec<ServiceRow>,
    /// Its orders.
    pub orders: Vec<OrderRow>,
    /// Its live receipt.
    pub receipt: Option<ReceiptRow>,
    /// Who told of its money, oldest first.
    pub sighted: Vec<SightedRow>,
}

/// A case with its notices and history.
#[derive(Clone, Debug)]
pub struct CaseSheet {
    /// The case.
    pub view: CaseView,
    /// Its court.
    pub court: CourtRow,
    /// Its notices, oldest first.
    pub notices: Vec<NoticeSheet>,
    /// What happened, newest first, each with who.
    pub acts: Vec<(ActRow, String)>,
}

/// What one payer of a claim group advances.
#[derive(Clone, Debug)]
pub struct PayerSheet {
    /// Their place in the case, from 1.
    pub position: i64,
    /// Their name.
    pub name: String,
    /// Every step.
    pub rows: Vec<worked::Row>,
    /// What they pay.
    pub advance: Dong,
    /// The grounds of relief that worked.
    pub reliefs: Vec<String>,
}

/// The computation of a claim group.
#[derive(Clone, Debug)]
pub struct GroupSheet {
    /// The group.
    pub group: Uuid,
    /// One computation a payer.
    pub payers: Vec<PayerSheet>,
    /// One debt of several people.
    pub joint: bool,
    /// By which schedule.
    pub worked: Worked,
    /// What all pay.
    pub advance: Dong,
}

/// A statement with what became of its lines.
#[derive(Clone, Debug)]
pub struct StatementSheet {
    /// The statement.
    pub statement: StatementRow,
    /// Its lines.
    pub lines: Vec<LineRow>,
    /// What they pay.
    pub matches: Vec<LineMatch>,
    /// What of them waits for a person, or did.
    pub exceptions: Vec<LineException>,
}

impl StatementSheet {
    /// What of a line waits for a person, or did.
    pub fn exceptions_of(&self, line: LineId) -> impl Iterator<Item = &LineException> {
        self.exceptions.iter().filter(move |one| one.line_id == line)
    }

    /// Whether something of a line waits for a person now.
    pub fn waits(&self, line: LineId) -> bool {
        self.exceptions_of(line).any(|one| one.state == ExceptionState::Open)
    }

    /// How many exceptions are open.
    pub fn open(&self) -> usize {
        self.exceptions.iter().filter(|one| one.state == ExceptionState::Open).count()
    }
}

/// What waits for somebody, as every page of theirs counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Claim groups, paid and to be accepted; the clerk's.
    pub to_accept: u32,
    /// Notices to be signed and groups to be accepted; the judge's.
    pub for_judge: u32,
    /// Money to be decided; the accountant's.
    pub to_decide: u32,
}

impl App {
    /// What waits for the one who sits there, by the roles they hold.
    pub async fn waiting_for(&self, seat: &Seat) -> Result<Waiting, Error> {
        let scope = |operation| seat.granted(operation).map(|granted| granted.scope);
        let small = |count: i64| u32::try_from(count).unwrap_or(u32::MAX);
        let mut tx = self.store.read().await?;
        let mut waiting = Waiting::default();
        if let Some(scope) = scope(Operation::ReadCases) {
            waiting.to_accept = small(tx.count_to_accept(scope).await?);
        }
        if let Some(scope) = scope(Operation::IssueNotice) {
            let (to_sign, to_accept) = tx.count_for_judge(scope, seat.staff).await?;
            waiting.for_judge = small(to_sign.saturating_add(to_accept));
        }
        if let Some(scope) = scope(Operation::ReadStatements) {
            waiting.to_decide = small(tx.count_to_decide(scope).await?);
        }
        Ok(waiting)
    }

    /// Who last did something to a thing, or to a notice of a case, and when.
    pub async fn last_act(&self, entity: Uuid) -> Result<Option<(String, Timestamp)>, Error> {
        let mut tx = self.store.read().await?;
        let Some(act) = tx.history(CaseId::new(entity)).await?.into_iter().next() else {
            return Ok(None);
        };
        let staff = tx.all_staff().await?;
        let member = staff.into_iter().find(|row| row.id.to_string() == act.actor);
        Ok(Some((member.map_or(act.actor, |row| row.name), act.at)))
    }

    /// Whether somebody has a second factor.
    pub async fn is_enrolled(&self, seat: &Seat) -> Result<bool, Error> {
        let row = self.store.read().await?.staff(seat.staff).await?;
        Ok(row.ok_or(Error::Unauthenticated)?.totp.is_some())
    }

    /// Open notices whose claim groups are not accepted, oldest first.
    pub async fn work(&self, caller: &Caller) -> Result<Vec<WorkRow>, Error> {
        Ok(self.store.read().await?.work(caller.scope, WORK).await?)
    }

    /// The acceptance registers of the caller's court, this year.
    pub async fn registers(&self, caller: &Caller) -> Result<Vec<RegisterRow>, Error> {
        let Scope::Court { id, .. } = caller.scope else { return Ok(Vec::new()) };
        Ok(self.store.read().await?.registers(id, self.now().day().year()).await?)
    }

    /// A case with everything that its page shows.
    pub async fn case_sheet(&self, caller: &Caller, id: CaseId) -> Result<CaseSheet, Error> {
        let mut tx = self.store.read().await?;
        let case = tx.case(caller.scope, id).await?.ok_or(Error::NotFound)?;
        let court = tx.court(case.court_id).await?.ok_or(Error::NotFound)?;
        let rows = tx.notices_of_case(caller.scope, id).await?;
        let mut notices = Vec::with_capacity(rows.len());
        for notice in rows {
            notices.push(NoticeSheet {
                number: number_of(&notice),
                addressees: tx.addressees(notice.id).await?,
                services: tx.services(notice.id).await?,
                orders: tx.orders_of(notice.id).await?,
                receipt: tx.receipt_of(notice.id).await?,
                sighted: tx.sighted(notice.id).await?,
                notice,
            });
        }
        let staff = tx.all_staff().await?.into_iter().map(|row| (row.id.to_string(), row.name));
        let systems = tx.api_keys().await?.into_iter().map(|row| (row.id.to_string(), row.name));
        let names: BTreeMap<String, String> = staff.chain(systems).collect();
        let acts = tx.history(id).await?.into_iter().map(|act| {
            let who = names.get(&act.actor).unwrap_or(&act.actor).clone();
            (act, who)
        });
        let acts = acts.collect();
        Ok(CaseSheet { view: self.case_view(&mut tx, case).await?, court, notices, acts })
    }

    /// The case of a notice within the caller's scope.
    pub async fn case_of(&self, caller: &Caller, id: NoticeId) -> Result<CaseSheet, Error> {
        let notice = self.store.read().await?.notice(caller.scope, id).await?;
        self.case_sheet(caller, notice.ok_or(Error::NotFound)?.case_id).await
    }

    /// What a claim group's payers advance today, as pages show it. Nothing is kept.
    pub fn group_sheet(
        &self,
        view: &CaseView,
        group: Uuid,
    ) -> Result<Result<GroupSheet, QuoteError>, Error> {
        let assessment = match self.assess(view, group, self.now().day())? {
            Ok(assessment) => assessment,
            Err(error) => return Ok(Err(error)),
        };
        let choice = LawChoice::Named(assessment.schedule().id.clone());
        let date = assessment.input().date;
        let law = match self.tables.law.choose(&choice, date) {
            Ok(law) => law,
            Err(error) => return Ok(Err(error)),
        };
        let quote = assessment.result();
        let payers = quote.payers.iter().map(|payer| {
            let party =
                view.parties.iter().find(|party| format!("p{}", party.row.position) == payer.party);
            let lines = quote.lines.iter().filter(|line| line.by.contains(&payer.party));
            let steps = lines.flat_map(|line| &line.steps).map(|step| worked::row(law, step));
            PayerSheet {
                position: party.map_or(0, |party| party.row.position),
                name: party.map(|party| party.row.name.clone()).unwrap_or_default(),
                rows: steps.chain(worked::payer_rows(law, payer)).collect(),
                advance: payer.advance,
                reliefs: payer.reliefs.iter().map(|relief| relief.code.clone()).collect(),
            }
        });
        Ok(Ok(GroupSheet {
            group,
            payers: payers.collect(),
            joint: is_joint(view, &assessment),
            worked: Worked {
                fee: quote.fee,
                schedule: format!("Nghị quyết số {}", law.text().number),
                from: law.validity().from.slashed(),
                day: date.slashed(),
            },
            advance: quote.advance,
        }))
    }

    /// The kept computation of a notice, as pages show it.
    pub async fn kept_rows(&self, notice: &NoticeRow) -> Result<(Vec<worked::Row>, Worked), Error> {
        let row = self.store.read().await?.assessment(notice.assessment_id).await?;
        self.worked_rows(&row)
    }

    /// The judges of a case's court.
    pub async fn judges_of(&self, view: &CaseView) -> Result<Vec<Colleague>, Error> {
        Ok(self.store.read().await?.judges(view.case.court_id).await?)
    }

    /// The clerks of a court.
    pub async fn clerks_of(&self, court: CourtId) -> Result<Vec<Colleague>, Error> {
        Ok(self.store.read().await?.clerks(court).await?)
    }

    /// The collector of a court's advances, and the live account that a notice would print.
    pub async fn collector_of(
        &self,
        court: &CourtRow,
    ) -> Result<(String, Option<AccountRow>), Error> {
        let mut tx = self.store.read().await?;
        let Some(id) = court.collector_id else { return Ok((court.name.clone(), None)) };
        let agency = tx.agency(id).await?.ok_or(Error::NotFound)?;
        let account = tx.accounts().await?.into_iter().find(|account| {
            account.agency_id == id
                && (account.office_id.is_none() || account.office_id == court.office_id)
                && account.state == "live"
                && account.number.is_some()
        });
        Ok((agency.name, account))
    }

    /// Assigns the judge, drafts the notices of every group that has none, and sends them to be
    /// signed. Gives how many.
    pub async fn draft_and_send(
        &self,
        caller: &Caller,
        case: CaseId,
        judge: StaffId,
    ) -> Result<usize, Error> {
        let now = self.now();
        let sheet = self.case_sheet(caller, case).await?;
        let groups = open_groups(&sheet);
        if groups.is_empty() {
            return Err(Error::refused("group", "notice_exists"));
        }
        if sheet.view.case.judge_id != Some(judge) {
            let mut tx = self.store.begin().await?;
            let court = sheet.view.case.court_id;
            if !tx.judges(court).await?.iter().any(|row| row.id == judge) {
                return Err(Error::refused("judge", "unknown_judge"));
            }
            tx.assign_judge(case, judge).await?;
            let deed = Deed::of_court(court, "case.judge_assigned", ("case", case.uuid()))
                .with(json!({ "judge": judge }));
            self.record(&mut tx, caller, deed, now).await?;
            tx.commit().await?;
        }
        for group in &groups {
            let asked = DraftRequest {
                case,
                group: Some(*group),
                options: DraftOptions::default(),
                then: AfterDraft::SendToSign,
            };
            let silent = |_: &[NoticeRow]| {
                let content_type = String::new();
                Ok(Answer { status: 200, content_type, location: None, body: Vec::new() })
            };
            self.draft_notices_once(caller, asked, None, silent).await?;
        }
        Ok(groups.len())
    }

    /// Bank accounts whose statements the caller may import, by name.
    pub async fn statement_accounts(&self, caller: &Caller) -> Result<Vec<AccountRow>, Error> {
        let mut tx = self.store.read().await?;
        let agencies = tx.agencies().await?;
        let accounts = tx.accounts().await?.into_iter().filter(|account| {
            let parent = agencies.iter().find(|agency| agency.id == account.agency_id);
            let parent = parent.and_then(|agency| agency.parent_id);
            let held = match caller.scope {
                Scope::All => true,
                Scope::Court { .. } => false,
                Scope::Agency { id, children } => {
                    account.agency_id == id || (children && parent == Some(id))
                }
            };
            held && account.number.is_some()
        });
        Ok(accounts.collect())
    }

    /// Statements within the caller's scope, newest first.
    pub async fn statements(
        &self,
        caller: &Caller,
        page: super::money::Page,
    ) -> Result<Vec<StatementRow>, Error> {
        let mut tx = self.store.read().await?;
        Ok(tx.statement_list(caller.scope, (page.limit, page.offset)).await?)
    }

    /// A statement with what became of its lines.
    pub async fn statement_sheet(
        &self,
        caller: &Caller,
        id: StatementId,
    ) -> Result<StatementSheet, Error> {
        let mut tx = self.store.read().await?;
        let statement = tx.statement(caller.scope, id).await?.ok_or(Error::NotFound)?;
        Ok(StatementSheet {
            lines: tx.lines(id).await?,
            matches: tx.line_matches(id).await?,
            exceptions: tx.line_exceptions(id).await?,
            statement,
        })
    }

    /// The days on which lines of statements within the caller's scope were booked, newest first.
    pub async fn line_days(&self, caller: &Caller) -> Result<Vec<Day>, Error> {
        Ok(self.store.read().await?.line_days(caller.scope, DAYS).await?)
    }

    /// The lines of one day, statement by statement. One that covers the day alone is whole.
    pub async fn day_sheets(
        &self,
        caller: &Caller,
        day: Day,
    ) -> Result<Vec<StatementSheet>, Error> {
        let ids = self.store.read().await?.statements_of_day(caller.scope, day).await?;
        let mut sheets = Vec::with_capacity(ids.len());
        for id in ids {
            let mut sheet = self.statement_sheet(caller, id).await?;
            sheet.lines.retain(|line| line.booked_on == day);
            sheets.push(sheet);
        }
        sheets.sort_by(|one, two| one.statement.account_name.cmp(&two.statement.account_name));
        Ok(sheets)
    }

    /// Exceptions within the caller's scope, oldest bank day first.
    pub async fn open_money(
        &self,
        caller: &Caller,
        filter: &ExceptionFilter,
    ) -> Result<Vec<ExceptionRow>, Error> {
        Ok(self.store.read().await?.exceptions(caller.scope, filter).await?)
    }

    /// An exception within the caller's scope, and how many notices await its very sum.
    pub async fn money_to_decide(
        &self,
        caller: &Caller,
        id: ExceptionId,
    ) -> Result<(ExceptionRow, u32), Error> {
        let mut tx = self.store.read().await?;
        let row = tx.exception(caller.scope, id).await?.ok_or(Error::NotFound)?;
        let same = tx.awaiting_sum(caller.scope, row.amount).await?;
        Ok((row, u32::try_from(same).unwrap_or(u32::MAX)))
    }
}

/// Claim groups of a case that no notice stands for yet.
pub fn open_groups(sheet: &CaseSheet) -> Vec<Uuid> {
    let stands = |group: Uuid| {
        sheet.notices.iter().any(|one| {
            let gone = matches!(
                one.notice.state,
                NoticeState::Withdrawn | NoticeState::Replaced | NoticeState::Exempted
            );
            one.notice.group_id == group && !gone
        })
    };
    let groups = sheet.view.groups.iter().map(|group| group.id);
    groups.filter(|group| !stands(*group)).collect()
}

/// Several people who share a claim owe one debt; a consensual divorce is asked by both, each for
/// their half.
fn is_joint(view: &CaseView, assessment: &Assessment) -> bool {
    let shared = assessment.result().lines.iter().any(|line| line.by.len() > 1);
    shared && view.case.kind != CaseKind::Matter
}
