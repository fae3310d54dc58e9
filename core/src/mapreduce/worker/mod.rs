//! A worker (§3.1): it asks for a task, reads, computes, writes, renames, reports, and asks again.
//!
//! A worker that crashes forgets its attempt. All it keeps on disk is how often it has booted, so that it takes no
//! answer meant for its former self.

mod attempt;
mod disk;

pub use disk::{WorkerContent, WorkerFile};

use super::calls::{Calls, Question};
use super::config::{Config, Nothing, Timer};
use super::job::{Job, JobId, Phase};
use super::message::{Answer, Assignment, Message};
use super::note::Note;
use super::rules::Rule;
use super::store::Store;
use super::view::WorkerView;
use crate::node::{FileOp, Files, Input, Node, Outbox, Through};
use crate::time::Time;
use attempt::{Attempt, Stage};
use disk::own;

/// A worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    config: Config,
    incarnation: u64,
    calls: Calls,
    state: State,
    done: u32,
    /// Its own disk, which it serves to others as the store does.
    disk: Store,
    /// The job whose files are on it.
    keeps: JobId,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Asking,
    Waiting,
    Resting,
    Gone,
    Attempting(Attempt),
}

impl Node for Worker {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Request = Nothing;
    type Output = Nothing;
    type File = WorkerFile;
    type Content = WorkerContent;
    type View = WorkerView;
    type Note = Note;

    fn boot(config: &Config, durable: &Files<Worker>) -> Worker {
        let mut incarnation = 1;
        let mut chunks = Files::<Store>::new();
        for (file, content) in durable.iter() {
            match (file, content) {
                (WorkerFile::Incarnation, WorkerContent::Incarnation(before)) => incarnation = before + 1,
                (WorkerFile::Chunk(chunk), WorkerContent::Bytes(bytes)) => {
                    chunks.insert(*chunk, bytes.clone());
                }
                _ => {}
            }
        }
        let disk = Store::boot(config, &chunks);
        let keeps = disk.newest_job();
        let (calls, state) = (Calls::new(incarnation), State::Asking);
        Worker { config: config.clone(), incarnation, calls, state, done: 0, disk, keeps }
    }

    fn handle(&mut self, at: Time, input: Input<Worker>, out: &mut impl Outbox<Worker>) {
        match input {
            Input::Start => {
                self.number_lives(at);
                let content = WorkerContent::Incarnation(self.incarnation);
                out.write([FileOp::Put(WorkerFile::Incarnation, content)].into());
                self.ask_for_a_task(out);
            }
            Input::Message { from, body: body @ Message::File { .. } } => {
                self.disk.handle(at, Input::Message { from, body }, &mut Through(|effect| own(effect, out)));
            }
            Input::Message { body, .. } => self.answer(at, body, out),
            Input::Timer(Timer::Retry) => {
                if let Some(request) = self.calls.retry(&self.config, out) {
                    self.silent(&request, out);
                }
            }
            Input::Timer(Timer::Poll) => {
                if matches!(self.state, State::Waiting | State::Resting) {
                    self.ask_for_a_task(out);
                }
            }
            Input::Timer(Timer::Work) => self.work_done(out),
            Input::Timer(_) => {}
            Input::Call { request, .. } => match request {},
            Input::Configure(config) => self.configure(config, out),
        }
    }

    fn view(&self) -> WorkerView {
        let attempt = match &self.state {
            State::Attempting(attempt) => Some(attempt),
            _ => None,
        };
        WorkerView {
            incarnation: self.incarnation,
            doing: self.doing(),
            attempt: attempt.map(|attempt| attempt.assignment.clone()),
            since: attempt.map_or(Time::ZERO, |attempt| attempt.since),
            done: self.done,
            speed: self.config.speed,
            disk: self.disk.view(),
        }
    }
}

/// Asking, and being answered.
impl Worker {
    /// A worker whose disk was emptied does not know how often it had booted, and a coordinator that has heard a later life
    /// of it would not answer. So lives are counted on from the time of the first boot that a disk remembers, which no former
    /// self can have reached: nobody boots more than once in a microsecond.
    fn number_lives(&mut self, at: Time) {
        if self.incarnation == 1 {
            self.incarnation = at.0.saturating_add(1);
            self.calls = Calls::new(self.incarnation);
        }
    }

    fn ask_for_a_task(&mut self, out: &mut impl Outbox<Worker>) {
        self.state = State::Asking;
        self.calls.ask(Question::Task, &self.config, out);
    }

    fn answer(&mut self, at: Time, body: Message, out: &mut impl Outbox<Worker>) {
        let (Message::Answer { call, .. } | Message::Reported { call } | Message::FileReply { call, .. }) =
            body
        else {
            out.note(Note::NotForMe);
            return;
        };
        let Some(question) = self.calls.question(call).cloned() else {
            out.note(Note::AnswerStale);
            return;
        };
        match (question, body) {
            (Question::Task, Message::Answer { answer, .. }) if is_sensible(&answer) => {
                self.calls.close(call, &self.config, out);
                self.take(at, answer, out);
            }
            (Question::Report { .. }, Message::Reported { .. }) => {
                self.calls.close(call, &self.config, out);
                if let State::Attempting(Attempt { stage: Stage::Reporting, .. }) = self.state {
                    self.done += 1;
                    self.ask_for_a_task(out);
                }
            }
            (Question::File(_, request), Message::FileReply { outcome, .. }) => {
                self.file_reply(call, request, outcome, out);
            }
            _ => out.note(Note::NotForMe),
        }
    }

    fn take(&mut self, at: Time, answer: Answer, out: &mut impl Outbox<Worker>) {
        match answer {
            Answer::Run(assignment) => self.begin(at, assignment, out),
            Answer::Wait => self.wait(State::Waiting, out),
            Answer::NoJob => {
                // Whoever has no job may not know that another is in charge.
                self.calls.ask_another(&self.config);
                self.wait(State::Resting, out);
            }
        }
    }

    /// "Nothing right now" is not "finished": a task may come back from another worker, and another job may come.
    fn wait(&mut self, state: State, out: &mut impl Outbox<Worker>) {
        if self.config.rules.has(Rule::AskAgain) {
            self.state = state;
            out.set_timer(Timer::Poll, self.config.poll);
        } else {
            self.state = State::Gone;
        }
    }

    fn configure(&mut self, config: Config, out: &mut impl Outbox<Worker>) {
        self.config = config;
        if self.state == State::Gone && self.config.rules.has(Rule::AskAgain) {
            self.ask_for_a_task(out);
        }
    }
}

/// An assignment that no coordinator of ours would make is not taken.
fn is_sensible(answer: &Answer) -> bool {
    let Answer::Run(Assignment { task, maps, reduces, input, .. }) = answer else { return true };
    let tasks = match task.phase {
        Phase::Map => *maps,
        Phase::Reduce => *reduces,
    };
    (1..=Job::MAX_INPUTS).contains(maps)
        && (1..=Job::MAX_REDUCE_TASKS).contains(reduces)
        && task.number < tasks
        && input.is_some() == (task.phase == Phase::Map)
}
