//! Who may be connected, and who may not, or no longer.

use std::time::Duration;

use super::stranger::hello;
use super::*;
use crate::consensus::{Offence, To};
use crate::network::Event;
use crate::network::wire::{Control, Goodbye, VERSION};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_outsider_is_refused_before_a_word_is_said() {
    let mut nodes = connect(2).await;
    let address = nodes[0].address().await;
    let mut outsider = match Stranger::connect(7, &address).await {
        Some(outsider) => outsider,
        None => return,
    };
    // The line is closed; not even a hello comes.
    assert_eq!(outsider.greet(&hello(7)).await, None);
    outsider.closed().await;
    assert_eq!(nodes[0].handle.peers().len(), 1);
    nodes[1].handle.send(To::All, &message(1));
    nodes[0].message(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_of_another_chain_or_version_is_told_so() {
    let node = Node::start(config(1, listed(1..=2))).await;
    let address = node.address().await;
    let mut other_chain = hello(2);
    other_chain.chain = [1; 32];
    let mut other_version = hello(2);
    other_version.version = VERSION + 1;
    for (hello, why) in [(other_chain, Goodbye::OtherChain), (other_version, Goodbye::OtherVersion)] {
        let mut stranger = Stranger::connect(2, &address).await.unwrap();
        assert_eq!(stranger.greet(&hello).await, Some(Control::Goodbye(why)));
        stranger.closed().await;
    }
    assert!(node.handle.peers().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_nodes_of_different_chains_do_not_connect() {
    let mut one = Node::start(config(1, listed(1..=2))).await;
    let mut other = config(2, listed(1..=2));
    (other.chain, other.peers) = ([1; 32], vec![one.address().await]);
    let mut other = Node::start(other).await;
    // One that is of the chain is connected meanwhile; the other one has had its time.
    one.handle.update_members(&listed(1..=3));
    let mut third = config(3, listed(1..=3));
    third.peers = vec![one.address().await];
    let _third = Node::start(third).await;
    one.connected(3).await;
    assert!(!one.rest().iter().any(|event| matches!(event, Event::Connected { .. })));
    assert!(other.rest().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_validators_node_needs_its_validators_word() {
    let node = Node::start(config(1, listed(1..=3))).await;
    let address = node.address().await;
    let mut without = hello(2);
    without.binding = None;
    let mut of_another = hello(2);
    of_another.binding = hello(3).binding;
    let mut forged = hello(2);
    forged.binding.as_mut().unwrap().signature[0] ^= 1;
    // Signed by the right validator, for another node.
    let mut stolen = hello(2);
    stolen.binding.as_mut().unwrap().signature = hello(3).binding.unwrap().signature;
    for hello in [without, of_another, forged, stolen] {
        let mut stranger = Stranger::connect(2, &address).await.unwrap();
        let verdict = stranger.greet(&hello).await;
        assert_eq!(verdict, Some(Control::Goodbye(Goodbye::FalseBinding)));
        stranger.closed().await;
    }
    Stranger::welcome(2, &address).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_of_addresses_is_the_nodes_own() {
    let node = Node::start(config(1, listed(1..=3))).await;
    let mut stranger = Stranger::connect(2, &node.address().await).await.unwrap();
    let mut of_another = hello(2);
    of_another.record = hello(3).record;
    assert_eq!(stranger.greet(&of_another).await, Some(Control::Goodbye(Goodbye::Misbehaved)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_expelled_is_disconnected_at_once_and_returns_only_as_a_member() {
    let mut nodes = connect(3).await;
    let address = nodes[0].address().await;
    let peers: Vec<_> = nodes[..2].iter().map(|node| node.peer(3).unwrap().peer).collect();
    for node in &nodes[..2] {
        node.handle.update_members(&listed(1..=2));
    }
    for (node, peer) in nodes[..2].iter_mut().zip(peers) {
        node.disconnected(peer).await;
    }
    // It tries again and again; so does a stranger with its key.
    let again = Stranger::connect(3, &address).await;
    if let Some(mut again) = again {
        assert_eq!(again.greet(&hello(3)).await, None);
        again.closed().await;
    }
    assert!(!nodes[0].rest().iter().any(|event| matches!(event, Event::Connected { .. })));
    assert_eq!(nodes[0].handle.peers().len(), 1);
    nodes[0].handle.update_members(&listed(1..=3));
    nodes[0].connected(3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_whose_validator_changes_has_to_prove_it_anew() {
    let mut nodes = connect(2).await;
    let peer = nodes[0].peer(2).unwrap().peer;
    let mut changed = listed(1..=2);
    changed[1].validator = Some(validator_key(77));
    nodes[0].handle.update_members(&changed);
    nodes[0].disconnected(peer).await;
    nodes[0].handle.update_members(&[member(1), observer(2)]);
    nodes[0].connected(2).await;
    assert_eq!(nodes[0].peer(2).unwrap().validator, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_blamed_is_refused_for_a_while_and_not_for_ever() {
    let mut one = config(1, listed(1..=2));
    one.timing.refused_for = Duration::from_secs(1);
    let mut one = Node::start(one).await;
    let mut two = config(2, listed(1..=2));
    two.peers = vec![one.address().await];
    let mut two = Node::start(two).await;
    let peer = one.connected(2).await;
    assert_eq!(one.peer(2).unwrap().score, 100);
    one.handle.blame(peer, Offence::ForgedBlock);
    assert_eq!(one.peer(2).unwrap().score, 50);
    one.handle.blame(peer, Offence::FalseCertificate);
    one.disconnected(peer).await;
    one.connected(2).await;
    assert!(one.peer(2).unwrap().score < 100);
    two.connected(1).await;
}
