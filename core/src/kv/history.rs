//! A clerk's own record of what returned: the recent past, for a person to read.

use super::store::{Op, Reply};
use crate::fingerprint::Fingerprint;
use crate::time::Time;
use crate::tree::Tree;
use serde::{Serialize, Serializer};

/// An operation that returned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Returned {
    /// Its number in the clerk's session.
    pub number: u64,
    /// The operation.
    pub op: Op,
    /// The answer.
    pub reply: Reply,
    /// When it was first sent, by the clerk's own clock.
    pub called_at: Time,
    /// When the answer came, by the same clock.
    pub returned_at: Time,
    /// How often it was sent.
    pub attempts: u32,
}

/// The operations that returned, oldest first: all are counted and hashed, the last [`History::KEPT`] are kept.
#[derive(Clone, Debug, Default)]
pub struct History {
    recent: Tree<u64, Returned>,
    count: u64,
    chain: u64,
}

impl History {
    /// How many operations are kept.
    pub const KEPT: u64 = 50;

    /// Adds an operation.
    pub fn push(&mut self, returned: Returned) {
        let mut hash = Fingerprint::default();
        hash.word(self.chain);
        hash.absorb(&returned);
        self.chain = hash.value();
        self.count += 1;
        self.recent.insert(self.count, returned);
        if self.count > History::KEPT {
            self.recent.remove(&(self.count - History::KEPT));
        }
    }

    /// How many operations have returned in this life of the clerk.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The operations that are kept, oldest first.
    pub fn recent(&self) -> impl Iterator<Item = &Returned> {
        self.recent.iter().map(|(_, returned)| returned)
    }
}

/// Two histories are equal if they are equally long and all that they ever held has the same hash.
impl PartialEq for History {
    fn eq(&self, other: &Self) -> bool {
        self.count == other.count && self.chain == other.chain
    }
}

impl Eq for History {}

impl Serialize for History {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_seq(self.recent())
        } else {
            (self.count, self.chain).serialize(serializer)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn returned(number: u64) -> Returned {
        let (called_at, returned_at) = (Time(number * 10), Time(number * 10 + 5));
        Returned {
            number,
            op: Op::Get { key: "x".into() },
            reply: Reply::Done,
            called_at,
            returned_at,
            attempts: 1,
        }
    }

    #[test]
    fn the_last_fifty_are_kept_and_all_are_counted() {
        let mut history = History::default();
        (1..=120).for_each(|number| history.push(returned(number)));
        assert_eq!(history.count(), 120);
        assert_eq!(
            history.recent().map(|returned| returned.number).collect::<Vec<_>>(),
            (71..=120).collect::<Vec<_>>()
        );
    }

    #[test]
    fn histories_differ_for_ever_once_they_have_differed() {
        let (mut one, mut other) = (History::default(), History::default());
        one.push(returned(1));
        other.push(returned(2));
        for number in 3..100 {
            one.push(returned(number));
            other.push(returned(number));
        }
        assert_ne!(one, other);
    }
}
