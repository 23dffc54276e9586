//! A-01 to A-03, A-10: whatever was changed after signing proves nothing.

use anphi::{
    domain::{
        payment::{Address, Direction, Standing},
        time::Timestamp,
    },
    providers::{
        Answer, Answered, Claim, Provider, ProviderKind, ProviderSettings, Question, RawCallback,
        Registry, Rejection, SettingsError, StatusQuery,
        http::CallError,
        sepay::{Sepay, SepayAuth, SepaySettings},
        vnpay::{Vnpay, VnpaySettings},
    },
    sim::sign,
};
use proptest::{prelude::*, sample::Index};
use secrecy::SecretString;

pub(super) const KEY: &str = "COURTSANDBOXSECRETSHARED00000001";
pub(super) const OTHER_KEY: &str = "COURTSANDBOXSECRETSHARED00000002";
pub(super) const ACCOUNT: &str = "9990001112223";

pub(super) fn secrets(keys: &[&str]) -> Vec<SecretString> {
    keys.iter().map(|key| SecretString::from(*key)).collect()
}

pub(super) fn vnpay_settings(keys: &[&str]) -> VnpaySettings {
    VnpaySettings {
        merchant: "COURT001".into(),
        keys: secrets(keys),
        pay_endpoint: "https://pay.example/vpcpay.html".into(),
        query_endpoint: "https://pay.example/transaction".into(),
    }
}

pub(super) fn sepay_settings(auth: SepayAuth, keys: &[&str]) -> SepaySettings {
    let account_number = ACCOUNT.into();
    SepaySettings { account_number, auth, keys: secrets(keys), window_seconds: 300 }
}

fn vnpay(keys: &[&str]) -> Vnpay {
    Vnpay::new(vnpay_settings(keys)).ok().unwrap()
}

fn sepay(auth: SepayAuth, keys: &[&str]) -> Sepay {
    Sepay::new(sepay_settings(auth, keys)).ok().unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix(1_795_483_080).unwrap()
}

fn get(query: &str) -> RawCallback {
    RawCallback { method: "GET".into(), query: query.into(), headers: Vec::new(), body: Vec::new() }
}

const FIELDS: [(&str, &str); 11] = [
    ("vnp_Amount", "30000000"),
    ("vnp_BankCode", "NCB"),
    ("vnp_BankTranNo", "VNP14226112"),
    ("vnp_CardType", "ATM"),
    ("vnp_OrderInfo", "Nop tam ung & an=phi AP0123456786"),
    ("vnp_PayDate", "20261124081755"),
    ("vnp_ResponseCode", "00"),
    ("vnp_TmnCode", "COURT001"),
    ("vnp_TransactionNo", "14226112"),
    ("vnp_TransactionStatus", "00"),
    ("vnp_TxnRef", "AP0123456786-2"),
];

fn signed_with(key: &str, fields: &[(&str, &str)]) -> String {
    let text = sign::query(fields.iter().copied());
    format!("{text}&vnp_SecureHash={}", sign::hmac_sha512(key, &text))
}

/// The good message with one field changed before signing.
fn ipn(name: &str, value: &str) -> String {
    let mut fields = FIELDS.to_vec();
    fields.retain(|(field, _)| *field != name);
    fields.push((name, value));
    signed_with(KEY, &fields)
}

fn push(key: &str, time: &str, body: &str) -> RawCallback {
    let signature = sign::hmac_sha256(key, format!("{time}.{body}").as_bytes());
    RawCallback {
        method: "POST".into(),
        query: String::new(),
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("x-sepay-timestamp".into(), time.into()),
            ("x-sepay-signature".into(), format!("sha256={signature}")),
        ],
        body: body.into(),
    }
}

const TIME: &str = "1795483080";
const BODY: &str = r#"{"id":92704,"gateway":"Vietcombank","transactionDate":"2026-11-24 08:17:55","accountNumber":"9990001112223","subAccount":null,"code":null,"content":"AP2611900016 a&b=c","transferType":"in","description":"","transferAmount":300000,"accumulated":19077000,"referenceCode":"FT1"}"#;

