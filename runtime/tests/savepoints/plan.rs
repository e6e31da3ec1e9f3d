//! What a transaction does, frame within frame, and what of it stays.

use proptest::prelude::*;
use sillok_abi::{Account, BookParams, ContractId, NewOrder, Price, Quantity, Side};
use sillok_testing::World;
use sillok_testing::puppet::{PUPPETS, REENTRANT, Script};

/// The shares of each player's lot.
pub(crate) const SHARES: u64 = 10;
/// How many books a step may name, and orders of each.
const NAMED: u64 = 6;

/// Who plays: puppets, of which the last may be entered again while a call of it is open.
pub(crate) const PLAYERS: [&str; 4] = [PUPPETS[0], PUPPETS[1], PUPPETS[2], REENTRANT];
/// The one that may be entered again.
pub(crate) const AGAIN: usize = 3;

/// A frame: who runs in it, what is done in it, and whether it then refuses.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub(crate) player: usize,
    pub(crate) steps: Vec<Step>,
    pub(crate) refuses: bool,
}

/// What is done in a frame. Whatever a step asks for that can't be is refused, and the frame goes on.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Create,
    Place {
        book: u64,
        side: Side,
        price: u64,
        quantity: u64,
    },
    Cancel {
        book: u64,
        order: u64,
    },
    /// Locks so many of the player's own shares for another one.
    Lock {
        quantity: u64,
        locker: usize,
    },
    /// Unlocks so many that are locked for the player, of this one's lot.
    Unlock {
        quantity: u64,
        of: usize,
    },
    Store(u8),
    Emit,
    /// A frame of another player, whose refusal is caught.
    Frame(Frame),
}

/// Frames within frames, a quarter of which refuse.
pub(crate) fn frame() -> impl Strategy<Value = Frame> {
    let step = prop_oneof![
        1 => Just(Step::Create),
        6 => (1..=NAMED, any::<bool>(), 1..6u64, 1..5u64).prop_map(|(book, buys, price, quantity)| {
            let side = if buys { Side::Buy } else { Side::Sell };
            Step::Place { book, side, price, quantity }
        }),
        3 => (1..=NAMED, 1..=NAMED).prop_map(|(book, order)| Step::Cancel { book, order }),
        3 => (1..=SHARES, 0..PLAYERS.len()).prop_map(|(quantity, locker)| Step::Lock { quantity, locker }),
        2 => (1..=SHARES, 0..PLAYERS.len()).prop_map(|(quantity, of)| Step::Unlock { quantity, of }),
        2 => any::<u8>().prop_map(Step::Store),
        1 => Just(Step::Emit),
    ];
    let frame = |steps| {
        let refuses = prop::bool::weighted(0.25);
        (0..PLAYERS.len(), steps, refuses).prop_map(|(player, steps, refuses)| Frame {
            player,
            steps,
            refuses,
        })
    };
    frame(prop::collection::vec(step.clone(), 0..6).boxed()).prop_recursive(5, 24, 4, move |inner| {
        let inner = inner.prop_map(Step::Frame);
        frame(prop::collection::vec(prop_oneof![3 => step.clone(), 2 => inner], 0..8).boxed())
    })
}

impl Frame {
    /// The same without the frames that can't be entered: those of players that have one open already.
    pub(crate) fn enterable(mut self, open: &[usize]) -> Self {
        let open = [open, &[self.player]].concat();
        let steps = self.steps.into_iter().filter_map(|step| match step {
            Step::Frame(frame) if frame.player != AGAIN && open.contains(&frame.player) => None,
            Step::Frame(frame) => Some(Step::Frame(frame.enterable(&open))),
            other => Some(other),
        });
        self.steps = steps.collect();
        self
    }

    /// The model: a frame that refuses is as if it had never been.
    pub(crate) fn surviving(&self) -> Frame {
        if self.refuses {
            return Frame { player: self.player, steps: Vec::new(), refuses: false };
        }
        let steps = self.steps.iter().filter_map(|step| match step {
            Step::Frame(frame) if frame.refuses => None,
            Step::Frame(frame) => Some(Step::Frame(frame.surviving())),
            other => Some(other.clone()),
        });
        Frame { steps: steps.collect(), ..self.clone() }
    }

    /// What its player is told.
    pub(crate) fn script(&self, table: &Table) -> Script {
        let me = table.players[self.player];
        let mut script = Script::new();
        for step in &self.steps {
            script = step.add(script, me, table);
        }
        if self.refuses { script.refuse(1) } else { script }
    }
}

/// Who the players are, and what they play with.
pub(crate) struct Table {
    pub(crate) players: [ContractId; PLAYERS.len()],
    register: ContractId,
    lots: [u64; PLAYERS.len()],
}

impl Table {
    /// Gives each player a lot.
    pub(crate) fn lay(world: &mut World) -> Self {
        let players = PLAYERS.map(|name| world.id(name));
        let register = world.id("register");
        let lots = players.map(|player| world.issue_to(Account::Contract(player), SHARES));
        Table { players, register, lots }
    }

    fn account(&self, player: usize) -> Account {
        Account::Contract(self.players[player])
    }
}

impl Step {
    fn add(&self, script: Script, me: ContractId, table: &Table) -> Script {
        match *self {
            Step::Create => script.create_book(&BookParams::simple(1, 1, 1, 100)),
            Step::Place { book, side, price, quantity } => {
                let owner = Account::Contract(me);
                script.place(book, &NewOrder::limit(owner, side, Price(price), Quantity(quantity)))
            }
            Step::Cancel { book, order } => script.cancel(book, order),
            Step::Lock { quantity, locker } => {
                let own = table.players.iter().position(|player| *player == me).unwrap();
                let args = (table.lots[own], quantity, table.account(locker), false);
                script.try_call(table.register, "lock", args)
            }
            Step::Unlock { quantity, of } => {
                let args = (table.lots[of], quantity, Account::Contract(me));
                script.try_call(table.register, "unlock", args)
            }
            Step::Store(byte) => script.put(&[byte]),
            Step::Emit => script.emit(),
            Step::Frame(ref frame) => script.try_run(table.players[frame.player], &frame.script(table)),
        }
    }
}
