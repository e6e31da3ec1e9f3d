//! The swarm's task: connections are made, kept and ended here. What is said on them is others' work.

use std::sync::Arc;
use std::time::{Duration, Instant};

use libp2p::core::ConnectedPoint;
use libp2p::core::muxing::StreamMuxerBox;
use libp2p::core::transport::Boxed;
use libp2p::core::upgrade::Version;
use libp2p::futures::StreamExt;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, DialError, ListenError, Swarm, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Transport, noise, swarm, tcp, yamux};
use rand_core::{OsRng, RngCore};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep_until, timeout};

use super::behaviour::{Behaviour, Denied};
use super::book::{Target, of_socket, target};
use super::config::{Config, Handler};
use super::connection::{self, Arrival};
use super::handle::NetworkHandle;
use super::identity::NodeId;
use super::pace::Pace;
use super::redial::Redial;
use super::shared::{Command, Shared};
use super::wire::Goodbye;
use crate::limits;

/// How often the swarm's task looks at its work if nothing happens.
const LONGEST_SLEEP: Duration = Duration::from_secs(3600);
/// How many refused strangers are written into the log.
const LOGGED_STRANGERS: limits::Rate = limits::Rate { per_second: 2, burst: 20 };
/// How long farewells may take when the network stops.
const FAREWELL: Duration = Duration::from_millis(500);

/// Why a network does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    /// The key can't be used.
    #[error("the network key can't be used: {0}")]
    Key(#[from] noise::Error),
    /// An address can't be listened on.
    #[error("can't listen on {address}: {source}")]
    Listen {
        /// The address.
        address: Multiaddr,
        /// Why.
        source: libp2p::TransportError<std::io::Error>,
    },
}

/// A network before it runs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Network;

impl Network {
    /// Starts a network on `runtime`: listens, dials all members whose addresses are known, and goes on with
    /// both until it is stopped.
    ///
    /// # Errors
    /// If an address can't be listened on.
    pub(crate) fn start(
        config: Config,
        handler: Arc<dyn Handler>,
        runtime: &tokio::runtime::Handle,
    ) -> Result<NetworkHandle, StartError> {
        let _entered = runtime.enter();
        let (commands, commanded) = mpsc::unbounded_channel();
        let shared = Arc::new(Shared::new(config, handler, runtime.clone(), commands));
        let mut swarm = build(&shared)?;
        for address in &shared.config.listen {
            let failed = |source| StartError::Listen { address: address.clone(), source };
            swarm.listen_on(address.clone()).map_err(failed)?;
        }
        let (stop, stopping) = watch::channel(false);
        let (running, stopped) = watch::channel(());
        let (listening_sender, listening) = watch::channel(Vec::new());
        let now = Instant::now();
        let mut redial = Redial::default();
        redial.want(&shared.others(), now);
        let task = Task {
            swarm,
            shared: shared.clone(),
            redial,
            commands: commanded,
            listening: listening_sender,
            stopping,
            logs: Pace::new(LOGGED_STRANGERS, now),
            _running: running,
        };
        runtime.spawn(task.run());
        Ok(NetworkHandle { shared, listening, stop: Arc::new(stop), stopped })
    }
}

fn build(shared: &Arc<Shared>) -> Result<Swarm<Behaviour>, noise::Error> {
    let key = shared.config.key.keypair();
    let id = key.public().to_peer_id();
    let runtime = shared.runtime.clone();
    let config = swarm::Config::with_executor(move |task| {
        runtime.spawn(task);
    })
    .with_max_negotiating_inbound_streams(limits::STREAMS)
    .with_idle_connection_timeout(limits::HELLO_TIMEOUT);
    Ok(Swarm::new(transport(&key)?, Behaviour::new(shared.clone()), id, config))
}

/// TCP, then Noise, then Yamux.
pub(super) fn transport(
    key: &libp2p::identity::Keypair,
) -> Result<Boxed<(PeerId, StreamMuxerBox)>, noise::Error> {
    let mut muxer = yamux::Config::default();
    muxer.set_max_num_streams(limits::STREAMS);
    Ok(tcp::tokio::Transport::new(tcp::Config::default().nodelay(true))
        .upgrade(Version::V1Lazy)
        .authenticate(noise::Config::new(key)?)
        .multiplex(muxer)
        .timeout(limits::HANDSHAKE_TIMEOUT)
        .boxed())
}

