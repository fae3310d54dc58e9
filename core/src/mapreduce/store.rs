//! The lab's shared file system, as a node of its own: files live on its disk and are served from it, and creating,
//! appending, reading and renaming are messages like any others, lost and repeated like any others.
//!
//! On disk each chunk of a file is a file of its own. So an append that a crash tears spoils only the chunk that
//! nobody was told is there, and renaming several files is one batch, which a crash does or does not do. Answers wait
//! until what they promise is durable: that is the seam's rule about the order of writes and sends.

use super::config::{Config, Nothing, Timer};
use super::job::{File, FileName, JobId};
use super::message::{FileOutcome, FileRequest, Message, Move};
use super::note::Note;
use super::permit::permit;
use super::view::{StoreView, StoredFile};
use crate::bytes::Bytes;
use crate::node::{Content, FileOp, Files, Input, Node, Outbox};
use crate::time::Time;
use alloc::vec::Vec;
use serde::{Deserialize, Serialize};

/// The shared file system.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// What is on the disk, or on its way there.
    view: StoreView,
}

/// The name under which a chunk is on disk. An empty file has an empty chunk 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Chunk {
    /// The file.
    pub file: FileName,
    /// The chunk's number in it, from zero.
    pub index: u32,
}

impl Content for Bytes {
    fn bytes(&self) -> Option<u64> {
        Some(self.len())
    }

    fn prefix(&self, len: u64) -> Bytes {
        let len = usize::try_from(len.min(self.len())).unwrap_or(0);
        Bytes::new(self.as_slice().get(..len).unwrap_or_default())
    }
}

impl Node for Store {
    type Config = Config;
    type Message = Message;
    type Timer = Timer;
    type Request = Nothing;
    type Output = Nothing;
    type File = Chunk;
    type Content = Bytes;
    type View = StoreView;
    type Note = Note;

    fn boot(_: &Config, durable: &Files<Store>) -> Store {
        let mut view = StoreView::default();
        if permit().is_none() {
            return Store { view };
        }
        let mut reading: Option<(FileName, StoredFile)> = None;
        for (&Chunk { file, index }, bytes) in durable.iter() {
            let (name, mut stored) = match reading.take() {
                Some((name, stored)) if name == file => (name, stored),
                other => {
                    if let Some((name, stored)) = other {
                        view.files.insert(name, stored);
                    }
                    (file, StoredFile::empty())
                }
            };
            // A chunk whose predecessor is not there is no part of the file.
            if !bytes.is_empty() {
                stored.put(index, bytes.clone());
            }
            reading = Some((name, stored));
        }
        if let Some((name, stored)) = reading {
            view.files.insert(name, stored);
        }
        Store { view }
    }

    fn handle(&mut self, _: Time, input: Input<Store>, out: &mut impl Outbox<Store>) {
        match input {
            Input::Message { from, body: Message::File { call, request } } => {
                let outcome = self.serve(request, out);
                out.send(from, Message::FileReply { call, outcome });
            }
            Input::Message { .. } => out.note(Note::NotForMe),
            Input::Call { request, .. } => match request {},
            Input::Start | Input::Timer(_) | Input::Configure(_) => {}
        }
    }

    fn view(&self) -> StoreView {
        self.view.clone()
    }
}

impl Store {
    fn serve(&mut self, request: FileRequest, out: &mut impl Outbox<Store>) -> FileOutcome {
        if permit().is_none() {
            return self.missing(out);
        }
        match request {
            FileRequest::Create { files, truncate } => self.create(&files, truncate, out),
            FileRequest::Append { file, chunk, bytes } => self.append(file, chunk, bytes, out),
            FileRequest::Read { file, chunk } => self.read(file, chunk, out),
            FileRequest::Rename { moves } => self.rename(&moves, out),
            FileRequest::RemoveTemporary { job } => self.remove_temporary(job, out),
        }
    }

    fn create(&mut self, files: &[FileName], truncate: bool, out: &mut impl Outbox<Store>) -> FileOutcome {
        let mut puts = Vec::new();
        let mut removes = Vec::new();
        for &file in files {
            match self.view.files.get(&file) {
                Some(_) if !truncate => continue,
                Some(old) => {
                    removes.extend((1..old.chunks()).map(|index| FileOp::Remove(Chunk { file, index })));
                }
                None => {}
            }
            puts.push(FileOp::Put(Chunk { file, index: 0 }, Bytes::new(&[])));
            self.view.files.insert(file, StoredFile::empty());
        }
        if puts.is_empty() {
            out.note(Note::DoneBefore);
        } else {
            puts.extend(removes);
            out.write(puts);
        }
        FileOutcome::Done
    }

