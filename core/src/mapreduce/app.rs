//! What a job computes: a map and a reduce function, and the two of the course's applications that are built in.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A MapReduce program (§2). Both functions are deterministic, so that every attempt at a task gives the same output.
pub trait App {
    /// Takes one input, by name and contents, and emits any number of pairs of a key and a value.
    fn map(&self, name: &str, contents: &str, emit: &mut dyn FnMut(&str, &str));
    /// Takes a key and all values that were emitted for it, and returns what its line of output says about it.
    fn reduce(&self, key: &str, values: &[&str]) -> String;
}

/// The programs that are built in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BuiltIn {
    /// How often each word occurs: `whale 1226`.
    WordCount,
    /// How many inputs, and which, contain each word: `whale 2 chapter_1,chapter_7`.
    InvertedIndex,
}

impl BuiltIn {
    /// All of them.
    pub const ALL: [BuiltIn; 2] = [BuiltIn::WordCount, BuiltIn::InvertedIndex];

    /// Its name in scripts: `word-count`.
    pub fn name(self) -> &'static str {
        match self {
            BuiltIn::WordCount => "word-count",
            BuiltIn::InvertedIndex => "inverted-index",
        }
    }
}

impl fmt::Display for BuiltIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl App for BuiltIn {
    fn map(&self, name: &str, contents: &str, emit: &mut dyn FnMut(&str, &str)) {
        match self {
            BuiltIn::WordCount => words(contents).for_each(|word| emit(word, "1")),
            BuiltIn::InvertedIndex => {
                let mut all: Vec<&str> = words(contents).collect();
                all.sort_unstable();
                all.dedup();
                all.into_iter().for_each(|word| emit(word, name));
            }
        }
    }

    fn reduce(&self, _: &str, values: &[&str]) -> String {
        match self {
            BuiltIn::WordCount => values.len().to_string(),
            BuiltIn::InvertedIndex => {
                let mut documents = values.to_vec();
                documents.sort_unstable();
                format!("{} {}", documents.len(), documents.join(","))
            }
        }
    }
}

/// A word is a maximal run of letters, as the lab has it: `whale's` is two. (Rust's alphabetic characters are Go's
/// letters plus some marks and letter-like numerals, none of which English text contains.)
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    fn pairs(app: BuiltIn, name: &str, text: &str) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        app.map(name, text, &mut |key, value| pairs.push((key.to_string(), value.to_string())));
        pairs
    }

    #[test]
    fn a_word_is_a_maximal_run_of_letters() {
        let text = "Call me Ishmael. Some years ago--never mind how long 4ever, whale's Queequeg_é";
        assert_eq!(
            words(text).collect::<Vec<_>>(),
            [
                "Call", "me", "Ishmael", "Some", "years", "ago", "never", "mind", "how", "long", "ever",
                "whale", "s", "Queequeg", "é"
            ]
        );
        assert_eq!(words("12 -- 3").count(), 0);
    }

    #[test]
    fn word_count_emits_every_occurrence_and_counts_them() {
        let emitted = pairs(BuiltIn::WordCount, "any", "the whale, The whale");
        let expected = ["the", "whale", "The", "whale"].map(|word| (word.to_string(), "1".to_string()));
        assert_eq!(emitted, expected);
        assert_eq!(BuiltIn::WordCount.reduce("whale", &["1", "1"]), "2");
    }

    #[test]
    fn the_index_names_each_document_once_and_in_order() {
        let emitted = pairs(BuiltIn::InvertedIndex, "moby", "sea sea whale");
        assert_eq!(
            emitted,
            vec![("sea".to_string(), "moby".to_string()), ("whale".to_string(), "moby".to_string())]
        );
        assert_eq!(BuiltIn::InvertedIndex.reduce("sea", &["typee", "moby", "omoo"]), "3 moby,omoo,typee");
    }
}
