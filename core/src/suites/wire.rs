//! How large messages are, in this project's own encoding: one byte for a kind or a flag, two for a node, four for the
//! length of a text, eight for a number, and an entry as large as it counts in a log.

use crate::kv::message::Outcome;
use crate::kv::{self, Reply};
use crate::lab::member::Message;
use crate::raft::log::{Index, Log};
use crate::raft::{self, Command as _};

const KIND: u64 = 1;
const NODE: u64 = 2;
const LENGTH: u64 = 4;
const NUMBER: u64 = 8;

/// A client and which of its lives.
const SESSION: u64 = NODE + NUMBER;

/// What a message takes on the wire, in bytes. Lab 1's tester prints none, and its messages are not weighed.
pub(super) fn size(message: &Message) -> u64 {
    let Message::Kv(message) = message else { return 0 };
    KIND + match message {
        kv::Message::Raft(message) => of_raft(message),
        // As it will stand in the log.
        kv::Message::Request { session, number, op } => {
            kv::Command { session: *session, number: *number, op: op.clone() }.size()
        }
        kv::Message::Reply { outcome, .. } => SESSION + NUMBER + KIND + of_outcome(outcome),
    }
}

fn of_outcome(outcome: &Outcome) -> u64 {
    match outcome {
        Outcome::Done(Reply::Value(Some(value))) => KIND + LENGTH + value.len(),
        Outcome::Done(Reply::Value(None) | Reply::Done | Reply::NotEqual | Reply::TooLong) => KIND,
        Outcome::NotLeader { leader } => KIND + leader.map_or(0, |_| NODE),
    }
}

fn of_raft(message: &raft::Message<kv::Command>) -> u64 {
    match message {
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
