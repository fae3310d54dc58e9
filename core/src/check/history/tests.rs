//! Files that are histories, and files that are not.

use super::*;
use crate::check::linearizable::{Call, Reply, judge};
use alloc::format;
use alloc::string::{String, ToString};

const PLAIN: &str = "\
; what two clients saw
{:process 0, :type :invoke, :f :write, :value 1, :time 10, :index 0}
{:process 1, :type :invoke, :f :read, :value nil, :time 12, :index 1}
{:process :nemesis, :type :info, :f :partition, :value \"halves\", :index 2}
{:process 0, :type :ok, :f :write, :value 1, :time 20, :index 3}
{:process 1, :type :ok, :f :read, :value 1, :time 22, :index 4}
{:process 2, :type :invoke, :f :cas, :value [1 2], :index 5}
{:process 2, :type :fail, :f :cas, :value [1 2], :index 6}
{:process 3, :type :invoke, :f :cas, :value [1 3], :index 7}
{:process 3, :type :info, :f :cas, :value [1 3], :error :timeout, :index 8}
{:process 4, :type :invoke, :f :write, :value 9, :index 9}
";

#[test]
fn a_history_of_jepsen_is_read_event_by_event() {
    let History { operations, lines } = read(PLAIN, Model::Register).unwrap();
    let told: Vec<String> = operations.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["write 1", "read → 1", "cas 1 to 3 → ?", "write 9 → ?"]);
    assert_eq!(lines, [5, 6, 9, 11]);
    assert_eq!(judge(&operations, Model::Register, 1_000).is_linearizable(), Some(true));
}

#[test]
fn a_vector_of_tagged_maps_is_the_same_history() {
    let vector = PLAIN.replace("{:process", "#jepsen.history.Op{:process");
    let vector = format!("[{}]\n", vector.replace("; what two clients saw\n", ""));
    assert_eq!(
        read(&vector, Model::Register).unwrap().operations,
        read(PLAIN, Model::Register).unwrap().operations
    );
}

