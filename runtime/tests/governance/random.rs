//! Random proposals and votes against a naive model, and what must hold of consecutive sets whatever the
//! model says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use sillok_abi::governance::{Action, Status};
use sillok_abi::{Outcome, PublicKey, Validator};
use sillok_testing::{World, key, observer, operator, validator};

use super::support::council;

/// A change that may be proposed. Nodes are meant by number, whether there are such or not.
#[derive(Clone, Debug)]
enum Move {
    Add(u64),
    AddObserver,
    Remove(u32),
    Promote(u32, u64),
    Demote(u32),
    Rekey(u32),
    Power(u32, u64),
}

#[derive(Clone, Debug)]
enum Step {
    Propose(u32, Vec<Move>),
    Vote(u32, u64, bool),
    /// Everybody votes for it in turn.
    Push(u64),
}

fn moves() -> impl Strategy<Value = Move> {
    let (node, power) = (0u32..8, 1u64..5);
    prop_oneof![
        3 => power.clone().prop_map(Move::Add),
        1 => Just(Move::AddObserver),
        3 => node.clone().prop_map(Move::Remove),
        1 => (node.clone(), power.clone()).prop_map(|(node, power)| Move::Promote(node, power)),
        2 => node.clone().prop_map(Move::Demote),
        1 => node.clone().prop_map(Move::Rekey),
        2 => (node, power).prop_map(|(node, power)| Move::Power(node, power)),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0u32..6, prop::collection::vec(moves(), 1..4)).prop_map(|(who, moves)| Step::Propose(who, moves)),
        4 => (0u32..12, 0u64..12, prop::bool::weighted(0.8)).prop_map(|(who, of, yes)| Step::Vote(who, of, yes)),
        3 => (0u64..12).prop_map(Step::Push),
    ];
    prop::collection::vec(step, 1..30)
}

/// Nodes as the model has them: their key and power, or none for observers.
type Nodes = BTreeMap<u32, Option<(PublicKey, u64)>>;

struct Proposed {
    by: u32,
    actions: Vec<Action>,
    ballots: BTreeMap<u32, bool>,
    open: bool,
}

struct Model {
    nodes: Nodes,
    next: u32,
    proposals: Vec<Proposed>,
    names: u32,
}

impl Model {
    fn of(powers: &[u64]) -> Self {
        let key_of = |place| key(&format!("V{place}")).public();
        let nodes = (0u32..).zip(powers).map(|(place, power)| (place, Some((key_of(place), *power))));
        Model { nodes: nodes.collect(), next: powers.len() as u32, proposals: Vec::new(), names: 0 }
    }

    fn seats(nodes: &Nodes) -> Vec<(PublicKey, u64)> {
        nodes.values().flatten().copied().collect()
    }

    fn power_of(&self, node: u32) -> Option<u64> {
        self.nodes.get(&node).copied().flatten().map(|(_, power)| power)
    }

    fn action(&mut self, world: &mut World, wanted: &Move) -> Action {
        self.names += 1;
        let name = format!("N{}", self.names);
        world.let_sign(&operator(&name));
        let key = key(&name).public();
        match *wanted {
            Move::Add(power) => Action::AddNode { node: validator(&name, power) },
            Move::AddObserver => Action::AddNode { node: observer(&name) },
            Move::Remove(node) => Action::RemoveNode { node },
            Move::Promote(node, power) => Action::Promote { node, key, power },
            Move::Demote(node) => Action::Demote { node },
            Move::Rekey(node) => Action::Rekey { node, key },
            Move::Power(node, power) => Action::SetPower { node, power },
        }
    }

    /// The nodes after these actions, if they can be done.
    fn after(&self, actions: &[Action]) -> Option<(Nodes, u32)> {
        let (mut nodes, mut next) = (self.nodes.clone(), self.next);
        for action in actions {
            match action {
                Action::AddNode { node } => {
                    let validator = node.validator.as_ref();
                    nodes.insert(next, validator.map(|Validator { key, power }| (*key, *power)));
                    next += 1;
                }
                Action::RemoveNode { node } => drop(nodes.remove(node)?),
                Action::Promote { node, key, power } => {
                    let place = nodes.get_mut(node).filter(|place| place.is_none())?;
                    *place = Some((*key, *power));
                }
                Action::Demote { node } => drop(nodes.get_mut(node)?.take()?),
                Action::Rekey { node, key } => nodes.get_mut(node)?.as_mut()?.0 = *key,
                Action::SetPower { node, power } => {
                    let seat = nodes.get_mut(node)?.as_mut().filter(|seat| seat.1 != *power)?;
                    seat.1 = *power;
                }
                _ => return None,
            }
        }
        may_change(&self.nodes, &nodes).then_some((nodes, next))
    }

    /// Records a vote; carries the proposal out if that decides it.
    fn cast(&mut self, voter: u32, number: usize, yes: bool) {
        self.proposals[number].ballots.insert(voter, yes);
        let present = |node: &u32| self.power_of(*node).is_some();
        let stay: BTreeMap<_, _> =
            self.proposals[number].ballots.clone().into_iter().filter(|(node, _)| present(node)).collect();
        let yes: u64 =
            stay.iter().filter(|(_, yes)| **yes).filter_map(|(node, _)| self.power_of(*node)).sum();
        let total: u64 = Self::seats(&self.nodes).iter().map(|(_, power)| power).sum();
        self.proposals[number].ballots = stay;
        if yes * 3 > total * 2 {
            self.proposals[number].open = false;
            if let Some((nodes, next)) = self.after(&self.proposals[number].actions) {
                (self.nodes, self.next) = (nodes, next);
            }
        }
    }
}

