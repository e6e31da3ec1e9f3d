//! Members that attack: what they can do is bounded, they are disconnected, and the others go on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use codec::Encode;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::stranger::hello;
use super::*;
use crate::consensus::{Message, To};
use crate::limits;
use crate::network::Event;
use crate::network::wire::{Answer, BlockFrame, Control, Goodbye, Lane, RequestFrame};

/// Two honest nodes with a connection, and a hostile member's connection to the first. It is refused for a
/// second when it has misbehaved.
async fn scene() -> (Vec<Node>, Stranger) {
    let mut one = config(1, listed(1..=3));
    one.timing.refused_for = Duration::from_secs(1);
    one.timing.frame_timeout = Duration::from_millis(500);
    let mut one = Node::start(one).await;
    let mut two = config(2, listed(1..=3));
    two.peers = vec![one.address().await];
    let mut two = Node::start(two).await;
    one.connected(2).await;
    two.connected(1).await;
    let stranger = Stranger::welcome(3, &one.address().await).await;
    one.connected(3).await;
    (vec![one, two], stranger)
}

/// The hostile node is disconnected, and the two others talk as before.
async fn ends_well(mut nodes: Vec<Node>, stranger: Stranger) {
    stranger.closed().await;
    nodes[1].handle.send(To::All, &message(424_242));
    nodes[0].message(424_242).await;
    assert!(nodes[0].peer(2).is_some_and(|state| state.score == limits::SCORE));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_length_beyond_the_limit_ends_the_connection_on_every_lane() {
    for lane in Lane::ALL {
        let (nodes, mut stranger) = scene().await;
        // The largest a lane allows is for the node to know; this is more than any.
        stranger.write(lane, &(64 * 1024 * 1024u32).to_le_bytes()).await;
        ends_well(nodes, stranger).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_costs_so_much_that_a_few_frames_of_it_are_enough() {
    for lane in [Lane::Messages, Lane::Blocks, Lane::Requests, Lane::Transactions, Lane::Control] {
        let (nodes, mut stranger) = scene().await;
        for _ in 0..4 {
            stranger.say(lane, &[0xffu8; 77]).await;
        }
        assert_eq!(stranger.farewell().await, Some(Goodbye::Misbehaved));
        ends_well(nodes, stranger).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_misbehaved_is_refused_and_comes_back_with_a_low_score() {
    let (mut nodes, mut stranger) = scene().await;
    let address = nodes[0].address().await;
    for _ in 0..4 {
        stranger.say(Lane::Messages, &[0xffu8; 77]).await;
    }
    stranger.closed().await;
    let since = Instant::now();
    let mut refused = 0;
    let again = loop {
        if let Some(mut again) = Stranger::connect(3, &address).await
            && again.greet(&hello(3)).await == Some(Control::Welcome)
        {
            break again;
        }
        refused += 1;
    };
    assert!(refused > 0 && since.elapsed() > Duration::from_millis(500));
    let mut again = again;
    again.say(Lane::Control, &Control::Welcome).await;
    nodes[0].connected(3).await;
    assert!(nodes[0].peer(3).unwrap().score <= limits::SCORE_AFTER_REFUSAL + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_messages_is_slowed_down_and_ended() {
    let (mut nodes, mut stranger) = scene().await;
    let flood = message(5);
    let (mut written, since) = (0u64, Instant::now());
    while stranger.say(Lane::Messages, &flood).await {
        written += 1;
        assert!(written < 1_000_000, "the flood is not stopped");
    }
    stranger.closed().await;
    let took = since.elapsed();
    nodes[1].handle.send(To::All, &message(6));
    nodes[0].message(6).await;
    let is_flood = |event: &Event| matches!(event, Event::Message { message, .. } if *message == flood);
    let taken = nodes[0].rest().iter().filter(|event| is_flood(event)).count() as u64;
    let seconds = took.as_secs() + 1;
    let most = limits::MESSAGE_RATE.burst + limits::MESSAGE_RATE.per_second * seconds;
    assert!(taken <= most, "{taken} messages of a flood were taken");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_questions_or_pings_is_ended() {
    let questions = BlockFrame::Fetch([1; 32]).encode();
    let asks = RequestFrame::Ask(1, crate::network::wire::Ask::Decided { height: 1, count: 1 }).encode();
    let pings = Control::Ping(1).encode();
    for (lane, frame) in [(Lane::Blocks, questions), (Lane::Requests, asks), (Lane::Control, pings)] {
        let (nodes, mut stranger) = scene().await;
        let bytes = [&(frame.len() as u32).to_le_bytes()[..], &frame].concat();
        let mut written = 0u64;
        while stranger.write(lane, &bytes).await {
            written += 1;
            assert!(written < 1_000_000, "the flood is not stopped");
        }
        ends_well(nodes, stranger).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answers_that_nobody_asked_for_cost_and_are_not_believed() {
    let (mut nodes, mut stranger) = scene().await;
    let unasked = block(7, 100);
    let answer = Answer::Decided(Vec::new());
    stranger.say(Lane::Blocks, &BlockFrame::Found(unasked.clone())).await;
    stranger.say(Lane::Blocks, &BlockFrame::Missing([1; 32])).await;
    stranger.say(Lane::Requests, &RequestFrame::Answer(0, answer)).await;
    stranger.say(Lane::Control, &Control::Pong(u64::MAX)).await;
    assert_eq!(stranger.farewell().await, Some(Goodbye::Misbehaved));
    let brought = |event: &Event| matches!(event, Event::Block { .. } | Event::Blocks { .. });
    assert!(!nodes[0].rest().iter().any(brought));
    ends_well(nodes, stranger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_block_than_was_asked_for_is_no_answer() {
    let (mut nodes, mut stranger) = scene().await;
    let [wanted, other] = [block(7, 100), block(8, 100)];
    nodes[1].keep(&wanted);
    nodes[0].handle.fetch_block(wanted.header.id());
    // The liar answers whenever it is asked; the honest one has its turn too.
    let liar = tokio::spawn(async move {
        while let Some(frame) = stranger.hear(Lane::Blocks).await {
            if BlockFrame::Fetch(wanted.header.id()).encode() == frame {
                stranger.say(Lane::Blocks, &BlockFrame::Found(other.clone())).await;
            }
        }
    });
    let id = block(7, 100).header.id();
    let from = nodes[0].block(id).await;
    assert_eq!(from, nodes[0].peer(2).unwrap().peer);
    liar.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_frame_that_does_not_end_ends_the_connection() {
    let (nodes, mut stranger) = scene().await;
    stranger.write(Lane::Blocks, &(1024 * 1024u32).to_le_bytes()).await;
    stranger.write(Lane::Blocks, &[0; 1000]).await;
    ends_well(nodes, stranger).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_connects_and_says_nothing_or_a_too_long_hello_does_not_stay() {
    let node = Node::start(config(1, listed(1..=3))).await;
    let address = node.address().await;
    let silent = Stranger::connect(2, &address).await.unwrap();
    let mut long = Stranger::connect(3, &address).await.unwrap();
    long.write(Lane::Control, &(limits::HELLO_BYTES as u32 + 1).to_le_bytes()).await;
    long.closed().await;
    silent.closed().await;
    assert!(node.handle.peers().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn half_open_handshakes_do_not_keep_others_out() {
    let one = Node::start(config(1, listed(1..=2))).await;
    let port = one.port().await;
    let mut held = Vec::new();
    for _ in 0..2 * limits::PENDING_CONNECTIONS_PER_ADDRESS {
        held.push(TcpStream::connect(("127.0.0.1", port)).await.unwrap());
    }
    // More than are allowed of one address were closed at once, the others after a while.
    let mut two = config(2, listed(1..=2));
    two.peers = vec![one.address().await];
    let mut two = Node::start(two).await;
    two.connected(1).await;
    for mut stream in held {
        let mut greeting = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut greeting)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_does_not_read_holds_nobody_up() {
    let (mut nodes, mut stranger) = scene().await;
    // It answers pings and reads nothing else, while a hundred blocks are pushed to all.
    let big: Vec<_> = (0..100).map(|height| block(1_000 + height, 1_000_000)).collect();
    let pings = tokio::spawn(async move {
        while let Some(frame) = stranger.hear(Lane::Control).await {
            if let Ok(Control::Ping(number)) = crate::network::wire::decode(&frame) {
                stranger.say(Lane::Control, &Control::Pong(number)).await;
            }
        }
        drop(stranger);
    });
    for (turn, block) in big.iter().enumerate() {
        nodes[0].handle.push_block(To::All, block.clone());
        nodes[0].handle.send(To::All, &message(turn as u64));
        nodes[1].block(block.header.id()).await;
        nodes[1].message(turn as u64).await;
    }
    let slow = nodes[0].peer(3).unwrap();
    assert!(slow.dropped > 50, "{} blocks were dropped", slow.dropped);
    assert_eq!(nodes[0].peer(2).unwrap().dropped, 0);
    pings.abort();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_handler_is_given_only_messages_that_decode() {
    let (mut nodes, mut stranger) = scene().await;
    let valid = message(31).encode();
    stranger.say(Lane::Messages, &Raw(&valid[..valid.len() - 1])).await;
    stranger.say(Lane::Messages, &Raw(&valid)).await;
    nodes[0].message(31).await;
    assert!(nodes[0].peer(3).unwrap().score < limits::SCORE);
    assert!(matches!(Message::from_wire(&valid), Ok(Message::Status(_))));
    drop(Arc::new(stranger));
}

/// Bytes as they are.
struct Raw<'a>(&'a [u8]);

impl Encode for Raw<'_> {
    fn encode_to<T: codec::Output + ?Sized>(&self, dest: &mut T) {
        dest.write(self.0);
    }
}
