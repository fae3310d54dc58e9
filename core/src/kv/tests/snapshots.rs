//! Snapshots of the service (KV8, KV9), and what goes wrong without its rules about them.

use super::bench::*;
use crate::kv::server::Config;
use crate::kv::state_machine::StateMachine;
use crate::kv::{Note, Rule, Rules, snapshot};
use crate::node::{Input, Node};
use crate::raft;

const LIMIT: u64 = 300;

#[test]
fn kv8_near_its_limit_a_server_writes_down_store_and_sessions_as_of_the_last_command() {
    let leader = Bench::leader_with_snapshot();
    let view = leader.node.view();
    let taken = view.raft.snapshot.as_ref().unwrap();
    assert_eq!((taken.index, view.raft.log.base_index()), (view.last_applied, view.last_applied));
    let machine = StateMachine { store: view.store.clone(), sessions: view.sessions.clone() };
    assert_eq!(snapshot::decode(&taken.data), Some(machine));
    assert!(view.last_applied > 3, "not at every command");
    assert!(taken.data.len() < 500);
}

#[test]
fn kv8_every_server_takes_its_own_and_the_log_stays_short() {
    let mut follower = Bench::server(Rules::ALL);
    follower.happens(Input::Configure(Config { max_raft_state: Some(LIMIT), ..follower.config.clone() }));
    let mut all = raft::Log::new();
    let mut snapshots = 0;
    for number in 1..=100 {
        let base = follower.node.view().raft.log.base_index();
        for link in log(&[(1, command(C1, number, put("x", "some value")))]).range(0, 1) {
            all.push(link.entry.clone());
        }
        follower.follows(1, all.clone(), number);
        let raft = follower.node.view().raft;
        assert!(raft.log.bytes() <= LIMIT);
        snapshots += u64::from(raft.log.base_index() > base);
    }
    assert!((5..=50).contains(&snapshots), "{snapshots} snapshots");
    assert_eq!(follower.node.view().last_applied, 100);
}

#[test]
fn kv8_a_snapshot_is_due_from_seven_eighths_of_the_limit_on_if_it_saves_half_of_it() {
    // Ten entries, of which so many are committed, and what the Raft's state then takes.
    let follower = |limit, committed| {
        let mut follower = Bench::server(Rules::ALL);
        follower.happens(Input::Configure(Config { max_raft_state: limit, ..follower.config.clone() }));
        let entries: alloc::vec::Vec<_> =
            (1..=10).map(|number| (1, command(C1, number, put("x", "some value")))).collect();
        follower.follows(1, log(&entries), committed);
        follower.node.view().raft
    };
    let raft = follower(None, 10);
    // A term, a vote and what is known of the base take 35 bytes beside the log.
    let (all, half) = (35 + raft.log.bytes(), raft.log.bytes_upto(5));
    let is_due = |limit, committed| follower(Some(limit), committed).snapshot.is_some();
    let limit = (1..).find(|limit| limit - limit / 8 == all).expect("there is one");
    assert!(is_due(limit, 10), "exactly seven eighths");
    assert!(!is_due((limit..).find(|limit| limit - limit / 8 > all).expect("there is one"), 10));
    assert!(is_due(2 * half, 5) && is_due(2 * half, 6), "it saves half of the limit and more");
    assert!(!is_due(2 * half + 2, 5) && !is_due(2 * half, 4), "it saves less");
}

#[test]
fn kv8_while_nothing_is_committed_there_is_nothing_to_write_down() {
    let mut leader = Bench::server(Rules::ALL);
    leader.happens(Input::Configure(Config { max_raft_state: Some(LIMIT), ..leader.config.clone() }));
    leader.is_elected();
    for client in 10..40 {
        leader.is_asked(crate::node::NodeId(client), 1, put("x", "1"));
    }
    assert!(leader.node.view().raft.log.bytes() > LIMIT && leader.node.view().raft.snapshot.is_none());
}

#[test]
fn kv9_a_restarted_server_begins_with_its_snapshot() {
    let mut server = Bench::leader_with_snapshot();
    let before = server.node.view();
    server.crashes_and_restarts();
    let after = server.node.view();
    assert_eq!((&after.store, &after.sessions), (&before.store, &before.sessions));
    assert_eq!(after.last_applied, before.last_applied);
    let mut forgetful = Bench::leader_with_snapshot();
    forgetful.config.rules = without(Rule::RestoreBeforeDelivery);
    forgetful.crashes_and_restarts();
    assert!(forgetful.node.view().store.is_empty() && forgetful.node.view().last_applied > 0);
}

#[test]
fn kv9_a_leaders_snapshot_takes_the_place_of_the_state_and_releases_those_whose_command_it_covers() {
    let sent = Bench::leader_with_snapshot().node.view();
    let mut deposed = Bench::leader(Rules::ALL);
    deposed.is_asked(C2, 1, put("y", "never"));
    let effects = deposed.installs(2, sent.raft.snapshot.as_ref().unwrap());
    assert!(notes(&effects).contains(&Note::TurnedAwayBySnapshot));
    assert_eq!(said(&effects), [not_leader(C2, 1, None)]);
    let view = deposed.node.view();
    assert_eq!(
        (view.store, view.sessions, view.last_applied),
        (sent.store, sent.sessions, sent.last_applied)
    );
    assert!(view.waiting.is_empty());
}

#[test]
fn a_retry_is_recognised_after_its_command_has_gone_into_a_snapshot() {
    let appended_again = |rules: Rules| {
        let mut server = Bench::server(rules);
        let limited = Config { max_raft_state: Some(LIMIT), ..server.config.clone() };
        server.config = limited.clone();
        server.happens(Input::Configure(limited));
        server.is_elected();
        server.is_asked(C2, 1, append("y", "once"));
        server.replicates();
        for number in 1..20 {
            server.is_asked(C1, number, put("x", "1"));
            server.replicates();
        }
        assert!(server.node.view().raft.snapshot.is_some());
        server.crashes_and_restarts();
        server.is_elected();
        server.is_asked(C2, 1, append("y", "once"));
        server.replicates();
        server.holds("y") != Some("once".into())
    };
    assert!(!appended_again(Rules::ALL) && appended_again(without(Rule::SessionsInSnapshot)));
}

#[test]
fn bytes_that_are_no_snapshot_change_nothing() {
    let mut server = Bench::leader(Rules::ALL);
    let mut torn = (*Bench::leader_with_snapshot().node.view().raft.snapshot.unwrap()).clone();
    torn.data = torn.data.slice(0, 9);
    assert!(notes(&server.installs(2, &torn)).contains(&Note::SnapshotUnreadable));
    assert!(server.node.view().store.is_empty());
    assert_eq!(server.is_asked(C1, 1, get("x")), [not_leader(C1, 1, Some(S2))]);
}
