//! Sealing: a draft and its entries put together, the same bytes in whatever order they came.

use sillok_abi::Account;
use sillok_abi::governance::NewNode;
use sillok_runtime::{Genesis, Optimisation, Outside, Runtime};

use super::{CeremonyError, Entry, Plan};
use crate::network::NodeId;
use crate::threads::spawn_for_contracts;

/// The genesis of a plan and its entries.
///
/// # Errors
/// If an entry is not good for this plan, two have something in common, or nobody votes.
pub(crate) fn seal(plan: &Plan, entries: &[Entry]) -> Result<Genesis, CeremonyError> {
    let mut nodes: Vec<(&Entry, NewNode)> = Vec::new();
    for entry in entries {
        let node = entry.check(plan)?;
        for (other, taken) in &nodes {
            if let Some((what, value)) = shared(taken, &node) {
                let (one, other) = (other.place().to_owned(), entry.place().to_owned());
                return Err(CeremonyError::Twice { one, other, what, value });
            }
        }
        nodes.push((entry, node));
    }
    if !nodes.iter().any(|(_, node)| node.validator.is_some()) {
        return Err(CeremonyError::NoValidator);
    }
    plan.with_nodes(nodes.into_iter().map(|(_, node)| node).collect())
}

/// What two nodes have in common that each has to have for itself.
fn shared(one: &NewNode, other: &NewNode) -> Option<(&'static str, String)> {
    let key = |node: &NewNode| node.validator.as_ref().map(|validator| validator.key);
    if one.peer == other.peer {
        return Some(("network key", NodeId(one.peer).to_string()));
    }
    if let Some(key) = key(one).filter(|key1| Some(*key1) == key(other)) {
        return Some(("validator key", Account::Key(key).to_string()));
    }
    (one.name == other.name).then(|| ("name", one.name.clone()))
}

/// Begins a chain of this genesis in memory, so that what would keep it from starting shows now.
///
/// # Errors
/// If it can't begin so.
pub(crate) fn try_out(genesis: &Genesis) -> Result<(), CeremonyError> {
    let genesis = genesis.clone();
    let outside = Outside { optimisation: Optimisation::default(), ..Outside::default() };
    let trial = spawn_for_contracts("genesis", move || {
        let runtime = Runtime::new(genesis.hash(), genesis.parameters.clone(), outside)?;
        runtime.build_genesis(&genesis)?;
        Ok(())
    })?;
    trial.join().unwrap_or_else(|_| Err(sillok_runtime::Fault::new("the trial panicked").into()))
}
