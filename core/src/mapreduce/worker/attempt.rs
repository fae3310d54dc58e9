//! An attempt at a task, from its input to its report (§3.1): read, compute, write, rename.

use super::disk::own;
use super::{State, Worker};
use crate::bytes::Bytes;
use crate::mapreduce::calls::Question;
use crate::mapreduce::compute::{Compute, Computed};
use crate::mapreduce::config::{Config, Disks, Timer};
use crate::mapreduce::job::{File, FileName, Phase, TaskId};
use crate::mapreduce::message::{Assignment, Call, Ending, FileOutcome, FileRequest, Move};
use crate::mapreduce::note::Note;
use crate::mapreduce::rules::Rule;
use crate::mapreduce::script::Failure;
use crate::mapreduce::view::Doing;
use crate::node::{Outbox, Through};
use crate::time::{Span, Time};
use crate::tree::Tree;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;

/// One attempt at a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    pub(super) assignment: Assignment,
    pub(super) since: Time,
    pub(super) stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Reading(Reading),
    Working { bytes: u64, outcome: Result<Computed, Rc<Failure>> },
    Writing(Writing),
    Renaming(Computed),
    Reporting,
}

/// The input of an attempt: one split, or one intermediate file of every map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reading {
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
pub(super) struct Writing {
    /// What is written.
    computed: Computed,
    /// How many of them are complete.
    complete: u32,
    /// Whether they are written straight under their final names.
    in_place: bool,
}

/// An attempt, from its input to its report.
impl Worker {
    pub(super) fn begin(&mut self, at: Time, assignment: Assignment, out: &mut impl Outbox<Worker>) {
        let sources = assignment.sources();
        let (job, task) = (assignment.job, assignment.task);
        if job > self.keeps {
            self.keeps = job;
            self.disk.remove_other_jobs(job, &mut Through(|effect| own(effect, out)));
        }
        let reading = Reading { of: sources, unfinished: sources, ..Reading::default() };
        let stage = Stage::Reading(reading);
        self.state = State::Attempting(Attempt { assignment, since: at, stage });
        for source in 0..sources {
            let file = FileName { job, file: source_file(task, source) };
            self.read_chunk(file, 0, out);
        }
    }

    pub(super) fn file_reply(
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
        match (stage, &request, outcome) {
            (Stage::Reading(_), &FileRequest::Read { file, chunk }, FileOutcome::Chunk { bytes, of }) => {
                self.read(file, chunk, bytes, of, out);
            }
            (Stage::Reading(_), FileRequest::Read { .. }, _) if !assignment.sources.is_empty() => {
                self.silent(&request, out);
            }
            (Stage::Reading(_), FileRequest::Read { .. }, _) if assignment.task.phase == Phase::Reduce => {
                out.note(Note::IntermediateMissing);
                self.read_to_end(out);
            }
            (Stage::Writing(_), FileRequest::Create { files, .. }, FileOutcome::Done) => {
                files.iter().for_each(|&file| self.append(file, 0, out));
            }
            (Stage::Writing(_), &FileRequest::Append { file, chunk, .. }, FileOutcome::Done) => {
                self.append(file, chunk.saturating_add(1), out);
            }
            (Stage::Renaming(computed), FileRequest::Rename { .. }, FileOutcome::Done) => {
                let ending = Ending::Completed(Rc::new(computed.counters.clone()));
                self.report(ending, out);
            }
            (Stage::Reading(_), FileRequest::Read { .. }, _)
            | (Stage::Writing(_), FileRequest::Create { .. } | FileRequest::Append { .. }, _)
            | (Stage::Renaming(_), FileRequest::Rename { .. }, _) => self.give_up(out),
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
            Some(chunk) => self.read_chunk(file, chunk, out),
            None => self.read_to_end(out),
        }
    }

