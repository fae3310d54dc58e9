//! A persistent ordered map: a clone costs one pointer, and shares everything until one of the two is changed.
//!
//! It is an AVL tree whose branches are copied on the way to a change if another map shares them, and changed in place
//! if not. The engine holds two dozen maps of different types and each brings a copy of this code into the page, so it
//! is as short as it can be: what differs between left and right is a place in an array, and one walk goes both ways.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt::{self, Debug};
use core::mem;
use core::ops::{Bound, Index, RangeBounds};

/// An ordered map from `K` to `V`.
pub struct Tree<K, V> {
    root: Link<K, V>,
    len: u64,
}

type Link<K, V> = Option<Rc<Branch<K, V>>>;

#[derive(Clone)]
struct Branch<K, V> {
    key: K,
    value: V,
    /// One more than that of the higher child.
    height: u8,
    children: [Link<K, V>; 2],
}

/// The side of smaller keys, as a place among the children.
const LEFT: usize = 0;

/// The side of larger keys.
const RIGHT: usize = 1;

impl<K, V> Tree<K, V> {
    /// A map without entries.
    pub const fn new() -> Tree<K, V> {
        Tree { root: None, len: 0 }
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

impl<K: Ord, V> Tree<K, V> {
    /// The value under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        let mut link = &self.root;
        while let Some(branch) = link {
            link = match key.cmp(&branch.key) {
                Ordering::Less => &branch.children[LEFT],
                Ordering::Equal => return Some(&branch.value),
                Ordering::Greater => &branch.children[RIGHT],
            };
        }
        None
    }

    /// Whether there is something under a key.
    pub fn contains_key(&self, key: &K) -> bool {
        self.get(key).is_some()
    }

    /// All entries, smallest key first.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.range(..)
    }

    /// The entries whose keys lie in a range, smallest key first.
    pub fn range<R: RangeBounds<K>>(&self, range: R) -> impl Iterator<Item = (&K, &V)> {
        Walk::new(self, range, RIGHT)
    }

    /// The entries whose keys lie in a range, largest key first.
    pub fn range_back<R: RangeBounds<K>>(&self, range: R) -> impl Iterator<Item = (&K, &V)> {
        Walk::new(self, range, LEFT)
    }
}

impl<K: Ord + Clone, V: Clone> Tree<K, V> {
    /// The value under a key, to be changed.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        // Nothing is copied for a key that is not there.
        self.get(key)?;
        let mut link = &mut self.root;
        loop {
            let branch = Rc::make_mut(link.as_mut()?);
            link = match key.cmp(&branch.key) {
                Ordering::Less => &mut branch.children[LEFT],
                Ordering::Equal => return Some(&mut branch.value),
                Ordering::Greater => &mut branch.children[RIGHT],
            };
        }
    }

    /// Shows every entry, smallest key first, to be changed. All of it is copied that another map shares.
    pub fn each_mut(&mut self, mut change: impl FnMut(&K, &mut V)) {
        each_mut(&mut self.root, &mut change);
    }

    /// Puts a value under a key, in place of what was there, which it returns.
    pub fn insert(&mut self, key: K, value: V) -> Option<V> {
        let replaced = insert(&mut self.root, key, value);
        self.len += u64::from(replaced.is_none());
        replaced
    }

    /// Removes what is under a key, and returns it.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        // Nothing is copied for a key that is not there.
        let removed = self.get(key).cloned()?;
        remove(&mut self.root, key);
        self.len -= 1;
        Some(removed)
    }
}

fn insert<K: Ord + Clone, V: Clone>(link: &mut Link<K, V>, key: K, value: V) -> Option<V> {
    let Some(branch) = link else {
        *link = Some(Rc::new(Branch { key, value, height: 1, children: [None, None] }));
        return None;
    };
    let branch = Rc::make_mut(branch);
    let side = match key.cmp(&branch.key) {
        Ordering::Less => LEFT,
        Ordering::Equal => return Some(mem::replace(&mut branch.value, value)),
        Ordering::Greater => RIGHT,
    };
    let replaced = insert(&mut branch.children[side], key, value);
    if replaced.is_none() {
        balance(branch);
    }
    replaced
}

fn each_mut<K: Clone, V: Clone>(link: &mut Link<K, V>, change: &mut dyn FnMut(&K, &mut V)) {
    if let Some(branch) = link {
        let branch = Rc::make_mut(branch);
        each_mut(&mut branch.children[LEFT], change);
        change(&branch.key, &mut branch.value);
        each_mut(&mut branch.children[RIGHT], change);
    }
}

fn remove<K: Ord + Clone, V: Clone>(link: &mut Link<K, V>, key: &K) {
    let Some(branch) = link else { return };
    let branch = Rc::make_mut(branch);
    match key.cmp(&branch.key) {
        Ordering::Less => remove(&mut branch.children[LEFT], key),
        Ordering::Greater => remove(&mut branch.children[RIGHT], key),
        Ordering::Equal => match take_first(&mut branch.children[RIGHT]) {
            Some(next) => (branch.key, branch.value) = next,
            None => {
                *link = branch.children[LEFT].take();
                return;
            }
        },
    }
    balance(branch);
}

