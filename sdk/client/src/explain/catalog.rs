//! The contracts whose metadata is at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sillok_abi::{ContractId, Metadata, Outcome, Receipt};

/// Names and metadata of contracts.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    contracts: BTreeMap<ContractId, (String, Arc<Metadata>)>,
}

impl Catalog {
    /// Knows nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a contract under the name that people know it by.
    pub fn insert(&mut self, id: ContractId, name: String, metadata: Arc<Metadata>) {
        self.contracts.insert(id, (name, metadata));
    }

    /// The contract's metadata.
    pub fn metadata(&self, id: &ContractId) -> Option<&Metadata> {
        self.contracts.get(id).map(|(_, metadata)| metadata.as_ref())
    }

    /// The contract's name, else its id.
    pub fn name(&self, id: &ContractId) -> String {
        self.contracts.get(id).map_or_else(|| id.to_string(), |(name, _)| name.clone())
    }

    /// The contracts that a receipt speaks of: what has to be inserted to explain it fully.
    pub fn needed(receipt: &Receipt) -> BTreeSet<ContractId> {
        let mut contracts: BTreeSet<_> = receipt.events.iter().map(|event| event.contract).collect();
        if let Outcome::Failed(failure) = &receipt.outcome {
            contracts.insert(failure.contract);
        }
        contracts
    }
}
