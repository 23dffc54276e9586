//! What a start makes of the settings: accounts that come, change and go, and what courts, agencies
//! and sessions begin with.

use std::sync::Arc;

use anphi::{
    app::{
        App,
        notices::DraftOptions,
        session::SessionTimes,
        start::{Parts, StartError, start_by},
    },
    config::{AcceptBy, Account, Channel, Courts},
    domain::{
        fee::LawSettings,
        settle::{IssueMode, PartsMode},
    },
};
use chrono::TimeDelta;

use crate::{
    harness::{World, accounts, on_both},
    sign_in::Clerk,
};

/// The program started once more on the database of `world`.
async fn started(
    world: &World,
    accounts: &[Account],
    chosen: (Courts, SessionTimes),
) -> Result<Arc<App>, StartError> {
    let parts = Parts {
        store: world.app.store.clone(),
        clock: world.app.clock.clone(),
        random: world.app.random.clone(),
        vault: world.app.vault.clone(),
        law: LawSettings::default(),
        site: world.app.site.clone(),
        test_data: false,
    };
    Ok(start_by(parts, accounts, chosen).await?.0)
}

const BUILT_IN: (Courts, SessionTimes) = (Courts::BUILT_IN, SessionTimes::BUILT_IN);

/// Name, provider and state of every account.
async fn standing(world: &World) -> Vec<(String, String, String)> {
    let rows = world.app.store.read().await.unwrap().accounts().await.unwrap();
    rows.into_iter().map(|row| (row.name, row.provider, row.state)).collect()
}

fn row(name: &str, provider: &str, state: &str) -> (String, String, String) {
    (name.to_owned(), provider.to_owned(), state.to_owned())
}

on_both! {
    async fn an_account_taken_out_of_the_settings_is_stopped_and_one_put_back_lives(world: World) {
        let all = accounts("http://127.0.0.1:9");
        let served = async |accounts: &[Account]| {
            started(&world, accounts, BUILT_IN).await.unwrap().record_start().await.unwrap();
        };
        served(&all[..1]).await;
        assert_eq!(standing(&world).await, [row("bank", "sepay", "live"), row("vnpay", "vnpay", "stopped")]);
        served(&[]).await;
        assert_eq!(standing(&world).await[0], row("bank", "sepay", "stopped"));
        let notice = world.app.create_case(&world.clerk, world.claim_for(300_000)).await.unwrap();
        let group = world.app.case(&world.clerk, notice).await.unwrap().groups[0].id;
        let drafted = world.app.draft_notices(&world.clerk, notice, group, DraftOptions::default()).await.unwrap();
        world.app.send_to_sign(&world.clerk, drafted[0]).await.unwrap();
        let refused = world.app.issue_notice(&world.judge, drafted[0]).await.unwrap_err();
        assert_eq!(refused.to_string(), "refused: account: no_live_account");
        served(&all).await;
        assert_eq!(standing(&world).await, [row("bank", "sepay", "live"), row("vnpay", "vnpay", "live")]);
        world.app.issue_notice(&world.judge, drafted[0]).await.unwrap();
    }

    async fn a_command_beside_the_service_stops_no_account(world: World) {
        started(&world, &[], BUILT_IN).await.unwrap();
        assert!(standing(&world).await.iter().all(|(_, _, state)| state == "live"));
    }

    async fn an_account_may_change_its_provider_but_not_its_agency(world: World) {
        let mut all = accounts("http://127.0.0.1:9");
        if let Channel::Sepay { watched, .. } = &all[0].channel {
            all[0].channel = Channel::Bank(watched.clone());
        }
        started(&world, &all, BUILT_IN).await.unwrap();
        assert_eq!(standing(&world).await[0], row("bank", "bank", "live"));
        all[0].agency = "THADS-01".parse().unwrap();
        let refused = started(&world, &all[..1], BUILT_IN).await.map(|_| ()).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "account bank was DEMO-THADS-00's before; give the account of THADS-01 another name"
        );
    }

    async fn courts_and_agencies_begin_with_the_settings_and_keep_their_own(world: World) {
        let clerks = Courts {
            accept: AcceptBy::ClerkRecords,
            parts: PartsMode::Refund,
            issue: IssueMode::AfterMatch,
            ..Courts::BUILT_IN
        };
        started(&world, &[], (clerks, SessionTimes::BUILT_IN)).await.unwrap();
        started(&world, &[], BUILT_IN).await.unwrap();
        let mut tx = world.app.store.read().await.unwrap();
        for court in tx.courts().await.unwrap() {
            let expected = if court.id == world.court { "judge" } else { "clerk_records" };
            assert_eq!(court.accept_by, expected, "{}", court.code);
        }
        for agency in tx.agencies().await.unwrap() {
            let own = agency.id == world.agency;
            let expected = if own {
                (PartsMode::Join, IssueMode::AtSettlement)
            } else {
                (PartsMode::Refund, IssueMode::AfterMatch)
            };
            assert_eq!((agency.parts, agency.issue), expected, "{}", agency.code);
        }
    }

    async fn the_highest_court_of_the_accounts_answers_for_the_pages(world: World) {
        let answers = async || world.app.responsible().await.unwrap().unwrap().code;
        let accounts = accounts("http://127.0.0.1:9");
        started(&world, &accounts, BUILT_IN).await.unwrap().record_start().await.unwrap();
        assert_eq!(answers().await, "DEMO-TAND-00-KV01", "its agency has the accounts");
        started(&world, &[], BUILT_IN).await.unwrap().record_start().await.unwrap();
        assert_eq!(answers().await, "TANDTC", "no account yet: the country's courts");
        let of = |name: &str, agency: &str| Account {
            name: name.to_owned(),
            agency: agency.parse().unwrap(),
            ..crate::harness::accounts("http://127.0.0.1:9").swap_remove(0)
        };
        let (hanoi, hue) = (|| of("hanoi", "THADS-01"), of("hue", "THADS-46"));
        started(&world, &[hanoi()], BUILT_IN).await.unwrap().record_start().await.unwrap();
        assert_eq!(answers().await, "TAND-01");
        started(&world, &[hanoi(), hue], BUILT_IN).await.unwrap().record_start().await.unwrap();
        assert_eq!(answers().await, "TANDTC", "of two provinces the court above both");
    }

    async fn sessions_last_as_the_settings_say(world: World) {
        let clerk = Clerk::of(&world).await;
        let token = clerk.signs_in(&world, "203.0.113.1").await;
        let short = SessionTimes { idle: TimeDelta::minutes(2), ..SessionTimes::BUILT_IN };
        let app = started(&world, &[], (Courts::BUILT_IN, short)).await.unwrap();
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(app.seat(&token).await.unwrap().ends, app.now().plus(TimeDelta::minutes(2)));
        world.clock.advance(TimeDelta::minutes(2));
        assert!(app.seat(&token).await.is_err());
    }
}
