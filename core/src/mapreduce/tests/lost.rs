//! What is lost and done again: stragglers, outputs on lost disks, attempts in which the program failed, bad records.

use super::ground::{Ground, Weather, worker};
use super::*;
use crate::mapreduce::script::{Failure, FailureKind};
use crate::time::Span;

fn failed(record: u32) -> Ending {
    let message = String::from("the record is no number");
    let (kind, record) = (FailureKind::Thrown, Some(record));
    Ending::Failed(Rc::new(Failure { kind, message, line: Some(3), column: Some(7), record }))
}

fn skipping(app: Program, reduce_tasks: u32) -> Job {
    Job::from(Spec { skip_bad_records: true, ..super::job(app, reduce_tasks).spec().clone() })
}

/// A coordinator whose job is loaded, and the bench's first question from each worker is number 1.
fn loaded(job: &Job, config: &Config) -> Bench<Coordinator> {
    let mut bench = Bench::<Coordinator>::boot(config, &Files::<Coordinator>::new());
    let mut store = Bench::<Store>::boot(config, &Files::<Store>::new());
    bench.submit(job);
    served(&mut bench, &mut store);
    bench
}

#[test]
fn a_record_that_fails_twice_is_left_out_of_the_next_attempt() {
    let mut bench = loaded(&skipping(Program::WordCount, 1), &config());
    let map = TaskId::map(0);
    for (number, skip) in [(1, &[][..]), (2, &[]), (3, &[5])] {
        let Answer::Run(run) = bench.asked(1, number) else { panic!("there are tasks") };
        assert_eq!((run.task, &*run.skip), (map, skip));
        bench.heard_of(JobId(1), 1, map, run.attempt, failed(5 + u32::from(number == 3)));
        assert!(bench.noted(Note::AttemptFailed));
        assert_eq!(bench.noted(Note::RecordSkipped), number == 2);
    }
    let Answer::Run(run) = bench.asked(1, 4) else { panic!("there are tasks") };
    assert_eq!(&*run.skip, [5], "another record has failed only once");
}

#[test]
fn a_task_that_fails_too_often_fails_the_job_and_says_where() {
    let mut bench = loaded(&super::job(Program::WordCount, 1), &config());
    for number in 1..=4 {
        let Answer::Run(run) = bench.asked(1, number) else { panic!("there are tasks") };
        bench.heard_of(JobId(1), 1, run.task, run.attempt, failed(0));
        assert_eq!(bench.noted(Note::JobFailed), number == 4);
    }
    assert_eq!(bench.outputs(), [Output::JobFailed { job: JobId(1) }]);
    let job = bench.node.view().job.expect("it is still looked at");
    let failure = job.failure.expect("it says why");
    assert_eq!((job.stage, failure.task), (Stage::Failed, TaskId::map(0)));
    assert_eq!(format!("{}", failure.failure), "line 3, column 7: the record is no number");
    assert_eq!(bench.asked(2, 1), Answer::NoJob);
    bench.submit(&super::job(Program::WordCount, 1));
    assert_eq!(bench.outputs(), [Output::Accepted { job: JobId(2) }], "another may run");
}

#[test]
fn attempts_that_fail_after_their_time_has_run_out_have_failed_all_the_same() {
    let mut bench = loaded(&super::job(Program::WordCount, 1), &config());
    for number in 1..=4 {
        let Answer::Run(run) = bench.asked(1, number) else { panic!("there are tasks") };
        assert_eq!(run.task, TaskId::map(0));
        bench.ring(Timer::Overdue);
        assert!(bench.noted(Note::Overdue));
        bench.heard_of(JobId(1), 1, run.task, run.attempt, failed(0));
        assert_eq!(bench.noted(Note::JobFailed), number == 4);
        bench.heard_of(JobId(1), 1, run.task, run.attempt, failed(0));
        assert!(!bench.noted(Note::AttemptFailed), "that is a copy");
    }
}

