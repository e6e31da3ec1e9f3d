//! The way to the reactor: what it has to deal with, in the order in which it came.
//!
//! Invariant: what the network brings takes a bounded number of places and bytes here; what has no room is
//! dropped, as the network might have done: whoever sent it sends it again, or is asked again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};

use codec::Encode;
use tokio::sync::oneshot;

use super::Answer;
use crate::consensus::{Input, View};
use crate::limits;

/// What the reactor has to deal with.
pub(crate) enum Event {
    /// Something of the network's.
    Input(Input),
    /// The producer has done what it was ordered to.
    Answer(Answer),
    /// Somebody wants to know what consensus is doing.
    Asked(oneshot::Sender<View>),
    /// Transactions have come, or the chain is to stop.
    Woken,
    /// The producer's thread has ended.
    WorkerEnded,
}

/// Brings events to the reactor.
#[derive(Clone)]
pub(crate) struct Inbox {
    events: Sender<Event>,
    room: Arc<Room>,
}

#[derive(Default)]
struct Room {
    inputs: AtomicUsize,
    bytes: AtomicUsize,
    /// Whether the reactor will hear that it was woken.
    woken: AtomicBool,
}

impl Inbox {
    /// A way, and its end.
    pub(crate) fn new() -> (Self, Receiver<Event>) {
        let (events, ends) = channel();
        (Inbox { events, room: Arc::default() }, ends)
    }

    /// Brings what the network has, if there is room; answers whether there was.
    pub(crate) fn offer(&self, input: Input) -> bool {
        let bytes = size(&input);
        let (inputs, taken) = (&self.room.inputs, &self.room.bytes);
        let full = inputs.load(Ordering::Relaxed) >= limits::INBOX_INPUTS
            || taken.load(Ordering::Relaxed) + bytes > limits::INBOX_BYTES;
        // Who comes and goes is never left out: numbers of connections are not used again.
        if full && !matches!(input, Input::Connected { .. } | Input::Disconnected(_)) {
            return false;
        }
        inputs.fetch_add(1, Ordering::Relaxed);
        taken.fetch_add(bytes, Ordering::Relaxed);
        self.events.send(Event::Input(input)).is_ok()
    }

    /// Tells that the reactor has taken an input.
    pub(super) fn taken(&self, input: &Input) {
        self.room.inputs.fetch_sub(1, Ordering::Relaxed);
        self.room.bytes.fetch_sub(size(input), Ordering::Relaxed);
    }

    /// What consensus is doing; none if it has ended.
    pub(crate) async fn view(&self) -> Option<View> {
        let (asked, answer) = oneshot::channel();
        self.events.send(Event::Asked(asked)).ok()?;
        answer.await.ok()
    }

    /// Brings the producer's answer.
    pub(super) fn answer(&self, answer: Answer) {
        // Without a reactor nobody waits for it.
        let _ = self.events.send(Event::Answer(answer));
    }

    /// Tells that the producer's thread has ended.
    pub(super) fn worker_ended(&self) {
        let _ = self.events.send(Event::WorkerEnded);
    }

    /// Wakes the reactor; once is enough until it has heard.
    pub(crate) fn wake(&self) {
        if !self.room.woken.swap(true, Ordering::SeqCst) {
            let _ = self.events.send(Event::Woken);
        }
    }

    /// Tells that the reactor has heard.
    pub(super) fn heard(&self) {
        self.room.woken.store(false, Ordering::SeqCst);
    }
}

/// What an input takes of the room for bytes. Everything but blocks is small.
fn size(input: &Input) -> usize {
    match input {
        Input::Block { block, .. } => block.encoded_size(),
        Input::Blocks { blocks, .. } => blocks.iter().map(|decided| decided.block.encoded_size()).sum(),
        _ => 0,
    }
}
