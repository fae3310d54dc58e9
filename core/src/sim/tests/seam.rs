//! design.md, "The seam": what waits for what, and what a step says.

use super::*;
use crate::sim::Missed;
use crate::sim::tests::puppet::Word;

#[test]
fn sends_and_outputs_wait_until_all_earlier_writes_are_durable_and_timers_and_notes_do_not() {
    let mut world = world(2, steady());
    let orders = [
        Order::put(1, 1),
        Order::say(N1, "after the first"),
        Order::Output(7),
        Order::Set(1, Span::millis(1), Span::millis(1)),
        Order::Note(9),
        Order::put(2, 2),
        Order::say(N1, "after the second"),
    ];
    let called = order(&mut world, N0, orders);
    assert!(called.deeds.is_empty(), "nothing leaves before its writes are durable: {:?}", called.deeds);
    assert_eq!(called.notes().collect::<Vec<_>>(), [&9], "a note is given at once");
    let trace = run(&mut world, ms(30));
    let what: Vec<(u64, &str, usize, Vec<u32>)> = trace
        .iter()
        .map(|step| {
            let what = match step.cause {
                Cause::Alarm { .. } => "alarm",
                Cause::Durable { .. } => "durable",
                Cause::Arrival { .. } => "arrival",
                _ => "other",
            };
            (step.at.0 / 1_000, what, departures(step).len(), handed(step))
        })
        .collect();
    assert_eq!(
        what,
        [
            (1, "alarm", 0, vec![]),
            (5, "durable", 1, vec![7]),
            (10, "durable", 1, vec![]),
            (15, "arrival", 0, vec![]),
            (20, "arrival", 0, vec![]),
        ]
    );
}

#[test]
fn a_message_waits_for_a_write_that_another_input_issued() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::put(1, 1)]);
    assert!(order(&mut world, N0, [Order::say(N1, "later")]).deeds.is_empty());
    assert_eq!(arrivals(&run(&mut world, ms(30))), [(ms(15), N1, "later".into())]);
}

#[test]
fn a_message_issued_before_a_write_leaves_at_once() {
    let mut world = world(2, steady());
    let step = order(&mut world, N0, [Order::say(N1, "now"), Order::put(1, 1)]);
    assert_eq!(departures(&step), [(FlightId(1), Fate::Arrives(ms(10)))]);
}

#[test]
fn what_waits_for_writes_leaves_in_the_order_in_which_it_was_said() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::put(1, 1), Order::say(N1, "a"), Order::Output(1), Order::say(N1, "b")]);
    order(&mut world, N0, [Order::say(N1, "c")]);
    let durable = world.step_until(ms(5)).expect("the write completes").clone();
    let said: Vec<_> = durable
        .deeds
        .iter()
        .map(|deed| match deed {
            Deed::Departed { body, .. } => body.text.clone(),
            Deed::Handed { output, .. } => alloc::format!("{output}"),
            Deed::LostWrites { .. } => "lost".into(),
        })
        .collect();
    assert_eq!(said, ["a", "1", "b", "c"]);
}

#[test]
fn a_node_may_write_to_itself_and_no_cut_stops_that() {
    let mut world = world(2, steady());
    act(&mut world, Action::Isolate(N0));
    order(&mut world, N0, [Order::say(N0, "note to self")]);
    run(&mut world, ms(10));
    assert_eq!(heard(&world, N0), ["start", "call", "n0: note to self"]);
}

#[test]
fn a_message_to_nobody_goes_nowhere() {
    let mut world = world(2, steady());
    let step = order(&mut world, N0, [Order::say(NodeId(7), "anybody?")]);
    assert!(step.deeds.is_empty());
    assert!(run(&mut world, ms(30)).is_empty());
}

