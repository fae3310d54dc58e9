//! Coordinators that share their state (§3.3), one at a time and with the store's answers given by hand.

use super::ground::{COORDINATOR, worker};
use super::*;
use crate::mapreduce::script::{Failure, FailureKind};
use crate::time::Span;

const OTHER: NodeId = NodeId(90);

fn shared() -> Config {
    Config { replicated: true, coordinators: [COORDINATOR, OTHER].into(), ..config() }
}

impl Bench<Coordinator> {
    /// What it has asked of the store that outlives it.
    fn kept(&self) -> Vec<Keep> {
        let asked = self.outputs().into_iter().filter_map(|output| match output {
            Output::Keep(keep) => Some(keep),
            _ => None,
        });
        asked.collect()
    }

    fn answered(&mut self, kept: Kept) {
        self.feed(Input::Call { request: Request::Kept(kept), key: 0 });
    }

    /// It takes over from this state, which may be none.
    fn takes_over(&mut self, state: Option<Rc<str>>) {
        self.ring(Timer::TakeOver);
        assert!(matches!(self.kept()[..], [Keep::Get { .. }]));
        self.answered(Kept::Value(state.clone()));
        let [Keep::Change { expected, .. }] = &self.kept()[..] else { panic!("it changes the state") };
        assert_eq!(*expected, state);
        self.answered(Kept::Done);
        assert!(self.noted(Note::TookOver));
    }
}

impl Bench<Coordinator> {
    /// The job gets its number, and what it computes is to be kept: that, as text. The store has not answered yet.
    fn claims(&mut self) -> Rc<str> {
        assert!(matches!(self.kept()[..], [Keep::Change { .. }]), "the number is claimed");
        self.answered(Kept::Done);
        assert!(self.outputs().contains(&Output::Accepted { job: JobId(1) }));
        let [Keep::Put { value, .. }] = &self.kept()[..] else { panic!("it says what is computed") };
        value.clone()
    }
}

fn in_charge() -> Bench<Coordinator> {
    let mut bench = Bench::<Coordinator>::boot(&shared(), &Files::<Coordinator>::new());
    bench.takes_over(None);
    bench
}

/// One in charge whose job has its number, its recipe and its inputs where they belong.
fn at_work() -> Bench<Coordinator> {
    let mut bench = in_charge();
    let mut store = Bench::<Store>::boot(&shared(), &Files::<Store>::new());
    bench.submit(&super::job(Program::WordCount, 1));
    bench.claims();
    served(&mut bench, &mut store);
    bench.answered(Kept::Done);
    bench.answered(Kept::Done);
    bench
}

#[test]
fn the_first_of_the_coordinators_takes_over_at_once_and_the_others_wait() {
    let within = |id| {
        let config = Config { id, ..shared() };
        let bench = Bench::<Coordinator>::boot(&config, &Files::<Coordinator>::new());
        let timer = bench.effects.iter().find_map(|effect| match effect {
            Effect::SetTimer { which: Timer::TakeOver, within } => Some(*within),
            _ => None,
        });
        timer.unwrap()
    };
    assert_eq!(within(COORDINATOR), (Span::ZERO, Span::millis(10)));
    assert_eq!(within(OTHER), shared().alive.1);
}

#[test]
fn whoever_is_not_in_charge_answers_nobody_and_waits_as_long_as_another_says_he_is() {
    let mut bench = Bench::<Coordinator>::boot(&shared(), &Files::<Coordinator>::new());
    bench.hear(worker(1), Message::Ask { call: Call { incarnation: 1, number: 1 } });
    assert!(bench.noted(Note::NotInCharge) && bench.is_silent());
    bench.hear(OTHER, Message::Alive { epoch: 1 });
    let within = shared().alive.1;
    assert!(bench.effects.contains(&Effect::SetTimer { which: Timer::TakeOver, within }));
}

#[test]
fn a_job_that_is_submitted_before_anybody_is_in_charge_waits() {
    let refused = [Output::Refused(Refused::NotInCharge)];
    for is_taking_over in [false, true] {
        let mut bench = Bench::<Coordinator>::boot(&shared(), &Files::<Coordinator>::new());
        if is_taking_over {
            bench.ring(Timer::TakeOver);
        }
        bench.submit(&super::job(Program::WordCount, 1));
        assert!(bench.outputs().is_empty() && bench.node.view().is_claiming);
        bench.submit(&super::job(Program::InvertedIndex, 1));
        assert_eq!(bench.outputs(), refused, "only one");
        if !is_taking_over {
            bench.ring(Timer::TakeOver);
        }
        bench.answered(Kept::Value(None));
        bench.answered(Kept::Done);
        bench.claims();
        assert!(!bench.node.view().is_claiming);
    }

    let mut bench = Bench::<Coordinator>::boot(&shared(), &Files::<Coordinator>::new());
    bench.submit(&super::job(Program::WordCount, 1));
    bench.hear(OTHER, Message::Alive { epoch: 1 });
    assert_eq!(bench.outputs(), refused, "another is in charge");
}