#[test]
fn a_gateway_message_becomes_a_report() {
    let verified = vnpay(&[KEY]).verify(&get(&signed_with(KEY, &FIELDS)), now()).unwrap();
    let report = verified.report;
    assert_eq!(report.source_id, "14226112");
    assert_eq!(report.address, Address::Attempt("AP0123456786-2".into()));
    assert_eq!((report.amount.get(), report.standing), (300_000, Standing::Received));
    assert_eq!(report.paid_at.unwrap().to_string(), "2026-11-24T08:17:55+07:00");
    assert_eq!(verified.claim, Claim::Terminal("COURT001".into()));
}

/// Both codes decide, and a failure needs both as much as a success does.
#[test]
fn only_00_with_00_is_money() {
    let held = |code: &str| Standing::Held(code.into());
    let failed = |code: &str| Standing::NotReceived(code.into());
    for (response, status, standing) in [
        ("00", "00", Standing::Received),
        ("00", "01", Standing::Pending),
        ("00", "02", Standing::Pending),
        ("00", "07", held("07")),
        ("07", "00", held("07")),
        ("07", "07", held("07")),
        ("24", "02", failed("24")),
        ("51", "02", failed("51")),
        ("11", "08", failed("11")),
        ("24", "00", Standing::Pending),
        ("24", "01", Standing::Pending),
        ("00", "04", held("04")),
        ("00", "05", held("05")),
        ("99", "99", Standing::Pending),
    ] {
        let mut fields = FIELDS.to_vec();
        fields.retain(|(name, _)| !matches!(*name, "vnp_ResponseCode" | "vnp_TransactionStatus"));
        fields.extend([("vnp_ResponseCode", response), ("vnp_TransactionStatus", status)]);
        let query = signed_with(KEY, &fields);
        let verified = vnpay(&[KEY]).verify(&get(&query), now()).unwrap();
        assert_eq!(verified.report.standing, standing, "{response} {status}");
    }
}

#[test]
fn a_transaction_without_a_number_is_known_by_its_attempt() {
    let message_of = |transaction: &str| {
        vnpay(&[KEY]).verify(&get(&ipn("vnp_TransactionNo", transaction)), now()).unwrap()
    };
    assert_eq!(message_of("0").report.source_id, "ref:AP0123456786-2");
    assert_eq!(message_of("014226112").report.source_id, "14226112");
}

#[test]
fn right_signatures_over_wrong_fields_are_refused() {
    for (name, value, rejection) in [
        ("vnp_TmnCode", "OTHER999", Rejection::UnknownTerminal),
        ("vnp_TxnRef", "", Rejection::Malformed("vnp_TxnRef")),
        ("vnp_TxnRef", "AP1&vnp_Amount=1", Rejection::Malformed("vnp_TxnRef")),
        ("vnp_TxnRef", "AP1\n", Rejection::Malformed("vnp_TxnRef")),
        ("vnp_Amount", "-30000000", Rejection::Malformed("vnp_Amount")),
        ("vnp_Amount", "0", Rejection::Amount),
        ("vnp_Amount", "30000001", Rejection::Amount),
        ("vnp_CurrCode", "USD", Rejection::Amount),
        ("vnp_ResponseCode", "0", Rejection::Malformed("vnp_ResponseCode")),
        ("vnp_TransactionStatus", "x0", Rejection::Malformed("vnp_TransactionStatus")),
        ("vnp_TransactionNo", "1.5", Rejection::Malformed("vnp_TransactionNo")),
        ("vnp_PayDate", "20261324081755", Rejection::Malformed("vnp_PayDate")),
    ] {
        let verified = vnpay(&[KEY]).verify(&get(&ipn(name, value)), now());
        assert_eq!(verified, Err(rejection), "{name}={value}");
    }
}

