//! For each property a run that breaks it, and runs that look alarming but are sound.

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
        role: Role::Follower,
        current_term: Term(term),
        voted_for: None,
        log: log.clone(),
        commit_index: commit,
        last_applied: commit,
        leader: None,
    }
}

fn leader(term: u64, log: &Log<u64>, commit: Index) -> View<u64> {
    View { role: Role::Leader { progress: Rc::new(Vec::new()) }, ..follower(term, log, commit) }
}

fn vote_request(term: u64) -> Message<u64> {
    Message::RequestVote { term: Term(term), last_log_index: 0, last_log_term: Term(0) }
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
    }
}

fn acknowledge(term: u64, index: Index) -> Message<u64> {
    Message::AppendReply { term: Term(term), prev_log_index: 0, outcome: Appended::Match(index) }
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
fn two_leaders_of_one_term_break_election_safety_even_if_the_first_has_crashed() {
    let mut run = Run::default();
    run.sees(S1, leader(3, &log(&[]), 0)).crashes(S1).sees(S2, leader(3, &log(&[]), 0));
    let violation = run.breaks(Property::ElectionSafety, &[S2, S1]);
    assert_eq!(violation.why, "S2 became leader of term 3, which S1 had already led.");
}

#[test]
fn a_leader_that_leads_the_next_term_in_the_same_breath_was_elected_to_it() {
    let mut run = Run::default();
    run.sees(S1, leader(2, &log(&[]), 0)).sees(S2, leader(1, &log(&[]), 0)).sees(S2, leader(2, &log(&[]), 0));
    run.breaks(Property::ElectionSafety, &[S2, S1]);
}

#[test]
fn a_stale_leader_beside_a_newer_one_and_a_leader_elected_again_are_no_alarm() {
    let (one, stale) = (log(&[1]), log(&[1, 1]));
    let mut run = Run::default();
    run.sees(S1, leader(1, &one, 0))
        .sees(S2, follower(1, &one, 0))
        .sees(S2, leader(2, &one, 0))
        .sees(S1, leader(1, &stale, 0))
        .sees(S2, leader(2, &log(&[1, 2]), 0))
        .sees(S1, follower(2, &log(&[1, 2]), 0))
        .sees(S1, leader(3, &log(&[1, 2]), 0))
        .sees(S2, follower(3, &log(&[1, 2]), 0))
        .sees(S2, leader(4, &log(&[1, 2]), 0))
        .all_is_well();
}

#[test]
fn a_leader_that_deletes_its_own_entry_breaks_append_only() {
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1, 1]), 0)).sees(S1, leader(1, &log(&[1]), 0));
    run.breaks(Property::LeaderAppendOnly, &[S1]);
}

#[test]
fn a_deposed_leader_may_replace_its_uncommitted_entries() {
    let mut run = Run::default();
    run.sees(S2, leader(1, &log(&[1, 1]), 0))
        .sees(S1, leader(2, &log(&[2]), 0))
        .sees(S2, follower(2, &log(&[2]), 0))
        .all_is_well();
}

#[test]
fn different_commands_at_one_index_and_term_break_log_matching() {
    let mut other = log(&[1]);
    other.push(Entry { term: Term(1), command: 99 });
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1, 1, 1]), 0)).sees(S2, follower(1, &other, 0));
    let violation = run.breaks(Property::LogMatching, &[S2, S1]);
    assert!(
        violation.why.contains("at index 2 it holds an entry of term 1 and they hold another"),
        "{violation}"
    );
}

#[test]
fn the_same_entry_after_a_different_past_breaks_log_matching() {
    // Both logs end in the entry that the leader of term 3 made at index 2; only what is before it differs.
    let mut run = Run::default();
    run.sees(S1, leader(3, &log(&[1, 3]), 0)).sees(S2, follower(3, &log(&[2, 3]), 0));
    let violation = run.breaks(Property::LogMatching, &[S2, S1]);
    assert!(
        violation.why.contains("at index 1 it holds an entry of term 2 and they hold one of term 1."),
        "{violation}"
    );
}

