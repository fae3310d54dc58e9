//! The clerk's rules, each with what happens without it.

use super::bench::*;
use crate::kv::clerk::{Clerk, Config, File, Incarnation, Output, Request, Timer};
use crate::kv::message::Outcome;
use crate::kv::{Message, Mix, Note, Op, Reply, Rule, Rules};
use crate::node::{Effect, FileOp, Input, Node, NodeId};
use crate::time::Span;
use alloc::rc::Rc;
use alloc::vec::Vec;

const DONE: Outcome = Outcome::Done(Reply::Done);

/// Whom the clerk asked, and under which number.
fn asked(effects: &[Effect<Clerk>]) -> Vec<(NodeId, u64)> {
    said(effects)
        .into_iter()
        .filter_map(|(to, message)| match message {
            Message::Request { number, .. } => Some((to, number)),
            _ => None,
        })
        .collect()
}

fn outputs(effects: &[Effect<Clerk>]) -> Vec<Output> {
    effects
        .iter()
        .filter_map(|effect| if let Effect::Output(output) = effect { Some(output.clone()) } else { None })
        .collect()
}

fn load(keys: u32, writes: u32) -> Request {
    Request::Load { every: Span::millis(5), mix: Mix { keys, writes, ..Mix::default() } }
}

/// The operations that a clerk under load sends, each answered at once.
fn operations(clerk: &mut Bench<Clerk>, count: u64) -> Vec<Op> {
    let mut operations = Vec::new();
    for number in 1..=count {
        operations.push(clerk.node.view().pending.expect("an operation is pending").op);
        clerk.is_answered(S1, number, DONE);
        clerk.happens(Input::Timer(Timer::Load));
    }
    operations
}

#[test]
fn kv2_operations_are_numbered_from_one_and_a_retry_keeps_its_number() {
    let mut clerk = Bench::clerk(Rules::ALL);
    assert_eq!(asked(&clerk.puts("x", "1")), [(S1, 1)]);
    assert_eq!(asked(&clerk.hears_nothing()), [(S2, 1)]);
    clerk.is_answered(S2, 1, DONE);
    assert_eq!(asked(&clerk.puts("x", "2")), [(S2, 2)]);
}

#[test]
fn kv2_a_clerk_that_restarts_takes_a_session_that_was_never_used() {
    let mut clerk = Bench::clerk(Rules::ALL);
    let mut sessions = alloc::vec![clerk.node.view().session];
    for _ in 0..3 {
        clerk.puts("x", "1");
        clerk.crashes_and_restarts();
        sessions.push(clerk.node.view().session);
        assert_eq!((clerk.node.view().pending, clerk.node.view().next_number), (None, 1));
    }
    assert_eq!(sessions.iter().map(|session| session.incarnation).collect::<Vec<_>>(), [1, 2, 3, 4]);
}

#[test]
fn kv2_a_clerk_writes_down_its_life_before_it_asks_for_anything() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.puts("x", "1");
    let first = Effect::Write(alloc::vec![FileOp::Put(File::Incarnation, Incarnation(1))]);
    assert_eq!(clerk.done.first(), Some(&first));
    // Sends wait for earlier writes. If this one is lost in a crash nothing was sent, and the life may be lived again.
    clerk.disk.clear();
    clerk.crashes_and_restarts();
    assert_eq!(clerk.node.view().session.incarnation, 1);
}

#[test]
fn a_life_is_written_whole_or_not_at_all() {
    use crate::node::Content as _;
    assert_eq!(Incarnation(3).bytes(), None, "there is no part of it that could be torn");
    assert_eq!(Incarnation(3).prefix(0), Incarnation(3));
}

#[test]
fn kv4_a_clerk_has_one_operation_outstanding_and_keeps_the_order() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.puts("x", "1");
    assert_eq!(asked(&clerk.puts("x", "2")), []);
    assert_eq!(asked(&clerk.is_told(Request::Do(get("x")))), []);
    assert_eq!(clerk.node.view().queued, 2);
    assert_eq!(asked(&clerk.is_answered(S1, 1, DONE)), [(S1, 2)]);
    assert_eq!(clerk.node.view().pending.map(|pending| pending.op), Some(put("x", "2")));
    assert_eq!(asked(&clerk.is_answered(S1, 2, DONE)), [(S1, 3)]);
    assert_eq!(clerk.node.view().queued, 0);
}

#[test]
fn kv7_a_clerk_asks_first_whoever_answered_last() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.puts("x", "1");
    clerk.hears_nothing();
    clerk.is_answered(S2, 1, DONE);
    assert_eq!(clerk.node.view().leader, Some(S2));
    assert_eq!(asked(&clerk.puts("x", "2")), [(S2, 2)]);
}

