//! What tasks count (§4.9): MapReduce's own counters, and those of programs.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use serde::Serialize;

/// Named counts, in the order of their names; there are few. One that is zero is as good as none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Counters(Vec<(String, u64)>);

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
        self.place(name).map_or(0, |place| self.0[place].1)
    }

    /// All counts, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, u64)> {
        self.0.iter().map(|(name, count)| (&**name, *count))
    }

    /// Counts on.
    pub fn add(&mut self, name: &str, by: u64) {
        match self.place(name) {
            Ok(place) => self.0[place].1 = self.0[place].1.saturating_add(by),
            Err(place) if by > 0 => self.0.insert(place, (name.to_string(), by)),
            Err(_) => {}
        }
    }

    /// Adds all that another has counted.
    pub fn merge(&mut self, other: &Counters) {
        other.iter().for_each(|(name, count)| self.add(name, count));
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| (**known).cmp(name))
    }
}
