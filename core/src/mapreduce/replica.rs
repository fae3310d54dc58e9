//! A coordinator that is one of several (§3.3: "if the master task dies, a new copy can be started from the last checkpointed
//! state"): what is completed is kept where it outlives each of them, before it counts.
//!
//! One is in charge and says so at short intervals. Another that has not heard that for a while reads the state and sets it to
//! one in which itself is in charge, an epoch later. Whoever was in charge before finds that out when its own next change is
//! refused. Nothing that workers do depends on there being only one: an attempt's files are private until they are renamed, and
//! attempts of different epochs have different numbers.

use super::config::{Config, Output, Refused, Timer};
use super::coordinator::Coordinator;
use super::counters::Counters;
use super::job::{Job, JobError, JobId, TaskId};
use super::kept::{Event, Keep, Kept, STATE, Shared, job_key};
use super::message::Message;
use super::note::Note;
use super::rules::Rule;
use super::running::Running;
use super::script::{Failure, FailureKind};
use super::view::{JobFailure, Stage};
use crate::json;
use crate::node::{NodeId, Outbox};
use crate::time::{Span, Time};
use alloc::collections::VecDeque;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// What a coordinator is among its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Seat {
    /// There is no other, and nothing outlives it.
    Alone,
    /// Another is in charge.
    Standby,
    /// It has heard from nobody and is about to take over.
    TakingOver,
    /// It hands out tasks.
    InCharge,
}

/// What a coordinator knows of what is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Replica {
    pub(super) seat: Seat,
    pub(super) shared: Shared,
    /// What the store is known to hold.
    known: Option<Rc<str>>,
    /// The job that the state is about, when taking over.
    found: Option<Job>,
    /// What has been asked of the store: it answers in order.
    asked: VecDeque<Asked>,
    /// Since when the store has owed an answer.
    silent_since: Option<Time>,
    /// What has happened and is not kept yet; and whether it counts already, which it should not.
    waiting: Vec<(Event, bool)>,
    /// A job that was submitted before anybody was in charge.
    pub(super) held: Option<Job>,
    /// Whether another has said that it is in charge since this one began to take over.
    hears: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Asked {
    State,
    Job,
    Recipe,
    TakeOver { value: Rc<str>, shared: Shared },
    Change { value: Rc<str>, shared: Shared, events: Vec<(Event, bool)> },
}

/// Attempts of an epoch are numbered on from so many times its number, so that they never have the number of another's.
const ATTEMPTS: u32 = 100_000;

impl Replica {
    pub(super) fn new(config: &Config) -> Replica {
        let seat = if config.replicated { Seat::Standby } else { Seat::Alone };
        Replica {
            seat,
            shared: Shared::default(),
            known: None,
            found: None,
            asked: VecDeque::new(),
            silent_since: None,
            waiting: Vec::new(),
            held: None,
            hears: false,
        }
    }

    /// Whether it hands out tasks.
    pub(super) fn leads(&self) -> bool {
        matches!(self.seat, Seat::Alone | Seat::InCharge)
    }

    /// Whether a job is younger than all that this coordinator knows of: another one has accepted it.
    pub(super) fn is_ahead(&self, job: JobId) -> bool {
        self.seat != Seat::Alone && job.0 > self.shared.jobs
    }

    /// Whether a task's completion is on its way into the store.
    pub(super) fn is_keeping(&self, id: TaskId) -> bool {
        self.on_their_way().any(|event| matches!(event, Event::Completed { task, .. } if *task == id))
    }

    /// The number of a job that is on its way into the store. Until it is there, no other may be submitted.
    pub(super) fn claiming(&self) -> Option<JobId> {
        let is_claimed = self.on_their_way().any(|event| matches!(event, Event::Claimed(_)));
        is_claimed.then(|| JobId(self.shared.jobs.saturating_add(1)))
    }

    /// What has happened and is not kept yet.
    fn on_their_way(&self) -> impl Iterator<Item = &Event> {
        let asked = self.asked.iter().filter_map(|asked| match asked {
            Asked::Change { events, .. } => Some(events),
            _ => None,
        });
        asked.flatten().chain(&self.waiting).map(|(event, _)| event)
    }
}

/// What a job computes, as it is kept.
fn recipe(job: &Job) -> String {
    json::write(&job.without_texts(|_| false)).unwrap_or_default()
}

