//! Leader election (§5.2) and the election restriction (§5.4.1): EL1 to EL7.

use super::*;

#[test]
fn every_reset_of_the_election_timer_is_drawn_from_the_whole_range() {
    let range = Some((Span::millis(300), Span::millis(600)));
    let mut s1 = follower(S1, 3, saved(0, &[]));
    assert_eq!(s1.set(Timer::Election), range);
    assert_eq!(s1.times_out().set(Timer::Election), range);
    assert_eq!(s1.times_out().set(Timer::Election), range);
    assert_eq!(s1.hears(S2, append(9, &[], 0, 0)).set(Timer::Election), range);
    assert_eq!(s1.hears(S2, request_vote(10, 0, 0)).set(Timer::Election), range);
}

#[test]
fn the_election_timer_is_reset_by_the_current_leader_even_when_its_entries_are_refused() {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.hears(S2, append(3, &[1, 2, 3], 2, 0));
    assert_eq!(s1.sent(), [(S2, too_short(3, 2, 1))]);
    assert!(s1.set(Timer::Election).is_some());
}

#[test]
fn a_vote_that_is_refused_does_not_reset_the_election_timer() {
    let behind = request_vote(4, 1, 1);
    let mut s1 = follower(S1, 3, saved(3, &[1, 2]));
    s1.hears(S2, behind);
    assert_eq!((s1.term(), s1.noted()), (4, alloc::vec![Note::VoteRefusedLogBehind]));
    assert!(s1.set(Timer::Election).is_none());
    s1.hears(S2, request_vote(4, 2, 2));
    assert!(s1.set(Timer::Election).is_some());
    s1.hears(S3, request_vote(4, 2, 2));
    assert_eq!(s1.noted(), [Note::VoteRefusedAlreadyVoted]);
    assert!(s1.set(Timer::Election).is_none());
}

#[test]
fn whoever_hears_no_leader_stands_in_the_next_term_votes_for_itself_and_asks_everybody() {
    let mut s1 = follower(S1, 5, saved(3, &[1, 2]));
    s1.times_out();
    assert!(s1.stands());
    assert_eq!((s1.term(), s1.voted_for(), s1.wrote()), (4, Some(S1), 1));
    assert_eq!(s1.sent(), [S2, S3, S4, S5].map(|peer| (peer, request_vote(4, 2, 2))));
    assert!(s1.set(Timer::Election).is_some());
}

#[test]
fn a_candidate_that_hears_nothing_stands_again_in_a_new_term() {
    let mut s1 = candidate(S1, 3, saved(3, &[]));
    s1.hears(S2, vote(4, false)).times_out();
    assert!(s1.stands());
    assert_eq!((s1.term(), s1.sent().len()), (5, 2));
    let Role::Candidate { votes } = &s1.raft.role else { panic!("not a candidate") };
    assert_eq!(**votes, [(S1, Vote::Granted), (S2, Vote::Asked), (S3, Vote::Asked)]);
}

#[test]
fn a_server_votes_once_in_a_term_and_repeats_that_vote_if_asked_again() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    assert_eq!(s1.hears(S2, request_vote(4, 0, 0)).sent(), [(S2, vote(4, true))]);
    assert_eq!(s1.hears(S3, request_vote(4, 0, 0)).sent(), [(S3, vote(4, false))]);
    assert_eq!(s1.hears(S2, request_vote(4, 0, 0)).sent(), [(S2, vote(4, true))]);
    assert_eq!(s1.hears(S3, request_vote(5, 0, 0)).sent(), [(S3, vote(5, true))]);
}

#[test]
fn a_candidate_votes_for_nobody_else_in_its_own_term() {
    let mut s1 = candidate(S1, 3, saved(3, &[]));
    assert_eq!(s1.hears(S3, request_vote(4, 5, 3)).sent(), [(S3, vote(4, false))]);
}

#[test]
fn the_log_with_the_later_last_term_is_more_up_to_date_and_then_the_longer_one() {
    let candidates = [
        (request_vote(9, 3, 4), true),
        (request_vote(9, 4, 4), true),
        (request_vote(9, 1, 5), true),
        (request_vote(9, 2, 4), false),
        (request_vote(9, 99, 3), false),
        (request_vote(9, 0, 0), false),
    ];
    for (request, granted) in candidates {
        let mut s1 = follower(S1, 3, saved(8, &[1, 4, 4]));
        assert_eq!(s1.hears(S2, request.clone()).sent(), [(S2, vote(9, granted))], "{request:?}");
        assert_eq!(s1.voted_for().is_some(), granted);
    }
}

#[test]
fn an_election_is_won_by_a_majority_of_the_whole_cluster_and_by_no_less() {
    for (of, needed) in [(2, 1), (3, 1), (4, 2), (5, 2), (7, 3)] {
        let mut s1 = candidate(S1, of, saved(0, &[]));
        for voter in 1..needed {
            assert!(!s1.hears(NodeId(voter), vote(1, true)).leads(), "{voter} of {of}");
        }
        assert!(s1.hears(NodeId(needed), vote(1, true)).leads(), "{needed} of {of}");
    }
}

