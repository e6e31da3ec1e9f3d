//! Tests whose outcome follows from the program alone, as they have fixed seeds and look at no clock. What has
//! passed once would pass again, so that a second run of the very same program need not repeat it.

use std::fs::{self, File};
use std::path::PathBuf;

/// Runs a test unless this very program has passed it before: `name` tells it, with all that its outcome
/// depends on, from others. With `SILLOK_AFRESH` set it is run whatever was.
pub fn unless_settled(name: &str, run: impl FnOnce()) {
    let mark = mark(name);
    if mark.exists() && std::env::var_os("SILLOK_AFRESH").is_none() {
        say(name);
        return;
    }
    run();
    fs::create_dir_all(mark.parent().unwrap()).unwrap();
    File::create(mark).unwrap();
}

/// The file that says that the test has passed, beside the compiled tests: `cargo clean` removes it.
fn mark(name: &str) -> PathBuf {
    let program = std::env::current_exe().unwrap();
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(File::open(&program).unwrap()).unwrap();
    hasher.update(name.as_bytes());
    // <target>/<profile>/deps/<test>
    program
        .ancestors()
        .nth(3)
        .unwrap()
        .join("test-artefacts/passed")
        .join(hasher.finalize().to_hex().as_str())
}

#[allow(clippy::print_stderr, reason = "who looks at a test's output wants to know that it did nothing")]
fn say(name: &str) {
    eprintln!("{name}: this program has passed it before. SILLOK_AFRESH=1 runs it again.");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_run_again_and_what_passed_is_not() {
        let name = format!("a test of {}", std::process::id());
        let mut runs = 0;
        let failed = std::panic::catch_unwind(|| unless_settled(&name, || panic!("on purpose")));
        assert!(failed.is_err());
        unless_settled(&name, || runs += 1);
        assert_eq!(runs, 1);
        unless_settled(&name, || panic!("it is settled"));
        unless_settled(&format!("another {name}"), || runs += 1);
        assert_eq!(runs, 2);
        [mark(&name), mark(&format!("another {name}"))]
            .iter()
            .for_each(|mark| fs::remove_file(mark).unwrap());
    }
}
