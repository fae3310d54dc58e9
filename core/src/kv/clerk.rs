//! The clerk: the client's end of the service. It takes operations from its host, one after the other, and repeats each
//! until some server has answered it (§8).

use super::history::{History, Returned};
use super::load::Mix;
use super::message::{Message, Outcome};
use super::note::Note;
use super::rules::{Rule, Rules};
use super::session::Session;
use super::store::{Op, Reply};
use super::view::{ClerkView, Load, Pending};
use crate::node::{self, FileOp, Files, Input, Node, NodeId, Outbox};
use crate::time::{Span, Time};
use crate::tree::Tree;
use alloc::collections::BTreeSet;
use alloc::rc::Rc;
use alloc::vec;
use serde::{Deserialize, Serialize};

/// A clerk. What it has in hand is lost in a crash: the operation it waits for, those queued behind, and its load.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clerk {
    config: Config,
    session: Session,
    next_number: u64,
    pending: Option<Pending>,
    /// How many servers were asked since the operation began, or since the last pause.
    asked: u32,
    /// Those of them that did not answer: whoever names one of these as the leader is not believed.
    silent: BTreeSet<NodeId>,
    /// The server that answered last, and so is asked first.
    leader: Option<NodeId>,
    queue: Tree<u64, Op>,
    load: Option<Load>,
    history: History,
}

/// What a clerk is told at boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Which node it is.
    pub id: NodeId,
    /// The servers, in the order in which it tries them.
    pub servers: Rc<[NodeId]>,
    /// The shortest and the longest silence after which it asks the next server.
    pub retry: (Span, Span),
    /// How long it pauses once it has asked every server in vain.
    pub pause: Span,
    /// The rules it keeps.
    pub rules: Rules,
}

/// The timers of a clerk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timer {
    /// The server that was asked is silent, or the pause after a vain round is over.
    Retry,
    /// The load's next operation is due.
    Load,
}

/// What the host can ask of a clerk. Operations are executed one at a time, in the order in which they were asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Execute this.
    Do(Op),
    /// From now on, and whenever nothing else is asked for, execute random operations.
    Load {
        /// The pause between an operation's end and the beginning of the next; at least a microsecond is kept.
        every: Span,
        /// Which operations.
        mix: Mix,
    },
    /// No more random operations.
    Quiet,
}

/// What a clerk hands to its host: the two ends of every operation, from which a history can be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Output {
    /// An operation begins: nothing of it was sent before. If it never returns it may or may not take effect.
    Called {
        /// The clerk's session.
        session: Session,
        /// The operation's number in that session.
        number: u64,
        /// The operation.
        op: Op,
    },
    /// It returned.
    Returned {
        /// The clerk's session.
        session: Session,
        /// The operation's number in that session.
        number: u64,
        /// The operation.
        op: Op,
        /// The answer.
        reply: Reply,
    },
}

/// A clerk has one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum File {
    /// Which of its lives it is in.
    Incarnation,
}

/// What that file holds: the number of its latest life, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Incarnation(pub u64);

impl node::Content for Incarnation {
    fn bytes(&self) -> Option<u64> {
        None
    }
    fn prefix(&self, _: u64) -> Self {
        *self
    }
}

impl Node for Clerk {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Request = Request;
    type Output = Output;
    type File = File;
    type Content = Incarnation;
    type View = ClerkView;
    type Note = Note;

    /// A clerk that has lived before does not know which numbers it had used, so it begins a new session.
    fn boot(config: &Config, durable: &Files<Self>) -> Self {
        let lived = durable.get(&File::Incarnation).map_or(0, |lives| lives.0);
        let incarnation = match config.rules.has(Rule::NewSessionAfterCrash) {
            true => lived.saturating_add(1),
            false => lived.max(1),
        };
        Clerk {
            config: config.clone(),
            session: Session { client: config.id, incarnation },
            next_number: 1,
            pending: None,
            asked: 0,
            silent: BTreeSet::new(),
            leader: None,
            queue: Tree::new(),
            load: None,
            history: History::default(),
        }
    }

