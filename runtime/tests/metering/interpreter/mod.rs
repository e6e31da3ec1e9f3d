//! An interpreter of the original modules that takes the price of each operator when it executes it:
//! what metering in segments has to come to. It knows nothing of segments.

mod operators;
mod read;

use sillok_runtime::OperatorPrices;
use wasmparser::{BlockType, FuncType, Operator, ValType};
use wasmtime::Trap;

use operators::{access, number};

use super::support::{End, HOST_GAS, mix};

const PAGE: usize = 65_536;
const MAX_PAGES: usize = 64;

struct Function<'a> {
    ty: usize,
    locals: Vec<ValType>,
    operators: Vec<Operator<'a>>,
    /// For each block, loop and if: where its `else` is, or its `end` if it has none, and its `end`.
    ends: Vec<(usize, usize)>,
}

/// One instance.
pub(crate) struct Interpreter<'a> {
    prices: OperatorPrices,
    types: Vec<FuncType>,
    /// Name and type.
    imports: Vec<(&'a str, usize)>,
    functions: Vec<Function<'a>>,
    exports: Vec<(&'a str, usize)>,
    table: Vec<Option<usize>>,
    globals: Vec<u64>,
    pub(crate) memory: Vec<u8>,
    limit: u64,
    left: u64,
    /// What was passed to the host function `note`.
    pub(crate) notes: Vec<i32>,
}

/// Where a label goes.
struct Label {
    /// The operator to go on at.
    target: usize,
    is_loop: bool,
    /// How many values it takes along.
    arity: usize,
    height: usize,
}

type Halts<T> = Result<T, End>;

impl Interpreter<'_> {
    pub(crate) fn gas_used(&self) -> u64 {
        self.limit - self.left
    }

    /// Runs the exported function `name`.
    pub(crate) fn run(&mut self, name: &str, argument: i32) -> End {
        let index = self.exports.iter().find(|(export, _)| *export == name).unwrap().1;
        let mut stack = vec![u64::from(argument as u32)];
        match self.call(index, &mut stack) {
            Ok(()) => End::Status(stack.pop().unwrap() as u32 as i32),
            Err(end) => end,
        }
    }

    fn charge(&mut self, amount: u64) -> Halts<()> {
        self.left = self.left.checked_sub(amount).ok_or(End::OutOfGas)?;
        Ok(())
    }

    fn call(&mut self, index: usize, stack: &mut Vec<u64>) -> Halts<()> {
        let Some(own) = index.checked_sub(self.imports.len()) else { return self.call_host(index, stack) };
        let entry = u64::from(self.prices.function_entry)
            + u64::from(self.prices.local_entry) * self.functions[own].locals.len() as u64;
        self.charge(entry)?;
        let ty = self.types[self.functions[own].ty].clone();
        let mut locals = stack.split_off(stack.len() - ty.params().len());
        locals.resize(locals.len() + self.functions[own].locals.len(), 0);
        self.interpret(own, &mut locals, stack, ty.results().len())
    }

    fn call_host(&mut self, index: usize, stack: &mut Vec<u64>) -> Halts<()> {
        self.charge(HOST_GAS as u64)?;
        match self.imports[index].0 {
            "note" => {
                let value = stack.pop().unwrap() as i32;
                self.notes.push(value);
            }
            "mix" => {
                let b = stack.pop().unwrap() as i64;
                let a = stack.pop().unwrap() as i32;
                stack.push(mix(a, b) as u64);
            }
            other => panic!("no host function {other}"),
        }
        Ok(())
    }

    fn interpret(&mut self, own: usize, locals: &mut [u64], stack: &mut Vec<u64>, arity: usize) -> Halts<()> {
        let last = self.functions[own].operators.len();
        let mut labels = vec![Label { target: last, is_loop: false, arity, height: stack.len() }];
        let mut at = 0;
        while at < last {
            let operator = self.functions[own].operators[at].clone();
            self.charge(self.prices.price(&operator))?;
            let (otherwise, end) = self.functions[own].ends[at];
            at += 1;
            let mut branch = None;
            let mut open = |ty, height: usize, is_loop, target| {
                let arity = if is_loop || ty == BlockType::Empty { 0 } else { 1 };
                labels.push(Label { target, is_loop, arity, height });
            };
            match operator {
                Operator::Block { blockty } => open(blockty, stack.len(), false, end + 1),
                Operator::Loop { blockty } => open(blockty, stack.len(), true, at),
                Operator::If { blockty } => {
                    let condition = stack.pop().unwrap();
                    open(blockty, stack.len(), false, end + 1);
                    if condition as u32 == 0 {
                        at = if otherwise == end { end } else { otherwise + 1 };
                    }
                }
                // At the end of what an `if` does, on to its `end`.
                Operator::Else => at = end,
                Operator::End => {
                    labels.pop();
                }
                Operator::Br { relative_depth } => branch = Some(relative_depth),
                Operator::BrIf { relative_depth } => {
                    branch = Some(relative_depth).filter(|_| stack.pop().unwrap() as u32 != 0);
                }
                Operator::BrTable { targets } => {
                    let index = stack.pop().unwrap() as u32;
                    let target = targets.targets().nth(index as usize).map(Result::unwrap);
                    branch = Some(target.unwrap_or(targets.default()));
                }
                Operator::Return => branch = Some(labels.len() as u32 - 1),
                Operator::Unreachable => return Err(End::Trap(Trap::UnreachableCodeReached)),
                Operator::Call { function_index } => self.call(function_index as usize, stack)?,
                Operator::CallIndirect { type_index, .. } => self.call_indirect(type_index, stack)?,
                Operator::LocalGet { local_index } => stack.push(locals[local_index as usize]),
                Operator::LocalSet { local_index } => locals[local_index as usize] = stack.pop().unwrap(),
                Operator::LocalTee { local_index } => locals[local_index as usize] = *stack.last().unwrap(),
                other => self.simple(&other, stack)?,
            }
            if let Some(depth) = branch {
                labels.truncate(labels.len() - depth as usize);
                let label = labels.last().unwrap();
                stack.drain(label.height..stack.len() - label.arity);
                at = label.target;
                if !label.is_loop {
                    labels.pop();
                }
            }
        }
        Ok(())
    }

    fn call_indirect(&mut self, ty: u32, stack: &mut Vec<u64>) -> Halts<()> {
        let index = stack.pop().unwrap() as u32;
        let entry = self.table.get(index as usize).ok_or(End::Trap(Trap::TableOutOfBounds))?;
        let function = entry.ok_or(End::Trap(Trap::IndirectCallToNull))?;
        let found = &self.types[self.functions[function - self.imports.len()].ty];
        if *found != self.types[ty as usize] {
            return Err(End::Trap(Trap::BadSignature));
        }
        self.call(function, stack)
    }

    fn simple(&mut self, operator: &Operator<'_>, stack: &mut Vec<u64>) -> Halts<()> {
        match operator {
            Operator::Nop => {}
            Operator::Drop => {
                stack.pop();
            }
            Operator::Select => {
                let condition = stack.pop().unwrap() as u32;
                let second = stack.pop().unwrap();
                if condition == 0 {
                    *stack.last_mut().unwrap() = second;
                }
            }
            Operator::GlobalGet { global_index } => stack.push(self.globals[*global_index as usize]),
            Operator::GlobalSet { global_index } => {
                self.globals[*global_index as usize] = stack.pop().unwrap();
            }
            Operator::I32Const { value } => stack.push(u64::from(*value as u32)),
            Operator::I64Const { value } => stack.push(*value as u64),
            Operator::MemorySize { .. } => stack.push((self.memory.len() / PAGE) as u64),
            Operator::MemoryGrow { .. } => self.grow(stack)?,
            Operator::MemoryCopy { .. } | Operator::MemoryFill { .. } => self.bulk(operator, stack)?,
            other => match access(other) {
                Some((offset, width, true)) => self.load(offset, width, stack)?,
                Some((offset, width, false)) => self.store(offset, width, stack)?,
                None => number(other, stack)?,
            },
        }
        Ok(())
    }

    fn grow(&mut self, stack: &mut Vec<u64>) -> Halts<()> {
        let pages = stack.pop().unwrap() as u32;
        self.charge(u64::from(pages) * u64::from(self.prices.grow_page))?;
        let before = self.memory.len() / PAGE;
        let grown = before + pages as usize;
        if grown <= MAX_PAGES {
            self.memory.resize(grown * PAGE, 0);
            stack.push(before as u64);
        } else {
            stack.push(u64::from(u32::MAX));
        }
        Ok(())
    }

    fn bulk(&mut self, operator: &Operator<'_>, stack: &mut Vec<u64>) -> Halts<()> {
        let length = stack.pop().unwrap() as u32;
        let other = stack.pop().unwrap() as u32;
        let start = stack.pop().unwrap() as u32;
        let copies = matches!(operator, Operator::MemoryCopy { .. });
        let price = if copies { self.prices.copy_byte } else { self.prices.fill_byte };
        self.charge(u64::from(length) * u64::from(price))?;
        let to = self.range(start, 0, length as usize)?;
        if copies {
            let from = self.range(other, 0, length as usize)?;
            self.memory.copy_within(from, to.start);
        } else {
            self.memory[to].fill(other as u8);
        }
        Ok(())
    }

    fn range(&self, address: u32, offset: u64, width: usize) -> Halts<std::ops::Range<usize>> {
        let start = (u64::from(address) + offset) as usize;
        let end = start + width;
        if end > self.memory.len() { Err(End::Trap(Trap::MemoryOutOfBounds)) } else { Ok(start..end) }
    }

    fn load(&mut self, offset: u64, width: usize, stack: &mut Vec<u64>) -> Halts<()> {
        let address = stack.pop().unwrap() as u32;
        let mut bytes = [0; 8];
        bytes[..width].copy_from_slice(&self.memory[self.range(address, offset, width)?]);
        stack.push(u64::from_le_bytes(bytes));
        Ok(())
    }

    fn store(&mut self, offset: u64, width: usize, stack: &mut Vec<u64>) -> Halts<()> {
        let value = stack.pop().unwrap();
        let address = stack.pop().unwrap() as u32;
        let range = self.range(address, offset, width)?;
        self.memory[range].copy_from_slice(&value.to_le_bytes()[..width]);
        Ok(())
    }
}