#[test]
fn kv7_a_clerk_that_is_sent_elsewhere_goes_where_it_is_told_or_else_to_the_next() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.puts("x", "1");
    assert_eq!(asked(&clerk.is_answered(S1, 1, Outcome::NotLeader { leader: Some(S3) })), [(S3, 1)]);
    assert_eq!(asked(&clerk.is_answered(S3, 1, Outcome::NotLeader { leader: None })), [(S1, 1)]);
    for nonsense in [Some(S1), Some(NodeId(99))] {
        let mut clerk = Bench::clerk(Rules::ALL);
        clerk.puts("x", "1");
        assert_eq!(asked(&clerk.is_answered(S1, 1, Outcome::NotLeader { leader: nonsense })), [(S2, 1)]);
    }
}

#[test]
fn kv7_a_clerk_pauses_after_a_vain_round_and_never_gives_up() {
    let mut clerk = Bench::clerk(Rules::ALL);
    let mut order = asked(&clerk.puts("x", "1"));
    for _ in 0..100 {
        for _ in 0..2 {
            order.extend(asked(&clerk.hears_nothing()));
        }
        let pause = Effect::SetTimer { which: Timer::Retry, within: (Span::millis(100), Span::millis(100)) };
        assert_eq!(clerk.hears_nothing(), [pause]);
        assert!(clerk.node.view().pending.is_some_and(|pending| pending.pausing));
        order.extend(asked(&clerk.hears_nothing()));
    }
    assert_eq!(order.len(), 301);
    assert!(order.iter().enumerate().all(|(n, &asked)| asked == ([S1, S2, S3][n % 3], 1)));
}

#[test]
fn kv7_servers_that_name_each_other_in_circles_are_not_asked_without_a_pause() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.puts("x", "1");
    clerk.is_answered(S1, 1, Outcome::NotLeader { leader: Some(S2) });
    clerk.is_answered(S2, 1, Outcome::NotLeader { leader: Some(S1) });
    assert_eq!(asked(&clerk.is_answered(S1, 1, Outcome::NotLeader { leader: Some(S2) })), []);
    assert!(clerk.node.view().pending.is_some_and(|pending| pending.pausing));
}

/// A leader cut off with a minority keeps the request and cannot answer; its follower goes on naming it.
#[test]
fn kv7_a_clerk_reaches_past_a_silent_leader_whose_follower_goes_on_naming_it() {
    let mut clerk = Bench::clerk(Rules::ALL);
    assert_eq!(asked(&clerk.puts("x", "1")), [(S1, 1)]);
    assert_eq!(asked(&clerk.hears_nothing()), [(S2, 1)]);
    assert_eq!(asked(&clerk.is_answered(S2, 1, Outcome::NotLeader { leader: Some(S1) })), [(S3, 1)]);
    clerk.is_answered(S3, 1, DONE);
    // The next operation judges afresh: S1 may have been healed since.
    assert_eq!(asked(&clerk.puts("x", "2")), [(S3, 2)]);
    assert_eq!(asked(&clerk.is_answered(S3, 2, Outcome::NotLeader { leader: Some(S1) })), [(S1, 2)]);
}

#[test]
fn kv7_without_retry_one_lost_message_ends_an_operation_for_ever() {
    let mut clerk = Bench::clerk(without(Rule::RetryUntilAnswered));
    clerk.puts("x", "1");
    for _ in 0..100 {
        assert_eq!(clerk.hears_nothing(), []);
    }
}

#[test]
fn kv7_an_answer_counts_whoever_gives_it_and_however_late() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.puts("x", "1");
    (0..3).for_each(|_| drop(clerk.hears_nothing()));
    assert!(clerk.node.view().pending.is_some_and(|pending| pending.pausing));
    clerk.is_answered(S1, 1, DONE);
    assert_eq!((clerk.node.view().pending, clerk.node.view().history.count()), (None, 1));
}

#[test]
fn kv10_an_operation_returns_once_however_often_it_is_answered() {
    let mut clerk = Bench::clerk(Rules::ALL);
    let began = clerk.puts("x", "1");
    let called = began.iter().position(|effect| matches!(effect, Effect::Output(Output::Called { .. })));
    let sent = began.iter().position(|effect| matches!(effect, Effect::Send { .. }));
    assert!(called.is_some() && called < sent, "an operation begins before anything of it is sent");
    for _ in 0..3 {
        clerk.is_answered(S1, 1, DONE);
    }
    let returned =
        Output::Returned { session: session(C1), number: 1, op: put("x", "1"), reply: Reply::Done };
    assert_eq!(outputs(&clerk.done)[1..], [returned]);
}

