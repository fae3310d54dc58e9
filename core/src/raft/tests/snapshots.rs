//! Log compaction (§7, Figure 13): SN1 to SN8.

use super::cluster::{Cluster, cluster};
use super::*;

/// A follower of S2 in term 3, that has applied the first `commit` entries of this log.
fn applied(log_terms: &[u64], commit: Index) -> Server {
    let mut s1 = follower(S1, 3, saved(3, log_terms));
    let last = log_terms.len() as Index;
    s1.hears(S2, append(3, log_terms, last, commit));
    assert_eq!(s1.committed(), commit);
    s1
}

/// S1 as the leader of term 4 that has dropped the first four of its six entries.
fn leads_after_a_snapshot(chunk: Option<u32>) -> Server {
    let mut s1 = leader(S1, 3, saved(3, &[1, 1, 2, 3, 3]));
    s1.input(Input::Configure(Config { snapshot_chunk: chunk, ..s1.raft.config.clone() }));
    s1.is_given(6);
    s1.hears(S2, matched(4, 5, 6)).takes_a_snapshot(4, "four entries");
    assert_eq!((s1.base(), s1.committed()), (4, 6));
    s1
}

/// What is in the InstallSnapshot that was sent last.
fn chunk_to(s1: &Server, to: NodeId) -> (Index, u64, alloc::string::String, bool) {
    match s1.sent_to(to).pop() {
        Some(Message::InstallSnapshot { last_included_index, offset, data, done, .. }) => {
            (last_included_index, offset, data.text().into_owned(), done)
        }
        other => panic!("not a snapshot: {other:?}"),
    }
}

fn handed(index: Index, term: u64, data: &str) -> Output<u64> {
    Output::Snapshot { index, term: Term(term), data: data.into() }
}

#[test]
fn sn1_a_snapshot_replaces_what_it_covers_and_leaves_index_and_term_of_the_last_entry() {
    let mut s1 = applied(&[1, 2, 2, 3], 3);
    s1.takes_a_snapshot(2, "two");
    assert_eq!((s1.snapshot(), s1.base(), s1.log_terms()), (Some((2, "two")), 2, [2, 3].into()));
    assert_eq!((s1.raft.hard.log.base_term(), s1.wrote()), (Term(2), 1));
    assert_eq!(s1.raft.view().snapshot.as_deref(), s1.raft.snapshot());
}

#[test]
fn sn1_only_what_has_been_applied_can_be_replaced_and_only_once() {
    let mut s1 = applied(&[1, 2, 2, 3], 3);
    assert_eq!(s1.takes_a_snapshot(4, "four").noted(), [Note::SnapshotOfUnapplied]);
    assert_eq!((s1.wrote(), s1.base()), (0, 0));
    s1.takes_a_snapshot(3, "three");
    for index in [0, 2, 3] {
        assert_eq!(s1.takes_a_snapshot(index, "old").noted(), [Note::SnapshotOutdated]);
    }
    assert_eq!(
        (s1.takes_a_snapshot(99, "beyond").noted(), s1.snapshot()),
        ([Note::SnapshotOfUnapplied].into(), Some((3, "three")))
    );
}

#[test]
fn sn1_with_an_empty_tail_the_snapshots_last_entry_decides_who_is_up_to_date() {
    let mut s1 = applied(&[1, 2, 3], 3);
    s1.takes_a_snapshot(3, "three");
    assert_eq!(s1.clone().hears(S3, request_vote(4, 9, 2)).noted(), [Note::VoteRefusedLogBehind]);
    assert_eq!(s1.clone().hears(S3, request_vote(4, 2, 3)).noted(), [Note::VoteRefusedLogBehind]);
    assert_eq!(s1.clone().hears(S3, request_vote(4, 3, 3)).voted_for(), Some(S3));
    s1.times_out();
    assert_eq!(s1.sent_to(S2), [request_vote(4, 3, 3)]);
}

