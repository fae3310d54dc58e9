//! The log, as a persistent value: cloning it, comparing it and writing it to disk cost the same however long it is.
//!
//! Each entry is linked to the one before it and carries a hash of the whole chain up to itself, so two logs that
//! agree at one index and hash agree up to there (the Log Matching Property, §5.3, in one comparison). A server that
//! appends what the leader sent shares the leader's links. Each link also jumps to a far ancestor (Myers, "An
//! applicative random-access stack", 1983), so any entry is found in a logarithmic number of hops.

use crate::fingerprint::Fingerprint;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

/// A term: Raft's logical clock (§5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Term(pub u64);

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// A place in the log; the first entry has index 1, and 0 stands for "before the first".
pub type Index = u64;

/// What a replicated state machine executes.
pub trait Command: Clone + Debug + Eq + Serialize + DeserializeOwned {}
impl<C: Clone + Debug + Eq + Serialize + DeserializeOwned> Command for C {}

/// One entry: a command and the term in which a leader received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry<C> {
    /// The term of the leader that appended it.
    pub term: Term,
    /// The command, opaque to Raft.
    pub command: C,
}

/// An entry in its place.
pub struct Link<C> {
    /// Its index.
    pub index: Index,
    /// The entry itself.
    pub entry: Entry<C>,
    /// The hash of all entries up to and including this one.
    pub chain: u64,
    before: Option<Rc<Link<C>>>,
    jump: Option<Rc<Link<C>>>,
}

/// A log: a pointer to its last link.
pub struct Log<C>(Option<Rc<Link<C>>>);

/// The chain hash of an entry that follows a chain with hash `before`.
pub fn chain_hash<C: Command>(before: u64, entry: &Entry<C>) -> u64 {
    let mut hash = Fingerprint::default();
    hash.word(before);
    hash.word(entry.term.0);
    hash.absorb(&entry.command);
    hash.value()
}

impl<C> Log<C> {
    /// A log without entries.
    pub const fn new() -> Log<C> {
        Log(None)
    }

    /// The index of the last entry; 0 if there is none.
    pub fn last_index(&self) -> Index {
        self.0.as_ref().map_or(0, |last| last.index)
    }

    /// The term of the last entry; term 0 if there is none.
    pub fn last_term(&self) -> Term {
        self.0.as_ref().map_or(Term(0), |last| last.entry.term)
    }

    /// The hash of the whole log; 0 if it is empty.
    pub fn chain(&self) -> u64 {
        self.0.as_ref().map_or(0, |last| last.chain)
    }

    /// The link at an index.
    pub fn link(&self, index: Index) -> Option<&Link<C>> {
        self.find(index).map(|link| &**link)
    }

    /// The entry at an index.
    pub fn entry(&self, index: Index) -> Option<&Entry<C>> {
        self.link(index).map(|link| &link.entry)
    }

