//! A world is a value: cloned, compared, run again.

use super::puppet::Word;
use super::*;
use crate::sim::FlightAction;

/// A busy world: every node talks to the next, writes and sets timers, forever, over rough links.
fn busy(seed: u64) -> World<Puppet> {
    let rough = Quality {
        loss: Ratio::per_mille(100),
        duplication: Ratio::per_mille(100),
        reordering: Ratio::per_mille(100),
        long_delay: (Span::millis(10), Span::millis(90)),
        ..quality(1, 9)
    };
    let configs = (0..4u16).map(|node| {
        let next = NodeId((node + 1) % 4);
        let echo = Word { kind: 1, text: "echo".into(), orders: vec![Order::say(NodeId(node), "back")] };
        let tick = Order::Set(1, Span::millis(1), Span::millis(20));
        let chat =
            vec![tick, Order::say(next, "x"), Order::put(1, 1), Order::Tell(next, echo), Order::Output(1)];
        Config { name: u32::from(node), at_start: chat.clone(), at_alarm: chat }
    });
    World::new(configs.collect(), Settings { seed, quality: rough, ..steady() })
}

/// Runs it under every kind of trouble; the whole trace.
fn troubled(mut world: World<Puppet>, from: u64) -> (Vec<Step<Puppet>>, World<Puppet>) {
    let mut trace = Vec::new();
    for round in from..from + 40 {
        let (node, other) = (NodeId((round % 4) as u16), NodeId((round * 7 % 4) as u16));
        let actions = [
            Action::Crash(node),
            Action::Isolate(node),
            Action::Restart(node),
            Action::Heal,
            Action::Pause(other),
            Action::Stall(node),
            Action::Resume(other),
            Action::Unstall(node),
            Action::Drift(node, round as i32 * 100),
            Action::Fire(other, 1),
        ];
        let flight = world.flights().map(|flight| flight.id).min();
        let flight = flight.map(|id| Action::Flight(id, FlightAction::Duplicate));
        for action in actions.into_iter().skip(round as usize % 10).take(1).chain(flight) {
            if let Ok(step) = world.act(action) {
                trace.push(step.clone());
            }
        }
        trace.extend(run(&mut world, ms(round * 13)));
    }
    (trace, world)
}

#[test]
fn the_same_seed_and_actions_give_the_same_trace_and_another_seed_another() {
    let (trace, world) = troubled(busy(1), 0);
    let (again, same) = troubled(busy(1), 0);
    assert!(trace.len() > 500, "{} steps", trace.len());
    assert_eq!(trace, again);
    assert_eq!(world, same);
    assert_eq!(world.fingerprint(), same.fingerprint());
    assert_ne!(world.fingerprint(), troubled(busy(2), 0).1.fingerprint());
}

/// Pinned, so that a change of what happens in a run is a decision and never an accident.
#[test]
fn a_run_is_the_same_everywhere_and_for_ever() {
    let (trace, world) = troubled(busy(1), 0);
    assert_eq!((trace.len(), world.fingerprint()), (605, 747_122_310_782_895_549));
}

#[test]
fn a_clone_of_a_world_and_the_world_itself_go_on_alike_and_do_not_touch_each_other() {
    let (_, world) = troubled(busy(1), 0);
    let (clone, before) = (world.clone(), world.clone());
    let (trace, world) = troubled(world, 40);
    assert_eq!(clone, before, "running a world does not touch its clone");
    let (again, clone) = troubled(clone, 40);
    assert_eq!(trace, again);
    assert_eq!(world, clone);
}

#[test]
fn stopping_for_a_look_at_any_moment_changes_nothing() {
    let (mut straight, mut looked_at) = (busy(1), busy(1));
    let trace = run(&mut straight, ms(100));
    let mut pieces = Vec::new();
    for micros in (0..=100_000).step_by(77).chain([100_000]) {
        pieces.extend(run(&mut looked_at, Time(micros)));
    }
    assert_eq!(trace, pieces);
    assert_eq!(straight, looked_at);
}

#[test]
fn worlds_that_differ_in_anything_are_not_equal() {
    let start = world(2, steady());
    let actions = [
        Action::Crash(N0),
        Action::Pause(N0),
        Action::Slow(N0, Span(1)),
        Action::Drift(N0, 1),
        Action::Gate { from: N0, to: N1, gate: Gate::Cut },
        Action::Quality(Some((N0, N1)), quality(1, 2)),
        Action::DiskLatency(N0, (Span(1), Span(2))),
        Action::Stall(N0),
        Action::Reseed(2),
        Action::Configure(N0, Config { name: 1, ..Config::default() }),
        Action::Call(N0, vec![]),
    ];
    let worlds: Vec<World<Puppet>> = actions
        .into_iter()
        .map(|action| {
            let mut world = start.clone();
            act(&mut world, action);
            world
        })
        .chain([start.clone()])
        .collect();
    for (place, one) in worlds.iter().enumerate() {
        for (other_place, other) in worlds.iter().enumerate() {
            assert_eq!(one == other, place == other_place, "{place} and {other_place}");
        }
    }
    let mut later = start.clone();
    later.step_until(Time(1));
    assert_ne!(start, later);
}

#[test]
fn what_happens_at_the_same_time_happens_in_the_order_in_which_it_was_put_on_the_agenda() {
    let mut world = world(3, steady());
    let set = |which| Order::Set(which, Span::millis(10), Span::millis(10));
    order(&mut world, N0, [Order::say(N2, "first"), set(7), Order::say(N1, "third")]);
    order(&mut world, N2, [Order::say(N0, "fourth")]);
    world.step_until(ms(5));
    order(&mut world, N1, [Order::put(1, 1)]);
    let trace = run(&mut world, ms(10));
    let told: Vec<_> = trace
        .iter()
        .map(|step| match &step.cause {
            Cause::Arrival { body, .. } => body.text.clone(),
            Cause::Alarm { timer, .. } => alloc::format!("timer {timer}"),
            Cause::Durable { .. } => "durable".into(),
            other => alloc::format!("{other:?}"),
        })
        .collect();
    assert_eq!(told, ["first", "timer 7", "third", "fourth", "durable"]);
}

#[test]
fn a_timer_that_is_moved_gets_a_new_place_among_ties() {
    let mut world = world(2, steady());
    let set = |which, millis| Order::Set(which, Span::millis(millis), Span::millis(millis));
    order(&mut world, N0, [set(1, 5), set(2, 10)]);
    order(&mut world, N0, [set(1, 10)]);
    run(&mut world, ms(10));
    assert_eq!(heard(&world, N0)[3..], ["timer 2", "timer 1"], "it was set after the other");
}

#[test]
fn nothing_that_has_happened_stays_in_the_world() {
    let mut world = busy(1);
    let mut flights = Vec::new();
    for until in [300, 600] {
        run(&mut world, ms(until));
        flights.push(world.flights().count());
    }
    assert!(flights[1] < 2 * flights[0], "{flights:?}");
}
