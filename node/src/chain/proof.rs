//! Proofs of what state holds, for those who have no node.
//!
//! The state after a block is committed to by the header of the next one. So a proof is made in two steps:
//! searches in the tree of one height, and, once a header with that tree's root is final, the values and
//! that header with its certificate.

use std::collections::BTreeSet;
use std::sync::Arc;

use sillok_abi::{ContractId, FIELD_BYTES, Hash, Header, KeyProof, Search};
use sillok_client::proof::{Claim, StateProof};
use sillok_runtime::{Direction, Entries, Fault, FieldKey, PageLimit, StateReader, StateTree, state_key};

use super::{Chain, CommittedBlock};
use crate::limits;

/// What is to be proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// What a contract's storage key holds, or that it holds nothing.
    Key(ContractId, Vec<u8>),
    /// All that a contract's field holds.
    Field(ContractId, [u8; FIELD_BYTES]),
}

/// What was found in the tree of one height.
pub(crate) struct Searched {
    height: u64,
    root: Hash,
    searches: Vec<Found>,
}

enum Found {
    Key(KeyProof),
    Field(Search),
}

/// A proof, and the header of the block after which state was so; genesis has none.
pub(crate) struct Proven {
    pub(crate) proof: StateProof,
    pub(crate) before: Option<Header>,
}

/// Why there is no proof.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProofRefusal {
    /// A key is too short to be one.
    #[error("a storage key has at least {FIELD_BYTES} bytes")]
    ShortKey,
    /// The entries of the fields are too many for one proof.
    #[error("what is to be proven takes more than {} bytes", limits::PROOF_BYTES)]
    TooLarge,
    /// The node failed.
    #[error(transparent)]
    Fault(#[from] Fault),
}

impl Chain {
    /// Searches the tree of the last block.
    ///
    /// # Errors
    /// If a key is none, or the tree can't be made.
    pub(crate) fn search(&self, wanted: &[Wanted]) -> Result<Searched, ProofRefusal> {
        let height = self.tip().height;
        // The block after the tip may have been handed over already; the tree knows its height.
        self.commitment.at(height, |committed| search(&committed.tree, committed.height, wanted))?
    }

    /// Searches the tree of the state after the block at `height`.
    ///
    /// # Errors
    /// If a key is none, or the tree can't be read.
    pub(crate) fn search_at(&self, height: u64, wanted: &[Wanted]) -> Result<Searched, ProofRefusal> {
        // The fields' roots are on disk once another block has followed.
        if height >= self.tip().height {
            return self.search(wanted);
        }
        let whole: BTreeSet<FieldKey> = wanted.iter().filter_map(Wanted::field_searched).collect();
        search(&self.ledger.tree_at(height, &whole)?, height, wanted)
    }

    /// The final block whose header commits to what was searched: the next one, or the very block if it
    /// has changed nothing. None if there is none yet.
    ///
    /// # Errors
    /// If blocks can't be read.
    pub(crate) fn committing(&self, searched: &Searched) -> Result<Option<Arc<CommittedBlock>>, Fault> {
        let commits = |block: &Arc<CommittedBlock>| block.header().state_root == searched.root;
        match self.committed(searched.height + 1)? {
            Some(block) if commits(&block) => Ok(Some(block)),
            Some(block) => {
                Err(Fault::new(format!("block {} commits to another state", block.header().height)))
            }
            None => Ok(self.committed(searched.height)?.filter(commits)),
        }
    }

    /// The proof of what was searched, by the block that commits to it.
    ///
    /// # Errors
    /// If it is too large, or state can't be read.
    pub(crate) fn prove(
        &self,
        wanted: Vec<Wanted>,
        searched: &Searched,
        block: &CommittedBlock,
    ) -> Result<Proven, ProofRefusal> {
        let height = block.header().height - 1;
        let missing = || Fault::new(format!("block {height} is missing"));
        let state = self.ledger.at(height).ok_or_else(missing)?;
        let mut room = limits::PROOF_BYTES;
        let mut claims = Vec::with_capacity(wanted.len());
        for (wanted, found) in wanted.into_iter().zip(&searched.searches) {
            claims.push(claim(&*state, wanted, found, &mut room)?);
        }
        let before = match height {
            0 => None,
            _ => Some(self.header_of(height)?.ok_or_else(missing)?),
        };
        let (header, certificate) = (block.header().clone(), block.stored.certificate.clone());
        Ok(Proven { proof: StateProof { header, certificate, claims }, before })
    }
}

impl Wanted {
    /// The field into which its search goes, if it does.
    fn field_searched(&self) -> Option<FieldKey> {
        match self {
            Wanted::Key(contract, key) => state_key(contract, key).first_chunk().copied(),
            Wanted::Field(..) => None,
        }
    }
}

fn search(tree: &StateTree, height: u64, wanted: &[Wanted]) -> Result<Searched, ProofRefusal> {
    let searches = wanted.iter().map(|wanted| match wanted {
        Wanted::Key(contract, key) => tree.prove(contract, key).map(Found::Key).ok_or(ProofRefusal::ShortKey),
        Wanted::Field(contract, field) => Ok(Found::Field(tree.prove_field(contract, field))),
    });
    Ok(Searched { height, root: tree.root(), searches: searches.collect::<Result<_, _>>()? })
}

fn claim(
    state: &dyn StateReader,
    wanted: Wanted,
    found: &Found,
    room: &mut usize,
) -> Result<Claim, ProofRefusal> {
    let mut take = |bytes: usize| -> Result<(), ProofRefusal> {
        *room = room.checked_sub(bytes).ok_or(ProofRefusal::TooLarge)?;
        Ok(())
    };
    match (wanted, found) {
        (Wanted::Key(contract, key), Found::Key(proof)) => {
            let value = state.get(&state_key(&contract, &key))?;
            take(value.as_ref().map_or(0, Vec::len))?;
            Ok(Claim::Key { contract, key, value, proof: proof.clone() })
        }
        (Wanted::Field(contract, field), Found::Field(search)) => {
            let mut entries = Entries::new();
            loop {
                let page =
                    field_page(state, &contract, &field, entries.last().map(|(key, _)| key.as_slice()))?;
                if page.is_empty() {
                    return Ok(Claim::Field { contract, field, entries, search: search.clone() });
                }
                page.iter().try_for_each(|(key, value)| take(key.len() + value.len()))?;
                entries.extend(page);
            }
        }
        _ => Err(Fault::new("a search is not of what was wanted").into()),
    }
}

/// A page of a field's entries after the storage key `last`, with storage keys.
fn field_page(
    state: &dyn StateReader,
    contract: &ContractId,
    field: &[u8; FIELD_BYTES],
    last: Option<&[u8]>,
) -> Result<Entries, Fault> {
    // One zero byte more than a key makes the next one after it; storage keys have at most 256 bytes.
    let from = last.map_or_else(|| field.to_vec(), |last| [last, &[0]].concat());
    let to = [field.as_slice(), &[0xFF; 256]].concat();
    let limit = PageLimit { entries: limits::TREE_PAGE_ENTRIES, bytes: limits::PROOF_BYTES };
    let page =
        state.page(&state_key(contract, &from), &state_key(contract, &to), Direction::Ascending, limit)?;
    Ok(page.into_iter().map(|(mut key, value)| (key.split_off(size_of::<ContractId>()), value)).collect())
}
