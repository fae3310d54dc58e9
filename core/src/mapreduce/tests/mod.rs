//! Stories about whole jobs, on a small world of their own.

pub(crate) mod ground;

use super::*;
use crate::time::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use ground::{Ground, Weather, worker};

/// The beginning of *Moby Dick* (1851), a paragraph an input.
pub(crate) const TEXT: [&str; 4] = [
    "Call me Ishmael. Some years ago--never mind how long precisely--having little or no money in my purse, and \
     nothing particular to interest me on shore, I thought I would sail about a little and see the watery part of \
     the world. It is a way I have of driving off the spleen and regulating the circulation.",
    "Whenever I find myself growing grim about the mouth; whenever it is a damp, drizzly November in my soul; \
     whenever I find myself involuntarily pausing before coffin warehouses, and bringing up the rear of every \
     funeral I meet; and especially whenever my hypos get such an upper hand of me, that it requires a strong moral \
     principle to prevent me from deliberately stepping into the street, and methodically knocking people's hats \
     off--then, I account it high time to get to sea as soon as I can.",
    "This is my substitute for pistol and ball. With a philosophical flourish Cato throws himself upon his sword; I \
     quietly take to the ship. There is nothing surprising in this.",
    "If they but knew it, almost all men in their degree, some time or other, cherish very nearly the same feelings \
     towards the ocean with me.",
];

pub(crate) fn job(app: BuiltIn, reduce_tasks: u32) -> Job {
    let inputs = TEXT.iter().enumerate().map(|(n, text)| Input::new(&format!("p{n}"), text));
    Job::new(app, reduce_tasks, inputs)
}

/// Small chunks, so that small texts take many messages.
pub(crate) fn config() -> Config {
    Config { chunk: 64, ..Config::new(ground::COORDINATOR, ground::STORE) }
}

/// What the job's output is, by counting alone.
pub(crate) fn counted() -> Vec<String> {
    let mut words: Vec<&str> = TEXT
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_ascii_alphabetic()))
        .filter(|word| !word.is_empty())
        .collect();
    words.sort();
    let mut lines: Vec<String> =
        words.chunk_by(|a, b| a == b).map(|group| format!("{} {}", group[0], group.len())).collect();
    lines.sort();
    lines
}

#[test]
fn a_job_in_fair_weather_gives_the_right_output_and_runs_every_task_once() {
    let mut ground = Ground::new(1, 3, &config());
    ground.submit(&job(BuiltIn::WordCount, 5));
    let took = ground.run_to(|ground| ground.is_done(1)).expect("the job is done");
    assert_eq!(ground.lines(1), counted());
    let job = ground.job().expect("it is still shown");
    assert!(job.maps.iter().chain(job.reduces.iter()).all(|(_, task)| task.attempts == 1));
    assert!(took < Span::secs(10), "{took}");
}
