//! How long the disk takes to keep something: the floor under every durable answer.

use std::{fs::File, io::Write, path::Path, time::Instant};

const FLUSHES: usize = 400;
/// A page of PostgreSQL.
const BYTES: usize = 8192;

/// Appends and flushes in a folder, and says what one flush takes.
pub(crate) fn measure(folder: &Path) -> String {
    let path = folder.join(format!("anphi-flush-{}", std::process::id()));
    let mut file = File::create(&path).unwrap();
    let mut micros: Vec<_> = (0..FLUSHES)
        .map(|_| {
            file.write_all(&[7; BYTES]).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            began.elapsed().as_micros()
        })
        .collect();
    std::fs::remove_file(&path).unwrap();
    micros.sort_unstable();
    let at = |hundredths: usize| micros[(FLUSHES - 1) * hundredths / 100];
    format!(
        "Disk flush: median {} µs, p99 {} µs ({FLUSHES} times {BYTES} bytes in {})",
        at(50),
        at(99),
        folder.display()
    )
}
