//! The course's own tests, labs 1 to 3: every test of lab 1 and of parts 2A to 2D, 3A and 3B under the name that it prints,
//! in virtual time.
//!
//! A [`Test`] is a program over a cluster. In lab 1 it has a job run and looks at who did what, and at its output; in lab 2 it disconnects servers, crashes them, hands them commands, and asks
//! what they delivered; in lab 3 it does that to the servers of a key/value service whose clients are at work, and asks
//! what they read. The numbers are the course's throughout. It passes if every condition of the course holds *and* every
//! check of [`crate::check`] after every step, for the course's tests alone miss a third of all broken Rafts. A run
//! yields a [`Report`] and a script that the page opens like any other: the tester does nothing that an act cannot say.
//!
//! # The network
//!
//! It is the course's, as far as messages that are not calls can be ([`crate::lab::act::Course`]): requests and replies
//! fare differently, nothing is ever duplicated, and a server that is disconnected loses both directions of all its
//! links. What differs:
//!
//! - *A call that fails tells its caller nothing.* The course's caller learns of it after up to seven seconds; ours
//!   never does, and does not wait. A server that keeps a call open, and does nothing else meanwhile, is therefore not
//!   punished here, as the course's is.
//! - *What is on its way is lost if its link is cut when it would arrive.* The course looks when a request leaves and
//!   when it has been handled; a reply that it then holds back for two seconds arrives even if its link was cut since.
//! - *A reliable network takes up to 2 ms a hop*, so that there is something to see. The course's takes none.
//! - *A write takes no time*, as the course's persister.
//!
//! # Clients
//!
//! Those of lab 3 are clerks of [`crate::kv`], with a link of its own to each server. A partition is between servers: a
//! client reaches both sides, unless the test has it reach some servers only. In each round of the generic test clients
//! begin a new life, so that to the service they are new ones, as the course's are. What differs:
//!
//! - *A clerk that asks a server in vain waits for 300 to 600 ms* before it asks the next, since a call that fails tells
//!   it nothing. The course's learns of it within 100 ms, and at once if the message was lost on the way. So the two
//!   clients of a minority are made to find the leader before it is cut off: they would not come round to it in the
//!   second that the test waits.
//! - *All clerks try the servers in the same order.* The course's shuffle them. After its first operation a clerk knows
//!   the leader either way.
//! - *Clients think*, for 1 to 5 ms times their number. The course's call the next operation at once, and what limits
//!   them is their machine.
//! - *A read that a minority was asked for must return once the partition is healed*, as the write must. The course looks
//!   whether it has, and does not mind.
//!
//! # Lab 1
//!
//! Its jobs read Moby Dick in eight files, where the course's read eight books, and write ten. Whoever runs a test hands the
//! chapters over ([`Options::chapters`]): they are no part of this library. Names end in a digit, so that `early_exit` has
//! reduces that take long. What differs:
//!
//! - *Files are in a store of their own*, which is asked over the network like anybody else.
//! - *A process that has nothing more to do rests*, where the course's exits: a worker when it is told that no job runs. The
//!   coordinator is asked every second whether it is done, and the test ends a second after it has said so.
//! - *Which calls overlap is seen from outside*, where the course's programs leave files that mark what is under way.
//! - *A worker crashes before it computes what it has read*, or sleeps then, drawn for each call of map and reduce as the
//!   course's `crash` does; what it computes meanwhile is nobody's business.
//! - *A final file is looked at whenever it is written*: it must be what it was when it was first seen, which is to say that
//!   nobody ever sees a part of it. And a task is counted once, whoever reports it.
//!
//! # Numbers
//!
//! Limits on time are the course's, in virtual time; CPU time means nothing here. RPCs are requests, as the course
//! counts them. Bytes are counted in this project's own encoding, in which a number takes eight bytes and an entry of a
//! log about 54. So the limit on bytes (2B) is joined by what it is meant to say: each command leaves the leader at most
//! twice for each follower. The 2000 bytes that a log may take (2D) are 36 entries here, not four snapshots' worth. The
//! 8000 bytes of lab 3 are eight times the size near which a server takes a snapshot, as in the course. A snapshot of one
//! key and one client may take 500 bytes there; here it may take 43, which is all there is to say of them: it grows with
//! keys and clients, and not with what they did. Operations are counted when they return, in every test; the course
//! leaves out those of its tests of speed.

mod report;
mod wire;
mod counts;
mod stage;
mod delivery;
mod tester;
mod agreement;
mod primitives;
mod churn;
mod lab2a;
mod lab2b;
mod lab2c;
mod lab2d;
mod history;
mod appends;
mod user;
mod service;
mod generic;
mod lab3a;
mod lab3b;
mod jobs;
mod lab1;
#[cfg(test)]
mod tests;

pub use history::Operation;
pub use report::{Failure, Figures, Outcome, Report, Verdict};

use crate::lab::act::Course;
use crate::mapreduce;
use crate::time::{Span, Time};
use alloc::string::String;
use alloc::vec::Vec;
use jobs::JobTester;
use service::ServiceTester;
use stage::{Lab, Stage, Try};
use tester::Tester;

/// How often an idle leader is heard: the course allows ten times a second.
const HEARTBEAT: Span = Span::millis(100);

/// The servers' election time-out: the course wants a new leader within five seconds.
const ELECTION_TIMEOUT: (Span, Span) = (Span::millis(300), Span::millis(600));

