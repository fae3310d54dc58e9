//! Log replication (§5.3): RE1 to RE3, RE5, RE7 to RE10, and the six followers of Figure 7.

use super::cluster::cluster;
use super::*;

// The leader.

#[test]
fn a_leader_appends_a_command_in_its_own_term_and_sends_it_to_everybody_at_once() {
    let mut s1 = leader(S1, 3, saved(3, &[1, 2]));
    s1.is_given(77);
    assert_eq!(s1.handed_out(), [Output::Accepted { index: 3, term: Term(4) }]);
    assert_eq!(s1.raft.hard.log.entry(3), Some(&Entry { term: Term(4), command: 77 }));
    for (_, body) in s1.sent() {
        let Message::AppendEntries { term, prev_log_index, prev_log_term, entries, .. } = body else {
            panic!()
        };
        assert_eq!((term, prev_log_index, prev_log_term), (Term(4), 2, Term(2)));
        assert_eq!(entries, s1.raft.hard.log);
    }
    assert_eq!(s1.sent().len(), 2);
}

#[test]
fn indexes_are_given_out_one_after_the_other_from_one_on_without_a_visible_no_op() {
    let mut s1 = leader(S1, 3, saved(0, &[]));
    for index in 1..=3 {
        assert_eq!(s1.is_given(index).handed_out(), [Output::Accepted { index, term: Term(1) }]);
    }
}

#[test]
fn entries_stream_without_waiting_for_answers() {
    let mut s1 = leader(S1, 3, saved(0, &[]));
    let mut sent = Vec::new();
    for command in 1..=3 {
        sent.push(span_of(&s1.is_given(command).sent_to(S2)[0]));
    }
    assert_eq!(sent, [(0, 1), (1, 2), (2, 3)]);
    assert_eq!((s1.progress_of(S2).next_index, s1.progress_of(S2).match_index), (4, 0));
}

#[test]
fn a_leader_never_changes_its_own_log_whatever_it_hears() {
    let mut s1 = leader(S1, 3, saved(3, &[1, 2]));
    s1.is_given(7);
    let before = s1.raft.hard.log.clone();
    let heard = [
        append(4, &[1], 1, 1),
        append(3, &[1, 3], 1, 2),
        append(4, &[1, 4, 4, 4], 0, 4),
        too_short(4, 3, 0),
        conflict(4, 2, 9, 1),
        matched(4, 2, 3),
        request_vote(4, 9, 9),
    ];
    for message in heard {
        s1.hears(S2, message);
        assert!(s1.leads() && s1.raft.hard.log == before);
    }
}

#[test]
fn a_proposal_is_answered_at_once_and_only_a_leader_takes_it() {
    for mut s1 in [follower(S1, 3, saved(3, &[])), candidate(S1, 3, saved(3, &[]))] {
        s1.is_given(7);
        assert_eq!(s1.handed_out(), [Output::NotLeader { leader: None }]);
        assert_eq!((s1.noted(), s1.log_terms().len()), (alloc::vec![Note::ProposalWithoutLeading], 0));
    }
}

#[test]
fn an_index_given_out_may_end_up_with_another_command() {
    let mut s1 = leader(S1, 3, saved(3, &[1]));
    assert_eq!(s1.is_given(7).handed_out(), [Output::Accepted { index: 2, term: Term(4) }]);
    s1.hears(S2, append(5, &[1, 5], 1, 2));
    let other = Output::Apply { index: 2, term: Term(5), command: 5_002 };
    assert!(s1.handed_out().contains(&other) && s1.log_terms() == [1, 5]);
}

#[test]
fn match_and_next_index_never_move_back_because_of_an_old_reply() {
    let mut s1 = leader(S1, 3, saved(0, &[]));
    s1.is_given(1).is_given(2).is_given(3);
    s1.hears(S2, matched(1, 2, 3));
    for old in [matched(1, 0, 1), too_short(1, 2, 0), conflict(1, 3, 1, 1), matched(1, 0, 0)] {
        s1.hears(S2, old);
        assert_eq!(
            s1.progress_of(S2),
            Progress { next_index: 4, match_index: 3, sending: Sending::Replicating }
        );
        assert!(s1.sent().is_empty());
    }
}

