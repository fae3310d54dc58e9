//! Lab 3B: a key/value service whose servers keep a thousand bytes of log, and snapshots of the rest.

use super::generic::{Generic, check_sizes};
use super::lab3a::fast_enough;
use super::service::ServiceTester;
use super::stage::Try;
use super::{Program, Test, handout_without_bytes as handout};
use crate::lab::act::Course;
use crate::time::{Span, Time};
use alloc::format;

/// The size of its Raft state, in bytes, near which a server takes a snapshot.
const MAX_RAFT_STATE: u64 = 1_000;

/// A test of five servers, with so many clients.
const fn test(
    name: &'static str,
    function: &'static str,
    clients: u16,
    program: fn(&mut ServiceTester) -> Try<()>,
) -> Test {
    let program = Program::Service { clients, max_raft_state: Some(MAX_RAFT_STATE), program };
    Test { servers: 5, ..Test::new("3B", name, function, program) }
}

const fn unreliable(test: Test) -> Test {
    Test { network: Course::Unreliable, ..test }
}

pub(super) const TESTS: &[Test] = &[
    Test {
        handout: handout(40, 289, 63),
        servers: 3,
        ..test("Test: InstallSnapshot RPC (3B)", "TestSnapshotRPC3B", 3, install_snapshot)
    },
    Test {
        handout: handout(26, 2_418, 800),
        servers: 3,
        ..test("Test: snapshot size is reasonable (3B)", "TestSnapshotSize3B", 1, snapshot_size)
    },
    Test {
        handout: handout(32, 3_025, 0),
        servers: 3,
        ..test("Test: ops complete fast enough (3B)", "TestSpeed3B", 1, fast_enough)
    },
    Test {
        handout: handout(219, 29_266, 5_820),
        ..test("Test: restarts, snapshots, one client (3B)", "TestSnapshotRecover3B", 2, |t| {
            Generic { crash: true, ..Generic::of(1) }.run(t)
        })
    },
    Test {
        handout: handout(215, 33_115, 6_420),
        ..test("Test: restarts, snapshots, many clients (3B)", "TestSnapshotRecoverManyClients3B", 21, |t| {
            Generic { crash: true, ..Generic::of(20) }.run(t)
        })
    },
    Test {
        handout: handout(174, 3_233, 482),
        ..unreliable(test(
            "Test: unreliable net, snapshots, many clients (3B)",
            "TestSnapshotUnreliable3B",
            6,
            |t| Generic::of(5).run(t),
        ))
    },
    Test {
        handout: handout(227, 3_337, 471),
        ..unreliable(test(
            "Test: unreliable net, restarts, snapshots, many clients (3B)",
            "TestSnapshotUnreliableRecover3B",
            6,
            |t| Generic { crash: true, ..Generic::of(5) }.run(t),
        ))
    },
    Test {
        handout: handout(304, 2_725, 274),
        ..unreliable(test(
            "Test: unreliable net, restarts, partitions, snapshots, many clients (3B)",
            "TestSnapshotUnreliableRecoverConcurrentPartition3B",
            6,
            |t| Generic { crash: true, partitions: true, ..Generic::of(5) }.run(t),
        ))
    },
    Test {
        handout: handout(377, 8_378, 681),
        servers: 7,
        ..unreliable(test(
            "Test: unreliable net, restarts, partitions, snapshots, random keys, many clients (3B)",
            "TestSnapshotUnreliableRecoverConcurrentPartitionLinearizable3B",
            16,
            |t| Generic { crash: true, partitions: true, random_keys: true, ..Generic::of(15) }.run(t),
        ))
    },
];

/// A majority forgets what one server never had; that one is given a snapshot, and then serves in a majority itself.
fn install_snapshot(t: &mut ServiceTester) -> Try<()> {
    let client = t.client(0);
    t.put(client, "a", "A")?;
    t.check(client, "a", "A")?;
    t.partition(&[0, 1], &[2])?;
    let one = t.client_of(1, &[0, 1])?;
    for i in 0..50 {
        let number = format!("{i}");
        t.put(one, &number, &number)?;
    }
    t.sleep(Span::secs(1))?;
    t.put(one, "b", "B")?;
    check_sizes(t)?;
    // The entries of all fifty would be well within the limit here. So this is asked too: they are gone.
    let last = t.view(2).map_or(0, |lagging| lagging.raft.log.last_index());
    for server in [0, 1] {
        let base = t.view(server).map_or(0, |view| view.raft.log.base_index());
        t.expect(base > last, || {
            format!("the log of S{} goes back to index {base}, and S3 has all up to {last}", server + 1)
        })?;
    }
    t.partition(&[0, 2], &[1])?;
    t.interesting();
    let other = t.client_of(2, &[0, 2])?;
    t.put(other, "c", "C")?;
    t.put(other, "d", "D")?;
    for (key, value) in [("a", "A"), ("b", "B"), ("1", "1"), ("49", "49")] {
        t.check(other, key, value)?;
    }
    t.connect_all()?;
    t.put(client, "e", "E")?;
    for (key, value) in [("c", "C"), ("e", "E"), ("1", "1")] {
        t.check(client, key, value)?;
    }
    Ok(())
}

/// Many operations, and only one key and one client to remember.
fn snapshot_size(t: &mut ServiceTester) -> Try<()> {
    // In the course's encoding.
    const LIMIT: u64 = 500;
    // In this one: a version and two counts (9 bytes), the key and its value (10), and the client's last command with
    // its answer (24).
    const ALL_THERE_IS: u64 = 43;
    let client = t.client(0);
    for round in 0..200 {
        if round == 100 {
            t.interesting();
        }
        for value in ["0", "1"] {
            t.put(client, "x", value)?;
            t.check(client, "x", value)?;
        }
    }
    check_sizes(t)?;
    let largest = t.largest_snapshot();
    for limit in [LIMIT, ALL_THERE_IS] {
        t.expect(largest <= limit, || format!("a snapshot takes {largest} bytes; {limit} are enough"))?;
    }
    t.expect(t.now().since(Time::ZERO) < Span::secs(20), || "800 operations took twenty seconds".into())
}
