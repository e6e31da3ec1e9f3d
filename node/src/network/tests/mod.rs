//! Networks of real nodes on loopback sockets, in one process, and nodes that don't behave.
//!
//! Nothing sleeps where an event can be awaited; what does not happen within [`PATIENCE`] fails.

mod admission;
mod blocks;
mod harness;
mod hostile;
mod latency;
mod mesh;
mod stranger;

use harness::{
    CHAIN, Node, PATIENCE, block, config, connect, connect_by_hearsay, decided, key, listed, member, message,
    node_id, nowhere, observer, transaction, validator_key,
};
use stranger::Stranger;
