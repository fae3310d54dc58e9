//! A job with a program of the user's own, recorded once: here it is replayed natively, in `tests/page` in a browser, and both
//! must come to the same fingerprint, to the last bit of every sine.

use splitbrain::lab::act::Act;
use splitbrain::lab::member::View;
use splitbrain::lab::{Config, Watch};
use splitbrain::mapreduce::{Engine, Input, Job, JobId, Program};
use splitbrain::time::{Span, Time};
use splitbrain::timeline::{Script, Target, Timeline};
use splitbrain_script::QuickJs;
use std::fs;
use std::rc::Rc;

const RUN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/jobs/own-program.json");
const CODE: &str = include_str!("../jobs/own-program.js");

/// The beginning of *Moby Dick* (1851).
const TEXT: [&str; 3] = [
    "Call me Ishmael. Some years ago, never mind how long precisely, having little or no money in my purse, and nothing \
     particular to interest me on shore, I thought I would sail about a little and see the watery part of the world.",
    "It is a way I have of driving off the spleen and regulating the circulation. Whenever I find myself growing grim about \
     the mouth; whenever it is a damp, drizzly November in my soul;",
    "then, I account it high time to get to sea as soon as I can. This is my substitute for pistol and ball.",
];

fn engine() -> Engine {
    Engine::new(Rc::new(QuickJs))
}

fn at(seconds: u64) -> Target {
    Target { at: Time::ZERO + Span::secs(seconds), step: None }
}

/// The run as it was recorded: a worker crashes half-way, and one is slow.
fn recorded() -> Timeline<Watch> {
    let config = Config { servers: 1, clients: 0, workers: 3, engine: engine(), ..Config::default() };
    let mut run = Timeline::<Watch>::open(config).unwrap();
    run.seek(at(1), &mut || true);
    let inputs = TEXT.iter().enumerate().map(|(n, text)| Input::new(&format!("paragraph-{n}"), text));
    let job = Job::new(Program::Script { code: CODE.into() }, 3, inputs);
    run.act(Act::Submit { job }).unwrap();
    let workers: Vec<_> = run.subject().roster().workers().collect();
    run.act(Act::Speed { node: workers[2], percent: 40 }).unwrap();
    let busy = |run: &Timeline<Watch>| {
        workers.iter().copied().find(|&node| match run.world().view(node) {
            Some(View::Worker(view)) => view.attempt.is_some(),
            _ => false,
        })
    };
    let victim = loop {
        assert!(run.step(Time::ZERO + Span::secs(10)), "somebody works");
        if let Some(victim) = busy(&run) {
            break victim;
        }
    };
    run.act(Act::Crash { node: victim }).unwrap();
    run.seek(at(20), &mut || true);
    run
}

#[test]
fn a_job_of_ones_own_gives_the_fingerprint_that_it_gives_in_a_browser() {
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(RUN, recorded().script().to_json().unwrap()).unwrap();
    }
    let mut script = Script::<Watch>::from_json(&fs::read_to_string(RUN).unwrap()).unwrap();
    let fingerprint = script.fingerprint.expect("the run is portable");
    script.config.engine = engine();
    let saved = script.saved;
    let mut run = Timeline::from_script(script).unwrap();
    run.seek(Target { at: saved.at, step: Some(saved.step) }, &mut || true);
    assert_eq!(run.world().fingerprint(), fingerprint);
    assert_eq!(run.mismatch(), None);
    assert_eq!(run.subject().output_is_equal(JobId(1)), Some(true));
    assert!(run.subject().verdicts().all_hold());
    let reissued = run.subject().attempts().iter().any(|attempt| attempt.attempt > 1);
    assert!(reissued, "the crashed worker's task was given to another");
}
