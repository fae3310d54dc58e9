//! What replicated coordinators keep where it outlives them, and how they ask for it.
//!
//! The state of a job is one value of a replicated store, changed by comparing and setting: whoever changes it has seen all
//! that was changed before, and two coordinators that both think they are in charge cannot both succeed. What store that is,
//! this crate's host knows; it answers in the order in which it was asked.

use super::counters::Counters;
use super::job::{Job, JobId, Phase, TaskId};
use super::view::JobFailure;
use crate::node::NodeId;
use alloc::format;
use alloc::rc::Rc;
use alloc::vec::Vec;
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

/// What coordinators know together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Shared {
    /// How often charge has changed hands.
    pub(super) epoch: u32,
    /// Who is in charge.
    pub(super) holder: Option<NodeId>,
    /// How many jobs were ever accepted.
    pub(super) jobs: u32,
    /// The job that is running, or the last one.
    pub(super) job: Option<SharedJob>,
}

/// A job, as far as it must outlive its coordinator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SharedJob {
    pub(super) id: JobId,
    /// Whether its inputs are in the shared file system: before that only its first coordinator has them.
    pub(super) loaded: bool,
    /// The completed tasks: phase and number, who completed it and in which attempt.
    pub(super) done: Vec<(Phase, u32, NodeId, u32)>,
    pub(super) counters: Counters,
    /// The maps whose output was lost, as often as that happened. What they count has been counted.
    pub(super) lost: Vec<u32>,
    pub(super) over: bool,
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
    Completed { worker: NodeId, task: TaskId, attempt: u32, counters: Rc<Counters> },
    /// A completed map's output is lost.
    Lost { map: u32, attempt: u32 },
    /// A task failed too often.
    Failed(JobFailure),
}

impl Shared {
    /// Takes note of an event of the job that is running, which has so many reduce tasks.
    pub(super) fn note(&mut self, event: &Event, reduces: u32) {
        if let Event::Claimed(_) = event {
            self.jobs += 1;
            let id = JobId(self.jobs);
            self.job = Some(SharedJob { id, ..SharedJob::default() });
            return;
        }
        let Some(job) = &mut self.job else { return };
        match event {
            Event::Claimed(_) => {}
            Event::Loaded => job.loaded = true,
            Event::Completed { worker, task, attempt, counters } => {
                let before = job.done.len();
                job.done.retain(|&(phase, number, ..)| (phase, number) != (task.phase, task.number));
                let ran_before = task.phase == Phase::Map && job.lost.contains(&task.number);
                if job.done.len() == before && !ran_before {
                    job.counters.merge(counters);
                }
                job.done.push((task.phase, task.number, *worker, *attempt));
                let done = job.done.iter().filter(|(phase, ..)| *phase == Phase::Reduce).count();
                job.over |= done as u64 >= u64::from(reduces);
            }
            Event::Lost { map, attempt } => {
                let before = job.done.len();
                job.done
                    .retain(|&(phase, number, _, by)| (phase, number, by) != (Phase::Map, *map, *attempt));
                if job.done.len() < before {
                    job.lost.push(*map);
                }
            }
            Event::Failed(failure) => {
                job.over = true;
                job.failure = Some(failure.clone());
            }
        }
    }
}
