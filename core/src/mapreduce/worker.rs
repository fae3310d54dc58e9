//! A worker (§3.1): it asks for a task, reads, computes, writes, renames, reports, and asks again.
//!
//! A worker that crashes forgets its attempt. All it keeps on disk is how often it has booted, so that it takes no
//! answer meant for its former self.

use super::calls::{Calls, Question};
use super::config::{Config, Nothing, Timer};
use super::job::{File, FileName, Job, Phase, TaskId};
use super::message::{Answer, Assignment, Call, FileOutcome, FileRequest, Message, Move};
use super::note::Note;
use super::pairs;
use super::rules::Rule;
use super::view::{Doing, WorkerView};
use crate::bytes::Bytes;
use crate::node::{Content, FileOp, Files, Input, Node, Outbox};
use crate::time::{Span, Time};
use crate::tree::Tree;
use alloc::string::String;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// A worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worker {
    config: Config,
    incarnation: Incarnation,
    calls: Calls,
    state: State,
    done: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    Asking,
    Waiting,
    Resting,
    Gone,
    Attempting(Attempt),
}

/// One attempt at a task.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Attempt {
    assignment: Assignment,
    since: Time,
    stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Stage {
    Reading(Reading),
    Working(Reading),
    Writing(Writing),
    Renaming,
    Reporting,
}

/// The input of an attempt: one split, or one intermediate file of every map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Reading {
    /// What has arrived, by the number of the file and of the chunk.
    chunks: Tree<(u32, u32), Bytes>,
    /// Their bytes in all.
    bytes: u64,
    /// Chunks that have arrived.
    got: u32,
    /// Chunks known to be there, at least one a file until that is known better.
    of: u32,
    /// Files that have not been read to their end.
    unfinished: u32,
}

/// The output of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Writing {
    /// The contents of each file.
    files: Vec<Bytes>,
    /// How many of them are complete.
    complete: u32,
    /// Whether they are written straight under their final names.
    in_place: bool,
}

/// The name of a worker's only file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct IncarnationFile;

/// How often a worker has booted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Incarnation(pub u64);

impl Content for Incarnation {
    fn bytes(&self) -> Option<u64> {
        None
    }

    fn prefix(&self, _: u64) -> Incarnation {
        *self
    }
}

impl Node for Worker {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Request = Nothing;
    type Output = Nothing;
    type File = IncarnationFile;
    type Content = Incarnation;
    type View = WorkerView;
    type Note = Note;

    fn boot(config: &Config, durable: &Files<Worker>) -> Worker {
        let Incarnation(before) = durable.get(&IncarnationFile).copied().unwrap_or_default();
        let incarnation = Incarnation(before + 1);
        let calls = Calls::new(incarnation.0);
        Worker { config: config.clone(), incarnation, calls, state: State::Asking, done: 0 }
    }

    fn handle(&mut self, at: Time, input: Input<Worker>, out: &mut impl Outbox<Worker>) {
        match input {
            Input::Start => {
                out.write([FileOp::Put(IncarnationFile, self.incarnation)].into());
                self.ask_for_a_task(out);
            }
            Input::Message { body, .. } => self.answer(at, body, out),
            Input::Timer(Timer::Retry) => self.calls.retry(&self.config, out),
            Input::Timer(Timer::Poll) => {
                if matches!(self.state, State::Waiting | State::Resting) {
                    self.ask_for_a_task(out);
                }
            }
            Input::Timer(Timer::Work) => self.work_done(out),
            Input::Timer(Timer::Overdue) => {}
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
            incarnation: self.incarnation.0,
            doing: self.doing(),
            attempt: attempt.map(|attempt| attempt.assignment.clone()),
            since: attempt.map_or(Time::ZERO, |attempt| attempt.since),
            done: self.done,
        }
    }
}

