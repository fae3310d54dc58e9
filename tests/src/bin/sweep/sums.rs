//! Sums over many seeds, which can be written down, read again and added up.

use serde::{Deserialize, Serialize};
use splitbrain_tests::swarm::Outcome;
use splitbrain_tests::swarm::effect::Counts;
use splitbrain_tests::swarm::tally::Tally;

/// What came of some seeds.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Sums {
    pub(crate) seeds: u64,
    pub(crate) steps: u64,
    pub(crate) micros: u64,
    /// Steps a simulated second of each seed.
    paces: Vec<u64>,
    pub(crate) tally: Tally,
    pub(crate) faults: Counts,
    /// How long it took to a leader once faults had stopped, in hundredths of the longest election time-out, for each run
    /// in which they did.
    led_after: Vec<u64>,
    pub(crate) violations: Vec<Broken>,
}

/// A property that was broken.
#[derive(Serialize, Deserialize)]
pub(crate) struct Broken {
    pub(crate) seed: u64,
    pub(crate) step: u64,
    pub(crate) at: u64,
    pub(crate) property: String,
    pub(crate) why: String,
    /// All of that in a line.
    pub(crate) told: String,
}

impl Sums {
    /// Adds one seed.
    pub(crate) fn count(&mut self, outcome: &Outcome) {
        self.seeds += 1;
        self.steps += outcome.steps;
        self.micros += outcome.at.0;
        self.paces.push(outcome.steps * 1_000_000 / outcome.at.0.max(1));
        self.led_after.extend(outcome.led_after);
        self.tally.add(&outcome.tally);
        self.faults.add(&outcome.faults);
        self.violations.extend(outcome.violations.iter().map(|violation| Broken {
            seed: outcome.seed,
            step: violation.moment.step,
            at: violation.moment.at.0,
            property: violation.property.name().into(),
            why: violation.why.clone(),
            told: violation.to_string(),
        }));
    }

    /// Adds others, of later seeds.
    pub(crate) fn add(&mut self, other: Sums) {
        self.seeds += other.seeds;
        self.steps += other.steps;
        self.micros += other.micros;
        self.paces.extend(other.paces);
        self.led_after.extend(other.led_after);
        self.tally.add(&other.tally);
        self.faults.add(&other.faults);
        self.violations.extend(other.violations);
    }

    /// How many runs had no leader when faults stopped and then had one, and how long that took at most in so many of a
    /// thousand of them.
    pub(crate) fn led_after(&self, per_mille: usize) -> (usize, u64) {
        let mut spans: Vec<u64> = self.led_after.iter().copied().filter(|&span| span > 0).collect();
        spans.sort_unstable();
        let place = (spans.len() * per_mille).div_ceil(1_000).max(1) - 1;
        (spans.len(), spans.get(place).copied().unwrap_or(0))
    }

    /// Half the seeds take no more steps a simulated second than this.
    pub(crate) fn median_pace(&self) -> u64 {
        let mut paces = self.paces.clone();
        paces.sort_unstable();
        paces.get(paces.len() / 2).copied().unwrap_or(0)
    }
}
