//! A guarded XML reader: no DTD, no entities, bounded depth and size, one small tree at a time.
//!
//! Elements named as containers are reported open and closed, so that a file of any length is
//! walked with the memory of its largest entry; elements named as wanted come as whole trees.

use quick_xml::{
    Reader,
    errors::{Error, SyntaxError},
    events::{BytesRef, BytesStart, Event},
};

use super::text::line_of;
use crate::domain::refusal::{Limit, Refusal, Why};

/// Elements may be this deep (reliability 3, rule 17, for JSON; XML gets the same).
const DEEPEST: usize = 64;
/// Elements of one tree; a batch of ten thousand payments stays below.
const MOST_PARTS: usize = 500_000;
/// Attributes of one element.
const MOST_ATTRIBUTES: usize = 32;

/// An element with what is in it; names are local, without prefix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    name: String,
    line: u32,
    text: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
}

impl Element {
    /// The local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The line of the file on which it begins.
    pub const fn line(&self) -> u32 {
        self.line
    }

    /// Its own text, without blanks around.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// Its own text as it stands.
    pub fn raw_text(&self) -> &str {
        &self.text
    }

    /// An attribute by its local name.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The values of all attributes.
    pub fn attributes(&self) -> impl Iterator<Item = &str> {
        self.attributes.iter().map(|(_, value)| value.as_str())
    }

    /// The children of a name, in order.
    pub fn all(&self, name: &'static str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The first element on a path of names.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| {
            element.children.iter().find(|child| child.name == *name)
        })
    }

    /// The text at a path, `None` when absent or blank.
    pub fn text_at(&self, path: &[&str]) -> Option<&str> {
        self.at(path).map(Self::text).filter(|text| !text.is_empty())
    }
}

/// A step of the walk.
#[derive(Debug)]
pub enum Part {
    /// A container opens; it has attributes, no children.
    Opened(Element),
    /// A wanted element, whole.
    Whole(Element),
    /// The container of this name closes, on this line.
    Closed(String, u32),
}

/// Which elements are reported, by local names.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Reported open and closed, when they stand in other containers. The root always is one.
    pub containers: &'static [&'static str],
    /// Reported whole, when they stand in containers.
    pub wanted: &'static [&'static str],
}

/// The walk over one document.
pub struct Walker<'a> {
    reader: Reader<&'a [u8]>,
    layout: Layout,
    text: &'a str,
    counted: (usize, u32),
    open: Vec<Open>,
    parts: usize,
    root_seen: bool,
}

enum Open {
    Container(String),
    Tree(Element),
    Skipped,
}

impl<'a> Walker<'a> {
    /// Begins the walk.
    pub fn new(text: &'a str, layout: Layout) -> Self {
        let mut reader = Reader::from_str(text);
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        Self { reader, layout, text, counted: (0, 1), open: Vec::new(), parts: 0, root_seen: false }
    }

    /// The next step; `None` after the document's end.
    #[expect(clippy::should_implement_trait, reason = "a step that can fail ends the walk")]
    pub fn next(&mut self) -> Result<Option<Part>, Refusal> {
        loop {
            let line = self.line_at(self.reader.buffer_position());
            let event = self.reader.read_event().map_err(|error| self.refusal(&error))?;
            let part = match event {
                Event::Start(start) | Event::Empty(start) => self.start(&start, line)?,
                Event::End(_) => self.end(line),
                Event::Text(text) => self.characters(&text, line)?,
                Event::CData(text) => self.characters(&text, line)?,
                Event::GeneralRef(entity) => {
                    let c = character(&entity).map_err(|why| why.at(line))?;
                    self.characters(c.encode_utf8(&mut [0; 4]), line)?
                }
                Event::DocType(_) => return Err(Why::Doctype.at(line)),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => None,
                Event::Eof if !self.open.is_empty() => {
                    return Err(Why::Truncated.at(self.last_line()));
                }
                Event::Eof if !self.root_seen => return Err(Why::Markup.at(line)),
                Event::Eof => return Ok(None),
            };
            if part.is_some() {
                return Ok(part);
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, line: u32) -> Result<Option<Part>, Refusal> {
        if self.open.len() >= DEEPEST {
            return Err(Why::TooLarge(Limit::Depth).at(line));
        }
        let element = element(start, line)?;
        let is_in = |names: &[&str]| names.contains(&element.name.as_str());
        let (open, part) = match self.open.last() {
            None if self.root_seen => return Err(Why::Markup.at(line)),
            None => (Open::Container(element.name.clone()), Some(Part::Opened(element))),
            Some(Open::Container(_)) if is_in(self.layout.containers) => {
                (Open::Container(element.name.clone()), Some(Part::Opened(element)))
            }
            Some(Open::Container(_)) if is_in(self.layout.wanted) => {
                self.parts = 0;
                (Open::Tree(element), None)
            }
            Some(Open::Tree(_)) => {
                self.parts += 1;
                if self.parts > MOST_PARTS {
                    return Err(Why::TooLarge(Limit::Parts).at(line));
                }
                (Open::Tree(element), None)
            }
            Some(Open::Container(_) | Open::Skipped) => (Open::Skipped, None),
        };
        self.root_seen = true;
        self.open.push(open);
        Ok(part)
    }

    /// The reader has checked that the end tag fits.
    fn end(&mut self, line: u32) -> Option<Part> {
        match self.open.pop()? {
            Open::Container(name) => Some(Part::Closed(name, line)),
            Open::Skipped => None,
            Open::Tree(element) => match self.open.last_mut() {
                Some(Open::Tree(parent)) => {
                    parent.children.push(element);
                    None
                }
                _ => Some(Part::Whole(element)),
            },
        }
    }

    fn characters(&mut self, text: &str, line: u32) -> Result<Option<Part>, Refusal> {
        if !text.chars().all(is_xml) {
            return Err(Why::Markup.at(line));
        }
        match self.open.last_mut() {
            Some(Open::Tree(element)) => element.text.push_str(text),
            None if !text.trim().is_empty() => return Err(Why::Markup.at(line)),
            Some(Open::Container(_) | Open::Skipped) | None => {}
        }
        Ok(None)
    }

    fn refusal(&mut self, error: &Error) -> Refusal {
        let line = self.line_at(self.reader.error_position());
        if matches!(error, Error::Syntax(SyntaxError::UnclosedDoctype)) {
            Why::Doctype.at(line)
        } else if matches!(error, Error::Syntax(_)) {
            Why::Truncated.at(self.last_line())
        } else {
            Why::Markup.at(line)
        }
    }

    /// The line at a place; places only grow but for errors, which look back a little.
    fn line_at(&mut self, place: u64) -> u32 {
        let place = usize::try_from(place).unwrap_or(usize::MAX).min(self.text.len());
        let bytes = self.text.as_bytes();
        let (counted, line) = self.counted;
        if place < counted {
            return line_of(bytes.get(..place).unwrap_or_default());
        }
        let more = line_of(bytes.get(counted..place).unwrap_or_default()).saturating_sub(1);
        self.counted = (place, line.saturating_add(more));
        self.counted.1
    }

    fn last_line(&self) -> u32 {
        line_of(self.text.trim_end_matches(['\r', '\n']).as_bytes())
    }
}

/// The element of a start tag. Attributes are compared with each other only while they are few.
fn element(start: &BytesStart<'_>, line: u32) -> Result<Element, Refusal> {
    let markup = |_| Why::Markup.at(line);
    if start.attributes().with_checks(false).take(MOST_ATTRIBUTES + 1).count() > MOST_ATTRIBUTES {
        return Err(Why::TooLarge(Limit::Parts).at(line));
    }
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(markup)?;
        let value = attribute
            .normalized_value(quick_xml::XmlVersion::Explicit1_0)
            .map_err(|_| Why::Entity.at(line))?;
        attributes.push((attribute.key.local_name().as_ref().to_owned(), value.into_owned()));
    }
    let name = start.local_name().as_ref().to_owned();
    if name.is_empty() {
        return Err(Why::Markup.at(line));
    }
    Ok(Element { name, line, attributes, ..Element::default() })
}

/// The character of a reference: numeric, or one of the five that XML itself defines.
fn character(entity: &BytesRef<'_>) -> Result<char, Why> {
    match entity.as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => entity.resolve_char_ref().ok().flatten().ok_or(Why::Entity),
    }
}

