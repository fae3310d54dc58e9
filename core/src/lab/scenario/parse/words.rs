//! The smallest parts of a line: names, numbers, spans of time, messages on their way.

use super::Read;
use crate::lab::scenario::flights::{Flights, KINDS, Which};
use crate::lab::scenario::{Ends, Word};
use crate::time::Span;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

pub(super) fn word(text: &str) -> Read<Word> {
    match text.trim() {
        "" => Err("a node is missing here: name one, such as S1".into()),
        text if text.contains(char::is_whitespace) => Err(format!("`{text}` is more than one node")),
        text => Ok(Word(text.to_string())),
    }
}

/// One node or more.
pub(super) fn nodes(text: &str) -> Read<Vec<Word>> {
    if text.trim().is_empty() {
        return word(text).map(|word| alloc::vec![word]);
    }
    text.split_whitespace().map(word).collect()
}

/// `S1 -> S2 S3`, or `S1 <-> others` for both directions.
pub(super) fn ends(text: &str) -> Read<Ends> {
    let (from, to, both) = match (text.split_once("<->"), text.split_once("->")) {
        (Some((from, to)), _) => (from, to, true),
        (None, Some((from, to))) => (from, to, false),
        (None, None) => {
            return Err("a link is given as `S1 -> S2`, one direction, or as `S1 <-> S2`, both".into());
        }
    };
    Ok(Ends { from: nodes(from)?, to: nodes(to)?, both })
}

/// `the vote from S3 to S1`, `every heartbeat from S1`.
pub(super) fn flights(text: &str) -> Read<Flights> {
    let (which, rest) = [("every ", Which::Every), ("the last ", Which::Last), ("the ", Which::First)]
        .into_iter()
        .find_map(|(prefix, which)| Some((which, text.trim().strip_prefix(prefix)?)))
        .ok_or_else(|| {
            format!(
                "`{text}` is no message: say which, such as `the vote from S3 to S1`, `the last` or `every`"
            )
        })?;
    addressed(rest, which)
}

/// `vote from S3 to S1`: a kind of message, with its sender and its addressee unless any will do.
pub(super) fn addressed(text: &str, which: Which) -> Read<Flights> {
    let (rest, to) = match text.rsplit_once(" to ") {
        Some((rest, to)) => (rest, Some(word(to)?)),
        None => (text, None),
    };
    let (kind, from) = match rest.rsplit_once(" from ") {
        Some((kind, from)) => (kind, Some(word(from)?)),
        None => (rest, None),
    };
    let known = KINDS.iter().copied().find(|known| *known == kind.trim());
    let kind = known.ok_or_else(|| format!("`{kind}` is no kind of message: use {}", KINDS.join(", ")))?;
    Ok(Flights { which, kind, from, to })
}

pub(super) fn number<T: core::str::FromStr>(text: &str) -> Read<T> {
    text.trim().parse().map_err(|_| format!("`{}` is not a number that fits here", text.trim()))
}

pub(super) fn switch(text: &str) -> Read<bool> {
    match text {
        "on" => Ok(true),
        "off" => Ok(false),
        _ => Err(format!("`{text}` is no state of a switch: use on or off")),
    }
}

pub(super) fn range(text: &str) -> Read<(Span, Span)> {
    match text.split_once(" to ") {
        Some((from, to)) => Ok((span(from)?, span(to)?)),
        None => span(text).map(|span| (span, span)),
    }
}

pub(super) fn span(text: &str) -> Read<Span> {
    let wrong = || format!("`{text}` is not a length of time: write 300 ms, 2 s or 50 us");
    let (count, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
    let count: u64 = count.parse().map_err(|_| wrong())?;
    let unit = match unit {
        "us" => 1,
        "ms" => 1_000,
        "s" => 1_000_000,
        _ => return Err(wrong()),
    };
    match count.checked_mul(unit) {
        Some(micros) if micros <= 3_600_000_000 => Ok(Span(micros)),
        _ => Err(format!("`{text}` is longer than an hour")),
    }
}

pub(super) fn split(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim())
}
