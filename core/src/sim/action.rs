//! What can be done to a cluster: one list, all data.

use super::network::{FlightId, Gate, Quality};
use crate::node::{Node, NodeId};
use crate::time::{Span, Time};
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// One thing done to the world from outside. Each becomes a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub enum Action<N: Node> {
    /// The process ends at once: volatile state, armed timers and writes that have not completed are gone.
    Crash(NodeId),
    /// A crashed node boots from what its disk holds.
    Restart(NodeId),
    /// The process stops taking inputs, and keeps them for later.
    Pause(NodeId),
    /// A paused process goes on.
    Resume(NodeId),
    /// The node takes this much longer over each message.
    Slow(NodeId, Span),
    /// The node's clock runs fast (or slow, if negative) by so many parts in a million.
    Drift(NodeId, i32),
    /// An armed timer runs out now.
    Fire(NodeId, N::Timer),
    /// An armed timer runs out later.
    Postpone(NodeId, N::Timer, Span),
    /// Opens, cuts or holds one direction of a link. Opening it releases what it held.
    Gate {
        /// The sending side.
        from: NodeId,
        /// The receiving side.
        to: NodeId,
        /// What the link does from now on.
        gate: Gate,
    },
    /// Changes the quality of one direction of a link, or of all links.
    Quality(Option<(NodeId, NodeId)>, Quality),
    /// Cuts all links between nodes of different groups and opens those within a group; other nodes keep theirs.
    Partition(Vec<Vec<NodeId>>),
    /// Cuts every link of one node, both ways.
    Isolate(NodeId),
    /// Opens every link.
    Heal,
    /// Does something to one message in flight.
    Flight(FlightId, FlightAction),
    /// Changes how long writes take.
    DiskLatency(NodeId, (Span, Span)),
    /// The disk stops completing writes.
    Stall(NodeId),
    /// The disk goes on.
    Unstall(NodeId),
    /// The node crashes and its disk is emptied. Raft does not survive this (it assumes stable storage).
    Wipe(NodeId),
    /// The node's host asks it for something.
    Call(NodeId, N::Request),
    /// From now on chance is drawn from another seed.
    Reseed(u64),
    /// The node gets a new configuration: at once if it runs, else at its next boot.
    Configure(NodeId, N::Config),
}

/// What can be done to one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlightAction {
    /// It is lost here and now.
    Drop,
    /// A second copy of it sets off now.
    Duplicate,
    /// It is damaged, which its checksum gives away on arrival.
    Corrupt,
    /// It arrives now.
    Deliver,
    /// It stays where it is until it is released.
    Hold,
    /// It goes on.
    Release,
    /// It arrives this much later.
    Delay(Span),
}

/// Why an action could not be done. Nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActionError {
    /// There is no such node.
    NoSuchNode {
        /// The node that was named.
        node: NodeId,
        /// How many there are, from 0.
        nodes: u16,
    },
    /// The node is already up.
    AlreadyUp(NodeId),
    /// The node is down.
    Down(NodeId),
    /// The node is paused, so nobody answers its host.
    Paused(NodeId),
    /// The node is not paused.
    NotPaused(NodeId),
    /// The node is already paused.
    AlreadyPaused(NodeId),
    /// No such timer is armed on this node.
    NotArmed(NodeId),
    /// No such message is in flight at this moment.
    NoSuchFlight(FlightId, Time),
    /// The message is not held.
    NotHeld(FlightId),
    /// A node stands in two groups of a partition.
    TwoGroups(NodeId),
    /// A ratio is above one, or a range ends before it begins, or is longer than an hour.
    BadRange,
    /// A clock cannot run that fast or slow.
    BadDrift(i32),
}

impl fmt::Display for ActionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchNode { node, nodes } => {
                write!(f, "there is no node {}: the cluster has nodes 0 to {}", node.0, nodes.saturating_sub(1))
            }
            Self::AlreadyUp(node) => write!(f, "node {} is already running: crash it before you restart it", node.0),
            Self::Down(node) => write!(f, "node {} is crashed: restart it first", node.0),
            Self::Paused(node) => write!(f, "node {} is paused: resume it before you ask it for something", node.0),
            Self::NotPaused(node) => write!(f, "node {} is not paused, so there is nothing to resume", node.0),
            Self::AlreadyPaused(node) => write!(f, "node {} is already paused", node.0),
            Self::NotArmed(node) => write!(f, "node {} has no such timer running at this moment", node.0),
            Self::NoSuchFlight(flight, at) => {
                write!(f, "no message {} is in flight at {at}: it has arrived, was lost, or was never sent", flight.0)
            }
            Self::NotHeld(flight) => write!(f, "message {} is not held, so there is nothing to release", flight.0),
            Self::TwoGroups(node) => write!(f, "node {} stands in two groups: put each node in one group only", node.0),
            Self::BadRange => f.write_str(
                "a range must not end before it begins nor be longer than an hour, and a ratio must not exceed 1000 per mille",
            ),
            Self::BadDrift(ppm) => {
                write!(f, "a clock cannot drift by {ppm} parts in a million: use -500000 to 1000000")
            }
        }
    }
}

impl core::error::Error for ActionError {}
