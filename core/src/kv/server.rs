//! The server: a Raft, and the state machine that it drives.
//!
//! The Raft's effects become the server's own, all but what it hands to its host: that is the server, and it uses it
//! up before it returns. A client's request becomes a command in the leader's log; the client waits until that very
//! command is applied, and is then told what came of it.

use super::message::{Message, Outcome};
use super::note::Note;
use super::rules::{Rule, Rules};
use super::session::{Command, Session};
use super::snapshot;
use super::state_machine::{Executed, StateMachine};
use super::store::{Op, Reply};
use super::text::Text;
use super::view::{ServerView, Waiter};
use crate::bytes::Bytes;
use crate::node::{Effect, Files, Input, Node, NodeId, Outbox, Through};
use crate::raft::log::{Index, Term};
use crate::raft::view::Role;
use crate::raft::{self, Raft};
use crate::time::Time;
use alloc::rc::Rc;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A server. Only its Raft has files: after a crash the state machine is built anew, from the Raft's snapshot and the log
/// that follows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    raft: Raft<Command>,
    service: Service,
}

/// What a server is told at boot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Its Raft.
    pub raft: raft::Config,
    /// The encoded size of the Raft's state, in bytes, near which the server takes a snapshot; none if it never does.
    pub max_raft_state: Option<u64>,
    /// How it answers reads.
    pub reads: Reads,
    /// The rules that the service itself keeps.
    pub rules: Rules,
    /// Who executes what its Raft has committed.
    pub host: Host,
}

/// How a server answers reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reads {
    /// By way of the log, as it does writes.
    #[default]
    Log,
    /// From its store, once a majority has confirmed that it still leads (ReadIndex).
    ReadIndex,
    /// From its store at once, while its Raft holds a lease; else as with ReadIndex.
    Lease,
    /// From its store at once, whoever leads. That breaks the rule `reads-through-the-log`, and is done only while that
    /// rule is off; else reads go through the log.
    Local,
}

/// Who executes what a server's Raft has committed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// The service: its clients are other nodes, and nobody asks the server itself for anything.
    #[default]
    Service,
    /// Whoever calls the server, as the course's tester does: it proposes commands, and what its Raft hands out is
    /// handed on as it is. The store stays empty.
    Tester,
}

impl Node for Server {
    type Config = Config;
    type Message = Message;
    type Timer = raft::Timer;
    type Request = raft::Request<Command>;
    type Output = raft::Output<Command>;
    type File = raft::File;
    type Content = raft::HardState<Command>;
    type View = ServerView;
    type Note = Note;

    fn boot(config: &Config, durable: &Files<Self>) -> Self {
        let raft = Raft::boot(&config.raft, durable);
        let is_service = config.host == Host::Service;
        let restores = is_service && config.rules.has(Rule::RestoreBeforeDelivery);
        let snapshot = raft.snapshot().filter(|_| restores);
        let service = Service {
            rules: config.rules,
            host: config.host,
            max_raft_state: config.max_raft_state,
            reads: config.reads,
            reading: Rc::default(),
            next_read: 0,
            machine: snapshot.and_then(|snapshot| snapshot::decode(&snapshot.data)).unwrap_or_default(),
            last_applied: if is_service { raft.snapshot().map_or(0, |snapshot| snapshot.index) } else { 0 },
            waiting: Rc::default(),
            proposing: None,
        };
        Server { raft, service }
    }

    fn handle(&mut self, at: Time, input: Input<Self>, out: &mut impl Outbox<Self>) {
        match input {
            Input::Start => self.drive(at, Input::Start, out),
            Input::Timer(which) => self.drive(at, Input::Timer(which), out),
            Input::Message { from, body: Message::Raft(body) } => {
                self.drive(at, Input::Message { from, body }, out);
            }
            Input::Message { body: Message::Request { session, number, op }, .. } => {
                self.requested(at, Command { session, number, op }, out);
            }
            Input::Message { body: Message::Reply { .. }, .. } => out.note(Note::NotForServer),
            Input::Call { request, key } => self.drive(at, Input::Call { request, key }, out),
            Input::Configure(config) => {
                self.service.rules = config.rules;
                self.service.max_raft_state = config.max_raft_state;
                self.service.reads = config.reads;
                self.drive(at, Input::Configure(config.raft), out);
            }
        }
    }