    fn handle(&mut self, at: Time, input: Input<Self>, out: &mut impl Outbox<Self>) {
        match input {
            // No request leaves before this is durable, so the next life is not taken for this one.
            Input::Start => {
                out.write(vec![FileOp::Put(File::Incarnation, Incarnation(self.session.incarnation))]);
            }
            Input::Call { request, key } => self.called(at, request, key, out),
            Input::Timer(Timer::Retry) => self.retry_due(out),
            Input::Timer(Timer::Load) => self.load_due(at, out),
            Input::Message { from, body: Message::Reply { session, number, outcome } } => {
                self.answered(at, from, session, number, outcome, out);
            }
            Input::Message { .. } => out.note(Note::NotForClerk),
            Input::Configure(config) => self.config = config,
        }
    }

    fn view(&self) -> ClerkView {
        ClerkView {
            session: self.session,
            next_number: self.next_number,
            pending: self.pending.clone(),
            leader: self.leader,
            queued: u32::try_from(self.queue.len()).unwrap_or(u32::MAX),
            history: self.history.clone(),
            load: self.load,
        }
    }
}

impl Clerk {
    fn called(&mut self, at: Time, request: Request, key: u64, out: &mut impl Outbox<Self>) {
        match request {
            Request::Do(op) => self.enqueue(op),
            Request::Load { every, mix } => {
                self.load = Some(Load { every: every.max(Span(1)), mix, key, begun: 0 });
            }
            Request::Quiet => {
                self.load = None;
                out.cancel_timer(Timer::Load);
                return;
            }
        }
        if self.pending.is_none() {
            if self.load.is_some() {
                out.cancel_timer(Timer::Load);
            }
            self.begin_next(at, out);
        }
    }

    fn enqueue(&mut self, op: Op) {
        let ticket = self.queue.last().map_or(0, |(ticket, _)| ticket + 1);
        self.queue.insert(ticket, op);
    }

    fn load_due(&mut self, at: Time, out: &mut impl Outbox<Self>) {
        if self.pending.is_none() && self.load.is_some() {
            self.begin_next(at, out);
        } else {
            out.note(Note::TimerOutOfPlace);
        }
    }

    /// Begins the operation that was asked for first, or else the load's next. One at a time: that is what lets the
    /// servers remember a single number for each session.
    fn begin_next(&mut self, at: Time, out: &mut impl Outbox<Self>) {
        let last = self.leader.filter(|_| self.config.rules.has(Rule::AskLastLeader));
        let Some(to) = last.or_else(|| self.config.servers.first().copied()) else {
            out.note(Note::NobodyToAsk);
            return;
        };
        let number = self.next_number;
        let Some(op) = self.next_operation(number) else { return };
        self.next_number = number.saturating_add(1);
        out.output(Output::Called { session: self.session, number, op: op.clone() });
        self.pending =
            Some(Pending { number, op, sent_as: number, since: at, attempt: 0, to, pausing: false });
        self.asked = 0;
        self.silent.clear();
        self.ask(out);
    }

    fn next_operation(&mut self, number: u64) -> Option<Op> {
        if let Some((&ticket, _)) = self.queue.first() {
            return self.queue.remove(&ticket);
        }
        let load = self.load.as_mut()?;
        let op = load.operation(load.begun, self.session, number, &self.history);
        load.begun = load.begun.saturating_add(1);
        Some(op)
    }

    /// Sends the pending operation, a retry under its first number.
    fn ask(&mut self, out: &mut impl Outbox<Self>) {
        let Some(pending) = &mut self.pending else { return };
        if pending.attempt > 0 && !self.config.rules.has(Rule::RetryKeepsNumber) {
            pending.sent_as = self.next_number;
            self.next_number = self.next_number.saturating_add(1);
        }
        pending.attempt = pending.attempt.saturating_add(1);
        pending.pausing = false;
        self.asked = self.asked.saturating_add(1);
        let (session, number, op) = (self.session, pending.sent_as, pending.op.clone());
        out.send(pending.to, Message::Request { session, number, op });
        out.set_timer(Timer::Retry, self.config.retry);
    }