/// A state may be as long as this, in bytes, and that its job has failed can be said of it still.
const LONGEST_STATE: u64 = Job::MAX_RECIPE - (16 << 10);

fn too_long() -> Failure {
    let message = "what the job's tasks have counted is longer than replicated coordinators keep: count under fewer names, or have a \
                   plain coordinator";
    let (kind, message) = (FailureKind::Output, message.into());
    Failure { kind, message, line: None, column: None, record: None }
}

/// Whoever submitted a job is told to ask another, or again.
fn refuse(out: &mut impl Outbox<Coordinator>) {
    out.note(Note::NotInCharge);
    out.output(Output::Refused(Refused::NotInCharge));
}

fn refuse_claims(events: &[(Event, bool)], out: &mut impl Outbox<Coordinator>) {
    if events.iter().any(|(event, _)| matches!(event, Event::Claimed(_))) {
        refuse(out);
    }
}

/// Keeping what happens.
impl Coordinator {
    /// Whether what a job computes is short enough to be kept, where it is.
    pub(super) fn check_recipe(&self, job: &Job) -> Result<(), JobError> {
        let bytes = if self.replica.seat == Seat::Alone { 0 } else { recipe(job).len() as u64 };
        if bytes > Job::MAX_RECIPE { Err(JobError::Recipe(bytes)) } else { Ok(()) }
    }

    /// Something has happened. It counts at once where nothing outlives this coordinator, and otherwise when it is kept.
    pub(super) fn propose(&mut self, at: Time, event: Event, out: &mut impl Outbox<Coordinator>) {
        let hurried = match event {
            Event::Completed { .. } => !self.config.rules.has(Rule::KeptBeforeCounted),
            _ => false,
        };
        match self.replica.seat {
            Seat::Alone => self.commit(at, event, out),
            Seat::InCharge => {
                if hurried {
                    self.commit(at, event.clone(), out);
                }
                self.replica.waiting.push((event, hurried));
                self.keep(at, out);
            }
            Seat::Standby | Seat::TakingOver => {}
        }
    }

    /// Sends what waits, all in one change, unless one is under way.
    fn keep(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        let replica = &mut self.replica;
        let is_changing = replica.asked.iter().any(|asked| matches!(asked, Asked::Change { .. }));
        if is_changing || replica.waiting.is_empty() {
            return;
        }
        let mut events = core::mem::take(&mut replica.waiting);
        let reduces = self.job.as_ref().map_or(0, |job| job.view.job.reduce_tasks());
        let (mut value, mut shared) = replica.shared.with(at, &events, reduces);
        let completed = events.iter().find_map(|(event, _)| match event {
            Event::Completed { task, .. } => Some(*task),
            _ => None,
        });
        if let Some(task) = completed.filter(|_| value.len() as u64 > LONGEST_STATE) {
            // While that can still be said.
            events = [(Event::Failed(JobFailure { task, failure: too_long() }), false)].into();
            (value, shared) = replica.shared.with(at, &events, reduces);
        }
        let change =
            Keep::Change { key: STATE.into(), expected: replica.known.clone(), value: value.clone() };
        self.ask_store(at, change, Asked::Change { value, shared, events }, out);
    }

    fn ask_store(&mut self, at: Time, keep: Keep, asked: Asked, out: &mut impl Outbox<Coordinator>) {
        out.output(Output::Keep(keep));
        self.replica.silent_since.get_or_insert(at);
        self.replica.asked.push_back(asked);
    }

    /// An event is kept, and counts.
    fn count(&mut self, at: Time, event: Event, out: &mut impl Outbox<Coordinator>) {
        let mut receipt = None;
        match &event {
            // Its number is nobody else's now, and its recipe will not be in the way of another's.
            Event::Claimed(job) => {
                let number = self.replica.shared.jobs;
                let put = Keep::Put { key: job_key(JobId(number)), value: recipe(job).into() };
                self.ask_store(at, put, Asked::Recipe, out);
                if let Some(before) = number.checked_sub(1).filter(|&before| before > 0) {
                    let delete = Keep::Delete { key: job_key(JobId(before)) };
                    self.ask_store(at, delete, Asked::Recipe, out);
                }
            }
            Event::Completed { worker, call, .. } => receipt = Some((*worker, *call)),
            Event::Loaded | Event::Lost { .. } | Event::Failed(_) => {}
        }
        self.commit(at, event, out);
        if let Some((worker, call)) = receipt {
            out.send(worker, Message::Reported { call });
        }
    }

