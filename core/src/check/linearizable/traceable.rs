//! Histories whose reads tell everything, which need no search: where a text can have come together in one way only, whoever
//! reads it names the write that it begins with and the appends that followed, in their order. Such a history is traceable
//! (Kingsbury and Alvaro, "Elle", 2020).
//!
//! - A write begins an *era*: itself, the appends that somebody saw after it, and the reads that saw them. Whatever else stood
//!   among them would have been seen too, so an era's order is known and eras stand one after the other, whole. What nobody
//!   saw is an era of its own; if nobody knows either that it was done, it is left out. What was seen before any write is the
//!   first era.
//! - Era A has to come before era B if something in A was answered before something in B was called: if A's first answer is
//!   before B's last call. Unless they have to come before each other, B's first answer is not before A's last call; add the
//!   two, and A has the smaller sum of first answer and last call. So in the order of these sums every era comes after those
//!   that it has to (Gibbons and Korach, "Testing shared memories", 1997, compare the same two moments).
//! - So one order is as good as all: if the times contradict it, they contradict every order.
//! - The answer to blame is the first with which there is no order: what had been answered before it still has one.

use super::operation::{Call, Operation, Reply};
use super::search::{Failure, Found};
use alloc::vec;
use alloc::vec::Vec;

/// A history of one key that its reads tell.
pub(super) struct Traceable<'a> {
    /// The operations in the order of their calls.
    ops: Vec<&'a Operation>,
    /// The place of each in the history.
    places: Vec<u32>,
    /// Those that were answered, in the order of their answers.
    answered: Vec<u32>,
    /// When each was answered, as a place in that order.
    answer: Vec<u32>,
    /// The answer in which each write and append was first seen.
    seen: Vec<u32>,
    /// What was appended to each; the last of these is what was appended to nothing.
    next: Vec<Option<u32>>,
    /// Who read what each one left; the last of these are those that read nothing.
    reads: Vec<Vec<u32>>,
    /// How many of the answers do not contradict each other.
    agree: u32,
}

const NEVER: u32 = u32::MAX;

