//! A client of the key/value service: what it waits for. What it was told is among the [operations](crate::operations).

use crate::moment::Micros;
use serde::Serialize;
use splitbrain::kv::{ClerkView, Mix};
use splitbrain::lab::Roster;
use splitbrain::lab::tell::kv::op;
use splitbrain::node::NodeId;
use tsify::Tsify;

/// A client that is not down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Client {
    /// Its session: its name, and which of its lives if it has crashed.
    pub session: String,
    /// Which of its lives, from 1.
    pub life: u64,
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
}

/// A steady load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Load {
    /// The pause between two operations.
    pub every: Micros,
    /// Over how many keys.
    pub keys: u32,
    /// How many operations in a thousand write.
    pub writes: u32,
    /// How many operations in a thousand are about the first key, whatever the others are about.
    pub hot: u32,
    /// How many writes in a thousand compare and set.
    pub cas: u32,
    /// How many writes in a thousand delete.
    pub deletes: u32,
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

/// A client, as it is shown.
pub(crate) fn client(view: &ClerkView, roster: Roster) -> Client {
    let name = roster.name(view.session.client);
    Client {
        session: match view.session.incarnation {
            0 | 1 => name,
            life => format!("{name}, life {life}"),
        },
        life: view.session.incarnation,
        next: view.next_number,
        leader_hint: view.leader,
        load: view.load.map(|load| {
            let Mix { keys, hot, writes, cas, deletes } = load.mix;
            Load { every: load.every.0, keys, hot, writes, cas, deletes }
        }),
        pending: view.pending.as_ref().map(|pending| Pending {
            number: pending.number,
            text: op(&pending.op),
            attempt: pending.attempt,
            to: pending.to,
            since: pending.since.0,
        }),
        queued: view.queued,
    }
}
