//! A client of the key/value service: what it waits for and what it was told.

use crate::moment::Micros;
use crate::server::reply;
use serde::Serialize;
use splitbrain::kv::{ClerkView, Session};
use splitbrain::lab::Roster;
use splitbrain::lab::member::{Member, View};
use splitbrain::lab::tell::kv::op;
use splitbrain::node::NodeId;
use splitbrain::sim::World;
use splitbrain::tree::Tree;
use tsify::Tsify;

/// How many committed entries are searched for the commands of the operations shown.
const SEARCHED: u64 = 400;

/// A client that is not down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// Its session: its name, and which of its lives if it has crashed.
    pub session: String,
    /// The number that its next operation will have.
    pub next: u64,
    /// The server that answered last.
    pub leader_hint: Option<NodeId>,
    /// The steady random load it is under.
    pub load: Option<Load>,
    /// The operation that it waits for.
    pub pending: Option<Pending>,
    /// How many operations wait behind it.
    pub queued: u32,
    /// The last operations that returned, oldest first.
    pub history: Vec<Operation>,
}

/// A steady load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Load {
    /// The pause between two operations.
    pub every: Micros,
}

/// An operation that a client waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Pending {
    /// Its number.
    pub number: u64,
    /// As people type it: `put x 1`.
    pub text: String,
    /// How often it was sent.
    pub attempt: u32,
    /// The server that was asked last, or that is asked next.
    pub to: NodeId,
    /// When it was first sent.
    pub since: Micros,
}

/// An operation that returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its number.
    pub number: u64,
    /// As people type it: `put x 1`.
    pub text: String,
    /// The answer.
    pub reply: Option<String>,
    /// When it was first sent.
    pub called_at: Micros,
    /// When the answer came.
    pub returned_at: Option<Micros>,
    /// How often it was sent.
    pub attempts: u32,
    /// The index of its entry in the log; null if that is far back.
    pub index: Option<u64>,
}

/// Where the commands committed last are in the log, as the server knows it that has committed most.
pub(crate) type Indexes = Tree<(Session, u64), u64>;

/// Looks for the commands committed last.
pub(crate) fn indexes(world: &World<Member>) -> Indexes {
    let servers = world.ids().filter_map(|node| match world.view(node) {
        Some(View::Server(view)) => Some(&view.raft),
        _ => None,
    });
    let Some(furthest) = servers.max_by_key(|raft| raft.commit_index) else { return Indexes::new() };
    let commit = furthest.commit_index;
    let committed = furthest.log.range(commit.saturating_sub(SEARCHED), commit);
    let mut indexes = Indexes::new();
    for link in committed {
        // A command can be in the log twice; it took effect where it came first.
        let command = (link.entry.command.session, link.entry.command.number);
        if !indexes.contains_key(&command) {
            indexes.insert(command, link.index);
        }
    }
    indexes
}

/// A client, as it is shown.
pub(crate) fn client(view: &ClerkView, roster: Roster, indexes: &Indexes) -> Client {
    let name = roster.name(view.session.client);
    Client {
        session: match view.session.incarnation {
            0 | 1 => name,
            life => format!("{name}, life {life}"),
        },
        next: view.next_number,
        leader_hint: view.leader,
        load: view.load.map(|load| Load { every: load.every.0 }),
        pending: view.pending.as_ref().map(|pending| Pending {
            number: pending.number,
            text: op(&pending.op),
            attempt: pending.attempt,
            to: pending.to,
            since: pending.since.0,
        }),
        queued: view.queued,
        history: view
            .history
            .recent()
            .map(|returned| Operation {
                number: returned.number,
                text: op(&returned.op),
                reply: Some(reply(&returned.reply)),
                called_at: returned.called_at.0,
                returned_at: Some(returned.returned_at.0),
                attempts: returned.attempts,
                index: indexes.get(&(view.session, returned.number)).copied(),
            })
            .collect(),
    }
}
