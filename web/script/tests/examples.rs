//! The examples do what they say: whole jobs, with what a job does between the calls.

use std::collections::BTreeMap;
use std::fs;

use splitbrain::mapreduce::script::{Answer, Call, Interpreter};
use splitbrain_script::QuickJs;

const FILES: [(&str, &str); 3] = [
    ("one.txt", "Listen to the silent night: the inlets of the Don’t-know."),
    ("two.txt", "The night is silent. Enlist, and listen!\n\nÉtude, étude."),
    ("none.txt", ""),
];

fn example(name: &str) -> String {
    fs::read_to_string(format!("{}/examples/{name}.js", env!("CARGO_MANIFEST_DIR")))
        .expect("the example is there")
}

fn run(code: &str, call: &Call<'_>) -> Answer {
    QuickJs.run(code, call).unwrap_or_else(|failure| panic!("{failure}"))
}

fn grouped<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, Vec<&'a str>)> {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (key, value) in pairs {
        groups.entry(key).or_default().push(value);
    }
    groups.into_iter().collect()
}

/// Each file by a task of its own; the output, and in which of three partitions each key is.
fn job(code: &str) -> (BTreeMap<String, String>, Vec<u32>) {
    let check = run(code, &Call::Check);
    let mut travelling: Vec<(String, String)> = Vec::new();
    for file in FILES {
        let mapped = run(code, &Call::Map { records: &[file], skipping: false }).pairs;
        let groups = grouped(mapped.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        if check.combine {
            let texts = run(code, &Call::Combine { groups: &groups }).texts;
            travelling.extend(groups.iter().map(|(key, _)| (*key).to_string()).zip(texts));
        } else {
            travelling.extend(mapped);
        }
    }
    let groups = grouped(travelling.iter().map(|(key, value)| (key.as_str(), value.as_str())));
    let keys: Vec<&str> = groups.iter().map(|(key, _)| *key).collect();
    let partitions = match check.partition {
        true => run(code, &Call::Partition { keys: &keys, reduces: 3 }).numbers,
        false => Vec::new(),
    };
    let texts = run(code, &Call::Reduce { groups: &groups, skipping: false }).texts;
    (keys.into_iter().map(String::from).zip(texts).collect(), partitions)
}

#[test]
fn word_count_counts_words() {
    let (counts, _) = job(&example("word-count"));
    assert_eq!(counts["the"], "4");
    assert_eq!(counts["silent"], "2");
    assert_eq!(counts["étude"], "2");
    assert_eq!(counts["don’t"], "1");
    assert_eq!(counts.len(), 13);
}

#[test]
fn the_inverted_index_names_each_file_once() {
    let (index, _) = job(&example("inverted-index"));
    assert_eq!(index["listen"], "2 one.txt,two.txt");
    assert_eq!(index["enlist"], "1 two.txt");
    assert_eq!(index["étude"], "1 two.txt");
}

#[test]
fn averages_are_of_all_words_and_partitions_are_in_the_order_of_the_alphabet() {
    let (averages, partitions) = job(&example("average-length"));
    assert_eq!(averages["s"], "6.000");
    assert_eq!(averages["i"], "4.000", "inlets and is");
    assert!(
        partitions.is_sorted() && partitions.first() == Some(&0) && partitions.last() == Some(&2),
        "{partitions:?}"
    );
}

#[test]
fn anagrams_stand_together() {
    let (anagrams, _) = job(&example("anagrams"));
    assert_eq!(anagrams["eilnst"], "enlist inlets listen silent");
    assert_eq!(anagrams["eht"], "");
}

#[test]
fn every_example_has_a_title_and_is_run_here() {
    let folder = fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).expect("there are examples");
    let mut names: Vec<String> =
        folder.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["anagrams.js", "average-length.js", "inverted-index.js", "word-count.js"]);
    for name in names {
        let code = example(name.trim_end_matches(".js"));
        assert!(
            code.lines().next().is_some_and(|line| line.starts_with("// ")),
            "{name} begins with a title"
        );
    }
}
