//! `anphi receipt verify` as anyone runs it: a receipt, the published key, no network.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

use anphi::codec::{pdf, receipt_file};

use crate::paper::{facts, key, receipt, signed_text, tool};

struct Desk {
    folder: PathBuf,
    key: String,
}

impl Desk {
    /// A folder with the published key.
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("anphi-desk-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut desk = Self { folder, key: String::new() };
        desk.key = desk.file("anphi.key", format!("{}\n", key().public().published()));
        desk
    }

    fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        let path = self.folder.join(name);
        fs::write(&path, bytes).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn verify(&self, input: &str, more: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_anphi"));
        command.args(["receipt", "verify", input, "--key", &self.key]).args(more);
        answer(command.output().unwrap())
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn answer(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn issued() -> Vec<u8> {
    receipt_file::sign(&pdf::render(&receipt(&facts(), "a5")).unwrap(), &key()).unwrap()
}

#[test]
fn a_genuine_receipt_is_0_and_its_facts_are_printed() {
    let desk = Desk::new("genuine");
    let text = signed_text(&facts());
    let inputs = [
        text.clone(),
        desk.file("qr.txt", format!("{text}\n")),
        desk.file("bien-lai.pdf", issued()),
    ];
    for input in inputs {
        let (status, out, err) = desk.verify(&input, &[]);
        assert_eq!((status, err.as_str()), (0, ""), "{input}");
        for fact in ["genuine", "SM/26E", " 300000", "N.V.V.D.", "2026-11-23T08:02:13+07:00"] {
            assert!(out.contains(fact), "{fact} in {out}");
        }
        let (status, out, _) = desk.verify(&input, &["--json"]);
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((status, out.lines().count()), (0, 1));
        assert_eq!(json["state"], "genuine");
        assert_eq!(json["number"], "4");
        assert_eq!(json["hash"], facts().hash().to_string());
    }
}

#[test]
fn a_signed_file_is_a_pdf_like_any_other() {
    let desk = Desk::new("pdf");
    let signed = desk.file("bien-lai.pdf", issued());
    let bare = desk.file("bare.pdf", pdf::render(&receipt(&facts(), "a5")).unwrap());
    tool("qpdf", &["--check", &signed]);
    assert_eq!(tool("pdftotext", &[&signed, "-"]), tool("pdftotext", &[&bare, "-"]));
}

#[test]
fn what_is_altered_or_foreign_is_1_and_says_which() {
    let desk = Desk::new("refused");
    let text = signed_text(&facts());
    let mut page = issued();
    let middle = page.len() / 2;
    page[middle] ^= 1;
    let unsigned = pdf::render(&receipt(&facts(), "a5")).unwrap();
    for (input, state, says) in [
        (text.replace(";300000;", ";900000;"), "not_issued", "signature does not fit"),
        (text.replace("#1;", "#9;"), "not_issued", "version"),
        ("https://vidu.invalid/".to_owned(), "not_issued", "no address of a receipt"),
        (desk.file("altered.pdf", page), "altered", "not as it was issued"),
        (desk.file("unsigned.pdf", unsigned), "altered", "not as it was issued"),
        (desk.file("other.pdf", b"%PDF-1.7\n%%EOF"), "not_issued", "no signed text"),
        (desk.file("other.bin", [0xff, 0]), "not_issued", "neither a PDF"),
    ] {
        let (status, _, err) = desk.verify(&input, &[]);
        assert_eq!(status, 1, "{input}");
        assert!(err.contains(says), "{input}: {err}");
        let (status, out, _) = desk.verify(&input, &["--json"]);
        let json: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((status, json["state"].as_str()), (1, Some(state)), "{input}");
    }
}

#[test]
fn a_wrong_call_is_2() {
    let desk = Desk::new("calls");
    let text = signed_text(&facts());
    assert_eq!(desk.verify("no-such-file.pdf", &[]).0, 2);
    assert_eq!(desk.verify(&text, &["--no-such-option"]).0, 2);
    desk.file("anphi.key", "anphi-receipt-key 1 x y");
    let (status, _, err) = desk.verify(&text, &[]);
    assert_eq!(status, 2);
    assert!(err.contains("line 1 is no published key"), "{err}");
}
