//! A form as data: text with named placeholders, checked when it is loaded.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::{Align, Face, FormVersion, Marker, Sheet, Style};
use crate::domain::time::Day;

/// A form: who issued it, from when it holds, which placeholders it has, what it says.
#[derive(Clone, Debug)]
pub struct Form {
    pub(super) version: FormVersion,
    pub(super) title: String,
    pub(super) issuer: String,
    pub(super) sheets: BTreeMap<String, Sheet>,
    pub(super) placeholders: BTreeMap<String, Placeholder>,
    pub(super) variants: BTreeMap<String, BTreeMap<String, String>>,
    pub(super) blocks: Vec<Shape>,
}

/// Why a text is no form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormError {
    /// Not TOML of this shape; the text says where.
    #[error("not a form: {0}")]
    Shape(String),
    /// The effective day is no day.
    #[error("the effective day is no day")]
    Day,
    /// A text has an unclosed mark or brace.
    #[error("a mark or brace is not closed in {0:?}")]
    Mark(String),
    /// A placeholder is used but not declared.
    #[error("placeholder {0} is not declared")]
    Undeclared(String),
    /// A placeholder is declared but not used.
    #[error("placeholder {0} is never used")]
    Unused(String),
    /// A placeholder is used as another kind than declared.
    #[error("placeholder {0} is used as another kind")]
    Kind(String),
    /// The variants do not give the same placeholders.
    #[error("variant {0} gives other placeholders than the first")]
    Variant(String),
    /// Shares of columns do not come to a hundred, or a row has another number of cells.
    #[error("the columns do not fit")]
    Columns,
}

/// What a placeholder takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub(super) enum Placeholder {
    /// One text.
    #[serde(rename = "text")]
    Text,
    /// One text or none; without it, what uses it is left out.
    #[serde(rename = "text?")]
    MaybeText,
    /// A list of texts.
    #[serde(rename = "lines")]
    Lines,
    /// A list of texts or none.
    #[serde(rename = "lines?")]
    MaybeLines,
    /// Rows of a table.
    #[serde(rename = "rows")]
    Rows,
    /// Rows of a table or none.
    #[serde(rename = "rows?")]
    MaybeRows,
}

impl Placeholder {
    pub(super) const fn optional(self) -> bool {
        matches!(self, Self::MaybeText | Self::MaybeLines | Self::MaybeRows)
    }

    pub(super) const fn is_text(self) -> bool {
        matches!(self, Self::Text | Self::MaybeText)
    }

    pub(super) const fn is_lines(self) -> bool {
        matches!(self, Self::Lines | Self::MaybeLines)
    }

    pub(super) const fn is_rows(self) -> bool {
        matches!(self, Self::Rows | Self::MaybeRows)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    code: String,
    title: String,
    effective: String,
    issuer: String,
    sheets: BTreeMap<String, Sheet>,
    placeholders: BTreeMap<String, Placeholder>,
    #[serde(default)]
    variants: BTreeMap<String, BTreeMap<String, String>>,
    blocks: Vec<Shape>,
}

/// A block before it is filled: one key of [`Content`], the others of [`Attributes`].
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "toml::Table")]
pub(super) struct Shape {
    pub(super) attributes: Attributes,
    pub(super) content: Content,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[derive(Default)]
pub(super) struct Attributes {
    /// The sheet that has it; none: all.
    pub(super) on: Option<String>,
    /// Words in capitals.
    pub(super) caps: bool,
    /// How it stands.
    pub(super) style: Style,
}

impl TryFrom<toml::Table> for Shape {
    type Error = toml::de::Error;

