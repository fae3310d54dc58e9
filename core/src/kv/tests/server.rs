//! The server's rules, each with what happens without it.

use super::bench::*;
use crate::kv::{Message, Note, Reply, Rule, Rules};
use crate::node::{Effect, Input, Node};
use crate::raft::Log;

#[test]
fn kv1_a_get_goes_through_the_log_and_is_answered_when_it_is_applied() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, put("x", "1"));
    leader.replicates();
    assert_eq!(leader.is_asked(C1, 2, get("x")), []);
    assert_eq!(leader.last_index(), 2);
    assert_eq!(said(&leader.replicates()), [done(C1, 2, value("1"))]);
}

#[test]
fn kv1_without_reads_through_the_log_a_deposed_leader_answers_from_the_past() {
    let told = |rules| {
        let mut old_leader = Bench::leader(rules);
        old_leader.is_asked(C1, 1, put("x", "old"));
        old_leader.replicates();
        // Meanwhile S2 leads term 2 and has committed x = new, but nothing of that reaches S1.
        old_leader.is_asked(C2, 1, get("x"))
    };
    assert_eq!(told(Rules::ALL), []);
    assert_eq!(told(without(Rule::ReadsThroughTheLog)), [done(C2, 1, value("old"))]);
}

#[test]
fn kv1_only_applied_commands_change_the_store() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, put("x", "1"));
    assert_eq!((leader.holds("x"), leader.node.view().last_applied), (None, 0));
    leader.replicates();
    assert_eq!((leader.holds("x"), leader.node.view().last_applied), (Some("1".into()), 1));
}

#[test]
fn kv1_a_restarted_server_rebuilds_its_store_from_the_log() {
    let mut server = Bench::server(Rules::ALL);
    let entries = log(&[(1, command(C1, 1, put("x", "1"))), (1, command(C1, 2, append("x", "2")))]);
    server.follows(1, entries.clone(), 2);
    let before = server.node.view();
    server.crashes_and_restarts();
    assert!(server.node.view().store.is_empty() && server.node.view().sessions.is_empty());
    server.follows(1, entries, 2);
    assert_eq!((server.node.view().store, server.node.view().sessions), (before.store, before.sessions));
}

#[test]
fn kv3_every_replica_executes_a_command_once_however_often_it_is_in_the_log() {
    let twice = log(&[
        (1, command(C1, 1, append("x", "1"))),
        (1, command(C2, 1, append("x", "2"))),
        (2, command(C1, 1, append("x", "1"))),
    ]);
    let follower = |rules| {
        let mut follower = Bench::server(rules);
        let effects = follower.follows(2, twice.clone(), 3);
        (follower.holds("x"), notes(&effects).contains(&Note::SkippedDuplicate))
    };
    assert_eq!(follower(Rules::ALL), (Some("12".into()), true));
    assert_eq!(follower(without(Rule::DuplicateDetection)), (Some("121".into()), false));
}

#[test]
fn kv3_a_skipped_duplicate_is_still_answered_with_what_it_first_gave() {
    let mut leader = Bench::server(Rules::ALL);
    leader.follows(1, log(&[(1, command(C1, 1, get("x"))), (1, command(C2, 1, put("x", "2")))]), 0);
    leader.is_elected();
    // C1 asks again before the first copy of its get is applied, so a second goes into the log.
    assert_eq!(leader.is_asked(C1, 1, get("x")), []);
    assert_eq!(leader.last_index(), 3);
    let effects = leader.replicates();
    assert_eq!(said(&effects), [done(C1, 1, Reply::Value(None))]);
    assert!(notes(&effects).contains(&Note::SkippedDuplicate));
}

#[test]
fn kv3_a_command_older_than_the_last_is_skipped_too() {
    let commands = log(&[
        (1, command(C1, 1, append("x", "1"))),
        (1, command(C1, 2, append("x", "2"))),
        (2, command(C1, 1, append("x", "1"))),
    ]);
    let mut follower = Bench::server(Rules::ALL);
    follower.follows(2, commands, 3);
    assert_eq!(follower.holds("x"), Some("12".into()));
    assert_eq!(follower.node.view().sessions.get(&session(C1)).map(|last| last.number), Some(2));
}