impl<'a> Traceable<'a> {
    /// None if some text may have come together in more than one way, or a call is none of read, write and append.
    pub(super) fn new(history: &'a [Operation], places: Vec<u32>) -> Option<Traceable<'a>> {
        let ops: Vec<&Operation> = places.iter().map(|&place| &history[place as usize]).collect();
        let texts = Texts::of(&ops)?;
        let mut answered: Vec<u32> = (0..ops.len() as u32).collect();
        answered.retain(|&op| ops[op as usize].returned.is_some());
        answered.sort_by_key(|&op| ops[op as usize].returned_at());
        let mut answer = vec![NEVER; ops.len()];
        (0..).zip(&answered).for_each(|(at, &op)| answer[op as usize] = at);
        let mut traceable = Traceable {
            agree: answered.len() as u32,
            seen: vec![NEVER; ops.len()],
            next: vec![None; ops.len() + 1],
            reads: vec![Vec::new(); ops.len() + 1],
            ops,
            places,
            answered,
            answer,
        };
        traceable.trace(&texts)?;
        Some(traceable)
    }

    /// Follows each read, in the order of the answers, up to the first that contradicts one before it.
    fn trace(&mut self, texts: &Texts<'_>) -> Option<()> {
        for (at, op) in (0..).zip(self.answered.clone()) {
            let text = match (&self.ops[op as usize].call, self.ops[op as usize].reply()) {
                (Call::Read, Some(Reply::Value(value))) => value.as_ref().map_or("", |text| text.as_str()),
                (Call::Read, _) => return None,
                _ => continue,
            };
            match self.follow(text, at, texts)? {
                Some(left_by) => self.reads[left_by as usize].push(op),
                None => {
                    self.agree = at;
                    break;
                }
            }
        }
        self.reads.iter_mut().for_each(|reads| reads.sort_unstable());
        Some(())
    }

    /// What left such a text, the last of its writes and appends; none if that contradicts what was seen before. None at all if
    /// nobody can tell.
    fn follow(&mut self, text: &str, at: u32, texts: &Texts<'_>) -> Option<Option<u32>> {
        let nothing = self.ops.len() as u32;
        let (mut last, mut rest) = (nothing, text);
        while !rest.is_empty() {
            let next = self.next[last as usize];
            if let Some(next) = next
                && let Some(after) = rest.strip_prefix(text_of(self.ops[next as usize]))
            {
                (last, rest) = (next, after);
                continue;
            }
            let Some((op, after)) = texts.first_in(rest)? else { return Some(None) };
            let is_new = self.seen[op as usize] == NEVER;
            match self.ops[op as usize].call.replaces() {
                true if last == nothing => {}
                false if is_new && next.is_none() => self.next[last as usize] = Some(op),
                _ => return Some(None),
            }
            if is_new {
                self.seen[op as usize] = at;
            }
            (last, rest) = (op, after);
        }
        Some(Some(last))
    }

    /// An order of the operations that explains the first of the answers, so many; none if there is no such order.
    fn order(&self, answers: u32) -> Option<Vec<u32>> {
        if answers > self.agree {
            return None;
        }
        let is_known = |op: u32| self.answer[op as usize] < answers;
        let mut eras = Vec::new();
        for op in 0..self.ops.len() as u32 {
            let call = &self.ops[op as usize].call;
            if self.seen[op as usize] < answers {
                if call.replaces() {
                    eras.push(self.era(op, answers));
                }
            } else if is_known(op) && !call.is_read() {
                eras.push(vec![op]);
            }
        }
        let returned_at = |op: u32| if is_known(op) { self.ops[op as usize].returned_at() } else { u64::MAX };
        let called = |op: u32| self.ops[op as usize].called;
        eras.sort_by_cached_key(|era| {
            let first_answer = era.iter().map(|&op| returned_at(op)).min().unwrap_or_default();
            let last_call = era.iter().map(|&op| called(op)).max().unwrap_or_default();
            u128::from(first_answer) + u128::from(last_call)
        });
        let mut order = self.era(self.ops.len() as u32, answers);
        order.extend(eras.into_iter().flatten());
        let mut last_call = 0;
        let in_time = |&op: &u32| {
            last_call = last_call.max(called(op));
            returned_at(op) >= last_call
        };
        order.iter().all(in_time).then_some(order)
    }

    /// What this write began, or nothing did, as far as the first of the answers tell.
    fn era(&self, first: u32, answers: u32) -> Vec<u32> {
        let mut era = Vec::new();
        let mut op = Some(first);
        while let Some(at) = op {
            era.extend((at != self.ops.len() as u32).then_some(at));
            era.extend(self.reads[at as usize].iter().filter(|&&read| self.answer[read as usize] < answers));
            op = self.next[at as usize].filter(|&next| self.seen[next as usize] < answers);
        }
        era
    }

    /// An order, or what is to blame that there is none.
    pub(super) fn judge(&self) -> Found {
        let in_history = |order: Vec<u32>| order.into_iter().map(|op| self.places[op as usize]).collect();
        if let Some(order) = self.order(self.answered.len() as u32) {
            return Found::Order(in_history(order));
        }
        let is_explained = |&op: &u32| self.order(self.answer[op as usize] + 1).is_some();
        let explained = self.answered.partition_point(is_explained);
        let partial: Vec<u32> = in_history(self.order(explained as u32).unwrap_or_default());
        // Others may have been answered in the same moment as the first that is not explained.
        let answered_at = |op: u32| self.ops[op as usize].returned_at();
        let rest = &self.answered[explained..];
        let together = rest.iter().take_while(|&&op| answered_at(op) == answered_at(rest[0]));
        let unplaced = together.map(|&op| self.places[op as usize]).filter(|place| !partial.contains(place));
        Found::None(Failure {
            blamed: self.places[rest[0] as usize],
            unplaced: unplaced.collect(),
            partial: vec![partial],
        })
    }
}

/// What is written or appended.
fn text_of(operation: &Operation) -> &str {
    match &operation.call {
        Call::Write(Some(text)) | Call::Append(text) => text.as_str(),
        _ => "",
    }
}

/// The texts that are written and appended, in their order.
struct Texts<'a>(Vec<Written<'a>>);

struct Written<'a> {
    text: &'a str,
    op: u32,
    /// Whether another text begins with it or is the beginning of it, so that one may be taken for the other.
    is_ambiguous: bool,
}

impl<'a> Texts<'a> {
    /// None if something else than read, write and append is called, or nothing is written or appended.
    fn of(ops: &[&'a Operation]) -> Option<Texts<'a>> {
        let mut texts = Vec::new();
        for (op, &operation) in (0..).zip(ops) {
            match (&operation.call, text_of(operation)) {
                (Call::Read, _) => {}
                (_, "") => return None,
                (_, text) => texts.push(Written { text, op, is_ambiguous: false }),
            }
        }
        texts.sort_unstable_by_key(|written| written.text);
        // A register's texts stand alone: none of them is ever the beginning of more.
        let appends = ops.iter().any(|operation| matches!(operation.call, Call::Append(_)));
        let alike = |first: &str, second: &str| first == second || appends && second.starts_with(first);
        let mut first = 0;
        for place in 1..texts.len() {
            if alike(texts[first].text, texts[place].text) {
                texts[first].is_ambiguous = true;
                texts[place].is_ambiguous = true;
            } else {
                first = place;
            }
        }
        Some(Texts(texts))
    }

    /// Whose text this one begins with, and the rest of it; none if it is nobody's. None at all if that can be told in several
    /// ways.
    fn first_in<'t>(&self, text: &'t str) -> Option<Option<(u32, &'t str)>> {
        // The last that is not behind it in their order. If it begins with any other, then so does that one, and is ambiguous.
        let after = self.0.partition_point(|written| written.text <= text);
        let Some(written) = after.checked_sub(1).map(|place| &self.0[place]) else { return Some(None) };
        if written.is_ambiguous {
            return None;
        }
        Some(text.strip_prefix(written.text).map(|rest| (written.op, rest)))
    }
}
