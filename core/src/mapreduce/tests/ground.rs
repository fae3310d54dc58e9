//! A small world for the stories: nodes in one process, a network that loses, repeats and delays, disks that take
//! time and are torn by crashes. The real simulator is another room's; this one is short enough to be trusted.

mod machine;

use crate::chance::{Chance, Ratio};
use crate::mapreduce::*;
use crate::node::{Effect, FileOp, Input, Node, NodeId};
use crate::time::{Span, Time};
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use machine::{Machine, handle};

pub(crate) const COORDINATOR: NodeId = NodeId(0);
pub(crate) const STORE: NodeId = NodeId(1);

pub(crate) fn worker(number: u16) -> NodeId {
    NodeId(1 + number)
}

/// One step, as a checker sees it.
pub(crate) enum Seen<'a> {
    Coordinator {
        at: Time,
        heard: Option<&'a Message>,
        before: Option<&'a CoordinatorView>,
        after: Option<&'a CoordinatorView>,
        store: Option<&'a StoreView>,
    },
    Store {
        at: Time,
        touched: &'a [FileName],
        before: Option<&'a StoreView>,
        after: Option<&'a StoreView>,
    },
}

/// How rough it is.
#[derive(Clone, Copy)]
pub(crate) struct Weather {
    pub(crate) latency: (Span, Span),
    pub(crate) disk: (Span, Span),
    pub(crate) loss: Ratio,
    pub(crate) duplication: Ratio,
    /// How often a message is held up for up to 15 seconds.
    pub(crate) delay: Ratio,
}

impl Weather {
    pub(crate) const FAIR: Weather = Weather {
        latency: (Span::millis(1), Span::millis(5)),
        disk: (Span::millis(1), Span::millis(3)),
        loss: Ratio::NEVER,
        duplication: Ratio::NEVER,
        delay: Ratio::NEVER,
    };
    pub(crate) const ROUGH: Weather = Weather {
        latency: (Span::millis(1), Span::millis(40)),
        loss: Ratio::per_mille(60),
        duplication: Ratio::per_mille(150),
        delay: Ratio::per_mille(10),
        ..Weather::FAIR
    };
}

enum Event {
    Boot(NodeId),
    Crash(NodeId),
    Pause(NodeId),
    Resume(NodeId),
    Leave { from: NodeId, incarnation: u64, to: NodeId, body: Message },
    Arrive { from: NodeId, to: NodeId, body: Message },
    Alarm { node: NodeId, timer: Timer, ticket: u64 },
    Hand { incarnation: u64, output: Output },
}

pub(crate) struct Ground {
    pub(crate) now: Time,
    pub(crate) weather: Weather,
    /// Messages for which this says yes are lost.
    pub(crate) lose: fn(NodeId, NodeId, &Message) -> bool,
    pub(crate) outputs: Vec<Output>,
    pub(crate) notes: BTreeSet<Note>,
    pub(crate) steps: u64,
    chance: Chance,
    agenda: BTreeMap<(Time, u64), Event>,
    tickets: u64,
    coordinator: Machine<Coordinator>,
    store: Machine<Store>,
    workers: Vec<Machine<Worker>>,
}

impl Ground {
    pub(crate) fn new(seed: u64, workers: u16, config: &Config) -> Ground {
        let mut ground = Ground {
            now: Time::ZERO,
            weather: Weather::FAIR,
            lose: |_, _, _| false,
            outputs: Vec::new(),
            notes: BTreeSet::new(),
            steps: 0,
            chance: Chance::new(seed),
            agenda: BTreeMap::new(),
            tickets: 0,
            coordinator: Machine::new(config),
            store: Machine::new(config),
            workers: (1..=workers)
                .map(|number| Machine::new(&Config { id: worker(number), ..config.clone() }))
                .collect(),
        };
        (0..workers + 2).for_each(|node| ground.restart(NodeId(node), Span::ZERO));
        ground.run_for(Span::ZERO);
        ground
    }

