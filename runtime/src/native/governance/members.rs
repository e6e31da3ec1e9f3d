//! Actions on member organisations. What members may do themselves is in the membership module.

use sillok_abi::Account;
use sillok_abi::governance::Action;
use sillok_abi::native::Member;

use super::apply::Changing;
use super::emit;
use super::error::{Code, Done, require};
use crate::execution::Context;
use crate::limits;
use crate::native::membership::{member, member_of, put_account, put_member};

pub(super) fn apply(context: &mut Context, changing: &mut Changing, action: &Action) -> Done {
    match action {
        Action::AddMember { name, admin, gas_share, state_quota } => {
            let fits = (1..=limits::MAX_MEMBER_NAME_BYTES).contains(&name.len());
            require(fits, Code::MemberName)?;
            require(changing.chain.members < limits::MAX_MEMBERS, Code::TooManyMembers)?;
            let number = changing.chain.members;
            changing.chain.members += 1;
            let (name, admin) = (name.clone(), *admin);
            let new = Member { name, admin, gas_share: 0, state_quota: 0, state_used: 0 };
            set_share(context, number, new, (*gas_share, *state_quota))
        }
        Action::SetMemberAdmin { member, admin } => {
            let old = known(context, *member)?;
            require(old.admin != *admin, Code::NothingChanges)?;
            set(context, *member, &Member { admin: *admin, ..old })
        }
        Action::SetMemberShare { member, gas_share, state_quota } => {
            let old = known(context, *member)?;
            let share = (*gas_share, *state_quota);
            require((old.gas_share, old.state_quota) != share, Code::NothingChanges)?;
            set_share(context, *member, old, share)
        }
        Action::Admit { member, account } => admit(context, *member, account),
        Action::Dismiss { member, account } => dismiss(context, *member, account),
        _ => Ok(()),
    }
}

fn known(context: &mut Context, number: u32) -> Done<Member> {
    member(context, number)?.ok_or_else(|| Code::NoMember.into())
}

fn set_share(context: &mut Context, number: u32, old: Member, (gas_share, state_quota): (u32, u64)) -> Done {
    require(gas_share <= 1_000, Code::ShareRange)?;
    set(context, number, &Member { gas_share, state_quota, ..old })
}

fn set(context: &mut Context, number: u32, member: &Member) -> Done {
    context.charge_touch(true)?;
    put_member(context, number, member)?;
    let Member { name, admin, gas_share, state_quota, .. } = member;
    Ok(emit(context, "MemberSet", (number, name, admin, gas_share, state_quota))?)
}

fn admit(context: &mut Context, number: u32, account: &Account) -> Done {
    known(context, number)?;
    context.charge_touch(true)?;
    require(member_of(context, account)?.is_none(), Code::AdmittedAlready)?;
    put_account(context, account, Some(number))?;
    Ok(emit(context, "Admitted", (number, account))?)
}

fn dismiss(context: &mut Context, number: u32, account: &Account) -> Done {
    known(context, number)?;
    context.charge_touch(true)?;
    require(member_of(context, account)? == Some(number), Code::NotAdmitted)?;
    put_account(context, account, None)?;
    Ok(emit(context, "Dismissed", (number, account))?)
}
