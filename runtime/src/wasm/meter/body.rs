//! Rewrites a function.
//!
//! ```text
//! entry: take the gas left into a local, count the frame
//! block $stop
//!   block $exit (result of the function)
//!     the function's own operators, with a charge at the start of each segment
//!   end
//!   exit: give the gas left back, add the marks, take the frame off
//!   return
//! end
//! out of gas
//! ```
//!
//! Labels keep their numbers: what went to the function's own label goes to `$exit`. Operators that
//! nothing is added to are copied as they are; those that can't be reached are left out.

use wasm_encoder::{BlockType, Function, InstructionSink, ValType};
use wasmparser::{FuncToValidate, FuncType, FunctionBody, Operator, ValidatorResources};

use super::flow::{Flow, Step};
use super::layout::{Layout, STOP_GAS, STOP_HOST};
use super::stores::{self, Store};
use super::{MeterError, charge, module, short_copy, stack};

/// A function in its metered form.
pub(super) struct Written {
    pub(super) function: Function,
    /// How many bytes behind a chunk that it marked it may write.
    pub(super) spill: u32,
}

/// Rewrites the function of type `ty` whose body, a part of `code`, is `body`.
pub(super) fn rewrite(
    layout: &Layout<'_>,
    code: &[u8],
    ty: &FuncType,
    validated: FuncToValidate<ValidatorResources>,
    body: &FunctionBody<'_>,
) -> Result<Written, MeterError> {
    let mut validator = validated.into_validator(Default::default());
    let mut reader = body.get_binary_reader();
    validator.read_locals(&mut reader)?;
    let groups = declared(body)?;
    let mut writer = Writer::new(layout, ty, &groups);
    let mut operators = body.get_operators_reader()?;
    while !operators.eof() {
        let (operator, offset) = operators.read_with_offset()?;
        validator.op(offset, &operator)?;
        let bytes = code.get(offset..operators.original_position());
        let bytes = bytes.ok_or(MeterError::Unchecked("a body outside of the code"))?;
        writer.operator(&operator, bytes, validator.operand_stack_height())?;
    }
    operators.finish()?;
    writer.finish(ty, groups)
}

fn declared(body: &FunctionBody<'_>) -> Result<Vec<(u32, ValType)>, MeterError> {
    let mut groups = Vec::new();
    for group in body.get_locals_reader()? {
        let (count, ty) = group?;
        groups.push((count, module::value_type(ty)?));
    }
    Ok(groups)
}

/// The locals that are appended.
#[derive(Clone, Copy)]
struct Locals {
    /// The gas left, `i64`.
    gas: u32,
    /// The function's own marks of what it wrote, `i64`; a local starts with none.
    dirty: u32,
    /// To work with, `i64`.
    wide: u32,
    /// To work with, three of `i32`.
    narrow: [u32; 3],
}

impl Locals {
    const GROUPS: [(u32, ValType); 2] = [(3, ValType::I64), (3, ValType::I32)];

    fn after(count: u32) -> Self {
        Locals { gas: count, dirty: count + 1, wide: count + 2, narrow: [count + 3, count + 4, count + 5] }
    }
}

/// The segment that is being read.
struct Segment {
    cost: u64,
    /// The blocks that are open where it begins.
    depth: u32,
    code: Vec<u8>,
}

struct Writer<'a> {
    layout: &'a Layout<'a>,
    locals: Locals,
    flow: Flow,
    segment: Segment,
    /// What was written before the segment.
    code: Vec<u8>,
    frame: stack::Frame,
    /// What the last operator put on top of the operands, if it was a constant of the open segment.
    constant: Option<u32>,
    /// Whether it marks anything.
    writes: bool,
    spill: u32,
}

