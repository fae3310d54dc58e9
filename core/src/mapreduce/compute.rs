//! From texts to intermediate files to output: what a worker computes, apart from all asking and telling.

use super::counters::Counters;
use super::engine::Engine;
use super::job::{Phase, Recipe};
use super::program::{Complaint, Program, Sink};
use super::rules::{Rule, Rules};
use super::script::{Answer, Call, Failure, FailureKind};
use crate::bytes::Bytes;
use crate::json::{self, Value};
use crate::time::Span;
use alloc::borrow::Cow;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use serde::Serialize;

/// How a worker computes a task: the job's recipe and what it is told besides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Compute<'a> {
    pub(super) recipe: &'a Recipe,
    pub(super) engine: &'a Engine,
    pub(super) rules: Rules,
    /// The records to be left out, by their place in the task.
    pub(super) skip: &'a [u32],
}

/// What an attempt has computed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Computed {
    /// The contents of its files: R for a map, one for a reduce.
    pub(super) files: Rc<[Bytes]>,
    pub(super) counters: Counters,
    /// How many records, or keys, it took.
    pub(super) records: u64,
    /// How much longer than its data asks for it takes, at least and at most.
    pub(super) sleep: (Span, Span),
    /// Whether every file that it read made sense to its end.
    pub(super) whole: bool,
}

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

    fn write(key: &str, value: &str, file: &mut Vec<u8>) {
        let pair = Pair { key: Cow::Borrowed(key), value: Cow::Borrowed(value) };
        // Two strings always make a JSON object.
        if let Ok(line) = json::write(&pair) {
            file.extend_from_slice(line.as_bytes());
            file.push(b'\n');
        }
    }
}

/// Where a map's pairs go: into one file for each reduce task, or, if they are to be combined, first into groups.
struct Dealer<'a> {
    program: &'a Program,
    rules: Rules,
    /// The numbers that the program's own `partition` gave, by key.
    given: Vec<(&'a str, u32)>,
    emitted: u32,
    files: Vec<Vec<u8>>,
    /// What is to be combined, for each reduce task.
    pairs: Option<Vec<Vec<Pair<'static>>>>,
    counters: Counters,
}

impl Dealer<'_> {
    fn partition(&mut self, key: &str) -> usize {
        let reduces = self.files.len() as u32;
        let number = if self.rules.has(Rule::PartitionByHash) {
            let given = self.given.binary_search_by(|(known, _)| (*known).cmp(key));
            given.map_or_else(|_| self.program.partition(key, reduces), |place| self.given[place].1)
        } else {
            self.emitted % reduces
        };
        self.emitted = self.emitted.wrapping_add(1);
        number as usize
    }
}

impl Sink for Dealer<'_> {
    fn emit(&mut self, key: &str, value: &str) {
        let partition = self.partition(key);
        match &mut self.pairs {
            None => {
                if let Some(file) = self.files.get_mut(partition) {
                    Pair::write(key, value, file);
                }
            }
            Some(pairs) => {
                if let Some(pairs) = pairs.get_mut(partition) {
                    let (key, value) = (Cow::Owned(key.to_string()), Cow::Owned(value.to_string()));
                    pairs.push(Pair { key, value });
                }
            }
        }
    }

    fn counters(&mut self) -> &mut Counters {
        &mut self.counters
    }
}

