//! What happens out of sight: events that have become void, and those that a paused or slow node puts off.
//!
//! They are no steps, so nobody can say between which two steps somebody acted and which of them had happened by then.
//! Therefore all that are due happen before anybody acts: the world at a moment depends on the step before it and on
//! the time, and not on how one got there.

use super::World;
use crate::node::Node;
use crate::sim::agenda::{Event, What};
use crate::time::{Span, Time};

impl<N: Node> World<N> {
    /// Lets happen what is due by `limit` and is no step, up to the first event that is one.
    pub(super) fn settle(&mut self, limit: Time) {
        while let Some(event) = self.agenda.peek(limit).filter(|&event| self.is_silent(event)) {
            self.agenda.next(limit);
            self.now = self.now.max(event.at);
            let stepped = self.enter(event);
            debug_assert!(!stepped, "a silent event makes no step");
        }
    }

    /// Whether [`World::enter`] would make no step of this event.
    fn is_silent(&mut self, event: Event) -> bool {
        let booted = |world: &Self, node: crate::node::NodeId, incarnation: u64| {
            let slot = &world.nodes[node.index()];
            slot.incarnation == incarnation && slot.node.is_some() && !slot.paused
        };
        match event.what {
            What::Arrival(slot) => {
                let Some(flight) = self.network.flight(slot).filter(|flight| flight.ticket == event.ticket)
                else {
                    return true;
                };
                let target = &self.nodes[flight.to.index()];
                flight.lost || target.paused || target.slow > Span::ZERO && !flight.slowed
            }
            What::Alarm(node, place) => {
                let slot = &self.nodes[node.index()];
                let timer = slot.timers.get(usize::from(place)).filter(|timer| timer.event == Some(event));
                let rings =
                    timer.and_then(|timer| timer.armed).is_some_and(|armed| armed.ticket == event.ticket);
                !rings || slot.paused
            }
            What::Durable(node, write) => !self.nodes[node.index()].disk.completes(write, event.at),
            What::Start(node, incarnation) => {
                !booted(self, node, incarnation) || self.nodes[node.index()].started
            }
            What::Configure(node, incarnation) => !booted(self, node, incarnation),
        }
    }
}
