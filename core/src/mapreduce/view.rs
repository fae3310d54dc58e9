//! All that an onlooker may see: the coordinator's table of tasks (§3.2), what each worker is doing, the files.

use super::counters::Counters;
use super::job::{File, FileName, Job, JobId, Phase, TaskId};
use super::message::Assignment;
use super::replica::Seat;
use super::script::Failure;
use super::table::Table;
use crate::bytes::{Bytes, Hash};
use crate::fingerprint::fingerprint;
use crate::node::NodeId;
use crate::time::Time;
use crate::tree::Tree;
use alloc::rc::Rc;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use serde::{Serialize, Serializer};

/// What a coordinator knows. All of it but the number of jobs is volatile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CoordinatorView {
    /// How often it has booted.
    pub incarnation: u64,
    /// What it is among its like.
    pub seat: Seat,
    /// How often charge has changed hands, as far as it knows.
    pub epoch: u32,
    /// How many jobs it ever accepted.
    pub jobs: u32,
    /// The job that runs, or the last one that did since the coordinator booted.
    pub job: Option<JobView>,
    /// The job that was running when the coordinator crashed. The paper's master does not survive either: the job is
    /// aborted and can be submitted again (§3.3).
    pub died: Option<JobId>,
    /// Whether a job was submitted that has no number yet.
    pub is_claiming: bool,
}

/// A job, as its coordinator sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobView {
    /// Its number.
    pub id: JobId,
    /// What was submitted.
    pub job: Job,
    /// How far it is.
    pub stage: Stage,
    /// How many inputs are in the shared file system.
    pub loaded: u32,
    /// The map tasks by number.
    pub maps: Table<u32, Task>,
    /// The reduce tasks by number.
    pub reduces: Table<u32, Task>,
    /// How many map tasks count as completed.
    pub maps_completed: u32,
    /// How many reduce tasks count as completed.
    pub reduces_completed: u32,
    /// How many times a task was taken from a worker because it was overdue.
    pub reissued: u32,
    /// How many reports came for tasks that were already completed.
    pub late_reports: u32,
    /// How many backup attempts were begun (§3.6).
    pub backups: u32,
    /// How many completed maps had to run again because their output was lost (§3.3).
    pub lost: u32,
    /// What completed tasks have counted (§4.9).
    pub counters: Rc<Counters>,
    /// Why it failed.
    pub failure: Option<Rc<JobFailure>>,
    /// When it was submitted, by the coordinator's clock.
    pub submitted_at: Time,
    /// When it was done.
    pub done_at: Option<Time>,
}

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum Stage {
    /// Its inputs are being loaded into the shared file system.
    Loading,
    /// Map tasks are running.
    Map,
    /// Reduce tasks are running.
    Reduce,
    /// Every output is committed.
    Done,
    /// A task failed too often: there is no output.
    Failed,
}

/// Why a job failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobFailure {
    /// The task that failed too often.
    pub task: TaskId,
    /// How it failed the last time.
    pub failure: Failure,
}

/// A task: its state and how many attempts were begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Task {
    /// Its state.
    pub state: TaskState,
    /// The number of the last attempt at it.
    pub attempts: u32,
    /// How often the program failed in it.
    pub failures: u32,
}

/// The state of a task (§3.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TaskState {
    /// Nobody is known to work on it.
    Idle,
    /// A worker has it, or two.
    InProgress {
        /// The attempt that has been under way for longer.
        run: Run,
        /// The other one (§3.6).
        backup: Option<Run>,
    },
    /// Its output is committed.
    Completed {
        /// The worker that was first.
        worker: NodeId,
        /// Its attempt.
        attempt: u32,
    },
}

/// An attempt under way, as the coordinator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Run {
    /// Which worker makes it.
    pub worker: NodeId,
    /// Which attempt it is.
    pub attempt: u32,
    /// Since when, by the coordinator's clock.
    pub since: Time,
}

/// What a worker is doing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WorkerView {
    /// Which of its lives this is: how often it has booted, counted on from the time at which its disk was new.
    pub incarnation: u64,
    /// What it is doing.
    pub doing: Doing,
    /// The attempt it is making.
    pub attempt: Option<Assignment>,
    /// When it was given that attempt, by its own clock.
    pub since: Time,
    /// How many attempts it has finished since it booted.
    pub done: u32,
    /// How fast it computes, in per cent.
    pub speed: u32,
    /// What maps have left on its disk, if that is where they leave it.
    pub disk: StoreView,
}

