//! What the first version kept, as `contracts/counter` declares it.

use sillok_sdk::prelude::*;

/// The storage of the first version.
#[storage]
pub struct Counter {
    pub(crate) owner: Value<Account>,
    pub(crate) counts: Map<Account, u64>,
}
