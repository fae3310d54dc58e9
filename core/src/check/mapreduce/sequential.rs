//! A job run without any of MapReduce's machinery (§4.7): no tasks, no partitions, no files.

use crate::mapreduce::program::{Program, Sink};
use crate::mapreduce::script::{Answer, Call, Failure, FailureKind};
use crate::mapreduce::{Bytes, Counters, Engine, Job, Spec};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What a sequential run comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequential {
    /// The lines of output, sorted.
    pub lines: Vec<String>,
    /// What was counted.
    pub counters: Counters,
}

/// All values gathered under their keys, and one call of reduce for each key. What a record for which the program fails comes to
/// depends on the job: it is left out, or the run fails.
pub fn run(job: &Job, engine: &Engine) -> Result<Sequential, Failure> {
    let mut run = Run { spec: job.spec(), engine, counters: Counters::new(), gathered: BTreeMap::new() };
    for input in run.spec.inputs.iter() {
        let text = input.text.as_ref().map(Bytes::text).unwrap_or_default();
        run.map(&input.name, &text)?;
    }
    run.reduce()
}

struct Run<'a> {
    spec: &'a Spec,
    engine: &'a Engine,
    counters: Counters,
    gathered: BTreeMap<String, Vec<String>>,
}

/// What one record came to.
#[derive(Default)]
struct Emitted {
    pairs: Vec<(String, String)>,
    counters: Counters,
}

impl Sink for Emitted {
    fn emit(&mut self, key: &str, value: &str) {
        self.pairs.push((key.to_string(), value.to_string()));
    }

    fn counters(&mut self) -> &mut Counters {
        &mut self.counters
    }
}

impl Run<'_> {
    fn map(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        let records = self.spec.records.of(name, text);
        let mut all = Emitted::default();
        let skipped = match &self.spec.app {
            Program::Script { code } => {
                let records: Vec<(&str, &str)> =
                    records.iter().map(|(key, value)| (&**key, *value)).collect();
                let answer = self.ask(code, |skipping| Call::Map { records: &records, skipping })?;
                all.pairs.clone_from(&answer.pairs);
                answer.counters.iter().for_each(|(name, count)| all.counters.add(name, *count));
                answer.skipped.len() as u64
            }
            program => {
                let mut skipped = 0;
                for (key, value) in &records {
                    let mut one = Emitted::default();
                    match program.map(key, value, &mut one) {
                        Ok(()) => {
                            all.pairs.append(&mut one.pairs);
                            all.counters.merge(&one.counters);
                        }
                        Err(_) if self.spec.skip_bad_records => skipped += 1,
                        Err(why) => return Err(complaint(why)),
                    }
                }
                skipped
            }
        };
        self.counters.merge(&all.counters);
        let (pairs, records) = (all.pairs.len() as u64, records.len() as u64);
        let mut keys: Vec<&str> = all.pairs.iter().map(|(key, _)| &**key).collect();
        keys.sort_unstable();
        keys.dedup();
        let left = if self.combines()? { keys.len() as u64 } else { pairs };
        self.counters.add(Counters::MAP_RECORDS, records - skipped);
        self.counters.add(Counters::SKIPPED, skipped);
        self.counters.add(Counters::MAP_PAIRS, pairs);
        self.counters.add(Counters::REDUCE_PAIRS, left);
        if self.combines()? {
            self.counters.add(Counters::COMBINED_PAIRS, left);
        }
        for (key, value) in all.pairs {
            self.gathered.entry(key).or_default().push(value);
        }
        Ok(())
    }

    /// Asks as tasks do, whose answers are known; and if a record is bad and may be left out, once more without it.
    fn ask<'a>(&self, code: &Bytes, call: impl Fn(bool) -> Call<'a>) -> Result<Rc<Answer>, Failure> {
        match self.engine.ask(code, &call(false)) {
            Err(failure) if self.spec.skip_bad_records && failure.kind.is_of_a_record() => {
                self.engine.ask(code, &call(true))
            }
            answer => answer,
        }
    }

    /// Whether tasks would combine.
    fn combines(&self) -> Result<bool, Failure> {
        Ok(self.spec.combine
            && match &self.spec.app {
                Program::Script { code } => self.engine.ask(code, &Call::Check)?.combine,
                program => program.combine(&[]).is_some(),
            })
    }

    fn reduce(mut self) -> Result<Sequential, Failure> {
        let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
        for (key, values) in &self.gathered {
            groups.push((key, values.iter().map(String::as_str).collect()));
        }
        let (texts, skipped) = match &self.spec.app {
            Program::Script { code } => {
                let answer = self.ask(code, |skipping| Call::Reduce { groups: &groups, skipping })?;
                answer.counters.iter().for_each(|(name, count)| self.counters.add(name, *count));
                (answer.texts.clone(), answer.skipped.clone())
            }
            program => {
                let (mut texts, mut skipped) = (Vec::new(), Vec::new());
                for (place, (key, values)) in (0..).zip(&groups) {
                    match program.reduce(key, values) {
                        Ok(text) => texts.push(text),
                        Err(_) if self.spec.skip_bad_records => skipped.push(place),
                        Err(why) => return Err(complaint(why)),
                    }
                }
                (texts, skipped)
            }
        };
        let kept = (0u32..).zip(&groups).filter(|(place, _)| !skipped.contains(place));
        let kept = kept.zip(&texts).map(|((_, (key, _)), text)| format!("{key} {text}"));
        let kept: Vec<String> = kept.collect();
        self.counters.add(Counters::REDUCE_GROUPS, kept.len() as u64);
        self.counters.add(Counters::SKIPPED, skipped.len() as u64);
        // Sorted as what they are elsewhere: another type would bring a sort of its own.
        let mut lines: Vec<&str> = kept.iter().flat_map(|line| line.lines()).collect();
        lines.sort_unstable();
        let lines = lines.into_iter().map(String::from).collect();
        Ok(Sequential { lines, counters: self.counters })
    }
}

