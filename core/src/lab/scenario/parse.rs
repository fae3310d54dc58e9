//! From text to beats. Every error names the line, the word it could not use, and what would be right.

use super::fact::{Fact, Many};
use super::{Beat, Deed, Line, NodeDeed, Scenario, ScenarioError, Who, Word};
use crate::lab::act::Act;
use crate::lab::config::{AnyRule, Config};
use crate::lab::tell::Kind;
use crate::mapreduce::BuiltIn;
use crate::sim::Gate;
use crate::time::Span;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// How long `until` waits if the scenario does not say.
const PATIENCE: Span = Span::secs(10);

type Read<T> = Result<T, String>;

pub(super) fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    let mut scenario = Scenario {
        title: String::new(),
        paper: String::new(),
        config: Config { workers: 0, clients: 1, ..Config::default() },
        lines: Vec::new(),
    };
    for (place, line) in text.lines().enumerate() {
        let number = place as u32 + 1;
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let failed = |why| ScenarioError { line: number, why };
        if header(line, &mut scenario).map_err(failed)? {
            if scenario.lines.is_empty() {
                continue;
            }
            return Err(failed(format!("`{line}` belongs to the beginning, before anything happens")));
        }
        scenario.lines.push(Line { number, beat: beat(line).map_err(failed)? });
    }
    let failed = |why: String| ScenarioError { line: 1, why };
    if scenario.title.is_empty() {
        return Err(failed("a scenario needs a title: begin with `title ...`".into()));
    }
    scenario.config.check().map_err(failed)?;
    Ok(scenario)
}

/// Whether the line belongs to the head of a scenario; it is then taken.
fn header(line: &str, scenario: &mut Scenario) -> Read<bool> {
    let (word, rest) = split(line);
    let config = &mut scenario.config;
    match word {
        "title" => scenario.title = rest.into(),
        "paper" => scenario.paper = rest.into(),
        "servers" => config.servers = number(rest)?,
        "clients" => config.clients = number(rest)?,
        "workers" => config.workers = number(rest)?,
        "seed" => config.seed = number(rest)?,
        "loss" => config.loss = number(rest)?,
        "duplication" => config.duplication = number(rest)?,
        "latency" => config.latency = range(rest)?,
        "disk" => config.disk_latency = range(rest)?,
        "election-timeout" => config.election_timeout = range(rest)?,
        "heartbeat" => config.heartbeat = span(rest)?,
        "task-timeout" => config.task_timeout = span(rest)?,
        _ => return Ok(false),
    }
    Ok(true)
}

fn beat(line: &str) -> Read<Beat> {
    let (word, rest) = split(line);
    Ok(match word {
        ">" => Beat::Say(rest.into()),
        "tell" => Beat::Tell(rest.split_whitespace().map(kind).collect::<Read<_>>()?),
        "name" => {
            let (name, who) = split(rest);
            Beat::Name(name.into(), whom(who)?)
        }
        "wait" => Beat::Wait(span(rest)?),
        "until" => match rest.rsplit_once(" within ") {
            Some((fact, patience)) => Beat::Until(self::fact(fact)?, span(patience)?),
            None => Beat::Until(fact(rest)?, PATIENCE),
        },
        "expect" => Beat::Expect(fact(rest)?),
        "text" => {
            let (name, text) = rest.split_once(':').ok_or("a text is given as `text NAME: its words`")?;
            Beat::Text { name: name.trim().into(), text: text.trim().into() }
        }
        _ => Beat::Do(deed(word, rest)?),
    })
}

fn deed(word: &str, rest: &str) -> Read<Deed> {
    let (first, more) = split(rest);
    let node = |deed| Ok(Deed::Node(self::word(first)?, deed));
    match word {
        "crash" => node(NodeDeed::Crash),
        "restart" => node(NodeDeed::Restart),
        "pause" => node(NodeDeed::Pause),
        "resume" => node(NodeDeed::Resume),
        "isolate" => node(NodeDeed::Isolate),
        "wipe" => node(NodeDeed::Wipe),
        "stall" => node(NodeDeed::Stall),
        "unstall" => node(NodeDeed::Unstall),
        "fire" => node(NodeDeed::Fire(more.into())),
        "get" => node(NodeDeed::Get(more.into())),
        "put" => node(NodeDeed::Put(split(more).0.into(), split(more).1.into())),
        "append" => node(NodeDeed::Append(split(more).0.into(), split(more).1.into())),
        "quiet" => node(NodeDeed::Quiet),
        "load" => {
            let (every, keys) =
                more.split_once(" over ").ok_or("a load is `load C1 every 10 ms over 5 keys`")?;
            let every = span(every.trim_start_matches("every "))?;
            node(NodeDeed::Load(every, number(keys.trim_end_matches("keys").trim_end_matches("key").trim())?))
        }
        "partition" => {
            let group = |group: &str| group.split_whitespace().map(self::word).collect::<Read<Vec<Word>>>();
            Ok(Deed::Partition(rest.split('|').map(group).collect::<Read<_>>()?))
        }
        "cut" => link(rest, Gate::Cut),
        "hold" => link(rest, Gate::Hold),
        "open" => link(rest, Gate::Open),
        "heal" => Ok(Deed::Plain(Act::Heal)),
        "rule" => {
            let (name, state) = split(rest);
            AnyRule::named(name)?;
            match state {
                "on" | "off" => Ok(Deed::Plain(Act::Rule { rule: name.into(), on: state == "on" })),
                _ => Err(format!("a rule is switched `on` or `off`, not `{state}`")),
            }
        }
        "submit" => {
            let (app, reduces) = rest.split_once(" into ").ok_or("a job is `submit word-count into 3`")?;
            let known = || BuiltIn::ALL.iter().map(|app| app.name()).collect::<Vec<_>>().join(", ");
            let app = BuiltIn::ALL.into_iter().find(|built_in| built_in.name() == app.trim());
            Ok(Deed::Submit(
                app.ok_or_else(|| format!("there is no such program; there are: {}", known()))?,
                number(reduces)?,
            ))
        }
        _ => Err(format!(
            "`{word}` is not something that can be done: use crash, restart, pause, resume, isolate, wipe, stall, unstall, fire, \
             partition, heal, cut, hold, open, get, put, append, load, quiet, submit, rule, wait, until, expect, name, text, tell or >"
        )),
    }
}

