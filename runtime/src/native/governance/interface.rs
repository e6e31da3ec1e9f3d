//! The governance module's methods and events, as a contract's metadata has them.

use sillok_abi::governance::{
    ActionFailure, ChainStatus, NewProposal, NodeInfo, Offence, ParameterInfo, Proposal, ProposalSummary,
    Status, Tally,
};
use sillok_abi::{Describe, Equivocation, ItemSpec, MethodKind, Param, Type, Validator};

const VALIDATOR: Param = Param { name: "validator", ty: &Type::U32 };
const PROPOSAL: Param = Param { name: "proposal", ty: &Type::U64 };
const NODE: Param = Param { name: "node", ty: &Type::U32 };
const NODE_INFO: Param = Param { name: "node", ty: &NodeInfo::TYPE };
const MEMBER: Param = Param { name: "member", ty: &Type::U32 };
const ACCOUNT: Param = Param { name: "account", ty: &Type::Account };
const VERSION: Param = Param { name: "version", ty: &Type::U32 };
const HEIGHT: Param = Param { name: "height", ty: &Type::U64 };
/// The first number of a page, and how many entries it has at most.
const FROM: &[Param] = &[Param { name: "from", ty: &Type::U32 }, LIMIT];
/// The number that a page of entries, latest first, is below.
const BEFORE: &[Param] = &[Param { name: "before", ty: &Type::Option(&Type::U64) }, LIMIT];
const LIMIT: Param = Param { name: "limit", ty: &Type::U32 };

const fn change(
    name: &'static str,
    docs: &'static str,
    params: &'static [Param],
    returns: &'static Type,
) -> ItemSpec {
    ItemSpec::Method { name, docs, kind: MethodKind::Change, reentrant: false, params, returns }
}

const fn query(
    name: &'static str,
    docs: &'static str,
    params: &'static [Param],
    returns: &'static Type,
) -> ItemSpec {
    ItemSpec::Method { name, docs, kind: MethodKind::Query, reentrant: false, params, returns }
}

const fn event(name: &'static str, docs: &'static str, fields: &'static [Param]) -> ItemSpec {
    ItemSpec::Event { name, docs, fields }
}

