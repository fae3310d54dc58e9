//! A node with all that the world keeps for it: its disk, its timers, its clock, and what waits.

use crate::node::{Node, NodeId};
use crate::sim::agenda::Event;
use crate::sim::disk::Disk;
use crate::time::{Span, Time};
use alloc::collections::VecDeque;
use alloc::vec::Vec;

/// A timer that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Armed {
    /// When it was armed.
    pub set_at: Time,
    /// The step that armed it.
    pub set_in: u64,
    /// When it runs out.
    pub due: Time,
    pub(super) ticket: u64,
}
/// A node with all that the world keeps for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Slot<N: Node> {
    pub(super) config: N::Config,
    pub(super) node: Option<N>,
    pub(super) view: Option<N::View>,
    pub(super) paused: bool,
    pub(super) incarnation: u64,
    /// Whether it has taken its first input since it booted.
    pub(super) started: bool,
    pub(super) started_in: u64,
    pub(super) configured_in: u64,
    pub(super) timers: Vec<TimerSlot<N::Timer>>,
    pub(super) disk: Disk<N>,
    /// Messages and outputs that wait for writes.
    pub(super) waiting: VecDeque<Waiting<N>>,
    /// Events that came while the node was paused, in order.
    pub(super) parked: Vec<Event>,
    pub(super) calls: u64,
    pub(super) slow: Span,
    pub(super) clock: Clock,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TimerSlot<T> {
    pub(super) which: T,
    /// What its draws are keyed by: the timer itself, not the place it happens to have here.
    pub(super) key: u64,
    pub(super) armed: Option<Armed>,
    /// The agenda's event for this timer. It may come early: a timer that is set later and later, as an election
    /// timer is, keeps one event and moves it only when it comes.
    pub(super) event: Option<Event>,
    pub(super) sets: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Waiting<N: Node> {
    pub(super) write: u64,
    pub(super) what: Leaving<N>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Leaving<N: Node> {
    Message(NodeId, N::Message),
    Output(N::Output),
}

/// A clock that may run fast or slow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Clock {
    pub(super) ppm: i32,
    pub(super) read: Time,
    pub(super) at: Time,
}

impl Clock {
    pub(super) fn reading(self, now: Time) -> Time {
        let elapsed = now.since(self.at).0;
        self.read + Span(scaled(elapsed, self.rate(), 1_000_000))
    }

    /// The true length of a span measured on this clock.
    pub(super) fn true_span(self, span: Span) -> Span {
        Span(scaled(span.0, 1_000_000, self.rate()))
    }

    /// What this clock measures of a true span.
    pub(super) fn own_span(self, span: Span) -> Span {
        Span(scaled(span.0, self.rate(), 1_000_000))
    }

    pub(super) fn rate(self) -> u64 {
        1_000_000u64.saturating_add_signed(i64::from(self.ppm))
    }
}

fn scaled(value: u64, by: u64, out_of: u64) -> u64 {
    if by == out_of {
        return value;
    }
    u64::try_from(u128::from(value) * u128::from(by) / u128::from(out_of)).unwrap_or(u64::MAX)
}
impl<N: Node> Slot<N> {
    pub(super) fn new(config: N::Config, disk_latency: (Span, Span)) -> Self {
        Slot {
            config,
            node: None,
            view: None,
            paused: false,
            incarnation: 0,
            started: false,
            started_in: 0,
            configured_in: 0,
            timers: Vec::new(),
            disk: Disk::new(disk_latency),
            waiting: VecDeque::new(),
            parked: Vec::new(),
            calls: 0,
            slow: Span::ZERO,
            clock: Clock::default(),
        }
    }
}
