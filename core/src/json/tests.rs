use super::*;
use alloc::format;
use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use serde::Deserialize;

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ship {
    name: String,
    #[serde(default)]
    crew: Vec<Hand>,
    #[serde(default)]
    flag: Option<Flag>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hand {
    age: u16,
    owes: i32,
    ashore: bool,
    watch: (u64, u64),
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Flag {
    Black,
    Signal(u32),
}

fn pequod() -> Ship {
    let hand = Hand { age: 20, owes: -3, ashore: false, watch: (0, u64::MAX) };
    Ship { name: "Pequod \"é\" \u{1F40B}\n".into(), crew: vec![hand], flag: Some(Flag::Signal(7)) }
}

fn complaint(text: &str) -> String {
    read::<Ship>(text).unwrap_err().to_string()
}

#[test]
fn what_is_written_is_read_back() {
    for ship in [pequod(), Ship { name: String::new(), crew: vec![], flag: Some(Flag::Black) }] {
        assert_eq!(read::<Ship>(&write(&ship).unwrap()).unwrap(), ship);
    }
    let escaped = r#" { "name" : "\u0050equod \"\u00e9\" \uD83D\uDC0B\n" } "#;
    assert_eq!(read::<Ship>(escaped).unwrap().name, pequod().name);
}

#[test]
fn what_is_written_is_json_as_others_write_it() {
    let names = (0..0x180u32).filter_map(char::from_u32).chain(['\u{2028}', '\u{1F40B}']).collect();
    let ships = vec![pequod(), Ship { name: names, crew: vec![], flag: None }];
    let held = (
        ships,
        Some('"'),
        None::<u8>,
        (),
        vec![[1i64, -1]],
        alloc::collections::BTreeMap::from([("k", true)]),
    );
    assert_eq!(write(&held).unwrap(), serde_json::to_string(&held).unwrap());
    for refused in [write(&0.5f64), write(&alloc::collections::BTreeMap::from([(1u8, 1u8)]))] {
        assert!(refused.unwrap_err().to_string().contains("JSON"));
    }
}

#[test]
fn an_error_says_where_it_is() {
    let hand = |age: &str| {
        format!(r#"{{"name":"Pequod","crew":[{{"age":{age},"owes":0,"ashore":true,"watch":[1,2]}}]}}"#)
    };
    assert!(read::<Ship>(&hand("30")).is_ok());
    for wrong in
        ["65536", "-1", "0.5", "1e3", "null", "\"old\"", "[]", "{}", "true", "99999999999999999999999"]
    {
        let told = complaint(&hand(wrong));
        assert!(
            told.starts_with("`crew[0].age`: ") && told.ends_with("a whole number from 0 to 65535"),
            "{told}"
        );
    }
    assert_eq!(complaint(r#"{"name":"A","crew":[{"age":1}]}"#), "`crew[0]`: missing field `owes`");
    assert_eq!(
        complaint(r#"{"name":"A","flag":"white"}"#),
        "`flag`: unknown variant `white`, expected `black` or `signal`"
    );
    assert_eq!(complaint(r#"{"name":"A","flag":{"black":1}}"#), "`flag`: `black` holds nothing");
    assert!(complaint(r#"{"name":"A","flag":"signal"}"#).contains("must hold something"));
    assert!(complaint(r#"{"name":"A","flag":{"signal":[]}}"#).starts_with("`flag.signal`: a list is not"));
    assert!(complaint(r#"{"name":"A","name":"B"}"#).contains("duplicate field `name`"));
    assert!(complaint(r#"{"name":"A","mast":3}"#).contains("unknown field `mast`"));
    assert_eq!(complaint("[]"), "a list is not an object");
    let long = format!(r#"{{"name":"A","crew":"{}"}}"#, "x".repeat(1000));
    assert!(complaint(&long).len() < 120);
}

#[test]
fn what_is_not_json_is_refused_with_line_and_column() {
    assert_eq!(complaint("{\n \"name\": }"), "value expected at line 2 column 10");
    for wrong in [
        "",
        "{",
        "{\"name\":\"A\"",
        "{name:1}",
        "nul",
        "{\"name\":\"A\"} {}",
        "{\"name\":\"A\",}",
        "01",
        "\"\\x\"",
        "\"\\uD800\"",
        "\"a\nb\"",
        "- 1",
        "1.",
        "+1",
    ] {
        assert!(complaint(wrong).contains(" at line "), "{wrong:?}: {}", complaint(wrong));
    }
    let deep = "[".repeat(1_000_000);
    assert!(complaint(&deep).contains("maximal depth exceeded"));
}

#[test]
fn values_in_a_row_are_read_up_to_the_first_that_is_malformed() {
    let read: Vec<bool> = each(b"1 {} \n[2] [ 3").map(|value| value.is_ok()).take(4).collect();
    assert_eq!(read, [true, true, true, false]);
    assert_eq!(each(b" \n").count(), 0);
}
