//! The interpreter of user code: another WebAssembly module, which the page loads when there is user code and hands over as one
//! function from a request to an answer, both JSON.

use js_sys::Function;
use serde::Serialize;
use splitbrain::json::{self, Value};
use splitbrain::mapreduce::Engine;
use splitbrain::mapreduce::script::{Answer, Call, Failure, FailureKind, Interpreter};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsError, JsValue, throw_val};

thread_local! {
    /// What the page has handed over.
    static INTERPRETER: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// The engine that a run is opened with: what it has answered is nobody else's.
pub(crate) fn engine() -> Engine {
    Engine::new(Rc::new(Foreign))
}

/// Lets runs run user code through this: a function that takes a request as JSON and returns the answer as JSON.
#[wasm_bindgen(js_name = setInterpreter)]
pub fn set_interpreter(
    #[wasm_bindgen(unchecked_param_type = "(request: string) => string")] run: JsValue,
) -> Result<(), JsError> {
    let run: Function = run.dyn_into().map_err(|_| JsError::new("an interpreter must be a function"))?;
    INTERPRETER.set(Some(run));
    Ok(())
}

/// The interpreter, whatever it is when it is needed.
struct Foreign;

#[derive(Serialize)]
struct Asked<'a> {
    code: &'a str,
    call: &'a Call<'a>,
}

impl Interpreter for Foreign {
    fn run(&self, code: &str, call: &Call<'_>) -> Result<Answer, Failure> {
        let asked = json::write(&Asked { code, call }).map_err(|error| broken(&error.to_string()))?;
        let run = INTERPRETER.with_borrow(Option::clone).ok_or_else(|| broken("it is not loaded"))?;
        let answer = match run.call1(&JsValue::NULL, &JsValue::from_str(&asked)) {
            Err(error) if is_trap(&error) => throw_val(error),
            answer => answer.ok().and_then(|answer| answer.as_string()),
        };
        let answer = answer.ok_or_else(|| broken("it did not answer"))?;
        let answer = json::parse(&answer).map_err(|error| broken(&error.to_string()))?;
        match answer.field("failed") {
            Some(failure) => Err(failed(failure)),
            None => answer.field("ok").map(answered).ok_or_else(|| broken("its answer is none")),
        }
    }
}

/// Whether the interpreter's module has trapped, or run out of the host's stack, which Firefox tells by an `InternalError`. What it
/// had lies about in its memory, its stack pointer stays where it was, and no later answer of its can be trusted. So it counts as a
/// trap of ours: nothing that is borrowed here is given back, and whoever called discards this engine with that one.
fn is_trap(error: &JsValue) -> bool {
    let error: Option<&js_sys::Error> = error.dyn_ref();
    error.is_some_and(|error| {
        ["RuntimeError", "RangeError", "InternalError"].iter().any(|name| error.name() == *name)
    })
}

/// Read by hand: what comes from our own module, and to leave the code for strangers' JSON out of it takes a third of the space.
trait Read<'a> {
    fn field(&'a self, name: &str) -> Option<&'a Value<'a>>;
    fn text(&self) -> Option<&str>;
    fn items(&'a self) -> &'a [Value<'a>];
    fn number(&self) -> Option<u64>;
}

impl<'a> Read<'a> for Value<'a> {
    fn field(&'a self, name: &str) -> Option<&'a Value<'a>> {
        let Value::Object(fields) = self else { return None };
        fields.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    fn text(&self) -> Option<&str> {
        if let Value::String(text) = self { Some(text) } else { None }
    }

    fn items(&'a self) -> &'a [Value<'a>] {
        if let Value::Array(items) = self { items } else { &[] }
    }

    fn number(&self) -> Option<u64> {
        if let Value::Number((text, _)) = self { text.parse().ok() } else { None }
    }
}

fn answered(answer: &Value<'_>) -> Answer {
    let list = |name: &str| answer.field(name).map_or(&[][..], Value::items);
    let numbers = |name: &str| list(name).iter().filter_map(|item| item.number()?.try_into().ok()).collect();
    let is = |name: &str| matches!(answer.field(name), Some(Value::Bool(true)));
    let first = |item: &Value<'_>| item.items().first().and_then(Value::text).map(String::from);
    Answer {
        combine: is("combine"),
        partition: is("partition"),
        pairs: list("pairs")
            .iter()
            .filter_map(|item| Some((first(item)?, item.items().get(1)?.text()?.to_owned())))
            .collect(),
        texts: list("texts").iter().filter_map(|item| Some(item.text()?.to_owned())).collect(),
        numbers: numbers("numbers"),
        skipped: numbers("skipped"),
        counters: list("counters")
            .iter()
            .filter_map(|item| Some((first(item)?, item.items().get(1)?.number()?)))
            .collect(),
    }
}

fn failed(failure: &Value<'_>) -> Failure {
    let text = |name: &str| failure.field(name).and_then(Value::text).unwrap_or_default();
    let number = |name: &str| failure.field(name)?.number()?.try_into().ok();
    Failure {
        kind: FailureKind::named(text("kind")).unwrap_or(FailureKind::Unavailable),
        message: text("message").to_owned(),
        line: number("line"),
        column: number("column"),
        record: number("record"),
    }
}

fn broken(why: &str) -> Failure {
    let message = format!("the interpreter cannot be used: {why}");
    Failure { kind: FailureKind::Unavailable, message, line: None, column: None, record: None }
}
