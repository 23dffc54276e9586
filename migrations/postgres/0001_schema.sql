-- The whole schema of the spine. Same names on both engines; see ../README.md.
-- Times: *_at is a moment, *_on a day of Vietnam. Money: whole đồng.

-- Reference data: each version whole, as imported; the newest of a kind and name is in force.
create table reference_data (
  id uuid primary key,
  kind text not null check (kind in ('courts', 'agencies', 'days-off', 'banks', 'fees', 'forms')),
  name text not null,
  version bigint not null,
  sha256 bytea not null,
  content bytea not null,
  origin text not null check (origin in ('asset', 'import')),
  imported_by text not null,
  imported_at timestamptz not null,
  unique (kind, name, version)
);

create table court (
  id uuid primary key,
  code text not null unique,
  name text not null,
  short_name text not null,
  level text not null check (level in ('supreme', 'supreme_chamber', 'specialised', 'provincial', 'regional')),
  parent_id uuid references court (id),
  province_code text,
  address text,
  phone text,
  external_id text,
  active boolean not null,
  accept_by text not null default 'judge' check (accept_by in ('judge', 'clerk_records')),
  accept_on text not null default 'numbered' check (accept_on in ('numbered', 'sealed')),
  collector_id uuid,
  office_id uuid,
  created_at timestamptz not null
);

create table agency (
  id uuid primary key,
  code text not null unique,
  name text not null,
  kind text not null check (kind in ('enforcement', 'office', 'court')),
  parent_id uuid references agency (id),
  court_id uuid references court (id),
  superior_name text,
  address text,
  phone text,
  hours text,
  tax_code text,
  place text,
  active boolean not null,
  parts text not null default 'join' check (parts in ('join', 'refund')),
  issue text not null default 'at_settlement' check (issue in ('at_settlement', 'after_match')),
  receipt_symbol text,
  officer text,
  request_number text,
  created_at timestamptz not null
);

create table account (
  id uuid primary key,
  name text not null unique,
  provider text not null,
  agency_id uuid not null references agency (id),
  office_id uuid references agency (id),
  settles_to uuid references account (id),
  origin text not null check (origin in ('file', 'page')),
  state text not null check (state in ('live', 'stopped')),
  merchant text,
  current_version_id uuid,
  created_at timestamptz not null
);
create index account_agency on account (agency_id);

create table account_version (
  id uuid primary key,
  account_id uuid not null references account (id),
  version bigint not null,
  bank_bin text,
  number text,
  holder text,
  created_at timestamptz not null,
  unique (account_id, version)
);
create index account_version_number on account_version (number);

-- Cases ---------------------------------------------------------------------------------------

create table court_case (
  id uuid primary key,
  court_id uuid not null references court (id),
  number text not null,
  kind text not null check (kind in ('civil', 'family', 'commercial', 'labour', 'administrative', 'criminal', 'matter', 'charge')),
  instance text not null check (instance in ('first', 'appeal')),
  procedure text not null check (procedure in ('ordinary', 'simplified')),
  subject text not null,
  charge_code text,
  filed_on date not null,
  clerk_id uuid,
  judge_id uuid,
  state text not null check (state in ('open', 'accepted')),
  locked_at timestamptz,
  external_id text,
  revision bigint not null,
  created_at timestamptz not null,
  unique (court_id, number)
);
create index court_case_state on court_case (court_id, state);

create table party (
  id uuid primary key,
  case_id uuid not null references court_case (id),
  position bigint not null,
  role text not null check (role in ('plaintiff', 'defendant', 'related_person', 'petitioner', 'appellant')),
  kind text not null check (kind in ('person', 'organisation')),
  name text not null,
  name_folded text not null,
  document_kind text not null check (document_kind in ('citizen_id', 'old_id', 'passport', 'tax_code', 'none')),
  document bytea,
  document_index bytea,
  birth_year bigint,
  address text not null,
  phone bytea,
  email bytea,
  pays boolean not null,
  eservice_on date,
  external_id text,
  unique (case_id, position)
);
create index party_document on party (document_index);
create index party_name on party (name_folded);

create table claim_group (
  id uuid primary key,
  case_id uuid not null references court_case (id),
  kind text not null check (kind in ('main', 'counterclaim', 'independent')),
  position bigint not null,
  register_number bigint,
  register_year bigint,
  accepted_on date,
  accepted_at timestamptz,
  accepted_by uuid,
  judge_id uuid,
  unique (case_id, position)
);

