//! The course's tests, the stories and the judge of histories, run beside the page's own engine and apart from its first load.
//!
//! Tests and stories end in a script: the run as data, which the page opens like any other. So nothing here draws or steps, and
//! what a test or a story did is seen in the same stage, logs and steps as everything else. Histories are read, judged and written.

#[path = "../../src/engine.rs"]
mod engine;
mod history;
mod run;
mod story;
mod suite;
#[path = "../../src/trap.rs"]
mod trap;

use js_sys::JSON;
use serde::Serialize;
use splitbrain::json;
use wasm_bindgen::{JsError, JsValue};

pub use engine::set_interpreter;
pub use history::History;
pub use story::story;
pub use suite::{run, tests};

/// Hands a value out.
fn give<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, JsError> {
    let text = json::write(value).map_err(|error| JsError::new(&error.to_string()))?;
    JSON::parse(&text).map_err(|_| JsError::new("what came out is not JSON"))
}
