//! The interpreter of user code: another WebAssembly module, which the page loads when there is user code and hands over as one
//! function from a request to an answer, both JSON.

use js_sys::Function;
use serde::{Deserialize, Serialize};
use splitbrain::json;
use splitbrain::mapreduce::Engine;
use splitbrain::mapreduce::script::{Answer, Call, Failure, FailureKind, Interpreter};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsError, JsValue};

thread_local! {
    /// Every run of this module has the same, so that none of them runs again what another has run.
    static ENGINE: RefCell<Engine> = RefCell::default();
}

/// The engine that runs are opened with.
pub(crate) fn engine() -> Engine {
    ENGINE.with_borrow(Engine::clone)
}

/// Lets runs that are opened from now on run user code through this: a function that takes a request as JSON and returns the answer
/// as JSON. What it throws, the program has done wrong.
#[wasm_bindgen(js_name = setInterpreter)]
pub fn set_interpreter(
    #[wasm_bindgen(unchecked_param_type = "(request: string) => string")] run: JsValue,
) -> Result<(), JsError> {
    let run: Function = run.dyn_into().map_err(|_| JsError::new("an interpreter must be a function"))?;
    ENGINE.set(Engine::new(Rc::new(Foreign(run))));
    Ok(())
}

struct Foreign(Function);

#[derive(Serialize)]
struct Asked<'a> {
    code: &'a str,
    call: &'a Call<'a>,
}

#[derive(Deserialize)]
struct Answered {
    ok: Option<Answer>,
    failed: Option<Failure>,
}

impl Interpreter for Foreign {
    fn run(&self, code: &str, call: &Call<'_>) -> Result<Answer, Failure> {
        let asked = json::write(&Asked { code, call }).map_err(|error| broken(&error.to_string()))?;
        let answer = self.0.call1(&JsValue::NULL, &JsValue::from_str(&asked));
        let answer = answer.ok().and_then(|answer| answer.as_string());
        let answer = answer.ok_or_else(|| broken("it did not answer"))?;
        let read: Answered = json::read(&answer).map_err(|error| broken(&error.to_string()))?;
        match (read.ok, read.failed) {
            (Some(answer), None) => Ok(answer),
            (_, Some(failure)) => Err(failure),
            (None, None) => Err(broken("its answer is none")),
        }
    }
}

fn broken(why: &str) -> Failure {
    let message = format!("the interpreter cannot be used: {why}");
    Failure { kind: FailureKind::Unavailable, message, line: None, column: None, record: None }
}
