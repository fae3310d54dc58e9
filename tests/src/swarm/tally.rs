//! What the cluster did in a run, in numbers: a swarm in which nothing happens proves nothing.

use serde::{Deserialize, Serialize};
use splitbrain::kv;
use splitbrain::lab::member::{Message, View};
use splitbrain::lab::{Config, Member};
use splitbrain::mapreduce::{Counters, JobView, Stage};
use splitbrain::node::NodeId;
use splitbrain::raft::{self, Role, Sending};
use splitbrain::sim::{Cause, Change, Step};
use splitbrain::time::{Span, Time};
use std::collections::BTreeMap;

/// Declares the counts, so that none is forgotten in a sum or a report.
macro_rules! tally {
    ($($count:ident $what:literal;)+) => {
        /// Counts over one run or many.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    snapshots "Snapshots that servers took of their own state.";
    installs "Snapshots that servers took over from a leader.";
    answers "Operations that were answered.";
    retries "Operations that a client sent again.";
    jobs "Jobs that were done.";
    reissues "Tasks that were taken from a worker because it was overdue.";
    backups "Second attempts at tasks that took long.";
    lost "Completed maps whose output was lost.";
    skipped "Records that were left out of jobs that were done.";
    late "Reports of tasks that were completed already.";
}

/// What a run cost at worst, each in the unit of a rule's budget.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Costs {
    /// The most steps back that a leader took to find where a follower's log agrees with its own.
    pub steps_back: u64,
    /// The most rounds of asking every server that an operation took for each pause that there was time for.
    pub rounds: u64,
    /// The longest that an operation waited for a server that had ceased to lead, in longest message times.
    pub stranded: u64,
    /// The largest Raft state, in the sizes near which a snapshot is due.
    pub state: u64,
    /// The longest that a job took, in tenths of a second.
    pub job: u64,
}

/// Counts one run.
#[derive(Clone, Debug)]
pub struct Counter {
    tally: Tally,
    costs: Costs,
    servers: u64,
    pause: Span,
    message: Span,
    max_raft_state: Option<u64>,
    committed: u64,
    /// For each leader and follower, how often the leader has stepped back since their logs last agreed.
    steps_back: BTreeMap<(NodeId, NodeId), u64>,
    /// For each clerk that waits for a server, which, and since when that has ceased to lead.
    asking: BTreeMap<NodeId, (NodeId, Option<Time>)>,
}

impl Counter {
    /// Nothing has been done yet.
    pub fn new(config: &Config) -> Counter {
        Counter {
            tally: Tally::default(),
            costs: Costs::default(),
            servers: u64::from(config.servers),
            // As long as a clerk pauses.
            pause: config.heartbeat,
            message: config.latency.1,
            max_raft_state: config.max_raft_state,
            committed: 0,
            steps_back: BTreeMap::new(),
            asking: BTreeMap::new(),
        }
    }

    /// What has been counted.
    pub fn tally(&self) -> Tally {
        self.tally
    }

    /// What it cost at worst.
    pub fn costs(&self) -> Costs {
        self.costs
    }

    /// Looks at a step.
    pub fn see(&mut self, step: &Step<Member>) {
        let Some(Change { before, after, node }) = &step.change else { return };
        match (before, after) {
            (Some(View::Server(before)), Some(View::Server(after))) => {
                self.server(&before.raft, &after.raft);
                self.snapshots(step, &before.raft, &after.raft);
                self.searches(*node, &before.raft, &after.raft);
                self.ceases(step.at, *node, &before.raft, &after.raft);
            }
            (Some(View::Client(before)), Some(View::Client(after))) => {
                self.client(step.at, before, after);
                self.waits(step.at, *node, after);
            }
            (Some(View::Coordinator(before)), Some(View::Coordinator(after))) => {
                if let (Some(before), Some(after)) = (&before.job, &after.job)
                    && before.id == after.id
                {
                    self.job(before, after);
                }
            }
            _ => {}
        }
    }

