//! `memory.copy` of few bytes whose number is a constant, as loads and stores: the engine would call a
//! function of its own, which takes longer than copying an account or a hash.
//!
//! What a contract sees and pays is the same. All bytes are read before the first is written, so that the two
//! places may overlap; who reads or writes outside of memory traps, and nobody sees memory after a trap.

use wasm_encoder::{InstructionSink, MemArg};

use super::stores::MIN_CHUNK_BYTES;

/// The most bytes that are copied so: what they are read to are registers.
const MOST_BYTES: u32 = 128;

const _: () = assert!(MOST_BYTES as u64 <= MIN_CHUNK_BYTES, "few bytes lie in two chunks at most");

/// Whether so many bytes are copied by loads and stores. Copying no bytes checks addresses alone, which loads and
/// stores would not.
pub(super) fn is_short(length: u32) -> bool {
    (1..=MOST_BYTES).contains(&length)
}

/// Copies `length` bytes from the address in the local `from` to that in `to`.
pub(super) fn write(sink: &mut InstructionSink<'_>, to: u32, from: u32, length: u32) {
    let pieces = pieces(length);
    for piece in &pieces {
        sink.local_get(to).local_get(from);
        piece.load(sink);
    }
    pieces.iter().rev().for_each(|piece| piece.store(sink));
}

/// Bytes that are read and written by one instruction.
struct Piece {
    offset: u32,
    bytes: u32,
}

/// As few as there can be, the largest first.
fn pieces(length: u32) -> Vec<Piece> {
    let (mut pieces, mut offset) = (Vec::new(), 0);
    for bytes in [8, 4, 2, 1] {
        while length - offset >= bytes {
            pieces.push(Piece { offset, bytes });
            offset += bytes;
        }
    }
    pieces
}

impl Piece {
    fn place(&self) -> MemArg {
        MemArg { offset: self.offset.into(), align: 0, memory_index: 0 }
    }

    fn load(&self, sink: &mut InstructionSink<'_>) {
        match self.bytes {
            8 => sink.i64_load(self.place()),
            4 => sink.i64_load32_u(self.place()),
            2 => sink.i64_load16_u(self.place()),
            _ => sink.i64_load8_u(self.place()),
        };
    }

    fn store(&self, sink: &mut InstructionSink<'_>) {
        match self.bytes {
            8 => sink.i64_store(self.place()),
            4 => sink.i64_store32(self.place()),
            2 => sink.i64_store16(self.place()),
            _ => sink.i64_store8(self.place()),
        };
    }
}
