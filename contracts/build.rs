//! Compiles the contracts to Wasm with a cargo of its own, so that a plain `cargo build` of the
//! workspace has them.
//!
//! The inner cargo uses the outer one's target directory: its profile and target have folders, and so
//! locks, of their own. Nothing of how the outer cargo was called reaches it, so that a contract's
//! bytes are the same under build, test and clippy.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The contracts: their folders, and their crates without the `sillok-` in front.
const CONTRACTS: [&str; 10] =
    ["counter", "counter2", "did", "register", "cash", "escrow", "market", "board", "shelf", "bench"];

/// What the contracts are made from, besides their own folders.
const SOURCES: [&str; 10] = [
    "Cargo.toml",
    "Cargo.lock",
    "sdk/Cargo.toml",
    "sdk/contract.toml",
    "sdk/src",
    "sdk/abi/Cargo.toml",
    "sdk/abi/src",
    "sdk/macros/Cargo.toml",
    "sdk/macros/src",
    "contracts/interfaces",
];

const TARGET: &str = "wasm32v1-none";
const PROFILE: &str = "contract";

/// The bench contract's SHA-256 is compiled for speed, as whoever hashes in Wasm would: for size it takes
/// eight times as long. No other contract has it.
const FAST_SHA2: &str = "profile.contract.package.sha2.opt-level=3";

/// Where cargo keeps what it downloads, and how it reaches the network: the inner cargo needs these of
/// all the variables that begin with `CARGO`.
const KEPT_VARIABLES: [&str; 4] = ["CARGO", "CARGO_HOME", "CARGO_MAKEFLAGS", "CARGO_NET_OFFLINE"];

/// Variables of other names that would change what the inner cargo builds.
const REMOVED_VARIABLES: [&str; 5] =
    ["RUSTFLAGS", "RUSTDOCFLAGS", "RUSTC_WRAPPER", "RUSTC_WORKSPACE_WRAPPER", "CLIPPY_ARGS"];

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("..").canonicalize()?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    let target_dir = target_dir(&out).ok_or("OUT_DIR is not where cargo puts it")?;
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", workspace.join(source).display());
    }
    require_wasm_target()?;
    for name in CONTRACTS {
        println!("cargo::rerun-if-changed={}", workspace.join("contracts").join(name).display());
        compile(&workspace, &target_dir, name)?;
        let wasm = target_dir.join(TARGET).join(PROFILE).join(format!("sillok_{name}.wasm"));
        fs::copy(&wasm, out.join(format!("{name}.wasm")))
            .map_err(|error| format!("the inner cargo left no {}: {error}", wasm.display()))?;
    }
    Ok(())
}

/// The target directory that this build script's own output folder lies in.
fn target_dir(out: &Path) -> Option<PathBuf> {
    // <target>[/<triple>]/<profile>/build/<package>/out
    let above_profile = out.ancestors().nth(4)?;
    let triple = env::var_os("TARGET")?;
    let inside_triple = above_profile.file_name() == Some(&triple);
    let target_dir = if inside_triple { above_profile.parent()? } else { above_profile };
    Some(target_dir.to_path_buf())
}

/// Fails with advice if the compiler has no library for the contracts' target.
fn require_wasm_target() -> Result<(), Box<dyn Error>> {
    let output =
        Command::new(env::var("RUSTC")?).args(["--print", "target-libdir", "--target", TARGET]).output()?;
    let folder = String::from_utf8(output.stdout)?;
    if Path::new(folder.trim()).is_dir() {
        return Ok(());
    }
    Err(format!("contracts need the target {TARGET}, which is not installed: rustup target add {TARGET}")
        .into())
}

/// Compiles one contract. One cargo for each: cargo optimises across crates at link time only if a
/// Wasm module is all that it makes of the crate, and only `cargo rustc` takes a crate type.
fn compile(workspace: &Path, target_dir: &Path, name: &str) -> Result<(), Box<dyn Error>> {
    let mut cargo = Command::new(env::var("CARGO")?);
    isolate(&mut cargo);
    cargo
        .current_dir(workspace)
        .args(["rustc", "--config", "sdk/contract.toml", "--config", &remapping()?])
        .args(["--config", FAST_SHA2])
        .args(["--profile", PROFILE, "--target", TARGET, "--target-dir"])
        .arg(target_dir)
        .args(["--package", &format!("sillok-{name}"), "--lib", "--crate-type", "cdylib"]);
    if cargo.status()?.success() {
        return Ok(());
    }
    Err(format!("the contract `{name}` does not compile: its errors are above").into())
}

/// Removes from the environment what the outer cargo, or its caller, set for the outer build.
fn isolate(cargo: &mut Command) {
    for (variable, _) in env::vars_os() {
        let name = variable.to_string_lossy();
        let of_cargo = name.starts_with("CARGO") && !KEPT_VARIABLES.contains(&&*name);
        if of_cargo || REMOVED_VARIABLES.contains(&&*name) {
            cargo.env_remove(&variable);
        }
    }
}

/// Panic places name source files: without this, dependencies' would begin with the home folder of
/// whoever compiles, and the same contract would have another code hash on another machine.
fn remapping() -> Result<String, Box<dyn Error>> {
    let cargo_home = match env::var("CARGO_HOME") {
        Ok(folder) => folder,
        Err(_) => format!("{}/.cargo", env::var("HOME")?),
    };
    Ok(format!("target.{TARGET}.rustflags=['--remap-path-prefix={cargo_home}=/cargo']"))
}
