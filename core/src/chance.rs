//! Keyed, counter-based randomness: a draw is a pure function of the seed and of *what it is for*.
//!
//! Nothing here has a state that one draw hands to the next. The fate of the third vote request from S1 to S2 is
//! `Chance::new(seed).key(S1).key(S2).key(VOTE).key(3)`, whatever else happened in the run: cutting one link
//! reshuffles no other, so "what if" comparisons mean something. The mixing is SplitMix64's finaliser (Steele, Lea
//! and Flood, 2014) over a multiply-and-rotate fold of the key.

use crate::time::Span;
use serde::{Deserialize, Serialize};

/// A source of draws for one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Chance(u64);

/// An integer ratio: `of` happen out of `out_of`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ratio {
    /// How many happen.
    pub of: u32,
    /// Out of how many; a ratio out of zero never happens.
    pub out_of: u32,
}

impl Ratio {
    /// It never happens.
    pub const NEVER: Ratio = Ratio::per_mille(0);

    /// `n` in a thousand.
    pub const fn per_mille(n: u32) -> Ratio {
        Ratio { of: n, out_of: 1_000 }
    }
}

impl Chance {
    /// The source from which a whole run draws.
    pub const fn new(seed: u64) -> Chance {
        Chance(seed ^ 0x5851_f42d_4c95_7f2d)
    }

    /// The same source narrowed by one more word of key.
    #[must_use]
    pub const fn key(self, word: u64) -> Chance {
        Chance(
            (self.0.rotate_left(23) ^ word)
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .wrapping_add(0x2545_f491_4f6c_dd1d),
        )
    }

    /// Sixty-four even bits.
    pub const fn draw(self) -> u64 {
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// An even draw from `0..n`; zero when `n` is zero. The bias of at most n / 2^32 is far below what a run can show.
    pub const fn below(self, n: u32) -> u32 {
        (((self.draw() >> 32) * n as u64) >> 32) as u32
    }

    /// An even draw between two spans, both included; the first when the second is not longer. Ranges longer than an
    /// hour are drawn in whole milliseconds.
    pub const fn within(self, range: (Span, Span)) -> Span {
        let (from, to) = (range.0.0, range.1.0);
        if to <= from {
            return Span(from);
        }
        let width = to - from;
        if width < u32::MAX as u64 {
            Span(from + self.below(width as u32 + 1) as u64)
        } else {
            let steps = if width / 1_000 < u32::MAX as u64 { (width / 1_000) as u32 } else { u32::MAX };
            Span(from + self.below(steps) as u64 * 1_000)
        }
    }

    /// Whether something with this probability happens.
    pub const fn happens(self, ratio: Ratio) -> bool {
        ratio.out_of > 0 && self.below(ratio.out_of) < ratio.of
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draw_depends_on_every_word_of_its_key_and_on_nothing_else() {
        let chance = Chance::new(7).key(1).key(2);
        assert_eq!(chance.draw(), Chance::new(7).key(1).key(2).draw());
        for other in [
            Chance::new(8).key(1).key(2),
            Chance::new(7).key(2).key(1),
            Chance::new(7).key(1).key(3),
            Chance::new(7).key(1),
        ] {
            assert_ne!(chance.draw(), other.draw());
        }
    }

    #[test]
    fn draws_are_even_over_consecutive_counters() {
        let mut counts = [0u32; 10];
        for n in 0..100_000 {
            counts[Chance::new(3).key(n).below(10) as usize] += 1;
        }
        assert!(counts.iter().all(|&count| (9_500..10_500).contains(&count)), "{counts:?}");
    }

    #[test]
    fn a_range_includes_both_of_its_ends_and_an_empty_one_gives_its_start() {
        let range = (Span(3), Span(5));
        let seen =
            (0..200).map(|n| Chance::new(1).key(n).within(range)).fold([false; 3], |mut seen, span| {
                seen[(span.0 - 3) as usize] = true;
                seen
            });
        assert_eq!(seen, [true; 3]);
        assert_eq!(Chance::new(1).within((Span(9), Span(2))), Span(9));
    }

    #[test]
    fn what_never_happens_never_does_and_what_always_happens_always_does() {
        assert!((0..1_000).all(|n| !Chance::new(n).happens(Ratio::NEVER)));
        assert!((0..1_000).all(|n| Chance::new(n).happens(Ratio::per_mille(1_000))));
        assert!(!Chance::new(1).happens(Ratio { of: 1, out_of: 0 }));
    }
}
