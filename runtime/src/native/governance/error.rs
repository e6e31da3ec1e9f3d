//! Why the governance module refuses, by number.

use sillok_abi::ErrorSpec;

use crate::execution::Stop;
use crate::fault::Fault;
use crate::native::error;

macro_rules! codes {
    ($($(#[doc = $docs:literal])* $name:ident = $code:literal,)*) => {
        /// Why the module refuses.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Code { $($(#[doc = $docs])* $name = $code,)* }

        impl std::fmt::Display for Code {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str(match self { $(Code::$name => concat!($($docs),*).trim(),)* })
            }
        }

        pub(crate) fn errors() -> Vec<ErrorSpec> {
            vec![$(error($code, stringify!($name), concat!($($docs),*)),)*]
        }
    };
}

codes! {
    /// The node is not a validator with a vote: only validators propose and vote.
    NotValidator = 1,
    /// There is no proposal of this number.
    NoProposal = 2,
    /// The proposal is decided or has expired: it can't be voted on any more.
    NotOpen = 3,
    /// The proposal must be open to votes for at least a minute and at most ninety days of block time.
    ExpiryRange = 4,
    /// The validator has four proposals that can be voted on: withdraw one, or wait until one is decided.
    TooManyOpen = 5,
    /// The title must have 1 to 128 bytes, and the text at most 2,048.
    TextLength = 6,
    /// A proposal has 1 to 16 actions.
    ActionCount = 7,
    /// The actions have more than 16 KiB together: split the proposal.
    ActionBytes = 8,
    /// The height must be ahead of this block, and at most 100,000,000 blocks.
    HeightRange = 9,

    /// There is no node of this number.
    NoNode = 20,
    /// The node's name must have 1 to 128 bytes, and its contact at most 256.
    NodeText = 21,
    /// The validator key is not an sr25519 public key that anyone could have.
    BadKey = 22,
    /// The network key is not an Ed25519 public key that anyone could have.
    BadPeer = 23,
    /// Another validator has this key.
    KeyTaken = 24,
    /// Another node has this network key.
    PeerTaken = 25,
    /// The node is a validator already: set its power or its key.
    NotObserver = 26,
    /// The node is an observer: promote it first.
    IsObserver = 27,
    /// A validator's power must be above 0, and all validators' together at most a quarter of 2^64.
    PowerRange = 28,
    /// There can be at most 128 validators, suspended ones included.
    TooManyValidators = 29,
    /// There can be at most 256 observers.
    TooManyObservers = 30,
    /// The chain would be left without a validator.
    NoValidators = 31,
    /// Of three validators or fewer, one can be changed at a time, and may get at most as much power as all others have.
    OneAtATime = 32,
    /// A third or more of the voting power would go at once: go in steps.
    RemovesThird = 33,
    /// So much power would come and go that not every majority of the new validators would share more than a third of the old power: go in steps.
    ChangesTooMuch = 34,
    /// That is how it is already.
    NothingChanges = 35,

    /// There is no parameter of this name.
    NoParameter = 40,
    /// The parameter can't be set to this: the query `parameters` gives its bounds.
    ParameterRange = 41,

    /// There is no member of this number.
    NoMember = 50,
    /// The member's name must have 1 to 128 bytes.
    MemberName = 51,
    /// A member's share is at most 1,000 thousandths.
    ShareRange = 52,
    /// There can be at most 256 members.
    TooManyMembers = 53,
    /// A member has admitted this account already: it has to be dismissed first.
    AdmittedAlready = 54,
    /// This member has not admitted this account.
    NotAdmitted = 55,

    /// The account is a deployer already.
    DeployerAlready = 60,
    /// The account is no appointed deployer.
    NoDeployer = 61,
    /// There can be at most 1,024 appointed deployers.
    TooManyDeployers = 62,

    /// The version must be above the one that the chain follows.
    VersionOrder = 70,
    /// No version is planned.
    NoVersion = 71,

    /// The chain is halted already.
    HaltedAlready = 80,
    /// The chain is not halted.
    NotHalted = 81,
    /// The reason of a halt has at most 2,048 bytes.
    ReasonLength = 82,

    /// The called contract failed: the detail says how.
    CallFailed = 90,
    /// A call's gas must be from 1 to 500,000,000.
    CallGas = 91,
    /// The consortium can't call its own governance module.
    CallTarget = 92,
    /// The call's method has more than 64 bytes, or its arguments have more than 4,096.
    CallSize = 93,
    /// Carrying the proposal out used more gas than there is for it.
    Stopped = 94,

    /// The two messages do not exclude each other: this is no equivocation.
    NoConflict = 100,
    /// A signature of the evidence is not valid.
    BadEvidence = 101,
    /// The equivocation is too long ago: the parameter `evidence.max_age` says for how many blocks one can be reported.
    EvidenceTooOld = 102,
    /// The evidence is of a height that is still to come.
    EvidenceAhead = 103,
    /// The key was no validator's at that height.
    NotInSet = 104,
    /// An equivocation of this key at this height was reported before.
    Reported = 105,
    /// The validators have changed in this block: report it again in the next.
    ChangedInBlock = 106,
}

/// Why something was not done.
pub(crate) enum Undone {
    /// The module refuses.
    Refused(Code),
    /// A called contract failed, and this is how.
    CallFailed(String),
    /// The frame ends.
    Stop(Stop),
}

/// What is done, or not.
pub(crate) type Done<T = ()> = Result<T, Undone>;

impl From<Code> for Undone {
    fn from(code: Code) -> Self {
        Undone::Refused(code)
    }
}

impl From<Stop> for Undone {
    fn from(stop: Stop) -> Self {
        Undone::Stop(stop)
    }
}

impl From<Fault> for Undone {
    fn from(fault: Fault) -> Self {
        Undone::Stop(fault.into())
    }
}

/// Refuses unless it holds.
pub(super) fn require(holds: bool, code: Code) -> Done {
    if holds { Ok(()) } else { Err(code.into()) }
}
