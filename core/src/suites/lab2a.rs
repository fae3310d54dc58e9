//! Lab 2A: leader election.

use super::primitives::RAFT_ELECTION_TIMEOUT;
use super::stage::Try;
use super::tester::Tester;
use super::{Program, Test, handout};
use crate::raft::log::Term;
use alloc::format;

const fn test(name: &'static str, function: &'static str, program: fn(&mut Tester) -> Try<()>) -> Test {
    Test::new("2A", name, function, Program::Raft { snapshots: false, program })
}

pub(super) const TESTS: &[Test] = &[
    Test {
        handout: handout(35, 58, 16_840, 0),
        ..test("Test (2A): initial election", "TestInitialElection2A", initial_election)
    },
    Test {
        handout: handout(54, 118, 25_269, 0),
        ..test(
            "Test (2A): election after network failure",
            "TestReElection2A",
            election_after_network_failure,
        )
    },
    Test {
        handout: handout(73, 624, 138_014, 0),
        servers: 7,
        ..test("Test (2A): multiple elections", "TestManyElections2A", multiple_elections)
    },
];

fn initial_election(t: &mut Tester) -> Try<()> {
    t.check_one_leader()?;
    t.interesting();
    // Everybody learns of the election.
    t.sleep(crate::time::Span::millis(50))?;
    let first = t.check_terms()?;
    t.expect(first >= Term(1), || format!("the term is {first}; it should be at least 1"))?;
    // The course only warns if the term changes without a failure. Here it must not.
    t.sleep(RAFT_ELECTION_TIMEOUT + RAFT_ELECTION_TIMEOUT)?;
    let second = t.check_terms()?;
    t.expect(first == second, || format!("the term went from {first} to {second} without a failure"))?;
    t.check_one_leader().map(drop)
}

fn election_after_network_failure(t: &mut Tester) -> Try<()> {
    let first = t.check_one_leader()?;
    t.disconnect(first)?;
    t.check_one_leader()?;
    // The old leader comes back, and follows the new one.
    t.connect(first)?;
    let second = t.check_one_leader()?;
    // Without a quorum nobody is elected.
    t.disconnect(second)?;
    t.disconnect(t.after(second, 1))?;
    t.sleep(RAFT_ELECTION_TIMEOUT + RAFT_ELECTION_TIMEOUT)?;
    t.interesting();
    t.check_no_leader()?;
    // With a quorum somebody is.
    t.connect(t.after(second, 1))?;
    t.check_one_leader()?;
    // The last one joins, and nothing changes for it.
    t.connect(second)?;
    t.check_one_leader().map(drop)
}

fn multiple_elections(t: &mut Tester) -> Try<()> {
    t.check_one_leader()?;
    for round in 1..10 {
        let cut = [t.any_server(), t.any_server(), t.any_server()];
        for server in cut {
            t.disconnect(server)?;
        }
        if round == 5 {
            t.interesting();
        }
        // Four of seven are connected at least: the leader is still there, or another is elected.
        t.check_one_leader()?;
        for server in cut {
            t.connect(server)?;
        }
    }
    t.check_one_leader().map(drop)
}
