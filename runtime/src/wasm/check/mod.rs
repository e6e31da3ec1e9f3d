//! What code is accepted.
//!
//! Invariant: static limits alone decide, so that every node comes to the same verdict. Whatever is
//! accepted compiles in bounded time and memory, and can be instantiated.

mod bodies;
mod contract;
mod errors;
mod features;
mod sections;
mod segments;
mod usage;
mod work;

use sillok_abi::Metadata;
use wasmparser::{FuncValidatorAllocations, Parser, ValidPayload, Validator};

pub use errors::{CODE_ERRORS, CodeError};
pub(super) use features::accepted_features;

use self::sections::Module;
use crate::code_limits::CodeLimits;

/// How every module of WebAssembly 1.0 begins.
const HEADER: &[u8] = b"\0asm\x01\0\0\0";

/// Why the walk over a module ended: a refusal, or what the parser or validator says.
enum Stop {
    Refused(CodeError),
    Invalid(wasmparser::Error),
}

impl From<CodeError> for Stop {
    fn from(refusal: CodeError) -> Self {
        Stop::Refused(refusal)
    }
}

impl From<wasmparser::Error> for Stop {
    fn from(error: wasmparser::Error) -> Self {
        Stop::Invalid(error)
    }
}

/// What is known of accepted code.
#[derive(Clone, Debug, PartialEq)]
pub struct AcceptedCode {
    /// What it says about itself.
    pub metadata: Metadata,
    /// What it uses of everything that has a limit.
    pub used: CodeLimits,
    /// What compiling it takes, estimated by counting: microseconds of the machine that prices are made on.
    pub work: u64,
}

/// Checks code for upload.
///
/// # Errors
///
/// The first refusal that applies, in the order of the code's sections.
pub fn check_code(code: &[u8], limits: &CodeLimits) -> Result<AcceptedCode, CodeError> {
    let mut module = check_module(code, limits)?;
    let metadata = contract::check(&mut module)?;
    let (used, work) = module.usage.found();
    Ok(AcceptedCode { metadata, used, work })
}

/// Checks all but what makes a module a contract: its memory, metadata and methods.
pub(super) fn check_module<'a>(code: &'a [u8], limits: &CodeLimits) -> Result<Module<'a>, CodeError> {
    let mut module = Module::new(limits);
    module.usage.most(|it| &mut it.code_bytes, code.len(), CodeError::TooLarge)?;
    if !code.starts_with(HEADER) {
        return Err(CodeError::Malformed);
    }
    match walk(code, &mut module) {
        Ok(()) => Ok(module),
        Err(Stop::Refused(refusal)) => Err(refusal),
        Err(Stop::Invalid(error)) => Err(features::blame(code, &error)),
    }
}

/// Limits come first, so that validating is bounded too.
fn walk<'a>(code: &'a [u8], module: &mut Module<'a>) -> Result<(), Stop> {
    let features = accepted_features();
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let mut validator = Validator::new_with_features(features);
    let mut allocations = FuncValidatorAllocations::default();
    for payload in parser.parse_all(code) {
        let payload = payload?;
        module.section(&payload)?;
        if let ValidPayload::Func(function, body) = validator.payload(&payload)? {
            allocations = bodies::check(&mut module.usage, function, &body, allocations)?;
        }
    }
    Ok(())
}
