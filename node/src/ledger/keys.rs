//! The bytes of the ledger's keys.
//!
//! A version's key is the state key in an encoding that keeps the order of keys and in which no key
//! is the beginning of another (0x00 becomes 0x00 0xFF, and 0x00 0x00 ends it, as in FoundationDB's
//! tuple layer), then the height inverted, so that the newest version comes first.

use sillok_abi::Hash;

/// The bytes of a height, whose order is that of heights.
pub(super) fn height(height: u64) -> [u8; 8] {
    height.to_be_bytes()
}

/// The bytes of a block's place: its height and id.
pub(super) fn body(height: u64, id: &Hash) -> [u8; 40] {
    let mut bytes = [0; 40];
    bytes[..8].copy_from_slice(&height.to_be_bytes());
    bytes[8..].copy_from_slice(id);
    bytes
}

/// The height and id that a block's place is made of; none if it is damaged.
pub(super) fn split_body(key: &[u8]) -> Option<(u64, Hash)> {
    let (height, id) = key.split_first_chunk::<8>()?;
    Some((u64::from_be_bytes(*height), id.try_into().ok()?))
}

/// Above every key of state: those begin with a contract's id, of which none is all ones but by a chance
/// that there is not.
pub(super) const BEYOND_STATE: [u8; 33] = [0xFF; 33];

/// What comes after a key, and before every other that does.
pub(super) fn next(key: &[u8]) -> Vec<u8> {
    [key, &[0]].concat()
}

/// What comes after all keys that begin with these bytes, which are not all ones.
pub(super) fn after_all(prefix: &[u8]) -> Vec<u8> {
    let mut bytes = prefix.to_vec();
    while bytes.pop_if(|byte| *byte == u8::MAX).is_some() {}
    if let Some(last) = bytes.last_mut() {
        *last += 1;
    }
    bytes
}

/// The beginning of all versions of a state key.
pub(super) fn versions(key: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(key.len() + 16);
    for part in key.split_inclusive(|byte| *byte == 0) {
        bytes.extend_from_slice(part);
        if part.ends_with(&[0]) {
            bytes.push(0xFF);
        }
    }
    bytes.extend_from_slice(&[0, 0]);
    bytes
}

/// The version of a state key at `height`: also where a search for the newest one up to `height` starts.
pub(super) fn version(key: &[u8], height: u64) -> Vec<u8> {
    at_height(versions(key), height)
}

/// The same, of what [`versions`] returned.
pub(super) fn at_height(mut versions: Vec<u8>, height: u64) -> Vec<u8> {
    versions.extend_from_slice(&(!height).to_be_bytes());
    versions
}

/// What comes after all versions of a state key and before those of the next: one more than the
/// oldest possible version.
pub(super) fn after(versions: &[u8]) -> Vec<u8> {
    let mut bytes = versions.to_vec();
    bytes.extend_from_slice(&[0xFF; 9]);
    bytes
}

/// The state key and the [`versions`] prefix that a version's key holds; none if it is damaged.
pub(super) fn split_version(version: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let prefix = version.get(..version.len().checked_sub(8)?)?;
    let mut escaped = prefix.strip_suffix(&[0, 0])?.iter();
    let mut key = Vec::with_capacity(prefix.len());
    while let Some(byte) = escaped.next() {
        if *byte == 0 && escaped.next() != Some(&0xFF) {
            return None;
        }
        key.push(*byte);
    }
    Some((key, prefix.to_vec()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Keys of few byte values, so that escapes and prefixes of one another are common.
    fn key() -> impl Strategy<Value = Vec<u8>> {
        prop::collection::vec(prop::sample::select(vec![0u8, 1, 0xFE, 0xFF]), 0..6)
    }

    proptest! {
        #[test]
        fn versions_keep_the_order_of_keys_and_heights(
            a in key(), b in key(), low in any::<u64>(), high in any::<u64>(),
        ) {
            prop_assert_eq!(a.cmp(&b), versions(&a).cmp(&versions(&b)));
            if a != b {
                prop_assert_eq!(a.cmp(&b), version(&a, low).cmp(&version(&b, high)));
                prop_assert_eq!(a.cmp(&b), after(&versions(&a)).cmp(&version(&b, high)));
            } else {
                prop_assert_eq!(low.cmp(&high), version(&b, high).cmp(&version(&a, low)));
                prop_assert!(version(&a, low) < after(&versions(&a)));
            }
        }

        #[test]
        fn a_version_gives_its_key_back(key in key(), height in any::<u64>()) {
            let (found, prefix) = split_version(&version(&key, height)).unwrap();
            prop_assert_eq!(&found, &key);
            prop_assert_eq!(prefix, versions(&key));
        }
    }

    #[test]
    fn damage_is_noticed() {
        assert_eq!(split_version(b"short"), None);
        assert_eq!(split_version(&[0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]), None);
    }
}
