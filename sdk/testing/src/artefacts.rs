//! Compiled code kept between tests, as a node keeps it between its runs: each test has a process of its own,
//! and compiling the contracts takes longer than most tests.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use sillok_abi::Hash;
use sillok_runtime::{Artefacts, Outside};

/// A folder beside the compiled tests, which `cargo clean` removes.
struct Folder(PathBuf);

impl Folder {
    fn file(&self, engine: &Hash, code: &Hash) -> PathBuf {
        self.0.join(hex(&engine[..8])).join(hex(code))
    }
}

impl Artefacts for Folder {
    fn load(&self, engine: &Hash, code: &Hash) -> Option<Vec<u8>> {
        fs::read(self.file(engine, code)).ok()
    }

    fn store(&self, engine: &Hash, code: &Hash, artefact: &[u8]) {
        let file = self.file(engine, code);
        let draft = file.with_extension(std::process::id().to_string());
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        // Renamed when it is whole: other tests may read it now.
        fs::write(&draft, artefact).and_then(|()| fs::rename(&draft, &file)).unwrap();
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a runtime needs from outside, with the tests' common folder of compiled code.
pub fn outside() -> Outside {
    let this = std::env::current_exe().unwrap();
    // <target>/<profile>/deps/<test>
    let folder = this.ancestors().nth(3).unwrap().join("test-artefacts");
    Outside { artefacts: Arc::new(Folder(folder)), ..Outside::default() }
}
