//! What passes between a server and its host: what it is told, what it may be asked, what it hands out, and what it
//! keeps on the host's disk.

use super::log::{Command, Index, Log, Term};
use super::rules::Rules;
use super::snapshot::Snapshot;
use crate::bytes::Bytes;
use crate::node::{self, NodeId};
use crate::time::Span;
use alloc::rc::Rc;
use serde::{Deserialize, Serialize};

/// What a server is told at boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Which of the peers it is.
    pub id: NodeId,
    /// Every voter of the cluster, itself included, in order.
    pub peers: Rc<[NodeId]>,
    /// How often an idle leader is heard. Well below the election time-out (§5.6).
    pub heartbeat: Span,
    /// The shortest and the longest silence after which a server stands for election (§5.2).
    pub election_timeout: (Span, Span),
    /// The most bytes of a snapshot that one message carries; none if a snapshot is sent whole (§7).
    pub snapshot_chunk: Option<u32>,
    /// Whether it asks if it would be elected before it raises its term (dissertation §9.6).
    pub pre_vote: bool,
    /// Whether it steps down as a leader that a majority does not answer (dissertation §6.2).
    pub check_quorum: bool,
    /// With it leaders hold leases: by how many parts in a million one server's clock may gain on another's
    /// (dissertation §6.4.1). All servers of a cluster must be told the same.
    pub lease_drift: Option<u32>,
    /// The rules it keeps.
    pub rules: Rules,
}

impl Config {
    /// One of these peers, with the paper's rules and the course's times: a heartbeat every 100 ms, an election time-out
    /// of 300 to 600 ms.
    pub fn new(id: NodeId, peers: Rc<[NodeId]>) -> Config {
        Config {
            id,
            peers,
            heartbeat: Span::millis(100),
            election_timeout: (Span::millis(300), Span::millis(600)),
            snapshot_chunk: None,
            pre_vote: false,
            check_quorum: false,
            lease_drift: None,
            rules: Rules::ALL,
        }
    }
}

/// The persistent state on all servers (Figure 2): saved before anybody is told what depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HardState<C: Command> {
    /// Latest term this server has seen.
    pub current_term: Term,
    /// The candidate that received its vote in the current term.
    pub voted_for: Option<NodeId>,
    /// The log.
    pub log: Log<C>,
    /// The snapshot of what the log has lost: it ends at the log's base.
    pub snapshot: Option<Rc<Snapshot>>,
}

/// The timers of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timer {
    /// Runs on followers and candidates: no leader has been heard for too long.
    Election,
    /// Runs on a leader: its followers should hear from it again.
    Heartbeat,
    /// Runs on a leader that checks its quorum: time to look whether a majority has answered.
    Quorum,
    /// Runs on a leader that is handing over: the other should have taken over by now.
    Transfer,
}

/// What the host can ask of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", bound = "C: Command")]
pub enum Request<C: Command> {
    /// Replicate this command. Answered at once by [`Output::Accepted`] or [`Output::NotLeader`].
    Propose(C),
    /// The state machine as it is after an index that was applied: the entries up to there may go (§7). Anything
    /// else is ignored, with a note.
    Snapshot {
        /// The last index that it includes.
        index: Index,
        /// The state machine, in the host's own encoding.
        data: Bytes,
    },
    /// May the host read its state machine, as if by a command? Answered by [`Output::Read`], at once or later, by
    /// [`Output::ReadLost`] or by [`Output::NotLeader`].
    Read {
        /// The host's number for it, which the answer repeats.
        read: u64,
    },
    /// Hand leadership to another server. Answered by [`Output::NotLeader`] if this server does not lead.
    Transfer {
        /// Who is to lead.
        to: NodeId,
    },
    /// May the host still install the snapshot that it was handed? Answered by [`Output::CondInstall`].
    CondInstall {
        /// The snapshot's term.
        term: Term,
        /// The snapshot's index.
        index: Index,
    },
}

/// What a server hands to its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Output<C: Command> {
    /// The proposed command has a place in this leader's log. It may still be replaced there by another: only what
    /// is applied at that index decides.
    Accepted {
        /// Its index.
        index: Index,
        /// The leader's term.
        term: Term,
    },
    /// The command was not taken.
    NotLeader {
        /// Whom to ask instead, if this server knows.
        leader: Option<NodeId>,
    },
    /// The state machine must execute this committed command: each index once, in order, after every boot from the
    /// one after the snapshot that it finds in [`Raft::snapshot`].
    Apply {
        /// Its index.
        index: Index,
        /// The term of its entry.
        term: Term,
        /// The command.
        command: C,
    },
    /// The state machine must become this: a leader's snapshot takes the place of the commands up to its index.
    Snapshot {
        /// The last index that it includes.
        index: Index,
        /// The term of that entry.
        term: Term,
        /// The state machine, in its host's own encoding.
        data: Bytes,
    },
    /// The host may read now: its state machine, with all that was handed out before this, is fresh enough.
    Read {
        /// The host's number for the read.
        read: u64,
        /// How far the log has been applied.
        index: Index,
    },
    /// This server lost its leadership before it could tell whether the host may read.
    ReadLost {
        /// The host's number for the read.
        read: u64,
    },
    /// The answer to [`Request::CondInstall`].
    CondInstall {
        /// The snapshot's index.
        index: Index,
        /// Whether to install it.
        install: bool,
    },
}

/// A server has one file, and a second only without the rule that one write saves all that belongs together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum File {
    /// The persistent state.
    State,
    /// Without the rule `snapshot-with-state`: the snapshot, in a persistent state with nothing else in it.
    Snapshot,
}

/// Term 0, no vote, no entries: a server before its first start.
impl<C: Command> Default for HardState<C> {
    fn default() -> Self {
        HardState { current_term: Term(0), voted_for: None, log: Log::new(), snapshot: None }
    }
}

impl<C: Command> node::Content for HardState<C> {
    fn bytes(&self) -> Option<u64> {
        None
    }
    fn prefix(&self, _: u64) -> Self {
        self.clone()
    }
}
