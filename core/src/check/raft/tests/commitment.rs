//! What is committed and applied.

use super::*;

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
