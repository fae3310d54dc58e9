//! All that an onlooker may see of a Raft server: Figure 2, in the paper's words.

use super::log::{Command, Index, Log, Term};
use super::snapshot::Snapshot;
use crate::node::NodeId;
use crate::time::Time;
use alloc::rc::Rc;
use alloc::vec::Vec;
use serde::Serialize;

/// A server's state. Cheap to clone and compare: the log and the tables are shared persistent values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct View<C: Command> {
    /// Follower, candidate or leader, with what only that role has.
    pub role: Role,
    /// Latest term this server has seen.
    pub current_term: Term,
    /// The candidate that received its vote in the current term.
    pub voted_for: Option<NodeId>,
    /// The log; its base is where the snapshot ends.
    pub log: Log<C>,
    /// The snapshot that replaces the entries up to the log's base; none if nothing was replaced.
    pub snapshot: Option<Rc<Snapshot>>,
    /// The snapshot that is arriving in chunks.
    pub receiving: Option<Receiving>,
    /// Highest index known to be committed.
    pub commit_index: Index,
    /// Highest index applied to the state machine.
    pub last_applied: Index,
    /// Whom this server believes to lead the current term.
    pub leader: Option<NodeId>,
    /// While it asks whether it would be elected: who was asked, and what they said.
    pub canvassed: Option<Rc<Vec<(NodeId, Vote)>>>,
    /// As a leader: whom it is handing leadership to.
    pub transfer: Option<NodeId>,
    /// As a leader: when its lease ends, on its own clock.
    pub lease: Option<Time>,
}

/// A server before its first start.
impl<C: Command> Default for View<C> {
    fn default() -> View<C> {
        View {
            role: Role::Follower,
            current_term: Term(0),
            voted_for: None,
            log: Log::new(),
            snapshot: None,
            receiving: None,
            commit_index: 0,
            last_applied: 0,
            leader: None,
            canvassed: None,
            transfer: None,
            lease: None,
        }
    }
}

/// The three roles (§5.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Role {
    /// Answers leaders and candidates.
    Follower,
    /// Asks for votes.
    Candidate {
        /// Who was asked, in the order of the configuration, and what they said.
        votes: Rc<Vec<(NodeId, Vote)>>,
    },
    /// Replicates its log.
    Leader {
        /// What it knows of each other server, in the order of the configuration.
        progress: Rc<Vec<(NodeId, Progress)>>,
    },
}

/// What a candidate knows of one voter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Vote {
    /// No answer yet.
    Asked,
    /// The vote is ours.
    Granted,
    /// The vote is not ours.
    Refused,
}

/// What a leader knows of one follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Progress {
    /// Index of the next entry to send: a guess.
    pub next_index: Index,
    /// Highest index known to be replicated there: a proof.
    pub match_index: Index,
    /// How it goes about it.
    pub sending: Sending,
}

/// How a leader keeps a follower up to date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sending {
    /// It sends entries as they come, without waiting for answers.
    Replicating,
    /// It looks for the place where the logs agree, one request at a time.
    Probing,
    /// It sends a snapshot in place of entries that it no longer has, one chunk at a time.
    Installing {
        /// Where the chunk on its way begins, in bytes.
        offset: u64,
    },
}

/// What has arrived of a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Receiving {
    /// The index of the last entry that it will replace.
    pub index: Index,
    /// How many of its bytes are here.
    pub bytes: u64,
}
