//! One request to a public page: its language, its own address, who answers for the page.

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use axum::{
    body::{Body, to_bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use unicode_normalization::UnicodeNormalization;

use crate::{
    app::{App, Error, holder::Held},
    domain::time::Timestamp,
    web::{
        pages::{
            self,
            errors::{PublicErrorPage, Refusal},
            frame::{Menu, PublicFrame, Responsible, Step, Switch},
        },
        request::{RequestId, from_here, is_clean},
    },
    words::Lang,
};

/// The largest form without a file.
const LARGEST_FORM: usize = 64 * 1024;

/// What every handler needs to answer with a page.
#[derive(Clone, Debug)]
pub(super) struct Visit {
    pub(super) lang: Lang,
    path: String,
    responsible: Responsible,
    now: Timestamp,
    test_data: bool,
    query: HashMap<String, String>,
    /// Names this request in the log and on the page, should it fail.
    id: RequestId,
}

impl FromRequestParts<Arc<App>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Infallible> {
        let query = pairs(parts.uri.query().unwrap_or_default().as_bytes());
        let lang = query.iter().find(|(name, _)| name == "lang");
        let lang = lang.map_or(Lang::Vi, |(_, code)| language(code));
        let kept = query.iter().filter(|(name, _)| name != "lang");
        let rest = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
        let path = match rest.as_str() {
            "" => parts.uri.path().to_owned(),
            rest => format!("{}?{rest}", parts.uri.path()),
        };
        Ok(Self {
            lang,
            path,
            responsible: responsible(app).await,
            now: app.now(),
            test_data: app.test_data,
            query: query.into_iter().collect(),
            id: parts.extensions.get::<RequestId>().cloned().unwrap_or_default(),
        })
    }
}

fn language(code: &str) -> Lang {
    if code == "en" { Lang::En } else { Lang::Vi }
}

/// The body that runs this installation; nameless while the database is away.
async fn responsible(app: &App) -> Responsible {
    let body = app.responsible().await.ok().flatten();
    let (court, address, hotline) = body.map_or_else(Default::default, |body| {
        (body.name, body.address.unwrap_or_default(), body.phone.unwrap_or_default())
    });
    Responsible { court, address, hotline, email: String::new() }
}

impl Visit {
    /// The frame of a page outside of paying.
    pub(super) fn frame(&self, switch: Switch) -> PublicFrame {
        PublicFrame {
            lang: self.lang,
            path: self.path.clone(),
            switch,
            menu: Menu::Full,
            responsible: self.responsible.clone(),
            now: self.now,
            test_data: self.test_data,
        }
    }

    /// The frame of a page of one notice: its court answers for it.
    pub(super) fn paying(&self, held: &Held, step: Step, switch: Switch) -> PublicFrame {
        PublicFrame {
            menu: Menu::Paying(step),
            responsible: Responsible {
                court: held.court.name.clone(),
                address: held.court.address.clone().unwrap_or_default(),
                hotline: self.hotline(held),
                email: String::new(),
            },
            ..self.frame(switch)
        }
    }

    /// The court's number, else the agency's, else that of who runs the installation.
    pub(super) fn hotline(&self, held: &Held) -> String {
        let known = held.court.phone.clone().or_else(|| held.agency.phone.clone());
        known.unwrap_or_else(|| self.responsible.hotline.clone())
    }

    /// Whom to call when no notice is at hand.
    pub(super) fn phone(&self) -> String {
        self.responsible.hotline.clone()
    }

    /// The present moment.
    pub(super) const fn now(&self) -> Timestamp {
        self.now
    }

    /// A parameter of the address.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    /// The same visit after a submit that only switches the language, to the language of `switch`.
    pub(super) fn switched(mut self, switch: Option<&str>) -> Self {
        if let Some(code) = switch {
            self.lang = language(code);
        }
        self
    }

    /// An address in the page's language.
    pub(super) fn href(&self, path: &str) -> String {
        use crate::web::pages::frame::Frame;
        self.frame(Switch::Link).href(path)
    }

    /// A page that says no, and why.
    pub(super) fn refuse(&self, error: &Error) -> Response {
        let mut wait = None;
        let (status, refusal) = match error {
            Error::NotFound | Error::Unauthenticated | Error::Forbidden => {
                (StatusCode::NOT_FOUND, Refusal::NotFound)
            }
            Error::TooMany { retry_after } => {
                let seconds = i64::try_from(*retry_after).unwrap_or(i64::MAX / 1_000);
                wait = Some(*retry_after);
                let again = self.now.plus(chrono::TimeDelta::seconds(seconds));
                (StatusCode::TOO_MANY_REQUESTS, Refusal::TooMany { again })
            }
            Error::Away(_) | Error::Busy => {
                let until = self.now.plus(chrono::TimeDelta::minutes(5));
                wait = Some(60);
                (StatusCode::SERVICE_UNAVAILABLE, Refusal::Maintenance { until })
            }
            Error::Refused { .. } | Error::State(_) => {
                (StatusCode::UNPROCESSABLE_ENTITY, Refusal::Unreadable)
            }
            Error::Changed | Error::KeyReused | Error::StillRunning | Error::Internal(_) => {
                tracing::error!(request_id = self.id.as_str(), error = %chain(error), "a page failed");
                (StatusCode::INTERNAL_SERVER_ERROR, Refusal::Broken)
            }
        };
        let mut response = self.error_page(status, refusal);
        if let Some(seconds) = wait {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }

    /// The page of a refusal.
    pub(super) fn error_page(&self, status: StatusCode, error: Refusal) -> Response {
        let frame = self.frame(Switch::Link);
        let request_id = status.is_server_error().then(|| self.id.as_str().to_owned());
        let page = PublicErrorPage { frame, error, hotline: self.phone(), request_id };
        pages::answer(status, &page)
    }
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

/// What stands at an address of no page.
pub(super) async fn not_found(visit: Visit) -> Response {
    visit.error_page(StatusCode::NOT_FOUND, Refusal::NotFound)
}

/// The fields of a posted form. A browser that says where the form came from must name us.
#[derive(Clone, Debug, Default)]
pub(super) struct Sent(HashMap<String, String>);

impl Sent {
    /// A field as typed, without blanks around it.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|text| text.trim())
    }

    /// A field, composed (NFC); empty where it is missing.
    pub(super) fn text(&self, name: &str) -> String {
        self.get(name).unwrap_or_default().nfc().collect()
    }
}

impl FromRequest<Arc<App>> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Self, Response> {
        let (mut parts, body) = request.into_parts();
        let Ok(visit) = Visit::from_request_parts(&mut parts, app).await;
        let refused = |status| visit.error_page(status, Refusal::Unreadable);
        let Some(sent) = read_form(&parts.headers, body).await else {
            return Err(refused(StatusCode::UNPROCESSABLE_ENTITY));
        };
        if sent.0.values().all(|value| is_clean(value)) {
            Ok(sent)
        } else {
            Err(refused(StatusCode::BAD_REQUEST))
        }
    }
}

async fn read_form(headers: &HeaderMap, body: Body) -> Option<Sent> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    if !kind.starts_with("application/x-www-form-urlencoded") || !from_here(headers) {
        return None;
    }
    let bytes = to_bytes(body, LARGEST_FORM).await.ok()?;
    Some(Sent(pairs(&bytes).into_iter().collect()))
}

fn pairs(bytes: &[u8]) -> Vec<(String, String)> {
    form_urlencoded::parse(bytes).into_owned().collect()
}

/// See other: after a form, or from one address to the right one.
pub(super) fn see(path: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, path.to_owned())]).into_response()
}

/// A file of ours, shown by the browser under a name for keeping.
pub(super) fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let disposition = format!("inline; filename=\"{name}\"");
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CACHE_CONTROL, "private, no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}
