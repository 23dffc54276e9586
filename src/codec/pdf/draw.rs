//! Pages written by krilla, the only place where lengths are floats.

use std::ops::Range;

use chrono::{Datelike, Timelike};
use krilla::{
    Document as Pdf, SerializeSettings,
    color::rgb,
    configure::{Accessibility, Archival, ConfigurationBuilder},
    destination::XyzDestination,
    error::KrillaError,
    geom::{Path, PathBuilder, Point, Rect, Transform},
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    outline::{Outline, OutlineNode},
    page::PageSettings,
    paint::{Fill, FillRule},
    surface::Surface,
    tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag},
    text::{GlyphId, KrillaGlyph},
};

use super::{
    RenderError,
    flow::{Ink, Item, plain},
    fonts::{Fonts, UNITS},
    mm,
    modules::Modules,
    page::Page,
    tags::{TagId, Tags},
    text::{Letter, Line, letters},
};
use crate::domain::{
    document::{Document, Face, Run, Sheet, Text},
    time::Timestamp,
};

/// Red, green and blue of a stamp: light enough to read the paper through it.
const STAMP: (u8, u8, u8) = (0xe8, 0xa0, 0xa0);

/// The quotient as krilla takes it; every length and every factor in the file comes through here.
#[expect(
    clippy::float_arithmetic,
    clippy::as_conversions,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "krilla takes f32; the layout before it is whole numbers"
)]
fn ratio(dividend: i64, divisor: i64) -> f32 {
    (dividend as f64 / divisor as f64) as f32
}

/// Thousandths of a point as points.
fn points(length: i64) -> f32 {
    ratio(length, 1000)
}

/// Writes the file.
pub(super) fn draw(
    document: &Document,
    fonts: &Fonts,
    pages: &[Page],
    tags: &Tags,
) -> Result<Vec<u8>, RenderError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .map_err(|error| RenderError::Refused(format!("{error:?}")))?;
    let mut pdf =
        Pdf::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let mut drawn = Vec::new();
    for (number, page) in (0..).zip(pages) {
        draw_page(&mut pdf, document, fonts, Sheeted { page, number, tags }, &mut drawn)?;
    }
    pdf.set_tag_tree(tags.tree(&drawn));
    pdf.set_outline(outline(pages, tags));
    pdf.set_metadata(metadata(document));
    pdf.finish().map_err(|error| refused(&error))
}

fn refused(error: &KrillaError) -> RenderError {
    RenderError::Refused(if let KrillaError::Validation(errors) = error {
        format!("{errors:?}")
    } else {
        error.to_string()
    })
}

/// A page with its number from 0 and the tree of the paper.
#[derive(Clone, Copy)]
struct Sheeted<'a> {
    page: &'a Page,
    number: usize,
    tags: &'a Tags,
}

fn draw_page(
    pdf: &mut Pdf,
    document: &Document,
    fonts: &Fonts,
    sheeted: Sheeted<'_>,
    drawn: &mut Vec<(TagId, Identifier)>,
) -> Result<(), RenderError> {
    let (width, height) = document.sheet.paper.size();
    let settings = PageSettings::from_wh(points(mm(width)), points(mm(height)))
        .ok_or_else(|| RenderError::Refused("the page has no size".to_owned()))?;
    let mut page = pdf.start_page_with(settings);
    let mut surface = page.surface();
    if let Some(word) = &document.stamp {
        let tag = sheeted.tags.stamped().filter(|_| sheeted.number == 0);
        stamp(&mut surface, fonts, (word, &document.sheet), tag, drawn);
    }
    surface.set_fill(Some(fill(rgb::Color::black())));
    if document.sheet.numbered && sheeted.number > 0 {
        page_number(&mut surface, fonts, &document.sheet, sheeted.number + 1);
    }
    for item in &sheeted.page.items {
        tagged(&mut surface, item.tag, drawn, |surface| draw_item(surface, fonts, item));
    }
    surface.finish();
    page.finish();
    Ok(())
}

