//! Which transactions a block may hold: each by itself, and as many as there is room for.

use std::borrow::Borrow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sillok_abi::native::Member;
use sillok_abi::{Hash, Transaction};

use super::Executor;
use crate::admission::{Admission, Gatekeeper, NotAdmitted};
use crate::block::Room;
use crate::execution::{BlockEnv, Context};
use crate::fault::Fault;
use crate::refusal::Refusal;
use crate::replay::{Nonces, ReplayGuard, UsedNonce};
use crate::state::StateReader;
use crate::{limits, native};

/// Admission with the replay guard, the block's own transactions included.
pub(super) struct Judge<'a> {
    pub(super) gatekeeper: Gatekeeper,
    replay: &'a ReplayGuard,
    seen: Nonces,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        executor: &'a Executor,
        env: BlockEnv,
        state: Arc<dyn StateReader>,
    ) -> Result<Self, Fault> {
        let gatekeeper = Gatekeeper::new(executor.runtime.shared(&*state)?, env, state);
        Ok(Judge { gatekeeper, replay: &executor.replay, seen: Nonces::seeded(executor.runtime.seed()) })
    }

    pub(super) fn admit(
        &mut self,
        transaction: &Transaction,
        id: Hash,
        key_signature: bool,
    ) -> Result<Admission, NotAdmitted> {
        let body = &transaction.body;
        if self.replay.contains(body) || self.seen.contains(body) {
            return Err(Refusal::Replayed.into());
        }
        let admission = self.gatekeeper.admit(transaction, id, key_signature)?;
        self.seen.insert(&UsedNonce::of(body));
        Ok(admission)
    }
}

/// Splits transactions in protocol order into those that fit and those that wait. Once one of a
/// submitter's waits, all its later ones do, so that the order of the rest stays what it is.
pub(super) fn fill<T: Borrow<Transaction>>(
    room: &mut Room,
    ordered: Vec<(T, Admission)>,
) -> (Vec<(T, Admission)>, Vec<T>) {
    let mut waiting = BTreeSet::new();
    let (mut chosen, mut deferred) = (Vec::new(), Vec::new());
    for (transaction, admission) in ordered {
        let body = &transaction.borrow().body;
        let submitter = body.submitter;
        let fits =
            !waiting.contains(&submitter) && room.take(admission.member, admission.bytes, body.gas_limit);
        if fits {
            chosen.push((transaction, admission));
        } else {
            waiting.insert(submitter);
            deferred.push(transaction);
        }
    }
    (chosen, deferred)
}

/// Each member's share of a block's gas, in thousandths, and that of the lane for governance.
pub(super) fn shares(context: &mut Context) -> Result<BTreeMap<u32, u32>, Fault> {
    let mut shares = BTreeMap::new();
    for number in 0.. {
        let Some(Member { gas_share, .. }) = native::member(context, number)? else { break };
        shares.insert(number, gas_share);
    }
    shares.insert(limits::GOVERNANCE_LANE, limits::GOVERNANCE_SHARE);
    Ok(shares)
}
