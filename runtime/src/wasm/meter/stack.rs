//! How much stack a function's frame counts, and the code that counts it.
//!
//! The count follows from the module alone, so that every engine stops at the same depth, far below
//! what its own stack would allow. Optimisation keeps values longer than the text does: it can make one
//! of any operator live across a call (hoisted out of a loop, or kept for the next time that it is
//! computed). Therefore every operator counts. The engine's limit being eight times the chain's, each
//! has eight bytes, a whole slot, of the engine's stack.

use wasm_encoder::{BlockType, InstructionSink};

use super::layout::{Globals, STOP_STACK};

/// What a frame counts beside its values, in bytes.
const FRAME_BYTES: u32 = 64;
/// What each parameter, local and operand counts, in bytes.
const VALUE_BYTES: u32 = 8;
/// What each operator that can be reached counts, in bytes.
const OPERATOR_BYTES: u32 = 1;
/// The largest frame that counts nothing in a function without calls, in bytes: there is at most one of
/// them at a time.
const LEAF_BYTES: u32 = 2 * 1024;

/// What is known of a function's frame once all of it was read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Frame {
    /// Parameters and declared locals.
    pub(super) locals: u32,
    /// The most operands after any operator that can be reached.
    pub(super) operands: u32,
    /// The operators that can be reached.
    pub(super) operators: u32,
    /// Whether a call can be reached in it.
    pub(super) calls: bool,
}

impl Frame {
    /// What it counts, in bytes; none if it is not counted.
    pub(super) fn counted(self) -> Option<u32> {
        let values = self.locals.saturating_add(self.operands);
        let operators = self.operators.saturating_mul(OPERATOR_BYTES);
        let bytes = values.saturating_mul(VALUE_BYTES).saturating_add(operators).saturating_add(FRAME_BYTES);
        Some(bytes).filter(|bytes| self.calls || *bytes > LEAF_BYTES)
    }
}

/// Adds a frame, or stops if all frames would take more than `limit`.
pub(super) fn enter(sink: &mut InstructionSink<'_>, globals: Globals, bytes: u32, limit: u32) {
    match limit.checked_sub(bytes) {
        Some(room) => sink.global_get(globals.height).i32_const(room as i32).i32_gt_u(),
        None => sink.i32_const(1),
    };
    sink.if_(BlockType::Empty).i32_const(STOP_STACK).global_set(globals.stop).unreachable().end();
    sink.global_get(globals.height).i32_const(bytes as i32).i32_add().global_set(globals.height);
}

/// Takes the frame off.
pub(super) fn exit(sink: &mut InstructionSink<'_>, globals: Globals, bytes: u32) {
    sink.global_get(globals.height).i32_const(bytes as i32).i32_sub().global_set(globals.height);
}
