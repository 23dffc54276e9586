//! Input as it came, before any of it is believed.
//!
//! Typed reading by serde would report the first wrong type it meets; the law's list of errors has
//! an order of its own. So input is first taken as a tree, then read field by field in that order.

use std::{collections::HashSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};

use super::error::{QuoteCode, QuoteError};
use crate::domain::text::turns_direction;

/// Entries that one list or object may have; a case with more is a mistake or an attack.
const ENTRIES_MAX: usize = 1_000;
/// Characters of a party's or claim's name.
const NAME_MAX: usize = 200;

/// A JSON value that keeps whole numbers whole and refuses doubled names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tree {
    /// `null`, read as not given.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Whole(i64),
    /// A whole number above every amount.
    Huge,
    /// A whole number below every amount.
    HugeNegative,
    /// A number written with a point or an exponent.
    Fraction,
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// An object, its entries in their order.
    Object(Vec<(String, Tree)>),
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_none<E>(self) -> Result<Tree, E> {
        Ok(Tree::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Tree, D::Error> {
        Tree::deserialize(deserializer)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Tree, E> {
        Ok(Tree::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree, E> {
        Ok(Tree::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(i64::try_from(number).map_or(Tree::Huge, Tree::Whole))
    }

    /// A whole number beyond 64 bits arrives as a float, and nothing else of that size is meant.
    fn visit_f64<E>(self, number: f64) -> Result<Tree, E> {
        Ok(match number {
            above if above >= 1e18 => Tree::Huge,
            below if below <= -1e18 => Tree::HugeNegative,
            _ => Tree::Fraction,
        })
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Tree, E> {
        Ok(Tree::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut list = Vec::new();
        while let Some(entry) = entries.next_element()? {
            if list.len() == ENTRIES_MAX {
                return Err(de::Error::custom(format!("a list of more than {ENTRIES_MAX}")));
            }
            list.push(entry);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree, A::Error> {
        let mut object: Vec<(String, Tree)> = Vec::new();
        let mut names = HashSet::new();
        while let Some((name, value)) = entries.next_entry::<String, Tree>()? {
            if object.len() == ENTRIES_MAX {
                return Err(de::Error::custom(format!("an object of more than {ENTRIES_MAX}")));
            }
            if !names.insert(name.clone()) {
                return Err(de::Error::custom(format!("the name {name:?} stands twice")));
            }
            object.push((name, value));
        }
        Ok(Tree::Object(object))
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

fn bad(field: impl Into<String>, detail: impl Into<String>) -> QuoteError {
    QuoteError::new(QuoteCode::BadInput, field, detail)
}

/// An object being read, and the path that leads to it.
pub(super) struct Fields<'t> {
    path: String,
    entries: &'t [(String, Tree)],
}

impl<'t> Fields<'t> {
    /// The object at `path`, all of whose names are among `known`.
    pub(super) fn of(tree: &'t Tree, path: String, known: &[&str]) -> Result<Self, QuoteError> {
        let Tree::Object(entries) = tree else {
            return Err(bad(path, "an object is needed"));
        };
        let fields = Self { path, entries };
        match entries.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(bad(fields.at(name), "no input has this name")),
            None => Ok(fields),
        }
    }

    /// The path of one of its fields.
    pub(super) fn at(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// The value of a field; `null` is not given.
    pub(super) fn get(&self, name: &str) -> Option<&'t Tree> {
        let (_, value) = self.entries.iter().find(|(entry, _)| entry == name)?;
        (*value != Tree::Null).then_some(value)
    }

    /// Refuses fields that belong to another kind of question; an empty list says nothing.
    pub(super) fn without(&self, names: &[&str], because: &str) -> Result<(), QuoteError> {
        let misplaced = names
            .iter()
            .find(|name| self.get(name).is_some_and(|value| *value != Tree::List(Vec::new())));
        match misplaced {
            Some(name) => Err(bad(self.at(name), because)),
            None => Ok(()),
        }
    }

    /// A field that is one of a few words; whatever else stands there has `code`.
    pub(super) fn word<T>(
        &self,
        name: &str,
        code: QuoteCode,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<T, QuoteError> {
        match self.get(name) {
            Some(Tree::Text(text)) => {
                parse(text).ok_or_else(|| QuoteError::new(code, self.at(name), format!("{text:?}")))
            }
            Some(_) => Err(QuoteError::new(code, self.at(name), "a text is needed")),
            None => Err(QuoteError::new(code, self.at(name), "missing")),
        }
    }

    /// A name: not empty, not long, without control characters.
    pub(super) fn name(&self, name: &str) -> Result<String, QuoteError> {
        match self.get(name) {
            Some(value) => plain_name(value).ok_or_else(|| bad(self.at(name), NAME_RULE)),
            None => Err(bad(self.at(name), "missing")),
        }
    }

    /// A name that may be left out.
    pub(super) fn optional_name(&self, name: &str) -> Result<Option<String>, QuoteError> {
        self.get(name).map(|_| self.name(name)).transpose()
    }

    /// A flag that is false when left out.
    pub(super) fn flag(&self, name: &str) -> Result<bool, QuoteError> {
        match self.get(name) {
            None => Ok(false),
            Some(Tree::Flag(flag)) => Ok(*flag),
            Some(_) => Err(bad(self.at(name), "true or false is needed")),
        }
    }

    /// A list, empty when left out, each entry with its path.
    pub(super) fn list(
        &self,
        name: &str,
    ) -> Result<impl Iterator<Item = (String, &'t Tree)>, QuoteError> {
        let entries = match self.get(name) {
            None => &[][..],
            Some(Tree::List(entries)) => entries.as_slice(),
            Some(_) => return Err(bad(self.at(name), "a list is needed")),
        };
        let path = self.at(name);
        Ok(entries.iter().enumerate().map(move |(i, entry)| (format!("{path}[{i}]"), entry)))
    }

    /// An object of free names, empty when left out, each entry with its path.
    pub(super) fn map(
        &self,
        name: &str,
    ) -> Result<impl Iterator<Item = (String, &'t str, &'t Tree)>, QuoteError> {
        let entries = match self.get(name) {
            None => &[][..],
            Some(Tree::Object(entries)) => entries.as_slice(),
            Some(_) => return Err(bad(self.at(name), "an object is needed")),
        };
        let path = self.at(name);
        Ok(entries.iter().map(move |(key, value)| (format!("{path}.{key}"), key.as_str(), value)))
    }

    /// The parties who act together: at least one, none twice.
    pub(super) fn parties(&self, name: &str) -> Result<Vec<String>, QuoteError> {
        let mut parties: Vec<String> = Vec::new();
        let mut seen = HashSet::new();
        for (path, entry) in self.list(name)? {
            let party = plain_name(entry).ok_or_else(|| bad(&path, NAME_RULE))?;
            if !seen.insert(party.clone()) {
                return Err(bad(path, "this party stands twice"));
            }
            parties.push(party);
        }
        if parties.is_empty() { Err(bad(self.at(name), "nobody is named")) } else { Ok(parties) }
    }
}

const NAME_RULE: &str =
    "a text of 1 to 200 characters without control and direction characters is needed";

fn plain_name(value: &Tree) -> Option<String> {
    let Tree::Text(text) = value else { return None };
    let length = text.chars().count();
    let odd = |c: char| c.is_control() || turns_direction(c);
    let plain = (1..=NAME_MAX).contains(&length) && !text.chars().any(odd);
    plain.then(|| text.clone())
}
