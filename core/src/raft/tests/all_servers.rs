//! Rules for all servers (Figure 2; AL1 to AL5).

use super::*;

#[test]
fn a_higher_term_in_any_request_is_adopted_saved_and_answered_in() {
    for request in [request_vote(7, 0, 0), append(7, &[], 0, 0)] {
        let mut s1 = leader(S1, 3, saved(3, &[1, 2]));
        s1.hears(S2, request);
        assert!(s1.follows());
        assert_eq!((s1.term(), s1.on_disk().current_term, s1.sent().len()), (7, Term(7), 1));
        assert_eq!(s1.sent()[0].1.term(), Term(7));
    }
}

#[test]
fn a_higher_term_in_any_reply_is_adopted_and_saved() {
    for body in [vote(7, false), reply(7, 2, Appended::Stale)] {
        for mut s1 in [leader(S1, 3, saved(3, &[])), candidate(S1, 3, saved(3, &[]))] {
            s1.hears(S2, body.clone());
            assert!(s1.follows() && s1.sent().is_empty());
            assert_eq!((s1.term(), s1.voted_for(), s1.on_disk().current_term), (7, None, Term(7)));
        }
    }
}

#[test]
fn the_vote_is_cleared_with_the_term_it_belongs_to() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    s1.hears(S2, request_vote(4, 0, 0));
    assert_eq!(s1.voted_for(), Some(S2));
    s1.hears(S3, append(5, &[], 0, 0));
    assert_eq!((s1.term(), s1.voted_for(), s1.on_disk().voted_for), (5, None, None));
}

#[test]
fn a_higher_term_comes_before_the_message_that_carries_it() {
    let mut s1 = leader(S1, 3, saved(3, &[]));
    s1.hears(S2, append(7, &[6, 7], 0, 1));
    assert_eq!(s1.sent(), [(S2, matched(7, 0, 2))]);
    assert_eq!((s1.log_terms(), s1.applied()), (alloc::vec![6, 7], alloc::vec![1]));
}

#[test]
fn only_a_leader_that_steps_down_has_its_election_timer_set_by_a_higher_term() {
    let mut led = leader(S1, 3, saved(3, &[]));
    led.hears(S2, vote(7, false));
    assert!(led.set(Timer::Election).is_some() && led.cancelled(Timer::Heartbeat));
    let mut stood = candidate(S1, 3, saved(3, &[]));
    stood.hears(S2, vote(7, false));
    assert!(stood.set(Timer::Election).is_none() && !stood.cancelled(Timer::Heartbeat));
}

#[test]
fn a_request_of_a_lower_term_is_refused_with_the_own_term_and_changes_nothing() {
    let requests = [
        (request_vote(4, 9, 4), vote(5, false), Note::VoteRefusedStaleTerm),
        (append(4, &[1, 4, 4], 1, 3), reply(5, 1, Appended::Stale), Note::EntriesRefusedStaleTerm),
    ];
    for (request, answer, why) in requests {
        let mut s1 = follower(S1, 3, saved(5, &[1, 2]));
        let before = s1.raft.clone();
        s1.hears(S2, request);
        assert_eq!(s1.raft, before);
        assert_eq!((s1.sent(), s1.noted()), (alloc::vec![(S2, answer)], alloc::vec![why]));
        assert!(s1.set(Timer::Election).is_none() && s1.wrote() == 0);
    }
}

#[test]
fn a_vote_from_an_earlier_election_does_not_count() {
    let mut s1 = candidate(S1, 3, saved(3, &[]));
    s1.times_out();
    s1.hears(S2, vote(4, true));
    assert!(s1.stands());
    assert_eq!(s1.noted(), [Note::VoteReplyOfOtherTerm]);
    s1.hears(S2, vote(5, true));
    assert!(s1.leads());
}

