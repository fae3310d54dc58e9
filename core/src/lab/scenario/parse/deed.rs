//! What can be done to a cluster, in words.

use super::Read;
use super::words::{ends, flights, nodes, number, range, span, split, switch, word};
use crate::kv::Op;
use crate::lab::act::{Act, Course};
use crate::lab::config::AnyRule;
use crate::lab::scenario::{Change, Deed, NodeDeed};
use crate::mapreduce::{Program, Records, Spec};
use crate::sim::{FlightAction, Gate};
use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

pub(super) fn deed(verb: &str, rest: &str) -> Read<Deed> {
    let (first, more) = split(rest);
    let all = |deed| Ok(Deed::Node(nodes(rest)?, deed));
    let node = |deed| Ok(Deed::Node(vec![word(first)?], deed));
    match verb {
        "crash" => all(NodeDeed::Crash),
        "restart" => all(NodeDeed::Restart),
        "pause" => all(NodeDeed::Pause),
        "resume" => all(NodeDeed::Resume),
        "isolate" => all(NodeDeed::Isolate),
        "wipe" => all(NodeDeed::Wipe),
        "stall" => all(NodeDeed::Stall),
        "unstall" => all(NodeDeed::Unstall),
        "quiet" => all(NodeDeed::Quiet),
        "slow" => node(NodeDeed::Slow(by(more, "slow S1 by 20 ms")?)),
        "drift" => node(NodeDeed::Drift(
            more.strip_prefix("by ")
                .and_then(|text| text.strip_suffix(" ppm"))
                .and_then(|ppm| ppm.trim().parse().ok())
                .ok_or("a clock drifts in parts in a million: `drift S1 by 100000 ppm`, or by -100000 ppm")?,
        )),
        "speed" => node(NodeDeed::Speed(number(more)?)),
        "fire" => node(NodeDeed::Fire(more.into())),
        "postpone" => {
            let (timer, more) = split(more);
            node(NodeDeed::Postpone(timer.into(), by(more, "postpone S1 election by 2 s")?))
        }
        "disk" => {
            let latency =
                more.strip_prefix("takes ").ok_or("a disk's pace is `disk S1 takes 2 ms to 5 ms`")?;
            node(NodeDeed::Disk(range(latency)?))
        }
        "start" => node(NodeDeed::Start(more.into())),
        "snapshot" => {
            let index = more.strip_prefix("at ").ok_or("a snapshot is taken with `snapshot S1 at 5`")?;
            node(NodeDeed::Snapshot(number(index)?))
        }
        "transfer" => {
            let (from, to) =
                rest.split_once(" to ").ok_or("leadership is handed over with `transfer S1 to S2`")?;
            Ok(Deed::Transfer(word(from)?, word(to)?))
        }
        "get" => node(NodeDeed::Ask(Op::Get { key: more.into() })),
        "delete" => node(NodeDeed::Ask(Op::Delete { key: more.into() })),
        "put" | "append" => {
            let (key, value) = split(more);
            let (key, value) = (key.into(), value.into());
            node(NodeDeed::Ask(if verb == "put" {
                Op::Put { key, value }
            } else {
                Op::Append { key, value }
            }))
        }
        "cas" => {
            let (key, values) = split(more);
            let (expected, value) = split(values);
            if value.is_empty() {
                return Err("a compare-and-set is `cas C1 x 1 2`, or `cas C1 x nothing 1`".into());
            }
            let expected = (expected != "nothing").then(|| expected.into());
            node(NodeDeed::Ask(Op::Cas { key: key.into(), expected, value: value.into() }))
        }
        "load" => {
            let (every, keys) =
                more.split_once(" over ").ok_or("a load is `load C1 every 10 ms over 5 keys`")?;
            let every = span(every.trim_start_matches("every "))?;
            node(NodeDeed::Load(every, number(keys.trim_end_matches("keys").trim_end_matches("key").trim())?))
        }
        "partition" => {
            let group = |group: &str| nodes(group);
            Ok(Deed::Partition(rest.split('|').map(group).collect::<Read<Vec<_>>>()?))
        }
        "cut" => Ok(Deed::Link(ends(rest)?, Gate::Cut)),
        "open" => Ok(Deed::Link(ends(rest)?, Gate::Open)),
        "hold" if rest.contains("->") => Ok(Deed::Link(ends(rest)?, Gate::Hold)),
        "hold" => flight(rest, FlightAction::Hold),
        "release" => flight(rest, FlightAction::Release),
        "deliver" => flight(rest, FlightAction::Deliver),
        "drop" => flight(rest, FlightAction::Drop),
        "duplicate" => flight(rest, FlightAction::Duplicate),
        "corrupt" => flight(rest, FlightAction::Corrupt),
        "delay" => {
            let (what, later) = rest
                .rsplit_once(" by ")
                .ok_or("a message is delayed with `delay the vote from S3 to S1 by 1 s`")?;
            flight(what, FlightAction::Delay(span(later)?))
        }
        "links" => Ok(Deed::Quality(None, change(rest)?)),
        "link" => {
            let at = ["takes", "loses", "doubles", "reorders"].into_iter().find_map(|verb| rest.find(verb));
            let (link, rest) = rest.split_at(at.unwrap_or(rest.len()));
            Ok(Deed::Quality(Some(ends(link)?), change(rest)?))
        }
        "heal" => Ok(Deed::Plain(Act::Heal)),
        "reseed" => Ok(Deed::Plain(Act::Reseed { seed: number(rest)? })),
        "network" => {
            let mode = match rest {
                "reliable" => Course::Reliable,
                "unreliable" => Course::Unreliable,
                "reordering" => Course::Reordering,
                _ => {
                    return Err(format!(
                        "the course's network is reliable, unreliable or reordering, not `{rest}`"
                    ));
                }
            };
            Ok(Deed::Plain(Act::Network { mode }))
        }
        "rule" => {
            AnyRule::named(first)?;
            let on = switch(more).map_err(|_| format!("a rule is switched `on` or `off`, not `{more}`"))?;
            Ok(Deed::Plain(Act::Rule { rule: first.into(), on }))
        }
        "submit" => Ok(Deed::Submit(job(rest)?)),
        _ => Err(format!(
            "`{verb}` is not something that can be done: use crash, restart, pause, resume, slow, speed, drift, fire, postpone, isolate, \
             partition, cut, hold, open, heal, link, links, network, release, deliver, drop, duplicate, corrupt, delay, disk, stall, \
             unstall, wipe, get, put, append, cas, delete, load, quiet, start, snapshot, transfer, submit, rule, reseed, wait, until, expect, name, \
             text, tell or >"
        )),
    }
}

