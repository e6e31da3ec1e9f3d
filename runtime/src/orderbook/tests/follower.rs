//! Rebuilds what a book shows from its events alone.

use std::collections::BTreeMap;

use sillok_abi::{BookEvent, OrderId, Side};

/// A book's visible queues, as somebody outside has them.
#[derive(Clone, Default)]
pub(super) struct Follower {
    /// The number of the next event.
    next: u64,
    /// Ids and shown quantities by side and price, first to last.
    queues: BTreeMap<(Side, u64), Vec<(u64, u64)>>,
}

impl Follower {
    /// Applies events, of which the first has the number `first`.
    pub(super) fn follow(&mut self, first: u64, events: &[BookEvent]) -> Result<(), String> {
        if first != self.next {
            return Err(format!("events begin at {first} instead of {}", self.next));
        }
        self.next += events.len() as u64;
        events.iter().try_for_each(|event| self.apply(event))
    }

    fn apply(&mut self, event: &BookEvent) -> Result<(), String> {
        match *event {
            BookEvent::Joined { order, side, price, quantity } => {
                self.remove(order.0);
                self.queues.entry((side, price.0)).or_default().push((order.0, quantity.0));
            }
            BookEvent::Resized { order, quantity } => {
                let mut all = self.queues.values_mut().flatten();
                let found = all.find(|found| found.0 == order.0);
                found.ok_or(format!("{event:?} of an order that is not there"))?.1 = quantity.0;
            }
            BookEvent::Left { order } if !self.remove(order.0) => {
                return Err(format!("{event:?} of an order that is not there"));
            }
            BookEvent::Traded { maker, taker, quantity, .. } => {
                for order in [maker, taker] {
                    self.reduce(order.0, quantity.0).ok_or(format!("{event:?} of more than is shown"))?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes a quantity off what an order shows, if it shows anything; one that shows nothing more has left.
    fn reduce(&mut self, id: u64, quantity: u64) -> Option<()> {
        let Some(order) = self.queues.values_mut().flatten().find(|order| order.0 == id) else {
            return Some(());
        };
        order.1 = order.1.checked_sub(quantity)?;
        if order.1 == 0 {
            self.remove(id);
        }
        Some(())
    }

    fn remove(&mut self, id: u64) -> bool {
        let mut found = false;
        for queue in self.queues.values_mut() {
            let before = queue.len();
            queue.retain(|order| order.0 != id);
            found |= queue.len() < before;
        }
        self.queues.retain(|_, queue| !queue.is_empty());
        found
    }

    /// A side's queue: price, the order's number and shown quantity, best price first.
    pub(super) fn queue(&self, side: Side) -> Vec<(u64, u64, u64)> {
        let levels = self.queues.iter().filter(|((of, _), _)| *of == side);
        let mut levels: Vec<_> = levels.map(|((_, price), queue)| (*price, queue)).collect();
        if side == Side::Buy {
            levels.reverse();
        }
        let orders = |(price, queue): (u64, &Vec<(u64, u64)>)| {
            queue.iter().map(|order| (price, OrderId(order.0).number(), order.1)).collect::<Vec<_>>()
        };
        levels.into_iter().flat_map(orders).collect()
    }
}
