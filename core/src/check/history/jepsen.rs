//! Jepsen's form, in EDN: a vector of maps, or one map after the other.
//!
//! ```text
//! {:process 0, :type :invoke, :f :write, :value 1}
//! {:process 1, :type :invoke, :f :read,  :value nil}
//! {:process 0, :type :ok,     :f :write, :value 1}
//! {:process 1, :type :info,   :f :read,  :value nil}
//! ```
//!
//! `:ok` was done, `:fail` did not happen, `:info` may have happened or may yet; so may what has no completion at all. Where a
//! history is about many keys, values are `[key value]`. Calls are `:read`, `:write`, `:cas [old new]`, and, of a store,
//! `:append` and `:delete`, of a queue `:enqueue` and `:dequeue`. What a nemesis did is passed over, and so are all other fields.
//!
//! Events happen in the order in which they stand; `:index`, where it is given, must go up with it. Values are numbers, strings,
//! keywords, symbols, `true`, `false` and `nil`. A number and the string of its digits are taken for the same.

use super::place::line_and_column;
use super::{History, MOST, Malformed};
use crate::check::linearizable::{Call, Model, Operation, Reply, Value};
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use clojure_reader::edn::{self, Edn};
use clojure_reader::error::Code;
use core::fmt::Write;

/// An operation that was invoked and has not come to an end, with the place of its call.
struct Open {
    operation: Operation,
    f: String,
    offset: usize,
}

/// What an event says wrongly: what was expected and what was found.
type Wrong = (String, String);

/// Reads a history for an object of this kind.
///
/// # Errors
/// The first event that is none, and why.
pub fn read(text: &str, model: Model) -> Result<History, Malformed> {
    let mut reader =
        Reader { model, open: BTreeMap::new(), done: Vec::new(), events: 0, index: None, keyed: None };
    let mut rest = skipped(text);
    let in_vector = rest.starts_with('[');
    if in_vector {
        rest = skipped(&rest[1..]);
    }
    let offset = |rest: &str| text.len() - rest.len();
    while !(rest.is_empty() || in_vector && rest.starts_with(']')) {
        let start = offset(rest);
        let (event, after) = edn::read(rest).map_err(|error| {
            let at = start + error.ptr.unwrap_or(0);
            Malformed::at(text, at, "an event as an EDN map", in_words(&error.code))
        })?;
        reader
            .event(&event, start)
            .map_err(|(expected, found)| Malformed::at(text, start, expected, found))?;
        rest = skipped(after);
    }
    if in_vector {
        let end = rest.strip_prefix(']').map(skipped);
        if end != Some("") {
            let found = if end.is_some() { "more after it" } else { "the end of the text" };
            return Err(Malformed::at(
                text,
                offset(end.unwrap_or("")),
                "`]` at the end of the history",
                found,
            ));
        }
    }
    Ok(reader.history(text))
}

/// What an EDN reader stumbles over.
fn in_words(code: &Code) -> String {
    match code {
        Code::UnexpectedEOF => "the end of the text".into(),
        Code::InvalidNumber => "a number that is not whole, or too large".into(),
        Code::UnmatchedDelimiter(delimiter) => format!("a `{delimiter}` that closes nothing"),
        Code::InvalidEscape => "a backslash before a character that needs none".into(),
        other => format!("{other:?}"),
    }
}

/// Without the white space and comments at its beginning.
fn skipped(mut text: &str) -> &str {
    loop {
        text = text.trim_start_matches(|c: char| c.is_whitespace() || c == ',' || c == '\u{feff}');
        let Some(comment) = text.strip_prefix(';') else { return text };
        text = comment.find('\n').map_or("", |end| &comment[end..]);
    }
}

struct Reader {
    model: Model,
    open: BTreeMap<u64, Open>,
    /// Operations, each with where its last event begins.
    done: Vec<(Operation, usize)>,
    events: u64,
    index: Option<i64>,
    /// Whether values come with keys, once that is known.
    keyed: Option<bool>,
}

