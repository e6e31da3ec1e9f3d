//! Threads that answer requests: a fixed number, each with the stack that contracts need, and a
//! bounded queue in front of them.

use std::io;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::available_parallelism;

use tokio::sync::oneshot;

use super::RpcFailure;
use crate::limits;
use crate::lock::lock;
use crate::threads::{give_way, spawn_for_contracts};

type Job = Box<dyn FnOnce() + Send>;

/// The threads. They end when this is dropped and the queue is empty.
pub(super) struct Workers {
    queue: SyncSender<Job>,
}

impl Workers {
    /// Starts as many as there are processors, within limits.
    pub(super) fn start() -> io::Result<Self> {
        let (queue, jobs) = sync_channel(limits::WORKER_QUEUE);
        let jobs = Arc::new(Mutex::new(jobs));
        let processors = available_parallelism().map_or(1, usize::from);
        for _ in 0..processors.clamp(2, limits::WORKERS) {
            let jobs = jobs.clone();
            spawn_for_contracts("rpc-worker", move || work(&jobs))?;
        }
        Ok(Workers { queue })
    }

    /// Runs `job` on one of them.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, RpcFailure> {
        let (answer, answered) = oneshot::channel();
        let job = Box::new(move || {
            // Nobody listens any more if the request was given up.
            let _ = answer.send(job());
        });
        self.queue.try_send(job).map_err(|error: TrySendError<Job>| {
            tracing::warn!(%error, "request refused");
            RpcFailure::busy()
        })?;
        answered.await.map_err(|_| RpcFailure::from(sillok_runtime::Fault::new("a worker thread panicked")))
    }
}

fn work(jobs: &Mutex<Receiver<Job>>) {
    give_way();
    loop {
        let job = lock(jobs).recv();
        let Ok(job) = job else { return };
        // A panic in one request must not cost the node a thread; the request hears of it.
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(job)).is_err() {
            tracing::error!("a request panicked");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_and_the_threads_live_on() {
        let workers = Workers::start().unwrap();
        for _ in 0..10 {
            let failure = workers.run(|| -> u32 { panic!("on purpose") }).await.unwrap_err();
            assert_eq!(failure.code, 1040);
        }
        assert_eq!(workers.run(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_queue_refuses() {
        let workers = Arc::new(Workers::start().unwrap());
        let gate = Arc::new(Mutex::new(()));
        let closed = gate.lock().unwrap();
        let mut waiting = Vec::new();
        let refused = loop {
            let gate = gate.clone();
            let mut run = Box::pin(workers.run(move || drop(lock(&gate))));
            match at_once(run.as_mut()) {
                Some(answer) => break answer.unwrap_err(),
                None => waiting.push(run),
            }
            assert!(waiting.len() <= limits::WORKER_QUEUE + limits::WORKERS);
        };
        assert_eq!(refused, RpcFailure::busy());
        drop(closed);
        for run in waiting {
            run.await.unwrap();
        }
    }

    /// What `future` answers at once, if it does.
    fn at_once<T>(future: Pin<&mut impl Future<Output = T>>) -> Option<T> {
        match future.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(answer) => Some(answer),
            Poll::Pending => None,
        }
    }
}
