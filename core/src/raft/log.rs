//! The log, as a persistent value: cloning it, comparing it and writing it to disk cost the same however long it is.
//!
//! Each entry is linked to the one before it and carries a hash of the whole chain up to itself, so two logs that
//! agree at one index and hash agree up to there (the Log Matching Property, §5.3, in one comparison). A server that
//! appends what the leader sent shares the leader's links. Each link also jumps to a far ancestor (Myers, "An
//! applicative random-access stack", 1983), so any entry is found in a logarithmic number of hops.

use crate::fingerprint::Fingerprint;
use alloc::rc::Rc;
use alloc::string::String;
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
pub trait Command: Clone + Debug + Eq + Serialize + DeserializeOwned + 'static {
    /// How many bytes it takes when it is encoded: what it adds to [`Log::bytes`].
    fn size(&self) -> u64;
}

/// Eight bytes.
impl Command for u64 {
    fn size(&self) -> u64 {
        8
    }
}

/// Its length, in four bytes, and its UTF-8.
impl Command for String {
    fn size(&self) -> u64 {
        4 + self.len() as u64
    }
}

/// One entry: a command and the term in which a leader received it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry<C> {
    /// The term of the leader that appended it.
    pub term: Term,
    /// The command, opaque to Raft.
    pub command: C,
}

/// How many bytes of an encoded entry are its term.
const TERM_BYTES: u64 = 8;

/// An entry in its place.
pub struct Link<C> {
    /// Its index.
    pub index: Index,
    /// The entry itself.
    pub entry: Entry<C>,
    /// The hash of all entries up to and including this one.
    pub chain: u64,
    /// The encoded size of the entries from the log's root up to and including this one.
    bytes: u64,
    // In this order: what is jumped to outlives what lies between, so the links of a long chain are dropped in a
    // recursion as deep as there are jumps, and not as there are links.
    before: Option<Rc<Link<C>>>,
    jump: Option<Rc<Link<C>>>,
}

/// A log: a pointer to its last link, and what is known of the entries that a snapshot has replaced (§7).
///
/// The entries up to the *base* are gone: nothing can be asked of them but the base's own index, term and chain hash.
/// The chain goes on from there, so it covers the whole history however much of that has been dropped.
pub struct Log<C> {
    base: Base,
    /// The index before the first link that there still is. It may be less than the base's: links that a snapshot
    /// has replaced are let go once they are as many as those that are left.
    root: Index,
    /// None if there is no entry after the base.
    last: Option<Rc<Link<C>>>,
}

