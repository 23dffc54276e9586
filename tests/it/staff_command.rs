//! `anphi staff` as a program: what it prints, how it ends, and that its accounts sign in.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use anphi::{
    app::{clock::SystemClock, totp},
    domain::{staff::Operation, time::Clock},
};

use crate::harness::{World, on_both};

fn staff(world: &World, args: &[&str], typed: &str) -> Output {
    // The world's own master key, so that it opens what the program seals.
    let name: String = world.url().chars().filter(char::is_ascii_alphanumeric).collect();
    let keys = std::env::temp_dir().join(format!("anphi_key_of_{name}"));
    std::fs::write(&keys, hex::encode([7; 32])).unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_anphi"))
        .arg("staff")
        .args(args)
        .env_clear()
        .env("ANPHI_DATABASE__URL", world.url())
        .env("ANPHI_SECURITY__KEY_FILE", &keys)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    std::fs::remove_file(&keys).unwrap();
    output
}

fn line(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

/// Signs in as a printed account and gives what the seat may do.
async fn may(world: &World, login: &str, password: &str, seed: &str) -> Vec<Operation> {
    let app = &world.app;
    let first = app.sign_in(login, password, "127.0.0.1").await.unwrap();
    let seat = app.seat(&first.token).await.unwrap();
    let code = totp::code_at(&totp::read(seed).unwrap(), app.now().unix()).unwrap();
    let token = app.give_code(&seat, &code, "127.0.0.1").await.unwrap();
    let seat = app.seat(&token).await.unwrap();
    let all = Operation::ALL.iter().copied();
    all.filter(|operation| seat.granted(*operation).is_some()).collect()
}

on_both! {
    async fn an_account_is_made_used_rescued_and_shut(world: World) {
        // The program has the machine's clock.
        world.clock.set(SystemClock.now());
        let court = ["--court", "DEMO-TAND-00-KV01"];
        let add = ["add", "thuky.kv1", "--name", "Thư ký Mẫu", "--role", "clerk"];
        let added = line(&staff(&world, &[&add[..], &court].concat(), ""));
        let words: Vec<&str> = added.split(' ').collect();
        let ["staff", "clerk", "thuky.kv1", password, seed] = words[..] else { panic!("{added}") };
        let operations = may(&world, "thuky.kv1", password, seed).await;
        assert!(operations.contains(&Operation::WriteCases), "{operations:?}");
        assert!(!operations.contains(&Operation::Administer));
        let listed = line(&staff(&world, &["list"], ""));
        assert!(listed.contains("thuky.kv1") && listed.contains("active"), "{listed}");
        assert!(listed.contains("clerk Tòa án nhân dân khu vực 1 - Sông Mơ"), "{listed}");
        assert!(!listed.contains(password) && !listed.contains(seed));

        let role = ["thuky.kv1", "--role", "accountant", "--agency", "DEMO-THADS-00"];
        line(&staff(&world, &[&["grant"][..], &role].concat(), ""));
        assert!(line(&staff(&world, &["list"], "")).contains("accountant"));
        line(&staff(&world, &[&["withdraw"][..], &role].concat(), ""));
        assert!(!line(&staff(&world, &["list"], "")).contains("accountant"));

        let reset = ["reset", "thuky.kv1", "--password-stdin"];
        line(&staff(&world, &reset, "mưa trên mái tôn 9\n"));
        let first = world.app.sign_in("thuky.kv1", "mưa trên mái tôn 9", "127.0.0.1").await;
        assert!(!first.unwrap().enrolled);
        line(&staff(&world, &["unlock", "thuky.kv1"], ""));
        line(&staff(&world, &["disable", "thuky.kv1"], ""));
        assert!(line(&staff(&world, &["list"], "")).contains("disabled"));
        let first = world.app.sign_in("thuky.kv1", "mưa trên mái tôn 9", "127.0.0.1").await;
        assert!(first.is_err());
    }

    async fn what_cannot_be_done_says_why(world: World) {
        let add = |login: &str, role: &str, typed: &str| {
            let args = ["add", login, "--name", "Mẫu", "--role", role, "--password-stdin"];
            staff(&world, &args, typed)
        };
        line(&add("quantri", "administrator", "sông mơ đêm trăng 7\n"));
        for (output, status, sentence) in [
            (add("quantri", "administrator", "sông mơ đêm trăng 7"), 1, "login: somebody has this login name"),
            (add("Quản Trị", "administrator", "sông mơ đêm trăng 7"), 1, "login: a login name is of small letters"),
            (add("hai", "administrator", "ngắn"), 1, "password: take 14 characters or more (password_too_short)"),
            (add("hai", "administrator", "passwordpassword"), 1, "password: people try this one first"),
            (add("hai", "king", "sông mơ đêm trăng 7"), 2, "no role \"king\""),
            (staff(&world, &["disable", "khong.ai"], ""), 1, "no such login name"),
            (staff(&world, &["unlock", "khong.ai"], ""), 1, "no such login name"),
            (
                staff(&world, &["withdraw", "quantri", "--role", "clerk"], ""),
                1,
                "role: they do not have this role there",
            ),
            (
                staff(&world, &["grant", "quantri", "--role", "clerk", "--court", "XX"], ""),
                2,
                "no court has the code XX",
            ),
        ] {
            let told = String::from_utf8(output.stderr.clone()).unwrap();
            assert_eq!(output.status.code(), Some(status), "{told}");
            assert!(told.contains(sentence), "{told}");
            assert!(output.stdout.is_empty());
        }
    }
}

#[test]
fn every_act_has_an_example() {
    for act in ["add", "grant", "withdraw", "disable", "unlock", "reset", "list"] {
        let output = Command::new(env!("CARGO_BIN_EXE_anphi"))
            .args(["staff", act, "--help"])
            .output()
            .unwrap();
        let help = String::from_utf8(output.stdout).unwrap();
        assert!(help.contains(&format!("anphi staff {act}")), "{act}: {help}");
        assert!(help.contains("Example"), "{act}: {help}");
    }
}