struct Task {
    swarm: Swarm<Behaviour>,
    shared: Arc<Shared>,
    redial: Redial,
    commands: mpsc::UnboundedReceiver<Command>,
    listening: watch::Sender<Vec<Multiaddr>>,
    stopping: watch::Receiver<bool>,
    /// How often strangers may have something written into the log.
    logs: Pace,
    _running: watch::Sender<()>,
}

impl Task {
    async fn run(mut self) {
        let mut stopping = self.stopping.clone();
        let told_to_stop = async move {
            // The handle's going is no reason: the network runs until it is told to stop.
            if stopping.wait_for(|stop| *stop).await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::pin!(told_to_stop);
        loop {
            let now = Instant::now();
            let wake = self.redial.next().unwrap_or(now + LONGEST_SLEEP);
            tokio::select! {
                event = self.swarm.select_next_some() => self.on_event(event),
                command = self.commands.recv() => match command {
                    Some(command) => self.on_command(command),
                    None => break,
                },
                () = sleep_until(wake.into()) => self.dial_due(),
                () = &mut told_to_stop => break,
            }
        }
        self.farewell().await;
    }

    /// Says goodbye to all, and waits a moment until they have heard it.
    async fn farewell(&mut self) {
        self.shared.fetches.end_all();
        self.shared.links().iter().for_each(|link| link.close(Goodbye::Stopping));
        let all_gone = async {
            while !self.shared.links().is_empty() {
                tokio::select! {
                    _ = self.swarm.select_next_some() => {}
                    command = self.commands.recv() => {
                        if let Some(Command::Ended(id)) = command {
                            self.swarm.close_connection(id);
                        }
                    }
                }
            }
        };
        // Who does not hear it sees the connection break.
        let _ = timeout(FAREWELL, all_gone).await;
    }

    fn on_event(&mut self, event: SwarmEvent<std::convert::Infallible>) {
        match event {
            SwarmEvent::NewListenAddr { .. } | SwarmEvent::ExpiredListenAddr { .. } => self.on_listening(),
            SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } => {
                self.on_connection(&peer_id, connection_id, &endpoint);
            }
            SwarmEvent::ConnectionClosed { peer_id, .. } => self.on_lost(&peer_id),
            SwarmEvent::IncomingConnectionError { send_back_addr, error, peer_id, .. } => {
                self.on_incoming_failed(&send_back_addr, &error, peer_id);
            }
            SwarmEvent::OutgoingConnectionError { peer_id: Some(peer), error, .. } => {
                self.on_dial_failed(&peer, &error);
            }
            SwarmEvent::ListenerError { error, .. } => tracing::warn!(%error, "listening failed"),
            SwarmEvent::ListenerClosed { addresses, reason, .. } => {
                tracing::error!(?addresses, ?reason, "no longer listening");
            }
            _ => {}
        }
    }

    fn on_command(&mut self, command: Command) {
        match command {
            Command::Ended(id) => {
                self.swarm.close_connection(id);
            }
            Command::Welcomed(node) => self.redial.welcomed(&node),
            Command::Reconsider => self.reconsider(),
            Command::Located(node) => self.redial.hasten(&node, Instant::now()),
            Command::Dial(node, addresses) => self.dial(&node, addresses),
        }
    }

    /// The member list has changed: who is new is dialled, who is gone isn't any more.
    fn reconsider(&mut self) {
        let (others, now) = (self.shared.others(), Instant::now());
        self.redial.want(&others, now);
        for node in &others {
            if self.swarm.behaviour().has(node) {
                self.redial.connected(node);
            }
        }
        let peers: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        for peer in peers {
            let node = NodeId::from_peer_id(&peer);
            // A link says goodbye and ends itself; what has not come so far is closed here.
            let has_link = self.shared.links().iter().any(|link| Some(link.remote.member.node) == node);
            if !has_link && !node.is_some_and(|node| others.contains(&node)) {
                let _ = self.swarm.disconnect_peer_id(peer);
            }
        }
    }

