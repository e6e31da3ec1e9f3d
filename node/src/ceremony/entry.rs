//! A member's entry: one node, signed by its keys and its organisation's, for one draft.
//!
//! The signatures are the proof of possession: nobody can enter keys that are not theirs, change an entry on its
//! way, or use it for another draft. An entry is text, to be sent by mail.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sillok_abi::governance::NewNode;
use sillok_abi::{Account, Hash, SignatureScheme, Validator, digest};
use sillok_client::keys::Keypair;
use sillok_client::rpc::{from_hex, to_hex};
use sillok_runtime::crypto;

use super::plan::node_name;
use super::{CeremonyError, Plan};
use crate::consensus::{Signatures as _, ValidatorKey};
use crate::network::{NetworkKey, NodeId};
use crate::rng::SystemRng;

/// The text before an entry.
const HEADING: &str =
    "# A member's entry for a genesis. It is signed: whatever is changed in it makes it worthless.\n";

/// A member's entry, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    /// The id of the draft that it is for.
    draft: String,
    /// The organisation that runs the node.
    organisation: String,
    /// What sets the node apart from others of the same organisation.
    #[serde(skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    /// How others reach whoever runs it.
    contact: String,
    /// Who proposes and votes for it.
    operator: String,
    /// Where other nodes reach it. Not part of the genesis: members put it into their settings.
    pub(crate) addresses: Vec<String>,
    /// Its id on the network.
    pub(crate) node: String,
    /// The key that it votes with; none if it only follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    validator: Option<String>,
    /// Its voting power.
    #[serde(skip_serializing_if = "Option::is_none")]
    power: Option<u64>,
    /// Who has signed for all of this.
    signatures: Signatures,
    /// Where it was read from: for messages.
    #[serde(skip)]
    place: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signatures {
    organisation: String,
    network: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    validator: Option<String>,
}

/// What a member says of its node.
#[derive(Clone, Debug)]
pub(crate) struct NewEntry {
    /// The organisation.
    pub(crate) organisation: String,
    /// What sets the node apart from others of the same organisation.
    pub(crate) label: Option<String>,
    /// How others reach whoever runs it.
    pub(crate) contact: String,
    /// Who proposes and votes for it.
    pub(crate) operator: Account,
    /// Where other nodes reach it.
    pub(crate) addresses: Vec<String>,
    /// Its voting power, if it has a key to vote with.
    pub(crate) power: u64,
}

/// The keys that sign an entry.
pub(crate) struct EntryKeys<'a> {
    /// The organisation's.
    pub(crate) organisation: &'a Keypair,
    /// The node's network key.
    pub(crate) network: &'a NetworkKey,
    /// The key that it votes with, if it does.
    pub(crate) validator: Option<[u8; 32]>,
}

impl Entry {
    /// Makes and signs an entry for a draft.
    ///
    /// # Errors
    /// If it could not be sealed.
    pub(crate) fn sign(plan: &Plan, new: NewEntry, keys: &EntryKeys) -> Result<Self, CeremonyError> {
        let refused = |reason: String| CeremonyError::Entry { entry: "that is to be made".into(), reason };
        let validator = keys.validator.map(|seed| ValidatorKey::from_seed(&seed, Arc::new(SystemRng)));
        let validator = validator.transpose().map_err(|error| refused(error.to_string()))?;
        let mut entry = Entry {
            draft: to_hex(plan.id()),
            organisation: new.organisation,
            label: new.label,
            contact: new.contact,
            operator: new.operator.to_string(),
            addresses: new.addresses,
            node: keys.network.id().to_string(),
            validator: validator.as_ref().map(|key| Account::Key(key.public()).to_string()),
            power: validator.as_ref().map(|_| new.power),
            signatures: Signatures::default(),
            place: "that is to be made".into(),
        };
        let digest = entry.digest(plan)?.1;
        entry.signatures = Signatures {
            organisation: to_hex(keys.organisation.sign(&digest)),
            network: to_hex(keys.network.sign(&digest)),
            validator: validator.map(|key| to_hex(key.sign(&digest))),
        };
        entry.check(plan)?;
        Ok(entry)
    }

