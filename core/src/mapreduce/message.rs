//! What a coordinator, its workers and the shared file system say to each other.
//!
//! Messages are one-way and may be lost, repeated and overtaken. So every question has a number that its answer
//! repeats, whoever asks goes on asking until answered, and every answer can be given twice.

use super::counters::Counters;
use super::job::{FileName, JobId, Phase, Recipe, TaskId};
use super::permit::Permit;
use super::script::Failure;
use crate::bytes::Bytes;
use crate::node::{self, NodeId};
use alloc::rc::Rc;
use serde::{Deserialize, Serialize};

/// The number of a question: the asker's incarnation, then its count. A node that crashed takes no answer meant for
/// its former self.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Call {
    /// How often the asker had booted, from 1.
    pub incarnation: u64,
    /// Which of its questions since then, from 1.
    pub number: u64,
}

/// A message of the MapReduce ground.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Message {
    /// Worker to coordinator: give me a task.
    Ask {
        /// The question's number.
        call: Call,
    },
    /// Coordinator to worker: what to do.
    Answer {
        /// The question that this answers.
        call: Call,
        /// What to do.
        answer: Answer,
    },
    /// Worker to coordinator: this attempt is over.
    Report {
        /// The question's number.
        call: Call,
        /// The job.
        job: JobId,
        /// The task.
        task: TaskId,
        /// Which attempt at it.
        attempt: u32,
        /// How it ended.
        ending: Ending,
    },
    /// Coordinator to worker: the report arrived, whether or not it still mattered.
    Reported {
        /// The report that this answers.
        call: Call,
    },
    /// A coordinator that is in charge to the others.
    Alive {
        /// How often charge has changed hands.
        epoch: u32,
    },
    /// Anybody to whoever has the files: do this to them.
    File {
        /// The question's number.
        call: Call,
        /// What to do.
        request: FileRequest,
    },
    /// The store's answer.
    FileReply {
        /// The question that this answers.
        call: Call,
        /// What became of it.
        outcome: FileOutcome,
    },
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Ending {
    /// It is complete and its output committed. What it counted rides on the report (§4.9).
    Completed(Rc<Counters>),
    /// The program failed.
    Failed(Rc<Failure>),
    /// A map's output could not be had from where it was said to be.
    Unread {
        /// The map task's number.
        map: u32,
        /// The attempt at it whose output was sought.
        attempt: u32,
    },
}

/// What a coordinator tells a worker that asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Answer {
    /// Do this.
    Run(Assignment),
    /// All tasks that could run are running: ask again soon. This is not "finished": one of them may yet be given to
    /// you.
    Wait,
    /// No job is running.
    NoJob,
}

/// One attempt at a task, and all that a worker must know to make it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assignment {
    /// The job.
    pub job: JobId,
    /// How the task is computed.
    pub recipe: Rc<Recipe>,
    /// The task.
    pub task: TaskId,
    /// Which attempt at it, from 1. Two attempts never have the same number, so their temporary files never meet.
    pub attempt: u32,
    /// M, the number of map tasks.
    pub maps: u32,
    /// R, the number of reduce tasks.
    pub reduces: u32,
    /// For a map, the name of its input.
    pub input: Option<Rc<str>>,
    /// For a reduce, where each map's output is, if maps keep it on their own disks; otherwise nothing.
    pub sources: Rc<[Option<Source>]>,
    /// The records to leave out, by their place in the task (§4.6).
    pub skip: Rc<[u32]>,
    /// Whether another worker is at it as well (§3.6).
    pub backup: bool,
    /// That there may be jobs.
    #[serde(skip)]
    pub permit: Permit,
}

/// Where a completed map's output is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The worker that has it.
    pub worker: NodeId,
    /// The attempt that made it.
    pub attempt: u32,
}

/// What can be asked of the shared file system. Each request may be repeated: once done, doing it again changes
/// nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum FileRequest {
    /// Create empty files, all or none.
    Create {
        /// Their names.
        files: Rc<[FileName]>,
        /// Whether a file that is already there is emptied (POSIX `O_TRUNC`) or left as it is (it is this same
        /// attempt's own, created by an earlier copy of this request).
        truncate: bool,
    },
    /// Append a chunk to a file: chunk number `chunk`, so that the store knows a repetition.
    Append {
        /// The file.
        file: FileName,
        /// The chunk's number in the file, from zero.
        chunk: u32,
        /// The chunk.
        bytes: Bytes,
    },
    /// Read a chunk.
    Read {
        /// The file.
        file: FileName,
        /// The chunk's number.
        chunk: u32,
    },
    /// Give files other names, replacing what had those: all or none, at one instant (§3.3).
    Rename {
        /// What is renamed.
        moves: Rc<[Move]>,
    },
    /// Remove what abandoned attempts left behind in a finished job's folder.
    RemoveTemporary {
        /// The job.
        job: JobId,
    },
}

/// One file to rename.
///
/// Its length is there because of a night's work lost to three messages. (1) A worker writes its files, renames them,
/// and the answer is lost. (2) A copy of its request to create them, held up on the way, arrives and creates them
/// again, empty. (3) The worker asks for the renaming again, and empty files replace the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Move {
    /// The name it has.
    pub from: FileName,
    /// The name it gets.
    pub to: FileName,
    /// How many bytes it has when it is complete.
    pub len: u64,
}

/// What became of a file request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum FileOutcome {
    /// It is done, and durable.
    Done,
    /// The chunk that was asked for.
    Chunk {
        /// What it holds; empty if the file has no such chunk.
        bytes: Bytes,
        /// How many chunks the file has.
        of: u32,
    },
    /// There is no such file, or it lacks the chunks before this one.
    Missing,
}

impl node::Message for Message {
    fn kind(&self) -> u8 {
        match self {
            Message::Ask { .. } => 16,
            Message::Answer { .. } => 17,
            Message::Report { .. } => 18,
            Message::Reported { .. } => 19,
            Message::File { request, .. } => match request {
                FileRequest::Create { .. } => 20,
                FileRequest::Append { .. } => 21,
                FileRequest::Read { .. } => 22,
                FileRequest::Rename { .. } => 23,
                FileRequest::RemoveTemporary { .. } => 24,
            },
            Message::Alive { .. } => 28,
            Message::FileReply { outcome, .. } => match outcome {
                FileOutcome::Done => 25,
                FileOutcome::Chunk { .. } => 26,
                FileOutcome::Missing => 27,
            },
        }
    }

    fn is_reply(&self) -> bool {
        matches!(self, Message::Answer { .. } | Message::Reported { .. } | Message::FileReply { .. })
    }
}

impl Assignment {
    /// How many files the attempt writes: R for a map, one for a reduce.
    pub fn outputs(&self) -> u32 {
        match self.task.phase {
            Phase::Map => self.reduces,
            Phase::Reduce => 1,
        }
    }
}
