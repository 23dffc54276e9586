//! A notice: drafted and sent to the judge, its service recorded, its papers.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use super::{
    case::{bar, schedule},
    forms::Sent,
    session::Seated,
};
use crate::{
    app::{
        App, Caller, Error,
        desk::{CaseSheet, GroupSheet, NoticeSheet, open_groups},
        notices::NewService,
    },
    domain::{
        case::{CaseKind, DocumentKind, GroupKind, Instance, ServiceMethod},
        deadline::{Deadline, LimitKind, Unit},
        id::{CaseId, NoticeId, PartyId, StaffId},
        staff::Operation,
        time::{Day, Timestamp},
    },
    web::pages::{
        self,
        form::{Choice, DayField, Field, Item, Wrong},
        frame::{Banner, Switch},
        notices::{
            DraftPayer, NoticeDraftPage, PaperFacts, SecondFact, ServedPage, ServicePreview,
            ServiceTry, Way,
        },
    },
    words::Lang,
};

/// `GET /desk/cases/{id}/notice/new`: the papers as they will print.
pub(super) async fn draft(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::DraftNotice)?;
    let sheet = draftable(&app, &seated, &caller, &id).await?;
    let judge = sheet.view.case.judge_id.map(|id| id.to_string()).unwrap_or_default();
    draft_page(&app, &seated, &sheet, (StatusCode::OK, Field::of(judge))).await
}

/// The case of a draft: it has a claim group that no notice stands for.
async fn draftable(
    app: &App,
    seated: &Seated,
    caller: &Caller,
    id: &str,
) -> Result<CaseSheet, Response> {
    let id: CaseId = seated.id(id)?;
    let sheet = app.case_sheet(caller, id).await.map_err(|error| seated.refuse(&error))?;
    if open_groups(&sheet).is_empty() {
        return Err(seated.changed(id.uuid(), &format!("/desk/cases/{id}")).await);
    }
    Ok(sheet)
}

async fn draft_page(
    app: &App,
    seated: &Seated,
    sheet: &CaseSheet,
    (status, judge): (StatusCode, Field),
) -> Result<Response, Response> {
    let said = |error: Error| seated.refuse(&error);
    let mut groups: Vec<GroupSheet> = Vec::new();
    for group in open_groups(sheet) {
        let Ok(worked) = app.group_sheet(&sheet.view, group).map_err(said)? else {
            // The computation says what is missing.
            let path = format!("/desk/cases/{}/assessment", sheet.view.case.id);
            return Err(seated.visit.see(&path));
        };
        groups.push(worked);
    }
    let (collector, account) = app.collector_of(&sheet.court).await.map_err(said)?;
    let judges = app.judges_of(&sheet.view).await.map_err(said)?;
    let account_words = account.as_ref().map(|account| {
        let bank = app.tables.bank_name(account.bank_bin.as_deref().unwrap_or_default());
        format!("{collector}, số {}, {bank}", account.number.as_deref().unwrap_or_default())
    });
    let owing = groups.iter().flat_map(|group| group.payers.iter().map(move |it| (group, it)));
    let payers = owing.filter(|(_, payer)| payer.advance.is_positive()).map(|(group, payer)| {
        let count = group.payers.iter().filter(|other| other.advance.is_positive()).count();
        DraftPayer {
            name: payer.name.clone(),
            part: if group.joint { format!("1/{count}") } else { "1/1".to_owned() },
            relief: payer.reliefs.join(", "),
            amount: payer.advance,
            fact: second_fact(sheet, payer.position),
        }
    });
    let page = NoticeDraftPage {
        frame: seated.frame(Switch::Form),
        case: bar(seated, sheet),
        form_id: seated.own_form_id(),
        payers: payers.collect(),
        joint: groups.iter().any(|group| group.joint),
        paper: PaperFacts {
            basis: groups.first().map(|group| schedule(&group.worked)).unwrap_or_default(),
            account: account_words.clone().unwrap_or_default(),
            ..paper(app, sheet, None)
        },
        judge,
        judges: judges.iter().map(|row| Choice::of(row.id.to_string(), &row.name)).collect(),
        no_account: account_words.is_none().then_some(collector),
        preview: None,
    };
    Ok(pages::answer(status, &page))
}

