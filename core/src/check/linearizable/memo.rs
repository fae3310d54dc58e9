//! What a search has tried: pairs of the operations that were executed and the state that they led to.
//!
//! Pairs are compared whole; the hash only finds them. A set is written down from its first gap to its last member, so it
//! takes as much room as operations overlap, not as there are.

use alloc::vec;
use alloc::vec::Vec;

/// Pairs that were tried.
pub(super) struct Memo<S> {
    /// One more than the place of a pair, or 0; as many as the next power of two above twice the pairs.
    slots: Vec<u32>,
    pairs: Vec<Pair<S>>,
    /// The words of all sets, one after the other.
    words: Vec<u64>,
}

struct Pair<S> {
    hash: u64,
    /// Where the set begins, in operations.
    low: u32,
    /// Its words, in all that are kept.
    from: usize,
    to: usize,
    state: S,
}

const FEWEST: usize = 64;

impl<S: Eq> Memo<S> {
    pub(super) fn new() -> Memo<S> {
        Memo { slots: vec![0; FEWEST], pairs: Vec::new(), words: Vec::new() }
    }

    /// Adds a pair; false if it was there. The set is all below `low` and what `words` say from there on.
    pub(super) fn insert(&mut self, hash: u64, low: u32, words: &[u64], state: S) -> bool {
        let mut slot = self.first_slot(hash);
        while let Some(place) = self.slots[slot].checked_sub(1) {
            let pair = &self.pairs[place as usize];
            if pair.hash == hash
                && pair.low == low
                && self.words[pair.from..pair.to] == *words
                && pair.state == state
            {
                return false;
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
        let from = self.words.len();
        self.words.extend_from_slice(words);
        self.pairs.push(Pair { hash, low, from, to: self.words.len(), state });
        self.slots[slot] = self.pairs.len() as u32;
        if self.pairs.len() * 2 > self.slots.len() {
            self.grow();
        }
        true
    }

    fn first_slot(&self, hash: u64) -> usize {
        (hash ^ hash >> 32) as usize & (self.slots.len() - 1)
    }

    fn grow(&mut self) {
        self.slots = vec![0; self.slots.len() * 4];
        for place in 0..self.pairs.len() {
            let mut slot = self.first_slot(self.pairs[place].hash);
            while self.slots[slot] != 0 {
                slot = (slot + 1) & (self.slots.len() - 1);
            }
            self.slots[slot] = place as u32 + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_new_once_whatever_shares_its_hash() {
        let mut memo = Memo::new();
        for state in 0..500u64 {
            assert!(memo.insert(7, 3, &[1, 2], state), "another state");
            assert!(memo.insert(7, 4, &[1, 2], state), "another beginning");
            assert!(memo.insert(7, 3, &[1, 3], state) && memo.insert(7, 3, &[1], state), "another set");
            assert!(memo.insert(state.wrapping_mul(0x9e37_79b9_7f4a_7c15), 3, &[], state), "another hash");
        }
        for state in 0..500u64 {
            assert!(!memo.insert(7, 3, &[1, 2], state) && !memo.insert(7, 3, &[1], state));
        }
    }
}