#[test]
fn kv10_a_late_answer_to_an_earlier_operation_does_not_answer_this_one() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.is_told(Request::Do(get("x")));
    clerk.is_answered(S1, 1, Outcome::Done(value("old")));
    clerk.is_told(Request::Do(get("x")));
    clerk.is_answered(S1, 1, Outcome::Done(value("old")));
    assert!(clerk.node.view().pending.is_some());
    clerk.crashes_and_restarts();
    clerk.is_told(Request::Do(get("x")));
    let (_, of_former_life) = done(C1, 1, value("old"));
    clerk.receives(S1, of_former_life);
    assert!(clerk.node.view().pending.is_some());
}

#[test]
fn the_history_tells_what_returned_and_how_hard_it_was() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.puts("x", "1");
    clerk.hears_nothing();
    clerk.is_answered(S2, 1, DONE);
    let history = clerk.node.view().history;
    let last = history.recent().last().expect("one operation has returned").clone();
    assert_eq!((last.op, last.reply, last.attempts), (put("x", "1"), Reply::Done, 2));
    assert_eq!(last.returned_at.since(last.called_at), Span::millis(2));
}

#[test]
fn a_load_is_expanded_from_its_key_alone() {
    let expanded = |key| {
        let mut clerk = Bench::clerk(Rules::ALL);
        clerk.happens(Input::Call { request: load(3, 600), key });
        operations(&mut clerk, 200)
    };
    assert_eq!(expanded(1), expanded(1));
    assert_ne!(expanded(1), expanded(2));
}

#[test]
fn a_load_mixes_its_operations_as_asked_over_as_many_keys() {
    let mut clerk = Bench::clerk(Rules::ALL);
    clerk.is_told(load(4, 500));
    let operations = operations(&mut clerk, 20_000);
    let count = |of: fn(&Op) -> bool| operations.iter().filter(|op| of(op)).count();
    let (gets, puts) = (count(Op::is_read), count(|op| matches!(op, Op::Put { .. })));
    assert!((9_000..11_000).contains(&gets) && (4_000..6_000).contains(&puts), "{gets} gets, {puts} puts");
    assert_eq!(count(|op| matches!(op, Op::Cas { .. } | Op::Delete { .. })), 0, "nobody asked for these");
    let keys: alloc::collections::BTreeSet<_> = operations.iter().map(|op| op.key().as_str()).collect();
    assert_eq!(keys.into_iter().collect::<Vec<_>>(), ["k0", "k1", "k2", "k3"]);
}

#[test]
fn a_load_may_favour_a_key_and_compare_and_set_and_delete() {
    let mut clerk = Bench::clerk(Rules::ALL);
    let mix = Mix { keys: 4, hot: 600, writes: 1_000, cas: 300, deletes: 200 };
    clerk.is_told(Request::Load { every: Span::millis(5), mix });
    let operations = operations(&mut clerk, 2_000);
    let count = |of: fn(&Op) -> bool| operations.iter().filter(|op| of(op)).count();
    // Six in ten, and a fourth of the others.
    let on_first = count(|op| op.key().as_str() == "k0");
    assert!((1_300..1_500).contains(&on_first), "{on_first} on the first key");
    let (cas, deletes) =
        (count(|op| matches!(op, Op::Cas { .. })), count(|op| matches!(op, Op::Delete { .. })));
    assert!((500..700).contains(&cas) && (300..500).contains(&deletes), "{cas} and {deletes}");
    assert_eq!(count(Op::is_read), 0);
}

#[test]
fn a_compare_and_set_of_a_load_expects_what_its_clerk_last_found() {
    let expected_after = |op: Op, reply: Reply| {
        let mut clerk = Bench::clerk(Rules::ALL);
        clerk.is_told(Request::Do(op));
        clerk.is_answered(S1, 1, Outcome::Done(reply));
        let mix = Mix { keys: 1, hot: 0, writes: 1_000, cas: 1_000, deletes: 0 };
        clerk.is_told(Request::Load { every: Span::millis(5), mix });
        match clerk.node.view().pending.map(|pending| pending.op) {
            Some(Op::Cas { expected, .. }) => expected,
            other => panic!("{other:?}"),
        }
    };
    let cas = || Op::Cas { key: "k0".into(), expected: None, value: "3".into() };
    let delete = || Op::Delete { key: "k0".into() };
    assert_eq!(expected_after(get("k0"), value("1")), Some("1".into()));
    assert_eq!(expected_after(get("k1"), value("1")), None, "another key");
    assert_eq!(expected_after(put("k0", "2"), Reply::Done), Some("2".into()));
    assert_eq!(expected_after(put("k0", "2"), Reply::TooLong), None);
    assert_eq!(expected_after(cas(), Reply::Done), Some("3".into()));
    assert_eq!(expected_after(cas(), Reply::NotEqual), None);
    assert_eq!(expected_after(delete(), Reply::Done), None);
}

