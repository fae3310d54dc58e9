//! Twenty violations, each with the operation that is to blame: the first whose answer nothing explains.

use super::*;

struct Violation {
    what: &'static str,
    model: Model,
    history: Vec<Operation>,
    blamed: u32,
}

fn violation(what: &'static str, model: Model, blamed: u32, history: Vec<Operation>) -> Violation {
    Violation { what, model, history, blamed }
}

fn violations() -> Vec<Violation> {
    use Model::{KeyValue, Queue, Register};
    vec![
        violation(
            "a stale read",
            Register,
            2,
            vec![write(0, "1", (0, 1)), write(0, "2", (2, 3)), read(1, "1", (4, 5))],
        ),
        violation(
            "a read of what was never written",
            Register,
            1,
            vec![write(0, "1", (0, 1)), read(1, "7", (2, 3))],
        ),
        violation(
            "a read of what is written only later",
            Register,
            0,
            vec![read(1, "1", (0, 1)), write(0, "1", (2, 3))],
        ),
        violation("a lost write", Register, 1, vec![write(0, "1", (0, 1)), read(1, "", (2, 3))]),
        violation(
            "two reads that see two writes in two orders",
            Register,
            4,
            vec![
                write(0, "1", (0, 10)),
                write(1, "2", (0, 10)),
                read(2, "1", (11, 12)),
                read(3, "1", (13, 14)),
                read(2, "2", (15, 16)),
            ],
        ),
        violation(
            "a read that goes back while a write is under way",
            Register,
            3,
            vec![write(0, "1", (0, 1)), write(0, "2", (2, 20)), read(1, "2", (3, 5)), read(2, "1", (6, 8))],
        ),
        violation(
            "a compare-and-set that should have been refused",
            Register,
            1,
            vec![write(0, "1", (0, 1)), cas(1, "2", "3", (2, 3))],
        ),
        violation(
            "two compare-and-sets of one value",
            Register,
            2,
            vec![write(0, "1", (0, 1)), cas(1, "1", "2", (2, 5)), cas(2, "1", "3", (3, 6))],
        ),
        violation(
            "a refusal of what fitted",
            Register,
            1,
            vec![write(0, "1", (0, 1)), refused(1, "1", "2", (2, 3))],
        ),
        violation(
            "a write of unknown outcome that takes effect, and is gone again",
            Register,
            4,
            vec![
                write(0, "1", (0, 1)),
                unknown(write(1, "2", (2, 0))),
                read(2, "1", (3, 4)),
                read(2, "2", (5, 6)),
                read(2, "1", (7, 8)),
            ],
        ),
        violation(
            "a write of unknown outcome that takes effect before it is called",
            Register,
            1,
            vec![write(0, "1", (0, 1)), read(2, "2", (2, 3)), unknown(write(1, "2", (4, 0)))],
        ),
        violation(
            "an append that is done twice",
            KeyValue,
            2,
            vec![append(0, "a", (0, 1)), append(0, "b", (2, 3)), read(1, "aba", (4, 5))],
        ),
        violation(
            "an append of unknown outcome that is done twice",
            KeyValue,
            1,
            vec![unknown(append(0, "a", (0, 0))), read(1, "aa", (4, 5))],
        ),
        violation(
            "appends of one client in the wrong order",
            KeyValue,
            2,
            vec![append(0, "a", (0, 1)), append(0, "b", (2, 3)), read(1, "ba", (4, 5))],
        ),
        violation(
            "an append that is lost under another",
            KeyValue,
            2,
            vec![append(0, "a", (0, 4)), append(1, "b", (1, 5)), read(0, "b", (6, 7))],
        ),
        violation(
            "a deleted key that is still there",
            KeyValue,
            2,
            vec![write(0, "1", (0, 1)), delete(0, (2, 3)), read(1, "1", (4, 5))],
        ),
        violation(
            "two reads that leave no room for a delete between them",
            KeyValue,
            4,
            vec![
                write(0, "1", (0, 1)),
                delete(1, (2, 20)),
                read(2, "1", (3, 4)),
                read(2, "", (5, 6)),
                read(2, "1", (7, 8)),
            ],
        ),
        violation(
            "a queue that hands one thing out twice",
            Queue,
            2,
            vec![enqueue(0, "a", (0, 1)), dequeue(1, "a", (2, 5)), dequeue(2, "a", (3, 6))],
        ),
        violation(
            "a queue that is last in, first out",
            Queue,
            2,
            vec![enqueue(0, "a", (0, 1)), enqueue(0, "b", (2, 3)), dequeue(1, "b", (4, 5))],
        ),
        violation(
            "a queue that is empty too early",
            Queue,
            1,
            vec![enqueue(0, "a", (0, 1)), dequeue(1, "", (2, 3))],
        ),
    ]
}

#[test]
fn each_violation_is_found_and_the_right_operation_is_blamed() {
    let all = violations();
    assert_eq!(all.len(), 20);
    for Violation { what, model, history, blamed } in &all {
        let judge = judge(history, *model, ENOUGH);
        let (_, failure) = judge.failed().unwrap_or_else(|| panic!("{what} passes"));
        assert_eq!(failure.blamed, *blamed, "{what}");
        assert!(failure.unplaced.contains(blamed), "{what}: {failure:?}");
        // What had been answered before is explained by each of the partial orders.
        for order in &failure.partial {
            let before: Vec<Operation> = order.iter().map(|&place| history[place as usize].clone()).collect();
            let places: Vec<u32> = (0..before.len() as u32).collect();
            assert_eq!(witness::explains(&before, *model, &places), Ok(()), "{what}");
        }
    }
}

#[test]
fn each_history_passes_without_the_operation_that_is_blamed() {
    for Violation { what, model, mut history, blamed } in violations() {
        history.remove(blamed as usize);
        assert_eq!(judge(&history, model, ENOUGH).is_linearizable(), Some(true), "{what}");
    }
}
