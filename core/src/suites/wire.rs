//! How large messages are, in this project's own encoding: one byte for the kind, eight for a number, and a command as
//! long as its text.

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
        raft::Message::RequestVote { .. } => 3 * NUMBER,
        raft::Message::VoteReply { .. } => NUMBER + KIND,
        raft::Message::AppendEntries { prev_log_index, entries, .. } => {
            4 * NUMBER + entries_size(entries, *prev_log_index)
        }
        raft::Message::AppendReply { .. } => 2 * NUMBER + KIND + 2 * NUMBER,
        raft::Message::InstallSnapshot { data, .. } => 5 * NUMBER + KIND + data.len(),
        raft::Message::SnapshotReply { .. } => 3 * NUMBER + KIND + NUMBER,
    }
}

/// What the entries after `prev` take: each its term, the length of its command and the command.
fn entries_size(entries: &Log<kv::Command>, prev: Index) -> u64 {
    if entries.last_index() <= prev {
        return 0;
    }
    let links = entries.range(prev, entries.last_index());
    links.iter().map(|link| 2 * NUMBER + link.entry.command.op.value().map_or(0, kv::Text::len)).sum()
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
