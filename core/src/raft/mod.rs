//! Raft, as the extended paper has it (Ongaro and Ousterhout, 2014): elections, log replication and persistence.

pub mod log;
pub mod message;
pub mod node;
mod election;
mod replication;
pub mod rules;
pub mod note;
pub mod view;

pub use log::{Command, Entry, Index, Link, Log, Term};
pub use message::{Appended, Message};
pub use node::{Config, File, HardState, Output, Raft, Request, Timer};
pub use note::Note;
pub use rules::{Rule, Rules};
pub use view::{Progress, Role, View, Vote};

#[cfg(test)]
mod tests;
