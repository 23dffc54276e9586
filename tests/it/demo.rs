//! `anphi demo` as a newcomer runs it: the whole story, a foreign signature, the test control.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use reqwest::{Client, StatusCode};
use serde_json::Value;

use crate::harness::{EmptyDatabase, unique};

/// A folder that goes with its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("{}_demo", unique())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn anphi() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_anphi"));
    command.env_clear().env("TMPDIR", std::env::temp_dir());
    command
}

fn demo(folder: &Folder, more: &[&str]) -> Command {
    let mut command = anphi();
    command.args(["demo", "--listen", "127.0.0.1:0", "--data"]).arg(&folder.0).args(more);
    command
}

fn lines(output: &Output) -> Vec<String> {
    String::from_utf8(output.stdout.clone()).unwrap().lines().map(str::to_owned).collect()
}

fn whole_story(more: &[&str]) {
    let folder = Folder::new();
    let output = demo(&folder, &[&["--run"], more].concat()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let said = lines(&output);
    let count = |step: &str| said.iter().filter(|line| line.starts_with(step)).count();
    for (step, times) in [
        ("staff ", 13),
        ("notice ", 21),
        ("receipt ", 7),
        ("quote ", 22),
        ("reconciliation ", 34),
        ("acceptance ", 14),
    ] {
        assert_eq!(count(step), times, "{step}");
    }
    // Figures stand as they were read, with the words of the page that they were read from.
    for line in [
        "quote DEMO-03 Hoàng Thị Mẫu Đơn Từ: Giá trị yêu cầu 2 900.000.000 ₫; Án phí, mục A.II.1.3 \
         bậc d 39.000.000 ₫; Tạm ứng 19.500.000 ₫; Phải nộp 19.500.000 ₫",
        "reconciliation dòng 4 Không rõ mã 19.500.000 đ: nội dung chuyển khoản không có mã thông báo; \
         gợi ý AP2611900042: tên giống đương sự; đúng số tiền",
        "reconciliation dòng 12 12.500.000 đ: mã đứng riêng trong nội dung, nhiều hơn số phải nộp, \
         AP2611900114, Biên lai SM/26E số 14",
    ] {
        assert!(said.iter().any(|said| said == line), "{line}");
    }
    let config = folder.0.join("config.toml");
    let check = anphi().args(["check", "--json", "--config"]).arg(&config).output().unwrap();
    assert_eq!(check.status.code(), Some(0), "{check:?}");
    let audit = anphi().args(["audit", "verify", "--config"]).arg(&config).output().unwrap();
    assert_eq!(audit.status.code(), Some(0), "{audit:?}");
    let again = demo(&folder, &["--run"]).output().unwrap();
    let left = if more.is_empty() { Some(2) } else { again.status.code() };
    assert_eq!(again.status.code(), left, "an installation is not played over");
}

#[test]
fn the_story_holds_on_sqlite() {
    whole_story(&[]);
}

#[tokio::test]
async fn the_story_holds_on_postgres() {
    if let Some(database) = EmptyDatabase::on_postgres().await {
        whole_story(&["--postgres", &database.url]);
    }
}

#[test]
fn a_foreign_signature_ends_the_story() {
    let folder = Folder::new();
    let output = demo(&folder, &["--run", "--sim-key", "nobody's key"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(!lines(&output).iter().any(|line| line.starts_with("receipt ")));
}

fn client() -> Client {
    Client::builder().no_proxy().build().unwrap()
}

/// The demo while it serves, killed with its test.
struct Served {
    process: Child,
    said: Vec<String>,
    _folder: Folder,
}

impl Served {
    fn start() -> Self {
        let folder = Folder::new();
        let mut process = demo(&folder, &[]).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = Vec::new();
        for line in BufReader::new(process.stdout.take().unwrap()).lines() {
            said.push(line.unwrap());
            if said.last().unwrap().starts_with("serving ") {
                break;
            }
        }
        Self { process, said, _folder: folder }
    }

    fn word(&self, start: &str, place: usize) -> &str {
        let line = self.said.iter().find(|line| line.starts_with(start)).unwrap();
        line.split(' ').nth(place).unwrap()
    }

    async fn notice(&self, reference: &str) -> Value {
        let site = self.word("listening public", 2);
        let asked = client().get(format!("{site}/api/v1/notices/{reference}"));
        let answer = asked.bearer_auth(self.word("api-key demo-reader", 2)).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        answer.json().await.unwrap()
    }

    async fn plays(&self, reference: &str, act: &str) -> StatusCode {
        let address = format!("{}/{reference}/{act}", self.word("control ", 1));
        client().post(address).send().await.unwrap().status()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_visitor_presses_pay_and_sees_the_money_come() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let served = Served::start();
    let state =
        async |reference| served.notice(reference).await["state"].as_str().unwrap().to_owned();
    let page = reqwest::get(served.word("control ", 1)).await.unwrap();
    assert!(page.text().await.unwrap().contains("AP 261 190 0205"));

    assert_eq!(state("AP2611900205").await, "served");
    assert_eq!(served.plays("AP2611900205", "fail").await, StatusCode::OK);
    assert_eq!(state("AP2611900205").await, "served");
    assert_eq!(served.plays("AP2611900205", "short").await, StatusCode::OK);
    let short = served.notice("AP2611900205").await;
    assert_eq!(short["state"], "served");
    assert_eq!(served.plays("AP2611900205", "pay").await, StatusCode::OK);
    let paid = served.notice("AP2611900205").await;
    assert_eq!((&paid["state"], &paid["receipt"]["amount"]), (&"paid".into(), &300_000.into()));

    // Late: the message comes some seconds after the money.
    assert_eq!(served.plays("AP2611900034", "late").await, StatusCode::OK);
    let waiting = Instant::now();
    assert_eq!(served.plays("AP2611900195", "late").await, StatusCode::OK);
    assert_eq!(state("AP2611900195").await, "served");
    while state("AP2611900195").await != "paid" {
        assert!(waiting.elapsed() < Duration::from_secs(20), "the late message never came");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    for (reference, act) in [("AP2611900206", "pay"), ("nothing", "pay"), ("AP2611900205", "steal")]
    {
        assert_eq!(served.plays(reference, act).await, StatusCode::NOT_FOUND, "{reference} {act}");
    }
}
