//! What a contract author imports: `use sillok_sdk::prelude::*;`.
//!
//! A contract is a struct of storage fields and a plain `impl` whose public functions are its methods:
//!
//! ```
//! use sillok_sdk::prelude::*;
//!
//! #[storage]
//! pub struct Greeter {
//!     greeting: Value<String>,
//! }
//!
//! #[contract]
//! impl Greeter {
//!     #[constructor]
//!     pub fn new(&mut self, greeting: String) {
//!         self.greeting.set(&greeting);
//!     }
//!
//!     /// What this contract says.
//!     pub fn greet(&self) -> String {
//!         self.greeting.load()
//!     }
//! }
//! ```
//!
//! It compiles to Wasm with `--config sdk/contract.toml --profile contract --target wasm32v1-none`.
//! It compiles natively too, but every function that needs the node then panics: contracts are tested
//! on the real runtime. `unsafe` lives in `host` and `alloc` only; `docs/contracts.md` is the guide.
#![no_std]

extern crate alloc;

#[cfg(target_arch = "wasm32")]
#[path = "alloc.rs"]
mod allocator;
pub mod books;
mod call;
mod dispatch;
mod env;
mod error;
mod event;
mod host;
mod layout;
mod metadata;
#[cfg(target_arch = "wasm32")]
mod panic;
pub mod prelude;
mod storage;

pub use codec;
pub use sillok_abi as abi;
pub use sillok_macros::{OrderedKey, contract, data, error, event, indexes, interface, storage};

pub use call::CallError;
pub use env::{
    blake3, block_height, block_time, caller, chain, keccak256, require_auth, schedule, sha256, this, verify,
};
pub use error::ContractError;
pub use event::{Event, emit};
pub use storage::{
    Duplicate, Entries, Index, Indexed, Items, Keys, List, Map, OrderedKey, OrderedMap, Row, Rows, Set,
    StartsWith, Unique, Value,
};

/// What the macros' expansions name. Not part of the public interface.
#[doc(hidden)]
pub mod __private {
    pub use alloc::vec::Vec;
    pub use codec::{Decode, Encode, Output};
    pub use sillok_abi::{
        ContractId, Describe, Field, IndexLayout, ItemSpec, LayoutField, MethodKind, STATUS_OK, SectionBytes,
        Type, Variant, layout_digest,
    };

    pub use crate::call::{call, try_call};
    pub use crate::dispatch::{Arguments, BAD_ARGUMENTS, ReadBuffer, answer, refuse};
    pub use crate::layout::{Stored, each_from_its_own};
    pub use crate::metadata::contract_name;
    pub use crate::storage::{IndexField, IndexKey, IndexRoot, Indexes, OrderedKey, Storage, StorageField};
}
