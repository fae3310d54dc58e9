//! What every node of the MapReduce ground is told, and what they share at the seam.

use super::job::{Job, JobError, JobId};
use super::rules::Rules;
use crate::node::NodeId;
use crate::time::Span;
use serde::{Deserialize, Serialize};

/// The configuration of a coordinator, its workers and its store: the same for all of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Config {
    /// Who hands out tasks.
    pub coordinator: NodeId,
    /// Who keeps the files.
    pub store: NodeId,
    /// How long a task may be in progress before it is given to another worker.
    pub timeout: Span,
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
    /// The rules that are kept.
    pub rules: Rules,
}

impl Config {
    /// The lab's ten seconds, and times that suit a network of some milliseconds a hop.
    pub fn new(coordinator: NodeId, store: NodeId) -> Config {
        Config {
            coordinator,
            store,
            timeout: Span::secs(10),
            poll: (Span::millis(400), Span::millis(600)),
            retry: (Span::millis(300), Span::millis(400)),
            window: 8,
            chunk: 16 * 1024,
            work_base: Span::millis(20),
            work_per_kib: Span::millis(2),
            rules: Rules::ALL,
        }
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
}

/// What can be asked of a coordinator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Request {
    /// Run a job.
    Submit(Job),
}

/// What a coordinator tells its host.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Output {
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
}

/// Why a coordinator will not run a job.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Refused {
    /// Another job is running.
    Running {
        /// That job.
        job: JobId,
    },
    /// The job cannot be run.
    Unfit(JobError),
}

/// What is never asked of, nor said by, workers and the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Nothing {}
