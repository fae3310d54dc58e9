//! The whole laboratory: five servers with three busy clients, everything checked after every step.

use crate::measure::{Row, cpu_seconds};
use crate::median;
use splitbrain::chance::Chance;
use splitbrain::lab::{Act, Config, Watch};
use splitbrain::sim::World;
use splitbrain::time::{Span, Time};
use splitbrain::timeline::{Subject, Target, Timeline};
use std::hint::black_box;

type Lab = (Watch, World<<Watch as Subject>::Node>);

const SAMPLES: usize = 7;
const MINUTE: Time = Time(60_000_000);
const HOUR: Time = Time(3_600_000_000);

fn config() -> Config {
    Config { servers: 5, clients: 3, workers: 0, seed: 1, ..Config::default() }
}

/// Each client executes an operation a millisecond after the one before it has returned, half of them writes.
fn load(config: &Config) -> impl Iterator<Item = Act> {
    let clients = config.roster().clients();
    clients.map(|client| Act::Load { client, every: Span::millis(1), keys: 16, writes: 500 })
}

fn busy_lab(config: &Config) -> Lab {
    let (mut watch, mut world) = Watch::open(config).expect("this is a cluster");
    for act in load(config) {
        for action in watch.translate(&act, &world).expect("these are clients") {
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

fn busy_timeline() -> Timeline<Watch> {
    let config = config();
    let mut timeline = Timeline::open(config.clone()).expect("this is a cluster");
    for act in load(&config) {
        timeline.act(act).expect("a client can be called");
    }
    timeline
}

pub(crate) fn rows() -> Vec<Row> {
    let mut steps_in_a_minute = 0;
    let bare = median(SAMPLES, || {
        let mut lab = busy_lab(&config());
        let (seconds, ()) = cpu_seconds(|| run(&mut lab, MINUTE, |_| false));
        steps_in_a_minute = lab.1.steps();
        lab.1.steps() as f64 / seconds
    });
    let in_timeline = median(SAMPLES, || {
        let mut timeline = busy_timeline();
        let (seconds, ()) = cpu_seconds(|| while timeline.step(MINUTE) {});
        timeline.now().step as f64 / seconds
    });
    let mut rows = vec![
        Row::new("steps of 5 servers and 3 busy clients, all checks on", bare, "per CPU second")
            .aim("3 million")
            .peers(format!(
                "a TypeScript one 0.17 million; {} steps a simulated second",
                steps_in_a_minute / 60
            )),
        Row::new("the same in a timeline, which is what the page runs", in_timeline, "per CPU second"),
    ];
    rows.extend(clones());
    rows.extend(seeks());
    rows
}

/// What a copy of the world costs with short and with long logs.
fn clones() -> [Row; 2] {
    let config = Config { latency: (Span::micros(100), Span::micros(200)), ..config() };
    let mut lab = busy_lab(&Config { disk_latency: (Span::ZERO, Span::micros(10)), ..config });
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
    [
        Row::new("a copy of a world whose logs have 100 entries", short * 1e6, "µs"),
        Row::new("a copy with 100,000 entries costs as many such", long / short, "times").aim("1"),
    ]
}

/// Moments all over an hour, in no order.
fn seeks() -> [Row; 2] {
    let mut timeline = busy_timeline();
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
    [
        Row::new("a seek to a random moment of an hour", taken[taken.len() / 2], "ms").aim("100"),
        Row::new("the slowest of 31 such seeks", taken[taken.len() - 1], "ms"),
    ]
}
