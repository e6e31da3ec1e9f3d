//! Operators that only work on the operand stack.

use wasmparser::Operator;
use wasmtime::Trap;

use super::{End, Halts};

/// Offset, width, and whether it is a load. Loads that extend a sign are not among them.
pub(super) fn access(operator: &Operator<'_>) -> Option<(u64, usize, bool)> {
    Some(match operator {
        Operator::I32Load { memarg } | Operator::I64Load32U { memarg } => (memarg.offset, 4, true),
        Operator::I64Load { memarg } => (memarg.offset, 8, true),
        Operator::I32Load8U { memarg } | Operator::I64Load8U { memarg } => (memarg.offset, 1, true),
        Operator::I32Load16U { memarg } | Operator::I64Load16U { memarg } => (memarg.offset, 2, true),
        Operator::I32Store { memarg } | Operator::I64Store32 { memarg } => (memarg.offset, 4, false),
        Operator::I64Store { memarg } => (memarg.offset, 8, false),
        Operator::I32Store8 { memarg } | Operator::I64Store8 { memarg } => (memarg.offset, 1, false),
        Operator::I32Store16 { memarg } | Operator::I64Store16 { memarg } => (memarg.offset, 2, false),
        _ => return None,
    })
}

/// The arithmetic that the modules here use.
pub(super) fn number(operator: &Operator<'_>, stack: &mut Vec<u64>) -> Halts<()> {
    if let Some(value) = unary(operator, *stack.last().unwrap()) {
        *stack.last_mut().unwrap() = value;
        return Ok(());
    }
    let b = stack.pop().unwrap();
    let a = stack.pop().unwrap();
    let (a32, b32) = (a as u32, b as u32);
    let divides = matches!(operator, Operator::I32DivU | Operator::I32DivS | Operator::I32RemU);
    if divides && b32 == 0 {
        return Err(End::Trap(Trap::IntegerDivisionByZero));
    }
    let value = match operator {
        Operator::I32Add => u64::from(a32.wrapping_add(b32)),
        Operator::I32Sub => u64::from(a32.wrapping_sub(b32)),
        Operator::I32Mul => u64::from(a32.wrapping_mul(b32)),
        Operator::I32DivU => u64::from(a32 / b32),
        Operator::I32DivS => match (a32 as i32).checked_div(b32 as i32) {
            Some(value) => u64::from(value as u32),
            None => return Err(End::Trap(Trap::IntegerOverflow)),
        },
        Operator::I32RemU => u64::from(a32 % b32),
        Operator::I32And => u64::from(a32 & b32),
        Operator::I32Or => u64::from(a32 | b32),
        Operator::I32Xor => u64::from(a32 ^ b32),
        Operator::I32Eq => u64::from(a32 == b32),
        Operator::I32LtU => u64::from(a32 < b32),
        Operator::I32GtU => u64::from(a32 > b32),
        Operator::I64Add => a.wrapping_add(b),
        Operator::I64Shl => a.wrapping_shl(b32),
        other => panic!("the interpreter does not know {other:?}"),
    };
    stack.push(value);
    Ok(())
}

fn unary(operator: &Operator<'_>, value: u64) -> Option<u64> {
    match operator {
        Operator::I32Eqz => Some(u64::from(value as u32 == 0)),
        Operator::I32WrapI64 => Some(u64::from(value as u32)),
        Operator::I64ExtendI32U => Some(u64::from(value as u32)),
        _ => None,
    }
}
