-- The whole schema of the spine. Same names on both engines; see ../README.md.
-- Times: *_at is a moment, *_on a day of Vietnam. Money: whole đồng.

-- Reference data: each version whole, as imported; the newest of a kind and name is in force.
create table reference_data (
  id blob primary key,
  kind text not null check (kind in ('courts', 'agencies', 'days-off', 'banks', 'fees', 'forms')),
  name text not null,
  version integer not null,
  sha256 blob not null,
  content blob not null,
  origin text not null check (origin in ('asset', 'import')),
  imported_by text not null,
  imported_at text not null,
  unique (kind, name, version)
) strict;

create table court (
  id blob primary key,
  code text not null unique,
  name text not null,
  short_name text not null,
  level text not null check (level in ('supreme', 'supreme_chamber', 'specialised', 'provincial', 'regional')),
  parent_id blob references court (id),
  province_code text,
  address text,
  phone text,
  external_id text,
  active integer not null,
  accept_by text not null default 'judge' check (accept_by in ('judge', 'clerk_records')),
  accept_on text not null default 'numbered' check (accept_on in ('numbered', 'sealed')),
  collector_id blob,
  office_id blob,
  created_at text not null
) strict;

create table agency (
  id blob primary key,
  code text not null unique,
  name text not null,
  kind text not null check (kind in ('enforcement', 'office', 'court')),
  parent_id blob references agency (id),
  court_id blob references court (id),
  superior_name text,
  address text,
  phone text,
  hours text,
  tax_code text,
  place text,
  active integer not null,
  parts text not null default 'join' check (parts in ('join', 'refund')),
  issue text not null default 'at_settlement' check (issue in ('at_settlement', 'after_match')),
  receipt_symbol text,
  officer text,
  request_number text,
  created_at text not null
) strict;

create table account (
  id blob primary key,
  name text not null unique,
  provider text not null,
  agency_id blob not null references agency (id),
  office_id blob references agency (id),
  settles_to blob references account (id),
  origin text not null check (origin in ('file', 'page')),
  state text not null check (state in ('live', 'stopped')),
  merchant text,
  current_version_id blob,
  created_at text not null
) strict;
create index account_agency on account (agency_id);

create table account_version (
  id blob primary key,
  account_id blob not null references account (id),
  version integer not null,
  bank_bin text,
  number text,
  holder text,
  created_at text not null,
  unique (account_id, version)
) strict;
create index account_version_number on account_version (number);

-- Cases ---------------------------------------------------------------------------------------

create table court_case (
  id blob primary key,
  court_id blob not null references court (id),
  number text not null,
  kind text not null check (kind in ('civil', 'family', 'commercial', 'labour', 'administrative', 'criminal', 'matter', 'charge')),
  instance text not null check (instance in ('first', 'appeal')),
  procedure text not null check (procedure in ('ordinary', 'simplified')),
  subject text not null,
  charge_code text,
  filed_on text not null,
  clerk_id blob,
  judge_id blob,
  state text not null check (state in ('open', 'accepted')),
  locked_at text,
  external_id text,
  revision integer not null,
  created_at text not null,
  unique (court_id, number)
) strict;
create index court_case_state on court_case (court_id, state);

create table party (
  id blob primary key,
  case_id blob not null references court_case (id),
  position integer not null,
  role text not null check (role in ('plaintiff', 'defendant', 'related_person', 'petitioner', 'appellant')),
  kind text not null check (kind in ('person', 'organisation')),
  name text not null,
  name_folded text not null,
  document_kind text not null check (document_kind in ('citizen_id', 'old_id', 'passport', 'tax_code', 'none')),
  document blob,
  document_index blob,
  birth_year integer,
  address text not null,
  phone blob,
  email blob,
  pays integer not null,
  eservice_on text,
  external_id text,
  unique (case_id, position)
) strict;
create index party_document on party (document_index);
create index party_name on party (name_folded);

create table claim_group (
  id blob primary key,
  case_id blob not null references court_case (id),
  kind text not null check (kind in ('main', 'counterclaim', 'independent')),
  position integer not null,
  register_number integer,
  register_year integer,
  accepted_on text,
  accepted_at text,
  accepted_by blob,
  judge_id blob,
  unique (case_id, position)
) strict;

