-- Rows that only grow (I-24): no delete, no change of their facts. The retention job alone may remove,
-- while a signed row of retention_run is open.

create function refuse_change() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' and exists (select 1 from retention_run where closed_at is null) then
    return old;
  end if;
  raise exception '% only grows: % refused', tg_table_name, lower(tg_op);
end
$$;

create trigger audit_entry_keeps before update of id, chain, chain_id, seq, at, actor_kind, actor, action, entity, entity_id, payload_digest, effects, effects_digest, previous, hash on audit_entry for each row execute function refuse_change();
create trigger audit_entry_stays before delete on audit_entry for each row execute function refuse_change();
create trigger state_change_keeps before update on state_change for each row execute function refuse_change();
create trigger state_change_stays before delete on state_change for each row execute function refuse_change();
create trigger posting_group_keeps before update on posting_group for each row execute function refuse_change();
create trigger posting_group_stays before delete on posting_group for each row execute function refuse_change();
create trigger posting_keeps before update on posting for each row execute function refuse_change();
create trigger posting_stays before delete on posting for each row execute function refuse_change();
create trigger allocation_keeps before update on allocation for each row execute function refuse_change();
create trigger allocation_stays before delete on allocation for each row execute function refuse_change();
create trigger sighting_keeps before update on sighting for each row execute function refuse_change();
create trigger sighting_stays before delete on sighting for each row execute function refuse_change();
create trigger payment_keeps before update of id, account_id, agency_id, source, amount, received_at, recorded_at, memo, bank_reference on payment for each row execute function refuse_change();
create trigger payment_stays before delete on payment for each row execute function refuse_change();
create trigger receipt_keeps before update of id, series_id, number, agency_id, court_id, notice_id, amount, issued_at, code, form_version, record, content_hash on receipt for each row execute function refuse_change();
create trigger receipt_stays before delete on receipt for each row execute function refuse_change();
create trigger receipt_paper_keeps before update on receipt_paper for each row execute function refuse_change();
create trigger receipt_paper_stays before delete on receipt_paper for each row execute function refuse_change();
create trigger blob_keeps before update on blob for each row execute function refuse_change();
create trigger blob_stays before delete on blob for each row execute function refuse_change();
create trigger inbox_keeps before update of id, account_id, message_key, raw, headers, received_at on inbox for each row execute function refuse_change();
create trigger inbox_stays before delete on inbox for each row execute function refuse_change();
create trigger account_version_keeps before update on account_version for each row execute function refuse_change();
create trigger account_version_stays before delete on account_version for each row execute function refuse_change();
create trigger assessment_keeps before update on assessment for each row execute function refuse_change();
create trigger assessment_stays before delete on assessment for each row execute function refuse_change();
create trigger payment_reference_keeps before update on payment_reference for each row execute function refuse_change();
create trigger payment_reference_stays before delete on payment_reference for each row execute function refuse_change();
create trigger statement_keeps before update on statement for each row execute function refuse_change();
create trigger statement_stays before delete on statement for each row execute function refuse_change();
create trigger statement_line_keeps before update of id, statement_id, account_id, agency_id, n, booked_on, booked_at, value_date, direction, amount, bank_reference, payer_name, memo, balance_after, reversal, source_id on statement_line for each row execute function refuse_change();
create trigger statement_line_stays before delete on statement_line for each row execute function refuse_change();
create trigger sign_in_keeps before update on sign_in for each row execute function refuse_change();
create trigger sign_in_stays before delete on sign_in for each row execute function refuse_change();
create trigger reference_data_keeps before update on reference_data for each row execute function refuse_change();
create trigger reference_data_stays before delete on reference_data for each row execute function refuse_change();
