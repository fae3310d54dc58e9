//! What replicated coordinators keep where it outlives them, and how they ask for it.
//!
//! The state of a job is one value of a replicated store, changed by comparing and setting: whoever changes it has seen all
//! that was changed before, and two coordinators that both think they are in charge cannot both succeed. What store that is,
//! this crate's host knows; it answers in the order in which it was asked.

use super::counters::Counters;
use super::job::{Job, JobId, Phase, TaskId};
use super::message::Call;
use super::permit::{Permit, permit};
use super::script::{Failure, FailureKind};
use super::view::JobFailure;
use crate::json;
use crate::node::NodeId;
use crate::time::Time;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What a coordinator asks of the store that outlives it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Keep {
    /// What is under a key?
    Get {
        /// The key.
        key: Rc<str>,
    },
    /// Put this under a key.
    Put {
        /// The key.
        key: Rc<str>,
        /// The value.
        value: Rc<str>,
    },
    /// Forget a key.
    Delete {
        /// The key.
        key: Rc<str>,
    },
    /// Put this under a key if another value is there now; none if there is nothing.
    Change {
        /// The key.
        key: Rc<str>,
        /// What must be there.
        expected: Option<Rc<str>>,
        /// The value.
        value: Rc<str>,
    },
}

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kept {
    /// What is under the key.
    Value(Option<Rc<str>>),
    /// It was put there.
    Done,
    /// Another value is there.
    NotEqual,
    /// The value is larger than the store takes.
    TooLong,
}

/// Where the state is.
pub(super) const STATE: &str = "mapreduce/state";

/// Where it is said what a job computes. Its texts are in the shared file system.
pub(super) fn job_key(id: JobId) -> Rc<str> {
    format!("mapreduce/job-{}", id.0).into()
}

/// What coordinators know together. It is kept as text, a fact a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shared {
    /// How often charge has changed hands.
    pub(super) epoch: u32,
    /// How many jobs were ever accepted.
    pub(super) jobs: u32,
    /// The last job that died with its coordinator, until another one is accepted.
    pub(super) died: Option<JobId>,
    /// The job that is running, or the last one.
    pub(super) job: Option<SharedJob>,
}

/// A job, as far as it must outlive its coordinator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SharedJob {
    permit: Permit,
    pub(super) id: JobId,
    /// When it was claimed, by the clock of whoever was in charge.
    pub(super) submitted_at: Time,
    /// Whether its inputs are in the shared file system: before that only its first coordinator has them.
    pub(super) loaded: bool,
    /// The completed tasks: phase and number, who completed it and in which attempt.
    pub(super) done: Vec<(Phase, u32, NodeId, u32)>,
    pub(super) counters: Counters,
    /// The maps whose output was lost, and how often. What they count has been counted.
    pub(super) lost: Vec<(u32, u32)>,
    /// When it was over.
    pub(super) over_at: Option<Time>,
    pub(super) failure: Option<JobFailure>,
}

/// Something that happens to a job and must not be forgotten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// A job was submitted.
    Claimed(Job),
    /// Its inputs are in the shared file system.
    Loaded,
    /// A worker completed a task.
    Completed { worker: NodeId, call: Call, task: TaskId, attempt: u32, counters: Rc<Counters> },
    /// A completed map's output is lost.
    Lost { map: u32, attempt: u32 },
    /// A task failed too often.
    Failed(JobFailure),
}

impl SharedJob {
    /// A job of which nothing has been done; none if this build runs no jobs.
    fn new(id: JobId, submitted_at: Time) -> Option<SharedJob> {
        Some(SharedJob {
            permit: permit()?,
            id,
            submitted_at,
            loaded: false,
            done: Vec::new(),
            counters: Counters::new(),
            lost: Vec::new(),
            over_at: None,
            failure: None,
        })
    }
}

impl Shared {
    /// It after these events, and that as text.
    pub(super) fn with(&self, at: Time, events: &[(Event, bool)], reduces: u32) -> (Rc<str>, Shared) {
        let mut shared = self.clone();
        events.iter().for_each(|(event, _)| shared.note(at, event, reduces));
        (format!("{shared}").into(), shared)
    }

    /// Takes note of an event of the job that is running, which has so many reduce tasks.
    fn note(&mut self, at: Time, event: &Event, reduces: u32) {
        if let Event::Claimed(_) = event {
            self.jobs = self.jobs.saturating_add(1);
            self.died = None;
            self.job = SharedJob::new(JobId(self.jobs), at);
            return;
        }
        let Some(job) = self.job.as_mut().filter(|job| job.over_at.is_none()) else { return };
        match event {
            Event::Claimed(_) => {}
            Event::Loaded => job.loaded = true,
            Event::Completed { worker, task, attempt, counters, .. } => {
                let before = job.done.len();
                job.done.retain(|&(phase, number, ..)| (phase, number) != (task.phase, task.number));
                let ran_before =
                    task.phase == Phase::Map && job.lost.iter().any(|&(map, _)| map == task.number);
                if job.done.len() == before && !ran_before {
                    job.counters.merge(counters);
                }
                job.done.push((task.phase, task.number, *worker, *attempt));
                let done = job.done.iter().filter(|(phase, ..)| *phase == Phase::Reduce).count();
                if done as u64 >= u64::from(reduces) {
                    job.over_at = Some(at);
                }
            }
            Event::Lost { map, attempt } => {
                let before = job.done.len();
                job.done
                    .retain(|&(phase, number, _, by)| (phase, number, by) != (Phase::Map, *map, *attempt));
                if job.done.len() < before {
                    match job.lost.iter_mut().find(|(lost, _)| lost == map) {
                        Some((_, times)) => *times = times.saturating_add(1),
                        None => job.lost.push((*map, 1)),
                    }
                }
            }
            Event::Failed(failure) => {
                job.over_at = Some(at);
                job.failure = Some(failure.clone());
            }
        }
    }
}

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "epoch {}\njobs {}", self.epoch, self.jobs)?;
        if let Some(died) = self.died {
            writeln!(f, "died {}", died.0)?;
        }
        let Some(job) = &self.job else { return Ok(()) };
        writeln!(f, "job {} {}", job.id.0, job.submitted_at.0)?;
        if job.loaded {
            writeln!(f, "loaded")?;
        }
        for (phase, number, worker, attempt) in &job.done {
            writeln!(f, "{phase} {number} {} {attempt}", worker.0)?;
        }
        for (map, times) in &job.lost {
            writeln!(f, "lost {map} {times}")?;
        }
        for (name, count) in job.counters.iter() {
            writeln!(f, "count {count} {}", quoted(name))?;
        }
        if let Some(at) = job.over_at {
            writeln!(f, "over {}", at.0)?;
        }
        if let Some(JobFailure { task, failure }) = &job.failure {
            let Failure { kind, message, line, column, record } = failure;
            let number = |known: &Option<u32>| known.map_or(-1, i64::from);
            let (line, column, record) = (number(line), number(column), number(record));
            let (phase, task, kind, message) = (task.phase, task.number, kind.name(), quoted(message));
            writeln!(f, "failed {phase} {task} {kind} {line} {column} {record} {message}")?;
        }
        Ok(())
    }
}

