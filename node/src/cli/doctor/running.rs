//! The node itself, if it answers: its chain, whether it is a member, how far it is.

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::time::Duration;

use sillok_abi::Account;
use sillok_abi::native::GOVERNANCE;
use sillok_client::rpc::{Client, Status, to_hex};
use sillok_client::transaction::now;
use tokio::time::timeout;

use super::Patient;
use crate::checks::Check;
use crate::cli::genesis::own_keys;
use crate::home::KeyKind;
use crate::network::NodeId;

/// How long the node has to answer; whoever else is on its port may never.
const ANSWER: Duration = Duration::from_secs(5);
/// What a node is found under in the governance module's state, with its network key behind it.
const PEER_RECORD: &[u8] = b"peer";

/// What the node says of itself.
pub(super) struct State {
    /// Where its chain is.
    pub(super) status: Status,
    /// How far its clock was from the last block's time when that came from another.
    pub(super) clock_offset: Option<ClockOffset>,
}

/// How far a clock is from another.
#[derive(Clone, Copy, Debug)]
pub(super) struct ClockOffset {
    /// Whether it is behind.
    pub(super) behind: bool,
    /// By how much it differs.
    pub(super) by: Duration,
}

/// Where requests can be sent to, of what a node listens on.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        ip if !ip.is_unspecified() => ip,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, address.port())
}

/// Asks the node. None if it does not answer, or is another chain's.
pub(super) async fn look(patient: &Patient, checks: &mut Vec<Check>) -> Option<State> {
    let Some((client, status)) = ask(patient).await else {
        checks.push(silent(patient));
        entered(patient, checks);
        return None;
    };
    let expected = patient.genesis.as_ref().map(|genesis| to_hex(genesis.hash()));
    if expected.as_ref().is_some_and(|expected| *expected != status.chain_id) {
        let text = format!(
            "who answers at {} is of the chain {}, id {}",
            client.url(),
            status.name,
            status.chain_id
        );
        checks
            .push(Check::error("node", text).advice("is another node on this port? See `rpc` in node.toml"));
        return None;
    }
    checks.push(Check::ok("node", format!("answers at {}, height {}", client.url(), status.height)));
    member(patient, &client, &status, checks).await;
    progress(&client, &status, checks);
    Some(State { clock_offset: clock_offset(&client, patient.reach.token.as_deref()), status })
}

async fn ask(patient: &Patient) -> Option<(Client, Status)> {
    let address = patient.rpc.filter(|address| address.port() != 0)?;
    let client = Client::with(&format!("http://{address}"), &patient.reach).ok()?;
    let status = timeout(ANSWER, client.chain_status()).await.ok()?.ok()?;
    Some((client, status))
}

/// The node does not answer.
fn silent(patient: &Patient) -> Check {
    let at = patient.rpc.map_or("an unknown address".into(), |address| address.to_string());
    match patient.process {
        Some(process) => {
            Check::error("node", format!("runs as process {process}, and does not answer at {at}"))
                .advice("see its log; if it was started with --rpc, give that to doctor too")
        }
        None => Check::ok("node", "does not run"),
    }
}

/// Whether the node's keys are in the genesis; those that were voted in later are not.
fn entered(patient: &Patient, checks: &mut Vec<Check>) {
    // A key that can't be read has a check of its own.
    let public = |kind| patient.home.public(kind);
    let (Some(genesis), Ok(Some(peer)), Ok(key)) =
        (&patient.genesis, public(KeyKind::Network), public(KeyKind::Validator))
    else {
        return;
    };
    if genesis.nodes.iter().any(|node| node.peer == peer) {
        checks.push(own_keys(genesis, peer, key));
    } else {
        checks.push(Check::ok(
            "own keys",
            "are not in the genesis: they have to be voted in, if they are not yet",
        ));
    }
}

/// Whether the chain knows the node's keys.
async fn member(patient: &Patient, client: &Client, status: &Status, checks: &mut Vec<Check>) {
    let public = |kind| patient.home.public(kind).ok().flatten();
    let Some(peer) = public(KeyKind::Network) else { return };
    let record = client.state_storage(&GOVERNANCE, &[PEER_RECORD, &peer].concat(), None).await;
    let name = "member";
    checks.push(match record {
        Ok(answer) if answer.value.is_some() => {
            Check::ok(name, format!("{} is on the chain's list of nodes", NodeId(peer)))
        }
        Ok(_) => Check::error(
            name,
            format!("{} is not on the chain's list of nodes: nobody connects to it", NodeId(peer)),
        )
        .advice("have it voted in (`sillok gov propose add-node`), or its new id (set-peer)"),
        Err(error) => Check::warning(name, format!("unknown: {error}")),
    });
    let Some(key) = public(KeyKind::Validator) else { return };
    let address = Account::Key(key).to_string();
    let name = "validator";
    checks.push(match status.validators.iter().find(|validator| validator.address == address) {
        Some(validator) => Check::ok(name, format!("{address} votes with power {}", validator.power)),
        None => Check::warning(name, format!("{address} has no vote"))
            .advice("have it voted in (`sillok gov propose promote` or rekey), if it is to have one"),
    });
}

/// Whether the node keeps up.
fn progress(client: &Client, status: &Status, checks: &mut Vec<Check>) {
    let name = "last block";
    let age = now().0.saturating_sub(status.time_ms) / 1_000;
    let block = match status.height {
        0 => "none yet".to_owned(),
        height => format!("{height}, {age} s ago"),
    };
    checks.push(match get(client.url(), "/readyz", None) {
        Some((200, _)) => Check::ok(name, format!("{block}; the node is ready")),
        Some((_, why)) => Check::error(name, format!("{block}; {why}"))
            .advice("`sillok consensus` shows who is missing, `sillok peers` who is connected"),
        None => Check::warning(name, format!("{block}; the node does not say whether it is ready")),
    });
}

/// What the node's metrics say of its clock; nothing if they can't be read, or no other has made a block since it
/// started.
fn clock_offset(client: &Client, token: Option<&str>) -> Option<ClockOffset> {
    let (status, metrics) = get(client.url(), "/metrics", token)?;
    let value = metrics.lines().find_map(|line| line.strip_prefix("sillok_clock_offset_seconds "))?;
    let seconds: f64 = value.trim().parse().ok()?;
    let by = Duration::try_from_secs_f64(seconds.abs()).ok().filter(|_| status == 200)?;
    Some(ClockOffset { behind: seconds.is_sign_negative(), by })
}

/// What a path answers: status and text.
fn get(url: &str, path: &str, token: Option<&str>) -> Option<(u16, String)> {
    let host = url.strip_prefix("http://")?;
    let mut stream = TcpStream::connect_timeout(&host.parse().ok()?, ANSWER).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    let token = token.map(|token| format!("Authorization: Bearer {token}\r\n")).unwrap_or_default();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\n{token}Connection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let status = answer.split(' ').nth(1)?.parse().ok()?;
    let (_, body) = answer.split_once("\r\n\r\n")?;
    Some((status, body.trim().to_owned()))
}
