//! The world as one value: take the earliest event, hand it to a node, enact what the node asked for.

mod silent;

use super::action::{Action, ActionError, FlightAction};
use super::agenda::{Agenda, Event, What};
use super::disk::Disk;
use super::network::{Flight, FlightId, Gate, Network, Quality, copy_of};
use super::step::{Cause, Change, Deed, Fate, Missed, Step};
use crate::chance::Chance;
use crate::fingerprint::{Fingerprint, fingerprint};
use crate::node::{Effect, Files, Input, Node, NodeId};
use crate::time::{Span, Time};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// What each kind of draw is keyed by, so that no two kinds share a draw.
mod purpose {
    pub(super) const FATE: u64 = 1;
    pub(super) const TIMER: u64 = 2;
    pub(super) const DISK: u64 = 3;
    pub(super) const CRASH: u64 = 4;
    pub(super) const CALL: u64 = 5;
}

/// The longest latency, delay or drift-free timer anyone may ask for.
const LONGEST: Span = Span::secs(3_600);

/// How a world begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// All chance is drawn from this number.
    pub seed: u64,
    /// How well every link works at first.
    pub quality: Quality,
    /// The shortest and the longest time a write takes at first.
    pub disk_latency: (Span, Span),
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It does.
    Up,
    /// It crashed and was not restarted.
    Down,
    /// It is up, and takes no input.
    Paused,
}

/// A timer that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Armed {
    /// When it was armed.
    pub set_at: Time,
    /// The step that armed it.
    pub set_in: u64,
    /// When it runs out.
    pub due: Time,
    ticket: u64,
}

/// A whole cluster at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World<N: Node> {
    now: Time,
    chance: Chance,
    agenda: Agenda,
    network: Network<N>,
    nodes: Vec<Slot<N>>,
    step: Step<N>,
    steps: u64,
    fingerprint: Fingerprint,
}

