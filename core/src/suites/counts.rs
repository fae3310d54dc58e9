//! What the course's tester counts of the network, as its `labrpc` does.

use super::report::Figures;
use super::wire;
use crate::lab::Member;
use crate::lab::member::Message;
use crate::node::{Message as _, NodeId};
use crate::raft::log::Index;
use crate::sim::{Cause, Deed, Step};
use alloc::collections::BTreeMap;
use alloc::vec;
use alloc::vec::Vec;

/// The counts so far.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    /// Requests sent, whether or not they arrive.
    rpcs: u64,
    /// The size of these, and of the replies that arrived.
    bytes: u64,
    /// Requests that each node took in.
    incoming: Vec<u64>,
    /// How often each entry was sent to each follower, if the test asks.
    copies: Option<BTreeMap<(NodeId, Index), u32>>,
}

impl Counts {
    pub(super) fn new(nodes: u16) -> Counts {
        Counts { rpcs: 0, bytes: 0, incoming: vec![0; usize::from(nodes)], copies: None }
    }

    /// Counts what a step sent and took in.
    pub(super) fn see(&mut self, step: &Step<Member>) {
        if let Cause::Arrival { to, body, .. } = &step.cause {
            if body.is_reply() {
                self.bytes += wire::size(body);
            } else {
                self.incoming[to.index()] += 1;
            }
        }
        for deed in &step.deeds {
            if let Deed::Departed { to, body, .. } = deed
                && !body.is_reply()
            {
                self.sent(*to, body);
            }
        }
    }

    fn sent(&mut self, to: NodeId, body: &Message) {
        self.rpcs += 1;
        self.bytes += wire::size(body);
        if let Some(copies) = &mut self.copies
            && let Some((prev, last)) = wire::carried(body)
        {
            (prev + 1..=last).for_each(|index| *copies.entry((to, index)).or_default() += 1);
        }
    }

    /// From now on it is counted how often each entry is sent to each follower.
    pub(super) fn count_copies(&mut self) {
        self.copies = Some(BTreeMap::new());
    }

    /// The entry that was sent most often to one follower: how often, to whom, and its index.
    pub(super) fn most_copies(&self) -> Option<(u32, NodeId, Index)> {
        let copies = self.copies.iter().flatten();
        copies.map(|(&(to, index), &times)| (times, to, index)).max()
    }

    /// Requests that all nodes together took in.
    pub(super) fn incoming(&self) -> u64 {
        self.incoming.iter().sum()
    }

    /// The size of all that was sent, in bytes.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the tester prints, but for what it knows itself.
    pub(super) fn figures(&self) -> Figures {
        Figures { rpcs: self.rpcs, bytes: Some(self.bytes), ..Figures::default() }
    }
}
