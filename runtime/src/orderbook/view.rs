//! What can be read of a book.

use codec::Encode;
use sillok_abi::{
    Account, BookError, Depth, Hash, Level, OrderId, OrderState, OrderView, Price, Quantity, Side, digest,
};

use super::answer::{Broken, Failure};
use super::book::Book;
use super::id::slot_in;
use super::order::{Family, Flags, NIL, Order, Rung};

/// All families and sides of queues.
pub(super) const QUEUES: [(Family, Side); 8] = [
    (Family::Limit, Side::Buy),
    (Family::Limit, Side::Sell),
    (Family::Stop, Side::Buy),
    (Family::Stop, Side::Sell),
    (Family::Midpoint, Side::Buy),
    (Family::Midpoint, Side::Sell),
    (Family::Market, Side::Buy),
    (Family::Market, Side::Sell),
];

/// An order as it was seen, from which a view is made where that is to be: views are large.
pub(super) struct Seen {
    id: u64,
    owner: u32,
    rung: Rung,
    price: Price,
    total: u64,
    shown: u64,
    flags: Flags,
    expiry: u64,
}

impl Seen {
    /// The view, in the book where it was seen: its owner was there then, and owners stay.
    #[inline(always)]
    pub(super) fn view(self, book: &Book) -> OrderView {
        let owner = book.slab.owners.account(self.owner);
        OrderView {
            order: OrderId(self.id),
            owner: owner.copied().unwrap_or(Account::Key([0; 32])),
            side: self.rung.side(),
            price: self.price,
            quantity: Quantity(self.total),
            shown: Quantity(if self.rung.is_limit() { self.shown } else { 0 }),
            state: match self.rung.family() {
                Family::Limit => OrderState::Resting,
                Family::Stop => OrderState::Stop,
                Family::Midpoint => OrderState::Midpoint,
                Family::Market => OrderState::Market,
            },
            time_in_force: self.flags.time_in_force(self.expiry),
        }
    }
}

impl Book {
    /// The slot of an order.
    #[inline]
    pub(super) fn slot_of(&self, id: OrderId) -> Result<u32, BookError> {
        self.slab.find(id.0).ok_or(BookError::NoOrder)
    }

    /// The order with this id.
    pub(super) fn order(&self, id: OrderId) -> Result<OrderView, Failure> {
        Ok(self.view(self.slot_of(id)?)?)
    }

    /// The order in a slot.
    pub(super) fn view(&self, slot: u32) -> Result<OrderView, Broken> {
        Ok(self.seen(slot, self.slab.get(slot)?)?.view(self))
    }

    /// What a view of the order in a slot, which is `order`, says of it.
    #[inline(always)]
    pub(super) fn seen(&self, slot: u32, order: &Order) -> Result<Seen, Broken> {
        self.slab.owners.account(order.owner)?;
        Ok(Seen {
            id: order.id,
            owner: order.owner,
            rung: order.rung,
            price: if order.rung.is_limit() { Price(order.price) } else { self.worst_price(slot, order) },
            total: order.total(),
            shown: order.shown,
            flags: order.flags,
            expiry: self.slab.expiry(slot, order.flags),
        })
    }

    /// The worst price at which an order that is not at its limit may trade.
    #[cold]
    fn worst_price(&self, slot: u32, order: &Order) -> Price {
        let stop = order.rung.family() == Family::Stop && !order.flags.has(Flags::UNLIMITED);
        match order.rung.side() {
            _ if stop => Price(self.grid.price(self.slab.extra(slot).limit)),
            Side::Buy => self.params.high,
            Side::Sell => self.params.low,
        }
    }

    /// The best `levels` of both sides.
    pub(super) fn depth(&self, levels: u32) -> Depth {
        let side = |side| {
            let best = self.ladder.levels(side).take(levels as usize);
            let level = best.map(|(rung, level)| Level {
                price: Price(self.grid.price(rung.tick())),
                quantity: Quantity(level.shown),
                orders: level.orders,
            });
            level.collect()
        };
        Depth { bids: side(Side::Buy), asks: side(Side::Sell) }
    }

