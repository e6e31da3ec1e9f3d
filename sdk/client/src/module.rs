//! What a contract's Wasm says about itself, without running or compiling it.

use sillok_abi::{METADATA_SECTION, Metadata, MetadataError};

/// The first eight bytes of every Wasm module: magic and version 1.
const HEADER: &[u8] = b"\0asm\x01\0\0\0";
/// The number of a custom section.
const CUSTOM_SECTION: u8 = 0;
/// Most bytes of a 32-bit number in LEB128.
const LEB128_BYTES: u32 = 5;

/// Why a file is not a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModuleError {
    /// It is not Wasm, or it is cut off.
    #[error("not a Wasm module, or cut off")]
    Malformed,
    /// It has no metadata.
    #[error("a Wasm module without the section `sillok.metadata`: was it built with sillok-sdk?")]
    NoMetadata,
    /// Its metadata can't be used.
    #[error("its metadata is not usable: {0:?}")]
    Metadata(MetadataError),
}

/// The metadata of a contract's Wasm.
pub fn metadata(wasm: &[u8]) -> Result<Metadata, ModuleError> {
    let section = metadata_section(wasm)?.ok_or(ModuleError::NoMetadata)?;
    Metadata::from_section(&section).map_err(ModuleError::Metadata)
}

fn metadata_section(wasm: &[u8]) -> Result<Option<Vec<u8>>, ModuleError> {
    let mut rest = wasm.strip_prefix(HEADER).ok_or(ModuleError::Malformed)?;
    let mut found: Option<Vec<u8>> = None;
    while let Some((id, after)) = rest.split_first() {
        rest = after;
        let mut section = take_sized(&mut rest)?;
        if *id == CUSTOM_SECTION && take_sized(&mut section)? == METADATA_SECTION.as_bytes() {
            found.get_or_insert_default().extend_from_slice(section);
        }
    }
    Ok(found)
}

/// Takes as many bytes as the LEB128 number in front says.
fn take_sized<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], ModuleError> {
    let mut size = 0u64;
    for index in 0..LEB128_BYTES {
        let (byte, rest) = input.split_first().ok_or(ModuleError::Malformed)?;
        *input = rest;
        size |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let size = usize::try_from(size).map_err(|_| ModuleError::Malformed)?;
            let (taken, rest) = input.split_at_checked(size).ok_or(ModuleError::Malformed)?;
            *input = rest;
            return Ok(taken);
        }
    }
    Err(ModuleError::Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use codec::Encode;
    use sillok_abi::{ABI_VERSION, Item};

    fn module(sections: &[(u8, &[u8])]) -> Vec<u8> {
        let mut wasm = HEADER.to_vec();
        for (id, body) in sections {
            wasm.push(*id);
            // Two LEB128 bytes, the first with the continuation bit.
            wasm.extend([body.len() as u8 & 0x7f | 0x80, (body.len() >> 7) as u8]);
            wasm.extend_from_slice(body);
        }
        wasm
    }

    #[test]
    fn metadata_is_read_from_its_section() {
        let item =
            Item::Contract { abi: ABI_VERSION, name: "a".into(), version: "1".into(), layout: [0; 32] };
        let mut section = vec![METADATA_SECTION.len() as u8];
        section.extend_from_slice(METADATA_SECTION.as_bytes());
        item.encode_to(&mut section);
        let wasm = module(&[(1, &[0]), (0, b"\x04name"), (0, &section)]);
        assert_eq!(metadata(&wasm).unwrap().name, "a");
    }

    #[test]
    fn what_is_not_a_contract_is_named() {
        assert_eq!(metadata(b"ELF").unwrap_err(), ModuleError::Malformed);
        assert_eq!(metadata(&module(&[(1, &[0])])).unwrap_err(), ModuleError::NoMetadata);
        let whole = module(&[(0, b"\x04name")]);
        assert_eq!(metadata(&whole[..whole.len() - 1]).unwrap_err(), ModuleError::Malformed);
        let endless = [HEADER, &[0, 0xff, 0xff, 0xff, 0xff, 0xff]].concat();
        assert_eq!(metadata(&endless).unwrap_err(), ModuleError::Malformed);
    }
}