create table claim (
  id uuid primary key,
  case_id uuid not null references court_case (id),
  group_id uuid not null references claim_group (id),
  position bigint not null,
  text text not null,
  amount bigint check (amount > 0),
  currency text,
  foreign_amount text,
  foreign_rate text,
  foreign_source text,
  share text,
  part text,
  relief text,
  separate boolean not null,
  ancillary boolean not null,
  unique (case_id, position)
);

create table claim_party (
  claim_id uuid not null references claim (id),
  party_id uuid not null references party (id),
  share text,
  primary key (claim_id, party_id)
);

-- A relief already decided by the judge: ground and decision number.
create table relief (
  id uuid primary key,
  case_id uuid not null references court_case (id),
  party_id uuid not null references party (id),
  code text not null,
  rate text,
  decision_number text not null,
  decided_on date not null,
  recorded_by uuid,
  recorded_at timestamptz not null
);
create index relief_case on relief (case_id);

create table assessment (
  id uuid primary key,
  case_id uuid not null references court_case (id),
  input jsonb not null,
  result jsonb not null,
  schedule_id text not null,
  schedule_sha256 bytea not null,
  law_settings jsonb not null,
  engine_version text not null,
  made_by uuid,
  made_at timestamptz not null
);
create index assessment_case on assessment (case_id);

-- Numbers that courts give: notices and register entries.
create table register (
  court_id uuid not null references court (id),
  book text not null,
  year bigint not null,
  last_number bigint not null,
  primary key (court_id, book, year)
);

-- Notices and orders --------------------------------------------------------------------------

-- Every reference ever given, whatever it stands for: one unique space.
create table payment_reference (
  reference text primary key check (length(reference) = 12),
  kind text not null check (kind in ('notice', 'basket')),
  created_at timestamptz not null
);

create table notice (
  id uuid primary key,
  reference text not null unique references payment_reference (reference),
  court_id uuid not null references court (id),
  agency_id uuid not null references agency (id),
  office_id uuid references agency (id),
  case_id uuid not null references court_case (id),
  group_id uuid not null references claim_group (id),
  assessment_id uuid not null references assessment (id),
  limit_kind text not null,
  form_code text not null,
  number bigint,
  number_year bigint,
  amount bigint not null check (amount between 1 and 10000000000000),
  allocated bigint not null default 0,
  waiting bigint not null default 0,
  attempts bigint not null default 0,
  state text not null check (state in ('draft', 'to_sign', 'issued', 'served', 'paid', 'closed', 'withdrawn', 'replaced', 'exempted', 'lapsed')),
  account_version_id uuid references account_version (id),
  fact_kind text not null check (fact_kind in ('document_tail', 'tax_digits', 'pin')),
  fact bytea not null,
  fact_index bytea not null,
  lookup bytea not null,
  lookup_index bytea not null unique,
  judge_id uuid,
  drafted_by uuid,
  drafted_at timestamptz not null,
  issued_by uuid,
  issued_at timestamptz,
  served_on date,
  pay_by date,
  pay_before timestamptz,
  lapse_after date,
  lapses_at timestamptz,
  tentative boolean not null default false,
  paid_at timestamptz,
  paid_on date,
  paid_basis text check (paid_basis in ('provider', 'statement', 'evidence', 'received')),
  timeliness text check (timeliness in ('in_time', 'tolerated', 'late')),
  receipt_at_court timestamptz,
  paper_hash bytea,
  receipt_facts text,
  replaced_by uuid references notice (id),
  external_id text,
  unique (court_id, number_year, number)
);
create index notice_agency_state on notice (agency_id, state);
create index notice_court_state on notice (court_id, state);
create index notice_case on notice (case_id);

create table addressee (
  notice_id uuid not null references notice (id),
  party_id uuid not null references party (id),
  position bigint not null,
  part bigint not null,
  relief text,
  primary key (notice_id, party_id)
);

create table service (
  id uuid primary key,
  notice_id uuid not null references notice (id),
  party_id uuid not null references party (id),
  method text not null check (method in ('by_hand', 'refused')),
  served_on date not null,
  served_by text not null,
  recorded_by uuid,
  recorded_at timestamptz not null
);
create index service_notice on service (notice_id);

