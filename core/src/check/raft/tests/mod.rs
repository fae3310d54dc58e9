//! For each property a run that breaks it, and runs that look alarming but are sound.

mod elections;
mod logs;
mod commitment;
mod promises;
mod turns;
mod disks;
mod snapshots;

use super::*;
use crate::check::Violation;
use crate::raft::log::Entry;
use crate::raft::message::Appended;
use crate::time::Time;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::Cell;

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const S3: NodeId = NodeId(2);

/// A run told to the checker, one step after another.
#[derive(Default)]
struct Run {
    checker: Checker<u64>,
    verdicts: Verdicts,
    up: BTreeMap<NodeId, View<u64>>,
    step: u64,
}

impl Run {
    fn now(&mut self) -> Moment {
        self.step += 1;
        Moment { step: self.step, at: Time(self.step * 1_000) }
    }

    /// The server looks like this from now on; if it was down, it has booted.
    fn sees(&mut self, server: NodeId, after: View<u64>) -> &mut Run {
        let now = self.now();
        let before = self.up.get(&server);
        self.checker.observe(now, server, before, Some(&after), &mut self.verdicts);
        self.up.insert(server, after);
        self
    }

    fn crashes(&mut self, server: NodeId) -> &mut Run {
        let now = self.now();
        let before = self.up.remove(&server);
        self.checker.observe(now, server, before.as_ref(), None, &mut self.verdicts);
        self
    }

    fn says(
        &mut self,
        from: NodeId,
        to: NodeId,
        message: Message<u64>,
        disk: (u64, Option<NodeId>, &Log<u64>),
    ) -> &mut Run {
        let now = self.now();
        let durable = Durable { current_term: Term(disk.0), voted_for: disk.1, log: disk.2 };
        self.checker.departed(now, from, to, &message, durable, &mut self.verdicts);
        self
    }

    fn all_is_well(&self) {
        assert_eq!(self.verdicts.violations(), []);
    }

    /// Exactly this property is broken, by the last step, and the first of these nodes did it.
    #[track_caller]
    fn breaks(&self, property: Property, nodes: &[NodeId]) -> &Violation {
        let [violation] = self.verdicts.violations() else {
            panic!("expected only {property}: {:#?}", self.verdicts.violations());
        };
        assert_eq!((violation.property, &violation.nodes[..]), (property, nodes), "{violation}");
        assert_eq!(violation.moment, Moment { step: self.step, at: Time(self.step * 1_000) }, "{violation}");
        violation
    }
}

/// A log of entries of these terms. Entries of the same index and term have the same command, as they should.
fn log(terms: &[u64]) -> Log<u64> {
    let mut log = Log::new();
    for (place, &term) in terms.iter().enumerate() {
        log.push(Entry { term: Term(term), command: term * 1_000 + place as u64 + 1 });
    }
    log
}

/// A follower that has applied all that it knows is committed.
fn follower(term: u64, log: &Log<u64>, commit: Index) -> View<u64> {
    View {
        current_term: Term(term),
        log: log.clone(),
        commit_index: commit,
        last_applied: commit,
        ..View::default()
    }
}

fn leader(term: u64, log: &Log<u64>, commit: Index) -> View<u64> {
    View { role: Role::Leader { progress: Rc::new(Vec::new()) }, ..follower(term, log, commit) }
}

fn vote_request(term: u64) -> Message<u64> {
    Message::RequestVote { term: Term(term), last_log_index: 0, last_log_term: Term(0), transfer: false }
}

fn vote(term: u64) -> Message<u64> {
    Message::VoteReply { term: Term(term), granted: true }
}

fn append(term: u64, entries: &Log<u64>) -> Message<u64> {
    Message::AppendEntries {
        term: Term(term),
        prev_log_index: 0,
        prev_log_term: Term(0),
        entries: entries.clone(),
        leader_commit: 0,
        round: 0,
    }
}

fn acknowledge(term: u64, index: Index) -> Message<u64> {
    Message::AppendReply { term: Term(term), prev_log_index: 0, outcome: Appended::Match(index), round: 0 }
}

#[test]
fn a_healthy_run_with_two_elections_a_crash_and_a_repair_breaks_nothing() {
    let (empty, one, two) = (log(&[]), log(&[1]), log(&[1, 1]));
    let mut run = Run::default();
    for server in [S1, S2, S3] {
        run.sees(server, follower(0, &empty, 0));
    }
    run.says(S1, S2, vote_request(1), (1, Some(S1), &empty))
        .says(S2, S1, vote(1), (1, Some(S1), &empty))
        .sees(S1, leader(1, &empty, 0))
        .sees(S1, leader(1, &one, 0))
        .says(S1, S2, append(1, &one), (1, Some(S1), &one))
        .sees(S2, follower(1, &one, 0))
        .says(S2, S1, acknowledge(1, 1), (1, Some(S1), &one))
        .sees(S1, leader(1, &one, 1))
        .sees(S2, follower(1, &one, 1))
        .sees(S1, leader(1, &two, 1))
        .crashes(S1);
    let other = log(&[1, 2, 2]);
    run.says(S2, S3, vote_request(2), (2, Some(S2), &one))
        .says(S3, S2, vote(2), (2, Some(S2), &empty))
        .sees(S2, leader(2, &one, 1))
        .sees(S2, leader(2, &other, 1))
        .sees(S3, follower(2, &other, 0))
        .says(S3, S2, acknowledge(2, 3), (2, Some(S2), &other))
        .sees(S2, leader(2, &other, 3))
        .sees(S3, follower(2, &other, 3))
        .sees(S1, follower(1, &two, 0))
        .sees(S1, follower(2, &other, 0))
        .sees(S1, follower(2, &other, 2))
        .sees(S1, follower(2, &other, 3))
        .all_is_well();
    assert_eq!(run.checker.applied_log(), &other);
    assert_eq!((run.checker.leader_of(Term(1)), run.checker.leader_of(Term(2))), (Some(S1), Some(S2)));
}

#[test]
fn the_cost_of_a_step_does_not_grow_with_the_log() {
    // A hundred thousand entries and as many steps: anything linear in the log would take hours.
    let long = log(&alloc::vec![1; 100_000]);
    let mut run = Run::default();
    run.sees(S1, leader(1, &long, 0));
    let mut grown = long.clone();
    for extra in 0..100_000 {
        grown.push(Entry { term: Term(1), command: extra });
        run.sees(S1, leader(1, &grown, grown.last_index() - 1));
        if extra % 1_000 == 0 {
            run.crashes(S2).sees(S2, follower(1, &grown, 0));
        }
    }
    run.all_is_well();
}
