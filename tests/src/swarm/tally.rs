//! What the cluster did in a run, in numbers: a swarm in which nothing happens proves nothing.

use serde::Serialize;
use splitbrain::kv;
use splitbrain::lab::Member;
use splitbrain::lab::member::{Message, View};
use splitbrain::node::NodeId;
use splitbrain::raft::log::Term;
use splitbrain::raft::{self, Appended, Role};
use splitbrain::sim::{Cause, Change, Step};
use std::collections::BTreeMap;

/// Declares the counts, so that none is forgotten in a sum or a report.
macro_rules! tally {
    ($($count:ident $what:literal;)+) => {
        /// Counts over one run or many.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub struct Tally {
            $(#[doc = $what] pub $count: u64,)+
        }

        impl Tally {
            /// Adds those of another run.
            pub fn add(&mut self, other: &Tally) {
                $(self.$count += other.$count;)+
            }

            /// Each count with its name.
            pub fn all(&self) -> Vec<(&'static str, u64)> {
                vec![$((stringify!($count), self.$count)),+]
            }
        }
    };
}

tally! {
    elections "Servers that became leader.";
    commits "Entries that a leader committed.";
    truncations "Logs that lost entries to another leader's.";
    answers "Operations that were answered.";
    retries "Operations that a client sent again.";
    jobs "Jobs that were done.";
    reissues "Tasks that were taken from a worker because it was overdue.";
}

/// Counts one run.
#[derive(Clone, Debug, Default)]
pub struct Counter {
    tally: Tally,
    committed: u64,
    /// Refusals that a leader has received from a follower since it was elected.
    refusals: BTreeMap<(NodeId, NodeId), (Term, u64)>,
    most_refusals: u64,
}

impl Counter {
    /// What has been counted.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// The most requests that one follower refused one leader in one term.
    pub fn most_refusals(&self) -> u64 {
        self.most_refusals
    }

    /// Looks at a step.
    pub fn see(&mut self, step: &Step<Member>) {
        let Some(Change { before, after, node }) = &step.change else { return };
        match (before, after) {
            (Some(View::Server(before)), Some(View::Server(after))) => {
                self.server(&before.raft, &after.raft);
                self.refused(*node, &after.raft, step);
            }
            (Some(View::Client(before)), Some(View::Client(after))) => self.client(before, after),
            (Some(View::Coordinator(before)), Some(View::Coordinator(after))) => {
                if let (Some(before), Some(after)) = (&before.job, &after.job)
                    && before.id == after.id
                {
                    self.tally.reissues += u64::from(after.reissued.saturating_sub(before.reissued));
                    self.tally.jobs += u64::from(after.done_at.is_some() && before.done_at.is_none());
                }
            }
            _ => {}
        }
    }

    fn server(&mut self, before: &raft::View<kv::Command>, after: &raft::View<kv::Command>) {
        let leads = matches!(after.role, Role::Leader { .. });
        if leads && !matches!(before.role, Role::Leader { .. }) {
            self.tally.elections += 1;
        }
        if after.commit_index > self.committed {
            self.tally.commits += after.commit_index - self.committed;
            self.committed = after.commit_index;
        }
        if !after.log.extends(&before.log) {
            self.tally.truncations += 1;
        }
    }

    /// What backing up costs (§5.3): each refusal is a round trip.
    fn refused(&mut self, leader: NodeId, after: &raft::View<kv::Command>, step: &Step<Member>) {
        if let Cause::Arrival { from, body: Message::Kv(kv::Message::Raft(message)), .. } = &step.cause
            && let raft::Message::AppendReply { outcome, .. } = message
            && matches!(outcome, Appended::TooShort { .. } | Appended::Conflict { .. })
        {
            let (term, count) = self.refusals.entry((leader, *from)).or_default();
            if *term != after.current_term {
                (*term, *count) = (after.current_term, 0);
            }
            *count += 1;
            self.most_refusals = self.most_refusals.max(*count);
        }
    }

    fn client(&mut self, before: &kv::ClerkView, after: &kv::ClerkView) {
        self.tally.answers += after.history.count().saturating_sub(before.history.count());
        if let (Some(before), Some(after)) = (&before.pending, &after.pending)
            && before.number == after.number
            && after.attempt > before.attempt
        {
            self.tally.retries += 1;
        }
    }
}