/// Asking, and being answered.
impl Worker {
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
            (Question::File(request), Message::FileReply { outcome, .. }) => {
                self.file_reply(call, request, outcome, out);
            }
            _ => out.note(Note::NotForMe),
        }
    }

    fn take(&mut self, at: Time, answer: Answer, out: &mut impl Outbox<Worker>) {
        match answer {
            Answer::Run(assignment) => self.begin(at, assignment, out),
            Answer::Wait => self.wait(State::Waiting, out),
            Answer::NoJob => self.wait(State::Resting, out),
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

/// An attempt, from its input to its report.
impl Worker {
    fn begin(&mut self, at: Time, assignment: Assignment, out: &mut impl Outbox<Worker>) {
        let sources = assignment.sources();
        let (job, task) = (assignment.job, assignment.task);
        let reading = Reading { of: sources, unfinished: sources, ..Reading::default() };
        let stage = Stage::Reading(reading);
        self.state = State::Attempting(Attempt { assignment, since: at, stage });
        for source in 0..sources {
            let file = FileName { job, file: source_file(task, source) };
            self.ask_store(FileRequest::Read { file, chunk: 0 }, out);
        }
    }

    fn file_reply(
        &mut self,
        call: Call,
        request: FileRequest,
        outcome: FileOutcome,
        out: &mut impl Outbox<Worker>,
    ) {
        let is_chunk = matches!(outcome, FileOutcome::Chunk { .. });
        if matches!(request, FileRequest::Read { .. }) != is_chunk && outcome != FileOutcome::Missing {
            out.note(Note::NotForMe);
            return;
        }
        self.calls.close(call, &self.config, out);
        let State::Attempting(Attempt { assignment, stage, .. }) = &self.state else { return };
        match (stage, request, outcome) {
            (Stage::Reading(_), FileRequest::Read { file, chunk }, FileOutcome::Chunk { bytes, of }) => {
                self.read(file, chunk, bytes, of, out);
            }
            (Stage::Reading(_), FileRequest::Read { .. }, _) if assignment.task.phase == Phase::Reduce => {
                out.note(Note::IntermediateMissing);
                self.read_to_end(out);
            }
            (Stage::Writing(_), FileRequest::Create { files, .. }, FileOutcome::Done) => {
                files.iter().for_each(|&file| self.append(file, 0, out));
            }
            (Stage::Writing(_), FileRequest::Append { file, chunk, .. }, FileOutcome::Done) => {
                self.append(file, chunk.saturating_add(1), out);
            }
            (Stage::Renaming, FileRequest::Rename { .. }, FileOutcome::Done) => self.report(out),
            (Stage::Reading(_), FileRequest::Read { .. }, _)
            | (Stage::Writing(_), FileRequest::Create { .. } | FileRequest::Append { .. }, _)
            | (Stage::Renaming, FileRequest::Rename { .. }, _) => self.give_up(out),
            // The renaming that was not waited for, where that rule is off.
            _ => {}
        }
    }

    fn read(&mut self, file: FileName, chunk: u32, bytes: Bytes, of: u32, out: &mut impl Outbox<Worker>) {
        let Some(Stage::Reading(reading)) = self.stage() else { return };
        if chunk == 0 {
            reading.of = reading.of.saturating_add(of.saturating_sub(1));
        }
        reading.got = reading.got.saturating_add(1);
        reading.bytes = reading.bytes.saturating_add(bytes.len());
        reading.chunks.insert((source_of(file.file), chunk), bytes);
        match chunk.checked_add(1).filter(|&next| next < of) {
            Some(chunk) => self.ask_store(FileRequest::Read { file, chunk }, out),
            None => self.read_to_end(out),
        }
    }

    /// One more file has been read. After the last one the worker computes, which takes time for every byte.
    fn read_to_end(&mut self, out: &mut impl Outbox<Worker>) {
        let Some(Stage::Reading(reading)) = self.stage() else { return };
        reading.unfinished = reading.unfinished.saturating_sub(1);
        if reading.unfinished == 0 {
            let reading = core::mem::take(reading);
            let for_bytes = self.config.work_per_kib.0.saturating_mul(reading.bytes) / 1024;
            let work = self.config.work_base + Span(for_bytes);
            self.set_stage(Stage::Working(reading));
            out.set_timer(Timer::Work, (work, work));
        }
    }

    fn work_done(&mut self, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, stage: Stage::Working(reading), .. }) = &self.state
        else {
            return;
        };
        let files = compute(assignment, reading, &self.config, out);
        let in_place = !self.config.rules.has(Rule::AtomicRename);
        let names = (0..assignment.outputs()).map(|part| match in_place {
            true => assignment.final_name(part),
            false => assignment.temporary_name(part),
        });
        let request = FileRequest::Create { files: names.collect(), truncate: in_place };
        self.set_stage(Stage::Writing(Writing { files, complete: 0, in_place }));
        self.ask_store(request, out);
    }

    /// Everything before `chunk` of this file is written.
    fn append(&mut self, file: FileName, chunk: u32, out: &mut impl Outbox<Worker>) {
        let size = self.config.chunk;
        let Some(Stage::Writing(writing)) = self.stage() else { return };
        let contents = writing.files.get(part_of(file.file) as usize);
        if let Some(bytes) = contents.and_then(|contents| contents.piece(chunk, size)) {
            self.ask_store(FileRequest::Append { file, chunk, bytes }, out);
            return;
        }
        writing.complete += 1;
        if writing.complete as usize == writing.files.len() {
            if writing.in_place { self.report(out) } else { self.rename(out) }
        }
    }

    /// The files are complete: all of them get their final names at one instant (§3.3).
    fn rename(&mut self, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, stage: Stage::Writing(writing), .. }) = &self.state
        else {
            return;
        };
        let moves = (0..).zip(&writing.files).map(|(part, contents)| Move {
            from: assignment.temporary_name(part),
            to: assignment.final_name(part),
            len: contents.len(),
        });
        let moves = moves.collect();
        self.set_stage(Stage::Renaming);
        self.ask_store(FileRequest::Rename { moves }, out);
        if !self.config.rules.has(Rule::ReportAfterRename) {
            self.report(out);
        }
    }

    fn report(&mut self, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, .. }) = &self.state else { return };
        let &Assignment { job, task, attempt, .. } = assignment;
        self.set_stage(Stage::Reporting);
        self.calls.ask(Question::Report { job, task, attempt }, &self.config, out);
    }

    fn give_up(&mut self, out: &mut impl Outbox<Worker>) {
        out.note(Note::GivenUp);
        self.calls.forget();
        self.wait(State::Waiting, out);
    }

    fn ask_store(&mut self, request: FileRequest, out: &mut impl Outbox<Worker>) {
        self.calls.ask(Question::File(request), &self.config, out);
    }

    fn stage(&mut self) -> Option<&mut Stage> {
        match &mut self.state {
            State::Attempting(attempt) => Some(&mut attempt.stage),
            _ => None,
        }
    }

    fn set_stage(&mut self, stage: Stage) {
        if let State::Attempting(attempt) = &mut self.state {
            attempt.stage = stage;
        }
    }

    fn doing(&self) -> Doing {
        match &self.state {
            State::Asking => Doing::Asking,
            State::Waiting => Doing::Waiting,
            State::Resting => Doing::Resting,
            State::Gone => Doing::Gone,
            State::Attempting(Attempt { stage, .. }) => match stage {
                Stage::Reading(reading) => Doing::Reading { got: reading.got, of: reading.of },
                Stage::Working(reading) => Doing::Working { bytes: reading.bytes },
                Stage::Writing(writing) => {
                    let of = u32::try_from(writing.files.len()).unwrap_or(u32::MAX);
                    Doing::Writing { complete: writing.complete, of }
                }
                Stage::Renaming => Doing::Renaming,
                Stage::Reporting => Doing::Reporting,
            },
        }
    }
}

