//! Logs whose beginnings a snapshot has replaced: nothing is missed for that, and nothing is alarming.

use super::*;
use crate::bytes::Bytes;
use crate::raft::message::Received;
use crate::raft::snapshot::Snapshot;

/// The same view, with the entries up to an index in a snapshot.
fn compacted(view: View<u64>, upto: Index) -> View<u64> {
    let mut log = view.log;
    log.compact(upto);
    based(View { log, ..view })
}

/// The same view with the snapshot that its log's base speaks of.
fn based(view: View<u64>) -> View<u64> {
    let (index, term, chain) = (view.log.base_index(), view.log.base_term(), view.log.base_chain());
    let snapshot = Snapshot { index, term, chain, data: Bytes::default() };
    View { snapshot: Some(Rc::new(snapshot)), ..view }
}

fn starting_after(log: &Log<u64>, index: Index) -> Log<u64> {
    let (term, chain) = (log.term_at(index).unwrap(), log.chain_at(index).unwrap());
    Log::starting_after(index, term, chain)
}

fn sends(term: u64, log: &Log<u64>, index: Index) -> Message<u64> {
    Message::InstallSnapshot {
        term: Term(term),
        last_included_index: index,
        last_included_term: log.term_at(index).unwrap(),
        last_included_chain: log.chain_at(index).unwrap(),
        offset: 0,
        data: Bytes::default(),
        done: true,
        round: 0,
    }
}

fn installed(term: u64, index: Index) -> Message<u64> {
    let outcome = Received::Installed;
    Message::SnapshotReply { term: Term(term), last_included_index: index, offset: 0, outcome, round: 0 }
}

#[test]
fn a_healthy_run_with_snapshots_taken_sent_and_found_after_a_crash_breaks_nothing() {
    let long = log(&[1, 1, 1, 1]);
    let longer = log(&[1, 1, 1, 1, 2]);
    let mut run = Run::default();
    run.sees(S1, leader(1, &long, 0))
        .sees(S2, follower(1, &long, 0))
        .sees(S3, follower(1, &log(&[1]), 0))
        .sees(S1, leader(1, &long, 3))
        .sees(S1, compacted(leader(1, &long, 3), 3))
        .says(S1, S3, sends(1, &long, 3), (1, Some(S1), &compacted(leader(1, &long, 3), 3).log))
        .sees(S3, based(follower(1, &starting_after(&long, 3), 3)))
        .says(S3, S1, installed(1, 3), (1, None, &starting_after(&long, 3)))
        .sees(S2, compacted(follower(1, &long, 3), 2))
        .sees(S1, compacted(leader(1, &long, 4), 4))
        .crashes(S1)
        .sees(S2, View { commit_index: 3, ..compacted(leader(2, &longer, 3), 2) })
        .sees(S2, compacted(leader(2, &longer, 5), 5))
        .sees(S1, compacted(follower(2, &long, 4), 4))
        .sees(S1, compacted(follower(2, &longer, 5), 4))
        .crashes(S3)
        .sees(S3, based(follower(1, &starting_after(&long, 3), 3)))
        .sees(S3, based(follower(2, &starting_after(&longer, 5), 5)))
        .all_is_well();
    assert_eq!(run.checker.applied_log(), &longer, "it remembers what everybody has dropped");
}

#[test]
fn entries_that_are_applied_and_dropped_in_one_step_are_known_from_the_step_before() {
    let three = log(&[1, 1, 1]);
    let mut run = Run::default();
    run.sees(S1, leader(1, &three, 0)).sees(S1, compacted(leader(1, &three, 3), 3)).all_is_well();
    assert_eq!(run.checker.applied_log(), &three);
    let mut run = Run::default();
    run.sees(S1, leader(1, &three, 0)).sees(S2, follower(1, &log(&[1]), 0));
    run.sees(S2, compacted(follower(1, &three, 3), 3)).all_is_well();
    assert_eq!(run.checker.applied_log(), &three, "and from the log of their leader");
}

#[test]
fn a_snapshot_of_what_nobody_has_applied_is_noticed() {
    let three = log(&[1, 1, 1]);
    let mut run = Run::default();
    run.sees(S2, based(follower(1, &starting_after(&three, 3), 3)));
    run.breaks(Property::TrueSnapshots, &[S2]);
}

#[test]
fn a_snapshot_of_more_than_its_server_has_applied_is_noticed() {
    let three = log(&[1, 1, 1]);
    let mut run = Run::default();
    run.sees(S1, leader(1, &three, 3));
    run.sees(S2, View { last_applied: 1, ..compacted(follower(1, &three, 3), 2) });
    assert!(run.verdicts.of(Property::TrueSnapshots).is_some_and(|violation| violation.nodes == [S2]));
    let mut run = Run::default();
    run.sees(S1, leader(1, &three, 3))
        .sees(S2, View { snapshot: None, ..compacted(follower(1, &three, 3), 2) });
    run.breaks(Property::TrueSnapshots, &[S2]);
}

#[test]
fn a_snapshot_of_another_history_is_noticed() {
    let (one, other) = (log(&[1, 1, 1]), log(&[1, 2, 2]));
    let mut run = Run::default();
    run.sees(S1, leader(1, &one, 3)).sees(S2, based(follower(2, &starting_after(&other, 3), 3)));
    run.breaks(Property::StateMachineSafety, &[S2]);
}

#[test]
fn a_snapshot_that_moves_back_is_noticed() {
    let three = log(&[1, 1, 1]);
    let mut run = Run::default();
    run.sees(S1, leader(1, &three, 3)).sees(S1, compacted(leader(1, &three, 3), 3));
    run.sees(S1, compacted(leader(1, &three, 3), 1));
    assert!(run.breaks(Property::OnlyForward, &[S1]).why.contains("fell from 3 to 1"));
}

#[test]
fn a_leader_whose_snapshot_lacks_what_was_committed_is_noticed() {
    let (one, other) = (log(&[1, 1, 1]), log(&[1]));
    let mut run = Run::default();
    run.sees(S1, leader(1, &one, 3)).sees(S2, compacted(follower(1, &one, 3), 3));
    run.sees(S2, View { role: leader(2, &one, 3).role, ..compacted(follower(2, &one, 3), 3) }).all_is_well();
    run.sees(S3, leader(3, &other, 0));
    run.breaks(Property::LeaderCompleteness, &[S3]);
}

#[test]
fn committed_entries_that_a_snapshot_throws_away_are_noticed() {
    let (three, two) = (log(&[1, 1, 1]), log(&[1, 1]));
    let mut run = Run::default();
    run.sees(S1, leader(1, &three, 3)).sees(S2, follower(1, &three, 3));
    run.sees(
        S2,
        View { commit_index: 3, last_applied: 3, ..based(follower(1, &starting_after(&two, 2), 3)) },
    );
    assert!(run.verdicts.of(Property::CommittedStays).is_some_and(|violation| violation.nodes == [S2]));
}

#[test]
fn a_snapshot_sent_or_acknowledged_that_is_not_on_disk_is_noticed() {
    let (empty, two) = (log(&[]), log(&[1, 1]));
    for (from, to, message) in [(S1, S2, sends(1, &two, 2)), (S2, S1, installed(1, 2))] {
        let mut run = Run::default();
        run.sees(S1, leader(1, &two, 2)).says(from, to, message, (1, None, &empty));
        run.breaks(Property::PromisesDurable, &[from]);
    }
}
