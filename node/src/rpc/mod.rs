//! JSON-RPC over HTTP and WebSocket on one port, over TLS if there is a certificate.
//!
//! Every method is a function from the chain and its arguments to JSON, listed in a table of its
//! group and run on a worker thread with the stack that contracts need; only waiting and
//! subscriptions are asynchronous. Requests have threads, queues and limits of their own, so that
//! they can't hold up the producer.

mod access;
mod arguments;
mod at;
mod chain;
mod contract;
mod effects;
mod error;
mod history;
mod json;
mod listen;
mod market;
mod node;
mod ops;
mod proof;
mod server;
mod state;
mod subscriptions;
mod tls;
mod tx;
mod wait;
mod workers;

use std::sync::Arc;

use serde_json::Value;

use crate::chain::Chain;
use crate::reactor::{Inbox, Network};
pub(crate) use access::{AccessConfig, AccessError, Anonymous, Role, Token, TokenConfig};
pub(crate) use arguments::Arguments;
pub(crate) use error::RpcFailure;
pub(crate) use server::{Front, ServeError, serve};
pub(crate) use tls::{TlsFiles, TlsOptions};
use workers::Workers;

/// What a method answers.
pub(crate) type Answer = Result<Value, RpcFailure>;

/// A method that answers from the chain.
pub(crate) struct Method {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its parameters' names, in order.
    pub(crate) parameters: &'static [&'static str],
    /// What it answers.
    pub(crate) answer: fn(&Chain, &Arguments) -> Answer,
}

/// The methods that answer from the chain.
const METHODS: [&[Method]; 7] = [
    chain::METHODS,
    tx::METHODS,
    state::METHODS,
    contract::METHODS,
    market::METHODS,
    history::METHODS,
    effects::METHODS,
];

/// What every request has at hand.
pub(crate) struct Service {
    chain: Arc<Chain>,
    workers: Workers,
    watched: Watched,
}

/// What requests can be told of the node itself.
pub(crate) struct Watched {
    /// The way to consensus.
    pub(crate) inbox: Inbox,
    /// The network.
    pub(crate) network: Arc<dyn Network>,
}

impl Service {
    /// Answers on a worker thread.
    async fn answer(&self, method: fn(&Chain, &Arguments) -> Answer, arguments: Arguments) -> Answer {
        let chain = self.chain.clone();
        self.workers.run(move || method(&chain, &arguments)).await?
    }
}
