//! From what went wrong to a sentence for whoever wrote the program.

use splitbrain::mapreduce::script::{Failure, FailureKind};

use crate::absent;
use crate::ledger::Ledger;
use crate::limits::{COUNTER_NAME, COUNTERS, MESSAGE};
use crate::meter::Limit;

/// The name under which the engine knows the program: it stands in every trace of the stack.
pub(crate) const PROGRAM: &str = "program";

pub(crate) fn failure(kind: FailureKind, message: impl Into<String>) -> Failure {
    Failure { kind, message: message.into(), line: None, column: None, record: None }
}

/// A limit was passed.
pub(crate) fn of_limit(limit: Limit) -> Failure {
    match limit {
        Limit::Steps => failure(
            FailureKind::Fuel,
            "it ran for too long: look for a loop that never ends, or for work that grows much faster than the input",
        ),
        Limit::Memory => failure(
            FailureKind::Memory,
            "it used too much memory: keep less at once, and give out what is done",
        ),
        Limit::Stack => failure(
            FailureKind::Stack,
            "it called itself too deeply: look for a recursion that never ends, or use a loop",
        ),
        Limit::Output => {
            failure(FailureKind::Output, "it gave out too much: look for a loop that emits for ever")
        }
        Limit::Counters => failure(
            FailureKind::Output,
            format!(
                "it counted too many things: at most {COUNTERS} names of at most {COUNTER_NAME} bytes; a count of each word is for emit"
            ),
        ),
    }
}

/// What was thrown, by its text and its trace.
pub(crate) fn of_thrown(code: &str, ledger: &Ledger, text: &str, stack: &str) -> Failure {
    let place = place(stack).map(|(line, column)| (line, in_characters(code, line, column)));
    let ours =
        text.split_once(": ").map(|(_, message)| message).filter(|message| ledger.is_complaint(message));
    let (kind, message) = match ours {
        Some(message) => (FailureKind::Wrong, message.to_string()),
        None => (FailureKind::Thrown, absent::explain(text).unwrap_or_else(|| text.to_string())),
    };
    let line = place.and_then(|(line, _)| code.lines().nth(line as usize - 1)).unwrap_or_default();
    let message = match text.starts_with("SyntaxError: ") {
        true => absent::explain_syntax(text, line).unwrap_or(message),
        false => message,
    };
    let message = shortened(&message, MESSAGE);
    Failure {
        line: place.map(|(line, _)| line),
        column: place.map(|(_, column)| column),
        ..failure(kind, message)
    }
}

/// The first place in a trace that is in the program: `at f (program:3:14)`, or `at program:3:14`.
pub(crate) fn place(stack: &str) -> Option<(u32, u32)> {
    stack.lines().find_map(|line| {
        let line = line.trim().trim_end_matches(')');
        let (rest, column) = line.rsplit_once(':')?;
        let (file, line) = rest.rsplit_once(':')?;
        let is_program = file.strip_suffix(PROGRAM).is_some_and(|before| before.ends_with(['(', ' ']));
        let (line, column): (u32, u32) = (line.parse().ok()?, column.parse().ok()?);
        (is_program && line > 0).then_some((line, column))
    })
}

/// The engine counts columns in bytes; an editor counts them as JavaScript does, in UTF-16.
fn in_characters(code: &str, line: u32, column: u32) -> u32 {
    let line = code.lines().nth(line as usize - 1).unwrap_or_default();
    let before = line.get(..(column as usize).saturating_sub(1));
    before.map_or(column, |before| before.encode_utf16().count() as u32 + 1)
}

/// A key as it stands in a sentence: short, and on one line.
pub(crate) fn shown(key: &str) -> String {
    let short = shortened(key, 30);
    shortened(&short.escape_debug().to_string(), 60)
}

/// At most so many bytes of a text, whole characters.
pub(crate) fn shortened(text: &str, bytes: usize) -> String {
    match text.len() <= bytes {
        true => text.to_string(),
        false => format!("{}…", &text[..text.floor_char_boundary(bytes)]),
    }
}