/// Removes the entry with the smallest key.
fn take_first<K: Ord + Clone, V: Clone>(link: &mut Link<K, V>) -> Option<(K, V)> {
    let branch = Rc::make_mut(link.as_mut()?);
    let first = take_first(&mut branch.children[LEFT]);
    if first.is_some() {
        balance(branch);
        return first;
    }
    let (this, rest) = ((branch.key.clone(), branch.value.clone()), branch.children[RIGHT].take());
    *link = rest;
    Some(this)
}

fn height<K, V>(link: &Link<K, V>) -> u8 {
    link.as_ref().map_or(0, |branch| branch.height)
}

/// Restores the invariant that the heights of two children differ by at most one, after one of them has changed by one.
fn balance<K: Clone, V: Clone>(branch: &mut Branch<K, V>) {
    for (high, low) in [(LEFT, RIGHT), (RIGHT, LEFT)] {
        if height(&branch.children[high]) > height(&branch.children[low]) + 1 {
            if let Some(child) = &mut branch.children[high]
                && height(&child.children[low]) > height(&child.children[high])
            {
                rotate(Rc::make_mut(child), low);
            }
            rotate(branch, high);
            return;
        }
    }
    measure(branch);
}

/// Lifts the child on one side into the branch's own place.
fn rotate<K: Clone, V: Clone>(branch: &mut Branch<K, V>, side: usize) {
    let Some(mut lifted) = branch.children[side].take() else { return };
    let child = Rc::make_mut(&mut lifted);
    // From here on `branch` is what was the child, and `child` what was the branch.
    mem::swap(branch, child);
    child.children[side] = branch.children[1 - side].take();
    measure(child);
    branch.children[1 - side] = Some(lifted);
    measure(branch);
}

fn measure<K, V>(branch: &mut Branch<K, V>) {
    branch.height = 1 + height(&branch.children[LEFT]).max(height(&branch.children[RIGHT]));
}

/// A walk through a range of keys, towards one side.
struct Walk<'a, K, V, R> {
    /// Where to go on, nearest last: each with all that lies beyond it.
    path: Vec<&'a Branch<K, V>>,
    range: R,
    towards: usize,
}

impl<'a, K: Ord, V, R: RangeBounds<K>> Walk<'a, K, V, R> {
    fn new(tree: &'a Tree<K, V>, range: R, towards: usize) -> Self {
        let mut walk = Walk { path: Vec::new(), range, towards };
        walk.descend(&tree.root);
        walk
    }

    /// Goes to the first entry below a link that is not before the range.
    fn descend(&mut self, mut link: &'a Link<K, V>) {
        while let Some(branch) = link {
            let (bound, before) = if self.towards == RIGHT {
                (self.range.start_bound(), Ordering::Less)
            } else {
                (self.range.end_bound(), Ordering::Greater)
            };
            let is_before = match bound {
                Bound::Included(bound) => branch.key.cmp(bound) == before,
                Bound::Excluded(bound) => branch.key.cmp(bound) != before.reverse(),
                Bound::Unbounded => false,
            };
            if is_before {
                link = &branch.children[self.towards];
            } else {
                self.path.push(branch);
                link = &branch.children[1 - self.towards];
            }
        }
    }
}

impl<'a, K: Ord, V, R: RangeBounds<K>> Iterator for Walk<'a, K, V, R> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        let branch = self.path.pop().filter(|branch| self.range.contains(&branch.key))?;
        self.descend(&branch.children[self.towards]);
        Some((&branch.key, &branch.value))
    }
}

impl<K, V> Clone for Tree<K, V> {
    fn clone(&self) -> Self {
        Tree { root: self.root.clone(), len: self.len }
    }
}

impl<K: Ord + Clone, V: Clone> Extend<(K, V)> for Tree<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Ord + Clone, V: Clone> FromIterator<(K, V)> for Tree<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut tree = Tree::new();
        tree.extend(entries);
        tree
    }
}

impl<K: Ord + Clone, V: Clone, const N: usize> From<[(K, V); N]> for Tree<K, V> {
    fn from(entries: [(K, V); N]) -> Self {
        entries.into_iter().collect()
    }
}

/// Panics where there is nothing under the key.
impl<K: Ord, V> Index<&K> for Tree<K, V> {
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

impl<K: Ord, V: PartialEq> PartialEq for Tree<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl<K: Ord, V: Eq> Eq for Tree<K, V> {}

impl<K: Ord + Debug, V: Debug> Debug for Tree<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;
    use alloc::collections::BTreeMap;

    /// The height that the tree says it has, after looking at every branch.
    fn audit(link: &Link<u32, u64>) -> u8 {
        let Some(branch) = link else { return 0 };
        let (left, right) = (audit(&branch.children[LEFT]), audit(&branch.children[RIGHT]));
        assert!(left.abs_diff(right) <= 1, "the children of {} are {left} and {right} high", branch.key);
        assert_eq!(branch.height, 1 + left.max(right));
        branch.height
    }

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
                    let replaced = tree.insert(key, n);
                    assert_eq!(replaced, map.insert(key, n));
                }
                9 => {
                    let changed = tree.get_mut(&key).map(|value| *value += 1);
                    assert_eq!(changed, map.get_mut(&key).map(|value| *value += 1));
                }
                _ => assert_eq!(tree.remove(&key), map.remove(&key)),
            }
            assert_eq!(tree.get(&key), map.get(&key));
            audit(&tree.root);
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
