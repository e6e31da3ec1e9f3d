//! Agreements on paper: what each party has to sign of one call, and the signatures so far.
//!
//! A file goes from hand to hand, or copies of it to everybody at once; whoever has all the signatures
//! sends it. Signing needs no node. Always true: a digest is that of the call and the tree beside it;
//! what a file says otherwise is refused when it is read.

mod party;
mod prepare;

use std::path::Path;

use codec::{DecodeAll, DecodeLimit};
use serde::{Deserialize, Serialize};
use sillok_abi::{Authorisation, Call, CallTree, Hash};
use sillok_client::rpc::from_hex;
use sillok_runtime::limits::MAX_DECODE_DEPTH;

pub(super) use party::{Party, party_json, party_line};
pub(super) use prepare::prepare;

use super::{CliError, Result};

/// What parties agree to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Agreement {
    /// The chain: its genesis hash.
    pub(super) chain: String,
    /// SCALE of the root call.
    pub(super) call: String,
    /// In words, for people. Not a part of what is signed.
    pub(super) summary: String,
    /// Who has to agree.
    pub(super) parties: Vec<Party>,
}

impl Agreement {
    /// Reads a file, and checks that its digests are those of what it shows.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let shown = path.display();
        let text = std::fs::read_to_string(path)
            .map_err(|error| CliError::usage(format!("{shown} can't be read: {error}")))?;
        let agreement: Agreement = serde_json::from_str(&text).map_err(|error| {
            CliError::usage(format!("{shown} is no agreement: {error}"))
                .hint("`sillok tx prepare CONTRACT.METHOD … --out FILE` makes one")
        })?;
        agreement
            .check()
            .map_err(|error| CliError { message: format!("{shown}: {}", error.message), ..error })?;
        Ok(agreement)
    }

    /// Writes the file.
    pub(super) fn write(&self, path: &Path) -> Result<()> {
        let failed =
            |error: &dyn std::fmt::Display| CliError::failed("file", format!("{}: {error}", path.display()));
        let text = serde_json::to_string_pretty(self).map_err(|error| failed(&error))?;
        std::fs::write(path, text + "\n").map_err(|error| failed(&error))
    }

    fn check(&self) -> Result<()> {
        let (chain, call) = (self.chain()?, self.root_call()?);
        for party in &self.parties {
            if party.tree()?.call != call {
                return Err(spoiled("a tree does not begin with the call"));
            }
            if party.digest_of(&chain)? != party.digest()? {
                return Err(spoiled("a digest is not that of what is shown beside it"));
            }
        }
        Ok(())
    }

    /// The genesis hash.
    pub(super) fn chain(&self) -> Result<Hash> {
        hash(&self.chain)
    }

    /// The root call.
    pub(super) fn root_call(&self) -> Result<Call> {
        Call::decode_all(&mut from_text(&self.call)?.as_slice()).map_err(|_| spoiled("the call is not SCALE"))
    }

    /// Takes over the signatures of another copy of the same agreement.
    pub(super) fn merge(&mut self, copy: &Agreement) -> Result<()> {
        if self.chain != copy.chain || self.call != copy.call {
            return Err(CliError::usage("the files are not copies of one agreement"));
        }
        for party in &copy.parties {
            match self.parties.iter_mut().find(|known| known.digest == party.digest) {
                Some(known) => known.merge(party),
                None => self.parties.push(party.clone()),
            }
        }
        Ok(())
    }

    /// What the parties have signed; each of them has to.
    pub(super) fn authorisations(&self) -> Result<Vec<Authorisation>> {
        self.parties.iter().map(Party::authorisation).collect()
    }
}

/// What is wrong with a file.
fn spoiled(what: &str) -> CliError {
    CliError::usage(format!("the agreement is spoiled: {what}")).hint("have a new one prepared")
}

fn from_text(text: &str) -> Result<Vec<u8>> {
    from_hex(text).map_err(|why| spoiled(&why))
}

fn hash(text: &str) -> Result<Hash> {
    from_text(text)?.try_into().map_err(|_| spoiled("a hash does not have 32 bytes"))
}

fn decode_tree(text: &str) -> Result<CallTree> {
    let bytes = from_text(text)?;
    CallTree::decode_all_with_depth_limit(MAX_DECODE_DEPTH, &mut bytes.as_slice())
        .map_err(|_| spoiled("a tree is not SCALE"))
}

/// The calls of a tree, each a line, those below further to the right.
pub(super) fn tree_lines(tree: &CallTree, depth: usize, lines: &mut Vec<String>) {
    let CallTree { call, children } = tree;
    let indent = "  ".repeat(depth);
    lines.push(format!("{indent}{}.{}(0x{})", call.contract, call.method, hex::encode(&call.args)));
    children.iter().for_each(|child| tree_lines(child, depth + 1, lines));
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
