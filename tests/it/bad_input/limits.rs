//! Tries that run out, and what the listener itself refuses.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anphi::{app::api_keys::Access, domain::staff::Scope};
use chrono::TimeDelta;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use super::{
    callbacks::{YES, body, push},
    door::{Ask, Site},
    pages::{no, page_of},
};
use crate::{
    api::client::made,
    harness::{World, on_both},
};

on_both! {
    async fn the_genuine_pass_where_the_curious_wait(world: World) {
        let site = Site::of(&world).from("203.0.113.9:5000");
        let notice = world.served(300_000).await;
        let ask = |reference: &str| Ask::form("/tra-cuu", &[("ref", reference), ("fact", "0002")]);
        let lookup = no(422, "Tra cứu thông báo");
        for _ in 0..10 {
            assert_eq!(site.send(ask(notice.reference.as_str())).await.told(), lookup);
        }
        // Ten wrong ones in an hour: only the QR code leads there, from wherever it is asked.
        let closed = Site::of(&world).send(ask(notice.reference.as_str())).await;
        assert_eq!(closed.told(), no(429, "Tra cứu thông báo"));
        assert_eq!(closed.header("retry-after"), "3600");
        for _ in 0..10 {
            assert_eq!(site.send(ask("AP0000000000")).await.told(), lookup);
        }
        let waits = site.send(ask("AP0000000000").with("x-forwarded-for", "198.51.100.1")).await;
        assert_eq!(waits.told(), no(429, "Tra cứu thông báo"));
        assert_eq!(waits.header("retry-after"), "60");

        // From that very address: a notice's page, and any number of pushes.
        assert_eq!(site.get(&page_of(&world, &notice)).await.status, 200);
        for id in 1..=60 {
            let memo = if id == 60 { notice.reference.as_str() } else { "khong ma" };
            assert_eq!(site.send(push(&world, &body(id, memo))).await.told(), YES, "{id}");
        }
        world.clock.advance(TimeDelta::minutes(2));
        assert_eq!(site.send(ask("AP0123456786")).await.told(), lookup);
    }

    async fn ten_orders_an_hour(world: World) {
        let site = Site::of(&world);
        let notice = world.served(300_000).await;
        let action = format!("{}/thanh-toan", page_of(&world, &notice));
        let open = async || {
            let id = site.get(&action).await.form_id(&action);
            let fields = [("form_id", id.as_str()), ("who", "self"), ("method", "vnpay")];
            site.send(Ask::form(&action, &fields)).await
        };
        for round in 1..=10 {
            assert_eq!(open().await.status, 303, "{round}");
        }
        let waits = open().await;
        assert_eq!(waits.told(), no(429, "Thanh toán 300.000\u{a0}₫"));
        assert_eq!(waits.header("retry-after"), "3600");
        world.clock.advance(TimeDelta::minutes(61));
        assert_eq!(open().await.status, 303);
    }
}

