//! What the storage fields are made of, for the layout's digest.

use sillok_abi::{Describe, Hash, IndexLayout, Type};

use crate::storage::{Indexed, Indexes, List, Map, OrderedKey, OrderedMap, Set, Value};

/// A storage field's type. What it holds describes itself, so that a change of it is noticed.
pub trait Stored {
    /// What it is called.
    const KIND: &'static str;
    /// The types that it is made of.
    const TYPES: &'static [&'static Type];
    /// Its indexes, if it is of a kind that has them.
    const INDEXES: Option<IndexLayout> = None;
}

impl<T: Describe> Stored for Value<T> {
    const KIND: &'static str = "Value";
    const TYPES: &'static [&'static Type] = &[&T::TYPE];
}

impl<K: Describe, V: Describe> Stored for Map<K, V> {
    const KIND: &'static str = "Map";
    const TYPES: &'static [&'static Type] = &[&K::TYPE, &V::TYPE];
}

impl<K: Describe, V: Describe> Stored for OrderedMap<K, V> {
    const KIND: &'static str = "OrderedMap";
    const TYPES: &'static [&'static Type] = &[&K::TYPE, &V::TYPE];
}

impl<K: Describe> Stored for Set<K> {
    const KIND: &'static str = "Set";
    const TYPES: &'static [&'static Type] = &[&K::TYPE];
}

impl<T: Describe> Stored for List<T> {
    const KIND: &'static str = "List";
    const TYPES: &'static [&'static Type] = &[&T::TYPE];
}

impl<K: OrderedKey + Describe, V: Describe, I: Indexes<Value = V>> Stored for Indexed<K, V, I> {
    const KIND: &'static str = "Indexed";
    const TYPES: &'static [&'static Type] = &[&K::TYPE, &V::TYPE];
    const INDEXES: Option<IndexLayout> = Some(I::LAYOUT);
}

/// Whether no two migrations start from the same layout: the node could not tell which to run.
pub const fn each_from_its_own(layouts: &[Hash]) -> bool {
    let mut first = 0;
    while first < layouts.len() {
        let mut second = first + 1;
        while second < layouts.len() {
            if same(&layouts[first], &layouts[second]) {
                return false;
            }
            second += 1;
        }
        first += 1;
    }
    true
}

const fn same(first: &Hash, second: &Hash) -> bool {
    let mut index = 0;
    while index < first.len() {
        if first[index] != second[index] {
            return false;
        }
        index += 1;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::each_from_its_own;

    #[test]
    fn layouts_that_differ_in_a_byte_are_told_apart() {
        let mut other = [7; 32];
        other[31] = 8;
        assert!(each_from_its_own(&[[7; 32], other]));
        assert!(!each_from_its_own(&[[7; 32], other, [7; 32]]));
    }
}
