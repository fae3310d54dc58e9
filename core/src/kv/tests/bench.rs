//! One node on the bench: the test is its network, its disk, its clock and its host.

use crate::kv::clerk::{self, Clerk};
use crate::kv::message::Outcome;
use crate::kv::server::{self, Server};
use crate::kv::{Command, Message, Note, Op, Reply, Rule, Rules, Session, Text};
use crate::node::{Effect, FileOp, Files, Input, Node, NodeId};
use crate::raft::{self, Entry, Log, Term};
use crate::time::{Span, Time};
use alloc::rc::Rc;
use alloc::vec::Vec;

pub(super) const S1: NodeId = NodeId(0);
pub(super) const S2: NodeId = NodeId(1);
pub(super) const S3: NodeId = NodeId(2);
pub(super) const C1: NodeId = NodeId(3);
pub(super) const C2: NodeId = NodeId(4);

pub(super) fn get(key: &str) -> Op {
    Op::Get { key: key.into() }
}
pub(super) fn put(key: &str, value: &str) -> Op {
    Op::Put { key: key.into(), value: value.into() }
}
pub(super) fn append(key: &str, value: &str) -> Op {
    Op::Append { key: key.into(), value: value.into() }
}
pub(super) fn value(text: &str) -> Reply {
    Reply::Value(Some(text.into()))
}
pub(super) fn session(client: NodeId) -> Session {
    Session { client, incarnation: 1 }
}
pub(super) fn command(client: NodeId, number: u64, op: Op) -> Command {
    Command { session: session(client), number, op }
}
pub(super) fn without(rule: Rule) -> Rules {
    Rules::ALL.without(rule)
}

pub(super) fn raft_config(id: NodeId) -> raft::Config {
    raft::Config {
        heartbeat: Span::millis(50),
        election_timeout: (Span::millis(150), Span::millis(300)),
        ..raft::Config::new(id, Rc::from([S1, S2, S3]))
    }
}

pub(super) fn clerk_config(id: NodeId) -> clerk::Config {
    clerk::Config {
        id,
        servers: Rc::from([S1, S2, S3]),
        retry: (Span::millis(300), Span::millis(400)),
        pause: Span::millis(100),
        rules: Rules::ALL,
    }
}

/// A node with its disk, and everything it has done so far.
pub(super) struct Bench<N: Node> {
    pub(super) node: N,
    pub(super) config: N::Config,
    pub(super) disk: Files<N>,
    pub(super) done: Vec<Effect<N>>,
    pub(super) now: Time,
}

impl<N: Node> Bench<N> {
    fn new(config: N::Config) -> Bench<N> {
        let disk = Files::<N>::new();
        let node = N::boot(&config, &disk);
        let mut bench = Bench { node, config, disk, done: Vec::new(), now: Time::ZERO };
        bench.happens(Input::Start);
        bench
    }

    /// Gives the node one input, does its writes at once, and returns all it did.
    pub(super) fn happens(&mut self, input: Input<N>) -> Vec<Effect<N>> {
        let mut effects = Vec::new();
        self.now += Span::millis(1);
        self.node.handle(self.now, input, &mut effects);
        for effect in &effects {
            if let Effect::Write(batch) = effect {
                for operation in batch {
                    if let FileOp::Put(file, content) = operation {
                        self.disk.insert(file.clone(), content.clone());
                    }
                }
            }
        }
        self.done.extend(effects.iter().cloned());
        effects
    }

    pub(super) fn receives(&mut self, from: NodeId, body: N::Message) -> Vec<Effect<N>> {
        self.happens(Input::Message { from, body })
    }

    pub(super) fn crashes_and_restarts(&mut self) {
        self.node = N::boot(&self.config, &self.disk);
        self.happens(Input::Start);
    }
}

/// The notes among some effects.
pub(super) fn notes<N: Node<Note = Note>>(effects: &[Effect<N>]) -> Vec<Note> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Note(note) = effect { Some(*note) } else { None })
        .collect()
}

/// The messages of the service among some effects: Raft's own are left out.
pub(super) fn said<N: Node<Message = Message>>(effects: &[Effect<N>]) -> Vec<(NodeId, Message)> {
    effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::Send { body: Message::Raft(_), .. } => None,
            Effect::Send { to, body } => Some((*to, body.clone())),
            _ => None,
        })
        .collect()
}

pub(super) fn done(client: NodeId, number: u64, reply: Reply) -> (NodeId, Message) {
    (client, Message::Reply { session: session(client), number, outcome: Outcome::Done(reply) })
}

pub(super) fn not_leader(client: NodeId, number: u64, leader: Option<NodeId>) -> (NodeId, Message) {
    (client, Message::Reply { session: session(client), number, outcome: Outcome::NotLeader { leader } })
}

