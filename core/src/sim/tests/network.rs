//! Links: gates, loss, duplication, reordering, latency; each direction on its own.

use super::puppet::{REPLY, Word};
use super::*;
use crate::sim::Missed;

fn always() -> Ratio {
    Ratio::per_mille(1_000)
}

fn texts(trace: &[Step<Puppet>]) -> Vec<String> {
    arrivals(trace).into_iter().map(|(_, _, text)| text).collect()
}

#[test]
fn a_message_arrives_once_after_its_latency() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::say(N1, "hello")]);
    assert_eq!(world.flights().count(), 1);
    assert_eq!(arrivals(&run(&mut world, ms(100))), [(ms(10), N1, "hello".into())]);
    assert_eq!(world.flights().count(), 0);
}

#[test]
fn latency_is_drawn_anew_for_every_message_from_the_whole_range() {
    let mut world = world(2, Settings { quality: quality(1, 5), ..steady() });
    for _ in 0..100 {
        order(&mut world, N0, [Order::say(N1, "x")]);
    }
    let trace = run(&mut world, ms(5));
    assert_eq!(trace.len(), 100);
    assert!(trace.iter().all(|step| (ms(1)..=ms(5)).contains(&step.at)));
    let (first, last) = (trace[0].at, trace[99].at);
    assert!(first < Time(1_300) && last > Time(4_700), "between {first} and {last}");
}

#[test]
fn a_cut_link_loses_what_is_sent_in_one_direction_only() {
    let mut world = world(2, steady());
    gate(&mut world, N0, N1, Gate::Cut);
    let step = order(&mut world, N0, [Order::say(N1, "lost")]);
    assert_eq!(departures(&step), [(FlightId(1), Fate::Cut)]);
    order(&mut world, N1, [Order::say(N0, "kept")]);
    assert_eq!(texts(&run(&mut world, ms(50))), ["kept"]);
}

#[test]
fn a_cut_link_is_checked_again_on_arrival() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::say(N1, "on its way")]);
    gate(&mut world, N0, N1, Gate::Cut);
    let trace = run(&mut world, ms(50));
    assert!(matches!(trace[..], [Step { cause: Cause::Missed { why: Missed::Cut, to: N1, .. }, .. }]));
    assert_eq!(heard(&world, N1), ["start"]);

    order(&mut world, N1, [Order::say(N0, "other way")]);
    order(&mut world, N0, [Order::say(N1, "never left")]);
    gate(&mut world, N0, N1, Gate::Open);
    assert_eq!(
        texts(&run(&mut world, ms(100))),
        ["other way"],
        "an opened link does not bring back the lost"
    );
}

#[test]
fn a_link_that_holds_keeps_messages_until_it_is_opened_and_then_lets_them_all_go() {
    let mut world = world(2, steady());
    gate(&mut world, N0, N1, Gate::Hold);
    let step = order(&mut world, N0, [Order::say(N1, "a"), Order::say(N1, "b")]);
    assert_eq!(departures(&step), [(FlightId(1), Fate::Held), (FlightId(2), Fate::Held)]);
    assert!(world.flights().all(|flight| flight.arrives_at.is_none()));
    assert!(run(&mut world, ms(1_000)).is_empty());
    gate(&mut world, N0, N1, Gate::Open);
    assert_eq!(
        arrivals(&run(&mut world, ms(2_000))),
        [(ms(1_010), N1, "a".into()), (ms(1_010), N1, "b".into())]
    );
}

#[test]
fn what_a_link_holds_is_still_held_when_the_link_is_cut_and_goes_on_when_it_is_opened() {
    let mut world = world(2, steady());
    gate(&mut world, N0, N1, Gate::Hold);
    order(&mut world, N0, [Order::say(N1, "patience")]);
    gate(&mut world, N0, N1, Gate::Cut);
    assert!(run(&mut world, ms(100)).is_empty());
    act(&mut world, Action::Heal);
    assert_eq!(arrivals(&run(&mut world, ms(200))), [(ms(110), N1, "patience".into())]);
}

