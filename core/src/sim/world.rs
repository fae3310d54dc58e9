//! The world as one value: take the earliest event, hand it to a node, enact what the node asked for.

mod slot;
mod happen;
mod effects;
mod allows;
mod enact;
mod silent;

pub use slot::Armed;

use super::action::{Action, ActionError};
use super::agenda::{Agenda, Event, What};
use super::disk::Disk;
use super::network::{Flight, Gate, Network, Quality};
use super::step::{Cause, Step};
use crate::chance::Chance;
use crate::fingerprint::Fingerprint;
use crate::node::{Files, Node, NodeId};
use crate::time::{Span, Time};
use alloc::rc::Rc;
use alloc::vec::Vec;
use slot::Slot;

/// What each kind of draw is keyed by, so that no two kinds share a draw.
mod purpose {
    pub(super) const FATE: u64 = 1;
    pub(super) const TIMER: u64 = 2;
    pub(super) const DISK: u64 = 3;
    pub(super) const CRASH: u64 = 4;
    pub(super) const CALL: u64 = 5;
}
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
/// The step that is being taken: nobody has it yet but its world.
fn open<N: Node>(step: &mut Rc<Step<N>>) -> &mut Step<N> {
    Rc::get_mut(step).expect("a step is handed out only when it is taken")
}

/// A whole cluster at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct World<N: Node> {
    now: Time,
    chance: Chance,
    agenda: Agenda,
    network: Network<N>,
    nodes: Vec<Slot<N>>,
    /// The step that is being taken, or was taken last; whoever looks at it then may keep it.
    step: Rc<Step<N>>,
    steps: u64,
    fingerprint: Fingerprint,
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
            step: Rc::new(Step::new(0, Time::ZERO, Cause::Action(Action::Heal))),
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
    pub fn last_step(&self) -> &Rc<Step<N>> {
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

    /// By how many parts in a million a node's clock runs fast, or slow if negative.
    pub fn drift(&self, node: NodeId) -> i32 {
        self.nodes.get(node.index()).map_or(0, |slot| slot.clock.ppm)
    }

    /// All messages in flight, in no particular order.
    pub fn flights(&self) -> impl Iterator<Item = &Flight<N>> {
        self.network.flights().flatten()
    }

    /// All messages in flight, oldest first.
    pub fn flights_in_order(&self) -> impl Iterator<Item = &Flight<N>> {
        self.network.in_order(&|_| true).into_iter().filter_map(|slot| self.network.seen(slot))
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
        match Rc::get_mut(&mut self.step) {
            // Nobody has kept the last one: this one takes its place, and its room for effects.
            Some(step) => step.begin(self.steps, self.now, cause),
            None => self.step = Rc::new(Step::new(self.steps, self.now, cause)),
        }
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
}
