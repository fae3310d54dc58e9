//! For each property of the service a run that breaks it, and runs that look alarming but are sound.

use super::*;
use crate::check::Violation;
use crate::kv::history::{History, Returned};
use crate::kv::rules::{Rule, Rules};
use crate::kv::session::Session;
use crate::kv::state_machine::StateMachine;
use crate::raft::log::{Entry, Term};
use crate::raft::view::View;
use crate::time::Time;
use alloc::collections::BTreeMap;
use alloc::rc::Rc;
use alloc::vec::Vec;

const S1: NodeId = NodeId(0);
const S2: NodeId = NodeId(1);
const C1: NodeId = NodeId(3);
const C2: NodeId = NodeId(4);

/// A run told to the checker: replicas that apply prefixes of one log, and clerks that call and return.
struct Run {
    checker: Checker,
    verdicts: Verdicts,
    log: Log<Command>,
    applied: Log<Command>,
    servers: BTreeMap<NodeId, ServerView>,
    clerks: BTreeMap<NodeId, ClerkView>,
    rules: Rules,
    step: u64,
}

impl Run {
    fn new(rules: Rules) -> Run {
        Run {
            checker: Checker::new(),
            verdicts: Verdicts::new(),
            log: Log::new(),
            applied: Log::new(),
            servers: BTreeMap::new(),
            clerks: BTreeMap::new(),
            rules,
            step: 0,
        }
    }

    fn now(&mut self) -> Moment {
        self.step += 1;
        Moment { step: self.step, at: Time(self.step) }
    }

    fn commits(&mut self, client: NodeId, number: u64, op: Op) -> &mut Run {
        let command = Command { session: session(client), number, op };
        self.log.push(Entry { term: Term(1), command });
        self
    }

    /// A replica, fresh from boot, applies the log up to an index in one step.
    fn applies(&mut self, server: NodeId, index: Index) -> &mut Run {
        let mut machine = StateMachine::default();
        for link in self.log.range(0, index) {
            machine.apply(&link.entry.command, false, self.rules);
        }
        self.shows(server, index, machine)
    }

    fn shows(&mut self, server: NodeId, index: Index, machine: StateMachine) -> &mut Run {
        let raft = View {
            current_term: Term(1),
            log: self.log.clone(),
            commit_index: index,
            last_applied: index,
            ..View::default()
        };
        let StateMachine { store, sessions } = machine;
        let waiting = Rc::new(Vec::new());
        let after = ServerView { raft, store, sessions, last_applied: index, waiting, rules: self.rules };
        if index > self.applied.last_index() {
            self.applied = self.log.prefix(index);
        }
        let now = self.now();
        let before = self.servers.get(&server);
        let (applied, verdicts) = (&self.applied, &mut self.verdicts);
        self.checker.observe_server(now, server, before, Some(&after), applied, verdicts);
        self.servers.insert(server, after);
        self
    }

    fn calls(&mut self, clerk: NodeId, number: u64, op: Op) -> &mut Run {
        let history = self.clerks.get(&clerk).map(|view| view.history.clone()).unwrap_or_default();
        self.clerk(clerk, clerk_view(clerk, number + 1, Some((number, op)), history))
    }

    /// The clerk's pending operation returns with this reply.
    fn returns(&mut self, clerk: NodeId, reply: Reply) -> &mut Run {
        let view = self.clerks[&clerk].clone();
        let pending = view.pending.expect("something was called");
        let mut history = view.history;
        history.push(Returned {
            number: pending.number,
            op: pending.op,
            reply,
            called_at: Time(0),
            returned_at: Time(0),
            attempts: 1,
        });
        self.clerk(clerk, clerk_view(clerk, view.next_number, None, history))
    }

    fn clerk(&mut self, clerk: NodeId, after: ClerkView) -> &mut Run {
        let now = self.now();
        let before = self.clerks.get(&clerk);
        self.checker.observe_clerk(now, clerk, before, Some(&after), &mut self.verdicts);
        self.clerks.insert(clerk, after);
        self
    }

    fn all_is_well(&self) {
        assert_eq!(self.verdicts.violations(), []);
    }

