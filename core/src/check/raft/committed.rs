//! What leaders have committed, by the term in which they did: the ground of Leader Completeness.

use crate::raft::log::{Command, Log, Term};
use crate::tree::Tree;
use core::ops::Bound;

/// The longest committed log of every term in which more was committed than in all earlier ones. Others need not be
/// kept: a leader that has the longer log of an earlier term has the shorter one of a later term too.
///
/// Most commits are made in the latest term, so its log is within reach and the others are in a persistent map.
#[derive(Clone, Debug)]
pub(super) struct Committed<C: 'static> {
    term: Term,
    log: Log<C>,
    earlier: Tree<Term, Log<C>>,
}

impl<C: Command> Committed<C> {
    pub(super) fn new() -> Committed<C> {
        Committed { term: Term(0), log: Log::new(), earlier: Tree::new() }
    }

    /// The leader of `term` has committed `entries`.
    pub(super) fn by_leader(&mut self, term: Term, entries: Log<C>) {
        if term > self.term {
            if entries.last_index() > self.log.last_index() {
                let log = core::mem::replace(&mut self.log, entries);
                self.earlier.insert(self.term, log);
                self.term = term;
            }
        } else if term == self.term {
            if entries.last_index() > self.log.last_index() {
                self.log = entries;
            }
        } else {
            self.late(term, entries);
        }
    }

    /// The longest log committed in any term before `term`, with the term in which it was committed.
    pub(super) fn before(&self, term: Term) -> Option<(Term, &Log<C>)> {
        let found = if term > self.term {
            Some((self.term, &self.log))
        } else {
            self.earlier.range_back(..term).next().map(|(&earlier, log)| (earlier, log))
        };
        found.filter(|(_, log)| log.last_index() > 0)
    }

    /// A commit in a term before the latest.
    fn late(&mut self, term: Term, entries: Log<C>) {
        let last = entries.last_index();
        let up_to = (Bound::Unbounded, Bound::Included(term));
        if self.earlier.range_back(up_to).next().is_some_and(|(_, log)| log.last_index() >= last) {
            return;
        }
        // Whatever later terms committed and is not longer than this needs no mention any more. Each is forgotten
        // once, so this costs no more than it took to note them.
        let shorter: alloc::vec::Vec<Term> = self
            .earlier
            .range((Bound::Excluded(term), Bound::Unbounded))
            .take_while(|(_, log)| log.last_index() <= last)
            .map(|(&later, _)| later)
            .collect();
        for later in shorter {
            self.earlier.remove(&later);
        }
        if last < self.log.last_index() {
            self.earlier.insert(term, entries);
        } else {
            (self.term, self.log) = (term, entries);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::raft::log::Entry;

    fn log(len: u64) -> Log<u64> {
        let mut log = Log::new();
        for index in 0..len {
            log.push(Entry { term: Term(1), command: index });
        }
        log
    }

    fn longest_before(committed: &Committed<u64>, term: u64) -> (u64, u64) {
        committed.before(Term(term)).map_or((0, 0), |(term, log)| (term.0, log.last_index()))
    }

    #[test]
    fn a_new_leader_is_asked_for_what_was_committed_before_its_own_term_only() {
        let mut committed = Committed::new();
        committed.by_leader(Term(2), log(3));
        committed.by_leader(Term(5), log(7));
        committed.by_leader(Term(5), log(8));
        assert_eq!(
            [1, 2, 3, 5, 6, 99].map(|term| longest_before(&committed, term)),
            [(0, 0), (0, 0), (2, 3), (2, 3), (5, 8), (5, 8)]
        );
    }

    #[test]
    fn a_late_commit_of_an_earlier_term_counts_for_the_terms_after_it() {
        let mut committed = Committed::new();
        committed.by_leader(Term(2), log(3));
        committed.by_leader(Term(5), log(4));
        committed.by_leader(Term(9), log(9));
        committed.by_leader(Term(3), log(6));
        assert_eq!(
            [3, 4, 6, 9, 10].map(|term| longest_before(&committed, term)),
            [(2, 3), (3, 6), (3, 6), (3, 6), (9, 9)]
        );
        committed.by_leader(Term(4), log(12));
        assert_eq!([4, 5, 99].map(|term| longest_before(&committed, term)), [(3, 6), (4, 12), (4, 12)]);
        committed.by_leader(Term(7), log(5));
        assert_eq!(longest_before(&committed, 8), (4, 12), "a shorter one adds nothing");
    }
}
