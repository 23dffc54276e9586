//! No dangling reference (I-18). Foreign keys are checked again, since a restore or a switched-off
//! trigger gets past them, and so are columns that have none. Ids of staff stand in rows for ever,
//! also of staff who are gone, and are not references in this sense.

use super::rules;

/// Rows of `$table` of which a `$column` is the `$key` of no row of `$parent`: one pass a table,
/// each parent joined under a letter.
macro_rules! dangling {
    ($own:literal, $table:literal: $($x:literal $column:literal -> $parent:literal . $key:literal),+) => {
        concat!(
            "select t.", $own, ", case ",
            $("when t.", $column, " is not null and ", $x, ".", $key, " is null then '", $column,
                " points to no ", $parent, "' ",)+
            "end from ", $table, " t",
            $(" left join ", $parent, " ", $x, " on ", $x, ".", $key, " = t.", $column,)+
            " where ", $("(t.", $column, " is not null and ", $x, ".", $key, " is null) or ",)+
            "1 = 0"
        )
    };
}

/// The same for a column that few rows have.
macro_rules! seldom {
    ($table:literal . $column:literal -> $parent:literal) => {
        concat!(
            "select t.id, '",
            $column,
            " points to no ",
            $parent,
            "' from ",
            $table,
            " t where t.",
            $column,
            " is not null and not exists (select 1 from ",
            $parent,
            " x where x.id = t.",
            $column,
            ")"
        )
    };
}

/// Entries of a chain of `$kind` whose owner is no row of `$parent`.
macro_rules! ownerless {
    ($kind:literal -> $parent:literal) => {
        concat!(
            "select e.id, 'its chain is of no ",
            $kind,
            "' from audit_entry e left join ",
            $parent,
            " x on x.id = e.chain_id where e.chain = '",
            $kind,
            "' and x.id is null"
        )
    };
}

