//! Bank statements: the list, a new one with its preview, one of them.

use std::sync::Arc;

use axum::{
    extract::{FromRequest, Multipart, Path, Request, State, multipart::MultipartError},
    http::StatusCode,
    response::Response,
};
use uuid::Uuid;

use super::{
    forms::Sent,
    memory::Upload,
    money::{line_row, memo},
    session::{No, Seated},
    today::paging,
};
use crate::{
    app::{
        App, Caller, Error,
        desk::StatementRow,
        money::Page,
        statements::{File, ImportError},
    },
    domain::{id::StatementId, money::Dong, staff::Operation},
    web::{
        form::{from_here, in_time, is_clean},
        pages::{
            self,
            accountant::{
                self, RefusedFile, StatementNewPage, StatementPage, StatementPreviewPage,
                StatementRefusal, StatementsPage,
            },
            badge::Badge,
            errors::Refusal,
            form::{Choice, Field, Item, Wrong},
            frame::{Banner, Switch},
            money::{BankLine, Outcome},
        },
    },
};

/// The largest statement, in MB (reliability rule 17).
const LARGEST: u32 = 20;

/// Characters of a file's name; no system has longer ones.
const NAME_MAX: usize = 255;

/// Lines that a preview shows.
const SHOWN: usize = 20;

/// Statements that the list reads, at most.
const MOST: i64 = 10_000;

/// `GET /desk/statements`.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    seated: Seated,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadStatements)?;
    let said = |error: Error| seated.refuse(&error);
    let all = app.statements(&caller, Page { limit: MOST, offset: 0 }).await.map_err(said)?;
    let (range, paging) = paging(&seated, all.len());
    let mut rows = Vec::new();
    for row in all.get(range).unwrap_or_default() {
        let sheet = app.statement_sheet(&caller, row.id).await.map_err(said)?;
        rows.push(statement_row(row, sheet.open()));
    }
    let refused =
        app.refused_files(&caller).await.map_err(said)?.into_iter().map(|row| RefusedFile {
            file: row.file_name,
            account: row.account_name,
            refusal: row.refusal.0,
            sha256: row.sha256.to_hex(),
            who: row.refused_by,
            at: row.refused_at,
        });
    let page = StatementsPage {
        frame: seated.frame(Switch::Link),
        can_import: seated.seat.granted(Operation::ImportStatement).is_some(),
        rows,
        paging,
        refused: refused.collect(),
    };
    Ok(pages::answer(StatusCode::OK, &page))
}

fn statement_row(row: &StatementRow, exceptions: usize) -> accountant::StatementRow {
    accountant::StatementRow {
        id: row.id.to_string(),
        file: row.file_name.clone(),
        account: row.account_name.clone(),
        from: row.period_from,
        to: row.period_to,
        opening: row.opening,
        moved: row.sum_credit.checked_sub(row.sum_debit).unwrap_or(Dong::ZERO),
        closing: row.closing,
        lines: u32::try_from(row.line_count).unwrap_or(u32::MAX),
        exceptions: u32::try_from(exceptions).unwrap_or(u32::MAX),
        who: row.imported_by.clone(),
        at: row.imported_at,
    }
}

/// `GET /desk/statements/{id}`.
pub(super) async fn page(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ReadStatements)?;
    let id: StatementId = seated.id(&id)?;
    let said = |error: Error| seated.refuse(&error);
    let sheet = app.statement_sheet(&caller, id).await.map_err(said)?;
    let (range, paging) = paging(&seated, sheet.lines.len());
    let lines = sheet.lines.get(range).unwrap_or_default().iter();
    let page = StatementPage {
        frame: seated.frame(Switch::Link),
        statement: statement_row(&sheet.statement, sheet.open()),
        lines: lines.map(|line| line_row(seated.visit.lang, &sheet, line)).collect(),
        paging,
    };
    Ok(pages::answer(StatusCode::OK, &page))
}

/// `GET /desk/statements/new`.
pub(super) async fn new(State(app): State<Arc<App>>, seated: Seated) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ImportStatement)?;
    let asked = Asked { status: StatusCode::OK, ..Asked::default() };
    new_page(&app, &seated, &caller, asked).await
}

#[derive(Default)]
struct Asked {
    status: StatusCode,
    account: Field,
    file_wrong: Option<Wrong>,
    refused: Option<StatementRefusal>,
}

