//! `node_*`: what this node is doing, who is connected to it, and how much it logs.

use jsonrpsee::types::Params;
use serde_json::{Value, json};

use super::{Answer, Arguments, RpcFailure, Service, json};
use crate::consensus::{Ballot, Seat};
use crate::logging;
use crate::network::PeerState;

/// Consensus at this node: height, round, and who has voted for what.
pub(super) async fn consensus(service: &Service) -> Answer {
    let view = service.watched.inbox.view().await.ok_or_else(RpcFailure::busy)?;
    let seats: Vec<Value> = view.seats.iter().map(seat).collect();
    Ok(json!({
        "height": view.height,
        "round": view.round,
        "idle": view.idle,
        "proposer": json::address(&view.proposer),
        "votes": view.votes,
        "validators": seats,
    }))
}

fn seat(seat: &Seat) -> Value {
    let ballot = |ballot: &Option<Ballot>| match ballot {
        None => Value::Null,
        Some(Ballot::Nil) => Value::from("nil"),
        Some(Ballot::For(block)) => Value::from(json::hex(block)),
    };
    json!({
        "address": json::address(&seat.validator),
        "power": seat.power,
        "prevote": ballot(&seat.prevote),
        "precommit": ballot(&seat.precommit),
    })
}

/// Has as much logged as a filter asks for; answers it and the one before.
pub(super) fn set_log_level(params: &Params<'_>) -> Answer {
    let arguments = Arguments::parse(params, &["filter"])?;
    let filter = arguments.text("filter")?;
    let before = logging::replace_filter(filter);
    let before = before.map_err(|error| RpcFailure::parameters(error.to_string(), error.hint()))?;
    Ok(json!({ "filter": filter, "before": before }))
}

/// The connected nodes.
pub(super) fn peers(service: &Service) -> Value {
    let peers: Vec<Value> = service.watched.network.peers().iter().map(peer).collect();
    json!({ "peers": peers })
}

fn peer(peer: &PeerState) -> Value {
    json!({
        "number": peer.peer.0,
        "node": peer.node.to_string(),
        "validator": peer.validator.map(|key| json::address(&key)),
        "address": peer.address.to_string(),
        "agent": peer.agent,
        "dialled": peer.dialled,
        "connected_s": peer.connected.as_secs(),
        "score": peer.score,
        "received_bytes": peer.received,
        "sent_bytes": peer.sent,
        "dropped_frames": peer.dropped,
        "round_trip_us": peer.round_trip.map(|trip| u64::try_from(trip.as_micros()).unwrap_or(u64::MAX)),
    })
}
