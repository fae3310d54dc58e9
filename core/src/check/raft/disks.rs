//! Disks: what a restart may find there, and that what counts as committed is on a majority of them.
//!
//! A disk does one write after the other. A crash loses those that had not begun, and the one in progress is done
//! whole or not at all; so a restart finds the state of the last write that was completed, or of the one after it.

use super::super::{Moment, Property, Server, Verdicts};
use super::{Durable, logs};
use crate::node::NodeId;
use crate::raft::log::{Command, Index, Log, Term};
use crate::raft::view::View;
use alloc::collections::VecDeque;
use alloc::format;
use alloc::vec::Vec;

/// All disks of a group.
#[derive(Clone, Copy)]
pub struct Disks<'a, C> {
    /// How many servers there are: nodes 0 to one less than that.
    pub servers: u16,
    /// What is on the disk of one of them now.
    pub on: &'a dyn Fn(NodeId) -> Durable<'a, C>,
}

impl<'a, C> Disks<'a, C> {
    /// What is on this server's disk.
    pub(super) fn of(&self, server: NodeId) -> Durable<'a, C> {
        (self.on)(server)
    }
}

/// A saved state, as far as it is told apart from others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct State {
    term: Term,
    vote: Option<NodeId>,
    base_index: Index,
    last_index: Index,
    chain: u64,
}

impl State {
    fn of<C>(saved: &Durable<'_, C>) -> State {
        State {
            term: saved.current_term,
            vote: saved.voted_for,
            base_index: saved.log.base_index(),
            last_index: saved.log.last_index(),
            chain: saved.log.chain(),
        }
    }
}

/// What one disk has been given.
#[derive(Clone, Debug, Default)]
struct Disk {
    /// The last write that was completed.
    saved: State,
    /// Those that are not.
    waiting: VecDeque<State>,
    /// Whether its server has started its election timer since it booted. Its first message may come before that.
    started: bool,
}

/// What every disk has been given.
#[derive(Clone, Debug)]
pub(super) struct Written {
    disks: Vec<Disk>,
    /// The highest index known to be on a majority.
    majority_at: Index,
}

impl Written {
    pub(super) fn new() -> Written {
        Written { disks: Vec::new(), majority_at: 0 }
    }

    fn of(&mut self, server: NodeId) -> &mut Disk {
        if self.disks.len() <= server.index() {
            self.disks.resize_with(server.index() + 1, Disk::default);
        }
        &mut self.disks[server.index()]
    }

    /// A server asks for its state to be saved.
    pub(super) fn wrote<C>(&mut self, server: NodeId, state: &Durable<'_, C>) {
        let state = State::of(state);
        self.of(server).waiting.push_back(state);
    }

    /// The oldest write of this server's is durable.
    pub(super) fn completed(&mut self, server: NodeId) {
        let disk = self.of(server);
        if let Some(state) = disk.waiting.pop_front() {
            disk.saved = state;
        }
    }

    /// A server starts its election timer; whether it is the first time since it booted.
    pub(super) fn starts(&mut self, server: NodeId) -> bool {
        !core::mem::replace(&mut self.of(server).started, true)
    }

    /// A server has booted with this on its disk and shows this view.
    pub(super) fn booted<C: Command>(
        &mut self,
        now: Moment,
        server: NodeId,
        found: &Durable<'_, C>,
        view: &View<C>,
        verdicts: &mut Verdicts,
    ) {
        let found = State::of(found);
        let loaded = Durable { current_term: view.current_term, voted_for: view.voted_for, log: &view.log };
        let loaded = State::of(&loaded);
        let disk = self.of(server);
        let possible = found == disk.saved || disk.waiting.front() == Some(&found);
        *disk = Disk { saved: found, ..Disk::default() };
        if !possible || loaded != found {
            verdicts.broken(Property::RestartsFromDisk, now, &[server], || {
                let what = if possible { "what is on its disk" } else { "what it can have saved before" };
                format!(
                    "{} restarts in term {} with a log up to index {}, which is not {what}.",
                    Server(server),
                    loaded.term,
                    loaded.last_index
                )
            });
        }
    }

    /// A server counts more as committed than any did before: a majority must hold it, on disk (§5.3).
    pub(super) fn committed<C: Command>(
        &mut self,
        now: Moment,
        server: NodeId,
        after: &View<C>,
        disks: &Disks<'_, C>,
        past: &Log<C>,
        verdicts: &mut Verdicts,
    ) {
        let index = after.commit_index;
        if index <= self.majority_at {
            return;
        }
        self.majority_at = index;
        let chain = logs::chain_at(past, &after.log, index);
        let holds = |&server: &NodeId| logs::chain_at(past, disks.of(server).log, index) == chain;
        let holders = (0..disks.servers).map(NodeId).filter(holds).count();
        if holders <= usize::from(disks.servers) / 2 {
            verdicts.broken(Property::DurableMajority, now, &[server], || {
                format!(
                    "{} counts all up to index {index} as committed, but that is on the disks of {holders} of {} \
                     servers only.",
                    Server(server),
                    disks.servers
                )
            });
        }
    }
}