fn link(rest: &str, gate: Gate) -> Read<Deed> {
    let (from, to) = rest.split_once("->").ok_or("a link is given as `S1 -> S2`, one direction")?;
    Ok(Deed::Link(word(from)?, word(to)?, gate))
}

fn whom(text: &str) -> Read<Who> {
    match text {
        "the leader" => Ok(Who::Leader),
        "a follower" => Ok(Who::Follower),
        "a busy worker" => Ok(Who::BusyWorker),
        _ => {
            Err(format!("a name is given to `the leader`, `a follower` or `a busy worker`, not to `{text}`"))
        }
    }
}

/// A fact; see [`Fact`] for the forms.
fn fact(text: &str) -> Read<Fact> {
    if let Some(text) = text.strip_prefix("not ") {
        return Ok(Fact::Not(alloc::boxed::Box::new(fact(text)?)));
    }
    match text {
        "a leader" => return Ok(Fact::Leader { but: None }),
        "no leader" => return Ok(Fact::NoLeader),
        "one leader a term" => return Ok(Fact::OneLeaderATerm),
        "all properties hold" => return Ok(Fact::AllHold),
        "the job is done" => return Ok(Fact::JobDone),
        "the output equals the sequential run" => return Ok(Fact::OutputEquals),
        "a task was issued again" => return Ok(Fact::Reissued),
        "a worker is busy" => return Ok(Fact::BusyWorker),
        _ => {}
    }
    if let Some(but) = text.strip_prefix("a leader other than ") {
        return Ok(Fact::Leader { but: Some(word(but)?) });
    }
    if let Some((what, value)) = text.rsplit_once(" is at least ") {
        let (what, node) = what.rsplit_once(" of ").ok_or_else(|| unknown(text))?;
        return Ok(Fact::Number {
            what: many(what)?,
            node: word(node)?,
            least: number(value)?,
            most: u64::MAX,
        });
    }
    if let Some((what, value)) = text.rsplit_once(" is ") {
        if let Some((what, node)) = what.rsplit_once(" of ")
            && let Ok(what) = many(what)
        {
            let value = number(value)?;
            return Ok(Fact::Number { what, node: word(node)?, least: value, most: value });
        }
        if let Some((key, node)) = what.rsplit_once(" on ") {
            return Ok(Fact::Value { key: key.into(), node: word(node)?, value: value.into() });
        }
    }
    if let Some((node, answer)) = text.split_once(" has the answer ") {
        return Ok(Fact::Answer { client: word(node)?, answer: answer.into() });
    }
    match text.rsplit_once(' ') {
        Some((node, "leads")) => Ok(Fact::Leads(word(node)?)),
        Some((node, "follows")) => Ok(Fact::Follows(word(node)?)),
        Some((node, "waits")) => Ok(Fact::Waits(word(node)?)),
        _ => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> String {
    format!(
        "`{text}` is not a fact: use `a leader`, `a leader other than L`, `no leader`, `one leader a term`, `S1 leads`, `S1 follows`, \
         `term of S1 is 2`, `log of S1 is 3`, `commit of S1 is at least 3`, `x on S1 is 1`, `C1 waits`, `C1 has the answer 1`, \
         `a worker is busy`, `a task was issued again`, `the job is done`, `the output equals the sequential run`, \
         `all properties hold`, each also after `not`"
    )
}

fn many(text: &str) -> Read<Many> {
    match text {
        "term" => Ok(Many::Term),
        "log" => Ok(Many::Log),
        "commit" => Ok(Many::Commit),
        _ => Err(format!("`{text}` of a server is not known: use term, log or commit")),
    }
}

fn kind(text: &str) -> Read<Kind> {
    Ok(match text {
        "election" => Kind::Election,
        "replication" => Kind::Replication,
        "client" => Kind::Client,
        "mapreduce" => Kind::Mapreduce,
        "disk" => Kind::Disk,
        "fault" => Kind::Fault,
        _ => {
            return Err(format!(
                "`{text}` is not a kind of step: use election, replication, client, mapreduce, disk or fault"
            ));
        }
    })
}

fn word(text: &str) -> Read<Word> {
    match text.trim() {
        "" => Err("a node is missing here: name one, such as S1".into()),
        text if text.contains(char::is_whitespace) => Err(format!("`{text}` is more than one node")),
        text => Ok(Word(text.to_string())),
    }
}

fn number<T: core::str::FromStr>(text: &str) -> Read<T> {
    text.trim().parse().map_err(|_| format!("`{}` is not a number that fits here", text.trim()))
}

fn range(text: &str) -> Read<(Span, Span)> {
    match text.split_once(" to ") {
        Some((from, to)) => Ok((span(from)?, span(to)?)),
        None => span(text).map(|span| (span, span)),
    }
}

fn span(text: &str) -> Read<Span> {
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

fn split(line: &str) -> (&str, &str) {
    let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (word, rest.trim())
}