create table claim (
  id blob primary key,
  case_id blob not null references court_case (id),
  group_id blob not null references claim_group (id),
  position integer not null,
  text text not null,
  amount integer check (amount > 0),
  currency text,
  foreign_amount text,
  foreign_rate text,
  foreign_source text,
  share text,
  part text,
  relief text,
  separate integer not null,
  ancillary integer not null,
  unique (case_id, position)
) strict;

create table claim_party (
  claim_id blob not null references claim (id),
  party_id blob not null references party (id),
  share text,
  primary key (claim_id, party_id)
) strict;

-- A relief already decided by the judge: ground and decision number.
create table relief (
  id blob primary key,
  case_id blob not null references court_case (id),
  party_id blob not null references party (id),
  code text not null,
  rate text,
  decision_number text not null,
  decided_on text not null,
  recorded_by blob,
  recorded_at text not null
) strict;
create index relief_case on relief (case_id);

create table assessment (
  id blob primary key,
  case_id blob not null references court_case (id),
  input text not null,
  result text not null,
  schedule_id text not null,
  schedule_sha256 blob not null,
  law_settings text not null,
  engine_version text not null,
  made_by blob,
  made_at text not null
) strict;
create index assessment_case on assessment (case_id);

-- Numbers that courts give: notices and register entries.
create table register (
  court_id blob not null references court (id),
  book text not null,
  year integer not null,
  last_number integer not null,
  primary key (court_id, book, year)
) strict;

-- Notices and orders --------------------------------------------------------------------------

-- Every reference ever given, whatever it stands for: one unique space.
create table payment_reference (
  reference text primary key check (length(reference) = 12),
  kind text not null check (kind in ('notice', 'basket')),
  created_at text not null
) strict;

create table notice (
  id blob primary key,
  reference text not null unique references payment_reference (reference),
  court_id blob not null references court (id),
  agency_id blob not null references agency (id),
  office_id blob references agency (id),
  case_id blob not null references court_case (id),
  group_id blob not null references claim_group (id),
  assessment_id blob not null references assessment (id),
  limit_kind text not null,
  form_code text not null,
  number integer,
  number_year integer,
  amount integer not null check (amount between 1 and 10000000000000),
  allocated integer not null default 0,
  waiting integer not null default 0,
  attempts integer not null default 0,
  state text not null check (state in ('draft', 'to_sign', 'issued', 'served', 'paid', 'closed', 'withdrawn', 'replaced', 'exempted', 'lapsed')),
  account_version_id blob references account_version (id),
  fact_kind text not null check (fact_kind in ('document_tail', 'tax_digits', 'pin')),
  fact blob not null,
  fact_index blob not null,
  lookup blob not null,
  lookup_index blob not null unique,
  judge_id blob,
  drafted_by blob,
  drafted_at text not null,
  issued_by blob,
  issued_at text,
  served_on text,
  pay_by text,
  pay_before text,
  lapse_after text,
  lapses_at text,
  tentative integer not null default 0,
  paid_at text,
  paid_on text,
  paid_basis text check (paid_basis in ('provider', 'statement', 'evidence', 'received')),
  timeliness text check (timeliness in ('in_time', 'tolerated', 'late')),
  receipt_at_court text,
  paper_hash blob,
  receipt_facts text,
  replaced_by blob references notice (id),
  external_id text,
  unique (court_id, number_year, number)
) strict;
create index notice_agency_state on notice (agency_id, state);
create index notice_court_state on notice (court_id, state);
create index notice_case on notice (case_id);

create table addressee (
  notice_id blob not null references notice (id),
  party_id blob not null references party (id),
  position integer not null,
  part integer not null,
  relief text,
  primary key (notice_id, party_id)
) strict;

create table service (
  id blob primary key,
  notice_id blob not null references notice (id),
  party_id blob not null references party (id),
  method text not null check (method in ('by_hand', 'refused')),
  served_on text not null,
  served_by text not null,
  recorded_by blob,
  recorded_at text not null
) strict;
create index service_notice on service (notice_id);

