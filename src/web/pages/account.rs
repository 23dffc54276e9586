//! Sign-in and the second factor.

use askama::Template;

use super::{
    form::{Field, Problem, Problems, Wrong},
    frame::{DeskFrame, Frame},
    qr::QrPath,
};
use crate::{
    domain::time::Timestamp,
    words::{Lang, Phrase},
};

/// Why sign-in did not go on.
#[derive(Clone, Copy, Debug)]
pub enum SignInRefusal {
    /// Wrong name or password.
    Wrong {
        /// Tries left for this name from this address.
        left: u32,
    },
    /// Locked for this name from this address.
    Locked {
        /// Until when.
        until: Timestamp,
    },
}

impl SignInRefusal {
    fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::Wrong { left } => lang.t("login-wrong").with("n", left),
            Self::Locked { until } => lang.t("login-locked").with("moment", until),
        }
    }
}

/// Why the page is shown when nobody asked to sign in.
#[derive(Clone, Copy, Debug)]
pub enum SignInNote {
    /// Just signed out.
    SignedOut,
    /// The session ended; what was typed is kept and comes back after sign-in.
    Ended {
        /// When.
        at: Timestamp,
    },
}

impl SignInNote {
    fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::SignedOut => lang.t("login-signed-out"),
            Self::Ended { at } => lang.t("login-ended").with("at", lang.clock(*at)),
        }
    }
}

/// `/desk/login`: `POST` with `username`, `password`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/login.html")]
pub struct LoginPage {
    /// Frame without a person.
    pub frame: DeskFrame,
    /// The name typed.
    pub username: Field,
    /// What is wrong with the password; it is never shown again.
    pub password_wrong: Option<Wrong>,
    /// Why it did not go on.
    pub refused: Option<SignInRefusal>,
    /// Why the page is shown.
    pub note: Option<SignInNote>,
}

impl LoginPage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang)
            .field("username", &self.username)
            .place("password", self.password_wrong.as_ref())
            .list()
    }

    fn failed(&self) -> bool {
        self.refused.is_some() || !self.problems().is_empty()
    }
}

/// `/desk/login/code`: `POST` with `form_id`, `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/code.html")]
pub struct CodePage {
    /// Frame without a person.
    pub frame: DeskFrame,
    /// One-time id.
    pub form_id: String,
    /// The code, shown empty again.
    pub code: Field,
    /// Locked after too many codes.
    pub refused: Option<SignInRefusal>,
}

impl CodePage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang).field("code", &self.code).list()
    }

    fn failed(&self) -> bool {
        self.refused.is_some() || !self.problems().is_empty()
    }
}

/// `/desk/me/totp`: sets the second factor; `POST` with `form_id`, `code`.
#[derive(Clone, Debug, Template)]
#[template(path = "account/totp.html")]
pub struct TotpPage {
    /// Frame.
    pub frame: DeskFrame,
    /// One-time id.
    pub form_id: String,
    /// The `otpauth` address as a code.
    pub qr: QrPath,
    /// The key in groups of four, to be typed.
    pub key: String,
    /// The first code of the app.
    pub code: Field,
}

impl TotpPage {
    fn problems(&self) -> Vec<Problem> {
        Problems::new(self.frame.lang).field("code", &self.code).list()
    }

    fn failed(&self) -> bool {
        !self.problems().is_empty()
    }
}
