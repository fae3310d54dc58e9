//! The scenario language: a lesson in plain words that is also a test.
//!
//! A scenario says how a cluster begins, what is done to it and what must then be true. Its lines are read in order:
//! `>` tells the student something, `until` waits for a fact, `expect` asserts one, and everything else is done to the
//! cluster. After every step all properties are checked, whatever the scenario asserts.
//!
//! A scenario that teaches, and a test that is read: the same text is both.
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
//!
//! # The head: how the cluster begins
//!
//! ```text
//! title …   paper §5.2   lesson 3             what it is called, where its claim stands, when to read it
//! servers 5   clients 1   workers 0   seed 3
//! latency 8 ms to 16 ms   loss 0   duplication 0   reordering 0        messages in a thousand
//! disk 1 ms to 4 ms                           how long a write takes
//! election-timeout 300 ms to 600 ms   heartbeat 100 ms   task-timeout 10 s
//! snapshot-near 800 bytes   chunks-of 64 bytes                         no snapshots otherwise; sent whole otherwise
//! pre-vote on   check-quorum on   reads log (or read-index, lease, local)   lease-drift 10000 ppm
//! host tester                                 no service: commands are handed to a server with `start`
//! without current-term-commit                 rules that are off from the beginning
//! breaks state-machine-safety                 these properties will be broken, and without a rule off no others
//! ```
//!
//! With an election time-out of many seconds nobody stands for election unless told to (`fire S1 election`), so that
//! a story depends on no luck.
//!
//! # Words and facts
//!
//! ```text
//! > …                                         the student is told this; lines in a row are a paragraph
//! tell election fault replication client disk quiet notes              which steps are told from here on
//! name OLD the leader                         also: a follower, a busy worker
//! wait 500 ms
//! until FACT within 5 s                       10 s if not said
//! expect FACT
//! ```
//!
//! A fact is one of these, or one after `not`:
//!
//! ```text
//! a leader · a leader other than OLD · no leader · one leader a term · S1 leads · S1 follows · S1 stands
//! S3 voted for S1 · S3 voted for nobody
//! term of S1 is 2 · log, commit, applied, snapshot of S1 · saved term, saved log, saved snapshot of S1 (on its disk)
//! … is at least 2 · … is at most 2
//! terms of S1 are 1 1 2                       the terms of the entries in its log, from the first that is kept
//! all logs are equal                          of all running servers
//! x on S1 is 1                                a key in a server's store
//! C1 waits · C1 has the answer 1
//! a vote from S3 to S1 is on its way · entries to S1 are held
//! S3 noted vote-refused-log-behind            since the words before; also `… once`, `… 4 times`
//! election-safety is broken · all properties hold
//! a worker is busy · a task was issued again · the job is done · the output equals the sequential run
//! ```
//!
//! # Deeds
//!
//! ```text
//! crash S1 S2 · restart · pause · resume · isolate · slow S1 by 20 ms · drift S1 by 100000 ppm
//! fire S1 election · postpone S1 election by 2 s
//! partition OLD C1 | others · heal
//! cut S1 -> S2 S3 · cut S1 <-> others · hold S1 -> S2 · open S1 -> S2  one direction, or both
//! links take 5 ms to 9 ms · link S1 -> S2 takes 50 ms · … loses 100 · … doubles 100 · … reorders 100
//! network reliable                            the course's; also unreliable, reordering
//! hold the vote from S3 to S1                 one message in flight; also release, deliver (now), drop, duplicate,
//! delay the vote from S3 to S1 by 1 s         corrupt, and for `the`: `the last`, `every`; without from and to: any
//! disk S1 takes 20 ms to 30 ms · stall S1 · unstall S1 · wipe S1
//! get C1 x · put C1 x 1 · append C1 x 1 · cas C1 x 1 2 · cas C1 x nothing 1 · delete C1 x
//! load C1 every 10 ms over 5 keys · quiet C1
//! start S1 a · snapshot S1 at 5               with `host tester`
//! transfer S1 to S2
//! text NAME: its words · submit word-count into 3
//! submit word-count by lines combining skipping into 3
//!                                             skipping bad records
//! speed W1 25                                 in per cent
//! rule current-term-commit off · reseed 8
//! ```
//!
//! The kinds of messages are those of [`KINDS`]. A message that is sent where a link is held stays in flight until it is
//! released or delivered by itself, or the link opened; to stop one message on an open link, wait `until` it is on its
//! way.

mod fact;
mod flights;
mod notes;
mod parse;
mod run;

pub use fact::{Fact, Many};
pub use flights::{Flights, KINDS, Which};
pub use notes::name as note_name;
pub use run::{Failure, Telling};

use super::act::Act;
use super::config::Config;
use super::tell::Kind;
use crate::check::Property;
use crate::kv::Op;
use crate::sim::{FlightAction, Gate};
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
    /// Its place among the lessons of its room, from 1.
    pub lesson: u32,
    /// How its cluster begins.
    pub config: Config,
    /// The properties that it will break.
    pub breaks: Vec<Property>,
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
    Tell {
        /// The kinds.
        kinds: Vec<Kind>,
        /// Whether every step is told in which something was refused or ignored, with the reason.
        notes: bool,
    },
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

/// One direction of some links, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    /// The senders.
    pub from: Vec<Word>,
    /// The addressees.
    pub to: Vec<Word>,
    /// Whether the other direction is meant too.
    pub both: bool,
}

/// Something done to the cluster, its nodes still words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// Anything done to nodes, one after the other: the acts are made once the words are resolved.
    Node(Vec<Word>, NodeDeed),
    /// The network is split.
    Partition(Vec<Vec<Word>>),
    /// Links open, are cut, or hold what is sent.
    Link(Ends, Gate),
    /// These links, or all, work otherwise.
    Quality(Option<Ends>, Change),
    /// Something happens to messages in flight.
    Flight(Flights, FlightAction),
    /// The first is asked to hand leadership to the second.
    Transfer(Word, Word),
    /// A job over the texts given so far.
    Submit(crate::mapreduce::Spec),
    /// What names no node.
    Plain(Act),
}

/// How links work otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The shortest and the longest time that a message takes.
    Latency((Span, Span)),
    /// How many messages in a thousand are lost.
    Loss(u32),
    /// How many in a thousand arrive twice.
    Duplication(u32),
    /// How many in a thousand are overtaken.
    Reordering(u32),
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
    Slow(Span),
    Speed(u32),
    Drift(i32),
    Disk((Span, Span)),
    Fire(String),
    Postpone(String, Span),
    Ask(Op),
    Load(Span, u32),
    Quiet,
    Start(String),
    Snapshot(u64),
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
