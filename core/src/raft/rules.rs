//! Raft's rules that can be switched off, each with the consequence that gives its absence away.
//!
//! A rule stands in the code at one line, beside the paragraph it comes from. With a rule off a server does what a
//! hurried implementation does; it may then break every promise, but it neither panics nor loops.

pub use crate::rules::{Kind, Rule as Named};

crate::rules::rules! {
    OneVoteATerm "one-vote-a-term" Safety "§5.2"
        "A server votes for at most one candidate in a term.";
    VotePersisted "vote-persisted" Safety "Figure 2"
        "A server saves its vote before it tells anybody, so a crash cannot let it vote twice.";
    MajorityToWin "majority-to-win" Safety "§5.2"
        "A candidate wins only with the votes of a majority of the whole cluster.";
    ElectionRestriction "election-restriction" Safety "§5.4.1"
        "A server votes only for a candidate whose log is at least as up to date as its own.";
    StepDownOnHigherTerm "step-down-on-higher-term" Safety "§5.1"
        "A candidate or leader that learns of a higher term becomes a follower.";
    RandomElectionTimeout "random-election-timeout" Liveness "§5.2"
        "Election time-outs are drawn at random from a range, so that split votes are rare and soon resolved.";
    StaleRequestsRefused "stale-requests-refused" Safety "§5.1"
        "A request from an earlier term is refused and changes nothing.";
    StaleRepliesIgnored "stale-replies-ignored" Safety "§5.1"
        "A reply counts only in the term in which its request was sent.";
    LogConsistencyCheck "log-consistency-check" Safety "§5.3"
        "A follower refuses entries, and heartbeats, unless its log holds the entry just before them.";
    TruncateOnlyOnConflict "truncate-only-on-conflict" Safety "Figure 2"
        "A follower deletes only from the first entry that conflicts, so a delayed request never shortens its log.";
    EntriesPersisted "entries-persisted" Safety "Figure 2"
        "A server saves new entries before anybody counts on them.";
    CommitOnlyVerified "commit-only-verified" Safety "Figure 2"
        "A follower commits no further than the last entry that the request itself verified.";
    MajorityToCommit "majority-to-commit" Safety "§5.3"
        "An entry is committed only once a majority of the whole cluster holds it.";
    CurrentTermCommit "current-term-commit" Safety "§5.4.2"
        "A leader counts replicas only for entries of its own term; older ones are committed along with them.";
    SnapshotWithState "snapshot-with-state" Safety "Figure 13"
        "A server saves a snapshot and the log that it shortens in one write, so no crash can come between.";
    SnapshotOnlyApplied "snapshot-only-applied" Safety "§7"
        "A snapshot replaces the entries that the state machine has applied, and no others.";
    SnapshotMonotone "snapshot-monotone" Safety "§7"
        "A follower ignores a snapshot of what it knows is committed: its state only moves forward.";
    KeepTailAfterSnapshot "keep-tail-after-snapshot" Safety "Figure 13"
        "A follower that holds the snapshot's last entry keeps what follows it: that may have been counted.";
    ChunkAtItsOffset "chunk-at-its-offset" Safety "Figure 13"
        "A follower puts each chunk of a snapshot at its offset, so one that comes twice is taken once.";
    FastBackup "fast-backup" Cost "§5.3"
        "A refusal says where the follower's log parts, so that each conflicting term costs one request, not each entry.";
}