#[test]
fn whoever_took_charge_while_another_was_asking_keeps_it() {
    // It says so itself, or the state does.
    for says_so in [false, true] {
        let mut bench = Bench::<Coordinator>::boot(&shared(), &Files::<Coordinator>::new());
        bench.ring(Timer::TakeOver);
        if says_so {
            bench.hear(OTHER, Message::Alive { epoch: 1 });
        }
        bench.answered(Kept::Value(Some("epoch 1\njobs 0\n".into())));
        assert!(bench.kept().is_empty() && bench.node.view().seat == Seat::Standby);
        bench.ring(Timer::TakeOver);
        bench.answered(Kept::Value(Some("epoch 1\njobs 0\n".into())));
        assert!(matches!(bench.kept()[..], [Keep::Change { .. }]), "it has not been heard since");
    }
}

#[test]
fn a_job_that_counts_under_too_many_names_to_be_kept_fails() {
    let mut bench = at_work();
    assert_eq!(bench.given(1, 1), Some((TaskId::map(0), 1)));
    let (job, task, call) = (JobId(1), TaskId::map(0), Call { incarnation: 1, number: 2 });
    let mut counters = Counters::new();
    for number in 0..Job::MAX_RECIPE / 100 {
        counters.add(&format!("{number:0>100}"), 1);
    }
    let ending = Ending::Completed(counters.into());
    bench.hear(worker(1), Message::Report { call, job, task, attempt: 1, ending });
    let [Keep::Change { value, .. }] = &bench.kept()[..] else { panic!("the job fails") };
    assert!(value.contains("failed map 0 output") && (value.len() as u64) < Job::MAX_RECIPE);
    bench.answered(Kept::Done);
    assert!(bench.outputs().contains(&Output::JobFailed { job: JobId(1) }));
    assert_eq!(bench.node.view().seat, Seat::InCharge);
}

#[test]
fn a_job_ends_once_however_much_of_it_was_on_its_way() {
    let mut bench = at_work();
    // Two tasks fail for the last time before either of that is kept.
    let mut ended = 0;
    let failure =
        Failure { kind: FailureKind::Thrown, message: "no".into(), line: None, column: None, record: None };
    let ending = Ending::Failed(failure.into());
    for round in 1..=u64::from(config().max_failures) {
        let given = [1, 2].map(|number| (number, bench.given(number, round).unwrap()));
        for (number, (task, attempt)) in given {
            let (job, call) = (JobId(1), Call { incarnation: 1, number: 100 + round });
            bench.hear(worker(number), Message::Report { call, job, task, attempt, ending: ending.clone() });
        }
    }
    for _ in 0..2 {
        bench.answered(Kept::Done);
        ended +=
            bench.outputs().iter().filter(|&output| *output == Output::JobFailed { job: JobId(1) }).count();
    }
    assert_eq!(ended, 1);
}

#[test]
fn whoever_is_no_longer_in_charge_acknowledges_nothing_of_what_came_after_it() {
    let mut bench = in_charge();
    let call = Call { incarnation: 1, number: 2 };
    let (job, task) = (JobId(1), TaskId::map(0));
    bench.hear(worker(1), Message::Report { call, job, task, attempt: 100_001, ending: completed() });
    assert!(bench.is_silent() && bench.noted(Note::NotInCharge));
}

#[test]
fn a_completed_task_counts_and_is_acknowledged_only_when_that_is_kept() {
    let mut bench = at_work();
    assert_eq!(bench.given(1, 1), Some((TaskId::map(0), 1)));

    let call = Call { incarnation: 1, number: 2 };
    let report =
        Message::Report { call, job: JobId(1), task: TaskId::map(0), attempt: 1, ending: completed() };
    bench.hear(worker(1), report.clone());
    assert!(bench.is_silent() && bench.kept().len() == 1);
    bench.hear(worker(1), report.clone());
    assert!(bench.is_silent() && bench.kept().is_empty(), "it is on its way");
    bench.answered(Kept::Done);
    assert_eq!(bench.node.view().job.unwrap().maps_completed, 1);
    assert_eq!(bench.said(), [Message::Reported { call }]);
    bench.hear(worker(1), report);
    assert_eq!(bench.said(), [Message::Reported { call }]);
}

#[test]
fn no_second_job_is_taken_while_the_first_one_has_no_number_yet() {
    let mut bench = in_charge();
    bench.submit(&super::job(Program::WordCount, 1));
    bench.submit(&super::job(Program::InvertedIndex, 1));
    assert!(bench.noted(Note::JobRunning) && bench.kept().is_empty());
    assert_eq!(bench.outputs(), [Output::Refused(Refused::Running { job: JobId(1) })]);
    bench.answered(Kept::Done);
    assert!(bench.outputs().contains(&Output::Accepted { job: JobId(1) }));
    assert_eq!(bench.node.view().jobs, 1);
}

#[test]
fn what_is_too_long_to_be_kept_is_refused_and_runs_where_nothing_is_kept() {
    let code = "x".repeat(Job::MAX_RECIPE as usize);
    let long = super::job(Program::Script { code: code.as_str().into() }, 1);
    let mut bench = in_charge();
    bench.submit(&long);
    assert!(matches!(bench.outputs()[..], [Output::Refused(Refused::Unfit(JobError::Recipe(_)))]));
    let mut alone = Bench::<Coordinator>::boot(&config(), &Files::<Coordinator>::new());
    alone.submit(&long);
    assert!(alone.outputs().contains(&Output::Accepted { job: JobId(1) }));
}

