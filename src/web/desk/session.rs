//! One request to the desk: who sits there, what they may do, and the frame of the answer.

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;
use uuid::Uuid;

use super::{
    forms::{FormFault, Sent, new_form_id, nonce_of},
    memory::Memory,
};
use crate::{
    app::{App, Caller, Error, desk::Waiting, session::Seat},
    domain::{
        staff::{Operation, Role},
        time::Timestamp,
    },
    web::{
        pages::{
            self,
            errors::{DeskErrorPage, Refusal},
            frame::{
                Banner, DeskEntry, DeskFrame, DeskGroup, DeskPlace, DeskRole, Frame, SignedIn,
                Switch,
            },
        },
        request::{Peer, RequestId},
    },
    words::Lang,
};

/// What every handler needs to answer with a page, signed in or not.
#[derive(Clone)]
pub(super) struct Visit {
    pub(super) app: Arc<App>,
    pub(super) memory: Memory,
    pub(super) lang: Lang,
    pub(super) address: String,
    /// The path alone: what a form's id is bound to.
    pub(super) action: String,
    full: String,
    query: HashMap<String, String>,
    token: Option<String>,
    request_id: Option<String>,
    waiting: Option<Waiting>,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let raw = parts.uri.query().unwrap_or_default();
        let query: Vec<(String, String)> =
            form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        let lang = query.iter().find(|(name, _)| name == "lang");
        let kept = query.iter().filter(|(name, _)| name != "lang");
        let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        let action = parts.uri.path().to_owned();
        let full = if rest.is_empty() { action.clone() } else { format!("{action}?{rest}") };
        let lang = lang.map_or(Lang::Vi, |(_, code)| Lang::from_code(code));
        let token = cookie(&parts.headers, cookie_name(app));
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.as_str().to_owned());
        let memory = parts.extensions.get::<Memory>().cloned().unwrap_or_default();
        let address = parts.extensions.get::<Peer>();
        let address = address.map_or_else(|| "-".to_owned(), |peer| peer.address.to_string());
        Ok(Self {
            app: app.clone(),
            memory,
            lang,
            address,
            action,
            full,
            query: query.into_iter().collect(),
            token,
            request_id,
            waiting: None,
        })
    }
}

/// Without TLS, which only this machine itself may use, a browser takes no secure cookie.
fn is_plain(app: &App) -> bool {
    app.site.starts_with("http://")
}

fn cookie_name(app: &App) -> &'static str {
    if is_plain(app) { "anphi" } else { "__Host-anphi" }
}

fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

