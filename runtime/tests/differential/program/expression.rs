//! Expressions: code that leaves one value.

use wasm_encoder::{Instruction, MemArg, ValType};

use super::body::{Body, Label};

type Binary = Instruction<'static>;

const ARITHMETIC_32: [Binary; 10] = [
    Instruction::I32Add,
    Instruction::I32Sub,
    Instruction::I32Mul,
    Instruction::I32And,
    Instruction::I32Or,
    Instruction::I32Xor,
    Instruction::I32Shl,
    Instruction::I32ShrS,
    Instruction::I32ShrU,
    Instruction::I32Rotl,
];
const ARITHMETIC_64: [Binary; 10] = [
    Instruction::I64Add,
    Instruction::I64Sub,
    Instruction::I64Mul,
    Instruction::I64And,
    Instruction::I64Or,
    Instruction::I64Xor,
    Instruction::I64Shl,
    Instruction::I64ShrS,
    Instruction::I64ShrU,
    Instruction::I64Rotr,
];
const DIVISIONS_32: [Binary; 4] =
    [Instruction::I32DivU, Instruction::I32DivS, Instruction::I32RemU, Instruction::I32RemS];
const DIVISIONS_64: [Binary; 4] =
    [Instruction::I64DivU, Instruction::I64DivS, Instruction::I64RemU, Instruction::I64RemS];
const COMPARISONS_32: [Binary; 6] = [
    Instruction::I32Eq,
    Instruction::I32Ne,
    Instruction::I32LtS,
    Instruction::I32LtU,
    Instruction::I32GeS,
    Instruction::I32GtU,
];
const COMPARISONS_64: [Binary; 6] = [
    Instruction::I64Eq,
    Instruction::I64Ne,
    Instruction::I64LtS,
    Instruction::I64LeU,
    Instruction::I64GeU,
    Instruction::I64GtS,
];
const UNARY_32: [Binary; 6] = [
    Instruction::I32Eqz,
    Instruction::I32Clz,
    Instruction::I32Ctz,
    Instruction::I32Popcnt,
    Instruction::I32Extend8S,
    Instruction::I32Extend16S,
];
const UNARY_64: [Binary; 6] = [
    Instruction::I64Clz,
    Instruction::I64Ctz,
    Instruction::I64Popcnt,
    Instruction::I64Extend8S,
    Instruction::I64Extend16S,
    Instruction::I64Extend32S,
];

impl Body<'_, '_> {
    /// Leaves a value of type `ty`.
    pub(super) fn expression(&mut self, ty: ValType) {
        if !self.room() {
            return self.simple(ty);
        }
        self.deeper(|body| body.compound(ty));
    }

    /// A constant, local or global.
    fn simple(&mut self, ty: ValType) {
        let found = match self.choices.below(4) {
            0 => None,
            1 => self.global(ty, false).map(Instruction::GlobalGet),
            _ => self.local(ty).map(Instruction::LocalGet),
        };
        match found {
            Some(instruction) => self.put(instruction),
            None => self.number(ty),
        }
    }

    fn number(&mut self, ty: ValType) {
        let number = self.choices.number();
        self.put(match ty {
            ValType::I32 => Instruction::I32Const(number as i32),
            _ => Instruction::I64Const(number),
        });
    }

    fn compound(&mut self, ty: ValType) {
        match self.choices.below(28) {
            0..=5 => self.simple(ty),
            6..=9 => self.binary(ty),
            10 => self.divide(ty),
            11..=12 => self.unary(ty),
            13..=14 => self.convert(ty),
            15..=17 => self.load(ty),
            18 => self.select(ty),
            19 => self.if_value(ty),
            20 => self.block_value(ty),
            21 => self.loop_value(ty),
            22 => self.tee(ty),
            23 => self.call_for(ty),
            24 => self.indirect_for(ty),
            25 => self.host_for(ty),
            26 => self.of_memory(ty),
            _ => self.unreached(ty),
        }
    }

    fn choose(&mut self, options: &[Binary]) -> Binary {
        options[self.choices.below(options.len() as u32) as usize].clone()
    }

    fn binary(&mut self, ty: ValType) {
        self.expression(ty);
        self.expression(ty);
        let operator = if ty == ValType::I32 { &ARITHMETIC_32 } else { &ARITHMETIC_64 };
        let operator = self.choose(operator);
        self.put(operator);
    }

    /// A division; by an odd number, if it shall not trap.
    fn divide(&mut self, ty: ValType) {
        let narrow = ty == ValType::I32;
        self.expression(ty);
        self.expression(ty);
        if !self.choices.once_in(40) {
            self.put(if narrow { Instruction::I32Const(1) } else { Instruction::I64Const(1) });
            self.put(if narrow { Instruction::I32Or } else { Instruction::I64Or });
        }
        let operator = self.choose(if narrow { &DIVISIONS_32 } else { &DIVISIONS_64 });
        self.put(operator);
    }

    fn unary(&mut self, ty: ValType) {
        self.expression(ty);
        let operator = self.choose(if ty == ValType::I32 { &UNARY_32 } else { &UNARY_64 });
        self.put(operator);
    }

