-- Bank files that were refused, kept aside with their bytes, so that it can be seen later what was
-- tried and why it was not taken. One row a file and reason.
create table refused_file (
  id blob primary key,
  account_id blob not null references account (id),
  agency_id blob not null references agency (id),
  file_name text not null,
  sha256 blob not null references blob (sha256),
  reason text not null,
  refusal text not null,
  refused_by text not null,
  refused_at text not null,
  unique (account_id, sha256, reason)
) strict;
create index refused_file_agency on refused_file (agency_id, refused_at);

create trigger refused_file_keeps before update on refused_file
begin select raise(abort, 'refused_file only grows: update refused'); end;
create trigger refused_file_stays before delete on refused_file
when not exists (select 1 from retention_run where closed_at is null)
begin select raise(abort, 'refused_file only grows: delete refused'); end;