    /// The term of the entry at an index; term 0 at index 0.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        if index == 0 { Some(Term(0)) } else { self.link(index).map(|link| link.entry.term) }
    }

    /// The hash of all entries up to an index; 0 at index 0.
    pub fn chain_at(&self, index: Index) -> Option<u64> {
        if index == 0 { Some(0) } else { self.link(index).map(|link| link.chain) }
    }

    /// The last index up to `upto` whose entry is of an earlier term than `term`; 0 if there is none. A few hops, like
    /// any search: terms never fall along a log.
    pub fn last_before_term(&self, term: Term, upto: Index) -> Index {
        self.last_with(upto, |entry| entry < term)
    }

    /// The last index up to `upto` whose entry is of that term.
    pub fn last_of_term(&self, term: Term, upto: Index) -> Option<Index> {
        let index = self.last_with(upto, |entry| entry <= term);
        (self.term_at(index) == Some(term)).then_some(index)
    }

    /// The links after `after` and up to `upto`, in order.
    pub fn range(&self, after: Index, upto: Index) -> Vec<&Link<C>> {
        let mut links = Vec::new();
        let mut link = self.link(upto.min(self.last_index()));
        while let Some(this) = link.filter(|link| link.index > after) {
            links.push(this);
            link = this.before.as_deref();
        }
        links.reverse();
        links
    }

    /// Removes every entry after `last`.
    pub fn truncate(&mut self, last: Index) {
        if last < self.last_index() {
            self.0 = self.find(last).cloned();
        }
    }

    /// The log's entries up to `last`, as a log.
    #[must_use]
    pub fn prefix(&self, last: Index) -> Log<C> {
        let mut prefix = self.clone();
        prefix.truncate(last);
        prefix
    }

    /// Whether `other`, up to its end, is the beginning of this log.
    pub fn extends(&self, other: &Log<C>) -> bool {
        self.chain_at(other.last_index()) == Some(other.chain())
    }

    /// The last index up to `upto` whose term is early enough.
    fn last_with(&self, upto: Index, early_enough: impl Fn(Term) -> bool) -> Index {
        let mut link = self.find(upto.min(self.last_index()));
        while let Some(this) = link.filter(|this| !early_enough(this.entry.term)) {
            let jump = this.jump.as_ref().filter(|jump| !early_enough(jump.entry.term));
            link = jump.or(this.before.as_ref());
        }
        link.map_or(0, |link| link.index)
    }

    fn find(&self, index: Index) -> Option<&Rc<Link<C>>> {
        let mut link = self.0.as_ref()?;
        if index == 0 || index > link.index {
            return None;
        }
        while link.index > index {
            link = match &link.jump {
                Some(jump) if jump.index >= index => jump,
                _ => link.before.as_ref()?,
            };
        }
        Some(link)
    }
}

impl<C: Command> Log<C> {
    /// Appends an entry and returns its index.
    pub fn push(&mut self, entry: Entry<C>) -> Index {
        let before = self.0.take();
        let index = before.as_ref().map_or(0, |link| link.index) + 1;
        let chain = chain_hash(before.as_ref().map_or(0, |link| link.chain), &entry);
        let jump = before.as_ref().and_then(far_ancestor);
        self.0 = Some(Rc::new(Link { index, entry, chain, before, jump }));
        index
    }

    /// Appends `tail`'s entries after index `self.last_index()`, sharing its links where both logs agree so far.
    pub fn extend(&mut self, tail: &Log<C>) {
        let last = self.last_index();
        if tail.chain_at(last) == Some(self.chain()) {
            self.0 = tail.0.clone();
        } else {
            for link in tail.range(last, tail.last_index()) {
                self.push(link.entry.clone());
            }
        }
    }
}

/// The jump of a new link after `before`: over two equal jumps at once, else no further than `before` itself.
fn far_ancestor<C>(before: &Rc<Link<C>>) -> Option<Rc<Link<C>>> {
    let over = before.jump.as_ref();
    let over_twice = over.and_then(|over| over.jump.as_ref());
    let place = |link: Option<&Rc<Link<C>>>| link.map_or(0, |link| link.index);
    if before.index - place(over) == place(over) - place(over_twice) {
        over_twice.cloned()
    } else {
        Some(before.clone())
    }
}

impl<C> Clone for Log<C> {
    fn clone(&self) -> Self {
        Log(self.0.clone())
    }
}

impl<C> Default for Log<C> {
    fn default() -> Self {
        Log::new()
    }
}

/// Two logs are equal if they are equally long and their chains have the same hash.
impl<C> PartialEq for Log<C> {
    fn eq(&self, other: &Self) -> bool {
        self.last_index() == other.last_index() && self.chain() == other.chain()
    }
}

impl<C> Eq for Log<C> {}

impl<C: Debug> Debug for Log<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.last_index();
        let shown = last.saturating_sub(8);
        write!(f, "log to {last}")?;
        f.debug_list()
            .entries(self.range(shown, last).iter().map(|link| (link.entry.term.0, &link.entry.command)))
            .finish()
    }
}

/// A fingerprint takes the log's length and hash; a person is given its entries.
impl<C: Serialize> Serialize for Log<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self.range(0, self.last_index()).iter().map(|link| &link.entry))
        } else {
            (self.last_index(), self.chain()).serialize(serializer)
        }
    }
}

