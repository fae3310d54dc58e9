//! What a job computes: a map and a reduce function, of a program that is built in or of the user's own.

use super::counters::Counters;
use super::job::{Phase, ihash};
use crate::bytes::Bytes;
use crate::time::Span;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Serialize};

/// A MapReduce program (§2). Its functions are deterministic, so that every attempt at a task gives the same output.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Program {
    /// How often each word occurs (§2.1): `whale 1226`.
    WordCount,
    /// How many inputs, and which, contain each word (§2.3): `whale 2 chapter_1,chapter_7`.
    InvertedIndex,
    /// Every line that is not empty, in order over all output files, with how often it occurs (§2.3).
    Sort,
    /// How often each address is named (§2.3): `https://example.org/ 12`. Those of one host are in one file (§4.1).
    UrlFrequency,
    /// Which inputs name each address (§2.3): `https://example.org/ page_1,page_9`.
    ReverseLinks,
    /// The lab's `mtiming`: a call of map takes a second.
    MapTiming,
    /// The lab's `rtiming`: a call of reduce takes a second.
    ReduceTiming,
    /// The lab's `jobcount`: a call of map takes two to five seconds.
    JobCount,
    /// The lab's `early_exit`: a call of reduce takes three seconds where the key ends in 3 or 7.
    EarlyExit,
    /// The lab's `crash`: what its inputs are like. Whoever runs it crashes its workers.
    Crash,
    /// Every line that contains a text, and where it stands (§2.3).
    Grep {
        /// The text.
        pattern: Rc<str>,
    },
    /// The user's own, in JavaScript.
    Script {
        /// What the user wrote.
        code: Bytes,
    },
}

/// Where a built-in map puts its pairs and counts.
pub(crate) trait Sink {
    fn emit(&mut self, key: &str, value: &str);
    fn counters(&mut self) -> &mut Counters;
}

/// Why a built-in function could not work on a record.
pub(crate) type Complaint = &'static str;

const NOT_TEXT: Complaint = "the record holds bytes that are no UTF-8 text";

impl Program {
    /// Those that need nothing more to be said.
    pub const PLAIN: [Program; 10] = [
        Program::WordCount,
        Program::InvertedIndex,
        Program::Sort,
        Program::UrlFrequency,
        Program::ReverseLinks,
        Program::MapTiming,
        Program::ReduceTiming,
        Program::JobCount,
        Program::EarlyExit,
        Program::Crash,
    ];

