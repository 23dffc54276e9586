//! How long the disk takes to keep something: the floor under every durable answer.

use std::{fs::File, io::Write, path::Path, time::Instant};

const FLUSHES: usize = 400;
/// A page of PostgreSQL.
const BYTES: usize = 8192;

/// Appends and flushes in a folder, and says what one flush takes.
pub(crate) fn measure(folder: &Path) -> String {
    let micros = flushes(folder);
    let at = |hundredths: usize| micros[(FLUSHES - 1) * hundredths / 100];
    format!("Disk flush: median {} µs, p99 {} µs ({FLUSHES} times {BYTES} bytes)", at(50), at(99))
}

/// What a flush takes, in the middle of many.
pub(crate) fn median_micros(folder: &Path) -> u64 {
    flushes(folder)[FLUSHES / 2]
}

/// Microseconds of many flushes, the shortest first.
fn flushes(folder: &Path) -> Vec<u64> {
    let path = folder.join(format!("anphi-flush-{}", std::process::id()));
    let mut file = File::create(&path).unwrap();
    let mut micros: Vec<u64> = (0..FLUSHES)
        .map(|_| {
            file.write_all(&[7; BYTES]).unwrap();
            let began = Instant::now();
            file.sync_data().unwrap();
            u64::try_from(began.elapsed().as_micros()).unwrap()
        })
        .collect();
    std::fs::remove_file(&path).unwrap();
    micros.sort_unstable();
    micros
}