    fn append(
        &mut self,
        file: FileName,
        index: u32,
        bytes: Bytes,
        out: &mut impl Outbox<Store>,
    ) -> FileOutcome {
        let Some(mut stored) = self.view.files.get(&file).cloned() else { return self.missing(out) };
        if bytes.is_empty() || stored.chunk(index) == Some(&bytes) {
            out.note(Note::DoneBefore);
            return FileOutcome::Done;
        }
        // A chunk that is there with other contents was torn by a crash, or is another writer's where attempts share
        // their files: this one takes its place, as a write at an offset does.
        if !stored.put(index, bytes.clone()) {
            return self.missing(out);
        }
        self.view.files.insert(file, stored);
        out.write([FileOp::Put(Chunk { file, index }, bytes)].into());
        FileOutcome::Done
    }

    fn read(&self, file: FileName, chunk: u32, out: &mut impl Outbox<Store>) -> FileOutcome {
        let Some(stored) = self.view.files.get(&file) else { return self.missing(out) };
        let bytes = stored.chunk(chunk).cloned().unwrap_or_else(|| Bytes::new(&[]));
        FileOutcome::Chunk { bytes, of: stored.chunks() }
    }

    /// All the files have their new names, or none has. A repetition finds that complete files of the old names are
    /// gone and the new names are there.
    fn rename(&mut self, moves: &[Move], out: &mut impl Outbox<Store>) -> FileOutcome {
        let files = &self.view.files;
        let is_complete = |of: &Move| files.get(&of.from).is_some_and(|file| file.len() == of.len);
        if !moves.iter().all(is_complete) {
            if moves.iter().all(|of| files.get(&of.to).is_some()) {
                out.note(Note::DoneBefore);
                return FileOutcome::Done;
            }
            return self.missing(out);
        }
        let mut batch = Vec::new();
        for &Move { from, to, .. } in moves {
            let Some(stored) = self.view.files.get(&from).cloned() else { continue };
            let chunks = stored.chunks().max(1);
            let replaced = self.view.files.get(&to).map_or(0, StoredFile::chunks);
            let chunk = |file, index| Chunk { file, index };
            batch.extend((0..chunks).map(|index| FileOp::Rename(chunk(from, index), chunk(to, index))));
            batch.extend((chunks..replaced).map(|index| FileOp::Remove(chunk(to, index))));
            self.view.files.remove(&from);
            self.view.files.insert(to, stored);
        }
        out.write(batch);
        FileOutcome::Done
    }

    /// The newest job of which there are files; job 0 if there are none.
    pub(super) fn newest_job(&self) -> JobId {
        self.view.files.iter().last().map_or(JobId(0), |(name, _)| name.job)
    }

    /// Removes all files that are not this job's.
    pub(super) fn remove_other_jobs(&mut self, job: JobId, out: &mut impl Outbox<Store>) {
        let others = self.view.files.iter().filter(|(name, _)| name.job != job);
        let others: Vec<(FileName, u32)> = others.map(|(&name, stored)| (name, stored.chunks())).collect();
        self.remove(others, out);
    }

    fn remove_temporary(&mut self, job: JobId, out: &mut impl Outbox<Store>) -> FileOutcome {
        let first = FileName { job, file: File::FIRST_TEMPORARY };
        let all = self.view.files.range(first..).take_while(|(name, _)| name.job == job);
        let all: Vec<(FileName, u32)> = all.map(|(&name, stored)| (name, stored.chunks())).collect();
        if all.is_empty() {
            out.note(Note::DoneBefore);
        }
        self.remove(all, out);
        FileOutcome::Done
    }

    /// Removes files, each with its number of chunks.
    fn remove(&mut self, files: Vec<(FileName, u32)>, out: &mut impl Outbox<Store>) {
        let mut batch = Vec::new();
        for (file, chunks) in files {
            self.view.files.remove(&file);
            batch.extend((0..chunks.max(1)).map(|index| FileOp::Remove(Chunk { file, index })));
        }
        if !batch.is_empty() {
            out.write(batch);
        }
    }

    fn missing(&self, out: &mut impl Outbox<Store>) -> FileOutcome {
        out.note(Note::NoSuchFile);
        FileOutcome::Missing
    }
}
