//! Elections: one leader a term, one vote a server, terms that never fall.

use super::*;

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