#[test]
fn kv3_a_repeated_request_is_answered_from_the_table_and_not_put_in_the_log_again() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, append("x", "1"));
    leader.replicates();
    assert_eq!(leader.is_asked(C1, 1, append("x", "1")), [done(C1, 1, Reply::Done)]);
    assert_eq!((leader.last_index(), leader.holds("x")), (1, Some("1".into())));
}

#[test]
fn kv3_a_follower_that_has_applied_a_command_may_answer_its_retry() {
    let mut follower = Bench::server(Rules::ALL);
    follower.follows(1, log(&[(1, command(C1, 1, get("x")))]), 1);
    assert_eq!(follower.is_asked(C1, 1, get("x")), [done(C1, 1, Reply::Value(None))]);
}

#[test]
fn kv4_the_table_holds_one_answer_for_each_session() {
    let mut leader = Bench::leader(Rules::ALL);
    for number in 1..=20 {
        for client in [C1, C2] {
            leader.is_asked(client, number, append("x", "."));
        }
        leader.replicates();
    }
    assert_eq!((leader.node.view().sessions.len(), leader.node.view().last_applied), (2, 40));
}

#[test]
fn kv4_a_request_that_its_client_has_outlived_is_not_answered() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 2, put("x", "2"));
    leader.replicates();
    assert_eq!(leader.is_asked(C1, 1, put("x", "1")), []);
    assert_eq!(leader.last_index(), 1);
}

#[test]
fn kv4_a_client_that_asks_for_more_no_longer_waits_for_less() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, put("x", "1"));
    leader.is_asked(C1, 2, put("x", "2"));
    let numbers = |leader: &Bench<_>| {
        let view: crate::kv::ServerView = Node::view(&leader.node as &crate::kv::Server);
        view.waiting.iter().map(|waiter| waiter.number).collect::<alloc::vec::Vec<_>>()
    };
    assert_eq!(numbers(&leader), [2]);
    assert_eq!(said(&leader.replicates()), [done(C1, 2, Reply::Done)]);
}

#[test]
fn kv5_a_client_whose_place_in_the_log_went_to_another_is_sent_elsewhere() {
    // 1. S1 leads term 1 and puts C1's append at index 1, alone.
    // 2. S2 leads term 2 and has committed C2's get at index 1.
    // 3. S1 learns of both in one message: C1 must not take C2's answer for its own.
    let told = |rules| {
        let mut leader = Bench::leader(rules);
        leader.is_asked(C1, 1, append("x", "1"));
        said(&leader.follows(2, log(&[(2, command(C2, 1, get("x")))]), 1))
    };
    assert_eq!(told(Rules::ALL), [not_leader(C1, 1, None)]);
    assert_eq!(told(without(Rule::AnswerOnlyOwnOperation)), [done(C1, 1, Reply::Value(None))]);
}

#[test]
fn kv5_the_same_command_at_the_same_index_in_a_later_term_is_not_the_one_waited_for() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, append("x", "1"));
    let effects = leader.follows(2, log(&[(2, command(C1, 1, append("x", "1")))]), 1);
    assert!(notes(&effects).contains(&Note::TurnedAwayAtIndex));
    assert_eq!(said(&effects), [not_leader(C1, 1, None)]);
}

#[test]
fn kv5_a_leader_that_is_deposed_sends_all_who_wait_elsewhere_and_says_where() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, put("x", "1"));
    leader.is_asked(C2, 1, get("x"));
    let effects = leader.follows(2, Log::new(), 0);
    assert_eq!(said(&effects), [not_leader(C1, 1, Some(S2)), not_leader(C2, 1, Some(S2))]);
    assert!(leader.node.view().waiting.is_empty());
}

