//! The layers of settings, and reading them key by key.
//!
//! What is asked for is what exists: keys that nobody asked for are strangers and refused, so no
//! list of keys can fall behind the code.

use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    str::FromStr,
};

use secrecy::SecretString;
use serde_json::{Value as Json, json};
use toml::{Table, Value};

/// Where a value in force comes from. Later ones win.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The built-in defaults.
    Default,
    /// The settings file.
    File,
    /// The environment.
    Environment,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
        })
    }
}

/// A value in force, as it may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// `server.listen`; `account.NAME.number`.
    pub key: String,
    /// The value, a secret replaced by a word.
    pub value: Json,
    /// Where it comes from.
    pub origin: Origin,
}

/// What is wrong, and where: a key, a variable or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    place: String,
    message: String,
}

impl Problem {
    pub(super) fn new(place: impl fmt::Display, message: impl Into<String>) -> Self {
        Self { place: place.to_string(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The problem stands in the source's list.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported;

pub(super) type Read<T> = Result<T, Reported>;

/// A value found, with its origin.
pub(super) struct Found<T> {
    pub(super) value: T,
    pub(super) origin: Origin,
}

pub(super) struct Source {
    prefix: String,
    defaults: Table,
    file: Table,
    environment: BTreeMap<String, String>,
    folder: PathBuf,
    asked: BTreeSet<String>,
    effective: Vec<Effective>,
    problems: Vec<Problem>,
}

const VARIABLE_PREFIX: &str = "ANPHI_";

/// Whether an environment variable has the form of a setting.
pub(super) fn is_variable(name: &str) -> bool {
    name.strip_prefix(VARIABLE_PREFIX).is_some_and(|rest| rest.contains("__"))
}

fn variable(key: &str) -> String {
    format!("{VARIABLE_PREFIX}{}", key.replace('.', "__").to_uppercase())
}

impl Source {
    pub(super) fn new(
        defaults: Table,
        file: Table,
        environment: BTreeMap<String, String>,
        folder: PathBuf,
    ) -> Self {
        Self {
            prefix: String::new(),
            defaults,
            file,
            environment,
            folder,
            asked: BTreeSet::new(),
            effective: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// A source for one table of an array in the file, whose keys are shown under `prefix`.
    pub(super) fn within(&self, prefix: String, file: Table, defaults: Table) -> Self {
        let inner = Self::new(defaults, file, BTreeMap::new(), self.folder.clone());
        Self { prefix, ..inner }
    }

    /// Takes over what an inner source found.
    pub(super) fn absorb(&mut self, inner: Self) {
        self.effective.extend(inner.effective);
        self.problems.extend(inner.problems);
    }

    pub(super) fn into_parts(self) -> (Vec<Effective>, Vec<Problem>) {
        (self.effective, self.problems)
    }

    /// Notes a problem with a value of this origin.
    pub(super) fn report(
        &mut self,
        key: &str,
        origin: Origin,
        message: impl Into<String>,
    ) -> Reported {
        let place = match origin {
            Origin::Environment => variable(key),
            Origin::Default | Origin::File => format!("{}{key}", self.prefix),
        };
        self.problems.push(Problem::new(place, message));
        Reported
    }

    /// Notes that a value is in force.
    pub(super) fn show(&mut self, key: &str, origin: Origin, value: Json) {
        self.effective.push(Effective { key: format!("{}{key}", self.prefix), value, origin });
    }

    /// The value of the highest layer that has the key.
    pub(super) fn raw(&mut self, key: &str) -> Option<Found<Value>> {
        self.asked.insert(key.to_owned());
        let from = |value: Value, origin| Found { value, origin };
        if let Some(text) = self.environment.get(&variable(key)) {
            return Some(from(Value::String(text.clone()), Origin::Environment));
        }
        at(&self.file, key)
            .map(|value| from(value.clone(), Origin::File))
            .or_else(|| at(&self.defaults, key).map(|value| from(value.clone(), Origin::Default)))
    }

    fn wanted(&mut self, key: &str) -> Read<Found<Value>> {
        self.raw(key).ok_or_else(|| self.report(key, Origin::File, "is needed and not set"))
    }

    /// A text that is not shown here; empty for one that is not set.
    fn quiet_text(&mut self, key: &str) -> Read<Found<String>> {
        match self.raw(key) {
            None => Ok(Found { value: String::new(), origin: Origin::Default }),
            Some(Found { value: Value::String(value), origin }) => Ok(Found { value, origin }),
            Some(Found { origin, .. }) => Err(self.report(key, origin, "must be a text in quotes")),
        }
    }

    /// A text; `None` when it is empty or absent.
    pub(super) fn optional(&mut self, key: &str) -> Read<Option<Found<String>>> {
        let known = self.raw(key).is_some();
        let found = self.quiet_text(key)?;
        if known {
            self.show(key, found.origin, json!(found.value));
        }
        Ok(Some(found).filter(|found| !found.value.is_empty()))
    }

    /// A text that must be set.
    pub(super) fn text(&mut self, key: &str) -> Read<Found<String>> {
        self.optional(key)?.ok_or_else(|| self.report(key, Origin::File, "is needed and not set"))
    }

    /// A text that reads as a `T`; `form` completes the sentence "is no ...".
    pub(super) fn parsed<T: FromStr>(&mut self, key: &str, form: &str) -> Read<Found<T>> {
        let Found { value, origin } = self.text(key)?;
        match value.parse() {
            Ok(value) => Ok(Found { value, origin }),
            Err(_) => Err(self.report(key, origin, format!("{value:?} is no {form}"))),
        }
    }

    /// A text that fits a pattern; `form` completes the sentence "is no ...".
    pub(super) fn fitting(
        &mut self,
        key: &str,
        form: &str,
        fits: impl Fn(&str) -> bool,
    ) -> Read<String> {
        let Found { value, origin } = self.text(key)?;
        if fits(&value) {
            return Ok(value);
        }
        Err(self.report(key, origin, format!("{value:?} is no {form}")))
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&mut self, key: &str, choices: &[(&str, T)]) -> Read<T> {
        let Found { value, origin } = self.text(key)?;
        if let Some((_, chosen)) = choices.iter().find(|(word, _)| *word == value) {
            return Ok(*chosen);
        }
        let words: Vec<String> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
        let message = format!("{value:?} is none of {}", words.join(", "));
        Err(self.report(key, origin, message))
    }

    /// A whole number within the range.
    pub(super) fn integer(&mut self, key: &str, range: RangeInclusive<u32>) -> Read<u32> {
        let Found { value, origin } = self.wanted(key)?;
        let number = match (&value, origin) {
            (Value::Integer(number), _) => u32::try_from(*number).ok(),
            (Value::String(text), Origin::Environment) => text.parse().ok(),
            _ => None,
        };
        let number = number.filter(|number| range.contains(number)).ok_or_else(|| {
            let (least, most) = range.into_inner();
            let message = format!("must be a whole number from {least} to {most}");
            self.report(key, origin, message)
        })?;
        self.show(key, origin, json!(number));
        Ok(number)
    }

    /// `true` or `false`.
    pub(super) fn flag(&mut self, key: &str) -> Read<bool> {
        let Found { value, origin } = self.wanted(key)?;
        let flag = match (&value, origin) {
            (Value::Boolean(flag), _) => Some(*flag),
            (Value::String(text), Origin::Environment) => text.parse().ok(),
            _ => None,
        };
        let flag = flag.ok_or_else(|| self.report(key, origin, "must be true or false"))?;
        self.show(key, origin, json!(flag));
        Ok(flag)
    }

    /// A list of texts that is not shown here; in a variable they are separated by commas.
    fn quiet_list(&mut self, key: &str) -> Read<Found<Vec<String>>> {
        let Some(Found { value, origin }) = self.raw(key) else {
            return Ok(Found { value: Vec::new(), origin: Origin::Default });
        };
        let texts = match (value, origin) {
            (Value::Array(items), _) => items
                .into_iter()
                .map(|item| if let Value::String(text) = item { Some(text) } else { None })
                .collect(),
            (Value::String(text), Origin::Environment) => Some(items(&text, ',')),
            _ => None,
        };
        texts
            .map(|value| Found { value, origin })
            .ok_or_else(|| self.report(key, origin, "must be a list of texts in quotes"))
    }

    /// A list whose items each read as a `T`.
    pub(super) fn list<T: FromStr>(&mut self, key: &str, form: &str) -> Read<Vec<T>> {
        let Found { value, origin } = self.quiet_list(key)?;
        self.show(key, origin, json!(value));
        let items: Vec<Option<T>> = value.iter().map(|text| text.parse().ok()).collect();
        for (text, _) in value.iter().zip(&items).filter(|(_, item)| item.is_none()) {
            self.report(key, origin, format!("{text:?} is no {form}"));
        }
        items.into_iter().collect::<Option<_>>().ok_or(Reported)
    }

    /// A path, or `None`. A relative one in the file starts at the file's folder.
    pub(super) fn path(&mut self, key: &str) -> Read<Option<Found<PathBuf>>> {
        let found = self.optional(key)?;
        Ok(found.map(|Found { value, origin }| {
            let value = self.resolved(Path::new(&value), origin);
            Found { value, origin }
        }))
    }

    pub(super) fn resolved(&self, path: &Path, origin: Origin) -> PathBuf {
        if origin == Origin::File { self.folder.join(path) } else { path.to_owned() }
    }

    /// A path to a file that can be read now.
    pub(super) fn readable(&mut self, key: &str) -> Read<Option<PathBuf>> {
        let Some(Found { value, origin }) = self.path(key)? else { return Ok(None) };
        match fs::File::open(&value) {
            Ok(_) => Ok(Some(value)),
            Err(error) => Err(self.report(key, origin, unreadable(&value, &error))),
        }
    }

    /// A secret text under `key`, or in the file that `key_FILE` names. It is shown as `redacted` says.
    pub(super) fn secret(
        &mut self,
        key: &str,
        redacted: impl Fn(&str) -> String,
    ) -> Read<Found<SecretString>> {
        let plain = self.quiet_text(key);
        let set = plain.as_ref().is_ok_and(|plain| !plain.value.is_empty());
        let file = self.file_beside(key, plain.as_ref().ok().filter(|_| set).map(|p| p.origin));
        let (plain, file) = (plain?, file?);
        let Found { value, origin } = file.unwrap_or(plain);
        let value = value.trim_end_matches(['\r', '\n']);
        self.show(key, origin, json!(redacted(value)));
        Ok(Found { value: SecretString::from(value), origin })
    }

    /// The same for a list; the file has one secret a line.
    pub(super) fn secrets(&mut self, key: &str) -> Read<Found<Vec<SecretString>>> {
        let plain = self.quiet_list(key);
        let set = plain.as_ref().is_ok_and(|plain| !plain.value.is_empty());
        let file = self.file_beside(key, plain.as_ref().ok().filter(|_| set).map(|p| p.origin));
        let (plain, file) = (plain?, file?);
        let Found { value, origin } = match file {
            None => plain,
            Some(Found { value, origin }) => Found { value: items(&value, '\n'), origin },
        };
        let counted = format!("{} secret{}", value.len(), if value.len() == 1 { "" } else { "s" });
        self.show(key, origin, json!(format!("({counted}, not shown)")));
        Ok(Found { value: value.into_iter().map(SecretString::from).collect(), origin })
    }

    /// The content of the file that `key_FILE` names, unless a higher layer sets the key itself.
    /// One layer sets one of the two.
    fn file_beside(&mut self, key: &str, plain: Option<Origin>) -> Read<Option<Found<String>>> {
        let file_key = format!("{key}_FILE");
        let Some(Found { value: path, origin }) = self.path(&file_key)? else { return Ok(None) };
        match plain.map_or(Ordering::Less, |plain| plain.cmp(&origin)) {
            Ordering::Greater => return Ok(None),
            Ordering::Equal => {
                let message = format!("and {key} are both set: keep one of them");
                return Err(self.report(&file_key, origin, message));
            }
            Ordering::Less => {}
        }
        match fs::read_to_string(&path) {
            Ok(value) => Ok(Some(Found { value, origin })),
            Err(error) => Err(self.report(&file_key, origin, unreadable(&path, &error))),
        }
    }

    /// Reports every key and variable that nobody asked for, with the nearest one that exists.
    pub(super) fn refuse_strangers(&mut self) {
        let mut found = Vec::new();
        strangers(&self.file, "", &self.asked, &mut found);
        for key in found {
            let section = format!("{key}.");
            let message = if self.asked.iter().any(|asked| asked.starts_with(&section)) {
                format!("is a section: write [{key}] and its keys below")
            } else {
                format!("there is no such setting; the nearest is {}", nearest(&key, &self.asked))
            };
            self.report(&key, Origin::File, message);
        }
        let known: BTreeSet<String> = self.asked.iter().map(|key| variable(key)).collect();
        let unknown: Vec<String> =
            self.environment.keys().filter(|name| !known.contains(*name)).cloned().collect();
        for name in unknown {
            let message =
                format!("there is no such setting; the nearest is {}", nearest(&name, &known));
            self.problems.push(Problem::new(name, message));
        }
    }
}

fn items(text: &str, separator: char) -> Vec<String> {
    let items = text.split(separator).map(str::trim).filter(|item| !item.is_empty());
    items.map(str::to_owned).collect()
}

fn unreadable(path: &Path, error: &std::io::Error) -> String {
    format!("cannot read {} ({error})", path.display())
}

/// The value at a dotted key.
fn at<'a>(table: &'a Table, key: &str) -> Option<&'a Value> {
    match key.split_once('.') {
        None => table.get(key),
        Some((section, rest)) => at(table.get(section)?.as_table()?, rest),
    }
}

/// Keys of the file that nobody asked for. An empty section holds none.
fn strangers(table: &Table, path: &str, asked: &BTreeSet<String>, found: &mut Vec<String>) {
    for (name, value) in table {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        // A quoted key with a dot in it looks like a key of a section and is none.
        let known = asked.contains(&key) && !name.contains('.');
        match value.as_table() {
            _ if known => {}
            Some(inner) => strangers(inner, &key, asked, found),
            None => found.push(key),
        }
    }
}

/// The known name nearest to a wrong one, whole or by its last part (`listen` for `server.listen`).
fn nearest(wrong: &str, known: &BTreeSet<String>) -> String {
    let last = |name: &str| name.rsplit('.').next().unwrap_or_default().to_owned();
    let distance = |name: &String| edits(wrong, name).min(edits(&last(wrong), &last(name)) + 1);
    known.iter().min_by_key(|name| distance(name)).cloned().unwrap_or_default()
}

/// Levenshtein's distance: how many letters must be put in, left out or changed.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.chars().enumerate() {
        let mut left = row + 1;
        let mut current = vec![left];
        for (other, pair) in to.iter().zip(above.windows(2)) {
            let [diagonal, up] = pair else { continue };
            left = (diagonal + usize::from(letter != *other)).min(up + 1).min(left + 1);
            current.push(left);
        }
        above = current;
    }
    above.last().copied().unwrap_or_default()
}
