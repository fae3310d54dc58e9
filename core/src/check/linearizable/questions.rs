//! What a history asks of a register: the texts that it reads and compares with, and which of them are still to be asked.
//!
//! Two texts that no question begins with, nor will after any appends, need not be told apart: nobody will ever see them.

use super::operation::{Call, Operation, Reply};
use crate::kv::text::Text;
use alloc::vec;
use alloc::vec::Vec;

/// The questions of one key.
pub(super) struct Questions {
    /// In their order: all that begin alike stand together.
    texts: Vec<Text>,
    /// How many operations still ask them, as sums over ranges (Fenwick, 1994).
    left: Vec<u32>,
    /// For each operation the place of what it asks.
    asks: Vec<Option<u32>>,
    /// Whether nothing but a read asks, and so nothing minds what it does not see.
    only_reads: bool,
    /// For each operation, whether what it appends is in no text.
    in_vain: Vec<bool>,
}

impl Questions {
    pub(super) fn new(history: &[&Operation]) -> Questions {
        let mut texts: Vec<Text> = history.iter().filter_map(|operation| asked(operation)).collect();
        texts.sort_unstable();
        texts.dedup();
        let place = |text: &Text| texts.binary_search(text).ok().map(|place| place as u32);
        let asks: Vec<Option<u32>> =
            history.iter().map(|operation| asked(operation).and_then(|text| place(&text))).collect();
        // Whatever is in the beginning of a text is in that text.
        let whole =
            texts.windows(2).filter(|two| !two[1].as_str().starts_with(two[0].as_str())).map(|two| &two[0]);
        let whole: Vec<&Text> = whole.chain(texts.last()).collect();
        let in_vain = |operation: &&Operation| match &operation.call {
            Call::Append(more) => !whole.iter().any(|text| text.as_str().contains(more.as_str())),
            _ => false,
        };
        let mut questions = Questions {
            left: vec![0; texts.len() + 1],
            in_vain: history.iter().map(in_vain).collect(),
            only_reads: !history.iter().any(|operation| matches!(operation.call, Call::CompareAndSet(..))),
            asks: Vec::new(),
            texts,
        };
        asks.iter().flatten().for_each(|&place| questions.add(place, true));
        questions.asks = asks;
        questions
    }

    /// An operation was executed, or that was taken back.
    pub(super) fn executed(&mut self, operation: u32, done: bool) {
        if let Some(place) = self.asks[operation as usize] {
            self.add(place, !done);
        }
    }

    /// Whether what is left asks for a text that begins so.
    pub(super) fn are_left(&self, beginning: &Text) -> bool {
        let from = self.texts.partition_point(|text| text < beginning);
        let rest = &self.texts[from..];
        let to = from + rest.partition_point(|text| text.as_str().starts_with(beginning.as_str()));
        self.sum(to) > self.sum(from)
    }

    /// Whether what this operation appends is never read.
    pub(super) fn never_show(&self, operation: u32) -> bool {
        self.in_vain[operation as usize]
    }

    /// Whether nothing but reads asks.
    pub(super) fn only_read(&self) -> bool {
        self.only_reads
    }

    fn add(&mut self, place: u32, more: bool) {
        let mut place = place as usize + 1;
        while place < self.left.len() {
            let left = &mut self.left[place];
            *left = if more { *left + 1 } else { *left - 1 };
            place += place & place.wrapping_neg();
        }
    }

    /// How many ask for one of the first texts.
    fn sum(&self, mut first: usize) -> u32 {
        let mut sum = 0;
        while first > 0 {
            sum += self.left[first];
            first -= first & first.wrapping_neg();
        }
        sum
    }
}

/// The text that an operation asks for.
fn asked(operation: &Operation) -> Option<Text> {
    match (&operation.call, operation.reply()) {
        (Call::CompareAndSet(Some(old), _), _) => Some(old.clone()),
        (_, Some(Reply::Value(Some(read)))) => Some(read.clone()),
        _ => None,
    }
}
