//! Pages that say no, and why, in plain words; on the public side and on the desk.

use askama::Template;

use super::frame::{DeskFrame, Frame, PublicFrame, dial};
use crate::{
    domain::time::Timestamp,
    words::{Lang, Phrase},
};

/// Why a page is not what was asked for.
#[derive(Clone, Debug)]
pub enum Refusal {
    /// 403: the function is not held.
    Forbidden {
        /// The roles that hold it, in words.
        who: String,
    },
    /// 403: signed in, and no page is for any role held.
    NoPages,
    /// 404: nothing there, another's, or the link has ended.
    NotFound,
    /// 409: somebody changed the thing meanwhile.
    Changed {
        /// Who, and when, where that is known: a form that was sent twice is nobody else's act.
        by: Option<(String, Timestamp)>,
        /// Where the new version is seen.
        see: String,
    },
    /// 422: not readable as what the form sends.
    Unreadable,
    /// 429.
    TooMany {
        /// When the next try is taken.
        again: Timestamp,
    },
    /// 500.
    Broken,
    /// 503.
    Maintenance {
        /// Until when.
        until: Timestamp,
    },
}

impl Refusal {
    fn title(&self, lang: Lang) -> Phrase {
        match self {
            Self::Forbidden { .. } => lang.t("error-403-title"),
            Self::NoPages => lang.t("error-no-pages-title"),
            Self::NotFound => lang.t("error-404-title"),
            Self::Changed { .. } => lang.t("error-409-title"),
            Self::Unreadable => lang.t("error-422-title"),
            Self::TooMany { .. } => lang.t("error-429-title"),
            Self::Broken => lang.t("error-500-title"),
            Self::Maintenance { until } => lang.t("error-503-title").with("moment", until),
        }
    }

    fn sentence(&self, lang: Lang) -> Phrase {
        match self {
            Self::Forbidden { who } => lang.t("error-403").with("who", who),
            Self::NoPages => lang.t("error-no-pages"),
            Self::NotFound => lang.t("error-404"),
            Self::Changed { by: Some((who, at)), .. } => {
                lang.t("error-409").with("who", who).with("moment", at)
            }
            Self::Changed { by: None, .. } => lang.t("error-409-unknown"),
            Self::Unreadable => lang.t("error-422"),
            Self::TooMany { again } => lang.t("error-429").with("moment", again),
            Self::Broken => lang.t("error-500"),
            Self::Maintenance { .. } => lang.t("error-503"),
        }
    }
}

/// A refusal on the public side.
#[derive(Clone, Debug, Template)]
#[template(path = "errors/public.html")]
pub struct PublicErrorPage {
    /// Frame.
    pub frame: PublicFrame,
    /// Why.
    pub error: Refusal,
    /// Whom to call.
    pub hotline: String,
    /// The request's id, on 5xx.
    pub request_id: Option<String>,
}

impl PublicErrorPage {
    /// Where a lost visitor goes on.
    fn home(&self) -> (&'static str, Phrase) {
        ("/tra-cuu", self.frame.t("menu-lookup"))
    }

    fn dial(&self) -> String {
        dial(&self.hotline)
    }
}

/// A refusal on the desk.
#[derive(Clone, Debug, Template)]
#[template(path = "errors/desk.html")]
pub struct DeskErrorPage {
    /// Frame.
    pub frame: DeskFrame,
    /// Why.
    pub error: Refusal,
    /// Whom to call.
    pub hotline: String,
    /// The request's id, on 5xx.
    pub request_id: Option<String>,
}

impl DeskErrorPage {
    /// Where a lost visitor goes on.
    fn home(&self) -> (&'static str, Phrase) {
        ("/desk", self.frame.t("error-home"))
    }

    fn dial(&self) -> String {
        dial(&self.hotline)
    }
}
