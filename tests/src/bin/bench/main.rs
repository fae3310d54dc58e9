//! `make bench`, the native half: one JSON object a line, `{ name, value, unit, aim?, peers? }`.
//!
//! Figures are medians over several samples of the CPU time of this thread, so that whatever else the machine does
//! weighs little. Each workload is a fixed run: the same on every machine, only faster or slower.

mod measure;
mod storm;
mod cluster;

use measure::median;

fn main() {
    for row in storm::rows().into_iter().chain(cluster::rows()) {
        println!("{}", row.to_json());
    }
}
