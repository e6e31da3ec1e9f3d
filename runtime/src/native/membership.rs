//! The membership module: member organisations and the accounts that they admit.
//!
//! There is no gas coin. Only admitted accounts may submit, each member has a share of a block's gas,
//! and what its accounts' transactions keep in state counts against its quota.

use codec::Encode;
use sillok_abi::native::{MEMBERSHIP, Member};
use sillok_abi::{Account, ErrorSpec, ItemSpec, MethodKind, Param, TrapCode, Type};

use super::{args, error, returned};
use crate::execution::{CallEnd, Context, Stop};
use crate::fault::Fault;
use crate::limits;
use crate::state::state_key;

const MEMBER: Type = Type::Struct(
    "Member",
    &[
        Param { name: "name", ty: &Type::String },
        Param { name: "admin", ty: &Type::Account },
        Param { name: "gas_share", ty: &Type::U32 },
        Param { name: "state_quota", ty: &Type::U64 },
        Param { name: "state_used", ty: &Type::U64 },
    ],
);

const ADMISSION: &[Param] =
    &[Param { name: "member", ty: &Type::U32 }, Param { name: "account", ty: &Type::Account }];

pub(super) const METHODS: &[ItemSpec] = &[
    ItemSpec::Contract { name: "membership", version: env!("CARGO_PKG_VERSION"), layout: [0; 32] },
    ItemSpec::Method {
        name: "admit",
        docs: "Lets an account submit transactions for a member; the member's admin authorises.",
        kind: MethodKind::Change,
        reentrant: false,
        params: ADMISSION,
        returns: &Type::Unit,
    },
    ItemSpec::Method {
        name: "dismiss",
        docs: "Ends an account's right to submit for a member; the member's admin authorises.",
        kind: MethodKind::Change,
        reentrant: false,
        params: ADMISSION,
        returns: &Type::Unit,
    },
    ItemSpec::Method {
        name: "member",
        docs: "A member organisation.",
        kind: MethodKind::Query,
        reentrant: false,
        params: &[Param { name: "member", ty: &Type::U32 }],
        returns: &Type::Option(&MEMBER),
    },
    ItemSpec::Method {
        name: "member_of",
        docs: "The member that admitted an account.",
        kind: MethodKind::Query,
        reentrant: false,
        params: &[Param { name: "account", ty: &Type::Account }],
        returns: &Type::Option(&Type::U32),
    },
];

const NO_MEMBER: u32 = 1;
const ADMITTED_ALREADY: u32 = 2;
const NOT_ADMITTED: u32 = 3;

pub(super) fn errors() -> Vec<ErrorSpec> {
    vec![
        error(NO_MEMBER, "NoMember", "There is no member of this number."),
        error(
            ADMITTED_ALREADY,
            "AdmittedAlready",
            "A member has admitted this account already: it has to dismiss it first.",
        ),
        error(NOT_ADMITTED, "NotAdmitted", "This member has not admitted this account."),
    ]
}

pub(super) fn run(context: &mut Context, method: &str, bytes: &[u8]) -> Result<CallEnd, Stop> {
    match method {
        "admit" | "dismiss" => {
            let (number, account) = args(bytes)?;
            change(context, method == "admit", number, account)
        }
        "member" => {
            let (number,) = args(bytes)?;
            let member = member(context, number)?;
            returned(member)
        }
        "member_of" => {
            let (account,) = args(bytes)?;
            let number = member_of(context, &account)?;
            returned(number)
        }
        _ => Err(TrapCode::NoMethod.into()),
    }
}

fn change(context: &mut Context, admit: bool, number: u32, account: Account) -> Result<CallEnd, Stop> {
    let Some(member) = member(context, number)? else {
        return Ok(CallEnd::Refused(NO_MEMBER));
    };
    context.require_auth(&member.admin)?;
    let (value, refusal) = match (admit, member_of(context, &account)?) {
        (true, None) => (Some(number), None),
        (true, Some(_)) => (None, Some(ADMITTED_ALREADY)),
        (false, Some(of)) if of == number => (None, None),
        (false, _) => (None, Some(NOT_ADMITTED)),
    };
    if let Some(code) = refusal {
        return Ok(CallEnd::Refused(code));
    }
    put_account(context, &account, value)?;
    returned(())
}

/// The member that admitted an account.
pub(crate) fn member_of(context: &mut Context, account: &Account) -> Result<Option<u32>, Fault> {
    context.load(&account_key(account))
}

/// A member organisation.
pub(crate) fn member(context: &mut Context, number: u32) -> Result<Option<Member>, Fault> {
    context.load(&member_key(number))
}

/// Writes a member organisation.
pub(super) fn put_member(context: &mut Context, number: u32, member: &Member) -> Result<(), Fault> {
    context.overlay.put(&member_key(number), Some(member.encode()))?;
    Ok(())
}

/// Has this member, or none, admit an account.
pub(super) fn put_account(context: &mut Context, account: &Account, of: Option<u32>) -> Result<(), Fault> {
    context.overlay.put(&account_key(account), of.map(|number| number.encode()))?;
    Ok(())
}

/// Counts what the transaction keeps in state against its member's quota. Whoever governs has none: what the
/// governance module keeps has limits of its own.
pub(crate) fn grow_state(context: &mut Context, number: u32) -> Result<(), Stop> {
    if number == limits::GOVERNANCE_LANE {
        return Ok(());
    }
    let growth = context.overlay.growth();
    if growth == 0 {
        return Ok(());
    }
    let Some(mut member) = member(context, number)? else {
        return Err(Fault::new("an admitted account's member has no record").into());
    };
    member.state_used = member.state_used.saturating_add_signed(growth);
    if growth > 0 && member.state_used > member.state_quota {
        return Err(TrapCode::StateQuota.into());
    }
    context.overlay.put(&member_key(number), Some(member.encode()))?;
    Ok(())
}

/// Writes genesis's members and the accounts that they admit.
pub(crate) fn put_members(
    context: &mut Context,
    members: &[Member],
    admitted: &[(Account, u32)],
) -> Result<(), Fault> {
    for (number, member) in members.iter().enumerate() {
        put_member(context, number as u32, member)?;
    }
    for (account, number) in admitted {
        put_account(context, account, Some(*number))?;
    }
    Ok(())
}

fn member_key(number: u32) -> Vec<u8> {
    state_key(&MEMBERSHIP, &[b"memb".as_slice(), &number.to_be_bytes()].concat())
}

fn account_key(account: &Account) -> Vec<u8> {
    state_key(&MEMBERSHIP, &[b"acct".as_slice(), &account.encode()].concat())
}
