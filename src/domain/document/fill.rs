//! Filling a form: every placeholder gets its value, or the error names it.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;

use super::{
    Block, Cell, Column, Document, Face, Field, Form, Run, Table, Text,
    form::{Content, Part, Placeholder, Shape, TableShape, Template},
};
use crate::domain::time::Timestamp;

/// What a form is filled with.
#[derive(Clone, Debug)]
pub struct Filling<'a> {
    /// Which of the form's sheets, `a4`, `a5`.
    pub sheet: &'a str,
    /// Which of the form's wordings, where it has several.
    pub variant: Option<&'a str>,
    /// When the paper is made.
    pub moment: Timestamp,
    /// The placeholders' values.
    pub values: Values,
}

/// Values by placeholder. Texts are brought to NFC; white space and control characters become one
/// space, so that what a bank or a person sent cannot break a line or hide in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<String, Value>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Value {
    Text(String),
    Lines(Vec<String>),
    Rows(Vec<Vec<String>>),
}

impl Values {
    /// No values.
    pub fn new() -> Self {
        Self::default()
    }

    /// With a text.
    #[must_use]
    pub fn text(mut self, name: &str, text: &str) -> Self {
        self.0.insert(name.to_owned(), Value::Text(clean(text)));
        self
    }

    /// With a text that stays on one line: a code in groups, a number with its unit.
    #[must_use]
    pub fn unbroken(self, name: &str, text: &str) -> Self {
        self.text(name, &text.trim().replace(' ', "\u{a0}"))
    }

    /// With a text where there is one.
    #[must_use]
    pub fn maybe(self, name: &str, text: Option<&str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// With the items of a list.
    #[must_use]
    pub fn lines(mut self, name: &str, lines: &[&str]) -> Self {
        let lines = lines.iter().map(|line| clean(line)).collect();
        self.0.insert(name.to_owned(), Value::Lines(lines));
        self
    }

    /// With the rows of a table.
    #[must_use]
    pub fn rows(mut self, name: &str, rows: &[Vec<String>]) -> Self {
        let rows = rows.iter().map(|row| row.iter().map(|cell| clean(cell)).collect()).collect();
        self.0.insert(name.to_owned(), Value::Rows(rows));
        self
    }
}

/// Why a form could not be filled.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FillError {
    /// A required placeholder has no value (an empty text is none).
    #[error("placeholder {0} has no value")]
    Missing(String),
    /// A value for a placeholder that the form has not, or that its variant already gives.
    #[error("the form has no placeholder {0} to fill")]
    Unknown(String),
    /// A value of another kind than the placeholder takes.
    #[error("placeholder {0} takes another kind of value")]
    Kind(String),
    /// A row with another number of cells than the table has columns.
    #[error("a row of {0} does not fit the columns")]
    Row(String),
    /// The form has no such sheet.
    #[error("the form has no sheet {0}")]
    Sheet(String),
    /// The form has no such variant, or has several and none was named.
    #[error("the form has no variant {0:?}")]
    Variant(String),
}

/// Fills a form. Blocks, items and rows that use an optional placeholder without value are left out.
pub fn fill(form: &Form, filling: &Filling<'_>) -> Result<Document, FillError> {
    let sheet = form
        .sheets
        .get(filling.sheet)
        .copied()
        .ok_or_else(|| FillError::Sheet(filling.sheet.to_owned()))?;
    let values = values_of(form, filling)?;
    let pen = Pen { values: &values, sheet: filling.sheet };
    Ok(Document {
        title: form.title.clone(),
        form: form.version.clone(),
        moment: filling.moment,
        sheet,
        blocks: pen.blocks(&form.blocks)?,
        carried: None,
        stamp: None,
    })
}

/// The values with the variant's, checked against what the form declares.
fn values_of(
    form: &Form,
    filling: &Filling<'_>,
) -> Result<BTreeMap<String, Option<Value>>, FillError> {
    let mut values = filling.values.0.clone();
    let variant = match (filling.variant, form.variants.is_empty()) {
        (None, true) => None,
        (name, _) => {
            let name = name.unwrap_or_default();
            let variant = form.variants.get(name);
            Some(variant.ok_or_else(|| FillError::Variant(name.to_owned()))?)
        }
    };
    for (name, text) in variant.into_iter().flatten() {
        if values.insert(name.clone(), Value::Text(clean(text))).is_some() {
            return Err(FillError::Unknown(name.clone()));
        }
    }
    if let Some(name) = values.keys().find(|name| !form.placeholders.contains_key(*name)) {
        return Err(FillError::Unknown(name.clone()));
    }
    let mut checked = BTreeMap::new();
    for (name, kind) in &form.placeholders {
        let value = values.remove(name).filter(|value| !value.is_empty());
        match &value {
            None if !kind.optional() => return Err(FillError::Missing(name.clone())),
            Some(value) if !value.fits(*kind) => return Err(FillError::Kind(name.clone())),
            _ => {}
        }
        checked.insert(name.clone(), value);
    }
    Ok(checked)
}

