//! Lab 2B: the log.

use super::primitives::{RAFT_ELECTION_TIMEOUT, Waited};
use super::stage::Try;
use super::tester::Tester;
use super::{Program, Test, handout};
use crate::kv::Text;
use crate::time::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

const fn test(name: &'static str, function: &'static str, program: fn(&mut Tester) -> Try<()>) -> Test {
    Test::new("2B", name, function, Program::Raft { snapshots: false, program })
}

pub(super) const TESTS: &[Test] = &[
    Test {
        handout: handout(9, 16, 4_572, 3),
        ..test("Test (2B): basic agreement", "TestBasicAgree2B", basic_agreement)
    },
    Test {
        handout: handout(17, 48, 114_536, 11),
        ..test("Test (2B): RPC byte count", "TestRPCBytes2B", rpc_byte_count)
    },
    test("Test (2B): test progressive failure of followers", "TestFollowerFailure2B", followers_fail),
    test("Test (2B): test failure of leaders", "TestLeaderFailure2B", leaders_fail),
    Test {
        handout: handout(36, 78, 22_131, 7),
        ..test("Test (2B): agreement after follower reconnects", "TestFailAgree2B", follower_reconnects)
    },
    Test {
        handout: handout(38, 172, 40_935, 3),
        servers: 5,
        ..test(
            "Test (2B): no agreement if too many followers disconnect",
            "TestFailNoAgree2B",
            too_many_followers_disconnect,
        )
    },
    Test {
        handout: handout(11, 24, 7_379, 6),
        ..test("Test (2B): concurrent Start()s", "TestConcurrentStarts2B", concurrent_starts)
    },
    Test {
        handout: handout(51, 152, 37_021, 4),
        ..test("Test (2B): rejoin of partitioned leader", "TestRejoin2B", leader_rejoins)
    },
    Test {
        handout: handout(172, 2_080, 1_587_388, 102),
        servers: 5,
        ..test(
            "Test (2B): leader backs up quickly over incorrect follower logs",
            "TestBackup2B",
            leader_backs_up,
        )
    },
    Test {
        handout: handout(22, 60, 20_119, 12),
        ..test("Test (2B): RPC counts aren't too high", "TestCount2B", rpc_counts)
    },
];

fn basic_agreement(t: &mut Tester) -> Try<()> {
    for index in 1..=3 {
        let early = t.n_committed(index);
        t.expect(early == 0, || {
            format!("{early} servers delivered index {index} before anything was proposed")
        })?;
        let at = t.one(format!("{}", index * 100), 3, false)?;
        t.expect(at == index, || format!("the command has index {at}; it should have {index}"))?;
        if index == 1 {
            t.interesting();
        }
    }
    Ok(())
}

fn rpc_byte_count(t: &mut Tester) -> Try<()> {
    const SIZE: u64 = 5_000;
    t.one("99", 3, false)?;
    t.counts.count_copies();
    let before = t.counts.bytes();
    for index in 2..12 {
        let command = random_text(t, SIZE);
        let at = t.one(command, 3, false)?;
        t.expect(at == index, || format!("the command has index {at}; it should have {index}"))?;
        if index == 2 {
            t.interesting();
        }
    }
    let (sent, limit) = (t.counts.bytes() - before, 3 * 10 * SIZE + 50_000);
    t.expect(sent <= limit, || format!("{sent} bytes were sent; {limit} are enough"))?;
    // The course's limit in terms that do not depend on how anything is encoded.
    match t.counts.most_copies() {
        Some((times, to, index)) if times > 2 => {
            t.fail(|| format!("the entry at index {index} was sent {times} times to {to}; twice is enough"))
        }
        _ => Ok(()),
    }
}

/// A text of so many letters.
fn random_text(t: &mut Tester, size: u64) -> String {
    (0..size).map(|_| char::from(b'a' + t.draw(26) as u8)).collect()
}

fn followers_fail(t: &mut Tester) -> Try<()> {
    t.one("101", 3, false)?;
    let first = t.check_one_leader()?;
    t.disconnect(t.after(first, 1))?;
    // The leader and the other follower agree without it.
    t.one("102", 2, false)?;
    t.sleep(RAFT_ELECTION_TIMEOUT)?;
    t.one("103", 2, false)?;
    let second = t.check_one_leader()?;
    t.disconnect(t.after(second, 1))?;
    t.disconnect(t.after(second, 2))?;
    let (index, _) = t.must_start(second, "104")?;
    t.expect(index == 4, || format!("the command has index {index}; it should have 4"))?;
    t.sleep(RAFT_ELECTION_TIMEOUT + RAFT_ELECTION_TIMEOUT)?;
    t.interesting();
    nobody_delivered(t, index)
}

