//! For every term: who led it, and the one log on which all its entries lie.

use super::super::{Moment, Verdicts};
use super::logs;
use crate::node::NodeId;
use crate::raft::log::{Command, Log, Term};
use crate::raft::view::View;
use crate::tree::Tree;
use core::mem;
use core::ops::Bound;

/// What is known of one term.
#[derive(Clone, Debug)]
pub(super) struct Record<C> {
    /// The term.
    pub(super) term: Term,
    /// Who was elected in it.
    pub(super) leader: Option<NodeId>,
    /// The longest log of its leader: the one it was elected with and all that it appended.
    pub(super) log: Log<C>,
}

impl<C> Record<C> {
    fn new(term: Term) -> Record<C> {
        Record { term, leader: None, log: Log::new() }
    }
}

/// The records of all terms that had a leader or an entry. Nearly every step is about the latest, so that one is
/// within reach and the others are in a persistent map.
#[derive(Clone, Debug)]
pub(super) struct Terms<C: 'static> {
    latest: Record<C>,
    earlier: Tree<Term, Record<C>>,
}

impl<C: Command> Terms<C> {
    pub(super) fn new() -> Terms<C> {
        Terms { latest: Record::new(Term(0)), earlier: Tree::new() }
    }

    /// What is known of a term.
    pub(super) fn of(&self, term: Term) -> Option<&Record<C>> {
        if term == self.latest.term { Some(&self.latest) } else { self.earlier.get(&term) }
    }

    /// The later terms that had a leader, latest first.
    pub(super) fn led_after(&self, term: Term) -> impl Iterator<Item = &Record<C>> {
        let latest = Some(&self.latest).filter(|record| record.term > term);
        // Most leaders lead the latest term: then the map is not even looked at.
        let between = latest.map(|_| {
            self.earlier.range_back((Bound::Excluded(term), Bound::Unbounded)).map(|(_, record)| record)
        });
        latest.into_iter().chain(between.into_iter().flatten()).filter(|record| record.leader.is_some())
    }

    /// Notes who leads a term and the log it was elected with.
    pub(super) fn elected(&mut self, past: &Log<C>, server: NodeId, view: &View<C>) {
        let record = self.of_mut(view.current_term);
        record.leader = Some(server);
        if logs::holds(past, &view.log, &record.log) {
            record.log = view.log.clone();
        }
    }

    /// Judges all that is new in a server's log, at a cost in proportion to what is new.
    pub(super) fn judge(
        &mut self,
        past: &Log<C>,
        now: Moment,
        server: NodeId,
        before: Option<&Log<C>>,
        after: &View<C>,
        verdicts: &mut Verdicts,
    ) {
        logs::judge(self, past, now, server, before, after, verdicts);
    }

    /// The record of a term, made if there was none.
    pub(super) fn of_mut(&mut self, term: Term) -> &mut Record<C> {
        if term == self.latest.term {
            return &mut self.latest;
        }
        if term > self.latest.term {
            let old = mem::replace(&mut self.latest, Record::new(term));
            self.earlier.insert(old.term, old);
            return &mut self.latest;
        }
        if !self.earlier.contains_key(&term) {
            self.earlier.insert(term, Record::new(term));
        }
        self.earlier.get_mut(&term).expect("it was just put there")
    }
}
