//! A bench's DIDs: one for each key, whose account the DID contract manages.

use codec::Encode;
use sillok_abi::{Account, Call, ContractId, Hash, digest};
use sillok_client::keys::Keypair;

/// The name of the one key of each document.
pub(super) const KEY_NAME: &str = "key-1";
/// All keys differ, so that ids do.
const SALT: Hash = [0; 32];

/// A document's key as the contract takes it (`DidKey` there).
#[derive(Encode)]
struct DidKey {
    name: &'static str,
    scheme: Scheme,
    public: Vec<u8>,
}

/// The signature schemes, of which a bench uses the first only (`Scheme` there).
#[derive(Encode)]
enum Scheme {
    Sr25519,
}

fn did_key(key: &Keypair) -> DidKey {
    DidKey { name: KEY_NAME, scheme: Scheme::Sr25519, public: key.public().to_vec() }
}

/// The account of the DID that begins with this key.
pub(super) fn account(contract: ContractId, key: &Keypair) -> Account {
    Account::Managed { contract, id: digest("sillok/did", &(did_key(key), SALT)) }
}

/// The call that makes it.
pub(super) fn create(contract: ContractId, key: &Keypair) -> Call {
    Call { contract, method: "create".into(), args: (did_key(key), SALT).encode() }
}

/// The call by which the chain has a credential of a DID's account judged.
pub(super) fn authenticate(contract: ContractId, id: Hash, digest: Hash, credential: Vec<u8>) -> Call {
    Call { contract, method: "authenticate".into(), args: (id, digest, credential).encode() }
}
