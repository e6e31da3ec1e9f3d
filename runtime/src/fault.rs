//! Node faults: what must halt a node and can never be part of a receipt.

/// Something on this node failed that has nothing to do with what was executed: disk, memory, a bug.
/// Another node might not share it, so it can't be a verdict; the node halts and says so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("node fault: {0}")]
pub struct Fault(pub String);

impl Fault {
    /// A fault with its cause in words.
    pub fn new(cause: impl std::fmt::Display) -> Self {
        Fault(cause.to_string())
    }
}
