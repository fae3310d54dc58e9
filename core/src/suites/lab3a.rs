//! Lab 3A: a key/value service without snapshots.

use super::generic::Generic;
use super::primitives::RAFT_ELECTION_TIMEOUT;
use super::service::ServiceTester;
use super::stage::Try;
use super::user::Work;
use super::{Program, Test, appends, handout_without_bytes as handout};
use crate::kv::Op;
use crate::lab::act::Course;
use crate::time::Span;
use alloc::format;
use alloc::vec::Vec;

/// A test of five servers, with so many clients.
const fn test(
    name: &'static str,
    function: &'static str,
    clients: u16,
    program: fn(&mut ServiceTester) -> Try<()>,
) -> Test {
    let program = Program::Service { clients, max_raft_state: None, program };
    Test { servers: 5, ..Test::new("3A", name, function, program) }
}

const fn unreliable(test: Test) -> Test {
    Test { network: Course::Unreliable, ..test }
}

pub(super) const TESTS: &[Test] = &[
    Test {
        handout: handout(155, 4_576, 903),
        ..test("Test: one client (3A)", "TestBasic3A", 2, |t| Generic::of(1).run(t))
    },
    Test {
        handout: handout(157, 3_022, 0),
        servers: 3,
        ..test("Test: ops complete fast enough (3A)", "TestSpeed3A", 1, fast_enough)
    },
    Test {
        handout: handout(159, 5_884, 1_160),
        ..test("Test: many clients (3A)", "TestConcurrent3A", 6, |t| Generic::of(5).run(t))
    },
    Test {
        handout: handout(192, 3_083, 441),
        ..unreliable(test("Test: unreliable net, many clients (3A)", "TestUnreliable3A", 6, |t| {
            Generic::of(5).run(t)
        }))
    },
    Test {
        handout: handout(25, 218, 52),
        servers: 3,
        ..unreliable(test(
            "Test: concurrent append to same key, unreliable (3A)",
            "TestUnreliableOneKey3A",
            6,
            append_to_one_key,
        ))
    },
    Test {
        handout: handout(17, 103, 2),
        ..test("Test: progress in majority (3A)", "TestOnePartition3A", 4, |t| {
            progress_in_majority(t).map(drop)
        })
    },
    Test {
        handout: handout(10, 102, 3),
        ..test("Test: no progress in minority (3A)", "TestOnePartition3A", 4, |t| {
            let sides = progress_in_majority(t)?;
            no_progress_in_minority(t, &sides)
        })
    },
    Test {
        handout: handout(12, 70, 3),
        ..test("Test: completion after heal (3A)", "TestOnePartition3A", 4, |t| {
            let sides = progress_in_majority(t)?;
            no_progress_in_minority(t, &sides)?;
            completion_after_heal(t)
        })
    },
    Test {
        handout: handout(238, 4_501, 765),
        ..test("Test: partitions, one client (3A)", "TestManyPartitionsOneClient3A", 2, |t| {
            Generic { partitions: true, ..Generic::of(1) }.run(t)
        })
    },
    Test {
        handout: handout(235, 5_692, 974),
        ..test("Test: partitions, many clients (3A)", "TestManyPartitionsManyClients3A", 6, |t| {
            Generic { partitions: true, ..Generic::of(5) }.run(t)
        })
    },
    Test {
        handout: handout(222, 4_721, 908),
        ..test("Test: restarts, one client (3A)", "TestPersistOneClient3A", 2, |t| {
            Generic { crash: true, ..Generic::of(1) }.run(t)
        })
    },
    Test {
        handout: handout(225, 5_490, 1_033),
        ..test("Test: restarts, many clients (3A)", "TestPersistConcurrent3A", 6, |t| {
            Generic { crash: true, ..Generic::of(5) }.run(t)
        })
    },
    Test {
        handout: handout(265, 3_532, 474),
        ..unreliable(test(
            "Test: unreliable net, restarts, many clients (3A)",
            "TestPersistConcurrentUnreliable3A",
            6,
            |t| Generic { crash: true, ..Generic::of(5) }.run(t),
        ))
    },
    Test {
        handout: handout(297, 6_122, 1_060),
        ..test("Test: restarts, partitions, many clients (3A)", "TestPersistPartition3A", 6, |t| {
            Generic { crash: true, partitions: true, ..Generic::of(5) }.run(t)
        })
    },
    Test {
        handout: handout(329, 2_967, 317),
        ..unreliable(test(
            "Test: unreliable net, restarts, partitions, many clients (3A)",
            "TestPersistPartitionUnreliable3A",
            6,
            |t| Generic { crash: true, partitions: true, ..Generic::of(5) }.run(t),
        ))
    },
    Test {
        handout: handout(350, 8_249, 746),
        servers: 7,
        ..unreliable(test(
            "Test: unreliable net, restarts, partitions, random keys, many clients (3A)",
            "TestPersistPartitionUnreliableLinearizable3A",
            16,
            |t| Generic { crash: true, partitions: true, random_keys: true, ..Generic::of(15) }.run(t),
        ))
    },
];

