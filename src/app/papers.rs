//! Papers: what stands on a notice, and the PDF of notices and receipts.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::{
    App, Error,
    cases::CaseView,
    random,
    settle::{PaidFor, RECEIPT_FORM, ReceiptFacts},
    vault::Purpose,
    worked,
};
use crate::{
    codec::{pdf, receipt_file, receipt_text},
    domain::{
        case::{CaseKind, GroupKind, Instance},
        deadline::{Limit, LimitKind, Unit},
        document::{Document, Filling, Form, Values, fill},
        fee::{self, LawChoice, QuoteInput, Tree},
        id::NoticeId,
        money::{Dong, in_words},
        notice::FactKind,
        receipt::{self, ContentHash, Facts, Masked},
        receipt_text::Claims,
        time::Timestamp,
    },
    store::{
        Tx,
        account::AccountRow,
        columns::Hash,
        court::{AgencyRow, CourtRow},
        notice::{AddresseeRow, AssessmentRow, NoticeRow},
        receipt::{NewPaper, ReceiptRow},
    },
};

/// Stands in a draft where the number will stand.
const NO_NUMBER: &str = "……";

/// How long a receipt's paper may wait for a moment in which no money settles.
const PAPER_WAITS: TimeDelta = TimeDelta::minutes(1);

/// A receipt may be committed so much after the moment in its id, by another process too.
const LATE_COMMIT: TimeDelta = TimeDelta::hours(1);

/// Until which moment's receipts this process knows every paper to be made, so that it does not look
/// through all receipts each time.
#[derive(Debug, Default)]
pub struct PapersMade(Mutex<Option<Timestamp>>);

impl PapersMade {
    fn through(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, through: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(through);
    }
}

/// Everything that a notice's papers print.
pub struct NoticeMaterial {
    notice: NoticeRow,
    view: CaseView,
    court: CourtRow,
    agency: AgencyRow,
    office: Option<AgencyRow>,
    account: Option<AccountRow>,
    addressees: Vec<AddresseeRow>,
    assessment: AssessmentRow,
    group: GroupKind,
}

impl App {
    /// Gathers what a notice's papers print. The notice was read within a scope or by its secret.
    pub(super) async fn notice_material(
        &self,
        tx: &mut Tx,
        notice: &NoticeRow,
        account: &AccountRow,
    ) -> Result<NoticeMaterial, Error> {
        let mut material = self.draft_material(tx, notice).await?;
        material.account = Some(account.clone());
        Ok(material)
    }

    async fn draft_material(
        &self,
        tx: &mut Tx,
        notice: &NoticeRow,
    ) -> Result<NoticeMaterial, Error> {
        let lost = || Error::internal(format!("notice {} lost what it points to", notice.id));
        let view = self.case_in(tx, notice.case_id).await?;
        let group = view.groups.iter().find(|row| row.id == notice.group_id).ok_or_else(lost)?.kind;
        let office = match notice.office_id {
            Some(office) => tx.agency(office).await?,
            None => None,
        };
        Ok(NoticeMaterial {
            court: tx.court(notice.court_id).await?.ok_or_else(lost)?,
            agency: tx.agency(notice.agency_id).await?.ok_or_else(lost)?,
            office,
            account: None,
            addressees: tx.addressees(notice.id).await?,
            assessment: tx.assessment(notice.assessment_id).await?,
            notice: notice.clone(),
            view,
            group,
        })
    }

    /// The paper of a notice as it was issued, or as it would be issued now.
    pub async fn notice_pdf(&self, caller: &super::Caller, id: NoticeId) -> Result<Vec<u8>, Error> {
        let mut tx = self.store.read().await?;
        let notice = tx.notice(caller.scope, id).await?.ok_or(Error::NotFound)?;
        self.notice_paper(&mut tx, &notice).await
    }

    /// The paper of a notice that was read before.
    pub async fn notice_paper(&self, tx: &mut Tx, notice: &NoticeRow) -> Result<Vec<u8>, Error> {
        match notice.paper_hash {
            Some(hash) => tx.blob(hash).await?.ok_or(Error::NotFound),
            None => self.draft_material(tx, notice).await?.paper(self, NO_NUMBER),
        }
    }

