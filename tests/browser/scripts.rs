//! Runs as JSON: out and in again they are the same run, and what is no run is refused with a reason.

use crate::help::{act, js, led, look, ok, refusal, run, seek};
use serde_json::{Value, json};
use splitbrain_web::Playground;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn open(json: &str) -> Result<Playground, wasm_bindgen::JsError> {
    Playground::from_script(&JsValue::from(json), &js("[]"))
}

fn saved() -> Value {
    let mut playground = led();
    act(&mut playground, r#"{"do":"put","client":3,"key":"x","value":"1"}"#);
    run(&mut playground, 3_000_000);
    serde_json::from_str(&ok(playground.script())).expect("JSON")
}

/// The script with one thing changed.
fn changed(path: &str, value: Value) -> String {
    let mut script = saved();
    *script.pointer_mut(path).expect("a field of the script") = value;
    script.to_string()
}

#[wasm_bindgen_test]
fn a_script_opens_the_same_run_at_the_same_moment() {
    let mut playground = led();
    act(&mut playground, r#"{"do":"crash","node":0}"#);
    act(&mut playground, r#"{"do":"put","client":3,"key":"__proto__","value":""}"#);
    run(&mut playground, 3_000_000);
    act(&mut playground, r#"{"do":"restart","node":0}"#);
    run(&mut playground, 3_500_000);
    let script = ok(playground.script());
    let mut other = ok(open(&script));
    assert_eq!(look(other.frame())["moment"]["step"], 0);
    let read: Value = serde_json::from_str(&script).unwrap();
    seek(&mut other, read["saved"]["at"].as_u64().unwrap(), read["saved"]["step"].as_u64().unwrap());
    assert_eq!(other.fingerprint(), playground.fingerprint());
    assert_eq!(read["fingerprint"], playground.fingerprint());
    assert_eq!(look(other.frame()), look(playground.frame()));
    assert_eq!(ok(other.script()), script);
}

#[wasm_bindgen_test]
fn what_is_no_script_is_refused_with_a_reason() {
    for (json, reason) in [
        (String::new(), "not a Splitbrain run"),
        ("{".into(), "not a Splitbrain run"),
        ("[]".into(), "not a Splitbrain run"),
        ("{}".into(), "no field `splitbrain`"),
        (r#"{"splitbrain":2}"#.into(), "format 2"),
        (r#"{"splitbrain":1}"#.into(), "missing field `config`"),
        (r#"{"splitbrain":1,"config":{},"config":{}}"#.into(), "duplicate field `config`"),
        (r#"{"splitbrain":1,"config":{},"more":1}"#.into(), "unknown field `more`"),
        (r#"{"splitbrain":1,"config":{"servers":0}}"#.into(), "0 servers"),
        (r#"{"splitbrain":1,"config":{"servers":65535}}"#.into(), "65535 servers"),
        ("[".repeat(100_000), "not a Splitbrain run"),
        (format!(r#"{{"splitbrain":1,"more":{}"#, "[".repeat(100_000)), "not a Splitbrain run"),
        (changed("/acts/0/at", json!(1e300)), "not a Splitbrain run"),
        (changed("/acts/0/at", json!(-1)), "not a Splitbrain run"),
        (changed("/acts/0/act/do", json!("explode")), "there is no act `explode`"),
        (changed("/acts/0/act/client", json!(70_000)), "70000"),
        (changed("/saved/at", json!(u64::MAX)), "at most"),
        (changed("/fingerprint", json!("xyz")), "16 hexadecimal digits"),
        (changed("/config/seed", json!(u64::MAX)), "seed"),
        (changed("/config/without", json!(["gravity"])), "no rule `gravity`"),
    ] {
        let error = refusal(open(&json));
        assert!(error.contains(reason), "{}: {error}", &json[..json.len().min(80)]);
    }
    let script = saved().to_string();
    for len in (0..script.len()).step_by(7) {
        refusal(open(&script[..len]));
    }
}

#[wasm_bindgen_test]
fn acts_out_of_order_are_refused_and_absurd_ones_do_nothing() {
    let mut script = saved();
    let act = script["acts"][0].clone();
    script["acts"] = json!([act, { "at": 5, "after": 1, "act": { "do": "heal" } }]);
    assert!(refusal(open(&script.to_string())).contains("in order of time"));

    let mut quiet = ok(open(&format!(r#"{{"splitbrain":1,"config":{}}}"#, saved()["config"])));
    run(&mut quiet, 1_000_000);
    let step = look(quiet.frame())["moment"]["step"].clone();
    run(&mut quiet, 3_000_000);
    let absurd = [
        json!({ "do": "crash", "node": 999 }),
        json!({ "do": "flight", "flight": u64::MAX, "fate": { "delay": u64::MAX } }),
        json!({ "do": "slow", "node": 0, "by": u64::MAX }),
        json!({ "do": "drift", "node": 0, "ppm": i32::MIN }),
        json!({ "do": "link", "from": 0, "to": 999, "state": "cut" }),
        json!({ "do": "quality", "from": null, "to": null, "latency": [u64::MAX, 0], "loss": u32::MAX }),
        json!({ "do": "partition", "groups": [[0, 0], [999]] }),
        json!({ "do": "disk", "node": 0, "latency": [0, u64::MAX] }),
        json!({ "do": "put", "client": 3, "key": "", "value": "" }),
        json!({ "do": "get", "client": 3, "key": "k".repeat(2000) }),
        json!({ "do": "load", "client": 3, "every": 0, "keys": 0, "writes": u32::MAX }),
        json!({ "do": "rule", "rule": "gravity", "on": false }),
        json!({ "do": "submit", "job": { "app": "word-count", "reduce_tasks": u32::MAX, "inputs": [] } }),
        json!({ "do": "postpone", "node": 0, "timer": "election", "by": u64::MAX }),
    ];
    let acts: Vec<Value> =
        absurd.iter().map(|act| json!({ "at": 1_000_000, "after": step, "act": act })).collect();
    let script = json!({ "splitbrain": 1, "config": saved()["config"], "acts": acts });
    let mut playground = ok(open(&script.to_string()));
    run(&mut playground, 3_000_000);
    assert_eq!(playground.fingerprint(), quiet.fingerprint());
    ok(playground.step());
}

#[wasm_bindgen_test]
fn a_script_that_is_no_string_is_refused() {
    for json in [JsValue::UNDEFINED, JsValue::NULL, JsValue::from(1), js("{}"), JsValue::from(true)] {
        assert!(refusal(Playground::from_script(&json, &js("[]"))).contains("must be a string"));
    }
    for texts in ["1", "[1]", "{}", r#"[{"name":"x"}]"#] {
        refusal(Playground::from_script(&JsValue::from(saved().to_string()), &js(texts)));
    }
    let huge = "x".repeat(33 << 20);
    assert!(refusal(open(&huge)).contains("at most 32 MB"));
}

#[wasm_bindgen_test]
fn a_replay_that_differs_is_still_a_run() {
    let script = changed("/fingerprint", json!("0000000000000000"));
    let mut playground = ok(open(&script));
    run(&mut playground, 4_000_000);
    assert_eq!(look(playground.frame())["verdict"]["broken"], 0);
}
