//! One promise on two targets: the same seed gives the same steps, natively and in the browser.

use splitbrain_tests::swarm::fingerprint;
use wasm_bindgen_test::wasm_bindgen_test;

/// What the native engine says of the same seeds: a line each, the seed and its fingerprint. `make test` computes it with
/// the same source and compiles it in.
const NATIVE: Option<&str> = option_env!("SPLITBRAIN_FINGERPRINTS");

/// How long each run is, in simulated seconds. `tools/test-browser.sh` asks for the same.
const SECONDS: u32 = 10;

#[wasm_bindgen_test]
fn a_hundred_runs_under_faults_are_what_they_are_natively() {
    let native =
        NATIVE.expect("tools/test-browser.sh computes the native fingerprints: run that, or make test");
    let mut seeds = 0;
    for line in native.lines() {
        let (seed, expected) = line.split_once(' ').expect("a seed and its fingerprint");
        let here = fingerprint(seed.parse().expect("a seed"), SECONDS);
        assert_eq!(format!("{here:016x}"), expected, "seed {seed}");
        seeds += 1;
    }
    assert_eq!(seeds, 100);
}
