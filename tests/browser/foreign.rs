//! Whatever JavaScript passes: a sentence or the right thing, never a trap, and the instance is as it was.

use crate::help::{act, js, led, look, ok, refusal, run};
use serde_json::{Value, json};
use splitbrain_web::Playground;
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_test::wasm_bindgen_test;

/// What is no number of anything.
fn strange() -> Vec<JsValue> {
    let array = js_sys::Array::new_with_length(100_000);
    vec![
        JsValue::UNDEFINED,
        JsValue::NULL,
        JsValue::from(f64::NAN),
        JsValue::from(f64::INFINITY),
        JsValue::from(-1),
        JsValue::from(0.5),
        JsValue::from(1e300),
        JsValue::from(9_007_199_254_740_992.0),
        JsValue::from("7"),
        JsValue::from(true),
        JsValue::bigint_from_str("7"),
        JsValue::symbol(Some("seven")),
        js("{}"),
        js("[7]"),
        array.into(),
        cyclic(),
        nested(200_000),
        throwing(),
        Closure::<dyn Fn()>::new(|| {}).into_js_value(),
    ]
}

fn cyclic() -> JsValue {
    let object = js_sys::Object::new();
    js_sys::Reflect::set(&object, &"self".into(), &object).unwrap();
    object.into()
}

fn nested(levels: u32) -> JsValue {
    let mut value = js("[]");
    for _ in 0..levels {
        value = js_sys::Array::of1(&value).into();
    }
    value
}

/// An object whose every property throws, as a getter of a page may.
fn throwing() -> JsValue {
    let handler = js_sys::Object::new();
    let throw = js_sys::Function::new_no_args("throw new TypeError('no')");
    for trap in ["get", "has", "ownKeys", "getOwnPropertyDescriptor"] {
        js_sys::Reflect::set(&handler, &trap.into(), &throw).unwrap();
    }
    js_sys::Proxy::new(&js_sys::Object::new(), &handler).into()
}

/// Runs a test of bad arguments on a playground, and shows that it goes on as if nothing had been asked.
fn unharmed(misuse: impl FnOnce(&mut Playground)) {
    let (mut playground, mut other) = (led(), led());
    misuse(&mut playground);
    assert_eq!(look(playground.frame()), look(other.frame()));
    assert_eq!(ok(playground.script()), ok(other.script()));
    run(&mut playground, 2_500_000);
    run(&mut other, 2_500_000);
    assert_eq!(playground.fingerprint(), other.fingerprint());
}

#[wasm_bindgen_test]
fn no_config_is_opened_from_what_is_none() {
    for value in strange() {
        // An empty object is the default config.
        if value.is_object() && js_sys::JSON::stringify(&value).is_ok_and(|text| text == "{}") {
            ok(Playground::open(&value));
            continue;
        }
        let error = refusal(Playground::open(&value));
        assert!(error.starts_with("this is not a config: "), "{error}");
    }
}

