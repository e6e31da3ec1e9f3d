//! What the governance module answers. Lists come in pages of at most `limits::MAX_GOVERNANCE_PAGE`.

use codec::Encode;
use sillok_abi::Account;
use sillok_abi::governance::{
    ChainStatus, NodeInfo, Offence, ParameterInfo, Proposal, ProposalSummary, Status, Tally,
};

use super::records::{
    Chain, Node, OpenProposals, Roll, chain_key, deployer_key, node_key, offence_key, open_key, page,
    proposal_key, read, read_certain, roll_key, set_key,
};
use super::set::ValidatorSet;
use super::{nodes, parameters, proposals};
use crate::execution::{CallEnd, Context, Stop};
use crate::fault::Fault;
use crate::limits;
use crate::native::{args, returned};

/// Answers a query, or nothing if there is no such query.
pub(super) fn answer(context: &mut Context, method: &str, bytes: &[u8]) -> Result<Option<CallEnd>, Stop> {
    let end = match method {
        "status" => returned(status(context)?),
        "node" => returned(node(context, args::<(u32,)>(bytes)?.0)?),
        "nodes" => returned(all_nodes(context, args(bytes)?)?),
        "validators" => returned(validators(context, args(bytes)?)?),
        "observers" => returned(observers(context, args(bytes)?)?),
        "proposal" => returned(proposal(context, args::<(u64,)>(bytes)?.0)?),
        "proposals" => returned(list(context, args(bytes)?)?),
        "parameters" => returned(list_parameters(context, args(bytes)?)?),
        "deployers" => returned(deployers(context, args(bytes)?)?),
        "offences" => returned(offences(context, args(bytes)?)?),
        _ => return Ok(None),
    };
    end.map(Some)
}

fn status(context: &mut Context) -> Result<ChainStatus, Stop> {
    let chain: Chain = read_certain(context, &chain_key())?;
    let roll: Roll = read_certain(context, &roll_key())?;
    let set = set(context)?;
    let open: OpenProposals = read_certain(context, &open_key())?;
    let (height, now) = (context.env.height, context.env.time);
    Ok(ChainStatus {
        version: chain.version_at(height),
        planned: chain.planned.filter(|planned| planned.height > height),
        halted: chain.halted,
        validators: set.seats.len() as u32,
        power: set.seats.iter().map(|seat| seat.power).sum(),
        observers: roll.observers,
        changed: set.changed,
        open: open.open.iter().filter(|proposal| proposal.expires > now).count() as u32,
        restricted: chain.restricted,
        members: chain.members,
        offences: chain.offences,
    })
}

fn set(context: &mut Context) -> Result<ValidatorSet, Stop> {
    read_certain(context, &set_key())
}

fn node(context: &mut Context, number: u32) -> Result<Option<NodeInfo>, Stop> {
    let set = set(context)?;
    let node: Option<Node> = read(context, &node_key(number))?;
    Ok(node.map(|node| nodes::describe_node(number, node, &set)))
}

/// Nodes whose number is at least `from`.
fn all_nodes(context: &mut Context, (from, limit): (u32, u32)) -> Result<Vec<NodeInfo>, Stop> {
    let set = set(context)?;
    let found = page::<Node>(context, &node_key(from), &node_key(u32::MAX), limit)?;
    found
        .into_iter()
        .map(|(key, node)| Ok(nodes::describe_node(number_of(&key)?, node, &set)))
        .collect::<Result<_, Fault>>()
        .map_err(Stop::from)
}

/// Validators, suspended ones not among them, whose number is at least `from`.
fn validators(context: &mut Context, (from, limit): (u32, u32)) -> Result<Vec<NodeInfo>, Stop> {
    let set = set(context)?;
    let seats = set.seats.iter().filter(|seat| seat.node >= from);
    let numbers: Vec<u32> =
        seats.map(|seat| seat.node).take(limit.min(limits::MAX_GOVERNANCE_PAGE) as usize).collect();
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        let node: Option<Node> = read(context, &node_key(number))?;
        found.extend(node.map(|node| nodes::describe_node(number, node, &set)));
    }
    Ok(found)
}

