//! Requests that wait until a transaction is final or dropped.
//!
//! Each is woken by its own transaction only, so that thousands can wait while blocks go by.

use std::collections::BTreeMap;
use std::sync::Mutex;

use sillok_abi::Hash;
use tokio::sync::oneshot;

use crate::limits;
use crate::lock::lock;

#[derive(Default)]
struct Registry {
    by_id: BTreeMap<Hash, Vec<oneshot::Sender<()>>>,
    count: usize,
}

/// Those who wait.
#[derive(Default)]
pub(super) struct Waiters(Mutex<Registry>);

impl Waiters {
    /// Adds one; none if too many wait.
    pub(super) fn wait_for(&self, id: Hash) -> Option<Waiting<'_>> {
        let (wake, woken) = oneshot::channel();
        let mut waiters = lock(&self.0);
        if waiters.count >= limits::WAITERS {
            return None;
        }
        waiters.count += 1;
        waiters.by_id.entry(id).or_default().push(wake);
        Some(Waiting { waiters: self, id, woken })
    }

    /// Wakes those who wait for any of `ids`.
    pub(super) fn wake<'a>(&self, ids: impl Iterator<Item = &'a Hash>) {
        let mut waiters = lock(&self.0);
        for id in ids {
            for wake in waiters.by_id.remove(id).unwrap_or_default() {
                waiters.count -= 1;
                // The other end is gone if the request was given up meanwhile.
                let _ = wake.send(());
            }
        }
    }

    /// Forgets those of `id` whose request was given up.
    fn forget_closed(&self, id: &Hash) {
        let mut waiters = lock(&self.0);
        let Some(waiting) = waiters.by_id.get_mut(id) else { return };
        let before = waiting.len();
        waiting.retain(|wake| !wake.is_closed());
        let (gone, none_left) = (before - waiting.len(), waiting.is_empty());
        waiters.count -= gone;
        if none_left {
            waiters.by_id.remove(id);
        }
    }
}

/// A place among those who wait for a transaction; given up when dropped.
pub(crate) struct Waiting<'a> {
    waiters: &'a Waiters,
    id: Hash,
    woken: oneshot::Receiver<()>,
}

impl Waiting<'_> {
    /// Waits until the transaction is final or dropped. An end without a word means the same: look.
    pub(crate) async fn woken(&mut self) {
        let _ = (&mut self.woken).await;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.woken.close();
        self.waiters.forget_closed(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_woken_by_its_own_transaction() {
        let waiters = Waiters::default();
        let mut one = waiters.wait_for([1; 32]).unwrap();
        let mut two = waiters.wait_for([2; 32]).unwrap();
        waiters.wake([[1; 32]].iter());
        assert!(one.woken.try_recv().is_ok());
        assert!(two.woken.try_recv().is_err());
    }

    #[test]
    fn those_who_give_up_leave_nothing_behind() {
        let waiters = Waiters::default();
        let stays = waiters.wait_for([1; 32]).unwrap();
        drop(waiters.wait_for([1; 32]).unwrap());
        drop(waiters.wait_for([2; 32]).unwrap());
        let left = || {
            let registry = lock(&waiters.0);
            (registry.count, registry.by_id.len())
        };
        assert_eq!(left(), (1, 1));
        drop(stays);
        assert_eq!(left(), (0, 0));
    }
}
