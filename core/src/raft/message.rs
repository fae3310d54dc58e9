//! What Raft servers say to each other (Figure 2). Messages are one-way: a reply repeats what of its request the
//! reader must know, so that no reply needs the state in which its request was sent.

use super::log::{Command, Index, Log, Term};
use crate::bytes::Bytes;
use crate::node;
use serde::Serialize;

/// A message between Raft servers. Each carries its sender's term.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Message<C: Command> {
    /// A candidate asks for a vote (§5.2).
    RequestVote {
        /// The candidate's term.
        term: Term,
        /// Index of the candidate's last log entry (§5.4.1).
        last_log_index: Index,
        /// Term of the candidate's last log entry (§5.4.1).
        last_log_term: Term,
        /// Whether the candidate's leader told it to stand, so that nobody need refuse for that leader's sake.
        transfer: bool,
    },
    /// The answer to [`Message::RequestVote`].
    VoteReply {
        /// The voter's term.
        term: Term,
        /// Whether the candidate has this vote, in this term.
        granted: bool,
    },
    /// A leader replicates entries, or none as a heartbeat (§5.3).
    AppendEntries {
        /// The leader's term.
        term: Term,
        /// Index of the entry just before the new ones.
        prev_log_index: Index,
        /// Term of that entry.
        prev_log_term: Term,
        /// The leader's log up to the last entry sent: the new entries are those after `prev_log_index`.
        entries: Log<C>,
        /// How far the leader has committed.
        leader_commit: Index,
        /// How often the leader had turned to all its followers when it sent this: the answer proves that it still
        /// led then (§8).
        round: u64,
    },
    /// The answer to [`Message::AppendEntries`].
    AppendReply {
        /// The follower's term.
        term: Term,
        /// The `prev_log_index` of the request that this answers.
        prev_log_index: Index,
        /// What became of the entries.
        outcome: Appended,
        /// The `round` of the request that this answers.
        round: u64,
    },
    /// A leader sends a snapshot, or a chunk of one, in place of entries that it no longer has (§7, Figure 13).
    InstallSnapshot {
        /// The leader's term.
        term: Term,
        /// The index of the last entry that the snapshot replaces.
        last_included_index: Index,
        /// The term of that entry.
        last_included_term: Term,
        /// The chain hash of the log up to that entry.
        last_included_chain: u64,
        /// Where in the snapshot the chunk belongs, in bytes.
        offset: u64,
        /// The chunk.
        data: Bytes,
        /// Whether it is the last.
        done: bool,
        /// As in [`Message::AppendEntries`].
        round: u64,
    },
    /// The answer to [`Message::InstallSnapshot`].
    SnapshotReply {
        /// The follower's term.
        term: Term,
        /// The `last_included_index` of the request that this answers.
        last_included_index: Index,
        /// Its `offset`.
        offset: u64,
        /// What became of the chunk.
        outcome: Received,
        /// Its `round`.
        round: u64,
    },
    /// A server asks whether it would have a vote in the next term (dissertation §9.6).
    RequestPreVote {
        /// Its term, which it has not raised yet.
        term: Term,
        /// Index of its last log entry.
        last_log_index: Index,
        /// Term of its last log entry.
        last_log_term: Term,
    },
    /// The answer to [`Message::RequestPreVote`].
    PreVoteReply {
        /// The voter's term.
        term: Term,
        /// The `term` of the request that this answers.
        asked_in: Term,
        /// Whether it would have this vote.
        granted: bool,
    },
    /// A leader asks its follower to stand for election at once (dissertation §3.10).
    TimeoutNow {
        /// The leader's term.
        term: Term,
    },
}

/// What a follower did with a chunk of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Received {
    /// It holds all that the snapshot replaces, by this snapshot or otherwise.
    Installed,
    /// It holds the snapshot's first bytes up to here, and waits for more.
    Upto(u64),
    /// The request came from an earlier term and was refused.
    Stale,
}

/// What a follower did with the entries it was sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Appended {
    /// The follower's log now matches the leader's up to this index.
    Match(Index),
    /// It has no entry at `prev_log_index`: its log ends here.
    TooShort {
        /// The follower's last index.
        last_index: Index,
    },
    /// Its entry at `prev_log_index` has another term (§5.3, fast back-up).
    Conflict {
        /// That other term.
        term: Term,
        /// The first index at which the follower holds that term.
        first_index: Index,
    },
    /// The request came from an earlier term and was refused.
    Stale,
}

impl<C: Command> Message<C> {
    /// The sender's term.
    pub fn term(&self) -> Term {
        match self {
            Message::RequestVote { term, .. }
            | Message::VoteReply { term, .. }
            | Message::AppendEntries { term, .. }
            | Message::AppendReply { term, .. }
            | Message::InstallSnapshot { term, .. }
            | Message::SnapshotReply { term, .. }
            | Message::RequestPreVote { term, .. }
            | Message::PreVoteReply { term, .. }
            | Message::TimeoutNow { term } => *term,
        }
    }
}

impl<C: Command> node::Message for Message<C> {
    fn kind(&self) -> u8 {
        match self {
            Message::RequestVote { .. } => 0,
            Message::VoteReply { .. } => 1,
            Message::AppendEntries { .. } => 2,
            Message::AppendReply { .. } => 3,
            Message::InstallSnapshot { .. } => 4,
            Message::SnapshotReply { .. } => 5,
            Message::RequestPreVote { .. } => 6,
            Message::PreVoteReply { .. } => 7,
            Message::TimeoutNow { .. } => 8,
        }
    }

    fn is_reply(&self) -> bool {
        matches!(
            self,
            Message::VoteReply { .. }
                | Message::AppendReply { .. }
                | Message::SnapshotReply { .. }
                | Message::PreVoteReply { .. }
        )
    }
}
