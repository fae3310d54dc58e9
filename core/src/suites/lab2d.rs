//! Lab 2D: log compaction. The tester takes a snapshot every ten entries.

use super::stage::Try;
use super::tester::Tester;
use super::{Program, Test, handout};
use crate::lab::act::Course;
use alloc::format;

const fn test(name: &'static str, function: &'static str, program: fn(&mut Tester) -> Try<()>) -> Test {
    Test::new("2D", name, function, Program::Raft { snapshots: true, program })
}

pub(super) const TESTS: &[Test] = &[
    Test {
        handout: handout(116, 176, 61_716, 192),
        ..test("Test (2D): snapshots basic", "TestSnapshotBasic2D", |t| snapshots(t, Victim::None))
    },
    Test {
        handout: handout(642, 878, 320_610, 336),
        ..test("Test (2D): install snapshots (disconnect)", "TestSnapshotInstall2D", |t| {
            snapshots(t, Victim::Disconnected)
        })
    },
    Test {
        handout: handout(811, 1_059, 375_850, 341),
        network: Course::Unreliable,
        ..test(
            "Test (2D): install snapshots (disconnect+unreliable)",
            "TestSnapshotInstallUnreliable2D",
            |t| snapshots(t, Victim::Disconnected),
        )
    },
    Test {
        handout: handout(535, 601, 256_638, 339),
        ..test("Test (2D): install snapshots (crash)", "TestSnapshotInstallCrash2D", |t| {
            snapshots(t, Victim::Crashed)
        })
    },
    Test {
        handout: handout(635, 687, 288_294, 336),
        network: Course::Unreliable,
        ..test("Test (2D): install snapshots (unreliable+crash)", "TestSnapshotInstallUnCrash2D", |t| {
            snapshots(t, Victim::Crashed)
        })
    },
    Test {
        handout: handout(195, 268, 81_352, 58),
        ..test("Test (2D): crash and restart all servers", "TestSnapshotAllCrash2D", crash_all)
    },
    test("Test (2D): snapshot initialization after crash", "TestSnapshotInit2D", initialization_after_crash),
];

/// The most bytes of log that a server may keep.
const MAX_LOG_SIZE: u64 = 2_000;

/// What happens to a server in each round.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Victim {
    None,
    Disconnected,
    Crashed,
}

/// The body of five tests: so many entries that whoever misses a round needs the leader's snapshot.
fn snapshots(t: &mut Tester, fate: Victim) -> Try<()> {
    t.one_random(3, true)?;
    let mut leader = t.check_one_leader()?;
    for round in 0..30 {
        let next = t.after(leader, 1);
        let (victim, sender) = if round % 3 == 1 { (leader, next) } else { (next, leader) };
        match fate {
            Victim::None => {}
            Victim::Disconnected => {
                t.disconnect(victim)?;
                t.one_random(2, true)?;
            }
            Victim::Crashed => {
                t.crash(victim)?;
                t.one_random(2, true)?;
            }
        }
        // Perhaps enough for a snapshot.
        let commands = 5 + t.draw(10);
        t.start_many(sender, commands)?;
        // Everybody who is there catches up, so that the log that is measured is not a log on its way.
        t.one_random(if fate == Victim::None { 3 } else { 2 }, true)?;
        let size = t.log_size();
        t.expect(size < MAX_LOG_SIZE, || {
            format!("a log takes {size} bytes; it should be below {MAX_LOG_SIZE}")
        })?;
        match fate {
            Victim::None => {
                if round == 15 {
                    t.interesting();
                }
                continue;
            }
            Victim::Disconnected => {}
            Victim::Crashed => t.restart(victim)?,
        }
        // Perhaps it needs a snapshot now.
        t.connect(victim)?;
        if round == 15 {
            t.interesting();
        }
        t.one_random(3, true)?;
        leader = t.check_one_leader()?;
    }
    Ok(())
}

fn crash_all(t: &mut Tester) -> Try<()> {
    t.one_random(3, true)?;
    for round in 0..5 {
        let commands = 5 + t.draw(10);
        for _ in 0..commands {
            t.one_random(3, true)?;
        }
        let before = t.one_random(3, true)?;
        restart_all(t)?;
        if round == 2 {
            t.interesting();
        }
        let after = t.one_random(3, true)?;
        t.expect(after > before, || format!("the index went from {before} to {after} over a crash"))?;
    }
    Ok(())
}

fn restart_all(t: &mut Tester) -> Try<()> {
    for server in 0..3 {
        t.crash(server)?;
    }
    for server in 0..3 {
        t.restart(server)?;
        t.connect(server)?;
    }
    Ok(())
}

fn initialization_after_crash(t: &mut Tester) -> Try<()> {
    t.one_random(3, true)?;
    for _ in 0..11 {
        t.one_random(3, true)?;
    }
    restart_all(t)?;
    // One more, so that they persist their state: the snapshot must not get lost over that.
    t.one_random(3, true)?;
    restart_all(t)?;
    t.interesting();
    t.one_random(3, true).map(drop)
}
