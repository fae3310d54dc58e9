//! What happens next: the earliest first, ties to the older ticket.

use crate::node::NodeId;
use crate::time::Time;
use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

/// One thing on the agenda. Whoever put it there may have changed its mind since: the world checks before it acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Event {
    pub(super) at: Time,
    pub(super) ticket: u64,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A message arrives; the slot of its flight.
    Arrival(u32),
    /// A timer may have run out; its place among its node's timers.
    Alarm(NodeId, u16),
    /// A write completes; its number on its node's disk.
    Durable(NodeId, u64),
    /// A booted node takes its first input, in this incarnation.
    Start(NodeId, u64),
    /// A running node is given its new configuration.
    Configure(NodeId, u64),
}

/// The events to come.
#[derive(Clone, Debug, Default)]
pub(super) struct Agenda {
    heap: BinaryHeap<Reverse<Event>>,
    tickets: u64,
}

impl Agenda {
    /// The next ticket: smaller tickets go first at the same time.
    pub(super) fn ticket(&mut self) -> u64 {
        self.tickets += 1;
        self.tickets
    }

    /// Puts an event on the agenda and returns its ticket.
    pub(super) fn add(&mut self, at: Time, what: What) -> u64 {
        let ticket = self.ticket();
        self.put(Event { at, ticket, what });
        ticket
    }

    /// Puts an event on the agenda whose ticket was drawn before.
    pub(super) fn put(&mut self, event: Event) {
        self.heap.push(Reverse(event));
    }

    /// The earliest event that is not after `limit`.
    pub(super) fn peek(&self, limit: Time) -> Option<Event> {
        self.heap.peek().map(|&Reverse(event)| event).filter(|event| event.at <= limit)
    }

    /// Takes that event.
    pub(super) fn next(&mut self, limit: Time) -> Option<Event> {
        self.peek(limit)?;
        self.heap.pop().map(|Reverse(event)| event)
    }
}

/// Agendas are equal if they hold the same events, however their heaps happen to be laid out.
impl PartialEq for Agenda {
    fn eq(&self, other: &Self) -> bool {
        let sorted = |agenda: &Agenda| -> Vec<Reverse<Event>> { agenda.heap.clone().into_sorted_vec() };
        self.tickets == other.tickets && self.heap.len() == other.heap.len() && sorted(self) == sorted(other)
    }
}

impl Eq for Agenda {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::Chance;

    #[test]
    fn events_come_in_the_order_of_time_and_then_of_their_tickets_whatever_else_comes_and_goes() {
        let mut agenda = Agenda::default();
        let mut expected: Vec<(Time, u64)> = Vec::new();
        for n in 0..5_000u64 {
            let draw = Chance::new(1).key(n);
            if draw.below(5) < 3 {
                let at = Time(u64::from(draw.key(1).below(200)));
                let ticket = agenda.add(at, What::Arrival(0));
                expected.push((at, ticket));
            } else {
                expected.sort_unstable();
                let limit = Time(u64::from(draw.key(2).below(150)));
                let due = expected.first().copied().filter(|&(at, _)| at <= limit);
                assert_eq!(agenda.next(limit).map(|event| (event.at, event.ticket)), due);
                if due.is_some() {
                    expected.remove(0);
                }
            }
        }
        assert!(expected.len() > 100, "it was well filled");
    }

    #[test]
    fn agendas_with_the_same_events_are_equal_whichever_came_first() {
        let event = |at, ticket| Event { at: Time(at), ticket, what: What::Arrival(ticket as u32) };
        let (mut one, mut other) = (Agenda::default(), Agenda::default());
        for n in 0..20 {
            one.put(event(n, n));
            other.put(event(19 - n, 19 - n));
        }
        assert_eq!(one, other);
        one.next(Time(0));
        assert_ne!(one, other);
    }
}