fn leaders_fail(t: &mut Tester) -> Try<()> {
    t.one("101", 3, false)?;
    let first = t.check_one_leader()?;
    t.disconnect(first)?;
    // The others elect another, and agree.
    t.one("102", 2, false)?;
    t.interesting();
    t.sleep(RAFT_ELECTION_TIMEOUT)?;
    t.one("103", 2, false)?;
    let second = t.check_one_leader()?;
    t.disconnect(second)?;
    t.start_everywhere(&"104".into(), |_, _| true)?;
    t.sleep(RAFT_ELECTION_TIMEOUT + RAFT_ELECTION_TIMEOUT)?;
    nobody_delivered(t, 4)
}

fn nobody_delivered(t: &Tester, index: u64) -> Try<()> {
    let servers = t.n_committed(index);
    t.expect(servers == 0, || format!("{servers} servers delivered index {index} without a majority"))
}

fn follower_reconnects(t: &mut Tester) -> Try<()> {
    t.one("101", 3, false)?;
    let leader = t.check_one_leader()?;
    let follower = t.after(leader, 1);
    t.disconnect(follower)?;
    t.one("102", 2, false)?;
    t.one("103", 2, false)?;
    t.sleep(RAFT_ELECTION_TIMEOUT)?;
    t.one("104", 2, false)?;
    t.one("105", 2, false)?;
    // It comes back in a later term than the others, and all must agree again.
    t.connect(follower)?;
    t.interesting();
    t.one("106", 3, true)?;
    t.sleep(RAFT_ELECTION_TIMEOUT)?;
    t.one("107", 3, true).map(drop)
}

fn too_many_followers_disconnect(t: &mut Tester) -> Try<()> {
    t.one("10", 5, false)?;
    let leader = t.check_one_leader()?;
    for by in 1..=3 {
        t.disconnect(t.after(leader, by))?;
    }
    let (index, _) = t.must_start(leader, "20")?;
    t.expect(index == 2, || format!("the command has index {index}; it should have 2"))?;
    t.sleep(RAFT_ELECTION_TIMEOUT + RAFT_ELECTION_TIMEOUT)?;
    nobody_delivered(t, index)?;
    for by in 1..=3 {
        t.connect(t.after(leader, by))?;
    }
    t.interesting();
    // The majority may have elected one of its own, who knows nothing of index 2.
    let second = t.check_one_leader()?;
    let (index, _) = t.must_start(second, "30")?;
    t.expect((2..=3).contains(&index), || format!("the command has index {index}; it should have 2 or 3"))?;
    t.one("1000", 5, true).map(drop)
}

fn concurrent_starts(t: &mut Tester) -> Try<()> {
    for attempt in 0..5 {
        if attempt > 0 {
            t.sleep(Span::secs(3))?;
        }
        if try_concurrent_starts(t)? {
            return Ok(());
        }
    }
    t.fail(|| "the term changed too often".into())
}

/// Whether the term stayed the same for long enough.
fn try_concurrent_starts(t: &mut Tester) -> Try<bool> {
    let leader = t.check_one_leader()?;
    let Some((_, term)) = t.start(leader, &"1".into())? else { return Ok(false) };
    // Five threads at once: which of them comes first, chance decides.
    let mut commands: Vec<u32> = (100..105).collect();
    let mut indexes = Vec::new();
    while !commands.is_empty() {
        let place = t.draw(commands.len() as u32) as usize;
        let command: Text = format!("{}", commands.remove(place)).into();
        if let Some((index, same)) = t.start(leader, &command)?
            && same == term
        {
            indexes.push(index);
        }
    }
    t.interesting();
    if t.terms().any(|now| now != term) {
        return Ok(false);
    }
    let mut delivered = Vec::new();
    for index in indexes {
        match t.wait(index, 3, Some(term))? {
            Waited::Delivered(command) => delivered.push(command),
            Waited::TermChanged => return Ok(false),
        }
    }
    for command in 100..105 {
        let command = format!("{command}");
        let found = delivered.iter().any(|delivered| delivered.as_str() == command);
        t.expect(found, || format!("{command} was taken and is missing"))?;
    }
    Ok(true)
}

