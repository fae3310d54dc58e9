//! What is said is true and on disk.

use super::*;

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
