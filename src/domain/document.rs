//! Papers: a form of `assets/forms` filled to a tree of blocks, which `codec/pdf` and the HTML
//! templates draw alike.
//!
//! The tree is plain data and public; whoever draws it walks [`Document::blocks`] from first to
//! last, which is also the reading order. Lengths are millimetres, type sizes points.

pub mod fill;
pub mod form;

pub use fill::{FillError, Filling, Values, fill};
pub use form::{Form, FormError};

use serde::Deserialize;

use super::time::{Day, Timestamp};

/// A paper ready to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// Its title, for the file's properties and the page's head.
    pub title: String,
    /// The form that it was filled from.
    pub form: FormVersion,
    /// When it was made; the only time in the drawn file.
    pub moment: Timestamp,
    /// The sheet that it is drawn on.
    pub sheet: Sheet,
    /// What stands on it, in reading order.
    pub blocks: Vec<Block>,
    /// What travels unseen with the file.
    pub carried: Option<Carried>,
    /// A word across the page: a voided receipt's "ĐÃ HỦY".
    pub stamp: Option<String>,
}

impl Document {
    /// This paper and then `next` on a new page of the same sheet: a notice with its annex.
    #[must_use]
    pub fn followed_by(mut self, next: Self) -> Self {
        self.blocks.push(Block::PageBreak);
        self.blocks.extend(next.blocks);
        self
    }

    /// The same paper with a word across each page.
    #[must_use]
    pub fn stamped(mut self, word: &str) -> Self {
        self.stamp = Some(word.to_owned());
        self
    }
}

/// Which version of which form: its code and the day from which it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormVersion {
    /// The code that the law gives it, `29-DS`; our own for papers without one.
    pub code: String,
    /// The first day of this version.
    pub effective: Day,
}

/// Facts that travel with a receipt's file, for checking it offline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// The signed text that the QR code shows.
    pub text: String,
    /// The canonical record whose hash the signed text holds.
    pub record: String,
}

/// Paper size, margins and base type size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sheet {
    /// The paper.
    pub paper: Paper,
    /// Margins in mm: top, right, bottom, left.
    pub margins: [u16; 4],
    /// Type size in points.
    pub size: u16,
    /// Type may shrink (to two thirds) so that all stands on one page.
    #[serde(default)]
    pub one_page: bool,
    /// Later pages carry their number (Decree 30/2020: centred in the top margin).
    #[serde(default)]
    pub numbered: bool,
}

/// A paper size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 210 × 148 mm, the long side below.
    A5Landscape,
}

impl Paper {
    /// Width and height in mm.
    pub const fn size(self) -> (u16, u16) {
        match self {
            Self::A4 => (210, 297),
            Self::A5Landscape => (210, 148),
        }
    }
}

/// A piece of a paper.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// A heading; level 1 is the paper's own title.
    Heading {
        /// 1 to 3.
        level: u8,
        /// The words; a line feed starts a new line.
        text: Text,
        /// How it stands.
        style: Style,
    },
    /// A paragraph.
    Paragraph {
        /// The words; a line feed starts a new line.
        text: Text,
        /// How it stands.
        style: Style,
    },
    /// A list.
    List {
        /// What stands before each item.
        marker: Marker,
        /// The items.
        items: Vec<Text>,
        /// How each item stands.
        style: Style,
    },
    /// Named facts, a line each: "Địa chỉ: …".
    Fields {
        /// The facts in order.
        rows: Vec<Field>,
        /// How each row stands; the space before it is that of the first.
        style: Style,
    },
    /// A table.
    Table(Table),
    /// Cells side by side, each with blocks of its own.
    Columns {
        /// From left to right.
        cells: Vec<Cell>,
        /// The space before them, and whether they are kept with what follows.
        style: Style,
    },
    /// A QR code.
    Qr {
        /// What it says.
        text: String,
        /// Its side in mm, without the quiet zone.
        side: u16,
        /// What it is, in words, for who cannot see it.
        alt: String,
    },
    /// A line across, dotted, where the paper is cut or folded.
    CutLine,
    /// Empty height in mm.
    Space(u16),
    /// What follows stands on a new page.
    PageBreak,
}

/// Words in runs of one face each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(pub Vec<Run>);

impl Text {
    /// The words without their faces.
    pub fn plain(&self) -> String {
        self.0.iter().map(|run| run.text.as_str()).collect()
    }
}

/// Words in one face.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The words, NFC.
    pub text: String,
    /// The face.
    pub face: Face,
}

/// A cut of the type.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Face {
    /// Upright.
    #[default]
    Regular,
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Bold italic.
    BoldItalic,
}

/// How a paragraph stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    /// Where its lines go.
    pub align: Align,
    /// Indent of the first line in mm.
    pub indent: u16,
    /// Indent of all lines in mm.
    pub left: u16,
    /// Space before it in points.
    pub before: u16,
    /// Type size in points; 0 is the sheet's.
    pub size: u16,
    /// A line beneath, as percent of the last line's width; 0 is none.
    pub underline: u16,
    /// Kept on one page with what follows.
    pub keep: bool,
}

/// Where lines go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right edge.
    Right,
    /// Both edges even.
    Justify,
}

/// What stands before the items of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Marker {
    /// `-`.
    Dash,
    /// `1.`, `2.`, …
    Number,
}

/// A named fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name, without colon.
    pub label: Text,
    /// What it is.
    pub value: Text,
}

/// Cells under heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// What it shows, in words.
    pub caption: Text,
    /// The columns from left to right.
    pub columns: Vec<Column>,
    /// The rows, each with as many cells as there are columns.
    pub rows: Vec<Vec<Text>>,
    /// A closing row, if any.
    pub foot: Option<Vec<Text>>,
    /// Type size in points; 0 is the sheet's.
    pub size: u16,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its head.
    pub title: Text,
    /// Its width in percent of the table.
    pub share: u16,
    /// Where its cells' lines go.
    pub align: Align,
}

/// One of several cells side by side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Its width in percent.
    pub share: u16,
    /// What stands in it.
    pub blocks: Vec<Block>,
}

/// The forms that anphi ships, first versions of the reference data of that kind: code and text.
pub const SHIPPED: [(&str, &str); 8] = [
    ("29-DS", include_str!("../../assets/forms/29-ds.toml")),
    ("61-DS", include_str!("../../assets/forms/61-ds.toml")),
    ("05-VDS", include_str!("../../assets/forms/05-vds.toml")),
    ("04-HC", include_str!("../../assets/forms/04-hc.toml")),
    ("C21-THADS-DVC", include_str!("../../assets/forms/c21-thads-dvc.toml")),
    ("AP-HD", include_str!("../../assets/forms/ap-hd.toml")),
    ("AP-BT", include_str!("../../assets/forms/ap-bt.toml")),
    ("AP-XN", include_str!("../../assets/forms/ap-xn.toml")),
];

/// The shipped text of the form with this code.
pub fn shipped(code: &str) -> Option<&'static str> {
    SHIPPED.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}