/// Nodes without a vote, suspended validators among them, whose number is at least `from`. Validators are
/// passed over, each for the price of an entry.
fn observers(context: &mut Context, (mut from, limit): (u32, u32)) -> Result<Vec<NodeInfo>, Stop> {
    let limit = limit.min(limits::MAX_GOVERNANCE_PAGE) as usize;
    let set = set(context)?;
    let mut found = Vec::new();
    while found.len() < limit {
        let nodes = all_nodes(context, (from, limits::MAX_GOVERNANCE_PAGE))?;
        let Some(last) = nodes.last() else { break };
        from = last.number + 1;
        let without = nodes.into_iter().filter(|node| set.seat(node.number).is_none());
        found.extend(without.take(limit - found.len()));
    }
    Ok(found)
}

fn number_of(key: &[u8]) -> Result<u32, Fault> {
    let bytes = key.first_chunk().ok_or_else(|| Fault::new("a node's key has no number"))?;
    Ok(u32::from_be_bytes(*bytes))
}

/// The proposal as it stands now.
fn proposal(context: &mut Context, number: u64) -> Result<Option<Proposal>, Stop> {
    let proposal: Option<Proposal> = read(context, &proposal_key(number))?;
    let set = set(context)?;
    Ok(proposal.map(|mut proposal| {
        (proposal.status, proposal.tally) = standing(context, &proposal, &set);
        proposal
    }))
}

/// What became of it and who is for it, now.
fn standing(context: &Context, proposal: &Proposal, set: &ValidatorSet) -> (Status, Tally) {
    match proposal.status {
        Status::Open {} if proposal.expires <= context.env.time => {
            (Status::Expired {}, proposal.tally.clone())
        }
        Status::Open {} => (Status::Open {}, proposals::tally(&proposal.ballots, set)),
        _ => (proposal.status.clone(), proposal.tally.clone()),
    }
}

/// Proposals below `before`, newest first. Those that were withdrawn are gone, so a page may be short; it
/// is looked for among twice its length of numbers.
fn list(context: &mut Context, (before, limit): (Option<u64>, u32)) -> Result<Vec<ProposalSummary>, Stop> {
    let limit = u64::from(limit.min(limits::MAX_GOVERNANCE_PAGE));
    let open: OpenProposals = read_certain(context, &open_key())?;
    let end = before.map_or(open.next, |before| before.min(open.next));
    let mut found = Vec::new();
    for number in (end.saturating_sub(2 * limit)..end).rev() {
        if found.len() as u64 == limit {
            break;
        }
        if let Some(proposal) = proposal(context, number)? {
            let Proposal { number, proposer, title, expires, status, tally, .. } = proposal;
            found.push(ProposalSummary { number, proposer, title, expires, status, tally });
        }
    }
    Ok(found)
}

fn list_parameters(context: &mut Context, (from, limit): (u32, u32)) -> Result<Vec<ParameterInfo>, Stop> {
    context.charge_touch(true)?;
    let mut parameters = parameters::load(context)?;
    let listed = parameters::all(&mut parameters).into_iter().skip(from as usize);
    let limit = limit.min(limits::MAX_GOVERNANCE_PAGE) as usize;
    Ok(listed.take(limit).map(parameters::Parameter::info).collect())
}

/// Appointed deployers behind `after`, in the order of their SCALE form.
fn deployers(context: &mut Context, (after, limit): (Option<Account>, u32)) -> Result<Vec<Account>, Stop> {
    let field = deployer_key(&Account::Key([0; 32]));
    let field = field.get(..36).unwrap_or_default();
    let from = match after {
        // The least key above this one.
        Some(account) => [field, &account.encode(), &[0]].concat(),
        None => field.to_vec(),
    };
    let to = [field, &[0xff]].concat();
    let found = page::<()>(context, &from, &to, limit)?;
    let accounts = found.into_iter().map(|(key, ())| super::records::decoded(&key));
    Ok(accounts.collect::<Result<_, Fault>>()?)
}

/// Offences below `before`, latest first.
fn offences(context: &mut Context, (before, limit): (Option<u64>, u32)) -> Result<Vec<Offence>, Stop> {
    let limit = u64::from(limit.min(limits::MAX_GOVERNANCE_PAGE));
    let chain: Chain = read_certain(context, &chain_key())?;
    let end = before.map_or(chain.offences, |before| before.min(chain.offences));
    let mut found = Vec::new();
    for number in (end.saturating_sub(limit)..end).rev() {
        found.extend(read::<Offence>(context, &offence_key(number))?);
    }
    Ok(found)
}
