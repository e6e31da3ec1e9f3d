//! `sillok contract build`: cargo with the settings that contracts are compiled with.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};
use sillok_abi::native::code_hash;
use sillok_client::module;
use sillok_client::rpc::to_hex;

use crate::cli::{CliError, GlobalOptions, Result, output};

/// Profile and flags of contracts: the same file that the genesis contracts are built with.
const SETTINGS: &str = include_str!("../../../../sdk/contract.toml");

pub(super) fn run(path: &Path, options: &GlobalOptions) -> Result<()> {
    let wasm_path = cargo(path)?;
    let wasm = std::fs::read(&wasm_path)
        .map_err(|error| CliError::failed("file", format!("{}: {error}", wasm_path.display())))?;
    let metadata = module::metadata(&wasm).map_err(|error| {
        CliError::failed("not-a-contract", format!("{}: {error}", wasm_path.display()))
            .hint("put #[contract] on the contract's impl")
    })?;
    let (place, hash) = (wasm_path.display().to_string(), to_hex(code_hash(&wasm)));
    let human = format!(
        "{place}\n{} {}, {} bytes, {} methods, code {hash}\ntry   sillok contract deploy {place}",
        metadata.name,
        metadata.version,
        wasm.len(),
        metadata.methods.len()
    );
    let value = json!({
        "wasm": place, "bytes": wasm.len(), "code": hash,
        "name": metadata.name, "version": metadata.version,
    });
    output::result(options.json, human, value);
    Ok(())
}

/// Runs cargo in `folder`; the path of the Wasm that it made. What cargo says goes to stderr.
fn cargo(folder: &Path) -> Result<PathBuf> {
    let settings = settings_file()?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut run = Command::new(cargo);
    run.current_dir(folder)
        .args([
            "rustc",
            "--profile",
            "contract",
            "--target",
            "wasm32v1-none",
            "--lib",
            "--crate-type",
            "cdylib",
        ])
        .args(["--message-format", "json-render-diagnostics", "--config"])
        .arg(settings.path())
        .stderr(Stdio::inherit());
    for (variable, _) in std::env::vars_os() {
        if changes_code(&variable.to_string_lossy()) {
            run.env_remove(&variable);
        }
    }
    if let Some(remapping) = remapping() {
        run.args(["--config", &remapping]);
    }
    let run = run.output().map_err(|error| {
        CliError::failed("cargo", format!("cargo can't be run in {}: {error}", folder.display())).hint(
            "contracts are compiled with Rust: https://rustup.rs, then `rustup target add wasm32v1-none`",
        )
    })?;
    if !run.status.success() {
        return Err(CliError::failed("build", format!("{} did not compile", folder.display()))
            .hint("if the target is missing: rustup target add wasm32v1-none"));
    }
    wasm_of(&run.stdout)
        .ok_or_else(|| CliError::failed("build", "cargo made no Wasm: is there a src/lib.rs?"))
}

/// Whether a variable of the caller's environment would change what cargo compiles: the same contract
/// has the same code hash whatever else the caller builds.
fn changes_code(variable: &str) -> bool {
    const NAMES: [&str; 4] =
        ["RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "CARGO_ENCODED_RUSTFLAGS", "CARGO_INCREMENTAL"];
    const PREFIXES: [&str; 3] = ["CARGO_PROFILE_", "CARGO_BUILD_", "CARGO_TARGET_"];
    let prefixed = PREFIXES.iter().any(|prefix| variable.starts_with(prefix));
    NAMES.contains(&variable) || (prefixed && variable != "CARGO_TARGET_DIR")
}

/// Panic places name source files: without this, those of dependencies would begin with the builder's
/// home folder, and the same contract would have another code hash on another machine.
fn remapping() -> Option<String> {
    let cargo_home = std::env::var("CARGO_HOME").ok();
    let cargo_home = cargo_home.or_else(|| Some(format!("{}/.cargo", std::env::var("HOME").ok()?)))?;
    Some(format!("target.wasm32v1-none.rustflags=['--remap-path-prefix={cargo_home}=/cargo']"))
}

/// The last Wasm file that cargo's messages name: dependencies come first.
fn wasm_of(messages: &[u8]) -> Option<PathBuf> {
    let messages = String::from_utf8_lossy(messages);
    let artefacts = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact");
    let mut files = artefacts.filter_map(|message| {
        let names = message["filenames"].as_array()?;
        names.iter().filter_map(Value::as_str).find(|name| name.ends_with(".wasm")).map(PathBuf::from)
    });
    files.next_back()
}

/// A file that is removed when it is no longer needed.
struct SettingsFile(PathBuf);

impl SettingsFile {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SettingsFile {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

fn settings_file() -> Result<SettingsFile> {
    let path = std::env::temp_dir().join(format!("sillok-contract-{}.toml", std::process::id()));
    let failed = |error: std::io::Error| CliError::failed("file", format!("{}: {error}", path.display()));
    let mut file = std::fs::OpenOptions::new();
    // Not through a link that somebody else put there.
    let mut file = file.write(true).create_new(true).open(&path).map_err(failed)?;
    file.write_all(SETTINGS.as_bytes()).map_err(failed)?;
    Ok(SettingsFile(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wasm_is_found_in_cargos_messages() {
        let messages = br#"{"reason":"compiler-artifact","filenames":["/t/libcodec.rlib"]}
not json
{"reason":"compiler-artifact","filenames":["/t/counter.rlib","/t/counter.wasm"]}
{"reason":"build-finished","success":true}"#;
        assert_eq!(wasm_of(messages), Some(PathBuf::from("/t/counter.wasm")));
        assert_eq!(wasm_of(b""), None);
    }

    #[test]
    fn variables_that_change_code_are_told_from_others() {
        for variable in ["RUSTFLAGS", "CARGO_INCREMENTAL", "CARGO_PROFILE_RELEASE_LTO", "CARGO_BUILD_TARGET"]
        {
            assert!(changes_code(variable), "{variable}");
        }
        for variable in ["CARGO_HOME", "CARGO_TARGET_DIR", "CARGO_HTTP_PROXY", "PATH"] {
            assert!(!changes_code(variable), "{variable}");
        }
    }
}
