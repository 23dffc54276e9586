//! No dangling reference (I-18). Foreign keys are checked again, since a restore or a switched-off
//! trigger gets past them, and so are columns that have none. Ids of staff stand in rows for ever,
//! also of staff who are gone, and are not references in this sense.

use super::rules;

/// Rows of `$table` whose `$column` is the `$key` of no row of `$parent`.
macro_rules! dangling {
    ($own:literal, $table:literal . $column:literal -> $parent:literal . $key:literal) => {
        concat!(
            "select t.",
            $own,
            ", '",
            $column,
            " points to no ",
            $parent,
            "' from ",
            $table,
            " t where t.",
            $column,
            " is not null and not exists (select 1 from ",
            $parent,
            " x where x.",
            $key,
            " = t.",
            $column,
            ")"
        )
    };
}

/// Rows that name a thing of `$kind` in `$column` which is no row of `$parent`.
macro_rules! nothing {
    ($table:literal . $column:literal, $word:literal = $kind:literal -> $parent:literal) => {
        concat!(
            "select t.id, '",
            $column,
            " is no ",
            $kind,
            "' from ",
            $table,
            " t where t.",
            $word,
            " = '",
            $kind,
            "' and not exists (select 1 from ",
            $parent,
            " x where x.id = t.",
            $column,
            ")"
        )
    };
}

