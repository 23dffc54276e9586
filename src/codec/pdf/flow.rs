//! Blocks as strips: pieces of full width that a page either has whole or not at all.

use std::rc::Rc;

use super::{
    RenderError, Scale,
    fonts::{ASCENT, DESCENT, Fonts, UNITS},
    mm,
    modules::Modules,
    tags::{Role, TagId, Tags},
    text::{Letter, Line, Measure, letters, lines},
};
use crate::domain::document::{
    Align, Block, Cell, Document, Face, Field, Marker, Run, Style, Text,
};

/// A piece of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct Strip {
    /// Empty height before it, dropped at the top of a page.
    pub(super) above: i64,
    /// Its own height.
    pub(super) height: i64,
    /// What is drawn; places count from the strip's top and the page's left edge.
    pub(super) items: Vec<Item>,
    /// On one page with the next.
    pub(super) keep: bool,
    /// What is drawn again before it at the top of a page: the head of a table.
    pub(super) head: Option<Rc<Strip>>,
    /// Nothing but the end of a page.
    pub(super) ends_page: bool,
}

/// Something drawn.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) x: i64,
    pub(super) y: i64,
    pub(super) ink: Ink,
    /// The node that it belongs to; none: decoration.
    pub(super) tag: Option<TagId>,
}

/// What is drawn.
#[derive(Clone, Debug)]
pub(super) enum Ink {
    /// Letters on a base line; `stretch` is the width to spread over the gaps.
    Line { line: Line, size: i64, stretch: i64 },
    /// A black bar.
    Bar { width: i64, height: i64 },
    /// A QR code of this side.
    Code { modules: Modules, side: i64 },
}

/// A document as strips.
pub(super) struct Flowed {
    pub(super) strips: Vec<Strip>,
    pub(super) tags: Tags,
}

/// Where blocks stand: from the page's left edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub(super) x: i64,
    pub(super) width: i64,
}

/// Thickness of lines.
pub(super) const HAIR: i64 = 500;
/// Empty width between cells side by side.
const GUTTER: u16 = 2;

pub(super) struct Setter<'a> {
    pub(super) fonts: &'a Fonts,
    pub(super) tags: Tags,
    scale: Scale,
    size: u16,
}

/// Sets all blocks of a paper.
pub(super) fn flow(
    document: &Document,
    fonts: &Fonts,
    scale: Scale,
) -> Result<Flowed, RenderError> {
    let [_, right, _, left] = document.sheet.margins;
    let (width, _) = document.sheet.paper.size();
    let mut setter = Setter { fonts, tags: Tags::default(), scale, size: document.sheet.size };
    if document.stamp.is_some() {
        setter.tags.stamp();
    }
    let frame = Frame { x: mm(left), width: mm(width) - mm(left) - mm(right) };
    let strips = setter.blocks(&document.blocks, frame)?;
    Ok(Flowed { strips, tags: setter.tags })
}

