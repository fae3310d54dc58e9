//! Histories as files: what clients of any system saw, written down by anybody.
//!
//! Two forms are read: Jepsen's, in EDN ([`jepsen`]), and this project's own, a line of JSON for each operation ([`lines`]).
//! Both are written as well, and a judged history as the data that Porcupine's page draws ([`porcupine`]).

pub mod jepsen;
pub mod lines;
pub mod porcupine;
mod describe;
mod place;
#[cfg(test)]
mod tests;

pub use place::Malformed;

use crate::check::linearizable::{Model, Operation};
use alloc::vec::Vec;

/// The longest file that is read, in bytes.
pub const LONGEST: usize = 64 << 20;

/// The most operations that are read from one file.
pub const MOST: usize = 1_000_000;

/// The operations of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// In the order of their calls.
    pub operations: Vec<Operation>,
    /// For each the line, from 1, on which its answer stands, or its call if there is no answer.
    pub lines: Vec<u32>,
}

/// Reads a history in either form, told apart by how it begins, for an object of this kind.
///
/// # Errors
/// Where the text is no history, and what would be one.
pub fn read(text: &str, model: Model) -> Result<History, Malformed> {
    if text.len() > LONGEST {
        return Err(Malformed::at(text, 0, "a file of at most 64 MiB", "one that is longer"));
    }
    let first = text.trim_start_matches(['[', ' ', '\t', '\r', '\n', '\u{feff}']);
    let is_json = first.strip_prefix('{').is_some_and(|inside| inside.trim_start().starts_with(['"', '}']));
    if is_json { lines::read(text, model) } else { jepsen::read(text, model) }
}

/// The names by which people ask for an object.
pub fn model_named(name: &str) -> Option<Model> {
    match name {
        "register" => Some(Model::Register),
        "kv" => Some(Model::KeyValue),
        "queue" => Some(Model::Queue),
        _ => None,
    }
}
