//! What can be done to a node: crash, restart, pause, slow down, configure, call.

use super::*;
use crate::sim::{Missed, Status};

fn named(name: u32) -> Config {
    Config { name, ..Config::default() }
}

#[test]
fn a_crashed_node_is_gone_until_it_is_restarted_and_hears_nothing_meanwhile() {
    let mut world = world(2, steady());
    let crash = act(&mut world, Action::Crash(N1));
    let change = crash.change.expect("it is gone");
    assert!(change.before.is_some() && change.after.is_none());
    assert_eq!((world.status(N1), world.view(N1)), (Status::Down, None));
    order(&mut world, N0, [Order::say(N1, "are you there?")]);
    let trace = run(&mut world, ms(20));
    assert!(matches!(trace[..], [Step { cause: Cause::Missed { why: Missed::Down, .. }, .. }]));
    let restart = act(&mut world, Action::Restart(N1));
    let change = restart.change.expect("it is back");
    assert!(change.before.is_none() && change.after.is_some());
    assert_eq!((world.status(N1), world.incarnation(N1)), (Status::Up, 2));
    run(&mut world, ms(30));
    assert_eq!(heard(&world, N1), ["start"]);
}

#[test]
fn a_message_sent_before_a_crash_arrives_at_the_next_incarnation() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::say(N1, "hello")]);
    act(&mut world, Action::Crash(N1));
    act(&mut world, Action::Restart(N1));
    run(&mut world, ms(20));
    assert_eq!(heard(&world, N1), ["start", "n0: hello"]);
}

#[test]
fn a_node_starts_once_for_every_boot() {
    let mut world = world(1, steady());
    for _ in 0..3 {
        act(&mut world, Action::Crash(N0));
        act(&mut world, Action::Restart(N0));
    }
    let trace = run(&mut world, ms(10));
    assert!(matches!(trace[..], [Step { cause: Cause::Start { incarnation: 4, .. }, .. }]), "{trace:?}");
}

#[test]
fn a_paused_node_keeps_its_inputs_and_takes_them_in_order_when_it_is_resumed() {
    let mut world = world(2, steady());
    order(&mut world, N1, [Order::Set(1, Span::millis(12), Span::millis(12))]);
    act(&mut world, Action::Pause(N1));
    assert_eq!(world.status(N1), Status::Paused);
    order(&mut world, N0, [Order::say(N1, "a")]);
    world.step_until(ms(5));
    order(&mut world, N0, [Order::say(N1, "b")]);
    act(&mut world, Action::Configure(N1, named(3)));
    assert!(run(&mut world, ms(100)).is_empty());
    assert_eq!(heard(&world, N1), ["start", "call"]);
    act(&mut world, Action::Resume(N1));
    run(&mut world, ms(100));
    assert_eq!(
        heard_at(&world, N1)[2..],
        [(100, "configure 3".into()), (100, "n0: a".into()), (100, "timer 1".into()), (100, "n0: b".into()),]
    );
}

#[test]
fn the_disk_of_a_paused_node_goes_on_and_what_waited_leaves_when_it_is_resumed() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::put(1, 1), Order::say(N1, "done")]);
    act(&mut world, Action::Pause(N0));
    run(&mut world, ms(50));
    assert!(world.durable(N0).is_some_and(|files| files.contains_key(&1)));
    let resume = act(&mut world, Action::Resume(N0));
    assert_eq!(departures(&resume).len(), 1);
    assert_eq!(arrivals(&run(&mut world, ms(100))), [(ms(60), N1, "done".into())]);
}

#[test]
fn a_timer_that_is_postponed_or_disarmed_while_its_node_is_paused_does_not_ring_on_resume() {
    let mut world = world(1, steady());
    let set = Order::Set(1, Span::millis(10), Span::millis(10));
    order(&mut world, N0, [set]);
    act(&mut world, Action::Pause(N0));
    run(&mut world, ms(20));
    act(&mut world, Action::Postpone(N0, 1, Span::millis(90)));
    act(&mut world, Action::Resume(N0));
    assert_eq!(run(&mut world, ms(200)).iter().map(|step| step.at).collect::<Vec<_>>(), [ms(100)]);
}

