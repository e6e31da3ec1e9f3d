//! Actions on nodes: who is taken up, let go, promoted, and under which keys.
//!
//! Invariant: all nodes have network keys of their own, all validators keys of their own, and the indexes
//! by network key and operator say what the nodes' records say.

use codec::Encode;
use sillok_abi::governance::{Action, NewNode, NodeInfo, Role};
use sillok_abi::{Account, PublicKey, Validator, digest};

use super::apply::Changing;
use super::emit;
use super::error::{Code, Done, require};
use super::records::{Node, node_key, operator_key, peer_key, read, write};
use super::set::{Seat, ValidatorSet};
use crate::execution::{Context, Stop};
use crate::{crypto, limits};

/// Does what an action on a node says. Whether the set as a whole may change so is checked at the end.
pub(super) fn apply(context: &mut Context, changing: &mut Changing, action: &Action) -> Done {
    let number = match action {
        Action::AddNode { node } => add(context, changing, node)?,
        Action::RemoveNode { node } => return remove(context, changing, *node, action),
        Action::Promote { node, key, power } => promote(context, changing, *node, (*key, *power))?,
        Action::Demote { node } => demote(context, changing, *node)?,
        Action::Rekey { node, key } => rekey(context, changing, *node, key)?,
        Action::SetPower { node, power } => set_power(context, changing, *node, *power)?,
        Action::SetPeer { node, peer } => set_peer(context, *node, peer)?,
        Action::SetOperator { node, operator } => set_operator(context, *node, operator)?,
        Action::DescribeNode { node, name, contact } => describe(context, *node, name, contact)?,
        _ => return Ok(()),
    };
    changing.mark(context.env.height, action);
    let info = info(context, &changing.set, number)?;
    Ok(emit(context, "NodeChanged", (info,))?)
}

impl Changing {
    /// Has the roll say that nodes are no longer what they were.
    pub(super) fn mark(&mut self, height: u64, change: impl Encode) {
        self.roll.mark = digest("sillok/nodes", &(self.roll.mark, height, change));
    }
}

/// A node that there is.
pub(super) fn node(context: &mut Context, number: u32) -> Done<Node> {
    read(context, &node_key(number))?.ok_or_else(|| Code::NoNode.into())
}

/// What is known of a node.
pub(super) fn info(context: &mut Context, set: &ValidatorSet, number: u32) -> Done<NodeInfo> {
    Ok(describe_node(number, node(context, number)?, set))
}

/// What is known of a node, from its record and the set.
pub(super) fn describe_node(number: u32, node: Node, set: &ValidatorSet) -> NodeInfo {
    let role = match (set.seat(number), set.suspension(number)) {
        (Some(seat), _) => Role::Validator { key: seat.key, power: seat.power },
        (_, Some(seat)) => Role::Suspended { key: seat.key, power: seat.power },
        _ => Role::Observer {},
    };
    let Node { name, operator, contact, peer } = node;
    NodeInfo { number, name, operator, contact, peer, role }
}

pub(super) fn add(context: &mut Context, changing: &mut Changing, new: &NewNode) -> Done<u32> {
    let NewNode { name, operator, contact, peer, validator } = new.clone();
    check_text(&name, &contact)?;
    let number = changing.roll.next;
    take_peer(context, number, &peer)?;
    changing.roll.next += 1;
    match validator {
        Some(Validator { key, power }) => seat(changing, number, key, power)?,
        None => add_observer(changing)?,
    }
    operate(context, &operator, |nodes| nodes.push(number))?;
    put(context, number, &Node { name, operator, contact, peer })?;
    Ok(number)
}

fn remove(context: &mut Context, changing: &mut Changing, number: u32, action: &Action) -> Done {
    let node = node(context, number)?;
    if !changing.set.remove(number) {
        changing.roll.observers = changing.roll.observers.saturating_sub(1);
    }
    write(context, &peer_key(&node.peer), None)?;
    operate(context, &node.operator, |nodes| nodes.retain(|other| *other != number))?;
    write(context, &node_key(number), None)?;
    changing.mark(context.env.height, action);
    Ok(emit(context, "NodeRemoved", (number,))?)
}

fn promote(
    context: &mut Context,
    changing: &mut Changing,
    number: u32,
    (key, power): (PublicKey, u64),
) -> Done<u32> {
    node(context, number)?;
    require(changing.set.any(number).is_none(), Code::NotObserver)?;
    seat(changing, number, key, power)?;
    changing.roll.observers = changing.roll.observers.saturating_sub(1);
    Ok(number)
}