    /// Its name in scripts: `word-count`.
    pub fn name(&self) -> &'static str {
        match self {
            Program::WordCount => "word-count",
            Program::InvertedIndex => "inverted-index",
            Program::Sort => "sort",
            Program::UrlFrequency => "url-frequency",
            Program::ReverseLinks => "reverse-links",
            Program::MapTiming => "map-timing",
            Program::ReduceTiming => "reduce-timing",
            Program::JobCount => "job-count",
            Program::EarlyExit => "early-exit",
            Program::Crash => "crash",
            Program::Grep { .. } => "grep",
            Program::Script { .. } => "script",
        }
    }

    /// What the user wrote, if this is the user's own.
    pub fn code(&self) -> Option<&Bytes> {
        if let Program::Script { code } = self { Some(code) } else { None }
    }

    /// Takes a record and emits pairs of a key and a value.
    pub(crate) fn map(&self, key: &str, value: &str, out: &mut dyn Sink) -> Result<(), Complaint> {
        if value.contains(char::REPLACEMENT_CHARACTER) {
            return Err(NOT_TEXT);
        }
        match self {
            Program::WordCount => {
                let mut capitalized = 0;
                for word in words(value) {
                    capitalized += u64::from(word.starts_with(char::is_uppercase));
                    out.emit(word, "1");
                }
                out.counters().add("capitalized", capitalized);
            }
            Program::InvertedIndex => distinct(words(value)).into_iter().for_each(|word| out.emit(word, key)),
            Program::Sort => {
                value.lines().filter(|line| !line.is_empty()).for_each(|line| out.emit(line, "1"))
            }
            Program::UrlFrequency => addresses(value).for_each(|address| out.emit(address, "1")),
            Program::ReverseLinks => {
                distinct(addresses(value)).into_iter().for_each(|address| out.emit(address, key));
            }
            Program::Grep { pattern } => {
                value.lines().filter(|line| line.contains(&**pattern)).for_each(|line| out.emit(line, key));
            }
            Program::ReduceTiming => {
                ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"]
                    .iter()
                    .for_each(|name| out.emit(name, "1"));
            }
            Program::JobCount => out.emit("a", "x"),
            Program::MapTiming | Program::EarlyExit => out.emit(key, "1"),
            Program::Crash => {
                out.emit("a", key);
                out.emit("b", &key.len().to_string());
                out.emit("c", &value.len().to_string());
                out.emit("d", "xyzzy");
            }
            Program::Script { .. } => {}
        }
        Ok(())
    }

    /// Takes a key and all values that were emitted for it, and returns what its line of output says about it.
    pub(crate) fn reduce(&self, _: &str, values: &[&str]) -> Result<String, Complaint> {
        Ok(match self {
            Program::WordCount | Program::UrlFrequency | Program::Sort => sum(values)?.to_string(),
            Program::InvertedIndex => {
                let documents = distinct(values.iter().copied());
                format!("{} {}", documents.len(), documents.join(","))
            }
            Program::ReverseLinks | Program::Grep { .. } => distinct(values.iter().copied()).join(","),
            Program::Crash => {
                let mut values = values.to_vec();
                values.sort_unstable();
                values.join(" ")
            }
            _ => values.len().to_string(),
        })
    }

    /// Whether values of a key can be combined before they travel (§4.3): a combined value stands for several.
    pub(crate) fn combine(&self, values: &[&str]) -> Option<Result<String, Complaint>> {
        match self {
            Program::WordCount | Program::UrlFrequency | Program::Sort => {
                Some(sum(values).map(|sum| sum.to_string()))
            }
            _ => None,
        }
    }

    /// The reduce task that gets a key (§4.1).
    pub(crate) fn partition(&self, key: &str, reduces: u32) -> u32 {
        match self {
            // Each file has a range of first letters, so that the files in order are sorted as a whole.
            Program::Sort => {
                let first = key.bytes().next().map_or(0, u32::from).min(127);
                first * reduces / 128
            }
            Program::UrlFrequency => ihash(host(key)) % reduces,
            _ => ihash(key) % reduces,
        }
    }

    /// How much longer than its data asks for a call of map or reduce takes, at least and at most.
    pub(crate) fn sleep(&self, phase: Phase, key: &str) -> (Span, Span) {
        let exactly = |seconds| (Span::secs(seconds), Span::secs(seconds));
        match (self, phase) {
            (Program::MapTiming, Phase::Map) | (Program::ReduceTiming, Phase::Reduce) => exactly(1),
            (Program::JobCount, Phase::Map) => (Span::secs(2), Span::millis(4_999)),
            (Program::EarlyExit, Phase::Reduce) if key.ends_with(['3', '7']) => exactly(3),
            _ => exactly(0),
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A word is a maximal run of letters, as the lab has it: `whale's` is two. (Rust's alphabetic characters are Go's
/// letters plus some marks and letter-like numerals, none of which English text contains.)
fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|character: char| !character.is_alphabetic()).filter(|word| !word.is_empty())
}

/// Each once, in order.
fn distinct<'a>(all: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let mut all: Vec<&str> = all.collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// An address begins with `http://` or `https://` and ends where a space, a quote or a bracket does.
fn addresses(text: &str) -> impl Iterator<Item = &str> {
    let ends = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '<' | '>' | '(' | ')' | '[' | ']');
    text.split(ends).filter(|word| !host(word).is_empty())
}

/// The host that an address names; nothing if it is no address.
fn host(address: &str) -> &str {
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    rest.and_then(|rest| rest.split('/').next()).unwrap_or_default()
}

