//! Opening, stepping, running, seeking: the same moment is the same moment however one comes to it.

use crate::help::{act, js, led, look, ok, read, refusal, run, seek, small};
use serde_json::Value;
use splitbrain_web::{Playground, fresh_seed};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn the_default_config_opens_and_soon_has_a_leader() {
    let config = ok(Playground::default_config());
    let mut playground = ok(Playground::open(&config));
    assert_eq!(look(playground.config()), look(Ok(config)));
    run(&mut playground, 3_000_000);
    let frame = look(playground.frame());
    let leader = frame["leader"].as_u64().expect("a leader");
    assert_eq!(frame["nodes"][leader as usize]["server"]["role"], "leader");
    assert_eq!(frame["verdict"]["broken"], 0);
    assert!(frame["headline"].as_str().is_some_and(|text| text.ends_with('.')));
}

#[wasm_bindgen_test]
fn a_step_back_undoes_exactly_one_step() {
    let mut playground = led();
    let before = (look(playground.frame())["moment"]["step"].clone(), playground.fingerprint());
    ok(playground.step());
    let there = (look(playground.frame()), playground.fingerprint());
    ok(playground.step());
    ok(playground.step_back());
    assert_eq!(look(playground.frame())["nodes"], there.0["nodes"]);
    assert_eq!(playground.fingerprint(), there.1);
    ok(playground.step_back());
    assert_eq!((look(playground.frame())["moment"]["step"].clone(), playground.fingerprint()), before);
}

#[wasm_bindgen_test]
fn at_the_beginning_there_is_nothing_to_step_back_to() {
    let mut playground = small();
    for _ in 0..3 {
        assert_eq!(look(playground.step_back()), serde_json::json!({ "at": 0, "step": 0, "branch": 0 }));
    }
}

