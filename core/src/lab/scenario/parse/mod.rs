//! From text to beats. Every error names the line, the word it could not use, and what would be right.

mod deed;
mod fact;
mod words;

use super::{Beat, Line, Scenario, ScenarioError, Who};
use crate::kv::server::{Host, Reads};
use crate::lab::config::{AnyRule, Config, Coordination};
use crate::lab::tell::Kind;
use crate::mapreduce::Disks;
use crate::time::Span;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use words::{number, range, span, split, switch};

/// How long `until` waits if the scenario does not say.
const PATIENCE: Span = Span::secs(10);

type Read<T> = Result<T, String>;

pub(super) fn scenario(text: &str) -> Result<Scenario, ScenarioError> {
    let mut scenario = Scenario {
        title: String::new(),
        paper: String::new(),
        lesson: 0,
        config: Config { workers: 0, clients: 1, ..Config::default() },
        breaks: Vec::new(),
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
    if let ("disk", Some(_)) = (word, rest.split_once(" takes ")) {
        return Ok(false);
    }
    let config = &mut scenario.config;
    match word {
        "title" => scenario.title = rest.into(),
        "paper" => scenario.paper = rest.into(),
        "lesson" => scenario.lesson = number(rest)?,
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
        "backup-after" => config.backup_after = Some(span(rest)?),
        "coordinator" => {
            config.coordinator = match rest {
                "plain" => Coordination::Plain,
                "replicated" => Coordination::Replicated,
                _ => return Err(format!("a coordinator is `plain` or `replicated`, not `{rest}`")),
            }
        }
        "intermediate" => {
            config.intermediate = match rest {
                "shared" => Disks::Shared,
                "local" => Disks::Local,
                _ => return Err(format!("intermediate files are `shared` or `local`, not `{rest}`")),
            }
        }
        "reordering" => config.reordering = number(rest)?,
        "snapshot-near" => config.max_raft_state = Some(bytes(rest)?),
        "chunks-of" => config.snapshot_chunk = Some(bytes(rest)?),
        "pre-vote" => config.pre_vote = switch(rest)?,
        "check-quorum" => config.check_quorum = switch(rest)?,
        "lease-drift" => config.lease_drift = number(rest.trim_end_matches("ppm"))?,
        "reads" => {
            config.reads = match rest {
                "log" => Reads::Log,
                "read-index" => Reads::ReadIndex,
                "lease" => Reads::Lease,
                "local" => Reads::Local,
                _ => return Err(format!("reads go by log, read-index, lease or local, not by `{rest}`")),
            }
        }
        "host" => {
            config.host = match rest {
                "service" => Host::Service,
                "tester" => Host::Tester,
                _ => return Err(format!("the host of a server is service or tester, not `{rest}`")),
            }
        }
        "without" => {
            for name in rest.split_whitespace() {
                AnyRule::named(name)?;
                config.without.push(name.into());
            }
        }
        "breaks" => {
            let names = rest.split_whitespace();
            scenario.breaks = names.map(fact::property).collect::<Read<_>>()?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

fn beat(line: &str) -> Read<Beat> {
    let (word, rest) = split(line);
    Ok(match word {
        ">" => Beat::Say(rest.into()),
        "tell" => {
            let (notes, kinds): (Vec<&str>, Vec<&str>) =
                rest.split_whitespace().partition(|&kind| kind == "notes");
            let kinds = kinds.into_iter().map(kind).collect::<Read<_>>()?;
            Beat::Tell { kinds, notes: !notes.is_empty() }
        }
        "name" => {
            let (name, who) = split(rest);
            Beat::Name(name.into(), whom(who)?)
        }
        "wait" => Beat::Wait(span(rest)?),
        "until" => match rest.rsplit_once(" within ") {
            Some((fact, patience)) => Beat::Until(fact::fact(fact)?, span(patience)?),
            None => Beat::Until(fact::fact(rest)?, PATIENCE),
        },
        "expect" => Beat::Expect(fact::fact(rest)?),
        "text" => {
            let (name, text) = rest.split_once(':').ok_or("a text is given as `text NAME: its words`")?;
            Beat::Text { name: name.trim().into(), text: text.trim().into() }
        }
        _ => Beat::Do(deed::deed(word, rest)?),
    })
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

fn kind(text: &str) -> Read<Kind> {
    Ok(match text {
        "election" => Kind::Election,
        "replication" => Kind::Replication,
        "client" => Kind::Client,
        "mapreduce" => Kind::Mapreduce,
        "disk" => Kind::Disk,
        "fault" => Kind::Fault,
        "quiet" => Kind::Quiet,
        _ => {
            return Err(format!(
                "`{text}` is not a kind of step: use election, replication, client, mapreduce, disk, fault, quiet, or notes for what is refused and ignored"
            ));
        }
    })
}

/// `800 bytes`.
fn bytes<T: core::str::FromStr>(text: &str) -> Read<T> {
    number(text.trim_end_matches("bytes"))
}