rules! {
    COURT: "I-18" "court" = dangling!("id", "court":
        "a" "parent_id" -> "court"."id",
        "b" "collector_id" -> "agency"."id",
        "c" "office_id" -> "agency"."id");
    AGENCY: "I-18" "agency" = dangling!("id", "agency":
        "a" "parent_id" -> "agency"."id",
        "b" "court_id" -> "court"."id");
    ACCOUNT: "I-18" "account" = dangling!("id", "account":
        "a" "agency_id" -> "agency"."id",
        "b" "office_id" -> "agency"."id",
        "c" "settles_to" -> "account"."id",
        "d" "current_version_id" -> "account_version"."id");
    ACCOUNT_VERSION: "I-18" "account_version" = dangling!("id", "account_version":
        "a" "account_id" -> "account"."id");
    COURT_CASE: "I-18" "court_case" = dangling!("id", "court_case":
        "a" "court_id" -> "court"."id");
    PARTY: "I-18" "party" = dangling!("id", "party":
        "a" "case_id" -> "court_case"."id");
    CLAIM_GROUP: "I-18" "claim_group" = dangling!("id", "claim_group":
        "a" "case_id" -> "court_case"."id");
    CLAIM: "I-18" "claim" = dangling!("id", "claim":
        "a" "case_id" -> "court_case"."id",
        "b" "group_id" -> "claim_group"."id");
    CLAIM_PARTY: "I-18" "claim_party" = dangling!("claim_id", "claim_party":
        "a" "claim_id" -> "claim"."id",
        "b" "party_id" -> "party"."id");
    RELIEF: "I-18" "relief" = dangling!("id", "relief":
        "a" "case_id" -> "court_case"."id",
        "b" "party_id" -> "party"."id");
    ASSESSMENT: "I-18" "assessment" = dangling!("id", "assessment":
        "a" "case_id" -> "court_case"."id");
    REGISTER: "I-18" "register" = dangling!("court_id", "register":
        "a" "court_id" -> "court"."id");
    NOTICE: "I-18" "notice" = dangling!("id", "notice":
        "a" "reference" -> "payment_reference"."reference",
        "b" "court_id" -> "court"."id",
        "c" "agency_id" -> "agency"."id",
        "d" "office_id" -> "agency"."id",
        "e" "case_id" -> "court_case"."id",
        "f" "group_id" -> "claim_group"."id",
        "g" "assessment_id" -> "assessment"."id",
        "h" "account_version_id" -> "account_version"."id");
    ADDRESSEE: "I-18" "addressee" = dangling!("notice_id", "addressee":
        "a" "notice_id" -> "notice"."id",
        "b" "party_id" -> "party"."id");
    SERVICE: "I-18" "service" = dangling!("id", "service":
        "a" "notice_id" -> "notice"."id",
        "b" "party_id" -> "party"."id");
    PAYMENT_ORDER: "I-18" "payment_order" = dangling!("id", "payment_order":
        "a" "notice_id" -> "notice"."id",
        "b" "court_id" -> "court"."id",
        "c" "agency_id" -> "agency"."id",
        "d" "account_id" -> "account"."id",
        "e" "account_version_id" -> "account_version"."id");
    INBOX: "I-18" "inbox" = dangling!("id", "inbox":
        "a" "account_id" -> "account"."id");
    PAYMENT: "I-18" "payment" = dangling!("id", "payment":
        "a" "account_id" -> "account"."id",
        "b" "agency_id" -> "agency"."id",
        "c" "order_id" -> "payment_order"."id");
    SIGHTING: "I-18" "sighting" = dangling!("id", "sighting":
        "a" "payment_id" -> "payment"."id",
        "b" "account_id" -> "account"."id",
        "c" "inbox_id" -> "inbox"."id",
        "d" "line_id" -> "statement_line"."id");
    ALLOCATION: "I-18" "allocation" = dangling!("id", "allocation":
        "a" "payment_id" -> "payment"."id",
        "b" "notice_id" -> "notice"."id");
    EXCEPTION: "I-18" "exception" = dangling!("id", "exception":
        "a" "agency_id" -> "agency"."id",
        "b" "court_id" -> "court"."id",
        "c" "payment_id" -> "payment"."id",
        "d" "notice_id" -> "notice"."id",
        "e" "order_id" -> "payment_order"."id",
        "f" "inbox_id" -> "inbox"."id",
        "g" "line_id" -> "statement_line"."id");
    RECEIPT_SERIES: "I-18" "receipt_series" = dangling!("id", "receipt_series":
        "a" "agency_id" -> "agency"."id",
        "b" "office_id" -> "agency"."id");
    RECEIPT: "I-18" "receipt" = dangling!("id", "receipt":
        "a" "series_id" -> "receipt_series"."id",
        "b" "agency_id" -> "agency"."id",
        "c" "court_id" -> "court"."id",
        "d" "notice_id" -> "notice"."id");
    RECEIPT_PAPER: "I-18" "receipt_paper" = dangling!("receipt_id", "receipt_paper":
        "a" "receipt_id" -> "receipt"."id",
        "b" "sha256" -> "blob"."sha256");
    RECEIPT_USE: "I-18" "receipt_use" = dangling!("id", "receipt_use":
        "a" "receipt_id" -> "receipt"."id",
        "b" "case_id" -> "court_case"."id",
        "c" "court_id" -> "court"."id",
        "d" "group_id" -> "claim_group"."id");
    LEDGER_ACCOUNT: "I-18" "ledger_account" = dangling!("id", "ledger_account":
        "a" "agency_id" -> "agency"."id",
        "b" "account_id" -> "account"."id");
    POSTING_GROUP: "I-18" "posting_group" = dangling!("id", "posting_group":
        "a" "agency_id" -> "agency"."id",
        "b" "payment_id" -> "payment"."id",
        "c" "line_id" -> "statement_line"."id");
    POSTING: "I-18" "posting" = dangling!("group_id", "posting":
        "a" "group_id" -> "posting_group"."id",
        "b" "ledger_account_id" -> "ledger_account"."id",
        "c" "notice_id" -> "notice"."id",
        "d" "payment_id" -> "payment"."id",
        "e" "case_id" -> "court_case"."id");
    STATEMENT: "I-18" "statement" = dangling!("id", "statement":
        "a" "account_id" -> "account"."id",
        "b" "agency_id" -> "agency"."id",
        "c" "sha256" -> "blob"."sha256");
    REFUSED_FILE: "I-18" "refused_file" = dangling!("id", "refused_file":
        "a" "account_id" -> "account"."id",
        "b" "agency_id" -> "agency"."id",
        "c" "sha256" -> "blob"."sha256");
    STATEMENT_LINE: "I-18" "statement_line" = dangling!("id", "statement_line":
        "a" "statement_id" -> "statement"."id",
        "b" "account_id" -> "account"."id",
        "c" "agency_id" -> "agency"."id",
        "d" "payment_id" -> "payment"."id");
    STAFF_GRANT: "I-18" "staff_grant" = dangling!("id", "staff_grant":
        "a" "staff_id" -> "staff"."id",
        "b" "court_id" -> "court"."id",
        "c" "agency_id" -> "agency"."id");
    SESSION: "I-18" "session" = dangling!("id", "session":
        "a" "staff_id" -> "staff"."id");
    SIGN_IN: "I-18" "sign_in" = dangling!("id", "sign_in":
        "a" "staff_id" -> "staff"."id");
    API_KEY: "I-18" "api_key" = dangling!("id", "api_key":
        "a" "court_id" -> "court"."id",
        "b" "agency_id" -> "agency"."id");
    OUTBOX: "I-18" "outbox" = dangling!("id", "outbox":
        "a" "court_id" -> "court"."id",
        "b" "agency_id" -> "agency"."id");
    NOTICE_REPLACED_BY: "I-18" "notice" = seldom!("notice"."replaced_by" -> "notice");
    RECEIPT_REPLACED_BY: "I-18" "receipt" = seldom!("receipt"."replaced_by" -> "receipt");
    CHAIN_OF_AGENCY: "I-18" "audit_entry" = ownerless!("agency" -> "agency");
    CHAIN_OF_COURT: "I-18" "audit_entry" = ownerless!("court" -> "court");
}