    /// At most `limit` of an owner's orders with ids above `after`, lowest first.
    pub(super) fn orders_of(
        &self,
        account: &Account,
        after: OrderId,
        limit: u32,
    ) -> Result<Vec<OrderView>, Broken> {
        let mut found = self.owned_by(account)?;
        found.retain(|id| *id > after.0);
        found.truncate(limit as usize);
        found.into_iter().map(|id| self.view(slot_in(id))).collect()
    }

    /// The ids of an account's orders, lowest first.
    pub(super) fn owned_by(&self, account: &Account) -> Result<Vec<u64>, Broken> {
        self.slab.owners.find(account).map_or(Ok(Vec::new()), |number| self.slab.of_owner(number))
    }

    /// How many orders an account has.
    pub(super) fn orders_open(&self, account: &Account) -> u64 {
        let number = self.slab.owners.find(account);
        number.and_then(|number| self.slab.owners.orders(number).ok()).unwrap_or(0).into()
    }

    /// The first slot of a queue.
    pub(super) fn head(&self, rung: Rung) -> Option<u32> {
        let head = self.ladder.level(rung).head;
        (head != NIL).then_some(head)
    }

    /// A digest of everything that the book's later behaviour depends on: rules, counters, day, every
    /// queue in order with the slots of its orders, owners, and free list.
    pub(super) fn digest(&self) -> Result<Hash, Broken> {
        let mut bytes = (self.owner, &self.params, self.counted(), self.day).encode();
        (self.slab.live, self.slab.special, self.slab.slots()).encode_to(&mut bytes);
        for (family, side) in QUEUES {
            for rung in self.rungs(family, side) {
                let level = self.ladder.level(rung);
                (rung, level.orders, level.shown, level.hidden, level.tail).encode_to(&mut bytes);
                self.encode_queue(rung, &mut bytes)?;
            }
        }
        for slot in self.free_list() {
            slot?.encode_to(&mut bytes);
        }
        self.encode_owners(&mut bytes)?;
        (&self.slab.by_time, &self.slab.by_height, &self.slab.at_close).encode_to(&mut bytes);
        Ok(digest("sillok/order-book", &bytes))
    }

    fn encode_queue(&self, rung: Rung, bytes: &mut Vec<u8>) -> Result<(), Broken> {
        for slot in self.queue(rung) {
            let slot = slot?;
            let order = self.slab.get(slot)?;
            (slot, order.id, order.priority, order.prev, order.price).encode_to(bytes);
            (order.shown, order.hidden, order.owner, order.group, order.flags).encode_to(bytes);
            if order.flags.has(Flags::EXTRA) {
                self.slab.extra(slot).encode_to(bytes);
            }
        }
        Ok(())
    }

    fn encode_owners(&self, bytes: &mut Vec<u8>) -> Result<(), Broken> {
        for number in 0..self.slab.owners.count() {
            let owners = &self.slab.owners;
            let account = owners.account(number)?;
            let orders = self.slab.of_owner(number)?;
            (account, owners.orders(number)?, owners.find(account), orders).encode_to(bytes);
        }
        Ok(())
    }

    /// The rungs of a family and side that hold orders, in the order of their ordinals.
    pub(super) fn rungs(&self, family: Family, side: Side) -> impl Iterator<Item = Rung> {
        let rung = move |tick| Rung::new(family, side, tick);
        let first = self.ladder.first(rung(0));
        let next = move |tick: &u32| self.ladder.at_or_above(rung(tick.checked_add(1)?));
        std::iter::successors(first, next).map(rung)
    }

    /// The slots of a level's orders, first to last.
    pub(super) fn queue(&self, rung: Rung) -> impl Iterator<Item = Result<u32, Broken>> {
        self.chain(self.ladder.level(rung).head)
    }

    /// The free slots, latest first.
    pub(super) fn free_list(&self) -> impl Iterator<Item = Result<u32, Broken>> {
        self.chain(self.slab.free)
    }

    /// Follows the links from a slot to the end, or to a slot that is missing.
    fn chain(&self, head: u32) -> impl Iterator<Item = Result<u32, Broken>> {
        let follow = |slot: u32| (slot != NIL).then(|| self.slab.get(slot).map(|order| (slot, order.next)));
        let links = std::iter::successors(follow(head), move |link| follow(link.as_ref().ok()?.1));
        links.map(|link| link.map(|(slot, _)| slot))
    }
}
