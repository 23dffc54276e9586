-- Rows that only grow (I-24): no delete, no change of their facts. The retention job alone may remove,
-- while a signed row of retention_run is open.

create trigger audit_entry_keeps before update of id, chain, chain_id, seq, at, actor_kind, actor, action, entity, entity_id, payload_digest, effects, effects_digest, previous, hash on audit_entry
begin select raise(abort, 'audit_entry only grows: update refused'); end;
create trigger audit_entry_stays before delete on audit_entry
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'audit_entry only grows: delete refused'); end;
create trigger state_change_keeps before update on state_change
begin select raise(abort, 'state_change only grows: update refused'); end;
create trigger state_change_stays before delete on state_change
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'state_change only grows: delete refused'); end;
create trigger posting_group_keeps before update on posting_group
begin select raise(abort, 'posting_group only grows: update refused'); end;
create trigger posting_group_stays before delete on posting_group
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'posting_group only grows: delete refused'); end;
create trigger posting_keeps before update on posting
begin select raise(abort, 'posting only grows: update refused'); end;
create trigger posting_stays before delete on posting
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'posting only grows: delete refused'); end;
create trigger allocation_keeps before update on allocation
begin select raise(abort, 'allocation only grows: update refused'); end;
create trigger allocation_stays before delete on allocation
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'allocation only grows: delete refused'); end;
create trigger sighting_keeps before update on sighting
begin select raise(abort, 'sighting only grows: update refused'); end;
create trigger sighting_stays before delete on sighting
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'sighting only grows: delete refused'); end;
create trigger payment_keeps before update of id, account_id, agency_id, source, amount, received_at, recorded_at, memo, bank_reference on payment
begin select raise(abort, 'payment only grows: update refused'); end;
create trigger payment_stays before delete on payment
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'payment only grows: delete refused'); end;
create trigger receipt_keeps before update of id, series_id, number, agency_id, court_id, notice_id, amount, issued_at, code, form_version, record, content_hash on receipt
begin select raise(abort, 'receipt only grows: update refused'); end;
create trigger receipt_stays before delete on receipt
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'receipt only grows: delete refused'); end;
create trigger receipt_paper_keeps before update on receipt_paper
begin select raise(abort, 'receipt_paper only grows: update refused'); end;
create trigger receipt_paper_stays before delete on receipt_paper
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'receipt_paper only grows: delete refused'); end;
create trigger blob_keeps before update on blob
begin select raise(abort, 'blob only grows: update refused'); end;
create trigger blob_stays before delete on blob
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'blob only grows: delete refused'); end;
create trigger inbox_keeps before update of id, account_id, message_key, raw, headers, received_at on inbox
begin select raise(abort, 'inbox only grows: update refused'); end;
create trigger inbox_stays before delete on inbox
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'inbox only grows: delete refused'); end;
create trigger account_version_keeps before update on account_version
begin select raise(abort, 'account_version only grows: update refused'); end;
create trigger account_version_stays before delete on account_version
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'account_version only grows: delete refused'); end;
create trigger assessment_keeps before update on assessment
begin select raise(abort, 'assessment only grows: update refused'); end;
create trigger assessment_stays before delete on assessment
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'assessment only grows: delete refused'); end;
create trigger payment_reference_keeps before update on payment_reference
begin select raise(abort, 'payment_reference only grows: update refused'); end;
create trigger payment_reference_stays before delete on payment_reference
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'payment_reference only grows: delete refused'); end;
create trigger statement_keeps before update on statement
begin select raise(abort, 'statement only grows: update refused'); end;
create trigger statement_stays before delete on statement
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'statement only grows: delete refused'); end;
create trigger statement_line_keeps before update of id, statement_id, account_id, agency_id, n, booked_on, booked_at, value_date, direction, amount, bank_reference, payer_name, memo, balance_after, reversal, source_id on statement_line
begin select raise(abort, 'statement_line only grows: update refused'); end;
create trigger statement_line_stays before delete on statement_line
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'statement_line only grows: delete refused'); end;
create trigger sign_in_keeps before update on sign_in
begin select raise(abort, 'sign_in only grows: update refused'); end;
create trigger sign_in_stays before delete on sign_in
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'sign_in only grows: delete refused'); end;
create trigger reference_data_keeps before update on reference_data
begin select raise(abort, 'reference_data only grows: update refused'); end;
create trigger reference_data_stays before delete on reference_data
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'reference_data only grows: delete refused'); end;
