//! Whole jobs, on a small world of their own.

use super::ground::{COORDINATOR, Ground, STORE, Weather, worker};
use super::*;
use crate::time::Span;

#[test]
fn a_job_in_fair_weather_gives_the_right_output_and_runs_every_task_once() {
    let mut ground = Ground::new(1, 3, &config());
    ground.submit(&super::job(Program::WordCount, 5));
    let took = ground.run_to(|ground| ground.is_done(1)).expect("the job is done");
    assert_eq!(ground.lines(1), counted());
    let job = ground.job().expect("it is still shown");
    assert!(job.maps.iter().chain(job.reduces.iter()).all(|(_, task)| task.attempts == 1));
    assert!(took < Span::secs(10), "{took}");
}

#[test]
fn a_job_that_is_run_in_one_place_has_the_files_and_counts_of_one_that_is_run_by_workers() {
    let job = Job::from(Spec { combine: true, ..super::job(Program::WordCount, 5).spec().clone() });
    let mut ground = Ground::new(1, 3, &config());
    ground.submit(&job);
    ground.run_to(|ground| ground.is_done(1)).expect("the job is done");
    let local = local::run(&job, &Engine::default()).expect("the program does not fail");
    let files = ground.files().expect("the store is up");
    let outputs: Vec<String> = files.outputs(JobId(1)).map(|(_, file)| file.text()).collect();
    assert_eq!(local.outputs.iter().map(|file| file.text().into_owned()).collect::<Vec<_>>(), outputs);
    assert_eq!(&local.counters, &*ground.job().expect("it is still shown").counters);
}

#[test]
fn the_output_is_the_same_whatever_the_number_of_workers_and_reduce_tasks() {
    for workers in [1, 2, 5] {
        for reduces in [1, 3, 40] {
            let mut ground = Ground::new(7, workers, &config());
            ground.submit(&super::job(Program::WordCount, reduces));
            ground.run_to(|ground| ground.is_done(1)).expect("the job is done");
            assert_eq!(ground.lines(1), counted());
            let files = ground.files().expect("the store is up");
            assert_eq!(files.outputs(JobId(1)).count(), reduces as usize, "one file a reduce, even if empty");
        }
    }
}

#[test]
fn a_crashed_workers_task_is_done_by_another_after_ten_seconds() {
    let mut ground = Ground::new(3, 2, &config());
    ground.submit(&super::job(Program::WordCount, 3));
    let works = |ground: &Ground| {
        ground.worker(worker(1)).is_some_and(|view| matches!(view.doing, Doing::Working { .. }))
    };
    ground.run_to(works).expect("the first worker gets a task");
    ground.crash(worker(1), Span::ZERO);
    let took = ground.run_to(|ground| ground.is_done(1)).expect("the other one does everything");
    assert!((Span::secs(9)..Span::secs(14)).contains(&took), "{took}");
    assert_eq!((ground.job().map(|job| job.reissued), ground.lines(1)), (Some(1), counted()));
}

#[test]
fn a_worker_that_was_only_slow_may_still_finish_and_changes_nothing() {
    let mut ground = Ground::new(3, 2, &config());
    ground.submit(&super::job(Program::WordCount, 3));
    let works = |ground: &Ground| {
        ground.worker(worker(1)).is_some_and(|view| matches!(view.doing, Doing::Working { .. }))
    };
    ground.run_to(works).expect("the first worker gets a task");
    ground.pause(worker(1), Span::ZERO, Span::secs(11));
    ground.run_to(|ground| ground.is_done(1)).expect("the other one does everything");
    ground.run_for(Span::secs(5));
    let job = ground.job().expect("it is still shown");
    assert_eq!((job.maps_completed, job.reduces_completed), (4, 3));
    assert_eq!(ground.lines(1), counted());
    assert_eq!(job.reissued, 1);
}

