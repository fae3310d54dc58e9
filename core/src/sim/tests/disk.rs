//! The disk under a node: latency, order, and what a crash leaves.

use super::puppet::{Data, Op};
use super::*;
use alloc::collections::{BTreeMap, BTreeSet};

fn files(world: &World<Puppet>) -> BTreeMap<u8, Data> {
    let durable = world.durable(N0).cloned().unwrap_or_default();
    durable.iter().map(|(&file, data)| (file, data.clone())).collect()
}

fn put(file: u8, value: u32) -> Op {
    Op::Put(file, Data::Value(value))
}

fn value(value: u32) -> Data {
    Data::Value(value)
}

fn bytes(len: usize) -> Data {
    Data::Bytes((0..len).map(|n| n as u8).collect())
}

/// All that crashes in the middle of this batch leave behind, over many seeds, on a disk that held file 1 = 1.
fn left_behind(batch: &[Op]) -> BTreeSet<Vec<(u8, String)>> {
    let mut left = BTreeSet::new();
    for seed in 0..200 {
        let mut world = world(1, Settings { seed, ..steady() });
        order(&mut world, N0, [Order::put(1, 1)]);
        run(&mut world, ms(6));
        order(&mut world, N0, [Order::Batch(batch.to_vec()), Order::put(9, 9)]);
        act(&mut world, Action::Crash(N0));
        let told = files(&world).into_iter().map(|(file, data)| match data {
            Data::Value(value) => (file, alloc::format!("{value}")),
            Data::Bytes(bytes) => (file, alloc::format!("{} bytes", bytes.len())),
        });
        left.insert(told.collect());
    }
    left
}

fn story<const N: usize>(stories: [&[(u8, &str)]; N]) -> BTreeSet<Vec<(u8, String)>> {
    stories
        .iter()
        .map(|files| files.iter().map(|(file, what)| (*file, String::from(*what))).collect())
        .collect()
}

#[test]
fn a_write_takes_its_latency_and_the_next_one_begins_when_it_is_done() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1), Order::put(1, 2)]);
    world.step_until(ms(1));
    order(&mut world, N0, [Order::put(2, 3)]);
    let due: Vec<_> =
        world.disk(N0).expect("it has a disk").pending.iter().map(|write| write.done_at).collect();
    assert_eq!(due, [Some(ms(5)), Some(ms(10)), Some(ms(15))]);
    assert_eq!(files(&world), BTreeMap::new());
    run(&mut world, ms(5));
    assert_eq!(files(&world), BTreeMap::from([(1, value(1))]));
    run(&mut world, ms(15));
    assert_eq!(files(&world), BTreeMap::from([(1, value(2)), (2, value(3))]));
}

#[test]
fn a_write_to_a_disk_that_has_long_been_idle_begins_at_once() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1)]);
    run(&mut world, ms(100));
    order(&mut world, N0, [Order::put(1, 2)]);
    assert_eq!(run(&mut world, ms(200))[0].at, ms(105));
}

#[test]
fn a_batch_does_its_puts_first_and_its_renames_and_removes_after_them() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(3, 3)]);
    order(
        &mut world,
        N0,
        [Order::Batch(vec![Op::Rename(1, 2), Op::Remove(3), put(1, 1), put(3, 4), Op::Rename(7, 8)])],
    );
    run(&mut world, ms(10));
    assert_eq!(files(&world), BTreeMap::from([(2, value(1))]));
}

#[test]
fn a_rename_replaces_what_had_the_name() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1), Order::put(2, 2), Order::Batch(vec![Op::Rename(1, 2)])]);
    run(&mut world, ms(15));
    assert_eq!(files(&world), BTreeMap::from([(2, value(1))]));
}

#[test]
fn a_crash_loses_the_writes_behind_the_one_in_progress_and_what_waited_for_them() {
    let mut world = world(2, steady());
    order(
        &mut world,
        N0,
        [Order::put(1, 1), Order::put(2, 2), Order::say(N1, "I remember"), Order::Output(1)],
    );
    let crash = act(&mut world, Action::Crash(N0));
    assert_eq!(crash.deeds, [Deed::LostWrites { node: N0, torn: false }]);
    assert!(!files(&world).contains_key(&2));
    act(&mut world, Action::Restart(N0));
    order(&mut world, N0, [Order::put(3, 3), Order::say(N1, "I remember nothing")]);
    let trace = run(&mut world, ms(100));
    assert_eq!(arrivals(&trace), [(ms(15), N1, "I remember nothing".into())]);
    assert!(
        trace.iter().all(|step| handed(step).is_empty()),
        "nothing it says outlives its memory of saying it"
    );
}

#[test]
fn a_crash_that_loses_nothing_says_nothing() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1)]);
    run(&mut world, ms(5));
    assert_eq!(act(&mut world, Action::Crash(N0)).deeds, []);
    assert_eq!(files(&world), BTreeMap::from([(1, value(1))]));
}

#[test]
fn a_small_put_in_progress_is_whole_or_absent_after_a_crash() {
    assert_eq!(left_behind(&[put(1, 2)]), story([&[(1, "1")], &[(1, "2")]]));
    let small = left_behind(&[Op::Put(1, bytes(4_096))]);
    assert_eq!(small, story([&[(1, "1")], &[(1, "4096 bytes")]]));
}

