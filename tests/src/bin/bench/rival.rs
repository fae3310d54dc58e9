//! The crate `raft` (TiKV's), in the loop of `commits`: one command after the other, each message delivered at once and in
//! order. Its storage is its own `MemStorage`, and each `Ready` is dealt with as its example does.

use crate::commits::COMMANDS;
use crate::measure::cpu_seconds;
use raft::eraftpb::{ConfState, Entry, Message};
use raft::storage::MemStorage;
use raft::{Config, RawNode};
use slog::{Discard, Logger, o};
use std::collections::VecDeque;

struct Cluster {
    servers: Vec<RawNode<MemStorage>>,
    applied: Vec<u64>,
    flights: VecDeque<Message>,
}

impl Cluster {
    fn new(servers: u16) -> Cluster {
        let ids: Vec<u64> = (1..=u64::from(servers)).collect();
        let logger = Logger::root(Discard, o!());
        let boot = |&id| {
            let storage = MemStorage::new_with_conf_state(ConfState::from((ids.clone(), vec![])));
            let config = Config {
                id,
                election_tick: 10,
                heartbeat_tick: 3,
                max_size_per_msg: 1 << 30,
                max_inflight_msgs: 256,
                ..Config::default()
            };
            RawNode::new(&config, storage, &logger).expect("this is a server")
        };
        let mut cluster = Cluster {
            servers: ids.iter().map(boot).collect(),
            applied: vec![0; ids.len()],
            flights: VecDeque::new(),
        };
        cluster.servers[0].campaign().expect("it may stand for election");
        cluster.settle(0);
        cluster
    }

    fn commit(&mut self, command: u64) {
        self.servers[0].propose(Vec::new(), command.to_le_bytes().to_vec()).expect("it leads");
        self.settle(0);
    }

    fn settle(&mut self, place: usize) {
        self.ready(place);
        while let Some(message) = self.flights.pop_front() {
            let to = message.to as usize - 1;
            self.servers[to].step(message).expect("it is a peer's");
            self.ready(to);
        }
    }

    fn ready(&mut self, place: usize) {
        let server = &mut self.servers[place];
        if !server.has_ready() {
            return;
        }
        let applied = &mut self.applied[place];
        // The empty entry of a new term is no command.
        let mut apply = |entries: Vec<Entry>| {
            *applied += entries.iter().filter(|entry| !entry.data.is_empty()).count() as u64;
        };
        let mut ready = server.ready();
        self.flights.extend(ready.take_messages());
        apply(ready.take_committed_entries());
        let mut store = server.store().wl();
        if !ready.entries().is_empty() {
            store.append(ready.entries()).expect("it goes on from what is there");
        }
        if let Some(state) = ready.hs() {
            store.set_hardstate(state.clone());
        }
        drop(store);
        self.flights.extend(ready.take_persisted_messages());
        let mut light = server.advance(ready);
        if let Some(commit) = light.commit_index() {
            server.store().wl().mut_hard_state().set_commit(commit);
        }
        self.flights.extend(light.take_messages());
        apply(light.take_committed_entries());
        server.advance_apply();
    }
}

/// Commands committed and applied everywhere, by CPU second.
pub(crate) fn commits(servers: u16) -> f64 {
    let mut cluster = Cluster::new(servers);
    let (seconds, ()) = cpu_seconds(|| (1..=COMMANDS).for_each(|command| cluster.commit(command)));
    assert!(cluster.applied.iter().all(|&applied| applied == COMMANDS), "a round leaves nothing behind");
    COMMANDS as f64 / seconds
}
