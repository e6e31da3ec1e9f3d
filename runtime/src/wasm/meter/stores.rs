//! Which memory is written: the dirty bitmap. A function gathers its marks in a local and adds them to
//! `$dirty` on its way out.
//!
//! Invariant: if an instance's memory still has its first size, every byte that its code wrote lies in
//! a marked chunk, or at most the module's spill behind one.

use wasm_encoder::{BlockType, InstructionSink};
use wasmparser::{MemArg, Operator};

/// The fewest bytes of a chunk.
pub(super) const MIN_CHUNK_BYTES: u64 = 256;
/// The number of bits of the bitmap.
const CHUNKS: u64 = 64;

/// Division of an instance's first memory into chunks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chunks {
    pub(super) memory_bytes: u64,
    /// The logarithm of a chunk's bytes.
    pub(super) shift: u32,
}

impl Chunks {
    /// At most 64 chunks of a power of two.
    pub(super) fn of(memory_bytes: u64) -> Self {
        let bytes = memory_bytes.div_ceil(CHUNKS).next_power_of_two().max(MIN_CHUNK_BYTES);
        Chunks { memory_bytes, shift: bytes.trailing_zeros() }
    }

    fn bytes(self) -> u64 {
        1 << self.shift
    }
}

/// A store: where it writes, relative to its address operand, and what its value is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Store {
    pub(super) offset: u64,
    width: u32,
    /// Whether its value is an `i64`.
    pub(super) wide: bool,
}

impl Store {
    /// The store that `operator` is, if it is one.
    pub(super) fn of(operator: &Operator<'_>) -> Option<Self> {
        let store = |memarg: &MemArg, width, wide| Some(Store { offset: memarg.offset, width, wide });
        match operator {
            Operator::I32Store { memarg } => store(memarg, 4, false),
            Operator::I32Store8 { memarg } => store(memarg, 1, false),
            Operator::I32Store16 { memarg } => store(memarg, 2, false),
            Operator::I64Store { memarg } => store(memarg, 8, true),
            Operator::I64Store8 { memarg } => store(memarg, 1, true),
            Operator::I64Store16 { memarg } => store(memarg, 2, true),
            Operator::I64Store32 { memarg } => store(memarg, 4, true),
            _ => None,
        }
    }

    /// Whether the chunk of its address operand is marked, so that the offset can be left out.
    fn marks_base(self, chunks: Chunks) -> bool {
        self.offset < chunks.bytes()
    }

    /// How many bytes behind the chunk that it marks it can write.
    pub(super) fn spill(self, chunks: Chunks) -> u32 {
        let beyond = if self.marks_base(chunks) { self.offset } else { 0 };
        beyond as u32 + self.width - 1
    }
}

/// Marks in the local `dirty` the chunk that `store` writes to, whose address operand is in the local
/// `address`.
pub(super) fn mark_store(
    sink: &mut InstructionSink<'_>,
    dirty: u32,
    chunks: Chunks,
    store: Store,
    address: u32,
) {
    sink.local_get(dirty).i64_const(1).local_get(address);
    if store.marks_base(chunks) {
        sink.i32_const(chunks.shift as i32).i32_shr_u().i64_extend_i32_u();
    } else {
        // In 64 bits, where the sum can't wrap to a chunk that is not written.
        sink.i64_extend_i32_u().i64_const(store.offset as i64).i64_add();
        sink.i64_const(i64::from(chunks.shift)).i64_shr_u();
    }
    sink.i64_shl().i64_or().local_set(dirty);
}

/// Marks in the local `dirty` the chunks that `length` bytes at `start`, an `i32` local, lie in. There are at
/// most two: a chunk is longer. What lies outside of the first memory marks anything.
pub(super) fn mark_few(sink: &mut InstructionSink<'_>, dirty: u32, chunks: Chunks, start: u32, length: u32) {
    sink.local_get(dirty);
    for offset in [0, length.saturating_sub(1)] {
        sink.i64_const(1).local_get(start).i32_const(offset as i32).i32_add();
        sink.i32_const(chunks.shift as i32).i32_shr_u().i64_extend_i32_u().i64_shl().i64_or();
    }
    sink.local_set(dirty);
}

/// Marks in the local `dirty` the chunks that `length` bytes at `start` lie in, both `i32` locals; none if
/// there are no bytes. What lies outside of the first memory marks anything.
pub(super) fn mark_range(
    sink: &mut InstructionSink<'_>,
    dirty: u32,
    chunks: Chunks,
    (start, length): (u32, u32),
) {
    let shift = i64::from(chunks.shift);
    sink.local_get(length).if_(BlockType::Empty);
    sink.local_get(dirty);
    // All bits from the first chunk's on.
    sink.i64_const(-1).local_get(start).i64_extend_i32_u().i64_const(shift).i64_shr_u().i64_shl();
    // All bits up to that of the last byte's chunk.
    sink.i64_const(-1).i64_const(CHUNKS as i64 - 1);
    sink.local_get(start).i64_extend_i32_u().local_get(length).i64_extend_i32_u().i64_add();
    sink.i64_const(1).i64_sub().i64_const(shift).i64_shr_u();
    sink.i64_sub().i64_shr_u();
    sink.i64_and().i64_or().local_set(dirty).end();
}