create table payment_order (
  id blob primary key,
  notice_id blob not null references notice (id),
  court_id blob not null references court (id),
  agency_id blob not null references agency (id),
  kind text not null check (kind in ('standing', 'attempt')),
  account_id blob not null references account (id),
  account_version_id blob not null references account_version (id),
  attempt integer not null,
  provider_ref text not null,
  amount integer not null check (amount > 0),
  state text not null check (state in ('created', 'pending', 'seen', 'paid', 'failed', 'expired', 'cancelled')),
  payer_name text,
  payer_address text,
  payer_document blob,
  payer_email blob,
  cancel_reason text,
  failure_code text,
  created_at text not null,
  expires_at text,
  next_query_at text,
  query_lease text,
  queries integer not null default 0,
  last_query text,
  return_index blob unique,
  unique (account_id, provider_ref),
  unique (notice_id, attempt)
) strict;
create index payment_order_query on payment_order (next_query_at) where next_query_at is not null;

-- Messages and money --------------------------------------------------------------------------

create table inbox (
  id blob primary key,
  account_id blob not null references account (id),
  message_key text not null,
  raw blob not null,
  headers text not null,
  received_at text not null,
  deliveries integer not null default 1,
  outcome text not null check (outcome in ('applied', 'refused', 'waiting')),
  answer text check (answer in ('applied', 'already_confirmed', 'unknown_order', 'invalid_amount')),
  unique (account_id, message_key)
) strict;
create index inbox_waiting on inbox (received_at) where outcome = 'waiting';

create table payment (
  id blob primary key,
  account_id blob not null references account (id),
  agency_id blob not null references agency (id),
  source text not null check (source in ('gateway', 'push', 'statement', 'counter')),
  amount integer not null check (amount between 1 and 10000000000000),
  order_id blob references payment_order (id),
  paid_at text,
  paid_on text not null,
  paid_basis text not null check (paid_basis in ('provider', 'statement', 'evidence', 'received')),
  received_at text not null,
  value_date text,
  recorded_at text not null,
  payer_name text,
  payer_account blob,
  payer_account_index blob,
  memo text,
  bank_reference text
) strict;
create index payment_bank_reference on payment (account_id, bank_reference);
create index payment_day on payment (account_id, paid_on);
create index payment_agency on payment (agency_id, recorded_at);

create table sighting (
  id blob primary key,
  payment_id blob not null references payment (id),
  account_id blob not null references account (id),
  source text not null check (source in ('gateway', 'push', 'statement', 'counter')),
  source_id text not null,
  inbox_id blob references inbox (id),
  line_id blob,
  seen_at text not null,
  unique (account_id, source, source_id),
  unique (payment_id, source)
) strict;

create table allocation (
  id blob primary key,
  payment_id blob not null references payment (id),
  notice_id blob not null references notice (id),
  amount integer not null check (amount > 0),
  rule text not null,
  made_at text not null
) strict;
create index allocation_payment on allocation (payment_id);
create index allocation_notice on allocation (notice_id);

create table exception (
  id blob primary key,
  agency_id blob not null references agency (id),
  court_id blob references court (id),
  kind text not null,
  amount integer not null,
  payment_id blob references payment (id),
  line_id blob,
  notice_id blob references notice (id),
  order_id blob references payment_order (id),
  inbox_id blob references inbox (id),
  reason text,
  suggestion text,
  state text not null check (state in ('open', 'cleared')),
  bank_day text not null,
  raised_at text not null,
  cleared_at text,
  cleared_by text,
  cleared_why text
) strict;
create index exception_open on exception (agency_id, kind) where state = 'open';
create index exception_notice on exception (notice_id) where state = 'open';
create index exception_payment on exception (payment_id);

-- Receipts ------------------------------------------------------------------------------------

create table receipt_series (
  id blob primary key,
  agency_id blob not null references agency (id),
  office_id blob references agency (id),
  counter text,
  form_code text not null,
  year integer not null,
  symbol text not null,
  state text not null check (state in ('open', 'closed')),
  last_number integer not null,
  last_issued_at text,
  carries_head integer not null,
  audit_seq integer not null,
  audit_hash blob not null,
  check (length(audit_hash) = 32)
) strict;
create unique index receipt_series_key on receipt_series
  (agency_id, coalesce(office_id, agency_id), coalesce(counter, ''), form_code, year, symbol);
create unique index receipt_series_open on receipt_series
  (agency_id, coalesce(office_id, agency_id), coalesce(counter, ''), form_code, year) where state = 'open';
create unique index receipt_series_head on receipt_series (agency_id) where carries_head;