#[test]
fn sn1_the_entry_after_the_snapshot_is_checked_against_the_snapshots_last() {
    let mut s1 = applied(&[1, 2, 3], 3);
    s1.takes_a_snapshot(3, "three").hears(S2, append(3, &[1, 2, 3, 3], 3, 3));
    assert_eq!((s1.sent(), s1.log_terms()), ([(S2, matched(3, 3, 4))].into(), [3].into()));
}

#[test]
fn sn2_a_follower_that_lacks_what_is_gone_is_sent_the_snapshot_and_then_what_follows_it() {
    let mut s1 = leads_after_a_snapshot(None);
    let mut reaches = s1.clone();
    reaches.hears(S3, too_short(4, 5, 4));
    assert_eq!(reaches.progress_of(S3).sending, Sending::Probing, "the base is enough for a check");
    s1.hears(S3, too_short(4, 5, 1));
    assert_eq!(chunk_to(&s1, S3), (4, 0, "four entries".into(), true));
    assert_eq!(s1.progress_of(S3).sending, Sending::Installing { offset: 0 });
    s1.hears(S3, received(4, 4, 0, Received::Installed));
    assert_eq!(s1.progress_of(S3), Progress { next_index: 7, match_index: 4, sending: Sending::Replicating });
    assert_eq!(span_of(&s1.sent_to(S3)[0]), (4, 6));
}

#[test]
fn sn2_while_a_snapshot_is_on_its_way_the_heartbeat_sends_it_again_and_new_entries_wait() {
    let mut s1 = leads_after_a_snapshot(None);
    s1.hears(S3, too_short(4, 5, 1));
    assert!(s1.is_given(7).sent_to(S3).is_empty());
    s1.heartbeat_is_due();
    assert_eq!(chunk_to(&s1, S3), (4, 0, "four entries".into(), true));
    assert_eq!(s1.hears(S3, too_short(4, 5, 1)).noted(), [Note::RefusalSettled]);
    // Entries that were under way before the snapshot can make it needless.
    s1.hears(S3, matched(4, 4, 5));
    assert_eq!(s1.progress_of(S3), Progress { next_index: 8, match_index: 5, sending: Sending::Replicating });
}

#[test]
fn sn2_what_the_follower_holds_is_what_the_answered_snapshot_covers_whatever_was_taken_since() {
    let mut s1 = leads_after_a_snapshot(None);
    s1.hears(S3, too_short(4, 5, 1)).takes_a_snapshot(6, "six entries");
    s1.hears(S3, received(4, 4, 0, Received::Installed));
    assert_eq!(s1.progress_of(S3).match_index, 4);
    assert_eq!(chunk_to(&s1, S3), (6, 0, "six entries".into(), true), "entries 5 and 6 are gone by now");
    s1.hears(S3, received(4, 6, 0, Received::Installed));
    assert_eq!(s1.progress_of(S3), Progress { next_index: 7, match_index: 6, sending: Sending::Replicating });
    let again = s1.hears(S3, received(4, 4, 0, Received::Installed)).progress_of(S3);
    assert_eq!(again.match_index, 6, "and never goes back");
}

#[test]
fn sn2_a_follower_that_has_all_that_it_was_sent_is_sent_what_is_gone_since_whoever_else_is_sent_what() {
    let mut s1 = leader(S1, 5, saved(3, &[1, 1, 2, 3, 3]));
    s1.is_given(6)
        .hears(S2, matched(4, 5, 6))
        .hears(S3, matched(4, 5, 6))
        .takes_a_snapshot(4, "four entries");
    s1.hears(S4, too_short(4, 5, 1)).takes_a_snapshot(6, "six entries").hears(S5, too_short(4, 5, 1));
    assert_eq!(chunk_to(&s1, S5), (6, 0, "six entries".into(), true));
    s1.hears(S4, received(4, 4, 0, Received::Installed));
    assert_eq!(chunk_to(&s1, S4), (6, 0, "six entries".into(), true));
}

