//! The order book against a naive model, over random blocks with nested savepoints, rollbacks, commits,
//! discards and reloads. Two instances run side by side: a veteran that lives through everything, and
//! a twin that is loaded from state again and again. They must never differ, in answers or in bytes.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use proptest::prelude::*;
use sillok_abi::{
    Account, BookError, BookId, BookParams, ContractId, Depth, Fill, Level, NewOrder, OrderId, OrderView,
    Placed, Price, Quantity, Side, TimeInForce,
};
use sillok_runtime::MemoryState;
use sillok_runtime::orderbook::{Mark, OrderBooks};

const OWNER: ContractId = ContractId([7; 32]);
const STRANGER: ContractId = ContractId([8; 32]);
const ALL_LEVELS: u32 = u32::MAX;

/// The rules that books are created with: few prices, many prices, and a single one.
const RULES: [(u64, u64, u64, u64); 3] = [(5, 10, 100, 200), (1, 1, 1, 9_000), (50, 1, 50, 50)];

fn rules(pick: u8) -> BookParams {
    let (tick, lot, low, high) = RULES[usize::from(pick) % RULES.len()];
    BookParams { tick: Price(tick), lot: Quantity(lot), low: Price(low), high: Price(high) }
}

fn account(pick: u8) -> Account {
    match pick % 3 {
        0 => Account::Key([pick; 32]),
        1 => Account::Contract(ContractId([pick; 32])),
        _ => Account::Managed { contract: OWNER, id: [pick; 32] },
    }
}

/// The naive book: queues in sorted maps, and totals of all that its orders went through.
#[derive(Clone)]
struct ModelBook {
    params: BookParams,
    next: u64,
    buys: BTreeMap<u64, VecDeque<(u64, Account, u64)>>,
    sells: BTreeMap<u64, VecDeque<(u64, Account, u64)>>,
    placed: u64,
    traded: u64,
    cancelled: u64,
}

impl ModelBook {
    fn new(params: BookParams) -> Self {
        let (buys, sells) = Default::default();
        ModelBook { params, next: 1, buys, sells, placed: 0, traded: 0, cancelled: 0 }
    }

    fn place(&mut self, caller: ContractId, order: NewOrder, max_fills: u32) -> Result<Placed, BookError> {
        let BookParams { tick, lot, low, high } = self.params;
        let (price, quantity) = (order.price.0, order.quantity.0);
        match () {
            _ if caller != OWNER => return Err(BookError::NotOwner),
            _ if price % tick.0 != 0 => return Err(BookError::OffTick),
            _ if price < low.0 || price > high.0 => return Err(BookError::OutsideBand),
            _ if quantity == 0 || quantity % lot.0 != 0 => return Err(BookError::OffLot),
            _ => {}
        }
        let order_id = OrderId(self.next);
        self.next += 1;
        let (mut left, mut fills) = (quantity, Vec::new());
        while left > 0 && fills.len() < max_fills as usize && self.crosses(order.side, price) {
            let fill = self.fill(order.side, left);
            left -= fill.quantity.0;
            fills.push(fill);
        }
        let rests = left > 0 && order.time_in_force == TimeInForce::Gtc && !self.crosses(order.side, price);
        if rests {
            self.side(order.side).entry(price).or_default().push_back((order_id.0, order.owner, left));
        }
        let (resting, cancelled) = if rests { (left, 0) } else { (0, left) };
        self.placed += quantity;
        self.traded += 2 * (quantity - left);
        self.cancelled += cancelled;
        Ok(Placed { order: order_id, fills, resting: Quantity(resting), cancelled: Quantity(cancelled) })
    }

    fn crosses(&self, side: Side, price: u64) -> bool {
        match side {
            Side::Buy => self.sells.keys().next().is_some_and(|ask| *ask <= price),
            Side::Sell => self.buys.keys().next_back().is_some_and(|bid| *bid >= price),
        }
    }

    fn fill(&mut self, taker: Side, wanted: u64) -> Fill {
        let mut level = match taker {
            Side::Buy => self.sells.first_entry().unwrap(),
            Side::Sell => self.buys.last_entry().unwrap(),
        };
        let price = Price(*level.key());
        let oldest = level.get_mut().front_mut().unwrap();
        let quantity = wanted.min(oldest.2);
        oldest.2 -= quantity;
        let (maker, maker_owner, left) = *oldest;
        if left == 0 {
            level.get_mut().pop_front();
        }
        if level.get().is_empty() {
            level.remove();
        }
        let (quantity, maker_left) = (Quantity(quantity), Quantity(left));
        Fill { maker: OrderId(maker), maker_owner, price, quantity, maker_left }
    }

    fn cancel(&mut self, caller: ContractId, id: OrderId) -> Result<OrderView, BookError> {
        if caller != OWNER {
            return Err(BookError::NotOwner);
        }
        let view = self.orders().find(|view| view.order == id).ok_or(BookError::NoOrder)?;
        let side = self.side(view.side);
        side.get_mut(&view.price.0).unwrap().retain(|order| order.0 != id.0);
        side.retain(|_, queue| !queue.is_empty());
        self.cancelled += view.quantity.0;
        Ok(view)
    }

