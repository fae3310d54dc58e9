//! What is saved before what is said (PE1 to PE5). Each input of every story checks the order; here is what must
//! survive a crash between the two.

use super::*;

#[test]
fn a_candidate_saves_its_new_term_and_its_own_vote_before_it_asks() {
    let mut s1 = candidate(S1, 3, saved(3, &[]));
    assert_eq!((s1.on_disk().current_term, s1.on_disk().voted_for), (Term(4), Some(S1)));
    s1.crashes_and_restarts();
    assert_eq!(s1.hears(S2, request_vote(4, 9, 4)).sent(), [(S2, vote(4, false))]);
}

#[test]
fn a_vote_is_saved_before_it_is_given_so_a_crash_does_not_free_it() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    s1.hears(S2, request_vote(4, 0, 0)).crashes_and_restarts();
    assert_eq!(s1.hears(S3, request_vote(4, 0, 0)).sent(), [(S3, vote(4, false))]);
    assert_eq!(s1.hears(S2, request_vote(4, 0, 0)).sent(), [(S2, vote(4, true))]);
}

#[test]
fn a_term_learned_from_any_message_survives_a_crash() {
    let messages = [
        request_vote(9, 0, 0),
        append(9, &[], 0, 0),
        append(9, &[1, 1, 1], 3, 0),
        vote(9, false),
        reply(9, 0, Appended::Stale),
    ];
    for message in messages {
        let mut s1 = leader(S1, 3, saved(3, &[1]));
        assert_eq!(s1.hears(S2, message.clone()).crashes_and_restarts().term(), 9, "{message:?}");
    }
}

#[test]
fn entries_are_saved_before_they_are_acknowledged() {
    let mut s1 = follower(S1, 3, saved(3, &[1, 2, 2]));
    s1.hears(S2, append(3, &[1, 3, 3], 1, 0));
    assert_eq!((s1.wrote(), s1.sent()), (1, alloc::vec![(S2, matched(3, 1, 3))]));
    assert_eq!(s1.on_disk().log, log(&[1, 3, 3]));
}

#[test]
fn a_leader_saves_an_entry_before_it_sends_it_and_may_then_count_itself() {
    let mut s1 = leader(S1, 3, saved(3, &[1]));
    s1.is_given(7);
    let order: Vec<_> = s1
        .did
        .iter()
        .map(|effect| match effect {
            Effect::Output(Output::Accepted { .. }) => "accepts",
            Effect::Write(_) => "saves",
            Effect::Send { .. } => "sends",
            other => panic!("unexpected: {other:?}"),
        })
        .collect();
    assert_eq!(order, ["accepts", "saves", "sends", "sends"]);
    assert_eq!((s1.on_disk().log.last_term(), s1.committed()), (Term(4), 0));
    assert_eq!(s1.hears(S2, matched(4, 1, 2)).committed(), 2);
}

#[test]
fn a_lone_voter_commits_only_once_its_message_to_itself_proves_that_the_entry_is_saved() {
    let mut s1 = candidate(S1, 1, saved(3, &[1]));
    s1.hears(S1, vote(4, true));
    assert_eq!(s1.sent(), [(S1, matched(4, 0, 1))]);
    s1.hears(S1, matched(4, 0, 1)).is_given(7);
    assert_eq!((s1.sent(), s1.committed()), (alloc::vec![(S1, matched(4, 1, 2))], 0));
    s1.hears(S1, matched(4, 1, 2));
    assert_eq!((s1.committed(), s1.applied()), (2, alloc::vec![1, 2]));
    assert!(s1.heartbeat_is_due().sent().is_empty());
}

#[test]
fn what_is_committed_or_applied_is_not_remembered_across_a_crash() {
    let mut s1 = follower(S1, 3, saved(3, &[]));
    s1.hears(S2, append(3, &[3, 3], 0, 2)).crashes_and_restarts();
    let view = s1.raft.view();
    assert_eq!((view.commit_index, view.last_applied, view.leader, view.role), (0, 0, None, Role::Follower));
    assert_eq!((view.current_term, view.log), (Term(3), log(&[3, 3])));
}

#[test]
fn a_server_without_a_file_starts_in_term_zero_with_an_empty_log() {
    let config = follower(S1, 3, saved(0, &[])).raft.config;
    let s1 = Raft::<u64>::boot(&config, &Files::<Raft<u64>>::new());
    assert_eq!(s1.hard, saved(0, &[]));
}