#[test]
fn a_message_already_on_its_way_is_not_stopped_by_a_link_that_holds() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::say(N1, "gone")]);
    gate(&mut world, N0, N1, Gate::Hold);
    assert_eq!(texts(&run(&mut world, ms(50))), ["gone"]);
}

#[test]
fn a_link_that_loses_everything_delivers_nothing_and_says_so_when_the_message_leaves() {
    let mut world = world(2, steady());
    act(&mut world, Action::Quality(Some((N0, N1)), Quality { loss: always(), ..quality(10, 10) }));
    let step = order(&mut world, N0, [Order::say(N1, "lost")]);
    assert_eq!(departures(&step), [(FlightId(1), Fate::Lost)]);
    assert_eq!(world.flights().filter(|flight| flight.lost).count(), 1, "its flight can be drawn");
    order(&mut world, N1, [Order::say(N0, "the other way is fine")]);
    assert_eq!(texts(&run(&mut world, ms(50))), ["the other way is fine"]);
    assert_eq!(world.flights().count(), 0);
}

#[test]
fn a_link_loses_as_many_as_its_ratio_says() {
    let mut world = world(2, steady());
    act(&mut world, Action::Quality(None, Quality { loss: Ratio::per_mille(300), ..quality(1, 1) }));
    for _ in 0..2_000 {
        order(&mut world, N0, [Order::say(N1, "x")]);
    }
    let arrived = run(&mut world, ms(1)).len();
    assert!((1_300..1_500).contains(&arrived), "{arrived} of 2000");
}

#[test]
fn a_duplicated_message_arrives_twice_and_its_copy_takes_a_way_of_its_own() {
    let mut world = world(2, steady());
    act(&mut world, Action::Quality(None, Quality { duplication: always(), ..quality(1, 1_000) }));
    let step = order(&mut world, N0, [Order::say(N1, "twice")]);
    let fates = departures(&step);
    let [(FlightId(1), Fate::Arrives(first)), (FlightId(2), Fate::Copy(second))] = fates[..] else {
        panic!("a message and its copy leave: {fates:?}")
    };
    assert_ne!(first, second);
    let trace = run(&mut world, ms(1_000));
    assert_eq!(texts(&trace), ["twice", "twice"]);
    assert_eq!(trace.iter().map(|step| step.at).collect::<Vec<_>>(), [first.min(second), first.max(second)]);
}

#[test]
fn a_copy_may_arrive_though_its_original_is_lost() {
    let mut world = world(2, steady());
    act(
        &mut world,
        Action::Quality(None, Quality { duplication: always(), loss: always(), ..quality(1, 1) }),
    );
    order(&mut world, N0, [Order::say(N1, "saved")]);
    assert_eq!(texts(&run(&mut world, ms(10))), ["saved"]);
}

#[test]
fn a_reordered_message_takes_the_long_delay_on_top_and_is_overtaken() {
    let mut world = world(2, steady());
    let slow = Quality {
        reordering: always(),
        long_delay: (Span::millis(200), Span::millis(300)),
        ..quality(10, 10)
    };
    act(&mut world, Action::Quality(None, slow));
    order(&mut world, N0, [Order::say(N1, "first")]);
    act(&mut world, Action::Quality(None, quality(10, 10)));
    order(&mut world, N0, [Order::say(N1, "second")]);
    let trace = run(&mut world, ms(400));
    assert_eq!(texts(&trace), ["second", "first"]);
    assert!((ms(210)..=ms(310)).contains(&trace[1].at));
}