    /// Exactly this property is broken, by the last step, and the first of these nodes did it.
    #[track_caller]
    fn breaks(&self, property: Property, nodes: &[NodeId]) -> &Violation {
        let [violation] = self.verdicts.violations() else {
            panic!("expected only {property}: {:#?}", self.verdicts.violations());
        };
        assert_eq!((violation.property, &violation.nodes[..]), (property, nodes), "{violation}");
        assert_eq!(violation.moment.step, self.step, "{violation}");
        violation
    }
}

fn session(client: NodeId) -> Session {
    Session { client, incarnation: 1 }
}

fn clerk_view(clerk: NodeId, next_number: u64, pending: Option<(u64, Op)>, history: History) -> ClerkView {
    let pending = pending.map(|(number, op)| Pending {
        number,
        sent_as: number,
        op,
        since: Time(0),
        attempt: 1,
        to: S1,
        pausing: false,
    });
    ClerkView { session: session(clerk), next_number, pending, leader: None, queued: 0, history, load: None }
}

fn get(key: &str) -> Op {
    Op::Get { key: key.into() }
}
fn put(key: &str, value: &str) -> Op {
    Op::Put { key: key.into(), value: value.into() }
}
fn append(key: &str, value: &str) -> Op {
    Op::Append { key: key.into(), value: value.into() }
}

#[test]
fn retries_in_the_log_replicas_at_different_places_and_a_restart_break_nothing() {
    let mut run = Run::new(Rules::default());
    run.commits(C1, 1, append("x", "a"))
        .commits(C2, 1, put("y", "b"))
        .commits(C1, 1, append("x", "a"))
        .commits(C1, 2, append("x", "c"))
        .commits(C1, 1, append("x", "a"));
    run.applies(S1, 0).applies(S2, 0).applies(S1, 2).applies(S2, 5).applies(S1, 3).applies(S1, 5);
    run.applies(NodeId(2), 0).applies(NodeId(2), 4).all_is_well();
}

#[test]
fn a_retry_that_is_executed_again_breaks_exactly_once() {
    let mut run = Run::new(Rules::default().without(Rule::DuplicateDetection));
    run.commits(C1, 1, append("x", "a")).commits(C2, 1, get("x")).commits(C1, 1, append("x", "a"));
    run.applies(S1, 2).all_is_well();
    run.applies(S1, 3);
    let violation = run.breaks(Property::ExactlyOnce, &[S1]);
    assert_eq!(
        violation.why,
        "up to index 3 the store of S1 is not what comes of executing each command once; the command at index 3 \
         was a retry of one that had been executed."
    );
}

#[test]
fn a_command_that_a_replica_skips_breaks_exactly_once() {
    let mut run = Run::new(Rules::default());
    run.commits(C1, 1, append("x", "a")).applies(S1, 0).shows(S1, 1, StateMachine::default());
    run.breaks(Property::ExactlyOnce, &[S1]);
}

#[test]
fn a_retry_that_comes_later_is_not_named_as_the_cause() {
    let mut run = Run::new(Rules::default());
    run.commits(C1, 1, append("x", "a")).commits(C1, 1, append("x", "a"));
    run.applies(S1, 2).shows(S2, 1, StateMachine::default());
    let violation = run.breaks(Property::ExactlyOnce, &[S2]);
    assert_eq!(
        violation.why,
        "up to index 1 the store of S2 is not what comes of executing each command once."
    );
}

#[test]
fn replicas_that_differ_at_one_index_break_same_state() {
    let mut run = Run::new(Rules::default());
    run.commits(C1, 1, append("x", "a"));
    let mut forgetful = StateMachine::default();
    forgetful.store.apply(&append("x", "a"));
    run.applies(S1, 1).shows(S2, 1, forgetful);
    run.breaks(Property::SameState, &[S2, S1]);
}

#[test]
fn a_state_that_changes_without_an_entry_breaks_same_state() {
    let mut run = Run::new(Rules::default());
    run.commits(C1, 1, put("x", "a")).applies(S1, 1);
    let mut touched = StateMachine::default();
    touched.apply(&Command { session: session(C1), number: 1, op: put("x", "a") }, false, Rules::default());
    touched.sessions.insert(session(C2), crate::kv::session::Last { number: 1, reply: Reply::Done });
    run.shows(S1, 1, touched);
    run.breaks(Property::SameState, &[S1]);
}

