//! QR symbols as one SVG path or PNG bytes, error correction level M, with the quiet zone of four
//! modules that readers need.

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around the symbol (ISO/IEC 18004).
const QUIET: usize = 4;

/// A symbol: a square of dark and light modules.
#[derive(Clone, Debug)]
pub struct Qr {
    side: usize,
    dark: Vec<bool>,
}

/// Why a text has no symbol or picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    /// Longer than the largest symbol holds (2,331 bytes at level M).
    #[error("the text is too long for a QR code")]
    TooLong,
    /// The picture could not be encoded or is too large.
    #[error("the QR picture cannot be drawn")]
    Picture,
}

impl Qr {
    /// The symbol of a text.
    pub fn of(text: &str) -> Result<Self, QrError> {
        let code =
            QrCode::with_error_correction_level(text, EcLevel::M).map_err(|_| QrError::TooLong)?;
        let dark = code.to_colors().into_iter().map(|color| color == Color::Dark).collect();
        Ok(Self { side: code.width(), dark })
    }

    /// Modules along one edge, quiet zone included: the side of the SVG's view box.
    pub const fn side(&self) -> usize {
        self.side + 2 * QUIET
    }

    /// The dark modules as the `d` of one SVG path, row by row, runs joined.
    pub fn path(&self) -> String {
        let mut strokes = Vec::new();
        for (y, row) in self.dark.chunks(self.side).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|left, right| left == right) {
                if run.first() == Some(&true) {
                    let (left, top, width) = (x + QUIET, y + QUIET, run.len());
                    strokes.push(format!("M{left} {top}h{width}v1h-{width}z"));
                }
                x += run.len();
            }
        }
        strokes.concat()
    }

    /// What stands inside the `svg` element: white ground, one black path. A template that wraps it
    /// gives the `viewBox` from [`Qr::side`], `role="img"` and the title.
    pub fn inner_svg(&self) -> String {
        let (side, path) = (self.side(), self.path());
        format!(
            "<rect fill=\"#fff\" width=\"{side}\" height=\"{side}\"/>\
             <path fill=\"#000\" shape-rendering=\"crispEdges\" d=\"{path}\"/>"
        )
    }

    /// A whole SVG document without an XML declaration.
    pub fn svg(&self) -> String {
        let (side, inner) = (self.side(), self.inner_svg());
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\">{inner}</svg>"
        )
    }

    /// A PNG of one bit a pixel, `scale` pixels a module.
    pub fn png(&self, scale: u8) -> Result<Vec<u8>, QrError> {
        let scale = usize::from(scale.max(1));
        let pixels = self.side() * scale;
        let edge = u32::try_from(pixels).map_err(|_| QrError::Picture)?;
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, edge, edge);
        encoder.set_color(png::ColorType::Grayscale);
        encoder.set_depth(png::BitDepth::One);
        let mut writer = encoder.write_header().map_err(|_| QrError::Picture)?;
        let mut data = Vec::with_capacity(pixels * pixels.div_ceil(8));
        for y in 0..self.side() {
            let row = self.packed_row(y, scale);
            for _ in 0..scale {
                data.extend_from_slice(&row);
            }
        }
        writer.write_image_data(&data).map_err(|_| QrError::Picture)?;
        writer.finish().map_err(|_| QrError::Picture)?;
        Ok(bytes)
    }

    /// One row of pixels, eight to a byte, white is 1.
    fn packed_row(&self, y: usize, scale: usize) -> Vec<u8> {
        let pixels: Vec<bool> =
            (0..self.side()).flat_map(|x| std::iter::repeat_n(self.is_dark(x, y), scale)).collect();
        pixels
            .chunks(8)
            .map(|eight| {
                (0..8).fold(0, |byte: u8, bit| {
                    let dark = eight.get(bit).copied().unwrap_or(true);
                    (byte << 1) | u8::from(!dark)
                })
            })
            .collect()
    }

    /// Whether the module at a place of the picture, quiet zone counted, is dark.
    fn is_dark(&self, x: usize, y: usize) -> bool {
        match (x.checked_sub(QUIET), y.checked_sub(QUIET)) {
            (Some(x), Some(y)) if x < self.side => {
                self.dark.get(y * self.side + x).copied().unwrap_or(false)
            }
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that we did not write.
    fn decoded(edge: usize, dark: impl Fn(usize, usize) -> bool) -> String {
        let shade = |x, y| if dark(x, y) { 0 } else { 255 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(edge, edge, shade);
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        grids[0].decode().unwrap().1
    }

    /// Paints the path with a small pen of our own: `Mx yhWv1h-Wz` only.
    fn painted(qr: &Qr) -> Vec<bool> {
        let side = qr.side();
        let mut grid = vec![false; side * side];
        for stroke in qr.path().split_terminator('z') {
            let (start, width) = stroke[1..].split_once('h').unwrap();
            let (x, y) = start.split_once(' ').unwrap();
            let (width, tail) = width.split_once('v').unwrap();
            assert_eq!(tail, format!("1h-{width}"));
            let (x, y): (usize, usize) = (x.parse().unwrap(), y.parse().unwrap());
            let width: usize = width.parse().unwrap();
            grid[y * side + x..][..width].fill(true);
        }
        grid
    }

    const TEXTS: [&str; 3] = [
        "00020101021238570010A00000072701270006970499011399900011122230208QRIBFTTA5303704",
        "https://anphi.example.vn/bien-lai/0123456789?k=abc",
        "A",
    ];

    #[test]
    fn the_svg_reads_back() {
        for text in TEXTS {
            let qr = Qr::of(text).unwrap();
            let (grid, side) = (painted(&qr), qr.side());
            assert_eq!(decoded(side * 4, |x, y| grid[y / 4 * side + x / 4]), text);
        }
    }

    #[test]
    fn the_png_reads_back() {
        for text in TEXTS {
            let bytes = Qr::of(text).unwrap().png(5).unwrap();
            let mut decoder = png::Decoder::new(std::io::Cursor::new(bytes));
            decoder.set_transformations(png::Transformations::EXPAND);
            let mut reader = decoder.read_info().unwrap();
            let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
            let info = reader.next_frame(&mut pixels).unwrap();
            let edge = usize::try_from(info.width).unwrap();
            assert_eq!(decoded(edge, |x, y| pixels[y * edge + x] == 0), text);
        }
    }

    #[test]
    fn four_light_modules_stand_around_the_symbol() {
        let qr = Qr::of(TEXTS[0]).unwrap();
        let (grid, side) = (painted(&qr), qr.side());
        for place in 0..side {
            for edge in [0, 1, 2, 3, side - 4, side - 3, side - 2, side - 1] {
                assert!(!grid[place * side + edge] && !grid[edge * side + place]);
            }
        }
        assert!(grid[4 * side + 4], "the first finder pattern begins after the quiet zone");
    }

    #[test]
    fn the_svg_can_stand_inside_a_page() {
        let svg = Qr::of("A").unwrap().svg();
        assert!(svg.starts_with("<svg xmlns=") && svg.ends_with("</svg>"));
        assert!(!svg.contains("<?xml") && !svg.contains("style="));
    }

    #[test]
    fn a_text_beyond_the_largest_symbol_is_refused() {
        assert_eq!(Qr::of(&"x".repeat(4000)).err(), Some(QrError::TooLong));
    }
}
