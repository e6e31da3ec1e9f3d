//! What genesis writes for governance.

use codec::Encode;
use sillok_abi::governance::NewNode;

use super::apply::Changing;
use super::error::Undone;
use super::nodes;
use super::records::{Chain, OpenProposals, open_key, parameters_key, write};
use crate::Parameters;
use crate::execution::{Context, Stop};

/// The version of the protocol that every chain begins with, whichever a program knows.
pub(super) const FIRST_VERSION: u32 = 1;

/// Why genesis's nodes can't be.
pub(crate) enum BadNodes {
    /// This one, or all of them together, for this reason.
    Refused(Option<usize>, String),
    Stop(Stop),
}

/// Writes nodes, parameters and how the chain stands.
pub(crate) fn put_governance(
    context: &mut Context,
    nodes: &[NewNode],
    parameters: &Parameters,
    members: usize,
) -> Result<(), BadNodes> {
    let chain = Chain {
        halted: None,
        version: FIRST_VERSION,
        planned: None,
        replay_window_ms: parameters.max_transaction_lifetime_ms,
        restricted: false,
        deployers: 0,
        members: members as u32,
        offences: 0,
    };
    let mut changing = Changing::genesis(chain);
    for (index, node) in nodes.iter().enumerate() {
        nodes::add(context, &mut changing, node).map_err(|undone| bad(Some(index), undone))?;
        changing.mark(0, node);
    }
    changing.finish(context).map_err(|undone| bad(None, undone))?;
    put_rest(context, parameters).map_err(BadNodes::Stop)
}

fn put_rest(context: &mut Context, parameters: &Parameters) -> Result<(), Stop> {
    write(context, &parameters_key(), Some(parameters.encode()))?;
    write(context, &open_key(), Some(OpenProposals::default().encode()))
}

fn bad(index: Option<usize>, undone: Undone) -> BadNodes {
    match undone {
        Undone::Refused(code) => BadNodes::Refused(index, code.to_string()),
        Undone::CallFailed(detail) => BadNodes::Refused(index, detail),
        Undone::Stop(stop) => BadNodes::Stop(stop),
    }
}
