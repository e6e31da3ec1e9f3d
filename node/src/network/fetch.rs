//! Getting a block by its id: peers are asked one after the other until one has it.
//!
//! Invariant: each block is fetched once at a time, and asked of one peer at a time, until it has come from
//! anywhere or is given up.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use sillok_abi::Hash;
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::shared::Shared;
use crate::limits;
use crate::lock::lock;

/// The blocks that are being fetched, oldest first.
#[derive(Debug, Default)]
pub(super) struct Fetches(Mutex<VecDeque<(Hash, AbortHandle)>>);

impl Fetches {
    /// Begins to fetch a block, unless it is being fetched. The oldest is given up if there are too many.
    pub(super) fn begin(shared: &Arc<Shared>, block: Hash) {
        let mut fetches = lock(&shared.fetches.0);
        if fetches.iter().any(|(id, _)| *id == block) {
            return;
        }
        if fetches.len() >= limits::FETCHES
            && let Some((_, oldest)) = fetches.pop_front()
        {
            oldest.abort();
        }
        let task = shared.runtime.spawn(fetch(shared.clone(), block));
        fetches.push_back((block, task.abort_handle()));
    }

    /// It is no longer wanted, or has come.
    pub(super) fn end(&self, block: &Hash) {
        let mut fetches = lock(&self.0);
        if let Some(place) = fetches.iter().position(|(id, _)| id == block)
            && let Some((_, task)) = fetches.remove(place)
        {
            task.abort();
        }
    }

    /// None is wanted any more.
    pub(super) fn end_all(&self) {
        lock(&self.0).drain(..).for_each(|(_, task)| task.abort());
    }
}

/// Asks until it is aborted.
async fn fetch(shared: Arc<Shared>, block: Hash) {
    loop {
        let mut links = shared.links();
        // Blocks begin with different peers, so that not all are asked of the first.
        let first = usize::from(block[0]) % links.len().max(1);
        links.rotate_left(first);
        for link in links {
            let answered = timeout(shared.config.timing.fetch_timeout, link.want(block)).await;
            tracing::debug!(block = %hex::encode(block), peer = link.peer.0, ?answered, "asked for a block");
        }
        sleep(limits::FETCH_PAUSE).await;
    }
}
