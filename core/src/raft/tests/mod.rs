//! Stories about one server, or a few, at the level of messages: no network, no disk, no clock.
//!
//! A [`Server`] is told something and the story then asks what it did about it. Whatever the story is about, each
//! input also checks that nothing was said before it was saved (PE1 to PE5).

mod cluster;
mod all_servers;
mod elections;
mod replication;
mod commitment;
mod persistence;
mod snapshots;
mod pre_votes;
mod reads;
mod transfers;
mod notes;
mod switches;
mod storm;

use super::*;
use crate::node::{Effect, FileOp, Files, Input, Node, NodeId};
use crate::time::{Span, Time};
use alloc::vec::Vec;

pub(super) const S1: NodeId = NodeId(0);
pub(super) const S2: NodeId = NodeId(1);
pub(super) const S3: NodeId = NodeId(2);
pub(super) const S4: NodeId = NodeId(3);
pub(super) const S5: NodeId = NodeId(4);

/// No read, no index.
pub(super) const NONE: [u64; 0] = [];

/// One server, what it has on disk, and what it did about the last thing that happened to it.
#[derive(Clone)]
pub(super) struct Server {
    raft: Raft<u64>,
    /// What its clock says.
    now: Time,
    disk: Files<Raft<u64>>,
    /// How far its host has got with what it was handed.
    host: Index,
    did: Vec<Effect<Raft<u64>>>,
}

/// The persistent state of a server in a term, without a vote, whose entries have these terms.
pub(super) fn saved(term: u64, log_terms: &[u64]) -> HardState<u64> {
    HardState { current_term: Term(term), voted_for: None, log: log(log_terms), snapshot: None }
}

/// A log whose entries have these terms; equal beginnings make equal logs.
pub(super) fn log(terms: &[u64]) -> Log<u64> {
    let mut log = Log::new();
    for (place, &term) in (1..).zip(terms) {
        log.push(Entry { term: Term(term), command: term.wrapping_mul(1_000) + place });
    }
    log
}

/// A server of a cluster of `of`, just started from what is on its disk.
pub(super) fn follower(id: NodeId, of: u16, saved: HardState<u64>) -> Server {
    let config = Config::new(id, (0..of).map(NodeId).collect());
    let disk = Files::<Raft<u64>>::from([(File::State, saved)]);
    let raft = Raft::boot(&config, &disk);
    let host = raft.last_applied;
    let mut server = Server { raft, now: Time::ZERO, disk, host, did: Vec::new() };
    server.input(Input::Start);
    server
}

/// The same, in the term after the saved one, as a candidate.
pub(super) fn candidate(id: NodeId, of: u16, saved: HardState<u64>) -> Server {
    let mut server = follower(id, of, saved);
    server.times_out();
    server
}

/// The same, elected by all the others.
pub(super) fn leader(id: NodeId, of: u16, saved: HardState<u64>) -> Server {
    let mut server = candidate(id, of, saved);
    let term = server.term();
    for voter in (0..of).map(NodeId).filter(|&voter| voter != id) {
        server.hears(voter, vote(term, true));
    }
    assert!(server.leads());
    server
}

/// What happens to a server.
impl Server {
    pub(super) fn input(&mut self, input: Input<Raft<u64>>) -> &mut Server {
        self.did.clear();
        self.raft.handle(self.now, input, &mut self.did);
        for effect in &self.did {
            match effect {
                Effect::Write(batch) => {
                    for op in batch {
                        let FileOp::Put(file, content) = op else { panic!("a server only puts its state") };
                        self.disk.insert(*file, content.clone());
                    }
                }
                Effect::Output(Output::Apply { index, .. }) if self.raft.config.rules == Rules::ALL => {
                    assert_eq!(*index, self.host + 1, "each index once and in order");
                    self.host = *index;
                }
                Effect::Output(Output::Snapshot { index, .. }) if self.raft.config.rules == Rules::ALL => {
                    assert!(*index > self.host, "never back to {index} from {}", self.host);
                    self.host = *index;
                }
                Effect::Send { .. } if self.raft.config.rules == Rules::ALL => {
                    assert_eq!(
                        self.disk[&File::State],
                        self.raft.hard,
                        "said before it was saved: {effect:?}"
                    );
                }
                _ => {}
            }
        }
        self
    }

    pub(super) fn hears(&mut self, from: NodeId, body: Message<u64>) -> &mut Server {
        self.input(Input::Message { from, body })
    }

    pub(super) fn times_out(&mut self) -> &mut Server {
        self.input(Input::Timer(Timer::Election))
    }

