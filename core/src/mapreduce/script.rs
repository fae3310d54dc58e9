//! What an interpreter of user code must do: the one thing that this crate asks of the world outside.
//!
//! A person may write *map* and *reduce* in JavaScript. Whoever opens a run brings an [`Interpreter`] for it; a worker calls
//! it for a whole task at once. It has no clock, no chance and no network, and limits on all it uses, so that a call has the
//! same answer whenever and wherever it is made.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use serde::Serialize;

/// Runs programs that people have written.
///
/// A program defines `map(key, value, emit)` and `reduce(key, values)`, and may define `combine(key, values)` and
/// `partition(key, n)`. It may call `count(name, by = 1)` (§4.9).
pub trait Interpreter {
    /// Makes one call in a fresh start of the program: nothing that an earlier call left behind is seen.
    fn run(&self, code: &str, call: &Call<'_>) -> Result<Answer, Failure>;
}

/// What is asked of a program.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Call<'a> {
    /// Which functions it has. Fails if it is no program, or lacks `map` or `reduce`.
    Check,
    /// `map` for each record, a key and a value each.
    Map {
        /// The records.
        records: &'a [(&'a str, &'a str)],
        /// Whether a record for which user code throws is left out (§4.6) or fails the call.
        skipping: bool,
    },
    /// `partition` for each key: an integer from 0 to `reduces` - 1 each.
    Partition {
        /// The keys.
        keys: &'a [&'a str],
        /// R.
        reduces: u32,
    },
    /// `combine` for each group (§4.3).
    Combine {
        /// Keys with their values.
        groups: &'a [(&'a str, Vec<&'a str>)],
    },
    /// `reduce` for each group.
    Reduce {
        /// Keys with their values.
        groups: &'a [(&'a str, Vec<&'a str>)],
        /// Whether a group for which user code throws is left out or fails the call.
        skipping: bool,
    },
}

/// What a program answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// To a check: whether it defines `combine`.
    pub combine: bool,
    /// To a check: whether it defines `partition`.
    pub partition: bool,
    /// To a map: what was emitted, in order.
    pub pairs: Vec<(String, String)>,
    /// To a combine or a reduce: what was returned for each group that was not left out.
    pub texts: Vec<String>,
    /// To a partition: the numbers.
    pub numbers: Vec<u32>,
    /// The records or groups that were left out, by their place in the call.
    pub skipped: Vec<u32>,
    /// What was counted, under which names.
    pub counters: Vec<(String, u64)>,
}

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Failure {
    /// What kind of failure it is.
    pub kind: FailureKind,
    /// What was wrong and what would be right, in a sentence for whoever wrote the program.
    pub message: String,
    /// The line of the program, from 1, if it is known.
    pub line: Option<u32>,
    /// The column, from 1.
    pub column: Option<u32>,
    /// The place of the record or group in the call, if one was being worked on.
    pub record: Option<u32>,
}

/// What kind of failure it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// It is no program, or lacks a function.
    Program,
    /// It threw.
    Thrown,
    /// It emitted or returned something that is no text or number, or no partition.
    Wrong,
    /// It ran for too long.
    Fuel,
    /// It emitted, returned or counted too much.
    Output,
    /// It gave two answers for one input.
    Nondeterministic,
    /// It used too much memory. Where that limit strikes differs between targets.
    Memory,
    /// It recursed too deeply. Where that limit strikes differs between targets.
    Stack,
    /// There is no interpreter.
    Unavailable,
}

impl FailureKind {
    /// All of them.
    pub const ALL: [FailureKind; 9] = [
        FailureKind::Program,
        FailureKind::Thrown,
        FailureKind::Wrong,
        FailureKind::Fuel,
        FailureKind::Output,
        FailureKind::Nondeterministic,
        FailureKind::Memory,
        FailureKind::Stack,
        FailureKind::Unavailable,
    ];

    /// Its name where it is written down: `thrown`.
    pub fn name(self) -> &'static str {
        match self {
            FailureKind::Program => "program",
            FailureKind::Thrown => "thrown",
            FailureKind::Wrong => "wrong",
            FailureKind::Fuel => "fuel",
            FailureKind::Output => "output",
            FailureKind::Nondeterministic => "nondeterministic",
            FailureKind::Memory => "memory",
            FailureKind::Stack => "stack",
            FailureKind::Unavailable => "unavailable",
        }
    }

    /// The one of that name.
    pub fn named(name: &str) -> Option<FailureKind> {
        FailureKind::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether it is the same wherever the run is replayed: not if the limit strikes elsewhere on another target, and not if it was
    /// for want of an interpreter, which somebody else may have.
    pub fn is_portable(self) -> bool {
        !matches!(self, FailureKind::Memory | FailureKind::Stack | FailureKind::Unavailable)
    }

    /// Whether it is about the one record, so that another attempt may leave that out.
    pub fn is_of_a_record(self) -> bool {
        matches!(self, FailureKind::Thrown | FailureKind::Wrong)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, self.column) {
            (Some(line), Some(column)) => write!(f, "line {line}, column {column}: {}", self.message),
            (Some(line), None) => write!(f, "line {line}: {}", self.message),
            _ => f.write_str(&self.message),
        }
    }
}

impl core::error::Error for Failure {}
