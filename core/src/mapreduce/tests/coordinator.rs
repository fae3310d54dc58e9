//! The coordinator's rules, one at a time.

use super::ground::{COORDINATOR, worker};
use super::*;
use crate::time::Span;
use alloc::vec;

/// A coordinator with a job of four maps whose inputs are loaded.
fn loaded(reduces: u32, config: &Config) -> Bench<Coordinator> {
    let mut store = Bench::<Store>::boot(config, &Files::<Store>::new());
    let mut bench = Bench::<Coordinator>::boot(config, &Files::<Coordinator>::new());
    bench.submit(&super::job(Program::WordCount, reduces));
    served(&mut bench, &mut store);
    bench
}

impl Bench<Coordinator> {
    pub(super) fn submit(&mut self, job: &Job) {
        self.feed(Input::Call { request: Request::Submit(job.clone()), key: 0 });
    }

    fn job(&self) -> JobView {
        self.node.view().job.expect("a job was submitted")
    }

    /// Lets a worker ask, and returns what it is told.
    pub(super) fn asked(&mut self, by: u16, number: u64) -> Answer {
        self.hear(worker(by), Message::Ask { call: Call { incarnation: 1, number } });
        match self.said().pop() {
            Some(Message::Answer { answer, .. }) => answer,
            other => panic!("a worker that asks is answered, not {other:?}"),
        }
    }

    pub(super) fn given(&mut self, by: u16, number: u64) -> Option<(TaskId, u32)> {
        match self.asked(by, number) {
            Answer::Run(assignment) => Some((assignment.task, assignment.attempt)),
            _ => None,
        }
    }

    pub(super) fn told(&mut self, by: u16, task: TaskId, attempt: u32) {
        self.told_of(JobId(1), by, task, attempt);
    }

    fn told_of(&mut self, job: JobId, by: u16, task: TaskId, attempt: u32) {
        self.heard_of(job, by, task, attempt, completed());
    }

    pub(super) fn heard_of(&mut self, job: JobId, by: u16, task: TaskId, attempt: u32, ending: Ending) {
        let call = Call { incarnation: 1, number: 99 };
        self.hear(worker(by), Message::Report { call, job, task, attempt, ending });
        assert!(self.said().contains(&Message::Reported { call }), "every report is acknowledged");
    }

    /// Completes this many tasks of a phase.
    pub(super) fn completed(&mut self, tasks: impl IntoIterator<Item = TaskId>) {
        for task in tasks {
            let number = 1_000 + u64::from(task.number) + if task.phase == Phase::Map { 0 } else { 500 };
            assert_eq!(self.given(1, number), Some((task, 1)));
            self.told(1, task, 1);
        }
    }

    pub(super) fn outputs(&self) -> Vec<Output> {
        let outputs = self.effects.iter().filter_map(|effect| match effect {
            Effect::Output(output) => Some(output.clone()),
            _ => None,
        });
        outputs.collect()
    }
}

#[test]
fn no_task_is_handed_out_before_the_inputs_are_loaded() {
    let mut bench = Bench::<Coordinator>::boot(&config(), &Files::<Coordinator>::new());
    assert_eq!(bench.asked(1, 1), Answer::NoJob);
    bench.submit(&super::job(Program::WordCount, 2));
    assert_eq!((bench.job().stage, bench.asked(1, 2)), (Stage::Loading, Answer::Wait));
    let mut bench = loaded(2, &config());
    assert_eq!((bench.job().stage, bench.job().loaded), (Stage::Map, 4));
    assert_eq!(bench.given(1, 3), Some((TaskId::map(0), 1)));
}

#[test]
fn no_reduce_is_handed_out_before_every_map_is_completed() {
    let mut bench = loaded(2, &config());
    for map in 0..4 {
        assert_eq!(bench.given(1 + map, 1), Some((TaskId::map(map.into()), 1)));
    }
    (0..3).for_each(|map| bench.told(1, TaskId::map(map), 1));
    assert_eq!(bench.asked(1, 2), Answer::Wait, "nothing right now is not finished");
    bench.told(4, TaskId::map(3), 1);
    assert_eq!(bench.job().stage, Stage::Reduce);
    assert_eq!(bench.given(1, 3), Some((TaskId::reduce(0), 1)));
}

