//! Messages on their way, as a scenario chooses them: by kind, sender and addressee.

use super::Word;
use crate::kv;
use crate::lab::config::Roster;
use crate::lab::member::{Member, Message};
use crate::node::NodeId;
use crate::raft::{self, Appended};
use crate::sim::{Flight, FlightId, World};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Messages on their way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flights {
    /// Which of those that fit.
    pub which: Which,
    /// What kind, one of [`KINDS`].
    pub kind: &'static str,
    /// The sender; none if any will do.
    pub from: Option<Word>,
    /// The addressee; none if any will do.
    pub to: Option<Word>,
}

/// Which of several messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The one that left first.
    First,
    /// The one that left last.
    Last,
    /// Each of them.
    Every,
}

/// Any kind of message.
const ANY: &str = "message";

/// The kinds of messages.
pub const KINDS: &[&str] = &[
    ANY,
    "vote request",
    "vote",
    "refused vote",
    "heartbeat",
    "entries",
    "acknowledgement",
    "refusal",
    "snapshot",
    "snapshot reply",
    "pre-vote request",
    "pre-vote",
    "refused pre-vote",
    "take-over",
    "request",
    "answer",
];

/// What kind a message is. A heartbeat is AppendEntries without entries; a snapshot may be a part of one.
fn kind(body: &Message) -> &'static str {
    use raft::Message::{
        AppendEntries, AppendReply, InstallSnapshot, PreVoteReply, RequestPreVote, RequestVote,
        SnapshotReply, TimeoutNow, VoteReply,
    };
    match body {
        Message::Kv(kv::Message::Raft(message)) => match message {
            RequestVote { .. } => "vote request",
            VoteReply { granted: true, .. } => "vote",
            VoteReply { .. } => "refused vote",
            AppendEntries { prev_log_index, entries, .. } if entries.last_index() <= *prev_log_index => {
                "heartbeat"
            }
            AppendEntries { .. } => "entries",
            AppendReply { outcome: Appended::Match(_), .. } => "acknowledgement",
            AppendReply { .. } => "refusal",
            InstallSnapshot { .. } => "snapshot",
            SnapshotReply { .. } => "snapshot reply",
            RequestPreVote { .. } => "pre-vote request",
            PreVoteReply { granted: true, .. } => "pre-vote",
            PreVoteReply { .. } => "refused pre-vote",
            TimeoutNow { .. } => "take-over",
        },
        Message::Kv(kv::Message::Request { .. }) => "request",
        Message::Kv(kv::Message::Reply { .. }) => "answer",
        Message::MapReduce(_) => ANY,
    }
}

/// Who sends and who is to receive, once their names are known; none if anybody will do.
pub(super) type Between = (Option<NodeId>, Option<NodeId>);

impl Flights {
    /// Those of them that are in flight, oldest first. What is lost on the way is not.
    pub(super) fn find(&self, between: Between, world: &World<Member>) -> Vec<FlightId> {
        let fits = |flight: &&Flight<Member>| self.fits(between, flight);
        let mut found: Vec<FlightId> =
            world.flights_in_order().filter(fits).map(|flight| flight.id).collect();
        match self.which {
            Which::First => found.truncate(1),
            Which::Last => found.drain(..found.len().saturating_sub(1)).for_each(drop),
            Which::Every => {}
        }
        found
    }

    /// Whether this is one of them, whichever is meant.
    pub(super) fn fits(&self, (from, to): Between, flight: &Flight<Member>) -> bool {
        (self.kind == ANY || self.kind == kind(&flight.body))
            && from.is_none_or(|from| from == flight.from)
            && to.is_none_or(|to| to == flight.to)
            && !flight.lost
    }
}

/// As a scenario names them.
impl fmt::Display for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let which = match self.which {
            Which::First => "the",
            Which::Last => "the last",
            Which::Every => "every",
        };
        write!(f, "{which} {}", self.kind)?;
        if let Some(from) = &self.from {
            write!(f, " from {}", from.0)?;
        }
        if let Some(to) = &self.to {
            write!(f, " to {}", to.0)?;
        }
        Ok(())
    }
}

/// What is in flight, for an error.
pub(super) fn in_flight(world: &World<Member>, roster: Roster) -> String {
    let told = |flight: &Flight<Member>| {
        let held = if flight.arrives_at.is_none() { " (held)" } else { "" };
        format!(
            "{} from {} to {}{held}",
            kind(&flight.body),
            roster.name(flight.from),
            roster.name(flight.to)
        )
    };
    let told: Vec<String> = world.flights_in_order().filter(|flight| !flight.lost).map(told).collect();
    if told.is_empty() { "nothing".into() } else { told.join(", ") }
}
