//! The course's tests: which there are, and one of them on a seed.

use crate::give;
use serde::Serialize;
use splitbrain::suites::{self, Figures, Options, Report};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What the course's tester prints behind a test. */
export interface Figures {
    /** How long it took, in microseconds: virtual here, real in the handout. */
    took: number;
    /** Requests sent. */
    rpcs: number;
    /** Their size and that of the replies, each in its own project's encoding; null in lab 1 and in the handout of lab 3. */
    bytes: number | null;
    /** Commands committed; in lab 3 operations of clients that returned, in lab 1 tasks completed. */
    commits: number;
}

/** A test of the course. */
export interface LabTest {
    /** The lab or the part of one: 1, 2A to 2D, 3A and 3B. */
    suite: string;
    /** What the course prints before it runs. */
    name: string;
    /** Its function in the course's code. One function of lab 3 is three tests. */
    function: string;
    /** What the handout prints behind it; null if its year did not have the test. */
    handout: Figures | null;
}

/** Why a test did not pass, and where it was seen. */
export interface LabFailure {
    why: string;
    at: number;
    step: number;
    /** Whether a correct Raft may fail so too. */
    unlucky: boolean;
}

/** What is said of a test on a seed. */
export interface LabReport {
    name: string;
    suite: string;
    seed: number;
    verdict: { kind: "passed" } | { kind: "failed" | "unlucky"; failure: LabFailure };
    figures: Figures;
    handout: Figures | null;
    steps: number;
}

/** A test that was run: what is said of it, and the run as a script that a `Playground` opens. */
export interface LabOutcome {
    report: LabReport;
    script: string;
}
"#;

#[derive(Serialize)]
struct Known {
    suite: &'static str,
    name: &'static str,
    function: &'static str,
    handout: Option<Figures>,
}

#[derive(Serialize)]
struct Ran {
    report: Report,
    script: String,
}

/// Every test, in the course's order.
///
/// # Errors
/// None that a caller could cause.
#[wasm_bindgen(unchecked_return_type = "LabTest[]")]
pub fn tests() -> Result<JsValue, JsError> {
    let known = |test: &'static suites::Test| Known {
        suite: test.suite,
        name: test.name,
        function: test.function,
        handout: test.handout,
    };
    give(&suites::all().map(known).collect::<Vec<_>>())
}

/// Runs the test of that name on a seed, with some rules switched off. Lab 1 reads the chapters of a book; the others do without.
///
/// # Errors
/// If there is no such test or no such rule, if a test of lab 1 has nothing to read, or the seed is no whole number from 0 to 2^53 - 1.
#[wasm_bindgen(unchecked_return_type = "LabOutcome")]
pub fn run(name: &str, seed: f64, without: Vec<String>, chapters: Vec<String>) -> Result<JsValue, JsError> {
    const SAFE: f64 = 9_007_199_254_740_991.0;
    if !(0.0..=SAFE).contains(&seed) || seed.trunc() != seed {
        return Err(JsError::new("a seed is a whole number from 0 to 2^53 - 1"));
    }
    let test = suites::all()
        .find(|test| test.name == name)
        .ok_or_else(|| JsError::new(&format!("there is no test called {name}")))?;
    let options = Options { without, chapters, ..Options::default() };
    let outcome = test.run(seed as u64, &options).map_err(|why| JsError::new(&why))?;
    let script = outcome.script.to_json().map_err(|error| JsError::new(&error.0))?;
    give(&Ran { report: outcome.report, script })
}