#[test]
fn a_task_in_progress_for_ten_seconds_is_given_to_another_worker() {
    let mut bench = loaded(2, &config());
    bench.given(1, 1);
    assert!(bench.effects.iter().any(|effect| matches!(
        effect,
        Effect::SetTimer { which: Timer::Overdue, within } if *within == (Span::secs(10), Span::secs(10))
    )));
    bench.at = Time::ZERO + Span::secs(4);
    bench.given(2, 1);
    bench.at = Time::ZERO + Span::secs(10);
    bench.ring(Timer::Overdue);
    assert!(bench.noted(Note::Overdue));
    assert_eq!(bench.job().reissued, 1);
    let six = (Span::secs(4), Span::secs(4));
    assert!(bench.effects.contains(&Effect::SetTimer { which: Timer::Overdue, within: six }));
    assert_eq!(bench.given(3, 1), Some((TaskId::map(0), 2)), "the same task, a new attempt");
    assert_eq!(bench.given(4, 1), Some((TaskId::map(2), 1)), "the other attempt has four seconds left");
}

#[test]
fn a_rule_that_is_switched_on_holds_for_what_is_in_progress() {
    let without = Config { rules: Rules::ALL.without(Rule::ReissueAfterTimeout), ..config() };
    let mut bench = loaded(2, &without);
    bench.given(1, 1);
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::SetTimer { .. })));
    bench.at = Time::ZERO + Span::secs(11);
    bench.feed(Input::Configure(config()));
    let at_once = (Span::ZERO, Span::ZERO);
    assert!(bench.effects.contains(&Effect::SetTimer { which: Timer::Overdue, within: at_once }));
    bench.ring(Timer::Overdue);
    assert!(bench.noted(Note::Overdue));
}

#[test]
fn the_timer_of_an_attempt_that_is_over_takes_no_other_attempts_time() {
    let mut bench = loaded(2, &config());
    bench.given(1, 1);
    bench.at = Time::ZERO + Span::secs(4);
    bench.given(2, 1);
    bench.told(1, TaskId::map(0), 1);
    bench.at = Time::ZERO + Span::secs(10);
    bench.ring(Timer::Overdue);
    assert!(!bench.noted(Note::Overdue));
    let left = (Span::secs(4), Span::secs(4));
    assert!(bench.effects.contains(&Effect::SetTimer { which: Timer::Overdue, within: left }));
    bench.at = Time::ZERO + Span::secs(14);
    bench.ring(Timer::Overdue);
    assert!(bench.noted(Note::Overdue));
}

#[test]
fn the_first_completion_wins_whoever_it_comes_from() {
    let mut bench = loaded(2, &config());
    bench.given(1, 1);
    bench.ring(Timer::Overdue);
    bench.given(2, 1);
    bench.told(1, TaskId::map(0), 1);
    let completed = TaskState::Completed { worker: worker(1), attempt: 1 };
    assert_eq!(bench.job().maps.get(&0).map(|task| task.state), Some(completed));
    bench.told(2, TaskId::map(0), 2);
    assert!(bench.noted(Note::ReportLate));
    bench.told(1, TaskId::map(0), 1);
    assert!(bench.noted(Note::ReportLate));
    assert_eq!((bench.job().maps_completed, bench.job().late_reports), (1, 2));
    assert_eq!(bench.job().maps.get(&0).map(|task| task.state), Some(completed));
}

#[test]
fn a_completed_task_that_was_waiting_to_be_given_again_is_not_given_again() {
    let mut bench = loaded(2, &config());
    bench.given(1, 1);
    bench.ring(Timer::Overdue);
    bench.told(1, TaskId::map(0), 1);
    assert_eq!(bench.given(2, 1), Some((TaskId::map(1), 1)));
}

#[test]
fn a_report_is_matched_by_job_phase_task_and_attempt() {
    let mut bench = loaded(4, &config());
    bench.completed((0..4).map(TaskId::map));
    bench.given(2, 1);
    bench.told(1, TaskId::map(0), 1);
    assert!(bench.noted(Note::ReportLate), "a late report of map 0 is not a report of reduce 0");
    bench.told_of(JobId(7), 2, TaskId::reduce(0), 1);
    assert!(bench.noted(Note::ReportOfOtherJob));
    for (task, attempt) in [(TaskId::reduce(0), 2), (TaskId::reduce(0), 0), (TaskId::reduce(9), 1)] {
        bench.told(2, task, attempt);
        assert!(bench.noted(Note::ReportUnmatched));
    }
    assert_eq!(bench.job().reduces_completed, 0);
}