/// A-02, A-10.
#[test]
fn only_the_one_whole_sha512_signature_counts() {
    let (text, hash) = {
        let query = signed_with(KEY, &FIELDS);
        let (text, hash) = query.split_once("&vnp_SecureHash=").unwrap();
        (text.to_owned(), hash.to_owned())
    };
    let sha256 = sign::hmac_sha256(KEY, text.as_bytes());
    for query in [
        text.clone(),
        format!("{text}&vnp_SecureHash="),
        format!("{text}&vnp_SecureHash"),
        format!("{text}&vnp_SecureHash={}", &hash[..64]),
        format!("{text}&vnp_SecureHash={}", &hash[..127]),
        format!("{text}&vnp_SecureHash={hash}00"),
        format!("{text}&vnp_SecureHash={hash}&vnp_SecureHash={hash}"),
        format!("{text}&vnp_SecureHash={hash}&vnp_%53ecureHash={hash}"),
        format!("{text}&vnp_SecureHash=%{:02x}{}", hash.as_bytes()[0], &hash[1..]),
        format!("{text}&vnp_SecureHash={sha256}&vnp_SecureHashType=SHA256"),
        format!("{text}&vnp_SecureHash={hash}&vnp_Amount=100"),
        format!("{text}&vnp_SecureHash={hash}&vnp_New=1"),
        format!("{text}&vnp_SecureHash={hash}&%76np_Amount=100"),
        format!("VNP_SECUREHASH={hash}&{text}"),
    ] {
        let refused = vnpay(&[KEY]).verify(&get(&query), now()).unwrap_err();
        assert_eq!(refused.answer(), Answer::BadSignature, "{query}");
    }
    let ignored = format!("{text}&vnp_SecureHash={hash}&vnp_SecureHashType=SHA256&utm_source=x");
    assert!(vnpay(&[KEY]).verify(&get(&ignored), now()).is_ok());
    let posted = RawCallback { method: "POST".into(), ..get(&ignored) };
    assert_eq!(vnpay(&[KEY]).verify(&posted, now()), Err(Rejection::Malformed("method")));
}

fn question() -> Question {
    Question {
        provider_ref: "AP0123456786-2".into(),
        opened_at: now(),
        request_id: "q1".into(),
        asked_at: now(),
        from: "127.0.0.1".parse().unwrap(),
    }
}

/// The signed fields of a querydr answer in their order, with values.
const ANSWER: [(&str, &str); 15] = [
    ("vnp_ResponseId", "7c1f2f0b"),
    ("vnp_Command", "querydr"),
    ("vnp_ResponseCode", "00"),
    ("vnp_Message", "QueryDR Success"),
    ("vnp_TmnCode", "COURT001"),
    ("vnp_TxnRef", "AP0123456786-2"),
    ("vnp_Amount", "30000000"),
    ("vnp_BankCode", "NCB"),
    ("vnp_PayDate", "20261124081755"),
    ("vnp_TransactionNo", "14226112"),
    ("vnp_TransactionType", "01"),
    ("vnp_TransactionStatus", "00"),
    ("vnp_OrderInfo", "Truy van | AP0123456786-2"),
    ("vnp_PromotionCode", ""),
    ("vnp_PromotionAmount", ""),
];

fn answer_with(changes: &[(&str, &str)]) -> String {
    let value = |name: &str, genuine: &str| {
        let change = changes.iter().find(|(changed, _)| *changed == name);
        change.map_or(genuine, |(_, value)| *value).to_owned()
    };
    let fields = ANSWER.map(|(name, genuine)| (name, value(name, genuine)));
    let text = fields.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("|");
    let mut body: serde_json::Map<_, _> = fields
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    body.insert("vnp_SecureHash".into(), sign::hmac_sha512(KEY, &text).into());
    serde_json::Value::from(body).to_string()
}

fn query_answer() -> String {
    answer_with(&[])
}

#[test]
fn an_answer_counts_for_its_question_only() {
    let asked = |changes: &[(&str, &str)]| {
        vnpay(&[KEY]).answer(&question(), answer_with(changes).as_bytes())
    };
    let refused = |code: &str| Err(CallError::Refused(code.into()));
    assert!(matches!(asked(&[]), Ok(Answered::Known(_))));
    assert_eq!(asked(&[("vnp_ResponseCode", "91")]), Ok(Answered::NeverBegun));
    for (changes, expected) in [
        ([("vnp_ResponseCode", "94")], refused("94")),
        ([("vnp_ResponseCode", "x")], Err(CallError::Malformed("vnp_ResponseCode"))),
        ([("vnp_TmnCode", "OTHER999")], Err(CallError::Unverified)),
        ([("vnp_TxnRef", "AP0123456786-1")], Err(CallError::Unverified)),
        ([("vnp_Command", "refund")], Err(CallError::Unverified)),
        ([("vnp_Amount", "30000050")], Err(CallError::Malformed("vnp_Amount"))),
        ([("vnp_PayDate", "yesterday")], Err(CallError::Malformed("vnp_PayDate"))),
    ] {
        assert_eq!(asked(&changes), expected, "{changes:?}");
    }
    let standing = |changes: &[(&str, &str)]| match asked(changes) {
        Ok(Answered::Known(verified)) => verified.report.standing,
        other => panic!("{other:?}"),
    };
    for (changes, expected) in [
        ([("vnp_TransactionStatus", "00")], Standing::Received),
        ([("vnp_TransactionStatus", "01")], Standing::Pending),
        ([("vnp_TransactionStatus", "02")], Standing::NotReceived("02".into())),
        ([("vnp_TransactionStatus", "07")], Standing::Held("07".into())),
        ([("vnp_TransactionStatus", "11")], Standing::NotReceived("11".into())),
        ([("vnp_TransactionType", "02")], Standing::Held("type 02".into())),
    ] {
        assert_eq!(standing(&changes), expected, "{changes:?}");
    }
}

