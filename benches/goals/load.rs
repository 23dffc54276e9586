//! Many keep-alive connections that send prepared HTTP/1.1 requests and read whole answers: as
//! little work as can be, since it takes the same processors as the server.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// A POST of JSON as it goes over the wire; `headers` are whole lines.
pub(crate) fn post(path: &str, headers: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{headers}\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// How long, over how many connections of each server.
#[derive(Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) connections: usize,
    pub(crate) lasting: Duration,
}

/// What came of a load.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answers {
    /// Requests that were answered with 200.
    pub(crate) count: usize,
    /// Of them, a second.
    pub(crate) a_second: u64,
    /// What 99 of 100 did not wait longer for, in microseconds.
    pub(crate) p99: u64,
}

/// Sends `requests`, each once and in their order, until the time is over or none is left.
pub(crate) async fn each_once(
    servers: &[SocketAddr],
    effort: Effort,
    requests: Vec<Vec<u8>>,
) -> Answers {
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let take = move || {
        let at = next.fetch_add(1, Ordering::Relaxed);
        let requests = Arc::clone(&requests);
        (at < requests.len()).then_some((requests, at))
    };
    run(servers, effort, take).await
}

/// Sends one request again and again.
pub(crate) async fn repeated(server: SocketAddr, effort: Effort, request: &[u8]) -> Answers {
    let requests = Arc::new(vec![request.to_vec()]);
    run(&[server], effort, move || Some((Arc::clone(&requests), 0))).await
}

/// The list of requests and the place of one in it.
type Taken = (Arc<Vec<Vec<u8>>>, usize);

async fn run(
    servers: &[SocketAddr],
    effort: Effort,
    take: impl Fn() -> Option<Taken> + Clone + Send + 'static,
) -> Answers {
    let began = Instant::now();
    let clients: JoinSet<Vec<u64>> = (0..effort.connections)
        .map(|at| client(servers[at % servers.len()], (began, effort.lasting), take.clone()))
        .collect();
    let mut waits = clients.join_all().await.concat();
    let micros = u64::try_from(began.elapsed().as_micros()).unwrap();
    waits.sort_unstable();
    let count = waits.len();
    let a_second = u64::try_from(count).unwrap() * 1_000_000 / micros.max(1);
    Answers { count, a_second, p99: waits.get(count * 99 / 100).copied().unwrap_or(0) }
}

/// One connection; gives how many microseconds each answer took.
async fn client(
    server: SocketAddr,
    (began, lasting): (Instant, Duration),
    take: impl Fn() -> Option<Taken>,
) -> Vec<u64> {
    let mut stream = TcpStream::connect(server).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut kept, mut waits) = (Vec::with_capacity(4096), Vec::with_capacity(4096));
    while began.elapsed() < lasting {
        let Some((requests, at)) = take() else { break };
        let sent = Instant::now();
        stream.write_all(&requests[at]).await.unwrap();
        read_answer(&mut stream, &mut kept).await;
        waits.push(u64::try_from(sent.elapsed().as_micros()).unwrap());
    }
    waits
}

async fn read_answer(stream: &mut TcpStream, kept: &mut Vec<u8>) {
    kept.clear();
    loop {
        assert!(stream.read_buf(kept).await.unwrap() > 0, "the server hung up");
        let Some(head) = kept.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&kept[..head]).unwrap();
        assert!(text.starts_with("HTTP/1.1 200"), "{text}");
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        if kept.len() >= head + 4 + length.parse::<usize>().unwrap() {
            return;
        }
    }
}
