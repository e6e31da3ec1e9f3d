//! What compiling takes, estimated by counting: what an upload pays for.
//!
//! A unit is about a microsecond of the machine that gas prices are made on, metering included. The weights
//! come from real contracts and from the worst modules that the limits let through (`make calibrate`, group
//! `code`); no estimate may be below 0.7 of what was measured. They are a part of the protocol, as what they
//! weigh is paid in gas.

use wasmparser::Operator;

/// Of each function.
const FUNCTION: u64 = 75;
/// So many values that a function keeps (parameters, locals, the highest operand stack) are a unit.
const VALUES_PER_UNIT: u64 = 2;
/// Of each instruction.
const OPERATOR: u64 = 2;
/// Of each instruction that begins or ends a straight run, beside that.
const BRANCH: u64 = 45;
/// Of each target of a jump table.
const TARGET: u64 = 6;
/// Of each call.
const CALL: u64 = 35;
/// Of each indirect call, whose table, null and signature are checked.
const CALL_INDIRECT: u64 = 120;
/// Of each instruction on a whole range of memory, which metering surrounds with much of its own.
const BULK: u64 = 110;
/// So many values find a place in registers, or are not alive at once.
const REGISTERS: u64 = 20;
/// Of each value beyond those, at each branch that it may be alive across.
const CROWDED: u64 = 7;
/// For values beyond those, so many instructions are as much as a branch.
const OPERATORS_PER_BRANCH: u64 = 512;

/// What an instruction takes.
pub(super) fn of_operator(operator: &Operator<'_>) -> u64 {
    OPERATOR
        + match operator {
            Operator::Block { .. }
            | Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::Br { .. }
            | Operator::BrIf { .. }
            | Operator::Return => BRANCH,
            Operator::Call { .. } => CALL,
            Operator::CallIndirect { .. } => CALL_INDIRECT,
            Operator::BrTable { targets } => TARGET * (u64::from(targets.len()) + 1),
            Operator::MemoryGrow { .. } | Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => BULK,
            _ => 0,
        }
}

/// What a function takes beside its instructions: of `kept` values, so many branches as limits count them,
/// and so many instructions.
pub(super) fn of_function(kept: u64, branches: u64, operators: u64) -> u64 {
    let crowded = kept.saturating_sub(REGISTERS) * (branches + operators / OPERATORS_PER_BRANCH);
    FUNCTION + kept / VALUES_PER_UNIT + CROWDED * crowded
}
