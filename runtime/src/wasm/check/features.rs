//! The WebAssembly that contracts may use, and which extension is to blame when code uses more.
//!
//! The blame is for the author; acceptance depends on [`accepted_features`] alone.

use wasmparser::{Validator, WasmFeatures};

use super::errors::CodeError;

/// Extensions that a careless build switches on, each with its refusal, in the order they are tried.
const FAMILIES: [(WasmFeatures, CodeError); 6] = [
    (WasmFeatures::SIMD.union(WasmFeatures::RELAXED_SIMD), CodeError::Simd),
    (WasmFeatures::THREADS.union(WasmFeatures::SHARED_EVERYTHING_THREADS), CodeError::Threads),
    (WasmFeatures::FLOATS.union(WasmFeatures::SATURATING_FLOAT_TO_INT), CodeError::Floats),
    (WasmFeatures::MULTI_VALUE, CodeError::MultiValue),
    (WasmFeatures::BULK_MEMORY.difference(WasmFeatures::BULK_MEMORY_OPT), CodeError::PassiveSegment),
    (WasmFeatures::REFERENCE_TYPES, CodeError::ReferenceTypes),
];

/// WebAssembly 1.0 without floats, with `memory.copy`, `memory.fill` and sign extension.
pub(in crate::wasm) fn accepted_features() -> WasmFeatures {
    WasmFeatures::WASM1.difference(WasmFeatures::FLOATS)
        | WasmFeatures::BULK_MEMORY_OPT
        | WasmFeatures::SIGN_EXTENSION
}

/// What to tell the author of code that failed to validate.
pub(super) fn blame(code: &[u8], error: &wasmparser::Error) -> CodeError {
    if let Some(feature) = error.missing_wasm_feature() {
        let family = FAMILIES.iter().find(|(family, _)| family.intersects(feature));
        return family.map_or(CodeError::Extension, |(_, refusal)| *refusal);
    }
    // The validator does not always say which feature is missing. A family is to blame if the code is
    // valid with everything, but not without that family.
    let valid = |features| Validator::new_with_features(features).validate_all(code).is_ok();
    if !valid(WasmFeatures::all()) {
        return CodeError::Malformed;
    }
    let family = FAMILIES.iter().find(|(family, _)| !valid(WasmFeatures::all().difference(*family)));
    family.map_or(CodeError::Extension, |(_, refusal)| *refusal)
}
