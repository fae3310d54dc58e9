//! The objects that histories are judged by: what each does with a call, one at a time.

use super::operation::{Call, Reply, Value};
use super::questions::Questions;
use crate::fingerprint::Fingerprint;
use crate::kv::text::Text;
use alloc::rc::Rc;
use alloc::vec::Vec;

/// An object. Each key has one of its own, which begins with nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Model {
    /// Read, write and compare-and-set.
    Register,
    /// A value of a key/value store: the same, and append and delete. A key that is not there reads as nothing or, as the
    /// course has it, as the empty text.
    KeyValue,
    /// First in, first out. A dequeue of an empty queue answers nothing.
    Queue,
}

/// An object at work.
pub(super) trait Object: Clone + Eq {
    /// With nothing in it.
    fn new() -> Self;

    /// What it is after a call that was answered so; none if it would have answered otherwise. A call whose answer nobody
    /// knows does whatever it does.
    fn after(&self, call: &Call, reply: Option<&Reply>) -> Option<Self>;

    /// The same object, or one for all those that no question that is left tells apart from it, now or after any calls.
    fn seen_by(self, questions: &Questions) -> Self;

    /// Whether no read fits it until some call replaces what it holds: until then nobody can see it.
    fn is_unseen(&self) -> bool {
        false
    }

    /// A hash of what it holds.
    fn hash(&self) -> u64;

    /// What it holds: of a register one value, of a queue any number, first in first.
    fn held(&self) -> Vec<Value>;
}

impl Model {
    /// Whether the object has such a call.
    pub fn has(self, call: &Call) -> bool {
        match call {
            Call::Read | Call::Write(_) | Call::CompareAndSet(..) => self != Model::Queue,
            Call::Append(_) | Call::Delete => self == Model::KeyValue,
            Call::Enqueue(_) | Call::Dequeue => self == Model::Queue,
        }
    }
}

/// A register, or what a store has under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// It holds this.
    Holds(Value),
    /// It holds what is neither read nor compared with any more, nor the beginning of such. Operations that overlap can be
    /// executed in many orders, and most of those end here: so they need not be told apart.
    Unseen,
}

impl Object for Cell {
    fn new() -> Self {
        Cell::Holds(None)
    }

    fn after(&self, call: &Call, reply: Option<&Reply>) -> Option<Self> {
        let next = match call {
            Call::Read => match reply {
                Some(Reply::Value(value)) => return self.reads_as(value).then(|| self.clone()),
                Some(Reply::Done | Reply::Refused) => return None,
                None => return Some(self.clone()),
            },
            Call::CompareAndSet(old, new) => match (reply, self.holds(old)) {
                (Some(Reply::Refused), true) | (Some(Reply::Done), false) => return None,
                (_, true) => new.clone(),
                (_, false) => return Some(self.clone()),
            },
            Call::Append(more) => match self {
                Cell::Holds(Some(held)) => Some(held.followed_by(more)),
                Cell::Holds(None) => Some(more.clone()),
                Cell::Unseen => return Some(Cell::Unseen),
            },
            Call::Write(value) => value.clone(),
            Call::Delete => None,
            Call::Enqueue(_) | Call::Dequeue => return None,
        };
        Some(Cell::Holds(next))
    }

    fn seen_by(self, questions: &Questions) -> Self {
        match &self {
            Cell::Holds(Some(held)) if !held.is_empty() && !questions.are_left(held) => Cell::Unseen,
            _ => self,
        }
    }

    fn is_unseen(&self) -> bool {
        *self == Cell::Unseen
    }

    fn hash(&self) -> u64 {
        match self {
            Cell::Holds(Some(held)) => held.hash() ^ held.len().wrapping_add(2).rotate_left(32),
            Cell::Holds(None) => 0,
            Cell::Unseen => 1,
        }
    }

    fn held(&self) -> Vec<Value> {
        match self {
            Cell::Holds(value) => [value.clone()].into(),
            Cell::Unseen => Vec::new(),
        }
    }
}

impl Cell {
    fn holds(&self, value: &Value) -> bool {
        matches!(self, Cell::Holds(held) if held == value)
    }

    fn reads_as(&self, value: &Value) -> bool {
        self.holds(value) || self.holds(&None) && value.as_ref().is_some_and(Text::is_empty)
    }
}

/// A queue: what is in it, first in first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Queue(Rc<Vec<Value>>);

impl Object for Queue {
    fn new() -> Self {
        Queue(Rc::new(Vec::new()))
    }

    fn after(&self, call: &Call, reply: Option<&Reply>) -> Option<Self> {
        match (call, reply) {
            (Call::Enqueue(value), _) => {
                let mut held = Vec::with_capacity(self.0.len() + 1);
                held.extend(self.0.iter().cloned());
                held.push(value.clone());
                Some(Queue(Rc::new(held)))
            }
            (Call::Dequeue, Some(Reply::Value(value))) if self.0.first().cloned().flatten() != *value => None,
            (Call::Dequeue, _) => Some(Queue(Rc::new(self.0.iter().skip(1).cloned().collect()))),
            _ => None,
        }
    }

    fn hash(&self) -> u64 {
        let mut hash = Fingerprint::default();
        for value in self.0.iter() {
            hash.word(Cell::Holds(value.clone()).hash());
        }
        hash.value()
    }

    fn seen_by(self, _: &Questions) -> Self {
        self
    }

    fn held(&self) -> Vec<Value> {
        self.0.to_vec()
    }
}
