//! A paper as PDF/A-2a and PDF/UA-1, both checked at export.
//!
//! The layout is ours, in whole thousandths of a point: [`text`] breaks lines, [`flow`] turns blocks
//! into strips, [`page`] puts strips on pages, [`draw`] writes the pages by krilla, where alone
//! numbers become floats. The same tree gives the same bytes: the only time in the file is
//! [`Document::moment`].

mod draw;
mod flow;
mod fonts;
mod modules;
mod page;
mod table;
mod tags;
mod text;

use crate::domain::document::Document;

/// Why a paper could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RenderError {
    /// The fonts built in cannot be read.
    #[error("the fonts built in cannot be read")]
    Fonts,
    /// A QR text is too long for a code of level M.
    #[error("a QR text is too long")]
    Qr,
    /// The export refused the file; the text says why.
    #[error("the PDF is not valid: {0}")]
    Refused(String),
}

/// Draws a paper. A letter that the fonts lack stands as □.
pub fn render(document: &Document) -> Result<Vec<u8>, RenderError> {
    let fonts = fonts::fonts().ok_or(RenderError::Fonts)?;
    let mut scale = Scale::FULL;
    loop {
        let flowed = flow::flow(document, fonts, scale)?;
        let pages = page::paginate(&flowed.strips, &document.sheet);
        if document.sheet.one_page
            && pages.len() > 1
            && let Some(smaller) = scale.smaller()
        {
            scale = smaller;
            continue;
        }
        return draw::draw(document, fonts, &pages, &flowed.tags);
    }
}

/// How much the type of a sheet is shrunk, in thousandths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scale(i64);

impl Scale {
    const FULL: Self = Self(1000);

    /// One step smaller, `None` at two thirds: below 8 points nobody reads a receipt.
    fn smaller(self) -> Option<Self> {
        (self.0 > 680).then_some(Self(self.0 - 20))
    }

    /// Points to shrunk thousandths of a point.
    fn points(self, points: u16) -> i64 {
        i64::from(points) * self.0
    }
}

/// Millimetres as thousandths of a point, rounded (72 points are 25.4 mm).
fn mm(length: u16) -> i64 {
    (i64::from(length) * 720_000 + 127) / 254
}
