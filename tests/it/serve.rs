//! `anphi serve` as a program: its listeners, what they bear, and how it ends.

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::{Certificate, Client, StatusCode};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::harness::{World, on_both};

/// A running service, killed with its test.
struct Service {
    process: Child,
    public: String,
    second: String,
    folder: PathBuf,
}

impl Service {
    /// Starts `serve` on the world's database with more settings, and waits until it listens.
    fn start(world: &World, more: &[(&str, &str)]) -> Self {
        Self::until("serving", world, more)
    }

    /// The same until it logs something.
    fn until(logged: &str, world: &World, more: &[(&str, &str)]) -> Self {
        let name: String = world.url().chars().filter(char::is_ascii_alphanumeric).collect();
        let folder = std::env::temp_dir().join(format!("anphi_serve_{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("key"), hex::encode([7; 32])).unwrap();
        let settings = folder.join("config.toml");
        std::fs::write(&settings, "").unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_anphi"));
        command
            .args(["serve", "--config"])
            .arg(&settings)
            .env_clear()
            .env("ANPHI_DATABASE__URL", world.url())
            .env("ANPHI_SECURITY__KEY_FILE", folder.join("key"))
            .env("ANPHI_SERVER__LISTEN", "127.0.0.1:0")
            .env("ANPHI_ADMIN__LISTEN", "127.0.0.1:0")
            .envs(more.iter().copied())
            .stderr(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let started = lines.by_ref().map(Result::unwrap).find_map(|line| {
            let line: Value = serde_json::from_str(&line).ok()?;
            (line["fields"]["message"] == logged).then(|| line["fields"].clone())
        });
        let started = started.expect("it logs that");
        // What it logs further is read away, else it would stand still at a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let address = |name: &str| started[name].as_str().unwrap_or_default().to_owned();
        Self { public: address("listen"), second: address("admin"), process, folder }
    }

    /// Asks it to end; how long that took.
    fn stop(&mut self) -> Duration {
        let begun = Instant::now();
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let ended = self.process.wait().unwrap();
        assert_eq!(ended.code(), Some(0));
        begun.elapsed()
    }

    async fn metric(&self, line: &str) -> bool {
        let text = reqwest::get(format!("http://{}/metrics", self.second)).await.unwrap();
        assert_eq!(text.status(), StatusCode::OK);
        let text = text.text().await.unwrap();
        text.lines().any(|found| found == line)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Writes a certificate for `localhost` with its key, and gives it as a client trusts it.
fn certify(folder: &Path) -> Certificate {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::create_dir_all(folder).unwrap();
    std::fs::write(folder.join("key.pem"), signing_key.serialize_pem()).unwrap();
    std::fs::write(folder.join("cert.pem"), cert.pem()).unwrap();
    Certificate::from_pem(cert.pem().as_bytes()).unwrap()
}

/// A client on a connection of its own that trusts one certificate.
fn client(trusted: Certificate) -> Client {
    Client::builder().tls_certs_only([trusted]).no_proxy().build().unwrap()
}

on_both! {
    async fn over_tls_it_is_whole_and_takes_a_new_certificate(world: World) {
        let folder = folder_of(&world, "tls");
        let first = certify(&folder);
        let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
        let mut service = Service::start(&world, &[
            ("ANPHI_SERVER__TLS_CERT", cert.to_str().unwrap()),
            ("ANPHI_SERVER__TLS_KEY", key.to_str().unwrap()),
            ("ANPHI_SERVER__PUBLIC_URL", "https://anphi.example.vn"),
        ]);
        let port = service.public.rsplit_once(':').unwrap().1;
        let page = format!("https://localhost:{port}/tra-cuu");
        let answer = client(first.clone()).get(&page).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
        assert_eq!(answer.version(), reqwest::Version::HTTP_2);
        let long = "x".repeat(20 * 1024);
        let asked = client(first.clone()).get(format!("{page}?ref={long}"));
        assert_eq!(asked.send().await.unwrap().status(), StatusCode::URI_TOO_LONG);
        let asked = client(first.clone()).get(&page).header("x-a", &long).send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE);
        assert!(asked.text().await.unwrap().contains("Xóa cookie"));
        assert!(reqwest::get(format!("http://{}/tra-cuu", service.public)).await.is_err());

        let second = certify(&folder);
        let begun = Instant::now();
        while client(second.clone()).get(&page).send().await.is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "the new certificate is not taken");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        assert!(client(first).get(&page).send().await.is_err(), "the old one is gone");
        // A pair that does not fit changes nothing.
        std::fs::write(&key, "no key").unwrap();
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert!(client(second).get(&page).send().await.is_ok());

        assert!(service.stop() < Duration::from_secs(10));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    async fn its_anchor_is_kept_and_its_counts_are_told(world: World) {
        let mut service = Service::start(&world, &[]);
        let plain = Client::builder().no_proxy().build().unwrap();
        let at = |path: &str| format!("http://{}{path}", service.public);
        let page = plain.get(at("/tra-cuu")).send().await.unwrap();
        assert!(!page.headers().contains_key("strict-transport-security"));
        assert!(page.headers().contains_key("x-request-id"));
        let forged = plain.get(at("/callbacks/vnpay/nobody?vnp_TxnRef=1")).send().await.unwrap();
        assert!(forged.text().await.unwrap().contains("97"));
        for line in [
            "anphi_callbacks_forged_total{provider=\"vnpay\",reason=\"unknown_account\"} 1",
            "anphi_callbacks_waiting 0",
            "anphi_unmatched_age_seconds 0",
            "anphi_request_seconds_count{route=\"/tra-cuu\",status=\"200\"} 1",
        ] {
            assert!(service.metric(line).await, "{line}");
        }
        assert_eq!(
            plain.get(at("/metrics")).send().await.unwrap().status(),
            StatusCode::NOT_FOUND,
            "metrics are for the second listener"
        );
        let beside = match world.url().strip_prefix("sqlite:") {
            Some(database) => Path::new(database).with_file_name("anchor.json"),
            None => service.folder.join("anchor.json"),
        };
        service.stop();
        let anchored: Value = serde_json::from_slice(&std::fs::read(&beside).unwrap()).unwrap();
        let system = anchored["heads"].as_array().unwrap().iter().find(|h| h["chain"] == "system");
        assert!(system.unwrap()["seq"].as_i64().unwrap() >= 1, "the start is an entry");
    }

    async fn a_proxy_of_ours_is_believed_and_no_other(world: World) {
        let service = Service::start(&world, &[
            ("ANPHI_SERVER__TRUSTED_PROXIES", "127.0.0.1"),
            ("ANPHI_SERVER__PUBLIC_URL", "https://anphi.example.vn"),
        ]);
        let client = Client::builder().no_proxy().build().unwrap();
        let page = format!("http://{}/tra-cuu", service.public);
        let ask = async |payer: &str| {
            let form = [("ref", "no reference"), ("fact", "0021")];
            let sent = client.post(&page).header("x-forwarded-for", payer).form(&form);
            sent.send().await.unwrap().status()
        };
        for _ in 0..20 {
            assert_ne!(ask("203.0.113.7").await, StatusCode::TOO_MANY_REQUESTS);
        }
        assert_eq!(ask("203.0.113.7").await, StatusCode::TOO_MANY_REQUESTS);
        // Another payer behind the same proxy is not stopped, whatever stands left of the address.
        assert_ne!(ask("203.0.113.7, 198.51.100.9").await, StatusCode::TOO_MANY_REQUESTS);
        assert_eq!(ask("198.51.100.9, 203.0.113.7").await, StatusCode::TOO_MANY_REQUESTS);
    }

    async fn a_slow_client_and_a_greedy_one_are_let_go(world: World) {
        let service = Service::start(&world, &[]);
        let mut slow = TcpStream::connect(&service.public).await.unwrap();
        slow.write_all(b"GET /tra-cuu HTTP/1.1\r\nHost: anphi\r\nX-Slow: ").await.unwrap();

        let mut greedy = TcpStream::connect(&service.public).await.unwrap();
        let header = "a".repeat(20 * 1024);
        let request = format!("GET /tra-cuu HTTP/1.1\r\nHost: anphi\r\nX-Large: {header}\r\n\r\n");
        let _ = greedy.write_all(request.as_bytes()).await;
        let mut answer = vec![0; 64];
        let read = greedy.read(&mut answer).await.unwrap();
        let answer = String::from_utf8_lossy(&answer[..read]).into_owned();
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");

        // Meanwhile everybody else is served.
        let page = format!("http://{}/tra-cuu", service.public);
        assert_eq!(reqwest::get(page).await.unwrap().status(), StatusCode::OK);
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(14), slow.read_to_end(&mut rest));
        closed.await.expect("closed after 10 s").unwrap();
    }
}

/// Carries bytes between whoever comes and `to`.
async fn carry(from: TcpListener, to: String) {
    while let Ok((mut here, _)) = from.accept().await {
        let to = to.clone();
        tokio::spawn(async move {
            let mut there = TcpStream::connect(to).await.unwrap();
            let _ = tokio::io::copy_bidirectional(&mut here, &mut there).await;
        });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_waits_for_a_database_that_is_away_and_says_so() {
    let Some(world) = World::on_postgres().await else { return };
    let (user, after) = world.url().split_once('@').unwrap();
    let (server, name) = after.split_once('/').unwrap();
    let free = || std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let (public, second, away) = (free(), free(), free());
    let mut service = Service::until(
        "waiting for the database",
        &world,
        &[
            ("ANPHI_DATABASE__URL", &format!("{user}@{away}/{name}")),
            ("ANPHI_SERVER__LISTEN", &public.to_string()),
            ("ANPHI_ADMIN__LISTEN", &second.to_string()),
        ],
    );
    let asked = async |path: &str| {
        let answer = reqwest::get(format!("http://{public}{path}")).await.unwrap();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        (answer.status().as_u16(), kind, answer.text().await.unwrap())
    };
    let (status, _, body) = asked("/readyz").await;
    assert_eq!((status, body.as_str()), (503, r#"{"status":"not_ready","database":"away"}"#));
    assert_eq!(asked("/healthz").await.0, 200);
    let (status, _, body) = asked("/callbacks/vnpay/vnpay?vnp_Amount=1").await;
    assert_eq!((status, body.contains(r#""RspCode":"99""#)), (200, true), "{body}");
    let (status, kind, body) = asked("/tra-cuu").await;
    assert_eq!((status, kind.as_str()), (503, "text/html; charset=utf-8"));
    assert!(body.contains("bảo trì"), "{body}");
    let (status, kind, body) = asked("/api/v1/cases").await;
    assert_eq!((status, kind.as_str()), (503, "application/problem+json"), "{body}");
    let ready = reqwest::get(format!("http://{second}/readyz")).await.unwrap().status();
    assert_eq!(ready, StatusCode::SERVICE_UNAVAILABLE);

    let door = TcpListener::bind(away).await.unwrap();
    tokio::spawn(carry(door, server.to_owned()));
    let begun = Instant::now();
    while asked("/readyz").await.0 != 200 {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not come back by itself");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(asked("/tra-cuu").await.0, 200);
    assert!(service.stop() < Duration::from_secs(10));
}

fn folder_of(world: &World, what: &str) -> PathBuf {
    let name: String = world.url().chars().filter(char::is_ascii_alphanumeric).collect();
    std::env::temp_dir().join(format!("anphi_{what}_{name}"))
}
