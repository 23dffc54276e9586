//! The command line's door: files and lines of strangers, read by the program itself.

use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value;

use super::tables;
use crate::{
    desk::browser::statement,
    harness::{World, on_both},
};

/// A folder for the program's key and the test's files.
struct Desk {
    folder: PathBuf,
    url: String,
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Desk {
    fn of(world: &World) -> Self {
        let name = format!("anphi_commands_{}_{}", world.app.store.engine(), std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, url: world.url().to_owned() }
    }

    fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn run(&self, args: &[&str]) -> Output {
        run(&self.folder, &[("ANPHI_DATABASE__URL", &self.url)], args, b"")
    }

    fn import(&self, file: &Path) -> Output {
        self.run(&["import", file.to_str().unwrap(), "--account", "bank"])
    }
}

fn run(folder: &Path, settings: &[(&str, &str)], args: &[&str], typed: &[u8]) -> Output {
    let mut program = Command::new(env!("CARGO_BIN_EXE_anphi"))
        .args(args)
        .env_clear()
        .envs(settings.iter().copied())
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = program.stdin.take().unwrap();
    std::thread::scope(|scope| {
        // A program that refuses its arguments reads nothing.
        scope.spawn(move || {
            let _ = input.write_all(typed);
        });
        program.wait_with_output().unwrap()
    })
}

/// Exit status and the sentence on standard error, which says nothing of our insides.
fn told(output: &Output) -> (Option<i32>, String) {
    let text = String::from_utf8(output.stderr.clone()).unwrap();
    for word in ["panicked", ".rs:", "sqlx", "Error {", "anphi::"] {
        assert!(!text.contains(word), "{text}");
    }
    assert_eq!(text.lines().count(), usize::from(!text.is_empty()), "{text}");
    (output.status.code(), text)
}

fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let good = statement("nop an phi");
    let changed = |from: &str, to: &str| good.replacen(from, to, 1).into_bytes();
    let head = |text: &str| changed("<Document", &format!("{text}<Document"));
    vec![
        ("DTD", head("<!DOCTYPE Document>"), "document type"),
        (
            "entity",
            head("<!DOCTYPE d [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"),
            "document type",
        ),
        ("undeclared entity", changed("nop an phi", "&x;"), "refused"),
        ("totals", changed(">1300000<", ">1300001<"), "1.300.001"),
        ("power", changed(">300000<", ">3e5<"), "whole đồng"),
        ("other account", changed("9990001112223", "9990001112224"), "refused"),
        ("cut off", good.as_bytes()[..good.len() / 2].to_vec(), "refused"),
        ("bad bytes", vec![0xff; 2_000], "refused"),
        ("nothing", Vec::new(), "refused"),
        ("no balances", b"Ng\xc3\xa0y;S\xe1\xbb\x91\n1;2\n".to_vec(), "refused"),
    ]
}

on_both! {
    async fn what_comes_by_the_command_line(world: World) {
        let desk = Desk::of(&world);
        // The first command on a database makes what every later one finds.
        let odd = desk.file("odd.xml", b"<nothing/>");
        assert_eq!(told(&desk.import(&odd)).0, Some(1));
        let before = tables::read(&world).await;
        for (what, bytes, words) in files() {
            let (status, text) = told(&desk.import(&desk.file("a.xml", &bytes)));
            assert_eq!(status, Some(1), "{what}: {text}");
            assert!(text.contains(words), "{what}: {words} is not in {text}");
        }
        for (args, status, words) in [
            (vec!["import", "nowhere.xml"], 2, "cannot read"),
            (vec!["import", odd.to_str().unwrap(), "--account", "ngan-hang-khac"], 1, "no account"),
            (vec!["import", odd.to_str().unwrap(), "--format", "mt940"], 1, "unknown_format"),
        ] {
            let (code, text) = told(&desk.run(&args));
            assert_eq!(code, Some(status), "{args:?}: {text}");
            assert!(text.contains(words), "{args:?}: {words} is not in {text}");
        }
        let after = tables::read(&world).await;
        assert_eq!(tables::changed(&before, &after), Vec::<String>::new());

        let good = desk.file("sao-ke.xml", statement("the 4111111111111111").as_bytes());
        assert_eq!(told(&desk.import(&good)).0, Some(0));
        let before = tables::read(&world).await;
        let (status, text) = told(&desk.import(&good));
        assert_eq!(status, Some(1));
        assert!(text.contains("was imported on"), "{text}");
        let after = tables::read(&world).await;
        assert_eq!(tables::changed(&before, &after), Vec::<String>::new());
        let mut tx = world.app.store.read().await.unwrap();
        let (id,): (uuid::Uuid,) = match &mut tx {
            anphi::store::Tx::Sqlite(tx) => {
                sqlx::query_as("select id from statement").fetch_one(&mut **tx).await.unwrap()
            }
            anphi::store::Tx::Postgres(tx) => {
                sqlx::query_as("select id from statement").fetch_one(&mut **tx).await.unwrap()
            }
        };
        let lines = tx.lines(id.into()).await.unwrap();
        assert_eq!(lines[0].memo, "the 411111******1111");
    }
}

/// A refused line is answered as such, and the lines around it as if it were not there.
#[test]
fn lines_that_are_no_questions_are_answered_alone() {
    let quote = |value: &str| {
        format!(
            r#"{{"op":"advance","law":"auto","date":"2026-11-23","case":"civil","instance":"first","claims":[{{"id":"c1","by":["p1"],"value":{value}}}]}}"#
        )
    };
    let good = quote("500000000");
    let mut lines: Vec<Vec<u8>> = ["1.0", "1e5", "\"100\"", "9007199254740993", "-1", "0"]
        .iter()
        .map(|value| quote(value).into_bytes())
        .collect();
    lines.extend([
        good.replacen('{', r#"{"colour":1,"#, 1).into_bytes(),
        good.replacen('{', r#"{"op":"outcome","#, 1).into_bytes(),
        good.replacen("c1", "c\\u0000", 1).into_bytes(),
        good.replacen("c1", "c\u{202e}", 1).into_bytes(),
        [&good.as_bytes()[..20], b"\xff", &good.as_bytes()[20..]].concat(),
        "[".repeat(100_000).into_bytes(),
        b"{}".to_vec(),
        b"".to_vec(),
    ]);
    let pairs = lines.iter().flat_map(|line| [line.as_slice(), b"\n", good.as_bytes(), b"\n"]);
    let output = run(&std::env::temp_dir(), &[], &["quote"], &pairs.collect::<Vec<_>>().concat());
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), lines.len() * 2, "{text}");
    for (line, pair) in lines.iter().zip(answers.chunks(2)) {
        let line = String::from_utf8_lossy(&line[..line.len().min(200)]);
        assert!(pair[0]["error"]["code"].is_string(), "{line}: {}", pair[0]);
        assert!(pair[1].get("error").is_none(), "{}", pair[1]);
    }
}
