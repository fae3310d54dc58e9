//! When an entry is committed (§5.3, §5.4.2, Figure 8): RE4 and RE6.

use super::*;

#[test]
fn an_entry_is_committed_once_a_majority_of_the_whole_cluster_holds_it() {
    let mut s1 = leader(S1, 5, saved(0, &[]));
    s1.is_given(1).is_given(2);
    s1.hears(S2, matched(1, 1, 2));
    assert_eq!(s1.committed(), 0);
    s1.hears(S2, matched(1, 1, 2));
    assert_eq!(s1.committed(), 0, "the same follower twice");
    s1.hears(S3, matched(1, 0, 1));
    assert_eq!((s1.committed(), s1.applied()), (1, [1].into()));
    s1.hears(S4, matched(1, 1, 2));
    assert_eq!((s1.committed(), s1.applied()), (2, [2].into()));
}

#[test]
fn in_an_even_cluster_half_is_not_a_majority() {
    let mut s1 = leader(S1, 4, saved(0, &[]));
    s1.is_given(1).hears(S2, matched(1, 0, 1));
    assert_eq!(s1.committed(), 0);
    assert_eq!(s1.hears(S3, matched(1, 0, 1)).committed(), 1);
}

#[test]
fn followers_learn_what_is_committed_with_the_next_entries_or_heartbeat() {
    let mut s1 = leader(S1, 3, saved(0, &[]));
    s1.is_given(1).hears(S2, matched(1, 0, 1));
    let commit = |message: &Message<u64>| match message {
        Message::AppendEntries { leader_commit, .. } => *leader_commit,
        other => panic!("not entries: {other:?}"),
    };
    assert_eq!(commit(&s1.is_given(2).sent_to(S3)[0]), 1);
    assert_eq!(commit(&s1.heartbeat_is_due().sent_to(S3)[0]), 1);
}

/// Figure 8, (c) to (e): a majority that holds an entry of an earlier term does not commit it.
#[test]
fn an_entry_of_an_earlier_term_is_not_committed_by_counting_replicas() {
    // (c) S1, back in term 4, has brought entry 2 of term 2 to S2 and S3.
    let mut s1 = leader(S1, 5, saved(3, &[1, 2]));
    s1.hears(S2, matched(4, 2, 2)).hears(S3, matched(4, 2, 2));
    assert_eq!(s1.committed(), 0);
    // (d) That is as well, for S5 can still be elected and overwrite it.
    let mut s2 = follower(S2, 5, saved(4, &[1, 2]));
    assert_eq!(s2.hears(S5, request_vote(5, 2, 3)).sent(), [(S5, vote(5, true))]);
    s2.hears(S5, append(5, &[1, 3], 1, 0));
    assert_eq!(s2.log_terms(), [1, 3]);
    // (e) Once an entry of term 4 itself is on a majority, everything before it is committed with it.
    s1.is_given(7).hears(S2, matched(4, 2, 3));
    assert_eq!(s1.committed(), 0);
    s1.hears(S3, matched(4, 2, 3));
    assert_eq!((s1.committed(), s1.applied()), (3, [1, 2, 3].into()));
}

#[test]
fn a_follower_commits_no_further_than_the_request_verified() {
    // S2 still holds entries of term 2 that the leader of term 3 has replaced, committed, and is probing for.
    let mut s2 = follower(S2, 3, saved(3, &[1, 2, 2]));
    s2.hears(S1, append(3, &[1], 1, 3));
    assert_eq!((s2.committed(), s2.sent()), (1, [(S1, matched(3, 1, 1))].into()));
    s2.hears(S1, append(3, &[1, 3], 1, 3));
    assert_eq!((s2.committed(), s2.log_terms()), (2, [1, 3].into()));
}

#[test]
fn a_follower_commits_no_further_than_the_leader() {
    let mut s2 = follower(S2, 3, saved(3, &[]));
    s2.hears(S1, append(3, &[3, 3, 3], 0, 2));
    assert_eq!((s2.committed(), s2.applied()), (2, [1, 2].into()));
    s2.hears(S1, append(3, &[3, 3, 3], 3, 1));
    assert_eq!(s2.committed(), 2, "a delayed heartbeat takes nothing back");
}

/// S1 has told S2 alone of three entries, and a later leader has replaced them on both. When S1 leads again, S2 does not
/// hold what it held; returns what S2 and S1 have applied at index 3 in the end.
fn leads_again_after_what_it_sent_was_replaced(rules: Rules) -> [Option<Entry<u64>>; 2] {
    let mut servers = cluster::cluster(&[&[1], &[1], &[1], &[1], &[1]]);
    servers.servers = servers.servers.into_iter().map(|server| server.keeping(rules)).collect();
    servers.elect(S1);
    servers.cut = [S3, S4, S5].into();
    [11, 12, 13].into_iter().for_each(|command| servers.propose(S1, command));
    servers.settle();
    assert_eq!((servers.at(S1).progress_of(S2).match_index, servers.at(S1).committed()), (4, 0));
    servers.cut = [S1, S2].into();
    servers.elect(S3);
    servers.propose(S3, 20);
    servers.settle();
    servers.cut.clear();
    servers.heartbeat(S3);
    servers.settle();
    assert_eq!((servers.log_terms(S1), servers.log_terms(S2)), ([1, 3].into(), [1, 3].into()));
    servers.elect(S1);
    servers.cut = [S2, S3, S4].into();
    servers.propose(S1, 30);
    servers.settle();
    servers.cut = [S1, S5].into();
    servers.elect(S2);
    servers.propose(S2, 40);
    servers.settle();
    [S1, S2].map(|id| {
        let view = servers.at(id).raft.view();
        view.log.entry(3).filter(|_| view.last_applied >= 3).cloned()
    })
}

#[test]
fn a_leader_that_leads_again_does_not_count_what_followers_held_before() {
    let [s1, s2] = leads_again_after_what_it_sent_was_replaced(Rules::ALL);
    assert_eq!((s1, s2.map(|entry| entry.command)), (None, Some(40)));
}

/// The consequence that gives the absence of `progress-reset-at-election` away: state machine safety is broken.
#[test]
fn without_progress_reset_two_servers_apply_different_commands_at_one_index() {
    let applied =
        leads_again_after_what_it_sent_was_replaced(Rules::ALL.without(Rule::ProgressResetAtElection));
    assert_eq!(applied.map(|entry| entry.map(|entry| entry.command)), [Some(30), Some(40)]);
}
