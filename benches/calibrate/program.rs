//! Contracts made to measure one thing: a loop around a piece of Wasm text.
//!
//! A program has two methods, `few` and `many`, that differ by `turns` turns of the loop alone: what a
//! turn takes and costs is the difference, whatever is around it.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use sillok_abi::{HOST_FUNCTIONS, HOST_MODULE, HostFunction};
pub(crate) use sillok_testing::wat_contract as module;

/// The method with one turn of the loop.
pub(crate) const FEW: &str = "few";
/// The method with `turns` more.
pub(crate) const MANY: &str = "many";

/// A loop, and what it needs around it.
#[derive(Clone)]
pub(crate) struct Program {
    /// Host functions that it calls, as `$name`.
    pub(crate) imports: Vec<&'static str>,
    /// Pages of memory that it starts with.
    pub(crate) pages: u32,
    /// What is in memory at first, by address.
    pub(crate) data: Vec<(u32, Vec<u8>)>,
    /// Functions, globals and tables.
    pub(crate) items: String,
    /// Locals of the loop's function.
    pub(crate) locals: String,
    /// What comes before the loop.
    pub(crate) before: String,
    /// A turn of the loop. `$count` is how many are left, this one included.
    pub(crate) body: String,
    /// What comes after the loop.
    pub(crate) after: String,
    /// How many turns are measured.
    pub(crate) turns: u32,
}

impl Program {
    /// The loop without a body.
    pub(crate) const EMPTY: Program = Program {
        imports: Vec::new(),
        pages: 1,
        data: Vec::new(),
        items: String::new(),
        locals: String::new(),
        before: String::new(),
        body: String::new(),
        after: String::new(),
        turns: 20_000,
    };

    /// A loop around one call of host functions.
    pub(crate) fn calling(imports: &[&'static str], body: impl Into<String>) -> Self {
        Program { imports: imports.to_vec(), body: body.into(), turns: 1_000, ..Program::EMPTY }
    }

    /// With this in memory from the start.
    pub(crate) fn with(mut self, address: u32, bytes: impl Into<Vec<u8>>) -> Self {
        self.data.push((address, bytes.into()));
        self
    }

    /// With so many turns measured.
    pub(crate) fn turns(mut self, turns: u32) -> Self {
        self.turns = turns;
        self
    }

    /// Its Wasm.
    pub(crate) fn wasm(&self) -> Vec<u8> {
        let Program { items, locals, before, body, after, turns, .. } = self;
        let many = turns + 1;
        let work = format!(
            "(func $work (param $count i32) {locals} {before}
                (loop $turn {body}
                    (br_if $turn (local.tee $count (i32.sub (local.get $count) (i32.const 1)))))
                {after})
            (func (export \"{FEW}\") (param i32) (result i32) (call $work (i32.const 1)) (i32.const 0))
            (func (export \"{MANY}\") (param i32) (result i32) (call $work (i32.const {many})) (i32.const 0))"
        );
        let text = format!("{} {} {items} {work}", imports(&self.imports), memory(self.pages, &self.data));
        module(&text, &[FEW, MANY])
    }
}

/// The host functions that programs have imported.
static IMPORTED: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// The host functions that no program has imported.
pub(crate) fn unmeasured() -> Vec<&'static str> {
    let imported = IMPORTED.lock().unwrap_or_else(PoisonError::into_inner);
    HOST_FUNCTIONS.iter().map(|function| function.name).filter(|name| !imported.contains(name)).collect()
}

/// The imports of these host functions, each under its name.
pub(crate) fn imports(names: &[&'static str]) -> String {
    IMPORTED.lock().unwrap_or_else(PoisonError::into_inner).extend(names);
    names.iter().map(|name| import(host_function(name))).collect()
}

fn host_function(name: &str) -> &'static HostFunction {
    let found = HOST_FUNCTIONS.iter().find(|function| function.name == name);
    found.unwrap_or_else(|| panic!("there is no host function `{name}`"))
}

fn import(function: &HostFunction) -> String {
    let name = function.name;
    let params: String =
        function.params.iter().map(|(_, ty)| format!("(param {}) ", wasm_type(ty))).collect();
    let result = match function.returns {
        "" => String::new(),
        ty => format!("(result {})", wasm_type(ty)),
    };
    format!("(import \"{HOST_MODULE}\" \"{name}\" (func ${name} {params}{result}))\n")
}

fn wasm_type(ty: &str) -> &'static str {
    if ty == "u64" { "i64" } else { "i32" }
}

/// A memory of so many pages with this in it.
pub(crate) fn memory(pages: u32, data: &[(u32, Vec<u8>)]) -> String {
    let segment = |(address, bytes): &(u32, Vec<u8>)| {
        let text: String = bytes.iter().map(|byte| format!("\\{byte:02x}")).collect();
        format!("(data (i32.const {address}) \"{text}\")")
    };
    let segments: String = data.iter().map(segment).collect();
    format!("(memory (export \"memory\") {pages}) {segments}")
}