#[test]
fn the_job_is_done_when_the_last_reduce_is_completed_and_not_before() {
    let mut bench = loaded(2, &config());
    bench.completed((0..4).map(TaskId::map));
    bench.completed([TaskId::reduce(0)]);
    assert!(bench.outputs().is_empty() && bench.node.view().is_running());
    bench.completed([TaskId::reduce(1)]);
    assert_eq!(bench.outputs(), [Output::JobDone { job: JobId(1) }]);
    assert!(!bench.node.view().is_running());
    assert_eq!(bench.asked(1, 9_000), Answer::NoJob);
}

#[test]
fn a_repeated_question_gets_the_same_answer_and_an_old_one_none() {
    let mut bench = loaded(2, &config());
    let first = bench.asked(1, 5);
    assert_eq!(bench.asked(1, 5), first);
    assert!(bench.noted(Note::AskRepeated));
    bench.hear(worker(1), Message::Ask { call: Call { incarnation: 1, number: 4 } });
    assert!(bench.is_silent() && bench.noted(Note::AskStale));
    bench.told(1, TaskId::map(0), 1);
    assert_eq!(bench.asked(1, 5), Answer::Wait, "its task is over: whoever still asks shall ask anew");
}

#[test]
fn a_second_job_is_refused_while_one_runs_and_welcome_afterwards() {
    let mut bench = loaded(1, &config());
    bench.submit(&super::job(Program::InvertedIndex, 3));
    assert!(bench.noted(Note::JobRunning));
    assert_eq!(bench.outputs(), [Output::Refused(Refused::Running { job: JobId(1) })]);
    bench.completed((0..4).map(TaskId::map));
    bench.completed([TaskId::reduce(0)]);
    bench.submit(&super::job(Program::InvertedIndex, 3));
    assert_eq!(bench.outputs(), [Output::Accepted { job: JobId(2) }]);
}

#[test]
fn a_job_that_cannot_be_run_is_refused_with_a_reason() {
    let mut bench = Bench::<Coordinator>::boot(&config(), &Files::<Coordinator>::new());
    let whole = super::job(Program::WordCount, 2);
    let named = whole.without_texts(|input| &*input.name != "p1");
    let spec = |reduce_tasks, inputs: &[JobInput]| {
        Job::new(Program::WordCount, reduce_tasks, inputs.iter().cloned())
    };
    let one = JobInput::new("one", "text");
    for (job, why) in [
        (named.clone(), JobError::MissingText("p1".into())),
        (spec(0, core::slice::from_ref(&one)), JobError::ReduceTasks(0)),
        (spec(2, &[]), JobError::Inputs(0)),
        (spec(u32::MAX, core::slice::from_ref(&one)), JobError::ReduceTasks(u32::MAX)),
        (spec(1_000, &vec![one.clone(); 1_001]), JobError::Files(1_001_000)),
        (spec(1, &[JobInput::new("a\nb", "")]), JobError::Name("a\nb".into())),
    ] {
        bench.submit(&job);
        assert!(bench.noted(Note::JobUnfit));
        assert_eq!(bench.outputs(), [Output::Refused(Refused::Unfit(why))]);
    }
    let found = named.resolved(|name, _| (name == "p1").then(|| Bytes::from(TEXT[1])));
    assert_eq!(found, whole);
    bench.submit(&found);
    assert_eq!(bench.outputs(), [Output::Accepted { job: JobId(1) }]);
}

#[test]
fn a_coordinator_that_crashes_loses_its_job_and_says_so() {
    let running = Journal { incarnation: 1, jobs: 1, running: Some(JobId(1)), died: None };
    let disk = [(JournalFile, running)].into();
    let mut bench = Bench::<Coordinator>::boot(&config(), &disk);
    assert!(bench.noted(Note::JobDied));
    let view = bench.node.view();
    assert_eq!((view.died, view.job, view.incarnation), (Some(JobId(1)), None, 2));
    assert_eq!(bench.asked(1, 1), Answer::NoJob);
    bench.told(1, TaskId::map(0), 1);
    assert!(bench.noted(Note::ReportOfOtherJob));
    bench.submit(&super::job(Program::WordCount, 1));
    assert_eq!(bench.outputs(), [Output::Accepted { job: JobId(2) }], "its folder is never used twice");
    assert_eq!(bench.node.view().died, None);
}

#[test]
fn what_a_coordinator_cannot_use_it_ignores() {
    let mut bench = loaded(1, &config());
    let call = Call { incarnation: 1, number: 1 };
    bench.hear(COORDINATOR, Message::Reported { call });
    assert!(bench.noted(Note::NotForMe) && bench.is_silent());
    bench.hear(COORDINATOR, Message::FileReply { call, outcome: FileOutcome::Done });
    assert!(bench.noted(Note::AnswerStale) && bench.is_silent());
}
