//! Drafting notices and sending them to the judge, at the desk or for another system.

use uuid::Uuid;

use super::{
    App, Caller, Deed, Error,
    idempotency::{Answer, Once, ended},
    notices::DraftOptions,
};
use crate::{
    domain::{
        case::GroupKind,
        id::{CaseId, NoticeId},
        notice::NoticeEvent,
    },
    store::{Tx, notice::NoticeRow},
};

/// Which notices another system asks for.
#[derive(Clone, Copy, Debug)]
pub struct DraftRequest {
    /// The case.
    pub case: CaseId,
    /// The claim group; the case's own claims, when `None`.
    pub group: Option<Uuid>,
    /// What a clerk would decide.
    pub options: DraftOptions,
    /// What then becomes of the drafts.
    pub then: AfterDraft,
}

/// What becomes of drafted notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterDraft {
    /// They stay drafts.
    Keep,
    /// They go to the judge.
    SendToSign,
}

impl App {
    /// Drafts the notices of a claim group: one a payer, or one joint debt where a claim is common.
    pub async fn draft_notices(
        &self,
        caller: &Caller,
        case: CaseId,
        group: Uuid,
        options: DraftOptions,
    ) -> Result<Vec<NoticeId>, Error> {
        let mut tx = self.store.begin().await?;
        let row = tx.case(caller.scope, case).await?.ok_or(Error::NotFound)?;
        let view = self.case_view(&mut tx, row).await?;
        let ids = self.draft_notices_in(&mut tx, caller, (&view, group), options).await?;
        tx.commit().await?;
        Ok(ids)
    }

    /// Drafts notices once, however often the request comes; `render` makes the answer.
    pub async fn draft_notices_once(
        &self,
        caller: &Caller,
        asked: DraftRequest,
        once: Option<&Once>,
        render: impl FnOnce(&[NoticeRow]) -> Result<Answer, Error> + Send,
    ) -> Result<Answer, Error> {
        let mut tx = self.store.begin().await?;
        let answer = self.drafted_once(&mut tx, caller, (asked, once), render).await;
        ended(tx, answer).await
    }

    async fn drafted_once(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        (asked, once): (DraftRequest, Option<&Once>),
        render: impl FnOnce(&[NoticeRow]) -> Result<Answer, Error> + Send,
    ) -> Result<Answer, Error> {
        if let Some(answer) = self.claim(tx, once).await? {
            return Ok(answer);
        }
        let row = tx.case(caller.scope, asked.case).await?.ok_or(Error::NotFound)?;
        let view = self.case_view(tx, row).await?;
        let own = view.groups.iter().find(|group| group.kind == GroupKind::Main);
        let group = asked.group.or(own.map(|group| group.id)).ok_or(Error::NotFound)?;
        let ids = self.draft_notices_in(tx, caller, (&view, group), asked.options).await?;
        let mut notices = Vec::with_capacity(ids.len());
        for id in ids {
            if asked.then == AfterDraft::SendToSign {
                self.send_to_sign_in(tx, caller, id).await?;
            }
            notices.push(tx.notice(caller.scope, id).await?.ok_or(Error::NotFound)?);
        }
        let answer = render(&notices)?;
        self.keep_answer(tx, once, &answer).await?;
        Ok(answer)
    }

    /// Sends a drafted notice to the judge.
    pub async fn send_to_sign(&self, caller: &Caller, id: NoticeId) -> Result<(), Error> {
        let mut tx = self.store.begin().await?;
        self.send_to_sign_in(&mut tx, caller, id).await?;
        Ok(tx.commit().await?)
    }

    async fn send_to_sign_in(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        id: NoticeId,
    ) -> Result<(), Error> {
        let notice = tx.notice(caller.scope, id).await?.ok_or(Error::NotFound)?;
        let to = notice.state.after(NoticeEvent::SendToSign)?;
        if !tx.move_notice(id, (notice.state, to)).await? {
            return Err(Error::Changed);
        }
        let deed = Deed::of_court(notice.court_id, "notice.sent_to_sign", ("notice", id.uuid()))
            .moving("notice", id.uuid(), (Some(notice.state.code()), to.code()));
        self.record(tx, caller, deed, self.now()).await
    }
}