create table payment_order (
  id uuid primary key,
  notice_id uuid not null references notice (id),
  court_id uuid not null references court (id),
  agency_id uuid not null references agency (id),
  kind text not null check (kind in ('standing', 'attempt')),
  account_id uuid not null references account (id),
  account_version_id uuid not null references account_version (id),
  attempt bigint not null,
  provider_ref text not null,
  amount bigint not null check (amount > 0),
  state text not null check (state in ('created', 'pending', 'seen', 'paid', 'failed', 'expired', 'cancelled')),
  payer_name text,
  payer_address text,
  payer_document bytea,
  payer_email bytea,
  cancel_reason text,
  failure_code text,
  created_at timestamptz not null,
  expires_at timestamptz,
  next_query_at timestamptz,
  query_lease timestamptz,
  queries bigint not null default 0,
  last_query text,
  return_index bytea unique,
  unique (account_id, provider_ref),
  unique (notice_id, attempt)
);
create index payment_order_query on payment_order (next_query_at) where next_query_at is not null;

-- Messages and money --------------------------------------------------------------------------

create table inbox (
  id uuid primary key,
  account_id uuid not null references account (id),
  message_key text not null,
  raw bytea not null,
  headers jsonb not null,
  received_at timestamptz not null,
  deliveries bigint not null default 1,
  outcome text not null check (outcome in ('applied', 'refused', 'waiting')),
  answer text check (answer in ('applied', 'already_confirmed', 'unknown_order', 'invalid_amount')),
  unique (account_id, message_key)
);
create index inbox_waiting on inbox (received_at) where outcome = 'waiting';

create table payment (
  id uuid primary key,
  account_id uuid not null references account (id),
  agency_id uuid not null references agency (id),
  source text not null check (source in ('gateway', 'push', 'statement', 'counter')),
  amount bigint not null check (amount between 1 and 10000000000000),
  order_id uuid references payment_order (id),
  paid_at timestamptz,
  paid_on date not null,
  paid_basis text not null check (paid_basis in ('provider', 'statement', 'evidence', 'received')),
  received_at timestamptz not null,
  value_date date,
  recorded_at timestamptz not null,
  payer_name text,
  payer_account bytea,
  payer_account_index bytea,
  memo text,
  bank_reference text
);
create index payment_bank_reference on payment (account_id, bank_reference);
create index payment_day on payment (account_id, paid_on);
create index payment_agency on payment (agency_id, recorded_at);

create table sighting (
  id uuid primary key,
  payment_id uuid not null references payment (id),
  account_id uuid not null references account (id),
  source text not null check (source in ('gateway', 'push', 'statement', 'counter')),
  source_id text not null,
  inbox_id uuid references inbox (id),
  line_id uuid,
  seen_at timestamptz not null,
  unique (account_id, source, source_id),
  unique (payment_id, source)
);

create table allocation (
  id uuid primary key,
  payment_id uuid not null references payment (id),
  notice_id uuid not null references notice (id),
  amount bigint not null check (amount > 0),
  rule text not null,
  made_at timestamptz not null
);
create index allocation_payment on allocation (payment_id);
create index allocation_notice on allocation (notice_id);

create table exception (
  id uuid primary key,
  agency_id uuid not null references agency (id),
  court_id uuid references court (id),
  kind text not null,
  amount bigint not null,
  payment_id uuid references payment (id),
  line_id uuid,
  notice_id uuid references notice (id),
  order_id uuid references payment_order (id),
  inbox_id uuid references inbox (id),
  reason text,
  suggestion jsonb,
  state text not null check (state in ('open', 'cleared')),
  bank_day date not null,
  raised_at timestamptz not null,
  cleared_at timestamptz,
  cleared_by text,
  cleared_why text
);
create index exception_open on exception (agency_id, kind) where state = 'open';
create index exception_notice on exception (notice_id) where state = 'open';
create index exception_payment on exception (payment_id);

-- Receipts ------------------------------------------------------------------------------------

create table receipt_series (
  id uuid primary key,
  agency_id uuid not null references agency (id),
  office_id uuid references agency (id),
  counter text,
  form_code text not null,
  year bigint not null,
  symbol text not null,
  state text not null check (state in ('open', 'closed')),
  last_number bigint not null,
  last_issued_at timestamptz,
  carries_head boolean not null,
  audit_seq bigint not null,
  audit_hash bytea not null,
  check (length(audit_hash) = 32)
);
create unique index receipt_series_key on receipt_series
  (agency_id, coalesce(office_id, agency_id), coalesce(counter, ''), form_code, year, symbol);
create unique index receipt_series_open on receipt_series
  (agency_id, coalesce(office_id, agency_id), coalesce(counter, ''), form_code, year) where state = 'open';
create unique index receipt_series_head on receipt_series (agency_id) where carries_head;

