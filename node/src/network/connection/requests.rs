//! The requests lane: decided blocks for those who are behind, and snapshots.

use std::sync::Arc;
use std::time::Instant;

use codec::{Compact, Encode};
use libp2p::Stream;
use libp2p::futures::io::WriteHalf;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::inlet::Inlet;
use super::{Ended, pump};
use crate::consensus::CertifiedBlock;
use crate::limits;
use crate::network::config::{Event, Handler};
use crate::network::frame::seal;
use crate::network::link::{Asked, Link};
use crate::network::pace::Pace;
use crate::network::roster::Misdeed;
use crate::network::shared::Shared;
use crate::network::wire::{Answer, Ask, RequestFrame};

/// What stands before the blocks of an answer, at most: two tags, the question's number, the count.
const ANSWER_HEAD_BYTES: usize = 16;

pub(super) fn start(inlet: Inlet, outlet: WriteHalf<Stream>, tasks: &mut JoinSet<Ended>) {
    let (asked, to_serve) = mpsc::channel(limits::REQUESTS);
    tasks.spawn(pump(inlet.link.clone(), |link| &link.requests, outlet));
    tasks.spawn(serve(inlet.shared.clone(), inlet.link.clone(), to_serve));
    tasks.spawn(read(inlet, asked));
}

async fn read(mut inlet: Inlet, asked: mpsc::Sender<(u32, Ask)>) -> Ended {
    let mut pace = Pace::new(limits::REQUEST_RATE, Instant::now());
    loop {
        if let Err(ended) = read_one(&mut inlet, &mut pace, &asked).await {
            return ended;
        }
    }
}

async fn read_one(inlet: &mut Inlet, pace: &mut Pace, asked: &mpsc::Sender<(u32, Ask)>) -> Result<(), Ended> {
    let frame = inlet.next().await?;
    let Some(decoded) = inlet.decode::<RequestFrame>(frame).await? else { return Ok(()) };
    match decoded.value {
        RequestFrame::Ask(number, ask) => {
            inlet.pace(pace, 1).await;
            if matches!(&ask, Ask::Snapshot(request) if request.len() > limits::SNAPSHOT_REQUEST_BYTES) {
                inlet.charge(Misdeed::Malformed).await;
            } else if asked.try_send((number, ask)).is_err() {
                inlet.link.requests.push(seal(&RequestFrame::Answer(number, Answer::Busy)));
            }
        }
        RequestFrame::Answer(number, answer) => match inlet.link.question(number) {
            Some(question) => take_answer(inlet, number, question, answer).await,
            None => inlet.charge(Misdeed::Unasked).await,
        },
    }
    Ok(())
}

async fn take_answer(inlet: &Inlet, number: u32, question: Asked, answer: Answer) {
    let from = inlet.link.peer;
    let event = match (question, answer) {
        (Asked::Decided, Answer::Decided(blocks)) => {
            let certified = |(block, certificate)| CertifiedBlock { block, certificate };
            Event::Blocks { from, blocks: blocks.into_iter().map(certified).collect() }
        }
        (Asked::Decided, Answer::Busy) => Event::Blocks { from, blocks: Vec::new() },
        (Asked::Snapshot, Answer::Snapshot(answer)) => Event::Snapshot { from, request: number, answer },
        (Asked::Snapshot, Answer::Busy) => Event::Snapshot { from, request: number, answer: None },
        (Asked::Decided, Answer::Snapshot(_)) | (Asked::Snapshot, Answer::Decided(_)) => {
            return inlet.charge(Misdeed::Unasked).await;
        }
    };
    inlet.shared.handler.input(event);
}

/// Answers what the peer asks, one after the other.
async fn serve(shared: Arc<Shared>, link: Arc<Link>, mut asked: mpsc::Receiver<(u32, Ask)>) -> Ended {
    let mut pace = Pace::new(limits::ANSWER_BYTE_RATE, Instant::now());
    while let Some((number, ask)) = asked.recv().await {
        let (handler, limit) = (shared.handler.clone(), shared.sizes.answer);
        let answered = shared.serving.run(move || answer(&*handler, number, &ask, limit)).await;
        let frame = answered.unwrap_or_else(|| seal(&RequestFrame::Answer(number, Answer::Busy)));
        let wait = pace.take(frame.len() as u64, Instant::now());
        link.requests.push(frame);
        sleep(wait).await;
    }
    Ended::Gone
}

