//! Statements: code that leaves no value.

use wasm_encoder::{Instruction, ValType};

use super::body::{Body, Label};

impl Body<'_, '_> {
    pub(super) fn statements(&mut self, count: u32) {
        for _ in 0..count {
            self.statement();
        }
    }

    pub(super) fn few_statements(&mut self) {
        let count = self.choices.below(3);
        self.statements(count);
    }

    fn statement(&mut self) {
        if !self.room() {
            return self.put(Instruction::Nop);
        }
        self.deeper(Self::any_statement);
    }

    fn any_statement(&mut self) {
        match self.choices.below(64) {
            0..=7 => self.set_local(),
            8..=11 => self.set_global(),
            12..=21 => self.store(),
            22..=23 => self.drop_value(),
            24..=26 => self.block(),
            27..=31 => self.count_loop(),
            32..=36 => self.choice(),
            37..=39 => self.branch_if(),
            40..=41 => self.switch(),
            42..=44 => self.call(),
            45..=46 => self.call_indirect(),
            47..=53 => self.host_statement(),
            54..=56 => self.bulk(),
            57 => self.grow(),
            58..=59 => self.recursion(),
            60..=61 => self.leave(),
            62 => self.put(Instruction::Nop),
            _ => self.rare(),
        }
    }

    fn set_local(&mut self) {
        let ty = super::ty(self.choices);
        self.expression(ty);
        match self.local(ty) {
            Some(local) => self.put(Instruction::LocalSet(local)),
            None => self.put(Instruction::Drop),
        }
    }

    fn set_global(&mut self) {
        let ty = super::ty(self.choices);
        self.expression(ty);
        match self.global(ty, true) {
            Some(global) => self.put(Instruction::GlobalSet(global)),
            None => self.put(Instruction::Drop),
        }
    }

    fn drop_value(&mut self) {
        let ty = super::ty(self.choices);
        self.expression(ty);
        self.put(Instruction::Drop);
    }

    fn store(&mut self) {
        self.address();
        let width = self.choices.below(4);
        let ty = if width == 3 { ValType::I64 } else { super::ty(self.choices) };
        self.expression(ty);
        let place = self.place(1 << width);
        self.put(match (ty, width) {
            (ValType::I32, 0) => Instruction::I32Store8(place),
            (ValType::I32, 1) => Instruction::I32Store16(place),
            (ValType::I32, _) => Instruction::I32Store(place),
            (_, 0) => Instruction::I64Store8(place),
            (_, 1) => Instruction::I64Store16(place),
            (_, 2) => Instruction::I64Store32(place),
            _ => Instruction::I64Store(place),
        });
    }

    fn block(&mut self) {
        self.put(Instruction::Block(Self::block_type(None)));
        self.within(Label::End(None), |body| {
            let count = 1 + body.choices.below(4);
            body.statements(count);
        });
        self.put(Instruction::End);
    }

    /// A loop that ends after a few rounds, unless something in it starts it anew.
    fn count_loop(&mut self) {
        let counter = self.hidden_local();
        let rounds = 1 + self.choices.pick(&[0, 1, 2, 3, 5, 8, 60]);
        self.constant(rounds);
        self.put(Instruction::LocalSet(counter));
        self.put(Instruction::Loop(Self::block_type(None)));
        self.within(Label::Start, |body| {
            let count = 1 + body.choices.below(3);
            body.statements(count);
        });
        self.put(Instruction::LocalGet(counter));
        self.constant(1);
        self.put(Instruction::I32Sub);
        self.put(Instruction::LocalTee(counter));
        self.put(Instruction::BrIf(0));
        self.put(Instruction::End);
    }

    fn choice(&mut self) {
        self.expression(ValType::I32);
        self.put(Instruction::If(Self::block_type(None)));
        self.within(Label::End(None), |body| {
            body.few_statements();
            if body.choices.once_in(2) {
                body.put(Instruction::Else);
                body.few_statements();
            }
        });
        self.put(Instruction::End);
    }

    fn branch_if(&mut self) {
        let (number, label) = self.label();
        let carried = self.carried(label);
        self.expression(ValType::I32);
        self.put(Instruction::BrIf(number));
        if carried {
            self.put(Instruction::Drop);
        }
    }

    /// Nested blocks, one of which a `br_table` leaves.
    fn switch(&mut self) {
        let cases = 1 + self.choices.below(4);
        for _ in 0..cases {
            self.put(Instruction::Block(Self::block_type(None)));
            self.labels.push(Label::End(None));
        }
        self.expression(ValType::I32);
        self.constant(7);
        self.put(Instruction::I32And);
        let targets: Vec<u32> = (0..self.choices.below(6)).map(|_| self.choices.below(cases)).collect();
        let default = self.choices.below(cases);
        self.put(Instruction::BrTable(targets.into(), default));
        for _ in 0..cases {
            self.labels.pop();
            self.put(Instruction::End);
            self.deeper(Self::few_statements);
        }
    }

    /// `memory.copy` or `memory.fill`, mostly of a few bytes.
    fn bulk(&mut self) {
        let copy = self.choices.once_in(2);
        // Some end where a chunk ends, or a byte before or behind.
        let to_edge = self.choices.once_in(3).then(|| self.choices.below(64));
        match to_edge {
            Some(length) => {
                let start = self.edge() - length;
                self.constant(start as i32);
            }
            None => self.address(),
        }
        match copy {
            true => self.address(),
            false => self.expression(ValType::I32),
        }
        match self.choices.below(50) {
            _ if to_edge.is_some() => {
                let length = to_edge.unwrap_or(0) + self.choices.below(3);
                self.constant(length.saturating_sub(1) as i32);
            }
            0..=29 => {
                let length = self.choices.below(100) as i32;
                self.constant(length);
            }
            30..=48 => {
                let length = self.choices.below(0x3000) as i32;
                self.constant(length);
            }
            _ => self.expression(ValType::I32),
        }
        self.put(match copy {
            true => Instruction::MemoryCopy { src_mem: 0, dst_mem: 0 },
            false => Instruction::MemoryFill(0),
        });
    }

    fn grow(&mut self) {
        match self.choices.below(8) {
            7 => self.expression(ValType::I32),
            _ => {
                let pages = self.choices.below(4) as i32;
                self.constant(pages);
            }
        }
        self.put(Instruction::MemoryGrow(0));
        self.put(Instruction::Drop);
    }

    /// Leaves a block or the function; what follows in the same block can't be reached.
    fn leave(&mut self) {
        self.expression(ValType::I32);
        self.put(Instruction::If(Self::block_type(None)));
        self.within(Label::End(None), |body| {
            if body.choices.once_in(3) {
                body.carried(body.labels[0]);
                body.put(Instruction::Return);
            } else {
                let (number, label) = body.label();
                body.carried(label);
                body.put(Instruction::Br(number));
            }
            body.few_statements();
        });
        self.put(Instruction::End);
    }

    fn rare(&mut self) {
        match self.choices.below(6) {
            0..=3 => self.put(Instruction::Nop),
            4 => {
                self.put(Instruction::Unreachable);
                self.few_statements();
            }
            _ => {
                let (number, label) = self.label();
                self.carried(label);
                self.put(Instruction::Br(number));
            }
        }
    }
}