create table receipt (
  id uuid primary key,
  series_id uuid not null references receipt_series (id),
  number bigint not null check (number > 0),
  agency_id uuid not null references agency (id),
  court_id uuid not null references court (id),
  notice_id uuid not null references notice (id),
  amount bigint not null check (amount > 0),
  state text not null check (state in ('numbered', 'corrected', 'replaced', 'voided')),
  issued_at timestamptz not null,
  sealed_at timestamptz,
  code text not null unique,
  form_version text not null,
  record text not null,
  content_hash bytea not null,
  replaced_by uuid references receipt (id),
  unique (series_id, number)
);
create index receipt_notice on receipt (notice_id);
create index receipt_agency on receipt (agency_id, issued_at);

-- Bytes kept once by their SHA-256.
create table blob (
  sha256 bytea primary key,
  content_type text not null,
  bytes bytea not null,
  created_at timestamptz not null
);

-- The issued PDF of a receipt, made once.
create table receipt_paper (
  receipt_id uuid not null references receipt (id),
  format text not null check (format in ('a5', 'a4')),
  sha256 bytea not null references blob (sha256),
  signed_text text not null,
  key_id text not null,
  made_at timestamptz not null,
  primary key (receipt_id, format)
);

create table receipt_use (
  id uuid primary key,
  receipt_id uuid not null references receipt (id),
  case_id uuid not null references court_case (id),
  court_id uuid not null references court (id),
  group_id uuid not null references claim_group (id),
  cause text not null check (cause in ('acceptance', 'transfer', 'joinder', 'split', 're_acceptance', 're_filing')),
  decision text,
  used_by text not null,
  used_at timestamptz not null,
  ended_at timestamptz
);
create unique index receipt_use_live on receipt_use (receipt_id) where ended_at is null;

-- Ledger --------------------------------------------------------------------------------------

create table ledger_account (
  id uuid primary key,
  agency_id uuid not null references agency (id),
  account_id uuid references account (id),
  kind text not null,
  balance bigint not null
);
create unique index ledger_account_key on ledger_account
  (agency_id, kind, coalesce(account_id, agency_id));

create table posting_group (
  id uuid primary key,
  agency_id uuid not null references agency (id),
  cause text not null,
  booked_on date not null,
  posted_at timestamptz not null,
  payment_id uuid references payment (id),
  line_id uuid,
  digest bytea not null
);
create index posting_group_agency on posting_group (agency_id, booked_on);
create index posting_group_payment on posting_group (payment_id);

create table posting (
  group_id uuid not null references posting_group (id),
  position bigint not null,
  ledger_account_id uuid not null references ledger_account (id),
  side text not null check (side in ('debit', 'credit')),
  amount bigint not null check (amount between 1 and 10000000000000),
  notice_id uuid references notice (id),
  payment_id uuid references payment (id),
  case_id uuid references court_case (id),
  primary key (group_id, position)
);
create index posting_account on posting (ledger_account_id);

-- Statements ----------------------------------------------------------------------------------

create table statement (
  id uuid primary key,
  account_id uuid not null references account (id),
  agency_id uuid not null references agency (id),
  format text not null,
  file_name text not null,
  sha256 bytea not null references blob (sha256),
  period_from date not null,
  period_to date not null,
  opening bigint not null,
  closing bigint not null,
  sum_credit bigint not null,
  sum_debit bigint not null,
  line_count bigint not null,
  imported_by text not null,
  imported_at timestamptz not null,
  unique (account_id, sha256)
);
create index statement_period on statement (account_id, period_to);

create table statement_line (
  id uuid primary key,
  statement_id uuid not null references statement (id),
  account_id uuid not null references account (id),
  agency_id uuid not null references agency (id),
  n bigint not null,
  booked_on date not null,
  booked_at timestamptz,
  value_date date,
  direction text not null check (direction in ('credit', 'debit')),
  amount bigint not null check (amount > 0),
  bank_reference text,
  payer_name text,
  payer_account bytea,
  memo text not null,
  balance_after bigint,
  reversal boolean not null,
  source_id text not null,
  outcome text check (outcome in ('payment', 'clearing', 'unmatched', 'refund', 'remittance', 'transfer', 'fee', 'interest', 'return')),
  rule text,
  payment_id uuid references payment (id),
  unique (statement_id, n),
  unique (account_id, source_id)
);
create index statement_line_waiting on statement_line (account_id) where outcome is null;
create index statement_line_reference on statement_line (account_id, bank_reference);

-- Staff ---------------------------------------------------------------------------------------

