//! One draw after the other from a keyed source.

use splitbrain::chance::{Chance, Ratio};
use splitbrain::time::Span;

/// A source whose draws are numbered.
#[derive(Clone, Debug)]
pub struct Dice {
    chance: Chance,
    drawn: u64,
}

impl Dice {
    /// The draws of one seed for one purpose.
    pub fn new(seed: u64, purpose: u64) -> Dice {
        Dice { chance: Chance::new(seed).key(purpose), drawn: 0 }
    }

    fn next(&mut self) -> Chance {
        self.drawn += 1;
        self.chance.key(self.drawn)
    }

    /// Evenly from `0..n`.
    pub fn below(&mut self, n: u32) -> u32 {
        self.next().below(n)
    }

    /// Evenly from `from..=to`.
    pub fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from) + 1)
    }

    /// Evenly between two spans, both included.
    pub fn within(&mut self, from: Span, to: Span) -> Span {
        self.next().within((from, to))
    }

    /// Whether something that happens `per_mille` times in a thousand happens.
    pub fn happens(&mut self, per_mille: u32) -> bool {
        self.next().happens(Ratio::per_mille(per_mille))
    }

    /// One of these, evenly; none of none.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len() as u32) as usize).copied()
    }

    /// One of these, by weight; none if all weigh nothing.
    pub fn weighted<T: Copy>(&mut self, from: &[(T, u32)]) -> Option<T> {
        let mut left = self.below(from.iter().map(|&(_, weight)| weight).sum());
        from.iter().find_map(|&(one, weight)| {
            if left < weight {
                return Some(one);
            }
            left -= weight;
            None
        })
    }

    /// A span of one of three magnitudes, each a thousand of which are drawn so many times: short, medium, long.
    pub fn span(&mut self, of: &Spans) -> Span {
        let range = self.weighted(&[(of.short, 4), (of.medium, 4), (of.long, 2)]).unwrap_or(of.medium);
        self.within(range.0, range.1)
    }
}

/// Spans of three magnitudes: four short ones for four medium and two long ones.
#[derive(Clone, Copy, Debug)]
pub struct Spans {
    /// A few messages long.
    pub short: (Span, Span),
    /// About an election long.
    pub medium: (Span, Span),
    /// Many elections long.
    pub long: (Span, Span),
}