    /// Keeps bytes under their SHA-256.
    pub(super) async fn keep_blob(
        &self,
        tx: &mut Tx,
        content_type: &str,
        bytes: &[u8],
    ) -> Result<Hash, Error> {
        let hash = Hash(Sha256::digest(bytes).into());
        tx.put_blob(hash, (content_type, bytes), self.now()).await?;
        Ok(hash)
    }

    /// The address that a notice's QR code holds.
    pub fn lookup_address(&self, notice: &NoticeRow) -> Result<String, Error> {
        let secret =
            self.vault.open_text(Purpose::Lookup, &notice.lookup).map_err(Error::internal)?;
        Ok(format!("{}/n/{secret}", self.site))
    }

    /// A form of the tables.
    fn form(&self, code: &str) -> Result<&Form, Error> {
        self.tables.forms.get(code).ok_or_else(|| Error::internal(format!("no form {code}")))
    }

    /// The issued PDF of a receipt: the kept one, else made now and kept.
    pub async fn receipt_pdf(&self, receipt: &ReceiptRow, sheet: &str) -> Result<Vec<u8>, Error> {
        if let Some(kept) = self.store.read().await?.paper(receipt.id, sheet).await? {
            return Ok(kept.bytes);
        }
        self.make_receipt_paper(receipt, sheet).await?;
        let kept = self.store.read().await?.paper(receipt.id, sheet).await?;
        kept.map(|paper| paper.bytes).ok_or(Error::NotFound)
    }

    /// Makes and keeps a receipt's PDF; what another process made first stays.
    async fn make_receipt_paper(&self, receipt: &ReceiptRow, sheet: &str) -> Result<(), Error> {
        let mut tx = self.store.read().await?;
        let agency = tx.agency(receipt.agency_id).await?.ok_or(Error::NotFound)?;
        let notice = tx
            .notice(crate::domain::staff::Scope::All, receipt.notice_id)
            .await?
            .ok_or(Error::NotFound)?;
        let assessment = tx.assessment(notice.assessment_id).await?;
        tx.rollback().await?;
        let facts = Facts::from_record(&receipt.record)
            .ok_or_else(|| Error::internal(format!("receipt {} does not read", receipt.id)))?;
        let signed = self.signed_text(&facts, &agency)?;
        let rows =
            if sheet == "a4" { printed(&self.worked_rows(&assessment)?.0) } else { Vec::new() };
        let print = receipt::paper::Print {
            sheet,
            signed_text: &signed,
            site: host(&self.site),
            steps: &rows,
            phone: agency.phone.as_deref(),
        };
        let document = receipt::paper::issued(&facts, self.form(RECEIPT_FORM)?, &print)
            .map_err(Error::internal)?;
        let bytes = pdf::render(&document).map_err(Error::internal)?;
        let bytes = receipt_file::sign(&bytes, &self.receipt_key).map_err(Error::internal)?;
        let mut tx = self.store.begin().await?;
        let hash = self.keep_blob(&mut tx, "application/pdf", &bytes).await?;
        let key = self.receipt_key.public().id().to_string();
        let paper = NewPaper {
            receipt_id: receipt.id,
            format: sheet,
            sha256: hash,
            signed_text: &signed,
            key_id: &key,
        };
        tx.add_paper(&paper, self.now()).await?;
        Ok(tx.commit().await?)
    }

    /// The text that a receipt's QR code holds.
    pub(super) fn signed_text(&self, facts: &Facts, agency: &AgencyRow) -> Result<String, Error> {
        let collector = agency.tax_code.as_deref().unwrap_or(&agency.code);
        let claims = Claims::of(facts, &self.site, collector).map_err(Error::internal)?;
        receipt_text::sign(&claims, &self.receipt_key).map_err(Error::internal)
    }

    /// Makes the papers that are still missing, oldest first; how many it made. While money settles
    /// they wait, the oldest for a minute at most and then one at a time: whoever opens a receipt
    /// gets its paper at once anyway.
    pub async fn make_missing_papers(&self, limit: i64) -> Result<usize, Error> {
        let begun = self.now();
        let through = self.papers_made.through();
        let first = random::first_id(through.unwrap_or(Timestamp::EPOCH));
        let missing = self.store.read().await?.receipts_without_paper(first, limit).await?;
        let Some(oldest) = missing.first() else {
            self.papers_made.set(begun.plus(-LATE_COMMIT));
            return Ok(0);
        };
        if !self.lane.is_idle() && begun.since(oldest.issued_at) < PAPER_WAITS {
            return Ok(0);
        }
        let mut made = 0;
        for receipt in &missing {
            self.make_receipt_paper(receipt, "a5").await?;
            made += 1;
            if !self.lane.is_idle() {
                break;
            }
        }
        Ok(made)
    }