/// What the paper will name as second fact of the payer at a place of the case.
fn second_fact(sheet: &CaseSheet, position: i64) -> SecondFact {
    let party = sheet.view.parties.iter().find(|party| party.row.position == position);
    match party.map(|party| party.row.document_kind) {
        Some(DocumentKind::TaxCode) => SecondFact::TaxCode,
        Some(DocumentKind::CitizenId | DocumentKind::OldId | DocumentKind::Passport) => {
            SecondFact::Document
        }
        Some(DocumentKind::Without) | None => SecondFact::Pin,
    }
}

/// What the paper will say, as far as kind, instance and time limit decide it.
pub(super) fn paper(app: &App, sheet: &CaseSheet, one: Option<&NoticeSheet>) -> PaperFacts {
    let case = &sheet.view.case;
    let (form, limit) = match (case.kind, case.instance) {
        (CaseKind::Administrative, Instance::First) => ("04-HC", LimitKind::AdminFirstAdvance),
        (CaseKind::Administrative, Instance::Appeal) => ("04-HC", LimitKind::AdminAppealAdvance),
        (CaseKind::Matter, Instance::Appeal) => ("05-VDS", LimitKind::CivilMatterAppealCharge),
        (CaseKind::Matter | CaseKind::Charge, _) => ("05-VDS", LimitKind::CivilMatterCharge),
        (_, Instance::Appeal) => ("61-DS", LimitKind::CivilAppealAdvance),
        (_, Instance::First) => ("29-DS", LimitKind::CivilFirstAdvance),
    };
    let form = one.map_or(form, |one| one.notice.form_code.as_str());
    let limit = one.and_then(|one| LimitKind::from_code(&one.notice.limit_kind)).unwrap_or(limit);
    let cited = &app.tables.limits.of(limit, app.now().day()).shown;
    let unit = match cited.limit.unit {
        Unit::Day => "ngày",
        Unit::WorkingDay => "ngày làm việc",
        Unit::Month => "tháng",
        Unit::Year => "năm",
    };
    let title = app.tables.forms.get(form).map(|form| form.title().to_owned()).unwrap_or_default();
    PaperFacts {
        number: one.map_or_else(|| "……/TB-TA".to_owned(), |one| one.number.clone()),
        form: format!("{form}, {title}"),
        basis: cited.article.clone(),
        account: String::new(),
        limit: format!("{} {unit} kể từ ngày nhận được thông báo này", cited.limit.n),
        consequence: consequence(sheet, one),
        copies: "Như trên; lưu hồ sơ vụ án".to_owned(),
    }
}

/// What follows when nothing is paid in time (decisions 1).
fn consequence(sheet: &CaseSheet, one: Option<&NoticeSheet>) -> String {
    let of = |id| sheet.view.groups.iter().find(|group| group.id == id).map(|group| group.kind);
    let kind = one.and_then(|one| of(one.notice.group_id)).unwrap_or(GroupKind::Main);
    // The words of the paper, which is Vietnamese in every language of the page.
    let paper = Lang::Vi;
    match (sheet.view.case.instance, kind) {
        (Instance::Appeal, _) => paper.t("consequence-appeal"),
        (Instance::First, GroupKind::Main) => paper.t("consequence-petition"),
        (Instance::First, GroupKind::Counterclaim | GroupKind::Independent) => {
            paper.t("consequence-claim")
        }
    }
    .to_string()
}