    fn job(&mut self, before: &JobView, after: &JobView) {
        let more = |count: fn(&JobView) -> u32| u64::from(count(after).saturating_sub(count(before)));
        self.tally.reissues += more(|job| job.reissued);
        self.tally.backups += more(|job| job.backups);
        self.tally.lost += more(|job| job.lost);
        self.tally.late += more(|job| job.late_reports);
        if let (Stage::Done, Some(done_at)) = (after.stage, after.done_at)
            && before.stage != Stage::Done
        {
            self.tally.jobs += 1;
            self.tally.skipped += after.counters.get(Counters::SKIPPED);
            self.costs.job = self.costs.job.max(done_at.since(after.submitted_at).0 / 100_000);
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
        if let Some(limit) = self.max_raft_state {
            self.costs.state = self.costs.state.max(after.log.bytes() / limit.max(1));
        }
        let known = after.log.base_index() <= before.log.last_index();
        if known && !after.log.extends(&before.log) {
            self.tally.truncations += 1;
        }
    }

    fn snapshots(
        &mut self,
        step: &Step<Member>,
        before: &raft::View<kv::Command>,
        after: &raft::View<kv::Command>,
    ) {
        if after.log.base_index() > before.log.base_index() {
            let sent = matches!(
                &step.cause,
                Cause::Arrival {
                    body: Message::Kv(kv::Message::Raft(raft::Message::InstallSnapshot { .. })),
                    ..
                }
            );
            let count = if sent { &mut self.tally.installs } else { &mut self.tally.snapshots };
            *count += 1;
        }
    }

    /// What backing up costs (§5.3): each step back is a round trip.
    fn searches(
        &mut self,
        leader: NodeId,
        before: &raft::View<kv::Command>,
        after: &raft::View<kv::Command>,
    ) {
        let (Role::Leader { progress: before }, Role::Leader { progress: after }) =
            (&before.role, &after.role)
        else {
            return;
        };
        for ((follower, before), (_, after)) in before.iter().zip(after.iter()) {
            if after.sending == Sending::Probing && after.next_index < before.next_index {
                let steps = self.steps_back.entry((leader, *follower)).or_default();
                *steps = if before.sending == Sending::Probing { *steps + 1 } else { 1 };
                self.costs.steps_back = self.costs.steps_back.max(*steps);
            }
        }
    }

    /// Whoever waits for a server that led and does so no more has to ask another.
    fn ceases(
        &mut self,
        now: Time,
        server: NodeId,
        before: &raft::View<kv::Command>,
        after: &raft::View<kv::Command>,
    ) {
        let leads = |view: &raft::View<kv::Command>| matches!(view.role, Role::Leader { .. });
        if leads(before) && !leads(after) {
            let waiting = self.asking.values_mut().filter(|(asked, _)| *asked == server);
            waiting.for_each(|(_, since)| *since = since.or(Some(now)));
        }
    }

    /// A clerk has taken a step: until then it was waiting for the server that it had asked.
    fn waits(&mut self, now: Time, clerk: NodeId, after: &kv::ClerkView) {
        let asked = after.pending.as_ref().filter(|pending| !pending.pausing).map(|pending| pending.to);
        let known = self.asking.get(&clerk).copied();
        if let Some((server, Some(since))) = known
            && asked != Some(server)
        {
            self.costs.stranded = self.costs.stranded.max(now.since(since).0 / self.message.0.max(1));
        }
        match asked {
            Some(server) if known.is_some_and(|(known, _)| known == server) => {}
            Some(server) => drop(self.asking.insert(clerk, (server, None))),
            None => drop(self.asking.remove(&clerk)),
        }
    }

    fn client(&mut self, now: Time, before: &kv::ClerkView, after: &kv::ClerkView) {
        self.tally.answers += after.history.count().saturating_sub(before.history.count());
        if let (Some(before), Some(after)) = (&before.pending, &after.pending)
            && before.number == after.number
            && after.attempt > before.attempt
        {
            self.tally.retries += 1;
            let pauses = now.since(after.since).0 / self.pause.0.max(1) + 1;
            let rounds = u64::from(after.attempt) / (self.servers * pauses);
            self.costs.rounds = self.costs.rounds.max(rounds);
        }
    }
}
