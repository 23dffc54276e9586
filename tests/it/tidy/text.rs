//! Words that may not stand in the repository: marks of unfinished work, silenced lints and
//! tests, and whatever only one machine knows.
//!
//! The words are put together from halves, so that this file is no finding of its own.

use super::{
    rust::{group_end, reads, tokens},
    tree::{Tree, extension},
};

/// Marks of work that was put off.
const MARKS: [&str; 4] =
    [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];

/// Calls that stand for code not yet written, or that print while one looks for a fault.
const STAND_INS: [&str; 3] = ["todo", "unimplemented", "dbg"];

/// Beginnings of paths that exist on somebody's machine only.
const PLACES: [&str; 7] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/fa", "rm/"),
    concat!("/Us", "ers/"),
    concat!("/tmp/", "bash"),
    concat!("../sha", "red"),
];

/// Hosts of package registries: the clients know theirs, the repository names none.
const REGISTRIES: [&str; 5] = [
    concat!("npm", "js.org"),
    concat!("py", "pi.org"),
    concat!("python", "hosted.org"),
    concat!("deb", ".debian.org"),
    concat!("static.", "crates.io"),
];

/// Settings by which a file would send a package client to a place of its own.
const DETOURS: [&str; 6] = [
    concat!("\"res", "olved\":"),
    concat!("--index", "-url"),
    concat!("--extra-index", "-url"),
    concat!("--find", "-links"),
    concat!("replace", "-with ="),
    concat!("regi", "stry="),
];

/// Endings of host names that mean something inside one network only.
const PRIVATE: [&str; 4] =
    [concat!(".inter", "nal"), concat!(".cor", "p"), concat!(".la", "n"), concat!(".loca", "l")];

/// Marks of unfinished work.
pub(super) fn leftovers(tree: &Tree) -> Vec<String> {
    let mut findings = lines(tree, |_, line| {
        MARKS.into_iter().find(|mark| whole_word(line, mark)).map(|mark| format!("says {mark}"))
    });
    for (path, source) in tree.rust() {
        let tokens = tokens(source);
        for (index, token) in tokens.iter().enumerate() {
            let call = STAND_INS.into_iter().find(|name| token.is(name));
            if let Some(name) = call.filter(|_| reads(&tokens, index + 1, &["!"])) {
                findings.push(format!("{path}:{}: calls {name}!", token.line));
            }
        }
    }
    findings
}

/// Tests that do not run, and lints switched off without a reason.
pub(super) fn silenced(tree: &Tree) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, source) in tree.rust() {
        let tokens = tokens(source);
        for index in 0..tokens.len() {
            let inner = usize::from(reads(&tokens, index + 1, &["!"]));
            if !reads(&tokens, index, &["#"]) || !reads(&tokens, index + 1 + inner, &["["]) {
                continue;
            }
            let end = group_end(&tokens, index + 1 + inner);
            let attribute = &tokens[index + 2 + inner..end];
            let conditional = reads(attribute, 0, &["cfg_attr"]);
            let searched = if conditional { attribute.len() } else { 1 };
            for token in attribute.iter().take(searched) {
                if token.is("ignore") || token.is("allow") {
                    let (line, what) = (token.line, token.text);
                    findings.push(format!("{path}:{line}: has the attribute `{what}`"));
                }
            }
        }
    }
    findings
}

/// Paths of one machine.
pub(super) fn machine_paths(tree: &Tree) -> Vec<String> {
    lines(tree, |_, line| {
        let place = PLACES.into_iter().find(|place| line.contains(place))?;
        Some(format!("names {place}"))
    })
}

/// Names of hosts that packages come from, and of hosts inside one network.
pub(super) fn hosts(tree: &Tree) -> Vec<String> {
    lines(tree, |path, line| {
        if let Some(host) = REGISTRIES.into_iter().find(|host| line.contains(host)) {
            return Some(format!("names the registry {host}"));
        }
        // Source and its tests name such hosts and options to refuse them.
        let source = extension(path) == "rs";
        if let Some(detour) = DETOURS.into_iter().find(|detour| line.contains(detour))
            && !source
        {
            return Some(format!("chooses a source by {detour}"));
        }
        let ending = PRIVATE.into_iter().find(|ending| !source && names_host(line, ending))?;
        Some(format!("names a host under {ending}"))
    })
}

