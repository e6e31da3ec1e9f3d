//! The systemd unit: what systemd thinks of it, and that what it calls works.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::member::sealed;
use crate::process::{BINARY, Folder, Node};

/// The most that `systemd-analyze security` may find exposed, of 100.
const EXPOSURE: &str = "--threshold=20";

fn unit() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packaging/systemd/sillok.service");
    std::fs::read_to_string(path).unwrap()
}

/// The unit in a folder, with this program in it.
fn placed(folder: &Path, text: &str) -> PathBuf {
    let path = folder.join("sillok.service");
    let named = text.replace("/usr/bin/sillok", BINARY);
    assert_ne!(named, text, "the unit names the program");
    std::fs::write(&path, named).unwrap();
    path
}

/// What systemd-analyze says; none where there is none.
fn analyze(arguments: &[&str], unit: &Path) -> Option<Output> {
    Command::new("systemd-analyze").args(arguments).arg(unit).output().ok()
}

#[test]
fn systemd_finds_no_fault_with_the_unit() {
    let folder = tempfile::tempdir().unwrap();
    let path = placed(folder.path(), &unit());
    let Some(verified) = analyze(&["verify"], &path) else { return };
    let complaints = String::from_utf8_lossy(&verified.stderr).into_owned();
    assert!(verified.status.success() && !complaints.contains("sillok.service"), "{complaints}");
    let secure = analyze(&["security", "--offline=true", "--no-pager", EXPOSURE], &path).unwrap();
    assert!(secure.status.success(), "{}", String::from_utf8_lossy(&secure.stdout));
    // What is wrong with one is found.
    let path = placed(folder.path(), &unit().replace("LimitNOFILE", "LimitNoFile"));
    let complaints = analyze(&["verify"], &path).unwrap().stderr;
    assert!(String::from_utf8_lossy(&complaints).contains("LimitNoFile"));
    let open =
        |line: &&str| !["Protect", "Private", "Restrict", "SystemCall"].iter().any(|it| line.starts_with(it));
    let path = placed(folder.path(), &unit().lines().filter(open).collect::<Vec<_>>().join("\n"));
    assert!(
        !analyze(&["security", "--offline=true", "--no-pager", EXPOSURE], &path).unwrap().status.success()
    );
}

/// The command of the unit: the password from a file that a flag names, before all else; ended by SIGTERM.
#[test]
fn the_unit_s_command_starts_a_node_with_a_credential_and_sigterm_stops_it() {
    let folder = Folder::new();
    let alpha = sealed(&folder.data(), &["alpha"]).remove(0);
    alpha.settle(&[]);
    let settings = alpha.path("node/node.toml");
    let text = std::fs::read_to_string(&settings).unwrap();
    std::fs::write(&settings, text.replace("password_file", "# password_file")).unwrap();
    let credential = alpha.path("credential");
    std::fs::rename(alpha.path("password"), &credential).unwrap();
    let start = unit().lines().find_map(|line| line.strip_prefix("ExecStart=").map(str::to_owned)).unwrap();
    let arguments: Vec<String> = start
        .split_whitespace()
        .skip(3)
        .map(|word| word.replace("%d/password", credential.to_str().unwrap()))
        .collect();
    assert_eq!(arguments[0], "--password-file", "{start}");
    let options: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (error, _) = Node::fails_home(&alpha.path("node"), &[]);
    assert!(error["message"].as_str().unwrap().contains("password is not given"), "{error}");
    let node = Node::start_home(&alpha.path("node"), &options);
    assert_eq!(node.stop("-TERM").code(), Some(0));
}
