//! All keys of a history, searched in turn.

use super::model::{Cell, Model, Object, Queue};
use super::operation::{Operation, Value};
use super::search::{Failure, Found, Search};
use super::traceable::Traceable;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

/// How far one key is searched before it is the next one's turn, in steps.
const TURN: u64 = 2_000;

/// Whether a history is linearizable, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Yes, in this order.
    Yes(Vec<u32>),
    /// No.
    No(Failure),
    /// The search was stopped before it had an answer.
    Undecided,
}

/// The operations on one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The key.
    pub key: Value,
    /// The places of its operations in the history.
    pub operations: Vec<u32>,
    /// What is said of it so far.
    pub verdict: Verdict,
}

/// Searches a history.
pub struct Judge<'a> {
    history: &'a [Operation],
    model: Model,
    parts: Vec<Part>,
    searches: Vec<Option<Box<dyn Advance + 'a>>>,
    steps: u64,
}

trait Advance {
    fn advance(&mut self, budget: &mut u64) -> Found;
}

impl<S: Object> Advance for Search<'_, S> {
    fn advance(&mut self, budget: &mut u64) -> Found {
        Search::advance(self, budget)
    }
}

impl Advance for Traceable<'_> {
    fn advance(&mut self, budget: &mut u64) -> Found {
        let Some(left) = budget.checked_sub(1) else { return Found::NotYet };
        *budget = left;
        self.judge()
    }
}

/// Judges a history with a budget of steps, each of which tries one operation in one place.
pub fn judge(history: &[Operation], model: Model, budget: u64) -> Judge<'_> {
    let mut judge = Judge::new(history, model);
    judge.advance(budget);
    judge
}

impl<'a> Judge<'a> {
    /// Nothing is decided yet.
    pub fn new(history: &'a [Operation], model: Model) -> Judge<'a> {
        let mut keys: BTreeMap<&Value, Vec<u32>> = BTreeMap::new();
        for (place, operation) in (0..).zip(history) {
            keys.entry(&operation.key).or_default().push(place);
        }
        let search = |of_key: &Vec<u32>| -> Option<Box<dyn Advance + 'a>> {
            let places = in_order_of_calls(history, of_key);
            Some(match model {
                Model::Queue => Box::new(Search::<Queue>::new(history, places)),
                Model::Register | Model::KeyValue => match Traceable::new(history, places.clone()) {
                    Some(traceable) => Box::new(traceable),
                    None => Box::new(Search::<Cell>::new(history, places)),
                },
            })
        };
        Judge {
            history,
            model,
            searches: keys.values().map(search).collect(),
            parts: (keys.into_iter())
                .map(|(key, operations)| Part { key: key.clone(), operations, verdict: Verdict::Undecided })
                .collect(),
            steps: 0,
        }
    }

    /// Goes on for at most so many steps, or until all is decided or one key is not linearizable. Returns whether it is over.
    pub fn advance(&mut self, budget: u64) -> bool {
        let mut left = budget;
        while !self.is_over() {
            for place in 0..self.parts.len() {
                let Some(search) = &mut self.searches[place] else { continue };
                let turn = left.min(TURN);
                let mut unused = turn;
                let found = search.advance(&mut unused);
                left -= turn - unused;
                self.steps += turn - unused;
                self.parts[place].verdict = match found {
                    Found::Order(order) => Verdict::Yes(order),
                    Found::None(failure) => Verdict::No(failure),
                    Found::NotYet => continue,
                };
                self.searches[place] = None;
                if self.is_over() {
                    return true;
                }
            }
            if left == 0 {
                return self.is_over();
            }
        }
        true
    }

    /// Whether the history is linearizable.
    pub fn is_linearizable(&self) -> Option<bool> {
        if self.failed().is_some() {
            Some(false)
        } else {
            self.searches.iter().all(Option::is_none).then_some(true)
        }
    }

    /// The key that is not linearizable, and why.
    pub fn failed(&self) -> Option<(&Part, &Failure)> {
        self.parts.iter().find_map(|part| match &part.verdict {
            Verdict::No(failure) => Some((part, failure)),
            _ => None,
        })
    }

    /// What is said of each key, in the order of the keys.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// What a key holds after each operation of an order, such as one of those in a verdict.
    pub fn held_after(&self, order: &[u32]) -> Vec<Vec<Value>> {
        match self.model {
            Model::Register | Model::KeyValue => held_after::<Cell>(self.history, order),
            Model::Queue => held_after::<Queue>(self.history, order),
        }
    }

    /// How many steps were taken. What its reads tell takes one.
    pub fn steps(&self) -> u64 {
        self.steps
    }

    fn is_over(&self) -> bool {
        self.is_linearizable().is_some()
    }
}

/// Those that say something: a read that nobody has the answer to does not.
fn in_order_of_calls(history: &[Operation], of_key: &[u32]) -> Vec<u32> {
    let says = |&place: &u32| {
        let operation = &history[place as usize];
        operation.returned.is_some() || !operation.call.is_read()
    };
    let mut places: Vec<u32> = of_key.iter().copied().filter(says).collect();
    places.sort_by_key(|&place| (history[place as usize].called, place));
    places
}

fn held_after<S: Object>(history: &[Operation], order: &[u32]) -> Vec<Vec<Value>> {
    let step = |object: &mut S, &place: &u32| {
        let operation = &history[place as usize];
        *object = object.after(&operation.call, operation.reply())?;
        Some(object.held())
    };
    order.iter().scan(S::new(), step).collect()
}