impl Setter<'_> {
    pub(super) fn size(&self, points: u16) -> i64 {
        self.scale.points(if points == 0 { self.size } else { points })
    }

    fn blocks(&mut self, blocks: &[Block], frame: Frame) -> Result<Vec<Strip>, RenderError> {
        let mut strips = Vec::new();
        for block in blocks {
            strips.extend(self.block(block, frame)?);
        }
        Ok(strips)
    }

    fn block(&mut self, block: &Block, frame: Frame) -> Result<Vec<Strip>, RenderError> {
        Ok(match block {
            Block::Heading { level, text, style } => {
                let title = text.plain().replace('\n', " ");
                let tag = self.tags.root(Role::Heading { level: *level, title });
                self.paragraph(text, *style, frame, tag)
            }
            Block::Paragraph { text, style } => {
                let tag = self.tags.root(Role::Paragraph);
                self.paragraph(text, *style, frame, tag)
            }
            Block::List { marker, items, style } => self.list(*marker, items, *style, frame),
            Block::Fields { rows, style } => {
                let later = Style { before: style.before.min(2), ..*style };
                let styles = std::iter::once(*style).chain(std::iter::repeat(later));
                rows.iter()
                    .zip(styles)
                    .flat_map(|(row, style)| self.field(row, style, frame))
                    .collect()
            }
            Block::Table(table) => self.table(table, frame),
            Block::Columns { cells, style } => vec![self.columns(cells, *style, frame)?],
            Block::Qr { text, side, alt } => vec![self.code(text, mm(*side), alt, frame)?],
            Block::CutLine => vec![cut_line(frame)],
            Block::Space(height) => {
                vec![Strip { height: mm(*height) * self.scale.0 / 1000, ..Strip::default() }]
            }
            Block::PageBreak => vec![Strip { ends_page: true, ..Strip::default() }],
        })
    }

    pub(super) fn paragraph(
        &mut self,
        text: &Text,
        style: Style,
        frame: Frame,
        tag: TagId,
    ) -> Vec<Strip> {
        self.set(&letters(text, self.fonts), style, frame, Lead { width: 0, tag })
    }

    /// Sets a paragraph whose first line begins after `lead`.
    fn set(&self, letters: &[Letter], style: Style, frame: Frame, lead: Lead) -> Vec<Strip> {
        let size = self.size(style.size);
        let (x, wide) = (frame.x + mm(style.left), frame.width - mm(style.left));
        let first = mm(style.indent) + lead.width;
        let measure = Measure { size, first: wide - first, rest: wide };
        let lines = match style.align {
            Align::Center => balanced(letters, measure),
            Align::Left | Align::Right | Align::Justify => lines(letters, measure),
        };
        let count = lines.len();
        let mut strips = Vec::new();
        let mut under =
            Strip { height: self.scale.points(4), keep: style.keep, ..Strip::default() };
        for (index, line) in lines.into_iter().enumerate() {
            let indent = if index == 0 { first } else { 0 };
            let width = line.width(size);
            let spare = wide - indent - width;
            let (shift, stretch) = match style.align {
                Align::Left => (0, 0),
                Align::Center => (spare / 2, 0),
                Align::Right => (spare, 0),
                Align::Justify if line.ends || line.gaps() == 0 => (0, 0),
                Align::Justify => (0, spare),
            };
            let place = x + indent + shift;
            let bar = width * i64::from(style.underline) / 100;
            under.items = vec![Item {
                x: place + (width - bar) / 2,
                y: self.scale.points(2),
                ink: Ink::Bar { width: bar, height: HAIR },
                tag: None,
            }];
            strips.push(Strip {
                above: if index == 0 { self.scale.points(style.before) } else { 0 },
                height: line_height(size),
                items: vec![Item {
                    x: place,
                    y: base_line(size),
                    ink: Ink::Line { line, size, stretch },
                    tag: Some(lead.tag),
                }],
                // No first line alone at the foot of a page, no last line alone at the head.
                keep: style.keep || (count > 1 && (index == 0 || index + 2 == count)),
                ..Strip::default()
            });
        }
        if style.underline > 0 {
            if let Some(last) = strips.last_mut() {
                last.keep = true;
            }
            strips.push(under);
        }
        strips
    }

    fn list(&mut self, marker: Marker, items: &[Text], style: Style, frame: Frame) -> Vec<Strip> {
        let list = self.tags.root(match marker {
            Marker::Dash => Role::DashList,
            Marker::Number => Role::NumberList,
        });
        let mut strips = Vec::new();
        for (number, text) in (1..).zip(items) {
            let item = self.tags.under(list, Role::Item);
            let label = self.tags.under(item, Role::Label);
            let body = self.tags.under(item, Role::Body);
            let mark = match marker {
                Marker::Dash => "- ".to_owned(),
                Marker::Number => format!("{number}. "),
            };
            let mark = letters(&plain(mark), self.fonts);
            let size = self.size(style.size);
            let lead = Lead { width: super::text::width(&mark, size), tag: body };
            let mut lines = self.set(&letters(text, self.fonts), style, frame, lead);
            if let Some(first) = lines.first_mut() {
                let x = frame.x + mm(style.left) + mm(style.indent);
                let line = Line { letters: mark, ends: true };
                let ink = Ink::Line { line, size, stretch: 0 };
                first.items.insert(0, Item { x, y: base_line(size), ink, tag: Some(label) });
            }
            strips.extend(lines);
        }
        strips
    }

    fn field(&mut self, field: &Field, style: Style, frame: Frame) -> Vec<Strip> {
        let tag = self.tags.root(Role::Paragraph);
        let mut text = field.label.clone();
        text.0.extend(plain(": ".to_owned()).0);
        text.0.extend(field.value.0.iter().cloned());
        self.paragraph(&text, style, frame, tag)
    }

    fn columns(
        &mut self,
        cells: &[Cell],
        style: Style,
        frame: Frame,
    ) -> Result<Strip, RenderError> {
        let above = self.scale.points(style.before);
        let mut all = Strip { above, keep: style.keep, ..Strip::default() };
        let mut x = frame.x;
        for (index, cell) in cells.iter().enumerate() {
            let width = frame.width * i64::from(cell.share) / 100;
            let gutter = if index + 1 < cells.len() { mm(GUTTER) } else { 0 };
            let inner = Frame { x, width: width - gutter };
            let mut y = 0;
            for strip in self.blocks(&cell.blocks, inner)? {
                y += strip.above;
                all.items.extend(strip.items.into_iter().map(|item| item.lower(y)));
                y += strip.height;
            }
            all.height = all.height.max(y);
            x += width;
        }
        Ok(all)
    }

    /// A code with its quiet zone of four modules, in the middle of the frame.
    fn code(
        &mut self,
        text: &str,
        side: i64,
        alt: &str,
        frame: Frame,
    ) -> Result<Strip, RenderError> {
        let modules = Modules::of(text)?;
        let quiet = side * 4 / modules.side();
        let tag = self.tags.root(Role::Figure(alt.to_owned()));
        let x = frame.x + (frame.width - side) / 2;
        let item = Item { x, y: quiet, ink: Ink::Code { modules, side }, tag: Some(tag) };
        Ok(Strip { height: side + 2 * quiet, items: vec![item], ..Strip::default() })
    }
}

