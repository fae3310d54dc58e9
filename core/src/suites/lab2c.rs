//! Lab 2C: persistence.

use super::primitives::{RAFT_ELECTION_TIMEOUT, Waited};
use super::stage::Try;
use super::tester::Tester;
use super::{Program, Test, handout};
use crate::lab::act::Course;
use crate::time::Span;
use alloc::collections::BTreeSet;
use alloc::format;

const fn test(name: &'static str, function: &'static str, program: fn(&mut Tester) -> Try<()>) -> Test {
    Test { servers: 5, ..Test::new("2C", name, function, Program::Raft { snapshots: false, program }) }
}

pub(super) const TESTS: &[Test] = &[
    Test {
        handout: handout(50, 86, 22_849, 6),
        servers: 3,
        ..test("Test (2C): basic persistence", "TestPersist12C", basic_persistence)
    },
    Test {
        handout: handout(176, 952, 218_854, 16),
        ..test("Test (2C): more persistence", "TestPersist22C", more_persistence)
    },
    Test {
        handout: handout(20, 34, 8_937, 4),
        servers: 3,
        ..test(
            "Test (2C): partitioned leader and one follower crash, leader restarts",
            "TestPersist32C",
            leader_restarts,
        )
    },
    Test {
        handout: handout(312, 580, 130_675, 32),
        ..test("Test (2C): Figure 8", "TestFigure82C", figure_8)
    },
    Test {
        handout: handout(17, 1_044, 366_392, 246),
        network: Course::Unreliable,
        ..test("Test (2C): unreliable agreement", "TestUnreliableAgree2C", unreliable_agreement)
    },
    Test {
        handout: handout(336, 10_700, 33_695_245, 308),
        network: Course::Unreliable,
        ..test("Test (2C): Figure 8 (unreliable)", "TestFigure8Unreliable2C", figure_8_unreliable)
    },
    Test {
        handout: handout(161, 8_864, 44_771_259, 1_544),
        ..test("Test (2C): churn", "TestReliableChurn2C", churn)
    },
    Test {
        handout: handout(165, 4_220, 6_414_632, 906),
        network: Course::Unreliable,
        ..test("Test (2C): unreliable churn", "TestUnreliableChurn2C", churn)
    },
];

fn basic_persistence(t: &mut Tester) -> Try<()> {
    t.one("11", 3, true)?;
    // All crash and come back.
    for server in 0..3 {
        t.restart(server)?;
    }
    for server in 0..3 {
        t.disconnect(server)?;
        t.connect(server)?;
    }
    t.interesting();
    t.one("12", 3, true)?;
    let first = t.check_one_leader()?;
    t.disconnect(first)?;
    t.restart(first)?;
    t.connect(first)?;
    t.one("13", 3, true)?;
    let second = t.check_one_leader()?;
    t.disconnect(second)?;
    t.one("14", 2, true)?;
    t.restart(second)?;
    t.connect(second)?;
    // Whoever missed it has it before anybody is crashed again.
    t.wait(4, 3, None)?;
    let leader = t.check_one_leader()?;
    let third = t.after(leader, 1);
    t.disconnect(third)?;
    t.one("15", 2, true)?;
    t.restart(third)?;
    t.connect(third)?;
    t.one("16", 3, true).map(drop)
}

fn more_persistence(t: &mut Tester) -> Try<()> {
    let mut command = 11;
    let mut next = || {
        command += 1;
        format!("{}", command - 1)
    };
    for round in 0..5 {
        t.one(next(), 5, true)?;
        let leader = t.check_one_leader()?;
        let others = [1, 2, 3, 4].map(|by| t.after(leader, by));
        t.disconnect(others[0])?;
        t.disconnect(others[1])?;
        t.one(next(), 3, true)?;
        t.disconnect(leader)?;
        t.disconnect(others[2])?;
        t.disconnect(others[3])?;
        // Two without the last entry come back, and then one that has it: only that one may win.
        for server in [others[0], others[1]] {
            t.restart(server)?;
            t.connect(server)?;
        }
        t.sleep(RAFT_ELECTION_TIMEOUT)?;
        t.restart(others[2])?;
        t.connect(others[2])?;
        if round == 0 {
            t.interesting();
        }
        t.one(next(), 3, true)?;
        t.connect(others[3])?;
        t.connect(leader)?;
    }
    t.one("1000", 5, true).map(drop)
}

