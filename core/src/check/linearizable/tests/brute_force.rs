//! A hundred thousand histories drawn at random, against a judge that simply tries every order.

use super::*;
use crate::chance::Chance;
use crate::check::linearizable::model::{Cell, Object, Queue};

/// Whether some order explains the history: tries them all.
fn explained<S: Object>(history: &[Operation], done: &mut Vec<usize>, object: &S) -> bool {
    let left = || (0..history.len()).filter(|place| !done.contains(place));
    if left().all(|place| history[place].returned.is_none()) {
        return true;
    }
    let choices: Vec<usize> = left()
        .filter(|&place| left().all(|other| history[other].returned_at() >= history[place].called))
        .collect();
    choices.into_iter().any(|place| {
        let Some(after) = object.after(&history[place].call, history[place].reply()) else { return false };
        done.push(place);
        let explained = explained(history, done, &after);
        done.pop();
        explained
    })
}

/// Up to eight operations of three processes. Most answers are what one object would have said at some moment between the
/// call and the answer; the others are anything.
fn drawn<S: Object>(model: Model, seed: u64) -> Vec<Operation> {
    let chance = Chance::new(seed);
    let mut draws = 0;
    let mut below = |n: u32| {
        draws += 1;
        chance.key(draws).below(n)
    };
    let mut free = [0u64; 3];
    let mut history: Vec<(u64, Operation)> = Vec::new();
    for _ in 0..1 + below(8) {
        let process = below(3) as usize;
        let some = |n: u32| value(["", "1", "2"][n as usize]);
        let call = match (model, below(5)) {
            (Model::Queue, 0..=2) => Call::Enqueue(some(1 + below(2))),
            (Model::Queue, _) => Call::Dequeue,
            (_, 0 | 1) => Call::Read,
            (_, 2) => Call::CompareAndSet(some(below(3)), some(below(3))),
            (Model::KeyValue, 3) => Call::Append(["1", "2"][below(2) as usize].into()),
            (Model::KeyValue, _) if below(4) == 0 => Call::Delete,
            _ => Call::Write(some(1 + below(2))),
        };
        let called = free[process] + u64::from(below(4));
        let returned = called + 1 + u64::from(below(12));
        let effect = called + u64::from(below((returned - called) as u32));
        free[process] = returned + 1;
        let returned = (below(8) > 0).then_some((returned, Reply::Done));
        history.push((effect, Operation { process: process as u64, key: None, call, called, returned }));
    }
    history.sort_by_key(|(effect, _)| *effect);
    let mut object = S::new();
    for (_, operation) in &mut history {
        let replies = [
            Reply::Done,
            Reply::Refused,
            Reply::Value(None),
            Reply::Value(value("1")),
            Reply::Value(value("2")),
            Reply::Value(value("12")),
        ];
        let fits = |reply: &&Reply| match operation.call {
            Call::Read | Call::Dequeue => matches!(reply, Reply::Value(_)),
            Call::CompareAndSet(..) => !matches!(reply, Reply::Value(_)),
            _ => **reply == Reply::Done,
        };
        let said =
            replies.iter().filter(fits).find(|reply| object.after(&operation.call, Some(reply)).is_some());
        let said = match replies.iter().filter(fits).nth(below(4) as usize) {
            Some(any) if below(3) == 0 => any.clone(),
            _ => said.unwrap_or(&replies[2]).clone(),
        };
        if let Some(after) = object.after(&operation.call, None).filter(|_| below(20) > 0) {
            object = after;
        }
        operation.returned = operation.returned.take().map(|(at, _)| (at, said));
    }
    history.into_iter().map(|(_, operation)| operation).collect()
}

/// What was known of a history before a moment.
fn answered_before(history: &[Operation], moment: u64) -> Vec<Operation> {
    let called = history.iter().filter(|operation| operation.called < moment);
    called.map(|operation| known_before(operation, moment)).collect()
}

fn known_before(operation: &Operation, moment: u64) -> Operation {
    if operation.returned_at() < moment { operation.clone() } else { unknown(operation.clone()) }
}

/// Whether the judge says of each history what trying every order says, and blames the first answer that cannot be explained.
pub(super) fn agrees<S: Object>(
    model: Model,
    seeds: core::ops::Range<u64>,
    drawn: impl Fn(u64) -> Vec<Operation>,
) {
    let mut linearizable = 0;
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let history = drawn(seed);
        let expected = explained(&history, &mut Vec::new(), &S::new());
        let judge = judge(&history, model, ENOUGH);
        assert_eq!(judge.is_linearizable(), Some(expected), "seed {seed}: {history:#?}");
        if let Verdict::Yes(order) = &judge.parts()[0].verdict {
            assert_eq!(witness::explains(&history, model, order), Ok(()), "seed {seed}");
        }
        if let Verdict::No(failure) = &judge.parts()[0].verdict {
            let moment = history[failure.blamed as usize].returned_at();
            let explained_before =
                |moment| explained(&answered_before(&history, moment), &mut Vec::new(), &S::new());
            assert!(explained_before(moment), "seed {seed}: {failure:?} of {history:#?}");
            for order in &failure.partial {
                let before: Vec<Operation> =
                    history.iter().map(|operation| known_before(operation, moment)).collect();
                assert_eq!(
                    witness::explains(&before, model, order),
                    Ok(()),
                    "seed {seed}: {failure:?} of {history:#?}"
                );
            }
            // Whether these did anything may be known only from a later answer.
            let tells_later =
                |operation: &Operation| matches!(operation.call, Call::CompareAndSet(..) | Call::Dequeue);
            if !history.iter().any(tells_later) {
                assert!(!explained_before(moment + 1), "seed {seed}: {failure:?} of {history:#?}");
            }
        }
        linearizable += u64::from(expected);
    }
    // Both kinds are common, or nothing would have been compared.
    assert!((count / 5..count * 4 / 5).contains(&linearizable), "{linearizable} of {count}");
}

#[test]
fn forty_thousand_histories_of_a_register_are_judged_as_by_trying_every_order() {
    agrees::<Cell>(Model::Register, 0..40_000, |seed| drawn::<Cell>(Model::Register, seed));
}

#[test]
fn forty_thousand_histories_of_a_value_are_judged_as_by_trying_every_order() {
    agrees::<Cell>(Model::KeyValue, 40_000..80_000, |seed| drawn::<Cell>(Model::KeyValue, seed));
}

#[test]
fn forty_thousand_histories_of_a_queue_are_judged_as_by_trying_every_order() {
    agrees::<Queue>(Model::Queue, 80_000..120_000, |seed| drawn::<Queue>(Model::Queue, seed));
}
