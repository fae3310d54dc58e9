//! The server: the state of Figure 2, and which rule answers which input.

use super::host::{Config, File, HardState, Output, Request, Timer};
use super::log::{Command, Index, Term};
use super::message::Message;
use super::note::Note;
use super::read::Standing;
use super::replication::Entries;
use super::rules::Rule;
use super::snapshot::{Chunk, Incoming, Snapshot};
use super::view::{Progress, Receiving, Role, View, Vote};
use crate::bytes::Bytes;
use crate::node::{FileOp, Files, Input, Node, NodeId, Outbox};
use crate::time::Time;
use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

/// A Raft server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raft<C: Command> {
    pub(super) config: Config,
    /// The persistent state: what the disk has, or will have once the writes on their way are done.
    pub(super) hard: HardState<C>,
    pub(super) role: Role,
    /// Whom this server believes to lead the current term.
    pub(super) leader: Option<NodeId>,
    pub(super) commit_index: Index,
    pub(super) last_applied: Index,
    /// Where the host's state machine is known to be: at the last snapshot that the host has taken.
    pub(super) host_applied: Index,
    /// The snapshot that a leader is sending.
    pub(super) incoming: Option<Incoming>,
    /// As a leader: the snapshots that it is sending.
    pub(super) outgoing: Vec<(NodeId, Rc<Snapshot>)>,
    /// As a leader: how often it has turned to all its followers.
    pub(super) round: u64,
    /// As a leader: what it knows of its own standing.
    pub(super) standing: Standing,
    /// The progress of the followers when it led last.
    pub(super) past_progress: Option<Rc<Vec<(NodeId, Progress)>>>,
    /// While it asks whether it would be elected: what the others say.
    pub(super) canvassed: Option<Rc<Vec<(NodeId, Vote)>>>,
    /// When it last heard a leader, on its own clock. Only pre-votes and leases depend on it.
    pub(super) heard_at: Option<Time>,
    /// Its clock at the present input. Only those two and leaders' leases look at it.
    pub(super) now: Time,
}

impl<C: Command> Node for Raft<C> {
    type Config = Config;
    type Message = Message<C>;
    type Timer = Timer;
    type Request = Request<C>;
    type Output = Output<C>;
    type File = File;
    type Content = HardState<C>;
    type View = View<C>;
    type Note = Note;

    /// Every server boots as a follower that knows only what it saved. That what its snapshot holds is committed and
    /// applied is part of that; what else is it learns anew.
    fn boot(config: &Config, durable: &Files<Self>) -> Self {
        let mut hard = durable.get(&File::State).cloned().unwrap_or_default();
        hard.snapshot = snapshot_of(&hard, durable.get(&File::Snapshot));
        let base = hard.log.base_index();
        Raft {
            config: config.clone(),
            hard,
            role: Role::Follower,
            leader: None,
            commit_index: base,
            last_applied: base,
            host_applied: base,
            incoming: None,
            outgoing: Vec::new(),
            round: 0,
            standing: Standing::default(),
            past_progress: None,
            canvassed: None,
            heard_at: None,
            now: Time::ZERO,
        }
    }

    fn handle(&mut self, at: Time, input: Input<Self>, out: &mut impl Outbox<Self>) {
        self.now = at;
        if !matches!(self.role, Role::Leader { .. }) && !self.keeps(Rule::ResetTimerOnlyWhen) {
            self.reset_election_timer(out);
        }
        match input {
            Input::Start => self.start(out),
            Input::Message { from, body } => self.receive(from, body, out),
            Input::Timer(Timer::Election) => self.election_timed_out(out),
            Input::Timer(Timer::Heartbeat) => self.heartbeat_due(out),
            Input::Timer(Timer::Quorum) => self.look_for_quorum(out),
            Input::Timer(Timer::Transfer) => self.transfer_timed_out(out),
            Input::Call { request, .. } => match request {
                Request::Propose(command) => self.propose(command, out),
                Request::Snapshot { index, data } => self.take_snapshot(index, data, out),
                Request::CondInstall { term, index } => self.may_install(term, index, out),
                Request::Read { read } => self.read(read, out),
                Request::Transfer { to } => self.transfer(to, out),
            },
            Input::Configure(config) => self.configure(config, out),
        }
    }

