//! What is wrong with a text, and where.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::{self, Display};
use serde::de::{self, Expected, Unexpected};

/// Why a text is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Complaint>);

/// Behind a pointer: a result is handed on at every field of every type, and seldom holds one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Complaint {
    /// The path from the outermost value, such as `acts[3].act.node`; empty for that value itself.
    place: String,
    what: String,
}

impl Error {
    pub(super) fn new(what: String) -> Error {
        Error(Box::new(Complaint { place: String::new(), what }))
    }

    /// The error of a text that stops being JSON so many bytes before its end.
    pub(super) fn of_syntax(error: &hifijson::Error, text: &str, left: usize) -> Error {
        let read = &text.as_bytes()[..text.len().saturating_sub(left)];
        let line = read.split(|&byte| byte == b'\n').count();
        let column = read.iter().rev().take_while(|&&byte| byte != b'\n').count() + 1;
        Error::new(format!("{error} at line {line} column {column}"))
    }

    /// The error as one of the object that has it under a name.
    pub(super) fn in_field(mut self, name: &str) -> Error {
        let place = &self.0.place;
        let dot = if place.is_empty() || place.starts_with('[') { "" } else { "." };
        self.0.place = format!("{name}{dot}{place}");
        self
    }

    /// The error as one of the list that has it at a place, from 0.
    pub(super) fn in_item(self, place: usize) -> Error {
        self.in_field(&format!("[{place}]"))
    }

    pub(super) fn mismatch(is: &str, expected: &dyn Expected) -> Error {
        Error::new(format!("{is} is not {}", in_words(expected)))
    }
}

impl Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Complaint { place, what } = &*self.0;
        if place.is_empty() { f.write_str(what) } else { write!(f, "`{place}`: {what}") }
    }
}

impl core::error::Error for Error {}

impl de::Error for Error {
    fn custom<T: Display>(what: T) -> Error {
        Error::new(what.to_string())
    }

    fn invalid_type(is: Unexpected<'_>, expected: &dyn Expected) -> Error {
        Error::mismatch(&shown(&is), expected)
    }

    fn invalid_value(is: Unexpected<'_>, expected: &dyn Expected) -> Error {
        Error::mismatch(&shown(&is), expected)
    }
}

/// Serde's own words for it print floats, which takes more code than all else that is read here.
fn shown(is: &Unexpected<'_>) -> String {
    match is {
        Unexpected::Bool(is) => format!("`{is}`"),
        Unexpected::Unsigned(is) => format!("`{is}`"),
        Unexpected::Signed(is) => format!("`{is}`"),
        Unexpected::Str(is) => quoted(is),
        Unexpected::Unit | Unexpected::Option => "null".into(),
        Unexpected::Seq => "a list".into(),
        Unexpected::Map => "an object".into(),
        _ => "this".into(),
    }
}

/// A text as an error shows it: its beginning.
pub(super) fn quoted(text: &str) -> String {
    const SHOWN: usize = 40;
    let short: String = text.chars().take(SHOWN).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("\"{short}{rest}\"")
}

/// What a reader would like instead, without Rust's names for it.
fn in_words(expected: &dyn Expected) -> String {
    let name = expected.to_string();
    let highest = match name.as_str() {
        "u16" => "65535",
        "u32" => "4294967295",
        "u64" => "18446744073709551615",
        "i32" => return "a whole number from -2147483648 to 2147483647".into(),
        _ if name.starts_with("struct ") => return "an object".into(),
        _ => return name,
    };
    format!("a whole number from 0 to {highest}")
}
