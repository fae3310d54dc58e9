//! What happens by itself: a message arrives, a timer runs out, a write completes, a node starts.

use super::World;
use crate::node::{Input, Node, NodeId};
use crate::sim::agenda::{Event, What};
use crate::sim::network::Gate;
use crate::sim::step::{Cause, Missed};
use crate::time::{Span, Time};

impl<N: Node> World<N> {
    pub(super) fn arrive(&mut self, slot: u32, event: Event) -> bool {
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

    pub(super) fn alarm(&mut self, node: NodeId, place: u16, event: Event) -> bool {
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

    pub(super) fn ring(&mut self, node: NodeId, place: u16, set_in: u64) {
        let timer = &mut self.nodes[node.index()].timers[usize::from(place)];
        timer.armed = None;
        let timer = timer.which;
        self.open_step(Cause::Alarm { node, timer, set_in });
        self.handle(node, Input::Timer(timer));
    }

    pub(super) fn complete(&mut self, node: NodeId, write: u64, due: Time) -> bool {
        let slot = &mut self.nodes[node.index()];
        let Some(done) = slot.disk.complete(write, due) else { return false };
        let paused = slot.paused;
        self.open_step(Cause::Durable { node, write, issued_in: done.issued_in });
        if !paused {
            self.release(node);
        }
        true
    }

    pub(super) fn start(&mut self, node: NodeId, incarnation: u64, event: Event) -> bool {
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

    pub(super) fn configured(&mut self, node: NodeId, incarnation: u64, event: Event) -> bool {
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
}
