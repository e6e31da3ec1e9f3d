//! Everything that a contract usually needs, imported at once.

pub use alloc::borrow::ToOwned;
pub use alloc::string::{String, ToString};
pub use alloc::vec::Vec;
pub use alloc::{format, vec};

pub use codec::{Decode, Encode};
pub use sillok_abi::{
    Account, BookError, BookId, BookParams, ContractId, Date, Depth, Fill, Hash, Level, NewOrder, OrderId,
    OrderKind, OrderView, Phase, Placed, Price, Quantity, Side, SignatureScheme, Time, TimeInForce,
};
pub use sillok_macros::{contract, data, error, event, indexes, interface, storage};

pub use crate::{CallError, ContractError, Event, books, ensure};
pub use crate::{Duplicate, Indexed, List, Map, OrderedKey, OrderedMap, Set, Value};
pub use crate::{
    blake3, block_height, block_time, caller, chain, emit, keccak256, require_auth, schedule, sha256, this,
    verify,
};
