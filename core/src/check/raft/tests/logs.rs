//! Logs: they match, they keep their order, and nothing is lost from them that may not be.

use super::*;

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

impl Command for Rc<Cell<u64>> {
    fn size(&self) -> u64 {
        8
    }
}

#[test]
fn a_log_that_was_changed_behind_its_hashes_is_noticed() {
    let command = Rc::new(Cell::new(7u64));
    let mut forged = Log::new();
    forged.push(Entry { term: Term(1), command: command.clone() });
    command.set(8);
    let mut checker = Checker::new();
    let mut verdicts = Verdicts::new();
    let view = View { current_term: Term(1), log: forged, ..View::default() };
    let now = Moment { step: 1, at: Time(0) };
    checker.observe(now, S1, None, Some(&view), &mut verdicts);
    assert_eq!(verdicts.of(Property::LogMatching).map(|violation| violation.nodes[0]), Some(S1));
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