    pub(super) fn heartbeat_is_due(&mut self) -> &mut Server {
        self.input(Input::Timer(Timer::Heartbeat))
    }

    pub(super) fn is_given(&mut self, command: u64) -> &mut Server {
        self.input(Input::Call { request: Request::Propose(command), key: 0 })
    }

    /// Time passes on its clock.
    pub(super) fn waits(&mut self, millis: u64) -> &mut Server {
        self.now += Span::millis(millis);
        self
    }

    /// It is told to go on with other settings.
    pub(super) fn told(&mut self, change: impl Fn(&mut Config)) -> &mut Server {
        let mut config = self.raft.config.clone();
        change(&mut config);
        self.input(Input::Configure(config))
    }

    pub(super) fn is_asked(&mut self, request: Request<u64>) -> &mut Server {
        self.input(Input::Call { request, key: 0 })
    }

    /// Its host writes down what the state machine is after an index.
    pub(super) fn takes_a_snapshot(&mut self, index: Index, data: &str) -> &mut Server {
        self.input(Input::Call { request: Request::Snapshot { index, data: data.into() }, key: 0 })
    }

    pub(super) fn crashes_and_restarts(&mut self) -> &mut Server {
        self.raft = Raft::boot(&self.raft.config.clone(), &self.disk);
        self.host = self.raft.last_applied;
        self.input(Input::Start)
    }

    pub(super) fn keeping(mut self, rules: Rules) -> Server {
        let config = Config { rules, ..self.raft.config.clone() };
        self.input(Input::Configure(config));
        self
    }
}

/// What a server did, and what it is now.
impl Server {
    pub(super) fn term(&self) -> u64 {
        self.raft.hard.current_term.0
    }

    pub(super) fn voted_for(&self) -> Option<NodeId> {
        self.raft.hard.voted_for
    }

    pub(super) fn log_terms(&self) -> Vec<u64> {
        let log = &self.raft.hard.log;
        log.range(0, log.last_index()).iter().map(|link| link.entry.term.0).collect()
    }

    /// The last index that its snapshot has replaced.
    pub(super) fn base(&self) -> Index {
        self.raft.hard.log.base_index()
    }

    pub(super) fn snapshot(&self) -> Option<(Index, &str)> {
        let text = |data| core::str::from_utf8(data).expect("a text");
        self.raft.snapshot().map(|snapshot| (snapshot.index, text(snapshot.data.as_slice())))
    }

    pub(super) fn committed(&self) -> Index {
        self.raft.commit_index
    }

    pub(super) fn leads(&self) -> bool {
        matches!(self.raft.role, Role::Leader { .. })
    }

    pub(super) fn follows(&self) -> bool {
        self.raft.role == Role::Follower
    }

    pub(super) fn stands(&self) -> bool {
        matches!(self.raft.role, Role::Candidate { .. })
    }

    pub(super) fn progress_of(&self, follower: NodeId) -> Progress {
        let Role::Leader { progress } = &self.raft.role else { panic!("only a leader watches progress") };
        progress.iter().find(|&&(peer, _)| peer == follower).expect("a peer").1
    }

    pub(super) fn sent(&self) -> Vec<(NodeId, Message<u64>)> {
        let sent = |effect: &Effect<Raft<u64>>| match effect {
            Effect::Send { to, body } => Some((*to, body.clone())),
            _ => None,
        };
        self.did.iter().filter_map(sent).collect()
    }

    pub(super) fn sent_to(&self, to: NodeId) -> Vec<Message<u64>> {
        self.sent().into_iter().filter(|&(addressee, _)| addressee == to).map(|(_, body)| body).collect()
    }

    pub(super) fn wrote(&self) -> usize {
        self.did.iter().filter(|effect| matches!(effect, Effect::Write(_))).count()
    }

    pub(super) fn on_disk(&self) -> &HardState<u64> {
        &self.disk[&File::State]
    }

    pub(super) fn handed_out(&self) -> Vec<Output<u64>> {
        let output = |effect: &Effect<Raft<u64>>| match effect {
            Effect::Output(output) => Some(output.clone()),
            _ => None,
        };
        self.did.iter().filter_map(output).collect()
    }

    /// The reads it let pass.
    pub(super) fn let_pass(&self) -> Vec<u64> {
        let passed = |output| if let Output::Read { read, .. } = output { Some(read) } else { None };
        self.handed_out().into_iter().filter_map(passed).collect()
    }