impl<'a> Writer<'a> {
    fn new(layout: &'a Layout<'a>, ty: &FuncType, groups: &[(u32, ValType)]) -> Self {
        let prices = &layout.rules.prices;
        let declared: u32 = groups.iter().map(|(count, _)| count).sum();
        let entry = u64::from(prices.function_entry) + u64::from(prices.local_entry) * u64::from(declared);
        let locals = ty.params().len() as u32 + declared;
        Writer {
            layout,
            locals: Locals::after(locals),
            flow: Flow::new(),
            segment: Segment { cost: entry, depth: 0, code: Vec::new() },
            code: Vec::new(),
            frame: stack::Frame { locals, ..stack::Frame::default() },
            constant: None,
            writes: false,
            spill: 0,
        }
    }

    /// Takes the next operator, its bytes and the number of operands after it.
    fn operator(&mut self, operator: &Operator<'_>, bytes: &[u8], operands: u32) -> Result<(), MeterError> {
        let step = self.flow.step(operator)?;
        if step == Step::Dropped {
            return Ok(());
        }
        self.frame.operands = self.frame.operands.max(operands);
        self.frame.operators += 1;
        let price = self.layout.rules.prices.known(operator);
        self.segment.cost += price.ok_or(MeterError::Unchecked("an operator that is not accepted"))?;
        match step {
            Step::Dropped => {}
            Step::Within => self.write(operator, bytes),
            Step::Last => {
                self.write(operator, bytes);
                self.close();
            }
            Step::Between => {
                self.close();
                self.code.extend_from_slice(bytes);
            }
        }
        self.constant = match operator {
            Operator::I32Const { value } => Some(*value as u32),
            _ => None,
        };
        Ok(())
    }

    /// Ends the segment: its charge is known now and goes before it.
    fn close(&mut self) {
        let leave = self.segment.depth + 1;
        let mut sink = InstructionSink::new(&mut self.code);
        charge::fixed(&mut sink, self.locals.gas, self.segment.cost, leave);
        self.code.append(&mut self.segment.code);
        self.segment.cost = 0;
        self.segment.depth = self.flow.depth();
    }

    fn write(&mut self, operator: &Operator<'_>, bytes: &[u8]) {
        match operator {
            Operator::Return => self.write_return(),
            Operator::Call { function_index } if *function_index < self.layout.imports => {
                self.write_host_call(bytes);
            }
            Operator::Call { .. } | Operator::CallIndirect { .. } => self.write_call(bytes),
            Operator::MemoryGrow { .. } => self.write_grow(bytes),
            Operator::MemoryCopy { .. } => match self.constant.filter(|length| short_copy::is_short(*length))
            {
                Some(length) => self.write_short_copy(length),
                None => self.write_bulk(bytes, self.layout.rules.prices.copy_byte),
            },
            Operator::MemoryFill { .. } => self.write_bulk(bytes, self.layout.rules.prices.fill_byte),
            _ => match Store::of(operator) {
                Some(store) => self.write_store(store, bytes),
                None => self.segment.code.extend_from_slice(bytes),
            },
        }
    }