#[test]
fn a_store_that_is_written_to_without_an_entry_breaks_same_state() {
    let mut run = Run::new(Rules::default());
    let mut touched = StateMachine::default();
    touched.store.apply(&put("x", "a"));
    run.applies(S1, 0).applies(S2, 0).shows(S2, 0, touched);
    assert!(run.verdicts.of(Property::SameState).is_some_and(|violation| violation.nodes == [S2, S1]));
    assert!(run.verdicts.of(Property::ExactlyOnce).is_some_and(|violation| violation.nodes == [S2]));
}

#[test]
fn a_write_that_is_answered_but_was_never_executed_breaks_exactly_once() {
    let mut run = Run::new(Rules::default());
    run.calls(C1, 1, put("x", "a")).calls(C2, 1, put("x", "b"));
    run.commits(C2, 1, put("x", "b")).applies(S1, 1).returns(C2, Reply::Done).all_is_well();
    run.returns(C1, Reply::Done);
    let violation = run.breaks(Property::ExactlyOnce, &[C1]);
    assert_eq!(violation.why, "the client was told that put x a is done, but no server had executed it.");
}

#[test]
fn an_operation_that_is_given_up_in_a_crash_is_not_one_that_returned() {
    let mut run = Run::new(Rules::default());
    run.calls(C1, 1, put("x", "a"));
    let mut reborn = clerk_view(C1, 1, None, History::default());
    reborn.session.incarnation = 2;
    run.clerk(C1, reborn).all_is_well();
}

#[test]
fn a_read_that_dies_with_its_clerk_is_forgotten() {
    let mut run = Run::new(Rules::default());
    run.calls(C1, 1, get("x"));
    let now = run.now();
    run.checker.observe_clerk(now, C1, run.clerks.get(&C1), None, &mut run.verdicts);
    assert!(run.checker.reads.is_empty());
}

#[test]
fn a_read_that_returns_what_was_overwritten_before_its_call_breaks_fresh_reads() {
    let mut run = Run::new(Rules::default());
    run.commits(C1, 1, put("x", "old")).commits(C1, 2, put("x", "new")).applies(S1, 2);
    run.calls(C2, 1, get("x")).returns(C2, Reply::Value(Some("old".into())));
    let violation = run.breaks(Property::FreshReads, &[C2]);
    assert_eq!(
        violation.why,
        "get x returned \"old\", but from its call to its answer it was never that; at the end it was \"new\"."
    );
}

#[test]
fn a_read_may_return_anything_that_was_true_while_it_was_under_way() {
    for value in [None, Some("a".into()), Some("ab".into())] {
        let mut run = Run::new(Rules::default());
        run.calls(C2, 1, get("x")).commits(C1, 1, put("x", "a")).commits(C1, 2, append("x", "b"));
        run.applies(S1, 1).applies(S1, 2).commits(C1, 3, put("y", "z")).applies(S1, 3);
        run.returns(C2, Reply::Value(value)).all_is_well();
    }
    let mut run = Run::new(Rules::default());
    run.calls(C2, 1, get("x")).commits(C1, 1, put("x", "a")).applies(S1, 1);
    run.returns(C2, Reply::Value(Some("z".into())));
    run.breaks(Property::FreshReads, &[C2]);
}

#[test]
fn a_write_must_be_told_what_came_of_it_when_it_was_executed() {
    let cas = || Op::Cas { key: "x".into(), expected: None, value: "1".into() };
    let told = |reply| {
        let mut run = Run::new(Rules::default());
        run.calls(C1, 1, cas()).commits(C1, 1, cas()).applies(S1, 1).returns(C1, reply);
        run
    };
    told(Reply::Done).all_is_well();
    let wrongly = told(Reply::NotEqual);
    wrongly.breaks(Property::ExactlyOnce, &[C1]);
    let why = wrongly.verdicts.of(Property::ExactlyOnce).map(|violation| violation.why.clone());
    let words =
        "the client was told of cas x nothing 1: not equal; when it was executed, the answer was: done.";
    assert!(why.as_ref().is_some_and(|why| why.contains(words)), "{why:?}");
}