/// `anphi serve` on the world's database, ended with the test.
struct Served {
    program: Child,
    at: SocketAddr,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

fn free() -> SocketAddr {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

async fn serve(world: &World) -> Served {
    let (at, second) = (free(), free());
    let folder = Path::new(world.url().strip_prefix("sqlite:").unwrap()).parent().unwrap();
    let program = Command::new(env!("CARGO_BIN_EXE_anphi"))
        .arg("serve")
        .env_clear()
        .env("ANPHI_DATABASE__URL", world.url())
        .env("ANPHI_SERVER__LISTEN", at.to_string())
        .env("ANPHI_ADMIN__LISTEN", second.to_string())
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let served = Served { program, at };
    let begun = Instant::now();
    while TcpStream::connect(at).await.is_err() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it does not listen");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    served
}

impl Served {
    /// Sends bytes, then nothing; gives what comes until the other side ends it.
    async fn told(&self, bytes: &[u8]) -> String {
        let way = TcpStream::connect(self.at).await.unwrap();
        Self::told_over(way, bytes).await
    }

    /// The same on a connection that has answered another request before.
    async fn told_after(&self, first: &[u8], bytes: &[u8]) -> String {
        let mut way = TcpStream::connect(self.at).await.unwrap();
        way.write_all(first).await.unwrap();
        let mut answer = vec![0; 4096];
        let read = way.read(&mut answer).await.unwrap();
        assert!(answer[..read].starts_with(b"HTTP/1.1 200 "), "the first is answered");
        Self::told_over(way, bytes).await
    }

    async fn told_over(mut way: TcpStream, bytes: &[u8]) -> String {
        // Who is refused early may not read to the end of what it is sent.
        let _ = way.write_all(bytes).await;
        let mut told = Vec::new();
        let reading = tokio::time::timeout(Duration::from_secs(40), way.read_to_end(&mut told));
        let _ = reading.await.expect("it hangs");
        String::from_utf8_lossy(&told).into_owned()
    }
}

/// A request by its first line, with more headers.
fn head(line: &str, more: &str) -> Vec<u8> {
    format!("{line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{more}\r\n").into_bytes()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_listener_refuses_what_is_too_long_and_does_not_wait_for_ever() {
    let world = World::on_sqlite().await;
    let scope = Scope::Court { id: world.court, children: false };
    let key = made(&world, scope, Access::Write).await.text;
    let served = serve(&world).await;
    let long = "x".repeat(20 * 1024);
    for (what, bytes, status) in [
        ("a long address", head(&format!("GET /{long}"), ""), "414"),
        ("a very long address", head(&format!("GET /{}", long.repeat(40)), ""), "414"),
        ("a long query", head(&format!("GET /tra-cuu?ref={long}"), ""), "414"),
        ("an address without an end", format!("GET /{long}").into_bytes(), "414"),
        ("a long header", head("GET /", &format!("x-a: {long}\r\n")), "431"),
        ("a long cookie", head("GET /desk", &format!("cookie: anphi={long}\r\n")), "431"),
        ("many headers", head("GET /", &"x-a: b\r\n".repeat(200)), "431"),
        ("no HTTP", b"\x16\x03\x01 hello\r\n\r\n".to_vec(), "400"),
    ] {
        let told = served.told(&bytes).await;
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {told}");
        let words = match status {
            "414" => "\r\n\r\nĐịa chỉ của trang quá dài.\nThe address is too long.\n",
            "431" => "Xóa cookie",
            _ => "",
        };
        assert!(told.contains(words), "{what}: {told}");
    }
    // The second request of a connection is judged like the first.
    let first = b"GET /healthz HTTP/1.1\r\nhost: localhost\r\n\r\n".to_vec();
    for (what, bytes, status) in [
        ("a long address", head(&format!("GET /{long}"), ""), "414"),
        ("a long header", head("GET /", &format!("x-a: {long}\r\n")), "431"),
    ] {
        let told = served.told_after(&first, &bytes).await;
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {told}");
    }

    // Bodies that do not come, at every door at once: nobody waits longer than thirty seconds.
    let form = "content-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\n";
    let json = "content-type: application/json\r\ncontent-length: 9\r\n";
    let keyed = format!("authorization: Bearer {key}\r\n{json}");
    let file = "content-type: multipart/form-data; boundary=x\r\ncontent-length: 99\r\n";
    let asks = [
        head("POST /bien-lai", file),
        head("POST /tra-cuu", form),
        head("POST /desk/login", form),
        head("POST /api/v1/cases", &keyed),
        head("POST /callbacks/sepay/bank", json),
    ];
    let begun = Instant::now();
    let [file, page, desk, api, bank] = asks.each_ref().map(|bytes| served.told(bytes));
    let (file, page, desk, api, bank) = tokio::join!(file, page, desk, api, bank);
    assert!(begun.elapsed() < Duration::from_secs(33), "{:?}", begun.elapsed());
    for (told, status, kind, words) in [
        (&file, "408", "text/html", "<h1>"),
        (&page, "408", "text/html", "<h1>"),
        (&desk, "408", "text/html", "<h1>"),
        (&api, "408", "application/problem+json", "\"too_slow\""),
        (&bank, "408", "application/json", "{\"success\":false}"),
    ] {
        assert!(told.starts_with(&format!("HTTP/1.1 {status} ")), "{told}");
        assert!(told.contains(&format!("content-type: {kind}")) && told.contains(words), "{told}");
        assert!(told.contains("x-request-id: "), "{told}");
    }
}
