//! The body of a function while it is generated: its locals, its open blocks, what may still be generated.

use wasm_encoder::{BlockType, Function, Instruction, ValType};

use super::super::choices::Choices;
use super::super::sections::Sections;
use super::{Plan, Signature};

/// How many statements and expressions a function may have before it is brought to its end.
const NODES: u32 = 70;
/// How deep they nest.
const DEPTH: u32 = 5;

/// A label that a branch can go to.
#[derive(Clone, Copy)]
pub(super) enum Label {
    /// Of a block, if or function: a branch to it carries this.
    End(Option<ValType>),
    /// Of a loop: a branch to it starts it anew.
    Start,
    /// Of `run` itself: a branch to it carries the call's status.
    Status,
}

/// The body of one function.
pub(super) struct Body<'a, 'b> {
    pub(super) plan: &'a Plan,
    pub(super) choices: &'a mut Choices<'b>,
    /// Which of the plan's functions this is.
    pub(super) index: usize,
    pub(super) sections: &'a mut Sections<'static>,
    /// Parameters and declared locals that statements may set.
    pub(super) locals: Vec<(u32, ValType)>,
    /// The types of all declared locals; those that count loops among them.
    declared: Vec<ValType>,
    pub(super) labels: Vec<Label>,
    pub(super) code: Vec<Instruction<'static>>,
    nodes: u32,
    depth: u32,
}

impl<'a, 'b> Body<'a, 'b> {
    pub(super) fn new(
        plan: &'a Plan,
        choices: &'a mut Choices<'b>,
        index: usize,
        sections: &'a mut Sections<'static>,
    ) -> Self {
        let Signature { params, result } = plan.signatures[index].clone();
        let declared: Vec<ValType> = (0..choices.below(5)).map(|_| super::ty(choices)).collect();
        let types = params.iter().chain(&declared);
        let locals = types.enumerate().map(|(local, ty)| (local as u32, *ty)).collect();
        let labels = vec![if index == 0 { Label::Status } else { Label::End(result) }];
        let (code, nodes, depth) = (Vec::new(), NODES, 0);
        Body { plan, choices, index, sections, locals, declared, labels, code, nodes, depth }
    }

    /// Generates statements and the result.
    pub(super) fn finish(mut self) -> Function {
        let count = 1 + self.choices.below(12);
        self.statements(count);
        if self.index == 0 {
            self.status();
        } else if let Some(result) = self.signature().result {
            self.expression(result);
        }
        self.put(Instruction::End);
        super::function(&self.declared, &self.code)
    }

    pub(super) fn signature(&self) -> &'a Signature {
        &self.plan.signatures[self.index]
    }

    pub(super) fn put(&mut self, instruction: Instruction<'static>) {
        self.code.push(instruction);
    }

    pub(super) fn constant(&mut self, value: i32) {
        self.put(Instruction::I32Const(value));
    }

    /// A local that no statement sets.
    pub(super) fn hidden_local(&mut self) -> u32 {
        self.declared.push(ValType::I32);
        (self.signature().params.len() + self.declared.len()) as u32 - 1
    }

    /// Whether another node may nest here.
    pub(super) fn room(&mut self) -> bool {
        self.nodes = self.nodes.saturating_sub(1);
        self.nodes > 0 && self.depth < DEPTH
    }

    /// Generates something one level deeper.
    pub(super) fn deeper(&mut self, generate: impl FnOnce(&mut Self)) {
        self.depth += 1;
        generate(self);
        self.depth -= 1;
    }

    /// Generates what is inside a block whose opening was put.
    pub(super) fn within(&mut self, label: Label, generate: impl FnOnce(&mut Self)) {
        self.labels.push(label);
        self.deeper(generate);
        self.labels.pop();
    }

    /// A label to branch to and its number, seen from here. Mostly not that of a loop, which might never end.
    pub(super) fn label(&mut self) -> (u32, Label) {
        for _ in 0..3 {
            let number = self.choices.below(self.labels.len() as u32);
            let label = self.labels[self.labels.len() - 1 - number as usize];
            if !matches!(label, Label::Start) || self.choices.once_in(8) {
                return (number, label);
            }
        }
        (self.labels.len() as u32 - 1, self.labels[0])
    }

    /// The value that a branch to `label` carries; whether there is one.
    pub(super) fn carried(&mut self, label: Label) -> bool {
        match label {
            Label::End(Some(ty)) => self.expression(ty),
            Label::Status => self.status(),
            Label::End(None) | Label::Start => return false,
        }
        true
    }

    /// A local of this type, if there is one.
    pub(super) fn local(&mut self, ty: ValType) -> Option<u32> {
        let fitting: Vec<u32> =
            self.locals.iter().filter(|(_, of)| *of == ty).map(|(local, _)| *local).collect();
        (!fitting.is_empty()).then(|| self.choices.pick(&fitting))
    }

    /// A global of this type, mutable if it has to be, if there is one.
    pub(super) fn global(&mut self, ty: ValType, set: bool) -> Option<u32> {
        let globals = self.plan.globals.iter().enumerate();
        let fitting = globals.filter(|(_, (of, mutable))| *of == ty && (*mutable || !set));
        let fitting: Vec<u32> = fitting.map(|(global, _)| global as u32).collect();
        (!fitting.is_empty()).then(|| self.choices.pick(&fitting))
    }

    /// The type of a block with this result.
    pub(super) fn block_type(result: Option<ValType>) -> BlockType {
        result.map_or(BlockType::Empty, BlockType::Result)
    }

    /// The end of `run`: its status, which is mostly that of success.
    fn status(&mut self) {
        match self.choices.below(24) {
            20 => {
                // An error, whose code is in memory.
                let place = self.choices.below(64) as i32;
                self.constant(place);
                self.constant(4);
                self.host("output");
                self.constant(1);
            }
            21 => self.constant(1),
            22 => self.constant(2),
            23 => self.expression(ValType::I32),
            _ => self.constant(0),
        }
    }
}