#[test]
fn everything_that_a_load_writes_is_different() {
    let mut values = alloc::collections::BTreeSet::new();
    let mut written = 0;
    for client in [C1, C2] {
        let mut clerk = Bench::clerk(Rules::ALL);
        clerk.config = Config { id: client, ..clerk_config(client) };
        for _ in 0..2 {
            clerk.crashes_and_restarts();
            let mix = Mix { keys: 2, writes: 1_000, cas: 300, ..Mix::default() };
            clerk.is_told(Request::Load { every: Span::millis(5), mix });
            for op in operations(&mut clerk, 50) {
                values.insert(op.value().cloned());
                written += 1;
            }
        }
    }
    assert_eq!((values.len(), written), (200, 200));
}

#[test]
fn a_load_pauses_between_operations_gives_way_to_a_person_and_ends_when_told() {
    let mut clerk = Bench::clerk(Rules::ALL);
    assert_eq!(asked(&clerk.is_told(load(1, 1_000))), [(S1, 1)]);
    clerk.puts("mine", "1");
    assert_eq!(asked(&clerk.is_answered(S1, 1, DONE)), [(S1, 2)]);
    assert_eq!(clerk.node.view().pending.map(|pending| pending.op), Some(put("mine", "1")));
    let pause = Effect::SetTimer { which: Timer::Load, within: (Span::millis(5), Span::millis(5)) };
    assert!(clerk.is_answered(S1, 2, DONE).contains(&pause));
    assert_eq!(asked(&clerk.happens(Input::Timer(Timer::Load))), [(S1, 3)]);
    assert_eq!(clerk.is_told(Request::Quiet), [Effect::CancelTimer(Timer::Load)]);
    assert!(!clerk.is_answered(S1, 3, DONE).contains(&pause));
    assert_eq!((clerk.node.view().pending, clerk.node.view().load), (None, None));
}

#[test]
fn a_load_of_absurd_numbers_is_still_a_load() {
    let mut clerk = Bench::clerk(Rules::ALL);
    let absurd = Mix { keys: 0, hot: u32::MAX, writes: u32::MAX, cas: u32::MAX, deletes: u32::MAX };
    clerk.is_told(Request::Load { every: Span::ZERO, mix: absurd });
    assert_eq!(operations(&mut clerk, 10).len(), 10);
    let pause = Effect::SetTimer { which: Timer::Load, within: (Span(1), Span(1)) };
    assert!(clerk.done.contains(&pause), "a pause of nothing could stop time");
}

#[test]
fn a_clerk_without_servers_asks_nobody_until_it_is_told_of_some() {
    let mut clerk = Bench::clerk(Rules::ALL);
    let full = clerk.config.clone();
    clerk.happens(Input::Configure(Config { servers: Rc::from([]), ..full.clone() }));
    assert_eq!(notes(&clerk.puts("x", "1")), [Note::NobodyToAsk]);
    clerk.happens(Input::Configure(full));
    assert_eq!(asked(&clerk.puts("x", "2")), [(S1, 1)]);
    assert_eq!(
        (clerk.node.view().pending.map(|pending| pending.op), clerk.node.view().queued),
        (Some(put("x", "1")), 1)
    );
}

#[test]
fn requests_are_written_in_scripts_as_people_would_write_them() {
    let script = r#"[{"do":{"get":{"key":"x"}}},{"do":{"put":{"key":"__proto__","value":""}}},
        {"do":{"cas":{"key":"x","expected":null,"value":"1"}}},
        {"load":{"every":5000,"mix":{"keys":3,"hot":0,"writes":500,"cas":0,"deletes":0}}},"quiet"]"#;
    let requests: Vec<Request> = crate::json::read(script).expect("the script is well-formed");
    assert_eq!(requests[1], Request::Do(put("__proto__", "")));
    assert_eq!(requests[3], load(3, 500));
    let again = crate::json::write(&requests).expect("requests can be written");
    assert_eq!(crate::json::read::<Vec<Request>>(&again).expect("and read again"), requests);
}
