//! How far a search has to go: histories that would take a lifetime to try, and the few steps that they take.

use super::*;
use crate::check::linearizable::model::{Cell, Object, Queue};
use alloc::format;
use alloc::string::String;
use core::ops::RangeInclusive;

/// Judges a history after a key was deleted, so that reads do not tell where everything came from.
fn searched(history: &[Operation], answer: bool, steps: RangeInclusive<u64>) -> Option<Failure> {
    let mut whole = vec![delete(99, (0, 1))];
    whole.extend_from_slice(history);
    let judge = judge(&whole, Model::KeyValue, ENOUGH);
    assert_eq!(judge.is_linearizable(), Some(answer));
    assert!(steps.contains(&judge.steps()), "{} steps", judge.steps());
    if let Verdict::Yes(order) = &judge.parts()[0].verdict {
        assert_eq!(witness::explains(&whole, Model::KeyValue, order), Ok(()));
    }
    judge.failed().map(|(_, failure)| failure.clone())
}

/// Forty clients call at about the same time and are all answered late.
fn crowd(call: impl Fn(u64) -> Call) -> Vec<Operation> {
    (0..40).map(|n| operation(n, call(n), (10 + n, 1_000 + n), Reply::Done)).collect()
}

/// That is one state, not two to the fortieth.
#[test]
fn writes_that_nobody_reads_are_not_told_apart() {
    let mut history = crowd(|n| Call::Write(value(&format!("{n}."))));
    history.push(read(50, "never", (500, 600)));
    let failure = searched(&history, false, 1..=200).expect("it was never written");
    assert_eq!(failure.blamed, 41);
}

#[test]
fn writes_that_nobody_reads_do_not_hide_one_that_somebody_does() {
    let mut history = crowd(|n| Call::Write(value(&format!("{n}."))));
    history.extend([read(50, "17.", (500, 600)), read(51, "", (2_000, 2_001))]);
    let failure = searched(&history, false, 1..=300).expect("something was written");
    assert_eq!(failure.blamed, 42);
}

#[test]
fn what_was_read_and_is_not_read_again_is_seen_no_more() {
    let write_and_read = |n: u64| {
        let text = format!("{n}.");
        [write(50, &text, (4 * n + 2, 4 * n + 3)), read(50, &text, (4 * n + 4, 4 * n + 5))]
    };
    let mut history: Vec<Operation> = (0..40).flat_map(write_and_read).collect();
    let crowd = crowd(|n| Call::Write(value(&format!("{n}."))));
    let later = |operation: Operation| Operation {
        called: operation.called + 500,
        returned: operation.returned.map(|(at, reply)| (at + 500, reply)),
        ..operation
    };
    history.extend(crowd.into_iter().map(later));
    history.push(read(50, "never", (1_000, 1_100)));
    let failure = searched(&history, false, 1..=600).expect("it was never written");
    assert_eq!(failure.blamed, 121);
}

#[test]
fn appends_that_nobody_reads_are_placed_before_the_write_that_hides_them() {
    let mut history = crowd(|n| Call::Append(format!("{n}.").as_str().into()));
    history.extend([
        write(50, "new.", (70, 1_100)),
        read(51, "new.", (500, 600)),
        read(51, "new.7.", (601, 700)),
    ]);
    searched(&history, true, 1..=600);
    history.push(read(51, "new.8.", (701, 800)));
    let failure = searched(&history, false, 1..=600).expect("8 follows 7");
    assert_eq!(failure.blamed, 44);
}

#[test]
fn a_comparison_minds_what_nobody_reads() {
    let mut history = crowd(|n| Call::Append(format!("{n}.").as_str().into()));
    history.truncate(6);
    history.extend([
        write(50, "new.", (70, 1_100)),
        cas(51, "new.", "3.", (500, 600)),
        read(51, "3.", (620, 700)),
    ]);
    searched(&history, true, 1..=300);
    history.push(refused(52, "3.", "4.", (610, 615)));
    searched(&history, false, 1..=3_000);
}

#[test]
fn what_was_read_is_followed_not_guessed() {
    let mut history = crowd(|n| Call::Append(format!("{n}.").as_str().into()));
    let mut text = String::new();
    for n in (0..40).rev() {
        text.push_str(&format!("{n}."));
        let at = 100 + 10 * (40 - n);
        history.push(read(50, &text, (at, at + 5)));
    }
    searched(&history, true, 40..=1_000);
}

#[test]
fn a_search_that_fails_tells_a_few_of_the_orders_that_go_furthest() {
    for (clients, told) in [(5, 5), (9, 8)] {
        let mut history: Vec<Operation> =
            (0..clients).map(|n| cas(n, "", &format!("{n}"), (10 + n, 100))).collect();
        history.push(read(50, "7", (200, 201)));
        let failure = searched(&history, false, 1..=1_000).expect("only one of them finds nothing");
        assert_eq!(failure.partial.len(), told);
    }
}

#[test]
fn a_set_is_told_by_its_words_from_its_first_gap_to_its_last_member() {
    use crate::check::linearizable::search::words_between;
    for (low, high, words) in [
        (0, 0, 0..1),
        (3, 63, 0..1),
        (3, 64, 0..2),
        (63, 200, 0..4),
        (64, 63, 1..1),
        (64, 64, 1..2),
        (200, 130, 3..3),
        (130, 300, 2..5),
    ] {
        assert_eq!(words_between(low, high), words, "from {low} to {high}");
    }
}

#[test]
fn what_is_not_the_same_hardly_ever_hashes_alike() {
    fn hash_apart<S: Object>(objects: &[S]) {
        for (place, object) in objects.iter().enumerate() {
            for other in &objects[place + 1..] {
                assert_ne!(object.hash(), other.hash(), "{:?} and {:?}", object.held(), other.held());
            }
        }
    }
    let texts = [None, Some(""), Some("\0"), Some("a"), Some("b"), Some("ab"), Some("ba")];
    let texts = texts.map(|text| text.map(Into::into));
    let mut cells = texts.clone().map(Cell::Holds).to_vec();
    cells.push(Cell::Unseen);
    hash_apart(&cells);
    let with =
        |queue: &Queue, text: &Value| queue.after(&Call::Enqueue(text.clone()), None).expect("it has room");
    let mut queues = vec![Queue::new()];
    for text in &texts {
        let one = with(&Queue::new(), text);
        queues.extend(texts.iter().map(|other| with(&one, other)));
        queues.push(one);
    }
    hash_apart(&queues);
}
