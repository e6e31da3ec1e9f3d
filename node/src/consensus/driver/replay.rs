//! Starting again: what the log holds goes through the core once more.

use std::collections::BTreeSet;

use malachite::Input as CoreInput;
use sillok_abi::{Hash, Validator};

use super::{Config, Driver};
use crate::consensus::context::Sillok;
use crate::consensus::effect::{Effect, Halt};
use crate::consensus::guard::Guard;
use crate::consensus::inputs::input_of;
use crate::consensus::log::{Entry, Recorded};

/// Where a node starts.
pub(crate) struct Start<'a> {
    /// The height to decide: one more than that of the last block.
    pub(crate) height: u64,
    /// Its validators, in the order of their turns.
    pub(crate) validators: &'a [Validator],
    /// What the log holds.
    pub(crate) recorded: Recorded,
    /// The blocks of this height whose bodies are in the store.
    pub(crate) stored: BTreeSet<Hash>,
}

impl Driver {
    /// A driver that goes on where the log ends, and what is to be done first.
    ///
    /// # Errors
    /// If the node has to halt: the log does not fit the chain, or what was signed can't be arrived at again.
    pub(crate) fn start(config: &Config, start: Start<'_>) -> Result<(Self, Vec<Effect>), Halt> {
        let Start { height, validators, recorded, stored } = start;
        if recorded.height > height {
            return Err(Halt::LogAhead { log: recorded.height, chain: height });
        }
        // Entries of a lower height are of a block that is committed.
        let entries = if recorded.height == height { recorded.entries } else { Vec::new() };
        let guard = Guard::of_log(&entries, &config.signatures.key());
        let mut driver = Driver::new(config, height, validators, guard)?;
        driver.begin_reports();
        if !entries.is_empty() {
            driver.replay(&entries, &stored)?;
        }
        let effects = driver.finish()?;
        Ok((driver, effects))
    }

    fn replay(&mut self, entries: &[Entry], stored: &BTreeSet<Hash>) -> Result<(), Halt> {
        let inputs: Vec<CoreInput<Sillok>> =
            entries.iter().map(|entry| input_of(entry, self.height)).collect();
        self.host.replaying = true;
        self.begin();
        self.core.index_wal_entries(&inputs);
        for (entry, input) in entries.iter().zip(inputs) {
            self.recall(entry, stored)?;
            self.feed(input);
        }
        self.core.reset_entries_index();
        self.host.end_replay();
        self.build_if_due();
        Ok(())
    }

    /// What is known of blocks is not the core's to remember.
    fn recall(&mut self, entry: &Entry, stored: &BTreeSet<Hash>) -> Result<(), Halt> {
        match entry {
            Entry::Judged { block, valid: true, .. } if !stored.contains(block) => {
                return Err(Halt::BodyMissing(*block));
            }
            Entry::Judged { block, round, .. } => self.host.bodies.was_judged(*block, *round),
            Entry::Proposal(signed) if signed.proposal.pol_round.is_none() => {
                self.host.bodies.claim_fresh(signed.proposal.block, signed.proposal.round);
            }
            _ => {}
        }
        Ok(())
    }
}
