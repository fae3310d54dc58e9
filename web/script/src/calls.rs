//! The calls, each in an engine of its own.
//!
//! After a call its first record or group is run once more in the same engine. A program that keeps something from call to call
//! gives another answer then, and is told so here rather than by an output that differs from run to run.

use std::rc::Rc;

use rquickjs::function::IntoArgs;
use rquickjs::{Function, Value};
use splitbrain::mapreduce::script::{Answer, Call, Failure, FailureKind};

use crate::failure::{failure, of_limit, shown};
use crate::ledger::Ledger;
use crate::limits::{Limits, WEIGHT_OF_A_TEXT};
use crate::meter::{Limit, Meter};
use crate::program::{Functions, Judged, Program};
use crate::world::engine;

/// Makes one call.
pub(crate) fn run(code: &str, call: &Call<'_>) -> Result<Answer, Failure> {
    let meter = Rc::new(Meter::new(Limits::of(code, call)));
    let engine = engine(&meter).map_err(|_| of_limit(Limit::Memory))?;
    let ledger = Rc::new(Ledger::new(meter));
    engine.with(|ctx| {
        let (program, functions) = Program::read(&ctx, code, &ledger)?;
        Session { program, ledger: Rc::clone(&ledger) }.answer(&functions, call)
    })
}

struct Session<'a, 'js> {
    program: Program<'a, 'js>,
    ledger: Rc<Ledger>,
}

/// What came of a record or a group, so that it can be compared with what comes of it again: nothing if it was left out.
type Outcome<T> = Option<T>;