    fn view(&self) -> ServerView {
        ServerView {
            raft: self.raft.view(),
            store: self.service.machine.store.clone(),
            sessions: self.service.machine.sessions.clone(),
            last_applied: self.service.last_applied,
            waiting: self.service.waiting.clone(),
            rules: self.service.rules,
        }
    }
}

impl Server {
    /// Gives the Raft one input, takes over its effects, and looks what became of those who wait.
    fn drive(&mut self, at: Time, input: Input<Raft<Command>>, out: &mut impl Outbox<Self>) {
        let Server { raft, service } = self;
        raft.handle(at, input, &mut Through(|effect| service.take_over(effect, out)));
        if let Some(request) = service.snapshot_due(raft) {
            let input = Input::Call { request, key: 0 };
            raft.handle(at, input, &mut Through(|effect| service.take_over(effect, out)));
        }
        if !service.waiting.is_empty() && service.rules.has(Rule::AnswerOnlyOwnOperation) {
            let raft = raft.view();
            let leads = matches!(raft.role, Role::Leader { .. }).then_some(raft.current_term);
            service.turn_away_from_other_terms(leads, raft.leader, out);
        }
    }

    /// A client asks. A command that has taken effect is answered at once, whoever leads: its answer will not change.
    fn requested(&mut self, at: Time, command: Command, out: &mut impl Outbox<Self>) {
        let raft_can_read = self.raft.can_read();
        let service = &mut self.service;
        if service.rules.has(Rule::DuplicateDetection) {
            match service.machine.executed(&command, service.rules) {
                Some(Executed::Now(reply) | Executed::Before(reply)) => {
                    out.note(Note::AnsweredBefore);
                    return answer(&command, Outcome::Done(reply), out);
                }
                Some(Executed::LongBefore) => return out.note(Note::RequestOutlived),
                None => {}
            }
        }
        if !service.rules.has(Rule::ReadsThroughTheLog)
            && let Op::Get { key } = &command.op
        {
            let reply = service.machine.store.read(key);
            return answer(&command, Outcome::Done(reply), out);
        }
        if service.waits_already(&command) {
            return out.note(Note::AlreadyWaiting);
        }
        // A leader that has committed nothing in its term yet would keep a read waiting for the next write: then the
        // read itself goes through the log, and the ones after it need not.
        let spares_log = matches!(service.reads, Reads::ReadIndex | Reads::Lease);
        let reads = spares_log && command.op.is_read() && raft_can_read;
        service.proposing = Some(command.clone());
        let request = if reads { service.begin_read(&command) } else { raft::Request::Propose(command) };
        self.drive(at, Input::Call { request, key: 0 }, out);
        self.service.proposing = None;
    }
}

/// All of a server but its Raft.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Service {
    rules: Rules,
    host: Host,
    max_raft_state: Option<u64>,
    reads: Reads,
    /// The reads that wait for the Raft's leave: at most one of each session.
    reading: Rc<Vec<Reader>>,
    next_read: u64,
    machine: StateMachine,
    last_applied: Index,
    /// In the order of their indexes. As short as there are clients, so a shared one is copied whole.
    waiting: Rc<Vec<Waiter>>,
    /// The command that the Raft is being given at this moment; none between two inputs.
    proposing: Option<Command>,
}

/// A client that waits for a read that is not in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reader {
    read: u64,
    session: Session,
    number: u64,
    key: Text,
}

