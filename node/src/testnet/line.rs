//! What is told of a testnet on which things go wrong: one line for each.

use std::fmt;
use std::time::Duration;

use serde_json::{Value, json};

/// What happened.
#[derive(Clone, Debug)]
pub(crate) enum What {
    /// A fault begins, or is done if it has no length.
    Begins(String),
    /// A fault is over.
    Ends(String),
    /// A line is not done, and why.
    Refused(String),
    /// All nodes have the same blocks.
    Agreed {
        /// How many nodes.
        nodes: usize,
        /// The last height that all have.
        height: u64,
        /// Its block.
        block: String,
        /// How many faults there were.
        faults: u64,
    },
}

/// What happened, and when.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    /// The seed of the plan that it is of; none if there is no plan.
    pub(crate) seed: Option<u64>,
    /// How long after all nodes ran.
    pub(crate) at: Duration,
    /// What.
    pub(crate) what: What,
}

impl Line {
    /// The same for machines.
    pub(crate) fn to_json(&self) -> Value {
        let at_ms = u64::try_from(self.at.as_millis()).unwrap_or(u64::MAX);
        let mut value = match &self.what {
            What::Begins(fault) => json!({ "begins": fault }),
            What::Ends(fault) => json!({ "ends": fault }),
            What::Refused(why) => json!({ "refused": why }),
            What::Agreed { nodes, height, block, faults } => {
                json!({ "agreed": { "nodes": nodes, "height": height, "block": block, "faults": faults } })
            }
        };
        value["at_ms"] = at_ms.into();
        value["seed"] = self.seed.into();
        value
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(seed) = self.seed {
            write!(f, "chaos {seed}  ")?;
        }
        write!(f, "{:>4}.{:03} s  ", self.at.as_secs(), self.at.subsec_millis())?;
        match &self.what {
            What::Begins(fault) => write!(f, "{fault}"),
            What::Ends(fault) => write!(f, "over: {fault}"),
            What::Refused(why) => write!(f, "not done: {why}"),
            What::Agreed { nodes, height, block, faults } => {
                write!(f, "after {faults} faults all {nodes} nodes have block {height}, {block}")
            }
        }
    }
}
