//! One input and its effects: the node answers, and the world does as it asked, in order.

use super::slot::{Armed, Leaving, TimerSlot, Waiting};
use super::{World, open, purpose};
use crate::fingerprint::fingerprint;
use crate::node::{Effect, Input, Node, NodeId};
use crate::sim::agenda::{Event, What};
use crate::sim::network::{Flight, FlightId, Gate, copy_of};
use crate::sim::step::{Change, Deed, Fate};
use crate::time::{Span, Time};

impl<N: Node> World<N> {
    pub(super) fn handle(&mut self, id: NodeId, input: Input<N>) {
        let mut effects = core::mem::take(&mut open(&mut self.step).effects);
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
        open(&mut self.step).effects = effects;
        let slot = &mut self.nodes[id.index()];
        if slot.view.as_ref() != Some(&after) {
            let before = slot.view.replace(after.clone());
            open(&mut self.step).change = Some(Change { node: id, before, after: Some(after) });
        }
    }

    pub(super) fn write(&mut self, id: NodeId, batch: crate::node::Batch<N>) {
        let chance = self.chance.key(purpose::DISK).key(u64::from(id.0));
        let disk = &mut self.nodes[id.index()].disk;
        if let Some(done_at) = disk.queue(batch, self.now, self.steps, chance) {
            let write = disk.writes;
            self.agenda.add(done_at, What::Durable(id, write));
        }
    }

    /// Lets a message or an output leave, or wait for the writes before it.
    pub(super) fn leave(&mut self, id: NodeId, what: Leaving<N>) {
        let slot = &mut self.nodes[id.index()];
        if slot.disk.pending.is_empty() {
            self.depart(id, what);
        } else {
            slot.waiting.push_back(Waiting { write: slot.disk.writes, what });
        }
    }

    /// Lets everything leave that waits for no write any more.
    pub(super) fn release(&mut self, id: NodeId) {
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

    pub(super) fn depart(&mut self, id: NodeId, what: Leaving<N>) {
        match what {
            Leaving::Output(output) => open(&mut self.step).deeds.push(Deed::Handed { node: id, output }),
            Leaving::Message(to, body) if to.index() < self.nodes.len() => self.send(id, to, body),
            // A node that names an addressee outside its world speaks to nobody.
            Leaving::Message(..) => {}
        }
    }

    pub(super) fn send(&mut self, from: NodeId, to: NodeId, body: N::Message) {
        let draw = self.network.draw(self.chance.key(purpose::FATE), from, to, &body);
        let flight = self.network.new_id();
        let gate = self.network.gate(from, to);
        let arrives_at = self.now + draw.latency;
        let fate = match gate {
            Gate::Cut => Fate::Cut,
            Gate::Hold => Fate::Held,
            Gate::Open if draw.lost && from != to => Fate::Lost,
            Gate::Open => Fate::Arrives(arrives_at),
        };
        open(&mut self.step).deeds.push(Deed::Departed { flight, from, to, body: body.clone(), fate });
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

    pub(super) fn copy(&mut self, from: NodeId, to: NodeId, body: N::Message, latency: Span, lot: u64) {
        let flight = self.network.new_id();
        let at = self.now + latency;
        open(&mut self.step).deeds.push(Deed::Departed {
            flight,
            from,
            to,
            body: body.clone(),
            fate: Fate::Copy(at),
        });
        self.fly(flight, (from, to), body, Some(at), false, lot);
    }

    pub(super) fn fly(
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

    pub(super) fn set_timer(&mut self, id: NodeId, which: N::Timer, within: (Span, Span)) {
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

    pub(super) fn arm(&mut self, id: NodeId, place: usize, due: Time) {
        let ticket = self.agenda.ticket();
        let timer = &mut self.nodes[id.index()].timers[place];
        timer.armed = Some(Armed { set_at: self.now, set_in: self.steps, due, ticket });
        if timer.event.is_none_or(|event| event.at > due) {
            let event = Event { at: due, ticket, what: What::Alarm(id, place as u16) };
            timer.event = Some(event);
            self.agenda.put(event);
        }
    }

    pub(super) fn schedule_boot(&mut self, id: NodeId, asked_in: u64) {
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
}