fn leader_rejoins(t: &mut Tester) -> Try<()> {
    t.one("101", 3, true)?;
    let first = t.check_one_leader()?;
    t.disconnect(first)?;
    // It takes commands that it cannot commit.
    for command in ["102", "103", "104"] {
        t.start(first, &command.into())?;
    }
    // The others commit one at index 2.
    t.one("103", 2, true)?;
    let second = t.check_one_leader()?;
    t.disconnect(second)?;
    t.connect(first)?;
    t.interesting();
    t.one("104", 2, true)?;
    t.connect(second)?;
    t.one("105", 3, true).map(drop)
}

fn leader_backs_up(t: &mut Tester) -> Try<()> {
    t.one_random(5, true)?;
    // The leader is left with one follower, and takes much that it cannot commit.
    let first = t.check_one_leader()?;
    let small = [first, t.after(first, 1)];
    let large = [t.after(first, 2), t.after(first, 3), t.after(first, 4)];
    for server in large {
        t.disconnect(server)?;
    }
    t.start_many(first, 50)?;
    t.sleep(Span::millis(500))?;
    for server in small {
        t.disconnect(server)?;
    }
    for server in large {
        t.connect(server)?;
    }
    for _ in 0..50 {
        t.one_random(3, true)?;
    }
    // The same once more, with what is left of the others.
    let second = t.check_one_leader()?;
    let other = if large[0] == second { t.after(second, 1) } else { large[0] };
    t.disconnect(other)?;
    t.start_many(second, 50)?;
    t.sleep(Span::millis(500))?;
    // Those who have been away longest come back together with the one that missed the last.
    for server in 0..5 {
        t.disconnect(server)?;
    }
    for server in [small[0], small[1], other] {
        t.connect(server)?;
    }
    t.interesting();
    for _ in 0..50 {
        t.one_random(3, true)?;
    }
    for server in 0..5 {
        t.connect(server)?;
    }
    t.one_random(5, true).map(drop)
}

fn rpc_counts(t: &mut Tester) -> Try<()> {
    t.check_one_leader()?;
    let elected = t.counts.incoming();
    t.expect((1..=30).contains(&elected), || {
        format!("{elected} RPCs were needed to elect the first leader; 1 to 30 are")
    })?;
    for attempt in 0..5 {
        if attempt > 0 {
            t.sleep(Span::secs(3))?;
        }
        if let Some(before_idle) = try_rpc_counts(t)? {
            t.sleep(RAFT_ELECTION_TIMEOUT)?;
            let idle = t.counts.incoming() - before_idle;
            return t
                .expect(idle <= 60, || format!("{idle} RPCs in a second without commands; 60 are enough"));
        }
    }
    t.fail(|| "the term changed too often".into())
}

/// The RPCs so far, if the term stayed the same for long enough.
fn try_rpc_counts(t: &mut Tester) -> Try<Option<u64>> {
    const COMMANDS: u64 = 10;
    let leader = t.check_one_leader()?;
    let before = t.counts.incoming();
    let Some((first, term)) = t.start(leader, &"1".into())? else { return Ok(None) };
    let mut commands = Vec::new();
    for place in 1..COMMANDS + 2 {
        let command = t.random_command();
        match t.start(leader, &command)? {
            Some((index, same)) if same == term => {
                t.expect(index == first + place, || {
                    format!("a command has index {index}; it should have {}", first + place)
                })?;
            }
            _ => return Ok(None),
        }
        commands.push(command);
    }
    t.interesting();
    for (index, command) in (first + 1..=first + COMMANDS).zip(&commands) {
        match t.wait(index, 3, Some(term))? {
            Waited::TermChanged => return Ok(None),
            Waited::Delivered(delivered) => t.expect(delivered == *command, || {
                format!("{delivered} was delivered at index {index}, where {command} was taken")
            })?,
        }
    }
    if t.terms().any(|now| now != term) {
        return Ok(None);
    }
    let (used, limit) = (t.counts.incoming() - before, (COMMANDS + 1 + 3) * 3);
    t.expect(used <= limit, || format!("{used} RPCs for {COMMANDS} commands; {limit} are enough"))?;
    Ok(Some(t.counts.incoming()))
}