#[test]
fn what_was_lost_is_found_out_by_the_next_heartbeat_and_sent_again() {
    let mut s1 = leader(S1, 3, saved(0, &[]));
    s1.is_given(1).is_given(2);
    s1.heartbeat_is_due();
    assert_eq!(span_of(&s1.sent_to(S2)[0]), (2, 2));
    s1.hears(S2, too_short(1, 2, 0));
    assert_eq!(span_of(&s1.sent_to(S2)[0]), (0, 2));
}

#[test]
fn while_probing_one_request_is_outstanding_and_the_heartbeat_sends_it_again() {
    let mut s1 = leader(S1, 3, saved(3, &[1, 1, 3]));
    s1.hears(S2, conflict(4, 3, 2, 2));
    let mut probe = s1.sent_to(S2);
    assert_eq!((probe.len(), span_of(&probe[0])), (1, (1, 1)));
    assert_eq!(s1.progress_of(S2).sending, Sending::Probing);
    assert!(s1.is_given(7).sent_to(S2).is_empty() && s1.sent_to(S3).len() == 1);
    assert!(s1.hears(S2, conflict(4, 3, 2, 2)).sent().is_empty());
    assert_eq!(s1.noted(), [Note::RefusalSettled]);
    probe = probe.into_iter().map(|probe| in_round(probe, 2)).collect();
    assert_eq!(s1.heartbeat_is_due().sent_to(S2), probe);
}

#[test]
fn once_the_place_where_the_logs_agree_is_proved_the_rest_follows_and_the_stream_resumes() {
    let mut s1 = leader(S1, 3, saved(3, &[1, 1, 3]));
    s1.hears(S2, conflict(4, 3, 2, 2)).hears(S2, matched(4, 1, 1));
    assert_eq!(span_of(&s1.sent_to(S2)[0]), (1, 3));
    assert_eq!(s1.progress_of(S2), Progress { next_index: 4, match_index: 1, sending: Sending::Replicating });
    assert_eq!(span_of(&s1.is_given(7).sent_to(S2)[0]), (3, 4));
}

#[test]
fn a_refusal_moves_next_index_by_whole_terms_and_always_between_what_is_proved_and_what_was_refused() {
    // (the follower's answer, where the leader of [1 1 1 4 4 5 5 6 6 6] tries next)
    let cases = [
        (too_short(7, 10, 4), 5),
        (too_short(7, 10, 0), 1),
        (conflict(7, 10, 4, 4), 6),
        (conflict(7, 10, 1, 1), 4),
        (conflict(7, 10, 2, 4), 4),
        (conflict(7, 10, 3, 7), 7),
        (too_short(7, 10, 10), 10),
        (too_short(7, 10, u64::MAX), 10),
        (conflict(7, 10, u64::MAX, u64::MAX), 10),
        (conflict(7, 10, 0, 0), 1),
    ];
    for (refusal, next_index) in cases {
        let mut s1 = leader(S1, 3, saved(6, &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6]));
        s1.hears(S2, refusal.clone());
        assert_eq!(s1.progress_of(S2).next_index, next_index, "{refusal:?}");
    }
    let mut s1 = leader(S1, 3, saved(6, &[1, 1, 1, 4, 4]));
    s1.hears(S2, matched(7, 2, 3)).hears(S2, too_short(7, 5, 1));
    assert_eq!(s1.progress_of(S2), Progress { next_index: 4, match_index: 3, sending: Sending::Probing });
    assert_eq!(span_of(&s1.sent_to(S2)[0]), (3, 5));
}

