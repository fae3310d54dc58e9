//! A program run without any of MapReduce's machinery (§4.7): no tasks, no partitions, no files.

use crate::mapreduce::App;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The lines of output, sorted: all values gathered under their keys, and one call of reduce for each key.
pub fn run<'a>(app: &dyn App, inputs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    let mut gathered: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, contents) in inputs {
        app.map(name, contents, &mut |key, value| match gathered.get_mut(key) {
            Some(values) => values.push(value.to_string()),
            None => {
                gathered.insert(key.to_string(), vec![value.to_string()]);
            }
        });
    }
    let mut lines: Vec<String> = Vec::new();
    for (key, values) in &gathered {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        lines.extend(format!("{key} {}", app.reduce(key, &values)).lines().map(String::from));
    }
    // Sorted as what they are elsewhere: another type would bring a sort of its own.
    let mut sorted: Vec<&str> = lines.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    sorted.into_iter().map(String::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapreduce::BuiltIn;

    #[test]
    fn it_is_what_one_would_write_by_hand() {
        let inputs = [("b", "sea whale sea"), ("a", "Sea whale")];
        assert_eq!(run(&BuiltIn::WordCount, inputs), ["Sea 1", "sea 2", "whale 2"]);
        assert_eq!(run(&BuiltIn::InvertedIndex, inputs), ["Sea 1 a", "sea 1 b", "whale 2 a,b"]);
        assert!(run(&BuiltIn::WordCount, [("empty", "")]).is_empty());
    }
}
