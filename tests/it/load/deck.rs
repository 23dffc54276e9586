//! What is sent: each order's messages, and what each of them is in truth.

use anphi::domain::id::Reference;
use sha2::{Digest, Sha256};

use super::{
    callbacks::{Door, Told},
    orders::{DUE, Order},
};
use crate::harness::World;

/// What a message is in truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truth {
    Right,
    WrongAmount,
    UnknownOrder,
    /// Well signed, in a currency that no order has.
    WrongCurrency,
    Forged,
}

pub struct Message {
    pub door: Door,
    pub truth: Truth,
    pub request: Vec<u8>,
    /// Under which key the inbox has it.
    pub key: String,
    /// The notice that it pays; none where it pays none.
    pub pays: Option<String>,
}

impl Message {
    fn of(truth: Truth, told: &Told, request: Vec<u8>) -> Self {
        let key = format!("paid/{}/{}", told.number, told.amount);
        let notice = told.reference.split('-').next().map(str::to_owned);
        let pays = notice.filter(|_| truth == Truth::Right);
        Self { door: told.door, truth, request, key, pays }
    }
}

/// The messages about one order: the right one, a forged one, and of every fourth order one with a
/// wrong sum and one for an order of nobody.
pub fn about(world: &World, order: &Order) -> Vec<Message> {
    let (right, key) = (order.paid(world), order.door.key());
    let signed = |truth, told: &Told| Message::of(truth, told, told.signed(key));
    let forged = right.signed(&format!("not {key}"));
    let mut messages =
        vec![signed(Truth::Right, &right), Message::of(Truth::Forged, &right, forged)];
    if order.number % 8 < 2 {
        // Half of the gateway's wrong sums come under the number of the right one.
        let own = order.door == Door::Sepay || order.number % 16 < 8;
        let number = if own { 1_000_000 + order.number } else { order.number };
        let wrong = Told { amount: DUE - 1_000, number, ..right.clone() };
        let reference = nobodys(order.number);
        let stranger = Told { reference, number: 2_000_000 + order.number, ..right };
        messages.push(signed(Truth::WrongAmount, &wrong));
        messages.push(signed(Truth::UnknownOrder, &stranger));
    }
    messages
}

/// An IPN about an order in dollars.
pub fn in_dollars(world: &World, order: &Order) -> Message {
    let told = order.paid(world);
    let request = told.ipn(order.door.key(), "USD");
    let text = std::str::from_utf8(&request).unwrap();
    let query = text.split([' ', '?']).nth(2).unwrap();
    let key = format!("refused/{}", hex::encode(Sha256::digest(query)));
    Message { key, ..Message::of(Truth::WrongCurrency, &told, request.clone()) }
}

/// A reference of no notice.
fn nobodys(number: u64) -> String {
    Reference::from_number(u32::try_from(number).unwrap()).to_string()
}
