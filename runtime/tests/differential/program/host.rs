//! Calls of host functions, mostly with pointers that point to what they should.

use sillok_abi::HOST_FUNCTIONS;
use wasm_encoder::{Instruction, ValType};
use wasmparser::ValType as Type;

use super::super::sections::Sections;
use super::body::Body;
use super::{
    ACCOUNT_BYTES, ALICE_AT, BOB_AT, CONSTANTS, NAME, NAME_AT, PEER_AT, PEER_METHOD, PEER_METHOD_AT,
};

/// The host functions that programs call, all of which the interpreter's host knows.
pub(crate) const HOST_NAMES: &[&str] = &[
    "input",
    "output",
    "panic",
    "result",
    "contract_id",
    "caller",
    "chain",
    "block_height",
    "block_time",
    "storage_get",
    "storage_set",
    "storage_remove",
    "call",
    "require_auth",
    "emit",
    "hash",
    "verify",
];

/// Imports all of them.
pub(super) fn import_all(sections: &mut Sections<'static>) {
    for name in HOST_NAMES {
        let function = HOST_FUNCTIONS.iter().find(|function| function.name == *name).unwrap();
        let wide = |ty: &str| if ty == "u64" { Type::I64 } else { Type::I32 };
        let params: Vec<Type> = function.params.iter().map(|(_, ty)| wide(ty)).collect();
        let results: Vec<Type> =
            Some(function.returns).filter(|ty| !ty.is_empty()).map(wide).into_iter().collect();
        let ty = sections.type_index(&params, &results);
        sections.imports.push((name, ty));
    }
}

impl Body<'_, '_> {
    /// Calls a host function whose arguments were put.
    pub(super) fn host(&mut self, name: &str) {
        let index = self.sections.host(name);
        self.put(Instruction::Call(index));
    }

    pub(super) fn host_statement(&mut self) {
        match self.choices.below(48) {
            0..=9 => {
                self.key();
                self.slice(64);
                self.host("storage_set");
            }
            10..=13 => {
                self.storage_remove();
                self.put(Instruction::Drop);
            }
            14..=18 => {
                self.fixed(NAME_AT, NAME.len() as u32);
                self.slice(40);
                self.host("emit");
            }
            19..=22 => {
                let algorithm = self.choices.below(3) as i32;
                self.constant(algorithm);
                self.slice(200);
                self.pointer();
                self.host("hash");
            }
            23..=26 => self.pointer_to(&["contract_id", "chain", "input", "result"]),
            27..=29 => {
                let whose = if self.choices.once_in(12) { BOB_AT } else { ALICE_AT };
                self.fixed(whose, ACCOUNT_BYTES);
                self.host("require_auth");
            }
            30..=37 => {
                self.peer();
                self.put(Instruction::Drop);
            }
            38..=42 => {
                self.slice(60);
                self.host("output");
            }
            43 => self.panic(),
            44 => self.verify(),
            45 => self.anything(),
            _ => {
                self.host("caller");
                self.put(Instruction::Drop);
                self.pointer_to(&["result"]);
            }
        }
    }

    /// A value of this type that a host function returns.
    pub(super) fn host_for(&mut self, ty: ValType) {
        match (ty, self.choices.below(3)) {
            (ValType::I64, 0) => self.host("block_height"),
            (ValType::I64, 1) => self.host("block_time"),
            (ValType::I64, _) => self.peer(),
            (_, 0) => self.host("caller"),
            (_, 1) => self.storage_remove(),
            _ => {
                self.key();
                self.slice(70);
                self.host("storage_get");
            }
        }
    }

    fn storage_remove(&mut self) {
        self.key();
        self.host("storage_remove");
    }

    /// Calls the contract beside this one, or something that is no contract, or this one.
    fn peer(&mut self) {
        match self.choices.below(30) {
            28 => {
                self.constant(0x200);
                self.host("contract_id");
                self.constant(0x200);
            }
            29 => self.pointer(),
            _ => self.constant(PEER_AT as i32),
        }
        self.fixed(PEER_METHOD_AT, PEER_METHOD.len() as u32);
        self.slice(24);
        let catch = i32::from(!self.choices.once_in(4));
        self.constant(catch);
        self.host("call");
    }

    fn panic(&mut self) {
        self.expression(ValType::I32);
        self.put(Instruction::If(Self::block_type(None)));
        self.slice(40);
        self.slice(40);
        self.host("panic");
        self.put(Instruction::End);
    }

    fn verify(&mut self) {
        let scheme = self.choices.below(4) as i32;
        self.constant(scheme);
        self.slice(33);
        self.slice(40);
        self.slice(64);
        self.host("verify");
        self.put(Instruction::Drop);
    }

    /// Any host function with any arguments.
    fn anything(&mut self) {
        let name = self.choices.pick(HOST_NAMES);
        let function = HOST_FUNCTIONS.iter().find(|function| function.name == name).unwrap();
        for (_, ty) in function.params {
            self.expression(if *ty == "u64" { ValType::I64 } else { ValType::I32 });
        }
        self.host(name);
        if !function.returns.is_empty() {
            self.put(Instruction::Drop);
        }
    }

    fn pointer_to(&mut self, names: &[&str]) {
        let name = self.choices.pick(names);
        self.pointer();
        self.host(name);
    }

    /// A storage key: few of them, so that what is written is read.
    fn key(&mut self) {
        match self.choices.below(20) {
            19 => self.slice(300),
            _ => {
                // Constants don't change, unlike memory below them.
                let (place, length) = (CONSTANTS + self.choices.below(4), 4 + self.choices.below(3));
                self.fixed(place, length);
            }
        }
    }

    /// A pointer and a length.
    fn fixed(&mut self, place: u32, length: u32) {
        self.constant(place as i32);
        self.constant(length as i32);
    }

    /// A pointer to up to `most` bytes, and how many.
    fn slice(&mut self, most: u32) {
        self.pointer();
        let length = self.choices.below(most + 1) as i32;
        self.constant(length);
    }

    fn pointer(&mut self) {
        match self.choices.below(30) {
            0..=14 => {
                let place = self.choices.below(0x800) as i32;
                self.constant(place);
            }
            15..=18 => {
                let place = self.edge() - self.choices.below(40);
                self.constant(place as i32);
            }
            19..=22 => {
                let place = self.choices.below(0xd000) as i32;
                self.constant(place);
            }
            _ => self.address(),
        }
    }
}
