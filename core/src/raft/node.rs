//! The server: the state of Figure 2, and which rule answers which input.

use super::log::{Command, Index, Log, Term};
use super::message::Message;
use super::note::Note;
use super::rules::{Rule, Rules};
use super::view::{Role, View};
use crate::node::{self, FileOp, Files, Input, Node, NodeId, Outbox};
use crate::time::{Span, Time};
use alloc::rc::Rc;
use alloc::vec;
use serde::{Deserialize, Serialize};

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
}

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
    /// The rules it keeps.
    pub rules: Rules,
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
}

/// The timers of a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timer {
    /// Runs on followers and candidates: no leader has been heard for too long.
    Election,
    /// Runs on a leader: its followers should hear from it again.
    Heartbeat,
}

/// What the host can ask of a server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", bound = "C: Command")]
pub enum Request<C: Command> {
    /// Replicate this command. Answered at once by [`Output::Accepted`] or [`Output::NotLeader`].
    Propose(C),
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
    /// The state machine must execute this committed command: each index once, in order, after every boot from 1.
    Apply {
        /// Its index.
        index: Index,
        /// The term of its entry.
        term: Term,
        /// The command.
        command: C,
    },
}

/// A server has one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum File {
    /// The persistent state.
    State,
}

/// Term 0, no vote, no entries: a server before its first start.
impl<C: Command> Default for HardState<C> {
    fn default() -> Self {
        HardState { current_term: Term(0), voted_for: None, log: Log::new() }
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

    /// Every server boots as a follower that knows only what it saved: what is committed it learns anew.
    fn boot(config: &Config, durable: &Files<Self>) -> Self {
        Raft {
            config: config.clone(),
            hard: durable.get(&File::State).cloned().unwrap_or_default(),
            role: Role::Follower,
            leader: None,
            commit_index: 0,
            last_applied: 0,
        }
    }

    fn handle(&mut self, _at: Time, input: Input<Self>, out: &mut impl Outbox<Self>) {
        match input {
            Input::Start => self.reset_election_timer(out),
            Input::Message { from, body } => self.receive(from, body, out),
            Input::Timer(Timer::Election) => self.election_timed_out(out),
            Input::Timer(Timer::Heartbeat) => self.heartbeat_due(out),
            Input::Call { request: Request::Propose(command), .. } => self.propose(command, out),
            Input::Configure(config) => self.configure(config, out),
        }
    }

    fn view(&self) -> View<C> {
        View {
            role: self.role.clone(),
            current_term: self.hard.current_term,
            voted_for: self.hard.voted_for,
            log: self.hard.log.clone(),
            commit_index: self.commit_index,
            last_applied: self.last_applied,
            leader: self.leader,
        }
    }
}

impl<C: Command> Raft<C> {
    fn receive(&mut self, from: NodeId, body: Message<C>, out: &mut impl Outbox<Self>) {
        let newer = body.term() > self.hard.current_term;
        if newer {
            self.adopt_term(body.term(), out);
        }
        match body {
            Message::RequestVote { term, last_log_index, last_log_term } => {
                self.vote_requested(from, term, (last_log_term, last_log_index), newer, out);
            }
            Message::AppendEntries { term, prev_log_index, prev_log_term, entries, leader_commit } => {
                let request =
                    super::replication::Entries { prev_log_index, prev_log_term, entries, leader_commit };
                self.entries_received(from, term, &request, newer, out);
            }
            // A reply from a later term has said all it can: that there is one. Nothing will be sent now, but the
            // next message must not outlive the memory of this term.
            Message::VoteReply { .. } | Message::AppendReply { .. } if newer => self.persist(out),
            Message::VoteReply { term, granted } => self.vote_answered(from, term, granted, out),
            Message::AppendReply { term, prev_log_index, outcome } => {
                self.append_answered(from, term, prev_log_index, outcome, out);
            }
        }
    }

    /// "If RPC request or response contains term T > currentTerm: set currentTerm = T, convert to follower" (§5.1).
    /// The caller saves it, together with what else the message changes.
    fn adopt_term(&mut self, term: Term, out: &mut impl Outbox<Self>) {
        self.hard.current_term = term;
        self.hard.voted_for = None;
        self.leader = None;
        if self.keeps(Rule::StepDownOnHigherTerm) {
            self.become_follower(out);
        }
    }

    /// Only a leader has no election timer running: on others it goes on, for a mere change of term is no reason to
    /// wait longer.
    pub(super) fn become_follower(&mut self, out: &mut impl Outbox<Self>) {
        let led = matches!(self.role, Role::Leader { .. });
        self.role = Role::Follower;
        if led {
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
        out.write(vec![FileOp::Put(File::State, saved)]);
    }

    /// A change of rules or times holds from the next decision on. Who takes part is not for the outside to change.
    fn configure(&mut self, config: Config, out: &mut impl Outbox<Self>) {
        if config.id != self.config.id || config.peers != self.config.peers {
            out.note(Note::MembershipIsFixed);
        }
        self.config.heartbeat = config.heartbeat;
        self.config.election_timeout = config.election_timeout;
        self.config.rules = config.rules;
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
