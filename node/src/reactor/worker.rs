//! The producer's thread: it does one order after the other.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use sillok_abi::{Block, Certificate, Hash};
use sillok_runtime::Fault;

use super::Inbox;
use crate::chain::{Producer, Progress};
use crate::consensus::{Stage, Verdict};
use crate::metrics::Metrics;

/// What the producer is to do.
pub(crate) enum Order {
    /// Make a block.
    Build {
        /// Its height.
        height: u64,
        /// Its round.
        round: u32,
    },
    /// Judge a block.
    Judge {
        /// The block.
        block: Arc<Block>,
        /// How far it has come.
        stage: Stage,
    },
    /// Make a decided block permanent.
    Commit {
        /// Why, and which.
        certificate: Certificate,
        /// Its body, if it is at hand.
        body: Option<Arc<Block>>,
        /// What a peer says is decided after it.
        next: Option<Arc<Block>>,
    },
    /// Have all that was made permanent on disk.
    Sync,
}

/// What came of an order.
pub(crate) enum Answer {
    /// A block was made.
    Built(Arc<Block>),
    /// A block was judged.
    Judged {
        /// Its id.
        block: Hash,
        /// What was found.
        verdict: Verdict,
    },
    /// A decided block is being made permanent, and has come so far.
    Commits(Progress),
}

/// Does orders until nobody gives any. Contracts run here, so the thread needs the stack for it.
///
/// # Errors
/// The fault that must halt the node.
pub(crate) fn work(mut producer: Producer, orders: &Receiver<Order>, inbox: &Inbox) -> Result<(), Fault> {
    // However it ends, the reactor must not go on without it.
    let _ended = Ended(inbox);
    let obeyed = obey_all(&mut producer, orders, inbox);
    let settled = producer.settle();
    obeyed.and(settled)
}

fn obey_all(producer: &mut Producer, orders: &Receiver<Order>, inbox: &Inbox) -> Result<(), Fault> {
    while let Ok(order) = orders.recv() {
        if let Some(answer) = obey(producer, order, inbox)? {
            inbox.answer(answer);
        }
    }
    Ok(())
}

fn obey(producer: &mut Producer, order: Order, inbox: &Inbox) -> Result<Option<Answer>, Fault> {
    Ok(match order {
        Order::Build { height, round } => {
            let build = producer.metrics().build.clone();
            Metrics::time(&build, || producer.build(height, round))?.map(Answer::Built)
        }
        Order::Judge { block, stage } => {
            let judge = producer.metrics().judge.clone();
            let verdict = Metrics::time(&judge, || producer.judge(&block, stage))?;
            verdict.map(|verdict| Answer::Judged { block: block.header.id(), verdict })
        }
        Order::Commit { certificate, body, next } => {
            producer.expect_next(next);
            // Told at once: the producer may still be at the next one then.
            let inbox = inbox.clone();
            producer.commit(certificate, body, move |progress| inbox.answer(Answer::Commits(progress)))?;
            None
        }
        Order::Sync => Some(Answer::Commits(Progress::Written(producer.sync()?))),
    })
}

struct Ended<'a>(&'a Inbox);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.worker_ended();
    }
}