impl Value {
    fn is_empty(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Lines(lines) => lines.is_empty(),
            Self::Rows(rows) => rows.is_empty(),
        }
    }

    fn fits(&self, kind: Placeholder) -> bool {
        match self {
            Self::Text(_) => kind.is_text(),
            Self::Lines(_) => kind.is_lines(),
            Self::Rows(_) => kind.is_rows(),
        }
    }
}

/// Writes checked values into shapes; `None` is "left out".
struct Pen<'a> {
    values: &'a BTreeMap<String, Option<Value>>,
    sheet: &'a str,
}

impl Pen<'_> {
    fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).and_then(Option::as_ref)
    }

    fn text(&self, template: &Template) -> Option<Text> {
        let mut runs: Vec<Run> = Vec::new();
        for part in &template.0 {
            let (text, face) = match part {
                Part::Words(words, face) => (words.nfc().collect(), *face),
                Part::Placeholder(name, face) => match self.value(name)? {
                    Value::Text(text) => (text.clone(), *face),
                    Value::Lines(_) | Value::Rows(_) => return None,
                },
            };
            match runs.last_mut() {
                Some(last) if last.face == face => last.text.push_str(&text),
                _ => runs.push(Run { text, face }),
            }
        }
        Some(Text(runs))
    }

    fn texts(&self, templates: &[Template]) -> Option<Vec<Text>> {
        templates.iter().map(|template| self.text(template)).collect()
    }

    fn blocks(&self, shapes: &[Shape]) -> Result<Vec<Block>, FillError> {
        let on_sheet =
            |shape: &&Shape| shape.attributes.on.as_deref().is_none_or(|sheet| sheet == self.sheet);
        shapes.iter().filter(on_sheet).filter_map(|shape| self.block(shape).transpose()).collect()
    }

    fn block(&self, shape: &Shape) -> Result<Option<Block>, FillError> {
        let style = shape.attributes.style;
        let words = |template: &Template| {
            let text = self.text(template)?;
            Some(if shape.attributes.caps { capitals(text) } else { text })
        };
        Ok(match &shape.content {
            Content::Title(text) => {
                words(text).map(|text| Block::Heading { level: 1, text, style })
            }
            Content::Heading(text) => {
                words(text).map(|text| Block::Heading { level: 2, text, style })
            }
            Content::Text(text) => words(text).map(|text| Block::Paragraph { text, style }),
            Content::List { marker, items } => {
                let items: Vec<Text> = items.iter().flat_map(|item| self.items(item)).collect();
                (!items.is_empty()).then_some(Block::List { marker: *marker, items, style })
            }
            Content::Fields(rows) => {
                let row = |(label, value): &(Template, Template)| {
                    Some(Field { label: self.text(label)?, value: self.text(value)? })
                };
                let rows: Vec<Field> = rows.iter().filter_map(row).collect();
                (!rows.is_empty()).then_some(Block::Fields { rows, style })
            }
            Content::Table(table) => self.table(table, style.size)?.map(Block::Table),
            Content::Columns(cells) => {
                let cell = |cell: &super::form::CellShape| {
                    Ok(Cell { share: cell.share, blocks: self.blocks(&cell.blocks)? })
                };
                let cells = cells.iter().map(cell).collect::<Result<_, FillError>>()?;
                Some(Block::Columns { cells, style })
            }
            Content::Qr { text, side, alt } => self
                .text(text)
                .zip(self.text(alt))
                .map(|(text, alt)| Block::Qr { text: text.plain(), side: *side, alt: alt.plain() }),
            Content::CutLine(cut) => cut.then_some(Block::CutLine),
            Content::Space(height) => Some(Block::Space(*height)),
            Content::PageBreak(turn) => turn.then_some(Block::PageBreak),
        })
    }

    /// The items that one item of the form becomes.
    fn items(&self, item: &Template) -> Vec<Text> {
        if let [Part::Placeholder(name, face)] = item.0.as_slice()
            && let Some(Value::Lines(lines)) = self.value(name)
        {
            let text = |line: &String| Text(vec![Run { text: line.clone(), face: *face }]);
            return lines.iter().map(text).collect();
        }
        self.text(item).into_iter().collect()
    }

    fn table(&self, shape: &TableShape, size: u16) -> Result<Option<Table>, FillError> {
        let Some(Value::Rows(rows)) = self.value(&shape.rows) else { return Ok(None) };
        if rows.iter().any(|row| row.len() != shape.columns.len()) {
            return Err(FillError::Row(shape.rows.clone()));
        }
        let column = |column: &super::form::ColumnShape| {
            Some(Column {
                title: self.text(&column.title)?,
                share: column.share,
                align: column.align,
            })
        };
        let Some(columns) = shape.columns.iter().map(column).collect() else { return Ok(None) };
        let Some(caption) = self.text(&shape.caption) else { return Ok(None) };
        let cell = |text: &String| Text(vec![Run { text: text.clone(), face: Face::default() }]);
        Ok(Some(Table {
            caption,
            columns,
            rows: rows.iter().map(|row| row.iter().map(cell).collect()).collect(),
            foot: shape.foot.as_deref().and_then(|foot| self.texts(foot)),
            size,
        }))
    }
}