create table receipt (
  id blob primary key,
  series_id blob not null references receipt_series (id),
  number integer not null check (number > 0),
  agency_id blob not null references agency (id),
  court_id blob not null references court (id),
  notice_id blob not null references notice (id),
  amount integer not null check (amount > 0),
  state text not null check (state in ('numbered', 'corrected', 'replaced', 'voided')),
  issued_at text not null,
  sealed_at text,
  code text not null unique,
  form_version text not null,
  record text not null,
  content_hash blob not null,
  replaced_by blob references receipt (id),
  unique (series_id, number)
) strict;
create index receipt_notice on receipt (notice_id);
create index receipt_agency on receipt (agency_id, issued_at);

-- Bytes kept once by their SHA-256.
create table blob (
  sha256 blob primary key,
  content_type text not null,
  bytes blob not null,
  created_at text not null
) strict;

-- The issued PDF of a receipt, made once.
create table receipt_paper (
  receipt_id blob not null references receipt (id),
  format text not null check (format in ('a5', 'a4')),
  sha256 blob not null references blob (sha256),
  signed_text text not null,
  key_id text not null,
  made_at text not null,
  primary key (receipt_id, format)
) strict;

create table receipt_use (
  id blob primary key,
  receipt_id blob not null references receipt (id),
  case_id blob not null references court_case (id),
  court_id blob not null references court (id),
  group_id blob not null references claim_group (id),
  cause text not null check (cause in ('acceptance', 'transfer', 'joinder', 'split', 're_acceptance', 're_filing')),
  decision text,
  used_by text not null,
  used_at text not null,
  ended_at text
) strict;
create unique index receipt_use_live on receipt_use (receipt_id) where ended_at is null;

-- Ledger --------------------------------------------------------------------------------------

create table ledger_account (
  id blob primary key,
  agency_id blob not null references agency (id),
  account_id blob references account (id),
  kind text not null,
  balance integer not null
) strict;
create unique index ledger_account_key on ledger_account
  (agency_id, kind, coalesce(account_id, agency_id));

create table posting_group (
  id blob primary key,
  agency_id blob not null references agency (id),
  cause text not null,
  booked_on text not null,
  posted_at text not null,
  payment_id blob references payment (id),
  line_id blob,
  digest blob not null
) strict;
create index posting_group_agency on posting_group (agency_id, booked_on);
create index posting_group_payment on posting_group (payment_id);

create table posting (
  group_id blob not null references posting_group (id),
  position integer not null,
  ledger_account_id blob not null references ledger_account (id),
  side text not null check (side in ('debit', 'credit')),
  amount integer not null check (amount between 1 and 10000000000000),
  notice_id blob references notice (id),
  payment_id blob references payment (id),
  case_id blob references court_case (id),
  primary key (group_id, position)
) strict;
create index posting_account on posting (ledger_account_id);

-- Statements ----------------------------------------------------------------------------------

create table statement (
  id blob primary key,
  account_id blob not null references account (id),
  agency_id blob not null references agency (id),
  format text not null,
  file_name text not null,
  sha256 blob not null references blob (sha256),
  period_from text not null,
  period_to text not null,
  opening integer not null,
  closing integer not null,
  sum_credit integer not null,
  sum_debit integer not null,
  line_count integer not null,
  imported_by text not null,
  imported_at text not null,
  unique (account_id, sha256)
) strict;
create index statement_period on statement (account_id, period_to);

create table statement_line (
  id blob primary key,
  statement_id blob not null references statement (id),
  account_id blob not null references account (id),
  agency_id blob not null references agency (id),
  n integer not null,
  booked_on text not null,
  booked_at text,
  value_date text,
  direction text not null check (direction in ('credit', 'debit')),
  amount integer not null check (amount > 0),
  bank_reference text,
  payer_name text,
  payer_account blob,
  memo text not null,
  balance_after integer,
  reversal integer not null,
  source_id text not null,
  outcome text check (outcome in ('payment', 'clearing', 'unmatched', 'refund', 'remittance', 'transfer', 'fee', 'interest', 'return')),
  rule text,
  payment_id blob references payment (id),
  unique (statement_id, n),
  unique (account_id, source_id)
) strict;
create index statement_line_waiting on statement_line (account_id) where outcome is null;
create index statement_line_reference on statement_line (account_id, bank_reference);

-- Staff ---------------------------------------------------------------------------------------

