//! What a step costs in clusters of different sizes, and with logs of different lengths: nothing but the fan-out may grow.
//!
//! The lab as a sweep runs it, all checks included. The WebAssembly benchmark makes the same runs.

use crate::cluster::Lab;
use crate::measure::{Row, cpu_seconds};
use crate::median;
use serde::Deserialize;
use splitbrain::lab::member::View;
use splitbrain::lab::{Act, Config, Watch};

use splitbrain::node::NodeId;
use splitbrain::sim::World;
use splitbrain::time::{Span, Time};
use splitbrain::timeline::Subject;

const SAMPLES: usize = 5;
type Playground = World<<Watch as Subject>::Node>;

const FOREVER: Time = Time(u64::MAX);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sizes {
    load: Load,
    servers: Servers,
    logs: Logs,
}

/// What each client does.
#[derive(Deserialize)]
struct Load {
    clients: u16,
    every: Span,
    keys: u32,
    writes: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Servers {
    config: Config,
    counts: Vec<u16>,
    /// By then somebody leads.
    warm_up: Span,
    /// How many steps a sample has.
    steps: u64,
}

#[derive(Deserialize)]
struct Logs {
    config: Config,
    entries: Vec<u64>,
    steps: u64,
}

fn open(config: &Config, load: &Load) -> Lab {
    let config = Config { clients: load.clients, ..config.clone() };
    let (mut watch, mut world) = Watch::open(&config).expect("this is a cluster");
    let Load { every, keys, writes, .. } = *load;
    for client in (0..load.clients).map(|n| NodeId(config.servers + n)) {
        let act = Act::Load { client, every, keys, writes, hot: 0, cas: 0, deletes: 0 };
        for action in watch.translate(&act, &world).expect("this is a client") {
            world.act(action).expect("a client can be called");
            watch.observe(&world, &mut Vec::new());
        }
    }
    (watch, world)
}

/// Goes on to a time or until it is enough, and counts the effects of all steps.
fn run((watch, world): &mut Lab, until: Time, mut enough: impl FnMut(&Playground) -> bool) -> u64 {
    let (mut marks, mut effects) = (Vec::new(), 0);
    while !enough(world)
        && let Some(step) = world.step_until(until)
    {
        effects += step.effects.len() as u64;
        watch.observe(world, &mut marks);
        marks.clear();
    }
    effects
}

/// How many entries the first server knows to be committed.
fn committed(world: &Playground) -> u64 {
    match world.view(NodeId(0)) {
        Some(View::Server(view)) => view.raft.commit_index,
        _ => 0,
    }
}

/// Nanoseconds that one of the next steps takes, and how many effects it has.
fn cost(lab: &mut Lab, steps: u64) -> (f64, f64) {
    let mut effects = 0.0;
    let nanoseconds = median(SAMPLES, || {
        let last = lab.1.steps() + steps;
        let (seconds, found) = cpu_seconds(|| run(lab, FOREVER, |world| world.steps() >= last));
        effects = found as f64 / steps as f64;
        seconds * 1e9 / steps as f64
    });
    assert!(lab.0.verdicts().all_hold(), "a benchmark is a sound run");
    (nanoseconds, effects)
}

pub(crate) fn rows() -> Vec<Row> {
    let Sizes { load, servers, logs } =
        serde_json::from_str(include_str!("../../../bench/sizes.json")).expect("it describes runs");
    let row = |name: String, (nanoseconds, effects): (f64, f64)| {
        Row::new(name, nanoseconds, "ns")
            .aim("flat, but for fan-out")
            .peers(format!("{effects:.1} effects a step"))
    };
    let of_servers = servers.counts.iter().map(|&count| {
        let mut lab = open(&Config { servers: count, ..servers.config.clone() }, &load);
        run(&mut lab, Time::ZERO + servers.warm_up, |_| false);
        assert!(committed(&lab.1) > 0, "somebody leads by now");
        row(format!("a step with {count} servers"), cost(&mut lab, servers.steps))
    });
    let mut rows: Vec<Row> = of_servers.collect();
    let mut lab = open(&logs.config, &load);
    for entries in logs.entries {
        // To look costs more than a step does.
        run(&mut lab, FOREVER, |world| world.steps().is_multiple_of(64) && committed(world) >= entries);
        rows.push(row(format!("a step with logs of {entries} entries"), cost(&mut lab, logs.steps)));
    }
    rows
}