/// `POST /desk/cases/{id}/notice/new`: drafts and sends to the judge.
pub(super) async fn send(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let (seated, switched) = seated.switched(&form);
    let caller = seated.acting(Operation::DraftNotice)?;
    let sheet = draftable(&app, &seated, &caller, &id).await?;
    if switched {
        return draft_page(&app, &seated, &sheet, (StatusCode::OK, form.field("judge"))).await;
    }
    seated.once(&form)?;
    let judge = form.needed("judge", Wrong::Choose(Item::Judge));
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let Ok(judge_id) = judge.value.parse::<StaffId>() else {
        let judge = judge.but(Wrong::Choose(Item::Judge));
        return draft_page(&app, &seated, &sheet, (status, judge)).await;
    };
    let case = sheet.view.case.id;
    match app.draft_and_send(&caller, case, judge_id).await {
        Ok(_) => Ok(seated.done(Banner::SentToJudge, &format!("/desk/cases/{case}"))),
        Err(Error::Refused { reason: "unknown_judge", .. }) => {
            let judge = judge.but(Wrong::NotListed);
            draft_page(&app, &seated, &sheet, (status, judge)).await
        }
        Err(error) => Err(seated.refuse(&error)),
    }
}

/// A notice with its case.
pub(super) async fn found(
    app: &App,
    seated: &Seated,
    caller: &Caller,
    id: &str,
) -> Result<(CaseSheet, NoticeSheet), Response> {
    let id: NoticeId = seated.id(id)?;
    let sheet = app.case_of(caller, id).await.map_err(|error| seated.refuse(&error))?;
    let one = sheet.notices.iter().find(|one| one.notice.id == id).cloned();
    let one = one.ok_or_else(|| seated.refuse(&Error::NotFound))?;
    Ok((sheet, one))
}

/// The fields of a service, as typed.
struct ServiceFields {
    to: Field,
    way: Field,
    day: DayField,
    by: Field,
    preview: Option<ServicePreview>,
    no_calendar: Option<String>,
}

/// `GET /desk/notices/{id}/served`.
pub(super) async fn served(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::RecordService)?;
    let (sheet, one) = found(&app, &seated, &caller, &id).await?;
    let fields = ServiceFields {
        to: Field::default(),
        way: Field::of(Way::ByHand.value()),
        day: DayField::of(app.now().day()),
        by: Field::default(),
        preview: None,
        no_calendar: None,
    };
    Ok(served_page(&seated, (&sheet, &one), fields, StatusCode::OK))
}

fn served_page(
    seated: &Seated,
    (sheet, one): (&CaseSheet, &NoticeSheet),
    fields: ServiceFields,
    status: StatusCode,
) -> Response {
    let tries = one.services.iter().map(|row| ServiceTry {
        to: row.name.clone(),
        day: row.served_on,
        way: match row.method {
            ServiceMethod::ByHand => Way::ByHand,
            ServiceMethod::Refused => Way::Refused,
        },
        by: row.served_by.clone(),
    });
    let page = ServedPage {
        frame: seated.frame(Switch::Form),
        case: bar(seated, sheet),
        notice: one.notice.id.to_string(),
        form_id: seated.own_form_id(),
        tries: tries.collect(),
        opened: None,
        to: fields.to,
        addressees: unserved(one),
        way: fields.way,
        day: fields.day,
        by: fields.by,
        preview: fields.preview,
        no_calendar: fields.no_calendar,
    };
    pages::answer(status, &page)
}

/// Those whose service is still to come.
fn unserved(one: &NoticeSheet) -> Vec<Choice> {
    let open = one
        .addressees
        .iter()
        .filter(|row| !one.services.iter().any(|service| service.party_id == row.party_id));
    open.map(|row| Choice::of(row.party_id.to_string(), &row.name)).collect()
}

