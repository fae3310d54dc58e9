//! What a client asked of an object, and what it learned.

use crate::kv::text::Text;
use serde::{Deserialize, Serialize};

/// What an object holds or answers: a text, or nothing.
pub type Value = Option<Text>;

/// An operation, as its caller saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// Who called.
    pub process: u64,
    /// The key that it is about; none where the object has no keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Value,
    /// What was asked.
    pub call: Call,
    /// When, in any unit and from any beginning.
    pub called: u64,
    /// When the answer came and what it was; none if the caller never learned what came of it.
    pub returned: Option<(u64, Reply)>,
}

/// What is asked of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call {
    /// What does it hold?
    Read,
    /// Let it hold this.
    Write(Value),
    /// Let it hold the second if it holds the first.
    CompareAndSet(Value, Value),
    /// Add to the end of what it holds; where that is nothing, begin with this.
    Append(Text),
    /// Let it hold nothing.
    Delete,
    /// Put this last into a queue.
    Enqueue(Value),
    /// Take what is first in a queue.
    Dequeue,
}

/// What an object answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// It was done.
    Done,
    /// To a compare-and-set: it was not done, for the object held something else.
    Refused,
    /// To a read or a dequeue: this.
    Value(Value),
}

impl Call {
    /// Whether it leaves the object as it is, whatever the object holds.
    pub fn is_read(&self) -> bool {
        matches!(self, Call::Read)
    }

    /// Whether what the object holds after it does not depend on what it held before.
    pub fn replaces(&self) -> bool {
        matches!(self, Call::Write(_) | Call::Delete)
    }
}

impl Operation {
    /// The answer, if there was one.
    pub fn reply(&self) -> Option<&Reply> {
        self.returned.as_ref().map(|(_, reply)| reply)
    }

    /// When it returned, later than anything if it never did.
    pub fn returned_at(&self) -> u64 {
        self.returned.as_ref().map_or(u64::MAX, |&(at, _)| at)
    }
}
