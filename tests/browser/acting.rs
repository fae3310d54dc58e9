//! Every action through the binding: it is done, and what it does is seen in the next frame.

use crate::help::{act, js, led, look, ok, read, refusal, run};
use serde_json::{Value, json};
use splitbrain_web::Playground;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn node(playground: &Playground, node: usize) -> Value {
    look(playground.frame())["nodes"][node].clone()
}

fn links(playground: &Playground) -> Vec<Value> {
    look(playground.frame())["links"].as_array().cloned().unwrap_or_default()
}

#[wasm_bindgen_test]
fn nodes_crash_restart_pause_resume_and_are_wiped() {
    let mut playground = led();
    for (action, status) in
        [("pause", "paused"), ("resume", "up"), ("crash", "down"), ("restart", "up"), ("wipe", "down")]
    {
        act(&mut playground, &format!(r#"{{"do":"{action}","node":1}}"#));
        assert_eq!(node(&playground, 1)["status"], status, "{action}");
    }
    assert!(node(&playground, 1).get("server").is_none());
    assert!(refusal(playground.act(&js(r#"{"do":"crash","node":1}"#))).contains("restart it first"));
}

#[wasm_bindgen_test]
fn nodes_are_slowed_and_their_clocks_and_timers_bent() {
    let mut playground = led();
    act(&mut playground, r#"{"do":"slow","node":1,"by":5000}"#);
    assert_eq!(node(&playground, 1)["slow"], 5000);
    act(&mut playground, r#"{"do":"drift","node":1,"ppm":-200000}"#);
    let leader = look(playground.frame())["leader"].as_u64().unwrap();
    let follower = (0..3).find(|&server| server != leader).unwrap();
    let due = |playground: &Playground| {
        node(playground, follower as usize)["timers"][0]["firesAt"].as_u64().unwrap()
    };
    let before = due(&playground);
    act(
        &mut playground,
        &format!(r#"{{"do":"postpone","node":{follower},"timer":"election","by":1000000}}"#),
    );
    assert_eq!(due(&playground), before + 1_000_000);
    let term = node(&playground, follower as usize)["server"]["term"].as_u64().unwrap();
    act(&mut playground, &format!(r#"{{"do":"fire","node":{follower},"timer":"election"}}"#));
    ok(playground.step());
    let candidate = node(&playground, follower as usize)["server"].clone();
    assert_eq!((candidate["role"].as_str(), candidate["term"].as_u64()), (Some("candidate"), Some(term + 1)));
    assert_eq!(candidate["votes"].as_array().map(Vec::len), Some(3));
    let error = refusal(playground.act(&js(r#"{"do":"fire","node":0,"timer":"tea"}"#)));
    assert!(error.contains("no timer `tea` running"), "{error}");
}

#[wasm_bindgen_test]
fn links_are_cut_held_opened_partitioned_and_healed() {
    let mut playground = led();
    act(&mut playground, r#"{"do":"link","from":0,"to":1,"state":"cut"}"#);
    act(&mut playground, r#"{"do":"link","from":1,"to":2,"state":"hold"}"#);
    assert_eq!(
        links(&playground),
        [json!({"from":0,"to":1,"state":"cut"}), json!({"from":1,"to":2,"state":"hold"})]
    );
    act(&mut playground, r#"{"do":"link","from":0,"to":1,"state":"open"}"#);
    assert_eq!(links(&playground).len(), 1);
    act(&mut playground, r#"{"do":"heal"}"#);
    assert!(links(&playground).is_empty());
    act(&mut playground, r#"{"do":"partition","groups":[[0],[1,2]]}"#);
    assert_eq!(links(&playground).len(), 4);
    act(&mut playground, r#"{"do":"heal"}"#);
    act(&mut playground, r#"{"do":"isolate","node":0}"#);
    assert_eq!(
        links(&playground).len(),
        2 * (look(playground.frame())["nodes"].as_array().unwrap().len() - 1)
    );
    assert!(
        refusal(playground.act(&js(r#"{"do":"partition","groups":[[0],[0,1]]}"#))).contains("two groups")
    );
}

#[wasm_bindgen_test]
fn links_lose_repeat_and_delay_as_they_are_told() {
    let mut playground = led();
    act(
        &mut playground,
        r#"{"do":"quality","from":null,"to":null,"latency":[700000,700000],"loss":1000,"duplication":0,"reordering":0}"#,
    );
    run(&mut playground, 2_500_000);
    let frame = look(playground.frame());
    let flights = frame["flights"].as_array().unwrap();
    assert!(!flights.is_empty() && flights.iter().all(|flight| flight["lost"] == true));
    assert!(
        flights
            .iter()
            .any(|flight| flight["arrivesAt"].as_u64().unwrap()
                == flight["sentAt"].as_u64().unwrap() + 700_000)
    );
    act(&mut playground, r#"{"do":"quality","from":0,"to":null,"loss":0}"#);
    assert!(
        refusal(playground.act(&js(r#"{"do":"quality","from":99,"to":null,"loss":0}"#)))
            .contains("no node 99")
    );
    assert!(
        refusal(playground.act(&js(r#"{"do":"quality","from":null,"to":null,"loss":1001}"#)))
            .contains("1000 per mille")
    );
}

#[wasm_bindgen_test]
fn a_message_in_flight_has_any_fate() {
    let mut playground = led();
    let heartbeat = |playground: &mut Playground| -> Value {
        loop {
            let frame = look(playground.frame());
            let flights = frame["flights"].as_array().unwrap();
            let found =
                flights.iter().find(|flight| !flight["arrivesAt"].is_null() && flight["kind"] == "heartbeat");
            if let Some(found) = found {
                return found.clone();
            }
            ok(playground.step());
        }
    };
    let find = |playground: &Playground, id: &Value| {
        let frame = look(playground.frame());
        frame["flights"].as_array().unwrap().iter().find(|flight| flight["id"] == *id).cloned()
    };
    for fate in [
        r#""hold""#,
        r#""release""#,
        r#""corrupt""#,
        r#""duplicate""#,
        r#"{"delay":90000}"#,
        r#""deliver""#,
        r#""drop""#,
    ] {
        let mut flight = heartbeat(&mut playground);
        if fate.contains("release") {
            act(&mut playground, &format!(r#"{{"do":"flight","flight":{},"fate":"hold"}}"#, flight["id"]));
            flight = find(&playground, &flight["id"]).unwrap();
            assert!(flight["arrivesAt"].is_null());
        }
        let before = look(playground.frame())["flights"].as_array().unwrap().len();
        act(&mut playground, &format!(r#"{{"do":"flight","flight":{},"fate":{fate}}}"#, flight["id"]));
        let after = look(playground.frame())["flights"].as_array().unwrap().len();
        let now = find(&playground, &flight["id"]);
        match fate {
            r#""drop""# => assert!(now.is_none()),
            r#""duplicate""# => assert_eq!(after, before + 1),
            r#""corrupt""# => assert!(now.unwrap()["text"].as_str().unwrap().ends_with("(damaged)")),
            r#""hold""# => assert!(now.unwrap()["arrivesAt"].is_null()),
            r#""release""# => assert!(now.unwrap()["arrivesAt"].is_number()),
            r#""deliver""# => assert_eq!(now.unwrap()["arrivesAt"], look(playground.frame())["moment"]["at"]),
            _ => assert_eq!(
                now.unwrap()["arrivesAt"].as_u64().unwrap(),
                flight["arrivesAt"].as_u64().unwrap() + 90_000
            ),
        }
    }
    let error = refusal(playground.act(&js(r#"{"do":"flight","flight":999999,"fate":"drop"}"#)));
    assert!(error.contains("no message 999999"), "{error}");
}

#[wasm_bindgen_test]
fn disks_are_slowed_stalled_and_go_on() {
    let mut playground = led();
    act(&mut playground, r#"{"do":"disk","node":1,"latency":[400000,400000]}"#);
    act(&mut playground, r#"{"do":"put","client":3,"key":"x","value":"1"}"#);
    let written = |playground: &mut Playground| loop {
        let write = node(playground, 1)["writes"][0].clone();
        if write.is_object() {
            return write;
        }
        ok(playground.step());
    };
    let write = written(&mut playground);
    assert_eq!(write["doneAt"].as_u64().unwrap(), write["startedAt"].as_u64().unwrap() + 400_000);
    act(&mut playground, r#"{"do":"stall","node":1}"#);
    assert!(node(&playground, 1)["writes"][0]["doneAt"].is_null());
    act(&mut playground, r#"{"do":"unstall","node":1}"#);
    assert!(node(&playground, 1)["writes"][0]["doneAt"].is_number());
}

#[wasm_bindgen_test]
fn clients_get_what_was_put_and_appended() {
    let mut playground = led();
    act(&mut playground, r#"{"do":"put","client":3,"key":"x","value":"1"}"#);
    act(&mut playground, r#"{"do":"append","client":3,"key":"x","value":"2"}"#);
    act(&mut playground, r#"{"do":"get","client":3,"key":"x"}"#);
    assert_eq!(node(&playground, 3)["client"]["pending"]["text"], "put x 1");
    assert_eq!(node(&playground, 3)["client"]["queued"], 2);
    run(&mut playground, 4_000_000);
    let ways: Vec<Value> = read(playground.operations(&JsValue::from(5)));
    let told: Vec<(&str, &str)> = ways
        .iter()
        .map(|way| (way["text"].as_str().unwrap(), way["returned"]["reply"].as_str().unwrap()))
        .collect();
    assert_eq!(told, [("get x", "12"), ("append x 2", "done"), ("put x 1", "done")]);
    assert_eq!(read::<Vec<Value>>(playground.operations(&JsValue::from(1))), ways[..1]);
    let frame = look(playground.frame());
    let leader = &frame["nodes"][frame["leader"].as_u64().unwrap() as usize]["server"];
    assert_eq!((&leader["store"], &leader["storeSize"]), (&json!([["x", "12"]]), &json!(1)));
    assert_eq!(leader["sessions"], json!([{ "client": 3, "number": 3, "reply": "12" }]));
    let rows: Vec<Value> = read(playground.logs(&JsValue::from(2), &JsValue::from(1)));
    assert_eq!(rows.len(), 3);
    assert!(
        rows.iter().all(|row| row["lastIndex"] == 3 && row["durableIndex"] == 3 && row["commitIndex"] == 3)
    );
    assert_eq!(
        rows[0]["entries"],
        json!([{ "index": 2, "term": leader["term"], "text": "append x 2", "client": 3, "number": 2 }])
    );
    let Value::Object(way) = &ways[0] else { panic!("{ways:?}") };
    let fields: Vec<&str> = way.keys().map(String::as_str).collect();
    let every = [
        "answers",
        "applied",
        "attempts",
        "called",
        "client",
        "committed",
        "life",
        "logged",
        "number",
        "returned",
        "text",
    ];
    assert_eq!(fields, every);
    let counts = ["logged", "applied"].map(|stations| way[stations].as_array().unwrap().len());
    assert_eq!(
        (counts, &way["logged"][0]["index"], &way["client"], &way["life"]),
        ([3, 3], &json!(3), &json!(3), &json!(1))
    );
    assert!(refusal(playground.act(&js(r#"{"do":"get","client":0,"key":"x"}"#))).contains("not a client"));
}

#[wasm_bindgen_test]
fn a_load_runs_until_it_is_quiet_and_a_reseed_changes_the_future() {
    let mut playground = led();
    act(&mut playground, r#"{"do":"load","client":3,"every":20000,"keys":5,"writes":500}"#);
    let load = json!({ "every": 20000, "keys": 5, "writes": 500, "hot": 0, "cas": 0, "deletes": 0 });
    assert_eq!(node(&playground, 3)["client"]["load"], load);
    run(&mut playground, 4_000_000);
    assert!(node(&playground, 3)["client"]["next"].as_u64().unwrap() > 10);
    act(&mut playground, r#"{"do":"quiet","client":3}"#);
    assert!(node(&playground, 3)["client"]["load"].is_null());
    let moment = look(playground.frame())["moment"].clone();
    act(&mut playground, r#"{"do":"reseed","seed":99}"#);
    run(&mut playground, 6_000_000);
    let one = playground.fingerprint();
    crate::help::seek(&mut playground, moment["at"].as_u64().unwrap(), moment["step"].as_u64().unwrap());
    act(&mut playground, r#"{"do":"reseed","seed":100}"#);
    run(&mut playground, 6_000_000);
    assert_ne!(playground.fingerprint(), one);
}
