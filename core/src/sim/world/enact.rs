//! What is done from outside, once it is allowed.

use super::slot::Clock;
use super::{World, open, purpose};
use crate::chance::Chance;
use crate::node::{Input, Node, NodeId};
use crate::sim::action::{Action, FlightAction};
use crate::sim::agenda::What;
use crate::sim::network::{FlightId, Gate};
use crate::sim::step::{Change, Deed};
use crate::time::Time;

impl<N: Node> World<N> {
    /// Does what has been checked.
    pub(super) fn enact(&mut self, action: Action<N>) {
        match action {
            Action::Crash(node) => self.crash(node),
            Action::Restart(node) => {
                self.schedule_boot(node, self.steps);
                let after = self.nodes[node.index()].view.clone();
                open(&mut self.step).change = Some(Change { node, before: None, after });
            }
            Action::Pause(node) => self.nodes[node.index()].paused = true,
            Action::Resume(node) => self.resume(node),
            Action::Slow(node, by) => self.nodes[node.index()].slow = by,
            Action::Drift(node, ppm) => self.set_drift(node, ppm),
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

    pub(super) fn crash(&mut self, node: NodeId) {
        let slot = &mut self.nodes[node.index()];
        let key = self.chance.key(purpose::CRASH).key(u64::from(node.0)).key(slot.incarnation);
        let (lost, torn) = slot.disk.crash(key);
        if lost {
            open(&mut self.step).deeds.push(Deed::LostWrites { node, torn });
        }
        slot.node = None;
        slot.paused = false;
        slot.waiting.clear();
        slot.timers.iter_mut().for_each(|timer| timer.armed = None);
        if let Some(before) = slot.view.take() {
            open(&mut self.step).change = Some(Change { node, before: Some(before), after: None });
        }
        self.unpark(node);
    }

    pub(super) fn resume(&mut self, node: NodeId) {
        self.nodes[node.index()].paused = false;
        self.release(node);
        self.unpark(node);
    }

    /// Puts what came to a paused node back on the agenda, in the order in which it came.
    pub(super) fn unpark(&mut self, node: NodeId) {
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
    pub(super) fn rearm(&mut self, node: NodeId, place: usize, due: Time) {
        let armed = self.nodes[node.index()].timers[place].armed;
        self.arm(node, place, due);
        let timer = &mut self.nodes[node.index()].timers[place];
        if let (Some(old), Some(new)) = (armed, &mut timer.armed) {
            (new.set_at, new.set_in) = (old.set_at, old.set_in);
        }
    }

    /// Running timers go on at the clock's new rate.
    pub(super) fn set_drift(&mut self, node: NodeId, ppm: i32) {
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

    pub(super) fn retime(&mut self, node: NodeId, which: N::Timer, due: impl FnOnce(Time, Time) -> Time) {
        let timers = &self.nodes[node.index()].timers;
        let Some(place) = timers.iter().position(|timer| timer.which == which) else { return };
        if let Some(armed) = timers[place].armed {
            self.rearm(node, place, due(self.now, armed.due));
        }
    }

    pub(super) fn set_gate(&mut self, from: NodeId, to: NodeId, gate: Gate) {
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
    pub(super) fn release_flight(&mut self, slot: u32) {
        if let Some((latency, _)) = self.network.draw_again(self.chance.key(purpose::FATE), slot) {
            self.reschedule(slot, self.now + latency);
        }
    }

    pub(super) fn reschedule(&mut self, slot: u32, at: Time) {
        let ticket = self.agenda.add(at, What::Arrival(slot));
        if let Some(flight) = self.network.flight(slot) {
            flight.ticket = ticket;
            flight.arrives_at = Some(at);
            flight.held_by_hand = false;
        }
    }

    pub(super) fn handle_flight(&mut self, id: FlightId, action: FlightAction) {
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

    pub(super) fn unstall(&mut self, node: NodeId) {
        let chance = self.chance.key(purpose::DISK).key(u64::from(node.0));
        for (write, at) in self.nodes[node.index()].disk.unstall(self.now, chance) {
            self.agenda.add(at, What::Durable(node, write));
        }
    }
}
