//! Where a testnet's nodes find each other: at their own addresses, or through links that can be cut.

use std::net::SocketAddr;

use libp2p::Multiaddr;
use libp2p::multiaddr::Protocol;

use super::links::Links;
use super::{NodePlace, TestnetError};
use crate::home::{HomeError, KeyKind, NodeHome};
use crate::network::NodeId;

/// What nodes say of where they are if they are to be found through links alone. Nodes tell each other where they
/// listen, and would dial that too; this is no address of TCP, so nobody dials it.
const NOWHERE: &str = "/ip4/127.0.0.1/udp/9";

/// Has the nodes dial each other where they listen.
///
/// # Errors
/// If a node's settings can't be read or written.
pub(super) fn directly(places: &[NodePlace]) -> Result<(), TestnetError> {
    let listening = listening(places)?;
    write(places, &[], |_, to| listening[to])
}

/// Has the nodes dial each other through links, which are started.
///
/// # Errors
/// If a node's settings can't be read or written, or the system refuses ports.
pub(super) fn through_links(places: &[NodePlace]) -> Result<Links, TestnetError> {
    let links =
        Links::start(&listening(places)?).map_err(TestnetError::system("can't make links between nodes"))?;
    write(places, &[NOWHERE.to_owned()], |from, to| links.address(from, to))?;
    Ok(links)
}

/// Where each node listens.
fn listening(places: &[NodePlace]) -> Result<Vec<SocketAddr>, TestnetError> {
    let address = |place: &NodePlace| {
        let config = NodeHome::open(&place.home)?.config()?;
        let first = config.listen.first().and_then(|address| socket(address));
        first.ok_or_else(|| TestnetError::NotATestnet(place.home.clone()))
    };
    places.iter().map(address).collect()
}

/// The socket of an address such as `/ip4/127.0.0.1/tcp/30333`.
fn socket(address: &str) -> Option<SocketAddr> {
    let address: Multiaddr = address.parse().ok()?;
    let mut parts = address.iter();
    match (parts.next()?, parts.next()?) {
        (Protocol::Ip4(ip), Protocol::Tcp(port)) => Some((ip, port).into()),
        _ => None,
    }
}

/// Writes into each node's settings where it dials the others, if they say anything else.
fn write(
    places: &[NodePlace],
    announce: &[String],
    address: impl Fn(usize, usize) -> SocketAddr,
) -> Result<(), TestnetError> {
    let homes = places.iter().map(|place| NodeHome::open(&place.home)).collect::<Result<Vec<_>, _>>()?;
    let mut nodes = Vec::new();
    for home in &homes {
        let key = home.public(KeyKind::Network)?;
        nodes.push(NodeId(key.ok_or_else(|| TestnetError::NotATestnet(home.path().to_path_buf()))?));
    }
    for (from, home) in homes.iter().enumerate() {
        let others = (0..nodes.len()).filter(|to| *to != from);
        let peer = |to: usize| {
            format!("/ip4/{}/tcp/{}/p2p/{}", address(from, to).ip(), address(from, to).port(), nodes[to])
        };
        let mut config = home.config()?;
        let before = config.clone();
        (config.peers, config.announce) = (others.map(peer).collect(), announce.to_vec());
        if config != before {
            config.write(&home.config_file()).map_err(HomeError::from)?;
        }
    }
    Ok(())
}
