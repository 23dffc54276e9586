//! States of the domain as badges, and words of a case that several pages show.

use crate::{
    domain::{
        case::{CaseKind, GroupKind, Instance, PartyRole, Procedure},
        notice::NoticeState,
        order::OrderState,
        time::Day,
    },
    web::pages::{badge::Badge, cases},
    words::Lang,
};

/// What a notice's badge depends on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stand<'a> {
    pub(super) state: NoticeState,
    pub(super) pay_by: Option<Day>,
    pub(super) lapse_after: Option<Day>,
    pub(super) timeliness: Option<&'a str>,
    pub(super) accepted: bool,
    pub(super) at_court: bool,
}

impl Stand<'_> {
    /// The badge of the notice's state, on this day.
    pub(super) fn badge(self, today: Day) -> Badge {
        match self.state {
            NoticeState::Draft => Badge::Draft,
            NoticeState::ToSign => Badge::ToSign,
            NoticeState::Issued => Badge::Issued,
            NoticeState::Served => match (self.pay_by, self.lapse_after) {
                (_, Some(last)) if today > last => Badge::PastDue,
                (Some(last), _) if today > last => Badge::PayNow,
                (Some(last), _) if last.since(today) <= 2 => Badge::DueSoon,
                _ => Badge::Served,
            },
            NoticeState::Paid | NoticeState::Closed if self.accepted => Badge::Accepted,
            NoticeState::Paid => Badge::PaidInFull,
            NoticeState::Closed => Badge::Closed,
            NoticeState::Withdrawn => Badge::Withdrawn,
            NoticeState::Replaced => Badge::Replaced,
            NoticeState::Exempted => Badge::Exempt,
            NoticeState::Lapsed => Badge::PetitionReturned,
        }
    }

    /// All of them: state, receipt, time.
    pub(super) fn badges(self, today: Day) -> Vec<Badge> {
        let mut badges = vec![self.badge(today)];
        if self.at_court {
            badges.push(Badge::ReceiptAtCourt);
        }
        badges.extend(match self.timeliness {
            Some("in_time") => Some(Badge::InTime),
            Some("tolerated") => Some(Badge::Tolerated),
            Some("late") => Some(Badge::Late),
            Some(_) | None => None,
        });
        badges
    }
}

/// The badge of an order.
pub(super) const fn order_badge(state: OrderState) -> Badge {
    match state {
        OrderState::Created => Badge::ToPay,
        OrderState::Pending => Badge::InProgress,
        OrderState::Seen => Badge::Reported,
        OrderState::Paid => Badge::Paid,
        OrderState::Failed => Badge::NotCompleted,
        OrderState::Expired => Badge::Expired,
        OrderState::Cancelled => Badge::Cancelled,
    }
}

/// The badge of a receipt: what it is used for comes before that it is valid.
pub(super) fn receipt_badge(state: &str, used: bool) -> Badge {
    match state {
        "voided" => Badge::Voided,
        "replaced" => Badge::ReceiptReplaced,
        "corrected" => Badge::Corrected,
        _ if used => Badge::Used,
        _ => Badge::Valid,
    }
}

/// How a party stands, as pages have it.
pub(super) const fn role_of(role: PartyRole) -> cases::PartyRole {
    match role {
        PartyRole::Plaintiff => cases::PartyRole::Plaintiff,
        PartyRole::Defendant => cases::PartyRole::Defendant,
        PartyRole::RelatedPerson => cases::PartyRole::Related,
        PartyRole::Petitioner => cases::PartyRole::Petitioner,
        PartyRole::Appellant => cases::PartyRole::Appellant,
    }
}

/// Kind, stage and procedure in words.
pub(super) fn kind_words(
    lang: Lang,
    (kind, instance, procedure): (CaseKind, Instance, Procedure),
) -> String {
    let kind = match kind {
        CaseKind::Civil => lang.t("kind-civil"),
        CaseKind::Family => lang.t("kind-family"),
        CaseKind::Commercial => lang.t("kind-commercial"),
        CaseKind::Labour => lang.t("kind-labour"),
        CaseKind::Administrative => lang.t("kind-administrative"),
        CaseKind::Criminal => lang.t("kind-criminal"),
        CaseKind::Matter => lang.t("kind-matter"),
        CaseKind::Charge => lang.t("kind-charge"),
    };
    let stage = match instance {
        Instance::First => lang.t("stage-first"),
        Instance::Appeal => lang.t("stage-appeal"),
    };
    let procedure = match procedure {
        Procedure::Ordinary => lang.t("procedure-ordinary"),
        Procedure::Simplified => lang.t("procedure-simplified"),
    };
    format!("{kind}, {stage}, {procedure}")
}

/// The letters of a register: `DS-ST`.
pub(super) const fn register(kind: CaseKind) -> &'static str {
    match kind {
        CaseKind::Civil => "DS",
        CaseKind::Family => "HNGĐ",
        CaseKind::Commercial => "KDTM",
        CaseKind::Labour => "LĐ",
        CaseKind::Administrative => "HC",
        CaseKind::Criminal => "HS",
        CaseKind::Matter => "VDS",
        CaseKind::Charge => "LP",
    }
}

/// What a group asks: its first claim, or what it is.
pub(super) fn asked(lang: Lang, kind: GroupKind, claim: Option<&str>) -> String {
    match (kind, claim) {
        (GroupKind::Main, Some(text)) => text.to_owned(),
        (GroupKind::Main, None) => lang.t("side-claim").to_string(),
        (GroupKind::Counterclaim, _) => lang.t("side-counterclaim").to_string(),
        (GroupKind::Independent, _) => lang.t("side-independent").to_string(),
    }
}

/// "Nguyễn Văn A / Trần Thị B".
pub(super) fn parties(asking: &str, against: &str) -> String {
    match (asking, against) {
        (one, "") | ("", one) => one.to_owned(),
        (asking, against) => format!("{asking} / {against}"),
    }
}
