//! A persistent ordered map: a clone costs one pointer, and shares everything until one of the two is changed.
//!
//! It is an AVL tree whose branches are copied on the way to a change if another map shares them, and changed in place
//! if not. The engine holds two dozen maps of different types, so what does not depend on the type is written for none:
//! see [`shape`].

mod shape;

use alloc::rc::Rc;
use core::any::Any;
use core::cmp::Ordering;
use core::fmt::{self, Debug};
use core::marker::PhantomData;
use core::ops::{Bound, Index, RangeBounds};
use shape::{Entry, LEFT, Link, RIGHT, Walk};

/// An ordered map from `K` to `V`.
pub struct Tree<K, V> {
    /// Each entry is a pair of these two types.
    root: Link,
    len: u64,
    holds: PhantomData<Rc<(K, V)>>,
}

impl<K, V> Tree<K, V> {
    /// A map without entries.
    pub const fn new() -> Tree<K, V> {
        Tree { root: None, len: 0, holds: PhantomData }
    }

    /// How many entries there are.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Removes every entry.
    pub fn clear(&mut self) {
        *self = Tree::new();
    }
}

/// The pair that an entry is; nothing else is ever put into a map.
fn pair<K: 'static, V: 'static>(entry: &dyn Any) -> &(K, V) {
    entry.downcast_ref().expect("a map holds pairs of its own types")
}

/// The pair that an entry is, to be changed: a copy if another map shares it.
fn pair_mut<K: Clone + 'static, V: Clone + 'static>(entry: &mut Entry) -> &mut (K, V) {
    if Rc::get_mut(entry).is_none() {
        let copy: (K, V) = pair::<K, V>(&**entry).clone();
        *entry = Rc::new(copy);
    }
    let alone = Rc::get_mut(entry).expect("a copy belongs to nobody else");
    alone.downcast_mut().expect("a map holds pairs of its own types")
}

/// How a key compares with that of an entry.
fn against<K: Ord + 'static, V: 'static>(key: &K) -> impl Fn(&dyn Any) -> Ordering {
    move |entry| key.cmp(&pair::<K, V>(entry).0)
}

impl<K: Ord + 'static, V: 'static> Tree<K, V> {
    /// The value under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        shape::find(&self.root, &against::<K, V>(key)).map(|entry| &pair::<K, V>(entry).1)
    }

    /// Whether there is something under a key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// The entry with the smallest key.
    pub fn first(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    /// The entry with the largest key.
    pub fn last(&self) -> Option<(&K, &V)> {
        Walk::new(&self.root, LEFT, &|_| false).next().map(entry::<K, V>)
    }

    /// All entries, smallest key first.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        Walk::new(&self.root, RIGHT, &|_| false).map(entry::<K, V>)
    }

    /// The entries whose keys lie in a range, smallest key first.
    pub fn range<R: RangeBounds<K>>(&self, range: R) -> impl Iterator<Item = (&K, &V)> {
        let starts = |bound: Bound<&K>, key: &K| match bound {
            Bound::Included(bound) => key < bound,
            Bound::Excluded(bound) => key <= bound,
            Bound::Unbounded => false,
        };
        let is_before = |entry: &dyn Any| starts(range.start_bound(), &pair::<K, V>(entry).0);
        let walk = Walk::new(&self.root, RIGHT, &is_before).map(entry::<K, V>);
        walk.take_while(move |&(key, _)| range.contains(key))
    }

    /// The entries whose keys lie in a range, largest key first.
    pub fn range_back<R: RangeBounds<K>>(&self, range: R) -> impl Iterator<Item = (&K, &V)> {
        let ends = |bound: Bound<&K>, key: &K| match bound {
            Bound::Included(bound) => key > bound,
            Bound::Excluded(bound) => key >= bound,
            Bound::Unbounded => false,
        };
        let is_before = |entry: &dyn Any| ends(range.end_bound(), &pair::<K, V>(entry).0);
        let walk = Walk::new(&self.root, LEFT, &is_before).map(entry::<K, V>);
        walk.take_while(move |&(key, _)| range.contains(key))
    }
}

fn entry<K: 'static, V: 'static>(entry: &dyn Any) -> (&K, &V) {
    let (key, value) = pair::<K, V>(entry);
    (key, value)
}

impl<K: Ord + Clone + 'static, V: Clone + 'static> Tree<K, V> {
    /// The value under a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        // Nothing is copied for a key that is not there.
        self.get(key)?;
        shape::find_mut(&mut self.root, &against::<K, V>(key)).map(|entry| &mut pair_mut::<K, V>(entry).1)
    }

    /// Shows every entry, smallest key first, to be changed. All of it is copied that another map shares.
    pub fn each_mut(&mut self, mut change: impl FnMut(&K, &mut V)) {
        shape::each_mut(&mut self.root, &mut |entry| {
            let (key, value) = pair_mut::<K, V>(entry);
            change(key, value);
        });
    }

    /// Puts a value under a key, in place of what was there.
    pub fn insert(&mut self, key: K, value: V) {
        let entry: Rc<(K, V)> = Rc::new((key, value));
        let is_new = shape::insert(&mut self.root, entry.clone(), &against::<K, V>(&entry.0));
        self.len += u64::from(is_new);
    }

    /// Removes what is under a key, and returns it.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        // Nothing is copied for a key that is not there.
        self.get(key)?;
        self.len -= 1;
        let removed = shape::remove(&mut self.root, &against::<K, V>(key));
        removed.map(|entry| pair::<K, V>(&*entry).1.clone())
    }
}

