//! Rules of the service, each with what a node does when it is off.

use super::bench::*;
use crate::kv::clerk::{Request, Timer};
use crate::kv::message::Outcome;
use crate::kv::server::{Config, Reads};
use crate::kv::{Message, Op, Reply, Rule, Rules};
use crate::node::{Effect, Input, Node, NodeId};
use crate::raft::Log;
use crate::time::Span;
use alloc::vec::Vec;

const DONE: Outcome = Outcome::Done(Reply::Done);

fn cas(expected: &str, value: &str) -> Op {
    Op::Cas { key: "x".into(), expected: Some(expected.into()), value: value.into() }
}

/// Whom a clerk asked, and under which number.
fn asked(effects: &[Effect<crate::kv::Clerk>]) -> Vec<(NodeId, u64)> {
    let request = |(to, message)| match message {
        Message::Request { number, .. } => Some((to, number)),
        _ => None,
    };
    said(effects).into_iter().filter_map(request).collect()
}

#[test]
fn kv5_a_read_that_is_answered_before_it_is_applied_tells_what_was_there() {
    let mut leader = Bench::leader(without(Rule::AnswerAfterApply));
    leader.is_asked(C1, 1, put("x", "1"));
    leader.replicates();
    assert_eq!(leader.is_asked(C2, 1, get("x")), [done(C2, 1, value("1"))]);
    assert_eq!(leader.is_asked(C2, 2, cas("7", "8")), [done(C2, 2, Reply::Done)], "for better or worse");
}

#[test]
fn kv3_a_replica_for_which_nobody_waits_notes_the_session_all_the_same() {
    let table = |rules| {
        let mut follower = Bench::server(rules);
        let once = [(1, command(C1, 1, append("x", "1")))];
        follower.follows(1, log(&once), 1);
        follower.node.view().sessions.len()
    };
    assert_eq!((table(Rules::ALL), table(without(Rule::SessionsOnEveryReplica))), (1, 0));
    let mut leader = Bench::leader(without(Rule::SessionsOnEveryReplica));
    leader.is_asked(C1, 1, append("x", "1"));
    leader.replicates();
    assert_eq!(leader.node.view().sessions.len(), 1, "here somebody waits");
}

#[test]
fn kv4_a_retry_is_told_what_came_of_its_first_execution_and_not_what_would_come_of_another() {
    let told = |rules| {
        let mut leader = Bench::leader(rules);
        leader.is_asked(C1, 1, put("x", "1"));
        leader.replicates();
        leader.is_asked(C2, 1, cas("1", "2"));
        leader.replicates();
        (leader.is_asked(C2, 1, cas("1", "2")), leader.holds("x"))
    };
    assert_eq!(told(Rules::ALL), ([done(C2, 1, Reply::Done)].into(), Some("2".into())));
    let without = told(without(Rule::AnswerInSession));
    assert_eq!(without, ([done(C2, 1, Reply::NotEqual)].into(), Some("2".into())));
}

#[test]
fn kv2_a_retry_under_another_number_is_another_request() {
    let mut clerk = Bench::clerk(without(Rule::RetryKeepsNumber));
    assert_eq!(asked(&clerk.puts("x", "1")), [(S1, 1)]);
    assert_eq!(asked(&clerk.hears_nothing()), [(S2, 2)]);
    clerk.is_answered(S1, 1, DONE);
    assert!(clerk.node.view().pending.is_some(), "it waits for the answer to number 2");
    clerk.is_answered(S2, 2, DONE);
    let history = clerk.node.view().history;
    assert_eq!(history.recent().map(|one| one.number).collect::<Vec<_>>(), [1]);
    assert_eq!(asked(&clerk.puts("x", "2")), [(S2, 3)]);
}

#[test]
fn kv2_a_clerk_that_comes_back_in_its_old_session_begins_its_numbers_again() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.crashes_and_restarts();
    clerk.config.rules = without(Rule::NewSessionAfterCrash);
    for _ in 0..2 {
        clerk.crashes_and_restarts();
        assert_eq!((clerk.node.view().session.incarnation, clerk.node.view().next_number), (2, 1));
    }
    clerk.config.rules = Rules::ALL;
    clerk.crashes_and_restarts();
    assert_eq!(clerk.node.view().session.incarnation, 3, "no life is forgotten");
}

