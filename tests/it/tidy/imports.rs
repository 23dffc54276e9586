//! The import directions between the layers, and what the pure layers may touch.

use std::collections::BTreeSet;

use super::{
    rust::{Kind, Token, group_end, reads, tokens},
    tree::Tree,
};

/// A layer, and the layers that it may use beside itself.
const TABLE: [(&str, &[&str]); 11] = [
    ("domain", &[]),
    ("words", &["domain"]),
    ("codec", &["domain", "words"]),
    ("config", &["domain"]),
    ("store", &["domain", "config"]),
    ("providers", &["domain", "codec", "config"]),
    ("sim", &["domain", "codec", "config"]),
    ("app", &["domain", "codec", "config", "words", "store", "providers"]),
    ("web", &["app", "domain", "config", "words"]),
    ("telemetry", &["config"]),
    (
        "cli",
        &[
            "app",
            "codec",
            "config",
            "domain",
            "providers",
            "sim",
            "store",
            "telemetry",
            "web",
            "words",
        ],
    ),
];

/// The crates that `domain` may use: none of them has an effect.
const PURE_CRATES: [&str; 8] = [
    "chrono",
    "rust_decimal",
    "serde",
    "sha2",
    "thiserror",
    "toml",
    "unicode_normalization",
    "uuid",
];

/// Crates that talk to the world, and the layers that may: every other names none of them.
const EFFECTS: [(&str, &[&str]); 6] = [
    ("sqlx", &["store"]),
    ("reqwest", &["providers", "sim", "cli"]),
    ("axum", &["web", "sim", "cli"]),
    ("axum_server", &["web", "sim", "cli"]),
    ("tokio", &["store", "providers", "sim", "app", "web", "telemetry", "cli"]),
    ("tracing", &["store", "providers", "sim", "app", "web", "telemetry", "cli"]),
];

/// Parts of the standard library with an effect, closed to the pure layers.
const OUTSIDE: [&str; 5] = ["env", "fs", "net", "process", "thread"];

/// Imports against the table.
pub(super) fn findings(tree: &Tree) -> Vec<String> {
    let crates = dependencies(tree.text("Cargo.toml").unwrap_or_default());
    let mut findings = Vec::new();
    for (path, source) in tree.rust().filter(|(path, _)| path.starts_with("src/")) {
        if path == "src/lib.rs" || path == "src/main.rs" {
            continue;
        }
        let modules = module_path(path);
        let layer = modules[0].as_str();
        let Some((_, allowed)) = TABLE.iter().find(|(name, _)| *name == layer) else {
            findings.push(format!("{path}: `{layer}` is no layer of the table"));
            continue;
        };
        let tokens = tokens(source);
        for head in own_heads(&tokens, modules.len()) {
            if head.text != layer && !allowed.contains(&head.text) {
                let (used, line) = (head.text, head.line);
                findings.push(format!("{path}:{line}: `{layer}` may not use `{used}`"));
            }
        }
        let program = if path.ends_with("tests.rs") { Vec::new() } else { untested(&tokens) };
        for (line, what) in foreign(layer, &program, &crates) {
            findings.push(format!("{path}:{line}: `{layer}` may not use `{what}`"));
        }
    }
    findings
}

/// `src/domain/fee/law.rs` is `domain`, `fee`, `law`; `src/domain/mod.rs` is `domain`.
fn module_path(path: &str) -> Vec<String> {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    inner.split('/').filter(|part| *part != "mod").map(str::to_owned).collect()
}