#[wasm_bindgen_test]
fn absurd_sizes_of_a_cluster_are_refused_and_the_largest_ones_run() {
    for (config, reason) in [
        (r#"{"servers":0}"#, "use 1 to 101"),
        (r#"{"servers":102}"#, "use 1 to 101"),
        (r#"{"servers":65536}"#, "65536"),
        (r#"{"clients":33}"#, "use 0 to 32"),
        (r#"{"workers":1e9}"#, "this is not a config"),
        (r#"{"seed":9007199254740992}"#, "seed"),
        (r#"{"seed":-1}"#, "-1"),
        (r#"{"loss":1001}"#, "use 0 to 1000"),
        (r#"{"latency":[2,1]}"#, "must not end before it begins"),
        (r#"{"latency":[1]}"#, "this is not a config"),
        (r#"{"latency":[0,1e30]}"#, "this is not a config"),
        (r#"{"latency":[0,100000000000]}"#, "60 s"),
        (r#"{"heartbeat":0}"#, "heartbeat"),
        (r#"{"electionTimeout":[0,0]}"#, "election time-out"),
        (r#"{"__proto__":{}}"#, "unknown field `__proto__`"),
    ] {
        let error = refusal(Playground::open(&js(config)));
        assert!(error.contains(reason), "{config}: {error}");
    }
    let mut largest = ok(Playground::open(&js(r#"{"servers":101,"clients":32,"workers":32}"#)));
    run(&mut largest, 1_000_000);
    assert_eq!(look(largest.frame())["nodes"].as_array().map(Vec::len), Some(167));
}

#[wasm_bindgen_test]
fn times_steps_indexes_and_budgets_must_be_what_they_are() {
    unharmed(|playground| {
        let one = JsValue::from(1);
        for value in strange() {
            refusal(playground.run_until(&value, &one));
            refusal(playground.seek(&value, &one, &one));
            refusal(playground.logs(&value, &one));
            refusal(playground.logs(&one, &value));
            refusal(playground.steps_since(&value, &one));
            refusal(playground.steps_since(&one, &value));
            refusal(playground.why(&value));
            refusal(playground.marks(&value));
            refusal(playground.operations(&value));
            refusal(playground.switch_branch(&value));
            // A step may be left out, and half a millisecond is a budget.
            if !value.is_undefined() && !value.is_null() {
                refusal(playground.seek(&one, &value, &one));
            }
            if value.as_f64() != Some(0.5) {
                refusal(playground.run_until(&one, &value));
                refusal(playground.seek(&one, &one, &value));
            }
        }
        let late = JsValue::from(1e15);
        assert!(refusal(playground.run_until(&late, &one)).contains("too late"));
        assert!(refusal(playground.seek(&late, &JsValue::UNDEFINED, &one)).contains("too late"));
        assert!(refusal(playground.why(&late)).contains("no step"));
        assert!(refusal(playground.switch_branch(&late)).contains("no branch"));
    });
}

#[wasm_bindgen_test]
fn a_time_in_the_past_is_where_one_already_is() {
    unharmed(|playground| {
        let progress = look(playground.run_until(&JsValue::from(0), &JsValue::from(0)));
        assert_eq!((progress["done"].as_bool(), progress["thousandths"].as_u64()), (Some(true), Some(1_000)));
    });
}

#[wasm_bindgen_test]
fn windows_beyond_everything_are_empty() {
    unharmed(|playground| {
        let far = JsValue::from(9_007_199_254_740_991.0);
        let rows = look(playground.logs(&far, &far));
        assert!(rows.as_array().unwrap().iter().all(|row| row["entries"] == json!([])));
        ok(playground.logs(&JsValue::from(0), &far));
        assert_eq!(look(playground.steps_since(&far, &far)), json!([]));
        assert!(look(playground.steps_since(&JsValue::from(0), &far)).as_array().unwrap().len() <= 500);
        assert_eq!(look(playground.marks(&far)), json!([]));
        assert_eq!(look(playground.operations(&far)), json!([]));
    });
}

#[wasm_bindgen_test]
fn no_action_is_done_from_what_is_none() {
    unharmed(|playground| {
        for value in strange() {
            refusal(playground.act(&value));
            refusal(playground.submit(&value));
            for field in ["node", "from", "do"] {
                let action = js(r#"{"do":"crash","node":0}"#);
                js_sys::Reflect::set(&action, &field.into(), &value).unwrap();
                // What JSON leaves out is not there; `from` should not be there.
                let left_out = value.is_undefined() || value.is_symbol() || value.is_function();
                if !(field == "from" && (left_out || value.is_null())) {
                    refusal(playground.act(&action));
                }
            }
        }
        for action in [
            r#"{"do":"crash","node":8}"#,
            r#"{"do":"crash","node":-1}"#,
            r#"{"do":"crash","node":"S1"}"#,
            r#"{"do":"crash","node":0,"also":1}"#,
            r#"{"do":"restart","node":0}"#,
            r#"{"do":"resume","node":0}"#,
            r#"{"do":"slow","node":0,"by":9007199254740991}"#,
            r#"{"do":"drift","node":0,"ppm":-1000000}"#,
            r#"{"do":"drift","node":0,"ppm":1e300}"#,
            r#"{"do":"link","from":0,"to":9,"state":"cut"}"#,
            r#"{"do":"link","from":0,"to":1,"state":"ajar"}"#,
            r#"{"do":"partition","groups":[[0],[9]]}"#,
            r#"{"do":"partition","groups":[0]}"#,
            r#"{"do":"flight","flight":0,"fate":"drop"}"#,
            r#"{"do":"flight","flight":1,"fate":{"delay":-1}}"#,
            r#"{"do":"disk","node":0,"latency":[0,9007199254740991]}"#,
            r#"{"do":"put","client":3,"key":"","value":"1"}"#,
            r#"{"do":"put","client":3,"key":"x"}"#,
            r#"{"do":"put","client":3,"key":1,"value":"1"}"#,
            r#"{"do":"put","client":5,"key":"x","value":"1"}"#,
            r#"{"do":"load","client":3,"every":1,"keys":0,"writes":1}"#,
            r#"{"do":"load","client":3,"every":1,"keys":1,"writes":1001}"#,
            r#"{"do":"reseed","seed":9007199254740992}"#,
            r#"{"do":"rule","rule":"gravity","on":false}"#,
            r#"{"do":"rule","rule":"single-vote","on":1}"#,
        ] {
            let error = refusal(playground.act(&js(action)));
            assert!(error.len() > 20, "{action}: {error}");
        }
    });
}

#[wasm_bindgen_test]
fn a_number_that_json_lacks_does_not_pass_for_every_node() {
    unharmed(|playground| {
        for number in [f64::NAN, f64::INFINITY] {
            let action = js(r#"{"do":"quality","to":0,"loss":1000}"#);
            js_sys::Reflect::set(&action, &"from".into(), &JsValue::from(number)).unwrap();
            assert!(refusal(playground.act(&action)).contains("not finite"));
        }
    });
}

#[wasm_bindgen_test]
fn a_key_may_be_called_anything() {
    let mut playground = led();
    let keys = ["__proto__", "constructor", "toString", "a b", "\u{0}", "ключ", "🐋", "\"", "<script>"];
    for key in keys {
        act(&mut playground, &json!({ "do": "put", "client": 3, "key": key, "value": key }).to_string());
    }
    run(&mut playground, 10_000_000);
    let frame = look(playground.frame());
    let store = frame["nodes"][frame["leader"].as_u64().unwrap() as usize]["server"]["store"].clone();
    let mut expected: Vec<Value> = keys.iter().map(|key| json!([key, key])).collect();
    expected.sort_by_key(|pair| pair[0].as_str().unwrap().to_owned());
    assert_eq!(store, Value::from(expected));
    // A string that is no text is refused, and not mended.
    let action = js(r#"{"do":"get","client":3,"key":"x"}"#);
    let half = js_sys::JsString::from_char_code1(0xd83d);
    js_sys::Reflect::set(&action, &"key".into(), &half).unwrap();
    refusal(playground.act(&action));
}

#[wasm_bindgen_test]
fn values_may_be_empty_or_a_megabyte_and_no_larger() {
    let mut playground = led();
    let put =
        |value: String| js(&json!({ "do": "put", "client": 3, "key": "x", "value": value }).to_string());
    ok(playground.act(&put(String::new())));
    ok(playground.act(&put("v".repeat(1 << 20))));
    let error = refusal(playground.act(&put("v".repeat((1 << 20) + 1))));
    assert!(error.contains("1048577 bytes long"), "{error}");
    act(&mut playground, r#"{"do":"append","client":3,"key":"x","value":"1"}"#);
    run(&mut playground, 10_000_000);
    let frame = look(playground.frame());
    let ways = look(playground.operations(&JsValue::from(2)));
    let reply = |place: usize| &ways[place]["returned"]["reply"];
    assert_eq!((reply(1), reply(0)), (&json!("done"), &json!("refused: too long")));
    let value = frame["nodes"][0]["server"]["store"][0][1].as_str().unwrap();
    assert!(value.ends_with('…') && value.chars().count() < 200);
    let key = "k".repeat(1025);
    let error = refusal(playground.act(&js(&json!({ "do": "get", "client": 3, "key": key }).to_string())));
    assert!(error.contains("1025 bytes long"), "{error}");
}

#[wasm_bindgen_test]
fn a_foreign_value_of_any_size_ends_in_a_sentence() {
    unharmed(|playground| {
        let action = js(r#"{"do":"partition"}"#);
        let groups = js_sys::Array::new_with_length(u32::MAX);
        js_sys::Reflect::set(&action, &"groups".into(), &groups).unwrap();
        assert!(refusal(playground.act(&action)).contains("far too large"));
        js_sys::Reflect::set(&action, &"groups".into(), &nested(120)).unwrap();
        refusal(playground.act(&action));
    });
}
