//! The validator set, and which changes of it are safe.
//!
//! Invariant: a set that leaves this module is one that consensus can use, and from one block to the next
//! enough of the power stays that no two majorities miss each other (`check_change`).

use std::collections::BTreeSet;

use codec::{Decode, Encode};
use sillok_abi::{PublicKey, Validator};

use super::error::{Code, Done, require};
use crate::limits;

/// A validator.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Seat {
    pub(crate) node: u32,
    pub(crate) key: PublicKey,
    pub(crate) power: u64,
}

/// The validator set after a block. A change takes effect with the second block after it: the first one is still
/// decided by the old set, and its header names the new one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(crate) struct ValidatorSet {
    /// The block after which it changed last.
    pub(crate) changed: u64,
    /// Those who have a vote, by their nodes' numbers, which is the order of their turns.
    pub(crate) seats: Vec<Seat>,
    /// Those who had a vote before it changed last.
    pub(crate) before: Vec<Seat>,
    /// Those who have none for now, with the power that they had.
    pub(crate) suspended: Vec<Seat>,
}

impl ValidatorSet {
    /// The validators as consensus has them.
    pub(crate) fn validators(&self) -> Vec<Validator> {
        as_validators(&self.seats)
    }

    /// The same, of those who decide the block after the last change.
    pub(crate) fn validators_before(&self) -> Vec<Validator> {
        as_validators(&self.before)
    }

    /// All voting power.
    pub(crate) fn power(&self) -> u128 {
        sum(&self.seats)
    }

    pub(crate) fn seat(&self, node: u32) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.node == node)
    }

    pub(crate) fn suspension(&self, node: u32) -> Option<&Seat> {
        self.suspended.iter().find(|seat| seat.node == node)
    }

    /// The validator of this node, whether it has a vote or not.
    pub(crate) fn any(&mut self, node: u32) -> Option<&mut Seat> {
        self.seats.iter_mut().chain(&mut self.suspended).find(|seat| seat.node == node)
    }

    pub(crate) fn has_key(&self, key: &PublicKey) -> bool {
        self.seats.iter().chain(&self.suspended).any(|seat| seat.key == *key)
    }

    /// Gives a node a vote.
    pub(crate) fn seat_node(&mut self, seat: Seat) {
        let place = self.seats.partition_point(|other| other.node < seat.node);
        self.seats.insert(place, seat);
    }

    /// Takes a node out, whether it had a vote or not; answers whether it was in.
    pub(crate) fn remove(&mut self, node: u32) -> bool {
        let before = self.seats.len() + self.suspended.len();
        self.seats.retain(|seat| seat.node != node);
        self.suspended.retain(|seat| seat.node != node);
        self.seats.len() + self.suspended.len() < before
    }

    /// Takes a validator's vote away until it is given power again.
    pub(crate) fn suspend(&mut self, node: u32) {
        if let Some(place) = self.seats.iter().position(|seat| seat.node == node) {
            let seat = self.seats.remove(place);
            self.suspended.push(seat);
        }
    }

    /// Whether a validator may lose its vote without one: only while those who have lost it so stay below a
    /// third of what all had together. Otherwise stolen keys could be made to stop the chain.
    pub(crate) fn may_suspend(&self, node: u32) -> bool {
        let Some(seat) = self.seat(node) else { return false };
        let suspended = sum(&self.suspended);
        3 * (suspended + u128::from(seat.power)) < self.power() + suspended
    }
}

fn as_validators(seats: &[Seat]) -> Vec<Validator> {
    seats.iter().map(|seat| Validator { key: seat.key, power: seat.power }).collect()
}

fn sum(seats: &[Seat]) -> u128 {
    seats.iter().map(|seat| u128::from(seat.power)).sum()
}

/// Refuses a set that consensus can't use.
pub(super) fn check_usable(set: &ValidatorSet) -> Done {
    let seats = &set.seats;
    let keys: BTreeSet<_> = seats.iter().map(|seat| seat.key).collect();
    require(!seats.is_empty(), Code::NoValidators)?;
    require(seats.len() + set.suspended.len() <= limits::MAX_VALIDATORS, Code::TooManyValidators)?;
    require(keys.len() == seats.len(), Code::KeyTaken)?;
    require(seats.iter().all(|seat| seat.power > 0), Code::PowerRange)?;
    require(set.power() <= limits::MAX_VOTING_POWER.into(), Code::PowerRange)
}

/// What two consecutive sets have in common, in power.
struct Overlap {
    /// What keys have in both: the lesser of their two powers.
    kept: u128,
    /// What the old set has beside that.
    gone: u128,
    /// What the new set has beside that.
    come: u128,
}

