//! A node without rules: it proves a key, opens what streams it likes, and writes whatever a test says.

use std::convert::Infallible;
use std::task::{Context, Poll};

use codec::Encode;
use libp2p::core::Endpoint;
use libp2p::core::transport::PortUse;
use libp2p::futures::io::{ReadHalf, WriteHalf};
use libp2p::futures::{AsyncReadExt, AsyncWriteExt, StreamExt};
use libp2p::swarm::dial_opts::DialOpts;
use libp2p::swarm::{
    ConnectionDenied, ConnectionId, FromSwarm, NetworkBehaviour, Swarm, SwarmEvent, THandlerInEvent, ToSwarm,
};
use libp2p::{Multiaddr, PeerId, Stream, swarm};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use super::{CHAIN, PATIENCE, config, key, listed};
use crate::network::frame;
use crate::network::lanes::{Lanes, Streams};
use crate::network::swarm::transport;
use crate::network::wire::{self, AddressRecord, Control, Goodbye, Hello, Lane, VERSION};

/// Takes any connection, and opens the lanes on those that it dialled.
struct Open(Option<Streams>);

impl NetworkBehaviour for Open {
    type ConnectionHandler = Lanes;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<Lanes, ConnectionDenied> {
        Ok(Lanes::new(false).0)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        _: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<Lanes, ConnectionDenied> {
        let (lanes, streams) = Lanes::new(true);
        self.0 = Some(streams);
        Ok(lanes)
    }

    fn on_swarm_event(&mut self, _: FromSwarm<'_>) {}

    fn on_connection_handler_event(&mut self, _: PeerId, _: ConnectionId, event: Infallible) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Infallible, THandlerInEvent<Self>>> {
        Poll::Pending
    }
}

/// A connection of a node without rules.
pub(super) struct Stranger {
    writers: Vec<WriteHalf<Stream>>,
    pub(super) readers: Vec<ReadHalf<Stream>>,
    /// Runs its connection until it is closed.
    pub(super) closed: JoinHandle<()>,
}

impl Stranger {
    /// Connects as the node of this number and opens all lanes, if the other lets it.
    pub(super) async fn connect(number: u8, address: &Multiaddr) -> Option<Self> {
        let keypair = key(number).keypair();
        let id = keypair.public().to_peer_id();
        let config = swarm::Config::with_tokio_executor();
        let mut swarm = Swarm::new(transport(&keypair).unwrap(), Open(None), id, config);
        swarm.dial(DialOpts::unknown_peer_id().address(address.clone()).allocate_new_port().build()).unwrap();
        let mut streams = loop {
            match swarm.select_next_some().await {
                SwarmEvent::ConnectionEstablished { .. } => break swarm.behaviour_mut().0.take().unwrap(),
                SwarmEvent::OutgoingConnectionError { .. } => return None,
                _ => {}
            }
        };
        let closed = tokio::spawn(async move {
            while !matches!(swarm.select_next_some().await, SwarmEvent::ConnectionClosed { .. }) {}
        });
        let mut lanes = Vec::new();
        for _ in Lane::ALL {
            lanes.push(timeout(PATIENCE, streams.recv()).await.unwrap()?);
        }
        lanes.sort_by_key(|(lane, _)| *lane as usize);
        let (readers, writers) = lanes.into_iter().map(|(_, stream)| stream.split()).unzip();
        // The handler lives as long as the connection; streams that come later are of no interest.
        tokio::spawn(async move { while streams.recv().await.is_some() {} });
        Some(Stranger { writers, readers, closed })
    }

    /// Connects as the validator of this number and is welcome.
    pub(super) async fn welcome(number: u8, address: &Multiaddr) -> Self {
        let mut stranger = Stranger::connect(number, address).await.unwrap();
        assert_eq!(stranger.greet(&hello(number)).await, Some(Control::Welcome));
        stranger.say(Lane::Control, &Control::Welcome).await;
        stranger
    }

    /// Says a hello and hears the verdict.
    pub(super) async fn greet(&mut self, hello: &Hello) -> Option<Control> {
        self.say(Lane::Control, hello).await;
        let _their_hello = self.hear(Lane::Control).await?;
        let verdict = self.hear(Lane::Control).await?;
        Some(wire::decode(&verdict).unwrap())
    }

    /// Writes a frame. Whether anybody reads it is another matter.
    pub(super) async fn say(&mut self, lane: Lane, content: &impl Encode) -> bool {
        self.write(lane, &frame::seal(content)).await
    }

    /// Writes bytes.
    pub(super) async fn write(&mut self, lane: Lane, bytes: &[u8]) -> bool {
        let writer = &mut self.writers[lane as usize];
        writer.write_all(bytes).await.is_ok() && writer.flush().await.is_ok()
    }

    /// Reads a frame; none if the stream has ended.
    pub(super) async fn hear(&mut self, lane: Lane) -> Option<Vec<u8>> {
        let reader = &mut self.readers[lane as usize];
        timeout(PATIENCE, frame::read(reader, 64 * 1024 * 1024, PATIENCE)).await.unwrap().ok()
    }

    /// Reads the control lane until the other says why the connection ends; none if it just ends.
    pub(super) async fn farewell(&mut self) -> Option<Goodbye> {
        while let Some(frame) = self.hear(Lane::Control).await {
            if let Control::Goodbye(why) = wire::decode(&frame).unwrap() {
                return Some(why);
            }
        }
        None
    }

    /// Waits until the other has closed the connection.
    pub(super) async fn closed(self) {
        timeout(PATIENCE, self.closed).await.unwrap().unwrap();
    }
}

/// What the node of this number says if it is honest.
pub(super) fn hello(number: u8) -> Hello {
    let config = config(number, listed([number]));
    let mut record =
        AddressRecord { node: config.key.id(), sequence: 1, addresses: Vec::new(), signature: [0; 64] };
    record.signature = config.key.sign(&record.digest(&CHAIN));
    Hello { version: VERSION, chain: CHAIN, agent: "stranger".into(), binding: config.binding, record }
}
