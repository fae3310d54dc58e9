//! An ordered map that knows the sum of its entries' hashes.

use crate::fingerprint::fingerprint;
use crate::tree::Tree;
use core::fmt::{self, Debug};
use serde::{Serialize, Serializer};

/// A persistent ordered map. Cloning, comparing and fingerprinting it cost the same however large it is; one insertion
/// costs the logarithm of its size. A sum, unlike a chain, does not depend on the order in which entries came.
pub struct Summed<K: Ord, V> {
    entries: Tree<K, V>,
    sum: u64,
}

impl<K: Ord + Clone + Serialize + 'static, V: Clone + Serialize + 'static> Summed<K, V> {
    /// The value of a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// Gives a key a value, replacing what it had.
    pub fn insert(&mut self, key: K, value: V) {
        let removed = self.entries.get(&key).map_or(0, |old| entry_hash(&key, old));
        self.sum = self.sum.wrapping_sub(removed).wrapping_add(entry_hash(&key, &value));
        self.entries.insert(key, value);
    }

    /// Removes a key, if it is there.
    pub fn remove(&mut self, key: &K) {
        if let Some(old) = self.entries.remove(key) {
            self.sum = self.sum.wrapping_sub(entry_hash(key, &old));
        }
    }
}

impl<K: Ord + 'static, V: 'static> Summed<K, V> {
    /// How many entries there are.
    pub fn len(&self) -> u64 {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }
}

fn entry_hash<K: Serialize, V: Serialize>(key: &K, value: &V) -> u64 {
    fingerprint(&(key, value))
}

impl<K: Ord + 'static, V: 'static> Clone for Summed<K, V> {
    fn clone(&self) -> Self {
        Summed { entries: self.entries.clone(), sum: self.sum }
    }
}

impl<K: Ord + 'static, V: 'static> Default for Summed<K, V> {
    fn default() -> Self {
        Summed { entries: Tree::new(), sum: 0 }
    }
}

/// Two maps are equal if they are equally large and their hashes have the same sum.
impl<K: Ord + 'static, V: 'static> PartialEq for Summed<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.sum == other.sum && self.len() == other.len()
    }
}

impl<K: Ord + 'static, V: 'static> Eq for Summed<K, V> {}

impl<K: Ord + Debug + 'static, V: Debug + 'static> Debug for Summed<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter()).finish()
    }
}

/// People are given a list of pairs (never an object: a key may be called `__proto__`), a fingerprint size and sum.
impl<K: Ord + Serialize + 'static, V: Serialize + 'static> Serialize for Summed<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self.entries.iter())
        } else {
            (self.len(), self.sum).serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pairs: &[(u64, u64)]) -> Summed<u64, u64> {
        pairs.iter().fold(Summed::default(), |mut map, &(key, value)| {
            map.insert(key, value);
            map
        })
    }

    #[test]
    fn maps_with_the_same_entries_are_equal_whatever_happened_on_the_way() {
        let (one, other) = (map(&[(1, 1), (2, 2), (3, 3)]), map(&[(3, 9), (1, 1), (3, 3), (2, 2)]));
        assert_eq!(one, other);
        assert_eq!(fingerprint(&one), fingerprint(&other));
        let mut more = map(&[(1, 1), (2, 2), (3, 3), (4, 4)]);
        more.remove(&4);
        more.remove(&5);
        assert_eq!(one, more);
    }

    #[test]
    fn maps_that_differ_in_a_key_or_a_value_or_by_an_exchange_are_not_equal() {
        let one = map(&[(1, 1), (2, 2)]);
        for other in [&[(1, 1)][..], &[(1, 1), (3, 2)], &[(1, 1), (2, 3)], &[(1, 2), (2, 1)]] {
            assert_ne!(one, map(other));
            assert_ne!(fingerprint(&one), fingerprint(&map(other)));
        }
    }

    #[test]
    fn a_clone_keeps_what_it_had() {
        let mut one = map(&[(1, 1), (2, 2)]);
        let before = one.clone();
        one.insert(1, 7);
        one.insert(5, 5);
        assert_eq!((before.get(&1), before.len()), (Some(&1), 2));
        assert_eq!((one.get(&1), one.len()), (Some(&7), 3));
    }
}