#[test]
fn kv5_who_is_not_sent_elsewhere_hears_nothing() {
    let lost = |rules, term, entries: Log<_>| {
        let mut leader = Bench::leader(rules);
        leader.is_asked(C1, 1, append("x", "1"));
        let commit = entries.last_index();
        let told = said(&leader.follows(term, entries, commit));
        assert!(leader.node.view().waiting.is_empty());
        told
    };
    let other = || log(&[(2, command(C2, 1, get("x")))]);
    for rules in [Rules::ALL, without(Rule::ReleaseWaiters)] {
        let released = rules.has(Rule::ReleaseWaiters);
        assert_eq!(lost(rules, 2, Log::new()).len() == 1, released, "its leadership is lost");
        assert_eq!(lost(rules, 2, other()).len() == 1, released, "its place went to another");
    }
}

#[test]
fn kv9_who_waits_for_what_a_snapshot_covers_is_sent_elsewhere() {
    let taken = Bench::leader_with_snapshot().node.view().raft.snapshot.expect("it has taken one");
    let told = |rules| {
        let mut leader = Bench::leader(rules);
        leader.is_asked(C2, 1, append("x", "1"));
        said(&leader.installs(2, &taken))
    };
    assert_eq!(told(Rules::ALL).len(), 1);
    assert_eq!(told(without(Rule::ReleaseWaiters)), []);
}

#[test]
fn kv7_a_clerk_that_forgets_who_led_begins_with_the_first_server() {
    for (rules, first) in [(Rules::ALL, S2), (without(Rule::AskLastLeader), S1)] {
        let mut clerk = Bench::clerk(rules);
        clerk.puts("x", "1");
        clerk.hears_nothing();
        clerk.is_answered(S2, 1, DONE);
        assert_eq!(asked(&clerk.puts("x", "2")), [(first, 2)]);
    }
}

#[test]
fn kv7_without_a_pause_a_clerk_asks_as_fast_as_it_is_refused() {
    for (rules, pause) in [(Rules::ALL, Span::millis(100)), (without(Rule::PauseBetweenRounds), Span(1))] {
        let mut clerk = Bench::clerk(rules);
        clerk.puts("x", "1");
        let refuses = Outcome::NotLeader { leader: None };
        clerk.is_answered(S1, 1, refuses.clone());
        clerk.is_answered(S2, 1, refuses.clone());
        let pauses = Effect::SetTimer { which: Timer::Retry, within: (pause, pause) };
        assert_eq!(clerk.is_answered(S3, 1, refuses), [pauses]);
        assert_eq!(asked(&clerk.hears_nothing()), [(S1, 1)]);
    }
}

#[test]
fn kv8_a_server_that_takes_no_snapshots_keeps_its_whole_log() {
    let mut leader = Bench::server(without(Rule::SnapshotNearLimit));
    leader.happens(Input::Configure(Config { max_raft_state: Some(300), ..leader.config.clone() }));
    leader.is_elected();
    for number in 1..=100 {
        leader.is_asked(C1, number, put("x", "some value"));
        leader.replicates();
    }
    assert!(leader.node.view().raft.snapshot.is_none() && leader.node.view().raft.log.bytes() > 3_000);
}

#[test]
fn kv1_a_local_read_is_made_only_while_the_rule_against_it_is_off() {
    let told = |rules| {
        let mut follower = Bench::server(rules);
        follower.happens(Input::Configure(Config { reads: Reads::Local, ..follower.config.clone() }));
        follower.is_asked(C1, 1, get("x"))
    };
    assert_eq!(told(Rules::ALL), [not_leader(C1, 1, None)]);
    assert_eq!(told(without(Rule::ReadsThroughTheLog)), [done(C1, 1, Reply::Value(None))]);
}

#[test]
fn a_load_goes_on_whichever_rule_is_off() {
    for &rule in <Rule as crate::rules::Rule>::ALL {
        let mut clerk = Bench::clerk(without(rule));
        let mix = crate::kv::Mix { keys: 2, writes: 500, ..Default::default() };
        clerk.is_told(Request::Load { every: Span(1), mix });
        for number in 1..=3 {
            clerk.is_answered(S1, number, DONE);
            clerk.happens(Input::Timer(Timer::Load));
        }
        assert_eq!(clerk.node.view().history.count(), 3, "{rule:?}");
    }
}
