//! Every note has a story in which it is said.

use super::bench::*;
use crate::kv::clerk::{Config, Timer};
use crate::kv::message::Outcome;
use crate::kv::{Note, Reply, Rules};
use crate::node::{Input, Node};
use crate::raft::Log;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// The notes of a story that ends with this one.
fn story_of(note: Note) -> Vec<Note> {
    let mut leader = Bench::leader(Rules::ALL);
    let mut clerk = Bench::clerk(Rules::ALL);
    let request = |number| crate::kv::Message::Request { session: session(C1), number, op: append("x", "1") };
    let done = Outcome::Done(Reply::Done);
    match note {
        Note::Raft(_) => notes(&leader.happens(Input::Timer(crate::raft::Timer::Election))),
        Note::AnsweredBefore => {
            leader.receives(C1, request(1));
            leader.replicates();
            notes(&leader.receives(C1, request(1)))
        }
        Note::AlreadyWaiting => {
            leader.receives(C1, request(1));
            notes(&leader.receives(C1, request(1)))
        }
        Note::RequestOutlived => {
            leader.receives(C1, request(2));
            leader.replicates();
            notes(&leader.receives(C1, request(1)))
        }
        Note::SkippedDuplicate => {
            let twice = [(1, command(C1, 1, get("x"))), (1, command(C1, 1, get("x")))];
            notes(&leader.follows(2, log(&twice), 2))
        }
        Note::TurnedAwayAtIndex => {
            leader.receives(C1, request(1));
            notes(&leader.follows(2, log(&[(2, command(C2, 1, get("x")))]), 1))
        }
        Note::TurnedAwayFromTerm => {
            leader.receives(C1, request(1));
            notes(&leader.follows(2, Log::new(), 0))
        }
        Note::TurnedAwayBySnapshot => {
            leader.receives(C1, request(1));
            let whole = Bench::leader_with_snapshot().node.view().raft.snapshot.unwrap();
            notes(&leader.installs(2, &whole))
        }
        Note::SnapshotUnreadable => {
            let mut torn = (*Bench::leader_with_snapshot().node.view().raft.snapshot.unwrap()).clone();
            torn.data = torn.data.slice(0, 9);
            notes(&leader.installs(2, &torn))
        }
        Note::NotForServer => {
            let (_, answer) = not_leader(C1, 1, None);
            notes(&leader.receives(S2, answer))
        }
        Note::ReplyOfOtherLife => {
            clerk.crashes_and_restarts();
            let (_, answer) = not_leader(C1, 1, None);
            notes(&clerk.receives(S1, answer))
        }
        Note::ReplyOutlived => {
            clerk.puts("x", "1");
            clerk.is_answered(S1, 1, done.clone());
            notes(&clerk.is_answered(S1, 1, done))
        }
        Note::RedirectOutlived => {
            clerk.puts("x", "1");
            clerk.hears_nothing();
            notes(&clerk.is_answered(S1, 1, Outcome::NotLeader { leader: None }))
        }
        Note::ReplyFromStranger => {
            clerk.puts("x", "1");
            notes(&clerk.is_answered(C2, 1, done))
        }
        Note::NotForClerk => notes(&clerk.receives(C2, request(1))),
        Note::NobodyToAsk => {
            clerk.happens(Input::Configure(Config { servers: Rc::from([]), ..clerk_config(C1) }));
            notes(&clerk.puts("x", "1"))
        }
        Note::TimerOutOfPlace => notes(&clerk.happens(Input::Timer(Timer::Load))),
    }
}

#[test]
fn every_note_has_a_story() {
    for &note in Note::ALL {
        assert!(story_of(note).contains(&note), "{note:?} is not said in its story");
    }
}

#[test]
fn what_the_raft_inside_has_to_say_is_passed_on() {
    let mut leader = Bench::leader(Rules::ALL);
    let note = crate::raft::Note::TimerOutOfPlace;
    assert!(notes(&leader.happens(Input::Timer(crate::raft::Timer::Election))).contains(&Note::Raft(note)));
}
