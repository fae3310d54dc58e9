//! The course's own tests, lab 2: every test of parts 2A to 2D under the name that it prints, in virtual time.
//!
//! A [`Test`] is a program over a cluster: it disconnects servers, crashes them, hands them commands, and asks what
//! they delivered, with the course's numbers throughout. It passes if every condition of the course holds *and* every
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
//! # Numbers
//!
//! Limits on time are the course's, in virtual time; CPU time means nothing here. RPCs are requests, as the course
//! counts them. Bytes are counted in this project's own encoding, in which a number takes eight bytes and an entry of a
//! log about 54. So the limit on bytes (2B) is joined by what it is meant to say: each command leaves the leader at most
//! twice for each follower. The 2000 bytes that a log may take (2D) are 36 entries here, not four snapshots' worth.

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
#[cfg(test)]
mod tests;

pub use report::{Failure, Figures, Outcome, Report, Verdict};

use crate::lab::act::Course;
use crate::time::{Span, Time};
use alloc::string::String;
use alloc::vec::Vec;
use stage::Try;
use tester::Tester;

/// How often an idle leader is heard: the course allows ten times a second.
const HEARTBEAT: Span = Span::millis(100);

/// The servers' election time-out: the course wants a new leader within five seconds.
const ELECTION_TIMEOUT: (Span, Span) = (Span::millis(300), Span::millis(600));

/// The course stops a test after this time.
const LIMIT: Span = Span::secs(120);

/// The parts of the lab, in order.
pub const SUITES: [&str; 4] = ["2A", "2B", "2C", "2D"];

/// How a test is run, if not as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The names of rules that are off.
    pub without: Vec<String>,
    /// Whether the course's conditions alone decide: what the checks find is passed over.
    pub course_only: bool,
}

/// A test of the course.
pub struct Test {
    /// The part of the lab that it belongs to.
    pub suite: &'static str,
    /// What the course prints before it runs.
    pub name: &'static str,
    /// Its function in the course's code.
    pub function: &'static str,
    /// What the handout prints behind it; none if its year did not have it.
    pub handout: Option<Figures>,
    servers: u16,
    network: Course,
    snapshots: bool,
    program: fn(&mut Tester) -> Try<()>,
}

impl Test {
    /// On a reliable network of three, without snapshots and without figures in a handout.
    const fn new(
        suite: &'static str,
        name: &'static str,
        function: &'static str,
        program: fn(&mut Tester) -> Try<()>,
    ) -> Test {
        let network = Course::Reliable;
        Test { suite, name, function, handout: None, servers: 3, network, snapshots: false, program }
    }
}

/// Every test, in the course's order.
pub fn all() -> impl Iterator<Item = &'static Test> {
    [lab2a::TESTS, lab2b::TESTS, lab2c::TESTS, lab2d::TESTS].into_iter().flatten()
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
    /// If there is no rule of that name.
    pub fn run(&self, seed: u64, options: &Options) -> Result<Outcome, String> {
        let place = all().position(|test| test.name == self.name).unwrap_or_default() as u64;
        let report = Report {
            name: self.name,
            suite: self.suite,
            seed,
            verdict: Verdict::Passed,
            figures: Figures::default(),
            handout: self.handout,
            steps: 0,
        };
        let mut tester = Tester::new(self, place, seed, options)?;
        let ended = tester.network(self.network).and_then(|()| (self.program)(&mut tester)).and_then(|()| {
            tester
                .expect(tester.now().since(Time::ZERO) <= LIMIT, || "the test took longer than 120 s".into())
        });
        let verdict = match ended {
            Ok(()) => Verdict::Passed,
            Err(failure) if failure.unlucky => Verdict::Unlucky(failure),
            Err(failure) => Verdict::Failed(failure),
        };
        let report = Report { verdict, figures: tester.figures(), steps: tester.steps(), ..report };
        let failed = !report.passed();
        Ok(Outcome { report, script: tester.script(failed) })
    }
}

/// What the handout prints: tenths of a second, RPCs, bytes and commits.
const fn handout(tenths: u64, rpcs: u64, bytes: u64, commits: u64) -> Option<Figures> {
    Some(Figures { took: Span::millis(tenths * 100), rpcs, bytes: Some(bytes), commits })
}
