//! Why the mempool takes a transaction not, or not for long.

use sillok_runtime::Refusal;

/// Why the mempool refuses a transaction that is valid in itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PoolRefusal {
    /// Too many transactions or bytes wait.
    #[error("the node has too many waiting transactions")]
    Full,
    /// Too many transactions or bytes of this submitter wait.
    #[error("this submitter has too many waiting transactions")]
    SubmitterFull,
    /// Too many transactions or bytes of the submitter's member wait.
    #[error("the member that admitted this submitter has too many waiting transactions")]
    MemberFull,
    /// It waits already.
    #[error("this transaction is already waiting for a block")]
    Pending,
    /// Another one of this submitter with its nonce waits.
    #[error("another transaction of this submitter with the same nonce is waiting for a block")]
    NoncePending,
}

impl PoolRefusal {
    /// Its code in JSON-RPC errors.
    pub(crate) fn code(self) -> u32 {
        match self {
            PoolRefusal::Full => 1020,
            PoolRefusal::SubmitterFull => 1021,
            PoolRefusal::Pending => 1022,
            PoolRefusal::NoncePending => 1023,
            PoolRefusal::MemberFull => 1025,
        }
    }

    /// What the user can do now.
    pub(crate) fn hint(self) -> &'static str {
        match self {
            PoolRefusal::Full => "try again in a few seconds",
            PoolRefusal::MemberFull => {
                "try again in a few seconds, or have another member admit the submitter"
            }
            PoolRefusal::SubmitterFull => "wait until some of them are final, then send more",
            PoolRefusal::Pending => "wait for it with tx_wait",
            PoolRefusal::NoncePending => "use another nonce, or wait for that one to expire",
        }
    }
}

/// Why a transaction that was accepted never made it into a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dropped {
    /// The code of the refusal.
    pub(crate) code: u32,
    /// The reason, for people.
    pub(crate) reason: String,
}

impl Dropped {
    /// Dropped as it is refused.
    pub(crate) fn by(refusal: &Refusal) -> Self {
        Dropped { code: refusal.code(), reason: refusal.to_string() }
    }
}
