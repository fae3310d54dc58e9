//! The whole laboratory: five servers with three busy clients, everything checked after every step.

use crate::measure::{Row, cpu_seconds};
use crate::median;
use serde::Deserialize;
use splitbrain::chance::Chance;
use splitbrain::lab::{Act, Config, Watch};
use splitbrain::sim::World;
use splitbrain::time::{Span, Time};
use splitbrain::timeline::{Subject, Target, Timeline};
use std::hint::black_box;

/// A run, and who watches it.
pub(crate) type Lab = (Watch, World<<Watch as Subject>::Node>);

const SAMPLES: usize = 7;
const HOUR: Time = Time(3_600_000_000);

/// The run that the WebAssembly benchmark makes too.
#[derive(Deserialize)]
struct Busy {
    config: Config,
    acts: Vec<Act>,
    seconds: u64,
}

fn busy() -> Busy {
    serde_json::from_str(include_str!("../../../bench/busy.json")).expect("it describes a run")
}

fn busy_lab(Busy { config, acts, .. }: &Busy) -> Lab {
    let (mut watch, mut world) = Watch::open(config).expect("this is a cluster");
    for act in acts {
        for action in watch.translate(act, &world).expect("these are clients") {
            world.act(action).expect("a client can be called");
            watch.observe(&world, &mut Vec::new());
        }
    }
    (watch, world)
}

/// Goes on until then, or until enough is done.
fn run(
    (watch, world): &mut Lab,
    until: Time,
    mut enough: impl FnMut(&World<<Watch as Subject>::Node>) -> bool,
) {
    let mut marks = Vec::new();
    while !enough(world) && world.step_until(until).is_some() {
        watch.observe(world, &mut marks);
        marks.clear();
    }
    assert!(watch.verdicts().all_hold(), "a benchmark is a sound run");
}

fn busy_timeline(Busy { config, acts, .. }: Busy) -> Timeline<Watch> {
    let mut timeline = Timeline::open(config).expect("this is a cluster");
    for act in acts {
        timeline.act(act).expect("a client can be called");
    }
    timeline
}

/// The lab as a sweep runs it.
pub(crate) fn steps() -> Vec<Row> {
    let busy = busy();
    let mut steps = 0;
    let value = median(SAMPLES, || {
        let mut lab = busy_lab(&busy);
        let (seconds, ()) = cpu_seconds(|| run(&mut lab, Time::ZERO + Span::secs(busy.seconds), |_| false));
        steps = lab.1.steps();
        steps as f64 / seconds
    });
    let peers =
        format!("a TypeScript rival 170,000; here are {} steps in a simulated second", steps / busy.seconds);
    vec![
        Row::new("steps a second: 5 servers, 3 busy clients, all checks", value, "steps/s")
            .aim("3 million")
            .peers(peers),
    ]
}

/// The lab as the page runs it, with a trace and checkpoints.
pub(crate) fn steps_in_timeline() -> Vec<Row> {
    let value = median(SAMPLES, || {
        let mut timeline = busy_timeline(busy());
        let until = Time::ZERO + Span::secs(busy().seconds);
        let (seconds, ()) = cpu_seconds(|| while timeline.step(until) {});
        timeline.now().step as f64 / seconds
    });
    vec![Row::new("the same in a timeline, which is what the page runs", value, "steps/s")]
}

/// What a copy of the world costs with short and with long logs.
pub(crate) fn clones() -> Vec<Row> {
    let Busy { config, acts, seconds } = busy();
    let latency = (Span::micros(100), Span::micros(200));
    let config = Config { latency, disk_latency: (Span::ZERO, Span::micros(10)), ..config };
    let mut lab = busy_lab(&Busy { config, acts, seconds });
    let mut cost = |entries: u64| {
        let server = splitbrain::node::NodeId(0);
        run(&mut lab, HOUR, |world| match world.view(server) {
            Some(splitbrain::lab::member::View::Server(view)) => view.raft.log.last_index() >= entries,
            _ => false,
        });
        median(SAMPLES, || {
            const CLONES: u32 = 1_000;
            let (seconds, ()) = cpu_seconds(|| (0..CLONES).for_each(|_| drop(black_box(lab.1.clone()))));
            seconds / f64::from(CLONES)
        })
    };
    let (short, long) = (cost(100), cost(100_000));
    vec![
        Row::new("a copy of a world whose logs have 100 entries", short * 1e6, "µs"),
        Row::new("a copy with 100,000 entries costs as many such", long / short, "times").aim("1"),
    ]
}

/// Moments all over an hour, in no order.
pub(crate) fn seeks() -> Vec<Row> {
    let mut timeline = busy_timeline(busy());
    while timeline.step(HOUR) {}
    let mut taken: Vec<f64> = (0..31)
        .map(|n| {
            let at = Time(Chance::new(7).key(n).draw() % HOUR.0);
            let (seconds, arrived) = cpu_seconds(|| timeline.seek(Target { at, step: None }, &mut || true));
            assert!(arrived && timeline.now().at == at && timeline.mismatch().is_none());
            seconds * 1e3
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    vec![
        Row::new("a seek to a random moment of an hour", taken[taken.len() / 2], "ms").aim("100"),
        Row::new("the slowest of 31 such seeks", taken[taken.len() - 1], "ms"),
    ]
}