#[test]
fn a_failure_in_an_attempt_that_nobody_waits_for_is_ignored() {
    let mut bench = loaded(&super::job(Program::WordCount, 1), &config());
    assert_eq!(bench.given(1, 1), Some((TaskId::map(0), 1)));
    bench.heard_of(JobId(1), 2, TaskId::map(0), 1, failed(0));
    assert!(bench.noted(Note::ReportLate), "it is another worker's");
    bench.told(1, TaskId::map(0), 1);
    bench.heard_of(JobId(1), 1, TaskId::map(0), 1, failed(0));
    assert!(bench.noted(Note::ReportLate), "it was completed");
}

#[test]
fn when_no_task_is_left_an_idle_worker_makes_a_second_attempt_at_the_one_that_takes_longest() {
    let config = Config { backup_after: Some(Span::secs(2)), ..config() };
    let mut bench = loaded(&super::job(Program::WordCount, 1), &config);
    for map in 0..4 {
        bench.at = Time::ZERO + Span::millis(100 * u64::from(map));
        assert_eq!(bench.given(map as u16 + 1, 1), Some((TaskId::map(map), 1)));
    }
    bench.told(4, TaskId::map(3), 1);
    assert_eq!(bench.asked(4, 2), Answer::Wait, "none has taken long enough");
    bench.at = Time::ZERO + Span::millis(2_100);
    assert_eq!(bench.given(1, 2), Some((TaskId::map(1), 2)), "its own is not backed up by itself");
    assert_eq!(bench.given(4, 3), Some((TaskId::map(0), 2)));
    assert!(bench.noted(Note::BackedUp));
    assert_eq!(bench.asked(4, 4), Answer::Wait, "the third has not taken long enough");
    bench.told(4, TaskId::map(0), 2);
    bench.told(1, TaskId::map(0), 1);
    assert!(bench.noted(Note::ReportLate), "whichever is first counts");
    let job = bench.node.view().job.unwrap();
    assert_eq!((job.backups, job.maps_completed, job.reissued), (2, 2, 0));
}

#[test]
fn the_time_of_one_of_two_attempts_may_run_out() {
    let config = Config { backup_after: Some(Span::secs(2)), ..config() };
    let one = Job::new(Program::WordCount, 1, [JobInput::new("one", "text")]);
    let mut bench = loaded(&one, &config);
    bench.given(1, 1);
    bench.at = Time::ZERO + Span::secs(3);
    assert_eq!(bench.given(2, 1), Some((TaskId::map(0), 2)));
    bench.ring(Timer::Overdue);
    let state =
        |bench: &Bench<Coordinator>| bench.node.view().job.unwrap().task(TaskId::map(0)).unwrap().state;
    let run = |attempt, by| Run { worker: worker(by), attempt, since: Time::ZERO + Span::secs(3) };
    assert_eq!(state(&bench), TaskState::InProgress { run: run(2, 2), backup: None });
    bench.ring(Timer::Overdue);
    assert_eq!(state(&bench), TaskState::Idle);
}

#[test]
fn a_map_whose_output_cannot_be_read_runs_again_and_counts_once() {
    let config = Config { disks: Disks::Local, ..config() };
    let mut bench = loaded(&super::job(Program::WordCount, 2), &config);
    bench.completed((0..4).map(TaskId::map));
    let Answer::Run(run) = bench.asked(2, 1) else { panic!("there are reduces") };
    let source = Source { worker: worker(1), attempt: 1 };
    assert_eq!((run.task, &*run.sources), (TaskId::reduce(0), &[Some(source); 4][..]));
    let unread = || Ending::Unread { map: 2, attempt: 1 };
    bench.heard_of(JobId(1), 2, run.task, run.attempt, unread());
    assert!(bench.noted(Note::OutputLost));
    assert_eq!(bench.given(2, 2), Some((TaskId::map(2), 2)), "before any reduce");
    assert_eq!(bench.asked(1, 2_000), Answer::Wait, "reduces wait again");
    bench.heard_of(JobId(1), 3, TaskId::reduce(1), 1, unread());
    bench.told(2, TaskId::map(2), 2);
    bench.heard_of(JobId(1), 3, TaskId::reduce(1), 1, unread());
    assert!(!bench.noted(Note::OutputLost), "that output was replaced already");
    let Answer::Run(run) = bench.asked(2, 3) else { panic!("there are reduces") };
    assert_eq!(run.sources[2], Some(Source { worker: worker(2), attempt: 2 }), "reducers are told");
}