/// `word-count into 3`, with `by lines`, `combining` and `skipping` as one likes.
fn job(text: &str) -> Read<Spec> {
    let (asked, reduces) = text.split_once(" into ").ok_or("a job is `submit word-count into 3`")?;
    let mut words = asked.split_whitespace();
    let name = words.next().unwrap_or_default();
    let known = || Program::PLAIN.iter().map(Program::name).collect::<Vec<_>>().join(", ");
    let app = Program::PLAIN.into_iter().find(|program| program.name() == name);
    let app = app.ok_or_else(|| format!("there is no program `{name}`; there are: {}", known()))?;
    let reduce_tasks = number(reduces)?;
    let (records, inputs) = (Records::Whole, [].into());
    let mut spec = Spec { app, records, combine: false, skip_bad_records: false, reduce_tasks, inputs };
    while let Some(word) = words.next() {
        match word {
            "by" if words.next() == Some("lines") => spec.records = Records::Lines,
            "combining" => spec.combine = true,
            "skipping" => spec.skip_bad_records = true,
            _ => return Err(format!("a job goes `by lines`, `combining` or `skipping`, not `{word}`")),
        }
    }
    Ok(spec)
}

fn flight(rest: &str, action: FlightAction) -> Read<Deed> {
    Ok(Deed::Flight(flights(rest)?, action))
}

/// `by 20 ms`.
fn by(text: &str, example: &str) -> Read<crate::time::Span> {
    span(text.strip_prefix("by ").ok_or_else(|| format!("for how long is missing: `{example}`"))?)
}

/// What becomes of links: `take 5 ms to 9 ms`, `loses 100`.
fn change(text: &str) -> Read<Change> {
    let (verb, how) = split(text);
    Ok(match verb {
        "take" | "takes" => Change::Latency(range(how)?),
        "lose" | "loses" => Change::Loss(number(how)?),
        "double" | "doubles" => Change::Duplication(number(how)?),
        "reorder" | "reorders" => Change::Reordering(number(how)?),
        _ => {
            return Err(
                "links are changed with `links take 5 ms to 9 ms`, `links lose 100`, `links double 100` or `links reorder 100` \
                 (messages in a thousand), or for one of them `link S1 -> S2 takes 50 ms`"
                    .into(),
            );
        }
    })
}