#[test]
fn nothing_private_is_left_when_a_job_is_over() {
    let mut ground = Ground::new(3, 3, &config());
    ground.submit(&super::job(Program::InvertedIndex, 3));
    let writes = |ground: &Ground| {
        ground.worker(worker(1)).is_some_and(|view| matches!(view.doing, Doing::Writing { complete: 1, .. }))
    };
    ground.run_to(writes).expect("the first worker writes");
    ground.crash(worker(1), Span::ZERO);
    ground.run_to(|ground| ground.is_done(1)).expect("the job is done");
    let private = |ground: &Ground| {
        let files = ground.files().expect("the store is up").files;
        files.iter().filter(|(name, _)| matches!(name.file, File::Temporary { .. })).count()
    };
    assert_eq!(private(&ground), 3);
    ground.run_for(Span::secs(1));
    assert_eq!(private(&ground), 0);
}

#[test]
fn the_store_may_crash_at_any_moment_of_a_job() {
    for moment in 0..40 {
        let mut ground = Ground::new(moment, 2, &config());
        ground.submit(&super::job(Program::WordCount, 2));
        ground.crash(STORE, Span::millis(7 + 23 * moment));
        ground.restart(STORE, Span::millis(57 + 23 * moment));
        ground.run_to(|ground| ground.is_done(1)).expect("the job is done");
        assert_eq!(ground.lines(1), counted(), "crash number {moment}");
    }
}

#[test]
fn inputs_that_the_store_loses_while_they_are_loaded_are_loaded_again() {
    let mut ground = Ground::new(2, 2, &config());
    ground.submit(&super::job(Program::WordCount, 2));
    ground.run_for(Span::millis(14));
    assert!(ground.job().is_some_and(|job| job.loaded == 0));
    assert!(ground.files().is_some_and(|files| !files.files.is_empty()));
    ground.wipe_store();
    ground.run_to(|ground| ground.is_done(1)).expect("the job is done");
    assert_eq!(ground.lines(1), counted());
}

#[test]
fn a_job_dies_with_its_coordinator_and_can_be_submitted_again() {
    let mut ground = Ground::new(5, 2, &config());
    ground.submit(&super::job(Program::WordCount, 2));
    ground.run_for(Span::millis(300));
    ground.crash(COORDINATOR, Span::ZERO);
    ground.restart(COORDINATOR, Span::millis(50));
    ground.run_for(Span::secs(30));
    assert_eq!(ground.coordinator().map(|view| view.died), Some(Some(JobId(1))));
    assert!(!ground.is_done(1));
    ground.submit(&super::job(Program::WordCount, 2));
    ground.run_to(|ground| ground.is_done(2)).expect("the second one is done");
    assert_eq!(ground.lines(2), counted());
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let run = |seed| {
        let mut ground = Ground::new(seed, 3, &config());
        ground.weather = Weather::ROUGH;
        ground.submit(&super::job(Program::WordCount, 3));
        ground.run_to(|ground| ground.is_done(1));
        (ground.now, ground.steps, ground.job())
    };
    assert_eq!(run(4), run(4));
    assert_ne!(run(4), run(5));
}

#[test]
fn jobs_travel_as_json_with_texts_or_with_hashes_in_their_place() {
    let job = super::job(Program::WordCount, 3);
    let text = crate::json::write(&Request::Submit(job.clone())).expect("it is data");
    assert_eq!(crate::json::read::<Request>(&text).expect("it is read back"), Request::Submit(job.clone()));
    let named = job.without_texts(|_| false);
    let text = crate::json::write(&named).expect("it is data");
    assert!(!text.contains("Ishmael"));
    let read: Job = crate::json::read(&text).expect("it is read back");
    assert_eq!(read, named);
    assert_eq!(
        read.resolved(|_, hash| (hash == Bytes::from(TEXT[0]).hash()).then(|| Bytes::from("no"))),
        named
    );
    for (wrong, why) in [
        (r#"{"app":"word-count","reduce_tasks":1,"inputs":[{"name":"a"}]}"#, "neither a text nor a hash"),
        (
            r#"{"app":"word-count","reduce_tasks":1,"inputs":[{"name":"a","hash":"0123456789abcdef","text":"b"}]}"#,
            "does not have the hash",
        ),
        (r#"{"app":"poem","reduce_tasks":1,"inputs":[]}"#, "unknown variant `poem`"),
        (r#"{"app":"word-count","reduce_tasks":-1,"inputs":[]}"#, "`reduce_tasks`: `-1` is not"),
    ] {
        let error = format!("{}", crate::json::read::<Job>(wrong).expect_err(wrong));
        assert!(error.contains(why), "{error}");
    }
}
