//! Logs and the counting of metrics.
//!
//! A log line is one JSON object on standard error, its time in UTC with offset. Never logged, and no
//! label of a metric: names of parties, personal ids, account numbers, phones, addresses, transfer
//! texts, secrets, signatures. Ids of rows, references, codes, amounts and counts are.

use std::{
    fmt,
    io::{self, Write},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread,
    time::Duration,
};

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::{
    EnvFilter,
    fmt::{MakeWriter, format::Writer, time::FormatTime},
};

use crate::config::Server;

/// Lines that may wait for a slow standard error before further ones are lost.
const WAITING_LINES_MAX: usize = 8_192;
/// How long the end of the program waits for the last lines.
const FLUSH_LIMIT: Duration = Duration::from_secs(2);

/// Why logging does not start.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `server.log` is no filter.
    #[error("server.log is no log filter; write a level (info) or level,module=level: {0}")]
    Filter(String),
    /// The writing thread does not start.
    #[error("the log writer does not start")]
    Writer(#[from] io::Error),
    /// The buckets of a metric.
    #[error("the metrics' buckets do not fit")]
    Buckets(#[from] BuildError),
    /// Logging or counting was started before.
    #[error("logging or counting was started before")]
    Started,
}

/// Starts logging for the whole process. What waits is written when the guard is dropped.
pub fn start(server: &Server) -> Result<Guard, TelemetryError> {
    let filter = filter(&server.log)?;
    let (lines, guard) = Lines::to(io::stderr())?;
    tracing::subscriber::set_global_default(subscriber(filter, lines))
        .map_err(|_| TelemetryError::Started)?;
    Ok(guard)
}

/// Whether `server.log` can be followed.
pub fn filter(text: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::builder().parse(text).map_err(|error| TelemetryError::Filter(error.to_string()))
}

fn subscriber(filter: EnvFilter, lines: Lines) -> impl tracing::Subscriber + Send + Sync {
    tracing_subscriber::fmt()
        .json()
        .with_span_list(false)
        .with_timer(UtcWithOffset)
        .with_env_filter(filter)
        .with_writer(lines)
        .finish()
}

/// `2026-11-24T01:00:00.123456+00:00`: the machine's clock, also where the demo plays on another.
struct UtcWithOffset;

impl FormatTime for UtcWithOffset {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        writer.write_str(&moment())
    }
}

#[expect(clippy::disallowed_methods, reason = "a log line carries the machine's own time")]
fn moment() -> String {
    chrono::Utc::now().to_rfc3339_opts(chrono::SecondsFormat::Micros, false)
}

enum Message {
    Line(String),
    End,
}

/// Hands lines to a thread of its own, so that logging never blocks serving (reliability 18).
#[derive(Clone)]
struct Lines {
    queue: SyncSender<Message>,
    lost: Arc<AtomicU64>,
}

/// Holds the log open; dropping it writes what waits.
pub struct Guard {
    queue: SyncSender<Message>,
    ended: Receiver<()>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        // With a full queue before a stuck output nothing more can be done in time.
        if self.queue.try_send(Message::End).is_ok() {
            let _ = self.ended.recv_timeout(FLUSH_LIMIT);
        }
    }
}

impl Lines {
    fn to(output: impl Write + Send + 'static) -> io::Result<(Self, Guard)> {
        let (queue, waiting) = sync_channel(WAITING_LINES_MAX);
        let (ending, ended) = sync_channel(1);
        let lines = Self { queue: queue.clone(), lost: Arc::new(AtomicU64::new(0)) };
        let lost = Arc::clone(&lines.lost);
        thread::Builder::new().name("log".to_owned()).spawn(move || {
            write_lines(output, &waiting, &lost);
            let _ = ending.send(());
        })?;
        Ok((lines, Guard { queue, ended }))
    }
}

/// Writes until the end. A closed standard error takes no complaint, so failures end in silence.
fn write_lines(mut output: impl Write, waiting: &Receiver<Message>, lost: &AtomicU64) {
    while let Ok(Message::Line(line)) = waiting.recv() {
        let _ = output.write_all(line.as_bytes());
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            let line = serde_json::json!({
                "timestamp": moment(),
                "level": "WARN",
                "fields": {"message": "log lines were lost: the log is read too slowly", "lost": lost},
            });
            let _ = writeln!(output, "{line}");
        }
    }
    let _ = output.flush();
}

