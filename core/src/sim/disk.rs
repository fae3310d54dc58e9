//! A disk: a few named files, and the writes that have not reached them yet.

use crate::chance::Chance;
use crate::node::{Batch, Content, FileOp, Files, Node};
use crate::time::{Span, Time};
use alloc::collections::VecDeque;
use serde::Serialize;

/// A put of at most this many bytes is whole or absent after a crash; a larger one may be torn.
const ATOMIC_BYTES: u64 = 4096;

/// A write that has been asked for and is not durable yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub struct Pending<N: Node> {
    /// Its number on this disk, from 1.
    pub number: u64,
    /// What it changes.
    pub batch: Batch<N>,
    /// When it was asked for.
    pub issued_at: Time,
    /// The step that asked for it.
    pub issued_in: u64,
    /// When it will be durable; none while the disk is stalled.
    pub done_at: Option<Time>,
}

/// The disk of one node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disk<N: Node> {
    /// What a crash would leave.
    pub files: Files<N>,
    /// Writes in the order in which they will be done.
    pub pending: VecDeque<Pending<N>>,
    /// The shortest and the longest time a write takes.
    pub latency: (Span, Span),
    /// Whether the disk has stopped completing writes.
    pub stalled: bool,
    pub(super) writes: u64,
}

impl<N: Node> Disk<N> {
    pub(super) fn new(latency: (Span, Span)) -> Self {
        Disk { files: Files::<N>::new(), pending: VecDeque::new(), latency, stalled: false, writes: 0 }
    }

    /// Queues a write behind the others; `chance` is the source for writes of this disk. Returns when it will be done.
    pub(super) fn queue(
        &mut self,
        batch: Batch<N>,
        now: Time,
        issued_in: u64,
        chance: Chance,
    ) -> Option<Time> {
        self.writes += 1;
        let done_at = (!self.stalled).then(|| self.done_at(self.writes, now, chance));
        self.pending.push_back(Pending { number: self.writes, batch, issued_at: now, issued_in, done_at });
        done_at
    }

    /// A write takes its latency once the one before it is done.
    fn done_at(&self, number: u64, now: Time, chance: Chance) -> Time {
        let free_at =
            self.pending.iter().rev().find(|write| write.number < number).and_then(|write| write.done_at);
        free_at.map_or(now, |at| at.max(now)) + chance.key(number).within(self.latency)
    }

    /// Starts completing writes again; yields the numbers of the waiting ones with the times at which they are done.
    pub(super) fn unstall(&mut self, now: Time, chance: Chance) -> impl Iterator<Item = (u64, Time)> {
        let waiting = if core::mem::replace(&mut self.stalled, false) { self.pending.len() } else { 0 };
        for place in 0..waiting {
            let done_at = self.done_at(self.pending[place].number, now, chance);
            self.pending[place].done_at = Some(done_at);
        }
        self.pending.iter().take(waiting).filter_map(|write| write.done_at.map(|at| (write.number, at)))
    }

    /// Stops completing writes.
    pub(super) fn stall(&mut self) {
        self.stalled = true;
        self.pending.iter_mut().for_each(|write| write.done_at = None);
    }

    /// Whether the oldest write has this number and was to be done at this time.
    pub(super) fn completes(&self, number: u64, due: Time) -> bool {
        self.pending.front().is_some_and(|write| write.number == number && write.done_at == Some(due))
    }

    /// Completes the oldest write if it has this number and was to be done at this time.
    pub(super) fn complete(&mut self, number: u64, due: Time) -> Option<Pending<N>> {
        if !self.completes(number, due) {
            return None;
        }
        let write = self.pending.pop_front()?;
        do_batch::<N>(&mut self.files, &write.batch);
        Some(write)
    }

    /// What a crash does: the write in progress stops at a drawn point, the ones behind it never began. Returns
    /// whether anything was lost, and whether a put was torn.
    pub(super) fn crash(&mut self, chance: Chance) -> (bool, bool) {
        let Some(in_progress) = self.pending.pop_front() else { return (false, false) };
        let behind = core::mem::take(&mut self.pending);
        let (whole, torn) =
            if self.stalled { (false, false) } else { self.break_off(&in_progress.batch, chance) };
        (!whole || !behind.is_empty(), torn)
    }

    /// Does a batch up to a drawn point: before or after any of its puts, or after its renames and removes. Returns
    /// whether that was all of it, and whether the put that came next was torn.
    fn break_off(&mut self, batch: &Batch<N>, chance: Chance) -> (bool, bool) {
        let puts = batch.iter().filter(is_put);
        let whole = puts.clone().count();
        let points = if whole < batch.len() { whole + 2 } else { whole + 1 };
        let done = chance.key(0).below(points as u32) as usize;
        if done > whole {
            do_batch::<N>(&mut self.files, batch);
            return (true, false);
        }
        puts.clone().take(done).for_each(|op| do_op::<N>(&mut self.files, op));
        let Some(FileOp::Put(file, content)) = puts.clone().nth(done) else {
            return (done == batch.len(), false);
        };
        let Some(len) = content.bytes().filter(|&len| len > ATOMIC_BYTES) else {
            return (false, false);
        };
        let kept = chance.key(1).below(u32::try_from(len).unwrap_or(u32::MAX));
        self.files.insert(file.clone(), content.prefix(u64::from(kept)));
        (false, true)
    }
}

/// Puts come first, in order; then renames and removes.
fn do_batch<N: Node>(files: &mut Files<N>, batch: &Batch<N>) {
    batch.iter().filter(is_put).for_each(|op| do_op::<N>(files, op));
    batch.iter().filter(|op| !is_put(op)).for_each(|op| do_op::<N>(files, op));
}

fn is_put<F, C>(op: &&FileOp<F, C>) -> bool {
    matches!(op, FileOp::Put(..))
}

fn do_op<N: Node>(files: &mut Files<N>, op: &FileOp<N::File, N::Content>) {
    match op {
        FileOp::Put(file, content) => {
            files.insert(file.clone(), content.clone());
        }
        FileOp::Rename(from, to) => {
            if let Some(content) = files.remove(from) {
                files.insert(to.clone(), content);
            }
        }
        FileOp::Remove(file) => {
            files.remove(file);
        }
    }
}
