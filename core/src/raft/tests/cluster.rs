//! A few servers that send each other real messages, over a network that does as the story says.

use super::*;
use alloc::collections::VecDeque;

pub(super) struct Cluster {
    pub(super) servers: Vec<Server>,
    pub(super) flights: VecDeque<(NodeId, NodeId, Message<u64>)>,
    /// Servers that hear nothing and are not heard.
    pub(super) cut: Vec<NodeId>,
    pub(super) delivered: u32,
}

impl Cluster {
    pub(super) fn of(servers: Vec<Server>) -> Cluster {
        Cluster { servers, flights: VecDeque::new(), cut: Vec::new(), delivered: 0 }
    }

    pub(super) fn at(&mut self, id: NodeId) -> &mut Server {
        &mut self.servers[id.index()]
    }

    /// Something happens to one server; what it says is then on its way.
    pub(super) fn tell(&mut self, id: NodeId, input: Input<Raft<u64>>) {
        self.at(id).input(input);
        let sent = self.at(id).sent();
        self.flights.extend(sent.into_iter().map(|(to, body)| (id, to, body)));
    }

    pub(super) fn times_out(&mut self, id: NodeId) {
        self.tell(id, Input::Timer(Timer::Election));
    }

    pub(super) fn heartbeat(&mut self, id: NodeId) {
        self.tell(id, Input::Timer(Timer::Heartbeat));
    }

    pub(super) fn propose(&mut self, id: NodeId, command: u64) {
        self.tell(id, Input::Call { request: Request::Propose(command), key: 0 });
    }

    pub(super) fn deliver(&mut self, (from, to, body): (NodeId, NodeId, Message<u64>)) {
        if !self.cut.contains(&from) && !self.cut.contains(&to) {
            self.delivered += 1;
            self.tell(to, Input::Message { from, body });
        }
    }

    /// Delivers, in order, everything on its way and everything said in answer.
    pub(super) fn settle(&mut self) {
        for _ in 0..100_000 {
            let Some(flight) = self.flights.pop_front() else { return };
            self.deliver(flight);
        }
        panic!("the servers never stop talking");
    }

    pub(super) fn elect(&mut self, id: NodeId) {
        self.times_out(id);
        self.settle();
        assert!(self.at(id).leads(), "{id} did not win");
    }

    pub(super) fn log_terms(&mut self, id: NodeId) -> Vec<u64> {
        self.at(id).log_terms()
    }
}

/// A cluster whose servers have these terms in their logs, and what saved term each needs to have seen.
pub(super) fn cluster(logs: &[&[u64]]) -> Cluster {
    let of = logs.len() as u16;
    let term = logs.iter().flat_map(|log| log.iter()).copied().max().unwrap_or(0);
    Cluster::of((0..).zip(logs).map(|(id, log)| follower(NodeId(id), of, saved(term, log))).collect())
}
