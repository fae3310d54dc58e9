//! The course's own tests, each once: what somebody waits for who has changed a line.

use crate::measure::{Row, cpu_seconds};
use crate::median;
use splitbrain::suites::{self, Options, Test};

/// As many seeds are run, each a sample.
const SEEDS: u64 = 5;

pub(crate) fn rows() -> Vec<Row> {
    // Others' figures are about lab 2 or lab 3 alone; of lab 3 ours are judged for linearizability as well.
    vec![
        row('2', "2A to 2D", "CPU: MadRaft 0.73; on the clock: the Go harness 390").aim("0.3"),
        row('3', "3A and 3B", "CPU: MadRaft 8.8; on the clock: the Go harness 376").aim("2"),
    ]
}

fn row(lab: char, parts: &str, peers: &str) -> Row {
    let tests = || suites::all().filter(|test| test.suite.starts_with(lab));
    let (mut seed, mut failed) = (0, 0);
    let value = median(SEEDS as usize, || {
        seed += 1;
        let run =
            |test: &Test| test.run(seed, &Options::default()).is_ok_and(|outcome| outcome.report.passed());
        let (seconds, passed) = cpu_seconds(|| tests().filter(|test| run(test)).count());
        failed += tests().count() - passed;
        seconds
    });
    let name = format!("the course's {} tests, {parts}, on one seed", tests().count());
    let peers = match failed {
        0 => peers.into(),
        _ => format!("but on {SEEDS} seeds {failed} did not pass, and ended early"),
    };
    Row::new(name, value, "s").peers(peers)
}
