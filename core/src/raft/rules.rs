//! Raft's rules that can be switched off, each with the consequence that gives its absence away.
//!
//! A rule stands in the code at one line, beside the paragraph it comes from. With a rule off a server does what a
//! hurried implementation does; it may then break every promise, but it neither panics nor loops.

pub use crate::rules::{Kind, Rule as Named};

crate::rules::rules! {
    OneVoteATerm "one-vote-a-term" Safety "§5.2"
        "A server votes for at most one candidate in a term.";
    NewTermNewVote "new-term-new-vote" Liveness "§5.1"
        "With a new term comes a new vote: whom a server voted for before does not bind it.";
    TermPersisted "term-persisted" Safety "Figure 2"
        "A server saves its term before it speaks of it, so a crash cannot take it back to an earlier one.";
    VotePersisted "vote-persisted" Safety "Figure 2"
        "A server saves its vote before it tells anybody, so a crash cannot let it vote twice.";
    MajorityToWin "majority-to-win" Safety "§5.2"
        "A candidate wins only with the votes of a majority of the whole cluster.";
    CountEachVoterOnce "count-each-voter-once" Safety "§5.2"
        "A candidate counts each voter once, however often its vote arrives.";
    ElectionRestriction "election-restriction" Safety "§5.4.1"
        "A server votes only for a candidate whose log is at least as up to date as its own.";
    StepDownOnHigherTerm "step-down-on-higher-term" Safety "§5.1"
        "A candidate or leader that learns of a higher term becomes a follower.";
    RandomElectionTimeout "random-election-timeout" Liveness "§5.2"
        "Election time-outs are drawn at random from a range, so that split votes are rare and soon resolved.";
    ResetTimerOnlyWhen "reset-timer-only-when" Liveness "§5.2"
        "An election timer starts anew only on hearing the leader, on standing for election and on giving a vote.";
    StandAgain "stand-again" Liveness "§5.2"
        "A candidate that is not elected in time stands again.";
    StaleRequestsRefused "stale-requests-refused" Safety "§5.1"
        "A request from an earlier term is refused and changes nothing.";
    StaleRepliesIgnored "stale-replies-ignored" Safety "§5.1"
        "A reply counts only in the term in which its request was sent.";
    LogConsistencyCheck "log-consistency-check" Safety "§5.3"
        "A follower refuses entries, and heartbeats, unless its log holds the entry just before them.";
    HeartbeatsChecked "heartbeats-checked" Safety "§5.3"
        "A heartbeat goes through the same check as entries: only then does its answer say that the logs agree.";
    TruncateOnlyOnConflict "truncate-only-on-conflict" Safety "Figure 2"
        "A follower deletes only from the first entry that conflicts, so a delayed request never shortens its log.";
    EntriesPersisted "entries-persisted" Safety "Figure 2"
        "A server saves new entries before anybody counts on them.";
    MatchFromRequest "match-from-request" Safety "Figure 2"
        "A leader takes for replicated what the acknowledged request carried, not what its log holds by now.";
    ProgressResetAtElection "progress-reset-at-election" Safety "Figure 2"
        "What a leader knew of its followers in an earlier term counts for nothing in a new one.";
    Retry "retry" Liveness "§5.3"
        "A leader sends what was not acknowledged again and again until it is.";
    CommitOnlyVerified "commit-only-verified" Safety "Figure 2"
        "A follower commits no further than the last entry that the request itself verified.";
    MajorityToCommit "majority-to-commit" Safety "§5.3"
        "An entry is committed only once a majority of the whole cluster holds it.";
    CurrentTermCommit "current-term-commit" Safety "§5.4.2"
        "A leader counts replicas only for entries of its own term; older ones are committed along with them.";
    ApplyOnlyCommitted "apply-only-committed" Safety "§5.3"
        "A server applies an entry only when it knows that it is committed.";
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
    PreVoteNeedsSilence "pre-vote-needs-silence" Liveness "dissertation §9.6"
        "A server that hears a leader tells whoever asks that it would not vote for another.";
    ReadsConfirmed "reads-confirmed" Safety "§8"
        "A leader lets a read pass only when a majority has answered it since the read arrived, or under a lease.";
    ReadAfterOwnCommit "read-after-own-commit" Safety "§8"
        "A leader lets no read pass before it has committed an entry of its own term.";
    LeaseRefusesVotes "lease-refuses-votes" Safety "dissertation §6.4.1"
        "Where leaders hold leases, a server that hears a leader elects no other.";
    LeaseFromSendTime "lease-from-send-time" Safety "dissertation §6.4.1"
        "A lease runs from when the round that earned it was sent, not from when it was answered.";
    LeaseEndsAtTransfer "lease-ends-at-transfer" Safety "dissertation §6.4.1"
        "A leader that hands over gives up its lease: the other need not wait for that to end.";
    FastBackup "fast-backup" Cost "§5.3"
        "A refusal says where the follower's log parts, so that each conflicting term costs one request, not each entry.";
}
