//! How long files and functions are, how files are called, and that each is compiled.

use std::collections::BTreeSet;

use super::{
    rust::{Kind, Token, group_end, reads, tokens},
    tree::{Tree, extension},
};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

/// What we write by hand and read again; not data, words, migrations and locked versions.
const CODE: [&str; 7] = ["rs", "mjs", "js", "css", "html", "py", "sh"];

/// Names that take anything, so that things are put there without thought.
const VAGUE: [&str; 8] =
    ["util", "utils", "helper", "helpers", "common", "manager", "misc", "shared"];

/// Source files that are too long.
pub(super) fn long_files(tree: &Tree) -> Vec<String> {
    let code = |path: &str| CODE.contains(&extension(path)) || path.starts_with("scripts/");
    let long = |(path, text): (&str, &str)| {
        let lines = text.lines().count();
        (lines > FILE_LINES_MAX)
            .then(|| format!("{path}: {lines} lines, at most {FILE_LINES_MAX}: find the seam"))
    };
    tree.files().filter(|(path, _)| code(path)).filter_map(long).collect()
}

/// Rust functions that are too long, from `fn` to the closing bracket.
pub(super) fn long_functions(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, source) in tree.rust() {
        let tokens = tokens(source);
        for (index, token) in tokens.iter().enumerate() {
            let Some(name) = tokens.get(index + 1) else { continue };
            if !token.is("fn") || name.kind != Kind::Word {
                continue;
            }
            let mut at = index + 2;
            while at < tokens.len() && !tokens[at].is("{") && !tokens[at].is(";") {
                let opens = tokens[at].is("(") || tokens[at].is("[");
                at = if opens { group_end(&tokens, at) } else { at + 1 };
            }
            if !reads(&tokens, at, &["{"]) {
                continue;
            }
            let last = tokens[group_end(&tokens, at) - 1];
            let lines = last.line - token.line + 1;
            if lines > FUNCTION_LINES_MAX {
                let (name, line) = (name.text, token.line);
                findings.push(format!(
                    "{path}:{line}: `{name}` has {lines} lines, at most {FUNCTION_LINES_MAX}"
                ));
            }
        }
    }
    findings
}

/// Files and folders whose name says nothing.
pub(super) fn vague_names(tree: &Tree) -> Vec<String> {
    let vague = |path: &&str| {
        let mut words = path.split(['/', '.', '_', '-']);
        words.any(|word| VAGUE.contains(&word.to_lowercase().as_str()))
    };
    let paths = tree.files().map(|(path, _)| path).filter(vague);
    paths.map(|path| format!("{path}: the name does not say what is inside")).collect()
}

/// Rust files that no `mod` leads to, and `mod`s that lead to no file.
pub(super) fn unreached(tree: &Tree) -> Vec<String> {
    let root = |path: &str| {
        let parts: Vec<_> = path.split('/').collect();
        matches!(parts[..], ["src", "lib.rs" | "main.rs"])
            || matches!(parts[..], ["benches" | "tests" | "examples", _, "main.rs"])
            || matches!(parts[..], ["benches" | "tests" | "examples", _])
            || matches!(parts[..], ["build.rs"])
    };
    let compiled = |path: &str| {
        ["src/", "tests/", "benches/", "examples/"].iter().any(|folder| path.starts_with(folder))
    };
    let (mut reached, mut findings) = (BTreeSet::new(), Vec::new());
    for (path, _) in tree.rust().filter(|(path, _)| root(path)) {
        reach(tree, path.to_owned(), &mut reached, &mut findings);
    }
    let lost = tree.rust().filter(|(path, _)| compiled(path) && !reached.contains(*path));
    findings.extend(lost.map(|(path, _)| format!("{path}: no `mod` leads here")));
    findings
}

