//! The network between the nodes of a chain: who may be connected, and what is said.
//!
//! [`Network::start`] listens and dials on a runtime's tasks. The node implements [`Handler`] and holds a
//! [`NetworkHandle`]. `docs/protocol.md`, "Network", has what goes over the wire.
//!
//! ```text
//! swarm ──► behaviour: is it a member?  ──► connection/hello: is it of this chain, and whose?
//!   │                                                  │
//! redial, book                               connection/{control, messages, blocks, requests, transactions}
//!                                                      │   ▲
//!                             Handler::input ◄─────────┘   └───────── outbox ◄── NetworkHandle
//! ```
//!
//! | what | where |
//! |---|---|
//! | connections: made, kept, refused | `swarm`, `behaviour`, `lanes`, `redial`, `book` |
//! | who: keys, members, scores | `identity`, `roster` |
//! | what is said on a connection | `connection`; its frames in `wire` and `frame` |
//! | what all tasks share | `shared`, `link`, `outbox`, `pace`, `fetch`, `serve` |
//! | the outside | `config`, `handle` |
//!
//! **Why streams of our own and not libp2p's gossipsub and request-response.** Nodes are few, known and fully
//! connected. A direct stream delivers in one hop and in order, has one limit and one rate for each kind of
//! traffic, and drops for one slow peer what only that peer does not get. Gossip would send each message many
//! times, need ids to sort out copies, and score peers by what others forwarded. Request-response opens a
//! stream for each question, where a lane that is there costs nothing.
//!
//! **Why both the list and a signature bind a node to its validator.** The list alone decides who is who. The
//! signature shows that the validator's key is where the network key is: a network key that was copied to
//! another machine does not speak for a validator.
//!
//! **What is not bounded here:** what Yamux and the kernel buffer below a lane. Yamux gives each of at most
//! [`limits::STREAMS`](crate::limits::STREAMS) streams 256 KiB, and more only as fast as the lane is read.
//!
//! Invariants: nothing is read from a node that is not a member; whatever comes is bounded in size, rate and
//! memory before it is decoded; nothing that is called from outside blocks; no peer can hold up another.

mod behaviour;
mod book;
mod config;
mod connection;
mod fetch;
mod frame;
mod handle;
mod identity;
mod lanes;
mod link;
mod outbox;
mod pace;
mod redial;
mod roster;
mod serve;
mod shared;
mod swarm;
mod wire;

pub(crate) use config::{Config, Event, Handler, Timing};
pub(crate) use handle::NetworkHandle;
pub(crate) use identity::{Binding, NetworkKey, NodeId, binding_digest};
pub(crate) use link::PeerState;
pub(crate) use roster::Member;
pub(crate) use swarm::{Network, StartError};
#[cfg(test)]
mod tests;
