//! A program run without any of MapReduce's machinery (§4.7): no tasks, no partitions, no files.

use crate::mapreduce::App;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// The lines of output, sorted: all pairs of all inputs, sorted by key, with one call of reduce for each key.
pub fn run<'a>(app: &dyn App, inputs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for (name, contents) in inputs {
        app.map(name, contents, &mut |key, value| pairs.push((key.to_string(), value.to_string())));
    }
    pairs.sort_by(|one, other| one.0.cmp(&other.0));
    let mut lines = Vec::new();
    for group in pairs.chunk_by(|one, other| one.0 == other.0) {
        let values: Vec<&str> = group.iter().map(|(_, value)| value.as_str()).collect();
        let output = format!("{} {}", group[0].0, app.reduce(&group[0].0, &values));
        lines.extend(output.lines().map(String::from));
    }
    lines.sort_unstable();
    lines
}