    /// Something of the other type, or a comparison.
    fn convert(&mut self, ty: ValType) {
        match (ty, self.choices.below(4)) {
            (ValType::I32, 0) => {
                self.expression(ValType::I64);
                self.put(Instruction::I32WrapI64);
            }
            (ValType::I32, 1) => {
                self.expression(ValType::I64);
                self.put(Instruction::I64Eqz);
            }
            (ValType::I32, 2) => self.compare(ValType::I64, &COMPARISONS_64),
            (ValType::I32, _) => self.compare(ValType::I32, &COMPARISONS_32),
            (_, 0) => {
                self.expression(ValType::I32);
                self.put(Instruction::I64ExtendI32S);
            }
            _ => {
                self.expression(ValType::I32);
                self.put(Instruction::I64ExtendI32U);
            }
        }
    }

    fn compare(&mut self, ty: ValType, options: &[Binary]) {
        self.expression(ty);
        self.expression(ty);
        let operator = self.choose(options);
        self.put(operator);
    }

    fn load(&mut self, ty: ValType) {
        self.address();
        let width = self.choices.below(4);
        let signed = self.choices.once_in(2);
        let place = self.place(1 << width);
        self.put(match (ty, width, signed) {
            (ValType::I32, 0, false) => Instruction::I32Load8U(place),
            (ValType::I32, 0, true) => Instruction::I32Load8S(place),
            (ValType::I32, 1, false) => Instruction::I32Load16U(place),
            (ValType::I32, 1, true) => Instruction::I32Load16S(place),
            (ValType::I32, _, _) => Instruction::I32Load(MemArg { align: place.align.min(2), ..place }),
            (_, 0, false) => Instruction::I64Load8U(place),
            (_, 0, true) => Instruction::I64Load8S(place),
            (_, 1, false) => Instruction::I64Load16U(place),
            (_, 1, true) => Instruction::I64Load16S(place),
            (_, 2, false) => Instruction::I64Load32U(place),
            (_, 2, true) => Instruction::I64Load32S(place),
            _ => Instruction::I64Load(place),
        });
    }

    fn select(&mut self, ty: ValType) {
        self.expression(ty);
        self.expression(ty);
        self.expression(ValType::I32);
        self.put(Instruction::Select);
    }

    fn if_value(&mut self, ty: ValType) {
        self.expression(ValType::I32);
        self.put(Instruction::If(Self::block_type(Some(ty))));
        self.within(Label::End(Some(ty)), |body| {
            body.few_statements();
            body.expression(ty);
            body.put(Instruction::Else);
            body.few_statements();
            body.expression(ty);
        });
        self.put(Instruction::End);
    }

    /// A block with a value, which a branch may bring before its end.
    fn block_value(&mut self, ty: ValType) {
        self.put(Instruction::Block(Self::block_type(Some(ty))));
        self.within(Label::End(Some(ty)), |body| {
            body.few_statements();
            body.expression(ty);
            if body.choices.once_in(2) {
                body.expression(ValType::I32);
                body.put(Instruction::BrIf(0));
            }
        });
        self.put(Instruction::End);
    }

    /// A loop with a value, to which nothing returns but by chance.
    fn loop_value(&mut self, ty: ValType) {
        self.put(Instruction::Loop(Self::block_type(Some(ty))));
        self.within(Label::Start, |body| {
            body.few_statements();
            body.expression(ty);
        });
        self.put(Instruction::End);
    }

    fn tee(&mut self, ty: ValType) {
        self.expression(ty);
        if let Some(local) = self.local(ty) {
            self.put(Instruction::LocalTee(local));
        }
    }

    fn of_memory(&mut self, ty: ValType) {
        self.put(Instruction::MemorySize(0));
        if ty == ValType::I64 {
            self.put(Instruction::I64ExtendI32U);
        }
    }

    /// Leaves by a branch, where the value would be; then operators that find their operands nowhere.
    fn unreached(&mut self, ty: ValType) {
        if !self.choices.once_in(8) {
            return self.simple(ty);
        }
        let (number, label) = self.label();
        self.carried(label);
        self.put(Instruction::Br(number));
        if self.choices.once_in(2) {
            self.put(if ty == ValType::I32 { Instruction::I32Add } else { Instruction::I64Add });
        }
    }

    /// Leaves an address, mostly one within the initial memory.
    pub(super) fn address(&mut self) {
        match self.choices.below(40) {
            0..=7 => {
                let address = self.edge() - self.choices.below(12);
                self.constant(address as i32);
            }
            8..=19 => {
                let address = self.choices.below(0x9000) as i32;
                self.constant(address);
            }
            20..=25 => {
                let end = self.plan.pages * 0x1_0000;
                let address = end - 0x4100 + self.choices.below(0x100);
                self.constant(address as i32);
            }
            26..=38 => {
                self.expression(ValType::I32);
                self.constant(0x7fff);
                self.put(Instruction::I32And);
            }
            _ => self.expression(ValType::I32),
        }
    }

    /// Where a chunk begins, for which memory that was written is marked.
    pub(super) fn edge(&mut self) -> u32 {
        (1 + self.choices.below(40)) * self.plan.pages * 1_024
    }

    /// A static offset, mostly so that address and offset are within memory, for an access of `width` bytes.
    pub(super) fn place(&mut self, width: u32) -> MemArg {
        let chunk = self.plan.pages * 1_024;
        let offset = match self.choices.below(60) {
            0..=19 => 0,
            20..=34 => self.choices.below(64),
            35..=44 => chunk - 8 + self.choices.below(16),
            45..=58 => self.choices.below(0x4000 - 8),
            _ => self.choices.number() as u32,
        };
        let most = width.trailing_zeros();
        MemArg { offset: offset.into(), align: self.choices.below(most + 1), memory_index: 0 }
    }
}