create table staff (
  id blob primary key,
  login text not null unique,
  name text not null,
  password_hash text not null,
  totp blob,
  totp_last_step integer,
  state text not null check (state in ('active', 'disabled')),
  active_since text not null,
  last_sign_in_at text,
  created_at text not null
) strict;

create table staff_grant (
  id blob primary key,
  staff_id blob not null references staff (id),
  role text not null,
  scope text not null check (scope in ('court', 'agency', 'all')),
  court_id blob references court (id),
  agency_id blob references agency (id),
  children integer not null,
  granted_at text not null,
  granted_by text not null,
  revoked_at text
) strict;
create index staff_grant_staff on staff_grant (staff_id);

create table session (
  id blob primary key,
  staff_id blob not null references staff (id),
  token_hash blob not null unique,
  verified integer not null,
  created_at text not null,
  seen_at text not null,
  ends_at text not null,
  fresh_until text,
  address text not null,
  ended_at text,
  end_cause text
) strict;
create index session_staff on session (staff_id);

create table sign_in (
  id blob primary key,
  login text not null,
  staff_id blob references staff (id),
  address text not null,
  outcome text not null check (outcome in ('password_ok', 'password_wrong', 'code_ok', 'code_wrong', 'locked', 'disabled', 'signed_out', 'unlocked')),
  at text not null
) strict;
create index sign_in_pair on sign_in (login, address, at);

create table api_key (
  id blob primary key,
  name text not null,
  key_hash blob not null unique,
  scope text not null check (scope in ('court', 'agency', 'all')),
  court_id blob references court (id),
  agency_id blob references agency (id),
  can_write integer not null,
  created_at text not null,
  created_by text not null,
  expires_at text,
  last_used_at text,
  revoked_at text
) strict;

-- Audit, idempotency, events ------------------------------------------------------------------

create table audit_head (
  chain text not null check (chain in ('court', 'system')),
  chain_id blob not null,
  seq integer not null,
  hash blob not null,
  primary key (chain, chain_id)
) strict;

create table audit_entry (
  id blob primary key,
  chain text not null check (chain in ('agency', 'court', 'system')),
  chain_id blob not null,
  seq integer not null,
  at text not null,
  actor_kind text not null,
  actor text not null,
  address text,
  request_id text,
  action text not null,
  entity text not null,
  entity_id blob not null,
  payload text,
  payload_digest blob not null,
  effects text not null,
  effects_digest blob not null,
  previous blob not null,
  hash blob not null,
  unique (chain, chain_id, seq)
) strict;
create index audit_entry_entity on audit_entry (entity, entity_id);

-- The life of every machine (I-09), each step bound to the audit entry of its act.
create table state_change (
  id blob primary key,
  machine text not null check (machine in ('notice', 'order', 'receipt', 'case')),
  entity_id blob not null,
  from_state text,
  to_state text not null,
  at text not null,
  audit_id blob not null references audit_entry (id)
) strict;
create index state_change_entity on state_change (entity_id, at);

create table idempotency (
  scope text not null,
  key text not null,
  request_hash blob not null,
  state text not null check (state in ('claimed', 'answered')),
  status integer,
  content_type text,
  location text,
  body blob,
  claimed_at text not null,
  answered_at text,
  primary key (scope, key)
) strict;
create index idempotency_age on idempotency (claimed_at);

create table outbox (
  id blob primary key,
  event text not null,
  court_id blob references court (id),
  agency_id blob references agency (id),
  entity_id blob not null,
  payload text not null,
  state text not null check (state in ('waiting', 'delivered', 'dead')),
  tries integer not null,
  next_at text not null,
  lease_until text,
  lease integer not null,
  last_error text,
  created_at text not null
) strict;
create index outbox_due on outbox (next_at) where state = 'waiting';

-- Messages whose signature failed: counted by account and hour, bytes in a ring.
create table refused_count (
  account text not null,
  hour text not null,
  reason text not null,
  count integer not null,
  primary key (account, hour, reason)
) strict;
create table refused_message (
  slot integer primary key,
  serial integer not null,
  account text not null,
  reason text not null,
  received_at text not null,
  raw blob not null
) strict;

-- The signed row that lets the retention job remove old rows from append-only tables.
create table retention_run (
  id blob primary key,
  kind text not null,
  approved_by text not null,
  signature blob not null,
  opened_at text not null,
  closed_at text
) strict;

-- What this database is, and keys of its blind index.
create table installation (
  name text primary key,
  value text not null
) strict;