    fn side(&mut self, side: Side) -> &mut BTreeMap<u64, VecDeque<(u64, Account, u64)>> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }

    fn orders(&self) -> impl Iterator<Item = OrderView> {
        let levels = self.buys.iter().map(|level| (Side::Buy, level));
        let levels = levels.chain(self.sells.iter().map(|level| (Side::Sell, level)));
        levels.flat_map(|(side, (price, queue))| {
            queue.iter().map(move |(id, owner, quantity)| OrderView {
                order: OrderId(*id),
                owner: *owner,
                side,
                price: Price(*price),
                quantity: Quantity(*quantity),
            })
        })
    }

    fn depth(&self, levels: u32) -> Depth {
        let level = |(price, queue): (&u64, &VecDeque<(u64, Account, u64)>)| Level {
            price: Price(*price),
            quantity: Quantity(queue.iter().map(|order| order.2).sum()),
            orders: queue.len() as u32,
        };
        Depth {
            bids: self.buys.iter().rev().take(levels as usize).map(level).collect(),
            asks: self.sells.iter().take(levels as usize).map(level).collect(),
        }
    }
}

/// A step with raw numbers, which are fitted to whatever books there are when it runs.
#[derive(Clone, Debug)]
enum Step {
    Create { pick: u8 },
    Place { book: u8, step: u16, quantity: u8, order: u8, max_fills: u8, slip: u8 },
    Cancel { book: u8, pick: u16, slip: u8 },
    Savepoint,
    Release,
    Rollback { depth: u8 },
    Persist,
    End { commit: bool, reload: bool },
}

fn step() -> impl Strategy<Value = Step> {
    let place = (any::<u8>(), any::<u16>(), any::<u8>(), any::<u8>(), any::<u8>(), any::<u8>());
    prop_oneof![
        2 => any::<u8>().prop_map(|pick| Step::Create { pick }),
        60 => place.prop_map(|(book, step, quantity, order, max_fills, slip)|
            Step::Place { book, step, quantity, order, max_fills, slip }),
        18 => any::<(u8, u16, u8)>().prop_map(|(book, pick, slip)| Step::Cancel { book, pick, slip }),
        10 => Just(Step::Savepoint),
        4 => Just(Step::Release),
        6 => any::<u8>().prop_map(|depth| Step::Rollback { depth }),
        2 => Just(Step::Persist),
        5 => any::<(bool, bool)>().prop_map(|(commit, reload)| Step::End { commit, reload }),
    ]
}

/// The model and both instances, in one block after the other.
struct World {
    model: Vec<ModelBook>,
    committed: Vec<ModelBook>,
    marks: Vec<(Mark, Mark, Vec<ModelBook>)>,
    state: MemoryState,
    veteran: OrderBooks,
    twin: OrderBooks,
}

impl World {
    fn new() -> Self {
        let books = || OrderBooks::new(Arc::new(MemoryState::default()));
        let (model, committed, marks, state) = Default::default();
        World { model, committed, marks, state, veteran: books(), twin: books() }
    }

    fn run(&mut self, step: Step) {
        match step {
            Step::Create { pick } => self.create(rules(pick)),
            Step::Place { book, step, quantity, order, max_fills, slip } => {
                let (id, params) = self.pick_book(book);
                let caller = if slip == 0 { STRANGER } else { OWNER };
                let order = new_order(&params, step, quantity, order, slip);
                self.place(caller, id, order, u32::from(max_fills % 5));
            }
            Step::Cancel { book, pick, slip } => self.cancel(book, pick, slip),
            Step::Savepoint => {
                let marks = (self.veteran.savepoint(), self.twin.savepoint());
                self.marks.push((marks.0, marks.1, self.model.clone()));
            }
            Step::Release => drop(self.marks.pop()),
            Step::Rollback { depth } => self.rollback(depth),
            Step::Persist => self.check_persisted(),
            Step::End { commit, reload } => self.end_block(commit, reload),
        }
    }

    /// One of the books, or the id after the last.
    fn pick_book(&self, pick: u8) -> (BookId, BookParams) {
        let index = usize::from(pick) % (self.model.len() * 8 + 1) / 8;
        let params = self.model.get(index).map_or(rules(0), |book| book.params);
        (BookId(index as u64 + 1), params)
    }

    fn create(&mut self, params: BookParams) {
        self.model.push(ModelBook::new(params));
        let expected = Ok(BookId(self.model.len() as u64));
        assert_eq!(self.veteran.create(OWNER, params).unwrap(), expected);
        assert_eq!(self.twin.create(OWNER, params).unwrap(), expected);
    }

