//! Liberation Serif, four cuts, built in. Text is NFC, so `cmap` and advance widths are all the
//! shaping that Vietnamese needs.

use std::sync::LazyLock;

use skrifa::{FontRef, MetadataProvider, raw::TableProvider};

use crate::domain::document::Face;

/// Font units to the em, of all four cuts.
pub(super) const UNITS: i64 = 2048;
/// Height above the base line in font units (`hhea`).
pub(super) const ASCENT: i64 = 1825;
/// Depth below the base line in font units (`hhea`).
pub(super) const DESCENT: i64 = 443;

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/LiberationSerif-Regular.ttf");
const BOLD: &[u8] = include_bytes!("../../../assets/fonts/LiberationSerif-Bold.ttf");
const ITALIC: &[u8] = include_bytes!("../../../assets/fonts/LiberationSerif-Italic.ttf");
const BOLD_ITALIC: &[u8] = include_bytes!("../../../assets/fonts/LiberationSerif-BoldItalic.ttf");

/// The four cuts.
pub(super) struct Fonts {
    regular: Cut,
    bold: Cut,
    italic: Cut,
    bold_italic: Cut,
}

struct Cut {
    tables: FontRef<'static>,
    drawn: krilla::text::Font,
}

/// A letter's glyph and its advance in font units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Glyph {
    pub(super) id: u32,
    pub(super) advance: i64,
}

static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    Some(Fonts {
        regular: Cut::load(REGULAR)?,
        bold: Cut::load(BOLD)?,
        italic: Cut::load(ITALIC)?,
        bold_italic: Cut::load(BOLD_ITALIC)?,
    })
});

/// The fonts, read once.
pub(super) fn fonts() -> Option<&'static Fonts> {
    FONTS.as_ref()
}

impl Cut {
    fn load(bytes: &'static [u8]) -> Option<Self> {
        let tables = FontRef::new(bytes).ok()?;
        (i64::from(tables.head().ok()?.units_per_em()) == UNITS).then_some(())?;
        Some(Self { tables, drawn: krilla::text::Font::new(bytes.into(), 0)? })
    }

    fn glyph(&self, letter: char) -> Option<Glyph> {
        let id = self.tables.charmap().map(letter)?;
        let advance = self.tables.hmtx().ok()?.advance(id)?;
        Some(Glyph { id: id.to_u32(), advance: i64::from(advance) })
    }
}

impl Fonts {
    fn cut(&self, face: Face) -> &Cut {
        match face {
            Face::Regular => &self.regular,
            Face::Bold => &self.bold,
            Face::Italic => &self.italic,
            Face::BoldItalic => &self.bold_italic,
        }
    }

    /// The font as the writer takes it.
    pub(super) fn drawn(&self, face: Face) -> krilla::text::Font {
        self.cut(face).drawn.clone()
    }

    /// The letter, or what stands in for one that the font lacks.
    pub(super) fn letter(&self, letter: char, face: Face) -> (char, Glyph) {
        let cut = self.cut(face);
        [letter, '□', '?']
            .into_iter()
            .find_map(|letter| Some((letter, cut.glyph(letter)?)))
            .unwrap_or(('?', Glyph { id: 0, advance: UNITS / 2 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_vietnamese_letter_has_a_glyph_in_every_cut() {
        let fonts = fonts().unwrap();
        let marked = "ĂÂÊÔƠƯĐăâêôơưđÀÁÃÈÉÌÍÒÓÕÙÚÝàáãèéìíòóõùúýĨĩŨũ“”–…•₫";
        let stacked = ('\u{1ea0}'..='\u{1ef9}').chain(' '..='~').chain(marked.chars());
        for letter in stacked.chain(['\u{a0}', '□']) {
            for face in [Face::Regular, Face::Bold, Face::Italic, Face::BoldItalic] {
                assert_eq!(fonts.letter(letter, face).0, letter, "{face:?}");
            }
        }
    }

    #[test]
    fn a_letter_that_the_font_lacks_is_replaced() {
        assert_eq!(fonts().unwrap().letter('🙂', Face::Regular).0, '□');
    }
}
