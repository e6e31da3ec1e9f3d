//! What comes in on one lane of one connection: within the lane's limit, at the peer's rate, as there is room.

use std::future::pending;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use codec::Decode;
use libp2p::Stream;
use libp2p::futures::io::ReadHalf;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::sleep;

use super::Ended;
use crate::limits;
use crate::network::frame::{self, FrameError, LENGTH_BYTES};
use crate::network::link::Link;
use crate::network::pace::Pace;
use crate::network::roster::Misdeed;
use crate::network::shared::Shared;
use crate::network::wire;

/// The reading half of a lane.
pub(super) struct Inlet {
    pub(super) shared: Arc<Shared>,
    pub(super) link: Arc<Link>,
    stream: ReadHalf<Stream>,
    limit: usize,
}

/// A frame that came. While it is held, so is its share of the room for all peers.
pub(super) struct Incoming {
    pub(super) bytes: Vec<u8>,
    room: Option<OwnedSemaphorePermit>,
}

/// Something that was decoded from a frame, and its share of the room.
pub(super) struct Decoded<T> {
    pub(super) value: T,
    _room: Option<OwnedSemaphorePermit>,
}

impl Inlet {
    pub(super) fn new(shared: Arc<Shared>, link: Arc<Link>, stream: ReadHalf<Stream>, limit: usize) -> Self {
        Inlet { shared, link, stream, limit }
    }

    /// Waits for a frame, and for room for it if it is a large one.
    pub(super) async fn next(&mut self) -> Result<Incoming, Ended> {
        let length = frame::length(&mut self.stream, self.limit).await;
        let length = match length {
            Ok(length) => length,
            Err(error) => return Err(self.fault(error).await),
        };
        let room = self.room(length).await?;
        let within = self.shared.config.timing.frame_timeout;
        let bytes = frame::content(&mut self.stream, length, within).await;
        let bytes = match bytes {
            Ok(bytes) => bytes,
            Err(error) => return Err(self.fault(error).await),
        };
        self.link.received.fetch_add((length + LENGTH_BYTES) as u64, Ordering::Relaxed);
        Ok(Incoming { bytes, room })
    }

    async fn room(&self, length: usize) -> Result<Option<OwnedSemaphorePermit>, Ended> {
        if length <= limits::LARGE_FRAME_BYTES {
            return Ok(None);
        }
        let places = u32::try_from(length.min(limits::INCOMING_BYTES)).unwrap_or(u32::MAX);
        let room = self.shared.incoming.clone().acquire_many_owned(places).await;
        room.map(Some).map_err(|_| Ended::Gone)
    }

    /// The stream is of no more use; if that is the peer's doing, it costs it.
    async fn fault(&self, error: FrameError) -> Ended {
        match error {
            FrameError::Oversized(_) => self.charge(Misdeed::Oversized).await,
            FrameError::Stalled => self.charge(Misdeed::Stalled).await,
            FrameError::Stream(_) => {}
        }
        error.into()
    }

    /// What a frame says; none if it says nothing, which costs the peer.
    pub(super) async fn decode<T: Decode + Send + 'static>(
        &self,
        frame: Incoming,
    ) -> Result<Option<Decoded<T>>, Ended> {
        let Incoming { bytes, room } = frame;
        let decoded = if bytes.len() <= limits::LARGE_FRAME_BYTES {
            wire::decode(&bytes).ok()
        } else {
            let _thread = self.shared.decoding.acquire().await.map_err(|_| Ended::Gone)?;
            let decoded = tokio::task::spawn_blocking(move || wire::decode(&bytes).ok()).await;
            decoded.map_err(|_| Ended::Gone)?
        };
        if decoded.is_none() {
            self.charge(Misdeed::Malformed).await;
        }
        Ok(decoded.map(|value| Decoded { value, _room: room }))
    }

    /// Something costs the peer. If it is refused from now on, this does not return: nothing more is read,
    /// and all tasks of the connection end when the farewell is written.
    pub(super) async fn charge(&self, misdeed: Misdeed) {
        if self.shared.charge(&self.link, misdeed) {
            pending::<()>().await;
        }
    }

    /// Counts what came; if it is too much, the lane is not read for a while, which costs the peer.
    pub(super) async fn pace(&self, pace: &mut Pace, units: u64) {
        let wait = pace.take(units, Instant::now());
        if !wait.is_zero() {
            self.charge(Misdeed::Flood).await;
            sleep(wait.max(limits::FLOOD_PAUSE)).await;
        }
    }

    /// The same, without costing anything.
    pub(super) async fn brake(&self, pace: &mut Pace, units: u64) {
        let wait = pace.take(units, Instant::now());
        if !wait.is_zero() {
            sleep(wait.max(limits::FLOOD_PAUSE)).await;
        }
    }
}