async fn new_page(
    app: &App,
    seated: &Seated,
    caller: &Caller,
    asked: Asked,
) -> Result<Response, Response> {
    let accounts = app.statement_accounts(caller).await.map_err(|error| seated.refuse(&error))?;
    let page = StatementNewPage {
        frame: seated.frame(Switch::Form),
        form_id: seated.form_id("/desk/statements/new"),
        account: asked.account,
        accounts: accounts.iter().map(|it| Choice::of(&it.name, &it.name)).collect(),
        file_wrong: asked.file_wrong,
        refused: asked.refused,
    };
    Ok(pages::answer(asked.status, &page))
}

/// What a multipart form brought.
struct Posted {
    form: Sent,
    name: String,
    bytes: Vec<u8>,
}

async fn posted(seated: &Seated, app: &Arc<App>, request: Request) -> Result<Posted, Response> {
    let unreadable = |status| seated.visit.say_no(Some(&seated.seat), status, Refusal::Unreadable);
    if !from_here(request.headers()) {
        return Err(unreadable(StatusCode::UNPROCESSABLE_ENTITY));
    }
    let parts = Multipart::from_request(request, app).await;
    let parts = parts.map_err(|_| unreadable(StatusCode::UNSUPPORTED_MEDIA_TYPE))?;
    let posted = in_time(read(parts)).await.map_err(unreadable)?;
    let posted = posted.map_err(|error| unreadable(error.status()))?;
    if !posted.form.is_clean() || !is_clean(&posted.name) {
        return Err(unreadable(StatusCode::BAD_REQUEST));
    }
    if posted.name.chars().nth(NAME_MAX).is_some() {
        return Err(unreadable(StatusCode::UNPROCESSABLE_ENTITY));
    }
    Ok(posted)
}

async fn read(mut parts: Multipart) -> Result<Posted, MultipartError> {
    let (mut fields, mut name, mut bytes) = (Vec::new(), String::new(), Vec::new());
    while let Some(part) = parts.next_field().await? {
        let field = part.name().unwrap_or_default().to_owned();
        if field == "file" {
            part.file_name().unwrap_or_default().clone_into(&mut name);
            bytes = part.bytes().await?.to_vec();
        } else {
            fields.push((field, part.text().await?));
        }
    }
    Ok(Posted { form: Sent::new(fields), name, bytes })
}

/// `POST /desk/statements/new`: reads the file and shows it; nothing is imported.
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    seated: Seated,
    request: Request,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ImportStatement)?;
    let Posted { form, name, bytes } = posted(&seated, &app, request).await?;
    let (seated, switched) = seated.switched(&form);
    let mut asked = Asked { account: form.field("account"), ..Asked::default() };
    if switched {
        return new_page(&app, &seated, &caller, asked).await;
    }
    seated.once(&form)?;
    asked.status = StatusCode::UNPROCESSABLE_ENTITY;
    if asked.account.value.is_empty() {
        asked.account.wrong = Some(Wrong::Choose(Item::Account));
    }
    asked.file_wrong = match bytes.len().div_ceil(1024 * 1024) {
        0 => Some(Wrong::Choose(Item::File)),
        size if size > usize::try_from(LARGEST).unwrap_or(usize::MAX) => {
            Some(Wrong::FileSize(LARGEST))
        }
        _ => None,
    };
    if asked.account.wrong.is_some() || asked.file_wrong.is_some() {
        return new_page(&app, &seated, &caller, asked).await;
    }
    let account = asked.account.value.clone();
    let file = File { name: &name, bytes: &bytes, format: "auto", account: Some(&account) };
    match app.read_statement(&caller, file).await {
        Ok(_) => {
            let id: Uuid = app.new_id();
            let id = id.to_string();
            let path = format!("/desk/statements/new/{id}");
            let upload = Upload {
                id,
                file: name.clone(),
                account: account.clone(),
                bytes: bytes.as_slice().into(),
                at: app.now(),
            };
            seated.visit.memory.keep_upload(seated.seat.session, upload);
            Ok(seated.visit.see(&path))
        }
        Err(error) => refused(&app, &seated, &caller, (asked, error), file).await,
    }
}

/// The form again, with the reason why the file was refused, and the file kept aside.
async fn refused(
    app: &App,
    seated: &Seated,
    caller: &Caller,
    (mut asked, error): (Asked, ImportError),
    file: File<'_>,
) -> Result<Response, Response> {
    asked.status = StatusCode::UNPROCESSABLE_ENTITY;
    match (error.refusal(), error) {
        (Some(refusal), _) => {
            let kept = app.set_aside(caller, file, &refusal).await;
            let kept = kept.map_err(|error| seated.refuse(&error))?;
            let (file, sha256) = (file.name.to_owned(), kept.sha256);
            asked.refused = Some(StatementRefusal { refusal, file, sha256 });
        }
        (None, ImportError::App(Error::Refused { .. }) | ImportError::UnknownAccount(_)) => {
            asked.account.wrong = Some(Wrong::Choose(Item::Account));
        }
        (None, ImportError::App(error)) => return Err(seated.refuse(&error)),
        (None, error) => return Err(seated.refuse(&Error::internal(error.to_string()))),
    }
    new_page(app, seated, caller, asked).await
}