impl Service {
    fn take_over(&mut self, effect: Effect<Raft<Command>>, out: &mut impl Outbox<Server>) {
        match effect {
            Effect::Write(batch) => out.write(batch),
            Effect::Send { to, body } => out.send(to, Message::Raft(body)),
            Effect::SetTimer { which, within } => out.set_timer(which, within),
            Effect::CancelTimer(which) => out.cancel_timer(which),
            Effect::Note(note) => out.note(Note::Raft(note)),
            Effect::Output(output) if self.host == Host::Tester => out.output(output),
            Effect::Output(raft::Output::Accepted { index, term }) => self.accepted(index, term, out),
            Effect::Output(raft::Output::NotLeader { leader }) => {
                if let Some(command) = self.proposing.take() {
                    answer(&command, Outcome::NotLeader { leader }, out);
                }
            }
            Effect::Output(raft::Output::Apply { index, term, command }) => {
                self.apply(index, term, &command, out);
            }
            Effect::Output(raft::Output::Snapshot { index, data, .. }) => self.install(index, &data, out),
            Effect::Output(raft::Output::Read { read, .. }) => self.read_now(read, true, out),
            Effect::Output(raft::Output::ReadLost { read }) => self.read_now(read, false, out),
            // It is not asked: what comes is in order, and used up at once.
            Effect::Output(raft::Output::CondInstall { .. }) => {}
        }
    }

    /// Notes who reads what, until the Raft says that it may be read.
    fn begin_read(&mut self, command: &Command) -> raft::Request<Command> {
        let Command { session, number, ref op } = *command;
        let read = self.next_read;
        self.next_read = self.next_read.wrapping_add(1);
        let reading = Rc::make_mut(&mut self.reading);
        reading.retain(|reader| reader.session != session);
        reading.push(Reader { read, session, number, key: op.key().clone() });
        raft::Request::Read { read }
    }

    /// The Raft says whether a read may be made from the store as it is now.
    fn read_now(&mut self, read: u64, may: bool, out: &mut impl Outbox<Server>) {
        let Some(place) = self.reading.iter().position(|reader| reader.read == read) else { return };
        let Reader { session, number, key, .. } = Rc::make_mut(&mut self.reading).remove(place);
        let outcome = match may {
            true => Outcome::Done(self.machine.store.read(&key)),
            false if self.rules.has(Rule::ReleaseWaiters) => Outcome::NotLeader { leader: None },
            false => return,
        };
        out.send(session.client, Message::Reply { session, number, outcome });
    }

    /// The Raft's state nears its limit: time to write down the state machine as it is now, after exactly the last
    /// command applied (KV8). Not before that saves half the limit: while nothing is committed the log may grow
    /// beyond any limit, and a snapshot would not shorten it.
    fn snapshot_due(&self, raft: &Raft<Command>) -> Option<raft::Request<Command>> {
        let takes = self.host == Host::Service && self.rules.has(Rule::SnapshotNearLimit);
        let limit = self.max_raft_state.filter(|_| takes)?;
        let near = limit - limit / 8;
        if raft.state_size() < near || raft.applied_size() < limit / 2 {
            return None;
        }
        let data = snapshot::encode(&self.machine, self.rules);
        Some(raft::Request::Snapshot { index: self.last_applied, data })
    }

    /// A leader's snapshot takes the place of the state machine (KV9). Who waits for an index that it covers will never
    /// see what was applied there.
    fn install(&mut self, index: Index, data: &Bytes, out: &mut impl Outbox<Server>) {
        match snapshot::decode(data) {
            Some(machine) => self.machine = machine,
            None => out.note(Note::SnapshotUnreadable),
        }
        self.last_applied = index;
        let covered = self.waiting.partition_point(|waiter| waiter.index <= index);
        if covered > 0 {
            for waiter in Rc::make_mut(&mut self.waiting).drain(..covered) {
                turn_away(&waiter, Note::TurnedAwayBySnapshot, None, self.rules, out);
            }
        }
    }

