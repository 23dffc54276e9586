//! The nine statements of a callback, in their order. The texts differ by engine; what is bound to
//! them does not.

/// Settles what came within a transaction and commits.
macro_rules! settle_in {
    ($baseline:expr, $came:expr, $tx:expr, $texts:expr) => {{
        use anphi::store::engine::{NoticeOrder, SeriesRow};
        let (came, texts, inbox) = ($came, &$texts, $baseline.app.new_id::<uuid::Uuid>());
        let new = bound!(
            texts.inbox,
            inbox,
            came.account,
            came.message_key(),
            &came.callback.body,
            sqlx::types::Json(came.headers()),
            came.now
        )
        .execute(&mut *$tx)
        .await?
        .rows_affected();
        if new == 0 {
            return Ok(Answer::AlreadyConfirmed);
        }
        let known = bound!(texts.known, came.account, &came.report.bank_reference)
            .fetch_optional(&mut *$tx)
            .await?;
        let reference = came.reference().ok_or("a push without a reference is not measured")?;
        let notice: NoticeOrder =
            sqlx::query_as(texts.notice).bind(reference).fetch_one(&mut *$tx).await?;
        let series: SeriesRow =
            sqlx::query_as(texts.series).bind(came.agency).fetch_one(&mut *$tx).await?;
        let books = $baseline.books(came).ok_or("the books are not open")?;
        if known.is_some() {
            return Err("another sighting of known money is not measured".into());
        }
        let rows = rows::plan(&$baseline.app, came, rows::Found { notice, series, books })?;
        write_money!(came, rows, inbox, &mut *$tx, texts);
        write_acts!(came, rows, inbox, &mut *$tx, texts);
        $tx.commit().await?;
        Ok(Answer::Applied)
    }};
}

/// A query with its values.
macro_rules! bound {
    ($text:expr $(, $value:expr)* $(,)?) => { sqlx::query($text)$(.bind($value))* };
}

/// Payment, books and receipt.
macro_rules! write_money {
    ($came:expr, $rows:expr, $inbox:expr, $conn:expr, $texts:expr) => {{
        let (came, rows, report) = ($came, &$rows, &$came.report);
        bound!(
            $texts.money,
            rows.payment,
            came.account,
            came.agency,
            report.source,
            report.amount,
            report.paid_at,
            report.paid_on,
            report.paid_basis,
            came.now,
            came.memo(),
            &report.bank_reference,
            rows.sighting,
            &report.source_id,
            $inbox,
            rows.allocation,
            rows.notice,
            rows.rule
        )
        .execute($conn)
        .await?;
        bound!(
            $texts.books,
            rows.group,
            came.agency,
            came.now.day(),
            came.now,
            rows.payment,
            rows.group_digest,
            rows.books.bank.1,
            rows.books.held.1,
            report.amount,
            rows.notice,
            rows.case
        )
        .execute($conn)
        .await?;
        let receipt = &rows.receipt;
        bound!(
            $texts.receipt,
            receipt.id,
            receipt.series,
            receipt.number,
            came.agency,
            rows.court,
            rows.notice,
            report.amount,
            receipt.issued_at,
            &receipt.code,
            &receipt.form_version,
            &receipt.record,
            receipt.hash,
            rows.outbox,
            sqlx::types::Json(&rows.event),
            came.now
        )
        .execute($conn)
        .await?;
    }};
}

/// The audit with the steps of notice, order and receipt, and where all that moved now stands.
macro_rules! write_acts {
    ($came:expr, $rows:expr, $inbox:expr, $conn:expr, $texts:expr) => {{
        let (came, rows, report) = ($came, &$rows, &$came.report);
        let entry = &rows.entry;
        bound!(
            $texts.audit,
            rows.audit,
            came.agency,
            entry.seq,
            came.now,
            &came.actor.id,
            &came.actor.address,
            rows.notice,
            &entry.act.payload,
            &entry.payload_digest[..],
            sqlx::types::Json(&rows.effects),
            &entry.effects_digest[..],
            &entry.previous[..],
            &entry.hash[..],
            rows.steps[0],
            rows.steps[1],
            rows.steps[2],
            rows.notice_was,
            rows.order,
            rows.order_was,
            rows.receipt.id
        )
        .execute($conn)
        .await?;
        let moved = bound!(
            $texts.states,
            rows.notice,
            rows.notice_was,
            report.amount,
            report.paid_at,
            report.paid_on,
            report.paid_basis,
            rows.timeliness,
            rows.receipt.issued_at,
            rows.order,
            rows.order_was,
            rows.receipt.series,
            rows.receipt.number,
            entry.seq,
            &entry.hash[..],
            $inbox
        )
        .execute($conn)
        .await?
        .rows_affected();
        if moved != $texts.moved {
            return Err("a row has moved since it was read".into());
        }
    }};
}