#[test]
fn sn2_entries_that_arrive_while_a_snapshot_is_on_its_way_count_though_they_do_not_make_it_needless() {
    let mut s1 = leads_after_a_snapshot(None);
    s1.hears(S3, too_short(4, 5, 1)).hears(S3, matched(4, 1, 2));
    let sending = Sending::Installing { offset: 0 };
    assert_eq!(s1.progress_of(S3), Progress { next_index: 3, match_index: 2, sending });
}

#[test]
fn sn2_replies_count_only_in_their_term_while_leading_and_from_those_who_were_asked() {
    let reply = received(4, 4, 0, Received::Installed);
    let mut s1 = leads_after_a_snapshot(None);
    assert_eq!(s1.hears(S5, reply.clone()).noted(), [Note::SnapshotReplyFromStranger]);
    assert_eq!(
        s1.hears(S3, received(3, 4, 0, Received::Installed)).noted(),
        [Note::SnapshotReplyOfOtherTerm]
    );
    assert_eq!(s1.hears(S3, received(4, 4, 0, Received::Stale)).noted(), [Note::SnapshotReplyOfOtherTerm]);
    assert_eq!(s1.hears(S3, received(4, 99, 0, Received::Installed)).noted(), [Note::MatchBeyondLog]);
    assert_eq!(s1.hears(S3, received(4, 4, 0, Received::Upto(5))).noted(), [Note::SnapshotReplySettled]);
    assert_eq!(s1.crashes_and_restarts().hears(S3, reply).noted(), [Note::SnapshotReplyAfterLeading]);
}

#[test]
fn sn3_a_snapshot_takes_the_place_of_a_log_that_does_not_reach_it() {
    let mut s1 = applied(&[1, 2], 1);
    s1.hears(S2, install(3, &[1, 2, 3, 3], 0, "four", true));
    assert_eq!(
        (s1.base(), s1.log_terms(), s1.committed(), s1.snapshot()),
        (4, [].into(), 4, Some((4, "four")))
    );
    assert_eq!(s1.sent(), [(S2, received(3, 4, 0, Received::Installed))]);
    assert_eq!(s1.handed_out(), [handed(4, 3, "four")]);
    assert_eq!(s1.on_disk(), &s1.raft.hard, "log and snapshot in one");
    s1.hears(S2, append(3, &[1, 2, 3, 3, 3], 4, 5));
    assert_eq!(s1.applied(), [5], "what follows is delivered after it");
}

#[test]
fn sn3_entries_that_conflict_with_the_snapshot_go_and_those_that_follow_it_stay() {
    let mut conflicting = applied(&[1, 2, 2, 2], 1);
    conflicting.hears(S2, install(3, &[1, 3, 3], 0, "three", true));
    assert_eq!((conflicting.base(), conflicting.log_terms()), (3, [].into()));
    let mut matching = applied(&[1, 3, 3, 3, 3], 1);
    matching.hears(S2, install(3, &[1, 3, 3], 0, "three", true));
    assert_eq!((matching.base(), matching.log_terms(), matching.committed()), (3, [3, 3].into(), 3));
}

#[test]
fn sn3_a_snapshot_of_a_leader_that_was_replaced_is_refused_and_one_of_a_new_leader_followed() {
    let mut s1 = applied(&[1, 2], 1);
    s1.hears(S2, install(2, &[1, 2, 2], 0, "three", true));
    assert_eq!((s1.noted(), s1.base()), ([Note::SnapshotRefusedStaleTerm].into(), 0));
    assert_eq!(s1.sent(), [(S2, received(3, 3, 0, Received::Stale))]);
    assert!(s1.set(Timer::Election).is_none(), "nor does it count as news of a leader");
    s1.times_out().hears(S3, install(5, &[1, 2, 2], 0, "three", true));
    assert_eq!((s1.follows(), s1.term(), s1.raft.leader, s1.base()), (true, 5, Some(S3), 3));
    assert!(s1.set(Timer::Election).is_some());
}

