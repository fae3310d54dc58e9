//! The scenario language: a lesson in plain words that is also a test.
//!
//! A scenario says how a cluster begins, what is done to it and what must then be true. Its lines are read in order:
//! `>` tells the student something, `until` waits for a fact, `expect` asserts one, and everything else is done to the
//! cluster. After every step all properties are checked, whatever the scenario asserts.
//!
//! ```text
//! title A crashed leader is replaced
//! paper §5.2
//! servers 5
//!
//! > Whose election timer runs out first asks the others for their votes.
//! until a leader
//! name OLD the leader
//! crash OLD
//! > The others hear no more heartbeats.
//! until a leader other than OLD within 5 s
//! expect all properties hold
//! ```

mod fact;
mod parse;
mod run;

pub use fact::Fact;
pub use run::{Failure, Telling};

use super::act::Act;
use super::config::Config;
use super::tell::Kind;
use crate::time::Span;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A lesson.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// What it is called.
    pub title: String,
    /// Where in the papers its claim stands.
    pub paper: String,
    /// How its cluster begins.
    pub config: Config,
    /// What happens, in order.
    pub lines: Vec<Line>,
}

/// One line of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its number in the text, from 1.
    pub number: u32,
    /// What it says.
    pub beat: Beat,
}

/// What a line says. Nodes are still words here: a name may be bound only when the scenario runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beat {
    /// The student is told something.
    Say(String),
    /// From here on only steps of these kinds are told.
    Tell(Vec<Kind>),
    /// A word becomes the name of a node.
    Name(String, Who),
    /// Time passes.
    Wait(Span),
    /// Time passes until a fact is true, at most for this long.
    Until(Fact, Span),
    /// A fact is true.
    Expect(Fact),
    /// A text becomes an input of the next job.
    Text {
        /// The input's name.
        name: String,
        /// The text.
        text: String,
    },
    /// Something is done.
    Do(Deed),
}

/// Whom a name is given to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// The leader of the highest term.
    Leader,
    /// The first running server that does not lead.
    Follower,
    /// The first worker that has a task.
    BusyWorker,
}

/// A node, as a scenario names it: `S1`, or a name given earlier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

/// Something done to the cluster, its nodes still words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Anything done to one node: the act is made once the word is resolved.
    Node(Word, NodeDeed),
    /// The network is split.
    Partition(Vec<Vec<Word>>),
    /// One direction of a link.
    Link(Word, Word, crate::sim::Gate),
    /// A job over the texts given so far.
    Submit(crate::mapreduce::BuiltIn, u32),
    /// What names no node.
    Plain(Act),
}

/// What is done to one node.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "named after the acts that they become")]
pub enum NodeDeed {
    Crash,
    Restart,
    Pause,
    Resume,
    Isolate,
    Wipe,
    Stall,
    Unstall,
    Fire(String),
    Get(String),
    Put(String, String),
    Append(String, String),
    Load(Span, u32),
    Quiet,
}

/// Why a text is not a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScenarioError {
    /// The line, from 1.
    pub line: u32,
    /// What is wrong, and what would be right.
    pub why: String,
}

impl fmt::Display for ScenarioError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

impl core::error::Error for ScenarioError {}

impl Scenario {
    /// Reads a scenario.
    pub fn parse(text: &str) -> Result<Scenario, ScenarioError> {
        parse::scenario(text)
    }

    /// Runs it: the telling, or the line at which it failed.
    pub fn run(&self) -> Result<Telling, Failure> {
        run::run(self)
    }
}
