//! The key/value service, judged by one plain store that executes each command once.
//!
//! As soon as any server has applied an entry, so does the checker's own [`Model`](model::Model): in the order of the
//! log, each command only the first time it turns up. At every index a replica must hold what the model held there
//! (Exactly Once), and what any other replica held there, its table of sessions included (Same State). A client that
//! is told that its command was executed must find it executed, and a read must return what the model held at some
//! moment between the read's call and its answer (Fresh Reads).
//!
//! So the order of the log is the witness of linearizability, found without a search: a write stands where its command
//! is first applied, which is after its call and, or nobody could have told its answer, before its return; a read stands at
//! a moment at which its value was there. Each answer is looked up at once, at a cost that does not grow with the run.

mod model;
mod reads;

use super::{Moment, Property, Server, Verdicts};
use crate::fingerprint::fingerprint;
use crate::kv::session::Command;
use crate::kv::snapshot;
use crate::kv::store::{Op, Reply};
use crate::kv::text::Text;
use crate::kv::view::{ClerkView, Pending, ServerView};
use crate::node::NodeId;
use crate::raft::log::{Index, Log};
use alloc::format;
use alloc::rc::Rc;
use alloc::string::String;
use model::Model;
use reads::Reads;
use rpds::Vector;

/// Watches the servers and clerks of one service from the beginning of a run. Cheap to clone at any time.
#[derive(Clone, Debug)]
pub struct Checker {
    model: Model,
    /// What was seen at each applied index, from 0.
    seen: Vector<Seen>,
    reads: Reads,
}

/// One applied index.
#[derive(Clone, Copy, Debug)]
struct Seen {
    /// The fingerprint of the model's store.
    model: u64,
    /// The first replica that was seen there, and the fingerprint of its whole state.
    replica: Option<(NodeId, u64)>,
    /// The hash of a snapshot that was found to be the state there.
    snapshot: Option<u64>,
}

impl Default for Checker {
    fn default() -> Self {
        Checker::new()
    }
}

impl Checker {
    /// Has seen nothing yet.
    pub fn new() -> Checker {
        let model = Model::new();
        let mut seen = Vector::new();
        seen.push_back_mut(Seen { model: fingerprint(model.store()), replica: None, snapshot: None });
        Checker { model, seen, reads: Reads::new() }
    }

    /// Judges one step of one server: its view before and after, none while it is down. `applied` is the longest log
    /// that any server has applied, this step included: [`super::raft::Checker::applied_log`].
    pub fn observe_server(
        &mut self,
        now: Moment,
        server: NodeId,
        before: Option<&ServerView>,
        after: Option<&ServerView>,
        applied: &Log<Command>,
        verdicts: &mut Verdicts,
    ) {
        self.advance(applied);
        let Some(after) = after else {
            return;
        };
        let same = |before: &ServerView| {
            before.last_applied == after.last_applied
                && before.store == after.store
                && before.sessions == after.sessions
        };
        if !before.is_some_and(same) {
            self.state(now, server, after, applied, verdicts);
        }
        self.snapshot(now, server, before, after, verdicts);
    }

    /// A replica's state is new.
    fn state(
        &mut self,
        now: Moment,
        server: NodeId,
        after: &ServerView,
        applied: &Log<Command>,
        verdicts: &mut Verdicts,
    ) {
        let index = after.last_applied;
        let Some(seen) = place(index).and_then(|place| self.seen.get(place)).copied() else {
            return; // Nobody's log reaches that far, which is not for this checker to say.
        };
        self.same_state(now, server, after, seen, verdicts);
        // A replica that has applied other commands is blamed for that (State Machine Safety), not for its store.
        let same_commands = after.raft.log.chain_at(index) == applied.chain_at(index);
        if same_commands && fingerprint(&after.store) != seen.model {
            verdicts.broken(Property::ExactlyOnce, now, &[server], || self.not_once(server, index));
        }
    }

    /// Judges one step of one clerk: its view before and after, none while it is down.
    pub fn observe_clerk(
        &mut self,
        now: Moment,
        clerk: NodeId,
        before: Option<&ClerkView>,
        after: Option<&ClerkView>,
        verdicts: &mut Verdicts,
    ) {
        let Some(after) = after else {
            return self.reads.forget(clerk);
        };
        if let Some(pending) = &after.pending
            && pending.sent_as != pending.number
        {
            self.model.renames(after.session, pending.number, pending.sent_as);
        }
        let key = |view: &ClerkView| view.pending.as_ref().map(|pending| (view.session, pending.number));
        let began = key(after).is_some() && before.and_then(key) != key(after);
        if let Some(before) = before
            && let Some(pending) = before.pending.as_ref()
            && key(before) != key(after)
        {
            self.returned(now, clerk, before, pending, after, verdicts);
        }
        if began
            && let Some(pending) = &after.pending
            && pending.op.is_read()
        {
            self.reads.called(clerk, pending.op.key(), self.model.store());
        }
    }

    /// Executes what was newly applied.
    fn advance(&mut self, applied: &Log<Command>) {
        while let Some(link) = applied.link(self.model.applied() + 1) {
            self.model.apply(&link.entry.command);
            self.reads.applied(&link.entry.command.op, self.model.store());
            let model = fingerprint(self.model.store());
            self.seen.push_back_mut(Seen { model, replica: None, snapshot: None });
        }
    }

