//! 2,000 orders, each callback ten times, up to 32 at the same instant, among messages that are
//! forged, of a wrong amount, or for no order of ours.

use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use super::{
    Dice, assert_clean, assert_numbered,
    callbacks::{Door, Heard},
    count,
    deck::{Message, Truth, about},
    orders::{Order, orders},
    served,
    wire::Wire,
};
use crate::harness::{World, on_both};

const ORDERS: usize = 2_000;
/// Copies of each right message; of the wrong and unknown ones two are sent.
const COPIES: usize = 10;
/// Messages that may be under way at the same instant.
const AT_ONCE: usize = 32;
/// A sender gives up after so many answers that ask for one more try.
const PATIENCE: usize = 10;
/// Orders whose messages are sent mixed with each other.
const BLOCK: usize = 16;

/// What was heard, and how often, by message.
type Diary = Vec<BTreeMap<Heard, usize>>;

/// All messages, and the order in which they go out: every second block is shuffled, in the others
/// the copies of a message go out together.
fn deck(world: &World, orders: &[Order], dice: &Dice) -> (Vec<Message>, VecDeque<usize>) {
    let (mut messages, mut deck) = (Vec::new(), VecDeque::new());
    for (place, block) in orders.chunks(BLOCK).enumerate() {
        let mut sent = Vec::new();
        for message in block.iter().flat_map(|order| about(world, order)) {
            let copies = match message.truth {
                Truth::Right => COPIES,
                Truth::WrongAmount | Truth::UnknownOrder | Truth::WrongCurrency => 2,
                Truth::Forged => 1,
            };
            sent.extend(std::iter::repeat_n(messages.len(), copies));
            messages.push(message);
        }
        if place.is_multiple_of(2) {
            dice.shuffle(&mut sent);
        }
        deck.extend(sent);
    }
    (messages, deck)
}

/// Sends the deck; what is to be sent again goes to its end.
async fn send_all(
    server: SocketAddr,
    messages: Vec<Message>,
    deck: VecDeque<usize>,
) -> (Vec<Message>, Diary) {
    let (messages, deck) = (Arc::new(messages), Arc::new(Mutex::new(deck)));
    let mut senders = tokio::task::JoinSet::new();
    for _ in 0..AT_ONCE {
        let (messages, deck) = (messages.clone(), deck.clone());
        senders.spawn(async move {
            let mut wire = Wire::open(server).await.unwrap();
            let mut heard = Vec::new();
            loop {
                let Some(place) = deck.lock().unwrap().pop_front() else { return heard };
                let message = &messages[place];
                let reply = wire.ask(&message.request).await.unwrap();
                let answer = Heard::of(message.door, &reply);
                heard.push((place, answer));
                if answer == Heard::Again {
                    let again = heard.iter().filter(|one| **one == (place, answer)).count();
                    assert!(again < PATIENCE, "never recorded: {:?}", message.truth);
                    deck.lock().unwrap().push_back(place);
                }
            }
        });
    }
    let mut diary = vec![BTreeMap::new(); messages.len()];
    for (place, answer) in senders.join_all().await.into_iter().flatten() {
        *diary[place].entry(answer).or_insert(0) += 1;
    }
    (Arc::into_inner(messages).unwrap(), diary)
}

/// Each message was answered as its truth demands; the first of a gateway's right ones as recorded,
/// its repeats as confirmed.
fn assert_answers(messages: &[Message], diary: &Diary) {
    for (message, heard) in messages.iter().zip(diary) {
        let of = |answer| heard.get(&answer).copied().unwrap_or(0);
        let again = of(Heard::Again);
        let sent = heard.values().sum::<usize>() - again;
        let told = match (message.truth, message.door) {
            (Truth::Right, Door::Vnpay) => {
                let first = of(Heard::Recorded);
                assert!(first == 1 || (first == 0 && again > 0), "{heard:?}");
                first + of(Heard::Confirmed)
            }
            (Truth::WrongAmount | Truth::WrongCurrency, Door::Vnpay) => of(Heard::Amount),
            (Truth::UnknownOrder, Door::Vnpay) => of(Heard::Unknown),
            (Truth::Forged, _) => of(Heard::Signature),
            (_, Door::Sepay) => of(Heard::Recorded),
        };
        assert_eq!(told, sent, "{:?} {:?}: {heard:?}", message.truth, message.door);
    }
}

/// received = applied + repeated + refused + waiting, each as the senders have it.
async fn assert_counted(world: &World, messages: &[Message], diary: &Diary) {
    let store = &world.app.store;
    let (mut received, mut applied, mut refused, mut forged) = (0, 0, 0, [0, 0]);
    for (message, heard) in messages.iter().zip(diary) {
        let sent = i64::try_from(heard.values().sum::<usize>()).unwrap();
        let by_gateway = message.door == Door::Vnpay;
        match message.truth {
            Truth::Forged => {
                forged[usize::from(by_gateway)] += sent;
                continue;
            }
            Truth::Right => applied += 1,
            // A bank's money was moved, whatever it is for.
            Truth::WrongAmount | Truth::UnknownOrder | Truth::WrongCurrency => {
                *(if by_gateway { &mut refused } else { &mut applied }) += 1;
            }
        }
        received += sent;
    }
    let sum = |text| count(store, text);
    assert_eq!(sum("select cast(sum(deliveries) as bigint) from inbox").await, received);
    assert_eq!(sum("select count(*) from inbox where outcome = 'applied'").await, applied);
    assert_eq!(sum("select count(*) from inbox where outcome = 'refused'").await, refused);
    assert_eq!(sum("select count(*) from inbox where outcome = 'waiting'").await, 0);
    let repeated = sum("select cast(sum(deliveries - 1) as bigint) from inbox").await;
    assert_eq!(received, applied + repeated + refused);
    world.app.refused.flush(store).await.unwrap();
    for (text, sent) in [
        (
            "select cast(coalesce(sum(count), 0) as bigint) from refused_count",
            forged[0] + forged[1],
        ),
        (
            "select count from refused_count where account = 'bank' and reason = 'bad_signature'",
            forged[0],
        ),
        (
            "select count from refused_count where account = 'vnpay' and reason = 'bad_signature'",
            forged[1],
        ),
    ] {
        assert_eq!(count(store, text).await, sent, "{text}");
    }
}

on_both! {
    async fn a_storm_leaves_one_receipt_each(world: World) {
        let world = Arc::new(world);
        let began = std::time::Instant::now();
        let orders = orders(&world, ORDERS).await;
        eprintln!("{:?}: {ORDERS} orders", began.elapsed());
        let (messages, deck) = deck(&world, &orders, &Dice::new(3));
        assert!(deck.len() > 20_000);
        let sent = deck.len();
        let server = served(world.app.clone()).await;
        let (messages, diary) = send_all(server, messages, deck).await;
        eprintln!("{:?}: {sent} messages", began.elapsed());
        assert_answers(&messages, &diary);
        assert_eq!(assert_numbered(&world.app.store).await, i64::try_from(ORDERS).unwrap());
        assert_counted(&world, &messages, &diary).await;
        assert_clean(&world, &world.app.store, &*world.clock).await;
        eprintln!("{:?}: checked", began.elapsed());
    }
}
