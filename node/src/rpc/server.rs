//! The server: methods registered, limits set, HTTP and WebSocket on one port.

use std::net::SocketAddr;
use std::sync::Arc;

use jsonrpsee::RpcModule;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::server::{BatchRequestConfig, Server, ServerConfig, ServerHandle};

use super::ops::OpsLayer;
use super::{Arguments, METHODS, Service, Watched, Workers, node, proof, subscriptions, wait};
use crate::chain::Chain;
use crate::limits;

/// Why the server does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    /// The address can't be listened on.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's answer.
        source: std::io::Error,
    },
    /// The threads can't be started.
    #[error("can't start threads for requests: {0}")]
    Threads(std::io::Error),
    /// Two methods have the same name.
    #[error(transparent)]
    Methods(#[from] RegisterMethodError),
}

/// A server that listens.
pub(crate) struct RpcServer {
    address: SocketAddr,
    handle: ServerHandle,
}

/// Serves `chain` on `address`; port 0 takes a free one.
///
/// # Errors
/// If the address is taken or not this machine's.
pub(crate) async fn serve(
    address: SocketAddr,
    chain: Arc<Chain>,
    watched: Watched,
) -> Result<RpcServer, ServeError> {
    let workers = Workers::start().map_err(ServeError::Threads)?;
    let in_front = tower::ServiceBuilder::new().layer(OpsLayer(chain.clone()));
    let module = methods(Service { chain, workers, watched })?;
    let listen = |source| ServeError::Listen { address, source };
    let server = Server::builder().set_config(config()).set_http_middleware(in_front);
    let server = server.build(address).await.map_err(listen)?;
    let address = server.local_addr().map_err(listen)?;
    Ok(RpcServer { address, handle: server.start(module) })
}

impl RpcServer {
    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests, and gives those that are being answered a moment.
    pub(crate) async fn stop(self) {
        // It has stopped already: that is what was asked for.
        let _ = self.handle.stop();
        let _ = tokio::time::timeout(limits::SHUTDOWN_GRACE, self.handle.stopped()).await;
    }
}

fn config() -> ServerConfig {
    ServerConfig::builder()
        .max_request_body_size(limits::REQUEST_BYTES)
        .max_response_body_size(limits::RESPONSE_BYTES)
        .max_connections(limits::CONNECTIONS)
        .max_subscriptions_per_connection(limits::SUBSCRIPTIONS_PER_CONNECTION)
        .set_batch_request_config(BatchRequestConfig::Limit(limits::BATCH_REQUESTS))
        .set_message_buffer_capacity(limits::MESSAGE_BUFFER)
        .build()
}

fn methods(service: Service) -> Result<RpcModule<Service>, RegisterMethodError> {
    let mut module = RpcModule::new(service);
    for method in METHODS.into_iter().flatten() {
        let (parameters, answer) = (method.parameters, method.answer);
        module.register_async_method(method.name, move |params, service, _| async move {
            let arguments = Arguments::parse(&params, parameters)?;
            service.answer(answer, arguments).await
        })?;
    }
    module.register_async_method("tx_wait", |params, service, _| async move {
        wait::wait(&service, params).await
    })?;
    module.register_async_method("state_proof", |params, service, _| async move {
        proof::prove(&service, params).await
    })?;
    module.register_async_method("node_consensus", |_, service, _| async move {
        node::consensus(&service).await
    })?;
    module.register_method("node_peers", |_, service, _| node::peers(service))?;
    subscriptions::register(&mut module)?;
    Ok(module)
}