/// The names that follow the crate's root in every path: after `crate::`, `anphi::`, or as many
/// `super::` as lead up to the root from a module that deep.
fn own_heads<'a>(tokens: &[Token<'a>], depth: usize) -> Vec<Token<'a>> {
    let mut heads = Vec::new();
    let mut inline_ends = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        inline_ends.retain(|end| index < *end);
        if token.is("mod") && reads(tokens, index + 2, &["{"]) {
            inline_ends.push(group_end(tokens, index + 2));
        }
        if (token.is("crate") || token.is("anphi")) && reads(tokens, index + 1, &[":", ":"]) {
            heads.extend(after(tokens, index + 3));
        }
        let continues = index >= 3 && reads(tokens, index - 3, &["super", ":", ":"]);
        if token.is("super") && !continues {
            let steps = (0..).take_while(|n| reads(tokens, index + 3 * n, &["super", ":", ":"]));
            let steps = steps.count();
            if steps >= depth + inline_ends.len() {
                heads.extend(after(tokens, index + 3 * steps));
            }
        }
    }
    heads
}

/// The first names at `start`: one, or each of a group.
fn after<'a>(tokens: &[Token<'a>], start: usize) -> Vec<Token<'a>> {
    let Some(first) = tokens.get(start) else { return Vec::new() };
    if !first.is("{") {
        return vec![*first];
    }
    let (end, mut heads, mut index, mut expected) =
        (group_end(tokens, start), Vec::new(), start + 1, true);
    while index + 1 < end {
        if tokens[index].is("{") {
            index = group_end(tokens, index);
            continue;
        }
        if expected {
            heads.push(tokens[index]);
        }
        expected = tokens[index].is(",");
        index += 1;
    }
    heads
}

/// The tokens without the items under `#[cfg(test)]`: tests may read files and use more crates,
/// but keep to the layers.
fn untested<'a>(tokens: &[Token<'a>]) -> Vec<Token<'a>> {
    let (mut kept, mut index) = (Vec::new(), 0);
    while index < tokens.len() {
        if !reads(tokens, index, &["#", "[", "cfg", "(", "test", ")", "]"]) {
            kept.push(tokens[index]);
            index += 1;
            continue;
        }
        while index < tokens.len() && !tokens[index].is("{") && !tokens[index].is(";") {
            index += 1;
        }
        index = if reads(tokens, index, &["{"]) { group_end(tokens, index) } else { index + 1 };
    }
    kept
}

/// The crates, and parts of the standard library, that this layer may not name.
fn foreign(layer: &str, tokens: &[Token<'_>], crates: &BTreeSet<String>) -> Vec<(usize, String)> {
    let pure = layer == "domain" || layer == "codec";
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.kind != Kind::Word {
            continue;
        }
        if layer == "domain" && (token.is("SystemTime") || token.is("Instant")) {
            found.push((token.line, token.text.to_owned()));
        }
        let inside = index > 0 && tokens[index - 1].is(":");
        if inside || !reads(tokens, index + 1, &[":", ":"]) {
            continue;
        }
        if token.is("std") && pure {
            let closed = after(tokens, index + 3)
                .into_iter()
                .filter(|part| OUTSIDE.contains(&part.text) || layer == "domain" && part.is("io"));
            found.extend(closed.map(|part| (part.line, format!("std::{}", part.text))));
        }
        let closed =
            EFFECTS.iter().any(|(name, layers)| token.is(name) && !layers.contains(&layer));
        let impure =
            layer == "domain" && crates.contains(token.text) && !PURE_CRATES.contains(&token.text);
        if closed || impure {
            found.push((token.line, token.text.to_owned()));
        }
    }
    found
}

/// The names of the crates that the manifest lists, as source writes them.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let manifest: toml::Table = manifest.parse().unwrap_or_default();
    let listed = manifest.get("dependencies").and_then(toml::Value::as_table);
    listed.map(|table| table.keys().map(|key| key.replace('-', "_")).collect()).unwrap_or_default()
}