#[test]
fn sn3_what_is_known_to_be_committed_is_not_set_back_by_an_old_or_repeated_snapshot() {
    let mut s1 = applied(&[1, 2, 3, 3], 4);
    let before = s1.raft.clone();
    s1.hears(S2, install(3, &[1, 2, 3], 0, "three", true));
    assert_eq!((s1.noted(), s1.wrote(), s1.handed_out()), ([Note::SnapshotAlreadyHeld].into(), 0, [].into()));
    assert_eq!(
        s1.sent(),
        [(S2, received(3, 3, 0, Received::Installed))],
        "the leader may count on it all the same"
    );
    assert_eq!(s1.raft, before);
}

#[test]
fn sn3_another_leader_of_the_same_term_cannot_be_and_is_ignored() {
    let mut s1 = leads_after_a_snapshot(None);
    assert_eq!(s1.hears(S2, install(4, &[1; 9], 0, "nine", true)).noted(), [Note::EntriesFromSecondLeader]);
    assert!(s1.leads() && s1.base() == 4);
}

#[test]
fn sn3_a_length_that_leaves_no_next_index_is_not_believed() {
    let mut s1 = applied(&[1], 1);
    let mut message = install(3, &[1, 2], 0, "all", true);
    if let Message::InstallSnapshot { last_included_index, .. } = &mut message {
        *last_included_index = u64::MAX;
    }
    assert_eq!(s1.hears(S2, message).noted(), [Note::SnapshotBeyondCounting]);
    s1.times_out();
    assert_eq!(s1.base(), 0);
}

#[test]
fn sn4_the_host_may_install_what_it_was_handed_unless_it_is_past_it() {
    let asks = |s1: &mut Server, term, index| {
        let request = Request::CondInstall { term: Term(term), index };
        match s1.input(Input::Call { request, key: 0 }).handed_out()[..] {
            [Output::CondInstall { install, .. }] => install,
            ref other => panic!("no answer: {other:?}"),
        }
    };
    let mut s1 = applied(&[1, 2], 1);
    assert!(!asks(&mut s1, 3, 4), "nothing was handed out");
    s1.hears(S2, install(3, &[1, 2, 3, 3], 0, "four", true));
    assert!(asks(&mut s1, 3, 4) && !asks(&mut s1, 2, 4));
    s1.hears(S2, append(3, &[1, 2, 3, 3, 3, 3], 4, 6)).takes_a_snapshot(6, "six");
    assert!(!asks(&mut s1, 3, 4), "the host has gone on to 6");
}

#[test]
fn sn5_entries_that_begin_below_the_snapshot_are_taken_from_its_end_on() {
    let mut s1 = applied(&[1, 2, 3], 3);
    s1.takes_a_snapshot(3, "three");
    s1.hears(S2, append(3, &[1, 2, 3, 3, 3], 1, 3));
    assert_eq!((s1.log_terms(), s1.sent()), ([3, 3].into(), [(S2, matched(3, 1, 5))].into()));
    s1.hears(S2, append(3, &[1, 2], 0, 2));
    assert_eq!((s1.log_terms(), s1.sent()), ([3, 3].into(), [(S2, matched(3, 0, 2))].into()));
}

#[test]
fn sn5_what_should_follow_the_snapshots_last_entry_and_follows_another_is_refused() {
    let mut s1 = applied(&[1, 2, 3], 3);
    s1.takes_a_snapshot(3, "three").hears(S2, append(3, &[1, 2, 2, 3], 3, 3));
    assert_eq!((s1.noted(), s1.log_terms()), ([Note::EntriesRefusedConflict].into(), [].into()));
}

#[test]
fn sn6_whoever_restarts_or_is_told_of_other_settings_need_not_save_its_snapshot_again() {
    let mut s1 = applied(&[1, 2, 3], 3);
    s1.takes_a_snapshot(2, "two");
    assert_eq!(s1.crashes_and_restarts().wrote(), 0);
    assert_eq!(s1.told(|config| config.pre_vote = true).wrote(), 0);
}

