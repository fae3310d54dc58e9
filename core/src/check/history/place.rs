//! Where in a text something is wrong.

use alloc::string::String;
use core::fmt::{self, Display};

/// What was expected at some place, and what stands there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// The line, from 1.
    pub line: u32,
    /// The character in the line, from 1.
    pub column: u32,
    /// What would be right there.
    pub expected: String,
    /// What is there instead.
    pub found: String,
}

impl Malformed {
    /// At this byte of the text.
    pub(super) fn at(
        text: &str,
        offset: usize,
        expected: impl Into<String>,
        found: impl Into<String>,
    ) -> Malformed {
        let (line, column) = line_and_column(text, offset);
        Malformed { line, column, expected: expected.into(), found: found.into() }
    }
}

/// The line and the character of a byte, both from 1.
pub(super) fn line_and_column(text: &str, offset: usize) -> (u32, u32) {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = &text[..offset];
    let line = before.bytes().filter(|&byte| byte == b'\n').count() + 1;
    let column = before.chars().rev().take_while(|&c| c != '\n').count() + 1;
    (line as u32, column as u32)
}

impl Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Malformed { line, column, expected, found } = self;
        write!(f, "line {line}, column {column}: expected {expected}, found {found}")
    }
}

impl core::error::Error for Malformed {}