impl Reader {
    fn event(&mut self, event: &Edn<'_>, offset: usize) -> Result<(), Wrong> {
        let event = match event {
            Edn::Tagged(_, inside) => inside,
            plain => plain,
        };
        let Edn::Map(_) = event else {
            return Err(("an event as a map".into(), shown(event)));
        };
        let field = |name: &'static str| field(event, name);
        if let Some(index) = field("index") {
            let Edn::Int(index) = index else { return Err(("a number as :index".into(), shown(index))) };
            if self.index.is_some_and(|before| *index <= before) {
                return Err((
                    format!("an :index above {}", self.index.unwrap_or_default()),
                    index.to_string(),
                ));
            }
            self.index = Some(*index);
        }
        let process = match field("process") {
            Some(Edn::Int(process)) if *process >= 0 => *process as u64,
            // A nemesis is no client.
            Some(Edn::Key(_)) => return Ok(()),
            Some(other) => return Err(("a number or a keyword as :process".into(), shown(other))),
            None => return Err(("an event with a :process".into(), shown(event))),
        };
        let f = match field("f") {
            Some(Edn::Key(f)) => f.to_string(),
            Some(other) => return Err(("a keyword as :f".into(), shown(other))),
            None => return Err(("an event with an :f".into(), shown(event))),
        };
        let value = field("value").unwrap_or(&NIL);
        let kind = match field("type") {
            Some(Edn::Key(kind)) => kind.to_string(),
            Some(other) => return Err(("a keyword as :type".into(), shown(other))),
            None => return Err(("an event with a :type".into(), shown(event))),
        };
        self.events += 1;
        match kind.as_str() {
            "invoke" => self.invoked(process, f, value, offset),
            "ok" | "fail" | "info" => self.completed(process, &kind, &f, value, offset),
            other => Err((":invoke, :ok, :fail or :info as :type".into(), format!(":{other}"))),
        }
    }

    fn invoked(&mut self, process: u64, f: String, value: &Edn<'_>, offset: usize) -> Result<(), Wrong> {
        if self.open.contains_key(&process) {
            let expected = format!("the end of what process {process} has under way");
            return Err((expected, format!("another :invoke :{f}")));
        }
        let (key, call) = self.call(&f, value)?;
        if self.done.len() + self.open.len() >= MOST {
            return Err(("at most 1,000,000 operations".into(), "one more".into()));
        }
        let operation = Operation { process, key, call, called: self.events, returned: None };
        self.open.insert(process, Open { operation, f, offset });
        Ok(())
    }

    fn completed(
        &mut self,
        process: u64,
        kind: &str,
        f: &str,
        value: &Edn<'_>,
        offset: usize,
    ) -> Result<(), Wrong> {
        let Some(Open { mut operation, f: begun, offset: called }) = self.open.remove(&process) else {
            return Err((format!("an :invoke of process {process} first"), format!(":{kind} :{f}")));
        };
        if begun != f {
            return Err((
                format!("the end of :{begun}, which process {process} has under way"),
                format!(":{f}"),
            ));
        }
        match kind {
            "fail" => {}
            "info" => self.done.push((operation, called)),
            _ => {
                let reply = match operation.call {
                    Call::Read | Call::Dequeue => Reply::Value(self.answer(&operation, value)?),
                    _ => Reply::Done,
                };
                operation.returned = Some((self.events, reply));
                self.done.push((operation, offset));
            }
        }
        Ok(())
    }

    fn call(&mut self, f: &str, value: &Edn<'_>) -> Result<(Value, Call), Wrong> {
        let pair = match value {
            Edn::Vector(items) if items.len() == 2 => Some((&items[0], &items[1])),
            _ => None,
        };
        let is_cas = f == "cas";
        // [old new] is a pair without a key; [key [old new]] is one with a key.
        let inner = |pair: (&Edn<'_>, &Edn<'_>)| !is_cas || matches!(pair.1, Edn::Vector(_));
        let keyed = pair.is_some_and(inner);
        if *self.keyed.get_or_insert(keyed) != keyed {
            let expected = if keyed {
                "a value without a key, as in events before"
            } else {
                "[key value], as in events before"
            };
            return Err((expected.into(), shown(value)));
        }
        let (key, value) = match pair.filter(|_| keyed) {
            Some((key, value)) => (scalar(key)?, value),
            None => (None, value),
        };
        let call = match f {
            "read" => Call::Read,
            "write" => Call::Write(scalar(value)?),
            "cas" => match value {
                Edn::Vector(items) if items.len() == 2 => {
                    Call::CompareAndSet(scalar(&items[0])?, scalar(&items[1])?)
                }
                other => return Err(("[old new] as the :value of a :cas".into(), shown(other))),
            },
            "append" => match scalar(value)? {
                Some(more) => Call::Append(more),
                None => return Err(("something to append".into(), "nil".into())),
            },
            "delete" => Call::Delete,
            "enqueue" => Call::Enqueue(scalar(value)?),
            "dequeue" => Call::Dequeue,
            other => return Err((calls_of(self.model).into(), format!(":f :{other}"))),
        };
        if self.model.has(&call) {
            Ok((key, call))
        } else {
            Err((calls_of(self.model).into(), format!(":f :{f}")))
        }
    }

    /// What a read or a dequeue returned.
    fn answer(&self, operation: &Operation, value: &Edn<'_>) -> Result<Value, Wrong> {
        match (value, self.keyed) {
            (Edn::Vector(items), Some(true)) if items.len() == 2 => {
                if scalar(&items[0])? == operation.key {
                    scalar(&items[1])
                } else {
                    Err(("the key of the call".into(), shown(&items[0])))
                }
            }
            (other, Some(true)) => Err(("[key value]".into(), shown(other))),
            (plain, _) => scalar(plain),
        }
    }