fn capitals(mut text: Text) -> Text {
    for run in &mut text.0 {
        run.text = run.text.to_uppercase();
    }
    text
}

/// NFC, one space for any white space or control character, no invisible format characters. The
/// no-break space stays: amounts need it.
fn clean(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for c in text.nfc() {
        let invisible = matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
        if invisible {
            continue;
        }
        if c != '\u{a0}' && (c.is_whitespace() || c.is_control()) {
            if !clean.is_empty() && !clean.ends_with(' ') {
                clean.push(' ');
            }
        } else {
            clean.push(c);
        }
    }
    clean.truncate(clean.trim_end_matches(' ').len());
    clean
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::document::{SHIPPED, Sheet, shipped};

    /// Values for every placeholder but one, each telling its name.
    fn values(form: &Form, variant: Option<&str>, but: &str) -> Values {
        let given = variant.and_then(|variant| form.variants.get(variant));
        let mut values = Values::new();
        for (name, kind) in &form.placeholders {
            if name == but || given.is_some_and(|given| given.contains_key(name)) {
                continue;
            }
            let told = format!("«{name}»");
            values = if kind.is_text() {
                values.text(name, &told)
            } else if kind.is_lines() {
                values.lines(name, &[&told, &told])
            } else {
                values.rows(name, &[vec![told; 4]])
            };
        }
        values
    }

    fn filled(form: &Form, sheet: &str, variant: Option<&str>, values: Values) -> Filled {
        let moment = "2026-11-24T08:00:00+07:00".parse().unwrap();
        fill(form, &Filling { sheet, variant, moment, values })
    }

    type Filled = Result<Document, FillError>;

    /// Every form in each of its wordings.
    fn wordings() -> Vec<(Form, Option<String>)> {
        let mut all = Vec::new();
        for (code, text) in SHIPPED {
            let form = Form::parse(text).unwrap_or_else(|error| panic!("{code}: {error}"));
            assert_eq!(form.version().code, code);
            let variants: Vec<String> = form.variants().map(str::to_owned).collect();
            if variants.is_empty() {
                all.push((form, None));
            } else {
                all.extend(variants.into_iter().map(|variant| (form.clone(), Some(variant))));
            }
        }
        all
    }

    /// All that stands in a paper, by its debug form.
    fn tree(document: &Document) -> String {
        format!("{:?}", document.blocks)
    }

    #[test]
    fn every_placeholder_of_every_form_comes_onto_the_paper() {
        for (form, variant) in wordings() {
            let variant = variant.as_deref();
            let mut paper = String::new();
            for sheet in form.sheets() {
                let filled = filled(&form, sheet, variant, values(&form, variant, ""));
                paper.push_str(&tree(&filled.unwrap()));
            }
            let paper = paper.to_lowercase();
            let given = variant.map(|variant| form.variants[variant].clone()).unwrap_or_default();
            for name in form.placeholders.keys() {
                let told = given.get(name).map_or_else(|| format!("«{name}»"), Clone::clone);
                let told = told.to_lowercase();
                assert!(paper.contains(&told), "{} {variant:?}: {name}", form.version().code);
            }
        }
    }

    #[test]
    fn a_missing_placeholder_is_named_unless_it_is_optional() {
        for (form, variant) in wordings() {
            let variant = variant.as_deref();
            let sheet = form.sheets().next().unwrap();
            let given = variant.map(|variant| form.variants[variant].clone()).unwrap_or_default();
            for (name, kind) in &form.placeholders {
                if given.contains_key(name) {
                    continue;
                }
                let error = filled(&form, sheet, variant, values(&form, variant, name)).err();
                let expected = (!kind.optional()).then(|| FillError::Missing(name.clone()));
                assert_eq!(error, expected, "{}", form.version().code);
            }
        }
    }

    #[test]
    fn what_does_not_fit_the_form_is_named() {
        let form = Form::parse(shipped("29-DS").unwrap()).unwrap();
        let whole = || values(&form, Some("plaintiff"), "");
        for (sheet, variant, values, expected) in [
            ("a5", Some("plaintiff"), whole(), FillError::Sheet("a5".to_owned())),
            ("a4", None, whole(), FillError::Variant(String::new())),
            ("a4", Some("x"), whole(), FillError::Variant("x".to_owned())),
            (
                "a4",
                Some("plaintiff"),
                whole().text("curt", "x"),
                FillError::Unknown("curt".to_owned()),
            ),
            (
                "a4",
                Some("plaintiff"),
                whole().text("fee", "x"),
                FillError::Unknown("fee".to_owned()),
            ),
            (
                "a4",
                Some("plaintiff"),
                whole().text("court", " "),
                FillError::Missing("court".to_owned()),
            ),
            (
                "a4",
                Some("plaintiff"),
                whole().lines("court", &["x"]),
                FillError::Kind("court".to_owned()),
            ),
            (
                "a4",
                Some("plaintiff"),
                whole().rows("shares", &[vec!["x".to_owned()]]),
                FillError::Row("shares".to_owned()),
            ),
        ] {
            assert_eq!(filled(&form, sheet, variant, values).err(), Some(expected));
        }
    }

    #[test]
    fn values_are_never_markup_and_cannot_break_a_line() {
        let form = form("blocks = [{ text = \"*{a}* _b_ \\\\*\" }]", "a = \"text\"").unwrap();
        let text = |value: &str| {
            let paper = filled(&form, "a4", None, Values::new().text("a", value)).unwrap();
            let Some(Block::Paragraph { text, .. }) = paper.blocks.first() else { panic!() };
            text.clone()
        };
        let run = |text: &str, face| Run { text: text.to_owned(), face };
        let rest = [run(" ", Face::Regular), run("b", Face::Italic), run(" *", Face::Regular)];
        for (value, shown) in [
            ("*x* {a} _y_", "*x* {a} _y_"),
            ("  một\r\n\t hai \u{200b}", "một hai"),
            ("Tie\u{302}\u{301}n", "Tiến"),
            ("1\u{a0}đồng", "1\u{a0}đồng"),
            ("\u{202e}x\u{ad}y\u{0}z", "xy z"),
        ] {
            let mut runs = vec![run(shown, Face::Bold)];
            runs.extend(rest.clone());
            assert_eq!(text(value), Text(runs), "{value:?}");
        }
    }

    fn form(blocks: &str, placeholders: &str) -> Result<Form, super::super::FormError> {
        Form::parse(&format!(
            "code = \"X\"\ntitle = \"X\"\neffective = \"2026-11-24\"\nissuer = \"X\"\n{blocks}\n\
             [sheets.a4]\npaper = \"a4\"\nmargins = [20, 20, 20, 30]\nsize = 13\n\
             [placeholders]\n{placeholders}\n"
        ))
    }

    #[test]
    fn a_form_is_checked_when_it_is_read() {
        use super::super::FormError::{Columns, Kind, Mark, Undeclared, Unused};
        for (blocks, placeholders, expected) in [
            ("blocks = [{ text = \"{a}\" }]", "", Some(Undeclared("a".to_owned()))),
            ("blocks = []", "a = \"text\"", Some(Unused("a".to_owned()))),
            ("blocks = [{ text = \"{a}\" }]", "a = \"rows\"", Some(Kind("a".to_owned()))),
            ("blocks = [{ columns = [{ share = 99, blocks = [] }] }]", "", Some(Columns)),
            ("blocks = [{ text = \"a\" }]", "", None),
        ] {
            assert_eq!(form(blocks, placeholders).err(), expected, "{blocks}");
        }
        for blocks in [
            "blocks = [{ text = \"*a\" }]",
            "blocks = [{ text = \"{a\" }]",
            "blocks = [{ text = \"a\", align = \"left\" }]",
            "blocks = [{ text = \"a\", style = { aling = \"left\" } }]",
            "blocks = [{ text = \"a\", title = \"b\" }]",
            "blocks = [{ }]",
        ] {
            let shape = |error| matches!(error, super::super::FormError::Shape(_) | Mark(_));
            assert!(form(blocks, "").is_err_and(shape), "{blocks}");
        }
    }

    #[test]
    fn papers_join_on_the_first_sheet() {
        let form = form("blocks = [{ text = \"{a}\" }]", "a = \"text\"").unwrap();
        let paper = |a: &str| filled(&form, "a4", None, Values::new().text("a", a)).unwrap();
        let joined = paper("1").followed_by(paper("2"));
        assert_eq!(joined.blocks.len(), 3);
        assert_eq!(joined.blocks[1], Block::PageBreak);
        assert_eq!(joined.sheet, Sheet { ..paper("1").sheet });
    }
}