#[test]
fn an_entry_beyond_a_gap_breaks_log_matching() {
    let mut gap = log(&[1]);
    gap.push(Entry { term: Term(1), command: 1_003 });
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1, 1, 1]), 0)).sees(S2, follower(1, &gap, 0));
    run.breaks(Property::LogMatching, &[S2, S1]);
}

#[test]
fn a_log_that_was_changed_behind_its_hashes_is_noticed() {
    let command = Rc::new(Cell::new(7u64));
    let mut forged = Log::new();
    forged.push(Entry { term: Term(1), command: command.clone() });
    command.set(8);
    let mut checker = Checker::new();
    let mut verdicts = Verdicts::new();
    let view = View {
        role: Role::Follower,
        current_term: Term(1),
        voted_for: None,
        log: forged,
        commit_index: 0,
        last_applied: 0,
        leader: None,
    };
    let now = Moment { step: 1, at: Time(0) };
    checker.observe(now, S1, None, Some(&view), &mut verdicts);
    assert_eq!(verdicts.of(Property::LogMatching).map(|violation| violation.nodes[0]), Some(S1));
}

#[test]
fn a_leader_elected_without_a_committed_entry_breaks_leader_completeness() {
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1, 1]), 2)).sees(S2, leader(2, &log(&[1]), 0));
    let violation = run.breaks(Property::LeaderCompleteness, &[S2]);
    assert_eq!(
        violation.why,
        "S2 was elected in term 2 without the entry of term 1 at index 2, which was committed in term 1."
    );
}

#[test]
fn figure_8_an_entry_committed_by_counting_alone_and_lost_breaks_leader_completeness() {
    let mut run = Run::default();
    run.sees(S1, leader(2, &log(&[1, 2]), 0))
        .sees(S2, follower(2, &log(&[1, 2]), 0))
        .crashes(S1)
        .sees(S3, leader(3, &log(&[1, 3]), 0))
        .crashes(S3)
        .sees(S1, follower(3, &log(&[1, 2]), 0))
        .sees(S1, leader(4, &log(&[1, 2]), 0))
        .sees(S1, leader(4, &log(&[1, 2]), 2))
        .crashes(S1)
        .sees(S3, follower(4, &log(&[1, 3]), 0));
    run.all_is_well();
    run.sees(S3, leader(5, &log(&[1, 3]), 0));
    run.breaks(Property::LeaderCompleteness, &[S3]);
}

#[test]
fn a_commit_that_a_leader_learns_of_late_binds_the_leaders_elected_meanwhile() {
    let (one, two) = (log(&[1]), log(&[1, 1]));
    let mut sound = Run::default();
    sound
        .sees(S1, leader(1, &two, 0))
        .sees(S2, follower(1, &two, 0))
        .sees(S2, leader(2, &two, 0))
        .sees(S1, leader(1, &two, 2))
        .all_is_well();
    let mut unsound = Run::default();
    unsound.sees(S1, leader(1, &two, 0)).sees(S2, leader(2, &one, 0)).sees(S3, leader(3, &two, 0));
    unsound.sees(S1, leader(1, &two, 2));
    unsound.breaks(Property::LeaderCompleteness, &[S2, S1]);
}

#[test]
fn what_was_committed_in_the_same_or_a_later_term_is_not_asked_of_a_leader() {
    // S1 leads term 5 and commits; S2's election for term 3 is seen only now. Nothing that a leader of an earlier
    // term lacks can hurt: it will not be able to commit.
    let mut run = Run::default();
    run.sees(S1, leader(5, &log(&[1, 5]), 2)).sees(S2, leader(3, &log(&[1]), 0)).all_is_well();
}

