//! The key/value service's steps in words.

use super::{Kind, Names, Sentence};
use crate::kv::clerk::Timer;
use crate::kv::message::Outcome;
use crate::kv::{ClerkView, Message, Note, Op, Reply, ServerView};
use crate::lab::member::{self, Member, View};
use crate::node::{Effect, NodeId};
use crate::sim::Step;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// At most this many characters of a key or a value are told.
const SHOWN: usize = 24;

/// What is said of a key that is not there.
const NOTHING: &str = "nothing";

/// An operation as people type it: `put x 1`.
pub fn op(op: &Op) -> String {
    match op {
        Op::Get { key } => format!("get {}", short(key.as_str())),
        // No client writes under no name: this is a tester's command, which is all value.
        Op::Put { key, value } if key.is_empty() => short(value.as_str()),
        Op::Put { key, value } => format!("put {} {}", short(key.as_str()), short(value.as_str())),
        Op::Append { key, value } => format!("append {} {}", short(key.as_str()), short(value.as_str())),
        Op::Cas { key, expected, value } => {
            let expected = expected.as_ref().map_or(NOTHING.into(), |expected| short(expected.as_str()));
            format!("cas {} {expected} {}", short(key.as_str()), short(value.as_str()))
        }
        Op::Delete { key } => format!("delete {}", short(key.as_str())),
    }
}

/// An answer: what was read, or that it is done.
pub fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Done => "done".into(),
        Reply::NotEqual => "not equal".into(),
        Reply::Value(None) => NOTHING.into(),
        Reply::Value(Some(value)) if value.is_empty() => "an empty text".into(),
        Reply::Value(Some(value)) => short(value.as_str()),
        Reply::TooLong => "refused: too long".into(),
    }
}

/// The beginning of a text's first line, with an ellipsis if something is missing.
pub fn short(text: &str) -> String {
    match text.char_indices().enumerate().find(|&(place, (_, letter))| place == SHOWN || letter == '\n') {
        Some((_, (cut, _))) => format!("{}…", &text[..cut]),
        None => text.into(),
    }
}

pub(super) fn name(message: &Message) -> String {
    match message {
        Message::Raft(message) => super::raft::name(message).into(),
        Message::Request { op: asked, number, .. } => format!("Request {number}, “{}”,", op(asked)),
        Message::Reply { number, outcome: Outcome::Done(_), .. } => format!("The answer to request {number}"),
        Message::Reply { number, .. } => format!("A redirection of request {number}"),
    }
}

pub(super) fn alarm(step: &Step<Member>, names: Names, node: NodeId, timer: Timer) -> Sentence {
    let name = names.of(node);
    let asked = client(step).and_then(|view| view.pending.as_ref());
    match (timer, asked) {
        (Timer::Retry, Some(pending)) if !pending.pausing => {
            let (to, attempt) = (names.of(pending.to), pending.attempt);
            let waiting = client_before(step).and_then(|view| view.pending.as_ref());
            let paused = waiting.is_some_and(|pending| pending.pausing);
            let why = if paused { "has paused and asks" } else { "had no answer, so it asks" };
            let text = format!("{name} {why} {to}: “{}”, attempt {attempt}.", op(&pending.op));
            Sentence::new(Kind::Client, "§8", text)
        }
        (Timer::Retry, Some(_)) => {
            Sentence::new(Kind::Client, "§8", format!("{name} has asked every server in vain and pauses."))
        }
        (Timer::Load, Some(pending)) => {
            let text = format!("{name} asks {} to “{}”.", names.of(pending.to), op(&pending.op));
            Sentence::plain(Kind::Client, text)
        }
        (_, None) => {
            Sentence::plain(Kind::Quiet, format!("{name}'s timer ran out, and nothing waits for it."))
        }
    }
}

pub(super) fn arrival(
    step: &Step<Member>,
    names: Names,
    from: NodeId,
    to: NodeId,
    message: &Message,
) -> Sentence {
    let (from, to) = (names.of(from), names.of(to));
    match message {
        Message::Request { op: asked, number, .. } => requested(step, names, &from, &to, &op(asked), *number),
        Message::Reply { number, outcome, .. } => answered(step, names, &from, &to, *number, outcome),
        Message::Raft(_) => Sentence::plain(Kind::Quiet, format!("{to} heard from {from}.")),
    }
}

