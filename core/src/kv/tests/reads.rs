//! Reads that spare the log: when they are answered, and that the first of a term does not.

use super::bench::*;
use crate::kv::server::{Config, Reads};
use crate::kv::{Message, Note, Rules};
use crate::node::{Effect, Input, Node};
use crate::raft;
use crate::time::Span;
use alloc::vec::Vec;

fn leader(reads: Reads) -> Bench<crate::kv::Server> {
    let mut server = Bench::server(Rules::ALL);
    let mut config = Config { reads, ..server.config.clone() };
    config.raft.lease_drift = (reads == Reads::Lease).then_some(0);
    server.happens(Input::Configure(config));
    server.now += Span::secs(1);
    server.is_elected();
    server.is_asked(C1, 1, put("x", "1"));
    server.replicates();
    assert_eq!(server.holds("x"), Some("1".into()));
    server
}

/// S2 answers the last that it was sent; that confirms the leadership of S1 at that moment.
fn confirms(server: &mut Bench<crate::kv::Server>) -> Vec<(crate::node::NodeId, Message)> {
    let round = server.done.iter().rev().find_map(|effect| match effect {
        Effect::Send { body: Message::Raft(raft::Message::AppendEntries { round, .. }), .. } => Some(*round),
        _ => None,
    });
    let (raft, round) = (server.node.view().raft, round.expect("something was sent"));
    let outcome = raft::Appended::Match(raft.log.last_index());
    let reply = raft::Message::AppendReply { term: raft.current_term, prev_log_index: 0, outcome, round };
    said(&server.receives(S2, Message::Raft(reply)))
}

#[test]
fn with_read_index_a_read_waits_for_a_majority_and_leaves_the_log_alone() {
    let mut server = leader(Reads::ReadIndex);
    assert_eq!(server.is_asked(C2, 1, get("x")), []);
    assert_eq!(server.last_index(), 1);
    assert_eq!(confirms(&mut server), [done(C2, 1, value("1"))]);
}

#[test]
fn a_read_that_is_repeated_while_it_waits_is_answered_once() {
    let mut server = leader(Reads::ReadIndex);
    server.is_asked(C2, 1, get("x"));
    let request = Message::Request { session: session(C2), number: 1, op: get("x") };
    assert_eq!(notes(&server.receives(C2, request)), [Note::AlreadyWaiting]);
    assert_eq!(confirms(&mut server), [done(C2, 1, value("1"))]);
}

#[test]
fn the_first_read_of_a_term_goes_through_the_log_and_so_opens_the_door_for_the_others() {
    let mut server = leader(Reads::ReadIndex);
    server.follows(2, log(&[(1, command(C1, 1, put("x", "1")))]), 1);
    server.is_elected();
    assert_eq!(server.is_asked(C2, 1, get("x")), []);
    assert_eq!(server.last_index(), 2, "the log has it");
    assert_eq!(said(&server.replicates()), [done(C2, 1, value("1"))]);
    server.is_asked(C2, 2, get("x"));
    assert_eq!((server.last_index(), confirms(&mut server)), (2, [done(C2, 2, value("1"))].into()));
}

#[test]
fn a_leader_that_is_deposed_sends_its_readers_elsewhere() {
    let mut server = leader(Reads::ReadIndex);
    server.is_asked(C2, 1, get("x"));
    assert_eq!(said(&server.follows(9, raft::Log::new(), 0)), [not_leader(C2, 1, None)]);
    assert_eq!(server.is_asked(C2, 1, get("x")), [not_leader(C2, 1, Some(S2))]);
}

#[test]
fn under_a_lease_a_read_is_answered_at_once_and_after_it_as_with_read_index() {
    let mut server = leader(Reads::Lease);
    confirms(&mut server);
    assert_eq!(server.is_asked(C2, 1, get("x")), [done(C2, 1, value("1"))]);
    server.now += Span::secs(1);
    assert_eq!(server.is_asked(C2, 2, get("x")), []);
    assert_eq!(confirms(&mut server), [done(C2, 2, value("1"))]);
}
