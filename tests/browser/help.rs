//! What every test of the binding needs: foreign values in, plain values out.

use serde::de::DeserializeOwned;
use splitbrain_web::Playground;
use wasm_bindgen::{JsCast, JsError, JsValue};

/// A foreign value, written as JSON.
pub(crate) fn js(json: &str) -> JsValue {
    js_sys::JSON::parse(json).expect("the test's own JSON")
}

/// What came out, read back.
pub(crate) fn read<T: DeserializeOwned>(answer: Result<JsValue, JsError>) -> T {
    let value = ok(answer);
    let text = js_sys::JSON::stringify(&value).expect("a plain object");
    serde_json::from_str(&String::from(text)).expect("what the test looks for")
}

/// What came out, as JSON.
pub(crate) fn look(answer: Result<JsValue, JsError>) -> serde_json::Value {
    read(answer)
}

/// What came out, which is no mistake.
pub(crate) fn ok<T>(answer: Result<T, JsError>) -> T {
    answer.unwrap_or_else(|error| panic!("{}", message(error)))
}

/// The sentence of a mistake. It is an `Error`, and has a sentence.
pub(crate) fn refusal<T>(answer: Result<T, JsError>) -> String {
    match answer {
        Ok(_) => panic!("this should have been refused"),
        Err(error) => message(error),
    }
}

fn message(error: JsError) -> String {
    let error: JsValue = error.into();
    let error: js_sys::Error = error.dyn_into().expect("an Error");
    String::from(error.message())
}

/// Three servers, one client and two workers.
pub(crate) fn small() -> Playground {
    ok(Playground::open(&js(r#"{"servers":3,"clients":1,"workers":2,"seed":7}"#)))
}

/// The same once somebody leads.
pub(crate) fn led() -> Playground {
    let mut playground = small();
    run(&mut playground, 2_000_000);
    assert!(look(playground.frame())["leader"].is_number());
    playground
}

/// Runs until a time, however long it takes.
pub(crate) fn run(playground: &mut Playground, at: u64) {
    while look(playground.run_until(&JsValue::from(at as f64), &JsValue::from(1_000)))["done"] != true {}
}

/// Seeks, however long it takes.
pub(crate) fn seek(playground: &mut Playground, at: u64, step: u64) {
    let (at, step) = (JsValue::from(at as f64), JsValue::from(step as f64));
    while look(playground.seek(&at, &step, &JsValue::from(1_000)))["done"] != true {}
}

/// Does something, written as JSON.
pub(crate) fn act(playground: &mut Playground, json: &str) -> serde_json::Value {
    look(playground.act(&js(json)))
}
