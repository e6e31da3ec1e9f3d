//! The worst modules that the limits let through are accepted, and compile. The bench of the same name
//! says how long that takes.
#![allow(clippy::unwrap_used, reason = "a test")]

use sillok_benches::worst;
use sillok_runtime::{CodeLimits, Compiler, check_code};
use sillok_testing::unless_settled;

#[test]
fn the_worst_accepted_modules_compile() {
    unless_settled("the worst accepted modules", compile_all);
}

fn compile_all() {
    let compiler = Compiler::new().unwrap();
    for (name, code) in worst::worst() {
        let checked = check_code(&code, &CodeLimits::default()).map(|_| ());
        assert_eq!(checked, Ok(()), "{name}");
        let compiled = compiler.compile(&code);
        assert!(compiled.is_ok(), "{name}: {compiled:?}");
    }
}