create table staff (
  id uuid primary key,
  login text not null unique,
  name text not null,
  password_hash text not null,
  totp bytea,
  totp_last_step bigint,
  state text not null check (state in ('active', 'disabled')),
  active_since timestamptz not null,
  last_sign_in_at timestamptz,
  created_at timestamptz not null
);

create table staff_grant (
  id uuid primary key,
  staff_id uuid not null references staff (id),
  role text not null,
  scope text not null check (scope in ('court', 'agency', 'all')),
  court_id uuid references court (id),
  agency_id uuid references agency (id),
  children boolean not null,
  granted_at timestamptz not null,
  granted_by text not null,
  revoked_at timestamptz
);
create index staff_grant_staff on staff_grant (staff_id);

create table session (
  id uuid primary key,
  staff_id uuid not null references staff (id),
  token_hash bytea not null unique,
  verified boolean not null,
  created_at timestamptz not null,
  seen_at timestamptz not null,
  ends_at timestamptz not null,
  fresh_until timestamptz,
  address text not null,
  ended_at timestamptz,
  end_cause text
);
create index session_staff on session (staff_id);

create table sign_in (
  id uuid primary key,
  login text not null,
  staff_id uuid references staff (id),
  address text not null,
  outcome text not null check (outcome in ('password_ok', 'password_wrong', 'code_ok', 'code_wrong', 'locked', 'disabled', 'signed_out', 'unlocked')),
  at timestamptz not null
);
create index sign_in_pair on sign_in (login, address, at);

create table api_key (
  id uuid primary key,
  name text not null,
  key_hash bytea not null unique,
  scope text not null check (scope in ('court', 'agency', 'all')),
  court_id uuid references court (id),
  agency_id uuid references agency (id),
  can_write boolean not null,
  created_at timestamptz not null,
  created_by text not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz
);

-- Audit, idempotency, events ------------------------------------------------------------------

create table audit_head (
  chain text not null check (chain in ('court', 'system')),
  chain_id uuid not null,
  seq bigint not null,
  hash bytea not null,
  primary key (chain, chain_id)
);

create table audit_entry (
  id uuid primary key,
  chain text not null check (chain in ('agency', 'court', 'system')),
  chain_id uuid not null,
  seq bigint not null,
  at timestamptz not null,
  actor_kind text not null,
  actor text not null,
  address text,
  request_id text,
  action text not null,
  entity text not null,
  entity_id uuid not null,
  payload text,
  payload_digest bytea not null,
  effects jsonb not null,
  effects_digest bytea not null,
  previous bytea not null,
  hash bytea not null,
  unique (chain, chain_id, seq)
);
create index audit_entry_entity on audit_entry (entity, entity_id);

-- The life of every machine (I-09), each step bound to the audit entry of its act.
create table state_change (
  id uuid primary key,
  machine text not null check (machine in ('notice', 'order', 'receipt', 'case')),
  entity_id uuid not null,
  from_state text,
  to_state text not null,
  at timestamptz not null,
  audit_id uuid not null references audit_entry (id)
);
create index state_change_entity on state_change (entity_id, at);

create table idempotency (
  scope text not null,
  key text not null,
  request_hash bytea not null,
  state text not null check (state in ('claimed', 'answered')),
  status bigint,
  content_type text,
  location text,
  body bytea,
  claimed_at timestamptz not null,
  answered_at timestamptz,
  primary key (scope, key)
);
create index idempotency_age on idempotency (claimed_at);

create table outbox (
  id uuid primary key,
  event text not null,
  court_id uuid references court (id),
  agency_id uuid references agency (id),
  entity_id uuid not null,
  payload jsonb not null,
  state text not null check (state in ('waiting', 'delivered', 'dead')),
  tries bigint not null,
  next_at timestamptz not null,
  lease_until timestamptz,
  lease bigint not null,
  last_error text,
  created_at timestamptz not null
);
create index outbox_due on outbox (next_at) where state = 'waiting';

-- Messages whose signature failed: counted by account and hour, bytes in a ring.
create table refused_count (
  account text not null,
  hour timestamptz not null,
  reason text not null,
  count bigint not null,
  primary key (account, hour, reason)
);
create table refused_message (
  slot bigint primary key,
  serial bigint not null,
  account text not null,
  reason text not null,
  received_at timestamptz not null,
  raw bytea not null
);

-- The signed row that lets the retention job remove old rows from append-only tables.
create table retention_run (
  id uuid primary key,
  kind text not null,
  approved_by text not null,
  signature bytea not null,
  opened_at timestamptz not null,
  closed_at timestamptz
);

-- What this database is, and keys of its blind index.
create table installation (
  name text primary key,
  value text not null
);
