//! Signing in on both engines: right, wrong, unknown, locked, shut out; codes that count once.

use std::{sync::Arc, time::Duration};

use anphi::{
    app::{App, Caller, Error, staff::NewStaff, totp},
    domain::{
        id::StaffId,
        sign_in::Standing,
        staff::{Operation, Role, Scope},
    },
    store::Store,
};
use chrono::TimeDelta;

use crate::harness::{World, on_both};

/// Nobody's password.
pub const PASSWORD: &str = "sông mơ đêm trăng 7";
const WRONG: &str = "sông mơ đêm trăng 8";

/// A clerk of the world's court with a second factor.
pub struct Clerk {
    pub id: StaffId,
    login: String,
    seed: Vec<u8>,
}

impl Clerk {
    pub async fn of(world: &World) -> Self {
        let grants = [(Role::Clerk, Scope::Court { id: world.court, children: false })];
        Self::with(world, "thuky.kv1", &grants).await
    }

    pub async fn with(world: &World, login: &str, grants: &[(Role, Scope)]) -> Self {
        let new = NewStaff { login, name: "Thư ký Mẫu", password: PASSWORD, grants };
        let id = world.app.add_staff(&Caller::system("test"), new).await.unwrap();
        let seed = world.app.new_totp_seed();
        world.app.enrol(id, &seed, None).await.unwrap();
        let seed = totp::read(&seed).unwrap().to_vec();
        Self { id, login: login.to_owned(), seed }
    }

    /// The code that the phone shows now.
    pub fn code(&self, world: &World) -> String {
        totp::code_at(&self.seed, world.app.now().unix()).unwrap()
    }

    /// Both steps; gives the token of the verified session.
    pub async fn signs_in(&self, world: &World, address: &str) -> String {
        let app = &world.app;
        let first = app.sign_in(&self.login, PASSWORD, address).await.unwrap();
        let seat = app.seat(&first.token).await.unwrap();
        app.give_code(&seat, &self.code(world), address).await.unwrap()
    }
}

/// What a caller learns of a refusal.
fn told(error: &Error) -> String {
    format!("{} {error}", error.code())
}

async fn refusal(world: &World, login: &str, password: &str, address: &str) -> String {
    told(&world.app.sign_in(login, password, address).await.unwrap_err())
}

/// Rows of a query that counts.
pub async fn count(store: &Store, text: &'static str) -> i64 {
    let row: (i64,) = match store {
        Store::Sqlite { read, .. } => sqlx::query_as(text).fetch_one(read).await.unwrap(),
        Store::Postgres { pool, .. } => sqlx::query_as(text).fetch_one(pool).await.unwrap(),
    };
    row.0
}

