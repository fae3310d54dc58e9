//! How values cross between JavaScript and Rust: as JSON, both ways.
//!
//! A foreign value is turned to text by JavaScript's own `JSON.stringify` before any of ours looks at it. A getter that
//! throws, a cycle, a proxy or a million levels of nesting then ends in an exception that is caught here, never in one
//! that unwinds through a borrowed playground and leaves it unusable. What comes out is parsed by `JSON.parse`, which
//! makes plain objects quicker than one call for each property would.

use crate::error::Mistake;
use js_sys::{JSON, JsString};
use serde::Serialize;
use serde::de::DeserializeOwned;
use splitbrain::json;
use std::cell::Cell;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};

/// The longest foreign value that is looked at, in UTF-16 units.
const LONGEST: u32 = 64 << 20;

/// The most values that may be nested in one.
const MOST: u32 = 1_000_000;

/// The largest number that JavaScript counts to without a gap.
const SAFE: f64 = 9_007_199_254_740_991.0;

/// Reads a foreign object; `what` is what it should be, such as "an action".
pub(crate) fn take<T: DeserializeOwned>(what: &str, value: &JsValue) -> Result<T, Mistake> {
    // Rust would also take the fields in a row.
    if js_sys::Array::is_array(value) {
        return Err(Mistake(format!("this is not {what}: it is an array")));
    }
    take_any(what, value)
}

/// Reads a foreign value of any kind.
pub(crate) fn take_any<T: DeserializeOwned>(what: &str, value: &JsValue) -> Result<T, Mistake> {
    let text = stringify(value).map_err(|why| Mistake(format!("this is not {what}: {why}")))?;
    json::read(&text).map_err(|error| Mistake(format!("this is not {what}: {error}")))
}

/// Hands a value out.
pub(crate) fn give<T: Serialize + ?Sized>(value: &T) -> Result<JsValue, Mistake> {
    let text = json::write(value).map_err(|error| Mistake(format!("this cannot be shown: {error}")))?;
    JSON::parse(&text).map_err(|_| Mistake::from("this cannot be shown: it is not JSON"))
}

/// A text.
pub(crate) fn text(what: &str, value: &JsValue) -> Result<String, Mistake> {
    let text: &JsString =
        value.dyn_ref().ok_or_else(|| Mistake(format!("{what} must be a string, and is {}", kind(value))))?;
    if text.length() > LONGEST {
        return Err(Mistake(format!(
            "{what} is {} characters long: at most {LONGEST} are read",
            text.length()
        )));
    }
    Ok(String::from(text))
}

/// A whole number from zero up, as times and step numbers are.
pub(crate) fn whole(what: &str, value: &JsValue) -> Result<u64, Mistake> {
    match value.as_f64() {
        Some(number) if (0.0..=SAFE).contains(&number) && number.trunc() == number => Ok(number as u64),
        _ => {
            Err(Mistake(format!("{what} must be a whole number from 0 to 2^53 - 1, and is {}", kind(value))))
        }
    }
}

/// The same, or nothing.
pub(crate) fn whole_if_any(what: &str, value: &JsValue) -> Result<Option<u64>, Mistake> {
    if value.is_undefined() || value.is_null() { Ok(None) } else { whole(what, value).map(Some) }
}

/// Real milliseconds, at most ten minutes.
pub(crate) fn budget(value: &JsValue) -> Result<f64, Mistake> {
    match value.as_f64() {
        Some(ms) if (0.0..=600_000.0).contains(&ms) => Ok(ms),
        _ => Err(Mistake(format!("a budget must be from 0 to 600000 milliseconds, and is {}", kind(value)))),
    }
}

fn stringify(value: &JsValue) -> Result<String, String> {
    let seen = Cell::new(0u32);
    // JSON has no NaN and no infinity; as the null that JSON makes of them they would pass for "every node". Throws, that
    // is returns an error, as soon as there is more than anybody means to say. Allocates nothing: a stack that runs out
    // here, in a value nested too deep, must leave nothing half done.
    let look = move |_: JsValue, value: JsValue| -> Result<JsValue, JsValue> {
        seen.set(seen.get() + 1);
        if seen.get() > MOST {
            return Err(JsValue::NULL);
        }
        match value.as_f64() {
            Some(number) if !number.is_finite() => Ok(JsValue::from_str("a number that is not finite")),
            _ => Ok(value),
        }
    };
    let look = Closure::<dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>>::new(look);
    let text = JSON::stringify_with_replacer(value, look.as_ref())
        .map_err(|_| String::from("it cannot be written as JSON, or is far too large"))?;
    if !text.is_string() {
        return Err(format!("it is {}", kind(value)));
    }
    if text.length() > LONGEST {
        return Err(format!("it is {} characters long, and at most {LONGEST} are read", text.length()));
    }
    Ok(String::from(&text))
}

/// A number as JavaScript spells it; of anything else, what it is.
fn kind(value: &JsValue) -> String {
    if value.is_null() {
        "null".to_owned()
    } else if let Some(number) = value.dyn_ref::<js_sys::Number>() {
        number.to_string_with_radix(10).map_or_else(|_| "a number".to_owned(), String::from)
    } else {
        value.js_typeof().as_string().unwrap_or_default()
    }
}
