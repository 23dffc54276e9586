//! A QR code as a matrix of modules, for drawing as shapes.

use qrcode::{Color, EcLevel, QrCode};

use super::RenderError;

/// The dark and light modules of a code, row by row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Modules {
    side: usize,
    dark: Vec<bool>,
}

/// Dark modules side by side in one row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bar {
    pub(super) row: i64,
    pub(super) from: i64,
    pub(super) to: i64,
}

impl Modules {
    /// The code of level M that says `text`.
    pub(super) fn of(text: &str) -> Result<Self, RenderError> {
        let code =
            QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| RenderError::Qr)?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { side: code.width(), dark })
    }

    /// Modules to the side, without the quiet zone.
    pub(super) fn side(&self) -> i64 {
        i64::try_from(self.side).unwrap_or(i64::MAX)
    }

    /// The dark modules as bars, so that no hair lines show between neighbours.
    pub(super) fn bars(&self) -> Vec<Bar> {
        let mut bars: Vec<Bar> = Vec::new();
        for (row, modules) in (0..).zip(self.dark.chunks(self.side.max(1))) {
            for (column, _) in (0..).zip(modules).filter(|(_, dark)| **dark) {
                match bars.last_mut() {
                    Some(bar) if bar.row == row && bar.to == column => bar.to += 1,
                    _ => bars.push(Bar { row, from: column, to: column + 1 }),
                }
            }
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_cover_the_dark_modules_and_no_others() {
        let modules = Modules::of("https://vidu.invalid/bien-lai/ABCD").unwrap();
        let mut covered = vec![false; modules.dark.len()];
        for bar in modules.bars() {
            for column in bar.from..bar.to {
                let index = usize::try_from(bar.row * modules.side() + column).unwrap();
                assert!(!covered[index]);
                covered[index] = true;
            }
        }
        assert_eq!(covered, modules.dark);
    }

    #[test]
    fn a_text_too_long_is_refused() {
        assert_eq!(Modules::of(&"x".repeat(3000)), Err(RenderError::Qr));
    }
}
