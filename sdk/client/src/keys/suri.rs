//! SURIs: how Substrate's tools write secrets and the keys derived from them.
//!
//! Supported are the hard derivations (`//`) from the well-known phrase of development chains and from
//! a secret seed in hexadecimal. Phrases, soft derivations (`/`) and passwords (`///`) are refused by name.

use codec::Encode;
use schnorrkel::derive::ChainCode;
use schnorrkel::{ExpansionMode, MiniSecretKey};

/// The accounts that every development chain funds; `//` in front makes the SURI.
pub const DEV_NAMES: [&str; 6] = ["Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie"];

/// The secret seed of Substrate's development phrase, "bottom drive obey lake curtain smoke basket
/// hold race lonely fit walk". It is public: nothing of value belongs to its keys.
const DEV_SEED: [u8; 32] = [
    0xfa, 0xc7, 0x95, 0x9d, 0xbf, 0xe7, 0x2f, 0x05, 0x2e, 0x5a, 0x0c, 0x3c, 0x8d, 0x65, 0x30, 0xf2, 0x02,
    0xb0, 0x2f, 0xd8, 0xf9, 0xf5, 0xca, 0x35, 0x80, 0xec, 0x8d, 0xeb, 0x77, 0x97, 0x47, 0x9e,
];

/// Bytes in a chain code; a longer junction would have to be hashed, and nobody needs one.
const CHAIN_CODE_BYTES: usize = 32;

/// Why a SURI can't be read. None shows the secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SuriError {
    /// It starts with something else than `//` or a seed.
    #[error(
        "a secret is //Name (a development key) or 0x and 64 hexadecimal digits, each with //junctions after it"
    )]
    Form,
    /// It asks for a soft derivation or a password.
    #[error("only hard derivations (//name) are supported, not /soft ones or ///passwords")]
    NotHard,
    /// A junction is empty or too long.
    #[error("the junction `{0}` is empty or longer than 31 bytes")]
    Junction(String),
}

/// The SURI of a development account, whatever the case of its name: `alice` gives `//Alice`.
pub fn dev_suri(name: &str) -> Option<String> {
    DEV_NAMES.iter().find(|known| known.eq_ignore_ascii_case(name)).map(|known| format!("//{known}"))
}

/// The secret seed that a SURI stands for.
pub(super) fn seed_of(suri: &str) -> Result<[u8; 32], SuriError> {
    let (root, path) = suri.split_at(suri.find('/').unwrap_or(suri.len()));
    let root = match root {
        "" if path.is_empty() => return Err(SuriError::Form),
        "" => DEV_SEED,
        seed => hex_seed(seed)?,
    };
    if path.is_empty() {
        return Ok(root);
    }
    let mut junctions = path.split("//");
    if junctions.next() != Some("") {
        return Err(SuriError::NotHard);
    }
    junctions.try_fold(root, |seed, junction| {
        if junction.contains('/') {
            return Err(SuriError::NotHard);
        }
        Ok(derive(seed, chain_code(junction)?))
    })
}

fn hex_seed(text: &str) -> Result<[u8; 32], SuriError> {
    let digits = text.strip_prefix("0x").ok_or(SuriError::Form)?;
    let bytes = hex::decode(digits).map_err(|_| SuriError::Form)?;
    bytes.try_into().map_err(|_| SuriError::Form)
}

/// SCALE of the junction (a number as `u64`, else text), padded with zeros.
fn chain_code(junction: &str) -> Result<[u8; CHAIN_CODE_BYTES], SuriError> {
    let encoded = match junction.parse::<u64>() {
        Ok(number) => number.encode(),
        Err(_) => junction.encode(),
    };
    let mut code = [0; CHAIN_CODE_BYTES];
    match code.get_mut(..encoded.len()) {
        Some(start) if !junction.is_empty() => start.copy_from_slice(&encoded),
        _ => return Err(SuriError::Junction(junction.to_owned())),
    }
    Ok(code)
}

fn derive(seed: [u8; 32], code: [u8; CHAIN_CODE_BYTES]) -> [u8; 32] {
    let mini = MiniSecretKey::from_bytes(&seed).unwrap_or_else(|_| unreachable!("32 bytes are a seed"));
    let secret = mini.expand(ExpansionMode::Ed25519);
    secret.hard_derive_mini_secret_key(Some(ChainCode(code)), b"").0.to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::Keypair;

    /// The addresses that Substrate's own tools show for its development accounts.
    const KNOWN: [(&str, &str); 7] = [
        ("//Alice", "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"),
        ("//Bob", "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"),
        ("//Charlie", "5FLSigC9HGRKVhB9FiEo4Y3koPsNmBmLJbpXg2mp1hXcS59Y"),
        ("//Dave", "5DAAnrj7VHTznn2AWBemMuyBwZWs6FNFjdyVXUeYum3PTXFy"),
        ("//Eve", "5HGjWAeFDfFCWPsjFQdVV2Msvz2XtMktvgocEZcCj68kUMaw"),
        ("//Ferdie", "5CiPPseXPECbkjWCa6MnjNokrgYjMqmKndv2rSnekmSK2DjL"),
        ("//Alice//stash", "5GNJqTPyNqANBkUVMN1LPPrxXnFouWXoe2wNSmmEoLctxiZY"),
    ];

    #[test]
    fn known_suris_give_known_addresses() {
        for (suri, address) in KNOWN {
            let key: Keypair = suri.parse().unwrap();
            assert_eq!(key.account().to_string(), address, "{suri}");
        }
    }

    #[test]
    fn a_seed_in_hexadecimal_derives_as_the_phrase_does() {
        let seed = format!("0x{}", hex::encode(DEV_SEED));
        let derived: Keypair = format!("{seed}//Alice").parse().unwrap();
        assert_eq!(derived.account().to_string(), KNOWN[0].1);
        assert_eq!(seed.parse::<Keypair>().unwrap().seed(), DEV_SEED);
    }

    #[test]
    fn other_forms_are_refused_by_name() {
        let long = format!("//{}", "x".repeat(32));
        let cases = [
            ("", SuriError::Form),
            ("Alice", SuriError::Form),
            ("0x12", SuriError::Form),
            ("/soft", SuriError::NotHard),
            ("//Alice/soft", SuriError::NotHard),
            ("//Alice///password", SuriError::NotHard),
            ("//", SuriError::Junction(String::new())),
            (long.as_str(), SuriError::Junction("x".repeat(32))),
        ];
        for (suri, expected) in cases {
            assert_eq!(suri.parse::<Keypair>().unwrap_err(), expected, "{suri}");
        }
    }

    #[test]
    fn development_names_are_found_in_any_case() {
        assert_eq!(dev_suri("alice").as_deref(), Some("//Alice"));
        assert_eq!(dev_suri("FERDIE").as_deref(), Some("//Ferdie"));
        assert_eq!(dev_suri("mallory"), None);
    }
}
