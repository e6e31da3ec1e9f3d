//! What is read from disk for peers: on a few threads that may block, with a bounded queue before them.

use tokio::sync::Semaphore;

use crate::limits;

/// The places at those threads and before them.
#[derive(Debug)]
pub(super) struct Serving {
    places: Semaphore,
    threads: Semaphore,
}

impl Serving {
    pub(super) fn new() -> Self {
        let places = Semaphore::new(limits::SERVING + limits::SERVING_QUEUE);
        Serving { places, threads: Semaphore::new(limits::SERVING) }
    }

    /// Does something that may block; none if there is too much to do already, or it panicked.
    pub(super) async fn run<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let _place = self.places.try_acquire().ok()?;
        let _thread = self.threads.acquire().await.ok()?;
        let done = tokio::task::spawn_blocking(job).await;
        done.inspect_err(|error| tracing::error!(%error, "serving a peer panicked")).ok()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::lock::lock;

    #[tokio::test]
    async fn a_full_queue_refuses_and_a_panic_is_no_answer() {
        let serving = Arc::new(Serving::new());
        // Who waits at it goes on once its other end is gone.
        let (closed, gate) = channel::<()>();
        let gate = Arc::new(Mutex::new(gate));
        let mut waiting = Vec::new();
        for _ in 0..limits::SERVING + limits::SERVING_QUEUE {
            let (serving, gate) = (serving.clone(), gate.clone());
            waiting.push(tokio::spawn(async move { serving.run(move || lock(&gate).recv().is_err()).await }));
        }
        while serving.places.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(serving.run(|| 7).await, None);
        drop(closed);
        for run in waiting {
            assert_eq!(run.await.unwrap(), Some(true));
        }
        assert_eq!(serving.run(|| -> u32 { panic!("on purpose") }).await, None);
        assert_eq!(serving.run(|| 7).await, Some(7));
    }
}
