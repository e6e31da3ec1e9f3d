//! How much stack each function's frame counts, by the words of the protocol and nothing else.
//!
//! 64 bytes, 8 for each parameter, declared local and operand at the most operands, and 1 for each operator;
//! nothing in a function without calls whose frame is at most 2 KiB. Operators that can't be reached by the
//! text (after a branch that is always taken, up to the end of its block) don't count.

use wasmparser::{Operator, ValidPayload, Validator, WasmFeatures};

/// What the frame of each of the module's own functions counts, in bytes.
pub(crate) fn frames(wasm: &[u8]) -> Vec<i32> {
    let mut validator = Validator::new_with_features(WasmFeatures::default());
    let mut frames = Vec::new();
    for payload in wasmparser::Parser::new(0).parse_all(wasm) {
        if let ValidPayload::Func(function, body) = validator.payload(&payload.unwrap()).unwrap() {
            let mut function = function.into_validator(Default::default());
            let mut reader = body.get_binary_reader();
            function.read_locals(&mut reader).unwrap();
            let locals = function.len_locals();
            let (mut calls, mut operands, mut operators, mut reached) = (false, 0, 0, Reached::default());
            for item in body.get_operators_reader().unwrap().into_iter_with_offsets() {
                let (operator, offset) = item.unwrap();
                function.op(offset, &operator).unwrap();
                if reached.step(&operator) {
                    operators += 1;
                    operands = operands.max(function.operand_stack_height());
                    calls |= matches!(operator, Operator::Call { .. } | Operator::CallIndirect { .. });
                }
            }
            let bytes = 64 + 8 * (locals + operands) + operators;
            frames.push(if calls || bytes > 2_048 { bytes as i32 } else { 0 });
        }
    }
    frames
}

/// Whether operators can be reached.
#[derive(Default)]
pub(crate) struct Reached {
    /// Of each open block: whether the code before it could be reached.
    outside: Vec<bool>,
    /// Whether the code here can't be.
    dead: bool,
}

impl Reached {
    /// Whether this operator can be reached, or what follows it can.
    pub(crate) fn step(&mut self, operator: &Operator<'_>) -> bool {
        let before = !self.dead;
        match operator {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } => self.outside.push(before),
            Operator::Else => self.dead = !self.outside.last().unwrap(),
            Operator::End => self.dead = !self.outside.pop().unwrap_or(true),
            Operator::Br { .. } | Operator::BrTable { .. } | Operator::Return | Operator::Unreachable => {
                self.dead = true;
            }
            _ => {}
        }
        before || !self.dead
    }
}
