//! The server: methods registered, limits set, HTTP and WebSocket on one port, over TLS if there is a certificate.

use std::net::SocketAddr;
use std::sync::Arc;

use jsonrpsee::RpcModule;
use jsonrpsee::core::RegisterMethodError;
use jsonrpsee::server::middleware::rpc::RpcServiceBuilder;
use jsonrpsee::server::{
    BatchRequestConfig, Methods, Server, ServerConfig, ServerHandle, StopHandle, TowerService,
    TowerServiceBuilder, serve_with_graceful_shutdown, stop_channel,
};
use tower::layer::util::{Identity, Stack};

use super::access::{Gate, GuardLayer, RoleError, check_roles};
use super::listen::{Accepted, Connection, Listener};
use super::ops::OpsLayer;
use super::tls::{Tls, TlsError, TlsFiles};
use super::{AccessConfig, Arguments, METHODS, Service, Watched, Workers, node, proof, subscriptions, wait};
use crate::chain::Chain;
use crate::limits;

/// Reads settings again that may have changed; or why they can't be used.
pub(crate) type Reread = Box<dyn Fn() -> Result<AccessConfig, String> + Send + Sync>;

/// Where and how requests are answered.
pub(crate) struct Front {
    /// The address; port 0 takes a free one.
    pub(crate) address: SocketAddr,
    /// Certificate and key, for TLS.
    pub(crate) tls: Option<TlsFiles>,
    /// Who may ask for what.
    pub(crate) access: AccessConfig,
    /// How the last is read again.
    pub(crate) reread: Option<Reread>,
}

impl Front {
    /// Whether there is something to read again while requests are answered.
    pub(crate) fn can_change(&self) -> bool {
        self.tls.is_some() || self.reread.is_some()
    }
}

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
    /// A method has no role, or a role no method.
    #[error(transparent)]
    Roles(#[from] RoleError),
    /// The certificate or its key.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

impl ServeError {
    /// What the user can do now.
    pub(crate) fn hint(&self) -> &'static str {
        match self {
            ServeError::Tls(error) => error.hint(),
            _ => "is another node running? Choose another address with --rpc",
        }
    }
}

/// What makes a service for each connection, and such a service.
type Services = TowerServiceBuilder<Stack<GuardLayer, Identity>, Stack<OpsLayer, Identity>>;
type OneService = TowerService<Stack<GuardLayer, Identity>, Stack<OpsLayer, Identity>>;

/// A server that listens.
pub(crate) struct RpcServer {
    address: SocketAddr,
    tls: Option<Arc<Tls>>,
    gate: Arc<Gate>,
    reread: Option<Reread>,
    chain: Arc<Chain>,
    handle: ServerHandle,
}

/// Serves `chain`.
///
/// # Errors
/// If the address is taken or not this machine's, or the certificate can't be used.
pub(crate) async fn serve(
    front: Front,
    chain: Arc<Chain>,
    watched: Watched,
) -> Result<RpcServer, ServeError> {
    let Front { address, tls, access, reread } = front;
    warn_of_exposure(&access, tls.is_some(), address);
    let gate = Gate::new(access, address.ip().is_loopback(), chain.metrics().access_refusals.clone());
    let gate = Arc::new(gate);
    let tls = tls.map(|files| Tls::open(files, chain.now())).transpose()?.map(Arc::new);
    measure(&chain, tls.as_deref());
    let workers = Workers::start().map_err(ServeError::Threads)?;
    let in_front = tower::ServiceBuilder::new().layer(OpsLayer { chain: chain.clone(), gate: gate.clone() });
    let module = methods(Service { chain: chain.clone(), workers, watched })?;
    check_roles(&module.method_names().collect::<Vec<_>>())?;
    let listen = |source| ServeError::Listen { address, source };
    let listener = Listener::bind(address, tls.clone()).await.map_err(listen)?;
    let address = listener.address().map_err(listen)?;
    let (stop, handle) = stop_channel();
    let services = Server::builder()
        .set_config(config())
        .set_http_middleware(in_front)
        .set_rpc_middleware(RpcServiceBuilder::new().layer(GuardLayer(gate.clone())))
        .to_service_builder();
    tokio::spawn(accept(listener, services, module.into(), stop));
    Ok(RpcServer { address, tls, gate, reread, chain, handle })
}

/// Tells of tokens that others can read on their way.
fn warn_of_exposure(access: &AccessConfig, encrypted: bool, address: SocketAddr) {
    if !encrypted && !access.tokens.is_empty() && !address.ip().is_loopback() {
        tracing::warn!(%address, "access tokens travel unprotected: answer over TLS, or on this machine alone");
    }
}

/// Tells those who watch the node until when its certificate is valid.
fn measure(chain: &Chain, tls: Option<&Tls>) {
    let until = tls.and_then(Tls::valid_until).map_or(0, |until| until.0 / 1_000);
    chain.metrics().tls_expiry.set(i64::try_from(until).unwrap_or(i64::MAX));
}

/// Accepts connections until told to stop.
async fn accept(listener: Listener, services: Services, methods: Methods, stop: StopHandle) {
    let stopped = stop.clone().shutdown();
    tokio::pin!(stopped);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stopped => return,
        };
        let service = services.clone().build(methods.clone(), stop.clone());
        tokio::spawn(answer(accepted, service, stop.clone()));
    }
}

/// Answers what comes on a connection, until either side ends it.
async fn answer(accepted: Accepted, service: OneService, stop: StopHandle) {
    let Some((connection, _place)) = accepted.open().await else { return };
    let stopped = stop.shutdown();
    let ended = match connection {
        Connection::Plain(stream) => serve_with_graceful_shutdown(stream, service, stopped).await,
        Connection::Encrypted(stream) => serve_with_graceful_shutdown(stream, service, stopped).await,
    };
    if let Err(error) = ended {
        tracing::debug!(error, "a connection ended badly");
    }
}

impl RpcServer {
    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Reads again what may have changed: certificate and key, and who may ask for what. What can't be used
    /// changes nothing but the log.
    pub(crate) fn read_again(&self) {
        match self.reread.as_ref().map(|read| read()) {
            Some(Ok(access)) => {
                tracing::info!(tokens = access.tokens.len(), "access tokens were read again");
                warn_of_exposure(&access, self.tls.is_some(), self.address);
                self.gate.replace(access, self.address.ip().is_loopback());
            }
            Some(Err(reason)) => tracing::error!(reason, "access tokens stay as they were"),
            None => {}
        }
        let read = self.tls.as_ref().map(|tls| tls.read_again(self.chain.now()));
        measure(&self.chain, self.tls.as_deref());
        if let Some(Err(error)) = read {
            tracing::error!(%error, hint = error.hint(), "the certificate stays as it was");
        }
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
    module.register_method("node_setLogLevel", |params, _, _| node::set_log_level(&params))?;
    subscriptions::register(&mut module)?;
    Ok(module)
}