    /// A snapshot that is new must hold what the model held at exactly its index, and the sessions that replicas held
    /// there.
    fn snapshot(
        &mut self,
        now: Moment,
        server: NodeId,
        before: Option<&ServerView>,
        after: &ServerView,
        verdicts: &mut Verdicts,
    ) {
        let Some(new) = &after.raft.snapshot else { return };
        let old = before.and_then(|before| before.raft.snapshot.as_ref());
        if old.is_some_and(|old| Rc::ptr_eq(old, new)) {
            return;
        }
        let Some(seen) = place(new.index).and_then(|place| self.seen.get_mut(place)) else {
            return; // Nobody has applied so much, which is not for this checker to say.
        };
        let hash = new.data.hash().0;
        if seen.snapshot == Some(hash) {
            return;
        }
        let is_state = snapshot::decode(&new.data).is_some_and(|state| {
            let whole = fingerprint(&(&state.store, &state.sessions));
            fingerprint(&state.store) == seen.model
                && seen.replica.is_none_or(|(_, replica)| replica == whole)
        });
        if is_state {
            seen.snapshot = Some(hash);
        } else {
            verdicts.broken(Property::TrueSnapshots, now, &[server], || {
                format!(
                    "{} has a snapshot of all up to index {}, but it does not hold the state as it was there.",
                    Server(server),
                    new.index
                )
            });
        }
    }

    fn same_state(
        &mut self,
        now: Moment,
        server: NodeId,
        after: &ServerView,
        seen: Seen,
        verdicts: &mut Verdicts,
    ) {
        let index = after.last_applied;
        let state = fingerprint(&(&after.store, &after.sessions));
        match seen.replica {
            None => {
                if let Some(entry) = place(index).and_then(|place| self.seen.get_mut(place)) {
                    entry.replica = Some((server, state));
                }
            }
            Some((_, first)) if first == state => {}
            Some((other, _)) if other == server => {
                verdicts.broken(Property::SameState, now, &[server], || {
                    format!(
                        "{} holds another state at index {index} than the one it held there before.",
                        Server(server)
                    )
                });
            }
            Some((other, _)) => verdicts.broken(Property::SameState, now, &[server, other], || {
                format!(
                    "{} and {} have both applied the log up to index {index}, but not with the same result.",
                    Server(server),
                    Server(other)
                )
            }),
        }
    }

    fn returned(
        &self,
        now: Moment,
        clerk: NodeId,
        before: &ClerkView,
        pending: &Pending,
        after: &ClerkView,
        verdicts: &mut Verdicts,
    ) {
        if after.history.count() <= before.history.count() {
            return;
        }
        let Some(returned) = after.history.recent().last() else { return };
        if !pending.op.is_read() {
            let executed = self.model.last(before.session, pending.number);
            if let Some(executed) = executed.filter(|executed| executed.op == pending.op) {
                if executed.reply != returned.reply {
                    verdicts.broken(Property::ExactlyOnce, now, &[clerk], || {
                        format!(
                            "the client was told of {}: {}; when it was executed, the answer was: {}.",
                            told(&pending.op),
                            answered(&returned.reply),
                            answered(&executed.reply)
                        )
                    });
                }
            } else if executed.is_some() || !self.model.has_executed(before.session, pending.number) {
                verdicts.broken(Property::ExactlyOnce, now, &[clerk], || {
                    format!(
                        "the client was told that {} is done, but no server had executed it.",
                        told(&pending.op)
                    )
                });
            }
        } else if !self.may_read(clerk, &returned.reply) {
            verdicts.broken(Property::FreshReads, now, &[clerk], || {
                format!(
                    "{} returned {}, but from its call to its answer it was never that; at the end it was {}.",
                    told(&pending.op),
                    answered(&returned.reply),
                    quoted(self.model.store().get(pending.op.key()))
                )
            });
        }
    }

    /// Whether this may be the answer to a clerk's last read.
    fn may_read(&self, clerk: NodeId, reply: &Reply) -> bool {
        match reply {
            Reply::Value(value) => self.reads.is_fresh(clerk, value.as_ref()),
            Reply::TooLong => true,
            Reply::Done | Reply::NotEqual => false,
        }
    }

    fn not_once(&self, server: NodeId, index: Index) -> String {
        let cause = match self.model.last_repeat() {
            Some(repeat) if repeat <= index => {
                format!("; the command at index {repeat} was a retry of one that had been executed")
            }
            _ => String::new(),
        };
        format!(
            "up to index {index} the store of {} is not what comes of executing each command once{cause}.",
            Server(server)
        )
    }
}

/// An index as a place in a vector.
fn place(index: Index) -> Option<usize> {
    usize::try_from(index).ok()
}

/// An operation as people write it; long texts are cut.
fn told(op: &Op) -> String {
    match op {
        Op::Get { key } => format!("get {}", cut(key.as_str())),
        Op::Put { key, value } => format!("put {} {}", cut(key.as_str()), cut(value.as_str())),
        Op::Append { key, value } => format!("append {} {}", cut(key.as_str()), cut(value.as_str())),
        Op::Cas { key, expected, value } => {
            let expected = expected.as_ref().map_or("nothing".into(), |expected| cut(expected.as_str()));
            format!("cas {} {expected} {}", cut(key.as_str()), cut(value.as_str()))
        }
        Op::Delete { key } => format!("delete {}", cut(key.as_str())),
    }
}

/// An answer.
fn answered(reply: &Reply) -> String {
    match reply {
        Reply::Done => "done".into(),
        Reply::NotEqual => "not equal".into(),
        Reply::TooLong => "too long".into(),
        Reply::Value(value) => quoted(value.as_ref()),
    }
}

/// A value in quotation marks; that there is none without them.
fn quoted(value: Option<&Text>) -> String {
    value.map_or("nothing".into(), |value| format!("{:?}", cut(value.as_str())))
}

/// The beginning of a text, and a sign if there was more of it.
fn cut(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests;
