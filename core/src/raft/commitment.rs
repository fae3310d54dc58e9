//! When an entry is committed (§5.3), which entries a leader may commit (§5.4.2), and what follows: it is applied.

use super::host::Output;
use super::log::{Command, Index};
use super::node::Raft;
use super::replication::Entries;
use super::rules::Rule;
use super::view::Role;
use crate::node::Outbox;
use core::iter::once;

impl<C: Command> Raft<C> {
    /// "If there exists an N such that N > commitIndex, a majority of matchIndex[i] ≥ N, and log[N].term ==
    /// currentTerm: set commitIndex = N" (Figure 2). The last condition is Figure 8's lesson; terms never fall along a
    /// log, so the highest N decides.
    ///
    /// The leader counts itself, though its own write may still be under way: what a follower holds was sent only once
    /// it was durable here.
    pub(super) fn advance_commit(&mut self, out: &mut impl Outbox<Self>) {
        let Role::Leader { progress } = &self.role else { return };
        let needed = if self.keeps(Rule::MajorityToCommit) { self.majority() } else { 1 };
        let itself = usize::from(!self.is_alone());
        let held_by =
            |n: Index| itself + progress.iter().filter(|(_, follower)| follower.match_index >= n).count();
        let held =
            progress.iter().map(|(_, follower)| follower.match_index).chain(once(self.hard.log.last_index()));
        let Some(n) = held.filter(|&n| n > self.commit_index && held_by(n) >= needed).max() else { return };
        if self.hard.log.term_at(n) == Some(self.hard.current_term) || !self.keeps(Rule::CurrentTermCommit) {
            self.commit(n, out);
            self.serve_reads(out);
        }
    }

    /// "If leaderCommit > commitIndex, set commitIndex = min(leaderCommit, index of last new entry)" (Figure 2): what
    /// the follower holds beyond that may still differ from what the leader has committed.
    pub(super) fn learn_commit(&mut self, request: &Entries<C>, out: &mut impl Outbox<Self>) {
        let held = self.hard.log.last_index();
        let verified =
            if self.keeps(Rule::CommitOnlyVerified) { request.last_index().min(held) } else { held };
        self.commit(request.leader_commit.min(verified), out);
    }

    /// "If commitIndex > lastApplied: increment lastApplied, apply log[lastApplied] to state machine" (Figure 2).
    fn commit(&mut self, index: Index, out: &mut impl Outbox<Self>) {
        self.commit_index = self.commit_index.max(index);
        let ready = if self.keeps(Rule::ApplyOnlyCommitted) { self.commit_index } else { Index::MAX };
        while self.last_applied < ready {
            // With a rule off the log may have lost what was committed: then there is nothing to apply.
            let Some(entry) = self.hard.log.entry(self.last_applied + 1) else { return };
            self.last_applied += 1;
            let (index, term, command) = (self.last_applied, entry.term, entry.command.clone());
            out.output(Output::Apply { index, term, command });
        }
    }
}