impl<'js> Session<'_, 'js> {
    fn answer(&self, functions: &Functions<'js>, call: &Call<'_>) -> Judged<Answer> {
        let mut answer = Answer::default();
        match call {
            Call::Check => {
                answer.combine = functions.combine.is_some();
                answer.partition = functions.partition.is_some();
            }
            Call::Map { records, skipping } => self.map(&functions.map, records, *skipping, &mut answer)?,
            Call::Partition { keys, reduces } => {
                self.partition(needed("partition", &functions.partition)?, keys, *reduces, &mut answer)?
            }
            Call::Combine { groups } => {
                self.fold("combine", needed("combine", &functions.combine)?, groups, false, &mut answer)?
            }
            Call::Reduce { groups, skipping } => {
                self.fold("reduce", &functions.reduce, groups, *skipping, &mut answer)?
            }
        }
        answer.counters = self.ledger.take_counters();
        Ok(answer)
    }

    fn map(
        &self,
        map: &Function<'js>,
        records: &[(&str, &str)],
        skipping: bool,
        answer: &mut Answer,
    ) -> Judged<()> {
        let emit = self.program.emit()?;
        let one = |&(key, value): &(&str, &str)| {
            let from = self.ledger.pairs();
            self.call("map", map, (key, value, emit.clone()), |returned| {
                match self.program.kind(returned)?.as_deref() {
                    Some("[object Generator]" | "[object AsyncGenerator]") => Err(failure(
                        FailureKind::Wrong,
                        "map returned a generator, which has not run: it calls emit instead of yield",
                    )),
                    _ => Ok(()),
                }
            })
            .inspect_err(|_| self.ledger.discard(from))
        };
        let mut of_first = 0;
        for (place, record) in (0..).zip(records) {
            self.keep(one(record), place, skipping, answer)?;
            if place == 0 {
                of_first = self.ledger.pairs();
            }
        }
        answer.pairs = self.ledger.take_pairs(0);
        let Some(first) = records.first() else { return Ok(()) };
        self.again("map", first.0, answer, one(first), |(), answer| {
            self.ledger.take_pairs(0) == answer.pairs[..of_first]
        })
    }

    fn partition(
        &self,
        partition: &Function<'js>,
        keys: &[&str],
        reduces: u32,
        answer: &mut Answer,
    ) -> Judged<()> {
        let one = |key: &&str| {
            self.call("partition", partition, (*key, reduces), |returned| {
                let number = returned
                    .as_number()
                    .filter(|number| number.fract() == 0.0 && *number >= 0.0 && *number < f64::from(reduces));
                number.map(|number| number as u32).ok_or_else(|| {
                    let key = shown(key);
                    let sentence = format!(
                        "partition of \"{key}\" is no whole number from 0 to n - 1, which is {}",
                        i64::from(reduces) - 1
                    );
                    failure(FailureKind::Wrong, sentence)
                })
            })
        };
        for (place, key) in (0..).zip(keys) {
            let number = self.keep(one(key), place, false, answer)?;
            answer.numbers.extend(number);
        }
        let Some(first) = keys.first() else { return Ok(()) };
        self.again("partition", first, answer, one(first), |number, answer| {
            answer.numbers.first() == Some(&number)
        })
    }

    fn fold(
        &self,
        name: &str,
        function: &Function<'js>,
        groups: &[(&str, Vec<&str>)],
        skipping: bool,
        answer: &mut Answer,
    ) -> Judged<()> {
        let one = |(key, values): &(&str, Vec<&str>)| {
            let values = self.program.list(values)?;
            let text =
                self.call(name, function, (*key, values), |returned| self.program.text(name, returned))?;
            match self.ledger.meter.put_out(text.len() + WEIGHT_OF_A_TEXT) {
                true => Ok(text),
                false => Err(of_limit(Limit::Output)),
            }
        };
        for (place, group) in (0..).zip(groups) {
            let text = self.keep(one(group), place, skipping, answer)?;
            answer.texts.extend(text);
        }
        let Some(first) = groups.first() else { return Ok(()) };
        self.again(name, first.0, answer, one(first), |text, answer| answer.texts.first() == Some(&text))
    }

    /// Calls a function, and makes of what it returned what is wanted.
    fn call<A: IntoArgs<'js>, T>(
        &self,
        name: &str,
        function: &Function<'js>,
        given: A,
        made: impl FnOnce(&Value<'js>) -> Judged<T>,
    ) -> Judged<T> {
        self.program.call(name, function, given).and_then(|returned| made(&returned))
    }

    /// Keeps what came of a record, or leaves it out if that is wanted.
    fn keep<T>(
        &self,
        outcome: Judged<T>,
        place: u32,
        skipping: bool,
        answer: &mut Answer,
    ) -> Judged<Outcome<T>> {
        match outcome {
            Ok(made) => {
                self.ledger.keep();
                if self.ledger.meter.passed().is_some() {
                    return Err(Failure { record: Some(place), ..of_limit(Limit::Counters) });
                }
                Ok(Some(made))
            }
            Err(failure) if skipping && failure.kind.is_of_a_record() => {
                self.ledger.discard(self.ledger.pairs());
                answer.skipped.push(place);
                Ok(None)
            }
            Err(failure) => Err(Failure { record: Some(place), ..failure }),
        }
    }

    /// Judges what came of the first record or group when it was run once more.
    fn again<T>(
        &self,
        name: &str,
        key: &str,
        answer: &Answer,
        outcome: Judged<T>,
        is_same: impl FnOnce(T, &Answer) -> bool,
    ) -> Judged<()> {
        let was_left_out = answer.skipped.first() == Some(&0);
        let same = match outcome {
            Ok(made) => !was_left_out && is_same(made, answer),
            Err(failure) if failure.kind.is_of_a_record() => was_left_out,
            Err(failure) => return Err(Failure { record: Some(0), ..failure }),
        };
        if same {
            return Ok(());
        }
        let key = shown(key);
        let sentence = format!(
            "{name} gave two answers for the key \"{key}\": a program must not keep anything between calls, since any of them may \
             be made again, in another order and elsewhere"
        );
        Err(Failure { record: Some(0), ..failure(FailureKind::Nondeterministic, sentence) })
    }
}

fn needed<'a, 'js>(name: &str, function: &'a Option<Function<'js>>) -> Judged<&'a Function<'js>> {
    function.as_ref().ok_or_else(|| failure(FailureKind::Program, format!("the function {name} is missing")))
}
