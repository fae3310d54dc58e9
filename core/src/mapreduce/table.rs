//! A persistent ordered map that carries the sum of its entries' hashes, so that a clone, a comparison and a
//! fingerprint cost the same however many entries there are.

use crate::fingerprint::fingerprint;
use crate::tree::Tree;
use core::fmt::{self, Debug};
use core::ops::RangeBounds;
use serde::{Serialize, Serializer};

/// A table from `K` to `V`.
///
/// For people it is the sequence of its entries, in order; for a fingerprint their number and the sum of their hashes.
#[derive(Clone)]
pub struct Table<K: Ord, V> {
    entries: Tree<K, V>,
    sum: u64,
}

impl<K: Ord + 'static, V: 'static> Table<K, V> {
    /// A table without entries.
    pub fn new() -> Table<K, V> {
        Table { entries: Tree::new(), sum: 0 }
    }

    /// The value under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// How many entries there are.
    pub fn len(&self) -> u32 {
        u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// All entries, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    /// The entries whose keys lie in a range, in order.
    pub fn range<R: RangeBounds<K>>(&self, range: R) -> impl Iterator<Item = (&K, &V)> {
        self.entries.range(range)
    }
}

impl<K: Ord + Clone + Serialize + 'static, V: Clone + Serialize + 'static> Table<K, V> {
    /// Puts a value under a key, in place of what was there.
    pub fn insert(&mut self, key: K, value: V) {
        let removed = self.entries.get(&key).map_or(0, |old| fingerprint(&(&key, old)));
        self.sum = self.sum.wrapping_sub(removed).wrapping_add(fingerprint(&(&key, &value)));
        self.entries.insert(key, value);
    }

    /// Removes what is under a key; whether there was anything.
    pub fn remove(&mut self, key: &K) -> bool {
        if let Some(value) = self.entries.get(key) {
            self.sum = self.sum.wrapping_sub(fingerprint(&(key, value)));
        }
        self.entries.remove(key).is_some()
    }
}

impl<K: Ord + 'static, V: 'static> Default for Table<K, V> {
    fn default() -> Self {
        Table::new()
    }
}

/// Two tables are equal if they have equally many entries and the same sum of hashes.
impl<K: Ord + 'static, V: 'static> PartialEq for Table<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.sum == other.sum && self.entries.len() == other.entries.len()
    }
}

impl<K: Ord + 'static, V: 'static> Eq for Table<K, V> {}

impl<K: Ord + Debug + 'static, V: Debug + 'static> Debug for Table<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord + Serialize + 'static, V: Serialize + 'static> Serialize for Table<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self.iter())
        } else {
            (self.len(), self.sum).serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_with_the_same_entries_are_equal_whatever_way_they_came_about() {
        let mut one = Table::new();
        let mut other = Table::new();
        for key in 0..100u32 {
            one.insert(key, "whale");
            other.insert(99 - key, "ship");
        }
        assert_ne!(one, other);
        for key in 0..100 {
            other.insert(key, "whale");
        }
        assert_eq!(one, other);
        assert!(one.remove(&7) && !one.remove(&7));
        assert_ne!(one, other);
        assert_eq!((one.len(), one.range(5..9).count()), (99, 3));
    }
}
