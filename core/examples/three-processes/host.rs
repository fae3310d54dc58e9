//! The host of one server: all that `Raft` does not do itself.
//!
//! One thread takes what happens, one thing after the other: a message, a request, a timer that ran out. `Raft` answers
//! each with effects. The one rule for carrying them out is the order of the seam: what is said waits until all that was
//! written before it is durable. Here several inputs that have come in meanwhile are handled at once, then all that they
//! wrote is saved at once, and only then is anything said: it waits a little longer than it must, and many wait together.

use crate::disk::Disk;
use crate::sockets::{Event, Peers};
use crate::store::{Put, Store};
use crate::wire::{self, Answer, Ask, Status};
use crate::{Failure, SERVERS};
use splitbrain::bytes::Bytes;
use splitbrain::chance::Chance;
use splitbrain::node::{Effect, Input, Node, NodeId};
use splitbrain::raft::{Config, Index, Output, Raft, Request, Role, Term, Timer};
use splitbrain::time::Time;
use std::collections::hash_map::RandomState;
use std::collections::{BTreeMap, VecDeque};
use std::hash::{BuildHasher, Hasher};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

type Server = Raft<Put>;

pub(crate) struct Host {
    id: NodeId,
    raft: Server,
    disk: Disk,
    peers: Peers,
    /// This process's clock begins when it does.
    began: Instant,
    timers: BTreeMap<Timer, Instant>,
    chance: Chance,
    draws: u64,
    store: Store,
    applied: Index,
    installed: u64,
    /// Clients whose commands Raft has not spoken of yet, in order.
    asked: VecDeque<Answering>,
    /// Clients whose commands are in the log, and in which term they came there.
    waiting: BTreeMap<Index, (Term, Answering)>,
    led: bool,
}

/// Where a client's answer goes.
type Answering = Sender<Vec<u8>>;

/// The size of the log, in bytes, from which on a snapshot takes its place.
const MAX_STATE: u64 = 4_096;

/// The most bytes of a snapshot in one message.
const CHUNK: u32 = 4_096;

/// How many inputs are handled before their effects are carried out.
const BATCH: usize = 64;

impl Host {
    /// Boots from what the last process has left in the folder.
    pub(crate) fn start(id: NodeId, folder: PathBuf, peers: Peers) -> Result<Host, Failure> {
        let plain = Config::new(id, (0..SERVERS).map(NodeId).collect());
        let config = Config { snapshot_chunk: Some(CHUNK), pre_vote: true, check_quorum: true, ..plain };
        let (disk, files) = Disk::open(folder)?;
        let raft = Server::boot(&config, &files);
        let store = raft
            .snapshot()
            .map_or(Ok(Store::default()), |snapshot| Store::decode(snapshot.data.as_slice()))?;
        let view = raft.view();
        if view.current_term > Term(0) {
            let (term, base, last) = (view.current_term, view.log.base_index(), view.log.last_index());
            eprintln!(
                "    S{}: is back in term {term}, with a log up to {last}, of it {base} in a snapshot",
                id.0 + 1
            );
        }
        Ok(Host {
            id,
            applied: view.last_applied,
            raft,
            disk,
            peers,
            began: Instant::now(),
            timers: BTreeMap::new(),
            // The only real dice in the house: the standard library seeds its hash maps with them.
            chance: Chance::new(RandomState::new().build_hasher().finish()),
            draws: 0,
            store,
            installed: 0,
            asked: VecDeque::new(),
            waiting: BTreeMap::new(),
            led: false,
        })
    }