    fn view(&self) -> View<C> {
        let receiving =
            |incoming: &Incoming| Receiving { index: incoming.index, bytes: incoming.data.len() as u64 };
        View {
            role: self.role.clone(),
            current_term: self.hard.current_term,
            voted_for: self.hard.voted_for,
            log: self.hard.log.clone(),
            snapshot: self.hard.snapshot.clone(),
            receiving: self.incoming.as_ref().map(receiving),
            commit_index: self.commit_index,
            last_applied: self.last_applied,
            leader: self.leader,
            canvassed: self.canvassed.clone(),
            transfer: self.standing.transfer,
            lease: self.standing.lease,
        }
    }
}

/// The snapshot that fits a log. The persistent state has it; but if the two were written apart, a crash between the
/// writes leaves the log with an older snapshot, or none, and nobody can tell from the bytes.
fn snapshot_of<C: Command>(hard: &HardState<C>, apart: Option<&HardState<C>>) -> Option<Rc<Snapshot>> {
    let (index, term, chain) = (hard.log.base_index(), hard.log.base_term(), hard.log.base_chain());
    let fits = hard.snapshot.as_ref().is_some_and(|snapshot| snapshot.index == index);
    if fits || index == 0 {
        return hard.snapshot.clone();
    }
    let found = apart.and_then(|apart| apart.snapshot.as_ref());
    let data = found.map_or_else(Bytes::default, |snapshot| snapshot.data.clone());
    Some(Rc::new(Snapshot { index, term, chain, data }))
}

/// The encoded size of a term, a vote (and whether there is one), and what is known of the base.
const HEADER_BYTES: u64 = 8 + 3 + 24;

/// What the host can ask between two inputs.
impl<C: Command> Raft<C> {
    /// The snapshot with which the state machine must begin after a boot.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.hard.snapshot.as_deref()
    }

    /// The encoded size of the persistent state, its snapshot aside, in bytes. The longer the log, the larger: a host
    /// that finds it too large takes a snapshot ([`Request::Snapshot`]). It costs nothing to ask.
    pub fn state_size(&self) -> u64 {
        HEADER_BYTES + self.hard.log.bytes()
    }

    /// How much of that a snapshot of what has been applied would save.
    pub fn applied_size(&self) -> u64 {
        self.hard.log.bytes_upto(self.last_applied)
    }
}

impl<C: Command> Raft<C> {
    fn start(&mut self, out: &mut impl Outbox<Self>) {
        self.reset_election_timer(out);
        if self.config.lease_drift.is_some() {
            // It may have heard a leader just before the crash, and that leader counts on it.
            self.heard_at = Some(self.now);
        }
        if !self.keeps(Rule::SnapshotWithState) {
            self.persist_snapshot_apart(out);
        }
    }