impl<K, V> Clone for Tree<K, V> {
    fn clone(&self) -> Self {
        Tree { root: self.root.clone(), len: self.len, holds: PhantomData }
    }
}

impl<K: Ord + Clone + 'static, V: Clone + 'static> Extend<(K, V)> for Tree<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord + Clone + 'static, V: Clone + 'static> FromIterator<(K, V)> for Tree<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut tree = Tree::new();
        tree.extend(entries);
        tree
    }
}

impl<K: Ord + Clone + 'static, V: Clone + 'static, const N: usize> From<[(K, V); N]> for Tree<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// Panics where there is nothing under the key.
impl<K: Ord + 'static, V: 'static> Index<&K> for Tree<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        self.get(key).expect("a key that is looked up by index is there")
    }
}

impl<K, V> Default for Tree<K, V> {
    fn default() -> Self {
        Tree::new()
    }
}

impl<K: Ord + 'static, V: PartialEq + 'static> PartialEq for Tree<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Ord + 'static, V: Eq + 'static> Eq for Tree<K, V> {}

impl<K: Ord + Debug + 'static, V: Debug + 'static> Debug for Tree<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    fn entries(tree: &Tree<u32, u64>) -> Vec<(u32, u64)> {
        tree.iter().map(|(&key, &value)| (key, value)).collect()
    }

    #[test]
    fn it_does_what_a_map_does_and_leaves_its_clones_alone() {
        let (mut tree, mut map) = (Tree::new(), BTreeMap::new());
        let mut past: Vec<(Tree<u32, u64>, BTreeMap<u32, u64>)> = Vec::new();
        for n in 0..6_000u64 {
            let draw = Chance::new(5).key(n);
            let key = draw.key(0).below(300);
            // It grows at first, then shrinks.
            let growth = if n < 3_000 { 7 } else { 3 };
            match draw.key(1).below(10) {
                choice if choice < growth => {
                    tree.insert(key, n);
                    map.insert(key, n);
                }
                9 => {
                    let changed = tree.get_mut(&key).map(|value| *value += 1);
                    assert_eq!(changed, map.get_mut(&key).map(|value| *value += 1));
                }
                _ => assert_eq!(tree.remove(&key), map.remove(&key)),
            }
            assert_eq!(tree.get(&key), map.get(&key));
            tree.root.as_ref().inspect(|root| _ = root.audit());
            assert_eq!(tree.len(), map.len() as u64);
            if n % 500 == 0 {
                past.push((tree.clone(), map.clone()));
            }
        }
        past.push((tree, map));
        for (tree, map) in past {
            assert_eq!(entries(&tree), map.into_iter().collect::<Vec<_>>());
        }
    }

    #[test]
    fn a_range_is_walked_both_ways() {
        let mut tree = Tree::new();
        let mut map = BTreeMap::new();
        for key in (0..100).step_by(3) {
            tree.insert(key, u64::from(key));
            map.insert(key, u64::from(key));
        }
        for from in 0..=30u32 {
            for to in from + 1..=32 {
                for bounds in [
                    (Bound::Included(from), Bound::Excluded(to)),
                    (Bound::Excluded(from), Bound::Included(to)),
                    (Bound::Unbounded, Bound::Included(to)),
                    (Bound::Included(from), Bound::Unbounded),
                ] {
                    assert!(tree.range(bounds).eq(map.range(bounds)), "{bounds:?}");
                    assert!(tree.range_back(bounds).eq(map.range(bounds).rev()), "{bounds:?} backwards");
                }
            }
        }
    }

    #[test]
    fn every_value_can_be_changed_at_once() {
        let mut tree: Tree<u32, u64> = (0..50).map(|key| (key, 0)).collect();
        let before = tree.clone();
        let mut keys = Vec::new();
        tree.each_mut(|&key, value| {
            keys.push(key);
            *value = u64::from(key) + 1;
        });
        assert_eq!(keys, (0..50).collect::<Vec<_>>());
        assert!(tree.iter().all(|(&key, &value)| value == u64::from(key) + 1));
        assert!(before.iter().all(|(_, &value)| value == 0));
        tree.clear();
        assert_eq!((tree.len(), tree.iter().count(), before.len()), (0, 0, 50));
    }

    #[test]
    fn maps_are_equal_if_their_entries_are_whatever_their_shape() {
        let (mut one, mut other) = (Tree::new(), Tree::new());
        for key in 0..20 {
            one.insert(key, key);
            other.insert(19 - key, 19 - key);
        }
        assert_eq!(one, other);
        other.insert(3, 4);
        assert_ne!(one, other);
    }
}