on_both! {
    async fn a_password_alone_opens_nothing_and_a_code_all(world: World) {
        let clerk = Clerk::of(&world).await;
        let app = &world.app;
        let first = app.sign_in(" ThuKy.KV1 ", PASSWORD, "203.0.113.1").await.unwrap();
        assert!(first.enrolled);
        let seat = app.seat(&first.token).await.unwrap();
        assert!(!seat.verified && !seat.fresh && seat.grants.is_empty());
        assert!(seat.granted(Operation::ReadCases).is_none());
        let token = app.give_code(&seat, &clerk.code(&world), "203.0.113.1").await.unwrap();
        // A new session: the token of the password step is worth nothing from now on.
        assert_ne!(token, first.token);
        assert!(matches!(app.seat(&first.token).await, Err(Error::Unauthenticated)));
        let seat = app.seat(&token).await.unwrap();
        assert!(seat.verified && seat.fresh);
        assert_eq!((seat.login.as_str(), seat.name.as_str()), ("thuky.kv1", "Thư ký Mẫu"));
        let granted = seat.granted(Operation::WriteCases).unwrap();
        assert_eq!(granted.scope, Scope::Court { id: world.court, children: false });
        assert_eq!(granted.place, "Tòa án nhân dân khu vực 1 - Sông Mơ");
        assert!(seat.granted(Operation::Administer).is_none());
        let caller = seat.caller(granted, "203.0.113.1", None);
        assert_eq!((caller.scope, caller.staff), (granted.scope, Some(clerk.id)));
    }

    async fn every_refusal_has_the_same_words(world: World) {
        let clerk = Clerk::of(&world).await;
        let away = Clerk::with(&world, "thuky.xa", &[]).await;
        world.app.disable_staff(&Caller::system("test"), "thuky.xa").await.unwrap();
        let words = "unauthenticated not signed in";
        for (login, password) in [
            ("thuky.kv1", WRONG),
            ("thuky.kv1", ""),
            ("khong.ai", PASSWORD),
            ("khong.ai", WRONG),
            ("", ""),
            ("thuky.xa", PASSWORD),
            ("thuky.xa", WRONG),
        ] {
            assert_eq!(refusal(&world, login, password, "203.0.113.2").await, words, "{login}");
        }
        // How many tries are left is said alike of everybody, also of who is shut out.
        for (login, left) in [("thuky.kv1", 3), ("khong.ai", 3), ("thuky.xa", 3), ("moi", 5)] {
            let standing = world.app.sign_in_standing(login, "203.0.113.2").await.unwrap();
            assert_eq!(standing, Standing::Open { left }, "{login}");
        }
        assert_ne!(clerk.id, away.id);
    }

    async fn the_fifth_wrong_try_locks_the_pair_for_a_quarter_of_an_hour(world: World) {
        let clerk = Clerk::of(&world).await;
        let (here, there) = ("203.0.113.3", "203.0.113.4");
        clerk.signs_in(&world, there).await;
        for login in ["thuky.kv1", "khong.ai"] {
            world.clock.advance(TimeDelta::seconds(1));
            for left in (0..5).rev() {
                let expected = "unauthenticated not signed in";
                assert_eq!(refusal(&world, login, WRONG, here).await, expected, "{left}");
            }
            for password in [WRONG, PASSWORD] {
                let error = world.app.sign_in(login, password, here).await.unwrap_err();
                assert_eq!(told(&error), "too_many_requests too many tries", "{login}");
                assert!(matches!(error, Error::TooMany { retry_after: 900 }), "{error:?}");
            }
        }
        // The lock is of the pair: the name goes on elsewhere, another name goes on here.
        world.clock.advance(TimeDelta::seconds(60));
        clerk.signs_in(&world, there).await;
        assert_eq!(refusal(&world, "thuky.kv2", WRONG, here).await, "unauthenticated not signed in");
        world.clock.advance(TimeDelta::seconds(14 * 60 - 2));
        assert_eq!(refusal(&world, "khong.ai", PASSWORD, here).await, "too_many_requests too many tries");
        world.clock.advance(TimeDelta::seconds(2));
        clerk.signs_in(&world, here).await;
        assert_eq!(
            world.app.sign_in_standing("thuky.kv1", here).await.unwrap(),
            Standing::Open { left: 5 },
        );
    }

    async fn many_guesses_at_once_are_no_more_than_five(world: World) {
        Clerk::of(&world).await;
        let guesses = (0..24).map(|n| {
            let app: Arc<App> = world.app.clone();
            tokio::spawn(async move {
                // The right one is among them, behind more than four wrong ones.
                let password = if n == 20 { PASSWORD } else { WRONG };
                app.sign_in("thuky.kv1", password, "203.0.113.5").await.err().map(|e| e.code())
            })
        });
        let mut wrong = 0;
        for guess in guesses.collect::<Vec<_>>() {
            match guess.await.unwrap() {
                Some("unauthenticated") => wrong += 1,
                // Too many at once wait for no hash.
                Some("too_many_requests" | "unavailable") | None => {}
                Some(other) => panic!("{other}"),
            }
        }
        assert!(wrong <= 5, "{wrong}");
        let text = "select count(*) from sign_in where outcome = 'password_wrong'";
        assert!(count(&world.app.store, text).await <= 5);
    }

    async fn twenty_wrong_from_new_addresses_ask_an_administrator(world: World) {
        let clerk = Clerk::of(&world).await;
        let known = "203.0.113.6";
        clerk.signs_in(&world, known).await;
        world.clock.advance(TimeDelta::seconds(30));
        for address in 1..=20 {
            let address = format!("198.51.100.{address}");
            let expected = "unauthenticated not signed in";
            assert_eq!(refusal(&world, "thuky.kv1", WRONG, &address).await, expected);
        }
        world.clock.advance(TimeDelta::days(3));
        let standing = |address: &'static str| world.app.sign_in_standing("thuky.kv1", address);
        assert_eq!(standing("198.51.100.99").await.unwrap(), Standing::Closed);
        let expected = "too_many_requests too many tries";
        assert_eq!(refusal(&world, "thuky.kv1", PASSWORD, "198.51.100.99").await, expected);
        // Where somebody signed in before, the name goes on.
        clerk.signs_in(&world, known).await;
        world.app.unlock_staff(&Caller::system("test"), "thuky.kv1").await.unwrap();
        world.clock.advance(TimeDelta::seconds(30));
        clerk.signs_in(&world, "198.51.100.99").await;
    }

    async fn a_code_counts_once(world: World) {
        let clerk = Clerk::of(&world).await;
        let app = &world.app;
        let here = "203.0.113.7";
        let code = clerk.code(&world);
        let one = app.sign_in("thuky.kv1", PASSWORD, here).await.unwrap().token;
        let two = app.sign_in("thuky.kv1", PASSWORD, here).await.unwrap().token;
        let (one, two) = (app.seat(&one).await.unwrap(), app.seat(&two).await.unwrap());
        let token = app.give_code(&one, &code, here).await.unwrap();
        let again = app.give_code(&two, &code, here).await.unwrap_err();
        assert_eq!(again.to_string(), "refused: code: code_used");
        let wrong = app.give_code(&two, "12345", here).await.unwrap_err();
        assert_eq!(wrong.to_string(), "refused: code: wrong_code");
        // A session that a code ended cannot be continued by another code.
        world.clock.advance(TimeDelta::seconds(30));
        let stale = app.give_code(&one, &clerk.code(&world), here).await.unwrap_err();
        assert!(matches!(stale, Error::Unauthenticated));
        // What failed used nothing up: the code still makes a binding act fresh, once.
        let seat = app.seat(&token).await.unwrap();
        app.give_fresh_code(&seat, &clerk.code(&world), here).await.unwrap();
        let again = app.give_fresh_code(&seat, &clerk.code(&world), here).await.unwrap_err();
        assert_eq!(again.to_string(), "refused: code: code_used");
        assert!(app.seat(&token).await.unwrap().fresh);
        world.clock.advance(TimeDelta::minutes(5));
        assert!(!app.seat(&token).await.unwrap().fresh);
    }

    async fn wrong_codes_lock_like_wrong_passwords(world: World) {
        let clerk = Clerk::of(&world).await;
        let (app, here) = (&world.app, "203.0.113.8");
        let token = app.sign_in("thuky.kv1", PASSWORD, here).await.unwrap().token;
        let seat = app.seat(&token).await.unwrap();
        for _ in 0..3 {
            app.give_code(&seat, "000000", here).await.unwrap_err();
        }
        // A right password between does not give new tries.
        for _ in 0..2 {
            app.sign_in("thuky.kv1", PASSWORD, here).await.unwrap();
            app.give_code(&seat, "000000", here).await.unwrap_err();
        }
        let locked = app.give_code(&seat, &clerk.code(&world), here).await.unwrap_err();
        assert!(matches!(locked, Error::TooMany { .. }), "{locked:?}");
        let expected = "too_many_requests too many tries";
        assert_eq!(refusal(&world, "thuky.kv1", PASSWORD, here).await, expected);
    }

    async fn the_same_code_at_once_opens_one_session(world: World) {
        let clerk = Clerk::of(&world).await;
        let here = "203.0.113.9";
        let code = clerk.code(&world);
        let mut tries = Vec::new();
        for _ in 0..5 {
            let app = world.app.clone();
            let token = app.sign_in("thuky.kv1", PASSWORD, here).await.unwrap().token;
            let (seat, code) = (app.seat(&token).await.unwrap(), code.clone());
            tries.push(tokio::spawn(async move { app.give_code(&seat, &code, here).await.is_ok() }));
        }
        let mut opened = 0;
        for one in tries {
            opened += usize::from(one.await.unwrap());
        }
        assert_eq!(opened, 1);
    }

    async fn without_a_second_factor_one_is_led_to_enrol(world: World) {
        let (app, here) = (&world.app, "203.0.113.10");
        let grants = [(Role::Judge, Scope::Court { id: world.court, children: false })];
        let new = NewStaff {
            login: "thamphan.kv1", name: "Thẩm phán Mẫu", password: PASSWORD, grants: &grants,
        };
        let id = app.add_staff(&Caller::system("test"), new).await.unwrap();
        let first = app.sign_in("thamphan.kv1", PASSWORD, here).await.unwrap();
        assert!(!first.enrolled);
        let seat = app.seat(&first.token).await.unwrap();
        assert!(seat.grants.is_empty());
        let nothing = app.give_code(&seat, "000000", here).await.unwrap_err();
        assert_eq!(nothing.to_string(), "refused: code: wrong_code");
        let seed = app.new_totp_seed();
        let bytes = totp::read(&seed).unwrap();
        let code = totp::code_at(&bytes, app.now().unix()).unwrap();
        let wrong = app.enrol(id, &seed, Some("000000")).await.unwrap_err();
        assert_eq!(wrong.to_string(), "refused: code: wrong_code");
        app.enrol(id, &seed, Some(&code)).await.unwrap();
        let token = app.give_code(&seat, &code, here).await.unwrap();
        assert!(app.seat(&token).await.unwrap().granted(Operation::IssueNotice).is_some());
        // Whoever has stolen the password cannot put another phone in its place.
        let other = app.new_totp_seed();
        let code = totp::code_at(&totp::read(&other).unwrap(), app.now().unix()).unwrap();
        let refused = app.enrol(id, &other, Some(&code)).await.unwrap_err();
        assert_eq!(refused.to_string(), "refused: code: enrolled_before");
        // The seed stands sealed in its row.
        let row = app.store.read().await.unwrap().staff(id).await.unwrap().unwrap();
        let sealed = row.totp.unwrap();
        assert!(!sealed.windows(bytes.len()).any(|window| window == bytes.as_slice()));
    }

    async fn away_for_forty_five_days_is_shut_out(world: World) {
        let clerk = Clerk::of(&world).await;
        let here = "203.0.113.11";
        clerk.signs_in(&world, here).await;
        world.clock.advance(TimeDelta::days(45));
        clerk.signs_in(&world, here).await;
        world.clock.advance(TimeDelta::days(45) + TimeDelta::seconds(1));
        let words = "unauthenticated not signed in";
        assert_eq!(refusal(&world, "thuky.kv1", PASSWORD, here).await, words);
        let caller = Caller::system("test");
        world.app.reset_staff(&caller, "thuky.kv1", "mưa trên mái tôn 9").await.unwrap();
        let first = world.app.sign_in("thuky.kv1", "mưa trên mái tôn 9", here).await.unwrap();
        assert!(!first.enrolled);
    }

    async fn every_try_stands_in_the_record_and_in_the_chain(world: World) {
        let clerk = Clerk::of(&world).await;
        let here = "203.0.113.12";
        refusal(&world, "thuky.kv1", WRONG, here).await;
        refusal(&world, PASSWORD, "", here).await;
        let token = clerk.signs_in(&world, here).await;
        let seat = world.app.seat(&token).await.unwrap();
        world.app.sign_out(&seat).await.unwrap();
        let store = &world.app.store;
        for (outcome, expected) in [
            ("select count(*) from sign_in where outcome = 'password_wrong'", 2),
            ("select count(*) from sign_in where outcome = 'password_ok'", 1),
            ("select count(*) from sign_in where outcome = 'code_ok'", 1),
            ("select count(*) from sign_in where outcome = 'signed_out'", 1),
            ("select count(*) from audit_entry where action = 'staff.sign_in'", 5),
            ("select count(*) from audit_entry where action = 'staff.sign_in'
                and actor_kind = 'staff' and address = '203.0.113.12'", 3),
            // A password typed into the field of the name is kept by nobody.
            ("select count(*) from sign_in where login like '%trăng%'", 0),
            ("select count(*) from audit_entry where payload like '%trăng%'", 0),
        ] {
            assert_eq!(count(store, outcome).await, expected, "{outcome}");
        }
        let checked = anphi::app::check::verify_audit(store, None).await.unwrap();
        assert!(checked.ok, "{checked:?}");
    }
}

/// Medians of many tries: a name that somebody has costs what one costs that nobody has.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_takes_the_same_time_whether_or_not_the_name_exists() {
    let world = World::on_sqlite().await;
    Clerk::of(&world).await;
    let mut took = [Vec::new(), Vec::new()];
    for round in 0..30 {
        for (kind, login) in ["thuky.kv1", "khong.ai"].into_iter().enumerate() {
            let address = format!("192.0.2.{round}");
            // A name closed after twenty is refused without work, whoever has it.
            world.app.unlock_staff(&Caller::system("test"), "thuky.kv1").await.unwrap();
            world.clock.advance(TimeDelta::seconds(1));
            let before = std::time::Instant::now();
            let refused = world.app.sign_in(login, WRONG, &address).await.unwrap_err();
            if matches!(refused, Error::Unauthenticated) {
                took[kind].push(before.elapsed());
            }
        }
    }
    let median = |times: &mut Vec<Duration>| {
        times.sort();
        times[times.len() / 2]
    };
    let (known, unknown) = (median(&mut took[0]), median(&mut took[1]));
    assert!(known.abs_diff(unknown) < Duration::from_millis(20), "{known:?} {unknown:?}");
}