rules! {
    COURT_PARENT_ID: "I-18" "court" = dangling!("id", "court"."parent_id" -> "court"."id");
    COURT_COLLECTOR_ID: "I-18" "court" = dangling!("id", "court"."collector_id" -> "agency"."id");
    COURT_OFFICE_ID: "I-18" "court" = dangling!("id", "court"."office_id" -> "agency"."id");
    AGENCY_PARENT_ID: "I-18" "agency" = dangling!("id", "agency"."parent_id" -> "agency"."id");
    AGENCY_COURT_ID: "I-18" "agency" = dangling!("id", "agency"."court_id" -> "court"."id");
    ACCOUNT_AGENCY_ID: "I-18" "account" = dangling!("id", "account"."agency_id" -> "agency"."id");
    ACCOUNT_OFFICE_ID: "I-18" "account" = dangling!("id", "account"."office_id" -> "agency"."id");
    ACCOUNT_SETTLES_TO: "I-18" "account" = dangling!("id", "account"."settles_to" -> "account"."id");
    ACCOUNT_CURRENT_VERSION_ID: "I-18" "account" = dangling!("id", "account"."current_version_id" -> "account_version"."id");
    ACCOUNT_VERSION_ACCOUNT_ID: "I-18" "account_version" = dangling!("id", "account_version"."account_id" -> "account"."id");
    COURT_CASE_COURT_ID: "I-18" "court_case" = dangling!("id", "court_case"."court_id" -> "court"."id");
    PARTY_CASE_ID: "I-18" "party" = dangling!("id", "party"."case_id" -> "court_case"."id");
    CLAIM_GROUP_CASE_ID: "I-18" "claim_group" = dangling!("id", "claim_group"."case_id" -> "court_case"."id");
    CLAIM_CASE_ID: "I-18" "claim" = dangling!("id", "claim"."case_id" -> "court_case"."id");
    CLAIM_GROUP_ID: "I-18" "claim" = dangling!("id", "claim"."group_id" -> "claim_group"."id");
    CLAIM_PARTY_CLAIM_ID: "I-18" "claim_party" = dangling!("claim_id", "claim_party"."claim_id" -> "claim"."id");
    CLAIM_PARTY_PARTY_ID: "I-18" "claim_party" = dangling!("party_id", "claim_party"."party_id" -> "party"."id");
    RELIEF_CASE_ID: "I-18" "relief" = dangling!("id", "relief"."case_id" -> "court_case"."id");
    RELIEF_PARTY_ID: "I-18" "relief" = dangling!("id", "relief"."party_id" -> "party"."id");
    ASSESSMENT_CASE_ID: "I-18" "assessment" = dangling!("id", "assessment"."case_id" -> "court_case"."id");
    REGISTER_COURT_ID: "I-18" "register" = dangling!("court_id", "register"."court_id" -> "court"."id");
    NOTICE_REFERENCE: "I-18" "notice" = dangling!("id", "notice"."reference" -> "payment_reference"."reference");
    NOTICE_COURT_ID: "I-18" "notice" = dangling!("id", "notice"."court_id" -> "court"."id");
    NOTICE_AGENCY_ID: "I-18" "notice" = dangling!("id", "notice"."agency_id" -> "agency"."id");
    NOTICE_OFFICE_ID: "I-18" "notice" = dangling!("id", "notice"."office_id" -> "agency"."id");
    NOTICE_CASE_ID: "I-18" "notice" = dangling!("id", "notice"."case_id" -> "court_case"."id");
    NOTICE_GROUP_ID: "I-18" "notice" = dangling!("id", "notice"."group_id" -> "claim_group"."id");
    NOTICE_ASSESSMENT_ID: "I-18" "notice" = dangling!("id", "notice"."assessment_id" -> "assessment"."id");
    NOTICE_ACCOUNT_VERSION_ID: "I-18" "notice" = dangling!("id", "notice"."account_version_id" -> "account_version"."id");
    NOTICE_REPLACED_BY: "I-18" "notice" = dangling!("id", "notice"."replaced_by" -> "notice"."id");
    ADDRESSEE_NOTICE_ID: "I-18" "addressee" = dangling!("notice_id", "addressee"."notice_id" -> "notice"."id");
    ADDRESSEE_PARTY_ID: "I-18" "addressee" = dangling!("party_id", "addressee"."party_id" -> "party"."id");
    SERVICE_NOTICE_ID: "I-18" "service" = dangling!("id", "service"."notice_id" -> "notice"."id");
    SERVICE_PARTY_ID: "I-18" "service" = dangling!("id", "service"."party_id" -> "party"."id");
    PAYMENT_ORDER_NOTICE_ID: "I-18" "payment_order" = dangling!("id", "payment_order"."notice_id" -> "notice"."id");
    PAYMENT_ORDER_COURT_ID: "I-18" "payment_order" = dangling!("id", "payment_order"."court_id" -> "court"."id");
    PAYMENT_ORDER_AGENCY_ID: "I-18" "payment_order" = dangling!("id", "payment_order"."agency_id" -> "agency"."id");
    PAYMENT_ORDER_ACCOUNT_ID: "I-18" "payment_order" = dangling!("id", "payment_order"."account_id" -> "account"."id");
    PAYMENT_ORDER_ACCOUNT_VERSION_ID: "I-18" "payment_order" = dangling!("id", "payment_order"."account_version_id" -> "account_version"."id");
    INBOX_ACCOUNT_ID: "I-18" "inbox" = dangling!("id", "inbox"."account_id" -> "account"."id");
    PAYMENT_ACCOUNT_ID: "I-18" "payment" = dangling!("id", "payment"."account_id" -> "account"."id");
    PAYMENT_AGENCY_ID: "I-18" "payment" = dangling!("id", "payment"."agency_id" -> "agency"."id");
    PAYMENT_ORDER_ID: "I-18" "payment" = dangling!("id", "payment"."order_id" -> "payment_order"."id");
    SIGHTING_PAYMENT_ID: "I-18" "sighting" = dangling!("id", "sighting"."payment_id" -> "payment"."id");
    SIGHTING_ACCOUNT_ID: "I-18" "sighting" = dangling!("id", "sighting"."account_id" -> "account"."id");
    SIGHTING_INBOX_ID: "I-18" "sighting" = dangling!("id", "sighting"."inbox_id" -> "inbox"."id");
    SIGHTING_LINE_ID: "I-18" "sighting" = dangling!("id", "sighting"."line_id" -> "statement_line"."id");
    ALLOCATION_PAYMENT_ID: "I-18" "allocation" = dangling!("id", "allocation"."payment_id" -> "payment"."id");
    ALLOCATION_NOTICE_ID: "I-18" "allocation" = dangling!("id", "allocation"."notice_id" -> "notice"."id");
    EXCEPTION_AGENCY_ID: "I-18" "exception" = dangling!("id", "exception"."agency_id" -> "agency"."id");
    EXCEPTION_COURT_ID: "I-18" "exception" = dangling!("id", "exception"."court_id" -> "court"."id");
    EXCEPTION_PAYMENT_ID: "I-18" "exception" = dangling!("id", "exception"."payment_id" -> "payment"."id");
    EXCEPTION_NOTICE_ID: "I-18" "exception" = dangling!("id", "exception"."notice_id" -> "notice"."id");
    EXCEPTION_ORDER_ID: "I-18" "exception" = dangling!("id", "exception"."order_id" -> "payment_order"."id");
    EXCEPTION_INBOX_ID: "I-18" "exception" = dangling!("id", "exception"."inbox_id" -> "inbox"."id");
    EXCEPTION_LINE_ID: "I-18" "exception" = dangling!("id", "exception"."line_id" -> "statement_line"."id");
    RECEIPT_SERIES_AGENCY_ID: "I-18" "receipt_series" = dangling!("id", "receipt_series"."agency_id" -> "agency"."id");
    RECEIPT_SERIES_OFFICE_ID: "I-18" "receipt_series" = dangling!("id", "receipt_series"."office_id" -> "agency"."id");
    RECEIPT_SERIES_ID: "I-18" "receipt" = dangling!("id", "receipt"."series_id" -> "receipt_series"."id");
    RECEIPT_AGENCY_ID: "I-18" "receipt" = dangling!("id", "receipt"."agency_id" -> "agency"."id");
    RECEIPT_COURT_ID: "I-18" "receipt" = dangling!("id", "receipt"."court_id" -> "court"."id");
    RECEIPT_NOTICE_ID: "I-18" "receipt" = dangling!("id", "receipt"."notice_id" -> "notice"."id");
    RECEIPT_REPLACED_BY: "I-18" "receipt" = dangling!("id", "receipt"."replaced_by" -> "receipt"."id");
    RECEIPT_PAPER_RECEIPT_ID: "I-18" "receipt_paper" = dangling!("receipt_id", "receipt_paper"."receipt_id" -> "receipt"."id");
    RECEIPT_PAPER_SHA256: "I-18" "receipt_paper" = dangling!("receipt_id", "receipt_paper"."sha256" -> "blob"."sha256");
    RECEIPT_USE_RECEIPT_ID: "I-18" "receipt_use" = dangling!("id", "receipt_use"."receipt_id" -> "receipt"."id");
    RECEIPT_USE_CASE_ID: "I-18" "receipt_use" = dangling!("id", "receipt_use"."case_id" -> "court_case"."id");
    RECEIPT_USE_COURT_ID: "I-18" "receipt_use" = dangling!("id", "receipt_use"."court_id" -> "court"."id");
    RECEIPT_USE_GROUP_ID: "I-18" "receipt_use" = dangling!("id", "receipt_use"."group_id" -> "claim_group"."id");
    LEDGER_ACCOUNT_AGENCY_ID: "I-18" "ledger_account" = dangling!("id", "ledger_account"."agency_id" -> "agency"."id");
    LEDGER_ACCOUNT_ACCOUNT_ID: "I-18" "ledger_account" = dangling!("id", "ledger_account"."account_id" -> "account"."id");
    POSTING_GROUP_AGENCY_ID: "I-18" "posting_group" = dangling!("id", "posting_group"."agency_id" -> "agency"."id");
    POSTING_GROUP_PAYMENT_ID: "I-18" "posting_group" = dangling!("id", "posting_group"."payment_id" -> "payment"."id");
    POSTING_GROUP_LINE_ID: "I-18" "posting_group" = dangling!("id", "posting_group"."line_id" -> "statement_line"."id");
    POSTING_GROUP_ID: "I-18" "posting" = dangling!("group_id", "posting"."group_id" -> "posting_group"."id");
    POSTING_LEDGER_ACCOUNT_ID: "I-18" "posting" = dangling!("group_id", "posting"."ledger_account_id" -> "ledger_account"."id");
    POSTING_NOTICE_ID: "I-18" "posting" = dangling!("group_id", "posting"."notice_id" -> "notice"."id");
    POSTING_PAYMENT_ID: "I-18" "posting" = dangling!("group_id", "posting"."payment_id" -> "payment"."id");
    POSTING_CASE_ID: "I-18" "posting" = dangling!("group_id", "posting"."case_id" -> "court_case"."id");
    STATEMENT_ACCOUNT_ID: "I-18" "statement" = dangling!("id", "statement"."account_id" -> "account"."id");
    STATEMENT_AGENCY_ID: "I-18" "statement" = dangling!("id", "statement"."agency_id" -> "agency"."id");
    STATEMENT_SHA256: "I-18" "statement" = dangling!("id", "statement"."sha256" -> "blob"."sha256");
    STATEMENT_LINE_STATEMENT_ID: "I-18" "statement_line" = dangling!("id", "statement_line"."statement_id" -> "statement"."id");
    STATEMENT_LINE_ACCOUNT_ID: "I-18" "statement_line" = dangling!("id", "statement_line"."account_id" -> "account"."id");
    STATEMENT_LINE_AGENCY_ID: "I-18" "statement_line" = dangling!("id", "statement_line"."agency_id" -> "agency"."id");
    STATEMENT_LINE_PAYMENT_ID: "I-18" "statement_line" = dangling!("id", "statement_line"."payment_id" -> "payment"."id");
    STAFF_GRANT_STAFF_ID: "I-18" "staff_grant" = dangling!("id", "staff_grant"."staff_id" -> "staff"."id");
    STAFF_GRANT_COURT_ID: "I-18" "staff_grant" = dangling!("id", "staff_grant"."court_id" -> "court"."id");
    STAFF_GRANT_AGENCY_ID: "I-18" "staff_grant" = dangling!("id", "staff_grant"."agency_id" -> "agency"."id");
    SESSION_STAFF_ID: "I-18" "session" = dangling!("id", "session"."staff_id" -> "staff"."id");
    SIGN_IN_STAFF_ID: "I-18" "sign_in" = dangling!("id", "sign_in"."staff_id" -> "staff"."id");
    API_KEY_COURT_ID: "I-18" "api_key" = dangling!("id", "api_key"."court_id" -> "court"."id");
    API_KEY_AGENCY_ID: "I-18" "api_key" = dangling!("id", "api_key"."agency_id" -> "agency"."id");
    OUTBOX_COURT_ID: "I-18" "outbox" = dangling!("id", "outbox"."court_id" -> "court"."id");
    OUTBOX_AGENCY_ID: "I-18" "outbox" = dangling!("id", "outbox"."agency_id" -> "agency"."id");
    STEP_OF_NOTICE: "I-18" "state_change" = nothing!("state_change"."entity_id", "machine" = "notice" -> "notice");
    STEP_OF_ORDER: "I-18" "state_change" = nothing!("state_change"."entity_id", "machine" = "order" -> "payment_order");
    STEP_OF_RECEIPT: "I-18" "state_change" = nothing!("state_change"."entity_id", "machine" = "receipt" -> "receipt");
    STEP_OF_CASE: "I-18" "state_change" = nothing!("state_change"."entity_id", "machine" = "case" -> "court_case");
    CHAIN_OF_AGENCY: "I-18" "audit_entry" = nothing!("audit_entry"."chain_id", "chain" = "agency" -> "agency");
    CHAIN_OF_COURT: "I-18" "audit_entry" = nothing!("audit_entry"."chain_id", "chain" = "court" -> "court");
}
