//! The bytes of the index's keys. Numbers are big-endian, so that the order of keys is that of numbers; what comes
//! before a number has a length that follows from its beginning, so that no subject's keys begin with another's.

use codec::Encode;
use sillok_abi::{Account, ContractId};

/// Where something is: a block, a receipt of it, counted with those of scheduled calls, and an event of that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Position {
    /// The block.
    pub(crate) height: u64,
    /// The receipt's index.
    pub(crate) receipt: u32,
    /// The event's index; none for the call itself.
    pub(crate) event: Option<u32>,
}

/// Where a height, and where a position, ends.
const HEIGHT: usize = 8;
const POSITION: usize = HEIGHT + 4 + 4;

impl Position {
    /// Its bytes. The call comes before its events.
    pub(super) fn bytes(self) -> [u8; POSITION] {
        let mut bytes = [0; POSITION];
        bytes[..HEIGHT].copy_from_slice(&self.height.to_be_bytes());
        bytes[HEIGHT..HEIGHT + 4].copy_from_slice(&self.receipt.to_be_bytes());
        let event = self.event.map_or(0, |event| event.saturating_add(1));
        bytes[HEIGHT + 4..].copy_from_slice(&event.to_be_bytes());
        bytes
    }

    /// What the end of a key says; none if it is damaged.
    pub(super) fn ending(key: &[u8]) -> Option<Self> {
        let bytes = key.last_chunk::<POSITION>()?;
        let (height, rest) = bytes.split_first_chunk::<HEIGHT>()?;
        let (receipt, event) = rest.split_first_chunk::<4>()?;
        let event = u32::from_be_bytes(event.try_into().ok()?);
        Some(Position {
            height: u64::from_be_bytes(*height),
            receipt: u32::from_be_bytes(*receipt),
            event: event.checked_sub(1),
        })
    }
}

/// The height at the end of a key; none if it is damaged.
pub(super) fn height_ending(key: &[u8]) -> Option<u64> {
    key.last_chunk::<HEIGHT>().map(|bytes| u64::from_be_bytes(*bytes))
}

/// An account's entries.
pub(super) fn account(account: &Account) -> Vec<u8> {
    account.encode()
}

/// A contract's entries.
pub(super) fn contract(contract: &ContractId) -> Vec<u8> {
    contract.0.to_vec()
}

/// A listing's entries.
pub(super) fn listing(market: &ContractId, listing: u64) -> Vec<u8> {
    [market.0.as_slice(), &listing.to_be_bytes()].concat()
}

/// A listing's entries of one interval.
pub(super) fn interval(market: &ContractId, number: u64, seconds: u32) -> Vec<u8> {
    [listing(market, number).as_slice(), &seconds.to_be_bytes()].concat()
}

/// A class's entries.
pub(super) fn class(register: &ContractId, class: u32) -> Vec<u8> {
    [register.0.as_slice(), &class.to_be_bytes()].concat()
}

/// A holder's entries.
pub(super) fn holder(register: &ContractId, number: u32, holder: &Account) -> Vec<u8> {
    [class(register, number), holder.encode()].concat()
}

/// The entry of a number among those of `subject`.
pub(super) fn numbered(mut subject: Vec<u8>, number: u64) -> Vec<u8> {
    subject.extend_from_slice(&number.to_be_bytes());
    subject
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn position() -> impl Strategy<Value = Position> {
        let event = prop::option::of(0_u32..300);
        (0_u64..300, 0_u32..300, event).prop_map(|(height, receipt, event)| Position {
            height,
            receipt,
            event,
        })
    }

    fn account() -> impl Strategy<Value = Account> {
        prop_oneof![
            any::<[u8; 32]>().prop_map(Account::Key),
            any::<[u8; 32]>().prop_map(|id| Account::Contract(ContractId(id))),
            any::<([u8; 32], [u8; 32])>()
                .prop_map(|(contract, id)| Account::Managed { contract: ContractId(contract), id }),
        ]
    }

    proptest! {
        #[test]
        fn positions_keep_their_order_and_come_back(a in position(), b in position(), of in account()) {
            prop_assert_eq!(a.cmp(&b), a.bytes().cmp(&b.bytes()));
            let key = [super::account(&of), a.bytes().to_vec()].concat();
            prop_assert_eq!(Position::ending(&key), Some(a));
        }

        #[test]
        fn no_accounts_keys_begin_with_anothers(a in account(), b in account()) {
            prop_assert_eq!(a == b, super::account(&a).starts_with(&super::account(&b)));
        }
    }
}
