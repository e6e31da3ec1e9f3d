//! What makes a module a contract: its memory, its metadata, and a function for each method.

use sillok_abi::{Metadata, MetadataError, MethodSpec};
use wasmparser::ValType;

use super::errors::CodeError;
use super::sections::Module;

/// Checks a module that is acceptable otherwise.
pub(super) fn check(module: &mut Module<'_>) -> Result<Metadata, CodeError> {
    if !module.exports_memory {
        return Err(CodeError::NoMemory);
    }
    let metadata = decode(&module.metadata)?;
    for method in &metadata.methods {
        check_method(module, method)?;
    }
    Ok(metadata)
}

/// Decodes metadata, which may come in several sections.
fn decode(sections: &[&[u8]]) -> Result<Metadata, CodeError> {
    let section = sections.concat();
    if section.is_empty() {
        return Err(CodeError::NoMetadata);
    }
    Metadata::from_section(&section).map_err(|error| match error {
        MetadataError::AbiVersion { .. } => CodeError::AbiVersion,
        _ => CodeError::BadMetadata,
    })
}

fn check_method(module: &mut Module<'_>, method: &MethodSpec) -> Result<(), CodeError> {
    module.usage.most(|it| &mut it.name_bytes, method.name.len(), CodeError::NameTooLong)?;
    if !is_plain(&method.name) {
        return Err(CodeError::BadMethodName);
    }
    let export = module.exports.iter().find(|(name, _)| *name == method.name);
    let ty = export.and_then(|(_, index)| module.function_type(*index));
    let fits = ty.is_some_and(|ty| ty.params() == [ValType::I32] && ty.results() == [ValType::I32]);
    if fits { Ok(()) } else { Err(CodeError::MethodNotExported) }
}

/// Whether a name could be an identifier in any language that clients are written in.
fn is_plain(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let digit_first = name.bytes().next().is_none_or(|first| first.is_ascii_digit());
    !digit_first && name.bytes().all(plain)
}
