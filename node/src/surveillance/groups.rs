//! Who belongs together: a DID and the accounts of its keys, and what the settings say.
//!
//! A key that a DID no longer has still belongs to whoever had it.

use std::collections::BTreeMap;

use codec::{Decode, Encode};
use sillok_abi::Account;

use super::limits::LINKS;

/// Sets of accounts, each with one that stands for it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Groups {
    /// Who leads to whom; those who lead nowhere stand for themselves.
    leads: BTreeMap<Account, Account>,
}

impl Groups {
    /// The account that stands for the one's group.
    pub(super) fn of(&self, account: &Account) -> Account {
        let mut at = *account;
        while let Some(next) = self.leads.get(&at) {
            at = *next;
        }
        at
    }

    /// Puts two accounts into one group.
    pub(super) fn link(&mut self, one: &Account, other: &Account) {
        let (one, other) = (self.of(one), self.of(other));
        if one != other && self.leads.len() < LINKS {
            // The greater leads to the lesser: so it does not matter who was linked first.
            self.leads.insert(one.max(other), one.min(other));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_join_groups_in_whatever_order_they_come() {
        let account = |byte| Account::Key([byte; 32]);
        let links = [(1, 2), (3, 4), (2, 3), (5, 6)];
        let group = |order: &[usize]| {
            let mut groups = Groups::default();
            order.iter().for_each(|index| {
                let (one, other) = links[*index];
                groups.link(&account(one), &account(other));
            });
            (1..8).map(|byte| groups.of(&account(byte))).collect::<Vec<_>>()
        };
        let expected = [1, 1, 1, 1, 5, 5, 7].map(account);
        assert_eq!(group(&[0, 1, 2, 3]), expected);
        assert_eq!(group(&[3, 2, 1, 0]), expected);
    }
}