#[test]
fn the_first_input_after_a_boot_is_start_whatever_comes_at_that_moment() {
    let mut fresh = World::<Puppet>::new(vec![Config::default()], steady());
    order(&mut fresh, N0, []);
    assert_eq!(heard(&fresh, N0), ["start", "call"]);
    assert!(run(&mut fresh, ms(10)).is_empty(), "it starts once");

    let mut world = world(2, steady());
    order(&mut world, N0, [Order::Set(1, Span::millis(10), Span::millis(10)), Order::say(N1, "hello")]);
    world.step_until(ms(10)).expect("the timer runs out, and then the message arrives");
    act(&mut world, Action::Crash(N1));
    act(&mut world, Action::Restart(N1));
    let trace = run(&mut world, ms(10));
    assert_eq!(heard(&world, N1), ["start", "n0: hello"]);
    assert_eq!(trace.len(), 1, "it started in the step in which the message arrived");
}

#[test]
fn a_step_says_what_changed_and_only_then() {
    let mut world = world(2, steady());
    let before = world.view(N0).cloned();
    let step = order(&mut world, N0, []);
    let change = step.change.expect("it heard a call");
    assert_eq!((change.node, change.before, change.after), (N0, before, world.view(N0).cloned()));
    let step = act(&mut world, Action::Heal);
    assert_eq!(step.change, None);
    order(&mut world, N0, [Order::Set(0, Span::ZERO, Span::ZERO)]);
    let trace = run(&mut world, Time::ZERO);
    let [step] = &trace[..] else { panic!("a timer that the puppet does not notice: {trace:?}") };
    assert_eq!(step.change, None, "it took something in and is as it was");
}

#[test]
fn a_step_lists_effects_in_the_order_in_which_the_node_had_them() {
    let mut world = world(2, steady());
    let step = order(&mut world, N0, [Order::Note(1), Order::Output(2), Order::Note(3), Order::Cancel(4)]);
    assert_eq!(step.effects, [Effect::Note(1), Effect::Output(2), Effect::Note(3), Effect::CancelTimer(4)]);
}

/// Every kind of step is traced to the step that made it: the walk up the causes that answers "why?".
#[test]
fn every_step_knows_the_step_that_caused_it() {
    let mut world = World::<Puppet>::new(vec![Config::default(); 3], steady());
    let mut trace = run(&mut world, Time::ZERO);
    let ask = Order::Tell(N1, Word { kind: 0, text: "ask".into(), orders: vec![Order::say(N0, "answer")] });
    let call =
        order(&mut world, N0, [Order::put(1, 1), ask, Order::Set(1, Span::millis(7), Span::millis(7))]);
    let configure = act(&mut world, Action::Configure(N2, Config { name: 5, ..Config::default() }));
    trace.extend([call.clone(), configure.clone()]);
    trace.extend(run(&mut world, ms(20)));
    let crash = act(&mut world, Action::Crash(N2));
    let restart = act(&mut world, Action::Restart(N2));
    trace.extend([crash, restart.clone()]);
    trace.extend(run(&mut world, ms(40)));
    gate(&mut world, N0, N1, Gate::Hold);
    let late = order(&mut world, N0, [Order::say(N1, "too late")]);
    let flight = departures(&late)[0].0;
    act(&mut world, Action::Flight(flight, crate::sim::FlightAction::Release));
    gate(&mut world, N0, N1, Gate::Cut);
    trace.extend(run(&mut world, ms(80)));

    for (place, step) in trace.iter().enumerate().take(3) {
        assert_eq!((step.number, step.caused_by()), (place as u64 + 1, None), "the run begins by itself");
    }
    let find =
        |is: &dyn Fn(&Cause<Puppet>) -> bool| trace.iter().find(|step| is(&step.cause)).expect("it is there");
    let durable = find(&|cause| matches!(cause, Cause::Durable { .. }));
    assert_eq!(durable.caused_by(), Some(call.number));
    let alarm = find(&|cause| matches!(cause, Cause::Alarm { .. }));
    assert_eq!(alarm.caused_by(), Some(call.number));
    let ask = find(&|cause| matches!(cause, Cause::Arrival { to: N1, .. }));
    assert_eq!(ask.caused_by(), Some(durable.number), "it left when the write was durable");
    let answer = find(&|cause| matches!(cause, Cause::Arrival { to: N0, .. }));
    assert_eq!(answer.caused_by(), Some(ask.number));
    let configured = find(&|cause| matches!(cause, Cause::Configured { .. }));
    assert_eq!(configured.caused_by(), Some(configure.number));
    let start = find(&|cause| matches!(cause, Cause::Start { incarnation: 2, .. }));
    assert_eq!(start.caused_by(), Some(restart.number));
    let missed = find(&|cause| matches!(cause, Cause::Missed { why: Missed::Cut, .. }));
    assert_eq!(missed.caused_by(), Some(late.number));
    assert_eq!(call.caused_by(), None, "an action comes from outside");
}

