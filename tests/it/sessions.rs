//! Sessions on both engines: how they end, and that whoever is shut out is out at the next request.

use anphi::{
    app::{Caller, Error},
    domain::staff::{Operation, Role, Scope},
};
use chrono::TimeDelta;

use crate::{
    harness::{World, on_both},
    sign_in::{Clerk, PASSWORD, count},
};

const HERE: &str = "203.0.113.1";

async fn is_out(world: &World, token: &str) -> bool {
    match world.app.seat(token).await {
        Ok(_) => false,
        Err(Error::Unauthenticated) => true,
        Err(other) => panic!("{other:?}"),
    }
}

on_both! {
    async fn idle_for_fifteen_minutes_is_over(world: World) {
        let clerk = Clerk::of(&world).await;
        let token = clerk.signs_in(&world, HERE).await;
        let ends = world.app.seat(&token).await.unwrap().ends;
        assert_eq!(ends, world.app.now().plus(TimeDelta::minutes(15)));
        for _ in 0..3 {
            world.clock.advance(TimeDelta::minutes(14) + TimeDelta::seconds(59));
            assert!(!is_out(&world, &token).await);
        }
        world.clock.advance(TimeDelta::minutes(15));
        assert!(is_out(&world, &token).await);
    }

    async fn an_administrators_session_idles_five_minutes(world: World) {
        let admin = Clerk::with(&world, "quantri", &[(Role::Administrator, Scope::All)]).await;
        let token = admin.signs_in(&world, HERE).await;
        world.clock.advance(TimeDelta::minutes(4) + TimeDelta::seconds(59));
        assert!(!is_out(&world, &token).await);
        world.clock.advance(TimeDelta::minutes(5));
        assert!(is_out(&world, &token).await);
    }

    async fn twelve_hours_are_the_end_however_busy(world: World) {
        let clerk = Clerk::of(&world).await;
        let token = clerk.signs_in(&world, HERE).await;
        for _ in 0..71 {
            world.clock.advance(TimeDelta::minutes(10));
            assert!(!is_out(&world, &token).await);
        }
        let ends = world.app.seat(&token).await.unwrap().ends;
        assert_eq!(ends, world.app.now().plus(TimeDelta::minutes(10)));
        world.clock.advance(TimeDelta::minutes(10));
        assert!(is_out(&world, &token).await);
    }

    async fn without_a_code_ten_minutes_are_the_end(world: World) {
        Clerk::of(&world).await;
        let first = world.app.sign_in("thuky.kv1", PASSWORD, HERE).await.unwrap();
        world.clock.advance(TimeDelta::minutes(9));
        assert!(!is_out(&world, &first.token).await);
        world.clock.advance(TimeDelta::minutes(1));
        assert!(is_out(&world, &first.token).await);
    }

    async fn a_token_is_dead_after_sign_out_and_was_never_another(world: World) {
        let clerk = Clerk::of(&world).await;
        let token = clerk.signs_in(&world, HERE).await;
        let seat = world.app.seat(&token).await.unwrap();
        world.app.sign_out(&seat).await.unwrap();
        assert!(is_out(&world, &token).await);
        // A second press ends nothing twice.
        world.app.sign_out(&seat).await.unwrap();
        let outs = "select count(*) from sign_in where outcome = 'signed_out'";
        assert_eq!(count(&world.app.store, outs).await, 1);
        for token in ["", "x", &token.to_lowercase(), &format!("{token}="), &token[1..]] {
            assert!(is_out(&world, token).await, "{token}");
        }
        // Only hashes are kept.
        let kept: Vec<u8> = match &world.app.store {
            anphi::store::Store::Sqlite { read, .. } => {
                sqlx::query_scalar("select token_hash from session").fetch_one(read).await.unwrap()
            }
            anphi::store::Store::Postgres { pool, .. } => {
                sqlx::query_scalar("select token_hash from session").fetch_one(pool).await.unwrap()
            }
        };
        assert_eq!(kept.len(), 32);
    }

    async fn shut_out_is_out_at_the_next_request(world: World) {
        let clerk = Clerk::of(&world).await;
        let one = clerk.signs_in(&world, HERE).await;
        world.clock.advance(TimeDelta::seconds(30));
        let two = clerk.signs_in(&world, "203.0.113.2").await;
        let half = world.app.sign_in("thuky.kv1", PASSWORD, HERE).await.unwrap().token;
        let seat = world.app.seat(&half).await.unwrap();
        let caller = Caller::system("test");
        world.app.disable_staff(&caller, "thuky.kv1").await.unwrap();
        for token in [&one, &two, &half] {
            assert!(is_out(&world, token).await);
        }
        world.clock.advance(TimeDelta::seconds(30));
        let late = world.app.give_code(&seat, &clerk.code(&world), HERE).await.unwrap_err();
        assert!(matches!(late, Error::Unauthenticated), "{late:?}");
        world.app.disable_staff(&caller, "thuky.kv1").await.unwrap();
        let told = "select count(*) from audit_entry where action = 'staff.disabled'";
        assert_eq!(count(&world.app.store, told).await, 1);
        let unknown = world.app.disable_staff(&caller, "khong.ai").await.unwrap_err();
        assert!(matches!(unknown, Error::NotFound));
    }

    async fn a_role_comes_and_goes_at_the_next_request(world: World) {
        let clerk = Clerk::of(&world).await;
        let token = clerk.signs_in(&world, HERE).await;
        let app = &world.app;
        let caller = Caller::system("test");
        let accountant =
            (Role::Accountant, Scope::Agency { id: world.agency, children: true });
        world.clock.advance(TimeDelta::seconds(1));
        app.grant_role(&caller, "thuky.kv1", accountant).await.unwrap();
        let twice = app.grant_role(&caller, "thuky.kv1", accountant).await.unwrap_err();
        assert_eq!(twice.to_string(), "refused: role: granted_before");
        let seat = app.seat(&token).await.unwrap();
        let granted = seat.granted(Operation::ImportStatement).unwrap();
        assert_eq!(granted.scope, accountant.1);
        assert_eq!(seat.grant(granted.id).unwrap().role, Role::Accountant);
        let roles: Vec<Role> = seat.grants.iter().map(|granted| granted.role).collect();
        assert_eq!(roles, [Role::Clerk, Role::Accountant]);
        app.withdraw_role(&caller, "thuky.kv1", accountant).await.unwrap();
        let seat = app.seat(&token).await.unwrap();
        assert!(seat.granted(Operation::ImportStatement).is_none());
        let gone = app.withdraw_role(&caller, "thuky.kv1", accountant).await.unwrap_err();
        assert_eq!(gone.to_string(), "refused: role: not_granted");
        // An administrator's shorter session holds from the grant on.
        let admin = (Role::Administrator, Scope::All);
        app.grant_role(&caller, "thuky.kv1", admin).await.unwrap();
        world.clock.advance(TimeDelta::minutes(6));
        assert!(is_out(&world, &token).await);
    }

    async fn ones_own_sessions_are_listed_and_ended(world: World) {
        let clerk = Clerk::of(&world).await;
        let other = Clerk::with(&world, "thuky.kv2", &[]).await;
        let foreign = other.signs_in(&world, HERE).await;
        let app = &world.app;
        let mut tokens = Vec::new();
        for address in ["203.0.113.1", "203.0.113.2", "203.0.113.3"] {
            tokens.push(clerk.signs_in(&world, address).await);
            world.clock.advance(TimeDelta::seconds(30));
        }
        let seat = app.seat(&tokens[0]).await.unwrap();
        let own = app.own_sessions(&seat).await.unwrap();
        let addresses: Vec<&str> = own.iter().map(|session| session.address.as_str()).collect();
        assert_eq!(addresses, ["203.0.113.1", "203.0.113.2", "203.0.113.3"]);
        assert_eq!(own.iter().map(|session| session.this).collect::<Vec<_>>(), [true, false, false]);
        app.end_own_session(&seat, own[1].id).await.unwrap();
        assert!(is_out(&world, &tokens[1]).await);
        let theirs = app.seat(&foreign).await.unwrap();
        for id in [own[1].id, theirs.session] {
            let refused = app.end_own_session(&seat, id).await.unwrap_err();
            assert!(matches!(refused, Error::NotFound), "{refused:?}");
        }
        assert_eq!(app.end_other_sessions(&seat).await.unwrap(), 1);
        assert!(is_out(&world, &tokens[2]).await);
        assert!(!is_out(&world, &tokens[0]).await && !is_out(&world, &foreign).await);
    }

    async fn a_new_password_ends_the_other_sessions(world: World) {
        let clerk = Clerk::of(&world).await;
        let app = &world.app;
        let old = clerk.signs_in(&world, "203.0.113.2").await;
        world.clock.advance(TimeDelta::seconds(30));
        let token = clerk.signs_in(&world, HERE).await;
        let seat = app.seat(&token).await.unwrap();
        let new = "mưa trên mái tôn 9";
        world.clock.advance(TimeDelta::seconds(1));
        for (given, wanted, expected) in [
            ("sai", new, "refused: old: wrong_password"),
            (PASSWORD, "ngắn", "refused: password: password_too_short"),
            (PASSWORD, "passwordpassword", "refused: password: password_too_common"),
            (PASSWORD, PASSWORD, "refused: password: used_before"),
        ] {
            let refused = app.change_password(&seat, (given, wanted), HERE).await.unwrap_err();
            assert_eq!(refused.to_string(), expected);
        }
        app.change_password(&seat, (PASSWORD, new), HERE).await.unwrap();
        assert!(is_out(&world, &old).await);
        assert!(!is_out(&world, &token).await);
        assert!(app.sign_in("thuky.kv1", PASSWORD, "203.0.113.9").await.is_err());
        let half = app.sign_in("thuky.kv1", new, "203.0.113.9").await.unwrap().token;
        let half = app.seat(&half).await.unwrap();
        let refused = app.change_password(&half, (new, PASSWORD), HERE).await.unwrap_err();
        assert!(matches!(refused, Error::Forbidden));
        for _ in 0..4 {
            app.change_password(&seat, ("sai", PASSWORD), HERE).await.unwrap_err();
        }
        let locked = app.change_password(&seat, (new, PASSWORD), HERE).await.unwrap_err();
        assert!(matches!(locked, Error::TooMany { .. }), "{locked:?}");
    }
}
