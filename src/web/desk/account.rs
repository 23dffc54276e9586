//! Signing in and out, and setting the second factor.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use chrono::TimeDelta;

use super::{
    forms::Sent,
    session::{Seated, Visit, home, next_step},
};
use crate::{
    app::{App, Error, session::Seat, totp},
    domain::sign_in::Standing,
    web::pages::{
        self,
        account::{CodePage, LoginPage, SignInNote, SignInRefusal, TotpPage},
        errors::Refusal,
        form::{Field, Item, Wrong},
        frame::{Banner, DeskFrame, Switch},
        qr::QrPath,
    },
};

/// When to come back to a name that only an administrator can open.
const ASK_AGAIN: TimeDelta = TimeDelta::minutes(15);

/// `GET /desk`: to the page where one's work begins.
pub(super) async fn start(seated: Seated) -> Response {
    let Some(path) = home(&seated.seat) else {
        let seat = Some(&seated.seat);
        return seated.visit.say_no(seat, StatusCode::FORBIDDEN, Refusal::NoPages);
    };
    seated.visit.see(path)
}

/// `GET /desk/login`.
pub(super) async fn login(visit: Visit) -> Response {
    match visit.seat().await {
        Ok(Some(seat)) if seat.verified => visit.see("/desk"),
        Ok(_) => {
            let note = visit.asked("out").map(|_| SignInNote::SignedOut);
            let page = LoginPage { note, ..login_page(&visit, Field::default()) };
            pages::answer(StatusCode::OK, &page)
        }
        Err(error) => visit.refuse(None, &error),
    }
}

/// The page before anybody is known. Its form has no one-time id: there is no session to bind one
/// to, and an id that anybody can fetch proves nothing. What says that a password was typed here is
/// where the browser says the form comes from; to send it twice only opens a second session.
fn login_page(visit: &Visit, username: Field) -> LoginPage {
    LoginPage {
        frame: visit.frame(None, Switch::Form),
        username,
        password_wrong: None,
        refused: None,
        note: None,
    }
}