impl Visit {
    /// A parameter of the address.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(|text| text.trim())
    }

    /// This address with another page of its list.
    pub(super) fn at_page(&self, page: usize) -> String {
        let kept = self.query.iter().filter(|(name, _)| !matches!(name.as_str(), "lang" | "page"));
        let mut kept: Vec<(&String, &String)> = kept.collect();
        kept.sort();
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept).append_pair("page", &page.to_string());
        self.href(&format!("{}?{}", self.action, query.finish()))
    }

    /// The present moment.
    pub(super) fn now(&self) -> Timestamp {
        self.app.now()
    }

    /// The seat of the cookie, if a living session stands behind it.
    pub(super) async fn seat(&self) -> Result<Option<Seat>, Error> {
        let Some(token) = &self.token else { return Ok(None) };
        match self.app.seat(token).await {
            Ok(seat) => Ok(Some(seat)),
            Err(Error::Unauthenticated) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// An address in the page's language.
    pub(super) fn href(&self, path: &str) -> String {
        self.frame(None, Switch::Link).href(path)
    }

    /// See other: after a form, or from one address to the right one.
    pub(super) fn see(&self, path: &str) -> Response {
        (StatusCode::SEE_OTHER, [(header::LOCATION, self.href(path))]).into_response()
    }

    /// See other, with a new session's cookie; the browser forgets the session without a token.
    pub(super) fn see_with_cookie(&self, path: &str, token: Option<&str>) -> Response {
        let mut answer = self.see(path);
        let secure = if is_plain(&self.app) { "" } else { "; Secure" };
        let age = if token.is_none() { "; Max-Age=0" } else { "" };
        let text = format!(
            "{}={}; Path=/; HttpOnly; SameSite=Lax{secure}{age}",
            cookie_name(&self.app),
            token.unwrap_or_default()
        );
        if let Ok(value) = HeaderValue::from_str(&text) {
            answer.headers_mut().insert(header::SET_COOKIE, value);
        }
        answer
    }

    /// The same visit after a submit that only switches the language.
    pub(super) fn switched(mut self, sent: &Sent) -> (Self, bool) {
        let Some(code) = sent.get("switch") else { return (self, false) };
        self.lang = Lang::from_code(code);
        (self, true)
    }

    /// The frame of a page; without a seat, of those before sign-in.
    pub(super) fn frame(&self, seat: Option<&Seat>, switch: Switch) -> DeskFrame {
        // Whoever has the whole installation has no place of their own.
        let place = seat.and_then(|seat| seat.grants.first()).map(|grant| grant.place.clone());
        let place = place.filter(|place| !place.is_empty());
        DeskFrame {
            lang: self.lang,
            path: self.full.clone(),
            switch,
            place: place.unwrap_or_else(|| "anphi".to_owned()),
            person: seat.map(|seat| self.person(seat)),
            search: String::new(),
            groups: seat
                .filter(|seat| seat.verified)
                .map(|seat| groups(seat, self.waiting))
                .unwrap_or_default(),
            banner: None,
            now: self.now(),
            test_data: self.app.test_data,
        }
    }

    fn person(&self, seat: &Seat) -> SignedIn {
        SignedIn {
            name: seat.name.clone(),
            ends: seat.ends,
            sign_out: new_form_id(&self.app, seat.session, "/desk/logout"),
        }
    }

    /// A page that says no, and why.
    pub(super) fn refuse(&self, seat: Option<&Seat>, error: &Error) -> Response {
        let now = self.now();
        let mut after = None;
        let (status, refusal) = match error {
            Error::NotFound | Error::Unauthenticated => (StatusCode::NOT_FOUND, Refusal::NotFound),
            Error::Forbidden => (StatusCode::FORBIDDEN, Refusal::Forbidden { who: String::new() }),
            Error::TooMany { retry_after } => {
                let wait = i64::try_from(*retry_after).unwrap_or(i64::MAX / 1_000);
                let again = now.plus(TimeDelta::seconds(wait));
                after = Some(*retry_after);
                (StatusCode::TOO_MANY_REQUESTS, Refusal::TooMany { again })
            }
            Error::Away(_) | Error::Busy => {
                let until = now.plus(TimeDelta::minutes(5));
                after = Some(60);
                (StatusCode::SERVICE_UNAVAILABLE, Refusal::Maintenance { until })
            }
            Error::Changed | Error::State(_) | Error::KeyReused | Error::StillRunning => {
                (StatusCode::CONFLICT, self.changed(None))
            }
            Error::Refused { .. } if error.is_conflict() => {
                (StatusCode::CONFLICT, self.changed(None))
            }
            Error::Refused { .. } => (StatusCode::UNPROCESSABLE_ENTITY, Refusal::Unreadable),
            Error::Internal(_) => {
                tracing::error!(error = %chain(error), "a page failed");
                (StatusCode::INTERNAL_SERVER_ERROR, Refusal::Broken)
            }
        };
        let mut answer = self.say_no(seat, status, refusal);
        if let Some(seconds) = after {
            answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        answer
    }

    /// Somebody was faster. An address that only takes forms shows nothing: from there one goes on
    /// to where the work begins.
    fn changed(&self, by: Option<(String, Timestamp)>) -> Refusal {
        let takes_only =
            ["/accept", "/logout", "/take-back"].iter().any(|end| self.action.ends_with(end));
        let see = if takes_only { "/desk".to_owned() } else { self.full.clone() };
        Refusal::Changed { by, see }
    }

    /// The page of a refusal.
    pub(super) fn say_no(
        &self,
        seat: Option<&Seat>,
        status: StatusCode,
        error: Refusal,
    ) -> Response {
        let request_id = self.request_id.clone().filter(|_| status.is_server_error());
        let frame = self.frame(seat, Switch::Link);
        let page = DeskErrorPage { frame, error, hotline: String::new(), request_id };
        pages::answer(status, &page)
    }
}

/// The page of a refusal that no handler wrote.
pub(in crate::web) async fn refused(
    parts: &mut Parts,
    app: &Arc<App>,
    (status, refusal): (StatusCode, Refusal),
) -> Response {
    let Ok(visit) = Visit::from_request_parts(parts, app).await;
    visit.say_no(None, status, refusal)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// The roles with pages, and where each begins.
const ROLES: [(Role, DeskRole, &[DeskPlace]); 3] = [
    (Role::Clerk, DeskRole::Clerk, &[DeskPlace::Today, DeskPlace::NewCase]),
    (Role::Judge, DeskRole::Judge, &[DeskPlace::Judge]),
    (
        Role::Accountant,
        DeskRole::Accountant,
        &[
            DeskPlace::Statements,
            DeskPlace::Reconciliation,
            DeskPlace::Exceptions,
            DeskPlace::Receipts,
        ],
    ),
];

/// Places for those whose role has no pages of its own: what each needs to be read.
const READABLE: [(Operation, DeskPlace); 5] = [
    (Operation::ReadCases, DeskPlace::Today),
    (Operation::ReadStatements, DeskPlace::Statements),
    (Operation::ReadStatements, DeskPlace::Reconciliation),
    (Operation::ReadStatements, DeskPlace::Exceptions),
    (Operation::ReadMoney, DeskPlace::Receipts),
];

fn groups(seat: &Seat, waiting: Option<Waiting>) -> Vec<DeskGroup> {
    let count = |place: DeskPlace| match place {
        DeskPlace::Today => waiting.map(|waiting| waiting.to_accept),
        DeskPlace::Judge => waiting.map(|waiting| waiting.for_judge),
        DeskPlace::Exceptions => waiting.map(|waiting| waiting.to_decide),
        DeskPlace::NewCase
        | DeskPlace::Statements
        | DeskPlace::Reconciliation
        | DeskPlace::Receipts => None,
    };
    let entries = |places: &[DeskPlace]| {
        let entries = places.iter().map(|place| DeskEntry { place: *place, count: count(*place) });
        entries.collect::<Vec<_>>()
    };
    let held: Vec<DeskGroup> = ROLES
        .iter()
        .filter(|(role, ..)| seat.grants.iter().any(|grant| grant.role == *role))
        .map(|(_, role, places)| DeskGroup { role: *role, entries: entries(places) })
        .collect();
    if !held.is_empty() {
        return held;
    }
    let places: Vec<DeskPlace> = READABLE
        .iter()
        .filter(|(operation, _)| seat.granted(*operation).is_some())
        .map(|(_, place)| *place)
        .collect();
    if places.is_empty() {
        return Vec::new();
    }
    vec![DeskGroup { role: DeskRole::Reader, entries: entries(&places) }]
}

/// Where a member of staff begins: the page of their first role that has one, else of what they may
/// read.
pub(super) fn home(seat: &Seat) -> Option<&'static str> {
    let by_role = seat.grants.iter().find_map(|grant| {
        let (.., places) = ROLES.iter().find(|(role, ..)| *role == grant.role)?;
        places.first().map(|place| place.path())
    });
    by_role.or_else(|| {
        let may = |operation| seat.granted(operation).is_some();
        match (may(Operation::ReadCases), may(Operation::ReadStatements)) {
            (true, _) => Some(DeskPlace::Today.path()),
            (false, true) => Some(DeskPlace::Statements.path()),
            (false, false) => None,
        }
    })
}

/// An answer that says no, small enough to be passed up as an error.
#[derive(Debug)]
pub(super) struct No(Box<Response>);

impl From<Response> for No {
    fn from(answer: Response) -> Self {
        Self(Box::new(answer))
    }
}

impl From<No> for Response {
    fn from(no: No) -> Self {
        *no.0
    }
}

/// A request of somebody who is signed in with both factors.
#[derive(Clone)]
pub(super) struct Seated {
    pub(super) visit: Visit,
    pub(super) seat: Seat,
}

impl FromRequestParts<Arc<App>> for Seated {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Response> {
        let Ok(visit) = Visit::from_request_parts(parts, app).await;
        let seat = visit.seat().await.map_err(|error| visit.refuse(None, &error))?;
        match seat {
            Some(seat) if seat.verified => {
                let waiting = app.waiting_for(&seat).await;
                let waiting = waiting.map_err(|error| visit.refuse(Some(&seat), &error))?;
                Ok(Self { visit: Visit { waiting: Some(waiting), ..visit }, seat })
            }
            Some(seat) => Err(next_step(&visit, &seat).await),
            None => Err(visit.see("/desk/login")),
        }
    }
}

/// After the password: the code, or the enrolment of what gives codes.
pub(super) async fn next_step(visit: &Visit, seat: &Seat) -> Response {
    match visit.app.is_enrolled(seat).await {
        Ok(true) => visit.see("/desk/login/code"),
        Ok(false) => visit.see("/desk/me/totp"),
        Err(error) => visit.refuse(None, &error),
    }
}

impl Seated {
    /// The caller under the first grant that may do `operation`, else the page that says who may.
    pub(super) fn acting(&self, operation: Operation) -> Result<Caller, No> {
        let Some(granted) = self.seat.granted(operation) else {
            return Err(self.forbidden(operation).into());
        };
        Ok(self.seat.caller(granted, &self.visit.address, self.visit.request_id.clone()))
    }

    /// Whether a role is held anywhere.
    pub(super) fn holds(&self, role: Role) -> bool {
        self.seat.grants.iter().any(|grant| grant.role == role)
    }

    /// The page for those whose roles do not hold the function.
    pub(super) fn forbidden(&self, operation: Operation) -> Response {
        let lang = self.visit.lang;
        let holders = ROLES.iter().filter(|(role, ..)| role.may(operation));
        let words: Vec<String> = holders.map(|(_, role, _)| role.word(lang).to_string()).collect();
        let refusal = Refusal::Forbidden { who: words.join(", ") };
        self.visit.say_no(Some(&self.seat), StatusCode::FORBIDDEN, refusal)
    }

    /// The caller of a form: may do `operation`, and sends the form for the first time.
    pub(super) fn writing(&self, operation: Operation, sent: &Sent) -> Result<Caller, No> {
        let caller = self.acting(operation)?;
        self.once(sent)?;
        Ok(caller)
    }

    /// Uses the one-time id of a form that was sent to this address.
    pub(super) fn once(&self, sent: &Sent) -> Result<(), No> {
        let id = sent.get("form_id").unwrap_or_default();
        let visit = &self.visit;
        let nonce = nonce_of(&visit.app, self.seat.session, &visit.action, id);
        let fault = match nonce {
            Ok(nonce) if visit.memory.spend(nonce, visit.now()) => return Ok(()),
            Ok(_) => FormFault::Used,
            Err(fault) => fault,
        };
        let answer = match fault {
            FormFault::Unknown => {
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                visit.say_no(Some(&self.seat), status, Refusal::Unreadable)
            }
            FormFault::Used => self.refuse(&Error::Changed),
        };
        Err(answer.into())
    }

    /// A new one-time id for a form that is sent to `action`.
    pub(super) fn form_id(&self, action: &str) -> String {
        new_form_id(&self.visit.app, self.seat.session, action)
    }

    /// A new one-time id for a form that is sent to this very address.
    pub(super) fn own_form_id(&self) -> String {
        self.form_id(&self.visit.action)
    }

    /// The frame of a page; what was just done is said on it, once.
    pub(super) fn frame(&self, switch: Switch) -> DeskFrame {
        let banner = self.visit.memory.said(self.seat.session);
        DeskFrame { banner, ..self.visit.frame(Some(&self.seat), switch) }
    }

    /// Keeps what was just done for the next page, and leads there.
    pub(super) fn done(&self, banner: Banner, path: &str) -> Response {
        self.visit.memory.say(self.seat.session, banner, self.visit.now());
        self.visit.see(path)
    }

    /// A page that says no, and why.
    pub(super) fn refuse(&self, error: &Error) -> Response {
        self.visit.refuse(Some(&self.seat), error)
    }

    /// The page that says who was faster with a thing, and when; `see` shows how it stands now.
    pub(super) async fn changed(&self, entity: Uuid, see: &str) -> Response {
        match self.visit.app.last_act(entity).await {
            Ok(by) => {
                let refusal = Refusal::Changed { by, see: see.to_owned() };
                self.visit.say_no(Some(&self.seat), StatusCode::CONFLICT, refusal)
            }
            Err(error) => self.refuse(&error),
        }
    }

    /// The same after a submit that only switches the language.
    pub(super) fn switched(self, sent: &Sent) -> (Self, bool) {
        let (visit, switched) = self.visit.switched(sent);
        (Self { visit, seat: self.seat }, switched)
    }

    /// An id in the address; one that cannot be is one that there is not.
    pub(super) fn id<T: From<Uuid>>(&self, text: &str) -> Result<T, No> {
        text.parse::<Uuid>().map(T::from).map_err(|_| self.refuse(&Error::NotFound).into())
    }
}
