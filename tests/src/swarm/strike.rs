//! One fault of one kind: the acts it is made of, and those that end it.

use super::dice::Dice;
use super::kind::Kind;
use super::plan::Plan;
use splitbrain::kv::server::Reads;
use splitbrain::lab::act::Act;
use splitbrain::lab::member::View;
use splitbrain::lab::{Member, Role};
use splitbrain::node::{Content as _, FileOp, NodeId};
use splitbrain::raft;
use splitbrain::sim::{FlightAction, FlightId, Gate, Status, World};
use splitbrain::time::Span;

/// Acts, each some time from now.
pub(super) type Acts = Vec<(Span, Act)>;

/// A fault about to be chosen.
pub(super) struct Strike<'a> {
    pub(super) plan: &'a Plan,
    pub(super) world: &'a World<Member>,
    pub(super) dice: &'a mut Dice,
    /// The node at which something interesting has just happened.
    pub(super) actor: Option<NodeId>,
}

impl Strike<'_> {
    /// The acts of a fault of this kind; none if there is nothing now to which it could be done.
    pub(super) fn acts(&mut self, kind: Kind) -> Acts {
        match kind {
            Kind::CrashServer => self.crash(Role::Server),
            Kind::CrashClient => self.crash(Role::Client),
            Kind::CrashWorker => self.crash(Role::Worker),
            Kind::WipeWorker => self.wipe_worker(),
            Kind::SlowWorker => self.slow_worker(),
            Kind::CrashCoordinator => self.crash(Role::Coordinator),
            Kind::CrashStore => self.crash(Role::Store),
            Kind::CrashAllServers => self.crash_all_servers(),
            Kind::LostWrites => self.crash_writing(false),
            Kind::TornPut => self.crash_writing(true),
            Kind::Restart => Acts::new(),
            Kind::Pause => self.for_a_while(|node, _| (Act::Pause { node }, Act::Resume { node })),
            Kind::Slow => self.for_a_while(|node, strike| {
                let by = strike.span();
                (Act::Slow { node, by }, Act::Slow { node, by: Span::ZERO })
            }),
            Kind::Stall => self.for_a_while(|node, _| (Act::Stall { node }, Act::Unstall { node })),
            Kind::DiskLatency => self.for_a_while(|node, strike| {
                let latency = strike.plan.config.disk_latency;
                (Act::Disk { node, latency: strike.slower(latency) }, Act::Disk { node, latency })
            }),
            Kind::FireTimer | Kind::PostponeTimer => self.timer(kind),
            Kind::Drift => self.for_a_while(|node, strike| {
                let ppm = strike.drift();
                (Act::Drift { node, ppm }, Act::Drift { node, ppm: 0 })
            }),
            Kind::Transfer => self.transfer(),
            Kind::Partition => self.partition(),
            Kind::Minority => self.minority(),
            Kind::Bridge => self.bridge(),
            Kind::Isolate => self.for_a_while(|node, _| (Act::Isolate { node }, Act::Heal)),
            Kind::Sever => self.sever(),
            Kind::CutOneWay => self.link(Gate::Cut),
            Kind::HoldLink => self.link(Gate::Hold),
            Kind::Latency | Kind::Loss | Kind::Duplication | Kind::Reordering => self.quality(kind),
            Kind::DropOne => self.flight(|_| (FlightAction::Drop, None)),
            Kind::DuplicateOne => self.flight(|_| (FlightAction::Duplicate, None)),
            Kind::CorruptOne => self.flight(|_| (FlightAction::Corrupt, None)),
            Kind::DeliverOne => self.flight(|_| (FlightAction::Deliver, None)),
            Kind::DelayOne => self.flight(|strike| (FlightAction::Delay(strike.span()), None)),
            Kind::HoldOne => {
                self.flight(|strike| (FlightAction::Hold, Some((strike.span(), FlightAction::Release))))
            }
        }
    }

    fn span(&mut self) -> Span {
        self.dice.span(&self.plan.spans)
    }

    fn nodes_of(&self, role: Option<Role>) -> Vec<NodeId> {
        let roster = self.plan.config.roster();
        self.world.ids().filter(|&node| role.is_none_or(|role| roster.role(node) == Some(role))).collect()
    }

    /// A node of this role that runs: mostly the one at which something has just happened.
    fn target(&mut self, role: Option<Role>) -> Option<NodeId> {
        let running: Vec<NodeId> =
            self.nodes_of(role).into_iter().filter(|&node| self.world.status(node) == Status::Up).collect();
        match self.actor.filter(|actor| running.contains(actor)) {
            Some(actor) if self.dice.happens(700) => Some(actor),
            _ => self.dice.pick(&running),
        }
    }

    fn crash(&mut self, role: Role) -> Acts {
        let node = self.target(Some(role));
        node.map_or_else(Acts::new, |node| self.down_for_a_while(node, Span::ZERO))
    }

    fn down_for_a_while(&mut self, node: NodeId, from: Span) -> Acts {
        let until = from + self.span();
        vec![(from, Act::Crash { node }), (until, Act::Restart { node })]
    }

    /// A worker's machine is replaced by one with an empty disk.
    fn wipe_worker(&mut self) -> Acts {
        let Some(node) = self.target(Some(Role::Worker)) else { return Acts::new() };
        vec![(Span::ZERO, Act::Wipe { node }), (self.span(), Act::Restart { node })]
    }

    /// A worker that computes slowly does so for longer than most attempts take. One at a time: where two are slow, the one's
    /// task is given to the other.
    fn slow_worker(&mut self) -> Acts {
        if self.nodes_of(Some(Role::Worker)).into_iter().any(|node| self.is_slow(node)) {
            return Acts::new();
        }
        let Some(node) = self.target(Some(Role::Worker)) else { return Acts::new() };
        let (shortest, longest) = self.plan.spans.long;
        let span = self.dice.within(shortest, longest);
        let (slowest, fastest) = self.plan.speeds;
        let percent = self.dice.between(slowest, fastest);
        vec![(Span::ZERO, Act::Speed { node, percent }), (span, Act::Speed { node, percent: 100 })]
    }

    /// Whether a worker is slow, or still computes what it began when it was.
    fn is_slow(&self, node: NodeId) -> bool {
        let soon = self.world.now() + Span::millis(500);
        let late = self.world.timers(node).any(|(timer, armed)| timer.name() == "work" && armed.due > soon);
        late || matches!(self.world.view(node), Some(View::Worker(view)) if view.speed < 100)
    }

    fn crash_all_servers(&mut self) -> Acts {
        let servers = self.nodes_of(Some(Role::Server));
        let jitter = self.plan.spans.short.1;
        let mut acts = Acts::new();
        for node in servers {
            let from = self.dice.within(Span::ZERO, jitter);
            acts.extend(self.down_for_a_while(node, from));
        }
        acts
    }

    /// A crash in the middle of a write, or of a write so large that it can be torn.
    fn crash_writing(&mut self, large: bool) -> Acts {
        let writes = |node: &NodeId| {
            let pending = self.world.disk(*node).and_then(|disk| disk.pending.front());
            pending.is_some_and(|write| {
                !large
                    || write.batch.iter().any(|op| {
                        matches!(op, FileOp::Put(_, content) if content.bytes().is_some_and(|bytes| bytes > 4_096))
                    })
            })
        };
        let writing: Vec<NodeId> = self.world.ids().filter(writes).collect();
        let node = self.actor.filter(|actor| writing.contains(actor)).or_else(|| self.dice.pick(&writing));
        node.map_or_else(Acts::new, |node| self.down_for_a_while(node, Span::ZERO))
    }

    fn for_a_while(&mut self, both_ends: impl FnOnce(NodeId, &mut Self) -> (Act, Act)) -> Acts {
        let Some(node) = self.target(None) else { return Acts::new() };
        let (begin, end) = both_ends(node, self);
        vec![(Span::ZERO, begin), (self.span(), end)]
    }

    fn slower(&mut self, (shortest, longest): (Span, Span)) -> (Span, Span) {
        let times = u64::from(self.dice.between(2, 12));
        (Span(shortest.0 * times / 2), Span(longest.0 * times))
    }

    fn timer(&mut self, kind: Kind) -> Acts {
        let Some(node) = self.target(None) else { return Acts::new() };
        let armed: Vec<&str> = self.world.timers(node).map(|(timer, _)| timer.name()).collect();
        let Some(timer) = self.dice.pick(&armed).map(String::from) else { return Acts::new() };
        let act = match kind {
            Kind::FireTimer => Act::Fire { node, timer },
            _ => Act::Postpone { node, timer, by: self.span().min(Span::secs(1)) },
        };
        vec![(Span::ZERO, act)]
    }

    /// Two groups, or now and then three. Whoever has just done something is as likely as not among few.
    fn partition(&mut self) -> Acts {
        let sides = if self.dice.happens(150) { 3 } else { 2 };
        let mut groups: Vec<Vec<NodeId>> = vec![Vec::new(); sides];
        for node in self.world.ids() {
            let group = self.dice.below(sides as u32) as usize;
            groups[group].push(node);
        }
        if let Some(actor) = self.actor.filter(|_| self.dice.happens(500)) {
            groups.iter_mut().for_each(|group| group.retain(|&node| node != actor));
            if let Some(smallest) = groups.iter_mut().min_by_key(|group| group.len()) {
                smallest.push(actor);
            }
        }
        vec![(Span::ZERO, Act::Partition { groups }), (self.span(), Act::Heal)]
    }

    /// Whoever leads some term.
    fn leaders(&self) -> Vec<NodeId> {
        let leads = |node: &NodeId| match self.world.view(*node) {
            Some(View::Server(view)) => matches!(view.raft.role, raft::Role::Leader { .. }),
            _ => false,
        };
        self.nodes_of(Some(Role::Server)).into_iter().filter(leads).collect()
    }

    /// A leader is left with fewer followers than it needs to commit anything, and whoever else is on its side.
    fn minority(&mut self) -> Acts {
        let leaders = self.leaders();
        let acted = self.actor.filter(|actor| leaders.contains(actor));
        let Some(leader) = acted.or_else(|| self.dice.pick(&leaders)) else { return Acts::new() };
        let mut few = vec![leader];
        let mut many = self.nodes_of(Some(Role::Server));
        many.retain(|&node| node != leader);
        for _ in 0..self.dice.below((many.len() as u32).div_ceil(2)) {
            let follower = self.dice.below(many.len() as u32) as usize;
            few.push(many.swap_remove(follower));
        }
        let roster = self.plan.config.roster();
        for node in self.world.ids().filter(|&node| roster.role(node) != Some(Role::Server)) {
            if self.dice.happens(500) { few.push(node) } else { many.push(node) }
        }
        vec![(Span::ZERO, Act::Partition { groups: vec![few, many] }), (self.span(), Act::Heal)]
    }

    /// A leader is asked to make way, mostly for one of its followers.
    fn transfer(&mut self) -> Acts {
        let (leaders, servers) = (self.leaders(), self.nodes_of(Some(Role::Server)));
        let (Some(node), Some(to)) = (self.dice.pick(&leaders), self.dice.pick(&servers)) else {
            return Acts::new();
        };
        vec![(Span::ZERO, Act::Transfer { node, to })]
    }

    /// The other servers cease to hear one, mostly a leader, while clients go on reaching all of them. It may hear the
    /// others for a while longer, or what they say queues up and comes all at once, before it too is cut.
    fn sever(&mut self) -> Acts {
        let leaders = self.leaders();
        let one = if self.dice.happens(800) { self.dice.pick(&leaders) } else { None };
        let Some(one) = one.or_else(|| self.target(Some(Role::Server))) else { return Acts::new() };
        let mut others = self.nodes_of(Some(Role::Server));
        others.retain(|&node| node != one);
        let config = &self.plan.config;
        let (hears, queues) = (self.dice.happens(600), self.dice.happens(600));
        let until = if hears { self.dice.within(Span::ZERO, config.election_timeout.0) } else { Span::ZERO };
        let heard = if hears { self.dice.within(Span::ZERO, config.heartbeat) } else { Span::ZERO };
        let back = if hears { until.max(heard) + config.latency.1 } else { Span::ZERO };
        let mut acts = Acts::new();
        for other in others {
            let mut gate = |after, from, to, state| acts.push((after, Act::Link { from, to, state }));
            if hears && queues {
                gate(Span::ZERO, other, one, Gate::Hold);
                gate(until.max(heard), other, one, Gate::Open);
            }
            gate(heard, one, other, Gate::Cut);
            gate(back, other, one, Gate::Cut);
        }
        acts.push((back + self.span(), Act::Heal));
        acts
    }

    /// Two groups that do not hear each other, and one server that hears both.
    fn bridge(&mut self) -> Acts {
        let Some(between) = self.target(Some(Role::Server)) else { return Acts::new() };
        let mut groups = vec![Vec::new(); 2];
        for node in self.world.ids().filter(|&node| node != between) {
            groups[self.dice.below(2) as usize].push(node);
        }
        vec![(Span::ZERO, Act::Partition { groups }), (self.span(), Act::Heal)]
    }

    /// How much too fast or too slow a clock goes, in parts in a million: up to a fifth.
    fn drift(&mut self) -> i32 {
        let most = match self.plan.config.reads {
            // A lease holds while no clock gains more on another than it allows for: one may be fast and the other slow.
            Reads::Lease => self.plan.config.lease_drift * 9 / 20,
            _ => 200_000,
        };
        let ppm = self.dice.between(most / 20, most) as i32;
        if self.dice.happens(500) { ppm } else { -ppm }
    }

    fn pair(&mut self) -> Option<(NodeId, NodeId)> {
        let one = self.target(None)?;
        let role = self.plan.config.roster().role(one);
        let mut others = self.nodes_of(Some(Role::Server));
        if !matches!(role, Some(Role::Server | Role::Client)) {
            others = self.nodes_of(None);
        } else if role == Some(Role::Server) && self.dice.happens(300) {
            others.extend(self.nodes_of(Some(Role::Client)));
        }
        others.retain(|&node| node != one);
        let other = self.dice.pick(&others)?;
        Some(if self.dice.happens(500) { (one, other) } else { (other, one) })
    }

    fn link(&mut self, state: Gate) -> Acts {
        let Some((from, to)) = self.pair() else { return Acts::new() };
        vec![
            (Span::ZERO, Act::Link { from, to, state }),
            (self.span(), Act::Link { from, to, state: Gate::Open }),
        ]
    }

    /// Links get worse: all of them, those from or to one node, or one.
    fn quality(&mut self, kind: Kind) -> Acts {
        let (from, to) = match self.dice.below(4) {
            0 => (None, None),
            1 => (self.target(None), None),
            2 => (None, self.target(None)),
            _ => self.pair().map_or((None, None), |(from, to)| (Some(from), Some(to))),
        };
        let config = &self.plan.config;
        let worse = |latency, loss, duplication, reordering| Act::Quality {
            from,
            to,
            latency,
            loss,
            duplication,
            reordering,
        };
        let (begin, end) = match kind {
            Kind::Latency => (
                worse(Some(self.slower(config.latency)), None, None, None),
                worse(Some(config.latency), None, None, None),
            ),
            Kind::Loss => (
                worse(None, Some(self.dice.between(50, 600)), None, None),
                worse(None, Some(config.loss), None, None),
            ),
            Kind::Duplication => (
                worse(None, None, Some(self.dice.between(50, 600)), None),
                worse(None, None, Some(config.duplication), None),
            ),
            _ => (
                worse(None, None, None, Some(self.dice.between(50, 600))),
                worse(None, None, None, Some(config.reordering)),
            ),
        };
        vec![(Span::ZERO, begin), (self.span(), end)]
    }

    /// Something happens to a message in flight: mostly to one that has just left or is about to reach the node in
    /// question.
    fn flight(
        &mut self,
        fate: impl FnOnce(&mut Self) -> (FlightAction, Option<(Span, FlightAction)>),
    ) -> Acts {
        let close = |node: NodeId| {
            let about = move |flight: &&_| -> bool {
                let flight: &splitbrain::sim::Flight<Member> = flight;
                flight.from == node || flight.to == node
            };
            self.world.flights().filter(about).map(|flight| flight.id).collect::<Vec<FlightId>>()
        };
        let mut flights = self.actor.map_or_else(Vec::new, close);
        if flights.is_empty() || self.dice.happens(200) {
            flights = self.world.flights().map(|flight| flight.id).collect();
        }
        let Some(flight) = self.dice.pick(&flights) else { return Acts::new() };
        let (now, later) = fate(self);
        let mut acts = vec![(Span::ZERO, Act::Flight { flight, fate: now })];
        acts.extend(later.map(|(after, fate)| (after, Act::Flight { flight, fate })));
        acts
    }
}
