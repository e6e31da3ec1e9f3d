//! What the methods about transactions answer.

use serde::Deserialize;
use sillok_abi::{Account, CallTree, Receipt, Transaction};

use super::hex::{optional_scale, scale};

/// What became of a transaction.
#[derive(Clone, Debug)]
pub enum TxStatus {
    /// It is in a final block.
    Final {
        /// The block's height.
        height: u64,
        /// Its place in the block.
        index: u32,
        /// Its receipt.
        receipt: Box<Receipt>,
        /// The transaction, where the node gives it.
        transaction: Option<Box<Transaction>>,
    },
    /// It waits for a block.
    Pending,
    /// The node has not heard of it.
    Unknown,
    /// The node gave it up.
    Dropped {
        /// Why.
        reason: String,
        /// The refusal's number.
        code: i32,
    },
}

/// [`TxStatus`] on the wire.
#[derive(Deserialize)]
pub(super) struct TxStatusWire {
    status: String,
    height: Option<u64>,
    index: Option<u32>,
    #[serde(default, deserialize_with = "optional_scale")]
    receipt: Option<Receipt>,
    #[serde(default, deserialize_with = "optional_scale")]
    transaction: Option<Transaction>,
    reason: Option<String>,
    code: Option<i32>,
}

impl TryFrom<TxStatusWire> for TxStatus {
    type Error = String;

    fn try_from(wire: TxStatusWire) -> Result<Self, String> {
        match (wire.status.as_str(), wire.height, wire.receipt) {
            ("final", Some(height), Some(receipt)) => Ok(TxStatus::Final {
                height,
                index: wire.index.unwrap_or_default(),
                receipt: Box::new(receipt),
                transaction: wire.transaction.map(Box::new),
            }),
            ("pending", ..) => Ok(TxStatus::Pending),
            ("unknown", ..) => Ok(TxStatus::Unknown),
            ("dropped", ..) => Ok(TxStatus::Dropped {
                reason: wire.reason.unwrap_or_default(),
                code: wire.code.unwrap_or_default(),
            }),
            (status, ..) => Err(format!("an incomplete or unknown status `{status}`")),
        }
    }
}

/// What a transaction would do, and who would have to agree to what.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The receipt that it would have.
    pub receipt: Receipt,
    /// The trees to sign, each with the account to sign it; the submitter's included.
    pub trees: Vec<(Account, CallTree)>,
}

/// [`Simulation`] on the wire.
#[derive(Deserialize)]
pub(super) struct SimulationWire {
    #[serde(deserialize_with = "scale")]
    receipt: Receipt,
    trees: Vec<TreeWire>,
}

#[derive(Deserialize)]
struct TreeWire {
    account: String,
    #[serde(deserialize_with = "scale")]
    tree: CallTree,
}

impl TryFrom<SimulationWire> for Simulation {
    type Error = String;

    fn try_from(wire: SimulationWire) -> Result<Self, String> {
        let tree = |wire: TreeWire| Ok((wire.account.parse()?, wire.tree));
        let trees = wire.trees.into_iter().map(tree).collect::<Result<_, sillok_abi::ParseError>>();
        Ok(Simulation { receipt: wire.receipt, trees: trees.map_err(|error| error.0)? })
    }
}
