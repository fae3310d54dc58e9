//! The bare simulator: five nodes pass 64-byte messages on and do nothing else, a hundred of them in flight.

use crate::measure::{Row, cpu_seconds};
use crate::median;
use serde::{Deserialize, Serialize};
use splitbrain::chance::{Chance, Ratio};
use splitbrain::node::{Content, Files, Input, Message, Node, NodeId, Outbox};
use splitbrain::sim::{Quality, Settings, World};
use splitbrain::time::{Span, Time};
use std::cmp::Reverse;
use std::collections::BinaryHeap;

const NODES: u16 = 5;
const IN_FLIGHT: u64 = 100;
const MESSAGES: u64 = 1_000_000;
const SAMPLES: usize = 7;
const LATENCY: (Span, Span) = (Span::millis(1), Span::millis(10));

/// Passes each message on to the next node.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Passer(u64);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Body([u64; 8]);

/// Nothing is ever written, called, set or noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Nothing {}

impl Message for Body {
    fn kind(&self) -> u8 {
        0
    }
    fn is_reply(&self) -> bool {
        false
    }
}

impl Content for Nothing {
    fn bytes(&self) -> Option<u64> {
        match *self {}
    }
    fn prefix(&self, _: u64) -> Nothing {
        *self
    }
}

impl Node for Passer {
    type Config = ();
    type Message = Body;
    type Timer = Nothing;
    type Request = Nothing;
    type Output = Nothing;
    type File = Nothing;
    type Content = Nothing;
    type View = u64;
    type Note = Nothing;

    fn boot((): &(), _: &Files<Self>) -> Passer {
        Passer(0)
    }

    fn handle(&mut self, _: Time, input: Input<Self>, out: &mut impl Outbox<Self>) {
        match input {
            Input::Message { from, mut body } => {
                self.0 += 1;
                body.0[0] += 1;
                out.send(NodeId((from.0 + 1 + (body.0[0] % 4) as u16) % NODES), body);
            }
            Input::Start => {
                for n in 0..IN_FLIGHT / u64::from(NODES) {
                    out.send(NodeId((n % u64::from(NODES)) as u16), Body([n; 8]));
                }
            }
            _ => {}
        }
    }

    fn view(&self) -> u64 {
        self.0
    }
}

pub(crate) fn rows() -> Vec<Row> {
    let heap = median(SAMPLES, bare_heap) * 1e9;
    let storm = median(SAMPLES, storm) * 1e9;
    vec![
        Row::new("a message through the bare simulator", storm, "ns")
            .aim("150")
            .peers(format!("madsim 920, turmoil 530, a bare heap in this run {heap:.0}")),
    ]
}

/// CPU seconds for each message.
fn storm() -> f64 {
    let quality = Quality {
        latency: LATENCY,
        loss: Ratio::NEVER,
        duplication: Ratio::NEVER,
        reordering: Ratio::NEVER,
        long_delay: (Span::ZERO, Span::ZERO),
        replies: None,
    };
    let settings = Settings { seed: 1, quality, disk_latency: (Span::ZERO, Span::ZERO) };
    let mut world = World::<Passer>::new(vec![(); usize::from(NODES)], settings);
    let (seconds, ()) = cpu_seconds(|| {
        while world.steps() < MESSAGES {
            world.step_until(Time(u64::MAX));
        }
    });
    assert_eq!(world.flights().count() as u64, IN_FLIGHT);
    seconds / MESSAGES as f64
}

/// CPU seconds for each message that goes through a heap and nothing else.
fn bare_heap() -> f64 {
    let mut heap = BinaryHeap::new();
    let delay = |n: u64| Chance::new(1).key(n).within(LATENCY).0;
    for n in 0..IN_FLIGHT {
        heap.push(Reverse((delay(n), n, [n; 8])));
    }
    let (seconds, _) = cpu_seconds(|| {
        for n in IN_FLIGHT..IN_FLIGHT + MESSAGES {
            if let Some(Reverse((at, _, body))) = heap.pop() {
                heap.push(Reverse((at + delay(n), n, body)));
            }
        }
        std::hint::black_box(&heap).len()
    });
    seconds / MESSAGES as f64
}