fn kept(seated: &Seated, id: &str) -> Result<Upload, No> {
    let upload = seated.visit.memory.upload(seated.seat.session, id);
    upload.ok_or_else(|| seated.refuse(&Error::NotFound).into())
}

/// `GET /desk/statements/new/{upload}`: what the file says.
pub(super) async fn preview(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
) -> Result<Response, Response> {
    let caller = seated.acting(Operation::ImportStatement)?;
    let upload = kept(&seated, &id)?;
    let file = file_of(&upload);
    let (account, statement) = match app.read_statement(&caller, file).await {
        Ok(read) => read,
        Err(error) => {
            let asked = Asked { account: Field::of(&upload.account), ..Asked::default() };
            return refused(&app, &seated, &caller, (asked, error), file).await;
        }
    };
    let days = || statement.lines().iter().map(|line| line.booking_date);
    let today = app.now().day();
    let period = statement.period();
    let count = u32::try_from(statement.lines().len()).unwrap_or(u32::MAX);
    let lines = statement.lines().iter().take(SHOWN).map(|line| BankLine {
        number: line.number,
        at: line.moment,
        on: line.booking_date,
        amount: line.signed(),
        balance: line.balance_after,
        payer: line.counterparty.name.clone().unwrap_or_default(),
        memo: memo(&line.description),
        badge: Badge::Suggested,
        outcome: Outcome::default(),
    });
    let moved = statement.sum_credit().checked_sub(statement.sum_debit()).unwrap_or(Dong::ZERO);
    let page = StatementPreviewPage {
        frame: seated.frame(Switch::Form),
        upload: upload.id.clone(),
        form_id: seated.own_form_id(),
        file: upload.file.clone(),
        format: statement.format().to_owned(),
        account: account.name,
        from: period.map(|it| it.from).or_else(|| days().min()).unwrap_or(today),
        to: period.map(|it| it.to).or_else(|| days().max()).unwrap_or(today),
        opening: statement.opening().unwrap_or(Dong::ZERO),
        moved,
        closing: statement.closing().unwrap_or(Dong::ZERO),
        new_lines: count,
        seen_lines: 0,
        faults: Vec::new(),
        lines: lines.collect(),
    };
    Ok(pages::answer(StatusCode::OK, &page))
}

fn file_of(upload: &Upload) -> File<'_> {
    File {
        name: &upload.file,
        bytes: &upload.bytes,
        format: "auto",
        account: Some(&upload.account),
    }
}

/// `POST /desk/statements/new/{upload}`: imports the file whole, then matches its lines.
pub(super) async fn import(
    State(app): State<Arc<App>>,
    seated: Seated,
    Path(id): Path<String>,
    form: Sent,
) -> Result<Response, Response> {
    let (seated, switched) = seated.switched(&form);
    let caller = seated.acting(Operation::ImportStatement)?;
    let upload = kept(&seated, &id)?;
    if switched {
        return Ok(seated.visit.see(&format!("/desk/statements/new/{id}")));
    }
    seated.once(&form)?;
    let imported = match app.import_statement(&caller, file_of(&upload)).await {
        Ok(imported) => imported,
        Err(error) => {
            let asked = Asked { account: Field::of(&upload.account), ..Asked::default() };
            return refused(&app, &seated, &caller, (asked, error), file_of(&upload)).await;
        }
    };
    seated.visit.memory.drop_upload(seated.seat.session);
    let said = |error: Error| seated.refuse(&error);
    let accounts = app.statement_accounts(&caller).await.map_err(said)?;
    let account = accounts.iter().find(|account| account.id == imported.account);
    let account = account.ok_or_else(|| said(Error::NotFound))?;
    app.reconcile(&caller, account, None).await.map_err(said)?;
    let sheet = app.statement_sheet(&caller, imported.statement).await.map_err(said)?;
    let small = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let open = sheet.lines.iter().filter(|line| sheet.waits(line.id)).count();
    let banner = Banner::Imported {
        lines: small(imported.lines),
        matched: small(imported.lines.saturating_sub(open)),
    };
    Ok(seated.done(banner, &format!("/desk/statements/{}", imported.statement)))
}