pub(in crate::native) const METHODS: &[ItemSpec] = &[
    ItemSpec::Contract { name: "governance", version: env!("CARGO_PKG_VERSION"), layout: [0; 32] },
    change(
        "propose",
        "Makes a proposal, for which its validator votes, and which is carried out at once if that is enough; \
         the validator's operator authorises. Returns its number.",
        &[VALIDATOR, Param { name: "proposal", ty: &NewProposal::TYPE }],
        &Type::U64,
    ),
    change(
        "vote",
        "Votes on a proposal, or changes the vote; the validator's operator authorises. Returns what became of \
         the proposal.",
        &[VALIDATOR, PROPOSAL, Param { name: "yes", ty: &Type::Bool }],
        &Status::TYPE,
    ),
    change(
        "withdraw",
        "Takes a proposal back that is not decided; the operator of the validator that made it authorises.",
        &[PROPOSAL],
        &Type::Unit,
    ),
    change(
        "report",
        "Reports that a validator equivocated. Nobody need authorise. Returns the offence's number.",
        &[Param { name: "evidence", ty: &Equivocation::TYPE }],
        &Type::U64,
    ),
    change(
        "execute",
        "Carries a passed proposal out. Only the chain itself calls this, at the beginning of a block.",
        &[PROPOSAL],
        &Status::TYPE,
    ),
    query("status", "How the chain stands, as the next block finds it.", &[], &ChainStatus::TYPE),
    query("node", "A node.", &[NODE], &Type::Option(&NodeInfo::TYPE)),
    query("nodes", "Nodes by number: a page of at most 32.", FROM, &Type::List(&NodeInfo::TYPE)),
    query(
        "validators",
        "Validators by number, which is the order of their turns: a page of at most 32.",
        FROM,
        &Type::List(&NodeInfo::TYPE),
    ),
    query(
        "observers",
        "Observers and suspended validators by number: a page of at most 32.",
        FROM,
        &Type::List(&NodeInfo::TYPE),
    ),
    query("proposal", "A proposal as it stands.", &[PROPOSAL], &Type::Option(&Proposal::TYPE)),
    query(
        "proposals",
        "Proposals, newest first: a page of at most 32, found among twice as many numbers below `before`.",
        BEFORE,
        &Type::List(&ProposalSummary::TYPE),
    ),
    query(
        "parameters",
        "The chain's parameters with the bounds within which they can be set: a page of at most 32.",
        FROM,
        &Type::List(&ParameterInfo::TYPE),
    ),
    query(
        "deployers",
        "Appointed deployers behind `after`: a page of at most 32.",
        &[Param { name: "after", ty: &Type::Option(&Type::Account) }, LIMIT],
        &Type::List(&Type::Account),
    ),
    query(
        "offences",
        "Equivocations that were reported, latest first: a page of at most 32.",
        BEFORE,
        &Type::List(&Offence::TYPE),
    ),
    event(
        "Proposed",
        "There is a new proposal.",
        &[
            PROPOSAL,
            Param { name: "proposer", ty: &Type::U32 },
            Param { name: "title", ty: &Type::String },
            Param { name: "expires", ty: &Type::Time },
        ],
    ),
    event(
        "Voted",
        "A validator has voted, or changed its vote.",
        &[
            PROPOSAL,
            VALIDATOR,
            Param { name: "yes", ty: &Type::Bool },
            Param { name: "tally", ty: &Tally::TYPE },
        ],
    ),
    event("Passed", "A proposal has passed; it is carried out in this block.", &[PROPOSAL, HEIGHT]),
    event("Executed", "A proposal was carried out.", &[PROPOSAL]),
    event(
        "Failed",
        "A proposal passed and could not be carried out.",
        &[PROPOSAL, Param { name: "failure", ty: &ActionFailure::TYPE }],
    ),
    event("Expired", "A proposal's time has run out.", &[PROPOSAL]),
    event("Withdrawn", "A proposal was taken back.", &[PROPOSAL]),
    event("NodeChanged", "A node is new, or no longer what it was.", &[NODE_INFO]),
    event("NodeRemoved", "A node was let go.", &[NODE]),
    event(
        "ValidatorsChanged",
        "The next block is decided by these validators, in the order of their turns.",
        &[Param { name: "validators", ty: &Type::List(&Validator::TYPE) }],
    ),
    event(
        "ParameterSet",
        "A parameter has another value from the next block on.",
        &[
            Param { name: "name", ty: &Type::String },
            Param { name: "from", ty: &Type::U64 },
            Param { name: "to", ty: &Type::U64 },
        ],
    ),
    event(
        "MemberSet",
        "A member organisation is new, or no longer what it was.",
        &[
            MEMBER,
            Param { name: "name", ty: &Type::String },
            Param { name: "admin", ty: &Type::Account },
            Param { name: "gas_share", ty: &Type::U32 },
            Param { name: "state_quota", ty: &Type::U64 },
        ],
    ),
    event("Admitted", "The validators had a member admit an account.", &[MEMBER, ACCOUNT]),
    event("Dismissed", "The validators had a member dismiss an account.", &[MEMBER, ACCOUNT]),
    event(
        "DeploymentRestricted",
        "Only appointed deployers may make contracts, or every admitted account may.",
        &[Param { name: "restricted", ty: &Type::Bool }],
    ),
    event("DeployerAppointed", "An account may make contracts.", &[ACCOUNT]),
    event("DeployerDismissed", "An account is no deployer any more.", &[ACCOUNT]),
    event("VersionPlanned", "The chain follows another version from a height on.", &[VERSION, HEIGHT]),
    event("VersionCancelled", "A planned version is forgotten.", &[VERSION]),
    event(
        "Halted",
        "From the next block on only governance goes on.",
        &[Param { name: "reason", ty: &Type::String }],
    ),
    event("Resumed", "From the next block on everything goes on.", &[]),
    event(
        "Called",
        "The consortium has called a contract.",
        &[Param { name: "contract", ty: &Type::Contract }, Param { name: "method", ty: &Type::String }],
    ),
    event(
        "Equivocated",
        "A validator was proven to have equivocated.",
        &[Param { name: "offence", ty: &Offence::TYPE }],
    ),
];
