//! Histories in which a text tells who wrote it, and those that only look so.

use super::*;
use crate::chance::Chance;
use crate::check::linearizable::model::{Cell, Object};

/// Whether the history is judged by what its reads tell, not searched.
fn is_traceable(model: Model, history: &[Operation]) -> bool {
    judge(history, model, ENOUGH).steps() == 1
}

#[test]
fn a_history_is_traceable_unless_a_text_that_is_read_may_have_come_together_in_two_ways() {
    use Model::{KeyValue, Register};
    let write = |text: &str| write(0, text, (0, 1));
    let append = |text: &str| append(0, text, (2, 3));
    let read = |text: &str| read(0, text, (4, 5));
    for (what, traceable, model, history) in [
        ("texts of their own", true, KeyValue, vec![write("a"), append("b"), read("ab")]),
        ("the same text twice", false, Register, vec![write("a"), write("a"), read("a")]),
        ("one that is written and appended", false, KeyValue, vec![write("a"), append("a"), read("a")]),
        (
            "the same text twice, and nobody reads it",
            true,
            KeyValue,
            vec![append("b"), append("b"), write("a"), read("a")],
        ),
        ("a text that begins another", false, KeyValue, vec![write("a"), append("ab"), read("aab")]),
        (
            "one that begins two others",
            false,
            KeyValue,
            vec![write("ab"), append("ac"), write("a"), read("ac")],
        ),
        (
            "a text that begins another where nothing is appended",
            true,
            Register,
            vec![write("1"), write("12"), read("1"), read("12")],
        ),
        ("a text that nobody wrote", true, KeyValue, vec![write("b"), append("c"), read("a")]),
        ("a text that goes on as nobody wrote", true, KeyValue, vec![write("b"), append("c"), read("bd")]),
        ("a key deleted", false, KeyValue, vec![write("a"), delete(0, (2, 3)), read("")]),
        ("nothing written", false, Register, vec![write(""), read("")]),
        ("nothing appended", false, KeyValue, vec![append(""), read("")]),
        ("a comparison", false, Register, vec![write("a"), cas(0, "a", "b", (2, 3)), read("b")]),
        ("a read that says nothing", false, Register, vec![operation(0, Call::Read, (0, 1), Reply::Done)]),
    ] {
        assert_eq!(is_traceable(model, &history), traceable, "{what}");
    }
}

/// A hundred clients append while each of ten puts is under way; what is read of it was long before.
fn crowded(read_last: &str) -> Vec<Operation> {
    let mut history = vec![write(0, "old.", (0, 1)), read(0, "old.", (2, 3)), write(0, "new.", (4, 5))];
    for n in 0..100 {
        history.push(append(n, &alloc::format!("{n}."), (10 + n, 500)));
    }
    for n in 100..110 {
        history.push(write(n, &alloc::format!("{n}."), (10 + n, 500)));
    }
    history.extend([read(200, "new.7.3.", (300, 600)), read(201, "103.5.", (300, 600))]);
    history.push(read(202, read_last, (700, 800)));
    history
}

#[test]
fn what_many_clients_did_at_once_is_judged_without_trying_orders() {
    let last = |text: &str| {
        let history = crowded(text);
        let judge = judge(&history, Model::KeyValue, 1);
        judge.failed().map(|(_, failure)| failure.clone())
    };
    assert_eq!(last("103.5."), None);
    let Failure { blamed, unplaced, partial } = last("old.").expect("two reads saw it replaced");
    let before: Vec<u32> = (0..115).collect();
    assert_eq!((blamed, unplaced), (115, vec![115]));
    let [order] = &partial[..] else { panic!("one order is as good as all") };
    assert!(before.iter().all(|place| order.contains(place)) && order.len() == 115);
    assert_eq!(last("103.5.6.").map(|failure| failure.blamed), None);
    assert_eq!(last("103.6.").map(|failure| failure.blamed), Some(115), "5 was appended to 103");
    assert_eq!(last("104.5.").map(|failure| failure.blamed), Some(115), "5 was appended to 103");
    assert_eq!(last("103.5.7.").map(|failure| failure.blamed), Some(115), "7 was appended to what was new");
    assert_eq!(last("103.5.104.").map(|failure| failure.blamed), Some(115), "104 was written, not appended");
}

