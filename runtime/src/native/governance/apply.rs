//! Carrying out the actions of a proposal: all of them, or none.
//!
//! The same code judges a proposal when it is made, with everything taken back, and carries it out later,
//! on the state as it is then.

use codec::Encode;
use sillok_abi::governance::{Action, ActionFailure};

use super::error::{Code, Done, Undone};
use super::records::{
    Chain, Roll, Window, chain_key, read, read_certain, roll_key, set_key, windows_key, write,
};
use super::set::{Seat, ValidatorSet, check_change, check_usable};
use super::{calls, chain, emit, members, nodes, parameters};
use crate::execution::{Context, Stop};

/// Whether actions are to take effect, or only to be judged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// To judge: contracts are not called.
    Judge,
    /// To take effect.
    Execute,
}

/// The records that several actions change.
pub(super) struct Changing {
    before: ValidatorSet,
    pub(super) set: ValidatorSet,
    pub(super) roll: Roll,
    pub(super) chain: Chain,
    pub(super) purpose: Purpose,
}

impl Changing {
    pub(super) fn begin(context: &mut Context, purpose: Purpose) -> Result<Self, Stop> {
        let set: ValidatorSet = read_certain(context, &set_key())?;
        Ok(Changing {
            before: set.clone(),
            set,
            roll: read_certain(context, &roll_key())?,
            chain: read_certain(context, &chain_key())?,
            purpose,
        })
    }

    /// The records of a chain that begins.
    pub(super) fn genesis(chain: Chain) -> Self {
        let roll = Roll { mark: [0; 32], next: 0, observers: 0 };
        let (before, set) = Default::default();
        Changing { before, set, roll, chain, purpose: Purpose::Execute }
    }

    /// Writes what has changed, if the set may change so.
    pub(super) fn finish(mut self, context: &mut Context) -> Done {
        let height = context.env.height;
        if height == 0 || self.set.seats != self.before.seats {
            match height {
                0 => check_usable(&self.set)?,
                _ => check_change(&self.before, &self.set)?,
            }
            self.set.changed = height;
            self.set.before = if height == 0 { &self.set } else { &self.before }.seats.clone();
            move_windows(context, &self.before, &self.set)?;
            emit(context, "ValidatorsChanged", (self.set.validators(),))?;
        }
        if self.set != self.before {
            write(context, &set_key(), Some(self.set.encode()))?;
        }
        write(context, &roll_key(), Some(self.roll.encode()))?;
        Ok(write(context, &chain_key(), Some(self.chain.encode()))?)
    }
}

/// Whether the actions may change who has a vote, or with which power or key.
pub(super) fn changes_set(actions: &[Action]) -> bool {
    actions.iter().any(|action| match action {
        Action::AddNode { node } => node.validator.is_some(),
        Action::RemoveNode { .. }
        | Action::Promote { .. }
        | Action::Demote { .. }
        | Action::Rekey { .. }
        | Action::SetPower { .. } => true,
        _ => false,
    })
}

/// Does what the actions say. If one can't be done, none is, and the answer says which and why.
pub(super) fn apply_all(
    context: &mut Context,
    actions: &[Action],
    purpose: Purpose,
) -> Result<Result<(), ActionFailure>, Stop> {
    let mark = context.mark();
    let mut done = 0;
    let ended = each(context, actions, purpose, &mut done);
    if ended.is_err() || purpose == Purpose::Judge {
        context.rollback(mark);
    }
    let action = done;
    match ended {
        Ok(()) => Ok(Ok(())),
        Err(Undone::Stop(stop)) => Err(stop),
        Err(Undone::Refused(code)) => {
            Ok(Err(ActionFailure { action, code: code as u32, detail: String::new() }))
        }
        Err(Undone::CallFailed(detail)) => {
            Ok(Err(ActionFailure { action, code: Code::CallFailed as u32, detail }))
        }
    }
}

fn each(context: &mut Context, actions: &[Action], purpose: Purpose, done: &mut u32) -> Done {
    let mut changing = Changing::begin(context, purpose)?;
    for action in actions {
        one(context, &mut changing, action)?;
        *done += 1;
    }
    changing.finish(context)
}

fn one(context: &mut Context, changing: &mut Changing, action: &Action) -> Done {
    match action {
        Action::AddNode { .. }
        | Action::RemoveNode { .. }
        | Action::Promote { .. }
        | Action::Demote { .. }
        | Action::Rekey { .. }
        | Action::SetPeer { .. }
        | Action::SetPower { .. }
        | Action::SetOperator { .. }
        | Action::DescribeNode { .. } => nodes::apply(context, changing, action),
        Action::SetParameter { name, value } => parameters::set(context, changing, name, *value),
        Action::AddMember { .. }
        | Action::SetMemberAdmin { .. }
        | Action::SetMemberShare { .. }
        | Action::Admit { .. }
        | Action::Dismiss { .. } => members::apply(context, changing, action),
        Action::RestrictDeployment { .. }
        | Action::AppointDeployer { .. }
        | Action::DismissDeployer { .. }
        | Action::PlanVersion { .. }
        | Action::CancelVersion {}
        | Action::Halt { .. }
        | Action::Resume {} => chain::apply(context, changing, action),
        Action::Call { contract, method, args, gas } => {
            calls::call(context, changing.purpose, (contract, method, args), *gas)
        }
    }
}

/// Closes the windows of keys that leave the set, and opens those of keys that enter it: the next block is
/// decided by the old set, but for the first of all. Those in which
/// nothing can be reported any more are forgotten.
fn move_windows(context: &mut Context, before: &ValidatorSet, after: &ValidatorSet) -> Result<(), Stop> {
    let height = context.env.height;
    let max_age = context.shared.parameters.evidence.max_age;
    let last = if height == 0 { 0 } else { height + 1 };
    let same = |seat: &Seat, other: &Seat| (seat.node, seat.key) == (other.node, other.key);
    let left = before.seats.iter().filter(|seat| !after.seats.iter().any(|other| same(seat, other)));
    let entered = after.seats.iter().filter(|seat| !before.seats.iter().any(|other| same(seat, other)));
    for (seat, enters) in left.map(|seat| (seat, false)).chain(entered.map(|seat| (seat, true))) {
        let key = windows_key(&seat.key);
        let mut windows: Vec<Window> = read(context, &key)?.unwrap_or_default();
        windows.retain(|window| window.until.is_none_or(|until| until.saturating_add(max_age) >= height));
        match windows.iter_mut().find(|window| window.until.is_none()) {
            Some(open) if !enters => open.until = Some(last),
            _ if enters => windows.push(Window { node: seat.node, from: last + 1, until: None }),
            _ => {}
        }
        write(context, &key, Some(windows.encode()))?;
    }
    Ok(())
}