#[test]
fn keys_come_with_the_values() {
    let text = "\
{:process 0 :type :invoke :f :write :value [x 1]}
{:process 1 :type :invoke :f :cas :value [x [1 2]]}
{:process 0 :type :ok :f :write :value [x 1]}
{:process 1 :type :ok :f :cas :value [x [1 2]]}
{:process 0 :type :invoke :f :read :value [\"y\" nil]}
{:process 0 :type :ok :f :read :value [\"y\" nil]}
";
    let operations = read(text, Model::Register).unwrap().operations;
    let told: Vec<String> = operations.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["x: write 1", "x: cas 1 to 2", "y: read → nil"]);
}

#[test]
fn what_is_written_is_read_again() {
    let operations = read(PLAIN, Model::Register).unwrap().operations;
    let again = read(&jepsen::write(&operations), Model::Register).unwrap().operations;
    let told = |operations: &[Operation]| operations.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(told(&again), told(&operations));
    assert_eq!(read(&lines::write(&operations), Model::Register).unwrap().operations, operations);
    let queue = "\
{:process 0 :type :invoke :f :enqueue :value \"a \\\"b\\\"\"}
{:process 0 :type :ok :f :enqueue :value \"a \\\"b\\\"\"}
{:process 1 :type :invoke :f :dequeue}
{:process 1 :type :ok :f :dequeue :value \"a \\\"b\\\"\"}
";
    let operations = read(queue, Model::Queue).unwrap().operations;
    assert_eq!(operations[0].call, Call::Enqueue(Some("a \"b\"".into())));
    assert_eq!(read(&jepsen::write(&operations), Model::Queue).unwrap().operations, operations);
    assert_eq!(read(&lines::write(&operations), Model::Queue).unwrap().operations, operations);
}

#[test]
fn a_history_is_written_event_by_event() {
    let text = "\
{\"process\":0,\"key\":\"x\",\"call\":{\"write\":\"7\"},\"called\":1,\"returned\":[5,\"done\"]}
{\"process\":1,\"key\":\"x\",\"call\":\"read\",\"called\":5,\"returned\":[5,{\"value\":\"007\"}]}
{\"process\":2,\"key\":null,\"call\":{\"compare-and-set\":[null,\"a\"]},\"called\":6,\"returned\":[8,\"refused\"]}
{\"process\":3,\"key\":null,\"call\":{\"append\":\"b\"},\"called\":7}
";
    let operations = read(text, Model::KeyValue).unwrap().operations;
    let written = jepsen::write(&operations);
    assert_eq!(
        written,
        "\
{:process 0, :type :invoke, :f :write, :value [\"x\" 7], :time 1, :index 0}
{:process 1, :type :invoke, :f :read, :value [\"x\" nil], :time 5, :index 1}
{:process 0, :type :ok, :f :write, :value [\"x\" 7], :time 5, :index 2}
{:process 1, :type :ok, :f :read, :value [\"x\" \"007\"], :time 5, :index 3}
{:process 2, :type :invoke, :f :cas, :value [nil [nil \"a\"]], :time 6, :index 4}
{:process 3, :type :invoke, :f :append, :value [nil \"b\"], :time 7, :index 5}
{:process 2, :type :fail, :f :cas, :value [nil [nil \"a\"]], :time 8, :index 6}
"
    );
    let told: Vec<String> =
        read(&written, Model::KeyValue).unwrap().operations.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["x: write 7", "x: read → 007", "append b → ?"]);
}

#[test]
fn a_file_that_is_too_long_is_not_read() {
    let text = " ".repeat(LONGEST + 1);
    let wrong = read(&text, Model::Register).expect_err("it is too long");
    assert_eq!(wrong.expected, "a file of at most 64 MiB");
}

#[test]
fn a_store_is_asked_to_append_and_delete() {
    let text = "\
{\"process\":0,\"key\":\"x\",\"call\":{\"append\":\"a\"},\"called\":0,\"returned\":[7,\"done\"]}

  {\"process\":1,\"key\":\"x\",\"call\":\"delete\",\"called\":8,\"returned\":null}
{\"process\":2,\"key\":\"x\",\"call\":{\"compare-and-set\":[\"a\",null]},\"called\":3,\"returned\":[9,\"refused\"]}
";
    let History { operations, lines } = read(text, Model::KeyValue).unwrap();
    let told: Vec<String> = operations.iter().map(ToString::to_string).collect();
    assert_eq!(told, ["x: append a", "x: cas a to nil → refused", "x: delete → ?"]);
    assert_eq!(lines, [1, 4, 3]);
}

#[test]
fn what_is_no_history_is_refused_with_its_place_and_what_was_expected() {
    let ok = "{:process 0 :type :invoke :f :write :value 1}\n";
    for (text, place, expected) in [
        (format!("{ok}  {{:process 0 :type :invoke"), (2, 28), "an event as an EDN map"),
        (format!("{ok}{{:process 0 :type :ok :f :write :value 1.5}}"), (2, 40), "an event as an EDN map"),
        (format!("{ok} 17"), (2, 2), "an event as a map"),
        ("{:type :invoke :f :read}".into(), (1, 1), "an event with a :process"),
        ("{:process 0 :f :read}".into(), (1, 1), "an event with a :type"),
        ("{:process 0 :type :invoke}".into(), (1, 1), "an event with an :f"),
        ("{:process 0 :type :began :f :read}".into(), (1, 1), ":invoke, :ok, :fail or :info as :type"),
        ("{:process 0 :type :invoke :f :append :value 1}".into(), (1, 1), "a call of a register"),
        ("{:process 0 :type :invoke :f :txn}".into(), (1, 1), "a call of a register"),
        ("{:process 0 :type :invoke :f :cas :value 1}".into(), (1, 1), "[old new]"),
        ("{:process 0 :type :invoke :f :write :value #{1}}".into(), (1, 1), "a number, a string"),
        (format!("{ok}{ok}"), (2, 1), "the end of what process 0 has under way"),
        ("{:process 0 :type :ok :f :read}".into(), (1, 1), "an :invoke of process 0 first"),
        (format!("{ok}{{:process 0 :type :ok :f :read}}"), (2, 1), "the end of :write"),
        (
            format!("{ok}{{:process 1 :type :invoke :f :read :value [x nil]}}"),
            (2, 1),
            "a value without a key",
        ),
        (format!("[{ok}"), (2, 1), "`]` at the end"),
        (format!("[{ok}] {{}}"), (2, 3), "`]` at the end"),
        (
            "{:process 0 :type :invoke :f :read :index 3}\n{:process 1 :type :invoke :f :read :index 3}"
                .into(),
            (2, 1),
            "an :index above 3",
        ),
        (
            "\n {\"process\":0,\"call\":\"read\",\"called\":0,".into(),
            (2, 2),
            "an operation as a line of JSON",
        ),
        ("{\"process\":0,\"call\":\"delete\",\"called\":0}".into(), (1, 1), "a call of a register"),
        (
            "{\"process\":0,\"call\":\"read\",\"called\":5,\"returned\":[3,{\"value\":null}]}".into(),
            (1, 1),
            "after the call",
        ),
        (
            "{\"process\":0,\"call\":\"read\",\"called\":5,\"returned\":[7,\"done\"]}".into(),
            (1, 1),
            "a value as the answer",
        ),
        (
            "{\"process\":0,\"call\":{\"compare-and-set\":[\"1\",null]},\"called\":5,\"returned\":[7,{\"value\":\"1\"}]}".into(),
            (1, 1),
            "`done` or `refused` as the answer",
        ),
        (
            "{\"process\":0,\"call\":{\"write\":\"1\"},\"called\":5,\"returned\":[7,\"refused\"]}".into(),
            (1, 1),
            "`done` as the answer",
        ),
        (
            "{:process 0 :type :invoke :f :read :value [x nil]}\n{:process 0 :type :ok :f :read :value [x]}".into(),
            (2, 1),
            "[key value]",
        ),
        (
            "{:process 0 :type :invoke :f :read :value [x nil]}\n{:process 0 :type :ok :f :read :value [y 1]}".into(),
            (2, 1),
            "the key of the call",
        ),
    ] {
        let wrong = read(&text, Model::Register).expect_err(&text);
        assert_eq!((wrong.line, wrong.column), place, "{text}: {wrong}");
        assert!(wrong.expected.contains(expected), "{text}: {wrong}");
        assert!(!wrong.found.is_empty() && wrong.to_string().starts_with("line "));
    }
}

#[test]
fn a_place_is_a_line_and_a_character_even_inside_a_character() {
    let text = "é\nüß";
    let places = [(0, (1, 1)), (1, (1, 1)), (2, (1, 2)), (3, (2, 1)), (4, (2, 1)), (5, (2, 2)), (99, (2, 3))];
    for (offset, place) in places {
        assert_eq!(place::line_and_column(text, offset), place, "byte {offset}");
    }
}

#[test]
fn operations_are_told_in_words() {
    let told = |call: Call, reply: Option<Reply>| {
        let operation =
            Operation { process: 0, key: None, call, called: 0, returned: reply.map(|reply| (1, reply)) };
        operation.to_string()
    };
    assert_eq!(told(Call::Write(Some("".into())), Some(Reply::Done)), "write \"\"");
    assert_eq!(told(Call::Write(None), None), "write nil → ?");
    assert_eq!(told(Call::Dequeue, Some(Reply::Value(Some("1".into())))), "dequeue → 1");
}

#[test]
fn nothing_is_a_history_without_operations() {
    for text in ["", "\n ; only this\n", "[]"] {
        assert_eq!(read(text, Model::Register).unwrap(), History::default(), "{text:?}");
    }
}

#[test]
fn brackets_without_end_do_not_end_the_reader() {
    for bracket in ["[", "{", "(", "#{", "{:a "] {
        let text = format!("{{:process 0 :value {}", bracket.repeat(200_000));
        assert!(read(&text, Model::Register).is_err());
    }
}

#[test]
fn a_drawing_has_a_bar_for_each_operation_and_the_orders_that_were_found() {
    let text = PLAIN.replace(":f :read, :value 1,", ":f :read, :value 7,");
    let History { operations, .. } = read(&text, Model::Register).unwrap();
    let judged = judge(&operations, Model::Register, 1_000);
    let drawing: serde_json::Value = serde_json::from_str(&porcupine::write(&operations, &judged)).unwrap();
    let part = &drawing["Partitions"][0];
    assert_eq!(part["History"].as_array().map(Vec::len), Some(4));
    assert_eq!(part["History"][1]["Description"], "read → 7");
    // Nobody knows when the last one ended: after everything else.
    assert_eq!(part["History"][3]["End"], part["History"][2]["End"]);
    assert_eq!(part["PartialLinearizations"][0][0]["StateDescription"], "1");
    assert_eq!((&part["Largest"]["0"], part["Largest"].get("1")), (&0.into(), None));
    assert_eq!(drawing["Annotations"], serde_json::json!([]));
    assert_eq!(operations[1].reply(), Some(&Reply::Value(Some("7".into()))));
}
