//! Raft alone: one command after the other, each message delivered at once and in order, nothing batched, no simulator.
//!
//! A round ends when every server has applied the command. A leader of ours tells of what it has committed with whatever it
//! sends next, so it is given a heartbeat at the end of each round; the crate `raft` sends word on its own account.

use crate::measure::{Row, cpu_seconds};
use crate::median;
use splitbrain::node::{Effect, FileOp, Files, Input, Node, NodeId};
use splitbrain::raft::{Config, HardState, Message, Output, Raft, Request, Timer};
use splitbrain::time::Time;
use std::collections::VecDeque;

pub(crate) const COMMANDS: u64 = 100_000;
const SAMPLES: usize = 5;

/// Servers that hear each other at once.
struct Cluster {
    servers: Vec<Raft<u64>>,
    /// What is durable: a write takes no time.
    saved: Vec<HardState<u64>>,
    applied: Vec<u64>,
    flights: VecDeque<(NodeId, NodeId, Message<u64>)>,
    effects: Vec<Effect<Raft<u64>>>,
}

const LEADER: NodeId = NodeId(0);

impl Cluster {
    fn new(servers: u16) -> Cluster {
        let ids: Vec<NodeId> = (0..servers).map(NodeId).collect();
        let boot = |&id| Raft::boot(&Config::new(id, ids.as_slice().into()), &Files::<Raft<u64>>::new());
        let mut cluster = Cluster {
            servers: ids.iter().map(boot).collect(),
            saved: vec![HardState::default(); ids.len()],
            applied: vec![0; ids.len()],
            flights: VecDeque::new(),
            effects: Vec::new(),
        };
        ids.iter().for_each(|&id| cluster.tell(id, Input::Start));
        cluster.tell(LEADER, Input::Timer(Timer::Election));
        cluster.deliver();
        cluster
    }

    fn commit(&mut self, command: u64) {
        self.tell(LEADER, Input::Call { request: Request::Propose(command), key: 0 });
        self.deliver();
        self.tell(LEADER, Input::Timer(Timer::Heartbeat));
        self.deliver();
    }

    fn deliver(&mut self) {
        while let Some((from, to, body)) = self.flights.pop_front() {
            self.tell(to, Input::Message { from, body });
        }
    }

    fn tell(&mut self, id: NodeId, input: Input<Raft<u64>>) {
        self.servers[id.index()].handle(Time::ZERO, input, &mut self.effects);
        for effect in self.effects.drain(..) {
            match effect {
                Effect::Send { to, body } => self.flights.push_back((id, to, body)),
                Effect::Write(batch) => {
                    for op in batch {
                        if let FileOp::Put(_, state) = op {
                            self.saved[id.index()] = state;
                        }
                    }
                }
                Effect::Output(Output::Apply { .. }) => self.applied[id.index()] += 1,
                _ => {}
            }
        }
    }
}

/// Commands committed and applied everywhere, by CPU second.
fn ours(servers: u16) -> f64 {
    median(SAMPLES, || {
        let mut cluster = Cluster::new(servers);
        let (seconds, ()) = cpu_seconds(|| (1..=COMMANDS).for_each(|command| cluster.commit(command)));
        assert!(cluster.applied.iter().all(|&applied| applied == COMMANDS), "a round leaves nothing behind");
        assert!(cluster.saved.iter().all(|saved| saved.log.last_index() == COMMANDS));
        COMMANDS as f64 / seconds
    })
}

#[cfg(feature = "rivals")]
fn theirs(servers: u16) -> Option<f64> {
    Some(median(SAMPLES, || crate::rival::commits(servers)))
}

#[cfg(not(feature = "rivals"))]
fn theirs(_: u16) -> Option<f64> {
    None
}

pub(crate) fn rows() -> Vec<Row> {
    let row = |name, servers| {
        let row = Row::new(name, ours(servers), "/s");
        match theirs(servers) {
            Some(theirs) => row.aim("theirs").peers(format!("the crate raft in this run {theirs:.0}")),
            None => row,
        }
    };
    vec![
        row("entries committed by 3 servers, one by one, no simulator", 3),
        row("entries committed by 5 servers, one by one, no simulator", 5),
    ]
}
