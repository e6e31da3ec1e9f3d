//! Whose agreement a change needs.

use sillok_sdk::prelude::*;

use crate::Register;

/// Asks for the registrar's authority.
pub(crate) fn require_registrar(register: &Register) {
    require_auth(&register.registrar.load());
}

/// Asks for a holder's authority. Who is entered without keys, as an account that this register
/// manages, acts through the registrar, as a shareholder on paper does.
pub(crate) fn require_holder(register: &Register, holder: &Account) {
    match holder {
        Account::Managed { contract, .. } if *contract == this() => require_registrar(register),
        _ => require_auth(holder),
    }
}
