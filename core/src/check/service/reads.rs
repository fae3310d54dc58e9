//! Reads that are under way, and what they may return.

use crate::kv::store::{Op, Store};
use crate::kv::text::Text;
use crate::node::NodeId;
use crate::tree::Tree;
use alloc::vec;
use alloc::vec::Vec;

/// For each clerk the read it waits for.
#[derive(Clone, Debug)]
pub(super) struct Reads(Tree<NodeId, Read>);

/// A value by its length and hash; none where there was none.
type Mark = Option<(u64, u64)>;

/// A read under way.
#[derive(Clone, Debug)]
struct Read {
    key: Text,
    /// What the key held when the read was called, and after every change since.
    held: Vec<Mark>,
}

impl Reads {
    pub(super) fn new() -> Reads {
        Reads(Tree::new())
    }

    /// A clerk begins to read a key.
    pub(super) fn called(&mut self, clerk: NodeId, key: &Text, store: &Store) {
        self.0.insert(clerk, Read { key: key.clone(), held: vec![value_of(store, key)] });
    }

    /// An operation was executed and left the store like this.
    pub(super) fn applied(&mut self, op: &Op, store: &Store) {
        if op.is_read() {
            return;
        }
        let value = value_of(store, op.key());
        self.0.each_mut(|_, read| {
            if read.key == *op.key() && read.held.last() != Some(&value) {
                read.held.push(value);
            }
        });
    }

    /// Whether the clerk's last read may return this value. Yes if nothing is known of it.
    pub(super) fn is_fresh(&self, clerk: NodeId, value: Option<&Text>) -> bool {
        self.0.get(&clerk).is_none_or(|read| read.held.contains(&mark(value)))
    }

    /// Whether no clerk has read anything.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The clerk has crashed, and with it whatever it waited for.
    pub(super) fn forget(&mut self, clerk: NodeId) {
        self.0.remove(&clerk);
    }
}

fn value_of(store: &Store, key: &Text) -> Mark {
    mark(store.get(key))
}

fn mark(value: Option<&Text>) -> Mark {
    value.map(|value| (value.len(), value.hash()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_read_that_ended_in_a_crash_is_not_followed_any_more() {
        let clerk = NodeId(3);
        let mut reads = Reads::new();
        reads.called(clerk, &"x".into(), &Store::default());
        let one = "1".into();
        assert!(reads.is_fresh(clerk, None) && !reads.is_fresh(clerk, Some(&one)));
        reads.forget(clerk);
        assert!(reads.is_empty() && reads.is_fresh(clerk, Some(&one)));
    }
}