#[test]
fn replies_travel_in_their_own_way_where_a_link_says_so() {
    let mut world = world(2, steady());
    let long_delay = (Span::millis(200), Span::millis(2_199));
    let latency = (Span::millis(1), Span::millis(2));
    let replies = Some(Replies { latency, reordering: Ratio { of: 2, out_of: 3 }, long_delay });
    act(&mut world, Action::Quality(None, Quality { replies, ..quality(20, 30) }));
    let say = |kind: u8| Order::Tell(N1, Word { kind, text: "".into(), orders: vec![] });
    for _ in 0..2_000 {
        order(&mut world, N0, [say(0), say(REPLY)]);
    }
    let (mut prompt, mut held) = (0, Vec::new());
    for flight in world.flights() {
        let took = flight.arrives_at.unwrap_or_default().since(flight.sent_at).0 / 1_000;
        match flight.body.kind {
            REPLY if took <= 2 => prompt += 1,
            REPLY => held.push(took),
            _ => assert!((20..=30).contains(&took), "a request took {took} ms"),
        }
    }
    assert!((560..780).contains(&prompt), "{prompt} of 2000 replies were prompt");
    assert!(held.iter().all(|took| (201..=2_201).contains(took)));
    // The longest delay is drawn first: half of the delays are in the first quarter, or nearly.
    let mean = held.iter().sum::<u64>() / held.len() as u64;
    assert!((650..760).contains(&mean), "{mean} ms on average");
    assert!(held.iter().any(|&took| took > 1_900));
}

#[test]
fn the_quality_of_one_link_changes_no_other_and_that_of_all_replaces_each() {
    let mut world = world(3, steady());
    act(&mut world, Action::Quality(Some((N0, N1)), quality(50, 50)));
    assert_eq!(world.quality(N0, N1), quality(50, 50));
    assert_eq!(world.quality(N1, N0), quality(10, 10));
    assert_eq!(world.quality(N0, N2), quality(10, 10));
    order(&mut world, N0, [Order::say(N1, "slow"), Order::say(N2, "fast")]);
    assert_eq!(texts(&run(&mut world, ms(100))), ["fast", "slow"]);
    act(&mut world, Action::Quality(None, quality(20, 20)));
    assert_eq!(world.quality(N0, N1), quality(20, 20));
}

#[test]
fn a_partition_cuts_between_groups_opens_within_them_and_leaves_the_rest() {
    let mut world = world(5, steady());
    let [n3, n4] = [NodeId(3), NodeId(4)];
    gate(&mut world, N0, N1, Gate::Cut);
    gate(&mut world, N0, n4, Gate::Hold);
    act(&mut world, Action::Partition(vec![vec![N0, N1], vec![N2, n3]]));
    for (from, to, gate) in [
        (N0, N1, Gate::Open),
        (N2, n3, Gate::Open),
        (N0, N2, Gate::Cut),
        (n3, N1, Gate::Cut),
        (N0, n4, Gate::Hold),
        (n4, N2, Gate::Open),
    ] {
        assert_eq!(world.gate(from, to), gate, "{from} to {to}");
    }
    act(&mut world, Action::Heal);
    assert!(world.ids().all(|from| world.ids().all(|to| world.gate(from, to) == Gate::Open)));
}

#[test]
fn an_isolated_node_hears_nobody_and_is_heard_by_nobody() {
    let mut world = world(3, steady());
    act(&mut world, Action::Isolate(N1));
    order(&mut world, N1, [Order::say(N0, "help")]);
    order(&mut world, N0, [Order::say(N1, "hello?"), Order::say(N2, "hi")]);
    assert_eq!(texts(&run(&mut world, ms(50))), ["hi"]);
}

#[test]
fn a_bridge_hears_both_sides_that_do_not_hear_each_other() {
    let mut world = world(3, steady());
    act(&mut world, Action::Partition(vec![vec![N0], vec![N2]]));
    order(&mut world, N0, [Order::say(N1, "from the left"), Order::say(N2, "no")]);
    order(&mut world, N2, [Order::say(N1, "from the right"), Order::say(N0, "no")]);
    assert_eq!(texts(&run(&mut world, ms(50))), ["from the left", "from the right"]);
}

#[test]
fn a_link_of_an_unknown_node_is_cut() {
    let world = world(2, steady());
    assert_eq!(world.gate(N0, NodeId(2)), Gate::Cut);
    assert_eq!(world.gate(NodeId(900), N0), Gate::Cut);
    assert_eq!(world.quality(N0, NodeId(900)), quality(10, 10));
}
