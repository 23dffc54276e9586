//! Many keep-alive connections that send prepared HTTP/1.1 requests and read whole answers: as
//! little work as can be, since it takes the same processors as the server.

use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
};

/// A POST of JSON as it goes over the wire.
pub(crate) fn post(path: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// How many requests a second were answered with 200 over so many connections.
pub(crate) async fn answers_a_second(
    server: SocketAddr,
    connections: usize,
    lasting: Duration,
    request: &[u8],
) -> u64 {
    let (request, began): (Arc<[u8]>, _) = (request.into(), Instant::now());
    let clients: JoinSet<u64> = (0..connections)
        .map(|_| {
            let request = Arc::clone(&request);
            async move {
                let mut stream = TcpStream::connect(server).await.unwrap();
                stream.set_nodelay(true).unwrap();
                let (mut kept, mut answered) = (Vec::with_capacity(4096), 0);
                while began.elapsed() < lasting {
                    stream.write_all(&request).await.unwrap();
                    read_answer(&mut stream, &mut kept).await;
                    answered += 1;
                }
                answered
            }
        })
        .collect();
    let answered: u64 = clients.join_all().await.into_iter().sum();
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap();
    answered * 1000 / millis.max(1)
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