#[test]
fn a_reply_that_cannot_be_is_ignored() {
    let mut s1 = leader(S1, 3, saved(3, &[1]));
    for (from, reply, why) in [
        (S2, matched(4, 1, 2), Note::MatchBeyondLog),
        (S2, matched(4, 1, u64::MAX), Note::MatchBeyondLog),
        (S2, too_short(4, u64::MAX, 0), Note::RefusalSettled),
        (S2, too_short(4, 0, 0), Note::RefusalSettled),
        (S2, reply(4, 1, Appended::Stale), Note::AppendReplyOfOtherTerm),
        (NodeId(9), matched(4, 1, 1), Note::AppendReplyFromStranger),
    ] {
        let before = s1.raft.view();
        assert_eq!(s1.hears(from, reply).noted(), [why]);
        assert!(s1.raft.view() == before && s1.sent().is_empty());
    }
}

// The follower.

#[test]
fn a_follower_refuses_entries_beyond_its_log_and_says_where_it_ends() {
    let mut s1 = follower(S1, 3, saved(3, &[1]));
    s1.hears(S2, append(3, &[1, 1, 2, 3], 3, 4));
    assert_eq!(s1.sent(), [(S2, too_short(3, 3, 1))]);
    assert_eq!(
        (s1.log_terms(), s1.committed(), s1.noted()),
        ([1].into(), 0, [Note::EntriesRefusedTooShort].into())
    );
}

#[test]
fn a_follower_refuses_entries_after_one_of_another_term_and_says_where_that_term_begins() {
    let mut s1 = follower(S1, 3, saved(6, &[1, 2, 2, 2, 3]));
    s1.hears(S2, append(6, &[1, 1, 1, 6, 6], 4, 5));
    assert_eq!(s1.sent(), [(S2, conflict(6, 4, 2, 2))]);
    assert_eq!((s1.committed(), s1.noted()), (0, [Note::EntriesRefusedConflict].into()));
    assert_eq!(s1.log_terms(), [1, 2, 2, 2, 3]);
}

#[test]
fn a_heartbeat_goes_through_the_same_check() {
    let mut s1 = follower(S1, 3, saved(3, &[1, 2]));
    s1.hears(S2, append(3, &[1, 3], 2, 2));
    assert_eq!((s1.sent(), s1.committed()), ([(S2, conflict(3, 2, 2, 2))].into(), 0));
    s1.hears(S2, append(3, &[1, 3, 3], 3, 2));
    assert_eq!((s1.sent(), s1.committed()), ([(S2, too_short(3, 3, 2))].into(), 0));
}

#[test]
fn only_what_conflicts_is_deleted_and_what_is_missing_is_appended() {
    let mut s1 = follower(S1, 3, saved(3, &[1, 1, 2, 2, 2]));
    s1.hears(S2, append(4, &[1, 1, 2, 4], 1, 0));
    assert_eq!((s1.log_terms(), s1.sent()), ([1, 1, 2, 4].into(), [(S2, matched(4, 1, 4))].into()));
    s1.hears(S2, append(4, &[1, 1, 2, 4, 4, 4], 4, 0));
    assert_eq!(s1.log_terms(), [1, 1, 2, 4, 4, 4]);
}

#[test]
fn a_delayed_shorter_request_never_shortens_the_log() {
    let mut s1 = follower(S1, 3, saved(3, &[1, 3, 3, 3]));
    for delayed in
        [append(3, &[1, 3], 0, 0), append(3, &[1, 3], 1, 0), append(3, &[1], 1, 0), append(3, &[], 0, 0)]
    {
        s1.hears(S2, delayed.clone());
        assert_eq!((s1.log_terms(), s1.wrote()), ([1, 3, 3, 3].into(), 0), "{delayed:?}");
        assert_eq!(s1.sent().len(), 1);
    }
}

#[test]
fn a_request_that_arrives_twice_does_what_it_did_the_first_time() {
    let mut s1 = follower(S1, 3, saved(3, &[1, 2]));
    let request = append(4, &[1, 4, 4], 1, 2);
    s1.hears(S2, request.clone());
    let (after, answer) = (s1.raft.clone(), s1.sent());
    s1.hears(S2, request);
    assert_eq!((s1.raft.clone(), s1.sent()), (after, answer));
    assert_eq!((s1.noted(), s1.wrote()), ([Note::EntriesAlreadyHeld].into(), 0));
}