fn complaint(why: &str) -> Failure {
    Failure { kind: FailureKind::Thrown, message: why.into(), line: None, column: None, record: None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mapreduce::{Input, Records};

    fn lines(program: Program, inputs: &[(&str, &str)]) -> Vec<String> {
        let inputs = inputs.iter().map(|(name, text)| Input::new(name, text));
        run(&Job::new(program, 1, inputs), &Engine::default()).unwrap().lines
    }

    #[test]
    fn it_is_what_one_would_write_by_hand() {
        let inputs = [("b", "sea whale sea"), ("a", "Sea whale")];
        assert_eq!(lines(Program::WordCount, &inputs), ["Sea 1", "sea 2", "whale 2"]);
        assert_eq!(lines(Program::InvertedIndex, &inputs), ["Sea 1 a", "sea 1 b", "whale 2 a,b"]);
        assert!(lines(Program::WordCount, &[("empty", "")]).is_empty());
    }

    #[test]
    fn bad_records_are_left_out_or_fail_the_run() {
        let spec = |skip_bad_records| {
            let job = Job::new(Program::WordCount, 1, [Input::new("a", "sea\n\u{fffd}\nsea sea")]);
            Job::from(Spec { records: Records::Lines, combine: true, skip_bad_records, ..job.spec().clone() })
        };
        let done = run(&spec(true), &Engine::default()).unwrap();
        assert_eq!(done.lines, ["sea 3"]);
        let counted: Vec<_> = done.counters.iter().collect();
        let expected = [
            (Counters::COMBINED_PAIRS, 1),
            (Counters::MAP_RECORDS, 2),
            (Counters::MAP_PAIRS, 3),
            (Counters::REDUCE_GROUPS, 1),
            (Counters::REDUCE_PAIRS, 1),
            (Counters::SKIPPED, 1),
        ];
        assert_eq!(counted, expected);
        assert!(run(&spec(false), &Engine::default()).is_err());
    }
}