    fn sink(&mut self) -> InstructionSink<'_> {
        InstructionSink::new(&mut self.segment.code)
    }

    /// The operator as it was.
    fn copy(&mut self, bytes: &[u8]) {
        self.segment.code.extend_from_slice(bytes);
    }

    fn write_return(&mut self) {
        let exit = self.flow.depth();
        self.sink().br(exit);
    }

    fn write_host_call(&mut self, bytes: &[u8]) {
        let gas = self.locals.gas;
        self.frame.calls = true;
        self.sink().local_get(gas);
        self.copy(bytes);
        self.sink().local_set(gas);
    }

    fn write_call(&mut self, bytes: &[u8]) {
        let (gas, left) = (self.locals.gas, self.layout.globals.gas);
        self.frame.calls = true;
        self.sink().local_get(gas).global_set(left);
        self.copy(bytes);
        self.sink().global_get(left).local_set(gas);
    }

    /// What a contract sees of `memory.grow` is decided by the limit alone. If that would have allowed it
    /// and it failed nevertheless, it's the host that has no memory: no other node need share that.
    fn write_grow(&mut self, bytes: &[u8]) {
        let (gas, leave) = (self.locals.gas, self.flow.depth() + 1);
        let [pages, before, _] = self.locals.narrow;
        let (stop, price) = (self.layout.globals.stop, self.layout.rules.prices.grow_page);
        let max_pages = self.layout.max_pages as i64;
        let mut sink = self.sink();
        sink.local_set(pages);
        charge::by_units(&mut sink, gas, pages, price, leave);
        sink.local_get(pages);
        self.copy(bytes);
        let mut sink = self.sink();
        sink.local_tee(before).i32_const(-1).i32_eq().if_(BlockType::Empty);
        sink.memory_size(0).i64_extend_i32_u().local_get(pages).i64_extend_i32_u().i64_add();
        sink.i64_const(max_pages).i64_le_u().if_(BlockType::Empty);
        sink.i32_const(STOP_HOST).global_set(stop).unreachable().end().end();
        sink.local_get(before);
    }

    /// `memory.copy` and `memory.fill`: destination, source or value, length.
    fn write_bulk(&mut self, bytes: &[u8], price: u32) {
        let (gas, leave) = (self.locals.gas, self.flow.depth() + 1);
        let [start, other, length] = self.locals.narrow;
        self.writes = true;
        let (dirty, chunks) = (self.locals.dirty, self.layout.chunks);
        let mut sink = self.sink();
        sink.local_set(length).local_set(other).local_set(start);
        charge::by_units(&mut sink, gas, length, price, leave);
        stores::mark_range(&mut sink, dirty, chunks, (start, length));
        sink.local_get(start).local_get(other).local_get(length);
        self.copy(bytes);
    }

    /// `memory.copy` of so many bytes, which its own code has put on the operands and which are not needed.
    fn write_short_copy(&mut self, length: u32) {
        let (gas, leave) = (self.locals.gas, self.flow.depth() + 1);
        let [to, from, _] = self.locals.narrow;
        let (dirty, chunks) = (self.locals.dirty, self.layout.chunks);
        let price = u64::from(self.layout.rules.prices.copy_byte) * u64::from(length);
        self.writes = true;
        let mut sink = self.sink();
        sink.drop().local_set(from).local_set(to);
        charge::fixed(&mut sink, gas, price, leave);
        stores::mark_few(&mut sink, dirty, chunks, to, length);
        short_copy::write(&mut sink, to, from, length);
    }

    fn write_store(&mut self, store: Store, bytes: &[u8]) {
        let [address, narrow, _] = self.locals.narrow;
        let value = if store.wide { self.locals.wide } else { narrow };
        let (dirty, chunks) = (self.locals.dirty, self.layout.chunks);
        self.writes = true;
        self.spill = self.spill.max(store.spill(chunks));
        let mut sink = self.sink();
        sink.local_set(value).local_tee(address);
        stores::mark_store(&mut sink, dirty, chunks, store, address);
        sink.local_get(value);
        self.copy(bytes);
    }

    /// All operators were taken: puts entry and exit around them.
    fn finish(self, ty: &FuncType, mut groups: Vec<(u32, ValType)>) -> Result<Written, MeterError> {
        let result = match ty.results() {
            [] => BlockType::Empty,
            [result] => BlockType::Result(module::value_type(*result)?),
            _ => return Err(MeterError::Unchecked("several results")),
        };
        groups.extend(Locals::GROUPS);
        let mut function = Function::new(groups);
        let (globals, gas, counted) = (self.layout.globals, self.locals.gas, self.frame.counted());
        let dirty = self.locals.dirty;
        let mut sink = function.instructions();
        if let Some(bytes) = counted {
            stack::enter(&mut sink, globals, bytes, self.layout.rules.max_stack_bytes);
        }
        sink.global_get(globals.gas).local_set(gas).block(BlockType::Empty).block(result);
        function.raw(self.code);
        let mut sink = function.instructions();
        sink.local_get(gas).global_set(globals.gas);
        if self.writes {
            sink.global_get(globals.dirty).local_get(dirty).i64_or().global_set(globals.dirty);
        }
        if let Some(bytes) = counted {
            stack::exit(&mut sink, globals, bytes);
        }
        sink.return_().end();
        sink.i32_const(STOP_GAS).global_set(globals.stop).unreachable().end();
        Ok(Written { function, spill: self.spill })
    }
}
