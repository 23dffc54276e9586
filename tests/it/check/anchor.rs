//! Heads and numbers outside the database: a tail that is cut later is missed.

use std::time::{Duration, Instant};

use anphi::app::anchor::{Anchor, Anchored};

use super::{checked, story, violated};
use crate::{
    check::broken::Copies,
    harness::{World, on_both},
};

async fn now_in(world: &World) -> Anchored {
    let mut tx = world.app.store.read().await.unwrap();
    Anchored::of(&mut tx).await.unwrap()
}

fn file() -> std::path::PathBuf {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    std::env::temp_dir().join(format!("anphi_anchor_{}_{count}.json", std::process::id()))
}

on_both! {
    async fn a_commit_is_anchored_within_a_second(world: World) {
        let path = file();
        let keeper = Anchor::start(world.app.store.clone(), path.clone());
        for _ in 0..2 {
            world.served(300_000).await;
            let committed = Instant::now();
            keeper.anchor().poke();
            let expected = now_in(&world).await;
            while Anchored::read(&path).unwrap().as_ref() != Some(&expected) {
                assert!(committed.elapsed() < Duration::from_secs(1), "a second has passed");
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
        world.served(300_000).await;
        keeper.finish().await;
        assert_eq!(Anchored::read(&path).unwrap(), Some(now_in(&world).await));
        std::fs::remove_file(path).unwrap();
    }

    async fn a_tail_older_than_the_anchor_is_missed(world: World) {
        story::busy(&world).await;
        let anchor = now_in(&world).await;
        let clean = checked(&world, &world.app.store, Some(&anchor)).await;
        assert_eq!(violated(&clean), []);
        let copies = Copies::of(&world).await;
        // Cut without a trace inside the database: the last entry of the court, its steps, its head.
        let last = "select id from audit_entry where chain = 'court' order by seq desc limit 1";
        let steps = format!("delete from state_change where audit_id = ({last})");
        let head = "update audit_head set seq = (select max(seq) from audit_entry where chain = 'court'),
            hash = (select hash from audit_entry where chain = 'court' order by seq desc limit 1)
            where chain = 'court'";
        let cut = [steps.as_str(), &format!("delete from audit_entry where id = ({last})"), head];
        let copy = copies.broken_by(&cut).await;
        let found = violated(&checked(&world, &copy.store, Some(&anchor)).await);
        let audit = found.iter().find(|(name, _)| *name == "I-12").expect("the cut is seen");
        assert!(audit.1.iter().any(|row| row.contains("was anchored at")), "{audit:?}");
        let unanchored = violated(&checked(&world, &copy.store, None).await);
        assert!(unanchored.iter().all(|(name, _)| *name != "I-12"), "{unanchored:?}");
        copy.drop().await;
        // The same for the receipts of a series.
        let number = "update receipt_series set last_number = last_number - 1";
        let copy = copies.broken_by(&[number]).await;
        let found = violated(&checked(&world, &copy.store, Some(&anchor)).await);
        let rows = &found.iter().find(|(name, _)| *name == "I-06").expect("the number is seen").1;
        assert!(rows.iter().any(|row| row.contains("was anchored at")), "{rows:?}");
        copy.drop().await;
    }
}
