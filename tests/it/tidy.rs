//! Reads the repository and fails on what no reviewer should have to look for.
//!
//! A check is a pure function from a [`Tree`] (or from what `cargo metadata` says) to findings,
//! one sentence each. Here each runs over the repository; beside its code it proves on small bad
//! trees that it can fail.

mod imports;
mod pairs;
mod rust;
mod shape;
mod supply;
mod text;
mod tree;

use tree::Tree;

/// Fails with every finding, one a line.
#[track_caller]
fn clean(findings: &[String]) {
    assert!(findings.is_empty(), "\n{}\n", findings.join("\n"));
}

#[test]
fn layers_use_only_what_the_table_allows() {
    clean(&imports::findings(&Tree::repository()));
}

#[test]
fn files_and_functions_are_short() {
    let tree = Tree::repository();
    clean(&shape::long_files(&tree));
    clean(&shape::long_functions(&tree));
}

#[test]
fn file_names_say_what_is_inside() {
    clean(&shape::vague_names(&Tree::repository()));
}

#[test]
fn every_source_file_is_compiled() {
    clean(&shape::unreached(&Tree::repository()));
}

#[test]
fn nothing_is_left_over() {
    let tree = Tree::repository();
    clean(&text::leftovers(&tree));
    clean(&text::silenced(&tree));
}

#[test]
fn the_repository_knows_no_machine() {
    let tree = Tree::repository();
    clean(&text::machine_paths(&tree));
    clean(&text::hosts(&tree));
}

#[test]
fn dependencies_are_licensed_and_come_from_one_registry() {
    clean(&supply::findings(&supply::metadata()));
}

#[test]
fn both_languages_have_the_same_words() {
    clean(&pairs::words(&Tree::repository()));
}

#[test]
fn both_engines_have_the_same_migrations() {
    clean(&pairs::migrations(&Tree::repository()));
}

#[test]
fn decisions_are_numbered_in_order() {
    clean(&pairs::decisions(&Tree::repository()));
}

#[test]
fn documents_name_files_that_are_there() {
    clean(&pairs::named_files(&Tree::repository()));
}