    fn try_from(mut table: toml::Table) -> Result<Self, Self::Error> {
        let mut attributes = toml::Table::new();
        for name in ["on", "caps", "style"] {
            attributes.extend(table.remove_entry(name));
        }
        Ok(Self { attributes: attributes.try_into()?, content: table.try_into()? })
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Content {
    Title(Template),
    Heading(Template),
    Text(Template),
    List { marker: Marker, items: Vec<Template> },
    Fields(Vec<(Template, Template)>),
    Table(TableShape),
    Columns(Vec<CellShape>),
    Qr { text: Template, side: u16, alt: Template },
    CutLine(bool),
    Space(u16),
    PageBreak(bool),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableShape {
    pub(super) caption: Template,
    pub(super) columns: Vec<ColumnShape>,
    pub(super) rows: String,
    #[serde(default)]
    pub(super) foot: Option<Vec<Template>>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnShape {
    pub(super) title: Template,
    pub(super) share: u16,
    #[serde(default)]
    pub(super) align: Align,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CellShape {
    pub(super) share: u16,
    pub(super) blocks: Vec<Shape>,
}

/// Text of a form: `*bold*`, `_italic_`, `{placeholder}`; a backslash takes the next mark as it is.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Template(pub(super) Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Words(String, Face),
    Placeholder(String, Face),
}

impl TryFrom<String> for Template {
    type Error = FormError;

    fn try_from(source: String) -> Result<Self, FormError> {
        let (mut bold, mut italic) = (false, false);
        let mut parts = Vec::new();
        let mut words = String::new();
        let mut chars = source.chars();
        while let Some(c) = chars.next() {
            let face = match (bold, italic) {
                (false, false) => Face::Regular,
                (true, false) => Face::Bold,
                (false, true) => Face::Italic,
                (true, true) => Face::BoldItalic,
            };
            match c {
                '\\' => words.extend(chars.next()),
                '*' | '_' | '{' => {
                    if !words.is_empty() {
                        parts.push(Part::Words(std::mem::take(&mut words), face));
                    }
                    match c {
                        '*' => bold = !bold,
                        '_' => italic = !italic,
                        _ => {
                            let name: String = chars.by_ref().take_while(|c| *c != '}').collect();
                            parts.push(Part::Placeholder(name, face));
                        }
                    }
                }
                _ => words.push(c),
            }
        }
        let braces = source.matches('{').count() == source.matches('}').count();
        if bold || italic || !braces {
            return Err(FormError::Mark(source));
        }
        if !words.is_empty() {
            parts.push(Part::Words(words, Face::Regular));
        }
        Ok(Self(parts))
    }
}

impl Form {
    /// Reads a form and checks it whole: every text, placeholder and share.
    pub fn parse(source: &str) -> Result<Self, FormError> {
        let raw: Raw =
            toml::from_str(source).map_err(|error| FormError::Shape(error.to_string()))?;
        let effective: Day = raw.effective.parse().map_err(|_| FormError::Day)?;
        let mut uses = Uses { declared: &raw.placeholders, seen: BTreeSet::new() };
        uses.shapes(&raw.blocks)?;
        if let Some(name) = raw.placeholders.keys().find(|name| !uses.seen.contains(*name)) {
            return Err(FormError::Unused(name.clone()));
        }
        let mut variants = raw.variants.iter();
        if let Some((_, first)) = variants.next() {
            for name in first.keys() {
                uses.text(name)?;
            }
            if let Some((name, _)) = variants.find(|(_, texts)| !texts.keys().eq(first.keys())) {
                return Err(FormError::Variant(name.clone()));
            }
        }
        Ok(Self {
            version: FormVersion { code: raw.code, effective },
            title: raw.title,
            issuer: raw.issuer,
            sheets: raw.sheets,
            placeholders: raw.placeholders,
            variants: raw.variants,
            blocks: raw.blocks,
        })
    }

    /// Its code and the first day of this version.
    pub const fn version(&self) -> &FormVersion {
        &self.version
    }

    /// Its title.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Who issued it, by which text.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// The names of its sheets, `a4`, `a5`.
    pub fn sheets(&self) -> impl Iterator<Item = &str> {
        self.sheets.keys().map(String::as_str)
    }

    /// The names of its variants, none when it has one wording only.
    pub fn variants(&self) -> impl Iterator<Item = &str> {
        self.variants.keys().map(String::as_str)
    }
}

/// Collects what the blocks use, against what is declared.
struct Uses<'a> {
    declared: &'a BTreeMap<String, Placeholder>,
    seen: BTreeSet<String>,
}

impl Uses<'_> {
    fn name(&mut self, name: &str, fits: fn(Placeholder) -> bool) -> Result<(), FormError> {
        let declared = self.declared.get(name);
        let kind = declared.copied().ok_or_else(|| FormError::Undeclared(name.to_owned()))?;
        if !fits(kind) {
            return Err(FormError::Kind(name.to_owned()));
        }
        self.seen.insert(name.to_owned());
        Ok(())
    }

    fn text(&mut self, name: &str) -> Result<(), FormError> {
        self.name(name, Placeholder::is_text)
    }

    fn template(&mut self, template: &Template) -> Result<(), FormError> {
        template.0.iter().try_for_each(|part| match part {
            Part::Words(..) => Ok(()),
            Part::Placeholder(name, _) => self.text(name),
        })
    }

    fn shapes(&mut self, shapes: &[Shape]) -> Result<(), FormError> {
        shapes.iter().try_for_each(|shape| self.content(&shape.content))
    }

    fn content(&mut self, content: &Content) -> Result<(), FormError> {
        match content {
            Content::Title(text) | Content::Heading(text) | Content::Text(text) => {
                self.template(text)
            }
            Content::List { items, .. } => items.iter().try_for_each(|item| self.item(item)),
            Content::Fields(rows) => rows.iter().try_for_each(|(label, value)| {
                self.template(label)?;
                self.template(value)
            }),
            Content::Table(table) => self.table(table),
            Content::Columns(cells) => {
                whole(cells.iter().map(|cell| cell.share))?;
                cells.iter().try_for_each(|cell| self.shapes(&cell.blocks))
            }
            Content::Qr { text, alt, .. } => {
                self.template(text)?;
                self.template(alt)
            }
            Content::CutLine(_) | Content::Space(_) | Content::PageBreak(_) => Ok(()),
        }
    }

    /// An item of a list; one that is a placeholder alone may also be many lines.
    fn item(&mut self, item: &Template) -> Result<(), FormError> {
        match item.0.as_slice() {
            [Part::Placeholder(name, _)] => {
                self.name(name, |kind| kind.is_text() || kind.is_lines())
            }
            _ => self.template(item),
        }
    }

    fn table(&mut self, table: &TableShape) -> Result<(), FormError> {
        self.template(&table.caption)?;
        self.name(&table.rows, Placeholder::is_rows)?;
        whole(table.columns.iter().map(|column| column.share))?;
        table.columns.iter().try_for_each(|column| self.template(&column.title))?;
        let Some(foot) = &table.foot else { return Ok(()) };
        if foot.len() != table.columns.len() {
            return Err(FormError::Columns);
        }
        foot.iter().try_for_each(|cell| self.template(cell))
    }
}

/// Shares are percent of the whole width.
fn whole(shares: impl Iterator<Item = u16>) -> Result<(), FormError> {
    if shares.fold(0u16, u16::saturating_add) == 100 { Ok(()) } else { Err(FormError::Columns) }
}
