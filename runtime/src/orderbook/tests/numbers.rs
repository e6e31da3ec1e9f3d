//! The numbers of orders for their ids: slots, which are the rest of an id, the model does not have.

use std::collections::BTreeMap;

use sillok_abi::{
    Amended, Cancelled, Fill, OrderId, OrderView, PhaseSet, Placed, Removed, Reported, Resumed, Uncrossed,
};

use super::super::id::id_of;

/// Which id each order has.
#[derive(Default)]
pub(super) struct Ids(BTreeMap<u64, OrderId>);

impl Ids {
    /// Puts numbers for ids, of which an order has one for as long as it lives.
    pub(super) fn number<T: Named>(&mut self, answer: &mut T) -> Result<(), String> {
        let mut changed = None;
        answer.each(&mut |order| {
            let known = *self.0.entry(order.number()).or_insert(*order);
            if known != *order {
                changed = Some(format!("{known:?} has become {order:?}"));
            }
            order.0 = order.number();
        });
        changed.map_or(Ok(()), Err)
    }

    /// The id of a number; one that nobody has if there is no such order.
    pub(super) fn id(&self, number: u64) -> OrderId {
        self.0.get(&number).copied().unwrap_or(OrderId(id_of(number, number as u32 % 3)))
    }

    /// Forgets orders from a number on, which never came.
    pub(super) fn forget(&mut self, next: u64) {
        self.0.retain(|number, _| *number < next);
    }
}

/// What names orders.
pub(super) trait Named {
    fn each(&mut self, order: &mut dyn FnMut(&mut OrderId));
}

impl<T: Named> Named for Vec<T> {
    fn each(&mut self, order: &mut dyn FnMut(&mut OrderId)) {
        self.iter_mut().for_each(|part| part.each(order));
    }
}

/// By the fields that name orders.
macro_rules! named {
    ($($type:ident { $($field:ident),* })*) => {
        $(impl Named for $type {
            fn each(&mut self, _order: &mut dyn FnMut(&mut OrderId)) {
                $(self.$field.each(_order);)*
            }
        })*
    };
}

impl Named for OrderId {
    fn each(&mut self, order: &mut dyn FnMut(&mut OrderId)) {
        order(self);
    }
}

named! {
    Fill { maker, taker }
    Removed { order }
    OrderView { order }
    Placed { order, fills, removed }
    Amended { before, placed }
    Cancelled { removed }
    PhaseSet { removed }
    Resumed { fills, removed }
    Uncrossed { fills, removed }
    Reported {}
}
