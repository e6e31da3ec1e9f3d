//! Which connections there may be: libp2p asks here before it keeps one.
//!
//! Invariants: a node that is not a member is closed as soon as its key is proven, before a stream is read;
//! each pair of nodes comes to keep the same single connection.

use std::collections::{BTreeMap, VecDeque};
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished, ListenFailure};
use libp2p::swarm::{
    CloseConnection, ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, THandlerInEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId};

use super::book;
use super::identity::NodeId;
use super::lanes::{Lanes, Streams};
use super::roster::Refused;
use super::shared::Shared;
use crate::limits;

/// Why a connection is not kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum Denied {
    /// Too many handshakes are under way.
    #[error("too many handshakes are under way")]
    Crowded,
    /// The node's key is not of ed25519.
    #[error("its key is not of ed25519")]
    ForeignKey,
    /// The node may not be connected.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The other of two connections that were made at once is kept.
    #[error("there is a connection already")]
    Duplicate,
}

/// Keeps the books of connections.
pub(super) struct Behaviour {
    shared: Arc<Shared>,
    /// Incoming connections whose handshake is under way.
    pending: BTreeMap<ConnectionId, Option<IpAddr>>,
    connections: BTreeMap<NodeId, Connection>,
    /// The streams of connections that are about to be announced.
    streams: BTreeMap<ConnectionId, Streams>,
    to_close: VecDeque<(PeerId, ConnectionId)>,
}

/// The one connection with a node.
#[derive(Clone, Copy, Debug)]
struct Connection {
    id: ConnectionId,
    /// Whether this node dialled.
    dialled: bool,
    since: Instant,
}

impl Behaviour {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let (pending, connections) = (BTreeMap::new(), BTreeMap::new());
        Behaviour { shared, pending, connections, streams: BTreeMap::new(), to_close: VecDeque::new() }
    }

    /// The streams of a connection that was established. Once.
    pub(super) fn take_streams(&mut self, id: ConnectionId) -> Option<Streams> {
        self.streams.remove(&id)
    }

    /// Whether there is a connection with this node.
    pub(super) fn has(&self, node: &NodeId) -> bool {
        self.connections.contains_key(node)
    }

    fn judge(&mut self, id: ConnectionId, peer: &PeerId, dialled: bool) -> Result<Lanes, ConnectionDenied> {
        self.pending.remove(&id);
        let lanes = self.admit(id, peer, dialled).map_err(ConnectionDenied::new)?;
        Ok(lanes)
    }

    fn admit(&mut self, id: ConnectionId, peer: &PeerId, dialled: bool) -> Result<Lanes, Denied> {
        let now = Instant::now();
        let node = NodeId::from_peer_id(peer).ok_or(Denied::ForeignKey)?;
        self.shared.admit(&node, now)?;
        if let Some(old) = self.connections.get(&node) {
            if !replaces(old, dialled, self.shared.node() < node, now) {
                return Err(Denied::Duplicate);
            }
            self.to_close.push_back((*peer, old.id));
        }
        let (lanes, streams) = Lanes::new(dialled);
        self.streams.insert(id, streams);
        self.connections.insert(node, Connection { id, dialled, since: now });
        Ok(lanes)
    }

    fn forget(&mut self, peer: &PeerId, id: ConnectionId) {
        self.streams.remove(&id);
        let Some(node) = NodeId::from_peer_id(peer) else { return };
        if self.connections.get(&node).is_some_and(|connection| connection.id == id) {
            self.connections.remove(&node);
        }
    }
}

/// Whether a new connection replaces an old one; both nodes come to the same answer.
///
/// Who dials has no connection: if it has dialled the old one too, or the old one is older than any handshake
/// can be, the old one is dead. Otherwise both dialled at once, and what the lower id dialled is kept.
fn replaces(old: &Connection, dialled: bool, is_lower: bool, now: Instant) -> bool {
    let is_old = now.saturating_duration_since(old.since) > 2 * limits::HANDSHAKE_TIMEOUT;
    is_old || old.dialled == dialled || dialled == is_lower
}

impl NetworkBehaviour for Behaviour {
    type ConnectionHandler = Lanes;
    type ToSwarm = Infallible;

    fn handle_pending_inbound_connection(
        &mut self,
        id: ConnectionId,
        _: &Multiaddr,
        remote: &Multiaddr,
    ) -> Result<(), ConnectionDenied> {
        let ip = book::ip(remote);
        let of_same = self.pending.values().filter(|other| **other == ip).count();
        if self.pending.len() >= limits::PENDING_CONNECTIONS
            || of_same >= limits::PENDING_CONNECTIONS_PER_ADDRESS
        {
            return Err(ConnectionDenied::new(Denied::Crowded));
        }
        self.pending.insert(id, ip);
        Ok(())
    }

    fn handle_established_inbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<Lanes, ConnectionDenied> {
        self.judge(id, &peer, false)
    }

    fn handle_established_outbound_connection(
        &mut self,
        id: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<Lanes, ConnectionDenied> {
        self.judge(id, &peer, true)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        match event {
            FromSwarm::ConnectionEstablished(ConnectionEstablished { connection_id, .. }) => {
                self.pending.remove(&connection_id);
            }
            FromSwarm::ConnectionClosed(ConnectionClosed { peer_id, connection_id, .. }) => {
                self.forget(&peer_id, connection_id);
            }
            FromSwarm::ListenFailure(ListenFailure { connection_id, .. }) => {
                self.pending.remove(&connection_id);
            }
            _ => {}
        }
    }

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: Infallible) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        let Some((peer_id, id)) = self.to_close.pop_front() else { return Poll::Pending };
        Poll::Ready(ToSwarm::CloseConnection { peer_id, connection: CloseConnection::One(id) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn of_two_connections_made_at_once_both_sides_keep_the_same() {
        let now = Instant::now();
        let connection = |dialled| Connection { id: ConnectionId::new_unchecked(1), dialled, since: now };
        // The lower node dialled `first`, the higher one `second`. Whatever the order on either side:
        for is_lower in [true, false] {
            let (first, second) = (is_lower, !is_lower);
            assert!(replaces(&connection(second), first, is_lower, now));
            assert!(!replaces(&connection(first), second, is_lower, now));
        }
    }

    #[test]
    fn a_connection_that_its_dialler_has_given_up_is_replaced() {
        let now = Instant::now();
        let old = Connection { id: ConnectionId::new_unchecked(1), dialled: true, since: now };
        assert!(replaces(&old, true, true, now));
        let later = now + 2 * limits::HANDSHAKE_TIMEOUT + Duration::from_secs(1);
        assert!(replaces(&old, false, true, later));
    }
}
