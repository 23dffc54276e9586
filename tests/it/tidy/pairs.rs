//! Things that must agree: the two languages, the two engines, the numbers of decisions, the
//! documents and the files that they name.

use std::collections::BTreeSet;

use super::tree::{Tree, extension};

/// Where the files are that documents name by their whole path.
const FOLDERS: [&str; 8] =
    ["assets/", "benches/", "docs/", "locales/", "migrations/", "scripts/", "src/", "tests/"];

/// Words that one language has and the other lacks.
pub(super) fn words(tree: &Tree) -> Vec<String> {
    let side = |language: &str| {
        let folder = format!("locales/{language}");
        let texts = tree.names(&folder).into_iter().filter(|name| extension(name) == "ftl");
        let texts = texts.filter_map(|name| tree.text(&format!("{folder}/{name}")));
        texts.flat_map(keys).collect()
    };
    differences(["vi", "en"], &[side("vi"), side("en")])
}

/// Migrations that one engine has and the other lacks, or that are not called `NNNN_name.sql`.
pub(super) fn migrations(tree: &Tree) -> Vec<String> {
    let engines = ["sqlite", "postgres"];
    let sides = engines.map(|engine| {
        let names = tree.names(&format!("migrations/{engine}"));
        names.into_iter().map(str::to_owned).collect::<BTreeSet<_>>()
    });
    let named = |name: &&String| {
        let inner = name.strip_suffix(".sql").and_then(|name| name.split_once('_'));
        inner.is_some_and(|(number, title)| {
            is_number(number) && title.chars().all(|c| c.is_ascii_lowercase() || c == '_')
        })
    };
    let wrong = sides[0].union(&sides[1]).filter(|name| !named(name));
    let mut findings: Vec<_> =
        wrong.map(|name| format!("migrations: `{name}` is not called NNNN_name.sql")).collect();
    findings.extend(differences(engines, &sides));
    findings
}

/// Decisions that are not called `NNNN-title.md`, numbered from 0001 without a gap.
pub(super) fn decisions(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (index, name) in tree.names("docs/decisions").into_iter().enumerate() {
        let expected = format!("{:04}", index + 1);
        let title = name.strip_suffix(".md").and_then(|name| name.split_once('-'));
        let well = title.is_some_and(|(number, title)| {
            let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            number == expected && !title.is_empty() && title.chars().all(letters)
        });
        if !well {
            findings.push(format!("docs/decisions/{name}: is not called {expected}-title.md"));
        }
    }
    findings
}

/// Files and folders that a document names in backticks, by their path from the root, and that are
/// not there. Patterns (`NNNN`, `{}`) and what is made at run time (`target/`) are no names.
pub(super) fn named_files(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in tree.files().filter(|(path, _)| extension(path) == "md") {
        for (index, line) in text.lines().enumerate() {
            for name in line.split('`').skip(1).step_by(2) {
                let ours = FOLDERS.iter().any(|folder| name.starts_with(folder));
                let plain =
                    name.chars().all(|c| c.is_ascii_lowercase() || "/._-0123456789".contains(c));
                let folder = format!("{}/", name.trim_end_matches('/'));
                let there = tree.files().any(|(file, _)| file == name || file.starts_with(&folder));
                if ours && plain && !there {
                    findings.push(format!("{path}:{}: `{name}` is not there", index + 1));
                }
            }
        }
    }
    findings
}

/// The messages of a Fluent file and their attributes: `pay`, `-court`, `pay.title`.
fn keys(text: &str) -> Vec<String> {
    let (mut keys, mut message) = (Vec::new(), String::new());
    for line in text.lines() {
        let Some((name, _)) = line.split_once('=') else { continue };
        let attribute = name.trim().strip_prefix('.').filter(|_| name.starts_with(' '));
        let name = name.trim_end();
        let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-');
        if let Some(attribute) = attribute {
            keys.push(format!("{message}.{attribute}"));
        } else if starts && !name.contains(' ') {
            name.clone_into(&mut message);
            keys.push(message.clone());
        }
    }
    keys
}

fn differences(names: [&str; 2], sides: &[BTreeSet<String>; 2]) -> Vec<String> {
    let only = |side: usize| {
        let lacking = sides[side].difference(&sides[1 - side]);
        lacking.map(move |key| format!("`{key}` is in {}, not in {}", names[side], names[1 - side]))
    };
    only(0).chain(only(1)).collect()
}

fn is_number(text: &str) -> bool {
    text.len() == 4 && text.chars().all(|c| c.is_ascii_digit())
}

#[test]
fn a_word_of_one_language_is_found() {
    let tree = Tree::of(&[
        (
            "locales/vi/anphi.ftl",
            "# a = b\npay = Nộp\n  .title = x\ndue = { $n ->\n  *[other] y = z\n}\n-court = T",
        ),
        ("locales/en/anphi.ftl", "pay = Pay\ndue = y\n-court = C\nextra = e"),
    ]);
    assert_eq!(words(&tree), ["`pay.title` is in vi, not in en", "`extra` is in en, not in vi"]);
    assert_eq!(words(&Tree::of(&[])), [""; 0]);
}

#[test]
fn a_migration_of_one_engine_is_found() {
    let tree = Tree::of(&[
        ("migrations/README.md", ""),
        ("migrations/sqlite/0001_first.sql", ""),
        ("migrations/sqlite/0002_second.sql", ""),
        ("migrations/postgres/0001_first.sql", ""),
        ("migrations/postgres/02-second.sql", ""),
    ]);
    assert_eq!(
        migrations(&tree),
        [
            "migrations: `02-second.sql` is not called NNNN_name.sql",
            "`0002_second.sql` is in sqlite, not in postgres",
            "`02-second.sql` is in postgres, not in sqlite",
        ]
    );
}

#[test]
fn a_decision_out_of_order_is_found() {
    let tree = Tree::of(&[
        ("docs/decisions/0001-one-crate.md", ""),
        ("docs/decisions/0003-two-engines.md", ""),
        ("docs/decisions/later.md", ""),
    ]);
    assert_eq!(
        decisions(&tree),
        [
            "docs/decisions/0003-two-engines.md: is not called 0002-title.md",
            "docs/decisions/later.md: is not called 0003-title.md",
        ]
    );
}

#[test]
fn a_document_that_names_a_missing_file_is_found() {
    let text = "`src/a.rs`, `src/`, `src/a`, `src/gone.rs`\nsrc/b.rs `docs/old/`, `migrations/NNNN_name.sql`";
    let tree = Tree::of(&[("README.md", text), ("src/a.rs", ""), ("src/a/b.rs", "")]);
    assert_eq!(
        named_files(&tree),
        ["README.md:1: `src/gone.rs` is not there", "README.md:2: `docs/old/` is not there"]
    );
}
