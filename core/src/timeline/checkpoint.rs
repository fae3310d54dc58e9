//! Moments kept whole, from which any other is replayed.
//!
//! Two sets: a bounded number spread evenly over the whole branch, and the last few close together, so that stepping
//! back is quick however long the run is.

use alloc::vec::Vec;

/// How many moments the even set holds at most; then every other one goes and the distance doubles.
const KEPT: usize = 128;

/// How far apart the even set begins.
const FIRST_SPACING: u64 = 256;

/// How many moments the recent set holds, and how far apart.
const RECENT: usize = 8;
const RECENT_SPACING: u64 = 256;

#[derive(Clone)]
pub(super) struct Checkpoints<L> {
    first: L,
    even: Vec<(u64, L)>,
    spacing: u64,
    recent: Vec<(u64, L)>,
}

impl<L: Clone> Checkpoints<L> {
    /// Only the beginning, which is always kept.
    pub(super) fn new(first: L) -> Self {
        Checkpoints { first, even: Vec::new(), spacing: FIRST_SPACING, recent: Vec::new() }
    }

    /// Keeps the moment after `step` in the even set, if it is far enough from the last.
    pub(super) fn keep(&mut self, step: u64, make: impl FnOnce() -> L) {
        if step < self.even.last().map_or(0, |&(last, _)| last) + self.spacing {
            return;
        }
        self.even.push((step, make()));
        if self.even.len() == KEPT {
            let mut place = 0;
            self.even.retain(|_| {
                place += 1;
                place % 2 == 0
            });
            self.spacing *= 2;
        }
    }

    /// Remembers the moment after `step` among the recent ones.
    pub(super) fn remember(&mut self, step: u64, make: impl FnOnce() -> L) {
        let last = self.recent.last().map_or(0, |&(last, _)| last);
        if step >= last && step < last + RECENT_SPACING {
            return;
        }
        if step < last {
            self.recent.retain(|&(remembered, _)| remembered < step);
        }
        if self.recent.len() == RECENT {
            self.recent.remove(0);
        }
        self.recent.push((step, make()));
    }

    /// The latest kept moment at or before a step.
    pub(super) fn before(&self, step: u64) -> &L {
        let even = self.even[..self.even.partition_point(|&(kept, _)| kept <= step)].last();
        let recent = self.recent.iter().rev().find(|&&(kept, _)| kept <= step);
        even.max_by_step(recent).unwrap_or(&self.first)
    }

    /// The latest kept moment for which `wanted` holds; it must hold for all earlier ones too.
    pub(super) fn last(&self, wanted: impl Fn(&L) -> bool) -> &L {
        let even = self.even[..self.even.partition_point(|(_, live)| wanted(live))].last();
        let recent = self.recent.iter().rev().find(|(_, live)| wanted(live));
        even.max_by_step(recent).unwrap_or(&self.first)
    }

    /// The moment kept after exactly this step in the even set.
    pub(super) fn at(&self, step: u64) -> Option<&L> {
        let place = self.even.binary_search_by_key(&step, |&(kept, _)| kept).ok()?;
        self.even.get(place).map(|(_, live)| live)
    }

    /// Those at or before a step, for a branch that starts there.
    pub(super) fn up_to(&self, step: u64) -> Self {
        let mut cut = self.clone();
        cut.even.retain(|&(kept, _)| kept <= step);
        cut.recent.retain(|&(kept, _)| kept <= step);
        cut
    }
}

/// The later of two kept moments.
trait Later<'a, L> {
    fn max_by_step(self, other: Self) -> Option<&'a L>;
}

impl<'a, L> Later<'a, L> for Option<&'a (u64, L)> {
    fn max_by_step(self, other: Self) -> Option<&'a L> {
        let later = match (self, other) {
            (Some(a), Some(b)) => Some(if a.0 >= b.0 { a } else { b }),
            (a, b) => a.or(b),
        };
        later.map(|(_, live)| live)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_keeps_a_bounded_number_of_moments_spread_evenly() {
        let mut checkpoints = Checkpoints::new(0);
        for step in 1..=1_000_000 {
            checkpoints.keep(step, || step);
        }
        assert!(checkpoints.even.len() < KEPT);
        let gaps: Vec<u64> = checkpoints.even.windows(2).map(|pair| pair[1].0 - pair[0].0).collect();
        assert!(gaps.iter().all(|&gap| gap == gaps[0]), "{gaps:?}");
        assert!(*checkpoints.before(1_000_000) > 960_000);
        assert_eq!(*checkpoints.before(0), 0);
    }

    #[test]
    fn the_last_steps_are_near_a_remembered_moment() {
        let mut checkpoints = Checkpoints::new(0);
        for step in 1..=1_000_000 {
            checkpoints.keep(step, || step);
            checkpoints.remember(step, || step);
        }
        assert!((999_000..1_000_000).all(|step| step - *checkpoints.before(step) < RECENT_SPACING));
        for step in 500..=600 {
            checkpoints.remember(step, || step);
        }
        assert_eq!(checkpoints.recent.last().map(|&(step, _)| step), Some(500));
        assert!(checkpoints.recent.iter().all(|&(step, _)| step <= 500));
    }
}
