//! The key/value store, alone and without any replication: the state machine that is replicated, and at the same time
//! the sequential specification by which a checker judges the service.

use super::summed::Summed;
use super::text::Text;
use serde::{Deserialize, Serialize};

/// The longest key, in bytes.
pub const KEY_LIMIT: u64 = 1 << 10;

/// The longest value, in bytes, whether it was put at once or has grown.
pub const VALUE_LIMIT: u64 = 1 << 20;

/// What a client can ask of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Op {
    /// The value of a key.
    Get {
        /// The key.
        key: Text,
    },
    /// Replace the value of a key.
    Put {
        /// The key.
        key: Text,
        /// Its new value.
        value: Text,
    },
    /// Add to the end of a key's value; a key that is not there begins empty.
    Append {
        /// The key.
        key: Text,
        /// What is added.
        value: Text,
    },
    /// Replace the value of a key if it is as expected.
    Cas {
        /// The key.
        key: Text,
        /// The value it must have; none if it must not be there.
        expected: Option<Text>,
        /// Its new value.
        value: Text,
    },
    /// Remove a key; one that is not there stays so.
    Delete {
        /// The key.
        key: Text,
    },
}

/// What the store answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// To a get: the value; none if the key is not there.
    Value(Option<Text>),
    /// To whatever writes: it was done.
    Done,
    /// To a compare-and-set: the value is another than was expected; nothing was changed.
    NotEqual,
    /// The key, or what the value would become, is longer than the store allows; nothing was changed.
    TooLong,
}

impl Op {
    /// The key that it is about.
    pub fn key(&self) -> &Text {
        match self {
            Op::Get { key }
            | Op::Put { key, .. }
            | Op::Append { key, .. }
            | Op::Cas { key, .. }
            | Op::Delete { key } => key,
        }
    }

    /// What it writes, if it writes.
    pub fn value(&self) -> Option<&Text> {
        match self {
            Op::Get { .. } | Op::Delete { .. } => None,
            Op::Put { value, .. } | Op::Append { value, .. } | Op::Cas { value, .. } => Some(value),
        }
    }

    /// Whether it leaves the store as it is.
    pub fn is_read(&self) -> bool {
        matches!(self, Op::Get { .. })
    }
}

/// An ordered map from keys to values.
///
/// Cloning, comparing and fingerprinting cost the same at any size. A put costs the logarithm of the number of keys.
/// An append also copies the value that it extends: filling a value of 1 MB by appends of 10 bytes copies 50 GB on
/// each replica, so long values are better put at once.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Store(Summed<Text, Text>);

impl Store {
    /// Executes one operation.
    pub fn apply(&mut self, op: &Op) -> Reply {
        if op.key().len() > KEY_LIMIT {
            return Reply::TooLong;
        }
        match op {
            Op::Get { .. } => self.read(op.key()),
            Op::Put { key, value } => self.write(key, None, value),
            Op::Append { key, value } => self.write(key, self.0.get(key).cloned(), value),
            Op::Cas { key, expected, .. } if self.0.get(key) != expected.as_ref() => Reply::NotEqual,
            Op::Cas { key, value, .. } => self.write(key, None, value),
            Op::Delete { key } => {
                self.0.remove(key);
                Reply::Done
            }
        }
    }

    /// Answers a get, which changes nothing.
    pub fn read(&self, key: &Text) -> Reply {
        Reply::Value(self.0.get(key).cloned())
    }

    /// Puts a key as it was when the store was written down.
    pub(super) fn restore(&mut self, key: Text, value: Text) {
        self.0.insert(key, value);
    }

    /// Lets a key have a value, after what it begins with.
    fn write(&mut self, key: &Text, beginning: Option<Text>, value: &Text) -> Reply {
        // Refused before it is copied: a refusal must not cost more than a success.
        if beginning.as_ref().map_or(0, Text::len).saturating_add(value.len()) > VALUE_LIMIT {
            return Reply::TooLong;
        }
        let value = beginning.map_or_else(|| value.clone(), |beginning| beginning.followed_by(value));
        self.0.insert(key.clone(), value);
        Reply::Done
    }