fn lines(tree: &Tree, judge: impl Fn(&str, &str) -> Option<String>) -> Vec<String> {
    let mut findings = Vec::new();
    for (path, text) in tree.files() {
        for (index, line) in text.lines().enumerate() {
            if let Some(finding) = judge(path, line) {
                findings.push(format!("{path}:{}: {finding}", index + 1));
            }
        }
    }
    findings
}

fn whole_word(line: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    line.match_indices(word)
        .any(|(at, _)| !line[..at].ends_with(part) && !line[at + word.len()..].starts_with(part))
}

/// A word of letters before the ending, no further letter after it: `build.corp`, not `x.corpus`
/// nor `self.local`.
fn names_host(line: &str, ending: &str) -> bool {
    let label = |c: char| c.is_alphanumeric() || c == '-';
    line.match_indices(ending).any(|(at, _)| {
        let schemed = line[..at].contains("://") || line[..at].contains('@');
        let after = &line[at + ending.len()..];
        schemed && line[..at].ends_with(label) && !after.starts_with(|c| label(c) || c == '_')
    })
}

#[test]
fn leftovers_are_found() {
    for mark in MARKS {
        let text = format!("fine\n-- {mark}: later");
        let found = leftovers(&Tree::of(&[("migrations/a.sql", &text)]));
        assert_eq!(found, [format!("migrations/a.sql:2: says {mark}")]);
    }
    for name in STAND_INS {
        let text = format!("fn f() {{ {name}!() }}");
        let found = leftovers(&Tree::of(&[("src/a.rs", &text)]));
        assert_eq!(found, [format!("src/a.rs:1: calls {name}!")]);
    }
    let fine = format!("{}S and A{} // dbg! in a comment", MARKS[0], MARKS[2]);
    assert_eq!(leftovers(&Tree::of(&[("src/a.rs", &fine)])), [""; 0]);
}

#[test]
fn silenced_tests_and_lints_are_found() {
    for (attribute, found) in [
        (concat!("#[", "ignore]"), "ignore"),
        (concat!("#[", "ignore = \"slow\"]"), "ignore"),
        (concat!("#[", "allow(dead_code)]"), "allow"),
        (concat!("#![", "allow(dead_code)]"), "allow"),
        ("#[cfg_attr(test, allow(dead_code))]", "allow"),
    ] {
        let found = format!("src/a.rs:1: has the attribute `{found}`");
        assert_eq!(silenced(&Tree::of(&[("src/a.rs", attribute)])), [found], "{attribute}");
    }
    let fine = "#[expect(dead_code, reason = \"allow\")] fn allow() { ignore(x[0]) }";
    assert_eq!(silenced(&Tree::of(&[("src/a.rs", fine)])), [""; 0]);
}

#[test]
fn paths_of_one_machine_are_found() {
    for place in PLACES {
        let text = format!("cd {place}anphi");
        let found = machine_paths(&Tree::of(&[("scripts/a", &text)]));
        assert_eq!(found, [format!("scripts/a:1: names {place}")]);
    }
    let fine = Tree::of(&[("scripts/a", "cd \"$(dirname \"$0\")/..\"; cat /etc/os-release")]);
    assert_eq!(machine_paths(&fine), [""; 0]);
}

#[test]
fn hosts_are_found() {
    for host in REGISTRIES {
        let text = format!("curl https://{host}/x");
        assert_eq!(hosts(&Tree::of(&[("scripts/a", &text)])).len(), 1, "{host}");
    }
    for detour in DETOURS {
        let text = format!("{detour} somewhere");
        assert_eq!(hosts(&Tree::of(&[("tests/a.lock", &text)])).len(), 1, "{detour}");
    }
    for ending in PRIVATE {
        let text = format!("proxy = \"http://build-7{ending}:3128\"");
        assert_eq!(hosts(&Tree::of(&[("a.toml", &text)])).len(), 1, "{ending}");
        assert_eq!(hosts(&Tree::of(&[("src/a.rs", &text)])), [""; 0], "{ending}");
        let fine = format!("{{ self{ending}, x{ending}guage }}");
        assert_eq!(hosts(&Tree::of(&[("a.mjs", &fine)])), [""; 0], "{ending}");
    }
}