    /// A kept quote as rows, with its fee, schedule and days.
    pub(super) fn worked_rows(
        &self,
        assessment: &AssessmentRow,
    ) -> Result<(Vec<worked::Row>, Worked), Error> {
        let tree: Tree =
            serde_json::from_value(assessment.input.0.clone()).map_err(Error::internal)?;
        let quoted = |error: fee::QuoteError| Error::internal(error.detail);
        let input: QuoteInput = fee::advance_question(&self.tables.law, &tree).map_err(quoted)?;
        let quote =
            fee::quote(&self.tables.law, &self.tables.law_settings, &input).map_err(quoted)?;
        let choice = LawChoice::Named(assessment.schedule_id.clone());
        let law = self.tables.law.choose(&choice, input.date).map_err(quoted)?;
        let rows = worked::rows(law, &quote);
        let worked = Worked {
            fee: quote.fee,
            schedule: format!("Nghị quyết số {}", law.text().number),
            from: law.validity().from.slashed(),
            day: input.date.slashed(),
        };
        Ok((rows, worked))
    }
}

/// Rows of step, sum, article and amount.
fn printed(rows: &[worked::Row]) -> Vec<Vec<String>> {
    let cells = |row: &worked::Row| {
        vec![row.step.clone(), row.sum.clone(), row.article.clone(), row.written()]
    };
    rows.iter().map(cells).collect()
}

/// What stands under a worked computation.
#[derive(Clone, Debug)]
pub struct Worked {
    /// The fee.
    pub fee: Dong,
    /// The law.
    pub schedule: String,
    /// From which day it holds.
    pub from: String,
    /// For which day it was applied.
    pub day: String,
}

impl NoticeMaterial {
    /// The notice, its how-to overleaf and its computation as one PDF.
    pub fn paper(&self, app: &App, judge: &str) -> Result<Vec<u8>, Error> {
        let moment = self.notice.issued_at.unwrap_or(self.notice.drafted_at);
        let form = app.form(&self.notice.form_code)?;
        let filled = |form: &Form, variant, values| {
            fill(form, &Filling { sheet: "a4", variant, moment, values }).map_err(Error::internal)
        };
        let notice = filled(form, Some(self.variant()), self.notice_values(app, judge)?)?;
        let overleaf = filled(app.form("AP-HD")?, None, self.overleaf_values(app)?)?;
        let annex = filled(app.form("AP-BT")?, None, self.annex_values(app, moment)?)?;
        let document: Document = notice.followed_by(overleaf).followed_by(annex);
        pdf::render(&document).map_err(Error::internal)
    }

