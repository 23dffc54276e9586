//! The files of the repository, or a few made up for a check's own test.

use std::{collections::BTreeMap, fs, path::Path};

/// Folders that hold nothing of ours.
const FOREIGN: [&str; 5] = [".git", ".venv", "mutants.out", "node_modules", "target"];

/// Text files by their path from the root; a file that is no text has its path only.
pub(super) struct Tree(BTreeMap<String, String>);

impl Tree {
    /// This repository as it stands on the disk.
    pub(super) fn repository() -> Self {
        let mut files = BTreeMap::new();
        read(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
        Self(files)
    }

    /// A made-up tree.
    pub(super) fn of(files: &[(&str, &str)]) -> Self {
        Self(files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    /// Path and text of every file, in order of paths.
    pub(super) fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The Rust files.
    pub(super) fn rust(&self) -> impl Iterator<Item = (&str, &str)> {
        self.files().filter(|(path, _)| extension(path) == "rs")
    }

    /// The text of one file.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// The names of the files directly in a folder.
    pub(super) fn names(&self, folder: &str) -> Vec<&str> {
        let name = |path| -> Option<&str> {
            let (parent, name) = str::rsplit_once(path, '/')?;
            (parent == folder).then_some(name)
        };
        self.0.keys().filter_map(|path| name(path.as_str())).collect()
    }
}

/// What follows the last dot of a path.
pub(super) fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}

fn read(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().expect("a file name in UTF-8");
        if FOREIGN.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            read(&entry.path(), &format!("{path}/"), files);
        } else {
            let text = String::from_utf8(fs::read(entry.path()).unwrap()).unwrap_or_default();
            files.insert(path, text);
        }
    }
}
