//! What every node of the MapReduce ground is told, and what they share at the seam.

use super::engine::Engine;
use super::job::{Job, JobError, JobId};
use super::kept::{Keep, Kept};
use super::rules::Rules;
use crate::node::NodeId;
use crate::time::Span;
use alloc::rc::Rc;
use serde::{Deserialize, Serialize};

/// The configuration of a coordinator, its workers and its store: the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Who this is.
    pub id: NodeId,
    /// Who hands out tasks: the first of them, or, if their state is replicated, whichever is in charge.
    pub coordinators: Rc<[NodeId]>,
    /// Whether the coordinators keep the state of a job in a replicated store, so that it outlives each of them (§3.3).
    pub replicated: bool,
    /// Who keeps the files.
    pub store: NodeId,
    /// Where maps keep their output.
    pub disks: Disks,
    /// How long a task may be in progress before it is given to another worker.
    pub timeout: Span,
    /// How long an attempt must have been in progress before an idle worker makes another at the same task, when no task is
    /// left to hand out (§3.6); none if there are no backup tasks.
    pub backup_after: Option<Span>,
    /// After how many failures of a task the job fails.
    pub max_failures: u32,
    /// How often a worker asks in vain for another's file before it says that it cannot be had.
    pub patience: u32,
    /// How long a worker that was told there is nothing to do right now waits before it asks again.
    pub poll: (Span, Span),
    /// How long anybody waits for an answer before asking the same again.
    pub retry: (Span, Span),
    /// How many file requests a node has under way at once; at least one.
    pub window: u32,
    /// The most bytes of a file that one message carries. A job's chunks are compared by hash: do not change it while
    /// a job runs.
    pub chunk: u32,
    /// How long a worker computes for a task of no bytes.
    pub work_base: Span,
    /// How much longer for each KiB (1,024 bytes) that the task reads.
    pub work_per_kib: Span,
    /// How much longer for each thousand records or keys that it takes.
    pub work_per_thousand: Span,
    /// How fast this worker computes, in per cent: at 50 a task takes twice as long.
    pub speed: u32,
    /// How often a coordinator that is in charge says so to the others, and how long these wait for that in vain before one
    /// takes over.
    pub alive: (Span, (Span, Span)),
    /// The rules that are kept.
    pub rules: Rules,
    /// Who runs the user's own programs.
    pub engine: Engine,
}

/// Where maps keep their output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disks {
    /// In the shared file system, as in the lab: what a completed map has written stays.
    #[default]
    Shared,
    /// On the disk of the worker that ran it, as in the paper (§3.1): it is lost with that (§3.3).
    Local,
}

impl Config {
    /// The lab's ten seconds, and times that suit a network of some milliseconds a hop.
    pub fn new(coordinator: NodeId, store: NodeId) -> Config {
        Config {
            id: coordinator,
            coordinators: [coordinator].into(),
            replicated: false,
            store,
            disks: Disks::Shared,
            backup_after: None,
            max_failures: 4,
            patience: 5,
            timeout: Span::secs(10),
            poll: (Span::millis(400), Span::millis(600)),
            retry: (Span::millis(300), Span::millis(400)),
            window: 8,
            chunk: 16 * 1024,
            work_base: Span::millis(20),
            work_per_kib: Span::millis(2),
            work_per_thousand: Span::millis(1),
            speed: 100,
            alive: (Span::millis(500), (Span::secs(2), Span::secs(3))),
            rules: Rules::ALL,
            engine: Engine::default(),
        }
    }

    /// The coordinator of that place.
    pub(super) fn coordinator(&self, place: usize) -> NodeId {
        self.coordinators.get(place).copied().unwrap_or(self.store)
    }
}

/// The timers of this ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Timer {
    /// Everybody: ask again what has not been answered.
    Retry,
    /// Coordinator: the task that has been in progress longest has had its time.
    Overdue,
    /// Worker: ask for a task again.
    Poll,
    /// Worker: the map or reduce function has been computed.
    Work,
    /// Coordinator in charge: say so to the others.
    Alive,
    /// Coordinator not in charge: nobody has said that he is.
    TakeOver,
}

/// What can be asked of a coordinator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Run a job.
    Submit(Job),
    /// What the store that outlives coordinators has answered.
    Kept(Kept),
}

/// What a coordinator tells its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Output {
    /// Something that the store which outlives coordinators is asked.
    Keep(Keep),
    /// The job is running, under this number.
    Accepted {
        /// Its number.
        job: JobId,
    },
    /// The job will not be run.
    Refused(Refused),
    /// The lab's `Done()`: every reduce task's output is committed.
    JobDone {
        /// Which job.
        job: JobId,
    },
    /// The job will never be done: a task of it failed too often.
    JobFailed {
        /// Which job.
        job: JobId,
    },
}

/// Why a coordinator will not run a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Refused {
    /// Another job is running.
    Running {
        /// That job.
        job: JobId,
    },
    /// Another coordinator is in charge.
    NotInCharge,
    /// The job cannot be run.
    Unfit(JobError),
}

/// What is never asked of, nor said by, workers and the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nothing {}
