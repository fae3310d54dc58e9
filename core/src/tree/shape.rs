//! How a tree is balanced, copied and walked, whatever it holds: one copy of this code serves maps of every type.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::any::Any;
use core::cmp::Ordering;
use core::mem;

/// An entry whose type only the map knows.
pub(super) type Entry = Rc<dyn Any>;

/// How the key that is looked for compares with an entry's.
pub(super) type Compare<'a> = &'a dyn Fn(&dyn Any) -> Ordering;

/// A subtree.
pub(super) type Link = Option<Rc<Branch>>;

#[derive(Clone)]
pub(super) struct Branch {
    pub(super) entry: Entry,
    /// One more than that of the higher child.
    height: u8,
    children: [Link; 2],
}

/// The side of smaller keys, as a place among the children.
pub(super) const LEFT: usize = 0;

/// The side of larger keys.
pub(super) const RIGHT: usize = 1;

/// The side on which a key that compares so is to be found, if it is not here.
fn side(ordering: Ordering) -> Option<usize> {
    match ordering {
        Ordering::Less => Some(LEFT),
        Ordering::Equal => None,
        Ordering::Greater => Some(RIGHT),
    }
}

/// The entry that compares as equal.
#[inline(never)]
pub(super) fn find<'a>(mut link: &'a Link, compare: Compare<'_>) -> Option<&'a dyn Any> {
    while let Some(branch) = link {
        match side(compare(&*branch.entry)) {
            Some(side) => link = &branch.children[side],
            None => return Some(&*branch.entry),
        }
    }
    None
}

/// The place of the entry that compares as equal, to be changed. It must be there, or what is shared is copied in vain.
#[inline(never)]
pub(super) fn find_mut<'a>(mut link: &'a mut Link, compare: Compare<'_>) -> Option<&'a mut Entry> {
    loop {
        let branch = Rc::make_mut(link.as_mut()?);
        match side(compare(&*branch.entry)) {
            Some(side) => link = &mut branch.children[side],
            None => return Some(&mut branch.entry),
        }
    }
}

/// Puts an entry in its place, or in that of one that compares as equal. Returns whether there was none.
pub(super) fn insert(link: &mut Link, entry: Entry, compare: Compare<'_>) -> bool {
    let Some(branch) = link else {
        *link = Some(Rc::new(Branch { entry, height: 1, children: [None, None] }));
        return true;
    };
    let branch = Rc::make_mut(branch);
    let Some(side) = side(compare(&*branch.entry)) else {
        branch.entry = entry;
        return false;
    };
    let is_new = insert(&mut branch.children[side], entry, compare);
    if is_new {
        balance(branch);
    }
    is_new
}

/// Shows the place of every entry, smallest key first, to be changed.
pub(super) fn each_mut(link: &mut Link, change: &mut dyn FnMut(&mut Entry)) {
    if let Some(branch) = link {
        let branch = Rc::make_mut(branch);
        each_mut(&mut branch.children[LEFT], change);
        change(&mut branch.entry);
        each_mut(&mut branch.children[RIGHT], change);
    }
}

/// Removes the entry that compares as equal. It must be there.
#[inline(never)]
pub(super) fn remove(link: &mut Link, compare: Compare<'_>) -> Option<Entry> {
    let branch = Rc::make_mut(link.as_mut()?);
    let removed = match side(compare(&*branch.entry)) {
        Some(side) => remove(&mut branch.children[side], compare),
        None => match take_first(&mut branch.children[RIGHT]) {
            Some(next) => Some(mem::replace(&mut branch.entry, next)),
            None => {
                let (rest, removed) = (branch.children[LEFT].take(), branch.entry.clone());
                *link = rest;
                return Some(removed);
            }
        },
    };
    balance(branch);
    removed
}

/// Removes the entry with the smallest key.
fn take_first(link: &mut Link) -> Option<Entry> {
    let branch = Rc::make_mut(link.as_mut()?);
    let first = take_first(&mut branch.children[LEFT]);
    if first.is_some() {
        balance(branch);
        return first;
    }
    let (this, rest) = (branch.entry.clone(), branch.children[RIGHT].take());
    *link = rest;
    Some(this)
}

fn height(link: &Link) -> u8 {
    link.as_ref().map_or(0, |branch| branch.height)
}

/// Restores the invariant that the heights of two children differ by at most one, after one of them has changed by one.
#[inline(never)]
fn balance(branch: &mut Branch) {
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
#[inline(never)]
fn rotate(branch: &mut Branch, side: usize) {
    let Some(mut lifted) = branch.children[side].take() else { return };
    let child = Rc::make_mut(&mut lifted);
    // From here on `branch` is what was the child, and `child` what was the branch.
    mem::swap(branch, child);
    child.children[side] = branch.children[1 - side].take();
    measure(child);
    branch.children[1 - side] = Some(lifted);
    measure(branch);
}

fn measure(branch: &mut Branch) {
    branch.height = 1 + height(&branch.children[LEFT]).max(height(&branch.children[RIGHT]));
}

/// A walk through the entries towards one side.
pub(super) struct Walk<'a> {
    /// Where to go on, nearest last: each with all that lies beyond it.
    path: Vec<&'a Branch>,
    towards: usize,
}

impl<'a> Walk<'a> {
    /// Begins at the first entry on the way of which `is_before` is not true.
    #[inline(never)]
    pub(super) fn new(link: &'a Link, towards: usize, is_before: &dyn Fn(&dyn Any) -> bool) -> Walk<'a> {
        let mut walk = Walk { path: Vec::new(), towards };
        walk.descend(link, is_before);
        walk
    }

    #[inline(never)]
    fn descend(&mut self, mut link: &'a Link, is_before: &dyn Fn(&dyn Any) -> bool) {
        while let Some(branch) = link {
            if is_before(&*branch.entry) {
                link = &branch.children[self.towards];
            } else {
                self.path.push(branch);
                link = &branch.children[1 - self.towards];
            }
        }
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = &'a dyn Any;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a dyn Any> {
        let branch = self.path.pop()?;
        self.descend(&branch.children[self.towards], &|_| false);
        Some(&*branch.entry)
    }
}

#[cfg(test)]
impl Branch {
    /// The height that it says it has, after looking at every branch below.
    pub(super) fn audit(&self) -> u8 {
        let height = |link: &Link| link.as_ref().map_or(0, |branch| branch.audit());
        let (left, right) = (height(&self.children[LEFT]), height(&self.children[RIGHT]));
        assert!(left.abs_diff(right) <= 1, "the children are {left} and {right} high");
        assert_eq!(self.height, 1 + left.max(right));
        self.height
    }
}
