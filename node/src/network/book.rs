//! Where nodes can be reached: addresses of the configuration, and what nodes say of themselves.
//!
//! Invariant: of each member at most one record is kept, signed by itself; nobody can say where another is.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::identity::NodeId;
use super::wire::AddressRecord;
use crate::limits;

/// The addresses of members.
#[derive(Debug, Default)]
pub(super) struct Book {
    configured: BTreeMap<NodeId, Vec<Multiaddr>>,
    records: BTreeMap<NodeId, AddressRecord>,
}

impl Book {
    /// A book with the addresses of the configuration. Each ends with `/p2p/` and the node's id; others are
    /// left out.
    pub(super) fn new(configured: &[Multiaddr]) -> Self {
        let mut book = Book::default();
        for address in configured {
            match split(address) {
                Some((node, address)) => book.configured.entry(node).or_default().push(address),
                None => tracing::warn!(%address, "a peer's address has to end with /p2p/ and its id"),
            }
        }
        book
    }

    /// Keeps a record whose signature holds, if it is newer. Returns whether it was.
    pub(super) fn learn(&mut self, record: AddressRecord) -> bool {
        let known = self.records.get(&record.node);
        if known.is_some_and(|known| known.sequence >= record.sequence) {
            return false;
        }
        self.records.insert(record.node, record);
        true
    }

    /// Forgets what nodes said of themselves that are no longer wanted.
    pub(super) fn retain(&mut self, wanted: impl Fn(&NodeId) -> bool) {
        self.records.retain(|node, _| wanted(node));
    }

    /// Where to try to reach a node, best first.
    pub(super) fn addresses(&self, node: &NodeId) -> Vec<Multiaddr> {
        let mut addresses = self.configured.get(node).cloned().unwrap_or_default();
        let told = self.records.get(node).map(|record| record.addresses.as_slice()).unwrap_or_default();
        for bytes in told {
            let parsed = Multiaddr::try_from(bytes.clone()).ok().filter(|address| target(address).is_some());
            addresses.extend(parsed.filter(|address| !addresses.contains(address)));
        }
        addresses.truncate(2 * limits::NODE_ADDRESSES);
        addresses
    }

    /// All records.
    pub(super) fn records(&self) -> impl Iterator<Item = &AddressRecord> {
        self.records.values()
    }
}

/// What an address that can be dialled leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    /// An IP address.
    Socket(SocketAddr),
    /// A name that the system's resolver has to look up.
    Name(String, u16),
}

/// Where an address leads; none if it is not of TCP.
pub(super) fn target(address: &Multiaddr) -> Option<Target> {
    let mut parts = address.iter();
    let host = parts.next()?;
    let Some(Protocol::Tcp(port)) = parts.next() else { return None };
    if parts.next().is_some() {
        return None;
    }
    match host {
        Protocol::Ip4(ip) => Some(Target::Socket((ip, port).into())),
        Protocol::Ip6(ip) => Some(Target::Socket((ip, port).into())),
        Protocol::Dns(name) | Protocol::Dns4(name) | Protocol::Dns6(name) => {
            Some(Target::Name(name.into_owned(), port))
        }
        _ => None,
    }
}

/// The address of a socket.
pub(super) fn of_socket(socket: SocketAddr) -> Multiaddr {
    Multiaddr::from(socket.ip()).with(Protocol::Tcp(socket.port()))
}

/// The IP address that an address begins with.
pub(super) fn ip(address: &Multiaddr) -> Option<IpAddr> {
    match address.iter().next()? {
        Protocol::Ip4(ip) => Some(ip.into()),
        Protocol::Ip6(ip) => Some(ip.into()),
        _ => None,
    }
}

/// The node that an address names at its end, and the address without that.
fn split(address: &Multiaddr) -> Option<(NodeId, Multiaddr)> {
    let mut address = address.clone();
    let Some(Protocol::P2p(peer)) = address.pop() else { return None };
    target(&address)?;
    Some((NodeId::from_peer_id(&peer)?, address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::identity::NetworkKey;

    fn record(node: NodeId, sequence: u64, address: &str) -> AddressRecord {
        let addresses = vec![address.parse::<Multiaddr>().unwrap().to_vec()];
        AddressRecord { node, sequence, addresses, signature: [0; 64] }
    }

    #[test]
    fn configured_addresses_come_first_and_newer_records_replace_older_ones() {
        let node = NetworkKey::from_seed([1; 32]).unwrap().id();
        let full = format!("/dns/one.example/tcp/1/p2p/{node}");
        let mut book = Book::new(&[full.parse().unwrap(), "/ip4/1.2.3.4/tcp/5".parse().unwrap()]);
        assert!(book.learn(record(node, 2, "/ip4/1.2.3.4/tcp/2")));
        assert!(!book.learn(record(node, 2, "/ip4/1.2.3.4/tcp/3")));
        assert!(!book.learn(record(node, 1, "/ip4/1.2.3.4/tcp/4")));
        let texts = |book: &Book| book.addresses(&node).iter().map(Multiaddr::to_string).collect::<Vec<_>>();
        assert_eq!(texts(&book), ["/dns/one.example/tcp/1", "/ip4/1.2.3.4/tcp/2"]);
        assert!(book.learn(record(node, 3, "/ip4/1.2.3.4/udp/4/quic-v1")));
        assert_eq!(texts(&book), ["/dns/one.example/tcp/1"]);
        book.retain(|_| false);
        assert_eq!(book.records().count(), 0);
    }
}
