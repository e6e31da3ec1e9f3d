//! Signatures through the host function `verify`: other people's vectors, hostile encodings, and which of
//! several signatures for one message count (docs/protocol.md, "Keys and signatures").
#![allow(clippy::unwrap_used, reason = "a test")]

mod encodings;
mod vectors;

use codec::Encode;
use sillok_abi::{Call, ContractId, Outcome, SignatureScheme};
use sillok_testing::puppet::{self, PUPPETS};
use sillok_testing::{Raw, World, genesis};

/// Asks a contract, which asks the host.
pub(crate) struct Host {
    world: World,
    contract: ContractId,
}

impl Host {
    pub(crate) fn new() -> Self {
        let mut genesis = genesis();
        genesis.contracts.clear();
        puppet::add(&mut genesis);
        let world = World::of(genesis);
        Host { contract: world.id(PUPPETS[0]), world }
    }

    pub(crate) fn asked(&self, scheme: u32, key: &[u8], message: &[u8], signature: &[u8]) -> Outcome {
        let sized = |bytes: &[u8]| [&(bytes.len() as u32).to_le_bytes(), bytes].concat();
        let args = [scheme.to_le_bytes().to_vec(), sized(key), sized(message), sized(signature)].concat();
        let call = Call { contract: self.contract, method: "verifies".into(), args: Raw(args).encode() };
        self.world.runtime.query(self.world.state.clone(), self.world.env(), call).unwrap().outcome
    }

    pub(crate) fn verifies(
        &self,
        scheme: SignatureScheme,
        key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        match self.asked(scheme as u32, key, message, signature) {
            Outcome::Success(answer) => answer == [1],
            Outcome::Failed(failed) => panic!("{failed:?}"),
        }
    }
}

pub(crate) fn bytes(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len()).step_by(2).map(digit).collect()
}

/// Whether a signature's s is in the upper half of the group's order `n`, given as big-endian bytes.
pub(crate) fn is_high(signature: &[u8], half: &[u8]) -> bool {
    signature.len() == 64 && signature[32..] > *half
}

/// Half of secp256k1's order, rounded down.
pub(crate) const SECP256K1_HALF: &str = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