#[test]
fn a_timer_that_is_fired_while_its_node_is_paused_rings_once_on_resume() {
    let mut world = world(1, steady());
    order(&mut world, N0, [Order::Set(1, Span::millis(90), Span::millis(90))]);
    act(&mut world, Action::Pause(N0));
    for _ in 0..3 {
        act(&mut world, Action::Fire(N0, 1));
        assert!(run(&mut world, ms(20)).is_empty());
    }
    act(&mut world, Action::Resume(N0));
    assert_eq!(run(&mut world, ms(200)).iter().map(|step| step.at).collect::<Vec<_>>(), [ms(20)]);
}

#[test]
fn a_node_that_crashes_while_it_is_paused_misses_what_it_kept_and_restarts_unpaused() {
    let mut world = world(2, steady());
    act(&mut world, Action::Pause(N1));
    order(&mut world, N0, [Order::say(N1, "hello")]);
    run(&mut world, ms(20));
    act(&mut world, Action::Crash(N1));
    let trace = run(&mut world, ms(30));
    assert!(matches!(trace[..], [Step { cause: Cause::Missed { why: Missed::Down, .. }, .. }]));
    act(&mut world, Action::Restart(N1));
    run(&mut world, ms(40));
    assert_eq!((world.status(N1), heard(&world, N1)), (Status::Up, vec!["start".into()]));
}

#[test]
fn a_node_that_is_paused_before_it_starts_starts_when_it_is_resumed() {
    let mut world = World::<Puppet>::new(vec![Config::default()], steady());
    act(&mut world, Action::Pause(N0));
    assert!(run(&mut world, ms(20)).is_empty());
    act(&mut world, Action::Resume(N0));
    run(&mut world, ms(20));
    assert_eq!(heard_at(&world, N0), [(20, "start".into())]);
}

#[test]
fn a_slow_node_takes_that_much_longer_over_each_message_and_over_nothing_else() {
    let mut world = world(2, steady());
    act(&mut world, Action::Slow(N1, Span::millis(40)));
    assert_eq!(world.slowness(N1), Span::millis(40));
    order(&mut world, N0, [Order::say(N1, "hello")]);
    order(&mut world, N1, [Order::Set(1, Span::millis(20), Span::millis(20))]);
    let trace = run(&mut world, ms(100));
    assert_eq!(trace.iter().map(|step| step.at).collect::<Vec<_>>(), [ms(20), ms(50)]);
    act(&mut world, Action::Slow(N1, Span::ZERO));
    order(&mut world, N0, [Order::say(N1, "hello")]);
    assert_eq!(run(&mut world, ms(200))[0].at, ms(110));
}

#[test]
fn a_running_node_is_told_its_new_configuration_at_once_and_one_that_is_down_boots_with_it() {
    let mut world = world(2, steady());
    act(&mut world, Action::Configure(N0, named(7)));
    let trace = run(&mut world, ms(1));
    assert!(matches!(trace[..], [Step { at: Time::ZERO, cause: Cause::Configured { node: N0, .. }, .. }]));
    assert_eq!(heard(&world, N0), ["start", "configure 7"]);

    act(&mut world, Action::Crash(N1));
    act(&mut world, Action::Configure(N1, Config { at_start: vec![Order::Output(8)], ..named(8) }));
    assert!(run(&mut world, ms(2)).is_empty());
    act(&mut world, Action::Restart(N1));
    assert_eq!(handed(&run(&mut world, ms(3))[0]), [8]);
    assert_eq!(heard(&world, N1), ["start"]);
    assert_eq!(world.config(N1).map(|config| config.name), Some(8));
}

#[test]
fn a_configuration_does_not_reach_a_node_that_crashed_before_it_took_it_in() {
    let mut world = world(1, steady());
    act(&mut world, Action::Configure(N0, named(7)));
    act(&mut world, Action::Crash(N0));
    act(&mut world, Action::Restart(N0));
    run(&mut world, ms(1));
    assert_eq!(heard(&world, N0), ["start"], "it booted with it");
    assert_eq!(world.config(N0).map(|config| config.name), Some(7));
}

#[test]
fn a_call_is_handled_in_the_step_of_the_action_with_a_key_of_its_own() {
    let mut world = world(1, steady());
    let step = order(&mut world, N0, [Order::Output(5)]);
    assert_eq!((handed(&step), heard(&world, N0)), (vec![5], vec!["start".into(), "call".into()]));
}