    fn place(&mut self, caller: ContractId, id: BookId, order: NewOrder, max_fills: u32) {
        let model = self.model.get_mut(id.0 as usize - 1);
        let expected = model.map_or(Err(BookError::NoBook), |book| book.place(caller, order, max_fills));
        assert_eq!(self.veteran.place(caller, id, order, max_fills).unwrap(), expected);
        assert_eq!(self.twin.place(caller, id, order, max_fills).unwrap(), expected);
    }

    fn cancel(&mut self, book: u8, pick: u16, slip: u8) {
        let (id, _) = self.pick_book(book);
        let caller = if slip == 0 { STRANGER } else { OWNER };
        let model = self.model.get_mut(id.0 as usize - 1);
        let live: Vec<OrderId> = model.iter().flat_map(|book| book.orders()).map(|view| view.order).collect();
        let miss = OrderId(u64::from(pick) % 64);
        let order =
            live.get(usize::from(pick) % live.len().max(1)).filter(|_| slip > 20).copied().unwrap_or(miss);
        let expected = model.map_or(Err(BookError::NoBook), |book| book.cancel(caller, order));
        assert_eq!(self.veteran.cancel(caller, id, order).unwrap(), expected);
        assert_eq!(self.twin.cancel(caller, id, order).unwrap(), expected);
    }

    fn rollback(&mut self, depth: u8) {
        self.marks.truncate(self.marks.len().saturating_sub(usize::from(depth % 3)));
        let Some((veteran, twin, model)) = self.marks.pop() else { return };
        self.veteran.rollback(veteran);
        self.twin.rollback(twin);
        self.model = model;
    }

    fn end_block(&mut self, commit: bool, reload: bool) {
        self.marks.clear();
        if commit {
            let changes = self.veteran.changes().unwrap();
            assert_eq!(self.twin.changes().unwrap(), changes);
            self.state.apply(&changes);
            self.committed = self.model.clone();
            self.veteran.commit();
            self.twin.commit();
        } else {
            self.model = self.committed.clone();
            self.veteran.discard();
            self.twin.discard();
        }
        let state = Arc::new(self.state.clone());
        self.veteran.set_state(state.clone());
        self.twin.set_state(state.clone());
        if reload {
            self.twin = OrderBooks::new(state);
        }
        self.check_persisted();
    }

    /// What would be written now loads to the very same books.
    fn check_persisted(&mut self) {
        let mut state = self.state.clone();
        state.apply(&self.veteran.changes().unwrap());
        let mut loaded = OrderBooks::new(Arc::new(state));
        loaded.load_all().unwrap();
        for id in (1..=self.model.len() as u64 + 1).map(BookId) {
            assert_eq!(loaded.digest(id).unwrap(), self.veteran.digest(id).unwrap());
        }
    }

    fn check(&mut self) {
        for (id, book) in (1..).map(BookId).zip(&self.model) {
            assert_eq!(self.veteran.digest(id).unwrap(), self.twin.digest(id).unwrap());
            assert_eq!(self.veteran.params(id).unwrap(), Ok(book.params));
            assert_eq!(self.veteran.depth(id, ALL_LEVELS).unwrap(), Ok(book.depth(ALL_LEVELS)));
            assert_eq!(self.veteran.depth(id, 2).unwrap(), Ok(book.depth(2)));
            let resting: u64 = book.orders().map(|view| view.quantity.0).sum();
            assert_eq!(book.placed, book.traded + resting + book.cancelled, "shares are conserved");
            for view in book.orders() {
                assert_eq!(self.veteran.order(id, view.order).unwrap(), Ok(view));
            }
        }
        let none = BookId(self.model.len() as u64 + 1);
        assert_eq!(self.veteran.params(none).unwrap(), Err(BookError::NoBook));
    }
}

/// An order near the middle of the band, and now and then one that breaks a rule.
fn new_order(params: &BookParams, step: u16, quantity: u8, order: u8, slip: u8) -> NewOrder {
    let ticks = (params.high.0 - params.low.0) / params.tick.0 + 1;
    let spread = if slip < 40 { ticks + 2 } else { ticks.min(8) };
    let offset = (u64::from(step) * 7_919) % spread + (ticks + 2 - spread) / 2;
    let price = params.low.0 - params.tick.0 + offset * params.tick.0 + u64::from(slip == 1);
    let quantity = u64::from(quantity % 12) * params.lot.0 + u64::from(slip == 2);
    NewOrder {
        owner: account(order >> 2),
        side: if order & 1 == 0 { Side::Buy } else { Side::Sell },
        price: Price(price),
        quantity: Quantity(quantity),
        time_in_force: if order & 14 == 0 { TimeInForce::Ioc } else { TimeInForce::Gtc },
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn agrees_with_the_model(first in any::<u8>(), steps in prop::collection::vec(step(), 1..400)) {
        let mut world = World::new();
        world.create(rules(first));
        for step in steps {
            world.run(step);
            world.check();
        }
        world.end_block(true, true);
        world.check();
    }
}
