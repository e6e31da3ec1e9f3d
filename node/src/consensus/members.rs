//! The validator set as the core sees it: who votes with what power, and whose turn it is.

use malachite_types as core_types;
use sillok_abi::{PublicKey, Validator};

use super::context::{Address, Sillok};
use crate::limits;

/// A validator as the core sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    address: Address,
    power: u64,
}

impl core_types::Validator<Sillok> for Member {
    fn address(&self) -> &Address {
        &self.address
    }

    fn public_key(&self) -> &PublicKey {
        &self.address.0
    }

    fn voting_power(&self) -> u64 {
        self.power
    }
}

/// Why a validator set can't decide anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SetError {
    /// It has no validators.
    #[error("the validator set is empty")]
    Empty,
    /// It has more than [`limits::VALIDATORS`].
    #[error("the validator set has more than {} validators", limits::VALIDATORS)]
    TooMany,
    /// A validator appears twice.
    #[error("a validator appears twice in the set")]
    Twice,
    /// A validator has no power, or their sum is above [`limits::VOTING_POWER`].
    #[error("a validator has no voting power, or all together have too much")]
    Power,
}

/// A validator set, in the order in which its members take turns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Members {
    members: Vec<Member>,
    total: u64,
}

impl Members {
    /// The set of these validators.
    ///
    /// # Errors
    /// If it can't decide anything.
    pub(super) fn new(validators: &[Validator]) -> Result<Self, SetError> {
        if validators.is_empty() {
            return Err(SetError::Empty);
        }
        if validators.len() > limits::VALIDATORS {
            return Err(SetError::TooMany);
        }
        let mut keys: Vec<_> = validators.iter().map(|validator| validator.key).collect();
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(SetError::Twice);
        }
        // The core multiplies powers by three, unchecked but for a panic.
        let total = validators.iter().try_fold(0u64, |sum, validator| sum.checked_add(validator.power));
        let total = total.filter(|total| *total <= limits::VOTING_POWER).ok_or(SetError::Power)?;
        if validators.iter().any(|validator| validator.power == 0) {
            return Err(SetError::Power);
        }
        let member =
            |validator: &Validator| Member { address: Address(validator.key), power: validator.power };
        Ok(Members { members: validators.iter().map(member).collect(), total })
    }

    /// Whose turn it is to propose: strict round-robin, index `(height - 1 + round) mod n`.
    pub(super) fn proposer(&self, height: u64, round: u32) -> Address {
        self.at_turn(height, round).address
    }

    pub(super) fn at_turn(&self, height: u64, round: u32) -> &Member {
        let turn = height.wrapping_sub(1).wrapping_add(u64::from(round));
        let index = turn % self.members.len() as u64;
        &self.members[index as usize]
    }

    /// The power of the validator with this key; none if it is not a member.
    pub(super) fn power_of(&self, key: &PublicKey) -> Option<u64> {
        self.members.iter().find(|member| member.address.0 == *key).map(|member| member.power)
    }

    /// All members' power.
    pub(super) fn total_power(&self) -> u64 {
        self.total
    }
}

impl core_types::ValidatorSet<Sillok> for Members {
    fn count(&self) -> usize {
        self.members.len()
    }

    fn total_voting_power(&self) -> u64 {
        self.total
    }

    fn get_by_address(&self, address: &Address) -> Option<&Member> {
        self.members.iter().find(|member| member.address == *address)
    }

    fn get_by_index(&self, index: usize) -> Option<&Member> {
        self.members.get(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(powers: &[u64]) -> Vec<Validator> {
        (1..).zip(powers).map(|(seed, power)| Validator { key: [seed; 32], power: *power }).collect()
    }

    #[test]
    fn turns_go_round_by_height_and_by_round() {
        let members = Members::new(&set(&[1, 1, 1])).unwrap();
        let turn = |height, round| members.proposer(height, round).0[0];
        assert_eq!([turn(1, 0), turn(2, 0), turn(3, 0), turn(4, 0)], [1, 2, 3, 1]);
        assert_eq!([turn(1, 0), turn(1, 1), turn(1, 2), turn(1, 3)], [1, 2, 3, 1]);
    }

    #[test]
    fn sets_that_can_decide_nothing_are_refused() {
        let twice = [set(&[1]), set(&[1])].concat();
        let many = vec![1; limits::VALIDATORS + 1];
        let checks = [
            (Vec::new(), SetError::Empty),
            (twice, SetError::Twice),
            (set(&many), SetError::TooMany),
            (set(&[1, 0]), SetError::Power),
            (set(&[limits::VOTING_POWER, 1]), SetError::Power),
            (set(&[u64::MAX, u64::MAX]), SetError::Power),
        ];
        for (validators, error) in checks {
            assert_eq!(Members::new(&validators).err(), Some(error));
        }
        assert!(Members::new(&set(&[limits::VOTING_POWER])).is_ok());
    }
}
