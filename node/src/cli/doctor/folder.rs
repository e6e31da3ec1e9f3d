//! What is in a node's folder: settings, keys, genesis, data, the consensus log.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use sillok_client::rpc::to_hex;
use sillok_runtime::Genesis;

use super::Patient;
use crate::checks::Check;
use crate::consensus::{LogError, inspect_log};
use crate::home::{HomeError, KeyError, KeyFile, KeyKind, NodeConfig, NodeHome, Password, Passwords};
use crate::storage::DataFolder;

/// The bits of a file's mode that let others than its owner in.
const OTHERS: u32 = 0o077;

/// Whether the settings can be read.
pub(super) fn settings(home: &NodeHome, checks: &mut Vec<Check>) -> Option<NodeConfig> {
    let name = "settings";
    match home.config() {
        Ok(config) => {
            checks.push(Check::ok(name, home.config_file().display()));
            Some(config)
        }
        Err(error) => {
            let text = error.to_string().replace('\n', " ");
            checks.push(Check::error(name, text).advice(error.hint()));
            None
        }
    }
}

/// Whether there is a genesis, and which.
pub(super) fn genesis(home: &NodeHome, checks: &mut Vec<Check>) -> Option<Genesis> {
    match home.genesis() {
        Ok(genesis) => {
            checks.push(Check::ok("genesis", format!("{}, id {}", genesis.name, to_hex(genesis.hash()))));
            Some(genesis)
        }
        Err(error) => {
            checks.push(Check::error("genesis", &error).advice(error.hint()));
            None
        }
    }
}

/// Whether the data folder is one, of this version's format.
pub(super) fn data(home: &NodeHome, checks: &mut Vec<Check>) -> Option<DataFolder> {
    let name = "data";
    match DataFolder::inspect(&home.data()) {
        Ok(Some(folder)) => {
            checks.push(Check::ok(name, home.data().display()));
            Some(folder)
        }
        Ok(None) => {
            checks.push(Check::ok(name, "none yet: the first start makes it"));
            None
        }
        Err(error) => {
            checks.push(Check::error(name, &error).advice(error.hint()));
            None
        }
    }
}

/// Whether the keys are there, nobody else can read them, and the password opens them if it is written down.
pub(super) fn keys(patient: &Patient, checks: &mut Vec<Check>) {
    let home = &patient.home;
    let file = patient.config.as_ref().and_then(|config| config.password_file.as_deref());
    let password = match Passwords::of(home.path(), file).given() {
        Ok(password) => password,
        Err(error) => {
            checks.push(Check::error("password", &error).advice(HomeError::from(error).hint()));
            None
        }
    };
    if let Some(path) = file.map(|file| home.path().join(file)).filter(|path| path.exists()) {
        checks.push(match open_to_others(&path) {
            Some(mode) => readable("password", &path, mode),
            None => Check::ok("password", path.display()),
        });
    }
    let password = password.as_deref().map(Password::new);
    for kind in [KeyKind::Network, KeyKind::Validator] {
        checks.push(key(home, kind, password.as_ref()));
    }
}

fn key(home: &NodeHome, kind: KeyKind, password: Option<&Password<'_>>) -> Check {
    let (name, path) = (format!("{} key", kind.name()), home.key_file(kind));
    if !path.exists() {
        return match kind {
            KeyKind::Validator => Check::ok(name, "none: the node follows without a vote"),
            KeyKind::Network => Check::error(name, format!("{} is missing", path.display()))
                .advice("put back your copy of it, or have others vote another one in (set-peer)"),
        };
    }
    let damaged = |error: HomeError| {
        Check::error(name.clone(), &error).advice(match error {
            HomeError::Key(KeyError::Sealed(_)) => error.hint(),
            _ => "put back your copy of it",
        })
    };
    if let Err(error) = KeyFile::read(&path).map_err(HomeError::from).and_then(|_| home.public(kind)) {
        return damaged(error);
    }
    if let Some(mode) = open_to_others(&path) {
        return readable(&name, &path, mode);
    }
    match password.map(|password| home.seed(kind, password)) {
        Some(Err(error)) => damaged(error),
        Some(Ok(_)) => Check::ok(name, "only its owner can read it, and the password opens it"),
        None => Check::ok(name, "only its owner can read it; whether a password opens it was not tried"),
    }
}

/// The mode of a file, if others than its owner can do anything with it.
fn open_to_others(path: &Path) -> Option<u32> {
    let mode = fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & OTHERS != 0).then_some(mode)
}

fn readable(name: &str, path: &Path, mode: u32) -> Check {
    Check::error(name, format!("others than its owner have access to {} (mode {mode:o})", path.display()))
        .advice(format!("chmod 600 {}; if others are on this machine, replace it", path.display()))
}

/// Whether the node would start with the consensus log.
pub(super) fn log(patient: &Patient, checks: &mut Vec<Check>) {
    let name = "consensus log";
    let (Some(folder), Some(genesis)) = (&patient.data, &patient.genesis) else { return };
    let path = folder.consensus_log();
    let never = "never restore it from a backup: move what is left of it away, and start with --votes-from, two heights above the highest block that any validator has";
    checks.push(match fs::read(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !folder.database().exists() => {
            Check::ok(name, "none yet: the first start makes it")
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Check::error(
            name,
            format!("{} is missing: what this validator has signed is not known", path.display()),
        )
        .advice(never),
        Err(error) => Check::error(name, format!("{}: {error}", path.display())),
        Ok(bytes) => match inspect_log(&genesis.hash(), &bytes) {
            Ok(recorded) => Check::ok(name, format!("whole, at height {}", recorded.height)),
            Err(error @ LogError::OtherChain(_)) => Check::error(name, error)
                .advice("the data folder is of another chain than genesis.scale: which of the two is right?"),
            Err(error) => Check::error(name, error).advice(never),
        },
    });
}