impl Shared {
    /// What was kept as this text; what makes no sense is left out.
    pub(super) fn read(text: &str) -> Shared {
        let mut shared = Shared::default();
        for line in text.lines() {
            shared.read_line(line);
        }
        shared
    }

    fn read_line(&mut self, line: &str) -> Option<()> {
        let (what, rest) = line.split_once(' ').unwrap_or((line, ""));
        let number = |text: &str| text.parse::<u32>().ok();
        match what {
            "epoch" => self.epoch = number(rest)?,
            "jobs" => self.jobs = number(rest)?,
            "died" => self.died = Some(JobId(number(rest)?)),
            "job" => {
                let (id, at) = rest.split_once(' ')?;
                self.job = SharedJob::new(JobId(number(id)?), time(at)?);
            }
            _ => {}
        }
        let job = self.job.as_mut()?;
        match what {
            "loaded" => job.loaded = true,
            "over" => job.over_at = Some(time(rest)?),
            "lost" => {
                let (map, times) = rest.split_once(' ')?;
                job.lost.push((number(map)?, number(times)?));
            }
            "count" => {
                let (count, name) = rest.split_once(' ')?;
                job.counters.add(&unquoted(name)?, count.parse().ok()?);
            }
            "map" | "reduce" => {
                let mut words = rest.split(' ');
                let mut next = || number(words.next()?);
                let (task, worker, attempt) = (next()?, next()?, next()?);
                job.done.push((phase(what)?, task, NodeId(u16::try_from(worker).ok()?), attempt));
            }
            "failed" => {
                let mut words = rest.splitn(7, ' ');
                let phase = phase(words.next()?)?;
                let task = TaskId { phase, number: number(words.next()?)? };
                let kind = FailureKind::named(words.next()?)?;
                let (line, column) = (number(words.next()?), number(words.next()?));
                let (record, message) = (number(words.next()?), unquoted(words.next()?)?);
                let failure = Failure { kind, message, line, column, record };
                job.failure = Some(JobFailure { task, failure });
            }
            _ => {}
        }
        Some(())
    }
}

fn time(text: &str) -> Option<Time> {
    text.parse().ok().map(Time)
}

fn phase(name: &str) -> Option<Phase> {
    match name {
        "map" => Some(Phase::Map),
        "reduce" => Some(Phase::Reduce),
        _ => None,
    }
}

/// On one line, whatever it is.
fn quoted(text: &str) -> String {
    json::write(text).unwrap_or_default()
}

fn unquoted(text: &str) -> Option<String> {
    match json::parse(text) {
        Ok(json::Value::String(text)) => Some(text.into_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_read_back() {
        let failure = Failure {
            kind: FailureKind::Thrown,
            message: "no\n\"number\"".into(),
            line: Some(3),
            column: None,
            record: Some(0),
        };
        let mut counters = Counters::new();
        counters.add("a b\nc", 7);
        let new = || SharedJob::new(JobId(4), Time(5)).unwrap();
        let job = SharedJob {
            loaded: true,
            done: [(Phase::Map, 3, NodeId(9), 1_001), (Phase::Reduce, 0, NodeId(8), 1)].into(),
            counters,
            lost: [(5, 1), (3, 2)].into(),
            over_at: Some(Time(9)),
            failure: Some(JobFailure { task: TaskId::map(2), failure }),
            ..new()
        };
        for job in [None, Some(new()), Some(job)] {
            let died = job.is_none().then_some(JobId(4));
            let shared = Shared { epoch: 2, jobs: 4, died, job };
            assert_eq!(Shared::read(&format!("{shared}")), shared);
        }
    }

    #[test]
    fn what_makes_no_sense_is_left_out() {
        let text = "epoch x\nloaded\njobs 3\njob 3 1\nmap 1 2\nmap 1 2 3\nfailed map 1 poem 1 1 1 \"\"\ncount 1 x\n\n";
        let shared = Shared::read(text);
        let job = shared.job.unwrap();
        assert_eq!((shared.epoch, shared.jobs, job.loaded, job.done.len()), (0, 3, false, 1));
        assert_eq!((job.failure, job.counters), (None, Counters::new()));
    }
}
