//! Every action that cannot be done is refused with a reason, and changes nothing.

use super::*;
use crate::sim::{ActionError, FlightAction};
use alloc::string::ToString;

const NOBODY: NodeId = NodeId(2);

fn refused(world: &World<Puppet>, action: Action<Puppet>) -> ActionError {
    let mut after = world.clone();
    let error = after.act(action.clone()).expect_err("this cannot be done");
    assert_eq!(world, &after, "{action:?} was refused and changes nothing");
    assert!(!error.to_string().is_empty());
    error
}

#[test]
fn no_action_on_a_node_that_does_not_exist_is_done() {
    let world = world(2, steady());
    let span = Span::millis(1);
    let unknown = ActionError::NoSuchNode { node: NOBODY, nodes: 2 };
    for action in [
        Action::Crash(NOBODY),
        Action::Restart(NOBODY),
        Action::Pause(NOBODY),
        Action::Resume(NOBODY),
        Action::Slow(NOBODY, span),
        Action::Drift(NOBODY, 1),
        Action::Fire(NOBODY, 1),
        Action::Postpone(NOBODY, 1, span),
        Action::Gate { from: NOBODY, to: N0, gate: Gate::Cut },
        Action::Gate { from: N0, to: NOBODY, gate: Gate::Cut },
        Action::Quality(Some((N0, NOBODY)), quality(1, 1)),
        Action::Quality(Some((NOBODY, N0)), quality(1, 1)),
        Action::Partition(vec![vec![N0], vec![N1, NOBODY]]),
        Action::Isolate(NOBODY),
        Action::DiskLatency(NOBODY, (span, span)),
        Action::Stall(NOBODY),
        Action::Unstall(NOBODY),
        Action::Wipe(NOBODY),
        Action::Call(NOBODY, vec![]),
        Action::Configure(NOBODY, Config::default()),
    ] {
        assert_eq!(refused(&world, action), unknown);
    }
    assert_eq!(unknown.to_string(), "there is no node 2: the cluster has nodes 0 to 1");
}

#[test]
fn what_needs_a_running_node_is_refused_when_it_is_down_and_a_running_one_is_not_restarted() {
    let mut world = world(2, steady());
    assert_eq!(refused(&world, Action::Restart(N0)), ActionError::AlreadyUp(N0));
    assert_eq!(refused(&world, Action::Resume(N0)), ActionError::NotPaused(N0));
    act(&mut world, Action::Crash(N0));
    for action in [
        Action::Crash(N0),
        Action::Pause(N0),
        Action::Resume(N0),
        Action::Fire(N0, 1),
        Action::Postpone(N0, 1, Span(1)),
        Action::Call(N0, vec![]),
    ] {
        assert_eq!(refused(&world, action), ActionError::Down(N0));
    }
}

#[test]
fn a_paused_node_is_neither_paused_again_nor_called() {
    let mut world = world(2, steady());
    act(&mut world, Action::Pause(N0));
    assert_eq!(refused(&world, Action::Pause(N0)), ActionError::AlreadyPaused(N0));
    assert_eq!(refused(&world, Action::Call(N0, vec![])), ActionError::Paused(N0));
    assert_eq!(refused(&world, Action::Restart(N0)), ActionError::AlreadyUp(N0));
}

#[test]
fn a_timer_that_is_not_running_is_neither_fired_nor_postponed() {
    let mut world = world(1, steady());
    assert_eq!(refused(&world, Action::Fire(N0, 1)), ActionError::NotArmed(N0));
    order(&mut world, N0, [Order::Set(1, Span::millis(1), Span::millis(1))]);
    assert_eq!(refused(&world, Action::Fire(N0, 2)), ActionError::NotArmed(N0));
    run(&mut world, ms(1));
    assert_eq!(refused(&world, Action::Postpone(N0, 1, Span(1))), ActionError::NotArmed(N0));
}