    fn variant(&self) -> &'static str {
        match (self.view.case.kind, self.view.case.instance, self.group) {
            (_, Instance::Appeal, _) => "appellant",
            (CaseKind::Matter | CaseKind::Charge, Instance::First, _) => "requester",
            (_, Instance::First, GroupKind::Main) => "plaintiff",
            (_, Instance::First, GroupKind::Counterclaim) => "counterclaim",
            (_, Instance::First, GroupKind::Independent) => "independent",
        }
    }

    fn number(&self) -> String {
        number_of(&self.notice)
    }

    fn place(&self) -> String {
        let named = self.agency.place.clone();
        named.unwrap_or_else(|| self.court.short_name.clone())
    }

    fn fact(&self, app: &App) -> Result<String, Error> {
        Ok(match self.notice.fact_kind {
            FactKind::DocumentTail => "4 ký tự cuối của giấy tờ tùy thân".to_owned(),
            FactKind::TaxDigits => "số thứ 7 đến 10 của mã số thuế".to_owned(),
            FactKind::Pin => {
                let pin = app
                    .vault
                    .open_text(Purpose::Fact, &self.notice.fact)
                    .map_err(Error::internal)?;
                format!("mã PIN {pin}")
            }
        })
    }

    fn notice_values(&self, app: &App, judge: &str) -> Result<Values, Error> {
        let notice = &self.notice;
        let moment = notice.issued_at.unwrap_or(notice.drafted_at);
        let names: Vec<&str> = self.addressees.iter().map(|row| row.name.as_str()).collect();
        let address = self.addressees.first().map(|row| row.address.as_str());
        let (bank, account, holder) = self.account_words(app);
        let kind = LimitKind::from_code(&notice.limit_kind)
            .ok_or_else(|| Error::internal("a notice has a time limit"))?;
        let limit = app.tables.limits.of(kind, moment.day()).shown.limit;
        let mut values = Values::new()
            .text("court", &self.court.name)
            .text("place", &self.place())
            .text("date", &moment.day().in_document())
            .text("number", &self.number())
            .text("addressee", &names.join("; "))
            .maybe("address", address.filter(|text| !text.is_empty()))
            .text("matter", &self.view.case.subject)
            .text("amount", &notice.amount.to_string())
            .text("words", &lower_first(&in_words(notice.amount)))
            .text("collector", &self.collector())
            .text("collector_address", self.collector_address())
            .text("limit", &limit_words(limit))
            .unbroken("reference", &notice.reference.spaced())
            .text("memo", notice.reference.as_str())
            .text("bank", &bank)
            .text("account", &account)
            .text("holder", &holder)
            .text("fact", &self.fact(app)?)
            .text("lookup", &app.lookup_address(notice)?)
            .text("judge", judge);
        if self.view.case.instance == Instance::Appeal && self.view.case.kind != CaseKind::Matter {
            values = values.text("judgment", "bản án, quyết định bị kháng cáo");
        }
        if let Some(relief) = self.relief_words() {
            values = values.text("relief", &relief);
        }
        if self.addressees.len() > 1 {
            values = values.rows("shares", &self.share_rows());
        }
        Ok(values)
    }

    fn relief_words(&self) -> Option<String> {
        let row = self.view.reliefs.iter().find(|relief| {
            self.addressees.iter().any(|addressee| addressee.party_id == relief.party_id)
        })?;
        let day = row.decided_on.slashed();
        Some(format!("Quyết định số {} ngày {day}", row.decision_number))
    }

    fn share_rows(&self) -> Vec<Vec<String>> {
        let count = self.addressees.len();
        let row = |addressee: &AddresseeRow| {
            let relief = addressee.relief.as_ref().map_or("", |_| "có");
            vec![
                addressee.name.clone(),
                format!("1/{count}"),
                relief.to_owned(),
                addressee.part.to_string(),
            ]
        };
        self.addressees.iter().map(row).collect()
    }

    fn collector(&self) -> String {
        match &self.office {
            Some(office) => format!("{} ({})", self.agency.name, office.name),
            None => self.agency.name.clone(),
        }
    }

    fn collector_address(&self) -> &str {
        let office = self.office.as_ref().and_then(|office| office.address.as_deref());
        office.or(self.agency.address.as_deref()).unwrap_or("theo niêm yết tại trụ sở")
    }

    fn account_words(&self, app: &App) -> (String, String, String) {
        match &self.account {
            Some(account) => (
                app.tables.bank_name(account.bank_bin.as_deref().unwrap_or_default()),
                account.number.clone().unwrap_or_default(),
                account.holder.clone().unwrap_or_default(),
            ),
            None => (NO_NUMBER.to_owned(), NO_NUMBER.to_owned(), NO_NUMBER.to_owned()),
        }
    }

    fn overleaf_values(&self, app: &App) -> Result<Values, Error> {
        let (bank, account, holder) = self.account_words(app);
        let counter = match (&self.agency.address, &self.agency.hours) {
            (Some(address), Some(hours)) => Some(format!("{address}, {hours}")),
            (Some(address), None) => Some(address.clone()),
            (None, _) => None,
        };
        let phone = self.agency.phone.clone().or_else(|| self.court.phone.clone());
        Ok(Values::new()
            .unbroken("reference", &self.notice.reference.spaced())
            .text("memo", self.notice.reference.as_str())
            .text("amount", &self.notice.amount.to_string())
            .text("bank", &bank)
            .text("account", &account)
            .text("holder", &holder)
            .text("fact", &self.fact(app)?)
            .text("site", host(&app.site))
            .maybe("counter", counter.as_deref())
            .text("phone", phone.as_deref().unwrap_or("số điện thoại của Tòa án")))
    }

    fn annex_values(&self, app: &App, moment: Timestamp) -> Result<Values, Error> {
        let (rows, worked) = app.worked_rows(&self.assessment)?;
        Ok(Values::new()
            .text("number", &self.number())
            .text("date", &moment.day().in_document())
            .text("court", &self.court.name)
            .rows("steps", &printed(&rows))
            .text("fee", &worked.fee.to_string())
            .text("advance", &self.notice.amount.to_string())
            .text("words", &lower_first(&in_words(self.notice.amount)))
            .text("schedule", &worked.schedule)
            .text("from", &worked.from)
            .text("day", &worked.day))
    }

    /// What every receipt for this notice will print.
    pub fn receipt_facts(&self, app: &App) -> Result<ReceiptFacts, Error> {
        let form = app.form(RECEIPT_FORM)?.version();
        let paid_for = self.addressees.iter().map(|row| {
            let document = app.document_of(row.document.as_deref())?;
            Ok(PaidFor {
                name: row.name.clone(),
                address: row.address.clone(),
                document: document.map(|number| Masked::of(&number).to_string()),
            })
        });
        let issued = self.notice.issued_at.unwrap_or(self.notice.drafted_at);
        Ok(ReceiptFacts {
            form: form.code.clone(),
            form_effective: form.effective,
            superior: self.agency.superior_name.clone().unwrap_or_else(|| "Bộ Tư pháp".to_owned()),
            collector: self.agency.name.clone(),
            agency: self.agency.id,
            office: self.office.as_ref().map(|office| office.name.clone()),
            tax_code: self.agency.tax_code.clone(),
            place: self.place(),
            officer: self
                .agency
                .officer
                .clone()
                .unwrap_or_else(|| "Người được giao lập biên lai".to_owned()),
            court: self.court.name.clone(),
            purpose: purpose(self.view.case.kind, self.view.case.instance),
            notice_number: self.number(),
            notice_on: issued.day(),
            paid_for: paid_for.collect::<Result<_, Error>>()?,
        })
    }
}

