//! All that an onlooker may see of the service. Cheap to clone and compare, however long the run.

use super::history::History;
use super::load::Mix;
use super::rules::Rules;
use super::session::{Command, Session, Sessions};
use super::store::{Op, Store};
use crate::node::NodeId;
use crate::raft;
use crate::raft::log::{Index, Term};
use crate::time::{Span, Time};
use alloc::rc::Rc;
use alloc::vec::Vec;
use serde::Serialize;

/// A server: its Raft, and the state machine that the Raft drives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerView {
    /// Its Raft.
    pub raft: raft::view::View<Command>,
    /// The store.
    pub store: Store,
    /// The session table.
    pub sessions: Sessions,
    /// The index of the last command that `store` and `sessions` include.
    pub last_applied: Index,
    /// The clients that wait for an answer, in the order of the index that each waits for.
    pub waiting: Rc<Vec<Waiter>>,
    /// Which rules it keeps.
    pub rules: Rules,
}

/// A client that waits for its command to be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Waiter {
    /// Where in the log its command was put.
    pub index: Index,
    /// In which term: another command may take that index in a later one.
    pub term: Term,
    /// Whose it is.
    pub session: Session,
    /// The number of the command.
    pub number: u64,
}

/// A clerk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClerkView {
    /// Its session.
    pub session: Session,
    /// The number that its next operation will have.
    pub next_number: u64,
    /// The operation that it waits for.
    pub pending: Option<Pending>,
    /// The server that answered last.
    pub leader: Option<NodeId>,
    /// How many operations wait behind the pending one.
    pub queued: u32,
    /// The operations that have returned.
    pub history: History,
    /// The steady random load it is under.
    pub load: Option<Load>,
}

/// The operation that a clerk waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pending {
    /// Its number.
    pub number: u64,
    /// The operation.
    pub op: Op,
    /// Under which number it was sent last: its own, unless the rule `retry-keeps-number` is off.
    pub sent_as: u64,
    /// When it was first sent, by the clerk's own clock.
    pub since: Time,
    /// How often it was sent.
    pub attempt: u32,
    /// The server that was asked last, or that is asked next.
    pub to: NodeId,
    /// Whether the clerk has asked every server in vain and pauses before it asks `to`.
    pub pausing: bool,
}

/// A steady random load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Load {
    /// The pause between an operation's end and the beginning of the next.
    pub every: Span,
    /// Which operations.
    pub mix: Mix,
    /// What its operations are drawn from.
    pub key: u64,
    /// How many operations it has begun.
    pub begun: u64,
}