#[test]
fn a_voter_counts_once_however_often_its_vote_arrives() {
    let mut s1 = candidate(S1, 5, saved(0, &[]));
    s1.hears(S2, vote(1, true)).hears(S2, vote(1, true));
    assert!(s1.stands());
    assert!(s1.hears(S3, vote(1, true)).leads());
}

#[test]
fn a_vote_once_given_is_not_taken_back_by_a_late_refusal() {
    let mut s1 = candidate(S1, 5, saved(0, &[]));
    s1.hears(S2, vote(1, true)).hears(S2, vote(1, false));
    assert!(s1.hears(S3, vote(1, true)).leads());
}

#[test]
fn only_those_who_were_asked_have_a_vote() {
    let mut s1 = candidate(S1, 3, saved(0, &[]));
    s1.hears(NodeId(7), vote(1, true));
    assert_eq!(s1.noted(), [Note::VoteReplyFromStranger]);
    assert!(s1.stands());
}

#[test]
fn a_new_leader_tells_everybody_at_once_and_then_at_every_heartbeat() {
    let mut s1 = candidate(S1, 3, saved(3, &[1, 2]));
    s1.hears(S2, vote(4, true));
    let hello = |round| [S2, S3].map(|peer| (peer, in_round(append(4, &[1, 2], 2, 0), round)));
    assert_eq!(s1.sent(), hello(1));
    assert!(s1.cancelled(Timer::Election));
    let every = Some((Span::millis(100), Span::millis(100)));
    assert_eq!(s1.set(Timer::Heartbeat), every);
    assert_eq!(s1.raft.view().leader, Some(S1));
    s1.heartbeat_is_due();
    assert_eq!((s1.sent(), s1.set(Timer::Heartbeat)), (hello(2).to_vec(), every));
}

#[test]
fn an_idle_leader_sends_nothing_but_heartbeats() {
    let mut s1 = leader(S1, 3, saved(3, &[1, 2]));
    for voter in [S2, S3] {
        assert!(s1.hears(voter, matched(4, 2, 2)).sent().is_empty());
    }
    s1.is_given(7).hears(S2, matched(4, 2, 3));
    assert_eq!((s1.committed(), s1.sent().len()), (3, 0));
    s1.hears(S3, matched(4, 2, 3));
    assert!(s1.sent().is_empty());
}

#[test]
fn a_candidate_that_hears_from_the_leader_of_its_term_follows_it() {
    let mut s1 = candidate(S1, 3, saved(3, &[1]));
    s1.hears(S2, append(4, &[1], 1, 1));
    assert!(s1.follows());
    assert_eq!((s1.raft.view().leader, s1.voted_for(), s1.applied()), (Some(S2), Some(S1), alloc::vec![1]));
    assert!(s1.set(Timer::Election).is_some());
    s1.hears(S3, vote(4, true));
    assert!(s1.follows());
    assert_eq!(s1.noted(), [Note::VoteReplyAfterElection]);
}

#[test]
fn a_leader_never_follows_another_of_its_own_term() {
    let mut s1 = leader(S1, 3, saved(3, &[1]));
    let before = s1.raft.clone();
    s1.hears(S2, append(4, &[1, 4, 4], 1, 3));
    assert_eq!((s1.raft.clone(), s1.noted()), (before, alloc::vec![Note::EntriesFromSecondLeader]));
    assert!(s1.sent().is_empty());
}

#[test]
fn whom_it_believes_to_lead_is_forgotten_with_the_term() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    s1.hears(S2, append(3, &[], 0, 0));
    assert_eq!(s1.is_given(1).handed_out(), [Output::NotLeader { leader: Some(S2) }]);
    s1.hears(S3, request_vote(4, 0, 0));
    assert_eq!(s1.is_given(1).handed_out(), [Output::NotLeader { leader: None }]);
    s1.hears(S3, append(4, &[], 0, 0)).times_out();
    assert_eq!(s1.is_given(1).handed_out(), [Output::NotLeader { leader: None }]);
}

#[test]
fn a_lone_voter_leads_only_once_its_message_to_itself_proves_that_its_vote_is_saved() {
    let mut s1 = candidate(S1, 1, saved(3, &[1]));
    assert!(s1.stands());
    assert_eq!(s1.sent(), [(S1, vote(4, true))]);
    assert!(s1.hears(S1, vote(4, true)).leads());
}

#[test]
fn with_no_term_left_there_is_no_election_and_no_panic() {
    let mut s1 = follower(S1, 3, saved(u64::MAX, &[]));
    s1.times_out();
    assert!(s1.follows() && s1.set(Timer::Election).is_some());
    assert_eq!((s1.term(), s1.noted()), (u64::MAX, alloc::vec![Note::NoTermLeft]));
}

#[test]
fn timers_forced_in_the_wrong_role_do_nothing() {
    let mut led = leader(S1, 3, saved(3, &[]));
    let before = led.raft.clone();
    assert_eq!(led.times_out().noted(), [Note::TimerOutOfPlace]);
    assert_eq!(led.raft, before);
    let mut follows = follower(S1, 3, saved(3, &[]));
    assert_eq!(follows.heartbeat_is_due().noted(), [Note::TimerOutOfPlace]);
    assert!(follows.sent().is_empty());
}
