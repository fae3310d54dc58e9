//! A MapReduce coordinator together with its clerk: what replicated coordinators share lives in the key/value service of the
//! same cluster.
//!
//! Neither knows the other. What the coordinator asks of the store that outlives it, its clerk asks of the service; what the
//! clerk is answered, the coordinator is told, before this node returns. A coordinator that is alone has no clerk.

use super::config::Roster;
use super::member::{Member, MemberConfig, Message, Request, Timer, View};
use crate::kv::store::VALUE_LIMIT;
use crate::kv::{Clerk, Op, Reply, Text, clerk};
use crate::mapreduce::{self, CoordinatorView, Keep, Kept, Seat};
use crate::node::{Effect, Files, Input, Node, NodeId, Outbox, Through};
use crate::sim::World;
use crate::time::Time;
use alloc::collections::VecDeque;
use serde::Serialize;

/// The service takes whatever coordinators keep.
const _: () = assert!(mapreduce::Job::MAX_RECIPE <= VALUE_LIMIT);

/// What a coordinator and its clerk are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// The coordinator's part.
    pub coordinator: mapreduce::Config,
    /// The clerk's; none for a coordinator that is alone.
    pub clerk: Option<clerk::Config>,
}

/// A coordinator and its clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coordinator {
    coordinator: mapreduce::Coordinator,
    clerk: Option<Clerk>,
}

/// What one of the two hands to the other.
enum Between {
    Ask(Keep),
    Answer(Kept),
}

impl Coordinator {
    /// Gives an input to the coordinator, and whatever follows from it to whom it concerns.
    fn coordinate(&mut self, at: Time, input: Input<mapreduce::Coordinator>, out: &mut impl Outbox<Member>) {
        let mut between = VecDeque::new();
        self.tell_coordinator(at, input, &mut between, out);
        self.settle(at, between, out);
    }

    fn tell_coordinator(
        &mut self,
        at: Time,
        input: Input<mapreduce::Coordinator>,
        between: &mut VecDeque<Between>,
        out: &mut impl Outbox<Member>,
    ) {
        let mut through = Through(|effect| match effect {
            Effect::Output(mapreduce::Output::Keep(keep)) => between.push_back(Between::Ask(keep)),
            effect => out.effect(super::member::wrapped::<mapreduce::Coordinator>(effect)),
        });
        self.coordinator.handle(at, input, &mut through);
    }

    fn tell_clerk(
        &mut self,
        at: Time,
        input: Input<Clerk>,
        between: &mut VecDeque<Between>,
        out: &mut impl Outbox<Member>,
    ) {
        let Some(clerk) = &mut self.clerk else { return };
        let mut through = Through(|effect| match effect {
            Effect::Output(clerk::Output::Returned { reply, .. }) => {
                between.push_back(Between::Answer(answer(reply)));
            }
            Effect::Output(clerk::Output::Called { .. }) => {}
            effect => out.effect(super::member::wrapped::<Clerk>(effect)),
        });
        clerk.handle(at, input, &mut through);
    }

    fn settle(&mut self, at: Time, mut between: VecDeque<Between>, out: &mut impl Outbox<Member>) {
        while let Some(next) = between.pop_front() {
            match next {
                Between::Ask(keep) => {
                    let request = clerk::Request::Do(asked(keep));
                    self.tell_clerk(at, Input::Call { request, key: 0 }, &mut between, out);
                }
                Between::Answer(kept) => {
                    let request = mapreduce::Request::Kept(kept);
                    self.tell_coordinator(at, Input::Call { request, key: 0 }, &mut between, out);
                }
            }
        }
    }

    fn clerk_input(&mut self, at: Time, input: Input<Clerk>, out: &mut impl Outbox<Member>) {
        let mut between = VecDeque::new();
        self.tell_clerk(at, input, &mut between, out);
        self.settle(at, between, out);
    }

    /// First start and every restart.
    pub(super) fn boot(config: &Config, durable: &Files<Member>) -> Coordinator {
        let coordinator = super::member::boot_part(&config.coordinator, durable);
        let clerk = config.clerk.as_ref().map(|config| super::member::boot_part(config, durable));
        Coordinator { coordinator, clerk }
    }

    pub(super) fn handle(&mut self, at: Time, input: Input<Member>, out: &mut impl Outbox<Member>) {
        match input {
            Input::Start => {
                self.clerk_input(at, Input::Start, out);
                self.coordinate(at, Input::Start, out);
            }
            Input::Message { from, body: Message::Kv(body) } => {
                self.clerk_input(at, Input::Message { from, body }, out);
            }
            Input::Message { from, body: Message::MapReduce(body) } => {
                self.coordinate(at, Input::Message { from, body }, out);
            }
            Input::Timer(Timer::Clerk(timer)) => self.clerk_input(at, Input::Timer(timer), out),
            Input::Timer(Timer::MapReduce(timer)) => self.coordinate(at, Input::Timer(timer), out),
            Input::Call { request: Request::MapReduce(request), key } => {
                self.coordinate(at, Input::Call { request, key }, out);
            }
            Input::Configure(MemberConfig::Coordinator(config)) => {
                if let Some(config) = config.clerk {
                    self.clerk_input(at, Input::Configure(config), out);
                }
                self.coordinate(at, Input::Configure(config.coordinator), out);
            }
            Input::Timer(Timer::Raft(_)) | Input::Call { .. } | Input::Configure(_) => {
                out.note(super::member::Misdirected.into());
            }
        }
    }

    pub(super) fn view(&self) -> CoordinatorView {
        self.coordinator.view()
    }
}

/// The coordinator that is in charge, or the first that is up, or the first; none where there is no MapReduce.
pub fn in_charge(world: &World<Member>, roster: Roster) -> Option<NodeId> {
    let epoch = |node: NodeId| match world.view(node) {
        Some(View::Coordinator(view)) if matches!(view.seat, Seat::Alone | Seat::InCharge) => {
            Some(view.epoch)
        }
        _ => None,
    };
    let leading = roster.coordinators().filter(|&node| epoch(node).is_some());
    let up = || roster.coordinators().find(|&node| world.view(node).is_some());
    leading.max_by_key(|&node| epoch(node)).or_else(up).or_else(|| roster.coordinators().next())
}

fn asked(keep: Keep) -> Op {
    match keep {
        Keep::Get { key } => Op::Get { key: Text::from(&*key) },
        Keep::Put { key, value } => Op::Put { key: Text::from(&*key), value: Text::from(&*value) },
        Keep::Delete { key } => Op::Delete { key: Text::from(&*key) },
        Keep::Change { key, expected, value } => Op::Cas {
            key: Text::from(&*key),
            expected: expected.map(|expected| Text::from(&*expected)),
            value: Text::from(&*value),
        },
    }
}

fn answer(reply: Reply) -> Kept {
    match reply {
        Reply::Value(value) => Kept::Value(value.map(|value| value.as_str().into())),
        Reply::Done => Kept::Done,
        Reply::NotEqual => Kept::NotEqual,
        Reply::TooLong => Kept::TooLong,
    }
}

#[cfg(test)]
mod tests;