#[test]
fn different_entries_applied_at_one_index_break_state_machine_safety() {
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1, 1]), 0)).sees(S1, leader(1, &log(&[1, 1]), 2));
    run.sees(S3, follower(2, &log(&[1, 2, 2]), 3));
    let violation = run.breaks(Property::StateMachineSafety, &[S3]);
    assert_eq!(
        violation.why,
        "at index 2 S3 applied an entry of term 2, but another server had applied one of term 1."
    );
}

#[test]
fn a_shorter_applied_log_is_compared_too() {
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1, 1, 1]), 3)).sees(S2, follower(2, &log(&[1, 2]), 2));
    run.breaks(Property::StateMachineSafety, &[S2]);
}

#[test]
fn a_restarted_server_applies_again_from_the_beginning() {
    let three = log(&[1, 1, 1]);
    let mut run = Run::default();
    run.sees(S1, leader(1, &three, 3)).crashes(S1).sees(S1, follower(1, &three, 0));
    for applied in 1..=3 {
        run.sees(S1, follower(1, &three, applied));
    }
    run.all_is_well();
}

#[test]
fn a_second_vote_in_one_term_is_noticed_across_a_crash() {
    let empty = log(&[]);
    let mut run = Run::default();
    run.says(S3, S1, vote(4), (4, Some(S1), &empty))
        .says(S3, S1, vote(4), (4, Some(S1), &empty))
        .crashes(S3)
        .says(S3, S2, vote(4), (4, Some(S2), &empty));
    run.breaks(Property::SingleVote, &[S3, S2, S1]);
}

#[test]
fn a_candidate_has_voted_for_itself() {
    let empty = log(&[]);
    let mut run = Run::default();
    run.says(S1, S2, vote_request(4), (4, Some(S1), &empty)).says(S1, S2, vote(4), (4, Some(S2), &empty));
    run.breaks(Property::SingleVote, &[S1, S2, S1]);
}

#[test]
fn a_vote_that_never_left_before_the_crash_binds_nobody() {
    let empty = log(&[]);
    let mut run = Run::default();
    run.sees(S3, View { voted_for: Some(S1), ..follower(4, &empty, 0) })
        .crashes(S3)
        .sees(S3, follower(3, &empty, 0))
        .sees(S3, View { voted_for: Some(S2), ..follower(4, &empty, 0) })
        .says(S3, S2, vote(4), (4, Some(S2), &empty))
        .all_is_well();
}

#[test]
fn a_term_that_falls_is_noticed() {
    let mut run = Run::default();
    run.sees(S1, follower(5, &log(&[]), 0)).sees(S1, follower(4, &log(&[]), 0));
    run.breaks(Property::OnlyForward, &[S1]);
}

#[test]
fn a_term_that_was_spoken_of_survives_a_crash() {
    let empty = log(&[]);
    let mut run = Run::default();
    run.says(S1, S2, vote_request(5), (5, Some(S1), &empty)).crashes(S1).sees(S1, follower(4, &empty, 0));
    let violation = run.breaks(Property::OnlyForward, &[S1]);
    assert_eq!(violation.why, "the term of S1 fell from 5 to 4.");
}

#[test]
fn a_commit_index_and_an_applied_index_that_fall_are_noticed() {
    let two = log(&[1, 1]);
    let mut run = Run::default();
    run.sees(S1, follower(1, &two, 2)).sees(S1, View { last_applied: 1, ..follower(1, &two, 2) });
    assert_eq!(run.breaks(Property::OnlyForward, &[S1]).why, "the applied index of S1 fell from 2 to 1.");
    let mut run = Run::default();
    run.sees(S1, View { last_applied: 0, ..follower(1, &two, 2) })
        .sees(S1, View { last_applied: 0, ..follower(1, &two, 1) });
    assert_eq!(run.breaks(Property::OnlyForward, &[S1]).why, "the commit index of S1 fell from 2 to 1.");
}

