//! JSON in and out: how runs, jobs and whatever a page says travel.
//!
//! A type describes itself to serde once; [`read`] and [`write`] are all that others need. What is read is lexed into a
//! value first and understood after, so an error can name the field that is wrong, and no type brings a parser of its
//! own into the page. Nothing of ours is a fraction, so numbers stay text until an integer is asked for: no float is ever
//! read, or printed to complain of it.

mod error;
mod reader;
mod writer;

pub use error::Error;

use alloc::borrow::Cow;
use alloc::string::String;
use hifijson::token::Lex;
use hifijson::{SliceLexer, value};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A JSON value as it was written, with its text borrowed where it holds no escapes.
pub type Value<'a> = value::Value<&'a str, Cow<'a, str>>;

/// Values nested deeper than this are refused.
const DEEPEST: usize = 64;

/// Reads a value of a type: all of the text and nothing but it.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    understand(&parse(text)?)
}

/// Reads any value.
pub fn parse(text: &str) -> Result<Value<'_>, Error> {
    let mut lexer = SliceLexer::new(text.as_bytes());
    let parsed = lexer.exactly_one(Lex::ws_peek, |next, lexer| value::parse_bounded(DEEPEST, next, lexer));
    parsed.map_err(|error| Error::of_syntax(&error, text, lexer.as_slice().len()))
}

/// The values that stand one after the other in `text`, up to the first that is malformed.
pub fn each(text: &[u8]) -> impl Iterator<Item = Result<Value<'_>, Malformed>> {
    let mut lexer = SliceLexer::new(text);
    core::iter::from_fn(move || {
        let next = lexer.ws_peek()?;
        Some(value::parse_bounded(DEEPEST, next, &mut lexer).map_err(|_| Malformed))
    })
}

/// What stands there is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Takes a value as one of a type.
pub fn understand<T: DeserializeOwned>(value: &Value<'_>) -> Result<T, Error> {
    T::deserialize(reader::Reader(value))
}

/// Writes a value, without spaces.
pub fn write<T: Serialize + ?Sized>(value: &T) -> Result<String, Error> {
    let mut writer = writer::Writer::default();
    let Ok(()) = value.serialize(&mut writer);
    let refused = || Error::new("it holds what JSON does not have, or a key that is no text".into());
    writer.into_text().ok_or_else(refused)
}

#[cfg(test)]
mod tests;
