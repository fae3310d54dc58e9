//! What can be done to one message on its way.

use super::*;
use crate::sim::{FlightAction, Missed};

/// A message from node 0 to node 1 that left at time zero and would arrive after 10 ms.
fn flight() -> (World<Puppet>, FlightId) {
    let mut world = world(3, steady());
    let step = order(&mut world, N0, [Order::say(N1, "hello")]);
    (world, departures(&step)[0].0)
}

fn times(trace: &[Step<Puppet>]) -> Vec<Time> {
    arrivals(trace).into_iter().map(|(at, ..)| at).collect()
}

#[test]
fn a_dropped_message_never_arrives() {
    let (mut world, id) = flight();
    act(&mut world, Action::Flight(id, FlightAction::Drop));
    assert_eq!(world.flights().count(), 0);
    assert!(run(&mut world, ms(50)).is_empty());
}

#[test]
fn a_message_that_takes_the_place_of_a_dropped_one_arrives_at_its_own_time() {
    let (mut world, id) = flight();
    act(&mut world, Action::Flight(id, FlightAction::Drop));
    world.step_until(ms(5));
    order(&mut world, N0, [Order::say(N1, "another")]);
    assert_eq!(times(&run(&mut world, ms(50))), [ms(15)]);
}

#[test]
fn a_duplicated_message_arrives_once_more_and_every_copy_takes_a_way_of_its_own() {
    let mut world = world(2, Settings { quality: quality(1, 1_000), ..steady() });
    let step = order(&mut world, N0, [Order::say(N1, "hello")]);
    let (id, fate) = departures(&step)[0];
    let mut at = vec![fate];
    for _ in 0..2 {
        let step = act(&mut world, Action::Flight(id, FlightAction::Duplicate));
        at.push(departures(&step)[0].1);
    }
    let mut at: Vec<Time> = at
        .into_iter()
        .map(|fate| match fate {
            Fate::Arrives(at) | Fate::Copy(at) => at,
            _ => panic!("all three arrive"),
        })
        .collect();
    at.sort_unstable();
    at.dedup();
    assert_eq!(at.len(), 3, "three ways");
    assert_eq!(times(&run(&mut world, ms(1_000))), at);
}

#[test]
fn a_second_copy_takes_as_long_as_its_own_link_takes() {
    let mut world = world(3, steady());
    act(&mut world, Action::Quality(Some((N1, N2)), quality(50, 50)));
    let step = order(&mut world, N1, [Order::say(N2, "hello")]);
    act(&mut world, Action::Flight(departures(&step)[0].0, FlightAction::Duplicate));
    assert_eq!(times(&run(&mut world, ms(100))), [ms(50), ms(50)]);
}

#[test]
fn messages_on_their_way_are_listed_oldest_first() {
    let mut world = world(3, steady());
    act(&mut world, Action::Quality(Some((N0, N1)), quality(50, 50)));
    let to_n1 = departures(&order(&mut world, N0, [Order::say(N1, "slow")]))[0].0;
    let to_n2 = departures(&order(&mut world, N0, [Order::say(N2, "quick")]))[0].0;
    assert_eq!(world.flights_in_order().map(|flight| flight.id).collect::<Vec<_>>(), [to_n1, to_n2]);
}

#[test]
fn a_corrupted_message_is_found_by_its_checksum_and_not_taken_in() {
    let (mut world, id) = flight();
    act(&mut world, Action::Flight(id, FlightAction::Corrupt));
    let trace = run(&mut world, ms(50));
    assert!(matches!(
        trace[..],
        [Step { at: Time(10_000), cause: Cause::Missed { why: Missed::Corrupt, .. }, .. }]
    ));
    assert_eq!(heard(&world, N1), ["start"]);
}

#[test]
fn a_delivered_message_arrives_now_and_not_again_even_if_it_was_to_be_lost() {
    let (mut world, id) = flight();
    world.step_until(ms(3));
    act(&mut world, Action::Flight(id, FlightAction::Deliver));
    assert_eq!(times(&run(&mut world, ms(50))), [ms(3)]);

    act(&mut world, Action::Quality(None, Quality { loss: Ratio::per_mille(1_000), ..quality(10, 10) }));
    let step = order(&mut world, N0, [Order::say(N1, "doomed")]);
    act(&mut world, Action::Flight(departures(&step)[0].0, FlightAction::Deliver));
    assert_eq!(times(&run(&mut world, ms(100))), [ms(50)]);
}

#[test]
fn a_held_message_stays_until_it_is_released_and_then_takes_a_whole_way() {
    let (mut world, id) = flight();
    act(&mut world, Action::Flight(id, FlightAction::Hold));
    assert!(run(&mut world, ms(100)).is_empty());
    assert_eq!(world.flights().next().and_then(|flight| flight.arrives_at), None);
    act(&mut world, Action::Flight(id, FlightAction::Release));
    assert_eq!(times(&run(&mut world, ms(200))), [ms(110)]);
}

#[test]
fn a_message_held_by_hand_is_not_released_by_its_link_and_one_held_by_its_link_can_be_released_by_hand() {
    let (mut world, id) = flight();
    act(&mut world, Action::Flight(id, FlightAction::Hold));
    act(&mut world, Action::Heal);
    gate(&mut world, N0, N1, Gate::Hold);
    let step = order(&mut world, N0, [Order::say(N1, "held by the link")]);
    act(&mut world, Action::Flight(departures(&step)[0].0, FlightAction::Release));
    let trace = run(&mut world, ms(100));
    assert_eq!(arrivals(&trace), [(ms(10), N1, "held by the link".into())]);
    gate(&mut world, N0, N1, Gate::Open);
    assert!(run(&mut world, ms(200)).is_empty());
}

#[test]
fn a_delayed_message_arrives_that_much_later() {
    let (mut world, id) = flight();
    act(&mut world, Action::Flight(id, FlightAction::Delay(Span::millis(7))));
    assert_eq!(world.flights().next().and_then(|flight| flight.arrives_at), Some(ms(17)));
    assert_eq!(times(&run(&mut world, ms(50))), [ms(17)]);
}

#[test]
fn what_is_done_to_a_message_that_waits_at_a_paused_node_is_done_to_that_message_alone() {
    for (action, expected) in [
        (FlightAction::Drop, vec![]),
        (FlightAction::Hold, vec![]),
        (FlightAction::Delay(Span::millis(90)), vec![ms(100)]),
        (FlightAction::Deliver, vec![ms(30)]),
    ] {
        let (mut world, id) = flight();
        act(&mut world, Action::Pause(N1));
        run(&mut world, ms(20));
        act(&mut world, Action::Flight(id, action));
        // It takes the place of the dropped one, far away and with a long way to go.
        act(&mut world, Action::Quality(Some((N0, N2)), quality(500, 500)));
        order(&mut world, N0, [Order::say(N2, "far away")]);
        world.step_until(ms(30));
        act(&mut world, Action::Resume(N1));
        let trace = run(&mut world, ms(1_000));
        let (near, far): (Vec<_>, Vec<_>) = arrivals(&trace).into_iter().partition(|(_, to, _)| *to == N1);
        assert_eq!(near.iter().map(|(at, ..)| *at).collect::<Vec<_>>(), expected, "{action:?}");
        assert_eq!(far, [(ms(520), N2, "far away".into())], "{action:?}");
    }
}