#[test]
fn an_answer_that_is_not_explained_is_told_with_what_was_answered_in_the_same_moment() {
    let history = [
        write(0, "a", (0, 1)),
        read(1, "b", (2, 9)),
        read(2, "c", (3, 9)),
        read(3, "a", (4, 9)),
        read(4, "d", (5, 10)),
    ];
    let judge = judge(&history, Model::Register, ENOUGH);
    let (_, failure) = judge.failed().expect("b was never written");
    assert_eq!(
        (failure.blamed, &failure.unplaced[..], &failure.partial[..]),
        (1, &[1, 2, 3][..], &[vec![0]][..])
    );
}

#[test]
fn what_nobody_knows_the_outcome_of_was_done_if_it_was_read_and_is_left_out_if_not() {
    let history = [
        unknown(append(0, "a.", (0, 0))),
        unknown(write(1, "b.", (0, 0))),
        read(2, "a.", (10, 20)),
        unknown(append(3, "c.", (12, 0))),
        unknown(read(4, "", (13, 0))),
        read(2, "a.c.", (30, 40)),
    ];
    let judge = judge(&history, Model::KeyValue, ENOUGH);
    let [Part { verdict: Verdict::Yes(order), .. }] = judge.parts() else { panic!("{:?}", judge.parts()) };
    assert_eq!(order[..], [0, 2, 3, 5]);
}

/// By its last call alone the write of b would come last but one, by its first answer first.
#[test]
fn eras_are_ordered_by_both_their_moments() {
    let history = [write(0, "b", (0, 0)), write(1, "a", (0, 5)), read(2, "b", (6, 7))];
    let judge = judge(&history, Model::Register, ENOUGH);
    let [Part { verdict: Verdict::Yes(order), .. }] = judge.parts() else { panic!("{:?}", judge.parts()) };
    assert_eq!(order[..], [1, 0, 2]);
}

/// Up to nine operations of four processes, most of them appends. A text is a letter of its own; rarely one that another has too
/// or that begins with another's. A read returns what the object held at some moment between its call and its answer, or at another
/// moment, or what nobody knows.
fn drawn(model: Model, seed: u64) -> Vec<Operation> {
    let chance = Chance::new(seed);
    let mut draws = 0;
    let mut below = |n: u32| {
        draws += 1;
        chance.key(draws).below(n)
    };
    let mut free = [0u64; 4];
    let mut history: Vec<(u64, Operation)> = Vec::new();
    let letter = |n: u32| ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"][n as usize];
    for n in 0..2 + below(8) {
        let process = below(4) as usize;
        let text = match below(25) {
            0 => alloc::format!("{}{}", letter(n), letter(n + 1)),
            1 => letter(n + 1).into(),
            _ => letter(n).into(),
        };
        let call = match below(10) {
            0..=3 => Call::Read,
            4..=7 if model == Model::KeyValue => Call::Append(text.as_str().into()),
            _ => Call::Write(Some(text.as_str().into())),
        };
        let called = free[process] + u64::from(below(4));
        let returned = called + 1 + u64::from(below(12));
        let effect = called + u64::from(below((returned - called) as u32));
        free[process] = returned + 1;
        let returned = (below(6) > 0).then_some((returned, Reply::Done));
        history.push((effect, Operation { process: process as u64, key: None, call, called, returned }));
    }
    history.sort_by_key(|(effect, _)| *effect);
    let mut object = Cell::new();
    let mut held = vec![None];
    for (_, operation) in &mut history {
        let any = held[below(held.len() as u32) as usize].clone();
        let read = match below(8) {
            0 => any,
            1 => Some([letter(below(4)), letter(below(9))].concat().as_str().into()),
            _ => held.last().cloned().flatten(),
        };
        if let Some((_, reply)) = operation.returned.as_mut().filter(|_| operation.call.is_read()) {
            *reply = Reply::Value(read);
        }
        if let Some(after) = object.after(&operation.call, None).filter(|_| below(12) > 0) {
            held.extend(after.held());
            object = after;
        }
    }
    history.into_iter().map(|(_, operation)| operation).collect()
}

fn agrees(model: Model, seeds: core::ops::Range<u64>) {
    brute_force::agrees::<Cell>(model, seeds.clone(), |seed| drawn(model, seed));
    let traceable = seeds.clone().filter(|&seed| is_traceable(model, &drawn(model, seed))).count() as u64;
    let count = seeds.end - seeds.start;
    assert!((count / 2..count * 99 / 100).contains(&traceable), "{traceable} of {count}");
}

#[test]
fn twenty_thousand_histories_of_a_register_with_texts_of_their_own_are_judged_as_by_trying_every_order() {
    agrees(Model::Register, 0..20_000);
}

#[test]
fn thirty_thousand_histories_of_a_value_with_texts_of_their_own_are_judged_as_by_trying_every_order() {
    agrees(Model::KeyValue, 20_000..50_000);
}
