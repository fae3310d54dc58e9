//! design.md §3: draws are keyed, so that changing one thing reshuffles nothing else.

use super::puppet::Word;
use super::*;
use alloc::collections::BTreeMap;

const KINDS: u8 = 3;

fn rough(seed: u64) -> Settings {
    let quality = Quality {
        loss: Ratio::per_mille(200),
        duplication: Ratio::per_mille(200),
        reordering: Ratio::per_mille(200),
        long_delay: (Span::millis(100), Span::millis(900)),
        ..quality(1, 50)
    };
    Settings { seed, quality, disk_latency: (Span::millis(1), Span::millis(50)) }
}

/// What became of one message: how long it and its copy take, if they arrive.
type Outcome = (Option<u64>, Option<u64>);

/// Sends fifty rounds of every kind between all pairs of three nodes; tells for every pair and kind what became of
/// each message. `extra` happens in each round before it.
fn fates(
    seed: u64,
    mut extra: impl FnMut(&mut World<Puppet>, u32),
) -> BTreeMap<(NodeId, NodeId, u8), Vec<Outcome>> {
    let mut world = world(3, rough(seed));
    let mut fates: BTreeMap<_, Vec<Outcome>> = BTreeMap::new();
    for round in 0..50 {
        extra(&mut world, round);
        for from in world.ids() {
            for to in world.ids().filter(|&to| to != from) {
                for kind in 0..KINDS {
                    let text = "x".into();
                    let word = Word { kind, text, orders: vec![] };
                    let step = order(&mut world, from, [Order::Tell(to, word)]);
                    let mut outcome = (None, None);
                    for (_, fate) in departures(&step) {
                        match fate {
                            Fate::Arrives(at) => outcome.0 = Some(at.since(step.at).0),
                            Fate::Copy(at) => outcome.1 = Some(at.since(step.at).0),
                            Fate::Lost | Fate::Cut | Fate::Held => {}
                        }
                    }
                    fates.entry((from, to, kind)).or_default().push(outcome);
                }
            }
        }
        let next = world.now() + Span::millis(7);
        run(&mut world, next);
    }
    fates
}

#[test]
fn the_fate_of_a_message_depends_on_the_seed() {
    assert_eq!(fates(1, |_, _| ()), fates(1, |_, _| ()));
    assert_ne!(fates(1, |_, _| ()), fates(2, |_, _| ()));
}

#[test]
fn every_link_and_every_kind_of_message_draws_on_its_own() {
    let fates = fates(1, |_, _| ());
    let mut seen: Vec<&Vec<_>> = fates.values().collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 6 * usize::from(KINDS));
}

#[test]
fn cutting_one_link_changes_the_fate_of_no_message_on_another_and_of_none_after_it_is_opened_again() {
    let plain = fates(1, |_, _| ());
    let cut = fates(1, |world, round| match round {
        10 => gate(world, N0, N1, Gate::Cut),
        30 => gate(world, N0, N1, Gate::Open),
        _ => {}
    });
    for (link, plain) in plain {
        let cut = &cut[&link];
        if (link.0, link.1) == (N0, N1) {
            assert_eq!(plain[..10], cut[..10]);
            assert_eq!(plain[30..], cut[30..], "the count went on while the link was cut");
            assert!(cut[10..30].iter().all(|outcome| *outcome == (None, None)));
        } else {
            assert_eq!(&plain, cut, "{link:?}");
        }
    }
}

#[test]
fn one_more_message_of_one_kind_changes_the_fate_of_none_of_another_kind_or_link() {
    let plain = fates(1, |_, _| ());
    let more = fates(1, |world, round| {
        if round == 20 {
            order(world, N0, [Order::say(N1, "one more, of kind 0")]);
        }
    });
    for (link, plain) in plain {
        let more = &more[&link];
        if link == (N0, N1, 0) {
            assert_eq!(plain[..20], more[..20]);
            assert_eq!(plain[21..], more[20..49], "the ones after it are shifted by one");
        } else {
            assert_eq!(&plain, more, "{link:?}");
        }
    }
}

#[test]
fn crashes_timers_and_writes_of_one_node_change_the_fate_of_no_message() {
    let plain = fates(1, |_, _| ());
    let busy = fates(1, |world, _| {
        order(world, N2, [Order::Set(1, Span::millis(1), Span::millis(9))]);
        act(world, Action::Crash(N2));
        act(world, Action::Restart(N2));
    });
    assert_eq!(plain, busy);
}

/// When each of ten settings of a timer is due, with something else before each.
fn dues(which: u8, mut extra: impl FnMut(&mut World<Puppet>)) -> Vec<u64> {
    let mut world = world(3, rough(1));
    (0..10)
        .map(|_| {
            extra(&mut world);
            order(&mut world, N0, [Order::Set(which, Span::ZERO, Span::secs(1))]);
            let (_, armed) = world.timers(N0).find(|(timer, _)| *timer == which).expect("it is armed");
            armed.due.since(armed.set_at).0
        })
        .collect()
}