/// A node with all that the world keeps for it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Slot<N: Node> {
    config: N::Config,
    node: Option<N>,
    view: Option<N::View>,
    paused: bool,
    incarnation: u64,
    /// Whether it has taken its first input since it booted.
    started: bool,
    started_in: u64,
    configured_in: u64,
    timers: Vec<TimerSlot<N::Timer>>,
    disk: Disk<N>,
    /// Messages and outputs that wait for writes.
    waiting: VecDeque<Waiting<N>>,
    /// Events that came while the node was paused, in order.
    parked: Vec<Event>,
    calls: u64,
    slow: Span,
    clock: Clock,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct TimerSlot<T> {
    which: T,
    /// What its draws are keyed by: the timer itself, not the place it happens to have here.
    key: u64,
    armed: Option<Armed>,
    /// The agenda's event for this timer. It may come early: a timer that is set later and later, as an election
    /// timer is, keeps one event and moves it only when it comes.
    event: Option<Event>,
    sets: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Waiting<N: Node> {
    write: u64,
    what: Leaving<N>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Leaving<N: Node> {
    Message(NodeId, N::Message),
    Output(N::Output),
}

/// A clock that may run fast or slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Clock {
    ppm: i32,
    read: Time,
    at: Time,
}

impl Clock {
    fn reading(self, now: Time) -> Time {
        let elapsed = now.since(self.at).0;
        self.read + Span(scaled(elapsed, self.rate(), 1_000_000))
    }

    /// The true length of a span measured on this clock.
    fn true_span(self, span: Span) -> Span {
        Span(scaled(span.0, 1_000_000, self.rate()))
    }

    /// What this clock measures of a true span.
    fn own_span(self, span: Span) -> Span {
        Span(scaled(span.0, self.rate(), 1_000_000))
    }

    fn rate(self) -> u64 {
        1_000_000u64.saturating_add_signed(i64::from(self.ppm))
    }
}

fn scaled(value: u64, by: u64, out_of: u64) -> u64 {
    if by == out_of {
        return value;
    }
    u64::try_from(u128::from(value) * u128::from(by) / u128::from(out_of)).unwrap_or(u64::MAX)
}

impl<N: Node> World<N> {
    /// A world whose nodes boot at time zero with empty disks. At most 65,535 nodes.
    pub fn new(configs: Vec<N::Config>, settings: Settings) -> World<N> {
        assert!(configs.len() <= usize::from(u16::MAX), "a world has at most 65,535 nodes");
        let mut world = World {
            now: Time::ZERO,
            chance: Chance::new(settings.seed),
            agenda: Agenda::default(),
            network: Network::new(configs.len(), settings.quality),
            nodes: configs.into_iter().map(|config| Slot::new(config, settings.disk_latency)).collect(),
            step: Step {
                number: 0,
                at: Time::ZERO,
                cause: Cause::Action(Action::Heal),
                effects: Vec::new(),
                deeds: Vec::new(),
                change: None,
            },
            steps: 0,
            fingerprint: Fingerprint::default(),
        };
        for id in 0..world.nodes.len() as u16 {
            world.schedule_boot(NodeId(id), 0);
        }
        world
    }

    /// The virtual time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// How many steps have been taken.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    /// The step taken last. Before the first, it has number 0 and means nothing.
    pub fn last_step(&self) -> &Step<N> {
        &self.step
    }

    /// The fingerprint of all steps so far.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint.value()
    }

    /// How many nodes there are.
    pub fn len(&self) -> u16 {
        self.nodes.len() as u16
    }

    /// Whether there are no nodes at all.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// All nodes, in order.
    pub fn ids(&self) -> impl Iterator<Item = NodeId> + use<N> {
        (0..self.len()).map(NodeId)
    }

    /// What an onlooker sees of a node; none while it is down.
    pub fn view(&self, node: NodeId) -> Option<&N::View> {
        self.nodes.get(node.index())?.view.as_ref()
    }

    /// Whether a node runs.
    pub fn status(&self, node: NodeId) -> Status {
        match self.nodes.get(node.index()) {
            Some(slot) if slot.node.is_some() => {
                if slot.paused {
                    Status::Paused
                } else {
                    Status::Up
                }
            }
            _ => Status::Down,
        }
    }

    /// How often a node has booted.
    pub fn incarnation(&self, node: NodeId) -> u64 {
        self.nodes.get(node.index()).map_or(0, |slot| slot.incarnation)
    }

    /// A node's configuration.
    pub fn config(&self, node: NodeId) -> Option<&N::Config> {
        self.nodes.get(node.index()).map(|slot| &slot.config)
    }

    /// What a crash of this node would leave behind.
    pub fn durable(&self, node: NodeId) -> Option<&Files<N>> {
        self.disk(node).map(|disk| &disk.files)
    }

    /// A node's disk.
    pub fn disk(&self, node: NodeId) -> Option<&Disk<N>> {
        self.nodes.get(node.index()).map(|slot| &slot.disk)
    }

    /// The running timers of a node.
    pub fn timers(&self, node: NodeId) -> impl Iterator<Item = (N::Timer, Armed)> {
        let timers = self.nodes.get(node.index()).map_or(&[][..], |slot| &slot.timers);
        timers.iter().filter_map(|timer| timer.armed.map(|armed| (timer.which, armed)))
    }

    /// How much longer a node takes over each message.
    pub fn slowness(&self, node: NodeId) -> Span {
        self.nodes.get(node.index()).map_or(Span::ZERO, |slot| slot.slow)
    }

    /// All messages in flight, in no particular order.
    pub fn flights(&self) -> impl Iterator<Item = &Flight<N>> {
        self.network.flights().flatten()
    }

    /// What one direction of a link does.
    pub fn gate(&self, from: NodeId, to: NodeId) -> Gate {
        self.network.gate(from, to)
    }

    /// How well one direction of a link works.
    pub fn quality(&self, from: NodeId, to: NodeId) -> Quality {
        self.network.quality(from, to)
    }

    /// Takes the next step, unless nothing happens until `limit`: then time moves there and there is no step.
    pub fn step_until(&mut self, limit: Time) -> Option<&Step<N>> {
        while let Some(event) = self.agenda.next(limit) {
            self.now = self.now.max(event.at);
            if self.enter(event) {
                self.close_step();
                return Some(&self.step);
            }
        }
        self.now = self.now.max(limit);
        None
    }

    /// Lets time pass without taking a step: what was due meanwhile happens late, in order.
    pub fn wait_until(&mut self, at: Time) {
        self.settle(at);
        self.now = self.now.max(at);
    }

    /// Does something to the world at this moment. Each action is a step of its own.
    pub fn act(&mut self, action: Action<N>) -> Result<&Step<N>, ActionError> {
        self.settle(self.now);
        self.allows(&action)?;
        self.open_step(Cause::Action(action.clone()));
        self.enact(action);
        self.close_step();
        Ok(&self.step)
    }

    fn open_step(&mut self, cause: Cause<N>) {
        self.steps += 1;
        self.step.number = self.steps;
        self.step.at = self.now;
        self.step.cause = cause;
        self.step.effects.clear();
        self.step.deeds.clear();
        self.step.change = None;
    }

    fn close_step(&mut self) {
        self.fingerprint.absorb(&self.step);
    }

    /// Lets an event happen; false if it has become void, or happens out of sight.
    fn enter(&mut self, event: Event) -> bool {
        match event.what {
            What::Arrival(slot) => self.arrive(slot, event),
            What::Alarm(node, place) => self.alarm(node, place, event),
            What::Durable(node, write) => self.complete(node, write, event.at),
            What::Start(node, incarnation) => self.start(node, incarnation, event),
            What::Configure(node, incarnation) => self.configured(node, incarnation, event),
        }
    }

    // What happens by itself.

    fn arrive(&mut self, slot: u32, event: Event) -> bool {
        let Some(flight) = self.network.flight(slot).filter(|flight| flight.ticket == event.ticket) else {
            return false;
        };
        let (from, to) = (flight.from, flight.to);
        if flight.lost {
            self.network.land(slot);
            return false;
        }
        let target = &mut self.nodes[to.index()];
        if target.paused {
            flight.arrives_at = Some(self.now);
            target.parked.push(event);
            return false;
        }
        if target.slow > Span::ZERO && !flight.slowed {
            flight.slowed = true;
            let at = self.now + target.slow;
            flight.arrives_at = Some(at);
            flight.ticket = self.agenda.add(at, What::Arrival(slot));
            return false;
        }
        let down = target.node.is_none();
        let Some(flight) = self.network.land(slot) else { return false };
        let missed = if flight.corrupt {
            Some(Missed::Corrupt)
        } else if self.network.gate(from, to) == Gate::Cut {
            Some(Missed::Cut)
        } else {
            down.then_some(Missed::Down)
        };
        let (id, body, sent_in) = (flight.id, flight.body, flight.sent_in);
        match missed {
            Some(why) => self.open_step(Cause::Missed { flight: id, from, to, body, sent_in, why }),
            None => {
                self.open_step(Cause::Arrival { flight: id, from, to, body: body.clone(), sent_in });
                self.handle(to, Input::Message { from, body });
            }
        }
        true
    }

    fn alarm(&mut self, node: NodeId, place: u16, event: Event) -> bool {
        let slot = &mut self.nodes[node.index()];
        let Some(timer) = slot.timers.get_mut(usize::from(place)).filter(|timer| timer.event == Some(event))
        else {
            return false;
        };
        timer.event = None;
        let Some(armed) = timer.armed else { return false };
        if armed.ticket != event.ticket {
            let event = Event { at: armed.due, ticket: armed.ticket, what: event.what };
            timer.event = Some(event);
            self.agenda.put(event);
            return false;
        }
        if slot.paused {
            slot.parked.push(event);
            return false;
        }
        self.ring(node, place, armed.set_in);
        true
    }

    fn ring(&mut self, node: NodeId, place: u16, set_in: u64) {
        let timer = &mut self.nodes[node.index()].timers[usize::from(place)];
        timer.armed = None;
        let timer = timer.which;
        self.open_step(Cause::Alarm { node, timer, set_in });
        self.handle(node, Input::Timer(timer));
    }

    fn complete(&mut self, node: NodeId, write: u64, due: Time) -> bool {
        let slot = &mut self.nodes[node.index()];
        let Some(done) = slot.disk.complete(write, due) else { return false };
        let paused = slot.paused;
        self.open_step(Cause::Durable { node, write, issued_in: done.issued_in });
        if !paused {
            self.release(node);
        }
        true
    }

    fn start(&mut self, node: NodeId, incarnation: u64, event: Event) -> bool {
        let slot = &mut self.nodes[node.index()];
        if slot.incarnation != incarnation || slot.node.is_none() || slot.started {
            return false;
        }
        if slot.paused {
            slot.parked.push(event);
            return false;
        }
        let asked_in = slot.started_in;
        self.open_step(Cause::Start { node, incarnation, asked_in });
        self.handle(node, Input::Start);
        true
    }

    fn configured(&mut self, node: NodeId, incarnation: u64, event: Event) -> bool {
        let slot = &mut self.nodes[node.index()];
        if slot.incarnation != incarnation || slot.node.is_none() {
            return false;
        }
        if slot.paused {
            slot.parked.push(event);
            return false;
        }
        let (config, asked_in) = (slot.config.clone(), slot.configured_in);
        self.open_step(Cause::Configured { node, asked_in });
        self.handle(node, Input::Configure(config));
        true
    }

    // One input and its effects.

    fn handle(&mut self, id: NodeId, input: Input<N>) {
        let mut effects = core::mem::take(&mut self.step.effects);
        let slot = &mut self.nodes[id.index()];
        let Some(node) = &mut slot.node else { return };
        let clock = slot.clock.reading(self.now);
        // A message or a call may overtake the start of a node that has booted at this very moment.
        if !core::mem::replace(&mut slot.started, true) && input != Input::Start {
            node.handle(clock, Input::Start, &mut effects);
        }
        node.handle(clock, input, &mut effects);
        let after = node.view();
        for effect in &effects {
            match effect {
                Effect::Write(batch) => self.write(id, batch.clone()),
                Effect::Send { to, body } => self.leave(id, Leaving::Message(*to, body.clone())),
                Effect::Output(output) => self.leave(id, Leaving::Output(output.clone())),
                Effect::SetTimer { which, within } => self.set_timer(id, *which, *within),
                Effect::CancelTimer(which) => {
                    if let Some(timer) =
                        self.nodes[id.index()].timers.iter_mut().find(|timer| timer.which == *which)
                    {
                        timer.armed = None;
                    }
                }
                Effect::Note(_) => {}
            }
        }
        self.step.effects = effects;
        let slot = &mut self.nodes[id.index()];
        if slot.view.as_ref() != Some(&after) {
            let before = slot.view.replace(after.clone());
            self.step.change = Some(Change { node: id, before, after: Some(after) });
        }
    }

    fn write(&mut self, id: NodeId, batch: crate::node::Batch<N>) {
        let chance = self.chance.key(purpose::DISK).key(u64::from(id.0));
        let disk = &mut self.nodes[id.index()].disk;
        if let Some(done_at) = disk.queue(batch, self.now, self.steps, chance) {
            let write = disk.writes;
            self.agenda.add(done_at, What::Durable(id, write));
        }
    }

    /// Lets a message or an output leave, or wait for the writes before it.
    fn leave(&mut self, id: NodeId, what: Leaving<N>) {
        let slot = &mut self.nodes[id.index()];
        if slot.disk.pending.is_empty() {
            self.depart(id, what);
        } else {
            slot.waiting.push_back(Waiting { write: slot.disk.writes, what });
        }
    }

    /// Lets everything leave that waits for no write any more.
    fn release(&mut self, id: NodeId) {
        loop {
            let slot = &mut self.nodes[id.index()];
            let next_write = slot.disk.pending.front().map_or(u64::MAX, |write| write.number);
            match slot.waiting.front() {
                Some(waiting) if waiting.write < next_write => {}
                _ => return,
            }
            if let Some(waiting) = slot.waiting.pop_front() {
                self.depart(id, waiting.what);
            }
        }
    }

    fn depart(&mut self, id: NodeId, what: Leaving<N>) {
        match what {
            Leaving::Output(output) => self.step.deeds.push(Deed::Handed { node: id, output }),
            Leaving::Message(to, body) if to.index() < self.nodes.len() => self.send(id, to, body),
            // A node that names an addressee outside its world speaks to nobody.
            Leaving::Message(..) => {}
        }
    }

    fn send(&mut self, from: NodeId, to: NodeId, body: N::Message) {
        let draw = self.network.draw(self.chance.key(purpose::FATE), from, to, &body);
        let flight = self.network.new_id();
        let gate = if from == to { Gate::Open } else { self.network.gate(from, to) };
        let arrives_at = self.now + draw.latency;
        let fate = match gate {
            Gate::Cut => Fate::Cut,
            Gate::Hold => Fate::Held,
            Gate::Open if draw.lost && from != to => Fate::Lost,
            Gate::Open => Fate::Arrives(arrives_at),
        };
        self.step.deeds.push(Deed::Departed { flight, from, to, body: body.clone(), fate });
        let copied =
            draw.copy.filter(|_| gate == Gate::Open && from != to).map(|latency| (latency, body.clone()));
        if fate != Fate::Cut {
            let arrives_at = Some(arrives_at).filter(|_| fate != Fate::Held);
            self.fly(flight, (from, to), body, arrives_at, fate == Fate::Lost, draw.lot);
        }
        if let Some((latency, body)) = copied {
            self.copy(from, to, body, latency, copy_of(draw.lot, 0));
        }
    }

    fn copy(&mut self, from: NodeId, to: NodeId, body: N::Message, latency: Span, lot: u64) {
        let flight = self.network.new_id();
        let at = self.now + latency;
        self.step.deeds.push(Deed::Departed { flight, from, to, body: body.clone(), fate: Fate::Copy(at) });
        self.fly(flight, (from, to), body, Some(at), false, lot);
    }

    fn fly(
        &mut self,
        id: FlightId,
        (from, to): (NodeId, NodeId),
        body: N::Message,
        arrives_at: Option<Time>,
        lost: bool,
        lot: u64,
    ) {
        let ticket = self.agenda.ticket();
        let slot = self.network.launch(Flight {
            id,
            from,
            to,
            body,
            sent_at: self.now,
            sent_in: self.steps,
            arrives_at,
            lost,
            corrupt: false,
            slowed: false,
            held_by_hand: false,
            lot,
            draws: 0,
            ticket,
        });
        if let Some(at) = arrives_at {
            self.agenda.put(Event { at, ticket, what: What::Arrival(slot) });
        }
    }

    fn set_timer(&mut self, id: NodeId, which: N::Timer, within: (Span, Span)) {
        let slot = &mut self.nodes[id.index()];
        let place = slot.timers.iter().position(|timer| timer.which == which).unwrap_or_else(|| {
            let key = fingerprint(&which);
            slot.timers.push(TimerSlot { which, key, armed: None, event: None, sets: 0 });
            slot.timers.len() - 1
        });
        let timer = &mut slot.timers[place];
        timer.sets += 1;
        let key = self.chance.key(purpose::TIMER).key(u64::from(id.0)).key(timer.key).key(timer.sets);
        let due = self.now + slot.clock.true_span(key.within(within));
        self.arm(id, place, due);
    }

    fn arm(&mut self, id: NodeId, place: usize, due: Time) {
        let ticket = self.agenda.ticket();
        let timer = &mut self.nodes[id.index()].timers[place];
        timer.armed = Some(Armed { set_at: self.now, set_in: self.steps, due, ticket });
        if timer.event.is_none_or(|event| event.at > due) {
            let event = Event { at: due, ticket, what: What::Alarm(id, place as u16) };
            timer.event = Some(event);
            self.agenda.put(event);
        }
    }

    fn schedule_boot(&mut self, id: NodeId, asked_in: u64) {
        let slot = &mut self.nodes[id.index()];
        let node = N::boot(&slot.config, &slot.disk.files);
        slot.incarnation += 1;
        slot.started = false;
        slot.started_in = asked_in;
        slot.view = Some(node.view());
        slot.node = Some(node);
        let incarnation = slot.incarnation;
        self.agenda.add(self.now, What::Start(id, incarnation));
    }

    // What is done from outside.

    /// Whether an action can be done at this moment, and if not, why.
    pub fn allows(&self, action: &Action<N>) -> Result<(), ActionError> {
        let known = |node: NodeId| {
            if node.index() < self.nodes.len() {
                Ok(node)
            } else {
                Err(ActionError::NoSuchNode { node, nodes: self.len() })
            }
        };
        let running = |node: NodeId| match self.status(known(node)?) {
            Status::Down => Err(ActionError::Down(node)),
            status => Ok(status),
        };
        let range = |(from, to): (Span, Span)| {
            if from <= to && to <= LONGEST { Ok(()) } else { Err(ActionError::BadRange) }
        };
        let armed = |node: NodeId, timer: N::Timer| {
            running(node)?;
            let armed = self.timers(node).any(|(which, _)| which == timer);
            if armed { Ok(()) } else { Err(ActionError::NotArmed(node)) }
        };
        match action {
            Action::Crash(node) => running(*node).map(drop),
            Action::Call(node, _) => match running(*node)? {
                Status::Paused => Err(ActionError::Paused(*node)),
                _ => Ok(()),
            },
            Action::Restart(node) => match self.status(known(*node)?) {
                Status::Down => Ok(()),
                _ => Err(ActionError::AlreadyUp(*node)),
            },
            Action::Pause(node) => match running(*node)? {
                Status::Paused => Err(ActionError::AlreadyPaused(*node)),
                _ => Ok(()),
            },
            Action::Resume(node) => match running(*node)? {
                Status::Paused => Ok(()),
                _ => Err(ActionError::NotPaused(*node)),
            },
            Action::Slow(node, by) => {
                known(*node)?;
                range((Span::ZERO, *by))
            }
            Action::Drift(node, ppm) => {
                known(*node)?;
                if (-500_000..=1_000_000).contains(ppm) { Ok(()) } else { Err(ActionError::BadDrift(*ppm)) }
            }
            Action::Fire(node, timer) => armed(*node, *timer),
            Action::Postpone(node, timer, by) => {
                range((Span::ZERO, *by))?;
                armed(*node, *timer)
            }
            Action::Gate { from, to, .. } => known(*from).and(known(*to)).map(drop),
            Action::Quality(link, quality) => {
                if let Some((from, to)) = link {
                    known(*from).and(known(*to))?;
                }
                range(quality.latency)?;
                range(quality.long_delay)?;
                let ratios = [quality.loss, quality.duplication, quality.reordering];
                if ratios.iter().all(|ratio| ratio.of <= ratio.out_of) {
                    Ok(())
                } else {
                    Err(ActionError::BadRange)
                }
            }
            Action::Partition(groups) => {
                let mut seen: Vec<NodeId> = Vec::new();
                for &node in groups.iter().flatten() {
                    if seen.contains(&known(node)?) {
                        return Err(ActionError::TwoGroups(node));
                    }
                    seen.push(node);
                }
                Ok(())
            }
            Action::DiskLatency(node, latency) => {
                known(*node)?;
                range(*latency)
            }
            Action::Isolate(node)
            | Action::Stall(node)
            | Action::Unstall(node)
            | Action::Wipe(node)
            | Action::Configure(node, _) => known(*node).map(drop),
            Action::Flight(id, action) => {
                let flight = self.flights().find(|flight| flight.id == *id);
                let flight = flight.ok_or(ActionError::NoSuchFlight(*id, self.now))?;
                match action {
                    FlightAction::Release if flight.arrives_at.is_some() => Err(ActionError::NotHeld(*id)),
                    FlightAction::Delay(by) => range((Span::ZERO, *by)),
                    _ => Ok(()),
                }
            }
            Action::Heal | Action::Reseed(_) => Ok(()),
        }
    }

    /// Does what has been checked.
    fn enact(&mut self, action: Action<N>) {
        match action {
            Action::Crash(node) => self.crash(node),
            Action::Restart(node) => {
                self.schedule_boot(node, self.steps);
                let after = self.nodes[node.index()].view.clone();
                self.step.change = Some(Change { node, before: None, after });
            }
            Action::Pause(node) => self.nodes[node.index()].paused = true,
            Action::Resume(node) => self.resume(node),
            Action::Slow(node, by) => self.nodes[node.index()].slow = by,
            Action::Drift(node, ppm) => self.drift(node, ppm),
            Action::Fire(node, timer) => self.retime(node, timer, |now, _| now),
            Action::Postpone(node, timer, by) => self.retime(node, timer, |_, due| due + by),
            Action::Gate { from, to, gate } => self.set_gate(from, to, gate),
            Action::Quality(link, quality) => self.network.set_quality(link, quality),
            Action::Partition(groups) => {
                let group_of = |node: NodeId| groups.iter().position(|group| group.contains(&node));
                for from in self.ids() {
                    for to in self.ids() {
                        if let (Some(a), Some(b)) = (group_of(from), group_of(to)) {
                            self.set_gate(from, to, if a == b { Gate::Open } else { Gate::Cut });
                        }
                    }
                }
            }
            Action::Isolate(node) => {
                for other in self.ids().filter(|&other| other != node) {
                    self.set_gate(node, other, Gate::Cut);
                    self.set_gate(other, node, Gate::Cut);
                }
            }
            Action::Heal => {
                for from in self.ids() {
                    for to in self.ids() {
                        self.set_gate(from, to, Gate::Open);
                    }
                }
            }
            Action::Flight(id, action) => self.handle_flight(id, action),
            Action::DiskLatency(node, latency) => self.nodes[node.index()].disk.latency = latency,
            Action::Stall(node) => self.nodes[node.index()].disk.stall(),
            Action::Unstall(node) => self.unstall(node),
            Action::Wipe(node) => {
                self.crash(node);
                self.nodes[node.index()].disk.files.clear();
            }
            Action::Call(node, request) => {
                let slot = &mut self.nodes[node.index()];
                slot.calls += 1;
                let key = self.chance.key(purpose::CALL).key(u64::from(node.0)).key(slot.calls).draw();
                self.handle(node, Input::Call { request, key });
            }
            Action::Reseed(seed) => self.chance = Chance::new(seed),
            Action::Configure(node, config) => {
                let slot = &mut self.nodes[node.index()];
                slot.config = config;
                slot.configured_in = self.steps;
                let incarnation = slot.incarnation;
                self.agenda.add(self.now, What::Configure(node, incarnation));
            }
        }
    }

    fn crash(&mut self, node: NodeId) {
        let slot = &mut self.nodes[node.index()];
        let key = self.chance.key(purpose::CRASH).key(u64::from(node.0)).key(slot.incarnation);
        let (lost, torn) = slot.disk.crash(key);
        if lost {
            self.step.deeds.push(Deed::LostWrites { node, torn });
        }
        slot.node = None;
        slot.paused = false;
        slot.waiting.clear();
        slot.timers.iter_mut().for_each(|timer| timer.armed = None);
        if let Some(before) = slot.view.take() {
            self.step.change = Some(Change { node, before: Some(before), after: None });
        }
        self.unpark(node);
    }

    fn resume(&mut self, node: NodeId) {
        self.nodes[node.index()].paused = false;
        self.release(node);
        self.unpark(node);
    }

    /// Puts what came to a paused node back on the agenda, in the order in which it came.
    fn unpark(&mut self, node: NodeId) {
        for event in core::mem::take(&mut self.nodes[node.index()].parked) {
            match event.what {
                What::Arrival(slot) => {
                    // What was dropped, held or delayed meanwhile is not the node's to take any more.
                    if self.network.flight(slot).is_some_and(|flight| flight.ticket == event.ticket) {
                        self.reschedule(slot, self.now);
                    }
                }
                What::Alarm(_, place) => {
                    if self.nodes[node.index()].timers[usize::from(place)]
                        .armed
                        .is_some_and(|armed| armed.due <= self.now)
                    {
                        self.rearm(node, usize::from(place), self.now);
                    }
                }
                what => {
                    self.agenda.add(self.now, what);
                }
            }
        }
    }

    /// Moves an armed timer without arming it anew: it was still set by the same step.
    fn rearm(&mut self, node: NodeId, place: usize, due: Time) {
        let armed = self.nodes[node.index()].timers[place].armed;
        self.arm(node, place, due);
        let timer = &mut self.nodes[node.index()].timers[place];
        if let (Some(old), Some(new)) = (armed, &mut timer.armed) {
            (new.set_at, new.set_in) = (old.set_at, old.set_in);
        }
    }

    /// Running timers go on at the clock's new rate.
    fn drift(&mut self, node: NodeId, ppm: i32) {
        let slot = &mut self.nodes[node.index()];
        let before = slot.clock;
        let after = Clock { ppm, read: before.reading(self.now), at: self.now };
        slot.clock = after;
        for place in 0..slot.timers.len() {
            let armed = self.nodes[node.index()].timers[place].armed;
            if let Some(armed) = armed.filter(|armed| armed.due > self.now) {
                let left = before.own_span(armed.due.since(self.now));
                self.rearm(node, place, self.now + after.true_span(left));
            }
        }
    }

    fn retime(&mut self, node: NodeId, which: N::Timer, due: impl FnOnce(Time, Time) -> Time) {
        let timers = &self.nodes[node.index()].timers;
        let Some(place) = timers.iter().position(|timer| timer.which == which) else { return };
        if let Some(armed) = timers[place].armed {
            self.rearm(node, place, due(self.now, armed.due));
        }
    }

    fn set_gate(&mut self, from: NodeId, to: NodeId, gate: Gate) {
        if from == to {
            return;
        }
        self.network.set_gate(from, to, gate);
        if gate == Gate::Open {
            for slot in self.network.held(from, to) {
                self.release_flight(slot);
            }
        }
    }

    /// A held message goes on: the rest of its way takes a fresh latency.
    fn release_flight(&mut self, slot: u32) {
        if let Some((latency, _)) = self.network.draw_again(self.chance.key(purpose::FATE), slot) {
            self.reschedule(slot, self.now + latency);
        }
    }

    fn reschedule(&mut self, slot: u32, at: Time) {
        let ticket = self.agenda.add(at, What::Arrival(slot));
        if let Some(flight) = self.network.flight(slot) {
            flight.ticket = ticket;
            flight.arrives_at = Some(at);
            flight.held_by_hand = false;
        }
    }

    fn handle_flight(&mut self, id: FlightId, action: FlightAction) {
        let Some(slot) = self.network.slot_of(id) else { return };
        let Some(flight) = self.network.flight(slot) else { return };
        match action {
            FlightAction::Drop => {
                self.network.land(slot);
            }
            FlightAction::Duplicate => {
                let (from, to, body) = (flight.from, flight.to, flight.body.clone());
                let again = self.network.draw_again(self.chance.key(purpose::FATE), slot);
                if let Some((latency, lot)) = again {
                    self.copy(from, to, body, latency, lot);
                }
            }
            FlightAction::Corrupt => flight.corrupt = true,
            FlightAction::Deliver => {
                flight.lost = false;
                self.reschedule(slot, self.now);
            }
            FlightAction::Hold => {
                flight.arrives_at = None;
                flight.ticket = 0;
                flight.held_by_hand = true;
            }
            FlightAction::Release => self.release_flight(slot),
            FlightAction::Delay(by) => {
                if let Some(at) = flight.arrives_at {
                    self.reschedule(slot, at + by);
                }
            }
        }
    }

    fn unstall(&mut self, node: NodeId) {
        let chance = self.chance.key(purpose::DISK).key(u64::from(node.0));
        for (write, at) in self.nodes[node.index()].disk.unstall(self.now, chance) {
            self.agenda.add(at, What::Durable(node, write));
        }
    }
}

impl<N: Node> Slot<N> {
    fn new(config: N::Config, disk_latency: (Span, Span)) -> Self {
        Slot {
            config,
            node: None,
            view: None,
            paused: false,
            incarnation: 0,
            started: false,
            started_in: 0,
            configured_in: 0,
            timers: Vec::new(),
            disk: Disk::new(disk_latency),
            waiting: VecDeque::new(),
            parked: Vec::new(),
            calls: 0,
            slow: Span::ZERO,
            clock: Clock::default(),
        }
    }
}
