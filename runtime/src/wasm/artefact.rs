//! Artefacts: compiled code as bytes, so that a node that starts again need not compile.
//!
//! Running one is running machine code, so what is read back must be, bit by bit, what this node once
//! wrote for this very code, engine, processor and metering. Whatever else it is, it's compiled anew.
#![allow(
    unsafe_code,
    reason = "the engine can't know that an artefact is one of its own; here it is made sure"
)]

use codec::{Decode, Encode};
use sillok_abi::{Hash, METADATA_SECTION, Metadata, digest};
use wasmparser::{Parser, Payload};
use wasmtime::Module;

use super::code::{Code, MemoryLayout};
use super::engine::Engine;
use super::meter::meter;
use crate::fault::Fault;

/// What comes before the machine code.
#[derive(Encode, Decode)]
struct Header {
    name: Hash,
    chunk_shift: u32,
    spill: u32,
    /// The code's metadata section.
    metadata: Vec<u8>,
}

/// Stands in the artefact for the code, and for all that it was compiled with.
fn name(engine: &Engine, hash: &Hash) -> Hash {
    digest("sillok/artefact", &(hash, engine.identity))
}

/// Meters and compiles code that was accepted at upload; failing now is this node's fault. Answers the
/// artefact too.
pub(super) fn compile(engine: &Engine, hash: &Hash, wasm: &[u8]) -> Result<(Code, Vec<u8>), Fault> {
    let metered = meter(wasm, &engine.rules).map_err(Fault::new)?;
    let module = Module::from_binary(&engine.engine, &metered.wasm).map_err(Fault::new)?;
    let header = Header {
        name: name(engine, hash),
        chunk_shift: metered.chunk_shift,
        spill: metered.spill,
        metadata: metadata_section(wasm)?,
    };
    let mut bytes = header.encode();
    bytes.extend_from_slice(&module.serialize().map_err(Fault::new)?);
    let checksum = blake3::hash(&bytes);
    bytes.extend_from_slice(checksum.as_bytes());
    Ok((code(engine, hash, &header, &module, bytes.len())?, bytes))
}

/// The code of an artefact; none if it is not exactly what `compile` wrote here.
pub(super) fn open(engine: &Engine, hash: &Hash, bytes: &[u8]) -> Option<Code> {
    let (contents, checksum) = bytes.split_last_chunk::<32>()?;
    if blake3::hash(contents).as_bytes() != checksum {
        return None;
    }
    let mut rest = contents;
    let header = Header::decode(&mut rest).ok()?;
    if header.name != name(engine, hash) {
        return None;
    }
    // SAFETY: the checksum holds, so that these are the bytes that `compile` has written, whole and
    // unaltered; the name holds, so that it was for this code, engine, processor and metering. Who could
    // forge both can write to the node's own folder, and could as well replace the node.
    let module = unsafe { Module::deserialize(&engine.engine, rest) }.ok()?;
    code(engine, hash, &header, &module, bytes.len()).ok()
}

fn code(engine: &Engine, hash: &Hash, header: &Header, module: &Module, bytes: usize) -> Result<Code, Fault> {
    let metadata = Metadata::from_section(&header.metadata)
        .map_err(|error| Fault::new(format!("stored code's metadata: {error:?}")))?;
    let layout = MemoryLayout { chunk_shift: header.chunk_shift, spill: header.spill };
    Code::new(engine, *hash, metadata, module, layout, bytes)
}

/// All of a module's metadata sections.
fn metadata_section(wasm: &[u8]) -> Result<Vec<u8>, Fault> {
    let mut metadata = Vec::new();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload.map_err(Fault::new)? {
            Payload::CustomSection(section) if section.name() == METADATA_SECTION => {
                metadata.extend_from_slice(section.data());
            }
            _ => {}
        }
    }
    Ok(metadata)
}
