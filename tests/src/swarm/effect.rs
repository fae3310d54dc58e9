//! Which faults changed an outcome. A fault that was done but made no difference (a message dropped that was lost
//! anyway, a partition over which nobody spoke) is not counted.

use super::kind::Kind;
use super::plan::Plan;
use serde::{Deserialize, Serialize};
use splitbrain::kv;
use splitbrain::lab::act::Act;
use splitbrain::lab::member::{Message, Timer, View};
use splitbrain::lab::{Config, Member};
use splitbrain::mapreduce::{Doing, JobId, JobView, TaskState};
use splitbrain::node::NodeId;
use splitbrain::raft::{self, Role};
use splitbrain::sim::{Action, Cause, Deed, Fate, FlightAction, FlightId, Gate, Missed, Status, Step, World};
use splitbrain::time::Time;
use std::collections::{BTreeMap, BTreeSet};

/// How often each kind of fault changed an outcome, in the order of [`Kind::ALL`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counts(Vec<u64>);

impl Default for Counts {
    fn default() -> Self {
        Counts(vec![0; Kind::ALL.len()])
    }
}

impl Counts {
    /// How often it did.
    pub fn of(&self, kind: Kind) -> u64 {
        self.0[kind as usize]
    }

    /// Adds those of another run.
    pub fn add(&mut self, other: &Counts) {
        self.0.iter_mut().zip(&other.0).for_each(|(sum, more)| *sum += more);
    }

    fn count(&mut self, kind: Kind) {
        self.0[kind as usize] += 1;
    }
}

/// Follows each fault to what comes of it.
#[derive(Clone, Debug)]
pub struct Effects {
    counts: Counts,
    config: Config,
    nodes: usize,
    /// For each direction of a link, what cut it last.
    cut_by: Vec<Kind>,
    /// The highest flight that has arrived on each direction of a link.
    arrived: Vec<FlightId>,
    /// Second copies under way.
    copies: BTreeMap<FlightId, Kind>,
    /// Messages to which something was done.
    touched: BTreeMap<FlightId, Kind>,
    /// Messages that take longer than their link's longest time.
    late: BTreeSet<FlightId>,
    /// Timers that were postponed, with the step that armed each and when it would have run out.
    postponed: BTreeMap<(NodeId, Timer), (u64, Time)>,
    /// How much each clock goes too fast or too slow.
    drift: Vec<i32>,
    /// Maps whose output was on a disk that was emptied: job, map and attempt.
    wiped: BTreeSet<(JobId, u32, u32)>,
    /// The job, as its coordinator sees it.
    job: Option<JobView>,
}

impl Effects {
    /// Nothing has been done yet.
    pub fn new(plan: &Plan) -> Effects {
        let nodes = usize::from(plan.config.roster().len());
        Effects {
            counts: Counts::default(),
            config: plan.config.clone(),
            nodes,
            cut_by: vec![Kind::Partition; nodes * nodes],
            arrived: vec![FlightId(0); nodes * nodes],
            copies: BTreeMap::new(),
            touched: BTreeMap::new(),
            late: BTreeSet::new(),
            postponed: BTreeMap::new(),
            drift: vec![0; nodes],
            wiped: BTreeSet::new(),
            job: None,
        }
    }