#[test]
fn an_answer_to_another_command_of_that_number_does_not_count() {
    let mut run = Run::new(Rules::default());
    run.calls(C1, 1, put("x", "2")).commits(C1, 1, put("x", "1")).applies(S1, 1).returns(C1, Reply::Done);
    run.breaks(Property::ExactlyOnce, &[C1]);
}

#[test]
fn a_read_must_be_answered_with_a_value() {
    for (reply, may) in
        [(Reply::Value(None), true), (Reply::TooLong, true), (Reply::Done, false), (Reply::NotEqual, false)]
    {
        let mut run = Run::new(Rules::default());
        run.calls(C1, 1, get("x")).commits(C1, 1, get("x")).applies(S1, 1).returns(C1, reply);
        if may {
            run.all_is_well();
        } else {
            run.breaks(Property::FreshReads, &[C1]);
        }
    }
}

#[test]
fn a_command_that_comes_again_under_another_number_is_executed_twice() {
    let run = |sent_as| {
        let mut run = Run::new(Rules::default());
        run.calls(C1, 1, append("x", "a")).commits(C1, 1, append("x", "a")).applies(S1, 1);
        let mut view = run.clerks[&C1].clone();
        view.pending.as_mut().expect("something was called").sent_as = sent_as;
        run.clerk(C1, view).commits(C1, 2, append("x", "a")).applies(S1, 2);
        run
    };
    run(1).all_is_well();
    run(2).breaks(Property::ExactlyOnce, &[S1]);
}

#[test]
fn a_second_read_is_judged_from_its_own_call() {
    let mut run = Run::new(Rules::default());
    run.calls(C2, 1, get("x")).commits(C1, 1, put("x", "a")).applies(S1, 1);
    run.returns(C2, Reply::Value(None)).calls(C2, 2, get("x")).all_is_well();
    run.returns(C2, Reply::Value(None));
    run.breaks(Property::FreshReads, &[C2]);
}

#[test]
fn an_operation_that_begins_in_the_step_in_which_another_returns_is_seen() {
    let mut run = Run::new(Rules::default());
    run.calls(C1, 1, put("x", "a")).commits(C1, 1, put("x", "a")).applies(S1, 1);
    let mut history = History::default();
    history.push(Returned {
        number: 1,
        op: put("x", "a"),
        reply: Reply::Done,
        called_at: Time(0),
        returned_at: Time(0),
        attempts: 1,
    });
    run.clerk(C1, clerk_view(C1, 3, Some((2, get("x"))), history)).all_is_well();
    run.returns(C1, Reply::Value(None));
    run.breaks(Property::FreshReads, &[C1]);
}

#[test]
fn a_snapshot_that_is_not_the_state_at_its_index_is_noticed() {
    let state = |run: &Run, index: Index| {
        let mut machine = StateMachine::default();
        run.log
            .range(0, index)
            .iter()
            .for_each(|link| drop(machine.apply(&link.entry.command, false, run.rules)));
        machine
    };
    let told = |rules: Rules, holds: Index| {
        let mut run = Run::new(rules);
        run.commits(C1, 1, put("x", "1")).commits(C2, 1, put("x", "2")).applies(S1, 2).applies(S2, 2);
        let data = crate::kv::snapshot::encode(&state(&run, holds), rules);
        let (term, chain) = (Term(1), run.log.chain_at(2).expect("it is that long"));
        let snapshot = Some(Rc::new(crate::raft::snapshot::Snapshot { index: 2, term, chain, data }));
        let before = run.servers[&S1].clone();
        let after = ServerView { raft: View { snapshot, ..before.raft.clone() }, ..before.clone() };
        let (now, applied) = (run.now(), run.applied.clone());
        run.checker.observe_server(now, S1, Some(&before), Some(&after), &applied, &mut run.verdicts);
        run
    };
    told(Rules::ALL, 2).all_is_well();
    told(Rules::ALL, 1).breaks(Property::TrueSnapshots, &[S1]);
    let without = Rules::ALL.without(Rule::SessionsInSnapshot);
    told(without, 2).breaks(Property::TrueSnapshots, &[S1]);
}