    /// A job that is submitted to whoever is not in charge waits until this coordinator is, or another one says that it is.
    pub(super) fn hold(&mut self, job: Job, out: &mut impl Outbox<Coordinator>) {
        if self.replica.held.is_some() {
            refuse(out);
        } else {
            self.replica.held = Some(job);
        }
    }

    /// The store has answered.
    pub(super) fn kept(&mut self, at: Time, kept: &Kept, out: &mut impl Outbox<Coordinator>) {
        let Some(asked) = self.replica.asked.pop_front() else { return };
        self.replica.silent_since = (!self.replica.asked.is_empty()).then_some(at);
        match (asked, kept) {
            (Asked::State, Kept::Value(value)) => self.read_state(at, value.as_ref(), out),
            (Asked::Job, Kept::Value(value)) => {
                let read = value.as_ref().and_then(|text| json::read(text).ok());
                self.replica.found = read.filter(|job: &Job| job.check_sizes().is_ok());
                self.take_charge(at, out);
            }
            (Asked::TakeOver { value, shared }, Kept::Done) => self.in_charge(at, value, shared, out),
            (Asked::Change { value, shared, events }, Kept::Done) if self.replica.seat == Seat::InCharge => {
                (self.replica.known, self.replica.shared) = (Some(value), shared);
                for (event, counts) in events {
                    if !counts {
                        self.count(at, event, out);
                    }
                }
                self.keep(at, out);
            }
            (Asked::Recipe, _) => {}
            (Asked::Change { events, .. }, _) => {
                refuse_claims(&events, out);
                if self.replica.seat == Seat::InCharge {
                    self.stand_by(out);
                }
            }
            _ => self.stand_by(out),
        }
    }
}

/// Changing hands.
impl Coordinator {
    pub(super) fn start_replica(&mut self, is_first_boot: bool, out: &mut impl Outbox<Coordinator>) {
        if self.replica.seat == Seat::Alone {
            return;
        }
        let is_first = self.config.coordinators.first() == Some(&self.config.id);
        let at_once = (Span::ZERO, Span::millis(10));
        let within = if is_first && is_first_boot { at_once } else { self.config.alive.1 };
        out.set_timer(Timer::TakeOver, within);
    }

    /// Nobody has said for a while that he is in charge.
    pub(super) fn take_over(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        if self.replica.seat == Seat::Standby {
            self.replica.seat = Seat::TakingOver;
            self.replica.hears = false;
            self.ask_store(at, Keep::Get { key: STATE.into() }, Asked::State, out);
        }
    }

    fn read_state(&mut self, at: Time, value: Option<&Rc<str>>, out: &mut impl Outbox<Coordinator>) {
        let replica = &mut self.replica;
        let knew = replica.shared.epoch;
        replica.known = value.cloned();
        replica.shared = value.map(|text| Shared::read(text)).unwrap_or_default();
        replica.found = None;
        // Whoever took charge while this one was asking gets the time to say so.
        if replica.shared.epoch > knew {
            self.stand_by(out);
            return;
        }
        match &replica.shared.job {
            Some(job) if job.loaded => {
                let key = job_key(job.id);
                self.ask_store(at, Keep::Get { key }, Asked::Job, out);
            }
            _ => self.take_charge(at, out),
        }
    }

    fn take_charge(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        let replica = &mut self.replica;
        if replica.hears {
            self.stand_by(out);
            return;
        }
        let mut shared = replica.shared.clone();
        shared.epoch = shared.epoch.saturating_add(1);
        // Only its first coordinator had the inputs: a job that was still being loaded has died with that.
        if let Some(lost) = shared.job.take_if(|_| replica.found.is_none()) {
            shared.died = Some(lost.id);
        }
        let value: Rc<str> = format!("{shared}").into();
        let (key, expected) = (STATE.into(), replica.known.clone());
        let change = Keep::Change { key, expected, value: value.clone() };
        self.ask_store(at, change, Asked::TakeOver { value, shared }, out);
    }

