//! `[[account]]`: what stands in the default file works, what cannot work is refused.

use std::fs;

use anphi::config::{Channel, DEFAULTS, Settings};

use super::{Folder, load};

/// The documented accounts, without their comment marks.
fn documented_accounts() -> String {
    let start = DEFAULTS.find("# [[account]]").unwrap();
    let lines = DEFAULTS[start..].lines().filter_map(|line| line.strip_prefix("# "));
    lines
        .filter(|line| line.contains(" = ") || line.starts_with('['))
        .collect::<Vec<_>>()
        .join("\n")
}

fn with_accounts(folder: &str, change: impl Fn(&str) -> String) -> Result<Settings, String> {
    let folder = Folder::new(folder);
    fs::create_dir_all(folder.0.join("keys")).unwrap();
    folder.put("keys/sepay", "a-sepay-secret-of-28-bytes-1\n");
    folder.put("keys/vnpay", "SANDBOXSECRETOFTHIRTYTWOBYTES001\n");
    load(Some(&folder.put("anphi.toml", &change(&documented_accounts()))), &[])
}

#[test]
fn the_documented_accounts_are_what_they_say() {
    let settings = with_accounts("documented", str::to_owned).unwrap();
    let names: Vec<&str> = settings.accounts.iter().map(|account| account.name.as_str()).collect();
    assert_eq!(names, ["kho-quy", "sepay-ha-noi", "vnpay-ha-noi"]);
    assert_eq!(settings.accounts[0].bank_account().unwrap().bank.as_str(), "970436");
    assert_eq!(settings.accounts[1].bank_account().unwrap().number, "21510000000000");
    assert!(settings.accounts[2].bank_account().is_none());
    let Channel::Vnpay { merchant, keys, settles_to, .. } = &settings.accounts[2].channel else {
        panic!()
    };
    assert_eq!((merchant.as_str(), keys.len(), settles_to.as_str()), ("ANPHI001", 1, "kho-quy"));
}

/// What stands in the documented accounts, what is put there instead (`\n` ends a line), how one of the
/// problems told begins.
const REFUSED: &str = r#"
name = "kho-quy"         | name = "Kho quỹ"         | account[0].name: "Kho quỹ" is no name of small letters
name = "kho-quy"         | name = "vnpay-ha-noi"    | account.vnpay-ha-noi.name: another account has this name
bank = "970418"\nnumber = "21510000000000" | bank = "970436"\nnumber = "0010000000000" | account.sepay-ha-noi.number: another account is the same one
agency = "THADS-01"\nbank = "970436" | agency = "THADS-04"\nbank = "970436" | account.vnpay-ha-noi.settles_to: must be a bank account of the same agency
settles_to = "kho-quy"   | settles_to = "vnpay-ha-noi" | account.vnpay-ha-noi.settles_to: must be a bank account
settles_to = "kho-quy"   | settles_to = "kho"       | account.vnpay-ha-noi.settles_to: names no account
settles_to = "kho-quy"   |                          | account.vnpay-ha-noi.settles_to: is needed and not set
bank = "970436"          | bank = "VCB"             | account.kho-quy.bank: "VCB" is no BIN of six digits
number = "0010000000000" | number = "0010 000"      | account.kho-quy.number: "0010 000" is no account number
number = "0010000000000" | number = 10000000000     | account.kho-quy.number: must be a text in quotes
holder =                 | owner =                  | account.kho-quy.owner: there is no such setting; the nearest is 
number = "0010000000000" | number = "1"\nkeys = []  | account.kho-quy.keys: there is no such setting
provider = "bank"        | provider = "momo"        | account.kho-quy.provider: "momo" is none of "bank", "sepay", "vnpay"
auth = "hmac"            | auth = "none"            | account.sepay-ha-noi.auth: "none" is none of "hmac", "apikey"
window_seconds = 300     | window_seconds = 0       | account.sepay-ha-noi.window_seconds: must be a whole number
keys_FILE = "keys/sepay" | keys_FILE = "keys/none"  | account.sepay-ha-noi.keys_FILE: cannot read 
keys_FILE = "keys/sepay" | keys = ["short"]         | account.sepay-ha-noi.keys: each key has at least 24 bytes
keys_FILE = "keys/sepay" |                          | account.sepay-ha-noi.keys: needs at least one key
keys_FILE = "keys/vnpay" | keys = ["SANDBOXSECRETOFTHIRTYTWOBYTES001", "SANDBOXSECRETOFTHIRTYTWOBYTES001"] | account.vnpay-ha-noi.keys: the same key stands twice
keys_FILE = "keys/vnpay" | keys_FILE = "keys/vnpay"\nkeys = ["SANDBOXSECRETOFTHIRTYTWOBYTES001"] | account.vnpay-ha-noi.keys_FILE: and keys are both set
merchant = "ANPHI001"    | merchant = "ANPHI-01"    | account.vnpay-ha-noi.merchant: "ANPHI-01" is no terminal code
https://sandbox.vnpayment.vn/paymentv2 | http://sandbox.vnpayment.vn/paymentv2 | account.vnpay-ha-noi.endpoint: must begin with https://
https://sandbox.vnpayment.vn/merchant | sandbox/merchant         | account.vnpay-ha-noi.query_endpoint: 
"#;

#[test]
fn accounts_that_cannot_work_are_refused() {
    for row in REFUSED.trim().lines() {
        let row = row.replace("\\n", "\n");
        let parts: Vec<&str> = row.split(" | ").map(str::trim).collect();
        let [right, wrong, said] = parts[..] else { panic!("{row}") };
        let problems = with_accounts("changed", |text| {
            assert!(text.contains(right), "{right}");
            text.replacen(right, wrong, 1)
        });
        let problems = problems.expect_err(wrong);
        assert!(problems.lines().any(|line| line.starts_with(said)), "{wrong}\n{problems}");
    }
    let simulator = with_accounts("changed", |text| {
        text.replace("https://sandbox.vnpayment.vn", "http://127.0.0.1:9090")
    });
    assert!(simulator.is_ok(), "the simulator listens on this machine");
}
