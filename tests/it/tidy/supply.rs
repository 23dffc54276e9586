//! Licences and sources of the dependencies, from `cargo metadata`.

use std::{
    collections::{BTreeMap, BTreeSet},
    process::Command,
};

use serde_json::Value;

/// The licences of what is linked into the program; `deny.toml` holds the same list.
const LINKED: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Licences of test tools beside those: they are never part of a program that we hand out.
const TESTS_ONLY: [&str; 1] = ["MIT-0"];

const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// What cargo knows about the packages that are built for this machine.
pub(super) fn metadata() -> Value {
    let arguments =
        ["metadata", "--format-version", "1", "--locked", "--filter-platform", "host-tuple"];
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Packages with another licence or from another place.
pub(super) fn findings(metadata: &Value) -> Vec<String> {
    let list = |value: &'_ Value| value.as_array().cloned().unwrap_or_default();
    let resolve = &metadata["resolve"];
    let nodes: BTreeMap<_, _> =
        list(&resolve["nodes"]).into_iter().map(|node| (text(&node["id"]), node)).collect();
    let linked = linked(&text(&resolve["root"]), &nodes);
    let mut findings = Vec::new();
    for package in list(&metadata["packages"]) {
        let (id, name) = (text(&package["id"]), text(&package["name"]));
        if !nodes.contains_key(&id) {
            continue;
        }
        let licence = text(&package["license"]);
        let tested = !linked.contains(&id);
        let allowed = |id: &str| LINKED.contains(&id) || tested && TESTS_ONLY.contains(&id);
        if !satisfied(&licence, allowed) {
            findings.push(format!("{name}: licence {licence:?} is not allowed"));
        }
        let source = text(&package["source"]);
        if source != REGISTRY && id != text(&resolve["root"]) {
            findings.push(format!("{name}: comes from {source:?}, not from the registry"));
        }
    }
    findings
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The packages that the program or its build needs, without those of tests only.
fn linked(root: &str, nodes: &BTreeMap<String, Value>) -> BTreeSet<String> {
    let (mut linked, mut open) = (BTreeSet::new(), vec![root.to_owned()]);
    while let Some(id) = open.pop() {
        let uses = nodes[&id]["deps"].as_array().into_iter().flatten();
        let needed = uses.filter(|used| {
            let mut kinds = used["dep_kinds"].as_array().into_iter().flatten();
            kinds.any(|kind| kind["kind"] != "dev")
        });
        if linked.insert(id) {
            open.extend(needed.map(|used| text(&used["pkg"])));
        }
    }
    linked
}

/// Whether an SPDX expression can be met. `A/B` is the old form of `A OR B`; an exception (`WITH`)
/// only adds permissions.
fn satisfied(expression: &str, allowed: impl Fn(&str) -> bool) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut words = spaced.split_whitespace().peekable();
    let met = either(&mut words, &allowed);
    met && words.next().is_none()
}

type Words<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool) -> bool {
    let mut met = both(words, allowed);
    while words.next_if_eq(&"OR").is_some() {
        met |= both(words, allowed);
    }
    met
}

fn both(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool) -> bool {
    let mut met = one(words, allowed);
    while words.next_if_eq(&"AND").is_some() {
        met &= one(words, allowed);
    }
    met
}

fn one(words: &mut Words<'_>, allowed: &impl Fn(&str) -> bool) -> bool {
    match words.next() {
        Some("(") => either(words, allowed) & words.next().is_some_and(|word| word == ")"),
        Some(id) => {
            if words.next_if_eq(&"WITH").is_some() {
                words.next();
            }
            allowed(id)
        }
        None => false,
    }
}

#[test]
fn expressions_are_read_as_spdx_means_them() {
    for (expression, met) in [
        ("MIT", true),
        ("GPL-3.0-only", false),
        ("", false),
        ("MIT OR GPL-2.0-only", true),
        ("MIT/GPL-2.0-only", true),
        ("MIT AND GPL-2.0-only", false),
        ("(MIT OR GPL-2.0-only) AND Unicode-3.0", true),
        ("GPL-2.0-only OR MIT AND ISC", true),
        ("Apache-2.0 WITH LLVM-exception", true),
        ("GPL-2.0-only WITH Classpath-exception-2.0", false),
        ("MIT MIT", false),
        ("(MIT", false),
    ] {
        assert_eq!(satisfied(expression, |id| LINKED.contains(&id)), met, "{expression:?}");
    }
}

#[test]
fn a_foreign_licence_or_source_is_found() {
    let package = |id: &str, licence: &str, source: &str| serde_json::json!({"id": id, "name": id, "license": licence, "source": source});
    let uses = |id: &str, kind: Option<&str>| serde_json::json!({"pkg": id, "dep_kinds": [{"kind": kind}]});
    let metadata = serde_json::json!({
        "packages": [
            package("anphi", "Apache-2.0", ""),
            package("copyleft", "AGPL-3.0-only", REGISTRY),
            package("unnamed", "", REGISTRY),
            package("forked", "MIT", "git+https://example.org/forked"),
            package("gift", "MIT-0", REGISTRY),
            package("tester", "MIT-0", REGISTRY),
            package("elsewhere", "AGPL-3.0-only", REGISTRY),
        ],
        "resolve": {"root": "anphi", "nodes": [
            {"id": "anphi", "deps": [
                uses("copyleft", None), uses("forked", Some("build")), uses("tester", Some("dev"))
            ]},
            {"id": "copyleft", "deps": [uses("unnamed", None), uses("gift", None)]},
            {"id": "unnamed", "deps": []},
            {"id": "forked", "deps": []},
            {"id": "gift", "deps": []},
            {"id": "tester", "deps": []},
        ]},
    });
    assert_eq!(
        findings(&metadata),
        [
            "copyleft: licence \"AGPL-3.0-only\" is not allowed",
            "unnamed: licence \"\" is not allowed",
            "forked: comes from \"git+https://example.org/forked\", not from the registry",
            "gift: licence \"MIT-0\" is not allowed",
        ]
    );
}
