//! Connections come about, carry what they should in order, and come back.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use libp2p::Multiaddr;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::*;
use crate::consensus::{Peer, To};
use crate::network::config::{Config, Event};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn four_nodes_that_know_one_address_each_come_to_a_full_mesh() {
    let mut nodes = connect_by_hearsay(4).await;
    let reached = [const { AtomicUsize::new(0) }; 4];
    let handles: Vec<_> = nodes.iter().map(|node| node.handle.clone()).collect();
    // As consensus does, each repeats what it says: a connection may have been replaced by another.
    let repeat = async {
        while reached.iter().map(|count| count.load(Ordering::Relaxed)).sum::<usize>() < 4 * 3 {
            for (place, handle) in handles.iter().enumerate() {
                handle.send(To::All, &message(100 + place as u64));
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let hear = async {
        for (place, node) in nodes.iter_mut().enumerate() {
            for from in (0..4).filter(|from| *from != place) {
                node.message(100 + from as u64).await;
                reached[place].fetch_add(1, Ordering::Relaxed);
            }
        }
    };
    tokio::join!(repeat, hear);
    for (place, node) in nodes.iter().enumerate() {
        let states = node.handle.peers();
        assert_eq!(states.len(), 3);
        for state in states {
            assert!(state.validator.is_some() && state.agent.starts_with("test/"));
            assert_ne!(state.node, node_id(place as u8 + 1));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_come_in_order_each_once() {
    let mut nodes = connect(3).await;
    for height in 0..1_000 {
        nodes[0].handle.send(To::All, &message(height));
        nodes[1].handle.send(To::All, &message(1_000_000 + height));
    }
    let mut next = [0, 1_000_000];
    while next != [1_000, 1_001_000] {
        let got = nodes[2]
            .expect("a message", |event| match event {
                Event::Message { message, .. } => Some(message.height()),
                _ => None,
            })
            .await;
        let sender = usize::from(got >= 1_000_000);
        assert_eq!(got, next[sender]);
        next[sender] += 1;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_message_to_one_is_for_one() {
    let mut nodes = connect(3).await;
    let second = nodes[0].peer(2).unwrap().peer;
    nodes[0].handle.send(To::One(second), &message(7));
    nodes[0].handle.send(To::One(Peer(u64::MAX)), &message(7));
    nodes[0].handle.send(To::All, &message(8));
    nodes[1].message(7).await;
    nodes[1].message(8).await;
    nodes[2].message(8).await;
    assert!(!nodes[2].rest().iter().any(|event| matches!(event, Event::Message { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transactions_go_to_validators_from_observers_too() {
    let members = vec![member(1), member(2), observer(3)];
    let silent = |number| Config { announce: nowhere(), ..config(number, members.clone()) };
    let mut one = Node::start(silent(1)).await;
    let mut two = Node::start(Config { peers: vec![one.address().await], ..silent(2) }).await;
    let peers = vec![one.address().await, two.address().await];
    let three = Config { peers, binding: None, ..silent(3) };
    let mut three = Node::start(three).await;
    for (node, others) in [(&mut one, [2, 3]), (&mut two, [1, 3]), (&mut three, [1, 2])] {
        for other in others {
            node.connected(other).await;
        }
    }
    // More than a batch holds.
    let sent: Vec<_> = (0..40).map(|nonce| transaction(nonce, 64 * 1024)).collect();
    assert_eq!(three.handle.send_transactions(&sent), 2);
    for node in [&mut one, &mut two] {
        let mut received = Vec::new();
        while received.len() < sent.len() {
            let some = |event: &Event| match event {
                Event::Transactions { transactions, .. } => Some(transactions.clone()),
                _ => None,
            };
            received.extend(node.expect("transactions", some).await);
        }
        assert!(received == sent);
    }
    assert_eq!(one.handle.send_transactions(&sent[..1]), 1);
    two.expect("a transaction", |event| matches!(event, Event::Transactions { .. }).then_some(())).await;
    one.handle.send(To::All, &message(1));
    three.message(1).await;
    assert!(!three.rest().iter().any(|event| matches!(event, Event::Transactions { .. })));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_restarts_is_connected_again_within_two_seconds() {
    let mut nodes = connect_by_hearsay(3).await;
    let last = nodes.pop().unwrap();
    let address = last.address().await;
    let peers: Vec<_> = nodes.iter().map(|node| node.peer(3).unwrap().peer).collect();
    last.stop().await;
    for (node, peer) in nodes.iter_mut().zip(peers) {
        node.disconnected(peer).await;
    }
    // It comes back where it was and knows nobody: the others find it.
    let mut config = config(3, listed(1..=3));
    config.listen = vec![address.iter().take(2).collect::<Multiaddr>()];
    let mut last = Node::start(config).await;
    let since = Instant::now();
    for number in 1..=2 {
        last.connected(number).await;
    }
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    for node in &mut nodes {
        node.connected(3).await;
    }
}

/// Two nodes that know each other and start at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_dials_at_once_one_connection_is_kept() {
    for _ in 0..10 {
        let [first, second] = [free_address().await, free_address().await];
        let start = |number: u8, own: &Multiaddr, other: &Multiaddr, of: u8| {
            let mut config = config(number, listed(1..=2));
            config.listen = vec![own.clone()];
            config.peers = vec![format!("{other}/p2p/{}", node_id(of)).parse().unwrap()];
            Node::start(config)
        };
        let (mut one, mut two) = tokio::join!(start(1, &first, &second, 2), start(2, &second, &first, 1));
        // A connection that was replaced may have been announced before: what counts is what stays.
        one.connected(2).await;
        two.connected(1).await;
        loop {
            one.handle.send(To::All, &message(1));
            two.handle.send(To::All, &message(2));
            let both = async { tokio::join!(one.message(2), two.message(1)) };
            let both = tokio::time::timeout(Duration::from_secs(1), both).await;
            let kept = [one.handle.peers().len(), two.handle.peers().len()];
            if both.is_ok() && kept == [1, 1] {
                break;
            }
        }
        let [one_sees, two_sees] = [one.peer(2).unwrap(), two.peer(1).unwrap()];
        assert_ne!(one_sees.dialled, two_sees.dialled);
        tokio::join!(one.stop(), two.stop());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_says_goodbye() {
    let mut nodes = connect(2).await;
    let peer = nodes[0].peer(2).unwrap().peer;
    nodes.pop().unwrap().stop().await;
    nodes[0].disconnected(peer).await;
    assert!(nodes[0].handle.peers().is_empty());
}

/// A line between two nodes that goes dead without a word: nothing is closed, nothing is carried.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_goes_dead_is_noticed() {
    let timing = |config: &mut crate::network::Config| {
        config.timing.ping_interval = Duration::from_millis(100);
        config.timing.ping_timeout = Duration::from_secs(1);
    };
    let mut one = config(1, listed(1..=2));
    timing(&mut one);
    let mut one = Node::start(one).await;
    let (cut, proxy) = proxy(one.port().await).await;
    let mut two = config(2, listed(1..=2));
    timing(&mut two);
    (two.listen, two.announce) = (Vec::new(), nowhere());
    two.peers = vec![format!("/ip4/127.0.0.1/tcp/{proxy}/p2p/{}", node_id(1)).parse().unwrap()];
    let mut two = Node::start_deaf(two);
    let (at_one, at_two) = (one.connected(2).await, two.connected(1).await);
    // Once a ping has come back, and not only then.
    while one.peer(2).is_some_and(|state| state.round_trip.is_none()) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let since = Instant::now();
    cut.send_replace(true);
    one.disconnected(at_one).await;
    two.disconnected(at_two).await;
    assert!(since.elapsed() < Duration::from_secs(10), "{:?}", since.elapsed());
    cut.send_replace(false);
    one.connected(2).await;
    two.connected(1).await;
}

/// Carries bytes to a port until it is cut. Returns the switch and its own port.
async fn proxy(to: u16) -> (watch::Sender<bool>, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (cut, is_cut) = watch::channel(false);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let mut is_cut = is_cut.clone();
            tokio::spawn(async move {
                let mut far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
                let cut = async { is_cut.wait_for(|cut| *cut).await.map(|_| ()) };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => return,
                    _ = cut => {}
                }
                // Held, not closed.
                tokio::time::sleep(PATIENCE).await;
            });
        }
    });
    (cut, port)
}

/// An address that was free a moment ago.
async fn free_address() -> Multiaddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("/ip4/127.0.0.1/tcp/{}", listener.local_addr().unwrap().port()).parse().unwrap()
}