#[wasm_bindgen_test]
fn where_nothing_will_ever_happen_a_step_does_nothing_and_takes_no_time() {
    let mut playground = ok(Playground::open(&js(r#"{"servers":1,"clients":0,"workers":0}"#)));
    act(&mut playground, r#"{"do":"crash","node":0}"#);
    run(&mut playground, 10_000_000);
    let before = look(playground.frame())["moment"].clone();
    assert_eq!(look(playground.step()), before);
}

#[wasm_bindgen_test]
fn no_budget_still_makes_progress_and_says_how_far_it_came() {
    let mut playground = small();
    let (mut calls, mut last) = (0, 0);
    loop {
        let progress = look(playground.run_until(&JsValue::from(5_000_000), &JsValue::from(0)));
        let gone = progress["thousandths"].as_u64().expect("a number");
        assert!((0..=1_000).contains(&gone) && gone >= last, "{last} then {gone}");
        last = gone;
        calls += 1;
        if progress["done"] == true {
            break;
        }
    }
    assert!(calls > 3 && last == 1_000, "{calls} calls");
    let mut whole = small();
    run(&mut whole, 5_000_000);
    assert_eq!(whole.fingerprint(), playground.fingerprint());
}

#[wasm_bindgen_test]
fn any_moment_can_be_sought_and_is_the_moment_it_was() {
    let mut playground = small();
    let mut moments = Vec::new();
    for at in (0..20).map(|n| n * 500_000) {
        run(&mut playground, at);
        let step = look(playground.frame())["moment"]["step"].as_u64().expect("a step");
        moments.push((at, step, playground.fingerprint()));
    }
    for (at, step, fingerprint) in moments.iter().rev().chain(&moments) {
        seek(&mut playground, *at, *step);
        assert_eq!(&playground.fingerprint(), fingerprint, "at {at}");
    }
}

#[wasm_bindgen_test]
fn acting_in_the_past_starts_a_branch_and_loses_none() {
    let mut playground = led();
    let end = playground.fingerprint();
    seek(&mut playground, 1_000_000, 40);
    let leader = 0;
    act(&mut playground, &format!(r#"{{"do":"crash","node":{leader}}}"#));
    run(&mut playground, 3_000_000);
    let branches = look(playground.branches());
    let branches = branches.as_array().expect("a list");
    assert_eq!(branches.len(), 2);
    assert_eq!((&branches[1]["parent"], &branches[1]["current"]), (&Value::from(0), &Value::from(true)));
    assert!(branches[1]["label"].as_str().is_some_and(|label| label.contains("S1")), "{branches:?}");
    ok(playground.switch_branch(&JsValue::from(0)));
    let (at, step) = (&branches[0]["end"]["at"], &branches[0]["end"]["step"]);
    seek(&mut playground, at.as_u64().unwrap(), step.as_u64().unwrap());
    assert_eq!(playground.fingerprint(), end);
    assert!(refusal(playground.switch_branch(&JsValue::from(2))).contains("no branch 2"));
}

#[wasm_bindgen_test]
fn steps_are_told_newest_last_and_lead_back_to_their_causes() {
    let playground = led();
    let step = look(playground.frame())["moment"]["step"].as_u64().expect("a step");
    let told: Vec<Value> =
        read(playground.steps_since(&JsValue::from((step - 10) as f64), &JsValue::from(500)));
    let numbers: Vec<u64> = told.iter().map(|step| step["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (step - 9..=step).collect::<Vec<_>>());
    let few: Vec<Value> = read(playground.steps_since(&JsValue::from(0), &JsValue::from(4)));
    assert_eq!(few, told[6..]);
    assert!(told.iter().all(|step| step["text"].as_str().is_some_and(|text| text.ends_with('.'))));

    let why: Vec<Value> = read(playground.why(&JsValue::from(step as f64)));
    assert_eq!(why[0]["number"].as_u64(), Some(step));
    assert!(why.len() > 1 && why.windows(2).all(|pair| pair[0]["cause"] == pair[1]["number"]));
    assert!(refusal(playground.why(&JsValue::from(0))).contains("no step 0"));
}

#[wasm_bindgen_test]
fn marks_only_grow_and_name_elections_and_leaders() {
    let mut playground = small();
    let mut known: Vec<Value> = Vec::new();
    for at in 1..20 {
        run(&mut playground, at * 100_000);
        let new: Vec<Value> = read(playground.marks(&JsValue::from(known.len() as u32)));
        known.extend(new);
    }
    act(&mut playground, r#"{"do":"heal"}"#);
    let all: Vec<Value> = read(playground.marks(&JsValue::from(0)));
    assert_eq!(all[..known.len()], known);
    let kinds: Vec<&str> = all.iter().filter_map(|mark| mark["kind"].as_str()).collect();
    assert!(kinds.contains(&"election") && kinds.contains(&"leader"), "{kinds:?}");
    assert_eq!(kinds.last(), Some(&"fault"));
    let none: Vec<Value> = read(playground.marks(&JsValue::from(1e15)));
    assert_eq!(none, Vec::<Value>::new());
}

#[wasm_bindgen_test]
fn checks_and_rules_are_all_there_with_a_sentence_each() {
    let mut playground = led();
    let checks: Vec<Value> = read(playground.checks());
    assert!(
        checks.len() >= 10
            && checks.iter().all(|check| check["holds"] == true && check["violation"].is_null())
    );
    let rules: Vec<Value> = read(playground.rules());
    assert!(
        rules
            .iter()
            .all(|rule| rule["on"] == true && rule["sentence"].as_str().is_some_and(|text| !text.is_empty()))
    );
    for protocol in ["raft", "kv", "mapreduce"] {
        assert!(rules.iter().any(|rule| rule["protocol"] == protocol), "{protocol}");
    }
    let name = rules[0]["name"].as_str().unwrap();
    act(&mut playground, &format!(r#"{{"do":"rule","rule":"{name}","on":false}}"#));
    assert_eq!(look(playground.frame())["rulesOff"], serde_json::json!([name]));
    assert_eq!(look(playground.rules())[0]["on"], false);
}

#[wasm_bindgen_test]
fn a_fresh_seed_is_one_that_json_can_hold() {
    let seeds = [(); 50].map(|()| ok(fresh_seed()));
    assert!(seeds.iter().all(|seed| (0.0..9_007_199_254_740_992.0).contains(seed) && seed.trunc() == *seed));
    assert!(seeds.windows(2).any(|pair| pair[0] != pair[1]));
}

#[wasm_bindgen_test]
#[should_panic(expected = "a test asked for it")]
fn a_trap_can_be_provoked() {
    small().provoke_trap();
}
