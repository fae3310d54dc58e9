//! The course's tests in a browser: each passes, and says of itself what it says natively.

use splitbrain::suites::{self, Options, Report};
use wasm_bindgen_test::wasm_bindgen_test;

/// What the native engine says of every test of labs 2 and 3 on the first seed, a line of JSON each: `cargo labs --json`.
const NATIVE: Option<&str> = option_env!("SPLITBRAIN_LABS");

#[wasm_bindgen_test]
fn every_test_of_the_course_ends_as_it_does_natively() {
    let native = NATIVE.expect("tools/test-browser.sh runs them natively: run that, or make test");
    // Lab 1 reads a book, which the page hands over: its tests run there.
    let tests = suites::all().filter(|test| test.suite != "1");
    let reports = tests.map(|test| test.run(1, &Options::default()).expect("every rule is kept").report);
    let reports: Vec<Report> = reports.collect();
    assert_eq!((reports.len(), native.lines().count()), (53, 53));
    for (report, native) in reports.iter().zip(native.lines()) {
        assert!(report.passed(), "{report:?}");
        assert_eq!(serde_json::to_string(report).expect("a plain value"), native);
    }
}
