//! Opens and accepts the streams of a connection, one for each lane, and hands them to the task that talks.
//!
//! The node that dialled opens them. Invariant: nothing is read or written here; whoever has the other end of
//! the channel decides what a stream is good for, and the connection lives until it is closed from there.

use std::array;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use libp2p::Stream;
use libp2p::StreamProtocol;
use libp2p::core::upgrade::{InboundUpgrade, ReadyUpgrade, UpgradeInfo};
use libp2p::swarm::handler::{
    ConnectionEvent, ConnectionHandlerEvent, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{ConnectionHandler, SubstreamProtocol};
use tokio::sync::mpsc;

use super::wire::Lane;
use crate::limits;

/// The streams of one connection as they are agreed on.
pub(super) type Streams = mpsc::Receiver<(Lane, Stream)>;

/// One connection's handler.
#[derive(Debug)]
pub(super) struct Lanes {
    to_open: VecDeque<Lane>,
    /// None when a stream could not be opened: the other side then sees the channel end.
    streams: Option<mpsc::Sender<(Lane, Stream)>>,
}

impl Lanes {
    /// For a connection that this node dialled, or not.
    pub(super) fn new(dialled: bool) -> (Self, Streams) {
        let (sender, streams) = mpsc::channel(limits::STREAMS);
        let to_open = if dialled { Lane::ALL.into() } else { VecDeque::new() };
        (Lanes { to_open, streams: Some(sender) }, streams)
    }

    fn hand_over(&mut self, lane: Lane, stream: Stream) {
        if let Some(streams) = &self.streams {
            // A stream that nobody takes is reset as it is dropped.
            let _ = streams.try_send((lane, stream));
        }
    }
}

impl ConnectionHandler for Lanes {
    type FromBehaviour = Infallible;
    type ToBehaviour = Infallible;
    type InboundProtocol = AnyLane;
    type OutboundProtocol = ReadyUpgrade<StreamProtocol>;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = Lane;

    fn listen_protocol(&self) -> SubstreamProtocol<AnyLane> {
        SubstreamProtocol::new(AnyLane, ())
    }

    fn connection_keep_alive(&self) -> bool {
        true
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<ReadyUpgrade<StreamProtocol>, Lane, Infallible>> {
        let Some(lane) = self.to_open.pop_front() else { return Poll::Pending };
        let upgrade = ReadyUpgrade::new(StreamProtocol::new(lane.protocol()));
        let protocol = SubstreamProtocol::new(upgrade, lane);
        Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest { protocol })
    }

    fn on_behaviour_event(&mut self, event: Infallible) {
        match event {}
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, AnyLane, ReadyUpgrade<StreamProtocol>, (), Lane>,
    ) {
        match event {
            ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
                protocol: (lane, stream),
                ..
            }) => self.hand_over(lane, stream),
            ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
                protocol: stream,
                info: lane,
            }) => self.hand_over(lane, stream),
            ConnectionEvent::DialUpgradeError(failed) => {
                tracing::debug!(lane = ?failed.info, error = ?failed.error, "a lane can't be opened");
                self.streams = None;
            }
            _ => {}
        }
    }
}

/// Accepts a stream of any lane.
#[derive(Clone, Copy, Debug)]
pub(super) struct AnyLane;

impl AsRef<str> for Lane {
    fn as_ref(&self) -> &str {
        self.protocol()
    }
}

impl UpgradeInfo for AnyLane {
    type Info = Lane;
    type InfoIter = array::IntoIter<Lane, 5>;

    fn protocol_info(&self) -> Self::InfoIter {
        Lane::ALL.into_iter()
    }
}

impl InboundUpgrade<Stream> for AnyLane {
    type Output = (Lane, Stream);
    type Error = Infallible;
    type Future = Ready<Result<(Lane, Stream), Infallible>>;

    fn upgrade_inbound(self, stream: Stream, lane: Lane) -> Self::Future {
        ready(Ok((lane, stream)))
    }
}