#[test]
fn a_request_whose_entries_end_before_they_begin_is_only_a_check() {
    let mut s1 = follower(S1, 3, saved(3, &[1, 3, 3]));
    let odd = Message::AppendEntries {
        term: Term(3),
        prev_log_index: 3,
        prev_log_term: Term(3),
        entries: log(&[2]),
        leader_commit: u64::MAX,
        round: 0,
    };
    s1.hears(S2, odd);
    assert_eq!(
        (s1.log_terms(), s1.sent(), s1.committed()),
        ([1, 3, 3].into(), [(S2, matched(3, 3, 3))].into(), 3)
    );
}

// Both.

/// Figure 7: the leader for term 8, and six followers that may exist when it comes to power.
#[test]
fn the_six_followers_of_figure_7_all_end_up_with_the_leaders_log() {
    let leader: &[u64] = &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
    let mut servers = cluster(&[
        leader,
        &[1, 1, 1, 4, 4, 5, 5, 6, 6],
        &[1, 1, 1, 4],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
        &[1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
        &[1, 1, 1, 4, 4, 4, 4],
        &[1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
    ]);
    servers.elect(S1);
    assert_eq!(servers.at(S1).term(), 8);
    servers.propose(S1, 8_011);
    servers.settle();
    servers.heartbeat(S1);
    servers.settle();
    for id in (0..7).map(NodeId) {
        assert_eq!(servers.log_terms(id), [leader, &[8]].concat(), "{id}");
        assert_eq!((servers.at(id).committed(), servers.at(id).raft.last_applied), (11, 11), "{id}");
    }
}

#[test]
fn a_follower_is_repaired_in_one_exchange_for_each_conflicting_term_however_long_the_terms() {
    let part = |term: u64| core::iter::repeat_n(term, 100);
    let leaders: Vec<u64> = part(1).chain(part(2)).chain(part(10)).collect();
    let others: Vec<u64> = part(1).chain(part(3)).chain(part(4)).chain(part(5)).collect();
    for (rules, most) in [(Rules::ALL, 20), (Rules::ALL.without(Rule::FastBackup), u32::MAX)] {
        let mut servers = cluster(&[&leaders, &others, &leaders]);
        servers.servers = servers.servers.into_iter().map(|server| server.keeping(rules)).collect();
        servers.elect(S1);
        assert_eq!(servers.log_terms(S2), leaders);
        assert!(servers.delivered <= most, "{} messages", servers.delivered);
        assert!(rules == Rules::ALL || servers.delivered > 200, "{} messages", servers.delivered);
    }
}

#[test]
fn a_leader_cut_off_with_entries_of_its_own_rejoins_and_gives_them_up() {
    let mut servers = cluster(&[&[], &[], &[]]);
    servers.elect(S1);
    servers.propose(S1, 1);
    servers.settle();
    servers.cut.push(S1);
    servers.propose(S1, 2);
    servers.propose(S1, 3);
    servers.settle();
    servers.elect(S2);
    servers.propose(S2, 4);
    servers.settle();
    servers.cut.clear();
    servers.heartbeat(S1);
    servers.heartbeat(S2);
    servers.settle();
    servers.heartbeat(S2);
    servers.settle();
    for id in [S1, S2, S3] {
        assert_eq!((servers.log_terms(id), servers.at(id).committed()), ([1, 2].into(), 2), "{id}");
    }
    assert!(servers.at(S1).follows());
}

#[test]
fn re8_a_refusal_of_what_was_never_sent_is_ignored() {
    let mut s1 = leader(S1, 3, saved(3, &[1, 2, 3]));
    let before = s1.progress_of(S2);
    assert_eq!((before.next_index, before.sending), (4, Sending::Replicating));
    assert_eq!(s1.hears(S2, too_short(4, 4, 1)).noted(), [Note::RefusalSettled]);
    assert_eq!(s1.progress_of(S2), before);
}