fn leader_restarts(t: &mut Tester) -> Try<()> {
    t.one("101", 3, true)?;
    let leader = t.check_one_leader()?;
    let (next, last) = (t.after(leader, 1), t.after(leader, 2));
    t.disconnect(last)?;
    t.one("102", 2, true)?;
    t.crash(leader)?;
    t.crash(next)?;
    // One does not know of the second command, one has it on disk.
    t.connect(last)?;
    t.restart(leader)?;
    t.connect(leader)?;
    t.interesting();
    t.one("103", 2, true)?;
    t.restart(next)?;
    t.connect(next)?;
    t.one("104", 3, true).map(drop)
}

/// What both tests of Figure 8 do between two faults: mostly very little.
fn pause(t: &mut Tester) -> Try<()> {
    let limit = if t.happens(100) { 500 } else { 13 };
    let pause = t.draw(limit);
    t.sleep(Span::millis(u64::from(pause)))
}

fn figure_8(t: &mut Tester) -> Try<()> {
    t.one_random(1, true)?;
    for round in 0..1_000 {
        let command = t.random_command();
        let leader = t.start_everywhere(&command, |_, _| true)?;
        pause(t)?;
        if let Some((leader, _)) = leader {
            t.crash(leader)?;
        }
        if t.up() < 3 {
            let server = t.any_server();
            if !t.is_up(server) {
                t.restart(server)?;
                t.connect(server)?;
            }
        }
        if round == 500 {
            t.interesting();
        }
    }
    for server in 0..5 {
        if !t.is_up(server) {
            t.restart(server)?;
            t.connect(server)?;
        }
    }
    t.one_random(5, true).map(drop)
}

fn unreliable_agreement(t: &mut Tester) -> Try<()> {
    for round in 1..50 {
        for client in 0..4 {
            t.begin_one(format!("{}", 100 * round + client).into(), 1, true);
        }
        t.one(format!("{round}"), 1, true)?;
    }
    t.interesting();
    t.network(Course::Reliable)?;
    t.join_clients()?;
    t.one("100", 5, true).map(drop)
}

fn figure_8_unreliable(t: &mut Tester) -> Try<()> {
    small_random(t, 1)?;
    for round in 0..1_000 {
        if round == 200 {
            t.network(Course::Reordering)?;
        }
        let command = format!("{}", t.draw(10_000));
        let leader = t.start_everywhere(&command.into(), Tester::is_connected)?;
        pause(t)?;
        if let Some((leader, _)) = leader
            && t.happens(500)
        {
            t.disconnect(leader)?;
        }
        if t.connected() < 3 {
            let server = t.any_server();
            if !t.is_connected(server) {
                t.connect(server)?;
            }
        }
    }
    for server in 0..5 {
        if !t.is_connected(server) {
            t.connect(server)?;
        }
    }
    // What is left to do in ten seconds is to find out where the logs agree, past replies that come late.
    t.interesting();
    small_random(t, 5)
}

fn small_random(t: &mut Tester, servers: usize) -> Try<()> {
    let command = format!("{}", t.draw(10_000));
    t.one(command, servers, true).map(drop)
}

fn churn(t: &mut Tester) -> Try<()> {
    for client in 0..3 {
        t.begin_churn(client);
    }
    for round in 0..20 {
        if t.happens(200) {
            let server = t.any_server();
            t.disconnect(server)?;
        }
        if t.happens(500) {
            let server = t.any_server();
            if !t.is_up(server) {
                t.restart(server)?;
            }
            t.connect(server)?;
        }
        if t.happens(200) {
            let server = t.any_server();
            if t.is_up(server) {
                t.crash(server)?;
            }
        }
        if round == 10 {
            t.interesting();
        }
        t.sleep(Span::millis(700))?;
    }
    t.sleep(RAFT_ELECTION_TIMEOUT)?;
    t.network(Course::Reliable)?;
    for server in 0..5 {
        if !t.is_up(server) {
            t.restart(server)?;
        }
        t.connect(server)?;
    }
    t.clients_stop = true;
    t.join_clients()?;
    t.sleep(RAFT_ELECTION_TIMEOUT)?;
    let last = t.one_random(5, true)?;
    let mut log = BTreeSet::new();
    for index in 1..=last {
        if let Waited::Delivered(command) = t.wait(index, 5, None)? {
            log.insert(command);
        }
    }
    let lost = t.seen_by_clients().into_iter().find(|command| !log.contains(command));
    t.expect(lost.is_none(), || format!("{} was delivered once and is gone", lost.unwrap_or_default()))
}
