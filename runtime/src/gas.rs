//! Gas prices, part of a chain's parameters. One gas stands for a tenth of a nanosecond of the machine on
//! which they were calibrated (`make calibrate`, docs/gas.md).

use codec::{Decode, Encode};
use sillok_abi::{HASH_BLAKE3, HASH_KECCAK256, HASH_SHA256, HOST_FUNCTIONS, SignatureScheme};

use crate::wasm::OperatorPrices;

/// What everything costs.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct GasTable {
    /// Instructions of contracts.
    pub operators: OperatorPrices,
    /// Host functions, in the order of `sillok_abi`'s table.
    pub host_functions: Vec<HostPrice>,
    /// A transaction, before anything runs.
    pub transaction: u64,
    /// Each byte of a transaction.
    pub transaction_byte: u64,
    /// Verifying a signature: of a transaction's keys, and by the host function `verify` beside its own price.
    pub signatures: SignaturePrices,
    /// Hashing by the host function `hash`, beside its own price.
    pub hashes: HashPrices,
    /// Each match of an order.
    pub fill: u64,
    /// Each level of a depth query.
    pub level: u64,
    /// A storage key, or a contract, that the transaction has not touched before, and each time that a range
    /// read asks the state below: it may have to be fetched from disk.
    pub first_touch: u64,
    /// Each entry that a range read meets.
    pub range_entry: u64,
    /// Each byte of their keys and values.
    pub range_byte: u64,
    /// An instance of a contract.
    pub instance: u64,
    /// Each begun 64 bytes of a chunk of memory that a call wrote to, which is restored after it.
    pub restored_line: u64,
    /// Entering a native module.
    pub native_call: u64,
    /// Each byte of uploaded code, which is checked and kept.
    pub code_byte: u64,
    /// Each unit of work of compiling it, as [`crate::AcceptedCode`] counts it.
    pub code_work: u64,
}

/// What a host function costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HostPrice {
    /// The call itself.
    pub base: u64,
    /// Each byte read from or written to the contract's memory, or read from state.
    pub per_byte: u64,
}

/// What verifying a signature costs under each scheme: once, and for each byte of the message.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct SignaturePrices {
    /// Schnorr on Ristretto.
    pub sr25519: HostPrice,
    /// Ed25519.
    pub ed25519: HostPrice,
    /// ECDSA on P-256.
    pub p256: HostPrice,
    /// ECDSA on secp256k1.
    pub secp256k1: HostPrice,
}

/// What hashing costs by each algorithm: once, and for each byte.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct HashPrices {
    /// BLAKE3-256.
    pub blake3: HostPrice,
    /// SHA-256.
    pub sha256: HostPrice,
    /// Keccak-256.
    pub keccak256: HostPrice,
}

impl HostPrice {
    /// The price of one call, or of one piece of work, on so many bytes.
    pub fn of(self, bytes: usize) -> u64 {
        self.base.saturating_add(self.per_byte.saturating_mul(bytes as u64))
    }
}

impl SignaturePrices {
    /// The price of a scheme.
    pub fn of(&self, scheme: SignatureScheme) -> HostPrice {
        match scheme {
            SignatureScheme::Sr25519 => self.sr25519,
            SignatureScheme::Ed25519 => self.ed25519,
            SignatureScheme::P256 => self.p256,
            SignatureScheme::Secp256k1 => self.secp256k1,
        }
    }
}

impl HashPrices {
    /// The price of one of the host's algorithms, if it is one.
    pub fn of(&self, algorithm: u32) -> Option<HostPrice> {
        match algorithm {
            HASH_BLAKE3 => Some(self.blake3),
            HASH_SHA256 => Some(self.sha256),
            HASH_KECCAK256 => Some(self.keccak256),
            _ => None,
        }
    }
}

impl Default for SignaturePrices {
    fn default() -> Self {
        SignaturePrices {
            sr25519: HostPrice { base: 800_000, per_byte: 55 },
            ed25519: HostPrice { base: 500_000, per_byte: 20 },
            p256: HostPrice { base: 4_000_000, per_byte: 6 },
            secp256k1: HostPrice { base: 1_600_000, per_byte: 6 },
        }
    }
}

impl Default for HashPrices {
    fn default() -> Self {
        HashPrices {
            blake3: HostPrice { base: 800, per_byte: 2 },
            sha256: HostPrice { base: 700, per_byte: 5 },
            keccak256: HostPrice { base: 5_500, per_byte: 28 },
        }
    }
}

impl Default for GasTable {
    fn default() -> Self {
        let host = HOST_FUNCTIONS.iter();
        let host =
            host.map(|function| HostPrice { base: function.gas_base, per_byte: function.gas_per_byte });
        GasTable {
            operators: OperatorPrices::default(),
            host_functions: host.collect(),
            transaction: 20_000,
            transaction_byte: 20,
            signatures: SignaturePrices::default(),
            hashes: HashPrices::default(),
            fill: 1_000,
            level: 150,
            first_touch: 50_000,
            range_entry: 2_800,
            range_byte: 2,
            instance: 1_500,
            restored_line: 16,
            native_call: 2_500,
            code_byte: 300,
            code_work: 10_000,
        }
    }
}