impl Overlap {
    fn of(before: &ValidatorSet, after: &ValidatorSet) -> Self {
        let power_after = |key| after.seats.iter().find(|seat| seat.key == key).map_or(0, |seat| seat.power);
        let kept = before.seats.iter().map(|seat| u128::from(seat.power.min(power_after(seat.key)))).sum();
        Overlap { kept, gone: before.power() - kept, come: after.power() - kept }
    }
}

/// Refuses a change from one block to the next that could lock validators out or lose finality.
///
/// Less than a third of the old power may go. A majority of more than two thirds of the new set has, of the
/// old power, more than ⅔(kept + come) − come; that is more than a third of kept + gone exactly if
/// gone + come < kept. So each has an honest validator of the old set in it, and whoever trusts the old set
/// can go on to the new one. Of three validators or fewer that can't always be: there one is changed at a
/// time, and gets at most as much power as all that stays.
pub(super) fn check_change(before: &ValidatorSet, after: &ValidatorSet) -> Done {
    check_usable(after)?;
    let Overlap { kept, gone, come } = Overlap::of(before, after);
    if before.seats.len() <= limits::SMALL_SET {
        let touched = touched(before, after);
        let rekeyed = before.seats.len() == after.seats.len() && gone == come;
        return require(touched <= 1 && (come <= kept || rekeyed), Code::OneAtATime);
    }
    require(3 * gone < before.power(), Code::RemovesThird)?;
    require(gone + come < kept, Code::ChangesTooMuch)
}

/// How many nodes have not the same key and power in both.
fn touched(before: &ValidatorSet, after: &ValidatorSet) -> usize {
    let nodes: BTreeSet<_> = before.seats.iter().chain(&after.seats).map(|seat| seat.node).collect();
    nodes.into_iter().filter(|node| before.seat(*node) != after.seat(*node)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(powers: &[u64]) -> ValidatorSet {
        let seats =
            (0..).zip(powers).map(|(node, power)| Seat { node, key: [node as u8; 32], power: *power });
        ValidatorSet { seats: seats.filter(|seat| seat.power > 0).collect(), ..ValidatorSet::default() }
    }

    fn verdict(before: &[u64], after: &[u64]) -> Option<Code> {
        match check_change(&set(before), &set(after)) {
            Err(super::super::error::Undone::Refused(code)) => Some(code),
            _ => None,
        }
    }

    #[test]
    fn less_than_a_third_goes_and_not_too_much_comes() {
        assert_eq!(verdict(&[1, 1, 1, 1], &[1, 1, 1, 0]), None);
        assert_eq!(verdict(&[1, 1, 1, 1], &[1, 1, 0, 0]), Some(Code::RemovesThird));
        assert_eq!(verdict(&[3, 3, 2, 1], &[3, 3, 2, 4]), None);
        assert_eq!(verdict(&[3, 3, 3, 3], &[3, 3, 3, 0]), None);
        assert_eq!(verdict(&[2, 2, 1, 1], &[0, 2, 1, 1]), Some(Code::RemovesThird));
        assert_eq!(verdict(&[1, 1, 1, 1], &[1, 1, 1, 1, 1, 1, 1]), None);
        assert_eq!(verdict(&[1, 1, 1, 1], &[1, 1, 1, 1, 1, 1, 1, 1]), Some(Code::ChangesTooMuch));
        assert_eq!(verdict(&[1, 1, 1, 1], &[1, 1, 1, 0, 1]), None);
        assert_eq!(verdict(&[1, 1, 1, 1], &[1, 1, 1, 0, 1, 1]), Some(Code::ChangesTooMuch));
    }

    #[test]
    fn small_sets_change_one_at_a_time() {
        assert_eq!(verdict(&[1], &[1, 1]), None);
        assert_eq!(verdict(&[1, 1], &[1]), None);
        assert_eq!(verdict(&[1, 1, 1], &[1, 1]), None);
        assert_eq!(verdict(&[1, 1, 1], &[1, 1, 1, 3]), None);
        assert_eq!(verdict(&[1, 1, 1], &[1, 1, 1, 4]), Some(Code::OneAtATime));
        assert_eq!(verdict(&[1, 1, 1], &[1, 1, 0, 1]), Some(Code::OneAtATime));
        assert_eq!(verdict(&[1], &[]), Some(Code::NoValidators));
    }

    #[test]
    fn a_single_validator_may_change_its_key() {
        let mut rekeyed = set(&[5]);
        rekeyed.seats[0].key = [9; 32];
        assert!(check_change(&set(&[5]), &rekeyed).is_ok());
    }
}