/// A long chain is dropped link by link: dropped by recursion, a million entries would overflow the stack.
impl<C> Drop for Link<C> {
    fn drop(&mut self) {
        self.jump = None;
        let mut next = self.before.take();
        while let Some(link) = next {
            next = match Rc::into_inner(link) {
                Some(mut alone) => {
                    alone.jump = None;
                    alone.before.take()
                }
                None => None,
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(terms: &[u64]) -> Log<u64> {
        let mut log = Log::new();
        for (place, &term) in terms.iter().enumerate() {
            log.push(Entry { term: Term(term), command: place as u64 });
        }
        log
    }

    #[test]
    fn every_index_is_found_and_none_beyond() {
        for len in [0, 1, 2, 7, 64, 1000] {
            let log = log(&alloc::vec![1; len]);
            assert_eq!(log.last_index(), len as u64);
            for index in 1..=len as u64 {
                assert_eq!(log.entry(index).map(|entry| entry.command), Some(index - 1));
            }
            assert!(log.entry(0).is_none() && log.entry(len as u64 + 1).is_none());
            assert_eq!(log.term_at(0), Some(Term(0)));
        }
    }

    #[test]
    fn any_entry_is_a_few_hops_away() {
        let log = log(&alloc::vec![1; 100_000]);
        let mut hops = 0;
        let mut link = log.0.as_ref();
        while let Some(this) = link.filter(|link| link.index > 1) {
            link = this.jump.as_ref().or(this.before.as_ref());
            hops += 1;
        }
        assert!(hops < 60, "{hops} hops");
    }

    #[test]
    fn logs_with_one_different_term_or_command_differ_from_there_on() {
        let (a, b) = (log(&[1, 1, 2, 3]), log(&[1, 1, 3, 3]));
        assert_eq!(a.chain_at(2), b.chain_at(2));
        assert_ne!(a.chain_at(3), b.chain_at(3));
        assert_ne!(a, b);
        let mut c = a.prefix(3);
        c.push(Entry { term: Term(3), command: 99 });
        assert_ne!(a.chain_at(4), c.chain_at(4));
    }

    #[test]
    fn the_border_of_a_term_is_found_from_any_place_in_the_log() {
        let terms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
        let log = log(&terms);
        for upto in 0..=12 {
            for term in 0..=7 {
                let held = || terms.iter().zip(1..).take(upto as usize);
                let before = held().filter(|&(&held, _)| held < term).map(|(_, index)| index).max();
                assert_eq!(
                    log.last_before_term(Term(term), upto),
                    before.unwrap_or(0),
                    "{term} up to {upto}"
                );
                let of = held().filter(|&(&held, _)| held == term).map(|(_, index)| index).max();
                if term > 0 {
                    assert_eq!(log.last_of_term(Term(term), upto), of, "{term} up to {upto}");
                }
            }
        }
    }

    #[test]
    fn truncating_leaves_other_copies_alone() {
        let long = log(&[1, 1, 2, 2]);
        let mut short = long.clone();
        short.truncate(2);
        assert_eq!((short.last_index(), short.last_term(), long.last_index()), (2, Term(1), 4));
        assert!(long.extends(&short) && !short.extends(&long));
        assert_eq!(short, log(&[1, 1]));
    }

    #[test]
    fn extending_shares_links_where_the_logs_agree_and_copies_where_they_do_not() {
        let leader = log(&[1, 1, 2, 2]);
        let mut follower = leader.prefix(2);
        follower.extend(&leader);
        assert!(follower == leader && Rc::ptr_eq(follower.0.as_ref().unwrap(), leader.0.as_ref().unwrap()));
        let mut other = log(&[1, 3]);
        other.extend(&leader);
        assert_eq!(other.range(0, 9).iter().map(|link| link.entry.term.0).collect::<Vec<_>>(), [1, 3, 2, 2]);
    }

    #[test]
    fn a_million_entries_are_dropped_without_recursion() {
        let long = log(&alloc::vec![1; 1_000_000]);
        let held = long.prefix(500_000);
        drop(long);
        assert_eq!(held.entry(1).map(|entry| entry.command), Some(0));
    }
}