/// `POST /desk/notices/{id}/served`: shows where the day leads, then keeps it.
pub(super) async fn serve(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let (seated, switched) = seated.switched(&form);
    let caller = seated.acting(Operation::RecordService)?;
    let (sheet, one) = found(&app, &seated, &caller, &id).await?;
    let (mut fields, service) = read_service(&form, &one, app.now().day());
    let pair = (&sheet, &one);
    if switched {
        return Ok(served_page(&seated, pair, fields, StatusCode::OK));
    }
    seated.once(&form)?;
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let Some(service) = service else {
        return Ok(served_page(&seated, pair, fields, status));
    };
    if form.text("act") != "save" {
        let last = one.services.iter().map(|row| row.served_on).chain([service.on]).max();
        match app.deadline(&one.notice.limit_kind, last.unwrap_or(service.on)) {
            Ok(days) => fields.preview = Some(preview(&days)),
            Err(_) => fields.no_calendar = Some(service.on.year().to_string()),
        }
        return Ok(served_page(&seated, pair, fields, StatusCode::OK));
    }
    let path = format!("/desk/cases/{}", sheet.view.case.id);
    match app.record_service(&caller, one.notice.id, service).await {
        Ok(Some(days)) => Ok(seated.done(Banner::Served { pay_by: days.pay_by() }, &path)),
        Ok(None) => Ok(seated.visit.see(&path)),
        Err(Error::Refused { reason: "calendar_unknown", .. }) => {
            fields.no_calendar = Some(app.now().day().year().to_string());
            Ok(served_page(&seated, pair, fields, status))
        }
        Err(error) => Err(seated.refuse(&error)),
    }
}

fn preview(days: &Deadline) -> ServicePreview {
    let last = days.lapse_after();
    ServicePreview {
        pay_by: days.pay_by(),
        earliest_return: last.plus(1).unwrap_or(last),
        days_off: Vec::new(),
    }
}

/// What was typed, and the service when every field fits.
fn read_service(form: &Sent, one: &NoticeSheet, today: Day) -> (ServiceFields, Option<NewService>) {
    let open = unserved(one);
    let mut to = form.field("to");
    if let (true, [only]) = (to.value.is_empty(), open.as_slice()) {
        to = Field::of(&only.value);
    }
    if !open.iter().any(|choice| to.is(&choice.value)) {
        to.wrong = Some(Wrong::Choose(Item::Addressee));
    }
    let mut way = form.field("way");
    let method = match way.value.as_str() {
        "by-hand" => Some(ServiceMethod::ByHand),
        "refused" => Some(ServiceMethod::Refused),
        _ => None,
    };
    if method.is_none() {
        way.wrong = Some(Wrong::Choose(Item::Way));
    }
    let (mut day, on) = form.day("day");
    let issued = one.notice.issued_at.map(Timestamp::day);
    day.wrong = match on {
        Some(on) if on > today => Some(Wrong::AfterToday),
        Some(on) if issued.is_none_or(|issued| on < issued) => Some(Wrong::BeforeIssue),
        Some(_) => None,
        None => day.wrong,
    };
    let by = form.needed("by", Wrong::Enter(Item::ServedBy));
    let fits = [&to, &way, &by].iter().all(|field| field.wrong.is_none()) && day.wrong.is_none();
    let service = match (to.value.parse::<PartyId>(), method, on) {
        (Ok(party), Some(method), Some(on)) if fits => {
            Some(NewService { party, method, on, by: by.value.clone() })
        }
        _ => None,
    };
    (ServiceFields { to, way, day, by, preview: None, no_calendar: None }, service)
}

/// `GET /desk/notices/{id}/thong-bao.pdf`.
pub(super) async fn notice_pdf(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadMoney)?;
    let id: NoticeId = seated.id(&id)?;
    let paper = app.notice_pdf(&caller, id).await.map_err(|error| seated.refuse(&error))?;
    Ok(file(&format!("thong-bao-{id}.pdf"), paper))
}

/// A paper, shown by the browser under a name for keeping.
pub(super) fn file(name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("inline; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, "application/pdf".to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}