fn requested(step: &Step<Member>, names: Names, from: &str, to: &str, asked: &str, number: u64) -> Sentence {
    if let Some((before, after)) = servers(step)
        && after.raft.log.last_index() > before.raft.log.last_index()
    {
        let (index, term) = (after.raft.log.last_index(), after.raft.current_term);
        let text = format!("{to} put {from}'s “{asked}” into its log, as entry {index} of term {term}.");
        return Sentence::new(Kind::Client, "§5.3", text);
    }
    let mut replies = step.effects.iter().filter_map(|effect| match effect {
        Effect::Send { body: member::Message::Kv(Message::Reply { outcome, .. }), .. } => Some(outcome),
        _ => None,
    });
    let reply = replies.next();
    let sent_on = match reply {
        Some(Outcome::NotLeader { leader }) => Some(*leader),
        _ => None,
    };
    let text = match (sent_on, note(step)) {
        (Some(Some(leader)), _) => {
            format!("{to} does not lead, so it sends {from} on to {}: “{asked}”.", names.of(leader))
        }
        (Some(None), _) => {
            format!("{to} does not lead and knows nobody who does: {from} must look elsewhere.")
        }
        (None, Some(Note::AnsweredBefore)) => {
            format!("{to} has executed {from}'s request {number} before: it answers again, and does nothing.")
        }
        (None, Some(Note::RequestOutlived)) => {
            format!(
                "{to} ignored {from}'s request {number}: it has executed a later one of the same session."
            )
        }
        (None, Some(Note::AlreadyWaiting)) => {
            format!("{to} has {from}'s request {number} in its log already.")
        }
        // A read that spares the log waits until a majority has confirmed that its leader still leads.
        _ if reply.is_none() => {
            format!("{to} asks whether it still leads, before it answers {from}'s “{asked}”.")
        }
        _ => format!("{to} answered {from}'s “{asked}”."),
    };
    Sentence::new(Kind::Client, "§8", text)
}

fn answered(
    step: &Step<Member>,
    names: Names,
    from: &str,
    to: &str,
    number: u64,
    outcome: &Outcome,
) -> Sentence {
    let returned = match (client_before(step).and_then(|view| view.pending.as_ref()), client(step)) {
        (Some(pending), Some(after)) if pending.sent_as == number => {
            let waits = after.pending.as_ref().is_some_and(|after| after.number == pending.number);
            Some((pending, waits))
        }
        _ => None,
    };
    let text = match (outcome, returned) {
        (Outcome::Done(answer), Some((pending, false))) => match &pending.op {
            Op::Get { key } => format!("{to} read {}: {}.", short(key.as_str()), reply(answer)),
            asked if *answer == Reply::Done => format!("{to}'s “{}” is done.", op(asked)),
            asked => format!("{to}'s “{}” did nothing: {}.", op(asked), reply(answer)),
        },
        (Outcome::NotLeader { leader: Some(leader) }, Some(_)) => {
            format!("{from} sent {to} on to {}.", names.of(*leader))
        }
        (Outcome::NotLeader { leader: None }, Some(_)) => format!("{from} could not help {to}."),
        _ => {
            let text = format!("{to} ignored an answer from {from}: it is no longer waiting for it.");
            return Sentence::new(Kind::Quiet, "§8", text);
        }
    };
    Sentence::new(Kind::Client, "§8", text)
}

pub(super) fn changes(before: &ClerkView, after: &ClerkView, names: Names) -> Vec<String> {
    let mut changes = Vec::new();
    if before.leader != after.leader {
        changes.push(format!("leader {} → {}", names.maybe(before.leader), names.maybe(after.leader)));
    }
    let pending = |view: &ClerkView| view.pending.as_ref().map(|pending| (pending.number, pending.attempt));
    if pending(before) != pending(after) {
        let told = |view: &ClerkView| {
            view.pending.as_ref().map_or_else(
                || "nothing".into(),
                |pending| format!("“{}”, attempt {}", op(&pending.op), pending.attempt),
            )
        };
        changes.push(format!("waits for {} → {}", told(before), told(after)));
    }
    changes
}

fn note(step: &Step<Member>) -> Option<Note> {
    step.notes().find_map(|note| if let member::Note::Kv(note) = note { Some(*note) } else { None })
}

fn client(step: &Step<Member>) -> Option<&ClerkView> {
    if let View::Client(view) = step.change.as_ref()?.after.as_ref()? { Some(view) } else { None }
}

fn client_before(step: &Step<Member>) -> Option<&ClerkView> {
    if let View::Client(view) = step.change.as_ref()?.before.as_ref()? { Some(view) } else { None }
}

fn servers(step: &Step<Member>) -> Option<(&ServerView, &ServerView)> {
    match (step.change.as_ref()?.before.as_ref()?, step.change.as_ref()?.after.as_ref()?) {
        (View::Server(before), View::Server(after)) => Some((before, after)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_as_far_as_a_line_goes() {
        let long = "a".repeat(SHOWN + 1);
        let cut = format!("{}…", "a".repeat(SHOWN));
        for (text, told) in
            [("", ""), ("x", "x"), ("epoch 1\njobs 2", "epoch 1…"), (&long, &cut), (&long[1..], &long[1..])]
        {
            assert_eq!(short(text), told);
        }
    }
}