/// The characters that XML 1.0 allows (section 2.2).
const fn is_xml(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAYOUT: Layout = Layout { containers: &["box"], wanted: &["item"] };

    fn walk(text: &str) -> String {
        let mut walker = Walker::new(text, LAYOUT);
        let mut steps = Vec::new();
        loop {
            steps.push(match walker.next() {
                Ok(Some(Part::Opened(element))) => format!("<{}", element.name()),
                Ok(Some(Part::Whole(item))) => {
                    format!(
                        "{}={}@{}",
                        item.name(),
                        item.text_at(&["v"]).unwrap_or("-"),
                        item.line()
                    )
                }
                Ok(Some(Part::Closed(name, _))) => format!("{name}>"),
                Ok(None) => break,
                Err(refusal) => {
                    steps.push(format!("{} {:?}", refusal.line, refusal.why));
                    break;
                }
            });
        }
        steps.join(" ")
    }

    #[test]
    fn containers_are_walked_and_wanted_elements_come_whole() {
        for (text, steps) in [
            ("<a><box><item><v>1</v></item><x><item/></x></box></a>", "<a <box item=1@1 box> a>"),
            ("<p:a xmlns:p='u'><p:item>\n<p:v> 1 </p:v></p:item></p:a>", "<a item=1@1 a>"),
            ("<a>\n<item><v>&lt;&#65;<![CDATA[&]]></v></item></a>", "<a item=<A&@2 a>"),
            ("<a/>", "<a a>"),
        ] {
            assert_eq!(walk(text), steps, "{text}");
        }
    }

    #[test]
    fn what_xml_forbids_or_a_limit_stops_is_refused_with_its_line() {
        let deep = "<a>".repeat(100);
        let wide = format!("<a {}/>", "b='' ".repeat(40));
        for (text, end) in [
            ("<a>\n<item>", "2 Truncated"),
            ("<a><item", "1 Truncated"),
            ("<a>\n</b>", "2 Markup"),
            ("", "1 Markup"),
            ("hello", "1 Markup"),
            ("<a/>x", "1 Markup"),
            ("<a/><b/>", "1 Markup"),
            ("<a b=c/>", "1 Markup"),
            ("<a b='1' b='2'/>", "1 Markup"),
            ("<a>&#1;</a>", "1 Markup"),
            ("<a>& b</a>", "1 Markup"),
            ("\n<!DOCTYPE a><a/>", "2 Doctype"),
            ("<!DOCTYPE a [<!ENTITY", "1 Doctype"),
            ("<a>\n&b;</a>", "2 Entity"),
            ("<a b='&b;'/>", "1 Entity"),
            (deep.as_str(), "1 TooLarge(Depth)"),
            (wide.as_str(), "1 TooLarge(Parts)"),
        ] {
            assert!(walk(text).ends_with(end), "{text}: {}", walk(text));
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(text in "[<>/a-c&;!?'\"= \\[\\]-]{0,80}") {
            walk(&text);
        }
    }
}