#[test]
fn a_timers_draws_depend_on_the_node_the_timer_and_how_often_it_was_set_and_on_nothing_else() {
    let plain = dues(5, |_| ());
    let mut even = plain.clone();
    even.sort_unstable();
    even.dedup();
    assert_eq!(even.len(), 10, "each setting draws anew");
    assert_ne!(plain, dues(6, |_| ()), "another timer draws on its own");
    let other = dues(5, |world| {
        order(world, N0, [Order::Set(4, Span::ZERO, Span::secs(1)), Order::say(N1, "x")]);
        order(world, N1, [Order::Set(5, Span::ZERO, Span::secs(1))]);
    });
    assert_eq!(plain, other, "a timer that was set first, or that another node has, takes no draw away");
}

#[test]
fn a_released_message_draws_its_way_from_its_own_key() {
    let released = |more: bool| {
        let mut world = world(3, rough(1));
        gate(&mut world, N0, N1, Gate::Hold);
        if more {
            order(&mut world, N2, [Order::say(N0, "more"), Order::say(N1, "and more")]);
        }
        let step = order(&mut world, N0, [Order::say(N1, "held")]);
        let id = departures(&step)[0].0;
        gate(&mut world, N0, N1, Gate::Open);
        world.flights().find(|flight| flight.id == id).and_then(|flight| flight.arrives_at)
    };
    assert!(released(false).is_some());
    assert_eq!(released(false), released(true));
}

#[test]
fn a_write_draws_its_latency_on_its_disk_and_its_number() {
    let latencies = |extra: bool| {
        let mut world = world(2, rough(1));
        (0..10)
            .map(|_| {
                if extra {
                    order(&mut world, N1, [Order::put(1, 1)]);
                    order(&mut world, N0, [Order::say(N1, "x")]);
                }
                let from = world.now();
                order(&mut world, N0, [Order::put(1, 1)]);
                let disk = world.disk(N0).expect("it has a disk");
                let done = disk.pending.back().and_then(|write| write.done_at).expect("it will be done");
                run(&mut world, done);
                done.since(from).0
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(latencies(false), latencies(true));
}

#[test]
fn from_a_reseed_on_everything_is_drawn_from_the_new_seed_and_nothing_before_it_changes() {
    let plain = fates(1, |_, _| ());
    let mut dues_before = dues(5, |_| ());
    let reseeded = fates(1, |world, round| {
        if round == 25 {
            act(world, Action::Reseed(99));
        }
    });
    for (link, plain) in plain {
        assert_eq!(plain[..25], reseeded[&link][..25], "{link:?}");
        assert_ne!(plain[25..], reseeded[&link][25..], "{link:?}");
    }
    let mut count = 0;
    let mut dues_after = dues(5, |world| {
        count += 1;
        if count == 6 {
            act(world, Action::Reseed(99));
        }
    });
    assert_ne!(dues_before.split_off(5), dues_after.split_off(5));
    assert_eq!(dues_before, dues_after);
}

#[test]
fn every_call_brings_a_key_of_its_own() {
    let mut world = crate::sim::World::<keys::Keyed>::new(vec![(); 2], steady());
    run_keys(&mut world);
    let mut keys: Vec<u64> = world.ids().filter_map(|id| world.view(id).cloned()).flatten().collect();
    assert_eq!(keys.len(), 6);
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 6);
}

fn run_keys(world: &mut World<keys::Keyed>) {
    for _ in 0..3 {
        for node in world.ids() {
            world.act(Action::Call(node, ())).expect("a node can be called");
        }
    }
}

/// A node that remembers the keys of its calls.
mod keys {
    use super::super::puppet::{Data, Word};
    use crate::node::{Files, Input, Node, Outbox};
    use crate::time::Time;
    use alloc::vec::Vec;

    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(super) struct Keyed(Vec<u64>);

    impl Node for Keyed {
        type Config = ();
        type Message = Word;
        type Timer = u8;
        type Request = ();
        type Output = ();
        type File = u8;
        type Content = Data;
        type View = Vec<u64>;
        type Note = ();

        fn boot((): &(), _: &Files<Keyed>) -> Keyed {
            Keyed(Vec::new())
        }
        fn handle(&mut self, _: Time, input: Input<Keyed>, _: &mut impl Outbox<Keyed>) {
            if let Input::Call { key, .. } = input {
                self.0.push(key);
            }
        }
        fn view(&self) -> Vec<u64> {
            self.0.clone()
        }
    }
}
