//! A QR code as one SVG path, so that pages need no unescaped markup.

use std::fmt::Write;

/// Blank modules around the code, as readers need them.
const QUIET: usize = 4;

/// The dark modules of a QR code as runs of one path, with the quiet zone around.
#[derive(Clone, Debug)]
pub struct QrPath {
    side: usize,
    path: String,
}

impl QrPath {
    /// A code that was drawn elsewhere: its side in modules, quiet zone included, and its path.
    pub const fn drawn(side: usize, path: String) -> Self {
        Self { side, path }
    }

    /// From rows of modules without quiet zone, dark as `true`. Runs of dark modules become one
    /// rectangle each.
    pub fn from_rows(rows: &[Vec<bool>]) -> Self {
        let mut path = String::new();
        for (y, row) in rows.iter().enumerate() {
            let mut start = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run.first() == Some(&true) {
                    let width = run.len();
                    // Writing into a String cannot fail.
                    let _ = write!(path, "M{} {}h{width}v1h-{width}z", start + QUIET, y + QUIET);
                }
                start += run.len();
            }
        }
        Self { side: rows.len() + 2 * QUIET, path }
    }

    /// Modules a side, quiet zone included.
    pub const fn side(&self) -> usize {
        self.side
    }

    /// The path's `d`.
    pub fn path(&self) -> &str {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dark_runs_become_rectangles_inside_the_quiet_zone() {
        let code = QrPath::from_rows(&[vec![true, true, false], vec![false, false, true]]);
        assert_eq!(code.path(), "M4 4h2v1h-2zM6 5h1v1h-1z");
        assert_eq!(code.side(), 10);
    }
}
