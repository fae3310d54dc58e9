//! One step, as data: a cause and everything it caused.

use super::action::Action;
use super::network::FlightId;
use crate::node::{Effect, Node, NodeId};
use crate::time::Time;
use alloc::vec::Vec;
use serde::Serialize;

/// One cause and everything it caused, at one node at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct Step<N: Node> {
    /// Its number in the run, from 1.
    pub number: u64,
    /// When it happened.
    pub at: Time,
    /// What set it off.
    pub cause: Cause<N>,
    /// What the node did about it, in order.
    pub effects: Vec<Effect<N>>,
    /// What the world did: messages that left, outputs that were handed over.
    pub deeds: Vec<Deed<N>>,
    /// How the node looked before and after, if anything about it changed.
    pub change: Option<Change<N>>,
}

impl<N: Node> Step<N> {
    pub(super) fn new(number: u64, at: Time, cause: Cause<N>) -> Step<N> {
        Step { number, at, cause, effects: Vec::new(), deeds: Vec::new(), change: None }
    }

    /// Begins anew in the same room.
    pub(super) fn begin(&mut self, number: u64, at: Time, cause: Cause<N>) {
        (self.number, self.at, self.cause, self.change) = (number, at, cause, None);
        self.effects.clear();
        self.deeds.clear();
    }
}

/// What set a step off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub enum Cause<N: Node> {
    /// A node booted and took its first input.
    Start {
        /// Which node.
        node: NodeId,
        /// How often it has booted.
        incarnation: u64,
        /// The step that restarted it; 0 at the beginning of the run.
        asked_in: u64,
    },
    /// A message arrived.
    Arrival {
        /// Its number.
        flight: FlightId,
        /// Its sender.
        from: NodeId,
        /// Its addressee.
        to: NodeId,
        /// What it says.
        body: N::Message,
        /// The step in which it left.
        sent_in: u64,
    },
    /// A message reached the end of its way and was not taken in.
    Missed {
        /// Its number.
        flight: FlightId,
        /// Its sender.
        from: NodeId,
        /// Its addressee.
        to: NodeId,
        /// What it said.
        body: N::Message,
        /// The step in which it left.
        sent_in: u64,
        /// Why it was not taken in.
        why: Missed,
    },
    /// A timer ran out.
    Alarm {
        /// Whose.
        node: NodeId,
        /// Which.
        timer: N::Timer,
        /// The step in which it was set.
        set_in: u64,
    },
    /// A write became durable, and what had waited for it left.
    Durable {
        /// Whose.
        node: NodeId,
        /// Its number on that disk.
        write: u64,
        /// The step that asked for it.
        issued_in: u64,
    },
    /// A running node was given a new configuration.
    Configured {
        /// Which node.
        node: NodeId,
        /// The step that asked for it.
        asked_in: u64,
    },
    /// Somebody did something to the cluster.
    Action(Action<N>),
}

/// Why a message that arrived was not taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Missed {
    /// The link is cut.
    Cut,
    /// The addressee is down.
    Down,
    /// Its checksum is wrong.
    Corrupt,
}

/// What the world did in a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub enum Deed<N: Node> {
    /// A message left its sender: all writes it had waited for are durable.
    Departed {
        /// Its number.
        flight: FlightId,
        /// Its sender.
        from: NodeId,
        /// Its addressee.
        to: NodeId,
        /// What it says.
        body: N::Message,
        /// What will become of it.
        fate: Fate,
    },
    /// An output was handed to the node's host.
    Handed {
        /// Whose.
        node: NodeId,
        /// What.
        output: N::Output,
    },
    /// A crash lost writes that had not completed.
    LostWrites {
        /// Whose.
        node: NodeId,
        /// Whether it left a large put torn.
        torn: bool,
    },
}

/// What becomes of a message, as drawn when it left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Fate {
    /// It arrives at this time, unless something is done to it on the way.
    Arrives(Time),
    /// It is lost on the way.
    Lost,
    /// Its link is cut.
    Cut,
    /// Its link holds it.
    Held,
    /// It is a second copy of the message before it, and arrives at this time.
    Copy(Time),
}

/// How a node looked before and after; none while it is down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct Change<N: Node> {
    /// Which node.
    pub node: NodeId,
    /// Its view before.
    pub before: Option<N::View>,
    /// Its view after.
    pub after: Option<N::View>,
}

impl<N: Node> Step<N> {
    /// The node at which the step happened; none for an action on the network.
    pub fn node(&self) -> Option<NodeId> {
        match &self.cause {
            Cause::Start { node, .. }
            | Cause::Alarm { node, .. }
            | Cause::Durable { node, .. }
            | Cause::Configured { node, .. } => Some(*node),
            Cause::Arrival { to, .. } | Cause::Missed { to, .. } => Some(*to),
            Cause::Action(action) => match action {
                Action::Crash(node)
                | Action::Restart(node)
                | Action::Pause(node)
                | Action::Resume(node)
                | Action::Slow(node, _)
                | Action::Drift(node, _)
                | Action::Fire(node, _)
                | Action::Postpone(node, ..)
                | Action::Isolate(node)
                | Action::DiskLatency(node, _)
                | Action::Stall(node)
                | Action::Unstall(node)
                | Action::Wipe(node)
                | Action::Call(node, _)
                | Action::Configure(node, _) => Some(*node),
                Action::Gate { .. }
                | Action::Quality(..)
                | Action::Partition(_)
                | Action::Heal
                | Action::Flight(..)
                | Action::Reseed(_) => None,
            },
        }
    }

    /// The step that caused this one; none for actions and for what happens by itself at the beginning.
    pub fn caused_by(&self) -> Option<u64> {
        match &self.cause {
            Cause::Start { asked_in: step, .. }
            | Cause::Arrival { sent_in: step, .. }
            | Cause::Missed { sent_in: step, .. }
            | Cause::Alarm { set_in: step, .. }
            | Cause::Durable { issued_in: step, .. }
            | Cause::Configured { asked_in: step, .. } => Some(*step).filter(|&step| step > 0),
            Cause::Action(_) => None,
        }
    }

    /// The reasons the node gave.
    pub fn notes(&self) -> impl Iterator<Item = &N::Note> {
        self.effects
            .iter()
            .filter_map(|effect| if let Effect::Note(note) = effect { Some(note) } else { None })
    }
}
