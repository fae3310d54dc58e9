//! Many seeds: a cluster in a network that loses, repeats and reorders, whose servers crash, under the safety
//! properties of Figure 3, judged here in the plainest way there is. The simulator and its checkers do this properly.

use super::cluster::{Cluster, cluster};
use super::*;
use crate::chance::Chance;
use alloc::collections::BTreeMap;

/// What an onlooker remembers.
#[derive(Default)]
struct Onlooker {
    leaders: BTreeMap<Term, NodeId>,
    applied: BTreeMap<Index, Entry<u64>>,
}

impl Onlooker {
    fn look(&mut self, servers: &Cluster) {
        for server in &servers.servers {
            let view = server.raft.view();
            if server.leads() {
                let leader = *self.leaders.entry(view.current_term).or_insert(server.raft.config.id);
                assert_eq!(leader, server.raft.config.id, "two leaders in term {}", view.current_term);
            }
            for index in 1..=view.last_applied {
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
                if other.term_at(both) == view.log.term_at(both) {
                    assert_eq!(other.chain_at(both), view.log.chain_at(both), "logs differ before {both}");
                }
            }
        }
    }
}

/// One thing happens to the cluster, drawn from `now`.
fn weather(servers: &mut Cluster, now: Chance, n: u64) {
    let someone = NodeId(now.key(1).below(servers.servers.len() as u32) as u16);
    match now.below(100) {
        0 => servers.times_out(someone),
        1..=7 => servers.heartbeat(someone),
        8..=17 => servers.propose(someone, n),
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
    let (mut applied, mut leaders) = (0, 0);
    for seed in 0..150 {
        let of = if seed % 3 == 0 { 5 } else { 3 };
        let (mut servers, mut onlooker) = (cluster(&[[].as_slice(); 5][..of]), Onlooker::default());
        for n in 0..1_000 {
            weather(&mut servers, Chance::new(seed).key(n), n);
            onlooker.look(&servers);
        }
        applied += onlooker.applied.len();
        leaders += onlooker.leaders.len();
        // When the weather clears, a leader is found and everybody ends up with its log.
        servers.cut.clear();
        for id in (0..of as u16).map(NodeId) {
            servers.heartbeat(id);
        }
        servers.settle();
        let standing = (0..of as u16).map(NodeId).cycle().take(40).find(|&id| {
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
            assert_eq!(server.raft.hard.log, view.log);
            assert_eq!(server.committed(), view.log.last_index());
        }
    }
    assert!(
        applied > 150 * 10 && leaders > 150 * 2,
        "{applied} applied, {leaders} leaders: too calm to prove much"
    );
}