/// Runs the map or the reduce function.
fn compute(
    assignment: &Assignment,
    reading: &Reading,
    config: &Config,
    out: &mut impl Outbox<Worker>,
) -> Vec<Bytes> {
    match assignment.task.phase {
        Phase::Map => {
            let contents = reading.contents(0);
            let name = assignment.input.as_deref().unwrap_or_default();
            let text = String::from_utf8_lossy(&contents);
            let files = pairs::map(&assignment.app, name, &text, assignment.reduces, config.rules);
            files.iter().map(|file| Bytes::new(file)).collect()
        }
        Phase::Reduce => {
            let files: Vec<_> = (0..assignment.maps).map(|map| reading.contents(map)).collect();
            let (output, whole) = pairs::reduce(&assignment.app, &files, config.rules);
            if !whole {
                out.note(Note::IntermediateTorn);
            }
            [Bytes::from(output.as_str())].into()
        }
    }
}

impl Reading {
    /// The contents of one file; none if it is not there.
    fn contents(&self, source: u32) -> Vec<u8> {
        let chunks = self.chunks.range((source, 0)..=(source, u32::MAX));
        chunks.flat_map(|(_, bytes)| bytes.as_slice()).copied().collect()
    }
}

impl Assignment {
    /// How many files it reads.
    fn sources(&self) -> u32 {
        match self.task.phase {
            Phase::Map => 1,
            Phase::Reduce => self.maps,
        }
    }

    fn final_name(&self, part: u32) -> FileName {
        FileName { job: self.job, file: File::of(self.task, part) }
    }

    fn temporary_name(&self, part: u32) -> FileName {
        let file = File::Temporary { task: self.task, attempt: self.attempt, part };
        FileName { job: self.job, file }
    }
}

/// The file that a task reads as number `source`.
fn source_file(task: TaskId, source: u32) -> File {
    match task.phase {
        Phase::Map => File::Split(task.number),
        Phase::Reduce => File::Intermediate { map: source, reduce: task.number },
    }
}

/// The number under which a task reads this file.
fn source_of(file: File) -> u32 {
    match file {
        File::Intermediate { map, .. } => map,
        File::Split(_) | File::Output(_) | File::Temporary { .. } => 0,
    }
}

/// Which part of a task's output this file is.
fn part_of(file: File) -> u32 {
    match file {
        File::Intermediate { reduce: part, .. } | File::Temporary { part, .. } => part,
        File::Split(_) | File::Output(_) => 0,
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