#[test]
fn kv6_a_leader_that_was_cut_off_answers_nothing_before_commit_and_lets_go_after_healing() {
    let told = |rules| {
        let mut leader = Bench::leader(rules);
        let mut told = leader.is_asked(C1, 1, put("x", "1"));
        for _ in 0..20 {
            told.extend(said(&leader.happens(Input::Timer(crate::raft::Timer::Heartbeat))));
        }
        let waiting = leader.node.view().waiting.len();
        (told, waiting, said(&leader.follows(2, Log::new(), 0)))
    };
    assert_eq!(told(Rules::ALL), (alloc::vec![], 1, alloc::vec![not_leader(C1, 1, Some(S2))]));
    let (early, ..) = told(without(Rule::AnswerAfterApply));
    assert_eq!(early, [done(C1, 1, Reply::Done)], "an answer that a new leader's log takes back");
}

#[test]
fn kv6_a_client_that_repeats_itself_while_it_waits_is_in_the_log_once() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, append("x", "1"));
    assert_eq!(leader.is_asked(C1, 1, append("x", "1")), []);
    assert_eq!(leader.last_index(), 1);
    assert_eq!(said(&leader.replicates()), [done(C1, 1, Reply::Done)]);
}

#[test]
fn kv6_a_leader_elected_anew_owes_nothing_to_those_who_waited_before() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, append("x", "1"));
    leader.follows(2, Log::new(), 0);
    leader.is_elected();
    assert!(leader.node.view().waiting.is_empty());
    // C1 asks again; the first copy is still in the log, and both are committed together.
    leader.is_asked(C1, 1, append("x", "1"));
    assert_eq!(leader.last_index(), 2);
    assert_eq!(said(&leader.replicates()), [done(C1, 1, Reply::Done)]);
    assert_eq!(leader.holds("x"), Some("1".into()));
}

#[test]
fn a_server_that_does_not_lead_says_so_at_once_and_names_the_leader() {
    let mut follower = Bench::server(Rules::ALL);
    assert_eq!(follower.is_asked(C1, 1, get("x")), [not_leader(C1, 1, None)]);
    follower.follows(1, Log::new(), 0);
    assert_eq!(follower.is_asked(C1, 1, get("x")), [not_leader(C1, 1, Some(S2))]);
}

#[test]
fn a_leader_that_crashed_remembers_nobody_who_waited() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, put("x", "1"));
    leader.crashes_and_restarts();
    assert!(!leader.leads() && leader.node.view().waiting.is_empty());
    assert_eq!(leader.last_index(), 1, "the command itself is durable");
}

#[test]
fn a_read_leaves_the_command_of_a_session_in_the_table() {
    let mut leader = Bench::leader(Rules::ALL);
    leader.is_asked(C1, 1, put("x", "1"));
    leader.is_asked(C2, 1, get("x"));
    leader.replicates();
    let view = leader.node.view();
    assert_eq!(view.sessions.get(&session(C2)).map(|last| last.reply.clone()), Some(value("1")));
}

#[test]
fn rules_may_change_while_a_server_runs() {
    let mut leader = Bench::leader(Rules::ALL);
    let config =
        crate::kv::server::Config { rules: without(Rule::ReadsThroughTheLog), ..leader.config.clone() };
    leader.happens(Input::Configure(config));
    assert!(leader.leads());
    assert_eq!(leader.is_asked(C1, 1, get("x")), [done(C1, 1, Reply::Value(None))]);
}

#[test]
fn a_server_takes_no_answers() {
    let mut server = Bench::server(Rules::ALL);
    let (_, answer) = done(C1, 1, Reply::Done);
    let before = server.node.clone();
    assert_eq!(server.receives(C1, answer), [Effect::Note(Note::NotForServer)]);
    assert_eq!(server.node, before);
}

#[test]
fn kinds_of_messages_are_told_apart_and_only_answers_are_replies() {
    use crate::node::Message as _;
    let request = Message::Request { session: session(C1), number: 1, op: get("x") };
    let (_, reply) = done(C1, 1, Reply::Done);
    let vote = crate::raft::Message::VoteReply { term: crate::raft::Term(1), granted: true };
    let kinds = [request.kind(), reply.kind(), Message::Raft(vote.clone()).kind()];
    assert!(kinds[0] != kinds[1] && kinds[1] != kinds[2] && kinds[0] != kinds[2]);
    assert_eq!([request.is_reply(), reply.is_reply(), Message::Raft(vote).is_reply()], [false, true, true]);
}
