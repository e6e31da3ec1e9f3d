//! Function bodies: their sizes, and a bound on what compiling them takes.
//!
//! Compilers take more than linear time and memory in the values that are alive at once and the branches
//! that they are alive across. Both are small in real code, and a few hundred bytes can make both large:
//! so their product is limited, for each function and for the module.

use wasmparser::{
    FuncToValidate, FuncValidator, FuncValidatorAllocations, FunctionBody, Operator, ValidatorResources,
};

use super::Stop;
use super::errors::CodeError;
use super::usage::Usage;
use super::work;

/// Checks and validates a function.
pub(super) fn check(
    usage: &mut Usage,
    function: FuncToValidate<ValidatorResources>,
    body: &FunctionBody<'_>,
    allocations: FuncValidatorAllocations,
) -> Result<FuncValidatorAllocations, Stop> {
    usage.most(|it| &mut it.body_bytes, body.range().len(), CodeError::BodyTooLarge)?;
    check_locals(usage, body)?;
    let mut validator = function.into_validator(allocations);
    validator.read_locals(&mut body.get_binary_reader())?;
    let shape = check_operators(usage, &mut validator, body)?;
    let kept = u64::from(validator.len_locals()) + u64::from(shape.operands);
    let branches = u64::from(shape.branches);
    let complexity = kept.saturating_mul(1 + branches);
    usage.most(|it| &mut it.complexity, complexity, CodeError::FunctionTooComplex)?;
    usage.add(|it| &mut it.module_complexity, complexity, CodeError::ModuleTooComplex)?;
    usage.work += shape.work + work::of_function(kept, branches, shape.operators.into());
    Ok(validator.into_allocations())
}

fn check_locals(usage: &mut Usage, body: &FunctionBody<'_>) -> Result<(), Stop> {
    let mut locals = 0u64;
    for group in body.get_locals_reader()? {
        let (count, _) = group?;
        locals += u64::from(count);
        usage.most(|it| &mut it.locals, locals, CodeError::TooManyLocals)?;
    }
    Ok(())
}

/// What the walk over a body's instructions collects.
#[derive(Default)]
struct Shape {
    operators: u32,
    /// The most values on the operand stack.
    operands: u32,
    /// Ways from one straight run of instructions to another.
    branches: u32,
    /// What compiling the instructions takes.
    work: u64,
    /// For each open block, how many loops it is in.
    loops: Vec<u32>,
}

impl Shape {
    /// Follows the nesting of blocks and of loops.
    fn nest(&mut self, usage: &mut Usage, operator: &Operator<'_>) -> Result<(), CodeError> {
        let around = self.loops.last().copied().unwrap_or(0);
        match operator {
            Operator::Block { .. } | Operator::If { .. } => self.loops.push(around),
            Operator::Loop { .. } => self.loops.push(around + 1),
            Operator::End => drop(self.loops.pop()),
            _ => {}
        }
        let loops = self.loops.last().copied().unwrap_or(0);
        usage.most(|it| &mut it.loop_nesting, loops, CodeError::LoopsTooDeep)?;
        usage.most(|it| &mut it.nesting, self.loops.len() + 1, CodeError::NestingTooDeep)
    }
}

fn check_operators(
    usage: &mut Usage,
    validator: &mut FuncValidator<ValidatorResources>,
    body: &FunctionBody<'_>,
) -> Result<Shape, Stop> {
    let mut shape = Shape::default();
    let mut reader = body.get_operators_reader()?;
    while !reader.eof() {
        let (operator, offset) = reader.read_with_offset()?;
        check_kind(&operator)?;
        shape.operators += 1;
        usage.most(|it| &mut it.operators, shape.operators, CodeError::TooManyOperators)?;
        shape.branches = shape.branches.saturating_add(branches(usage, &operator)?);
        usage.most(|it| &mut it.branches, shape.branches, CodeError::TooManyBranches)?;
        shape.work += work::of_operator(&operator);
        shape.nest(usage, &operator)?;
        validator.op(offset, &operator)?;
        shape.operands = shape.operands.max(validator.operand_stack_height());
        usage.most(|it| &mut it.operands, shape.operands, CodeError::OperandStackTooHigh)?;
    }
    reader.finish()?;
    Ok(shape)
}

/// How many branches an instruction makes. Calls and the like count as one: what they cost is checked
/// around them.
fn branches(usage: &mut Usage, operator: &Operator<'_>) -> Result<u32, CodeError> {
    match operator {
        Operator::Block { .. }
        | Operator::Loop { .. }
        | Operator::If { .. }
        | Operator::Else
        | Operator::Br { .. }
        | Operator::BrIf { .. }
        | Operator::Return
        | Operator::Call { .. }
        | Operator::MemoryGrow { .. }
        | Operator::MemoryCopy { .. }
        | Operator::MemoryFill { .. } => Ok(1),
        // Its table, null and signature are checked.
        Operator::CallIndirect { .. } => Ok(4),
        Operator::BrTable { targets } => {
            let count = targets.len().saturating_add(1);
            usage.most(|it| &mut it.branch_targets, count, CodeError::BranchTableTooLarge)?;
            Ok(count)
        }
        _ => Ok(0),
    }
}

/// Refuses instructions whose effect on tables and segments would outlive a call in a reused instance.
fn check_kind(operator: &Operator<'_>) -> Result<(), CodeError> {
    match operator {
        Operator::MemoryInit { .. }
        | Operator::DataDrop { .. }
        | Operator::TableInit { .. }
        | Operator::ElemDrop { .. } => Err(CodeError::PassiveSegment),
        Operator::TableCopy { .. }
        | Operator::TableFill { .. }
        | Operator::TableGet { .. }
        | Operator::TableSet { .. }
        | Operator::TableGrow { .. }
        | Operator::TableSize { .. } => Err(CodeError::TableInstruction),
        _ => Ok(()),
    }
}
