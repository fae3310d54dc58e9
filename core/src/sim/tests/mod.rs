//! What the simulated world promises, one test a promise. The node under it is a puppet that does what it is told.

mod puppet;
mod seam;
mod network;
mod flights;
mod timers;
mod disk;
mod nodes;
mod chance;
mod worlds;
mod refusals;
mod fingerprints;

use super::{Action, Cause, Deed, Fate, FlightId, Gate, Quality, Replies, Settings, Step, World};
use crate::chance::Ratio;
use crate::node::{Effect, NodeId};
use crate::time::{Span, Time};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use puppet::{Config, Order, Puppet};

pub(super) const N0: NodeId = NodeId(0);
pub(super) const N1: NodeId = NodeId(1);
pub(super) const N2: NodeId = NodeId(2);

/// A message takes 10 ms, a write 5 ms.
fn steady() -> Settings {
    Settings { seed: 1, quality: quality(10, 10), disk_latency: (Span::millis(5), Span::millis(5)) }
}

/// A perfect link with this range of latency in milliseconds.
fn quality(from: u64, to: u64) -> Quality {
    Quality {
        latency: (Span::millis(from), Span::millis(to)),
        loss: Ratio::NEVER,
        duplication: Ratio::NEVER,
        reordering: Ratio::NEVER,
        long_delay: (Span::ZERO, Span::ZERO),
        replies: None,
    }
}

/// A world of idle puppets that have started.
fn world(nodes: usize, settings: Settings) -> World<Puppet> {
    let mut world = World::new(alloc::vec![Config::default(); nodes], settings);
    for _ in 0..nodes {
        world.step_until(Time::ZERO).expect("every node starts");
    }
    world
}

fn ms(n: u64) -> Time {
    Time(n * 1_000)
}

/// Everything that happens until then.
fn run(world: &mut World<Puppet>, until: Time) -> Vec<Step<Puppet>> {
    let mut trace = Vec::new();
    while let Some(step) = world.step_until(until) {
        trace.push(step.clone());
    }
    trace
}

/// Does something that can be done.
fn act(world: &mut World<Puppet>, action: Action<Puppet>) -> Step<Puppet> {
    world.act(action).expect("this can be done").clone()
}

/// Has a node do these things.
fn order<const N: usize>(world: &mut World<Puppet>, node: NodeId, orders: [Order; N]) -> Step<Puppet> {
    act(world, Action::Call(node, Vec::from(orders)))
}

/// What a node has taken in since it booted.
fn heard(world: &World<Puppet>, node: NodeId) -> Vec<String> {
    world.view(node).map_or_else(Vec::new, |seen| seen.heard.iter().map(|(_, what)| what.clone()).collect())
}

/// What a node has taken in since it booted, with the reading of its clock in milliseconds.
fn heard_at(world: &World<Puppet>, node: NodeId) -> Vec<(u64, String)> {
    world.view(node).map_or_else(Vec::new, |seen| {
        seen.heard.iter().map(|(at, what)| (at.0 / 1_000, what.clone())).collect()
    })
}

/// The messages that left in a step.
fn departures(step: &Step<Puppet>) -> Vec<(FlightId, Fate)> {
    step.deeds
        .iter()
        .filter_map(|deed| match deed {
            Deed::Departed { flight, fate, .. } => Some((*flight, *fate)),
            _ => None,
        })
        .collect()
}

/// What was handed to the host in a step.
fn handed(step: &Step<Puppet>) -> Vec<u32> {
    step.deeds
        .iter()
        .filter_map(|deed| if let Deed::Handed { output, .. } = deed { Some(*output) } else { None })
        .collect()
}

/// When and where messages arrived, and what they said.
fn arrivals(trace: &[Step<Puppet>]) -> Vec<(Time, NodeId, String)> {
    trace
        .iter()
        .filter_map(|step| match &step.cause {
            Cause::Arrival { to, body, .. } => Some((step.at, *to, body.text.clone())),
            _ => None,
        })
        .collect()
}

fn gate(world: &mut World<Puppet>, from: NodeId, to: NodeId, gate: Gate) {
    act(world, Action::Gate { from, to, gate });
}
