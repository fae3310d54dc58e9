//! Messages on their way.

use crate::moment::Micros;
use serde::Serialize;
use splitbrain::kv::message::Outcome;
use splitbrain::lab::Roster;
use splitbrain::lab::member::{Member, Message};
use splitbrain::lab::tell::tell_message;
use splitbrain::mapreduce::{Answer, FileOutcome};
use splitbrain::node::{Message as _, NodeId};
use splitbrain::raft::{Appended, Received};
use splitbrain::sim::World;
use splitbrain::{kv, mapreduce, raft};
use tsify::Tsify;

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Flight {
    /// Its number.
    pub id: u64,
    /// Its sender.
    pub from: NodeId,
    /// Its addressee.
    pub to: NodeId,
    /// When it left.
    pub sent_at: Micros,
    /// When it arrives, or would if it were not lost; null while it is held.
    pub arrives_at: Option<Micros>,
    /// Whether it will vanish on the way.
    pub lost: bool,
    /// What it is.
    pub kind: FlightKind,
    /// Whether it answers another message.
    pub reply: bool,
    /// For an answer: whether it says yes.
    pub good: Option<bool>,
    /// Its sender's term, if it is between servers.
    pub term: Option<u64>,
    /// What it says, in one line.
    pub text: String,
    /// The step in which it left.
    pub sent_in: u64,
}

/// What a message is, as it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
#[tsify(
    type = "\"vote-request\" | \"vote-reply\" | \"append\" | \"append-reply\" | \"heartbeat\" | \"heartbeat-reply\" | \"snapshot\" | \"snapshot-reply\" | \"kv-request\" | \"kv-reply\" | \"task\" | \"file\""
)]
pub enum FlightKind {
    /// A candidate asks for a vote.
    VoteRequest,
    /// The answer to that.
    VoteReply,
    /// A leader sends entries.
    Append,
    /// The answer to that, or to a heartbeat that did not fit.
    AppendReply,
    /// A leader sends no entries.
    Heartbeat,
    /// The answer to that.
    HeartbeatReply,
    /// A leader sends a snapshot, or a chunk of one.
    Snapshot,
    /// The answer to that.
    SnapshotReply,
    /// A client asks.
    KvRequest,
    /// The answer to that.
    KvReply,
    /// Between the coordinator and a worker.
    Task,
    /// To or from the store.
    File,
}

/// Every message on its way, oldest first.
pub(crate) fn flights(world: &World<Member>, roster: Roster) -> Vec<Flight> {
    world
        .flights_in_order()
        .map(|flight| {
            let (kind, good, term) = told(&flight.body);
            let text = tell_message(&flight.body, roster);
            Flight {
                id: flight.id.0,
                from: flight.from,
                to: flight.to,
                sent_at: flight.sent_at.0,
                arrives_at: flight.arrives_at.map(|at| at.0),
                lost: flight.lost,
                kind,
                reply: flight.body.is_reply(),
                good,
                term,
                text: if flight.corrupt { format!("{text} (damaged)") } else { text },
                sent_in: flight.sent_in,
            }
        })
        .collect()
}

/// What a message is, whether it says yes, and its term.
fn told(body: &Message) -> (FlightKind, Option<bool>, Option<u64>) {
    match body {
        Message::Kv(kv::Message::Raft(message)) => {
            let (kind, good) = between_servers(message);
            (kind, good, Some(message.term().0))
        }
        Message::Kv(kv::Message::Request { .. }) => (FlightKind::KvRequest, None, None),
        Message::Kv(kv::Message::Reply { outcome, .. }) => {
            (FlightKind::KvReply, Some(matches!(outcome, Outcome::Done(_))), None)
        }
        Message::MapReduce(message) => {
            let (kind, good) = for_a_job(message);
            (kind, good, None)
        }
    }
}

fn between_servers(message: &raft::Message<kv::Command>) -> (FlightKind, Option<bool>) {
    match message {
        raft::Message::RequestVote { .. } => (FlightKind::VoteRequest, None),
        raft::Message::VoteReply { granted, .. } => (FlightKind::VoteReply, Some(*granted)),
        // What comes before an election is drawn as what comes in it.
        raft::Message::RequestPreVote { .. } | raft::Message::TimeoutNow { .. } => {
            (FlightKind::VoteRequest, None)
        }
        raft::Message::PreVoteReply { granted, .. } => (FlightKind::VoteReply, Some(*granted)),
        raft::Message::AppendEntries { prev_log_index, entries, .. } => (
            if entries.last_index() <= *prev_log_index { FlightKind::Heartbeat } else { FlightKind::Append },
            None,
        ),
        raft::Message::AppendReply { prev_log_index, outcome, .. } => match outcome {
            Appended::Match(index) if index <= prev_log_index => (FlightKind::HeartbeatReply, Some(true)),
            Appended::Match(_) => (FlightKind::AppendReply, Some(true)),
            Appended::TooShort { .. } | Appended::Conflict { .. } | Appended::Stale => {
                (FlightKind::AppendReply, Some(false))
            }
        },
        raft::Message::InstallSnapshot { .. } => (FlightKind::Snapshot, None),
        raft::Message::SnapshotReply { outcome, .. } => {
            (FlightKind::SnapshotReply, Some(*outcome != Received::Stale))
        }
    }
}

fn for_a_job(message: &mapreduce::Message) -> (FlightKind, Option<bool>) {
    match message {
        mapreduce::Message::Ask { .. }
        | mapreduce::Message::Report { .. }
        | mapreduce::Message::Alive { .. } => (FlightKind::Task, None),
        mapreduce::Message::Answer { answer, .. } => {
            (FlightKind::Task, Some(matches!(answer, Answer::Run(_))))
        }
        mapreduce::Message::Reported { .. } => (FlightKind::Task, Some(true)),
        mapreduce::Message::File { .. } => (FlightKind::File, None),
        mapreduce::Message::FileReply { outcome, .. } => {
            (FlightKind::File, Some(!matches!(outcome, FileOutcome::Missing)))
        }
    }
}
