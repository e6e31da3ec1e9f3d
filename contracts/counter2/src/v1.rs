//! The storage of the first version, as `contracts/counter` declares it.

use sillok_sdk::prelude::*;

/// What the first version kept.
#[storage]
pub struct Counter {
    /// Who could reset counters.
    pub owner: Value<Account>,
    /// Where each counter stands. The migration leaves it where it is, but it is a part of the layout.
    pub counts: Map<Account, u64>,
}
