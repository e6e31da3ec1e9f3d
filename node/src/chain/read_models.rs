//! The read models that requests are answered from: each follows the chain by itself, or is switched off.

use std::sync::{Arc, OnceLock};

use crate::index::Index;
use crate::surveillance::Surveillance;

/// The read models of a chain. Each is set once, when the node starts.
#[derive(Default)]
pub(crate) struct ReadModels {
    surveillance: OnceLock<Arc<Surveillance>>,
    index: OnceLock<Arc<Index>>,
}

impl ReadModels {
    /// Has requests answered from this.
    pub(crate) fn survey(&self, surveillance: Arc<Surveillance>) {
        // Nobody sets it twice: a node starts once.
        let _ = self.surveillance.set(surveillance);
    }

    /// Has requests answered from this.
    pub(crate) fn index(&self, index: Arc<Index>) {
        let _ = self.index.set(index);
    }

    /// What surveillance has found, if the node keeps it.
    pub(crate) fn surveillance(&self) -> Option<&Arc<Surveillance>> {
        self.surveillance.get()
    }

    /// The index of the past, if the node keeps it.
    pub(crate) fn past(&self) -> Option<&Arc<Index>> {
        self.index.get()
    }
}
