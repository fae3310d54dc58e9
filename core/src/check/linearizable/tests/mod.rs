//! Histories written down by hand and drawn at random, and the plainest judge there is.

mod brute_force;
mod search;
mod traceable;
mod violations;

use super::*;
use alloc::vec;
use alloc::vec::Vec;

pub(super) const ENOUGH: u64 = 1_000_000;

fn value(text: &str) -> Value {
    (!text.is_empty()).then(|| text.into())
}

fn operation(process: u64, call: Call, (called, returned): (u64, u64), reply: Reply) -> Operation {
    Operation { process, key: None, call, called, returned: Some((returned, reply)) }
}

/// A read that returned this; nothing if it is empty.
fn read(process: u64, text: &str, when: (u64, u64)) -> Operation {
    operation(process, Call::Read, when, Reply::Value(value(text)))
}

fn write(process: u64, text: &str, when: (u64, u64)) -> Operation {
    operation(process, Call::Write(value(text)), when, Reply::Done)
}

fn append(process: u64, text: &str, when: (u64, u64)) -> Operation {
    operation(process, Call::Append(text.into()), when, Reply::Done)
}

fn delete(process: u64, when: (u64, u64)) -> Operation {
    operation(process, Call::Delete, when, Reply::Done)
}

fn cas(process: u64, old: &str, new: &str, when: (u64, u64)) -> Operation {
    operation(process, Call::CompareAndSet(value(old), value(new)), when, Reply::Done)
}

fn refused(process: u64, old: &str, new: &str, when: (u64, u64)) -> Operation {
    operation(process, Call::CompareAndSet(value(old), value(new)), when, Reply::Refused)
}

fn enqueue(process: u64, text: &str, when: (u64, u64)) -> Operation {
    operation(process, Call::Enqueue(value(text)), when, Reply::Done)
}

fn dequeue(process: u64, text: &str, when: (u64, u64)) -> Operation {
    operation(process, Call::Dequeue, when, Reply::Value(value(text)))
}

/// The same, but its caller never learned what came of it.
fn unknown(operation: Operation) -> Operation {
    Operation { returned: None, ..operation }
}

fn at(key: &str, operation: Operation) -> Operation {
    Operation { key: value(key), ..operation }
}

#[test]
fn an_order_is_given_and_explains_the_history() {
    let history = vec![
        write(0, "1", (0, 10)),
        read(1, "", (1, 3)),
        write(2, "2", (2, 9)),
        read(1, "2", (4, 6)),
        read(1, "1", (7, 8)),
        unknown(write(3, "3", (5, 0))),
        cas(1, "3", "4", (11, 14)),
        refused(2, "3", "5", (12, 13)),
    ];
    let judge = judge(&history, Model::Register, ENOUGH);
    assert_eq!(judge.is_linearizable(), Some(true));
    let [Part { verdict: Verdict::Yes(order), .. }] = judge.parts() else { panic!("{:?}", judge.parts()) };
    assert_eq!(witness::explains(&history, Model::Register, order), Ok(()));
}

#[test]
fn keys_are_judged_one_by_one_and_the_one_that_fails_is_named() {
    let history = vec![
        at("x", write(0, "1", (0, 1))),
        at("y", write(0, "2", (2, 3))),
        at("x", read(1, "1", (4, 5))),
        at("y", read(1, "1", (6, 7))),
    ];
    let judge = judge(&history, Model::KeyValue, ENOUGH);
    let (part, failure) = judge.failed().expect("y never held 1");
    assert_eq!((part.key.clone(), failure.blamed, &failure.unplaced[..]), (value("y"), 3, &[3][..]));
    assert_eq!(failure.partial, [[1]]);
}

/// Things that are put into a queue at the same time, and one taken out that is none of them: every order has to be tried.
fn hard(key: &str, things: u64) -> Vec<Operation> {
    let mut history: Vec<Operation> =
        (0..things).map(|n| at(key, enqueue(n, &alloc::format!("{n}"), (n, 1_000)))).collect();
    history.push(at(key, dequeue(things, "never", (500, 600))));
    history
}

#[test]
fn a_search_stops_when_its_budget_is_spent_and_can_go_on() {
    let history = hard("x", 6);
    let mut judge = Judge::new(&history, Model::Queue);
    assert!(!judge.advance(500));
    assert_eq!((judge.is_linearizable(), judge.steps()), (None, 500));
    assert!(matches!(judge.parts()[0].verdict, Verdict::Undecided));
    assert!(judge.advance(ENOUGH));
    assert_eq!(judge.is_linearizable(), Some(false));
    // There are 1,957 ways to put up to six things in a row.
    assert!((1_957..60_000).contains(&judge.steps()), "{}", judge.steps());
}

#[test]
fn a_hard_key_does_not_hide_an_easy_violation_on_another() {
    let mut history = hard("a", 12);
    history.extend([at("b", enqueue(50, "1", (0, 1))), at("b", dequeue(50, "2", (2, 3)))]);
    let judge = judge(&history, Model::Queue, 10_000);
    assert_eq!(judge.failed().map(|(part, _)| part.key.clone()), Some(value("b")));
}

#[test]
fn what_a_witness_leaves_out_repeats_or_turns_round_is_found() {
    let history = vec![
        write(0, "1", (0, 1)),
        write(0, "2", (2, 3)),
        read(1, "2", (4, 5)),
        unknown(write(2, "3", (0, 0))),
    ];
    let explains = |order: &[u32]| witness::explains(&history, Model::Register, order);
    assert_eq!(explains(&[0, 1, 2]), Ok(()));
    assert_eq!(explains(&[0, 1, 2, 3]), Ok(()));
    assert_eq!(explains(&[1, 0, 2]), Err(witness::Flaw::TooLate(0)));
    assert_eq!(explains(&[0, 1, 3, 2]), Err(witness::Flaw::Answer(2)));
    assert_eq!(explains(&[0, 1]), Err(witness::Flaw::Missing(2)));
    assert_eq!(explains(&[0, 1, 1, 2]), Err(witness::Flaw::Twice(1)));
    assert_eq!(explains(&[0, 1, 2, 9]), Err(witness::Flaw::Twice(9)));
}

#[test]
fn a_history_without_operations_is_linearizable() {
    assert_eq!(judge(&[], Model::Queue, 0).is_linearizable(), Some(true));
    let nobody_knows = [unknown(read(0, "", (0, 0))), unknown(write(1, "1", (0, 0)))];
    assert_eq!(judge(&nobody_knows, Model::Register, 10).is_linearizable(), Some(true));
}