    fn receive(&mut self, from: NodeId, body: Message<C>, out: &mut impl Outbox<Self>) {
        if let Message::RequestVote { transfer: false, .. } = body
            && self.owes_a_leader()
        {
            // Not even its term counts: it must not depose a leader that may be serving reads (dissertation §4.2.3).
            return out.note(Note::VoteRefusedLeaderHeard);
        }
        // To be asked what one would do is no news.
        let asks = matches!(body, Message::RequestPreVote { .. });
        let newer = !asks && body.term() > self.hard.current_term;
        if newer {
            self.adopt_term(body.term(), out);
        }
        match body {
            Message::RequestVote { term, last_log_index, last_log_term, .. } => {
                self.vote_requested(from, term, (last_log_term, last_log_index), newer, out);
            }
            Message::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit, round } => {
                let request = Entries { prev_log_index, prev_log_term, entries, leader_commit, round };
                self.entries_received(from, term, &request, newer, out);
            }
            Message::InstallSnapshot {
                term,
                last_included_index,
                last_included_term,
                last_included_chain,
                offset,
                data,
                done,
                round,
            } => {
                let chunk = Chunk {
                    last_included_index,
                    last_included_term,
                    last_included_chain,
                    offset,
                    data,
                    done,
                    round,
                };
                self.snapshot_received(from, term, chunk, newer, out);
            }
            Message::RequestPreVote { term, last_log_index, last_log_term } => {
                self.pre_vote_requested(from, term, (last_log_term, last_log_index), out);
            }
            Message::TimeoutNow { term } => self.told_to_stand(term, newer, out),
            // A reply from a later term has said all it can: that there is one. Nothing will be sent now, but the
            // next message must not outlive the memory of this term.
            Message::VoteReply { .. }
            | Message::AppendReply { .. }
            | Message::SnapshotReply { .. }
            | Message::PreVoteReply { .. }
                if newer =>
            {
                self.persist(out);
            }
            Message::PreVoteReply { asked_in, granted, .. } => {
                self.pre_vote_answered(from, asked_in, granted, out);
            }
            Message::VoteReply { term, granted } => self.vote_answered(from, term, granted, out),
            Message::AppendReply { term, prev_log_index, outcome, round } => {
                self.append_answered(from, term, prev_log_index, outcome, round, out);
            }
            Message::SnapshotReply { term, last_included_index, offset, outcome, round } => {
                self.snapshot_answered(from, term, (last_included_index, offset), outcome, round, out);
            }
        }
    }

    /// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (§5.1).
    /// The caller saves it, together with what else the message changes.
    fn adopt_term(&mut self, term: Term, out: &mut impl Outbox<Self>) {
        self.hard.current_term = term;
        if self.keeps(Rule::NewTermNewVote) {
            self.hard.voted_for = None;
        }
        self.leader = None;
        self.canvassed = None;
        if self.keeps(Rule::StepDownOnHigherTerm) {
            self.become_follower(out);
        }
    }

    /// Only a leader has no election timer running: on others it goes on, for a mere change of term is no reason to
    /// wait longer.
    pub(super) fn become_follower(&mut self, out: &mut impl Outbox<Self>) {
        self.canvassed = None;
        if let Role::Leader { progress } = core::mem::replace(&mut self.role, Role::Follower) {
            self.past_progress = Some(progress);
            self.outgoing.clear();
            self.lose_standing(out);
            out.cancel_timer(Timer::Heartbeat);
            self.reset_election_timer(out);
        }
    }

    /// Saves the persistent state. Everything sent after this waits until it is durable.
    pub(super) fn persist(&self, out: &mut impl Outbox<Self>) {
        let mut saved = self.hard.clone();
        if !self.keeps(Rule::VotePersisted) {
            saved.voted_for = None;
        }
        if !self.keeps(Rule::TermPersisted) {
            saved.current_term = Term(0);
        }
        if !self.keeps(Rule::SnapshotWithState) {
            saved.snapshot = None;
        }
        out.write(vec![FileOp::Put(File::State, saved)]);
    }

    /// Without the rule that saves it together with the log: a write of its own, later than the log's.
    pub(super) fn persist_snapshot_apart(&self, out: &mut impl Outbox<Self>) {
        if let Some(snapshot) = &self.hard.snapshot {
            let alone = HardState { snapshot: Some(snapshot.clone()), ..HardState::default() };
            out.write(vec![FileOp::Put(File::Snapshot, alone)]);
        }
    }

    /// A change of rules or times holds from the next decision on. Who takes part is not for the outside to change.
    fn configure(&mut self, config: Config, out: &mut impl Outbox<Self>) {
        if config.id != self.config.id || config.peers != self.config.peers {
            out.note(Note::MembershipIsFixed);
        }
        self.config.heartbeat = config.heartbeat;
        self.config.election_timeout = config.election_timeout;
        self.config.snapshot_chunk = config.snapshot_chunk;
        self.config.pre_vote = config.pre_vote;
        self.config.lease_drift = config.lease_drift;
        let checks_quorum = core::mem::replace(&mut self.config.check_quorum, config.check_quorum);
        if matches!(self.role, Role::Leader { .. }) && !checks_quorum {
            self.set_quorum_timer(out);
        }
        self.config.rules = config.rules;
        if !self.keeps(Rule::SnapshotWithState) {
            self.persist_snapshot_apart(out);
        }
    }

    pub(super) fn keeps(&self, rule: Rule) -> bool {
        self.config.rules.has(rule)
    }

    /// How many servers are more than half of the whole cluster, running or not.
    pub(super) fn majority(&self) -> usize {
        self.config.peers.len() / 2 + 1
    }

    /// A server without peers. It has nobody whose answer would prove that its own writes are done, so it answers
    /// itself, by a message that waits for them like any other.
    pub(super) fn is_alone(&self) -> bool {
        matches!(*self.config.peers, [only] if only == self.config.id)
    }
}