#[test]
fn a_refused_change_or_a_later_epoch_deposes() {
    for deposed_by_message in [false, true] {
        let mut bench = in_charge();
        bench.submit(&super::job(Program::WordCount, 1));
        if deposed_by_message {
            bench.hear(OTHER, Message::Alive { epoch: 2 });
        } else {
            bench.answered(Kept::NotEqual);
        }
        assert!(bench.noted(Note::Deposed));
        if deposed_by_message {
            bench.answered(Kept::NotEqual);
        }
        assert!(bench.outputs().contains(&Output::Refused(Refused::NotInCharge)), "its job is nobody's");
        let view = bench.node.view();
        assert_eq!((view.seat, view.job), (Seat::Standby, None));
        bench.ring(Timer::Alive);
        assert!(bench.is_silent(), "it no longer says that it is in charge");
    }
    let mut bench = in_charge();
    bench.hear(OTHER, Message::Alive { epoch: 1 });
    assert!(!bench.noted(Note::Deposed), "that is its own epoch");
}

#[test]
fn attempts_of_another_epoch_have_other_numbers() {
    let mut bench = in_charge();
    let mut store = Bench::<Store>::boot(&shared(), &Files::<Store>::new());
    bench.submit(&super::job(Program::WordCount, 1));
    let recipe = bench.claims();
    assert!(!recipe.contains("Ishmael"), "the texts are in the shared file system");
    served(&mut bench, &mut store);
    let [Keep::Change { value: state, .. }] = &bench.kept()[..] else { panic!("the job is loaded") };
    let state = state.clone();
    bench.answered(Kept::Done);
    bench.answered(Kept::Done);
    assert_eq!(bench.given(1, 1), Some((TaskId::map(0), 1)));

    let mut other =
        Bench::<Coordinator>::boot(&Config { id: OTHER, ..shared() }, &Files::<Coordinator>::new());
    other.hear(COORDINATOR, Message::Alive { epoch: 1 });
    other.ring(Timer::TakeOver);
    other.answered(Kept::Value(Some(state)));
    other.answered(Kept::Value(Some(recipe)));
    other.answered(Kept::Done);
    let view = other.node.view();
    assert_eq!((view.epoch, view.job.map(|job| (job.id, job.stage))), (2, Some((JobId(1), Stage::Map))));
    assert_eq!(other.given(2, 1), Some((TaskId::map(0), 100_001)));
    let (job, task, call) = (JobId(1), TaskId::map(0), Call { incarnation: 1, number: 2 });
    other.hear(worker(1), Message::Report { call, job, task, attempt: 1, ending: completed() });
    assert!(!other.noted(Note::ReportUnmatched), "what was begun under the first still counts");
}

#[test]
fn a_job_that_died_while_it_was_loaded_is_told_dead_by_whoever_is_in_charge_until_there_is_another() {
    let mut bench = Bench::<Coordinator>::boot(&shared(), &Files::<Coordinator>::new());
    bench.hear(OTHER, Message::Alive { epoch: 1 });
    bench.ring(Timer::TakeOver);
    bench.answered(Kept::Value(Some("epoch 1\njobs 1\njob 1 5\n".into())));
    let [Keep::Change { value, .. }] = &bench.kept()[..] else { panic!("it takes over") };
    let value = value.clone();
    bench.answered(Kept::Done);
    assert!(bench.noted(Note::JobDied));
    assert_eq!(bench.node.view().died, Some(JobId(1)));

    let config = Config { id: OTHER, ..shared() };
    let mut next = Bench::<Coordinator>::boot(&config, &Files::<Coordinator>::new());
    next.hear(COORDINATOR, Message::Alive { epoch: 2 });
    next.takes_over(Some(value));
    assert!(!next.noted(Note::JobDied), "that has been said");
    assert_eq!(next.node.view().died, Some(JobId(1)));
    next.submit(&super::job(Program::WordCount, 1));
    next.answered(Kept::Done);
    assert_eq!(next.node.view().died, None);
    assert!(
        matches!(&next.kept()[..], [Keep::Put { .. }, Keep::Delete { key }] if **key == *"mapreduce/job-1")
    );
}

#[test]
fn whoever_can_keep_nothing_no_longer_says_that_it_is_in_charge() {
    let mut bench = in_charge();
    bench.submit(&super::job(Program::WordCount, 1));
    for (seconds, says_so) in [(1, true), (2, true), (4, false)] {
        bench.at = Time::ZERO + Span::secs(seconds);
        bench.ring(Timer::Alive);
        assert_eq!(bench.said().contains(&Message::Alive { epoch: 1 }), says_so, "after {seconds} s");
    }
    bench.answered(Kept::Done);
    bench.answered(Kept::Done);
    bench.ring(Timer::Alive);
    assert!(bench.said().contains(&Message::Alive { epoch: 1 }));
}