/// The course stops a test after this time.
const LIMIT: Span = Span::secs(120);

/// The parts of the labs, in order.
pub const SUITES: [&str; 7] = ["1", "2A", "2B", "2C", "2D", "3A", "3B"];

/// How a test is run, if not as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The names of rules that are off.
    pub without: Vec<String>,
    /// Whether the course's conditions alone decide: what the checks find is passed over.
    pub course_only: bool,
    /// The chapters of Moby Dick, in order: what lab 1's jobs read. The tests of other labs do without.
    pub chapters: Vec<String>,
}

/// A test of the course.
pub struct Test {
    /// The lab that it belongs to, or the part of one.
    pub suite: &'static str,
    /// What the course prints before it runs.
    pub name: &'static str,
    /// Its function in the course's code, or lab 1's application. One function of lab 3 is three tests.
    pub function: &'static str,
    /// What the handout prints behind it; none if its year did not have it.
    pub handout: Option<Figures>,
    servers: u16,
    network: Course,
    program: Program,
}

/// What a test does, and to what.
enum Program {
    /// To a Raft whose host is the tester, which takes a snapshot every ten entries or none at all.
    Raft { snapshots: bool, program: fn(&mut Tester) -> Try<()> },
    /// To a service with so many clients, whose servers take a snapshot near a limit or never.
    Service { clients: u16, max_raft_state: Option<u64>, program: fn(&mut ServiceTester) -> Try<()> },
    /// To so many workers who have a job of this application.
    Jobs { workers: u16, app: fn() -> mapreduce::Program, program: fn(&mut JobTester) -> Try<()> },
}

impl Test {
    /// On a reliable network of three and without figures in a handout.
    const fn new(suite: &'static str, name: &'static str, function: &'static str, program: Program) -> Test {
        Test { suite, name, function, handout: None, servers: 3, network: Course::Reliable, program }
    }
}

/// Every test, in the course's order.
pub fn all() -> impl Iterator<Item = &'static Test> {
    lab1::TESTS.iter().chain(with_servers())
}

/// The tests of labs 2 and 3.
fn with_servers() -> impl Iterator<Item = &'static Test> {
    [lab2a::TESTS, lab2b::TESTS, lab2c::TESTS, lab2d::TESTS, lab3a::TESTS, lab3b::TESTS].into_iter().flatten()
}

/// The tests that somebody means: by the name that the course prints or the name of its function, whole or a part of
/// it, in any case.
pub fn named(name: &str) -> impl Iterator<Item = &'static Test> {
    let wanted = name.to_lowercase();
    all().filter(move |test| {
        [test.name, test.function].iter().any(|known| known.to_lowercase().contains(&wanted))
    })
}

impl Test {
    /// Runs the test on a seed.
    ///
    /// # Errors
    /// If there is no rule of that name, or if the test is one of lab 1 and has no text.
    pub fn run(&self, seed: u64, options: &Options) -> Result<Outcome, String> {
        // Chance is drawn by place. Lab 1 came last, and a seed means to the others what it did before.
        let places = with_servers().chain(lab1::TESTS);
        let place = places.take_while(|test| test.name != self.name).count() as u64;
        match self.program {
            Program::Jobs { workers, app, program } => {
                Ok(self.play(seed, JobTester::new(self, (workers, app()), place, seed, options)?, program))
            }
            Program::Raft { snapshots, program } => {
                Ok(self.play(seed, Tester::new(self, snapshots, place, seed, options)?, program))
            }
            Program::Service { clients, max_raft_state, program } => {
                let tester = ServiceTester::new(self, (clients, max_raft_state), place, seed, options)?;
                Ok(self.play(seed, tester, program))
            }
        }
    }

    fn play<L: Lab>(
        &self,
        seed: u64,
        mut tester: Stage<L>,
        program: fn(&mut Stage<L>) -> Try<()>,
    ) -> Outcome {
        let ended = tester.network(self.network).and_then(|()| program(&mut tester)).and_then(|()| {
            tester.lab.judge().or_else(|why| tester.fail(|| why))?;
            tester
                .expect(tester.now().since(Time::ZERO) <= LIMIT, || "the test took longer than 120 s".into())
        });
        let verdict = match ended {
            Ok(()) => Verdict::Passed,
            Err(failure) if failure.unlucky => Verdict::Unlucky(failure),
            Err(failure) => Verdict::Failed(failure),
        };
        let report = Report {
            name: self.name,
            suite: self.suite,
            seed,
            verdict,
            figures: tester.figures(),
            handout: self.handout,
            steps: tester.steps(),
        };
        let (script, history) = tester.into_run(!report.passed());
        Outcome { report, script, history }
    }
}

/// What the handout prints: tenths of a second, RPCs, bytes and commits.
const fn handout(tenths: u64, rpcs: u64, bytes: u64, commits: u64) -> Option<Figures> {
    Some(Figures { took: Span::millis(tenths * 100), rpcs, bytes: Some(bytes), commits })
}

/// What the handout of lab 3 prints: tenths of a second, RPCs and operations.
const fn handout_without_bytes(tenths: u64, rpcs: u64, operations: u64) -> Option<Figures> {
    Some(Figures { took: Span::millis(tenths * 100), rpcs, bytes: None, commits: operations })
}
