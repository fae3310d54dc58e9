//! What can be done at this moment, and what cannot: nothing is changed before this is known.

use super::{Status, World};
use crate::chance::Ratio;
use crate::node::{Node, NodeId};
use crate::sim::action::{Action, ActionError, FlightAction};
use crate::time::Span;
use alloc::vec::Vec;

/// The longest latency, delay or drift-free timer anyone may ask for.
const LONGEST: Span = Span::secs(3_600);
impl<N: Node> World<N> {
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
                let mut replies = Ratio::NEVER;
                if let Some(apart) = quality.replies {
                    range(apart.latency)?;
                    range(apart.long_delay)?;
                    replies = apart.reordering;
                }
                let ratios = [quality.loss, quality.duplication, quality.reordering, replies];
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
}
