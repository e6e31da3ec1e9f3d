//! Calls of the program's own functions: direct, by the table, recursive.

use wasm_encoder::{Instruction, ValType};

use super::Signature;
use super::body::{Body, Label};

impl Body<'_, '_> {
    /// Calls a function of the program, mostly one further down.
    pub(super) fn call(&mut self) {
        let functions = self.plan.signatures.len();
        let below = functions - self.index - 1;
        let target = match (below, self.choices.once_in(20)) {
            (0, false) => return,
            (_, true) => self.choices.below(functions as u32) as usize,
            (below, false) => self.index + 1 + self.choices.below(below as u32) as usize,
        };
        let result = self.call_function(target);
        if result.is_some() {
            self.put(Instruction::Drop);
        }
    }

    /// Calls a function of the program; the type of what it leaves.
    pub(super) fn call_function(&mut self, target: usize) -> Option<ValType> {
        let Signature { params, result } = self.plan.signatures[target].clone();
        params.into_iter().for_each(|ty| self.expression(ty));
        let first = self.sections.imports.len() as u32;
        self.put(Instruction::Call(first + target as u32));
        result
    }

    /// A call of a function with this result further down, or something else of this type.
    pub(super) fn call_for(&mut self, ty: ValType) {
        let further = self.plan.signatures.iter().enumerate().skip(self.index + 1);
        let fitting: Vec<usize> =
            further.filter(|(_, signature)| signature.result == Some(ty)).map(|(index, _)| index).collect();
        if fitting.is_empty() {
            return self.expression(ty);
        }
        let target = self.choices.pick(&fitting);
        self.call_function(target);
    }

    pub(super) fn call_indirect(&mut self) {
        let ty = super::ty(self.choices);
        self.indirect_for(ty);
        self.put(Instruction::Drop);
    }

    /// A call by the table of a function with this result, or something else of this type.
    pub(super) fn indirect_for(&mut self, ty: ValType) {
        let wild = self.choices.once_in(60);
        let fits = |function: usize| {
            self.plan.signatures[function].result == Some(ty) && (wild || function > self.index)
        };
        let places = self.plan.table.iter().enumerate();
        let fitting: Vec<(usize, usize)> = places
            .filter_map(|(place, function)| Some((place, function.filter(|own| fits(*own))?)))
            .collect();
        if fitting.is_empty() {
            return self.expression(ty);
        }
        let (place, function) = self.choices.pick(&fitting);
        let Signature { params, result } = self.plan.signatures[function].clone();
        let types: Vec<_> = params.iter().map(|ty| super::wide(*ty)).collect();
        let results: Vec<_> = result.iter().map(|ty| super::wide(*ty)).collect();
        params.into_iter().for_each(|ty| self.expression(ty));
        match wild {
            true => self.expression(ValType::I32),
            false => self.constant(place as i32),
        }
        let type_index = self.sections.type_index(&types, &results);
        self.put(Instruction::CallIndirect { type_index, table_index: 0 });
    }

    /// Calls itself with a smaller first parameter, or another such function with some depth.
    pub(super) fn recursion(&mut self) {
        let recursive =
            |(_, signature): &(usize, &Signature)| signature.params.first() == Some(&ValType::I32);
        let functions = self.plan.signatures.iter().enumerate().skip(1).filter(recursive);
        let fitting: Vec<usize> = functions.map(|(index, _)| index).collect();
        let own = fitting.contains(&self.index);
        let further: Vec<usize> = fitting.into_iter().filter(|target| *target > self.index).collect();
        if !own && further.is_empty() {
            return;
        }
        let target = if own { self.index } else { self.choices.pick(&further) };
        if own {
            self.put(Instruction::LocalGet(0));
            self.constant(0);
            self.put(Instruction::I32GtS);
            self.put(Instruction::If(Self::block_type(None)));
            self.labels.push(Label::End(None));
            self.put(Instruction::LocalGet(0));
            self.constant(1);
            self.put(Instruction::I32Sub);
        } else {
            let depth = self.choices.pick(&[1, 5, 30, 400, 3_000, 100_000]);
            self.constant(depth);
        }
        let Signature { params, result } = self.plan.signatures[target].clone();
        params.into_iter().skip(1).for_each(|ty| self.expression(ty));
        let first = self.sections.imports.len() as u32;
        self.put(Instruction::Call(first + target as u32));
        if result.is_some() {
            self.put(Instruction::Drop);
        }
        if own {
            self.labels.pop();
            self.put(Instruction::End);
        }
    }
}