/// Lines in the middle, as even as they can be without being more: the measure is narrowed until
/// one more line would be needed.
fn balanced(letters: &[Letter], measure: Measure) -> Vec<Line> {
    let mut even = lines(letters, measure);
    let step = measure.rest / 50;
    let narrower = (1..40).map(|steps| Measure {
        first: measure.first - steps * step,
        rest: measure.rest - steps * step,
        ..measure
    });
    for measure in narrower {
        let tried = lines(letters, measure);
        let fits = |line: &Line| line.width(measure.size) <= measure.rest;
        if tried.len() > even.len() || !tried.iter().all(fits) {
            break;
        }
        even = tried;
    }
    even
}

/// What stands before the first line of a paragraph, and the node that its lines belong to.
#[derive(Clone, Copy)]
struct Lead {
    width: i64,
    tag: TagId,
}

impl Item {
    /// The same item lower on the page.
    pub(super) fn lower(mut self, by: i64) -> Self {
        self.y += by;
        self
    }
}

/// Text in the upright face.
pub(super) fn plain(text: String) -> Text {
    Text(vec![Run { text, face: Face::Regular }])
}

/// The height of a line: 1.2 of the type size, room for a mark on a mark over capitals.
pub(super) const fn line_height(size: i64) -> i64 {
    size * 6 / 5
}

/// The base line of a line, from its top.
pub(super) const fn base_line(size: i64) -> i64 {
    (line_height(size) - (ASCENT + DESCENT) * size / UNITS) / 2 + ASCENT * size / UNITS
}

fn cut_line(frame: Frame) -> Strip {
    const STEP: i64 = 4_000;
    let count = frame.width / STEP;
    let dot = |index: i64| Item {
        x: frame.x + index * STEP,
        y: 8_000,
        ink: Ink::Bar { width: STEP / 2, height: HAIR },
        tag: None,
    };
    Strip { height: 16_000, items: (0..count).map(dot).collect(), ..Strip::default() }
}
