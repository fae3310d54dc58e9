//! Many seeds: a cluster in a network that loses, repeats and reorders, whose servers crash, under the safety
//! properties of Figure 3, judged here in the plainest way there is. The simulator and its checkers do this properly.
//! In half of them servers take snapshots, and everything past the paper's figures is tried in some.

use super::cluster::{Cluster, cluster};
use super::*;
use crate::chance::Chance;
use alloc::collections::BTreeMap;
use alloc::format;

/// What an onlooker remembers.
#[derive(Default)]
struct Onlooker {
    leaders: BTreeMap<Term, NodeId>,
    applied: BTreeMap<Index, Entry<u64>>,
    /// The highest index that anybody knew was committed.
    committed: Index,
    without_snapshots: bool,
    /// What that was when each read was asked for.
    asked: BTreeMap<u64, Index>,
    /// How many reads passed.
    read: u32,
}

impl Onlooker {
    fn look(&mut self, servers: &Cluster) {
        for server in &servers.servers {
            let view = server.raft.view();
            if server.leads() {
                let leader = *self.leaders.entry(view.current_term).or_insert(server.raft.config.id);
                assert_eq!(leader, server.raft.config.id, "two leaders in term {}", view.current_term);
            }
            self.committed = self.committed.max(view.commit_index);
            for output in server.handed_out() {
                match output {
                    Output::Read { read, index } => {
                        assert!(index >= self.asked[&read], "a stale read");
                        self.read += 1;
                    }
                    Output::Snapshot { index, data, .. } => {
                        assert_eq!(data.text(), format!("all up to {index}"), "another snapshot");
                    }
                    _ => {}
                }
            }
            for index in view.log.base_index() + 1..=view.last_applied {
                let entry = view.log.entry(index).expect("an applied entry is in the log");
                assert_eq!(
                    self.applied.entry(index).or_insert_with(|| entry.clone()),
                    entry,
                    "applied at {index}"
                );
            }
            assert!(view.last_applied <= view.commit_index && view.commit_index <= view.log.last_index());
            for other in &servers.servers {
                let other = &other.raft.hard.log;
                let both = other.last_index().min(view.log.last_index());
                let terms = (other.term_at(both), view.log.term_at(both));
                if terms.0 == terms.1 && terms.0.is_some() {
                    assert_eq!(other.chain_at(both), view.log.chain_at(both), "logs differ before {both}");
                }
            }
        }
    }
}

/// One thing happens to the cluster, drawn from `now`.
fn weather(servers: &mut Cluster, onlooker: &mut Onlooker, now: Chance, n: u64) {
    let passed = u64::from(now.key(5).below(20));
    servers.servers.iter_mut().for_each(|server| _ = server.waits(passed));
    let someone = NodeId(now.key(1).below(servers.servers.len() as u32) as u16);
    match now.below(100) {
        0 => servers.times_out(someone),
        1..=7 => servers.heartbeat(someone),
        8..=17 => servers.propose(someone, n),
        18 => {
            onlooker.asked.insert(n, onlooker.committed);
            servers.tell(someone, Input::Call { request: Request::Read { read: n }, key: 0 });
        }
        19 => match now.key(6).below(8) {
            0 => {
                let to = NodeId(now.key(7).below(servers.servers.len() as u32) as u16);
                servers.tell(someone, Input::Call { request: Request::Transfer { to }, key: 0 });
            }
            1 => servers.tell(someone, Input::Timer(Timer::Transfer)),
            2 => servers.tell(someone, Input::Timer(Timer::Quorum)),
            _ if onlooker.without_snapshots => {}
            _ => {
                let index = servers.at(someone).host;
                let data = format!("all up to {index}").as_str().into();
                servers.tell(someone, Input::Call { request: Request::Snapshot { index, data }, key: 0 });
            }
        },
        20 => drop(servers.at(someone).crashes_and_restarts()),
        21 => servers.cut = if now.key(2).below(2) == 0 { Vec::new() } else { [someone].into() },
        _ if servers.flights.is_empty() => {}
        kind => {
            // Mostly the oldest, else any: late ones overtake each other.
            let any = now.key(3).below(servers.flights.len() as u32) as usize;
            let which = if kind < 60 { 0 } else { any };
            let Some(flight) = servers.flights.remove(which) else { return };
            match now.key(4).below(10) {
                0 => {}
                1 => {
                    servers.flights.push_back(flight.clone());
                    servers.deliver(flight);
                }
                _ => servers.deliver(flight),
            }
        }
    }
}

#[test]
fn in_any_weather_there_is_one_leader_a_term_and_nobody_applies_anything_else() {
    let (mut applied, mut leaders, mut reads, mut installed) = (0, 0, 0, 0);
    for seed in 0..150 {
        let of = if seed % 3 == 0 { 5 } else { 3 };
        let mut servers = cluster(&[[].as_slice(); 5][..of]);
        let mut onlooker = Onlooker { without_snapshots: seed % 2 == 0, ..Onlooker::default() };
        let drawn = Chance::new(seed).key(u64::MAX);
        for server in &mut servers.servers {
            server.told(|config| {
                config.pre_vote = drawn.key(1).below(4) == 0;
                config.check_quorum = drawn.key(2).below(4) == 0;
                config.lease_drift = (drawn.key(3).below(4) == 0).then_some(0);
                config.snapshot_chunk = (drawn.key(4).below(2) == 0).then_some(5);
            });
        }
        for n in 0..1_000 {
            weather(&mut servers, &mut onlooker, Chance::new(seed).key(n), n);
            onlooker.look(&servers);
            let snapshots = |server: &Server| {
                server.handed_out().iter().filter(|output| matches!(output, Output::Snapshot { .. })).count()
            };
            installed += servers.servers.iter().map(snapshots).sum::<usize>();
            servers.servers.iter_mut().for_each(|server| server.did.clear());
        }
        reads += onlooker.read;
        applied += onlooker.applied.len();
        leaders += onlooker.leaders.len();
        // When the weather clears, a leader is found and everybody ends up with its log.
        servers.cut.clear();
        for id in (0..of as u16).map(NodeId) {
            servers.heartbeat(id);
        }
        servers.settle();
        let standing = (0..of as u16).map(NodeId).cycle().take(40).find(|&id| {
            servers.servers.iter_mut().for_each(|server| _ = server.waits(1_000));
            servers.times_out(id);
            servers.settle();
            servers.at(id).leads()
        });
        let leader = standing.expect("somebody wins");
        servers.propose(leader, 9_999);
        for _ in 0..3 {
            servers.heartbeat(leader);
            servers.settle();
        }
        onlooker.look(&servers);
        let view = servers.at(leader).raft.view();
        for server in &servers.servers {
            assert_eq!(server.raft.hard.log.chain(), view.log.chain());
            assert_eq!(server.committed(), view.log.last_index());
        }
    }
    assert!(
        applied > 150 * 10 && leaders > 150 * 2 && reads > 150 && installed > 5,
        "{applied} applied, {leaders} leaders, {reads} reads, {installed} installed: too calm to prove much"
    );
}
