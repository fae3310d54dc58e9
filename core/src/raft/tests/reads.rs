//! Reads that spare the log: ReadIndex and leases (§8; dissertation §6.4).

use super::*;

/// S1 as the leader of term 4, which has committed an entry of it and sent this many rounds.
fn knows_what_is_committed(of: u16) -> Server {
    let mut s1 = leader(S1, of, saved(3, &[1]));
    s1.is_given(7);
    for voter in (1..of).map(NodeId) {
        s1.hears(voter, answers(4, 2, 1));
    }
    assert_eq!((s1.committed(), s1.raft.round), (2, 1));
    s1
}

/// The same with a lease that its first round has earned.
fn holds_a_lease() -> Server {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.told(|config| config.lease_drift = Some(100_000)).waits(1_000).times_out().hears(S2, vote(4, true));
    s1.is_given(7).waits(20).hears(S2, answers(4, 2, 1));
    assert!(s1.leads() && s1.committed() == 2);
    s1
}

fn asks(s1: &mut Server, read: u64) -> Vec<u64> {
    s1.is_asked(Request::Read { read }).let_pass()
}

#[test]
fn a_read_passes_when_a_majority_has_answered_a_round_that_began_after_it() {
    let mut s1 = knows_what_is_committed(5);
    assert_eq!(asks(&mut s1, 1), NONE);
    assert_eq!(s1.sent().len(), 4, "it turns to everybody at once");
    assert_eq!(s1.hears(S2, answers(4, 2, 1)).let_pass(), NONE, "an answer to what was sent before");
    assert_eq!(s1.hears(S2, answers(4, 2, 2)).let_pass(), NONE, "one of four is no majority");
    assert_eq!(s1.hears(S2, answers(4, 2, 2)).let_pass(), NONE, "nor is the same one twice");
    s1.hears(S4, answers(4, 2, 2));
    assert_eq!(s1.handed_out(), [Output::Read { read: 1, index: 2 }]);
}

#[test]
fn any_answer_of_this_term_confirms_leadership_even_a_refusal_of_entries() {
    let mut s1 = knows_what_is_committed(3);
    asks(&mut s1, 1);
    let stale = Message::AppendReply { term: Term(4), prev_log_index: 2, outcome: Appended::Stale, round: 2 };
    assert_eq!(s1.hears(S2, stale).let_pass(), NONE);
    let outcome = Appended::TooShort { last_index: 0 };
    assert_eq!(
        s1.hears(S2, Message::AppendReply { term: Term(4), prev_log_index: 2, outcome, round: 2 }).let_pass(),
        [1]
    );
}

#[test]
fn one_round_serves_all_reads_that_arrived_before_it_and_the_next_round_the_others() {
    let mut s1 = knows_what_is_committed(3);
    asks(&mut s1, 1);
    asks(&mut s1, 2);
    assert!(s1.sent().is_empty(), "a round is under way");
    s1.hears(S2, answers(4, 2, 2));
    assert_eq!((s1.let_pass(), s1.sent().len()), ([1].into(), 2), "and now the next begins");
    asks(&mut s1, 3);
    assert_eq!(s1.hears(S3, answers(4, 2, 3)).let_pass(), [2]);
    assert_eq!(s1.hears(S3, answers(4, 2, 4)).let_pass(), [3]);
}

#[test]
fn a_new_leader_lets_no_read_pass_before_an_entry_of_its_own_term_is_committed() {
    let mut s1 = leader(S1, 3, saved(3, &[1, 3]));
    assert!(!s1.raft.can_read());
    asks(&mut s1, 1);
    assert_eq!(
        s1.hears(S2, answers(4, 2, 2)).let_pass(),
        NONE,
        "both entries may be committed: it cannot know"
    );
    s1.is_given(7).hears(S2, answers(4, 3, 2));
    assert_eq!(
        (s1.applied(), s1.let_pass()),
        ([1, 2, 3].into(), [1].into()),
        "the first write opens the door"
    );
    assert!(s1.raft.can_read());
}

#[test]
fn reads_are_turned_away_by_whoever_does_not_lead_and_lost_with_leadership() {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.hears(S2, append(3, &[1], 1, 1)).is_asked(Request::Read { read: 1 });
    assert_eq!(s1.handed_out(), [Output::NotLeader { leader: Some(S2) }]);
    let mut s1 = knows_what_is_committed(3);
    asks(&mut s1, 1);
    s1.hears(S3, request_vote(9, 0, 0));
    assert_eq!(s1.handed_out(), [Output::ReadLost { read: 1 }]);
    assert_eq!(s1.hears(S2, answers(4, 2, 2)).let_pass(), NONE);
}

#[test]
fn a_lone_server_needs_to_ask_nobody() {
    let mut s1 = candidate(S1, 1, saved(3, &[]));
    s1.hears(S1, vote(4, true)).is_given(7).hears(S1, matched(4, 0, 1));
    assert_eq!(asks(&mut s1, 1), [1]);
}

#[test]
fn under_a_lease_reads_pass_at_once_until_the_shortest_time_out_over_the_drift_since_it_was_sent() {
    let mut s1 = holds_a_lease();
    // Sent at 1 s, answered at 1.02 s; 300 ms over 1.1 are 272 ms.
    assert_eq!(s1.raft.view().lease, Some(Time(1_272_727)));
    assert_eq!((asks(&mut s1, 1), s1.sent().len()), ([1].into(), 0));
    s1.waits(252);
    assert_eq!(asks(&mut s1, 2), [2]);
    s1.waits(1);
    assert_eq!((asks(&mut s1, 3), s1.sent().len()), (NONE.into(), 2), "it has run out: it must ask");
    assert_eq!(s1.hears(S3, answers(4, 2, 2)).let_pass(), [3]);
    assert_eq!(s1.raft.view().lease, Some(Time(1_273_000 + 272_727)), "which renews it");
}

#[test]
fn where_leaders_hold_leases_whoever_hears_one_elects_no_other_and_takes_no_term_from_a_candidate() {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.told(|config| config.lease_drift = Some(0)).waits(1_000).hears(S2, append(3, &[1], 1, 0)).waits(299);
    s1.hears(S3, request_vote(9, 9, 8));
    assert_eq!((s1.noted(), s1.term()), ([Note::VoteRefusedLeaderHeard].into(), 3));
    assert!(s1.sent().is_empty() && s1.wrote() == 0);
    assert_eq!(s1.times_out().noted(), [Note::StandsNotYet], "nor itself, should its timer run out early");
    s1.waits(1).hears(S3, request_vote(9, 9, 8));
    assert_eq!((s1.voted_for(), s1.term()), (Some(S3), 9));
    let mut leads = holds_a_lease();
    assert_eq!(leads.hears(S3, request_vote(9, 9, 8)).noted(), [Note::VoteRefusedLeaderHeard]);
    leads.waits(300).hears(S3, request_vote(9, 9, 8));
    assert!(leads.follows() && leads.term() == 9, "without its lease it makes way");
}

#[test]
fn after_a_crash_a_server_keeps_the_promise_that_it_may_have_made_before() {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.told(|config| config.lease_drift = Some(0)).waits(1_000).crashes_and_restarts().waits(299);
    assert_eq!(s1.hears(S3, request_vote(9, 9, 8)).noted(), [Note::VoteRefusedLeaderHeard]);
    assert_eq!(s1.waits(1).hears(S3, request_vote(9, 9, 8)).voted_for(), Some(S3));
}
