//! MapReduce, as the paper has it (Dean and Ghemawat, 2004) and as the course's first lab builds it, with every step
//! between its processes a message on the same faulty network.
//!
//! A [`job`] is a program, some inputs and a number of reduce tasks. Its [`program`] is two functions: *map* turns an
//! input into pairs of a key and a value, *reduce* turns all values of one key into a line of output. Everything else
//! is the art of running these two on machines that crash, over a network that loses messages, with an output that
//! looks as if nothing had happened.
//!
//! Three kinds of node take part. The [`coordinator`] (the paper's master) loads the inputs, hands map tasks and then
//! reduce tasks to whoever asks, and takes a task back when its ten seconds are over. A [`worker`] asks, reads,
//! computes, writes, renames, reports, and asks again. The [`store`] is the file system that they share; here it is a
//! node like any other, with a disk that can be slow and a machine that can crash.
//!
//! They get along without any trust in the network because each [`message`] can be repeated: questions are numbered
//! and asked until they are answered, requests to the store change nothing the second time, and a report names the
//! attempt that it is about. They get along without any trust in each other's health because an attempt
//! works on private files, which become the task's output all at once, by renaming (§3.3). So any number of attempts
//! at a task leave the output of exactly one, and since the two functions are deterministic it does not matter which.
//!
//! What can go wrong without this or that is shown by the [`rules`], each of which can be switched off. An onlooker
//! sees the [`view`]s, and a [`note`] where a decision leaves no other trace. [`config`] has what all nodes are told;
//! `Bytes` and [`table`] are the shared values that texts, files and views are made of.
//!
//! The paper's refinements are here as well: backup tasks (§3.6), partitioning by the program (§4.1), combiners (§4.3), bad
//! records that are skipped (§4.6) and [`counters`] (§4.9). Maps keep their output in the store, as in the lab, or on their
//! worker's own disk, as in the paper, and run again if that is lost. A coordinator may be alone and take its job with it, or a
//! [`replica`] of several, of which one is in charge: what is completed is then [`kept`] where it outlives them. A program of
//! the user's own is a [`script`], run by whatever interpreter there is through an [`engine`].
//!
//! Left out: locality (§3.4), since here every worker is as near as every other.

pub mod program;
mod permit;
pub mod script;
pub mod engine;
pub mod job;
pub mod counters;
pub mod message;
pub mod coordinator;
mod reports;
pub mod worker;
mod running;
pub mod kept;
pub mod replica;
mod compute;
pub mod local;
pub mod store;
mod calls;
pub mod rules;
pub mod note;
pub mod view;
pub mod config;
pub mod table;

pub use crate::bytes::{Bytes, Hash};
pub use config::{Config, Disks, Nothing, Output, Refused, Request, Timer};
pub use coordinator::{Coordinator, Journal, JournalFile};
pub use counters::Counters;
pub use engine::Engine;
pub use job::{File, FileName, Input, Job, JobError, JobId, Phase, Recipe, Records, Spec, TaskId};
pub use kept::{Keep, Kept};
pub use message::{Answer, Assignment, Call, Ending, FileOutcome, FileRequest, Message, Move, Source};
pub use note::Note;
pub use permit::{Permit, permit};
pub use program::Program;
pub use replica::Seat;
pub use rules::{Rule, Rules};
pub use store::{Chunk, Store};
pub use view::{
    CoordinatorView, Doing, JobFailure, JobView, Run, Stage, StoreView, StoredFile, Task, TaskState,
    WorkerView,
};
pub use worker::{Worker, WorkerContent, WorkerFile};

#[cfg(test)]
pub(crate) mod tests;