#[test]
fn a_large_put_in_progress_may_be_torn_to_any_prefix() {
    let left = left_behind(&[Op::Put(2, bytes(5_000))]);
    let lengths: Vec<usize> = (left.iter())
        .filter_map(|files| files.get(1).and_then(|(_, told)| told.strip_suffix(" bytes")?.parse().ok()))
        .collect();
    assert!(lengths.contains(&5_000), "it may be whole");
    assert!(
        lengths.iter().any(|&len| len < 1_000) && lengths.iter().any(|&len| (4_000..5_000).contains(&len))
    );
    assert!(lengths.len() > 50, "{} different prefixes", lengths.len());

    let seeds = (0..100).map(|seed| {
        let mut world = world(1, Settings { seed, ..steady() });
        order(&mut world, N0, [Order::Put(2, bytes(5_000))]);
        let crash = act(&mut world, Action::Crash(N0));
        let left = files(&world).get(&2).cloned();
        let torn = matches!(&left, Some(Data::Bytes(left)) if left.len() < 5_000);
        if let Some(Data::Bytes(left)) = left {
            assert_eq!(Data::Bytes(left.clone()), bytes(left.len()), "what is left is how it begins");
        }
        assert_eq!(crash.deeds.contains(&Deed::LostWrites { node: N0, torn: true }), torn);
        torn
    });
    assert!(seeds.filter(|torn| *torn).count() > 20);
}

#[test]
fn a_batch_in_progress_stops_between_its_puts_and_its_renames_and_removes_happen_together() {
    assert_eq!(
        left_behind(&[put(2, 2), put(3, 3), Op::Rename(2, 1), Op::Remove(3)]),
        story([&[(1, "1")], &[(1, "1"), (2, "2")], &[(1, "1"), (2, "2"), (3, "3")], &[(1, "2")],])
    );
}

#[test]
fn a_write_that_was_whole_when_the_crash_came_is_not_called_lost() {
    let mut seen = BTreeSet::new();
    for seed in 0..50 {
        let mut world = world(1, Settings { seed, ..steady() });
        order(&mut world, N0, [Order::put(1, 1)]);
        let lost = !act(&mut world, Action::Crash(N0)).deeds.is_empty();
        assert_eq!(lost, files(&world).is_empty());
        seen.insert(lost);
    }
    assert_eq!(seen.len(), 2, "both happen");
}

#[test]
fn a_restarted_node_boots_from_what_its_disk_holds() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(4, 1), Order::put(6, 1)]);
    run(&mut world, ms(20));
    act(&mut world, Action::Crash(N0));
    act(&mut world, Action::Restart(N0));
    assert_eq!(heard(&world, N0), ["files [4, 6]"], "at once, before its first input");
    run(&mut world, ms(20));
    assert_eq!(heard(&world, N0), ["files [4, 6]", "start"]);
}

#[test]
fn a_write_of_an_earlier_life_does_not_complete_in_a_later_one() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1), Order::put(2, 2)]);
    act(&mut world, Action::Crash(N0));
    let before = files(&world);
    act(&mut world, Action::Restart(N0));
    world.step_until(ms(1));
    run(&mut world, ms(100));
    assert_eq!(files(&world), before);
}

#[test]
fn a_stalled_disk_completes_nothing_until_it_goes_on_and_then_does_all_in_order() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::put(1, 1), Order::say(N1, "done")]);
    act(&mut world, Action::Stall(N0));
    order(&mut world, N0, [Order::put(2, 2)]);
    assert!(run(&mut world, ms(100)).is_empty());
    assert!(world.disk(N0).expect("it has a disk").stalled);
    act(&mut world, Action::Unstall(N0));
    let trace = run(&mut world, ms(200));
    assert_eq!(trace.iter().map(|step| step.at).collect::<Vec<_>>(), [ms(105), ms(110), ms(115)]);
    assert_eq!(files(&world), BTreeMap::from([(1, value(1)), (2, value(2))]));
}

#[test]
fn a_disk_that_was_not_stalled_goes_on_as_before() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1)]);
    world.step_until(ms(3));
    act(&mut world, Action::Unstall(N0));
    assert_eq!(run(&mut world, ms(50)).iter().map(|step| step.at).collect::<Vec<_>>(), [ms(5)]);
}

#[test]
fn a_crash_on_a_stalled_disk_leaves_nothing_of_the_write_in_progress() {
    for seed in 0..20 {
        let mut world = world(1, Settings { seed, ..steady() });
        act(&mut world, Action::Stall(N0));
        order(&mut world, N0, [Order::put(1, 1)]);
        let crash = act(&mut world, Action::Crash(N0));
        assert_eq!(crash.deeds, [Deed::LostWrites { node: N0, torn: false }]);
        assert_eq!(files(&world), BTreeMap::new());
    }
}

#[test]
fn a_change_of_latency_holds_for_the_writes_after_it() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1)]);
    act(&mut world, Action::DiskLatency(N0, (Span::millis(30), Span::millis(30))));
    order(&mut world, N0, [Order::put(2, 2)]);
    assert_eq!(run(&mut world, ms(100)).iter().map(|step| step.at).collect::<Vec<_>>(), [ms(5), ms(35)]);
}

#[test]
fn a_wipe_crashes_the_node_and_leaves_an_empty_disk() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::put(1, 1)]);
    run(&mut world, ms(5));
    order(&mut world, N0, [Order::put(2, 2)]);
    act(&mut world, Action::Wipe(N0));
    assert_eq!(world.status(N0), crate::sim::Status::Down);
    assert_eq!(files(&world), BTreeMap::new());
    act(&mut world, Action::Restart(N0));
    run(&mut world, ms(50));
    assert_eq!(heard(&world, N0), ["start"]);
    act(&mut world, Action::Crash(N0));
    act(&mut world, Action::Wipe(N0));
}