fn demote(context: &mut Context, changing: &mut Changing, number: u32) -> Done<u32> {
    node(context, number)?;
    require(changing.set.remove(number), Code::IsObserver)?;
    add_observer(changing)?;
    Ok(number)
}

fn rekey(context: &mut Context, changing: &mut Changing, number: u32, key: &PublicKey) -> Done<u32> {
    node(context, number)?;
    require(changing.set.any(number).is_some(), Code::IsObserver)?;
    check_key(&changing.set, key)?;
    if let Some(seat) = changing.set.any(number) {
        seat.key = *key;
    }
    Ok(number)
}

fn set_power(context: &mut Context, changing: &mut Changing, number: u32, power: u64) -> Done<u32> {
    node(context, number)?;
    require(power > 0, Code::PowerRange)?;
    let was = changing.set.any(number).ok_or(Code::IsObserver)?.clone();
    require(changing.set.seat(number).is_none_or(|seat| seat.power != power), Code::NothingChanges)?;
    changing.set.remove(number);
    changing.set.seat_node(Seat { power, ..was });
    Ok(number)
}

fn set_peer(context: &mut Context, number: u32, peer: &[u8; 32]) -> Done<u32> {
    let old = node(context, number)?;
    require(old.peer != *peer, Code::NothingChanges)?;
    take_peer(context, number, peer)?;
    write(context, &peer_key(&old.peer), None)?;
    put(context, number, &Node { peer: *peer, ..old })?;
    Ok(number)
}

fn set_operator(context: &mut Context, number: u32, operator: &Account) -> Done<u32> {
    let old = node(context, number)?;
    require(old.operator != *operator, Code::NothingChanges)?;
    operate(context, &old.operator, |nodes| nodes.retain(|other| *other != number))?;
    operate(context, operator, |nodes| nodes.push(number))?;
    put(context, number, &Node { operator: *operator, ..old })?;
    Ok(number)
}

fn describe(context: &mut Context, number: u32, name: &str, contact: &str) -> Done<u32> {
    check_text(name, contact)?;
    let old = node(context, number)?;
    require((&*old.name, &*old.contact) != (name, contact), Code::NothingChanges)?;
    put(context, number, &Node { name: name.into(), contact: contact.into(), ..old })?;
    Ok(number)
}

fn check_text(name: &str, contact: &str) -> Done {
    let fits =
        (1..=limits::MAX_NODE_NAME_BYTES).contains(&name.len()) && contact.len() <= limits::MAX_CONTACT_BYTES;
    require(fits, Code::NodeText)
}

fn check_key(set: &ValidatorSet, key: &PublicKey) -> Done {
    require(crypto::is_validator_key(key), Code::BadKey)?;
    require(!set.has_key(key), Code::KeyTaken)
}

fn seat(changing: &mut Changing, node: u32, key: PublicKey, power: u64) -> Done {
    check_key(&changing.set, &key)?;
    require(power > 0, Code::PowerRange)?;
    changing.set.seat_node(Seat { node, key, power });
    Ok(())
}

fn add_observer(changing: &mut Changing) -> Done {
    require(changing.roll.observers < limits::MAX_OBSERVERS, Code::TooManyObservers)?;
    changing.roll.observers += 1;
    Ok(())
}

fn take_peer(context: &mut Context, number: u32, peer: &[u8; 32]) -> Done {
    require(crypto::is_network_key(peer), Code::BadPeer)?;
    require(read::<u32>(context, &peer_key(peer))?.is_none(), Code::PeerTaken)?;
    Ok(write(context, &peer_key(peer), Some(number.encode()))?)
}

/// Changes which nodes an account operates.
fn operate(
    context: &mut Context,
    operator: &Account,
    change: impl FnOnce(&mut Vec<u32>),
) -> Result<(), Stop> {
    let key = operator_key(operator);
    let mut nodes: Vec<u32> = read(context, &key)?.unwrap_or_default();
    change(&mut nodes);
    write(context, &key, (!nodes.is_empty()).then(|| nodes.encode()))
}

fn put(context: &mut Context, number: u32, node: &Node) -> Result<(), Stop> {
    write(context, &node_key(number), Some(node.encode()))
}