#[test]
fn a_step_happens_at_one_node_at_most_and_says_which() {
    let mut world = world(2, steady());
    assert_eq!(order(&mut world, N1, []).node(), Some(N1));
    assert_eq!(act(&mut world, Action::Heal).node(), None);
    order(&mut world, N0, [Order::say(N1, "to you")]);
    assert_eq!(run(&mut world, ms(10))[0].node(), Some(N1));
}

#[test]
fn steps_are_numbered_one_by_one_and_never_go_back_in_time() {
    let mut world = world(2, steady());
    order(&mut world, N0, [Order::say(N1, "a"), Order::put(1, 1), Order::say(N1, "b")]);
    act(&mut world, Action::Heal);
    let trace = run(&mut world, ms(50));
    assert_eq!(trace.iter().map(|step| step.number).collect::<Vec<_>>(), [5, 6, 7]);
    assert!(trace.windows(2).all(|pair| pair[0].at <= pair[1].at));
    assert_eq!(world.steps(), 7);
    assert_eq!(**world.last_step(), trace[2]);
}

#[test]
fn time_moves_to_the_limit_when_nothing_happens_before_it() {
    let mut world = world(1, steady());
    assert_eq!(world.step_until(ms(3)), None);
    assert_eq!(world.now(), ms(3));
    assert_eq!(world.step_until(ms(1)), None);
    assert_eq!(world.now(), ms(3), "time never runs backwards");
    order(&mut world, N0, [Order::Set(1, Span::millis(1), Span::millis(1))]);
    assert_eq!(world.step_until(Time(3_999)), None);
    assert_eq!(world.step_until(ms(9)).map(|step| step.at), Some(ms(4)), "time stops at the step");
    assert_eq!(world.now(), ms(4));
}

#[test]
fn the_world_at_a_moment_does_not_depend_on_whether_time_was_stepped_through_or_waited_through() {
    let (slower, normal) = (Action::Slow(N1, Span::millis(40)), Action::Slow(N1, Span::ZERO));
    for (begin, end) in [(slower, normal), (Action::Pause(N1), Action::Resume(N1))] {
        let mut stepped = world(2, steady());
        order(&mut stepped, N1, [Order::Set(1, Span::millis(12), Span::millis(12))]);
        act(&mut stepped, begin);
        order(&mut stepped, N0, [Order::say(N1, "hello")]);
        let mut waited = stepped.clone();
        let seen = run(&mut stepped, ms(11));
        assert!(seen.is_empty(), "a message that is put off makes no step: {seen:?}");
        waited.wait_until(ms(11));
        assert!(stepped == waited);
        act(&mut stepped, end.clone());
        act(&mut waited, end);
        assert_eq!(run(&mut stepped, ms(200)), run(&mut waited, ms(200)));
    }
}

#[test]
fn what_was_due_while_time_passed_happens_late_and_in_order() {
    let mut world = world(2, steady());
    order(
        &mut world,
        N0,
        [Order::say(N1, "hello"), Order::put(1, 1), Order::Set(1, Span::millis(7), Span::millis(7))],
    );
    world.wait_until(ms(50));
    world.wait_until(ms(20));
    let trace = run(&mut world, ms(50));
    assert!(matches!(
        trace[..],
        [
            Step { cause: Cause::Durable { .. }, .. },
            Step { cause: Cause::Alarm { .. }, .. },
            Step { cause: Cause::Arrival { .. }, .. },
        ]
    ));
    assert!(trace.iter().all(|step| step.at == ms(50)));
}