    fn retry_due(&mut self, out: &mut impl Outbox<Self>) {
        match &self.pending {
            None => out.note(Note::TimerOutOfPlace),
            Some(pending) if pending.pausing => self.ask(out),
            Some(pending) if self.config.rules.has(Rule::RetryUntilAnswered) => {
                self.silent.insert(pending.to);
                self.leader = None;
                self.ask_elsewhere(None, out);
            }
            Some(_) => {}
        }
    }

    /// Asks the server that the last one named, or else the next in order. Servers that have just lost their leader
    /// may name each other in circles, so a clerk that has asked as many as there are pauses first. And a leader cut off
    /// with a minority cannot answer, yet its followers go on naming it: a clerk that believed them would never reach the
    /// majority beyond.
    fn ask_elsewhere(&mut self, named: Option<NodeId>, out: &mut impl Outbox<Self>) {
        let Some(pending) = &mut self.pending else { return };
        let servers = &self.config.servers;
        let named = named
            .filter(|named| servers.contains(named) && *named != pending.to && !self.silent.contains(named));
        let Some(to) = named.or_else(|| next_after(servers, pending.to)) else {
            out.note(Note::NobodyToAsk);
            return;
        };
        pending.to = to;
        if u64::from(self.asked) < servers.len() as u64 {
            self.ask(out);
        } else {
            // Not none at all: servers that answer at once would stop time.
            let pauses = self.config.rules.has(Rule::PauseBetweenRounds);
            let pause = if pauses { self.config.pause } else { Span(1) };
            pending.pausing = true;
            self.asked = 0;
            self.silent.clear();
            out.set_timer(Timer::Retry, (pause, pause));
        }
    }

    fn answered(
        &mut self,
        at: Time,
        from: NodeId,
        session: Session,
        number: u64,
        outcome: Outcome,
        out: &mut impl Outbox<Self>,
    ) {
        if session != self.session {
            return out.note(Note::ReplyOfOtherLife);
        }
        if !self.config.servers.contains(&from) {
            return out.note(Note::ReplyFromStranger);
        }
        let Some(pending) = self.pending.as_ref().filter(|pending| pending.sent_as == number) else {
            return out.note(Note::ReplyOutlived);
        };
        match outcome {
            // Whichever server it comes from, and however late: what has taken effect has taken effect.
            Outcome::Done(reply) => self.returned(at, from, reply, out),
            Outcome::NotLeader { leader } if pending.to == from && !pending.pausing => {
                self.leader = leader;
                self.ask_elsewhere(leader, out);
            }
            Outcome::NotLeader { .. } => out.note(Note::RedirectOutlived),
        }
    }

    fn returned(&mut self, at: Time, from: NodeId, reply: Reply, out: &mut impl Outbox<Self>) {
        let Some(Pending { number, op, since, attempt, .. }) = self.pending.take() else { return };
        self.leader = Some(from);
        self.history.push(Returned {
            number,
            op: op.clone(),
            reply: reply.clone(),
            called_at: since,
            returned_at: at,
            attempts: attempt,
        });
        out.cancel_timer(Timer::Retry);
        out.output(Output::Returned { session: self.session, number, op, reply });
        if !self.queue.is_empty() {
            self.begin_next(at, out);
        } else if let Some(load) = &self.load {
            out.set_timer(Timer::Load, (load.every, load.every));
        }
    }
}

/// The server after this one in the order of the configuration, and around; the first if this one is not among them.
fn next_after(servers: &[NodeId], this: NodeId) -> Option<NodeId> {
    let after = servers.iter().position(|server| *server == this).map_or(0, |place| place + 1);
    servers.get(after).or(servers.first()).copied()
}