impl Compute<'_> {
    /// Runs the map function over the records of an input and deals its pairs out into the contents of `reduces`
    /// intermediate files (§3.1).
    pub(super) fn map(&self, name: &str, contents: &str, reduces: u32) -> Result<Computed, Failure> {
        let records = self.recipe.records.of(name, contents);
        let taken: Vec<u32> = (0..records.len() as u32).filter(|place| !self.skip.contains(place)).collect();
        let record = |&place: &u32| records.get(place as usize).map(|(key, value)| (&**key, *value));
        let answer = match self.recipe.program.code() {
            Some(code) => {
                let records: Vec<(&str, &str)> = taken.iter().filter_map(record).collect();
                let call = Call::Map { records: &records, skipping: false };
                Some(self.ask(code, &call, &taken)?)
            }
            None => None,
        };
        let mut dealer = self.dealer(answer.as_deref(), reduces)?;
        let mut sleep = (Span::ZERO, Span::ZERO);
        match answer.as_deref() {
            Some(answer) => {
                answer.pairs.iter().for_each(|(key, value)| dealer.emit(key, value));
                answer.counters.iter().for_each(|(name, count)| dealer.counters.add(name, *count));
            }
            None => {
                for place in &taken {
                    let Some((key, value)) = record(place) else { continue };
                    let program = &self.recipe.program;
                    program.map(key, value, &mut dealer).map_err(|why| complaint(why, *place))?;
                    sleep = longer(sleep, program.sleep(Phase::Map, key));
                }
            }
        }
        dealer.counters.add(Counters::MAP_RECORDS, taken.len() as u64);
        dealer.counters.add(Counters::MAP_PAIRS, u64::from(dealer.emitted));
        dealer.counters.add(Counters::SKIPPED, (records.len() - taken.len()) as u64);
        self.combine(&mut dealer)?;
        let files = dealer.files.iter().map(|file| Bytes::new(file)).collect();
        let records = taken.len() as u64;
        Ok(Computed { files, counters: dealer.counters, records, sleep, whole: true })
    }

    fn dealer<'b>(&'b self, answer: Option<&'b Answer>, reduces: u32) -> Result<Dealer<'b>, Failure> {
        let (program, reduces) = (&self.recipe.program, reduces.max(1));
        let mut combines = self.recipe.combine && program.combine(&[]).is_some();
        let mut given = Vec::new();
        if let (Some(code), Some(answer)) = (program.code(), answer) {
            let has = self.ask(code, &Call::Check, &[])?;
            combines = self.recipe.combine && has.combine;
            if has.partition {
                let mut keys: Vec<&str> = answer.pairs.iter().map(|(key, _)| &**key).collect();
                keys.sort_unstable();
                keys.dedup();
                let numbers = self.ask(code, &Call::Partition { keys: &keys, reduces }, &[])?;
                given = keys.into_iter().zip(numbers.numbers.iter().copied()).collect();
            }
        }
        let pairs = combines.then(|| (0..reduces).map(|_| Vec::new()).collect());
        let files = vec![Vec::new(); reduces as usize];
        Ok(Dealer { program, rules: self.rules, given, emitted: 0, files, pairs, counters: Counters::new() })
    }

    /// Combines what was gathered for each key and writes that (§4.3). What the combiner itself counts depends on how the
    /// input was split, so it counts for nothing.
    fn combine(&self, dealer: &mut Dealer<'_>) -> Result<(), Failure> {
        let Some(mut gathered) = dealer.pairs.take() else { return Ok(()) };
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut parts = Vec::new();
        for (part, pairs) in gathered.iter_mut().enumerate() {
            sort(pairs);
            for (key, values) in grouped(pairs) {
                groups.push((key, values));
                parts.push(part);
            }
        }
        let texts = match self.recipe.program.code() {
            Some(code) => self.ask(code, &Call::Combine { groups: &groups }, &[])?.texts.clone(),
            None => {
                let combine = |(_, values): &(&str, Vec<&str>)| self.recipe.program.combine(values);
                let texts: Result<_, _> = groups.iter().filter_map(combine).collect();
                texts.map_err(|why| complaint(why, 0))?
            }
        };
        dealer.counters.add(Counters::COMBINED_PAIRS, texts.len() as u64);
        for ((part, (key, _)), text) in parts.iter().zip(&groups).zip(&texts) {
            if let Some(file) = dealer.files.get_mut(*part) {
                Pair::write(key, text, file);
            }
        }
        Ok(())
    }

    /// Runs the reduce function over the pairs in these intermediate files, key by key in increasing order (§3.1). Like the
    /// lab's decoding loop, this takes what comes before the place where a file stops making sense.
    pub(super) fn reduce(&self, files: &[Vec<u8>]) -> Result<Computed, Failure> {
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
        if self.rules.has(Rule::SortByKey) {
            sort(&mut pairs);
        }
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        let mut taken: Vec<u32> = Vec::new();
        let mut skipped = 0;
        for (place, group) in (0..).zip(grouped(&pairs)) {
            if self.skip.contains(&place) {
                skipped += 1;
            } else {
                taken.push(place);
                groups.push(group);
            }
        }
        let mut counters = Counters::new();
        let mut sleep = (Span::ZERO, Span::ZERO);
        let texts = match self.recipe.program.code() {
            Some(code) => {
                let answer = self.ask(code, &Call::Reduce { groups: &groups, skipping: false }, &taken)?;
                answer.counters.iter().for_each(|(name, count)| counters.add(name, *count));
                answer.texts.clone()
            }
            None => {
                let mut texts = Vec::with_capacity(groups.len());
                for (&place, (key, values)) in taken.iter().zip(&groups) {
                    let program = &self.recipe.program;
                    texts.push(program.reduce(key, values).map_err(|why| complaint(why, place))?);
                    sleep = longer(sleep, program.sleep(Phase::Reduce, key));
                }
                texts
            }
        };
        counters.add(Counters::REDUCE_PAIRS, pairs.len() as u64);
        counters.add(Counters::REDUCE_GROUPS, groups.len() as u64);
        counters.add(Counters::SKIPPED, skipped);
        let mut output = String::new();
        for ((key, _), text) in groups.iter().zip(&texts) {
            output.extend([key, " ", text, "\n"]);
        }
        let (files, records) = ([Bytes::from(output.as_str())].into(), groups.len() as u64);
        Ok(Computed { files, counters, records, sleep, whole })
    }

    /// Asks the user's program. A failure names the record by its place in the task, not in the call.
    fn ask(&self, code: &Bytes, call: &Call<'_>, taken: &[u32]) -> Result<Rc<Answer>, Failure> {
        self.engine.ask(code, call).map_err(|mut failure| {
            failure.record = failure.record.and_then(|place| taken.get(place as usize).copied());
            failure
        })
    }
}

/// By key; values of a key stay in the order in which they came.
fn sort(pairs: &mut [Pair<'_>]) {
    pairs.sort_by(|one, other| one.key.cmp(&other.key));
}

/// Neighbours with the same key, with all their values.
fn grouped<'a>(pairs: &'a [Pair<'_>]) -> impl Iterator<Item = (&'a str, Vec<&'a str>)> {
    pairs.chunk_by(|one, other| one.key == other.key).filter_map(|group| {
        let key = &*group.first()?.key;
        Some((key, group.iter().map(|pair| &*pair.value).collect()))
    })
}

fn longer(one: (Span, Span), other: (Span, Span)) -> (Span, Span) {
    (one.0 + other.0, one.1 + other.1)
}

/// A built-in program's complaint about a record.
fn complaint(why: Complaint, record: u32) -> Failure {
    let (message, record) = (why.into(), Some(record));
    Failure { kind: FailureKind::Thrown, message, line: None, column: None, record }
}