    /// The others now know, or will, that this one is in charge.
    fn in_charge(&mut self, at: Time, value: Rc<str>, shared: Shared, out: &mut impl Outbox<Coordinator>) {
        out.note(Note::TookOver);
        self.journal.died = shared.died;
        if shared.died != self.replica.shared.died {
            out.note(Note::JobDied);
        }
        self.replica.seat = Seat::InCharge;
        self.replica.known = Some(value);
        self.answered.clear();
        let attempts = (shared.epoch - 1).saturating_mul(ATTEMPTS);
        let found = self.replica.found.take().zip(shared.job.as_ref());
        self.job = found.map(|(job, known)| {
            let mut running = Running::new(known.id, job, attempts, known.submitted_at);
            running.view.stage = Stage::Map;
            for &(phase, number, worker, attempt) in &known.done {
                let task = TaskId { phase, number };
                running.complete(task, worker, attempt, &Counters::new(), self.config.rules);
            }
            known.lost.iter().for_each(|&(map, _)| running.has_counted(TaskId::map(map)));
            running.view.loaded = running.view.job.map_tasks();
            running.view.lost = known.lost.iter().fold(0, |sum: u32, &(_, times)| sum.saturating_add(times));
            running.view.counters = Rc::new(known.counters.clone());
            if let Some(at) = known.over_at {
                running.end(at, known.failure.clone());
            }
            running
        });
        self.journal.jobs = shared.jobs;
        self.replica.shared = shared;
        self.say_so(at, out);
        // Whoever was in charge when it ended may not have come to that.
        if let Some(over) = self.job.as_ref().filter(|job| !job.view.is_running()).map(|job| job.view.id) {
            self.clear_up(over, out);
        }
        if let Some(job) = self.replica.held.take() {
            self.submit(at, job, out);
        }
    }

    /// Another is in charge, or should be.
    pub(super) fn stand_by(&mut self, out: &mut impl Outbox<Coordinator>) {
        if self.replica.seat == Seat::InCharge {
            out.note(Note::Deposed);
            out.cancel_timer(Timer::Alive);
            out.cancel_timer(Timer::Overdue);
        }
        self.replica.seat = Seat::Standby;
        refuse_claims(&core::mem::take(&mut self.replica.waiting), out);
        self.job = None;
        self.calls.forget();
        out.set_timer(Timer::TakeOver, self.config.alive.1);
    }

    /// Says that it is in charge, now and again later.
    ///
    /// Not while the store owes it an answer for longer than another would wait for it: it can keep nothing, and is of no use.
    pub(super) fn say_so(&mut self, at: Time, out: &mut impl Outbox<Coordinator>) {
        let Replica { seat, silent_since, .. } = self.replica;
        if seat != Seat::InCharge {
            return;
        }
        let epoch = self.replica.shared.epoch;
        if silent_since.is_none_or(|since| at.since(since) < self.config.alive.1.1) {
            let others = self.config.coordinators.iter().filter(|&&other| other != self.config.id);
            others.for_each(|&other| out.send(other, Message::Alive { epoch }));
        }
        out.set_timer(Timer::Alive, (self.config.alive.0, self.config.alive.0));
    }

    /// Another says that it is in charge.
    pub(super) fn heard_alive(&mut self, from: NodeId, epoch: u32, out: &mut impl Outbox<Coordinator>) {
        let (seat, knows) = (self.replica.seat, self.replica.shared.epoch);
        if seat == Seat::Alone {
            return out.note(Note::NotForMe);
        }
        let is_other = self.config.coordinators.contains(&from) && from != self.config.id;
        if !is_other || epoch < knows || epoch == knows && seat == Seat::InCharge {
            return;
        }
        match seat {
            Seat::Alone | Seat::InCharge => self.stand_by(out),
            Seat::Standby => out.set_timer(Timer::TakeOver, self.config.alive.1),
            Seat::TakingOver => self.replica.hears = true,
        }
        self.replica.shared.epoch = epoch;
        if self.replica.held.take().is_some() {
            refuse(out);
        }
    }

    /// The number of the job that counts from now on, and when it was submitted.
    pub(super) fn claim(&self, at: Time) -> (JobId, Time) {
        match &self.replica.shared.job {
            Some(kept) => (kept.id, kept.submitted_at),
            None => (JobId(self.journal.jobs.saturating_add(1)), at),
        }
    }
}
