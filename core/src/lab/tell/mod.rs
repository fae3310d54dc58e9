//! Steps put into words: one plain sentence for each, what it changed, why, and which rule was involved.
//!
//! The protocols do not narrate themselves. A sentence is made of what the step holds: its cause, what the node did
//! about it, how it looked before and after.

mod action;
pub mod kv;
mod mapreduce;
mod raft;
mod headline;

pub use headline::{Headline, headline};
pub use raft::role;

use super::config::{Role, Roster};
use super::member::{Member, Message, Note, View};
use crate::node::NodeId;
use crate::sim::{Cause, Deed, Missed, Step};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use serde::Serialize;

/// A step in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What happened, in one plain sentence.
    pub text: String,
    /// What it is about.
    pub kind: Kind,
    /// The section of the paper that the rule involved stands in.
    pub section: Option<&'static str>,
    /// What changed, field by field, in the paper's names.
    pub changes: Vec<String>,
    /// The reasons the node gave.
    pub notes: Vec<String>,
}

/// What a step is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Who leads.
    Election,
    /// Entries and what is committed.
    Replication,
    /// Clients and their operations.
    Client,
    /// Jobs and tasks.
    Mapreduce,
    /// Writes that became durable.
    Disk,
    /// Something was done to the cluster.
    Fault,
    /// Heartbeats and other routine.
    Quiet,
}

/// A sentence with what it is about and where its rule stands.
struct Sentence {
    text: String,
    kind: Kind,
    section: Option<&'static str>,
}

impl Sentence {
    fn new(kind: Kind, section: &'static str, text: String) -> Sentence {
        Sentence { text, kind, section: Some(section) }
    }

    fn plain(kind: Kind, text: String) -> Sentence {
        Sentence { text, kind, section: None }
    }
}

/// Puts a step into words.
pub fn tell(step: &Step<Member>, roster: Roster) -> Told {
    let names = Names(roster);
    let sentence = sentence(step, names);
    let notes = step.notes().map(|note| String::from(why(*note))).collect();
    Told {
        text: upper(&sentence.text),
        kind: sentence.kind,
        section: sentence.section,
        changes: changes(step, names),
        notes,
    }
}

/// What a note says to people.
pub fn why(note: Note) -> &'static str {
    match note {
        Note::Kv(note) => note.why(),
        Note::MapReduce(note) => mapreduce::why(note),
        Note::Stray(_) => "Ignored: this was meant for another kind of node.",
    }
}

fn sentence(step: &Step<Member>, names: Names) -> Sentence {
    match &step.cause {
        Cause::Action(action) => action::sentence(action, step, names),
        Cause::Start { node, incarnation, .. } => started(names, *node, *incarnation),
        Cause::Configured { node, .. } => {
            Sentence::plain(Kind::Quiet, format!("{} follows the new rules.", names.of(*node)))
        }
        Cause::Missed { from, to, body, why, .. } => {
            let (from, to, what) = (names.of(*from), names.of(*to), names.message(body));
            let why = match why {
                Missed::Cut => format!("the link to {to} is cut"),
                Missed::Down => format!("{to} is down"),
                Missed::Corrupt => format!("{to} found its checksum wrong"),
            };
            Sentence::plain(Kind::Quiet, format!("{what} from {from} was lost: {why}."))
        }
        Cause::Durable { node, .. } => durable(step, names, *node),
        Cause::Alarm { node, timer, .. } => match timer {
            super::member::Timer::Raft(timer) => raft::alarm(step, names, *node, *timer),
            super::member::Timer::Clerk(timer) => kv::alarm(step, names, *node, *timer),
            super::member::Timer::MapReduce(timer) => mapreduce::alarm(step, names, *node, *timer),
        },
        Cause::Arrival { from, to, body, .. } => match body {
            Message::Kv(crate::kv::Message::Raft(message)) => raft::arrival(step, names, *from, *to, message),
            Message::Kv(message) => kv::arrival(step, names, *from, *to, message),
            Message::MapReduce(message) => mapreduce::arrival(step, names, *from, *to, message),
        },
    }
}

fn started(names: Names, node: NodeId, incarnation: u64) -> Sentence {
    let name = names.of(node);
    if incarnation == 1 {
        return Sentence::plain(Kind::Quiet, format!("{name} started."));
    }
    Sentence::plain(Kind::Fault, format!("{name} runs again, for the {} time.", ordinal(incarnation)))
}

/// A write became durable, and what had waited for it left.
fn durable(step: &Step<Member>, names: Names, node: NodeId) -> Sentence {
    let name = names.of(node);
    let mut left = step.deeds.iter().filter_map(|deed| match deed {
        Deed::Departed { to, body, .. } => Some((names.of(*to), names.message(body))),
        _ => None,
    });
    let text = match (left.next(), left.count()) {
        (None, _) => format!("{name}'s write is on its disk."),
        (Some((to, what)), 0) => {
            format!("{name}'s write is on its disk, so {} to {to} could leave.", lower(&what))
        }
        (Some((_, what)), more) => {
            format!("{name}'s write is on its disk, so {} and {more} more could leave.", lower(&what))
        }
    };
    Sentence::new(Kind::Disk, "Figure 2", text)
}

fn changes(step: &Step<Member>, names: Names) -> Vec<String> {
    match step.change.as_ref().map(|change| (&change.before, &change.after)) {
        Some((Some(View::Server(before)), Some(View::Server(after)))) => raft::changes(before, after, names),
        Some((Some(View::Client(before)), Some(View::Client(after)))) => kv::changes(before, after, names),
        _ => Vec::new(),
    }
}

/// People's names for nodes and messages.
#[derive(Clone, Copy)]
struct Names(Roster);

impl Names {
    fn of(self, node: NodeId) -> String {
        match self.0.role(node) {
            Some(Role::Coordinator | Role::Store) => format!("the {}", self.0.name(node)),
            _ => self.0.name(node),
        }
    }

    fn is_worker(self, node: NodeId) -> bool {
        self.0.role(node) == Some(Role::Worker)
    }

    fn maybe(self, node: Option<NodeId>) -> String {
        node.map_or_else(|| "none".into(), |node| self.of(node))
    }

    /// A message as a noun phrase: `A vote request`.
    fn message(self, body: &Message) -> String {
        match body {
            Message::Kv(crate::kv::Message::Raft(message)) => raft::name(message).into(),
            Message::Kv(message) => kv::name(message),
            Message::MapReduce(message) => mapreduce::name(message),
        }
    }
}

/// A message in one line, for a tooltip.
pub fn tell_message(body: &Message, roster: Roster) -> String {
    match body {
        Message::Kv(crate::kv::Message::Raft(message)) => raft::describe(message),
        _ => Names(roster).message(body),
    }
}

/// The phrase as the beginning of a sentence.
fn upper(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars
        .next()
        .map_or_else(String::new, |first| core::iter::once(first.to_ascii_uppercase()).chain(chars).collect())
}

/// The phrase within a sentence.
fn lower(phrase: &str) -> String {
    let mut chars = phrase.chars();
    chars
        .next()
        .map_or_else(String::new, |first| core::iter::once(first.to_ascii_lowercase()).chain(chars).collect())
}

fn ordinal(n: u64) -> String {
    match n {
        2 => "second".into(),
        3 => "third".into(),
        n => format!("{n}th"),
    }
}

/// `entry 7`, `entries 5 to 7`.
fn entries(first: u64, last: u64) -> String {
    if first == last { format!("entry {first}") } else { format!("entries {first} to {last}") }
}