/// The same joined text with a bar moved over: the hash fits, the fields are others.
#[test]
fn text_moved_over_a_bar_proves_nothing() {
    let moved = query_answer()
        .replace(r#""vnp_TransactionStatus":"00""#, r#""vnp_TransactionStatus":"00|Truy van ""#)
        .replace(r#""Truy van | AP0123456786-2""#, r#"" AP0123456786-2""#);
    assert_ne!(moved, query_answer());
    let answered = vnpay(&[KEY]).answer(&question(), moved.as_bytes());
    assert_eq!(answered, Err(CallError::Unverified));
}

#[test]
fn keys_turn_without_a_gap() {
    let (old, new) = (get(&signed_with(OTHER_KEY, &FIELDS)), get(&signed_with(KEY, &FIELDS)));
    let turning = vnpay(&[KEY, OTHER_KEY]);
    assert_eq!(turning.verify(&old, now()), turning.verify(&new, now()));
    assert_eq!(vnpay(&[KEY]).verify(&old, now()), Err(Rejection::BadSignature));
    let pushed = push(OTHER_KEY, TIME, BODY);
    assert!(sepay(SepayAuth::Hmac, &[KEY, OTHER_KEY]).verify(&pushed, now()).is_ok());
    assert_eq!(sepay(SepayAuth::Hmac, &[KEY]).verify(&pushed, now()), Err(Rejection::BadSignature));
}

#[test]
fn a_push_becomes_a_report() {
    let provider = sepay(SepayAuth::Hmac, &[KEY]);
    let verified = provider.verify(&push(KEY, TIME, BODY), now()).unwrap();
    assert_eq!(verified.message_key, "92704");
    assert_eq!(verified.report.standing, Standing::Received);
    assert_eq!(verified.report.address, Address::Memo("AP2611900016 a&b=c".into()));
    let out = BODY.replace("\"in\"", "\"out\"");
    let verified = provider.verify(&push(KEY, TIME, &out), now()).unwrap();
    assert_eq!(verified.report.direction, Direction::Debit);
    let foreign = BODY.replace(ACCOUNT, "9990001112224");
    let refused = provider.verify(&push(KEY, TIME, &foreign), now());
    assert_eq!(refused, Err(Rejection::UnknownTerminal));
}

#[test]
fn a_push_needs_one_whole_signature_of_its_time() {
    let provider = sepay(SepayAuth::Hmac, &[KEY]);
    let good = push(KEY, TIME, BODY);
    let with = |name: &str, value: &str| {
        let mut spoilt = good.clone();
        spoilt.headers.retain(|(header, _)| header != name);
        spoilt.headers.push((name.to_owned(), value.to_owned()));
        spoilt
    };
    let signature = good.headers[2].1.clone();
    let mut doubled = good.clone();
    doubled.headers.push(("X-SePay-Signature".into(), signature.clone()));
    let mut bare = good.clone();
    bare.headers.clear();
    for spoilt in [
        bare,
        doubled,
        with("x-sepay-signature", ""),
        with("x-sepay-signature", "sha256="),
        with("x-sepay-signature", &signature[7..]),
        with("x-sepay-signature", &signature[..70]),
        with("x-sepay-signature", &signature.replace("sha256", "sha512")),
        with("x-sepay-timestamp", "1795483081"),
        with("x-sepay-timestamp", ""),
        push(KEY, "1795483080.0", BODY),
        push(KEY, "+1795483080", BODY),
        push(KEY, "99999999999999", BODY),
        push(KEY, "1795482779", BODY),
        push(KEY, "1795483381", BODY),
    ] {
        let refused = provider.verify(&spoilt, now());
        assert_eq!(refused, Err(Rejection::BadSignature), "{:?}", spoilt.headers);
    }
    assert!(provider.verify(&push(KEY, "1795482780", BODY), now()).is_ok());
    assert!(provider.verify(&with("x-sepay-signature", &signature.to_uppercase()), now()).is_err());
}

/// Reliability rule 8.
#[test]
fn a_push_that_only_names_the_key_is_seen_not_paid() {
    let provider = sepay(SepayAuth::ApiKey, &[KEY]);
    let by = |authorization: &str| {
        let mut callback = push("no matter", TIME, BODY);
        callback.headers.push(("Authorization".into(), authorization.into()));
        provider.verify(&callback, now())
    };
    assert_eq!(by(&format!("Apikey {KEY}")).unwrap().report.standing, Standing::Pending);
    for wrong in [OTHER_KEY, &KEY[..31]] {
        assert_eq!(by(&format!("Apikey {wrong}")), Err(Rejection::BadSignature));
    }
    assert_eq!(by(&format!("Bearer {KEY}")), Err(Rejection::BadSignature));
    assert_eq!(provider.verify(&push(KEY, TIME, BODY), now()), Err(Rejection::BadSignature));
}

#[test]
fn the_registry_finds_accounts_by_path() {
    let mut registry = Registry::default();
    registry.add("songmo", ProviderSettings::Vnpay(vnpay_settings(&[KEY]))).unwrap();
    let bank = sepay_settings(SepayAuth::Hmac, &[KEY]);
    registry.add("vcb", ProviderSettings::Sepay(bank)).unwrap();
    let again = registry.add("songmo", ProviderSettings::Vnpay(vnpay_settings(&[KEY])));
    assert_eq!(again, Err(SettingsError::Name));
    let weak = registry.add("weak", ProviderSettings::Vnpay(vnpay_settings(&["short"])));
    assert!(matches!(weak, Err(SettingsError::Keys(_))));

    let kind = |kind, name| registry.at_path(kind, name).map(|provider| provider.kind());
    assert_eq!(kind(ProviderKind::Vnpay, "songmo"), Some(ProviderKind::Vnpay));
    assert_eq!(kind(ProviderKind::Sepay, "vcb"), Some(ProviderKind::Sepay));
    assert_eq!(kind(ProviderKind::Sepay, "songmo"), None);
    assert_eq!(kind(ProviderKind::Vnpay, "nobody"), None);
    assert_eq!("vnpay".parse(), Ok(ProviderKind::Vnpay));
    let unknown = ProviderKind::Vnpay.reply(Rejection::UnknownTerminal.answer());
    assert_eq!(unknown.body, r#"{"RspCode":"97","Message":"Invalid signature"}"#);
    assert_eq!(ProviderKind::Sepay.reply(Answer::BadSignature).status, 401);
    assert_eq!(ProviderKind::Sepay.reply(Answer::UnknownOrder).status, 200);
}

/// One spelling of a value among those that mean the same.
fn respelt(value: &str, choice: u8) -> String {
    match choice % 3 {
        0 => sign::form(value),
        1 => sign::form(value).replace('+', "%20"),
        _ => value.bytes().map(|byte| format!("%{byte:02x}")).collect::<Vec<_>>().concat(),
    }
}

proptest! {
    /// A-01: a changed byte is refused, or it changed a spelling and no meaning (hex digits in
    /// another case, `%20` for `+`).
    #[test]
    fn a_changed_byte_of_an_ipn_never_changes_what_verifies(place: Index, byte in 0x21u8..0x7f) {
        let good = signed_with(KEY, &FIELDS);
        let genuine = vnpay(&[KEY]).verify(&get(&good), now()).unwrap();
        let mut bytes = good.clone().into_bytes();
        *place.get_mut(&mut bytes) = byte;
        let altered = String::from_utf8(bytes).unwrap();
        match vnpay(&[KEY]).verify(&get(&altered), now()) {
            Ok(verified) => prop_assert_eq!(verified, genuine, "{}", altered),
            Err(refused) => prop_assert_ne!(altered, good, "{}", refused),
        }
    }

    /// A-01: a changed value with the old hash.
    #[test]
    fn a_changed_field_of_an_ipn_never_verifies(field in 0usize..FIELDS.len(), value in "[ -~]{1,20}") {
        prop_assume!(FIELDS[field].1 != value);
        let good = signed_with(KEY, &FIELDS);
        let mut fields = FIELDS;
        fields[field].1 = &value;
        let (_, hash) = good.split_once("&vnp_SecureHash=").unwrap();
        let altered = format!("{}&vnp_SecureHash={hash}", sign::query(fields));
        prop_assert_eq!(vnpay(&[KEY]).verify(&get(&altered), now()), Err(Rejection::BadSignature));
    }

    /// Order and spelling prove the same message, whatever a proxy made of them.
    #[test]
    fn order_and_spelling_mean_nothing(
        order in Just(FIELDS.to_vec()).prop_shuffle(),
        choices in proptest::collection::vec(0u8..3, FIELDS.len()),
    ) {
        let good = signed_with(KEY, &FIELDS);
        let genuine = vnpay(&[KEY]).verify(&get(&good), now()).unwrap();
        let (_, hash) = good.split_once("&vnp_SecureHash=").unwrap();
        let pairs: Vec<String> = order
            .iter()
            .zip(choices)
            .map(|((name, value), choice)| format!("{name}={}", respelt(value, choice)))
            .collect();
        let spelt = format!("vnp_SecureHash={hash}&{}", pairs.join("&"));
        prop_assert_eq!(vnpay(&[KEY]).verify(&get(&spelt), now()), Ok(genuine));
    }

    /// A-01, A-03.
    #[test]
    fn another_key_never_verifies(key in "[A-Za-z0-9]{24,40}") {
        prop_assume!(key != KEY);
        let query = get(&signed_with(&key, &FIELDS));
        prop_assert_eq!(vnpay(&[KEY]).verify(&query, now()), Err(Rejection::BadSignature));
        let pushed = push(&key, TIME, BODY);
        let refused = sepay(SepayAuth::Hmac, &[KEY]).verify(&pushed, now());
        prop_assert_eq!(refused, Err(Rejection::BadSignature));
    }

    /// A-01: body, time and signature, each byte of each.
    #[test]
    fn a_changed_byte_of_a_push_never_verifies(part in 0usize..3, place: Index, byte in 0x20u8..0x7f) {
        let mut altered = push(KEY, TIME, BODY);
        let mut bytes = match part {
            0 => altered.body.clone(),
            header => altered.headers[header].1.clone().into_bytes(),
        };
        let old = std::mem::replace(place.get_mut(&mut bytes), byte);
        prop_assume!(!(old.eq_ignore_ascii_case(&byte) && (part != 0 || old == byte)));
        match part {
            0 => altered.body = bytes,
            header => altered.headers[header].1 = String::from_utf8(bytes).unwrap(),
        }
        let refused = sepay(SepayAuth::Hmac, &[KEY]).verify(&altered, now());
        prop_assert_eq!(refused, Err(Rejection::BadSignature));
    }

    /// A-01 for querydr: a changed byte of the answer is refused, or changed no meaning (hex case).
    #[test]
    fn a_changed_byte_of_an_answer_never_changes_what_verifies(place: Index, byte in 0x20u8..0x7f) {
        let provider = vnpay(&[KEY]);
        let good = query_answer();
        let genuine = provider.answer(&question(), good.as_bytes()).unwrap();
        let mut bytes = good.clone().into_bytes();
        *place.get_mut(&mut bytes) = byte;
        let answered = provider.answer(&question(), &bytes);
        prop_assert!(answered.is_err() || answered == Ok(genuine), "{}", String::from_utf8_lossy(&bytes));
    }

    /// P18: no input makes a verifier panic.
    #[test]
    fn any_callback_is_answered(query in ".{0,200}", body in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = String::from_utf8_lossy(&body).into_owned();
        for callback in [get(&query), push(KEY, TIME, &text), RawCallback { body, ..get(&query) }] {
            let _ = vnpay(&[KEY]).verify(&callback, now());
            let _ = sepay(SepayAuth::Hmac, &[KEY]).verify(&callback, now());
            let _ = vnpay(&[KEY]).answer(&question(), &callback.body);
        }
    }
}
