//! Which memory a call wrote, and what restoring it costs, by the words of the protocol and nothing else.
//!
//! In the charged module each store, fill and copy is a call of a function of its own, which marks the chunks
//! in an exported global and then does it; the second host marks what it writes there too.

use wasm_encoder::{BlockType, Function, Instruction, InstructionSink, ValType};
use wasmparser::{MemArg, Operator, ValType as Type};

use super::frames::Reached;
use super::sections::Sections;

/// The exported global with a bit for each chunk that was written to.
pub(crate) const WRITTEN: &str = "oracle written";

const CHUNKS: u64 = 64;
/// The bytes that are paid for together.
const LINE_BYTES: u64 = 64;

/// How a module's memory is divided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// The bytes that an instance starts with.
    pub(crate) bytes: u64,
    pub(crate) chunk: u64,
    /// The bytes behind a chunk that are restored with it.
    spill: u64,
}

impl Memory {
    pub(crate) fn of(sections: &Sections<'_>) -> Self {
        let bytes = sections.memory.0 * 65_536;
        let mut chunk = 256;
        while chunk * CHUNKS < bytes {
            chunk *= 2;
        }
        let mut spill = 0;
        for body in &sections.bodies {
            let mut reached = Reached::default();
            for operator in body.get_operators_reader().unwrap() {
                let operator = operator.unwrap();
                let counts = reached.step(&operator);
                if let Some(store) = Store::of(&operator).filter(|_| counts) {
                    let offset = if store.offset < chunk { store.offset } else { 0 };
                    spill = spill.max(offset + store.width - 1);
                }
            }
        }
        Memory { bytes, chunk, spill }
    }

    /// What restoring these chunks costs.
    pub(crate) fn restoring(self, written: u64, line_price: u64) -> i64 {
        let lines = (self.chunk + self.spill).div_ceil(LINE_BYTES);
        (u64::from(written.count_ones()) * lines * line_price) as i64
    }

    /// The chunks in which `length` bytes at `start` lie.
    pub(crate) fn chunks(self, start: u64, length: u64) -> u64 {
        (start..start + length)
            .map(|place| 1 << (place / self.chunk % CHUNKS))
            .fold(0, |bits, bit| bits | bit)
    }
}

/// A store.
#[derive(Clone, Copy)]
pub(crate) struct Store {
    offset: u64,
    width: u64,
    wide: bool,
}

impl Store {
    /// The store that an operator is, if it is one.
    pub(crate) fn of(operator: &Operator<'_>) -> Option<Self> {
        let store = |memarg: &MemArg, width, wide| Some(Store { offset: memarg.offset, width, wide });
        match operator {
            Operator::I32Store8 { memarg } => store(memarg, 1, false),
            Operator::I32Store16 { memarg } => store(memarg, 2, false),
            Operator::I32Store { memarg } => store(memarg, 4, false),
            Operator::I64Store8 { memarg } => store(memarg, 1, true),
            Operator::I64Store16 { memarg } => store(memarg, 2, true),
            Operator::I64Store32 { memarg } => store(memarg, 4, true),
            Operator::I64Store { memarg } => store(memarg, 8, true),
            _ => None,
        }
    }

    /// Its operands.
    pub(crate) fn params(self) -> [Type; 2] {
        [Type::I32, if self.wide { Type::I64 } else { Type::I32 }]
    }

    /// A function that marks the chunk in the global `written` and does the store.
    pub(crate) fn function(self, memory: Memory, written: u32, store: &Instruction<'_>) -> Function {
        let mut function = Function::new([]);
        let mut sink = function.instructions();
        let beyond = if self.offset < memory.chunk { 0 } else { self.offset };
        sink.local_get(0).i64_extend_i32_u().i64_const(beyond as i64).i64_add();
        mark(&mut sink, memory, written);
        sink.local_get(0).local_get(1);
        function.instruction(store);
        function.instructions().end();
        function
    }
}

/// Marks the chunk of the `i64` place that is on the stack.
fn mark(sink: &mut InstructionSink<'_>, memory: Memory, written: u32) {
    sink.i64_const(memory.chunk as i64).i64_div_u().global_set(written + 1);
    sink.i64_const(1).global_get(written + 1).i64_shl();
    sink.global_get(written).i64_or().global_set(written);
}

/// A function that marks what a fill or copy of its third parameter's bytes to its first writes, chunk by
/// chunk, and does it.
pub(crate) fn bulk(memory: Memory, written: u32, operation: &Instruction<'_>) -> Function {
    let (place, end) = (3, 4);
    let mut function = Function::new([(2, ValType::I64)]);
    let mut sink = function.instructions();
    sink.local_get(0).i64_extend_i32_u().local_tee(place);
    sink.local_get(2).i64_extend_i32_u().i64_add().local_set(end);
    sink.local_get(2).if_(BlockType::Empty).loop_(BlockType::Empty);
    sink.local_get(place);
    mark(&mut sink, memory, written);
    sink.local_get(place).i64_const(memory.chunk as i64).i64_add().local_tee(place);
    sink.local_get(end).i64_lt_u().br_if(0).end();
    // The last byte may lie in a chunk that no step met.
    sink.local_get(end).i64_const(1).i64_sub();
    mark(&mut sink, memory, written);
    sink.end();
    sink.local_get(0).local_get(1).local_get(2);
    function.instruction(operation);
    function.instructions().end();
    function
}
