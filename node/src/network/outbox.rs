//! What waits to be sent to one peer on one lane.
//!
//! Anyone may put something in, from any thread, and never waits: when there is no more room, what has waited
//! longest goes. Frames are shared: what is for all peers is in memory once.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use libp2p::bytes::Bytes;
use tokio::sync::Notify;

use crate::lock::lock;

/// Frames on their way to a peer.
#[derive(Debug)]
pub(super) struct Outbox {
    waiting: Mutex<Waiting>,
    ready: Notify,
    dropped: AtomicU64,
    max_frames: usize,
    max_bytes: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    frames: VecDeque<Bytes>,
    bytes: usize,
}

impl Outbox {
    /// Room for so many frames and bytes; a frame larger than that waits alone.
    pub(super) fn new(max_frames: usize, max_bytes: usize) -> Self {
        let (waiting, ready) = (Mutex::default(), Notify::new());
        Outbox { waiting, ready, dropped: AtomicU64::new(0), max_frames, max_bytes }
    }

    /// Puts a frame at the end, and drops from the front what it has no room for.
    pub(super) fn push(&self, frame: Bytes) {
        let mut waiting = lock(&self.waiting);
        while waiting.frames.len() >= self.max_frames || waiting.bytes + frame.len() > self.max_bytes {
            let Some(oldest) = waiting.frames.pop_front() else { break };
            waiting.bytes -= oldest.len();
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
        waiting.bytes += frame.len();
        waiting.frames.push_back(frame);
        drop(waiting);
        self.ready.notify_one();
    }

    /// The frame that has waited longest, if there is one.
    pub(super) fn pop(&self) -> Option<Bytes> {
        let mut waiting = lock(&self.waiting);
        let frame = waiting.frames.pop_front()?;
        waiting.bytes -= frame.len();
        Some(frame)
    }

    /// Waits for a frame. For one caller at a time.
    pub(super) async fn next(&self) -> Bytes {
        loop {
            if let Some(frame) = self.pop() {
                return frame;
            }
            self.ready.notified().await;
        }
    }

    /// How many frames were dropped.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_latest_frames_that_fit_are_kept_in_order(sizes in prop::collection::vec(0usize..40, 0..60)) {
            let outbox = Outbox::new(8, 100);
            let frames: Vec<Bytes> =
                sizes.iter().enumerate().map(|(i, size)| vec![i as u8; *size].into()).collect();
            frames.iter().for_each(|frame| outbox.push(frame.clone()));
            let kept: Vec<Bytes> = std::iter::from_fn(|| outbox.pop()).collect();
            prop_assert!(frames.ends_with(&kept));
            prop_assert_eq!(outbox.dropped() as usize, frames.len() - kept.len());
            let bytes: usize = kept.iter().map(Bytes::len).sum();
            prop_assert!(kept.len() <= 8 && bytes <= 100);
            // No more was dropped than had to be, to a frame: the last one that went had no room.
            if let Some(last) = frames.len().checked_sub(kept.len() + 1) {
                prop_assert!(kept.len() == 8 || bytes + frames[last].len() > 100);
            }
        }
    }

    #[test]
    fn a_frame_larger_than_all_room_waits_alone() {
        let outbox = Outbox::new(8, 100);
        outbox.push(vec![1; 10].into());
        outbox.push(vec![2; 500].into());
        assert_eq!(outbox.pop().unwrap().len(), 500);
        assert_eq!(outbox.pop(), None);
    }
}