#[test]
fn a_wrong_import_is_found_in_each_of_its_forms() {
    let manifest = "[dependencies]\nsqlx = '1'\nserde = '1'\nquick-xml = '1'";
    for (path, source, found) in [
        ("src/domain/a.rs", "use crate::store::Row;", "1: `domain` may not use `store`"),
        ("src/domain/a.rs", "fn f() { crate::web::g() }", "1: `domain` may not use `web`"),
        ("src/domain/a.rs", "use super::super::app;", "1: `domain` may not use `app`"),
        ("src/domain/a/b.rs", "use super::super::super::app;", "1: `domain` may not use `app`"),
        (
            "src/domain/a.rs",
            "mod t { use super::super::super::cli::X; }",
            "1: `domain` may not use `cli`",
        ),
        ("src/domain/mod.rs", "use super::store;", "1: `domain` may not use `store`"),
        (
            "src/web/a.rs",
            "use crate::{\n app::{X, store}, words,\n codec::qr};",
            "3: `web` may not use `codec`",
        ),
        ("src/web/a.rs", "use crate::{store};", "1: `web` may not use `store`"),
        ("src/web/a.rs", "use crate::*;", "1: `web` may not use `*`"),
        ("src/app/a.rs", "use anphi::web::X;", "1: `app` may not use `web`"),
        ("src/app/a.rs", "use sqlx::Row;", "1: `app` may not use `sqlx`"),
        ("src/telemetry.rs", "use crate::domain::X;", "1: `telemetry` may not use `domain`"),
        ("src/domain/a.rs", "#[derive(sqlx::Type)] struct A;", "1: `domain` may not use `sqlx`"),
        ("src/domain/a.rs", "use quick_xml::Reader;", "1: `domain` may not use `quick_xml`"),
        ("src/domain/a.rs", "use std::{fmt, fs};", "1: `domain` may not use `std::fs`"),
        ("src/domain/a.rs", "use std::io::Read;", "1: `domain` may not use `std::io`"),
        ("src/domain/a.rs", "let now = Instant::now();", "1: `domain` may not use `Instant`"),
        ("src/codec/a.rs", "std::fs::read(p)", "1: `codec` may not use `std::fs`"),
        (
            "src/domain/a.rs",
            "#[cfg(test)] mod t { use std::fs; } use sqlx::Row;",
            "1: `domain` may not use `sqlx`",
        ),
        (
            "src/domain/a.rs",
            "#[cfg(test)] mod t { use crate::store::X; }",
            "1: `domain` may not use `store`",
        ),
        ("src/codec/a.rs", "tokio::spawn(x)", "1: `codec` may not use `tokio`"),
    ] {
        let tree = Tree::of(&[("Cargo.toml", manifest), (path, source)]);
        assert_eq!(findings(&tree), [format!("{path}:{found}")], "{source}");
    }
    let tree = Tree::of(&[("src/helpful/a.rs", "")]);
    assert_eq!(findings(&tree), ["src/helpful/a.rs: `helpful` is no layer of the table"]);
}

#[test]
fn a_right_import_is_not_found() {
    let manifest = "[dependencies]\nsqlx = '1'\nserde = '1'";
    for (path, source) in [
        ("src/domain/a.rs", "use super::money::Dong; // crate::store::Row"),
        ("src/domain/a/b.rs", "use super::super::money;"),
        ("src/domain/a.rs", "mod t { use super::super::money; }"),
        ("src/domain/a.rs", "pub(crate) fn f() -> &str { \"crate::store\" }"),
        ("src/domain/a.rs", "use serde::Serialize; use std::{fmt, collections::BTreeMap};"),
        ("src/domain/a.rs", "use crate::domain::{a::{store, web}, b};"),
        ("src/store/a.rs", "use sqlx::Row; use crate::{config, domain::X};"),
        ("src/codec/a.rs", "use std::io::Read; use crate::words;"),
        ("src/cli/demo/a.rs", "use crate::{web, sim::Bank, telemetry};"),
        ("src/domain/a.rs", "#[cfg(test)] mod t { use std::fs; fn f() { sqlx::x() } }"),
        ("src/domain/a/tests.rs", "use std::fs;"),
        ("src/lib.rs", "pub mod cli;"),
        ("tests/it/a.rs", "use anphi::store::Store;"),
    ] {
        let tree = Tree::of(&[("Cargo.toml", manifest), (path, source)]);
        assert_eq!(findings(&tree), [""; 0], "{source}");
    }
}
