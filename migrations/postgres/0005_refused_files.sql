-- Bank files that were refused, kept aside with their bytes, so that it can be seen later what was
-- tried and why it was not taken. One row a file and reason.
create table refused_file (
  id uuid primary key,
  account_id uuid not null references account (id),
  agency_id uuid not null references agency (id),
  file_name text not null,
  sha256 bytea not null references blob (sha256),
  reason text not null,
  refusal jsonb not null,
  refused_by text not null,
  refused_at timestamptz not null,
  unique (account_id, sha256, reason)
);
create index refused_file_agency on refused_file (agency_id, refused_at);

create trigger refused_file_keeps before update on refused_file for each row execute function refuse_change();
create trigger refused_file_stays before delete on refused_file for each row execute function refuse_change();