pub(super) fn log(entries: &[(u64, Command)]) -> Log<Command> {
    entries.iter().fold(Log::new(), |mut log, (term, command)| {
        log.push(Entry { term: Term(*term), command: command.clone() });
        log
    })
}

/// The server S1.
impl Bench<Server> {
    pub(super) fn server(rules: Rules) -> Bench<Server> {
        Bench::new(server::Config {
            raft: raft_config(S1),
            max_raft_state: None,
            reads: server::Reads::Log,
            rules,
            host: server::Host::Service,
        })
    }

    /// S1 as the leader of term 1.
    pub(super) fn leader(rules: Rules) -> Bench<Server> {
        let mut bench = Bench::server(rules);
        bench.is_elected();
        bench
    }

    pub(super) fn is_elected(&mut self) {
        self.happens(Input::Timer(raft::Timer::Election));
        let term = self.node.view().raft.current_term;
        self.receives(S2, Message::Raft(raft::Message::VoteReply { term, granted: true }));
        assert!(self.leads());
    }

    pub(super) fn leads(&self) -> bool {
        matches!(self.node.view().raft.role, raft::Role::Leader { .. })
    }

    /// A client's request arrives; returns what the service says.
    pub(super) fn is_asked(&mut self, client: NodeId, number: u64, op: Op) -> Vec<(NodeId, Message)> {
        said(&self.receives(client, Message::Request { session: session(client), number, op }))
    }

    /// S2 acknowledges all that S1 has: as S1 leads, that commits it.
    pub(super) fn replicates(&mut self) -> Vec<Effect<Server>> {
        let raft = self.node.view().raft;
        let outcome = raft::Appended::Match(raft.log.last_index());
        let reply =
            raft::Message::AppendReply { term: raft.current_term, prev_log_index: 0, outcome, round: 0 };
        self.receives(S2, Message::Raft(reply))
    }

    /// S2, as the leader of a term, sends its whole log, committed up to an index.
    pub(super) fn follows(&mut self, term: u64, log: Log<Command>, commit: u64) -> Vec<Effect<Server>> {
        let request = raft::Message::AppendEntries {
            term: Term(term),
            prev_log_index: 0,
            prev_log_term: Term(0),
            entries: log,
            leader_commit: commit,
            round: 0,
        };
        self.receives(S2, Message::Raft(request))
    }

    /// S1 as a leader that has executed some puts and taken a snapshot of them.
    pub(super) fn leader_with_snapshot() -> Bench<Server> {
        let mut bench = Bench::server(Rules::ALL);
        let limited = server::Config { max_raft_state: Some(300), ..bench.config.clone() };
        bench.config = limited.clone();
        bench.happens(Input::Configure(limited));
        bench.is_elected();
        let mut number = 0;
        while bench.node.view().raft.snapshot.is_none() {
            number += 1;
            bench.is_asked(C1, number, put("x", &alloc::format!("{number}")));
            if bench.node.view().raft.snapshot.is_none() {
                bench.replicates();
            }
            assert!(number < 99, "there is never a snapshot");
        }
        bench
    }

    /// S2, as the leader of a term, sends a snapshot.
    pub(super) fn installs(&mut self, term: u64, snapshot: &raft::Snapshot) -> Vec<Effect<Server>> {
        let request = raft::Message::InstallSnapshot {
            term: Term(term),
            last_included_index: snapshot.index,
            last_included_term: snapshot.term,
            last_included_chain: snapshot.chain,
            offset: 0,
            data: snapshot.data.clone(),
            done: true,
            round: 0,
        };
        self.receives(S2, Message::Raft(request))
    }

    /// What the store holds under a key.
    pub(super) fn holds(&self, key: &str) -> Option<Text> {
        self.node.view().store.get(&key.into()).cloned()
    }

    pub(super) fn last_index(&self) -> u64 {
        self.node.view().raft.log.last_index()
    }
}

/// The clerk C1.
impl Bench<Clerk> {
    pub(super) fn clerk(rules: Rules) -> Bench<Clerk> {
        Bench::new(clerk::Config { rules, ..clerk_config(C1) })
    }

    pub(super) fn is_told(&mut self, request: clerk::Request) -> Vec<Effect<Clerk>> {
        self.happens(Input::Call { request, key: 7 })
    }

    pub(super) fn puts(&mut self, key: &str, value: &str) -> Vec<Effect<Clerk>> {
        self.is_told(clerk::Request::Do(put(key, value)))
    }

    pub(super) fn hears_nothing(&mut self) -> Vec<Effect<Clerk>> {
        self.happens(Input::Timer(clerk::Timer::Retry))
    }

    pub(super) fn is_answered(&mut self, from: NodeId, number: u64, outcome: Outcome) -> Vec<Effect<Clerk>> {
        self.receives(from, Message::Reply { session: self.node.view().session, number, outcome })
    }
}
