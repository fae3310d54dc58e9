//! From texts to intermediate files to output: what a worker computes, apart from all asking and telling.

use super::app::App;
use super::job::ihash;
use super::rules::{Rule, Rules};
use crate::json::{self, Value};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use serde::Serialize;

/// A pair as it is written: the lab's `enc.Encode(&kv)`, one JSON object a line.
#[derive(Serialize)]
struct Pair<'a> {
    #[serde(rename = "Key")]
    key: Cow<'a, str>,
    #[serde(rename = "Value")]
    value: Cow<'a, str>,
}

impl<'a> Pair<'a> {
    /// The pair that was written, if this is one. Its texts are not copied.
    fn of(written: Value<'a>) -> Option<Pair<'a>> {
        let Value::Object(fields) = written else { return None };
        let (mut key, mut value) = (None, None);
        for field in fields {
            match (&*field.0, field.1) {
                ("Key", Value::String(text)) => key = Some(text),
                ("Value", Value::String(text)) => value = Some(text),
                _ => return None,
            }
        }
        Some(Pair { key: key?, value: value? })
    }
}

/// Runs the map function and deals its pairs out into the contents of `reduces` intermediate files (§3.1).
pub(super) fn map(app: &dyn App, name: &str, contents: &str, reduces: u32, rules: Rules) -> Vec<Vec<u8>> {
    let reduces = reduces.max(1);
    let mut files = vec![Vec::new(); reduces as usize];
    let mut emitted = 0;
    app.map(name, contents, &mut |key, value| {
        let partition = if rules.has(Rule::PartitionByHash) { ihash(key) } else { emitted } % reduces;
        emitted = emitted.wrapping_add(1);
        let pair = Pair { key: Cow::Borrowed(key), value: Cow::Borrowed(value) };
        // Two strings always make a JSON object.
        if let Ok(line) = json::write(&pair) {
            let file = &mut files[partition as usize];
            file.extend_from_slice(line.as_bytes());
            file.push(b'\n');
        }
    });
    files
}

/// Runs the reduce function over the pairs in these intermediate files, key by key in increasing order (§3.1), and
/// returns the contents of the output file. The flag says whether every file could be read to its end; like the lab's
/// decoding loop, this one takes what comes before the place where a file stops making sense.
pub(super) fn reduce(app: &dyn App, files: &[Vec<u8>], rules: Rules) -> (String, bool) {
    let mut whole = true;
    let mut pairs = Vec::new();
    for file in files {
        for value in json::each(file) {
            match value.ok().and_then(Pair::of) {
                Some(pair) => pairs.push(pair),
                None => {
                    whole = false;
                    break;
                }
            }
        }
    }
    if rules.has(Rule::SortByKey) {
        pairs.sort_by(|one, other| one.key.cmp(&other.key));
    }
    let mut output = String::new();
    let mut values = Vec::new();
    for group in pairs.chunk_by(|one, other| one.key == other.key) {
        values.clear();
        values.extend(group.iter().map(|pair| &*pair.value));
        if let Some(Pair { key, .. }) = group.first() {
            output.push_str(key);
            output.push(' ');
            output.push_str(&app.reduce(key, &values));
            output.push('\n');
        }
    }
    (output, whole)
}

#[cfg(test)]
mod tests {
    use super::super::app::BuiltIn;
    use super::*;

    #[test]
    fn intermediate_files_hold_the_labs_json_objects_one_a_line() {
        let files = map(&BuiltIn::InvertedIndex, "a \"b\"", "sea", 1, Rules::ALL);
        assert_eq!(files, [b"{\"Key\":\"sea\",\"Value\":\"a \\\"b\\\"\"}\n".to_vec()]);
    }

    #[test]
    fn the_hash_of_a_key_is_the_labs() {
        // 32-bit FNV-1a has published test vectors; the lab clears the sign bit.
        assert_eq!(ihash(""), 0x811c_9dc5 & 0x7fff_ffff);
        assert_eq!(ihash("a"), 0xe40c_292c & 0x7fff_ffff);
        assert_eq!(ihash("foobar"), 0xbf9c_f968 & 0x7fff_ffff);
    }

    #[test]
    fn all_values_of_a_key_go_into_one_call_in_increasing_order_of_keys() {
        let text = "whale ship whale Ahab ship whale";
        let one = map(&BuiltIn::WordCount, "one", text, 1, Rules::ALL).remove(0);
        let two = map(&BuiltIn::WordCount, "two", "whale", 1, Rules::ALL).remove(0);
        let (output, whole) = reduce(&BuiltIn::WordCount, &[one, two], Rules::ALL);
        assert_eq!((&*output, whole), ("Ahab 1\nship 2\nwhale 4\n", true));
        assert_eq!(reduce(&BuiltIn::WordCount, &[Vec::new()], Rules::ALL), (String::new(), true));
    }

    #[test]
    fn every_map_sends_a_key_to_the_same_partition() {
        let holder = |text: &str| {
            let files = map(&BuiltIn::WordCount, "any", text, 7, Rules::ALL);
            files.iter().position(|file| String::from_utf8_lossy(file).contains("whale"))
        };
        assert_eq!(holder("whale"), Some((ihash("whale") % 7) as usize));
        assert_eq!(holder("whale"), holder("the great white whale"));
    }

    #[test]
    fn a_torn_file_is_read_as_far_as_it_goes() {
        let mut file = map(&BuiltIn::WordCount, "any", "a b", 1, Rules::ALL).remove(0);
        file.truncate(file.len() - 4);
        assert_eq!(reduce(&BuiltIn::WordCount, &[file], Rules::ALL), ("a 1\n".into(), false));
        assert_eq!(reduce(&BuiltIn::WordCount, &[vec![0xff, 0xfe]], Rules::ALL), (String::new(), false));
    }
}
