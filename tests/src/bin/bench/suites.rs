//! The course's tests 2A to 2D, each once: what somebody waits for who has changed a line.

use crate::measure::{Row, cpu_seconds};
use crate::median;
use splitbrain::suites::{self, Options, Test};

/// As many seeds are run, each a sample.
const SEEDS: u64 = 5;

/// Those of lab 2 alone: that is what others' figures are about.
fn lab_2() -> impl Iterator<Item = &'static Test> {
    suites::all().filter(|test| test.suite.starts_with('2'))
}

pub(crate) fn rows() -> Vec<Row> {
    let (mut seed, mut failed) = (0, 0);
    let value = median(SEEDS as usize, || {
        seed += 1;
        let run =
            |test: &Test| test.run(seed, &Options::default()).is_ok_and(|outcome| outcome.report.passed());
        let (seconds, passed) = cpu_seconds(|| lab_2().filter(|test| run(test)).count());
        failed += lab_2().count() - passed;
        seconds
    });
    let name = format!("the course's {} tests, 2A to 2D, on one seed", lab_2().count());
    let peers = match failed {
        0 => "CPU: MadRaft 0.73; on the clock: the Go harness 390".into(),
        _ => format!("but on {SEEDS} seeds {failed} did not pass, and ended early"),
    };
    vec![Row::new(name, value, "s").aim("0.3").peers(peers)]
}
