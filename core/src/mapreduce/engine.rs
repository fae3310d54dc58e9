//! User code, run through whatever interpreter there is, and never twice for the same input.

use super::script::{Answer, Call, Failure, FailureKind, Interpreter};
use crate::bytes::{Bytes, Hash};
use crate::fingerprint::fingerprint;
use crate::tree::Tree;
use alloc::rc::Rc;
use core::cell::RefCell;
use core::fmt;
use serde::{Serialize, Serializer};

/// An interpreter, or none, with what it has answered. The same for everybody in a run, and no part of what a run is: two of
/// them are always equal.
#[derive(Clone, Default)]
pub struct Engine {
    interpreter: Option<Rc<dyn Interpreter>>,
    answered: Rc<RefCell<Answered>>,
}

/// Answers by code and call, so that walking to and fro on a timeline does not run user code again.
#[derive(Default)]
struct Answered {
    answers: Tree<(Hash, Hash), Known>,
    bytes: u64,
}

#[derive(Clone)]
struct Known {
    /// Hashes can be made to collide by whoever writes programs.
    code: Bytes,
    answer: Result<Rc<Answer>, Failure>,
}

/// What an answer takes beside what it says, in bytes, roughly.
const ENTRY: u64 = 200;

/// Beyond this many bytes of answers all are forgotten: what is needed again is run again.
const MOST_BYTES: u64 = 64 << 20;

impl Engine {
    /// Runs user code through this.
    pub fn new(interpreter: Rc<dyn Interpreter>) -> Engine {
        Engine { interpreter: Some(interpreter), answered: Rc::default() }
    }

    /// Makes one call.
    pub fn ask(&self, code: &Bytes, call: &Call<'_>) -> Result<Rc<Answer>, Failure> {
        let key = (code.hash(), Hash(fingerprint(call)));
        let same = |known: &&Known| known.code.as_slice() == code.as_slice();
        if let Some(known) = self.answered.borrow().answers.get(&key).filter(same) {
            return known.answer.clone();
        }
        let interpreter = self.interpreter.as_ref().ok_or_else(unavailable)?;
        let answer = interpreter.run(&code.text(), call).map(Rc::new);
        // There may be one the next time.
        if answer.as_ref().is_err_and(|failure| failure.kind == FailureKind::Unavailable) {
            return answer;
        }
        let mut answered = self.answered.borrow_mut();
        let bytes =
            answer.as_ref().map_or_else(|failure| failure.message.len() as u64, |answer| size(answer))
                + ENTRY;
        if answered.bytes.saturating_add(bytes) > MOST_BYTES {
            *answered = Answered::default();
        }
        answered.bytes += bytes;
        answered.answers.insert(key, Known { code: code.clone(), answer: answer.clone() });
        answer
    }
}

fn size(answer: &Answer) -> u64 {
    let Answer { pairs, texts, numbers, skipped, counters, combine: _, partition: _ } = answer;
    let pairs = pairs.iter().map(|(key, value)| key.len() + value.len() + 48);
    let texts = texts.iter().map(|text| text.len() + 24);
    let counters = counters.iter().map(|(name, _)| name.len() + 32);
    let numbers = 4 * (numbers.len() + skipped.len());
    pairs.chain(texts).chain(counters).chain([numbers]).map(|len| len as u64).sum()
}

fn unavailable() -> Failure {
    let message = "there is no interpreter for programs of your own here";
    Failure {
        kind: FailureKind::Unavailable,
        message: message.into(),
        line: None,
        column: None,
        record: None,
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.interpreter.is_some() { "Engine" } else { "no Engine" })
    }
}

impl PartialEq for Engine {
    fn eq(&self, _: &Engine) -> bool {
        true
    }
}

impl Eq for Engine {}

impl Serialize for Engine {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}
