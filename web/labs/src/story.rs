//! A story: a scenario that was run, with what is said at each of its beats and when.

use crate::give;
use serde::Serialize;
use splitbrain::lab::scenario::Scenario;
use splitbrain::timeline::Moment;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What is said at one moment of a story. */
export interface Beat {
    at: number;
    step: number;
    text: string;
}

/** A scenario that was run to its end. */
export interface Story {
    title: string;
    /** Where in the papers its claim stands. */
    paper: string;
    beats: Beat[];
    end: { at: number; step: number };
    /** The run, as a `Playground` opens it. */
    script: string;
}
"#;

#[derive(Serialize)]
struct Beat {
    at: u64,
    step: u64,
    text: String,
}

#[derive(Serialize)]
struct End {
    at: u64,
    step: u64,
}

#[derive(Serialize)]
struct Story {
    title: String,
    paper: String,
    beats: Vec<Beat>,
    end: End,
    script: String,
}

/// Reads a scenario and runs it.
///
/// # Errors
/// If the text is no scenario, or does not go as it says: with the line, and what is wrong there.
#[wasm_bindgen(unchecked_return_type = "Story")]
pub fn story(text: &str) -> Result<JsValue, JsError> {
    let scenario = Scenario::parse(text).map_err(|error| JsError::new(&error.to_string()))?;
    let telling = scenario.run().map_err(|failure| JsError::new(&failure.to_string()))?;
    let script = telling.timeline.script().to_json().map_err(|error| JsError::new(&error.0))?;
    let Moment { at, step, .. } = telling.timeline.now();
    let beat = |(moment, text): (Moment, String)| Beat { at: moment.at.0, step: moment.step, text };
    give(&Story {
        title: scenario.title,
        paper: scenario.paper,
        beats: telling.said.into_iter().map(beat).collect(),
        end: End { at: at.0, step },
        script,
    })
}
