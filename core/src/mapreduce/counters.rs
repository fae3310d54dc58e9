//! What tasks count (§4.9): MapReduce's own counters, and those of programs.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use serde::{Deserialize, Serialize};

/// Named counts, in the order of their names. One that is zero is as good as none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Counters(BTreeMap<String, u64>);

impl Counters {
    /// Records that were given to map.
    pub const MAP_RECORDS: &'static str = "map-input-records";
    /// Pairs that map emitted.
    pub const MAP_PAIRS: &'static str = "map-output-pairs";
    /// Pairs that were left after combining.
    pub const COMBINED_PAIRS: &'static str = "combine-output-pairs";
    /// Pairs that reduce tasks read.
    pub const REDUCE_PAIRS: &'static str = "reduce-input-pairs";
    /// Keys that were given to reduce.
    pub const REDUCE_GROUPS: &'static str = "reduce-input-groups";
    /// Records and keys that were left out because the program fails on them (§4.6).
    pub const SKIPPED: &'static str = "skipped-records";

    /// Nothing has been counted.
    pub fn new() -> Counters {
        Counters::default()
    }

    /// What has been counted under a name.
    pub fn get(&self, name: &str) -> u64 {
        self.0.get(name).copied().unwrap_or(0)
    }

    /// All counts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, &count)| (&**name, count))
    }

    /// Counts on.
    pub fn add(&mut self, name: &str, by: u64) {
        match self.0.get_mut(name) {
            Some(count) => *count = count.saturating_add(by),
            None if by > 0 => {
                self.0.insert(name.to_string(), by);
            }
            None => {}
        }
    }

    /// Adds all that another has counted.
    pub fn merge(&mut self, other: &Counters) {
        other.iter().for_each(|(name, count)| self.add(name, count));
    }
}