/// The frame that answers a question.
fn answer(handler: &dyn Handler, number: u32, ask: &Ask, limit: usize) -> libp2p::bytes::Bytes {
    match ask {
        Ask::Decided { height, count } => {
            let count = (*count as usize).min(limits::SYNC_BLOCKS);
            let room = limit - ANSWER_HEAD_BYTES;
            seal_decided(number, &cut(handler.decided(*height, count, room), count, room))
        }
        Ask::Snapshot(request) => {
            let chunk = handler.snapshot(request).filter(|chunk| chunk.len() <= limits::SNAPSHOT_BYTES);
            seal(&RequestFrame::Answer(number, Answer::Snapshot(chunk)))
        }
    }
}

/// The first of these encoded blocks, as many as there is room for.
fn cut(mut blocks: Vec<Vec<u8>>, count: usize, room: usize) -> Vec<Vec<u8>> {
    let mut left = Some(room);
    let fitting = blocks.iter().take(count).take_while(|bytes| {
        left = left.and_then(|left| left.checked_sub(bytes.len()));
        left.is_some()
    });
    blocks.truncate(fitting.count());
    blocks
}

/// [`Answer::Decided`] of blocks that are encoded already.
fn seal_decided(number: u32, blocks: &[Vec<u8>]) -> libp2p::bytes::Bytes {
    struct Raw<'a>(u32, &'a [Vec<u8>]);
    impl Encode for Raw<'_> {
        fn size_hint(&self) -> usize {
            ANSWER_HEAD_BYTES + self.1.iter().map(Vec::len).sum::<usize>()
        }

        fn encode_to<T: codec::Output + ?Sized>(&self, dest: &mut T) {
            // The indexes of the two variants.
            (1u8, self.0, 0u8, Compact(u32::try_from(self.1.len()).unwrap_or(0))).encode_to(dest);
            self.1.iter().for_each(|block| dest.write(block));
        }
    }
    seal(&Raw(number, blocks))
}

#[cfg(test)]
mod tests {
    use sillok_abi::{Block, Certificate, Header, Time};

    use super::*;
    use crate::network::frame::LENGTH_BYTES;
    use crate::network::wire::decode;

    fn decided(height: u64) -> CertifiedBlock {
        let header = Header {
            chain: [1; 32],
            height,
            round: 0,
            time: Time(5),
            proposer: [2; 32],
            parent: [3; 32],
            transactions_root: [4; 32],
            state_root: [5; 32],
            receipts_root: [6; 32],
            validators: [7; 32],
            next_validators: [7; 32],
        };
        let certificate = Certificate { height, round: 0, block: header.id(), signatures: Vec::new() };
        CertifiedBlock { block: Arc::new(Block { header, transactions: Vec::new() }), certificate }
    }

    #[test]
    fn an_answer_has_as_many_blocks_as_fit_and_decodes() {
        let blocks: Vec<CertifiedBlock> = (1..=5).map(decided).collect();
        let encoded: Vec<Vec<u8>> = blocks.iter().map(Encode::encode).collect();
        let one = encoded[0].len();
        for (room, expected) in [(0, 0), (one - 1, 0), (one, 1), (3 * one + 1, 3), (usize::MAX, 5)] {
            let frame = seal_decided(9, &cut(encoded.clone(), 5, room));
            let pairs = blocks[..expected].iter().cloned().map(|block| (block.block, block.certificate));
            let answer = RequestFrame::Answer(9, Answer::Decided(pairs.collect()));
            assert_eq!(decode::<RequestFrame>(&frame[LENGTH_BYTES..]), Ok(answer));
        }
        assert_eq!(cut(encoded, 2, usize::MAX).len(), 2);
    }
}
