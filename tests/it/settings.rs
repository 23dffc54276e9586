//! Settings: layers and origins, strangers, secrets, accounts, listeners; the `config` command.

mod accounts;

use std::{
    ffi::OsString,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Command, Output},
};

use anphi::app::session::SessionTimes;
use anphi::config::{
    AcceptBy, AcceptOn, Channel, Courts, DEFAULTS, Database, Origin, PasswordProfile, SepayAuth,
    Settings,
};
use anphi::domain::fee::{JointRelief, LawSettings, LawTables};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// A folder of its own for each test, gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("anphi-settings-{test}-{}", std::process::id()));
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn load(file: Option<&Path>, environment: &[(&str, &str)]) -> Result<Settings, String> {
    let environment =
        environment.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
    Settings::load(file, environment).map_err(|problems| problems.to_string())
}

fn written(folder: &str, text: &str) -> Result<Settings, String> {
    let folder = Folder::new(folder);
    load(Some(&folder.put("anphi.toml", text)), &[])
}

fn origin_of(settings: &Settings, key: &str) -> (Value, Origin) {
    let found = settings.effective().iter().find(|setting| setting.key == key).unwrap();
    (found.value.clone(), found.origin)
}

#[test]
fn nothing_needs_to_be_set() {
    let settings = load(None, &[]).unwrap();
    assert_eq!(settings.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.admin.listen.to_string(), "127.0.0.1:8081");
    assert!(settings.server.is_plain_loopback());
    let Database::Sqlite(path) = &settings.database else { panic!("{:?}", settings.database) };
    assert_eq!(path, Path::new("anphi.db"));
    assert_eq!(settings.courts.accept, AcceptBy::Judge);
    assert_eq!(settings.courts.accept_on, AcceptOn::Numbered);
    assert_eq!(settings.security.password_profile, PasswordProfile::Default);
    assert!(settings.accounts.is_empty());
    assert!(settings.effective().iter().all(|setting| setting.origin == Origin::Default));
}

#[test]
fn what_is_built_in_is_what_the_default_file_says() {
    let settings = load(None, &[]).unwrap();
    assert_eq!(settings.courts, Courts::BUILT_IN);
    assert_eq!(SessionTimes::of(&settings.security), SessionTimes::BUILT_IN);
}

#[test]
fn every_default_is_asked_for_and_documented() {
    let settings = load(None, &[]).unwrap();
    let mut shown: Vec<&str> = settings.effective().iter().map(|s| s.key.as_str()).collect();
    let mut written = Vec::new();
    keys_of(&toml::from_str(DEFAULTS).unwrap(), "", &mut written);
    shown.sort_unstable();
    written.sort_unstable();
    assert_eq!(shown, written);
    let mut commented = false;
    for line in DEFAULTS.lines() {
        if line.contains(" = ") && !line.starts_with('#') {
            assert!(commented, "{line} has no comment above it");
        }
        // A comment holds for the lines below it up to the next blank one.
        commented = line.starts_with('#') || (commented && !line.is_empty());
    }
}