#[test]
fn an_acknowledgement_from_an_earlier_leadership_proves_nothing() {
    // 1. S1 leads term 4 and sends entry 2. 2. It is deposed, entry 2 is replaced, and it leads again in term 6.
    // 3. Now the acknowledgement of the old entry 2 arrives.
    let mut s1 = leader(S1, 3, saved(3, &[1]));
    s1.is_given(7);
    s1.hears(S2, append(5, &[1, 5], 1, 0)).times_out();
    s1.hears(S2, vote(6, true)).is_given(8);
    s1.hears(S3, matched(4, 1, 2));
    assert_eq!(s1.noted(), [Note::AppendReplyOfOtherTerm]);
    assert_eq!((s1.progress_of(S3).match_index, s1.committed()), (0, 0));
}

#[test]
fn a_reply_counts_for_what_its_own_request_carried_not_for_what_was_sent_since() {
    let mut s1 = leader(S1, 3, saved(3, &[1]));
    s1.is_given(7).is_given(8).is_given(9);
    s1.hears(S2, matched(4, 1, 2));
    assert_eq!((s1.progress_of(S2).match_index, s1.committed()), (2, 2));
}

#[test]
fn what_is_committed_is_applied_once_and_in_order() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    s1.hears(S2, append(3, &[1, 1, 2, 3], 0, 3));
    assert_eq!(s1.applied(), [1, 2, 3]);
    s1.hears(S2, append(3, &[1, 1, 2, 3], 0, 3));
    assert!(s1.applied().is_empty());
    s1.hears(S2, append(3, &[1, 1, 2, 3], 4, 4));
    let four = Output::Apply { index: 4, term: Term(3), command: 3_004 };
    assert_eq!(s1.handed_out(), [four]);
}

#[test]
fn after_a_restart_everything_is_applied_again_from_the_first_entry() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    s1.hears(S2, append(3, &[1, 1, 3], 0, 3)).crashes_and_restarts();
    assert_eq!((s1.committed(), s1.log_terms()), (0, alloc::vec![1, 1, 3]));
    s1.hears(S2, append(3, &[1, 1, 3], 3, 2));
    assert_eq!(s1.applied(), [1, 2]);
}

#[test]
fn an_input_is_saved_in_one_write_however_much_it_changes() {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.hears(S2, request_vote(4, 1, 1));
    assert_eq!(s1.wrote(), 1);
    s1.hears(S2, append(5, &[1, 5, 5], 1, 3));
    assert_eq!(s1.wrote(), 1);
    s1.hears(S2, append(5, &[1, 5, 5], 3, 3));
    assert_eq!(s1.wrote(), 0);
}

#[test]
fn who_takes_part_cannot_be_changed_from_outside_but_times_and_rules_can() {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    let config = Config {
        heartbeat: Span::millis(50),
        election_timeout: (Span::millis(1), Span::millis(2)),
        rules: Rules::ALL.without(Rule::FastBackup),
        ..Config::new(S2, [S2].into())
    };
    s1.input(Input::Configure(config));
    assert_eq!(s1.noted(), [Note::MembershipIsFixed]);
    assert_eq!((s1.raft.config.id, s1.raft.config.peers.len()), (S1, 3));
    s1.times_out();
    assert_eq!(s1.set(Timer::Election), Some((Span::millis(1), Span::millis(2))));
    assert!(!s1.raft.keeps(Rule::FastBackup));
}

/// What happens to messages of one kind must not depend on how many there are of another (design §3).
#[test]
fn every_kind_of_message_has_a_number_of_its_own_and_replies_are_known_as_such() {
    use crate::node::Message as _;
    let kinds = [
        (request_vote(1, 0, 0), false),
        (vote(1, true), true),
        (append(1, &[], 0, 0), false),
        (matched(1, 0, 0), true),
        (install(1, &[1], 0, "", true), false),
        (received(1, 1, 0, Received::Installed), true),
        (request_pre_vote(1, 0, 0), false),
        (pre_vote(1, true), true),
        (Message::TimeoutNow { term: Term(1) }, false),
    ];
    for (place, (message, is_reply)) in (0..).zip(&kinds) {
        assert_eq!((message.kind(), message.is_reply()), (place, *is_reply), "{message:?}");
    }
}

#[test]
fn a_persistent_state_is_written_whole_or_not_at_all() {
    use crate::node::Content as _;
    let state = saved(3, &[1, 2]);
    assert_eq!((state.bytes(), state.prefix(1)), (None, state));
}