impl Write for Lines {
    /// Takes one whole event: the formatter writes each by one call.
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = escaped(&String::from_utf8_lossy(event));
        if self.queue.try_send(Message::Line(line)).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// JSON escapes the first 32 control characters. Terminals and viewers also act on DEL, on the
/// second control range, on line separators and on direction overrides.
fn escaped(event: &str) -> String {
    let mut line = String::with_capacity(event.len());
    for c in event.chars() {
        let acts = matches!(c,
            '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if acts {
            let _ = fmt::Write::write_fmt(&mut line, format_args!("\\u{:04x}", u32::from(c)));
        } else {
            line.push(c);
        }
    }
    line
}

/// Bounds of the buckets of a time, in seconds.
const TIME_BUCKETS: [f64; 12] =
    [0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Bounds of the buckets of a count.
const COUNT_BUCKETS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// How often the samples of times are summed up.
const DRAIN_PAUSE: Duration = Duration::from_secs(5);

/// Starts counting for the whole process, once, inside of its runtime; what it gives renders the
/// counts. `times` names
/// those metrics that measure a time.
pub fn count(times: &[&str]) -> Result<PrometheusHandle, TelemetryError> {
    let mut builder = PrometheusBuilder::new().set_buckets(&COUNT_BUCKETS)?;
    for name in times {
        let name = Matcher::Full((*name).to_owned());
        builder = builder.set_buckets_for_metric(name, &TIME_BUCKETS)?;
    }
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).map_err(|_| TelemetryError::Started)?;
    tokio::spawn(drained(handle.clone()));
    Ok(handle)
}

/// Sums up the samples of times, also where nobody asks for them: they would grow without end.
async fn drained(counts: PrometheusHandle) {
    loop {
        tokio::time::sleep(DRAIN_PAUSE).await;
        counts.run_upkeep();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(filter: &str, work: impl FnOnce()) -> String {
        let kept = Kept::default();
        let (lines, guard) = Lines::to(kept.clone()).unwrap();
        let filter = super::filter(filter).unwrap();
        tracing::subscriber::with_default(subscriber(filter, lines), work);
        drop(guard);
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn an_event_is_one_line_whatever_it_carries() {
        let forged = "a\r\n{\"level\":\"ERROR\"}\u{1b}[2J\u{9b}31m\u{7f}\u{2028}\u{202e}đ\0";
        let text = logged("info", || {
            let span = tracing::info_span!("request", request_id = "r-1");
            span.in_scope(|| tracing::warn!(header = forged, "odd header {forged}"));
        });
        assert_eq!(text.lines().count(), 1, "{text}");
        assert!(text.ends_with("}\n"));
        let acts =
            |c: char| (c.is_control() && c != '\n') || ('\u{2028}'..='\u{202e}').contains(&c);
        assert!(!text.contains(acts), "{text:?}");
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(event["fields"]["header"], forged, "nothing is lost");
        assert_eq!(event["level"], "WARN");
        assert_eq!(event["span"]["request_id"], "r-1");
    }

    #[test]
    fn times_are_utc_with_offset() {
        let text = logged("info", || tracing::info!("started"));
        let event: serde_json::Value = serde_json::from_str(&text).unwrap();
        let time = event["timestamp"].as_str().unwrap();
        assert!(time.ends_with("+00:00"), "{time}");
        assert!(chrono::DateTime::parse_from_rfc3339(time).is_ok(), "{time}");
    }

    #[test]
    fn the_filter_is_followed_or_refused() {
        let text = logged("warn,anphi::telemetry=error", || {
            tracing::warn!("quiet here");
            tracing::error!("heard");
            tracing::warn!(target: "elsewhere", "heard too");
        });
        assert_eq!(text.lines().count(), 2, "{text}");
        assert!(matches!(filter("=loud="), Err(TelemetryError::Filter(_))));
    }

    #[test]
    fn a_stuck_output_loses_lines_and_says_how_many() {
        struct Stuck(Receiver<()>, Kept);
        impl Write for Stuck {
            fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
                let _ = self.0.recv();
                self.1.write(bytes)
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let (release, gate) = sync_channel(0);
        let kept = Kept::default();
        let (mut lines, guard) = Lines::to(Stuck(gate, kept.clone())).unwrap();
        let (all, held) = (WAITING_LINES_MAX + 100, WAITING_LINES_MAX);
        for _ in 0..all {
            lines.write_all(b"{}\n").unwrap();
        }
        let lost = lines.lost.load(Ordering::Relaxed);
        assert!((99..=100).contains(&lost), "{lost} lost, one may be on its way out");
        drop(release);
        let ended = guard.ended.recv_timeout(Duration::from_millis(1));
        assert!(ended.is_err(), "the writer goes on");
        while lines.lost.load(Ordering::Relaxed) > 0 {
            thread::yield_now();
        }
        while lines.queue.try_send(Message::End).is_err() {
            thread::yield_now();
        }
        guard.ended.recv_timeout(FLUSH_LIMIT).unwrap();
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        assert!(text.lines().count() > held, "{}", text.lines().count());
        assert!(text.contains(&format!("\"lost\":{lost}")), "the loss is told");
    }
}
