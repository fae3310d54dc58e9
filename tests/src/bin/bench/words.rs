//! Word count over 20 MB: built in, as a program of the user's own, and beside programs that do less.

use super::measure::{Row, cpu_seconds, median};
use serde::{Deserialize, Serialize};
use splitbrain::mapreduce::job::ihash;
use splitbrain::mapreduce::{Engine, Input, Job, Program, Records, Spec, local};
use splitbrain_script::QuickJs;
use std::collections::HashMap;
use std::rc::Rc;

const BYTES: usize = 20_000_000;
const MAPS: usize = 8;
const REDUCES: u32 = 10;
/// How many different words there are; English text of this length has somewhat more.
const WORDS: u32 = 20_000;

/// Words as frequent as in English: the n-th about a hundredth part of n as often as the first.
fn texts() -> Vec<String> {
    let mut state = 42u64;
    let mut draw = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / (1u64 << 31) as f64
    };
    let word = |number: u32| {
        let mut number = number;
        let mut word = String::new();
        loop {
            word.push(char::from(b'a' + (number % 26) as u8));
            number /= 26;
            if number == 0 {
                return word;
            }
        }
    };
    let words: Vec<String> = (0..WORDS).map(word).collect();
    let text = |_| {
        let mut text = String::with_capacity(BYTES / MAPS + 32);
        while text.len() < BYTES / MAPS {
            let place = f64::from(WORDS).powf(draw()) as usize - 1;
            text.push_str(&words[place]);
            text.push(if draw() < 0.1 { '\n' } else { ' ' });
        }
        text
    };
    (0..MAPS).map(text).collect()
}

fn job(program: Program, records: Records, texts: &[String]) -> Job {
    let inputs = texts.iter().enumerate().map(|(n, text)| Input::new(&format!("text-{n}"), text));
    let job = Job::new(program, REDUCES, inputs);
    Job::from(Spec { records, ..job.spec().clone() })
}

#[derive(Serialize, Deserialize)]
struct Pair<'a> {
    #[serde(rename = "Key", borrow)]
    key: &'a str,
    #[serde(rename = "Value", borrow)]
    value: &'a str,
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty())
}

/// What one would write without a framework: the same files of JSON in between, and the same output.
fn plain(texts: &[String]) -> Vec<String> {
    let mut files: Vec<Vec<Vec<u8>>> = Vec::new();
    for text in texts {
        let mut parts: Vec<Vec<u8>> = (0..REDUCES).map(|_| Vec::new()).collect();
        for key in words(text) {
            let file = &mut parts[(ihash(key) % REDUCES) as usize];
            let line = serde_json::to_vec(&Pair { key, value: "1" }).expect("two strings");
            file.extend_from_slice(&line);
            file.push(b'\n');
        }
        files.push(parts);
    }
    let reduce = |part: usize| {
        let mut pairs: Vec<Pair<'_>> = Vec::new();
        for parts in &files {
            let lines = parts[part].split(|&byte| byte == b'\n').filter(|line| !line.is_empty());
            pairs.extend(lines.map(|line| serde_json::from_slice::<Pair<'_>>(line).expect("just written")));
        }
        pairs.sort_by(|one, other| one.key.cmp(other.key));
        let mut output = String::new();
        for group in pairs.chunk_by(|one, other| one.key == other.key) {
            let sum: u64 = group.iter().map(|pair| pair.value.parse::<u64>().expect("a number")).sum();
            output.extend([group[0].key, " ", &sum.to_string(), "\n"]);
        }
        output
    };
    (0..REDUCES as usize).map(reduce).collect()
}

pub(crate) fn rows() -> Vec<Row> {
    let texts = texts();
    let built_in = job(Program::WordCount, Records::Whole, &texts);
    let none = Engine::default();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let framework = median(3, || {
        let (seconds, local) = cpu_seconds(|| local::run(&built_in, &none).expect("it does not fail"));
        ours = local.outputs.iter().map(|file| file.text().into_owned()).collect();
        seconds
    });
    let sequential = median(3, || {
        let (seconds, outputs) = cpu_seconds(|| plain(&texts));
        theirs = outputs;
        seconds
    });
    assert_eq!(ours, theirs, "both count the same");
    let bare = median(3, || {
        let count = || {
            let mut counts: HashMap<&str, u64> = HashMap::new();
            texts.iter().flat_map(|text| words(text)).for_each(|word| *counts.entry(word).or_default() += 1);
            counts.len()
        };
        cpu_seconds(count).0
    });
    let code = include_str!("../../../../web/script/examples/word-count.js");
    let own = job(Program::Script { code: code.into() }, Records::Whole, &texts);
    let engine = Engine::new(Rc::new(QuickJs));
    let (script, outcome) = cpu_seconds(|| local::run(&own, &engine));
    let beside = |seconds: f64| format!("{:.2} times as long as the plain program", seconds / sequential);
    let mut rows = vec![
        Row::new("word count over 20 MB, built in", framework, "CPU s")
            .aim("≤ 1.5 times a plain program")
            .peers(beside(framework)),
        Row::new("the same, a plain sequential program with the same JSON files", sequential, "CPU s"),
        Row::new("the same, a bare hash map", bare, "CPU s"),
    ];
    match outcome {
        Ok(_) => rows.push(
            Row::new("the same, a program of the user's own in QuickJS", script, "CPU s")
                .peers(beside(script)),
        ),
        Err(failure) => eprintln!("the user's own word count over 20 MB fails: {failure}"),
    }
    rows
}
