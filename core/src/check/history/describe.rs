//! Operations in words, as short as a bar in a drawing.

use crate::check::linearizable::{Call, Operation, Reply, Value};
use core::fmt::{self, Display};

impl Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(key) = &self.key {
            write!(f, "{key}: ")?;
        }
        match &self.call {
            Call::Read => f.write_str("read")?,
            Call::Write(value) => write!(f, "write {}", Shown(value))?,
            Call::CompareAndSet(old, new) => write!(f, "cas {} to {}", Shown(old), Shown(new))?,
            Call::Append(more) => write!(f, "append {more}")?,
            Call::Delete => f.write_str("delete")?,
            Call::Enqueue(value) => write!(f, "enqueue {}", Shown(value))?,
            Call::Dequeue => f.write_str("dequeue")?,
        }
        match self.reply() {
            None => f.write_str(" → ?"),
            Some(Reply::Done) => Ok(()),
            Some(Reply::Refused) => f.write_str(" → refused"),
            Some(Reply::Value(value)) => write!(f, " → {}", Shown(value)),
        }
    }
}

/// A value in words.
pub(super) struct Shown<'a>(pub(super) &'a Value);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("nil"),
            Some(text) if text.is_empty() => f.write_str("\"\""),
            Some(text) => write!(f, "{text}"),
        }
    }
}
