//! Timers run on the node's own clock; the world draws the delay.

use super::*;
use crate::sim::Armed;

fn set(which: u8, millis: u64) -> Order {
    Order::Set(which, Span::millis(millis), Span::millis(millis))
}

fn armed(world: &World<Puppet>, node: NodeId) -> Vec<(u8, Time)> {
    world.timers(node).map(|(which, Armed { due, .. })| (which, due)).collect()
}

#[test]
fn a_timer_rings_once_within_its_range() {
    let mut world = world(1, steady());
    for _ in 0..50 {
        let now = world.now();
        order(&mut world, N0, [Order::Set(1, Span::millis(2), Span::millis(4))]);
        let trace = run(&mut world, now + Span::millis(20));
        let [step] = &trace[..] else { panic!("it rings once: {trace:?}") };
        assert!((now + Span::millis(2)..=now + Span::millis(4)).contains(&step.at));
    }
}

#[test]
fn a_timer_that_is_set_anew_rings_at_its_new_time_only_be_it_sooner_or_later() {
    for (first, second) in [(10, 30), (30, 10)] {
        let mut world = world(1, steady());
        order(&mut world, N0, [set(1, first)]);
        world.step_until(ms(1));
        order(&mut world, N0, [set(1, second)]);
        let trace = run(&mut world, ms(100));
        assert_eq!(trace.iter().map(|step| step.at).collect::<Vec<_>>(), [ms(1 + second)]);
    }
}

#[test]
fn a_cancelled_timer_does_not_ring_and_can_be_set_again() {
    let mut world = world(1, steady());
    order(&mut world, N0, [set(1, 10), set(2, 12)]);
    order(&mut world, N0, [Order::Cancel(1), Order::Cancel(9)]);
    assert_eq!(armed(&world, N0), [(2, ms(12))]);
    world.step_until(ms(5));
    order(&mut world, N0, [set(1, 20)]);
    run(&mut world, ms(100));
    assert_eq!(heard_at(&world, N0)[4..], [(12, "timer 2".into()), (25, "timer 1".into())]);
}

#[test]
fn what_an_onlooker_sees_of_a_timer_is_when_and_by_which_step_it_was_set_and_when_it_is_due() {
    let mut world = world(1, steady());
    world.step_until(ms(3));
    let step = order(&mut world, N0, [set(4, 10)]);
    let (which, seen) = world.timers(N0).next().expect("one timer runs");
    assert_eq!((which, seen.set_at, seen.set_in, seen.due), (4, ms(3), step.number, ms(13)));
}

#[test]
fn a_fired_timer_rings_now_and_not_again() {
    let mut world = world(1, steady());
    let set_in = order(&mut world, N0, [set(1, 10)]).number;
    world.step_until(ms(4));
    act(&mut world, Action::Fire(N0, 1));
    let trace = run(&mut world, ms(100));
    assert_eq!(
        trace.iter().map(|step| (step.at, step.caused_by())).collect::<Vec<_>>(),
        [(ms(4), Some(set_in))]
    );
}

#[test]
fn a_postponed_timer_rings_that_much_later() {
    let mut world = world(1, steady());
    order(&mut world, N0, [set(1, 10), set(2, 11)]);
    act(&mut world, Action::Postpone(N0, 1, Span::millis(5)));
    run(&mut world, ms(100));
    assert_eq!(heard_at(&world, N0)[2..], [(11, "timer 2".into()), (15, "timer 1".into())]);
}

#[test]
fn a_clock_that_runs_fast_reads_more_and_its_timers_ring_sooner() {
    let mut world = world(2, steady());
    world.step_until(ms(10));
    act(&mut world, Action::Drift(N0, 1_000_000));
    act(&mut world, Action::Drift(N1, -500_000));
    assert_eq!((world.drift(N0), world.drift(N1)), (1_000_000, -500_000));
    order(&mut world, N0, [set(1, 20)]);
    order(&mut world, N1, [set(1, 20)]);
    let trace = run(&mut world, ms(100));
    assert_eq!(
        trace.iter().map(|step| (step.at, step.node())).collect::<Vec<_>>(),
        [(ms(20), Some(N0)), (ms(50), Some(N1))]
    );
    assert_eq!(
        heard_at(&world, N0)[2],
        (30, "timer 1".into()),
        "on its own clock it took the 20 ms it asked for"
    );
    assert_eq!(heard_at(&world, N1)[2], (30, "timer 1".into()));
}

#[test]
fn a_timer_that_runs_when_its_clock_changes_pace_goes_on_at_the_new_pace() {
    let mut world = world(1, steady());
    order(&mut world, N0, [set(1, 20)]);
    world.step_until(ms(10));
    act(&mut world, Action::Drift(N0, 1_000_000));
    world.step_until(ms(12));
    act(&mut world, Action::Drift(N0, 0));
    let trace = run(&mut world, ms(100));
    assert_eq!(trace.iter().map(|step| step.at).collect::<Vec<_>>(), [ms(18)]);
    assert_eq!(heard_at(&world, N0)[2], (20, "timer 1".into()));
}

#[test]
fn a_clock_never_goes_back_when_its_pace_changes() {
    let mut world = world(1, steady());
    let mut read = Vec::new();
    for (millis, ppm) in [(10, 1_000_000), (20, -500_000), (30, 0), (40, 77)] {
        world.step_until(ms(millis));
        order(&mut world, N0, []);
        act(&mut world, Action::Drift(N0, ppm));
        order(&mut world, N0, []);
    }
    read.extend(heard_at(&world, N0).into_iter().map(|(at, _)| at));
    assert_eq!(read, [0, 10, 10, 30, 30, 35, 35, 45, 45]);
}

#[test]
fn a_crash_disarms_all_timers() {
    let mut world = world(1, steady());
    order(&mut world, N0, [set(1, 10)]);
    act(&mut world, Action::Crash(N0));
    assert!(armed(&world, N0).is_empty());
    act(&mut world, Action::Restart(N0));
    run(&mut world, ms(100));
    assert_eq!(heard(&world, N0), ["start"]);
}

#[test]
fn no_length_of_time_that_a_node_may_name_breaks_the_clock() {
    let mut world = world(1, steady());
    act(&mut world, Action::Drift(N0, -500_000));
    order(&mut world, N0, [Order::Set(1, Span(u64::MAX), Span(u64::MAX)), Order::Set(2, Span(9), Span(1))]);
    assert_eq!(armed(&world, N0), [(1, Time(u64::MAX)), (2, Time(18))]);
    act(&mut world, Action::Drift(N0, 1_000_000));
    run(&mut world, Time(u64::MAX));
    order(&mut world, N0, []);
    assert_eq!(heard(&world, N0), ["start", "call", "timer 2", "timer 1", "call"]);
}
