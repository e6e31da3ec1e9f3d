//! Contracts have the methods that the interfaces to them name, so that a call between contracts is
//! never found wrong only when it is made.

use codec::DecodeAll;
use sillok_abi::{Item, ItemSpec, METADATA_SECTION, Metadata, MethodSpec, SectionBytes};
use sillok_contracts::{CASH, ESCROW, REGISTER};
use sillok_interfaces::{CashRef, EscrowRef, RegisterRef};
use wasmparser::{Parser, Payload};

fn metadata(wasm: &[u8]) -> Metadata {
    let mut section = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        if let Payload::CustomSection(custom) = payload.expect("well-formed Wasm")
            && custom.name() == METADATA_SECTION
        {
            section.extend_from_slice(custom.data());
        }
    }
    Metadata::from_section(&section).expect("usable metadata")
}

/// The method without its documentation, which both sides word for their own readers.
fn bare(method: &MethodSpec) -> MethodSpec {
    MethodSpec { docs: String::new(), reentrant: false, ..method.clone() }
}

#[track_caller]
fn check(contract: &[u8], interface: &[ItemSpec]) {
    let metadata = metadata(contract);
    for item in interface {
        let bytes = SectionBytes::of(item);
        let Ok(Item::Method(expected)) = Item::decode_all(&mut bytes.as_slice()) else {
            panic!("an interface describes methods");
        };
        let found = metadata.method(&expected.name).map(bare);
        assert_eq!(found, Some(bare(&expected)), "{}", metadata.name);
    }
}

#[test]
fn the_register_is_as_its_interface_says() {
    check(REGISTER, RegisterRef::METHODS);
}

#[test]
fn cash_is_as_its_interface_says() {
    check(CASH, CashRef::METHODS);
}

#[test]
fn the_escrow_is_as_its_interface_says() {
    check(ESCROW, EscrowRef::METHODS);
}