/// The rule for consecutive sets, as docs/protocol.md has it.
fn may_change(before: &Nodes, after: &Nodes) -> bool {
    let (old, new) = (Model::seats(before), Model::seats(after));
    if new.is_empty() {
        return false;
    }
    if old == new {
        return true;
    }
    let total = |seats: &[(PublicKey, u64)]| seats.iter().map(|(_, power)| power).sum::<u64>();
    let new_power: BTreeMap<_, _> = new.iter().copied().collect();
    let kept: u64 = old.iter().map(|(key, power)| new_power.get(key).map_or(0, |new| *new.min(power))).sum();
    let (gone, come) = (total(&old) - kept, total(&new) - kept);
    if old.len() > 3 {
        return gone * 3 < total(&old) && gone + come < kept;
    }
    let numbers: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let seat = |nodes: &Nodes, number| nodes.get(number).copied().flatten();
    let touched = numbers.into_iter().filter(|number| seat(before, number) != seat(after, number)).count();
    touched == 1 && (come <= kept || (old.len() == new.len() && gone == come))
}

/// Of every majority of the new set, more than a third of the old power; less than a third has gone. Found by
/// trying them all.
fn check_overlap(old: &[Validator], new: &[Validator]) {
    let power_in = |seats: &[Validator], key: &PublicKey| {
        seats.iter().find(|seat| seat.key == *key).map_or(0, |seat| seat.power)
    };
    let total = |seats: &[Validator]| seats.iter().map(|seat| seat.power).sum::<u64>();
    let stayed: u64 = old.iter().map(|seat| seat.power.min(power_in(new, &seat.key))).sum();
    assert!(3 * (total(old) - stayed) < total(old), "a third or more has gone");
    if new.len() > 12 {
        return;
    }
    for chosen in 0u32..1 << new.len() {
        let majority = || new.iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1);
        let power: u64 = majority().map(|(_, seat)| seat.power).sum();
        if 3 * power <= 2 * total(new) {
            continue;
        }
        let old_power: u64 = majority().map(|(_, seat)| power_in(old, &seat.key)).sum();
        assert!(3 * old_power > total(old), "a majority without an honest old validator: {old:?} {new:?}");
    }
}

/// A chain and its model.
struct Pair {
    world: World,
    model: Model,
}

impl Pair {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Propose(by, moves) => self.propose(*by, moves),
            Step::Vote(who, number, yes) => self.vote(*who, *number, *yes),
            Step::Push(number) => {
                for who in 0..self.model.next {
                    self.vote(who, *number, true);
                }
            }
        }
    }

    fn propose(&mut self, by: u32, moves: &[Move]) {
        let Pair { world, model } = self;
        let actions: Vec<_> = moves.iter().map(|wanted| model.action(world, wanted)).collect();
        let open = model.proposals.iter().filter(|other| other.open && other.by == by).count();
        let expected = model.power_of(by).is_some() && open < 4 && model.after(&actions).is_some();
        let proposal = world.proposal(actions.clone());
        let receipt = self.changing(|world| world.propose(by, proposal));
        assert_eq!(matches!(receipt, Outcome::Success(_)), expected, "{by} {actions:?}: {receipt:?}");
        if expected {
            let ballots = BTreeMap::new();
            self.model.proposals.push(Proposed { by, actions, ballots, open: true });
            self.model.cast(by, self.model.proposals.len() - 1, true);
        }
        self.compare();
    }

    fn vote(&mut self, who: u32, number: u64, yes: bool) {
        let open = self.model.proposals.get(number as usize).is_some_and(|proposal| proposal.open);
        let expected = open && self.model.power_of(who).is_some();
        let receipt = self.changing(|world| world.vote(who, number, yes));
        assert_eq!(matches!(receipt, Outcome::Success(_)), expected, "{who} {number}: {receipt:?}");
        if expected {
            self.model.cast(who, number as usize, yes);
        }
        self.compare();
    }

    /// Makes a block, and checks the two sets around it.
    fn changing(&mut self, change: impl FnOnce(&mut World) -> sillok_abi::Receipt) -> Outcome {
        let old = self.world.validators();
        let receipt = change(&mut self.world);
        let new = self.world.validators();
        if old.len() > 3 && old != new {
            check_overlap(&old, &new);
        }
        receipt.outcome
    }

    fn compare(&self) {
        let expected: Vec<_> = Model::seats(&self.model.nodes);
        let met: Vec<_> = self.world.validators().iter().map(|seat| (seat.key, seat.power)).collect();
        assert_eq!(met, expected);
        let nodes = self.world.executor.nodes(&*self.world.state).unwrap();
        assert!(nodes.iter().map(|node| node.number).eq(self.model.nodes.keys().copied()));
        for (number, proposal) in self.model.proposals.iter().enumerate() {
            let status = self.world.standing(number as u64);
            assert_eq!(status == (Status::Open {}), proposal.open, "{number}: {status:?}");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 256,
        rng_seed: RngSeed::Fixed(7),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn sets_change_as_the_model_says_and_stay_in_touch(
        powers in prop::collection::vec(1u64..4, 1..8),
        steps in steps(),
    ) {
        let mut pair = Pair { world: council(&powers), model: Model::of(&powers) };
        for step in &steps {
            pair.step(step);
        }
    }
}