#[test]
fn applying_more_than_is_committed_or_committing_more_than_is_held_is_noticed() {
    let two = log(&[1, 1]);
    let mut run = Run::default();
    run.sees(S1, View { last_applied: 2, ..follower(1, &two, 1) });
    run.breaks(Property::InOrder, &[S1]);
    let mut run = Run::default();
    run.sees(S1, View { last_applied: 2, ..follower(1, &two, 3) });
    run.breaks(Property::InOrder, &[S1]);
}

#[test]
fn entries_of_falling_terms_or_of_a_term_to_come_are_noticed() {
    let mut run = Run::default();
    run.sees(S1, follower(3, &log(&[2, 1]), 0));
    assert!(run.breaks(Property::InOrder, &[S1]).why.contains("at index 2"));
    let mut run = Run::default();
    run.sees(S1, follower(3, &log(&[4]), 0));
    run.breaks(Property::InOrder, &[S1]);
}

#[test]
fn a_committed_entry_that_is_replaced_is_noticed_and_an_uncommitted_one_may_be() {
    let mut run = Run::default();
    run.sees(S2, leader(1, &log(&[1, 1, 1]), 0))
        .sees(S1, follower(1, &log(&[1, 1, 1]), 1))
        .sees(S1, follower(2, &log(&[1, 2]), 1));
    run.all_is_well();
    run.sees(S1, View { commit_index: 2, ..follower(2, &log(&[1, 2]), 1) })
        .sees(S1, View { commit_index: 2, ..follower(3, &log(&[1, 3]), 1) });
    run.breaks(Property::CommittedStays, &[S1]);
}

#[test]
fn a_term_a_vote_or_entries_that_are_not_on_disk_are_noticed() {
    let (empty, one) = (log(&[]), log(&[1]));
    let no_vote = Message::VoteReply { term: Term(2), granted: false };
    for (message, disk) in [
        (no_vote, (1, None, &empty)),
        (vote(2), (2, None, &empty)),
        (vote(2), (2, Some(S3), &empty)),
        (vote_request(2), (2, None, &empty)),
        (append(1, &one), (1, Some(S1), &empty)),
        (acknowledge(1, 1), (1, None, &empty)),
    ] {
        let mut run = Run::default();
        run.sees(S2, leader(1, &one, 0)).says(S1, S2, message, disk);
        run.breaks(Property::PromisesDurable, &[S1]);
    }
}

#[test]
fn a_promise_whose_speaker_has_moved_on_to_a_later_term_is_not_held_against_its_disk() {
    let (empty, one, two) = (log(&[]), log(&[1]), log(&[1, 1]));
    let mut run = Run::default();
    run.sees(S1, leader(1, &two, 0))
        .says(S2, S1, vote(1), (2, None, &empty))
        .says(S2, S1, acknowledge(1, 2), (2, None, &one))
        .all_is_well();
}

#[test]
fn acknowledging_what_one_holds_differently_is_noticed() {
    let mut other = log(&[1]);
    other.push(Entry { term: Term(1), command: 99 });
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1, 1]), 0)).says(S2, S1, acknowledge(1, 1), (1, None, &other)).says(
        S2,
        S1,
        acknowledge(1, 2),
        (1, None, &other),
    );
    let violation = run.breaks(Property::TrueAcknowledgements, &[S2, S1]);
    assert!(violation.why.contains("at index 2 it holds an entry of term 1 where"), "{violation}");
}

#[test]
fn acknowledging_more_than_the_leader_has_is_noticed() {
    let mut run = Run::default();
    run.sees(S1, leader(1, &log(&[1]), 0)).says(S2, S1, acknowledge(1, 2), (1, None, &log(&[1, 1])));
    run.breaks(Property::TrueAcknowledgements, &[S2, S1]);
}

#[test]
fn a_leader_of_a_new_term_may_be_acknowledged_before_it_has_made_an_entry() {
    let two = log(&[1, 1]);
    let mut run = Run::default();
    run.sees(S1, leader(1, &two, 0))
        .sees(S2, leader(4, &two, 0))
        .says(S3, S2, acknowledge(4, 2), (4, None, &two))
        .all_is_well();
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
