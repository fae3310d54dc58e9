//! How large messages are, in this project's own encoding: one byte for a kind or a flag, eight for a number, and an
//! entry as large as it counts in a log.

use crate::kv;
use crate::lab::member::Message;
use crate::raft;
use crate::raft::log::{Index, Log};

const KIND: u64 = 1;
const NUMBER: u64 = 8;

/// What a message takes on the wire, in bytes. The labs' clusters send nothing but Raft's messages.
pub(super) fn size(message: &Message) -> u64 {
    let Message::Kv(kv::Message::Raft(message)) = message else { return 0 };
    KIND + match message {
        raft::Message::RequestVote { .. } => 3 * NUMBER + KIND,
        raft::Message::RequestPreVote { .. } => 3 * NUMBER,
        raft::Message::PreVoteReply { .. } => 2 * NUMBER + KIND,
        raft::Message::TimeoutNow { .. } => NUMBER,
        raft::Message::VoteReply { .. } => NUMBER + KIND,
        raft::Message::AppendEntries { prev_log_index, entries, .. } => {
            5 * NUMBER + entries_size(entries, *prev_log_index)
        }
        raft::Message::AppendReply { .. } => 5 * NUMBER + KIND,
        raft::Message::InstallSnapshot { data, .. } => 6 * NUMBER + KIND + data.len(),
        raft::Message::SnapshotReply { .. } => 5 * NUMBER + KIND,
    }
}

/// What the entries after `prev` take.
fn entries_size(entries: &Log<kv::Command>, prev: Index) -> u64 {
    if entries.last_index() > prev { entries.bytes() - entries.bytes_upto(prev) } else { 0 }
}

/// The entries that a message carries, as a range of indexes: after the first and up to the second.
pub(super) fn carried(message: &Message) -> Option<(Index, Index)> {
    match message {
        Message::Kv(kv::Message::Raft(raft::Message::AppendEntries { prev_log_index, entries, .. })) => {
            Some((*prev_log_index, entries.last_index())).filter(|(prev, last)| prev < last)
        }
        _ => None,
    }
}