    fn history(mut self, text: &str) -> History {
        let open = core::mem::take(&mut self.open);
        self.done.extend(open.into_values().map(|open| (open.operation, open.offset)));
        self.done.sort_by_key(|(operation, _)| operation.called);
        let mut line = LineCount { text, offset: 0, line: 1 };
        let mut offsets: Vec<(usize, usize)> =
            self.done.iter().enumerate().map(|(place, &(_, offset))| (offset, place)).collect();
        offsets.sort_unstable();
        let mut lines = alloc::vec![0; self.done.len()];
        for (offset, place) in offsets {
            lines[place] = line.of(offset);
        }
        History { operations: self.done.into_iter().map(|(operation, _)| operation).collect(), lines }
    }
}

/// Counts lines once over the whole text.
struct LineCount<'a> {
    text: &'a str,
    offset: usize,
    line: u32,
}

impl LineCount<'_> {
    /// The line of a place that is not before the last one asked for.
    fn of(&mut self, offset: usize) -> u32 {
        self.line += line_and_column(&self.text[self.offset..offset], offset - self.offset).0 - 1;
        self.offset = offset;
        self.line
    }
}

static NIL: Edn<'static> = Edn::Nil;

fn field<'a>(event: &'a Edn<'_>, name: &'static str) -> Option<&'a Edn<'a>> {
    let Edn::Map(fields) = event else { return None };
    fields.iter().find(|(key, _)| matches!(key, Edn::Key(key) if *key == name)).map(|(_, value)| value)
}

/// A value as text; nil is nothing.
fn scalar(value: &Edn<'_>) -> Result<Value, Wrong> {
    match value {
        Edn::Nil => Ok(None),
        Edn::Str(text) => Ok(Some((&**text).into())),
        Edn::Int(_) | Edn::Key(_) | Edn::Symbol(_) | Edn::Bool(_) | Edn::Char(_) | Edn::Rational(_) => {
            Ok(Some(value.to_string().as_str().into()))
        }
        other => Err(("a number, a string, a keyword or nil".into(), shown(other))),
    }
}

/// The beginning of what was found.
fn shown(value: &Edn<'_>) -> String {
    const LONGEST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("`{}…`", &text[..end]),
        None => format!("`{text}`"),
    }
}

fn calls_of(model: Model) -> &'static str {
    match model {
        Model::Register => "a call of a register: :read, :write or :cas",
        Model::KeyValue => "a call of a store: :read, :write, :cas, :append or :delete",
        Model::Queue => "a call of a queue: :enqueue or :dequeue",
    }
}

pub(super) fn name_of(model: Model) -> &'static str {
    match model {
        Model::Register => "register",
        Model::KeyValue => "store",
        Model::Queue => "queue",
    }
}

/// Writes a history: one event a line, in the order in which they happened.
pub fn write(operations: &[Operation]) -> String {
    let keyed = operations.iter().any(|operation| operation.key.is_some());
    let mut events: Vec<(u64, bool, usize)> = Vec::new();
    for (place, operation) in operations.iter().enumerate() {
        events.push((operation.called, false, place));
        events.extend(operation.returned.as_ref().map(|&(at, _)| (at, true, place)));
    }
    // What happens at one time overlaps, so calls come first.
    events.sort_unstable();
    let mut text = String::new();
    for (index, (at, is_end, place)) in events.into_iter().enumerate() {
        let operation = &operations[place];
        let kind = match operation.reply() {
            _ if !is_end => "invoke",
            Some(Reply::Refused) => "fail",
            _ => "ok",
        };
        let (f, value) = f_and_value(operation, is_end);
        let value = if keyed { format!("[{} {value}]", written(&operation.key)) } else { value };
        let process = operation.process;
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "{{:process {process}, :type :{kind}, :f :{f}, :value {value}, :time {at}, :index {index}}}"
        );
    }
    text
}

fn f_and_value(operation: &Operation, is_end: bool) -> (&'static str, String) {
    let answer = match operation.reply() {
        Some(Reply::Value(value)) if is_end => written(value),
        _ => "nil".into(),
    };
    match &operation.call {
        Call::Read => ("read", answer),
        Call::Write(value) => ("write", written(value)),
        Call::CompareAndSet(old, new) => ("cas", format!("[{} {}]", written(old), written(new))),
        Call::Append(more) => ("append", written(&Some(more.clone()))),
        Call::Delete => ("delete", "nil".into()),
        Call::Enqueue(value) => ("enqueue", written(value)),
        Call::Dequeue => ("dequeue", answer),
    }
}

/// A value in EDN: a number where it looks like one, or else a string.
fn written(value: &Value) -> String {
    let Some(text) = value else { return "nil".into() };
    let number = text.as_str().parse::<i64>().ok().filter(|number| number.to_string() == text.as_str());
    number.map_or_else(|| format!("{}", Edn::string(text.as_str())), |number| number.to_string())
}