#[test]
fn a_worker_that_gets_no_answer_from_another_says_so_and_asks_for_another_task() {
    let config = Config { disks: Disks::Local, patience: 2, ..config() };
    let mut bench = Bench::<Worker>::boot(&config, &Files::<Worker>::new());
    let source = Some(Source { worker: NodeId(8), attempt: 4 });
    let given = |bench: &mut Bench<Worker>| {
        let run = Assignment { sources: [source].into(), ..super::worker::assignment(TaskId::reduce(0)) };
        bench.told(Answer::Run(run));
    };
    given(&mut bench);
    bench.ring(Timer::Retry);
    bench.ring(Timer::Retry);
    assert!(!bench.noted(Note::SourceSilent));
    bench.ring(Timer::Retry);
    assert!(bench.noted(Note::SourceSilent));
    let is_report = |message: &Message| {
        matches!(message, Message::Report { ending: Ending::Unread { map: 0, attempt: 4 }, .. })
    };
    assert!(bench.said().iter().any(is_report));

    // One that answers but no longer has the file comes to the same.
    let mut bench = Bench::<Worker>::boot(&config, &Files::<Worker>::new());
    given(&mut bench);
    let Some(Message::File { call, .. }) = bench.said().pop() else { panic!("it reads") };
    bench.hear(NodeId(8), Message::FileReply { call, outcome: FileOutcome::Missing });
    assert!(bench.noted(Note::SourceSilent) && bench.said().iter().any(is_report));
}

#[test]
fn a_worker_keeps_what_its_maps_have_written_serves_it_and_clears_it_up_when_another_job_comes() {
    let config = Config { disks: Disks::Local, ..config() };
    let mut ground = Ground::new(3, 2, &config);
    ground.submit(&super::job(Program::WordCount, 3));
    assert!(ground.run_to(|ground| ground.is_done(1)).is_some());
    assert_eq!(ground.lines(1), counted());
    let kept = |ground: &Ground, of: u32| {
        let files = (1..=2).flat_map(|number| {
            let files = ground.worker(worker(number)).unwrap().disk.files;
            files.iter().map(|(name, _)| *name).collect::<Vec<_>>()
        });
        files.filter(|name| name.job == JobId(of)).count()
    };
    assert_eq!(kept(&ground, 1), 4 * 3);
    ground.submit(&super::job(Program::InvertedIndex, 1));
    assert!(ground.run_to(|ground| ground.is_done(2)).is_some());
    assert_eq!((kept(&ground, 1), kept(&ground, 2)), (0, 4));
}

#[test]
fn a_disk_that_is_lost_half_way_costs_its_maps_and_nothing_else() {
    for seed in 0..20 {
        let config = Config { disks: Disks::Local, ..config() };
        let mut ground = Ground::new(seed, 3, &config);
        ground.weather = Weather::ROUGH;
        ground.submit(&super::job(Program::WordCount, 3));
        let half = |ground: &Ground| ground.job().is_some_and(|job| job.stage == Stage::Reduce);
        ground.run_to(half).expect("all maps are completed");
        ground.wipe(worker(1));
        assert!(ground.run_to(|ground| ground.is_done(1)).is_some(), "seed {seed}");
        assert_eq!(ground.lines(1), counted(), "seed {seed}");
        let job = ground.job().unwrap();
        assert_eq!(job.counters.get(Counters::MAP_RECORDS), 4, "seed {seed}: each map counts once");
    }
}

#[test]
fn backup_tasks_spare_a_job_the_wait_for_a_straggler() {
    let took = |rules: Rules| {
        let config = Config { backup_after: Some(Span::secs(1)), rules, ..config() };
        let mut ground = Ground::new(5, 3, &config);
        ground.speed(worker(2), 2);
        ground.submit(&super::job(Program::MapTiming, 3));
        ground.run_to(|ground| ground.is_done(1)).expect("it is done")
    };
    let (with, without) = (took(Rules::ALL), took(Rules::ALL.without(Rule::BackupTasks)));
    assert!(with < Span::secs(6), "{with}");
    assert!(without > Span::secs(10), "{without}");
}