/// What a worker does: ask, read, compute, write, rename, report, and ask again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Doing {
    /// It has asked for a task.
    Asking,
    /// There is nothing to do right now: it will ask again.
    Waiting,
    /// No job is running: it will ask again.
    Resting,
    /// It has stopped asking: the rule that says otherwise is off.
    Gone,
    /// It reads its input.
    Reading {
        /// Chunks that have arrived.
        got: u32,
        /// Chunks known to be there.
        of: u32,
    },
    /// It computes the map or reduce function.
    Working {
        /// The bytes it works on.
        bytes: u64,
        /// The records or keys among them.
        records: u64,
    },
    /// It writes its output.
    Writing {
        /// Files that are complete.
        complete: u32,
        /// Files in all.
        of: u32,
    },
    /// Its files are complete; it waits for them to have their final names.
    Renaming,
    /// It tells the coordinator.
    Reporting,
}

/// The shared file system.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StoreView {
    /// Every file, by name.
    pub files: Table<FileName, StoredFile>,
}

/// A file: the chunks that were appended to it. For people and fingerprints it is its length and hash.
#[derive(Clone)]
pub struct StoredFile {
    pub(super) chunks: Tree<u32, Bytes>,
    pub(super) len: u64,
    pub(super) hash: u64,
}

impl CoordinatorView {
    /// Whether a job is running.
    pub fn is_running(&self) -> bool {
        self.job.as_ref().is_some_and(JobView::is_running)
    }
}

impl JobView {
    /// Whether there is still something to be done.
    pub fn is_running(&self) -> bool {
        self.stage < Stage::Done
    }

    /// The tasks of a phase, by number.
    pub fn tasks(&self, phase: Phase) -> &Table<u32, Task> {
        match phase {
            Phase::Map => &self.maps,
            Phase::Reduce => &self.reduces,
        }
    }

    /// A task; none if there is no such task.
    pub fn task(&self, id: TaskId) -> Option<Task> {
        self.tasks(id.phase).get(&id.number).copied()
    }
}

impl Task {
    /// The attempts under way.
    pub fn runs(self) -> impl Iterator<Item = Run> {
        let (run, backup) = match self.state {
            TaskState::InProgress { run, backup } => (Some(run), backup),
            TaskState::Idle | TaskState::Completed { .. } => (None, None),
        };
        run.into_iter().chain(backup)
    }

    /// Whether its output is committed.
    pub fn is_completed(self) -> bool {
        matches!(self.state, TaskState::Completed { .. })
    }
}

impl StoreView {
    /// The text of a file.
    pub fn text(&self, file: FileName) -> Option<String> {
        self.files.get(&file).map(StoredFile::text)
    }

    /// The output files of a job that are there, in order.
    pub fn outputs(&self, job: JobId) -> impl Iterator<Item = (FileName, &StoredFile)> {
        let name = move |reduce| FileName { job, file: File::Output(reduce) };
        self.files.range(name(0)..=name(u32::MAX)).map(|(&name, file)| (name, file))
    }
}

impl StoredFile {
    /// A file without contents.
    pub fn empty() -> StoredFile {
        StoredFile { chunks: Tree::new(), len: 0, hash: 0 }
    }

    /// Its length in bytes.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The hash of its chunks.
    pub fn hash(&self) -> Hash {
        Hash(self.hash)
    }

    /// How many chunks it has.
    pub fn chunks(&self) -> u32 {
        u32::try_from(self.chunks.len()).unwrap_or(u32::MAX)
    }

    /// One of its chunks.
    pub fn chunk(&self, index: u32) -> Option<&Bytes> {
        self.chunks.get(&index)
    }

    /// Its contents as text; what is not UTF-8 becomes replacement characters.
    pub fn text(&self) -> String {
        let bytes: Vec<u8> = self.chunks.iter().flat_map(|(_, chunk)| chunk.as_slice()).copied().collect();
        String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// Puts a chunk at its place: at the end, or in place of the one that is there. Whether the file had the chunks
    /// before it.
    pub(super) fn put(&mut self, index: u32, bytes: Bytes) -> bool {
        let hash_at = |bytes: &Bytes| fingerprint(&(index, bytes));
        let (old_len, old_hash) = self.chunk(index).map_or((0, 0), |old| (old.len(), hash_at(old)));
        if index > self.chunks() {
            return false;
        }
        self.len = self.len - old_len + bytes.len();
        self.hash = self.hash.wrapping_sub(old_hash).wrapping_add(hash_at(&bytes));
        self.chunks.insert(index, bytes);
        true
    }
}

impl PartialEq for StoredFile {
    fn eq(&self, other: &StoredFile) -> bool {
        self.hash == other.hash && self.len == other.len
    }
}

impl Eq for StoredFile {}

impl Debug for StoredFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes in {} chunks #{}", self.len, self.chunks(), self.hash())
    }
}

impl Serialize for StoredFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.len, self.hash()).serialize(serializer)
    }
}