/// `12/2026/TB-TA`.
pub fn number_of(notice: &NoticeRow) -> String {
    match (notice.number, notice.number_year) {
        (Some(number), Some(year)) => format!("{number}/{year}/TB-TA"),
        _ => format!("{NO_NUMBER}/TB-TA"),
    }
}

/// Whether a receipt's record still has the hash that was kept with it.
pub fn record_is_whole(receipt: &ReceiptRow) -> bool {
    *ContentHash::of(&receipt.record).bytes() == receipt.content_hash.0
}

/// What a receipt is for (TT04): `tạm ứng án phí dân sự sơ thẩm`.
fn purpose(kind: CaseKind, instance: Instance) -> String {
    let what = match kind {
        CaseKind::Civil => "án phí dân sự",
        CaseKind::Family => "án phí hôn nhân và gia đình",
        CaseKind::Commercial => "án phí kinh doanh, thương mại",
        CaseKind::Labour => "án phí lao động",
        CaseKind::Administrative => "án phí hành chính",
        CaseKind::Criminal => "án phí dân sự trong vụ án hình sự",
        CaseKind::Matter => "lệ phí giải quyết việc dân sự",
        CaseKind::Charge => "lệ phí Tòa án",
    };
    let stage = match instance {
        Instance::First => "sơ thẩm",
        Instance::Appeal => "phúc thẩm",
    };
    format!("tạm ứng {what} {stage}")
}

/// `07 (bảy) ngày`, `05 (năm) ngày làm việc`.
fn limit_words(limit: Limit) -> String {
    let count = i64::try_from(limit.n.get()).ok().and_then(Dong::new).unwrap_or(Dong::ZERO);
    let words = lower_first(&in_words(count));
    let words = words.strip_suffix(" đồng").unwrap_or(&words).to_owned();
    let unit = match limit.unit {
        Unit::Day => "ngày",
        Unit::WorkingDay => "ngày làm việc",
        Unit::Month => "tháng",
        Unit::Year => "năm",
    };
    format!("{:02} ({words}) {unit}", limit.n)
}

fn lower_first(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

/// The host that people type, without the scheme.
pub fn host(site: &str) -> &str {
    site.split_once("://").map_or(site, |(_, host)| host)
}
