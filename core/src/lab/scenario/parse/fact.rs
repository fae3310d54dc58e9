//! What can be said of a moment, in words.

use super::Read;
use super::words::{addressed, number, word};
use crate::check::Property;
use crate::lab::scenario::fact::{Fact, Many};
use crate::lab::scenario::flights::Which;
use crate::lab::scenario::notes;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

/// A fact; see [`Fact`] for the forms.
pub(super) fn fact(text: &str) -> Read<Fact> {
    if let Some(text) = text.strip_prefix("not ") {
        return Ok(Fact::Not(Box::new(fact(text)?)));
    }
    match text {
        "a leader" => return Ok(Fact::Leader { but: None }),
        "no leader" => return Ok(Fact::NoLeader),
        "one leader a term" => return Ok(Fact::OneLeaderATerm),
        "all properties hold" => return Ok(Fact::AllHold),
        "all logs are equal" => return Ok(Fact::EqualLogs),
        "the job is done" => return Ok(Fact::JobDone),
        "the output equals the sequential run" => return Ok(Fact::OutputEquals),
        "a task was issued again" => return Ok(Fact::Reissued),
        "a worker is busy" => return Ok(Fact::BusyWorker),
        _ => {}
    }
    if let Some(but) = text.strip_prefix("a leader other than ") {
        return Ok(Fact::Leader { but: Some(word(but)?) });
    }
    if let Some(found) = flight(text) {
        return found;
    }
    if let Some((node, terms)) = text.strip_prefix("terms of ").and_then(|rest| rest.split_once(" are")) {
        let terms = terms.split_whitespace().map(number).collect::<Read<_>>()?;
        return Ok(Fact::Terms { node: word(node)?, terms });
    }
    if let Some((node, said)) = text.split_once(" noted ") {
        return noted(node, said);
    }
    if let Some((node, candidate)) = text.split_once(" voted for ") {
        let candidate = if candidate == "nobody" { None } else { Some(word(candidate)?) };
        return Ok(Fact::VotedFor { node: word(node)?, candidate });
    }
    if let Some((node, answer)) = text.split_once(" has the answer ") {
        return Ok(Fact::Answer { client: word(node)?, answer: answer.into() });
    }
    if let Some(name) = text.strip_suffix(" is broken").filter(|name| !name.contains(' ')) {
        return Ok(Fact::Broken(property(name)?));
    }
    for (is, least, most) in
        [(" is at least ", true, false), (" is at most ", false, true), (" is ", true, true)]
    {
        if let Some((what, value)) = text.rsplit_once(is)
            && let Some((what, node)) = what.rsplit_once(" of ")
            && let Some(what) = Many::named(what)
        {
            let value = number(value)?;
            let (least, most) = (if least { value } else { 0 }, if most { value } else { u64::MAX });
            return Ok(Fact::Number { what, node: word(node)?, least, most });
        }
    }
    match text.rsplit_once(' ') {
        Some((node, "leads")) => return Ok(Fact::Leads(word(node)?)),
        Some((node, "follows")) => return Ok(Fact::Follows(word(node)?)),
        Some((node, "stands")) => return Ok(Fact::Stands(word(node)?)),
        Some((node, "waits")) => return Ok(Fact::Waits(word(node)?)),
        _ => {}
    }
    if let Some((what, value)) = text.rsplit_once(" is ")
        && let Some((key, node)) = what.rsplit_once(" on ")
    {
        return Ok(Fact::Value { key: key.into(), node: word(node)?, value: value.into() });
    }
    Err(unknown(text))
}

/// `a vote from S3 to S1 is on its way`, `entries to S1 are held`.
fn flight(text: &str) -> Option<Read<Fact>> {
    let forms =
        [(" is on its way", false), (" are on their way", false), (" is held", true), (" are held", true)];
    let (rest, held) = forms.into_iter().find_map(|(end, held)| Some((text.strip_suffix(end)?, held)))?;
    let known = ["a ", "an "].into_iter().find_map(|article| rest.strip_prefix(article));
    let rest = known.or(Some(rest).filter(|rest| rest.starts_with("entries")))?;
    Some(addressed(rest, Which::First).map(|flights| Fact::Flight { flights, held }))
}

/// `S3 noted entries-refused-conflict`, `… 4 times`.
fn noted(node: &str, said: &str) -> Read<Fact> {
    let (name, times) = match said.split_once(' ') {
        None => (said, None),
        Some((name, "once")) => (name, Some(1)),
        Some((name, times)) => {
            let times = times.strip_suffix(" times").ok_or_else(|| {
                format!("`{times}` is not how often: write `once`, `4 times`, or nothing for at least once")
            })?;
            (name, Some(number(times)?))
        }
    };
    let note = notes::named(name).ok_or_else(|| {
        format!("`{name}` is no note: the notes are those of raft::Note, kv::Note and mapreduce::Note")
    })?;
    Ok(Fact::Noted { node: word(node)?, note, times })
}

/// A property, by its name.
pub(super) fn property(name: &str) -> Read<Property> {
    let known = || Property::ALL.map(Property::name).join(", ");
    let found = Property::ALL.into_iter().find(|property| property.name() == name.trim());
    found.ok_or_else(|| format!("`{name}` is no property: there are {}", known()))
}

fn unknown(text: &str) -> String {
    format!(
        "`{text}` is not a fact: use `a leader`, `a leader other than L`, `no leader`, `one leader a term`, `S1 leads`, `S1 follows`, \
         `S1 stands`, `S3 voted for S1` (or `nobody`), {}, `terms of S1 are 1 1 2`, `all logs are equal`, `x on S1 is 1`, \
         `a vote from S3 to S1 is on its way` (or `is held`), `S3 noted vote-refused-log-behind` (or `… 2 times`), `C1 waits`, \
         `C1 has the answer 1`, `election-safety is broken`, `a worker is busy`, `a task was issued again`, `the job is done`, \
         `the output equals the sequential run`, `all properties hold`, each also after `not`",
        Many::ALL.map(|many| format!("`{} of S1 is 2`", many.name())).join(", ")
    )
}