    /// Until nobody can send anything any more.
    pub(crate) fn run(mut self, inbox: &Receiver<Event>) -> Result<(), Failure> {
        let mut effects = Vec::new();
        self.handle(Input::Start, &mut effects);
        loop {
            self.carry_out(std::mem::take(&mut effects))?;
            self.take_snapshot_if_large()?;
            self.tell_of_leading();
            match inbox.recv_timeout(self.until_next_timer()) {
                Ok(event) => self.take(event, &mut effects),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            for event in inbox.try_iter().take(BATCH) {
                self.take(event, &mut effects);
            }
            while let Some(timer) = self.due() {
                self.handle(Input::Timer(timer), &mut effects);
            }
        }
    }

    fn handle(&mut self, input: Input<Server>, effects: &mut Vec<Effect<Server>>) {
        let at = u64::try_from(self.began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.raft.handle(Time(at), input, effects);
    }

    /// Something came in from outside. What is malformed is passed over: a network may also do that to a message.
    fn take(&mut self, event: Event, effects: &mut Vec<Effect<Server>>) {
        match event {
            Event::Peer(from, frame) => {
                if let Ok(body) = wire::decode(&frame) {
                    self.handle(Input::Message { from, body }, effects);
                }
            }
            Event::Client(frame, answering) => match Ask::decode(&frame) {
                Ok(Ask::Put(command)) => {
                    self.asked.push_back(answering);
                    self.handle(Input::Call { request: Request::Propose(command), key: 0 }, effects);
                }
                Ok(Ask::Status) => answer(&answering, &Answer::Status(self.status())),
                Err(_) => {}
            },
        }
    }

    /// First everything is written, then everything else is done, in order.
    fn carry_out(&mut self, effects: Vec<Effect<Server>>) -> Result<(), Failure> {
        let mut ops = Vec::new();
        let mut rest = Vec::new();
        for effect in effects {
            match effect {
                Effect::Write(batch) => ops.extend(batch),
                other => rest.push(other),
            }
        }
        self.disk.write(ops.into_iter())?;
        for effect in rest {
            match effect {
                Effect::Write(_) | Effect::Note(_) => {}
                Effect::Send { to, body } => self.peers.send(to, wire::encode(&body)),
                Effect::Output(output) => self.output(output)?,
                Effect::SetTimer { which, within } => {
                    self.draws += 1;
                    let delay = self.chance.key(self.draws).within(within);
                    self.timers.insert(which, Instant::now() + Duration::from_micros(delay.0));
                }
                Effect::CancelTimer(which) => {
                    self.timers.remove(&which);
                }
            }
        }
        Ok(())
    }

    fn output(&mut self, output: Output<Put>) -> Result<(), Failure> {
        match output {
            // Each proposal is answered at once by one of these two, so they come in the order of the requests.
            Output::Accepted { index, term } => {
                if let Some(answering) = self.asked.pop_front() {
                    self.waiting.insert(index, (term, answering));
                }
            }
            Output::NotLeader { leader } => {
                if let Some(answering) = self.asked.pop_front() {
                    answer(&answering, &Answer::Elsewhere(leader));
                }
            }
            Output::Apply { index, term, command } => {
                self.store.apply(command);
                self.applied = index;
                if let Some((taken_in, answering)) = self.waiting.remove(&index) {
                    // Another leader may have put another command there.
                    answer(&answering, &if taken_in == term { Answer::Done(index) } else { Answer::Lost });
                }
            }
            Output::Snapshot { index, data, .. } => {
                self.store = Store::decode(data.as_slice())?;
                self.applied = index;
                self.installed += 1;
                let still_waiting = self.waiting.split_off(&(index + 1));
                for (_, answering) in std::mem::replace(&mut self.waiting, still_waiting).into_values() {
                    answer(&answering, &Answer::Lost);
                }
            }
            // What this host never asks for.
            Output::CondInstall { .. } | Output::Read { .. } | Output::ReadLost { .. } => {}
        }
        Ok(())
    }

    /// The log is rewritten with every entry, so it must stay short (§7).
    fn take_snapshot_if_large(&mut self) -> Result<(), Failure> {
        if self.raft.state_size() < MAX_STATE || self.raft.applied_size() < MAX_STATE / 2 {
            return Ok(());
        }
        let data = Bytes::new(&self.store.encode());
        let mut effects = Vec::new();
        let request = Request::Snapshot { index: self.applied, data };
        self.handle(Input::Call { request, key: 0 }, &mut effects);
        self.carry_out(effects)
    }

    fn until_next_timer(&self) -> Duration {
        let next = self.timers.values().min();
        next.map_or(Duration::from_secs(1), |at| at.saturating_duration_since(Instant::now()))
    }

    /// A timer that has run out, if there is one; it is disarmed.
    fn due(&mut self) -> Option<Timer> {
        let now = Instant::now();
        let due = self.timers.iter().filter(|&(_, &at)| at <= now).min_by_key(|&(_, &at)| at);
        let timer = due.map(|(&timer, _)| timer)?;
        self.timers.remove(&timer);
        Some(timer)
    }

    fn status(&self) -> Status {
        let view = self.raft.view();
        Status {
            leads: matches!(view.role, Role::Leader { .. }),
            term: view.current_term,
            applied: self.applied,
            chain: view.log.chain_at(self.applied).unwrap_or_default(),
            base: view.log.base_index(),
            installed: self.installed,
            store: self.store.clone(),
        }
    }

    fn tell_of_leading(&mut self) {
        let view = self.raft.view();
        let leads = matches!(view.role, Role::Leader { .. });
        if leads && !self.led {
            eprintln!("    S{}: leads in term {}", self.id.0 + 1, view.current_term);
        }
        self.led = leads;
    }
}

/// A client that has gone needs no answer.
fn answer(answering: &Answering, answer: &Answer) {
    answering.send(answer.encode()).ok();
}