    pub(crate) fn crash(&mut self, node: NodeId, after: Span) {
        self.schedule(after, Event::Crash(node));
    }

    pub(crate) fn restart(&mut self, node: NodeId, after: Span) {
        self.schedule(after, Event::Boot(node));
    }

    pub(crate) fn pause(&mut self, node: NodeId, after: Span, length: Span) {
        self.schedule(after, Event::Pause(node));
        self.schedule(after + length, Event::Resume(node));
    }

    pub(crate) fn wipe_store(&mut self) {
        self.store.crash(self.now, self.chance);
        self.store.files.clear();
        self.restart(STORE, Span::ZERO);
    }

    /// A worker crashes and its disk is emptied.
    pub(crate) fn wipe(&mut self, node: NodeId) {
        let machine = &mut self.workers[node.index() - 2];
        machine.crash(self.now, self.chance);
        machine.files.clear();
    }

    /// A worker computes at this many per cent of the usual speed from now on.
    pub(crate) fn speed(&mut self, node: NodeId, percent: u32) {
        let machine = &mut self.workers[node.index() - 2];
        machine.config.speed = percent;
        let config = machine.config.clone();
        self.step(node, Given::Configure(config), &mut |_| {});
    }

    pub(crate) fn submit(&mut self, job: &Job) {
        let request = Request::Submit(job.clone());
        self.step(COORDINATOR, Given::Call(request), &mut |_| {});
    }