    /// What has been counted.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    fn link(&self, from: NodeId, to: NodeId) -> usize {
        from.index() * self.nodes + to.index()
    }

    /// Something is about to be done.
    pub fn before(&mut self, act: &Act, kind: Kind, world: &World<Member>) {
        match act {
            Act::Partition { .. } => self.cut_by.fill(kind),
            Act::Isolate { node } => {
                for other in world.ids() {
                    let (out, back) = (self.link(*node, other), self.link(other, *node));
                    (self.cut_by[out], self.cut_by[back]) = (Kind::Isolate, Kind::Isolate);
                }
            }
            Act::Link { from, to, state: Gate::Cut } => {
                let link = self.link(*from, *to);
                self.cut_by[link] = kind;
            }
            Act::Resume { node } => {
                let now = world.now();
                let message = world.flights().any(|flight| {
                    flight.to == *node && !flight.lost && flight.arrives_at.is_some_and(|at| at < now)
                });
                if message || world.timers(*node).any(|(_, armed)| armed.due < now) {
                    self.counts.count(Kind::Pause);
                }
            }
            Act::Unstall { node } | Act::Crash { node }
                if world.disk(*node).is_some_and(|disk| disk.stalled && !disk.pending.is_empty()) =>
            {
                self.counts.count(Kind::Stall);
            }
            Act::Fire { node, timer } | Act::Postpone { node, timer, .. } => {
                let Some((timer, armed)) = world.timers(*node).find(|(which, _)| which.name() == timer)
                else {
                    return;
                };
                if kind == Kind::PostponeTimer {
                    self.postponed.insert((*node, timer), (armed.set_in, armed.due));
                } else if armed.due > world.now() {
                    self.counts.count(kind);
                }
            }
            Act::Flight { flight, fate } => self.before_flight(*flight, *fate, kind, world),
            Act::Wipe { node } => self.before_wipe(*node),
            _ => {}
        }
    }

    /// What completed maps have left on this disk will be gone.
    fn before_wipe(&mut self, node: NodeId) {
        let Some(job) = &self.job else { return };
        for (&map, task) in job.maps.iter() {
            if let TaskState::Completed { worker, attempt } = task.state
                && worker == node
            {
                self.wiped.insert((job.id, map, attempt));
            }
        }
    }

    fn before_flight(&mut self, id: FlightId, fate: FlightAction, kind: Kind, world: &World<Member>) {
        let Some(flight) = world.flights().find(|flight| flight.id == id) else { return };
        let heard =
            world.status(flight.to) != Status::Down && world.gate(flight.from, flight.to) != Gate::Cut;
        if !heard || flight.corrupt || (flight.lost && fate != FlightAction::Deliver) {
            return;
        }
        match fate {
            FlightAction::Drop => self.counts.count(kind),
            FlightAction::Corrupt | FlightAction::Duplicate => {}
            FlightAction::Deliver if flight.arrives_at.is_some_and(|at| at <= world.now()) => {}
            FlightAction::Hold => {}
            _ => {
                self.touched.insert(id, kind);
            }
        }
    }

    /// Looks at the step just taken.
    pub fn see(&mut self, world: &World<Member>) {
        let step = world.last_step();
        match &step.cause {
            Cause::Arrival { flight, from, to, body, .. } => {
                self.arrived(*flight, *from, *to, world);
                if let Message::Kv(kv::Message::Raft(raft::Message::TimeoutNow { .. })) = body
                    && step.change.is_some()
                {
                    self.counts.count(Kind::Transfer);
                }
            }
            Cause::Missed { from, to, why, flight, .. } => {
                self.forget(*flight);
                match why {
                    Missed::Cut => self.counts.count(self.cut_by[self.link(*from, *to)]),
                    Missed::Corrupt => self.counts.count(Kind::CorruptOne),
                    Missed::Down => {
                        if self.config.roster().store() == Some(*to) {
                            self.counts.count(Kind::CrashStore);
                        }
                    }
                }
            }
            Cause::Alarm { node, timer, set_in } => {
                if self.drift[node.index()] != 0 {
                    self.counts.count(Kind::Drift);
                }
                if let Some((armed_in, due)) = self.postponed.remove(&(*node, *timer))
                    && armed_in == *set_in
                    && step.at > due
                {
                    self.counts.count(Kind::PostponeTimer);
                }
            }
            Cause::Durable { node, .. } => {
                let slow = |world: &World<Member>| {
                    world.disk(*node).is_some_and(|disk| disk.latency != self.config.disk_latency)
                };
                if slow(world) {
                    self.counts.count(Kind::DiskLatency);
                }
            }
            Cause::Start { incarnation, .. } if *incarnation > 1 => self.counts.count(Kind::Restart),
            Cause::Action(Action::Drift(node, ppm)) => self.drift[node.index()] = *ppm,
            Cause::Action(Action::Crash(node)) => self.crashed(*node, step, world),
            _ => {}
        }
        self.jobs(step);
        for deed in &step.deeds {
            match deed {
                Deed::Departed { flight, from, to, fate, .. } => {
                    self.departed(*flight, *from, *to, *fate, world)
                }
                Deed::LostWrites { torn, .. } => {
                    self.counts.count(Kind::LostWrites);
                    if *torn {
                        self.counts.count(Kind::TornPut);
                    }
                }
                Deed::Handed { .. } => {}
            }
        }
    }

    fn jobs(&mut self, step: &Step<Member>) {
        let Some(change) = &step.change else { return };
        match (&change.before, &change.after) {
            (_, Some(View::Coordinator(after))) => {
                self.job.clone_from(&after.job);
                let Some(job) = &after.job else { return };
                for (id, map, attempt) in std::mem::take(&mut self.wiped) {
                    let again = job.maps.get(&map).is_some_and(|task| task.attempts > attempt);
                    if id == job.id && again {
                        self.counts.count(Kind::WipeWorker);
                    } else if id == job.id {
                        self.wiped.insert((id, map, attempt));
                    }
                }
            }
            (before, Some(View::Worker(after))) => {
                let works = |doing| matches!(doing, Doing::Working { .. });
                let begins = works(after.doing)
                    && !matches!(before, Some(View::Worker(before)) if works(before.doing));
                if begins && after.speed < 100 {
                    self.counts.count(Kind::SlowWorker);
                }
            }
            _ => {}
        }
    }

    fn arrived(&mut self, flight: FlightId, from: NodeId, to: NodeId, world: &World<Member>) {
        if world.slowness(to).0 > 0 {
            self.counts.count(Kind::Slow);
        }
        if let Some(kind) = self.copies.remove(&flight) {
            self.counts.count(kind);
        }
        if let Some(kind) = self.touched.remove(&flight) {
            self.counts.count(kind);
        }
        let link = self.link(from, to);
        if self.late.remove(&flight) && self.arrived[link] > flight {
            self.counts.count(Kind::Reordering);
        }
        self.arrived[link] = self.arrived[link].max(flight);
    }

    fn forget(&mut self, flight: FlightId) {
        self.copies.remove(&flight);
        self.touched.remove(&flight);
        self.late.remove(&flight);
    }

    fn departed(&mut self, flight: FlightId, from: NodeId, to: NodeId, fate: Fate, world: &World<Member>) {
        match fate {
            Fate::Arrives(at) => {
                let quality = world.quality(from, to);
                let took = at.since(world.now());
                if took > quality.latency.1 {
                    self.late.insert(flight);
                } else if took < self.config.latency.0 || took > self.config.latency.1 {
                    self.counts.count(Kind::Latency);
                }
            }
            Fate::Lost => {
                if world.status(to) != Status::Down {
                    self.counts.count(Kind::Loss);
                }
            }
            Fate::Cut => self.counts.count(self.cut_by[self.link(from, to)]),
            Fate::Held => self.counts.count(Kind::HoldLink),
            Fate::Copy(_) => {
                let by_hand = matches!(world.last_step().cause, Cause::Action(Action::Flight(..)));
                let kind = if by_hand { Kind::DuplicateOne } else { Kind::Duplication };
                self.copies.insert(flight, kind);
            }
        }
    }

    fn crashed(&mut self, node: NodeId, step: &Step<Member>, world: &World<Member>) {
        let lost = step.change.as_ref().and_then(|change| change.before.as_ref());
        match lost {
            Some(View::Server(view)) => {
                if view.last_applied > 0 || !matches!(view.raft.role, Role::Follower) {
                    self.counts.count(Kind::CrashServer);
                }
                let mut servers = self.config.roster().servers();
                if servers.all(|server| server == node || world.status(server) == Status::Down) {
                    self.counts.count(Kind::CrashAllServers);
                }
            }
            Some(View::Client(view)) if view.pending.is_some() => self.counts.count(Kind::CrashClient),
            Some(View::Worker(view)) if view.attempt.is_some() => self.counts.count(Kind::CrashWorker),
            Some(View::Coordinator(view)) if view.is_running() => self.counts.count(Kind::CrashCoordinator),
            _ => {}
        }
    }
}
