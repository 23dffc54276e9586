//! The document, the router and the codes are the same three ways.

use std::collections::BTreeSet;

use anphi::web::{api, problem::Code};

use super::client::DOCUMENT;

#[test]
fn the_router_has_exactly_the_documented_operations() {
    let documented: BTreeSet<(String, String)> = DOCUMENT["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().keys();
            methods.map(|method| (method.clone(), path.clone())).collect::<Vec<_>>()
        })
        .collect();
    let routed: BTreeSet<(String, String)> = api::OPERATIONS
        .iter()
        .map(|(method, path)| ((*method).to_owned(), (*path).to_owned()))
        .collect();
    assert_eq!(documented, routed);
    assert_eq!(DOCUMENT["servers"][0]["url"], api::BASE);
}

#[test]
fn the_document_has_every_code_and_the_code_uses_every_one() {
    let schema = &DOCUMENT["components"]["schemas"]["Problem"]["properties"]["code"]["enum"];
    let documented: Vec<&str> =
        schema.as_array().unwrap().iter().map(|code| code.as_str().unwrap()).collect();
    let known: Vec<&str> = Code::ALL.iter().map(|code| code.word()).collect();
    assert_eq!(documented, known);
    let sources: Vec<String> = ["problem", "extract", "strict", "auth", "api/mod", "api/cases"]
        .iter()
        .map(|name| format!("{}/src/web/{name}.rs", env!("CARGO_MANIFEST_DIR")))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    for code in Code::ALL {
        let used = format!("Code::{code:?}");
        assert!(sources.iter().any(|source| source.contains(&used)), "{used} is never told");
    }
}

#[test]
fn every_answer_of_every_operation_says_what_it_is() {
    for (path, item) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let answers: BTreeSet<&str> =
                operation["responses"].as_object().unwrap().keys().map(String::as_str).collect();
            let mut expected = BTreeSet::from(["401", "429", "500", "503"]);
            let takes_query = operation["parameters"].to_string().contains("Limit");
            if takes_query {
                expected.extend(["400", "422"]);
            }
            if path.contains('{') {
                expected.insert("404");
            }
            if method == "post" {
                expected.extend(["400", "408", "413", "415", "422"]);
                if path == "/quotes" {
                    expected.insert("200");
                } else {
                    expected.extend(["403", "404", "409", "201"]);
                }
            } else {
                expected.insert("200");
            }
            assert_eq!(answers, expected, "{method} {path}");
        }
    }
}