fn reach(tree: &Tree, path: String, reached: &mut BTreeSet<String>, findings: &mut Vec<String>) {
    let source = tree.text(&path).unwrap_or_default();
    let (parent, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let folder = match name {
        "lib.rs" | "main.rs" | "mod.rs" => parent.to_owned(),
        _ => path.trim_end_matches(".rs").to_owned(),
    };
    let tokens = tokens(source);
    for index in 0..tokens.len() {
        if !tokens[index].is("mod") || !reads(&tokens, index + 2, &[";"]) {
            continue;
        }
        let module = tokens[index + 1].text;
        let named = named_path(&tokens[..index]).map(|name| format!("{parent}/{name}"));
        let usual = [format!("{folder}/{module}.rs"), format!("{folder}/{module}/mod.rs")];
        let places = named.map_or_else(|| usual.to_vec(), |path| vec![path]);
        match places.into_iter().find(|place| tree.text(place).is_some()) {
            Some(place) => reach(tree, place, reached, findings),
            None => findings.push(format!("{path}: `mod {module}` leads to no file")),
        }
    }
    reached.insert(path);
}

/// The file that a `#[path = ".."]` at the end of these tokens names.
fn named_path<'a>(before: &[Token<'a>]) -> Option<&'a str> {
    let start = before.len().checked_sub(6)?;
    let literal = before[start + 4].text.trim_matches('"');
    let named = reads(before, start, &["#", "[", "path", "="]) && reads(before, start + 5, &["]"]);
    named.then_some(literal)
}

#[test]
fn a_long_file_is_found() {
    let (long, right) = ("x\n".repeat(601), "x\n".repeat(600));
    let tree = Tree::of(&[
        ("src/a.rs", &long),
        ("src/b.rs", &right),
        ("scripts/test", &long),
        ("assets/style.css", &long),
        ("assets/data/courts.csv", &long),
    ]);
    let found = long_files(&tree).join(" ");
    let paths: Vec<_> = found.split(' ').filter(|word| word.contains('/')).collect();
    assert_eq!(paths, ["assets/style.css:", "scripts/test:", "src/a.rs:"]);
}

#[test]
fn a_long_function_is_found() {
    let body = |lines: usize| "    g();\n".repeat(lines);
    let source = format!(
        "type F = fn(u8);\ntrait T {{ fn t(a: [u8; 2]); }}\nfn right(a: [u8; 2]) {{\n{}}}\n\
         fn long(f: impl Fn() -> u8)\nwhere\n    u8: Copy,\n{{\n{}}}\n",
        body(68),
        body(66)
    );
    let found = long_functions(&Tree::of(&[("src/a.rs", &source)]));
    assert_eq!(found, ["src/a.rs:73: `long` has 71 lines, at most 70"]);
}

#[test]
fn a_vague_name_is_found() {
    let names =
        ["src/web/utils.rs", "src/helpers/mod.rs", "src/app/job_manager.rs", "a/common.css"];
    for name in names {
        assert_eq!(vague_names(&Tree::of(&[(name, "")])).len(), 1, "{name}");
    }
    assert_eq!(vague_names(&Tree::of(&[("src/domain/commune.rs", "")])), [""; 0]);
}

#[test]
fn a_file_that_is_not_compiled_is_found() {
    let tree = Tree::of(&[
        ("src/lib.rs", "pub mod web; mod gone; mod inner { }"),
        ("src/web/mod.rs", "mod api; #[path = \"api_tests.rs\"] mod tests;"),
        ("src/web/api_tests.rs", ""),
        ("src/web/api.rs", "mod v1;"),
        ("src/web/api/v1.rs", "// mod old;"),
        ("src/web/old.rs", ""),
        ("tests/it/main.rs", "mod story;"),
        ("tests/it/story.rs", ""),
        ("tests/it/forgotten.rs", ""),
    ]);
    assert_eq!(
        unreached(&tree),
        [
            "src/lib.rs: `mod gone` leads to no file",
            "src/web/old.rs: no `mod` leads here",
            "tests/it/forgotten.rs: no `mod` leads here",
        ]
    );
}
