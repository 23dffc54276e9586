//! A request whose head does not fit. hyper tells all of them 431; an address that alone is too long
//! is told 414, and both say in words what is wrong (reliability 4).

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, Version, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use axum_server::accept::Accept;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::words::Lang;

/// Bytes of a request's head.
pub(super) const HEAD_SIZE: u16 = 16 * 1024;

/// How an answer of hyper's to a head that does not fit begins; no page of ours says 431.
const NO_ROOM: &[u8] = b"HTTP/1.1 431 ";

/// What is wrong, in both languages.
fn words(status: StatusCode) -> String {
    let said = |lang: Lang| match status {
        StatusCode::URI_TOO_LONG => lang.t("address-too-long"),
        _ => lang.t("head-too-large"),
    };
    format!("{}\n{}\n", said(Lang::Vi), said(Lang::En))
}

const TEXT: &str = "text/plain; charset=utf-8";

/// The limit to the byte: hyper takes what comes with one more read, and over HTTP/2 twice as much,
/// so that the two can be told apart there too.
pub(super) async fn fits(request: Request, next: Next) -> Response {
    let most = usize::from(HEAD_SIZE);
    let address = request.uri().path_and_query().map_or(0, |it| it.as_str().len());
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
    let status = match address {
        address if address > most => StatusCode::URI_TOO_LONG,
        address if address + fields.sum::<usize>() > most => {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        }
        _ => return next.run(request).await,
    };
    let mut answer = (status, [(header::CONTENT_TYPE, TEXT)], words(status)).into_response();
    if request.version() < Version::HTTP_2 {
        answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    answer
}

/// An acceptor whose streams tell an address that is too long from a head that is.
#[derive(Clone, Debug)]
pub(super) struct ToldApart<A>(pub(super) A);

impl<A, I, S> Accept<I, S> for ToldApart<A>
where
    A: Accept<I, S>,
    A::Future: Send + 'static,
{
    type Stream = Watched<A::Stream>;
    type Service = A::Service;
    type Future = Pin<Box<dyn Future<Output = io::Result<(Self::Stream, Self::Service)>> + Send>>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let accepted = self.0.accept(stream, service);
        Box::pin(async move {
            let (stream, service) = accepted.await?;
            Ok((Watched { stream, line_read: false, instead: None }, service))
        })
    }
}

/// A connection that knows whether the first line of the head that is being read has ended.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    line_read: bool,
    /// What is written in the place of hyper's answer, and how much of it was.
    instead: Option<(Vec<u8>, usize)>,
}

impl<S> Watched<S> {
    /// The whole answer in the place of the one that hyper begins with.
    fn instead(&self, first: &[u8]) -> Option<Vec<u8>> {
        if !first.starts_with(NO_ROOM) {
            return None;
        }
        let status = if self.line_read {
            StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE
        } else {
            StatusCode::URI_TOO_LONG
        };
        let (code, reason) = (status.as_str(), status.canonical_reason().unwrap_or_default());
        let text = words(status);
        let length = text.len();
        let head = format!(
            "HTTP/1.1 {code} {reason}\r\ncontent-type: {TEXT}\r\ncontent-length: {length}\r\n\
             connection: close\r\n\r\n"
        );
        Some((head + &text).into_bytes())
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let read = buffer.filled().get(before..).unwrap_or_default();
        self.line_read = self.line_read || read.contains(&b'\n');
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.instead.is_none() {
            self.instead = self.instead(bytes).map(|answer| (answer, 0));
        }
        let Watched { stream, line_read, instead } = &mut *self;
        while let Some((answer, written)) = instead {
            let rest = answer.get(*written..).unwrap_or_default();
            if rest.is_empty() {
                *instead = None;
                return Poll::Ready(Ok(bytes.len()));
            }
            match ready!(Pin::new(&mut *stream).poll_write(cx, rest))? {
                0 => return Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                more => *written += more,
            }
        }
        // An answer goes out: what is read next is another head.
        *line_read = false;
        Pin::new(stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}
