//! MapReduce through the binding: a job over given texts, its output, and texts that a script names by hash alone.

use crate::help::{js, led, look, ok, refusal, run, seek};
use serde_json::{Value, json};
use splitbrain_web::Playground;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

fn input(bundled: bool) -> String {
    json!({
        "app": "word-count",
        "reduceTasks": 2,
        "inputs": [
            { "name": "one", "text": "the whale, the sea", "bundled": bundled },
            { "name": "two", "text": "the ship" },
        ],
    })
    .to_string()
}

fn finished(bundled: bool) -> Playground {
    let mut playground = led();
    assert!(look(playground.frame())["job"].is_null() && ok(playground.job_output()).is_undefined());
    ok(playground.submit(&js(&input(bundled))));
    run(&mut playground, 20_000_000);
    playground
}

#[wasm_bindgen_test]
fn a_job_runs_to_its_end_and_its_output_can_be_read() {
    let playground = finished(false);
    let job = look(playground.frame())["job"].clone();
    assert_eq!(
        (&job["phase"], &job["app"], &job["equal"]),
        (&json!("done"), &json!("word-count"), &json!(true))
    );
    assert_eq!(job["maps"][1]["input"], "two");
    assert!(
        job["maps"]
            .as_array()
            .unwrap()
            .iter()
            .all(|task| task["state"] == "done" && task["worker"].is_number())
    );
    let output = look(playground.job_output());
    assert_eq!((&output["equal"], &output["lines"]), (&json!(true), &json!(4)));
    let names: Vec<&str> =
        output["files"].as_array().unwrap().iter().filter_map(|file| file["name"].as_str()).collect();
    assert_eq!(names, ["mr-out-0", "mr-out-1"]);
    let mut lines: Vec<String> = output["files"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|file| file["text"].as_str().unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    lines.sort();
    assert_eq!(lines, ["sea 1", "ship 1", "the 3", "whale 1"]);
}

#[wasm_bindgen_test]
fn bundled_texts_are_named_by_hash_and_found_again_by_content() {
    let playground = finished(true);
    let script: Value = serde_json::from_str(&ok(playground.script())).unwrap();
    let inputs = &script["acts"][0]["act"]["job"]["inputs"];
    assert!(inputs[0].get("text").is_none() && inputs[0]["hash"].is_string());
    assert_eq!(inputs[1]["text"], "the ship");

    let text = JsValue::from(script.to_string());
    let error = refusal(Playground::from_script(&text, &js(r#"[{"name":"one","text":"another text"}]"#)));
    assert!(error.contains("`one`"), "{error}");
    let mut other = ok(Playground::from_script(
        &text,
        &js(r#"[{"name":"by another name","text":"the whale, the sea"}]"#),
    ));
    seek(&mut other, script["saved"]["at"].as_u64().unwrap(), script["saved"]["step"].as_u64().unwrap());
    assert_eq!(other.fingerprint(), playground.fingerprint());
    assert_eq!(look(other.job_output()), look(playground.job_output()));
    assert_eq!(serde_json::from_str::<Value>(&ok(other.script())).unwrap(), script);
}

#[wasm_bindgen_test]
fn a_job_that_cannot_be_run_is_refused() {
    let mut playground = led();
    for (job, reason) in [
        (json!({ "app": "word-count", "reduceTasks": 1, "inputs": [] }), "no inputs"),
        (
            json!({ "app": "word-count", "reduceTasks": 0, "inputs": [{ "name": "a", "text": "" }] }),
            "no reduce tasks",
        ),
        (
            json!({ "app": "word-count", "reduceTasks": 1001, "inputs": [{ "name": "a", "text": "" }] }),
            "1000 is the most",
        ),
        (
            json!({ "app": "word-count", "reduceTasks": 4e9, "inputs": [{ "name": "a", "text": "" }] }),
            "4000000000",
        ),
        (
            json!({ "app": "word-count", "reduceTasks": 1, "inputs": [{ "name": "a\nb", "text": "" }] }),
            "breaks a line",
        ),
        (
            json!({ "app": "word-count", "reduceTasks": 1, "inputs": [{ "name": "a" }] }),
            "missing field `text`",
        ),
        (
            json!({ "app": "poem", "reduceTasks": 1, "inputs": [{ "name": "a", "text": "" }] }),
            "unknown variant `poem`",
        ),
        (json!([]), "this is not a job"),
        (json!(null), "this is not a job"),
    ] {
        let error = refusal(playground.submit(&js(&job.to_string())));
        assert!(error.contains(reason), "{job}: {error}");
    }
    let mut none = ok(Playground::open(&js(r#"{"workers":0}"#)));
    assert!(refusal(none.submit(&js(&input(false)))).contains("no workers"));
    ok(playground.submit(&js(&input(false))));
}
