//! The course's tests in a browser: each passes, and says of itself what it says natively.

use splitbrain::suites::{self, Options, Report};
use wasm_bindgen_test::{console_log, wasm_bindgen_test};

/// What the native engine says of every test on the first seed, a line of JSON each: `cargo labs --json`.
const NATIVE: Option<&str> = option_env!("SPLITBRAIN_LABS");

/// All of lab 2 on one seed, and how long that took, in milliseconds.
fn lab_2(seed: u64) -> (Vec<Report>, f64) {
    let began = js_sys::Date::now();
    let options = Options::default();
    let reports = suites::all().map(|test| test.run(seed, &options).expect("every rule is kept").report);
    let reports = reports.collect();
    (reports, js_sys::Date::now() - began)
}

#[wasm_bindgen_test]
fn every_test_of_lab_2_ends_as_it_does_natively() {
    let native = NATIVE.expect("tools/test-browser.sh runs them natively: run that, or make test");
    let (reports, _) = lab_2(1);
    assert_eq!((reports.len(), native.lines().count()), (28, 28));
    for (report, native) in reports.iter().zip(native.lines()) {
        assert!(report.passed(), "{report:?}");
        assert_eq!(serde_json::to_string(report).expect("a plain value"), native);
    }
}

/// The bound is ten times what it takes, so that a busy machine is not taken for a slow engine.
#[wasm_bindgen_test]
fn all_of_lab_2_takes_a_fraction_of_a_second() {
    lab_2(1);
    let (_, took) = lab_2(2);
    console_log!("lab 2 on one seed took {took} ms");
    assert!(took < 6_000.0, "{took} ms");
}
