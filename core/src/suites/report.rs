//! What comes of one test: a verdict, and the figures that the course's own tester prints.

use super::history::Operation;
use crate::check::Violation;
use crate::lab::Watch;
use crate::time::{Span, Time};
use crate::timeline::Script;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// What the course's tester prints behind a test that passed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// How long it took, in microseconds: virtual here, real in the handout.
    pub took: Span,
    /// Requests sent, whether or not they arrived. Replies are not counted.
    pub rpcs: u64,
    /// The size of these requests and of the replies that arrived, each in its own project's encoding. None in the
    /// handout of lab 3, whose tester does not print it, and in lab 1, whose tester prints nothing.
    pub bytes: Option<u64>,
    /// Commands committed; in lab 3 operations of clients that returned, in lab 1 tasks completed.
    pub commits: u64,
}

impl Figures {
    /// What has been counted since `earlier`.
    pub(super) fn since(&self, earlier: &Figures) -> Figures {
        let bytes = self.bytes.map(|bytes| bytes - earlier.bytes.unwrap_or_default());
        Figures {
            took: self.took - earlier.took,
            rpcs: self.rpcs - earlier.rpcs,
            bytes,
            commits: self.commits - earlier.commits,
        }
    }
}

/// How a test ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "failure")]
pub enum Verdict {
    /// Every condition of the course held, and every check after every step.
    Passed,
    /// A condition of the course did not hold, or a check found something.
    Failed(Failure),
    /// A condition of the course did not hold, in a way in which it need not: see [`Failure::unlucky`].
    Unlucky(Failure),
}

/// Why a test did not pass.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// In a sentence.
    pub why: String,
    /// When it was seen.
    pub at: Time,
    /// After which step.
    pub step: u64,
    /// Whether a correct Raft may fail so too: an agreement that may not be retried was begun by a leader, and when its
    /// two seconds were over a connected server was in a later term. So the leader was overtaken at just that moment,
    /// and without a no-op what it took can stay uncommitted. The course fails there; here it is counted apart.
    pub unlucky: bool,
}

/// What is said of one test on one seed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The name that the course prints, such as `wc test`, `Test (2A): initial election` or `Test: one client (3A)`.
    pub name: &'static str,
    /// The lab or the part of one: `1`, `2A` to `2D`, `3A` and `3B`.
    pub suite: &'static str,
    /// The seed.
    pub seed: u64,
    /// How it ended.
    pub verdict: Verdict,
    /// What it took.
    pub figures: Figures,
    /// What the handout prints; none for tests that its year did not have.
    pub handout: Option<Figures>,
    /// How many steps the world took.
    pub steps: u64,
}

/// One test on one seed: what is said of it, and the run itself.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What is said of it.
    pub report: Report,
    /// The run, saved at the moment of interest: where it failed, or what it is about.
    pub script: Script<Watch>,
    /// Every operation of lab 3's clients, in the order in which they were called; empty in labs 1 and 2.
    pub history: Vec<Operation>,
}

impl Report {
    /// Whether the test passed.
    pub fn passed(&self) -> bool {
        self.verdict == Verdict::Passed
    }
}

impl Failure {
    /// A check found something: that is never bad luck.
    pub(super) fn found(violation: &Violation) -> Failure {
        Failure {
            why: alloc::format!("{violation}"),
            at: violation.moment.at,
            step: violation.moment.step,
            unlucky: false,
        }
    }
}