/// Draws what belongs to a node of the tree, or decoration.
fn tagged(
    surface: &mut Surface<'_>,
    tag: Option<TagId>,
    drawn: &mut Vec<(TagId, Identifier)>,
    ink: impl FnOnce(&mut Surface<'_>),
) {
    match tag {
        Some(tag) => {
            let identifier = surface.start_tagged(ContentTag::Span(SpanTag::empty()));
            drawn.push((tag, identifier));
        }
        None => {
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
        }
    }
    ink(surface);
    surface.end_tagged();
}

fn draw_item(surface: &mut Surface<'_>, fonts: &Fonts, item: &Item) {
    match &item.ink {
        Ink::Line { line, size, stretch } => {
            draw_line(
                surface,
                fonts,
                line,
                Setting { x: item.x, y: item.y, size: *size, stretch: *stretch },
            );
        }
        Ink::Bar { width, height } => {
            let bar =
                Rect::from_xywh(points(item.x), points(item.y), points(*width), points(*height));
            draw_path(surface, bar.into_iter());
        }
        Ink::Code { modules, side } => draw_code(surface, modules, item, *side),
    }
}

/// Where and how large a line stands, and the width to spread over its gaps.
#[derive(Clone, Copy)]
struct Setting {
    x: i64,
    y: i64,
    size: i64,
    stretch: i64,
}

/// Draws a line, one piece a face. Spaces take the stretch, the first ones a thousandth more.
fn draw_line(surface: &mut Surface<'_>, fonts: &Fonts, line: &Line, setting: Setting) {
    let gaps = line.gaps().max(1);
    let (share, odd) = (setting.stretch / gaps, setting.stretch % gaps);
    let mut gap = 0;
    let mut x = setting.x * UNITS;
    for piece in line.letters.chunk_by(|a, b| a.face == b.face) {
        let Some(Letter { face, .. }) = piece.first().copied() else { continue };
        let start = Point::from_xy(ratio(x, UNITS * 1000), points(setting.y));
        let mut text = String::new();
        let mut glyphs = Vec::with_capacity(piece.len());
        for letter in piece {
            let mut advance = letter.glyph.advance * setting.size;
            if letter.character == ' ' {
                advance += (share + i64::from(gap < odd)) * UNITS;
                gap += 1;
            }
            let from = text.len();
            text.push(letter.character);
            glyphs.push(glyph(letter, ratio(advance, setting.size * UNITS), from..text.len()));
            x += advance;
        }
        surface.draw_glyphs(start, &glyphs, fonts.drawn(face), &text, points(setting.size), false);
    }
}

fn glyph(letter: &Letter, advance: f32, range: Range<usize>) -> KrillaGlyph {
    KrillaGlyph::new(GlyphId::new(letter.glyph.id), advance, 0.0, 0.0, 0.0, range, None)
}

fn draw_code(surface: &mut Surface<'_>, modules: &Modules, item: &Item, side: i64) {
    let count = modules.side();
    let edge = |modules: i64| modules * side / count;
    let bars = modules.bars().into_iter().filter_map(|bar| {
        Rect::from_ltrb(
            points(item.x + edge(bar.from)),
            points(item.y + edge(bar.row)),
            points(item.x + edge(bar.to)),
            points(item.y + edge(bar.row + 1)),
        )
    });
    draw_path(surface, bars);
}

fn draw_path(surface: &mut Surface<'_>, bars: impl Iterator<Item = Rect>) {
    let mut builder = PathBuilder::new();
    bars.for_each(|bar| builder.push_rect(bar));
    let path: Option<Path> = builder.finish();
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn fill(color: rgb::Color) -> Fill {
    Fill { paint: color.into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

/// The number of a page, centred in the top margin.
fn page_number(surface: &mut Surface<'_>, fonts: &Fonts, sheet: &Sheet, number: usize) {
    let size = i64::from(sheet.size) * 1000;
    let line = Line { letters: letters(&plain(number.to_string()), fonts), ends: true };
    let [top, right, _, left] = sheet.margins;
    let wide = mm(sheet.paper.size().0) - mm(left) - mm(right);
    let x = mm(left) + (wide - line.width(size)) / 2;
    let setting = Setting { x, y: mm(top) / 2 + size / 2, size, stretch: 0 };
    let artifact = Artifact::with_kind(ArtifactType::PageNumber);
    surface.start_tagged(ContentTag::Artifact(artifact));
    draw_line(surface, fonts, &line, setting);
    surface.end_tagged();
}

/// A word across the page, from lower left to upper right at 30 degrees.
fn stamp(
    surface: &mut Surface<'_>,
    fonts: &Fonts,
    (word, sheet): (&str, &Sheet),
    tag: Option<TagId>,
    drawn: &mut Vec<(TagId, Identifier)>,
) {
    const SIZE: i64 = 72_000;
    let text = Text(vec![Run { text: word.to_owned(), face: Face::Bold }]);
    let line = Line { letters: letters(&text, fonts), ends: true };
    let (width, height) = sheet.paper.size();
    let (x, y) = (mm(width) / 2, mm(height) / 2);
    let (red, green, blue) = STAMP;
    surface.set_fill(Some(fill(rgb::Color::new(red, green, blue))));
    // Cosine and sine of 30 degrees; the middle of the page is the origin.
    let turn = Transform::from_row(0.866, -0.5, 0.5, 0.866, points(x), points(y));
    surface.push_transform(&turn);
    let setting = Setting { x: -line.width(SIZE) / 2, y: SIZE / 3, size: SIZE, stretch: 0 };
    tagged(surface, tag, drawn, |surface| draw_line(surface, fonts, &line, setting));
    surface.pop();
}

/// An entry for each heading, at its place.
fn outline(pages: &[Page], tags: &Tags) -> Outline {
    let mut outline = Outline::new();
    let mut last = None;
    for (number, page) in pages.iter().enumerate() {
        for item in &page.items {
            let Some((tag, title)) = item.tag.and_then(|tag| Some((tag, tags.heading(tag)?)))
            else {
                continue;
            };
            if last == Some(tag) {
                continue;
            }
            last = Some(tag);
            let place = XyzDestination::new(number, Point::from_xy(0.0, points(item.y - 20_000)));
            outline.push_child(OutlineNode::new(title.to_owned(), place));
        }
    }
    outline
}

fn metadata(document: &Document) -> Metadata {
    let metadata = Metadata::new()
        .title(document.title.clone())
        .language("vi".to_owned())
        .creator(format!("anphi {}", document.form.code))
        .creation_date(date_time(document.moment));
    match &document.carried {
        Some(carried) => {
            metadata.keywords(vec![carried.text.clone()]).description(carried.record.clone())
        }
        None => metadata,
    }
}

fn date_time(moment: Timestamp) -> DateTime {
    let local = moment.in_vietnam();
    let small = |number: u32| u8::try_from(number).unwrap_or_default();
    DateTime::new(u16::try_from(local.year()).unwrap_or_default())
        .month(small(local.month()))
        .day(small(local.day()))
        .hour(small(local.hour()))
        .minute(small(local.minute()))
        .second(small(local.second()))
        .utc_offset_hour(7)
        .utc_offset_minute(0)
}
