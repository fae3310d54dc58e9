//! A window of every server's log, aligned by index.

use crate::run::Run;
use crate::server::durable;
use serde::Serialize;
use splitbrain::kv::Command;
use splitbrain::lab::member::View;
use splitbrain::lab::tell::kv::op;
use splitbrain::node::NodeId;
use splitbrain::raft::{Link, Log};
use tsify::Tsify;

/// At most this many entries of a log are shown at once.
const MOST: u64 = 1_000;

/// One server's part of the window. Of a server that is down, what its disk holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct LogRow {
    /// Whose log it is.
    pub server: NodeId,
    /// The index of its first entry, were there one.
    pub first: u64,
    /// The index of its last entry.
    pub last_index: u64,
    /// The highest index known there to be committed.
    pub commit_index: u64,
    /// The highest index applied there.
    pub last_applied: u64,
    /// The highest index that is on its disk as it is in its log.
    pub durable_index: u64,
    /// Its entries in the window.
    pub entries: Vec<Entry>,
}

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Entry {
    /// Its index.
    pub index: u64,
    /// Its term.
    pub term: u64,
    /// Its command as people type it: `put x 1`.
    pub text: String,
    /// Whose command it is.
    pub client: Option<NodeId>,
    /// The command's number in its client's session.
    pub number: Option<u64>,
}

/// The entries from index `from` on, at most `count` of each server.
pub(crate) fn logs(run: &Run, from: u64, count: u64) -> Vec<LogRow> {
    let (world, roster) = (run.timeline().world(), run.timeline().subject().roster());
    let after = from.saturating_sub(1);
    let upto = after.saturating_add(count.min(MOST));
    let none = Log::new();
    let row = |server: NodeId| {
        let disk = durable(world, server).map_or(&none, |state| &state.log);
        let (log, commit_index, last_applied) = match world.view(server) {
            Some(View::Server(view)) => (&view.raft.log, view.raft.commit_index, view.last_applied),
            _ => (disk, 0, 0),
        };
        LogRow {
            server,
            first: log.base_index() + 1,
            last_index: log.last_index(),
            commit_index,
            last_applied,
            durable_index: agreed(log, disk),
            entries: log.range(after, upto).into_iter().map(entry).collect(),
        }
    };
    roster.servers().map(row).collect()
}

/// How far two logs are the same. Logs that agree at one index agree up to there; what a snapshot has replaced is
/// committed, so that is the same everywhere.
fn agreed(log: &Log<Command>, disk: &Log<Command>) -> u64 {
    let (shorter, base) = (log.last_index().min(disk.last_index()), log.base_index().max(disk.base_index()));
    let (mut same, mut differ) = (base.min(shorter), shorter + 1);
    while differ - same > 1 {
        let middle = same + (differ - same) / 2;
        if log.chain_at(middle) == disk.chain_at(middle) { same = middle } else { differ = middle }
    }
    same
}

fn entry(link: &Link<Command>) -> Entry {
    let command = &link.entry.command;
    Entry {
        index: link.index,
        term: link.entry.term.0,
        text: op(&command.op),
        client: Some(command.session.client),
        number: Some(command.number),
    }
}