#[test]
fn a_message_that_is_not_in_flight_is_out_of_reach_and_one_that_is_not_held_is_not_released() {
    let mut world = world(2, steady());
    let id = departures(&order(&mut world, N0, [Order::say(N1, "hello")]))[0].0;
    let gone = FlightId(9);
    for action in [
        FlightAction::Drop,
        FlightAction::Duplicate,
        FlightAction::Corrupt,
        FlightAction::Deliver,
        FlightAction::Hold,
        FlightAction::Release,
        FlightAction::Delay(Span(1)),
    ] {
        let error = refused(&world, Action::Flight(gone, action));
        assert_eq!(error, ActionError::NoSuchFlight(gone, world.now()));
    }
    assert_eq!(refused(&world, Action::Flight(id, FlightAction::Release)), ActionError::NotHeld(id));
    run(&mut world, ms(10));
    let error = refused(&world, Action::Flight(id, FlightAction::Drop));
    assert_eq!(error, ActionError::NoSuchFlight(id, ms(10)));
}

#[test]
fn a_node_stands_in_one_group_of_a_partition_only() {
    let world = world(2, steady());
    for groups in [vec![vec![N0], vec![N1, N0]], vec![vec![N0, N0]]] {
        assert_eq!(refused(&world, Action::Partition(groups)), ActionError::TwoGroups(N0));
    }
}

#[test]
fn a_range_that_ends_before_it_begins_or_exceeds_an_hour_or_a_ratio_above_one_is_refused() {
    let mut world = world(1, steady());
    let id = departures(&order(&mut world, N0, [Order::say(N0, "x"), Order::Set(1, Span(1), Span(1))]))[0].0;
    let (hour, more) = (Span::secs(3_600), Span(3_600_000_001));
    let backwards = (Span(2), Span(1));
    let most = Ratio { of: 3, out_of: 2 };
    let replies = Replies {
        latency: quality(1, 1).latency,
        reordering: Ratio::NEVER,
        long_delay: quality(1, 1).latency,
    };
    for action in [
        Action::Slow(N0, more),
        Action::Postpone(N0, 1, more),
        Action::DiskLatency(N0, backwards),
        Action::DiskLatency(N0, (Span::ZERO, more)),
        Action::Quality(None, Quality { latency: backwards, ..quality(1, 1) }),
        Action::Quality(None, Quality { long_delay: (hour, more), ..quality(1, 1) }),
        Action::Quality(None, Quality { loss: most, ..quality(1, 1) }),
        Action::Quality(None, Quality { duplication: most, ..quality(1, 1) }),
        Action::Quality(None, Quality { reordering: most, ..quality(1, 1) }),
        Action::Quality(
            None,
            Quality { replies: Some(Replies { latency: backwards, ..replies }), ..quality(1, 1) },
        ),
        Action::Quality(
            None,
            Quality { replies: Some(Replies { long_delay: backwards, ..replies }), ..quality(1, 1) },
        ),
        Action::Quality(
            None,
            Quality { replies: Some(Replies { reordering: most, ..replies }), ..quality(1, 1) },
        ),
        Action::Flight(id, FlightAction::Delay(more)),
    ] {
        assert_eq!(refused(&world, action), ActionError::BadRange);
    }
    act(&mut world, Action::Slow(N0, hour));
}

#[test]
fn a_clock_runs_at_half_to_double_pace() {
    let mut world = world(1, steady());
    for ppm in [-500_001, 1_000_001, i32::MIN, i32::MAX] {
        assert_eq!(refused(&world, Action::Drift(N0, ppm)), ActionError::BadDrift(ppm));
    }
    act(&mut world, Action::Drift(N0, -500_000));
    act(&mut world, Action::Drift(N0, 1_000_000));
}

#[test]
fn an_unknown_node_is_down_and_has_nothing() {
    let world = world(2, steady());
    assert_eq!(world.status(NOBODY), crate::sim::Status::Down);
    assert_eq!((world.view(NOBODY), world.config(NOBODY), world.incarnation(NOBODY)), (None, None, 0));
    assert!(world.disk(NOBODY).is_none() && world.timers(NOBODY).next().is_none());
}