    /// Reads an entry. Nothing of it is known to be true before it is checked.
    ///
    /// # Errors
    /// If the file can't be read, or is none.
    pub(crate) fn read(path: &Path) -> Result<Self, CeremonyError> {
        let text = fs::read_to_string(path)
            .map_err(|source| CeremonyError::File { path: path.to_owned(), source })?;
        let entry: Entry = toml::from_str(&text).map_err(|error| CeremonyError::Malformed {
            path: path.to_owned(),
            what: "entry for a genesis",
            reason: error.to_string(),
        })?;
        Ok(Entry { place: path.display().to_string(), ..entry })
    }

    /// The text of its file.
    ///
    /// # Errors
    /// None that is known.
    pub(crate) fn to_text(&self) -> Result<String, toml::ser::Error> {
        Ok(format!("{HEADING}{}", toml::to_string(self)?))
    }

    /// What it is called in messages: its file.
    pub(crate) fn place(&self) -> &str {
        &self.place
    }

    /// The node that it enters, if it is for this draft and all of its keys have signed for it.
    ///
    /// # Errors
    /// If not.
    pub(crate) fn check(&self, plan: &Plan) -> Result<NewNode, CeremonyError> {
        let ours = to_hex(plan.id());
        if self.draft != ours {
            let (entry, theirs) = (self.place.clone(), self.draft.clone());
            return Err(CeremonyError::OtherDraft { entry, theirs, ours });
        }
        let (node, digest) = self.digest(plan)?;
        let admin = plan.organisation(&self.organisation).map(|number| plan.members()[number].admin);
        let wrong = |key| CeremonyError::Signature { entry: self.place.clone(), key };
        let signature = |text: &str| from_hex(text).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let by_organisation =
            signature(&self.signatures.organisation).zip(admin).is_some_and(|(signature, admin)| {
                matches!(admin, Account::Key(key)
                if crypto::verify(SignatureScheme::Sr25519, &key, &digest, &signature))
            });
        if !by_organisation {
            return Err(wrong("organisation"));
        }
        let by_network = signature(&self.signatures.network);
        if !by_network.is_some_and(|signature| NodeId(node.peer).has_signed(&digest, &signature)) {
            return Err(wrong("network key"));
        }
        let by_validator = self.signatures.validator.as_deref().and_then(signature);
        match &node.validator {
            Some(Validator { key, .. })
                if !by_validator.is_some_and(|signature| crypto::verify_vote(key, &digest, &signature)) =>
            {
                Err(wrong("validator key"))
            }
            _ => Ok(node),
        }
    }

    /// The node, and what is signed.
    fn digest(&self, plan: &Plan) -> Result<(NewNode, Hash), CeremonyError> {
        let node = self.node(plan)?;
        let digest = digest("sillok/genesis-entry", &(plan.id(), &self.organisation, &node, &self.addresses));
        Ok((node, digest))
    }

    /// The node as the genesis will have it.
    fn node(&self, plan: &Plan) -> Result<NewNode, CeremonyError> {
        let refused = |reason: String| CeremonyError::Entry { entry: self.place.clone(), reason };
        let organisation = plan.organisation(&self.organisation);
        let organisation = organisation.ok_or_else(|| {
            let known: Vec<_> = plan.members().iter().map(|member| member.name.as_str()).collect();
            refused(format!(
                "the draft has no organisation `{}`; it has {}",
                self.organisation,
                known.join(", ")
            ))
        })?;
        let peer = self.node.parse().ok().and_then(|id| NodeId::from_peer_id(&id));
        let peer = peer.ok_or_else(|| refused(format!("`{}` is no node's id", self.node)))?;
        let operator: Account =
            self.operator.parse().map_err(|error| refused(format!("its operator: {error}")))?;
        let validator = match (&self.validator, self.power) {
            (Some(key), Some(power)) => match key.parse() {
                Ok(Account::Key(key)) => Some(Validator { key, power }),
                _ => return Err(refused(format!("`{key}` is not the address of a key"))),
            },
            (None, None) => None,
            _ => return Err(refused("a validator key and a power go together".into())),
        };
        let key = validator.as_ref().map(|validator| Account::Key(validator.key));
        let admin = plan.members()[organisation].admin;
        if key.is_some_and(|key| key == operator || key == admin) {
            return Err(refused(
                "its validator key signs votes alone: the operator and the organisation need others".into(),
            ));
        }
        let name = node_name(&self.organisation, self.label.as_deref());
        Ok(NewNode { name, operator, contact: self.contact.clone(), peer: peer.0, validator })
    }
}