fn keys_of(table: &toml::Table, path: &str, keys: &mut Vec<String>) {
    for (name, value) in table {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match value.as_table() {
            Some(inner) => keys_of(inner, &key, keys),
            None => keys.push(key),
        }
    }
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_defaults() {
    let folder = Folder::new("layers");
    let file = folder.put(
        "anphi.toml",
        "[server]\nlisten = \"127.0.0.1:9000\"\nlog = \"warn\"\n[database]\nurl = \"sqlite:court.db\"\n",
    );
    let environment = [
        ("ANPHI_SERVER__LISTEN", "[::1]:9001"),
        ("ANPHI_ADMIN__ONLY", "true"),
        ("ANPHI_LAW__ROUNDING__UNIT", "1000"),
        ("ANPHI_SERVER__TRUSTED_PROXIES", " 127.0.0.1, 10.0.0.0/8 "),
        ("ANPHI_SERVER__PUBLIC_URL", "https://anphi.vidu.invalid/"),
        // Not of the form of a setting: ours for the file's name, and what Kubernetes sets.
        ("ANPHI_CONFIG", "elsewhere.toml"),
        ("ANPHI_PORT_8080_TCP_ADDR", "10.0.0.1"),
        ("PATH", "/bin"),
    ];
    let settings = load(Some(&file), &environment).unwrap();
    assert_eq!(settings.server.listen.to_string(), "[::1]:9001");
    assert_eq!(settings.server.trusted_proxies.len(), 2);
    assert!(settings.admin.only);
    let bound: SocketAddr = "[::1]:9001".parse().unwrap();
    assert_eq!(settings.server.public_url(bound), "https://anphi.vidu.invalid");
    let Database::Sqlite(path) = &settings.database else { panic!() };
    assert_eq!(path, &folder.0.join("court.db"), "relative to the file's folder");
    for (key, value, origin) in [
        ("server.listen", json!("[::1]:9001"), Origin::Environment),
        ("server.log", json!("warn"), Origin::File),
        ("admin.listen", json!("127.0.0.1:8081"), Origin::Default),
        ("law.rounding.unit", json!(1000), Origin::Environment),
        ("server.trusted_proxies", json!(["127.0.0.1", "10.0.0.0/8"]), Origin::Environment),
    ] {
        assert_eq!(origin_of(&settings, key), (value, origin), "{key}");
    }
    let other = [("ANPHI_DATABASE__URL", "sqlite:/var/lib/court.db")];
    let Database::Sqlite(path) = load(Some(&file), &other).unwrap().database else { panic!() };
    assert_eq!(path, Path::new("/var/lib/court.db"));
}

#[test]
fn the_defaults_of_the_law_change_no_computation() {
    let defaults = load(None, &[]).unwrap().law;
    for law in LawTables::shipped().unwrap().all() {
        let (shipped, set) = (LawSettings::default().effective(law), defaults.effective(law));
        assert_eq!(shipped, set, "{}", law.id());
    }
    let changed = load(None, &[("ANPHI_LAW__JOINT_RELIEF", "none")]).unwrap().law;
    assert_eq!(changed.joint_relief, Some(JointRelief::None));
}

/// A file, `\n` ending a line of it, and how one of the problems told begins.
const WRONG: &str = r#"
[server]\nlisen = "127.0.0.1:1"                      | server.lisen: there is no such setting; the nearest is server.listen
public_url = "https://vidu.invalid"                  | public_url: there is no such setting; the nearest is server.public_url
"server.listen" = "127.0.0.1:1"                      | server.listen: there is no such setting; the nearest is server.listen
[sever]\nlog = "x"                                   | sever.log: there is no such setting; the nearest is server.log
[mail]\nhost = "x"                                   | mail.host: there is no such setting; the nearest is 
server = 1                                           | server: is a section: write [server] and its keys below
[server]\nlisten = 8080                              | server.listen: must be a text in quotes
[server]\nlisten = "localhost"                       | server.listen: "localhost" is no address and port such as 127.0.0.1:8080
[server.listen]\nport = 1                            | server.listen: must be a text in quotes
[server]\nlisten = "0.0.0.0:80"                      | server.listen: plain HTTP on 0.0.0.0:80 could be read on the network: set server.tls_cert and server.tls_key, or server.trusted_proxies, or listen on 127.0.0.1
[admin]\nlisten = "[::]:81"                          | admin.listen: plain HTTP on [::]:81 could be read on the network
[admin]\nlisten = "127.0.0.1:8080"                   | admin.listen: is the address of server.listen: the two need different ports
[admin]\nonly = "true"                               | admin.only: must be true or false
[server]\ntrusted_proxies = ["10.0.0.1"]             | server.public_url: is needed: the public reaches this service by another address
[server]\ntrusted_proxies = ["0.0.0.0/0"]            | server.trusted_proxies: "0.0.0.0/0" is no address or network such as 10.0.0.0/8
[server]\ntrusted_proxies = [1]                      | server.trusted_proxies: must be a list of texts in quotes
[server]\npublic_url = "http://anphi.vidu.invalid"   | server.public_url: "http://anphi.vidu.invalid" is no address such as https://
[server]\npublic_url = "https://vidu.invalid/x"      | server.public_url: "https://
[server]\ntls_cert = "none.pem"                      | server.tls_cert: cannot read 
[server]\ntls_cert = "anphi.toml"                    | server.tls_key: certificate and key go together
[server]\nlog = ""                                   | server.log: is needed and not set
[courts]\naccept_on = "sealed"                       | courts.accept_on: "sealed" waits for the digital seal
[security]\npassword_profile = "tcvn3"              | security.password_profile: "tcvn3" is not built yet
[courts]\naccept = "anyone"                          | courts.accept: "anyone" is none of "judge", "clerk_records"
[law]\nrounding.unit = 100                           | law.rounding.unit: must be 1 or 1000
[law]\nrounding.unit = 1.0                           | law.rounding.unit: must be a whole number from 1 to 1000
[security]\nsession_idle_minutes = 0                 | security.session_idle_minutes: must be a whole number from 1 to 1440
[security]\nkey_FILE = "none"                        | security.key_FILE: cannot read 
[database]\nurl = "sqlite::memory:"                  | database.url: must be sqlite:path or postgres://user:password@host/database
[database]\nurl = "sqlite:a"\nurl_FILE = "anphi.toml" | database.url_FILE: and database.url are both set: keep one of them
account = "x"                                        | account: accounts stand in the settings file, each below a line [[account]]
[account]\nname = "x"                                | account: accounts stand in the settings file
[[account]]                                          | account[0].provider: is needed and not set
"#;

#[test]
fn what_is_wrong_is_said_with_its_key_and_what_to_do() {
    for row in WRONG.trim().lines() {
        let (file, said) = row.split_once(" | ").unwrap();
        let problems = written("wrong", &file.trim().replace("\\n", "\n")).unwrap_err();
        assert!(problems.lines().any(|line| line.starts_with(said)), "{file}\n{problems}");
    }
}

#[test]
fn all_problems_are_told_at_once() {
    let text =
        "[server]\nlisten = \"x\"\n[admin]\nonly = 1\n[law]\njoint_relief = \"all\"\ncolour = 1\n";
    let problems = written("all", text).unwrap_err();
    let places: Vec<&str> = problems.lines().map(|line| line.split(':').next().unwrap()).collect();
    assert_eq!(places, ["server.listen", "admin.only", "law.joint_relief", "law.colour"]);
}

#[test]
fn a_wrong_variable_is_named_as_such() {
    for (name, value, said) in [
        (
            "ANPHI_SERVER__LISTN",
            "x",
            "ANPHI_SERVER__LISTN: there is no such setting; the nearest is ANPHI_SERVER__LISTEN",
        ),
        ("ANPHI_ADMIN__ONLY", "yes", "ANPHI_ADMIN__ONLY: must be true or false"),
        (
            "ANPHI_SECURITY__SESSION_IDLE_MINUTES",
            "-1",
            "ANPHI_SECURITY__SESSION_IDLE_MINUTES: must be a whole number from 1 to 1440",
        ),
        ("ANPHI_SERVER__LISTEN", "0.0.0.0:80", "ANPHI_SERVER__LISTEN: plain HTTP on 0.0.0.0:80"),
        ("ANPHI_ACCOUNT", "x", ""),
        ("ANPHI_ACCOUNT__0__KEYS", "x", "ANPHI_ACCOUNT__0__KEYS: there is no such setting"),
    ] {
        match load(None, &[(name, value)]) {
            Ok(_) => assert_eq!(said, "", "{name}"),
            Err(problems) => assert!(problems.starts_with(said) && !said.is_empty(), "{problems}"),
        }
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_not_utf8_is_refused() {
    use std::os::unix::ffi::OsStringExt;
    let value = OsString::from_vec(vec![0xff]);
    let problems = Settings::load(None, [("ANPHI_SERVER__LOG".into(), value)]).unwrap_err();
    assert_eq!(problems.to_string(), "ANPHI_SERVER__LOG: is not UTF-8");
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_its_text_never_repeated() {
    let problems = load(Some(Path::new("nowhere/anphi.toml")), &[]).unwrap_err();
    assert!(problems.starts_with("nowhere/anphi.toml: cannot be read ("), "{problems}");
    let problems =
        written("broken", "[server]\nlog = \"info\"\nkeys = \"planted-secret\n").unwrap_err();
    assert!(problems.contains("line 3, column"), "{problems}");
    assert!(!problems.contains("planted"), "{problems}");
}

const SECRET: &str = "planted-secret-of-32-bytes-0001";

#[test]
fn secrets_come_from_files_too_and_are_never_shown() {
    let folder = Folder::new("secrets");
    folder.put(
        "url",
        &format!("postgres://anphi:{SECRET}@db.vidu.invalid:5432/anphi?sslpassword={SECRET}\n"),
    );
    folder.put("keys", &format!("{SECRET}\n\n  planted-secret-of-32-bytes-0002  \r\n"));
    let file = folder.put(
        "anphi.toml",
        r#"
        [database]
        url_FILE = "url"
        [[account]]
        name = "sepay"
        provider = "sepay"
        agency = "DEMO-THADS-00"
        bank = "970499"
        number = "9990001112223"
        holder = "THI HANH AN DAN SU TINH SONG MO"
        keys_FILE = "keys"
        "#,
    );
    let settings = load(Some(&file), &[]).unwrap();
    let Database::Postgres(url) = &settings.database else { panic!() };
    assert!(url.expose_secret().starts_with("postgres://anphi:planted"));
    assert!(url.expose_secret().ends_with("0001"), "the line's end is no part of it");
    let Channel::Sepay { keys, auth, window_seconds, .. } = &settings.accounts[0].channel else {
        panic!()
    };
    let keys: Vec<&str> = keys.iter().map(ExposeSecret::expose_secret).collect();
    assert_eq!(keys, [SECRET, "planted-secret-of-32-bytes-0002"], "the first signs");
    assert_eq!((*auth, *window_seconds), (SepayAuth::Hmac, 300));

    let (shown, origin) = origin_of(&settings, "database.url");
    assert_eq!(shown, "postgres://anphi:(not shown)@db.vidu.invalid:5432/anphi?(not shown)");
    assert_eq!(origin, Origin::File);
    assert_eq!(origin_of(&settings, "account.sepay.keys").0, "(2 secrets, not shown)");
    assert_eq!(origin_of(&settings, "account.sepay.window_seconds"), (json!(300), Origin::Default));
    let logged = format!("{settings:?} {:?}", settings.accounts);
    assert!(!logged.contains("planted") && !logged.contains("9990001112223"), "{logged}");
    for action in [&["show"][..], &["show", "--json"], &["check"]] {
        let output = config(action, &file);
        assert!(output.status.success());
        assert!(!said(&output).contains("planted"), "{action:?}");
    }
}

#[test]
fn wrong_secrets_are_not_repeated_either() {
    for text in [
        "[database]\nurl = [\"planted-secret\"]\n",
        "[database]\nurl = \"mysql://root:planted-secret@host/db\"\n",
        "[database]\nurl = \"postgres//planted-secret\"\n",
        "[[account]]\nname = \"a\"\nprovider = \"vnpay\"\nkeys = \"planted-secret\"\n",
        "[[account]]\nname = \"a\"\nprovider = \"vnpay\"\nkeys = [\"planted-secret\"]\n",
        "[[account]]\nname = \"a\"\nprovider = \"vnpay\"\nkey = [\"planted-secret\"]\n",
    ] {
        let problems = written("repeat", text).unwrap_err();
        assert!(!problems.contains("planted"), "{problems}");
    }
}

#[test]
fn proxies_are_matched_by_network() {
    let folder = Folder::new("proxies");
    let file = folder.put(
        "anphi.toml",
        "[server]\nlisten = \"0.0.0.0:80\"\npublic_url = \"https://anphi.vidu.invalid\"\n\
         trusted_proxies = [\"10.1.0.0/16\", \"192.0.2.7\", \"2001:db8::/32\"]\n",
    );
    let proxies = load(Some(&file), &[]).unwrap().server.trusted_proxies;
    for (address, trusted) in [
        ("10.1.255.255", true),
        ("10.2.0.0", false),
        ("192.0.2.7", true),
        ("192.0.2.6", false),
        ("::ffff:10.1.2.3", true),
        ("2001:db8:ffff::1", true),
        ("2001:db9::1", false),
    ] {
        let address = address.parse().unwrap();
        assert_eq!(proxies.iter().any(|proxy| proxy.contains(address)), trusted, "{address}");
    }
}

fn config(arguments: &[&str], file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_anphi"))
        .arg("config")
        .args(arguments)
        .arg("--config")
        .arg(file)
        .env_remove("ANPHI_CONFIG")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    text(&output.stdout) + &text(&output.stderr)
}

#[test]
fn the_command_shows_and_checks() {
    let folder = Folder::new("command");
    let file = folder.put("anphi.toml", "[server]\nlog = \"debug\"\n");
    let shown = config(&["show"], &file);
    assert_eq!(shown.status.code(), Some(0));
    assert!(said(&shown).contains("server.log = \"debug\"  # file\n"), "{}", said(&shown));
    assert!(said(&shown).contains("server.listen = \"127.0.0.1:8080\"  # default\n"));
    let lines = said(&config(&["show", "--json"], &file));
    let line = lines.lines().find(|line| line.contains("server.log")).unwrap();
    assert_eq!(line, r#"{"key":"server.log","value":"debug","origin":"file"}"#);
    assert!(said(&config(&["check"], &file)).starts_with("The settings are fine: 1 in "));
    for (text, problem) in [
        ("[server]\nlgo = \"debug\"\n", "server.lgo: there is no such setting"),
        ("[server]\nlog = \"=debug=\"\n", "server.log is no log filter"),
        ("[server\n", "line 1, column"),
    ] {
        let output = config(&["check"], &folder.put("anphi.toml", text));
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(output.stdout.is_empty());
        assert!(said(&output).contains(problem), "{}", said(&output));
    }
}