    /// The indexes it applied.
    pub(super) fn applied(&self) -> Vec<Index> {
        let applied = |output| match output {
            Output::Apply { index, .. } => Some(index),
            _ => None,
        };
        self.handed_out().into_iter().filter_map(applied).collect()
    }

    pub(super) fn noted(&self) -> Vec<Note> {
        let note = |effect: &Effect<Raft<u64>>| match effect {
            Effect::Note(note) => Some(*note),
            _ => None,
        };
        self.did.iter().filter_map(note).collect()
    }

    pub(super) fn set(&self, timer: Timer) -> Option<(Span, Span)> {
        let set = |effect: &Effect<Raft<u64>>| match effect {
            Effect::SetTimer { which, within } if *which == timer => Some(*within),
            _ => None,
        };
        self.did.iter().find_map(set)
    }

    pub(super) fn cancelled(&self, timer: Timer) -> bool {
        self.did.contains(&Effect::CancelTimer(timer))
    }
}

/// A candidate asks, whose last entry is at this index and of this term.
pub(super) fn request_vote(term: u64, last_log_index: Index, last_log_term: u64) -> Message<u64> {
    let last_log_term = Term(last_log_term);
    Message::RequestVote { term: Term(term), last_log_index, last_log_term, transfer: false }
}

pub(super) fn vote(term: u64, granted: bool) -> Message<u64> {
    Message::VoteReply { term: Term(term), granted }
}

/// A leader whose log has these terms sends what comes after index `prev`, and how far it has committed.
pub(super) fn append(term: u64, log_terms: &[u64], prev: Index, commit: Index) -> Message<u64> {
    let entries = log(log_terms);
    Message::AppendEntries {
        term: Term(term),
        prev_log_index: prev,
        prev_log_term: entries.term_at(prev).expect("prev within the log"),
        entries,
        leader_commit: commit,
        round: 0,
    }
}

pub(super) fn reply(term: u64, prev: Index, outcome: Appended) -> Message<u64> {
    Message::AppendReply { term: Term(term), prev_log_index: prev, outcome, round: 0 }
}

pub(super) fn matched(term: u64, prev: Index, index: Index) -> Message<u64> {
    reply(term, prev, Appended::Match(index))
}

pub(super) fn too_short(term: u64, prev: Index, last_index: Index) -> Message<u64> {
    reply(term, prev, Appended::TooShort { last_index })
}

pub(super) fn conflict(term: u64, prev: Index, conflicting: u64, first_index: Index) -> Message<u64> {
    reply(term, prev, Appended::Conflict { term: Term(conflicting), first_index })
}

/// A leader sends the end of a snapshot of a log with these terms, or a part of it.
pub(super) fn install(term: u64, replaced: &[u64], offset: u64, data: &str, done: bool) -> Message<u64> {
    let replaced = log(replaced);
    Message::InstallSnapshot {
        term: Term(term),
        last_included_index: replaced.last_index(),
        last_included_term: replaced.last_term(),
        last_included_chain: replaced.chain(),
        offset,
        data: data.into(),
        done,
        round: 0,
    }
}

pub(super) fn received(term: u64, index: Index, offset: u64, outcome: Received) -> Message<u64> {
    Message::SnapshotReply { term: Term(term), last_included_index: index, offset, outcome, round: 0 }
}

/// The same entries, sent in another round.
pub(super) fn in_round(mut message: Message<u64>, in_round: u64) -> Message<u64> {
    if let Message::AppendEntries { round, .. } = &mut message {
        *round = in_round;
    }
    message
}

/// A follower that holds all up to `index` answers what was sent in a round.
pub(super) fn answers(term: u64, index: Index, round: u64) -> Message<u64> {
    Message::AppendReply { term: Term(term), prev_log_index: index, outcome: Appended::Match(index), round }
}

pub(super) fn pre_vote(asked_in: u64, granted: bool) -> Message<u64> {
    Message::PreVoteReply { term: Term(asked_in), asked_in: Term(asked_in), granted }
}

pub(super) fn request_pre_vote(term: u64, last_log_index: Index, last_log_term: u64) -> Message<u64> {
    Message::RequestPreVote { term: Term(term), last_log_index, last_log_term: Term(last_log_term) }
}

/// The indexes just before and at the end of what an AppendEntries carries.
pub(super) fn span_of(message: &Message<u64>) -> (Index, Index) {
    match message {
        Message::AppendEntries { prev_log_index, entries, .. } => (*prev_log_index, entries.last_index()),
        other => panic!("not entries: {other:?}"),
    }
}