    /// Runs until nothing has happened at or before `until`.
    pub(crate) fn run_until(&mut self, until: Time, watch: &mut dyn FnMut(Seen<'_>)) {
        while let Some(entry) = self.agenda.first_entry().filter(|entry| entry.key().0 <= until) {
            let ((at, _), event) = entry.remove_entry();
            self.now = at;
            self.take(event, watch);
        }
        self.now = until;
    }

    pub(crate) fn run_for(&mut self, span: Span) {
        self.run_until(self.now + span, &mut |_| {});
    }

    /// Runs until this is so; how long that took, or none if it is not so within two minutes.
    pub(crate) fn run_to(&mut self, mut so: impl FnMut(&Ground) -> bool) -> Option<Span> {
        let began = self.now;
        while !so(self) {
            if self.now.since(began) > Span::secs(120) {
                return None;
            }
            let ((at, _), event) = self.agenda.pop_first()?;
            self.now = at;
            self.take(event, &mut |_| {});
        }
        Some(self.now.since(began))
    }

    pub(crate) fn coordinator(&self) -> Option<CoordinatorView> {
        self.coordinator.node.as_ref().map(Node::view)
    }

    pub(crate) fn job(&self) -> Option<JobView> {
        self.coordinator()?.job
    }

    pub(crate) fn worker(&self, node: NodeId) -> Option<WorkerView> {
        self.workers[node.index() - 2].node.as_ref().map(Node::view)
    }

    pub(crate) fn files(&self) -> Option<StoreView> {
        self.store.node.as_ref().map(Node::view)
    }

    pub(crate) fn is_done(&self, job: u32) -> bool {
        self.outputs.contains(&Output::JobDone { job: JobId(job) })
    }

    /// The lines of a job's output, sorted.
    pub(crate) fn lines(&self, job: u32) -> Vec<String> {
        let Some(files) = self.files() else { return vec![] };
        let mut lines: Vec<String> = files
            .outputs(JobId(job))
            .flat_map(|(_, file)| file.text().lines().map(String::from).collect::<Vec<_>>())
            .collect();
        lines.sort();
        lines
    }

    fn schedule(&mut self, after: Span, event: Event) {
        self.tickets += 1;
        self.agenda.insert((self.now + after, self.tickets), event);
    }

    fn take(&mut self, event: Event, watch: &mut dyn FnMut(Seen<'_>)) {
        let chance = self.chance.key(self.tickets);
        match event {
            Event::Boot(node) => self.step(node, Given::Boot, watch),
            Event::Crash(node) => {
                let (coordinator, store) = (self.coordinator(), self.files());
                let now = self.now;
                self.steps += 1;
                match node {
                    COORDINATOR => self.coordinator.crash(now, chance),
                    STORE => self.store.crash(now, chance),
                    _ => self.workers[node.index() - 2].crash(now, chance),
                }
                if node == COORDINATOR {
                    let (before, store) = (coordinator.as_ref(), store.as_ref());
                    watch(Seen::Coordinator { at: now, heard: None, before, after: None, store });
                } else if node == STORE {
                    watch(Seen::Store { at: now, touched: &[], before: store.as_ref(), after: None });
                }
            }
            Event::Pause(node) => {
                if node.index() >= 2 {
                    self.workers[node.index() - 2].is_paused = true;
                }
            }
            Event::Resume(node) => {
                if node.index() >= 2 {
                    let machine = &mut self.workers[node.index() - 2];
                    machine.is_paused = false;
                    for input in core::mem::take(&mut machine.paused) {
                        match input {
                            Input::Message { from, body } => {
                                self.step(node, Given::Message(from, body), watch);
                            }
                            Input::Timer(timer) => self.step(node, Given::Timer(timer), watch),
                            _ => {}
                        }
                    }
                }
            }
            Event::Leave { from, incarnation, to, body } => {
                if self.incarnation(from) == incarnation {
                    self.post(from, to, body);
                }
            }
            Event::Arrive { from, to, body } => self.step(to, Given::Message(from, body), watch),
            Event::Alarm { node, timer, ticket } => {
                if self.disarm(node, timer, ticket) {
                    self.step(node, Given::Timer(timer), watch);
                }
            }
            Event::Hand { incarnation, output } => {
                if self.coordinator.incarnation == incarnation {
                    self.outputs.push(output);
                }
            }
        }
    }

    fn post(&mut self, from: NodeId, to: NodeId, body: Message) {
        self.tickets += 1;
        let chance = self.chance.key(7).key(self.tickets);
        if (self.lose)(from, to, &body) || chance.key(1).happens(self.weather.loss) {
            return;
        }
        let copies = if chance.key(2).happens(self.weather.duplication) { 2 } else { 1 };
        for copy in 0..copies {
            let chance = chance.key(3 + copy);
            let held = if chance.key(1).happens(self.weather.delay) {
                chance.key(2).within((Span::ZERO, Span::secs(15)))
            } else {
                Span::ZERO
            };
            let after = chance.key(3).within(self.weather.latency) + held;
            self.schedule(after, Event::Arrive { from, to, body: body.clone() });
        }
    }

    fn incarnation(&self, node: NodeId) -> u64 {
        match node {
            COORDINATOR => self.coordinator.incarnation,
            STORE => self.store.incarnation,
            _ => self.workers[node.index() - 2].incarnation,
        }
    }

    fn disarm(&mut self, node: NodeId, timer: Timer, ticket: u64) -> bool {
        let armed = match node {
            COORDINATOR => &mut self.coordinator.armed,
            STORE => &mut self.store.armed,
            _ => &mut self.workers[node.index() - 2].armed,
        };
        armed.get(&timer) == Some(&ticket) && armed.remove(&timer).is_some()
    }

    fn step(&mut self, node: NodeId, given: Given, watch: &mut dyn FnMut(Seen<'_>)) {
        self.steps += 1;
        let at = self.now;
        match node {
            COORDINATOR => {
                let before = self.coordinator();
                let heard = given.message().cloned();
                let input = if let Given::Call(request) = given {
                    Some(Input::Call { request, key: 0 })
                } else {
                    given.input()
                };
                let effects = handle(&mut self.coordinator, at, input);
                self.enact(node, effects);
                let (after, store) = (self.coordinator(), self.files());
                let (before, after, store) = (before.as_ref(), after.as_ref(), store.as_ref());
                watch(Seen::Coordinator { at, heard: heard.as_ref(), before, after, store });
            }
            STORE => {
                let before = self.files();
                let effects = handle(&mut self.store, at, given.input());
                let touched: Vec<FileName> = effects
                    .iter()
                    .flat_map(|effect| match effect {
                        Effect::Write(batch) => &batch[..],
                        _ => &[],
                    })
                    .flat_map(|op| match op {
                        FileOp::Put(chunk, _) | FileOp::Remove(chunk) => vec![chunk.file],
                        FileOp::Rename(old, new) => vec![old.file, new.file],
                    })
                    .collect();
                self.enact(node, effects);
                let after = self.files();
                watch(Seen::Store { at, touched: &touched, before: before.as_ref(), after: after.as_ref() });
            }
            _ => {
                let effects = handle(&mut self.workers[node.index() - 2], at, given.input());
                self.enact(node, effects);
            }
        }
    }

    fn enact<N>(&mut self, node: NodeId, effects: Vec<Effect<N>>)
    where
        N: Node<Message = Message, Timer = Timer, Config = Config, Note = Note>,
        Ground: Holds<N>,
    {
        let incarnation = self.incarnation(node);
        for effect in effects {
            let now = self.now;
            match effect {
                Effect::Write(batch) => {
                    self.tickets += 1;
                    let latency = self.chance.key(8).key(self.tickets).within(self.weather.disk);
                    let machine = self.machine(node);
                    let free = machine.pending.back().map_or(now, |(done, _)| *done);
                    machine.pending.push_back((free + latency, batch));
                }
                Effect::Send { to, body } => {
                    let durable = self.machine(node).pending.back().map_or(now, |(done, _)| *done);
                    self.schedule(durable.since(now), Event::Leave { from: node, incarnation, to, body });
                }
                Effect::Output(output) => {
                    let durable = self.machine(node).pending.back().map_or(now, |(done, _)| *done);
                    if let Some(output) = Self::output(output) {
                        self.schedule(durable.since(now), Event::Hand { incarnation, output });
                    }
                }
                Effect::SetTimer { which, within } => {
                    let delay = self.chance.key(9).key(self.tickets).within(within);
                    self.schedule(delay, Event::Alarm { node, timer: which, ticket: self.tickets + 1 });
                    let ticket = self.tickets;
                    self.machine(node).armed.insert(which, ticket);
                }
                Effect::CancelTimer(which) => drop(self.machine(node).armed.remove(&which)),
                Effect::Note(note) => drop(self.notes.insert(note)),
            }
        }
    }
}

enum Given {
    Boot,
    Message(NodeId, Message),
    Timer(Timer),
    Call(Request),
    Configure(Config),
}

impl Given {
    fn message(&self) -> Option<&Message> {
        if let Given::Message(_, body) = self { Some(body) } else { None }
    }

    fn input<N: Node<Message = Message, Timer = Timer, Config = Config>>(self) -> Option<Input<N>> {
        match self {
            Given::Message(from, body) => Some(Input::Message { from, body }),
            Given::Timer(timer) => Some(Input::Timer(timer)),
            Given::Configure(config) => Some(Input::Configure(config)),
            Given::Boot | Given::Call(_) => None,
        }
    }
}

/// Where the machines of one kind are.
trait Holds<N: Node> {
    fn machine(&mut self, node: NodeId) -> &mut Machine<N>;
    fn output(output: N::Output) -> Option<Output>;
}

impl Holds<Coordinator> for Ground {
    fn machine(&mut self, _: NodeId) -> &mut Machine<Coordinator> {
        &mut self.coordinator
    }
    fn output(output: Output) -> Option<Output> {
        Some(output)
    }
}

impl Holds<Store> for Ground {
    fn machine(&mut self, _: NodeId) -> &mut Machine<Store> {
        &mut self.store
    }
    fn output(_: Nothing) -> Option<Output> {
        None
    }
}

impl Holds<Worker> for Ground {
    fn machine(&mut self, node: NodeId) -> &mut Machine<Worker> {
        &mut self.workers[node.index() - 2]
    }
    fn output(_: Nothing) -> Option<Output> {
        None
    }
}