/// A thousand appends one after the other, three for each heartbeat that an idle leader sends: whoever waits for the
/// next heartbeat to send an entry is too slow.
pub(super) fn fast_enough(t: &mut ServiceTester) -> Try<()> {
    const APPENDS: u32 = 1_000;
    let client = t.client(0);
    // It finds the leader.
    t.get(client, "x")?;
    let began = t.now();
    for j in 0..APPENDS {
        if j == APPENDS / 2 {
            t.interesting();
        }
        t.write(client, Op::Append { key: "x".into(), value: appends::text(0, j).into() })?;
    }
    let took = t.now().since(began);
    let value = t.get(client, "x")?;
    appends::check(value.as_str(), 0, APPENDS).or_else(|why| t.fail(|| why))?;
    let limit = Span(super::HEARTBEAT.0 * u64::from(APPENDS) / 3);
    t.expect(took <= limit, || format!("{APPENDS} appends took {took}; {limit} are enough"))
}

fn append_to_one_key(t: &mut ServiceTester) -> Try<()> {
    const USERS: u32 = 5;
    let reader = t.client(USERS);
    t.put(reader, "k", "")?;
    t.begin_users(USERS, Work::Append(10))?;
    t.sleep(Span::millis(100))?;
    t.interesting();
    t.join_clients()?;
    let value = t.get(reader, "k")?;
    for user in 0..USERS {
        appends::check(value.as_str(), user, 10).or_else(|why| t.fail(|| why))?;
    }
    Ok(())
}

/// The two sides of a partition, the leader's last.
struct Sides {
    majority: Vec<usize>,
    minority: Vec<usize>,
}

/// The leader goes to the minority, as its last.
fn make_partition(t: &ServiceTester) -> Sides {
    let leader = t.leader().unwrap_or_default();
    let mut majority: Vec<usize> = (0..t.servers()).filter(|&server| server != leader).collect();
    let mut minority = majority.split_off(t.servers() / 2 + 1);
    minority.push(leader);
    Sides { majority, minority }
}

/// Who asks: somebody who reaches everybody, somebody who reaches the majority, and two who reach the minority.
const ALL: u32 = 0;
const MAJORITY: u32 = 1;
const MINORITY: [u32; 2] = [2, 3];

fn progress_in_majority(t: &mut ServiceTester) -> Try<Sides> {
    let client = t.client(ALL);
    t.put(client, "1", "13")?;
    // So that they know the leader: see the suites' words on a clerk that cannot reach a server.
    for client in MINORITY {
        let client = t.client(client);
        t.check(client, "1", "13")?;
    }
    t.begins_here();
    let sides = make_partition(t);
    t.partition(&sides.majority, &sides.minority)?;
    t.interesting();
    let client = t.client_of(MAJORITY, &sides.majority)?;
    t.put(client, "1", "14")?;
    t.check(client, "1", "14")?;
    Ok(sides)
}

fn no_progress_in_minority(t: &mut ServiceTester, sides: &Sides) -> Try<()> {
    t.begins_here();
    let [writer, reader] = MINORITY;
    let (writer, reader) = (t.client_of(writer, &sides.minority)?, t.client_of(reader, &sides.minority)?);
    t.begin(writer, Op::Put { key: "1".into(), value: "15".into() })?;
    t.begin(reader, Op::Get { key: "1".into() })?;
    t.sleep(Span::secs(1))?;
    for client in [writer, reader] {
        t.expect(t.answer(client).is_none(), || format!("{} was answered by a minority", t.name(client)))?;
    }
    // Else nothing was shown but that nobody asked.
    let waits = |&server: &usize| t.view(server).map_or(0, |view| view.waiting.len());
    let waiting = sides.minority.last().map_or(0, waits);
    t.expect(waiting == 2, || {
        format!("{waiting} clients wait for a leader that was cut off; it should be 2")
    })?;
    t.interesting();
    let client = t.client(MAJORITY);
    t.check(client, "1", "14")?;
    t.put(client, "1", "16")?;
    t.check(client, "1", "16")
}

fn completion_after_heal(t: &mut ServiceTester) -> Try<()> {
    t.begins_here();
    t.connect_all()?;
    t.interesting();
    let everybody: Vec<usize> = (0..t.servers()).collect();
    let clients = MINORITY.map(|client| t.client(client));
    for client in clients {
        t.connect_client(client, &everybody)?;
    }
    t.sleep(RAFT_ELECTION_TIMEOUT)?;
    // The course has a look whether the read has returned, and does not mind if it has not. Here it must.
    let latest = t.now() + Span::secs(3);
    for client in clients {
        let returned = t.returns_by(client, latest)?;
        t.expect(returned, || {
            format!("{} is not answered four seconds after the partition was healed", t.name(client))
        })?;
    }
    let client = t.client(ALL);
    t.check(client, "1", "15")
}
