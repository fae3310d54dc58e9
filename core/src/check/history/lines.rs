//! This project's own form: a line of JSON for each operation.
//!
//! ```text
//! {"process":0,"key":"x","call":{"write":"1"},"called":0,"returned":[7,"done"]}
//! {"process":1,"key":"x","call":"read","called":3,"returned":[9,{"value":"1"}]}
//! {"process":2,"key":"x","call":{"append":"2"},"called":4,"returned":null}
//! ```
//!
//! Times are whole numbers in any unit; `returned` is null where the caller never learned what came of it.

use super::{History, MOST, Malformed};
use crate::check::linearizable::{Call, Model, Operation, Reply};
use crate::json;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Reads a history for an object of this kind.
///
/// # Errors
/// The first line that is none of an operation, and why.
pub fn read(text: &str, model: Model) -> Result<History, Malformed> {
    let mut read: Vec<(Operation, u32)> = Vec::new();
    let mut offset = 0;
    for (number, line) in text.split('\n').enumerate() {
        let at = offset + line.len() - line.trim_start().len();
        offset += line.len() + 1;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |expected: &str, found: String| Malformed::at(text, at, expected, found);
        let operation: Operation = json::read(line.trim())
            .map_err(|error| wrong("an operation as a line of JSON", error.to_string()))?;
        if let Err(expected) = fits(&operation, model) {
            return Err(wrong(&expected, format!("`{operation}`")));
        }
        if read.len() == MOST {
            return Err(wrong("at most 1,000,000 operations", "one more".into()));
        }
        read.push((operation, number as u32 + 1));
    }
    read.sort_by_key(|(operation, _)| operation.called);
    let (operations, lines) = read.into_iter().unzip();
    Ok(History { operations, lines })
}

/// Writes a history.
pub fn write(operations: &[Operation]) -> String {
    let mut text = String::new();
    for operation in operations {
        // Nothing in an operation is foreign to JSON.
        text.push_str(&json::write(operation).unwrap_or_default());
        text.push('\n');
    }
    text
}

/// What would be right about an operation, if it is not.
fn fits(operation: &Operation, model: Model) -> Result<(), String> {
    if !model.has(&operation.call) {
        return Err(format!("a call of a {}", super::jepsen::name_of(model)));
    }
    if operation.returned_at() < operation.called {
        return Err("an answer that comes after the call".into());
    }
    match (&operation.call, operation.reply()) {
        (_, None)
        | (Call::Read | Call::Dequeue, Some(Reply::Value(_)))
        | (Call::CompareAndSet(..), Some(Reply::Done | Reply::Refused)) => Ok(()),
        (Call::Read | Call::Dequeue, _) => Err("a value as the answer".into()),
        (Call::CompareAndSet(..), _) => Err("`done` or `refused` as the answer".into()),
        (_, Some(Reply::Done)) => Ok(()),
        _ => Err("`done` as the answer".into()),
    }
}