#[test]
fn pe6_without_its_rule_the_snapshot_is_saved_in_a_file_of_its_own() {
    let mut s1 = applied(&[1, 2, 3], 3).keeping(Rules::ALL.without(Rule::SnapshotWithState));
    s1.takes_a_snapshot(2, "two");
    let apart = s1.disk[&File::Snapshot].snapshot.as_deref().map(|snapshot| snapshot.index);
    assert_eq!((s1.wrote(), apart, s1.on_disk().snapshot.as_deref()), (2, Some(2), None));
}

#[test]
fn sn6_after_a_crash_the_snapshot_is_there_and_what_it_covers_counts_as_applied() {
    let mut s1 = applied(&[1, 2, 3, 3], 3);
    s1.takes_a_snapshot(2, "two").crashes_and_restarts();
    assert_eq!((s1.snapshot(), s1.committed(), s1.raft.applied_index()), (Some((2, "two")), 2, 2));
    s1.hears(S2, append(3, &[1, 2, 3, 3], 4, 4));
    assert_eq!((s1.applied(), s1.raft.applied_index()), ([3, 4].into(), 4));
    s1.hears(S3, request_vote(9, 0, 0)).crashes_and_restarts();
    assert_eq!(s1.snapshot(), Some((2, "two")), "a later write keeps it");
}

#[test]
fn sn7_a_refusal_by_terms_never_leads_below_the_base() {
    let mut s1 = applied(&[1, 2, 2, 2, 2], 2);
    s1.takes_a_snapshot(2, "two");
    s1.hears(S2, append(3, &[1, 2, 3, 3, 3], 5, 0));
    assert_eq!(s1.sent(), [(S2, conflict(3, 5, 2, 3))], "term 2 goes on below, but that is agreed");
}

#[test]
fn sn8_the_state_shrinks_by_what_the_snapshot_replaces() {
    let mut s1 = applied(&[1, 2, 3, 3], 3);
    let before = s1.raft.state_size();
    assert_eq!(s1.raft.applied_size(), 3 * 16);
    s1.takes_a_snapshot(3, "three");
    assert_eq!((before - s1.raft.state_size(), s1.raft.applied_size()), (3 * 16, 0));
    s1.hears(S2, append(3, &[1, 2, 3, 3, 3], 4, 3));
    assert_eq!(s1.raft.state_size(), before - 2 * 16);
}

#[test]
fn sn8_what_is_not_the_log_takes_a_term_a_vote_and_what_is_known_of_the_base() {
    assert_eq!(follower(S1, 3, saved(3, &[])).raft.state_size(), 8 + 3 + 24);
}

#[test]
fn a_large_snapshot_travels_in_chunks_one_at_a_time() {
    let mut s1 = leads_after_a_snapshot(Some(5));
    s1.hears(S3, too_short(4, 5, 1));
    let mut s3 = follower(S3, 3, saved(4, &[1]));
    let mut seen = Vec::new();
    for _ in 0..3 {
        let chunk = s1.sent_to(S3).pop().unwrap();
        let (_, offset, data, done) = chunk_to(&s1, S3);
        seen.push((offset, data, done));
        assert_eq!(s1.progress_of(S3).sending, Sending::Installing { offset });
        let answer = s3.hears(S1, chunk).sent_to(S1).pop().unwrap();
        let receiving = s3.raft.view().receiving;
        assert_eq!(receiving.map(|receiving| receiving.bytes), (!done).then_some(offset + 5));
        s1.hears(S3, answer);
    }
    assert_eq!(seen, [(0, "four ".into(), false), (5, "entri".into(), false), (10, "es".into(), true)]);
    assert_eq!((s3.snapshot(), s1.progress_of(S3).match_index), (Some((4, "four entries")), 4));
}