/// The last entry that is no longer in the log; of a log that has lost none, the place before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Base {
    index: Index,
    term: Term,
    chain: u64,
    /// Like [`Link::bytes`].
    bytes: u64,
}

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
        Log::starting_after(0, Term(0), 0)
    }

    /// A log whose entries up to this index are in a snapshot, and which has no others: the term is that of the entry
    /// at that index, the chain the hash of all up to it.
    pub const fn starting_after(index: Index, term: Term, chain: u64) -> Log<C> {
        Log { base: Base { index, term, chain, bytes: 0 }, root: index, last: None }
    }

    /// The index of the last entry that a snapshot has replaced; 0 if none was.
    pub fn base_index(&self) -> Index {
        self.base.index
    }

    /// The term of that entry; term 0 if there is none.
    pub fn base_term(&self) -> Term {
        self.base.term
    }

    /// The hash of all entries up to that one; 0 if there is none.
    pub fn base_chain(&self) -> u64 {
        self.base.chain
    }

    /// The index of the last entry, in the log or replaced; 0 if there is none.
    pub fn last_index(&self) -> Index {
        self.last.as_ref().map_or(self.base.index, |last| last.index)
    }

    /// The term of that entry; term 0 if there is none.
    pub fn last_term(&self) -> Term {
        self.last.as_ref().map_or(self.base.term, |last| last.entry.term)
    }

    /// The hash of the whole history; 0 if it is empty.
    pub fn chain(&self) -> u64 {
        self.last.as_ref().map_or(self.base.chain, |last| last.chain)
    }

    /// The encoded size of the entries that are in the log.
    pub fn bytes(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.bytes - self.base.bytes)
    }

    /// The encoded size of the entries up to an index: what a snapshot there would make needless.
    pub fn bytes_upto(&self, index: Index) -> u64 {
        self.link(index).map_or(0, |link| link.bytes - self.base.bytes)
    }

    /// The link at an index; none at or below the base, or beyond the end.
    pub fn link(&self, index: Index) -> Option<&Link<C>> {
        self.find(index).map(|link| &**link)
    }

    /// The entry at an index.
    pub fn entry(&self, index: Index) -> Option<&Entry<C>> {
        self.link(index).map(|link| &link.entry)
    }

    /// The term of the entry at an index, the base included; term 0 at index 0 of a log that has lost nothing.
    pub fn term_at(&self, index: Index) -> Option<Term> {
        if index == self.base.index {
            Some(self.base.term)
        } else {
            self.link(index).map(|link| link.entry.term)
        }
    }

    /// The hash of all entries up to an index, the base included; 0 at index 0 of a log that has lost nothing.
    pub fn chain_at(&self, index: Index) -> Option<u64> {
        if index == self.base.index { Some(self.base.chain) } else { self.link(index).map(|link| link.chain) }
    }

    /// The last index up to `upto` whose entry is of an earlier term than `term`; the base's if there is none. A few
    /// hops, like any search: terms never fall along a log.
    pub fn last_before_term(&self, term: Term, upto: Index) -> Index {
        self.last_with(upto, |entry| entry < term)
    }

    /// The last index up to `upto` whose entry is of that term, as far as can be told from the base on.
    pub fn last_of_term(&self, term: Term, upto: Index) -> Option<Index> {
        let index = self.last_with(upto, |entry| entry <= term);
        (self.term_at(index) == Some(term)).then_some(index)
    }

    /// The links after `after` and up to `upto`, in order.
    pub fn range(&self, after: Index, upto: Index) -> Vec<&Link<C>> {
        let after = after.max(self.base.index);
        let mut links = Vec::new();
        let mut link = self.link(upto.min(self.last_index()));
        while let Some(this) = link.filter(|link| link.index > after) {
            links.push(this);
            link = this.before.as_deref();
        }
        links.reverse();
        links
    }

    /// Removes every entry after `last`; what is in a snapshot stays there.
    pub fn truncate(&mut self, last: Index) {
        if last <= self.base.index {
            *self = Log::starting_after(self.base.index, self.base.term, self.base.chain);
        } else if last < self.last_index() {
            self.last = self.find(last).cloned();
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
        link.map_or(0, |link| link.index).max(self.base.index)
    }

    fn find(&self, index: Index) -> Option<&Rc<Link<C>>> {
        let mut link = self.last.as_ref()?;
        if index <= self.base.index || index > link.index {
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
        let chain = chain_hash(self.chain(), &entry);
        self.link_on(entry, chain)
    }

    fn link_on(&mut self, entry: Entry<C>, chain: u64) -> Index {
        let index = self.last_index() + 1;
        let before = self.last.take();
        let bytes = before.as_ref().map_or(self.base.bytes, |link| link.bytes);
        let bytes = bytes.saturating_add(TERM_BYTES).saturating_add(entry.command.size());
        let jump = before.as_ref().and_then(|before| far_ancestor(before, self.root));
        self.last = Some(Rc::new(Link { index, entry, chain, bytes, before, jump }));
        index
    }

    /// Appends `tail`'s entries after index `self.last_index()`, sharing its links where both logs agree so far.
    pub fn extend(&mut self, tail: &Log<C>) {
        let last = self.last_index();
        // Links of another root would keep alive what this log has dropped, or lack what it has.
        if tail.root == self.root && tail.chain_at(last) == Some(self.chain()) && tail.last.is_some() {
            self.last = tail.last.clone();
        } else {
            for link in tail.range(last, tail.last_index()) {
                self.push(link.entry.clone());
            }
        }
    }

    /// Drops the entries up to `upto`, which a snapshot has replaced; at or below the base there is nothing to drop,
    /// and what is beyond the end cannot be.
    ///
    /// Other copies of the log keep what they have. This one lets the links go once they are as many as those that are
    /// left, and then links these anew: so it costs no more than was dropped, and what it holds on to stays small.
    pub fn compact(&mut self, upto: Index) {
        let Some(link) = self.find(upto) else { return };
        self.base = Base { index: upto, term: link.entry.term, chain: link.chain, bytes: link.bytes };
        if upto - self.root < self.last_index() - upto {
            return;
        }
        let mut left = Log::starting_after(upto, self.base.term, self.base.chain);
        for link in self.range(upto, self.last_index()) {
            left.link_on(link.entry.clone(), link.chain);
        }
        *self = left;
    }
}

/// The jump of a new link after `before`: over two equal jumps at once, else no further than `before` itself.
fn far_ancestor<C>(before: &Rc<Link<C>>, root: Index) -> Option<Rc<Link<C>>> {
    let over = before.jump.as_ref();
    let over_twice = over.and_then(|over| over.jump.as_ref());
    let place = |link: Option<&Rc<Link<C>>>| link.map_or(root, |link| link.index);
    if before.index - place(over) == place(over) - place(over_twice) {
        over_twice.cloned()
    } else {
        Some(before.clone())
    }
}

impl<C> Clone for Log<C> {
    fn clone(&self) -> Self {
        Log { base: self.base, root: self.root, last: self.last.clone() }
    }
}

impl<C> Default for Log<C> {
    fn default() -> Self {
        Log::new()
    }
}

/// Two logs are equal if they begin and end at the same index and their chains have the same hash.
impl<C> PartialEq for Log<C> {
    fn eq(&self, other: &Self) -> bool {
        (self.base.index, self.last_index(), self.chain())
            == (other.base.index, other.last_index(), other.chain())
    }
}

impl<C> Eq for Log<C> {}

impl<C: Debug> Debug for Log<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let last = self.last_index();
        let shown = last.saturating_sub(8);
        write!(f, "log from {} to {last}", self.base.index)?;
        f.debug_list()
            .entries(self.range(shown, last).iter().map(|link| (link.entry.term.0, &link.entry.command)))
            .finish()
    }
}

/// A fingerprint takes the log's ends and its hash; a person is given its entries.
impl<C: Serialize> Serialize for Log<C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self.range(0, self.last_index()).iter().map(|link| &link.entry))
        } else {
            (self.base.index, self.last_index(), self.chain()).serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests;
