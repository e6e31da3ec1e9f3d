//! Ports and peers: who holds the ports that the node needs, and whether its peers can be reached.

use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::Patient;
use super::running::State;
use crate::checks::Check;
use crate::home::KeyKind;
use crate::network::NodeId;

/// How long a peer has to take a connection.
const DIAL: Duration = Duration::from_secs(3);
/// The most peers that are tried: the node needs few to find the others.
const MOST_PEERS: usize = 16;

/// Whether the ports that the node needs are free, or it holds them itself.
pub(super) fn ports(patient: &Patient, answers: bool, checks: &mut Vec<Check>) {
    // Where the system does not tell who has the data folder, an answer for this chain has to do.
    let runs = patient.process.is_some() || (answers && patient.data.is_some());
    if let Some(rpc) = patient.rpc {
        checks.push(port("port of requests", rpc, runs && answers, "`rpc` in node.toml"));
    }
    for listen in patient.config.iter().flat_map(|config| &config.listen) {
        let name = "port for nodes";
        checks.push(match place(listen) {
            Some(Place { host: Host::Ip(ip), port: number }) => {
                port(name, SocketAddr::new(ip, number), patient.process.is_some(), "`listen` in node.toml")
            }
            _ => Check::error(name, format!("`{listen}` is not an address such as /ip4/0.0.0.0/tcp/30333"))
                .advice("correct `listen` in node.toml"),
        });
    }
}

fn port(name: &str, address: SocketAddr, own: bool, setting: &str) -> Check {
    if address.port() == 0 {
        return Check::ok(name, "whichever is free");
    }
    match TcpListener::bind(address) {
        Ok(_) if own => Check::warning(name, format!("{address} is free, though the node runs"))
            .advice("was it started with other settings?"),
        Ok(_) => Check::ok(name, format!("{address} is free")),
        Err(error) if error.kind() == std::io::ErrorKind::AddrInUse && own => {
            Check::ok(name, format!("{address} is held by the running node"))
        }
        Err(error) => Check::error(name, format!("{address} can't be listened on: {error}"))
            .advice(format!("see who holds it (`ss -ltnp`), or choose another ({setting})")),
    }
}

/// Whether peers can be reached.
pub(super) fn peers(patient: &Patient, state: Option<&State>, checks: &mut Vec<Check>) {
    let Some(config) = &patient.config else { return };
    let validators = patient.genesis.as_ref().map_or(0, |genesis| genesis.validators().len());
    if let Some(state) = state {
        checks.push(match state.status.peers {
            0 if state.status.validators.len() > 1 => Check::error("peers", "no node is connected")
                .advice("do others run, and can they be reached? See `peers` and `announce` in node.toml"),
            peers => Check::ok("peers", format!("{peers} nodes are connected")),
        });
    } else if config.peers.is_empty() && validators > 1 {
        checks.push(
            Check::warning("peers", "node.toml names none")
                .advice("name some in `peers`, or the node waits until others dial it"),
        );
    }
    // The members' list of addresses has the node's own among them.
    let own = patient.home.public(KeyKind::Network).ok().flatten().map(|peer| NodeId(peer).to_string());
    let others = config.peers.iter().filter(|peer| !own.as_ref().is_some_and(|own| peer.ends_with(own)));
    let tried: Vec<_> = others.take(MOST_PEERS).map(|peer| (peer, dial(peer))).collect();
    let none = !tried.is_empty() && tried.iter().all(|(_, outcome)| outcome.is_err());
    checks.extend(tried.into_iter().map(|(peer, outcome)| match outcome {
        Ok(address) => Check::ok("peer", format!("{address} takes connections ({peer})")),
        Err(why) if none => Check::error("peer", format!("{peer}: {why}")).advice(
            "no peer can be reached: is this machine on the network, is a firewall between, do others run?",
        ),
        Err(why) => {
            Check::warning("peer", format!("{peer}: {why}")).advice("others can, so the node will do")
        }
    }));
}

/// Opens a connection, and closes it.
fn dial(peer: &str) -> Result<SocketAddr, String> {
    let place =
        place(peer).ok_or("is not an address such as /dns4/node.bank.example/tcp/30333/p2p/12D3KooW…")?;
    let addresses: Vec<SocketAddr> = match &place.host {
        Host::Ip(ip) => vec![SocketAddr::new(*ip, place.port)],
        Host::Name(name) => {
            let found = (name.as_str(), place.port).to_socket_addrs();
            found.map_err(|error| format!("the name is not known: {error}"))?.collect()
        }
    };
    let mut why = "the name has no address".to_owned();
    for address in addresses {
        match TcpStream::connect_timeout(&address, DIAL) {
            Ok(_) => return Ok(address),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// A host and a port.
struct Place {
    host: Host,
    port: u16,
}

enum Host {
    Ip(IpAddr),
    Name(String),
}

/// The host and port that an address begins with: `/ip4/10.0.0.2/tcp/30333/…`.
fn place(address: &str) -> Option<Place> {
    let mut parts = address.strip_prefix('/')?.split('/');
    let (kind, host) = (parts.next()?, parts.next()?);
    let host = match kind {
        "ip4" | "ip6" => Host::Ip(host.parse().ok()?),
        "dns" | "dns4" | "dns6" => Host::Name(host.to_owned()),
        _ => return None,
    };
    if parts.next()? != "tcp" {
        return None;
    }
    Some(Place { host, port: parts.next()?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_begins_with_a_host_and_a_port() {
        let text = |address| match place(address) {
            Some(Place { host: Host::Ip(ip), port }) => format!("{ip} {port}"),
            Some(Place { host: Host::Name(name), port }) => format!("{name} {port}"),
            None => "none".into(),
        };
        assert_eq!(text("/ip4/10.0.0.2/tcp/30333/p2p/12D3KooW"), "10.0.0.2 30333");
        assert_eq!(text("/ip6/::1/tcp/1"), "::1 1");
        assert_eq!(text("/dns4/node.bank.example/tcp/30333"), "node.bank.example 30333");
        for bad in ["10.0.0.2:30333", "/ip4/10.0.0/tcp/1", "/ip4/10.0.0.2/udp/1", "/ip4/10.0.0.2/tcp/x", "/"]
        {
            assert_eq!(text(bad), "none", "{bad}");
        }
    }
}