#[test]
fn a_chunk_that_comes_twice_or_too_early_is_not_taken_and_the_leader_is_told_where_to_go_on() {
    let mut s1 = applied(&[1], 1);
    s1.hears(S2, install(3, &[1, 3, 3], 4, "late", true));
    assert_eq!((s1.noted(), s1.base()), ([Note::ChunkOutOfPlace].into(), 0));
    assert_eq!(s1.sent(), [(S2, received(3, 3, 4, Received::Upto(0)))]);
    s1.hears(S2, install(3, &[1, 3, 3], 0, "ear", false));
    assert_eq!(s1.sent(), [(S2, received(3, 3, 0, Received::Upto(3)))]);
    s1.hears(S2, install(3, &[1, 3, 3], 0, "ear", false));
    assert_eq!(s1.sent(), [(S2, received(3, 3, 0, Received::Upto(3)))]);
    s1.hears(S2, install(3, &[1, 3, 3], 3, "ly", true));
    assert_eq!(s1.snapshot(), Some((3, "early")));
}

#[test]
fn chunks_of_different_snapshots_or_from_different_leaders_are_not_mixed() {
    let mut s1 = applied(&[1], 1);
    s1.hears(S2, install(3, &[1, 3, 3], 0, "old", false)).hears(S2, install(3, &[1, 3, 3, 3], 3, "er", true));
    assert_eq!((s1.noted(), s1.base()), ([Note::ChunkOutOfPlace].into(), 0));
    s1.hears(S2, install(3, &[1, 3, 3], 0, "old", false)).hears(S3, install(4, &[1, 3, 3], 3, "er", true));
    assert_eq!((s1.noted(), s1.base()), ([Note::ChunkOutOfPlace].into(), 0));
}

#[test]
fn a_crash_forgets_the_chunks_and_the_leader_begins_again() {
    let mut s1 = leads_after_a_snapshot(Some(5));
    s1.hears(S3, too_short(4, 5, 1)).hears(S3, received(4, 4, 0, Received::Upto(5)));
    assert_eq!(chunk_to(&s1, S3).1, 5);
    s1.hears(S3, received(4, 4, 5, Received::Upto(0)));
    assert_eq!(chunk_to(&s1, S3).1, 0);
    assert!(
        s1.hears(S3, received(4, 4, 0, Received::Upto(0))).sent().is_empty(),
        "it asks again in its own time"
    );
    s1.heartbeat_is_due();
    assert_eq!(chunk_to(&s1, S3).1, 0);
}

#[test]
fn a_transfer_keeps_to_the_snapshot_with_which_it_began() {
    let mut s1 = leads_after_a_snapshot(Some(5));
    s1.hears(S3, too_short(4, 5, 1)).hears(S3, received(4, 4, 0, Received::Upto(5)));
    s1.takes_a_snapshot(6, "six entries").heartbeat_is_due();
    assert_eq!(chunk_to(&s1, S3), (4, 5, "entri".into(), false));
}

/// Five servers, of which the last hears nothing while the others take snapshots, and then comes back.
#[test]
fn a_server_that_was_away_comes_back_by_snapshot_in_any_size_of_chunks() {
    for chunk in [None, Some(1), Some(3), Some(1_000)] {
        let mut servers: Cluster = cluster(&[&[], &[], &[], &[], &[]]);
        for server in &mut servers.servers {
            server.input(Input::Configure(Config { snapshot_chunk: chunk, ..server.raft.config.clone() }));
        }
        servers.elect(S1);
        servers.cut.push(S5);
        for command in 0..10 {
            servers.propose(S1, command);
            servers.settle();
        }
        servers.heartbeat(S1);
        servers.settle();
        for id in [S1, S2, S3, S4] {
            servers.tell(
                id,
                Input::Call { request: Request::Snapshot { index: 8, data: "eight".into() }, key: 0 },
            );
        }
        servers.cut.clear();
        for _ in 0..3 {
            servers.heartbeat(S1);
            servers.settle();
        }
        let s5 = servers.at(S5);
        assert_eq!((s5.snapshot(), s5.base(), s5.committed()), (Some((8, "eight")), 8, 10), "{chunk:?}");
        assert_eq!(servers.at(S1).progress_of(S5).match_index, 10);
    }
}