/// `POST /desk/login`: a session that serves only to give a code. Unknown, wrong, locked and
/// disabled get the same words.
pub(super) async fn give_password(
    State(app): State<Arc<App>>,
    visit: Visit,
    sent: Sent,
) -> Response {
    let (visit, switched) = visit.switched(&sent);
    if switched {
        return pages::answer(StatusCode::OK, &login_page(&visit, sent.field("username")));
    }
    let username = sent.needed("username", Wrong::Enter(Item::Username));
    let login = username.value.clone();
    // Blanks at the ends of a password are part of it.
    let password = sent.untrimmed("password").to_owned();
    let mut page = login_page(&visit, username);
    page.password_wrong = password.is_empty().then_some(Wrong::Enter(Item::Password));
    if page.username.wrong.is_some() || page.password_wrong.is_some() {
        return pages::answer(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match app.sign_in(&login, &password, &visit.address).await {
        Ok(signed) => {
            let next = if signed.enrolled { "/desk/login/code" } else { "/desk/me/totp" };
            visit.see_with_cookie(next, Some(&signed.token))
        }
        Err(Error::Unauthenticated | Error::TooMany { .. }) => {
            match refusal(&visit, &login).await {
                Ok(refused) => {
                    page.refused = Some(refused);
                    denied(&visit, refused, |status| pages::answer(status, &page))
                }
                Err(error) => visit.refuse(None, &error),
            }
        }
        Err(error) => visit.refuse(None, &error),
    }
}

/// What is said depends on how many tries failed here, and on nothing else.
async fn refusal(visit: &Visit, login: &str) -> Result<SignInRefusal, Error> {
    Ok(match visit.app.sign_in_standing(login, &visit.address).await? {
        Standing::Open { left } => SignInRefusal::Wrong { left },
        Standing::Locked { until } => SignInRefusal::Locked { until },
        Standing::Closed => SignInRefusal::Locked { until: visit.now().plus(ASK_AGAIN) },
    })
}

/// 401 while tries are left; then 429, with the time of the next.
fn denied(
    visit: &Visit,
    refused: SignInRefusal,
    page: impl FnOnce(StatusCode) -> Response,
) -> Response {
    let SignInRefusal::Locked { until } = refused else { return page(StatusCode::UNAUTHORIZED) };
    let mut answer = page(StatusCode::TOO_MANY_REQUESTS);
    let seconds = until.since(visit.now()).num_seconds().max(1);
    answer.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    answer
}

/// The seat of a session whose code is still to come.
async fn half_seated(visit: &Visit) -> Result<Seat, Response> {
    match visit.seat().await {
        Ok(Some(seat)) if seat.verified => Err(visit.see("/desk")),
        Ok(Some(seat)) => Ok(seat),
        Ok(None) => Err(visit.see("/desk/login")),
        Err(error) => Err(visit.refuse(None, &error)),
    }
}

/// `GET /desk/login/code`.
pub(super) async fn code(visit: Visit) -> Response {
    match half_seated(&visit).await {
        Ok(seat) => match visit.app.is_enrolled(&seat).await {
            Ok(true) => code_page(&Seated { visit, seat }, Field::default(), StatusCode::OK, None),
            Ok(false) => visit.see("/desk/me/totp"),
            Err(error) => visit.refuse(None, &error),
        },
        Err(answer) => answer,
    }
}

fn code_page(
    half: &Seated,
    code: Field,
    status: StatusCode,
    refused: Option<SignInRefusal>,
) -> Response {
    let frame = half.visit.frame(None, Switch::Form);
    pages::answer(status, &CodePage { frame, form_id: half.own_form_id(), code, refused })
}

/// `POST /desk/login/code`: a new, verified session in place of the first.
pub(super) async fn give_code(State(app): State<Arc<App>>, visit: Visit, form: Sent) -> Response {
    let (visit, switched) = visit.switched(&form);
    let half = match half_seated(&visit).await {
        Ok(seat) => Seated { visit, seat },
        Err(answer) => return answer,
    };
    if switched {
        return code_page(&half, Field::default(), StatusCode::OK, None);
    }
    if let Err(no) = half.once(&form) {
        return no.into();
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let code = form.needed("code", Wrong::Enter(Item::Code));
    if code.wrong.is_some() {
        return code_page(&half, code, status, None);
    }
    match app.give_code(&half.seat, &code.value, &half.visit.address).await {
        Ok(token) => half.visit.see_with_cookie("/desk", Some(&token)),
        Err(Error::Refused { reason, .. }) => {
            let wrong = if reason == "code_used" { Wrong::TotpUsed } else { Wrong::TotpCode };
            code_page(&half, Field::default().but(wrong), status, None)
        }
        Err(Error::TooMany { .. }) => match refusal(&half.visit, &half.seat.login).await {
            Ok(locked) => denied(&half.visit, locked, |status| {
                code_page(&half, Field::default(), status, Some(locked))
            }),
            Err(error) => half.visit.refuse(None, &error),
        },
        Err(Error::Unauthenticated) => half.visit.see("/desk/login"),
        Err(error) => half.visit.refuse(None, &error),
    }
}

/// `GET /desk/me/totp`: for a session that has none to give codes with. A second factor that is set
/// is changed by an administrator only.
pub(super) async fn totp(visit: Visit) -> Response {
    match enrolling(visit).await {
        Ok(half) => totp_page(&half, Field::default(), StatusCode::OK),
        Err(answer) => answer,
    }
}

async fn enrolling(visit: Visit) -> Result<Seated, Response> {
    let seat = half_seated(&visit).await?;
    match visit.app.is_enrolled(&seat).await {
        Ok(false) => Ok(Seated { visit, seat }),
        Ok(true) => Err(next_step(&visit, &seat).await),
        Err(error) => Err(visit.refuse(None, &error)),
    }
}

fn seed(half: &Seated) -> String {
    let visit = &half.visit;
    visit.memory.seed(half.seat.session, visit.now(), || visit.app.new_totp_seed())
}

fn totp_page(half: &Seated, code: Field, status: StatusCode) -> Response {
    let seed = seed(half);
    let address = totp::read(&seed).and_then(|bytes| totp::address(&bytes, &half.seat.login));
    let Some((side, path)) = address.and_then(|address| half.visit.app.drawn(&address)) else {
        return half.refuse(&Error::internal("a key fits no code"));
    };
    let letters: Vec<char> = seed.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    let page = TotpPage {
        frame: DeskFrame { person: None, ..half.visit.frame(Some(&half.seat), Switch::Form) },
        form_id: half.own_form_id(),
        qr: QrPath::drawn(side, path),
        key: groups.join(" "),
        code,
    };
    pages::answer(status, &page)
}

/// `POST /desk/me/totp`: the code that proves the enrolment also opens the session.
pub(super) async fn enrol(State(app): State<Arc<App>>, visit: Visit, sent: Sent) -> Response {
    let (visit, switched) = visit.switched(&sent);
    let half = match enrolling(visit).await {
        Ok(half) => half,
        Err(answer) => return answer,
    };
    if switched {
        return totp_page(&half, Field::default(), StatusCode::OK);
    }
    if let Err(no) = half.once(&sent) {
        return no.into();
    }
    let code = sent.needed("code", Wrong::Enter(Item::Code));
    if code.wrong.is_some() {
        return totp_page(&half, code, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let opened = async {
        app.enrol(half.seat.staff, &seed(&half), Some(&code.value)).await?;
        half.visit.memory.forget_seed(half.seat.session);
        app.give_code(&half.seat, &code.value, &half.visit.address).await
    };
    match opened.await {
        Ok(token) => {
            if let Ok(seat) = app.seat(&token).await {
                half.visit.memory.say(seat.session, Banner::TotpSet, half.visit.now());
            }
            half.visit.see_with_cookie("/desk", Some(&token))
        }
        Err(Error::Refused { reason: "wrong_code", .. }) => {
            let wrong = Field::default().but(Wrong::TotpCode);
            totp_page(&half, wrong, StatusCode::UNPROCESSABLE_ENTITY)
        }
        // Set already, or locked meanwhile: its code is asked for.
        Err(Error::Unauthenticated | Error::TooMany { .. } | Error::Refused { .. }) => {
            half.visit.see("/desk/login/code")
        }
        Err(error) => half.visit.refuse(None, &error),
    }
}

/// `POST /desk/logout`.
pub(super) async fn logout(State(app): State<Arc<App>>, seated: Seated, sent: Sent) -> Response {
    if let Err(no) = seated.once(&sent) {
        return no.into();
    }
    match app.sign_out(&seated.seat).await {
        Ok(()) => seated.visit.see_with_cookie("/desk/login?out=1", None).into_response(),
        Err(error) => seated.refuse(&error),
    }
}