    /// How many keys there are.
    pub fn len(&self) -> u64 {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The value of a key, if it is there.
    pub fn get(&self, key: &Text) -> Option<&Text> {
        self.0.get(key)
    }

    /// The pairs in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&Text, &Text)> {
        self.0.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn get(key: &str) -> Op {
        Op::Get { key: key.into() }
    }
    fn put(key: &str, value: &str) -> Op {
        Op::Put { key: key.into(), value: value.into() }
    }
    fn append(key: &str, value: &str) -> Op {
        Op::Append { key: key.into(), value: value.into() }
    }
    fn cas(key: &str, expected: Option<&str>, value: &str) -> Op {
        Op::Cas { key: key.into(), expected: expected.map(Text::from), value: value.into() }
    }
    fn delete(key: &str) -> Op {
        Op::Delete { key: key.into() }
    }
    fn value(text: &str) -> Reply {
        Reply::Value(Some(text.into()))
    }

    #[test]
    fn a_get_reads_the_last_put_and_every_append_since() {
        let mut store = Store::default();
        let told = [put("x", "1"), append("x", "2"), get("x"), put("x", "3"), append("x", "4"), get("x")]
            .map(|op| store.apply(&op));
        let done = Reply::Done;
        assert_eq!(told, [done.clone(), done.clone(), value("12"), done.clone(), done, value("34")]);
    }

    #[test]
    fn a_key_that_is_not_there_reads_as_none_and_an_append_begins_it() {
        let mut store = Store::default();
        assert_eq!(store.apply(&get("x")), Reply::Value(None));
        assert!(store.is_empty());
        store.apply(&append("x", "1"));
        assert_eq!(store.apply(&get("x")), value("1"));
    }

    #[test]
    fn a_compare_and_set_replaces_what_was_expected_and_nothing_else() {
        let mut store = Store::default();
        let told = [
            cas("x", Some(""), "1"),
            cas("x", None, "1"),
            cas("x", None, "2"),
            cas("x", Some("2"), "3"),
            get("x"),
            cas("x", Some("1"), "4"),
            get("x"),
        ]
        .map(|op| store.apply(&op));
        let (done, not) = (Reply::Done, Reply::NotEqual);
        assert_eq!(told, [not.clone(), done.clone(), not.clone(), not, value("1"), done, value("4")]);
    }

    #[test]
    fn a_deleted_key_is_not_there_whether_it_was_before_or_not() {
        let mut store = Store::default();
        for op in [put("x", "1"), put("y", "2"), delete("x"), delete("x"), delete("z")] {
            assert_eq!(store.apply(&op), Reply::Done);
        }
        assert_eq!((store.apply(&get("x")), store.apply(&get("y"))), (Reply::Value(None), value("2")));
        let mut other = Store::default();
        other.apply(&put("y", "2"));
        assert_eq!(store, other, "nothing is left of what was deleted");
    }

    #[test]
    fn stores_with_the_same_contents_are_equal_however_they_came_about() {
        let (mut one, mut other) = (Store::default(), Store::default());
        for op in [put("x", "ab"), put("y", "")] {
            one.apply(&op);
        }
        for op in [append("y", ""), append("x", "a"), get("z"), append("x", "b")] {
            other.apply(&op);
        }
        assert_eq!(one, other);
        other.apply(&append("y", " "));
        assert_ne!(one, other);
    }

    #[test]
    fn what_is_too_long_is_refused_and_changes_nothing() {
        let mut store = Store::default();
        let full = "v".repeat(VALUE_LIMIT as usize);
        assert_eq!(store.apply(&put("x", &full)), Reply::Done);
        assert_eq!(store.apply(&put(&"k".repeat(KEY_LIMIT as usize), "1")), Reply::Done);
        let before = store.clone();
        let long_key = "k".repeat(KEY_LIMIT as usize + 1);
        for op in [
            append("x", "1"),
            put("y", &(full.clone() + "1")),
            append("y", &(full.clone() + "1")),
            put(&long_key, ""),
            cas("y", None, &(full.clone() + "1")),
            cas(&long_key, None, ""),
            delete(&long_key),
            get(&long_key),
        ] {
            assert_eq!(store.apply(&op), Reply::TooLong);
        }
        assert_eq!(store, before);
    }

    #[test]
    fn people_are_given_pairs_so_that_no_key_is_special() {
        let mut store = Store::default();
        store.apply(&put("__proto__", "1"));
        store.apply(&put("", "2"));
        assert_eq!(crate::json::write(&store).unwrap().to_string(), r#"[["","2"],["__proto__","1"]]"#);
    }
}
