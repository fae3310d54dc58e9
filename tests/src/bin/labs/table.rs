//! What came of the tests, as a table for people or as lines of JSON.

use crate::args::Args;
use splitbrain::suites::{Figures, Report, Verdict};
use std::fmt::Write;
use std::time::Duration;

/// How many seeds in ten thousand may be unlucky.
const UNLUCKY_LIMIT: u64 = 50;

/// How many failures are told of each test.
const TOLD: usize = 3;

/// The reports so far, by test.
pub(crate) struct Table {
    seeds: u64,
    rows: Vec<Row>,
    json: String,
}

#[derive(Default)]
struct Row {
    name: &'static str,
    suite: &'static str,
    handout: Option<Figures>,
    sum: Figures,
    steps: u64,
    passed: u64,
    unlucky: Vec<Report>,
    failed: Vec<Report>,
}

impl Table {
    pub(crate) fn new(args: &Args) -> Table {
        let row = |test: &&splitbrain::suites::Test| Row {
            name: test.name,
            suite: test.suite,
            handout: test.handout,
            ..Row::default()
        };
        Table { seeds: args.count, rows: args.tests.iter().map(row).collect(), json: String::new() }
    }

    pub(crate) fn add(&mut self, report: Report) {
        if let Ok(line) = serde_json::to_string(&report) {
            self.json.push_str(&line);
            self.json.push('\n');
        }
        let Some(row) = self.rows.iter_mut().find(|row| row.name == report.name) else { return };
        let Figures { took, rpcs, bytes, commits } = report.figures;
        row.sum.took = row.sum.took + took;
        row.sum.rpcs += rpcs;
        row.sum.bytes = row.sum.bytes.or(Some(0)).zip(bytes).map(|(sum, bytes)| sum + bytes);
        row.sum.commits += commits;
        row.steps += report.steps;
        match report.verdict {
            Verdict::Passed => row.passed += 1,
            Verdict::Unlucky(_) => row.unlucky.push(report),
            Verdict::Failed(_) => row.failed.push(report),
        }
    }

    /// Whether nothing failed, and no test was unlucky too often.
    pub(crate) fn is_sound(&self) -> bool {
        self.rows.iter().all(|row| {
            let unlucky = row.unlucky.len() as u64;
            // One unlucky seed in a few is not often, whatever it is in ten thousand.
            row.failed.is_empty() && (unlucky <= 1 || unlucky * 10_000 <= self.seeds * UNLUCKY_LIMIT)
        })
    }

    pub(crate) fn json(&self, _: Duration) -> String {
        self.json.clone()
    }

    pub(crate) fn text(&self, cpu: Duration) -> String {
        let mut text = format!(
            "{:86} {:>6} {:>7} {:>6}  {:>7} {:>7} {:>10} {:>7}   handout: s / RPCs / bytes / commits or ops\n",
            "means over all seeds", "passed", "unlucky", "failed", "seconds", "RPCs", "bytes", "commits"
        );
        for row in &self.rows {
            let Figures { took, rpcs, bytes, commits } = row.sum;
            let mean = |sum: u64| sum / self.seeds;
            let _ = write!(
                text,
                "{:86} {:>6} {:>7} {:>6}  {:>7} {:>7} {:>10} {:>7}   ",
                row.name,
                row.passed,
                row.unlucky.len(),
                row.failed.len(),
                tenths(mean(took.0)),
                mean(rpcs),
                or_dash(bytes.map(mean)),
                mean(commits)
            );
            let _ = match row.handout {
                Some(Figures { took, rpcs, bytes, commits }) => {
                    writeln!(text, "{} / {rpcs} / {} / {commits}", tenths(took.0), or_dash(bytes))
                }
                None if row.suite == "1" => writeln!(text, "lab 1 has no figures"),
                None => writeln!(text, "not in its year"),
            };
        }
        for report in self.rows.iter().flat_map(|row| row.failed.iter().chain(&row.unlucky).take(TOLD)) {
            let (Verdict::Failed(failure) | Verdict::Unlucky(failure)) = &report.verdict else { continue };
            let luck = if failure.unlucky { "unlucky" } else { "failed" };
            let (seed, step, at, why) = (report.seed, failure.step, failure.at, &failure.why);
            let _ = writeln!(text, "{luck}: {} on seed {seed}, step {step}, {at}: {why}", report.name);
        }
        let steps: u64 = self.rows.iter().map(|row| row.steps).sum();
        let per_seed = cpu.as_micros() / u128::from(self.seeds);
        let _ = writeln!(
            text,
            "{} seeds, {steps} steps, {}.{:03} CPU seconds a seed",
            self.seeds,
            per_seed / 1_000_000,
            per_seed / 1_000 % 1_000
        );
        text
    }
}

/// A figure that may have been left out.
fn or_dash(figure: Option<u64>) -> String {
    figure.map_or_else(|| "-".into(), |figure| figure.to_string())
}

/// Microseconds as seconds with one decimal.
fn tenths(micros: u64) -> String {
    let tenths = (micros + 50_000) / 100_000;
    format!("{}.{}", tenths / 10, tenths % 10)
}
