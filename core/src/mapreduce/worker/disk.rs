//! What a worker has on its own disk: how often it has booted, and what maps have left there.

use super::Worker;
use crate::bytes::Bytes;
use crate::mapreduce::store::{Chunk, Store};
use crate::node::{Content, Effect, FileOp, Outbox};
use serde::{Deserialize, Serialize};

/// The names of a worker's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WorkerFile {
    /// How often it has booted.
    Incarnation,
    /// A piece of what a map has left on its disk.
    Chunk(Chunk),
}

/// What they hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum WorkerContent {
    /// How often it has booted.
    Incarnation(u64),
    /// A piece of a file.
    Bytes(Bytes),
}

impl Content for WorkerContent {
    fn bytes(&self) -> Option<u64> {
        match self {
            WorkerContent::Incarnation(_) => None,
            WorkerContent::Bytes(bytes) => bytes.bytes(),
        }
    }

    fn prefix(&self, len: u64) -> WorkerContent {
        match self {
            WorkerContent::Incarnation(_) => self.clone(),
            WorkerContent::Bytes(bytes) => WorkerContent::Bytes(bytes.prefix(len)),
        }
    }
}

/// An effect of the disk's is the worker's own.
pub(super) fn own(effect: Effect<Store>, out: &mut impl Outbox<Worker>) {
    let op = |op| match op {
        FileOp::Put(file, bytes) => FileOp::Put(WorkerFile::Chunk(file), WorkerContent::Bytes(bytes)),
        FileOp::Rename(from, to) => FileOp::Rename(WorkerFile::Chunk(from), WorkerFile::Chunk(to)),
        FileOp::Remove(file) => FileOp::Remove(WorkerFile::Chunk(file)),
    };
    match effect {
        Effect::Write(batch) => out.write(batch.into_iter().map(op).collect()),
        Effect::Send { to, body } => out.send(to, body),
        Effect::Note(note) => out.note(note),
        Effect::Output(nothing) => match nothing {},
        Effect::SetTimer { which, within } => out.set_timer(which, within),
        Effect::CancelTimer(which) => out.cancel_timer(which),
    }
}
