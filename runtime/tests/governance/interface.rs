//! What the module says about itself is what it takes and gives.

use sillok_abi::Metadata;
use sillok_abi::native::GOVERNANCE;
use sillok_runtime::native_metadata;

fn metadata() -> Metadata {
    Metadata::from_section(native_metadata(&GOVERNANCE).unwrap()).unwrap()
}

#[test]
fn every_error_has_a_number_of_its_own_and_a_sentence() {
    let metadata = metadata();
    let codes: std::collections::BTreeSet<_> = metadata.errors.iter().map(|error| error.code).collect();
    assert_eq!(codes.len(), metadata.errors.len());
    for error in &metadata.errors {
        assert!(error.docs.ends_with('.') && error.docs.len() > 20, "{}: {}", error.name, error.docs);
    }
}

#[test]
fn methods_and_events_describe_themselves() {
    let metadata = metadata();
    for name in ["propose", "vote", "withdraw", "report", "status", "proposals", "parameters"] {
        assert!(metadata.method(name).is_some(), "{name}");
    }
    assert!(metadata.events.iter().all(|event| event.docs.ends_with('.')));
}