fn sum(values: &[&str]) -> Result<u64, Complaint> {
    values.iter().try_fold(0u64, |sum, value| {
        let value: u64 = value.parse().map_err(|_| "a value is no number")?;
        sum.checked_add(value).ok_or("the sum is too large")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Pairs(Vec<(String, String)>, Counters);

    impl Sink for Pairs {
        fn emit(&mut self, key: &str, value: &str) {
            self.0.push((key.to_string(), value.to_string()));
        }
        fn counters(&mut self) -> &mut Counters {
            &mut self.1
        }
    }

    fn pairs(program: &Program, name: &str, text: &str) -> Vec<(String, String)> {
        let mut pairs = Pairs::default();
        program.map(name, text, &mut pairs).unwrap();
        pairs.0
    }

    fn keys(program: &Program, name: &str, text: &str) -> Vec<String> {
        pairs(program, name, text).into_iter().map(|(key, _)| key).collect()
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
    fn word_count_emits_every_occurrence_and_adds_up_what_was_combined() {
        let mut out = Pairs::default();
        Program::WordCount.map("any", "the whale, The whale", &mut out).unwrap();
        let expected = ["the", "whale", "The", "whale"].map(|word| (word.to_string(), "1".to_string()));
        assert_eq!(out.0, expected);
        assert_eq!(out.1.get("capitalized"), 1);
        assert_eq!(Program::WordCount.reduce("whale", &["1", "3"]).unwrap(), "4");
        assert_eq!(Program::WordCount.combine(&["1", "1"]).unwrap().unwrap(), "2");
        assert!(Program::WordCount.reduce("whale", &["many"]).is_err());
    }

    #[test]
    fn the_index_names_each_document_once_and_in_order() {
        assert_eq!(keys(&Program::InvertedIndex, "moby", "sea sea whale"), ["sea", "whale"]);
        let documents = ["typee", "moby", "omoo", "moby"];
        assert_eq!(Program::InvertedIndex.reduce("sea", &documents).unwrap(), "3 moby,omoo,typee");
    }

    #[test]
    fn a_sort_gives_each_file_a_range_of_first_letters() {
        let lines = ["~", "Zoroaster", "apple", "", "zebra", "é", "1 whale", "Ahab"];
        let mut parts: Vec<(u32, &str)> =
            lines.iter().map(|line| (Program::Sort.partition(line, 7), *line)).collect();
        parts.sort_unstable();
        let mut sorted = lines.to_vec();
        sorted.sort_unstable();
        assert_eq!(parts.iter().map(|(_, line)| *line).collect::<Vec<_>>(), sorted);
        assert!(parts.iter().all(|(part, _)| *part < 7));
        assert_eq!(keys(&Program::Sort, "any", "b\n\na\n"), ["b", "a"]);
    }

    #[test]
    fn an_address_ends_at_a_space_a_quote_or_a_bracket() {
        let text = "see http://a.org/x, \"https://b.org/y\" (http://a.org) http:// ftp://c.org";
        let found = keys(&Program::UrlFrequency, "log", text);
        assert_eq!(found, ["http://a.org/x,", "https://b.org/y", "http://a.org"]);
        let part = |address| Program::UrlFrequency.partition(address, 1000);
        assert_eq!(part("http://a.org/x"), part("https://a.org"));
        assert_ne!(part("http://a.org/x"), part("http://b.org/x"));
        assert_eq!(pairs(&Program::ReverseLinks, "page", "http://a.org http://a.org").len(), 1);
        assert_eq!(Program::ReverseLinks.reduce("http://a.org", &["q", "p"]).unwrap(), "p,q");
    }

    #[test]
    fn grep_says_where_a_line_stands() {
        let grep = Program::Grep { pattern: "whale".into() };
        let found = pairs(&grep, "ch", "a whale\nno\nwhale!");
        assert_eq!(found, [("a whale".into(), "ch".into()), ("whale!".into(), "ch".into())]);
    }

    #[test]
    fn a_record_that_is_no_text_is_complained_of() {
        for program in Program::PLAIN {
            assert_eq!(program.map("any", "a \u{fffd} b", &mut Pairs::default()), Err(NOT_TEXT), "{program}");
        }
    }

    #[test]
    fn a_program_is_written_as_its_name_or_with_what_it_needs() {
        for program in Program::PLAIN {
            assert_eq!(crate::json::write(&program).unwrap(), format!("\"{}\"", program.name()));
        }
        for (program, written) in [
            (Program::Grep { pattern: "sea".into() }, r#"{"grep":{"pattern":"sea"}}"#),
            (Program::Script { code: "f()".into() }, r#"{"script":{"code":"f()"}}"#),
        ] {
            assert_eq!(crate::json::write(&program).unwrap(), written);
            assert_eq!(crate::json::read::<Program>(written).unwrap(), program);
        }
    }
}
