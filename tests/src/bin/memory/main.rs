//! `make bench`, what a busy service keeps in memory: one JSON object a line, `{ name, value, unit, aim? }`.
//!
//! A program of its own, because its allocator counts every byte. Only the cluster is counted: nobody watches it, and it
//! keeps no trace.

#![expect(clippy::float_arithmetic, reason = "figures are for people; none of them reaches a run")]

use cap::Cap;
use cpu_time::ThreadTime;
use serde_json::json;
use splitbrain::lab::member::View;
use splitbrain::lab::{Act, Config, Watch};
use splitbrain::node::NodeId;
use splitbrain::sim::World;
use splitbrain::time::{Span, Time};
use splitbrain::timeline::Subject;
use std::alloc::System;

type Cluster = World<<Watch as Subject>::Node>;

#[global_allocator]
static HEAP: Cap<System> = Cap::new(System, usize::MAX);

/// Whether servers take snapshots, and near which size of their Raft state.
fn cluster(max_raft_state: Option<u64>) -> Cluster {
    let config = Config { servers: 5, clients: 3, workers: 0, seed: 1, max_raft_state, ..Config::default() };
    let (watch, mut world) = Watch::open(&config).expect("this is a cluster");
    for client in [5, 6, 7].map(NodeId) {
        let every = Span::millis(1);
        let load = Act::Load { client, every, keys: 100, writes: 500, hot: 300, cas: 200, deletes: 100 };
        for action in watch.translate(&load, &world).expect("this is a client") {
            world.act(action).expect("a client can be called");
        }
    }
    world
}

fn answered(world: &Cluster) -> u64 {
    let count = |node| match world.view(node) {
        Some(View::Client(view)) => view.history.count(),
        _ => 0,
    };
    world.ids().map(count).sum()
}

fn main() {
    let minute = |n: u64| Time::ZERO + Span::secs(60 * n);
    for (told, max_raft_state, aim) in
        [("snapshots near 8,000 bytes", Some(8_000), Some("1")), ("no snapshots", None, None)]
    {
        let before = HEAP.allocated();
        let mut world = cluster(max_raft_state);
        let start = ThreadTime::now();
        let mut kept = [1, 60].map(|at| {
            while world.step_until(minute(at)).is_some() {}
            (HEAP.allocated() - before) as f64
        });
        let (seconds, operations) = (start.elapsed().as_secs_f64(), answered(&world));
        kept[1] /= kept[0];
        let rows = [
            (
                format!("memory of 5 servers and 3 busy clients after a minute, {told}"),
                kept[0] / 1e3,
                "KB",
                None,
            ),
            (
                format!("after an hour and {operations} operations as many such, {told}"),
                kept[1],
                "times",
                aim,
            ),
            (format!("operations a CPU second, {told}"), operations as f64 / seconds, "ops/s", None),
        ];
        for (name, value, unit, aim) in rows {
            let mut row = json!({ "name": name, "value": value, "unit": unit });
            if let Some(aim) = aim {
                row["aim"] = aim.into();
            }
            println!("{row}");
        }
    }
}