    /// One more file has been read. After the last one the worker computes, which takes time for every byte and record and as
    /// much longer as the worker is slower than others.
    fn read_to_end(&mut self, out: &mut impl Outbox<Worker>) {
        let Some(Stage::Reading(reading)) = self.stage() else { return };
        reading.unfinished = reading.unfinished.saturating_sub(1);
        if reading.unfinished > 0 {
            return;
        }
        let reading = core::mem::take(reading);
        let State::Attempting(Attempt { assignment, .. }) = &self.state else { return };
        let outcome = compute(assignment, &reading, &self.config);
        let (records, sleep) = match &outcome {
            Ok(computed) => (computed.records, computed.sleep),
            Err(_) => (0, (Span::ZERO, Span::ZERO)),
        };
        if outcome.as_ref().is_ok_and(|computed| !computed.whole) {
            out.note(Note::IntermediateTorn);
        }
        let Config { work_base, work_per_kib, work_per_thousand, .. } = self.config;
        let for_bytes = Span(work_per_kib.0.saturating_mul(reading.bytes) / 1024);
        let for_records = Span(work_per_thousand.0.saturating_mul(records) / 1000);
        let takes = |sleep: Span| {
            let work = work_base + for_bytes + for_records + sleep;
            Span(work.0.saturating_mul(100) / u64::from(self.config.speed.max(1)))
        };
        let within = (takes(sleep.0), takes(sleep.1));
        self.set_stage(Stage::Working { bytes: reading.bytes, outcome: outcome.map_err(Rc::new) });
        out.set_timer(Timer::Work, within);
    }

