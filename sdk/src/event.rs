//! Events: what a contract says happened.

use codec::Encode;

use crate::host;

/// Something that happened; `#[event]` implements it.
pub trait Event: Encode {
    /// Its name in the contract's metadata.
    const NAME: &'static str;
}

/// Emits `event`. If the transaction fails afterwards it never happened.
pub fn emit<E: Event>(event: &E) {
    host::encoded(event, |data| host::emit(E::NAME, data));
}
