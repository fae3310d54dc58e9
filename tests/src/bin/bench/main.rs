//! `make bench`, the native half: one JSON object a line, `{ name, value, unit, aim?, peers? }`.
//!
//! Figures are medians over several samples of the CPU time of this thread, so that whatever else the machine does
//! weighs little. Each workload is a fixed run: the same on every machine, only faster or slower. Arguments name the
//! groups to run: storm, commits, lab, timeline, sizes, clone, seek, suites, histories, words.

#![expect(clippy::float_arithmetic, reason = "figures are for people; none of them reaches a run")]

mod measure;
mod storm;
mod commits;
#[cfg(feature = "rivals")]
mod rival;
mod cluster;
mod sizes;
mod suites;
mod histories;
mod words;
#[cfg(feature = "rivals")]
mod rival_histories;

use measure::{Row, median};

/// Some figures and what they are about.
type Group = (&'static str, fn() -> Vec<Row>);

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    let groups: [Group; 10] = [
        ("storm", storm::rows),
        ("commits", commits::rows),
        ("lab", cluster::steps),
        ("timeline", cluster::steps_in_timeline),
        ("sizes", sizes::rows),
        ("clone", cluster::clones),
        ("seek", cluster::seeks),
        ("suites", suites::rows),
        ("histories", histories::rows),
        ("words", words::rows),
    ];
    for (name, rows) in groups {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            rows().iter().for_each(|row| println!("{}", row.to_json()));
        }
    }
}