    /// The client's command has a place in the log. That is no answer yet: the place may go to another command.
    fn accepted(&mut self, index: Index, term: Term, out: &mut impl Outbox<Server>) {
        let Some(command) = self.proposing.take() else { return };
        if !self.rules.has(Rule::AnswerAfterApply) {
            let reply = match &command.op {
                Op::Get { key } => self.machine.store.read(key),
                _ => Reply::Done,
            };
            return answer(&command, Outcome::Done(reply), out);
        }
        let Command { session, number, .. } = command;
        let waiting = Rc::make_mut(&mut self.waiting);
        // What its session waited for before has been answered elsewhere, or it would not ask for more.
        waiting.retain(|waiter| waiter.session != session && waiter.index != index);
        let place = waiting.partition_point(|waiter| waiter.index < index);
        waiting.insert(place, Waiter { index, term, session, number });
    }

    /// Executes a committed command, as every replica does, and answers the client that waits for this index.
    fn apply(&mut self, index: Index, term: Term, command: &Command, out: &mut impl Outbox<Server>) {
        self.last_applied = index;
        let place = self.waiting.binary_search_by_key(&index, |waiter| waiter.index).ok();
        let waiter = place.map(|place| Rc::make_mut(&mut self.waiting).remove(place));
        let is_own = |waiter: &Waiter| {
            (waiter.term, waiter.session, waiter.number) == (term, command.session, command.number)
        };
        let awaited = waiter.as_ref().is_some_and(is_own);
        let reply = match self.machine.apply(command, awaited, self.rules) {
            Executed::Now(reply) => Some(reply),
            Executed::Before(reply) => {
                out.note(Note::SkippedDuplicate);
                Some(reply)
            }
            Executed::LongBefore => {
                out.note(Note::SkippedDuplicate);
                None
            }
        };
        let Some(waiter) = waiter else { return };
        if !awaited && self.rules.has(Rule::AnswerOnlyOwnOperation) {
            turn_away(&waiter, Note::TurnedAwayAtIndex, None, self.rules, out);
        } else if let Some(reply) = reply {
            reply_to(&waiter, Outcome::Done(reply), out);
        }
    }

    /// Those who wait for a term that this server no longer leads may wait for ever: their commands can be replaced,
    /// and nobody would notice here until something else is applied.
    fn turn_away_from_other_terms(
        &mut self,
        leads: Option<Term>,
        leader: Option<NodeId>,
        out: &mut impl Outbox<Server>,
    ) {
        let lost = |waiter: &Waiter| Some(waiter.term) != leads;
        if !self.waiting.iter().any(lost) {
            return;
        }
        for waiter in self.waiting.iter().copied().filter(lost) {
            turn_away(&waiter, Note::TurnedAwayFromTerm, leader, self.rules, out);
        }
        Rc::make_mut(&mut self.waiting).retain(|waiter| !lost(waiter));
    }

    /// Whether this command's client waits for it already.
    fn waits_already(&self, command: &Command) -> bool {
        let asked = (command.session, command.number);
        self.reading.iter().any(|reader| (reader.session, reader.number) == asked)
            || self.waiting.iter().any(|waiter| (waiter.session, waiter.number) == asked)
    }
}

fn reply_to(waiter: &Waiter, outcome: Outcome, out: &mut impl Outbox<Server>) {
    let Waiter { session, number, .. } = *waiter;
    out.send(session.client, Message::Reply { session, number, outcome });
}

/// Tells a client that it will not be answered here, and why is noted.
fn turn_away(
    waiter: &Waiter,
    why: Note,
    leader: Option<NodeId>,
    rules: Rules,
    out: &mut impl Outbox<Server>,
) {
    if rules.has(Rule::ReleaseWaiters) {
        out.note(why);
        reply_to(waiter, Outcome::NotLeader { leader }, out);
    }
}

fn answer(command: &Command, outcome: Outcome, out: &mut impl Outbox<Server>) {
    let Command { session, number, .. } = *command;
    out.send(session.client, Message::Reply { session, number, outcome });
}