    pub(super) fn work_done(&mut self, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, stage: Stage::Working { outcome, .. }, .. }) =
            &self.state
        else {
            return;
        };
        let computed = match outcome {
            Ok(computed) => computed.clone(),
            Err(failure) => {
                let ending = Ending::Failed(failure.clone());
                return self.report(ending, out);
            }
        };
        let in_place = !self.config.rules.has(Rule::AtomicRename);
        let names = (0..assignment.outputs()).map(|part| match in_place {
            true => assignment.final_name(part),
            false => assignment.temporary_name(part),
        });
        let request = FileRequest::Create { files: names.collect(), truncate: in_place };
        self.set_stage(Stage::Writing(Writing { computed, complete: 0, in_place }));
        self.ask_for_writing(request, out);
    }

    /// Everything before `chunk` of this file is written.
    fn append(&mut self, file: FileName, chunk: u32, out: &mut impl Outbox<Worker>) {
        let size = self.config.chunk;
        let Some(Stage::Writing(writing)) = self.stage() else { return };
        let contents = writing.computed.files.get(part_of(file.file) as usize);
        if let Some(bytes) = contents.and_then(|contents| contents.piece(chunk, size)) {
            self.ask_for_writing(FileRequest::Append { file, chunk, bytes }, out);
            return;
        }
        writing.complete += 1;
        if writing.complete as usize == writing.computed.files.len() {
            if writing.in_place {
                let ending = Ending::Completed(Rc::new(writing.computed.counters.clone()));
                self.report(ending, out);
            } else {
                self.rename(out);
            }
        }
    }

    /// The files are complete: all of them get their final names at one instant (§3.3).
    fn rename(&mut self, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, stage: Stage::Writing(writing), .. }) = &self.state
        else {
            return;
        };
        let moves = (0..).zip(writing.computed.files.iter()).map(|(part, contents)| Move {
            from: assignment.temporary_name(part),
            to: assignment.final_name(part),
            len: contents.len(),
        });
        let moves = moves.collect();
        let computed = writing.computed.clone();
        let ending = Ending::Completed(Rc::new(computed.counters.clone()));
        self.set_stage(Stage::Renaming(computed));
        self.ask_for_writing(FileRequest::Rename { moves }, out);
        if !self.config.rules.has(Rule::ReportAfterRename) {
            self.report(ending, out);
        }
    }

    pub(super) fn report(&mut self, ending: Ending, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, .. }) = &self.state else { return };
        let &Assignment { job, task, attempt, .. } = assignment;
        self.set_stage(Stage::Reporting);
        self.calls.ask(Question::Report { job, task, attempt, ending }, &self.config, out);
    }

    /// What a map has left with another worker cannot be had (§3.3): the coordinator is told, and this attempt is over.
    pub(super) fn silent(&mut self, request: &FileRequest, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, stage: Stage::Reading(_), .. }) = &self.state else {
            return;
        };
        let FileRequest::Read { file: FileName { file: File::Intermediate { map, .. }, .. }, .. } = *request
        else {
            return;
        };
        let Some(source) = assignment.sources.get(map as usize).copied().flatten() else { return };
        out.note(Note::SourceSilent);
        self.calls.forget();
        self.report(Ending::Unread { map, attempt: source.attempt }, out);
    }

    fn give_up(&mut self, out: &mut impl Outbox<Worker>) {
        out.note(Note::GivenUp);
        self.calls.forget();
        self.wait(State::Waiting, out);
    }

    /// Asks whoever has a file for a piece of it. A map that is not known to be completed has left nothing yet.
    fn read_chunk(&mut self, file: FileName, chunk: u32, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, .. }) = &self.state else { return };
        let from = match (file.file, assignment.sources.is_empty()) {
            (File::Intermediate { map, .. }, false) => {
                assignment.sources.get(map as usize).copied().flatten().map(|source| source.worker)
            }
            _ => Some(self.config.store),
        };
        match from {
            Some(from) => {
                let question = Question::File(from, FileRequest::Read { file, chunk });
                self.calls.ask(question, &self.config, out);
            }
            None => {
                out.note(Note::IntermediateMissing);
                self.read_to_end(out);
            }
        }
    }

    /// Asks whoever keeps what this attempt writes: the store, or for a map this worker itself.
    fn ask_for_writing(&mut self, request: FileRequest, out: &mut impl Outbox<Worker>) {
        let State::Attempting(Attempt { assignment, .. }) = &self.state else { return };
        let to = match (self.config.disks, assignment.task.phase) {
            (Disks::Local, Phase::Map) => self.config.id,
            _ => self.config.store,
        };
        self.calls.ask(Question::File(to, request), &self.config, out);
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

    pub(super) fn doing(&self) -> Doing {
        match &self.state {
            State::Asking => Doing::Asking,
            State::Waiting => Doing::Waiting,
            State::Resting => Doing::Resting,
            State::Gone => Doing::Gone,
            State::Attempting(Attempt { stage, .. }) => match stage {
                Stage::Reading(reading) => Doing::Reading { got: reading.got, of: reading.of },
                Stage::Working { bytes, outcome } => {
                    let records = outcome.as_ref().map_or(0, |computed| computed.records);
                    Doing::Working { bytes: *bytes, records }
                }
                Stage::Writing(writing) => {
                    let of = u32::try_from(writing.computed.files.len()).unwrap_or(u32::MAX);
                    Doing::Writing { complete: writing.complete, of }
                }
                Stage::Renaming(_) => Doing::Renaming,
                Stage::Reporting => Doing::Reporting,
            },
        }
    }
}

/// Runs the map or the reduce function.
fn compute(assignment: &Assignment, reading: &Reading, config: &Config) -> Result<Computed, Failure> {
    let Config { engine, rules, .. } = config;
    let compute = Compute { recipe: &assignment.recipe, engine, rules: *rules, skip: &assignment.skip };
    match assignment.task.phase {
        Phase::Map => {
            let contents = reading.contents(0);
            let name = assignment.input.as_deref().unwrap_or_default();
            compute.map(name, &String::from_utf8_lossy(&contents), assignment.reduces)
        }
        Phase::Reduce => {
            let files: Vec<_> = (0..assignment.maps).map(|map| reading.contents(map)).collect();
            compute.reduce(&files)
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