    fn on_listening(&mut self) {
        let addresses: Vec<Multiaddr> = self.swarm.listeners().cloned().collect();
        tracing::info!(?addresses, node = %self.shared.node(), "listening for nodes");
        self.shared.listens(&addresses);
        self.listening.send_replace(addresses);
    }

    fn on_connection(&mut self, peer: &PeerId, id: ConnectionId, endpoint: &ConnectedPoint) {
        let streams = self.swarm.behaviour_mut().take_streams(id);
        let (Some(node), Some(streams)) = (NodeId::from_peer_id(peer), streams) else { return };
        self.redial.connected(&node);
        let (dialled, address) = (endpoint.is_dialer(), endpoint.get_remote_address().clone());
        let arrival = Arrival { id, node, address, dialled, streams };
        self.shared.runtime.spawn(connection::run(self.shared.clone(), arrival));
    }

    fn on_lost(&mut self, peer: &PeerId) {
        let Some(node) = NodeId::from_peer_id(peer) else { return };
        if !self.swarm.behaviour().has(&node) {
            self.redial.lost(&node, Instant::now(), OsRng.next_u32());
        }
    }

    fn on_incoming_failed(&mut self, address: &Multiaddr, error: &ListenError, peer: Option<PeerId>) {
        let denied = match error {
            ListenError::Denied { cause } => cause.downcast_ref::<Denied>(),
            _ => None,
        };
        let peer = peer.map(|peer| peer.to_string()).unwrap_or_default();
        match denied {
            Some(Denied::Duplicate) | None => tracing::debug!(%address, peer, %error, "no connection"),
            // Strangers must not fill the log.
            Some(denied) if self.logs.take(1, Instant::now()).is_zero() => {
                tracing::warn!(%address, peer, "refused a connection: {denied}");
            }
            Some(_) => {}
        }
    }

    fn on_dial_failed(&mut self, peer: &PeerId, error: &DialError) {
        let Some(node) = NodeId::from_peer_id(peer) else { return };
        tracing::debug!(%node, %error, "can't connect");
        if self.swarm.behaviour().has(&node) {
            self.redial.connected(&node);
        } else {
            self.redial.lost(&node, Instant::now(), OsRng.next_u32());
        }
    }

    fn dial_due(&mut self) {
        let now = Instant::now();
        for node in self.redial.due(now) {
            if self.swarm.behaviour().has(&node) {
                continue;
            }
            if self.shared.admit(&node, now).is_err() {
                self.redial.lost(&node, now, OsRng.next_u32());
                continue;
            }
            let addresses = self.shared.addresses(&node);
            self.shared.runtime.spawn(resolve(self.shared.clone(), node, addresses));
        }
    }

    fn dial(&mut self, node: &NodeId, addresses: Vec<Multiaddr>) {
        let peer = node.peer_id().filter(|_| !addresses.is_empty());
        let dialled = peer.is_some_and(|peer| {
            // A port of its own: on that of the listener, two nodes that dial at once disturb each other.
            let options = DialOpts::peer_id(peer)
                .condition(PeerCondition::NotDialing)
                .addresses(addresses)
                .allocate_new_port()
                .build();
            !self.swarm.behaviour().has(node) && self.swarm.dial(options).is_ok()
        });
        if !dialled && !self.swarm.behaviour().has(node) {
            self.redial.lost(node, Instant::now(), OsRng.next_u32());
        }
    }
}

/// Looks up the names among a node's addresses, and has it dialled.
async fn resolve(shared: Arc<Shared>, node: NodeId, addresses: Vec<Multiaddr>) {
    let mut resolved = Vec::new();
    for address in addresses {
        match target(&address) {
            Some(Target::Socket(socket)) => resolved.push(of_socket(socket)),
            Some(Target::Name(name, port)) => {
                let looked_up = timeout(limits::HANDSHAKE_TIMEOUT, tokio::net::lookup_host((name, port)));
                let Ok(Ok(sockets)) = looked_up.await else {
                    tracing::debug!(%address, "a name can't be looked up");
                    continue;
                };
                resolved.extend(sockets.take(limits::NODE_ADDRESSES).map(of_socket));
            }
            None => {}
        }
    }
    shared.command(Command::Dial(node, resolved));
}
