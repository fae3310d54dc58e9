//! Programs whose answers are the same on every machine and every target.
//!
//! `corpus.json` has the programs, `corpus.golden` a fingerprint of each answer, as JSON. Here they are compared natively; the
//! module as WebAssembly is compared by `wasm.test.mjs`. `GOLDEN=write cargo test -p splitbrain-script --test corpus` writes the
//! fingerprints anew, and the answers themselves to the target folder, to be looked at.

use std::fmt::Write as _;
use std::{env, fs};

use serde::Deserialize;
use serde_json::Value;
use splitbrain_script::answer;

#[derive(Deserialize)]
struct Entry {
    name: String,
    code: String,
    call: Value,
}

/// FNV-1a of 64 bits: a few lines, in Rust and in JavaScript.
fn fingerprint(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[test]
fn every_answer_is_what_it_was_on_every_other_machine() {
    let corpus: Vec<Entry> =
        serde_json::from_str(include_str!("../corpus.json")).expect("the corpus is JSON");
    let mut golden = String::new();
    let mut answers = String::new();
    for Entry { name, code, call } in corpus {
        let answer = answer(&serde_json::json!({ "code": code, "call": call }).to_string());
        assert!(
            !answer.contains("\"memory\"") && !answer.contains("\"stack\""),
            "{name} is portable: {answer}"
        );
        writeln!(golden, "{:016x} {name}", fingerprint(&answer)).unwrap();
        writeln!(answers, "{name}\n{answer}\n").unwrap();
    }
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus.golden");
    if env::var_os("GOLDEN").is_some() {
        fs::write(path, &golden).unwrap();
        fs::write(concat!(env!("CARGO_TARGET_TMPDIR"), "/answers.txt"), answers).unwrap();
    }
    let expected = fs::read_to_string(path).unwrap();
    for (line, (found, expected)) in golden.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of corpus.golden", line + 1);
    }
    assert_eq!(golden.lines().count(), expected.lines().count());
}
