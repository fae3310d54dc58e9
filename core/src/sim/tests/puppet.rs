//! A node without a will: it does what a call or a message orders, and remembers what it took in.

use crate::node::{Content, Effect, FileOp, Files, Input, Message, Node, NodeId, Outbox};
use crate::time::{Span, Time};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Puppet {
    config: Config,
    seen: Seen,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Config {
    pub(super) name: u32,
    /// What it does whenever it starts.
    pub(super) at_start: Vec<Order>,
    /// What it does whenever a timer runs out.
    pub(super) at_alarm: Vec<Order>,
}

/// What it took in, with the reading of its clock.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct Seen {
    pub(super) heard: Vec<(Time, String)>,
}

/// The one input that leaves it as it was.
const UNNOTICED: &str = "timer 0";

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Order {
    Put(u8, Data),
    Batch(Vec<Op>),
    Say(NodeId, String),
    Tell(NodeId, Word),
    Output(u32),
    Set(u8, Span, Span),
    Cancel(u8),
    Note(u8),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Op {
    Put(u8, Data),
    Rename(u8, u8),
    Remove(u8),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Word {
    pub(super) kind: u8,
    pub(super) text: String,
    /// What the addressee does about it.
    pub(super) orders: Vec<Order>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Data {
    Value(u32),
    Bytes(Vec<u8>),
}

impl Node for Puppet {
    type Config = Config;
    type Message = Word;
    type Timer = u8;
    type Request = Vec<Order>;
    type Output = u32;
    type File = u8;
    type Content = Data;
    type View = Seen;
    type Note = u8;

    fn boot(config: &Config, durable: &Files<Puppet>) -> Puppet {
        let seen = if durable.is_empty() {
            Seen::default()
        } else {
            Seen {
                heard: vec![(
                    Time::ZERO,
                    format!("files {:?}", durable.iter().map(|(file, _)| file).collect::<Vec<_>>()),
                )],
            }
        };
        Puppet { config: config.clone(), seen }
    }

    fn handle(&mut self, at: Time, input: Input<Puppet>, out: &mut impl Outbox<Puppet>) {
        let (what, orders) = match input {
            Input::Start => ("start".to_string(), self.config.at_start.clone()),
            Input::Message { from, body } => (format!("{from}: {}", body.text), body.orders),
            Input::Timer(which) => (format!("timer {which}"), self.config.at_alarm.clone()),
            Input::Call { request, key: _ } => ("call".to_string(), request),
            Input::Configure(config) => {
                let what = format!("configure {}", config.name);
                self.config = config;
                (what, Vec::new())
            }
        };
        if what != UNNOTICED {
            self.seen.heard.push((at, what));
        }
        for order in orders {
            out.effect(order.effect());
        }
    }

    fn view(&self) -> Seen {
        self.seen.clone()
    }
}

impl Order {
    pub(super) fn say(to: NodeId, text: &str) -> Order {
        Order::Say(to, text.to_string())
    }

    pub(super) fn put(file: u8, value: u32) -> Order {
        Order::Put(file, Data::Value(value))
    }

    fn effect(self) -> Effect<Puppet> {
        match self {
            Order::Put(file, data) => Effect::Write(vec![FileOp::Put(file, data)]),
            Order::Batch(ops) => Effect::Write(ops.into_iter().map(Op::file_op).collect()),
            Order::Say(to, text) => Effect::Send { to, body: Word::plain(&text) },
            Order::Tell(to, body) => Effect::Send { to, body },
            Order::Output(value) => Effect::Output(value),
            Order::Set(which, from, to) => Effect::SetTimer { which, within: (from, to) },
            Order::Cancel(which) => Effect::CancelTimer(which),
            Order::Note(why) => Effect::Note(why),
        }
    }
}

impl Op {
    fn file_op(self) -> FileOp<u8, Data> {
        match self {
            Op::Put(file, data) => FileOp::Put(file, data),
            Op::Rename(from, to) => FileOp::Rename(from, to),
            Op::Remove(file) => FileOp::Remove(file),
        }
    }
}

impl Word {
    pub(super) fn plain(text: &str) -> Word {
        Word { kind: 0, text: text.to_string(), orders: Vec::new() }
    }
}

/// The kind of message that answers another.
pub(super) const REPLY: u8 = 30;

impl Message for Word {
    fn kind(&self) -> u8 {
        self.kind
    }
    fn is_reply(&self) -> bool {
        self.kind == REPLY
    }
}

impl Content for Data {
    fn bytes(&self) -> Option<u64> {
        match self {
            Data::Value(_) => None,
            Data::Bytes(bytes) => Some(bytes.len() as u64),
        }
    }
    fn prefix(&self, len: u64) -> Data {
        match self {
            Data::Value(_) => self.clone(),
            Data::Bytes(bytes) => Data::Bytes(bytes[..len as usize].to_vec()),
        }
    }
}
