//! Raft's five safety properties (Figure 3) and the promises on which they rest, judged from outside.
//!
//! The checker remembers, over the whole history and all incarnations of all servers:
//!
//! - for every term, who led it and the longest log that its leader had (`terms`). A leader makes one entry at each
//!   index and only appends, so every entry of that term, wherever it turns up, must lie on that one log: Election
//!   Safety and Log Matching are comparisons with it;
//! - what leaders have committed, and in which term (`committed`): each new leader must have all that was committed
//!   in *earlier* terms (Leader Completeness);
//! - the longest log that anybody has applied: everybody else's must be a beginning of it (State Machine Safety);
//! - every vote that ever left a server, and the highest term that it ever spoke of (`promises`);
//! - what every disk has been given, so that it can tell what a restart may find there (`disks`).
//!
//! With what set a step off it also judges what is allowed in one turn of a server (`turns`).
//!
//! A crash may lose what was never said, and that is no violation: a vote counts once its message has left.

mod committed;
mod logs;
mod promises;
mod terms;
mod turns;
mod disks;

use super::{Moment, Property, Server, Verdicts};
use crate::node::NodeId;
use crate::raft::log::{Command, Index, Log, Term};
use crate::raft::message::Message;
use crate::raft::view::{Role, View};
use alloc::format;
use alloc::string::String;
use committed::Committed;
use disks::Written;
use promises::Promises;
use terms::Terms;
use turns::Court;

pub use disks::Disks;
pub use turns::{Cause, Turn};

/// What a server has on its disk.
#[derive(Clone, Copy, Debug)]
pub struct Durable<'a, C> {
    /// Its `currentTerm`; 0 if nothing was written yet.
    pub current_term: Term,
    /// Its `votedFor`.
    pub voted_for: Option<NodeId>,
    /// Its log.
    pub log: &'a Log<C>,
}

/// Watches the servers of one Raft group from the beginning of a run. Cheap to clone at any time.
#[derive(Clone, Debug)]
pub struct Checker<C: Command> {
    terms: Terms<C>,
    committed: Committed<C>,
    applied: Log<C>,
    promises: Promises,
    written: Written,
}

impl<C: Command> Default for Checker<C> {
    fn default() -> Self {
        Checker::new()
    }
}

impl<C: Command> Checker<C> {
    /// Has seen nothing yet.
    pub fn new() -> Checker<C> {
        Checker {
            terms: Terms::new(),
            committed: Committed::new(),
            applied: Log::new(),
            promises: Promises::new(),
            written: Written::new(),
        }
    }

    /// Judges one step of one server: its view before and after, none while it is down.
    ///
    /// Call it for every step that changes the server's view, crashes and restarts included.
    pub fn observe(
        &mut self,
        now: Moment,
        server: NodeId,
        before: Option<&View<C>>,
        after: Option<&View<C>>,
        verdicts: &mut Verdicts,
    ) {
        let Some(after) = after else {
            return;
        };
        self.only_forward(now, server, before, after, verdicts);
        in_order(now, server, after, verdicts);
        let led_before =
            before.is_some_and(|before| leads(before) && before.current_term == after.current_term);
        let grew = before.is_none_or(|before| before.log != after.log);
        if let Some(before) = before.filter(|_| grew) {
            logs::nothing_lost(&self.applied, now, server, before, after, verdicts);
        }
        if leads(after) && !led_before {
            // Its log is judged first, as a follower's would be: a leader is the authority only on its own term.
            self.terms.judge(&self.applied, now, server, before.map(|before| &before.log), after, verdicts);
            self.elected(now, server, after, verdicts);
        } else if grew {
            self.terms.judge(&self.applied, now, server, before.map(|before| &before.log), after, verdicts);
        }
        let committed_before = before.map_or(0, |before| before.commit_index);
        if leads(after) && after.commit_index > committed_before {
            self.leader_committed(now, server, after, verdicts);
        }
        if after.last_applied > before.map_or(0, |before| before.last_applied) {
            self.applied(now, server, before, after, verdicts);
        }
    }

    /// Judges what a server did in one step, given what set it off. Call it after [`Checker::observe`] for every step in
    /// which a server took an input, whether its view changed or not. A server that is down takes none.
    pub fn turned(&mut self, now: Moment, turn: &Turn<'_, C>, disks: &Disks<'_, C>, verdicts: &mut Verdicts) {
        if turn.before.is_none() {
            self.written.booted(now, turn.server, &disks.of(turn.server), turn.after, verdicts);
        }
        let fresh = turn.timer_reset && self.written.starts(turn.server);
        let mut court = Court { now, turn, past: &self.applied, fresh, verdicts };
        court.judge(&self.promises, disks.servers);
        court.progress(disks);
        self.written.committed(now, turn.server, turn.after, disks, &self.applied, verdicts);
    }

    /// A server asks for its state to be saved: tell of each such write, in order.
    pub fn wrote(&mut self, server: NodeId, state: &Durable<'_, C>) {
        self.written.wrote(server, state);
    }

    /// The oldest write of a server that was not durable now is.
    pub fn completed(&mut self, server: NodeId) {
        self.written.completed(server);
    }

    /// Judges a message at the moment it leaves its sender, after the writes it had to wait for: `durable` is what
    /// the sender then has on its disk.
    pub fn departed(
        &mut self,
        now: Moment,
        from: NodeId,
        to: NodeId,
        message: &Message<C>,
        durable: Durable<'_, C>,
        verdicts: &mut Verdicts,
    ) {
        self.promises.departed(now, from, to, message, durable, &self.terms, &self.applied, verdicts);
    }

    /// The longest log that any server has applied: the history of the replicated state machine.
    pub fn applied_log(&self) -> &Log<C> {
        &self.applied
    }

    /// Who was elected in a term, if anybody was.
    pub fn leader_of(&self, term: Term) -> Option<NodeId> {
        self.terms.of(term).and_then(|record| record.leader)
    }

    /// Terms never fall over all incarnations (§5.1): after a crash a server must remember at least the highest term
    /// it ever spoke of. Commit and applied indexes are volatile, so they begin anew with each incarnation.
    fn only_forward(
        &self,
        now: Moment,
        server: NodeId,
        before: Option<&View<C>>,
        after: &View<C>,
        verdicts: &mut Verdicts,
    ) {
        let mut fell = |what: &str, from: u64, to: u64| {
            if to < from {
                verdicts.broken(Property::OnlyForward, now, &[server], || {
                    format!("the {what} of {} fell from {from} to {to}.", Server(server))
                });
            }
        };
        match before {
            Some(before) => {
                fell("term", before.current_term.0, after.current_term.0);
                fell("commit index", before.commit_index, after.commit_index);
                fell("applied index", before.last_applied, after.last_applied);
                fell("snapshot's last index", before.log.base_index(), after.log.base_index());
            }
            None => fell("term", self.promises.spoken(server).0, after.current_term.0),
        }
    }

    fn elected(&mut self, now: Moment, server: NodeId, after: &View<C>, verdicts: &mut Verdicts) {
        let term = after.current_term;
        match self.leader_of(term) {
            Some(other) if other != server => {
                verdicts.broken(Property::ElectionSafety, now, &[server, other], || {
                    format!(
                        "{} became leader of term {term}, which {} had already led.",
                        Server(server),
                        Server(other)
                    )
                });
            }
            _ => self.terms.elected(&self.applied, server, after),
        }
        if let Some((earlier, entries)) = self.committed.before(term)
            && !logs::holds(&self.applied, &after.log, entries)
        {
            incomplete(&self.applied, now, server, after, earlier, entries, verdicts);
        }
    }

    /// A leader may learn late that an entry of its term was committed, when another already leads a later term:
    /// that one too must have been elected with it. Replies from a majority were on their way by then, so
    /// the terms between are few.
    fn leader_committed(&mut self, now: Moment, server: NodeId, after: &View<C>, verdicts: &mut Verdicts) {
        let term = after.current_term;
        let entries = after.log.prefix(after.commit_index);
        for later in self.terms.led_after(term) {
            if let Some(leader) = later.leader.filter(|_| !logs::holds(&self.applied, &later.log, &entries)) {
                verdicts.broken(Property::LeaderCompleteness, now, &[leader, server], || {
                    format!(
                        "{} committed up to index {} in term {term}, but {} was elected in term {} without it.",
                        Server(server),
                        after.commit_index,
                        Server(leader),
                        later.term
                    )
                });
            }
        }
        self.committed.by_leader(term, entries);
    }

    /// What a server has applied is a beginning of what others have, or goes on from it. What it has just applied may be
    /// in a snapshot already; then it is still in the log that it had before, or in its leader's.
    fn applied(
        &mut self,
        now: Moment,
        server: NodeId,
        before: Option<&View<C>>,
        after: &View<C>,
        verdicts: &mut Verdicts,
    ) {
        let Some(chain) = after.log.chain_at(after.last_applied) else {
            return; // It applied more than it holds, which `in_order` has reported.
        };
        let mut longer = None;
        if after.last_applied > self.applied.last_index() {
            // A log from which nothing was dropped is shared rather than copied.
            longer = Some(if after.log.base_index() == 0 && after.log.extends(&self.applied) {
                after.log.prefix(after.last_applied)
            } else {
                let leaders = self.terms.of(after.current_term).map(|record| &record.log);
                let sources = [Some(&after.log), before.map(|before| &before.log), leaders];
                grown(&self.applied, after.last_applied, sources.into_iter().flatten())
            });
        }
        let applied = longer.as_ref().unwrap_or(&self.applied);
        if applied.last_index() < after.last_applied {
            verdicts.broken(Property::TrueSnapshots, now, &[server], || {
                format!(
                    "{} has a snapshot of all up to index {}, but nobody has applied more than {} entries.",
                    Server(server),
                    after.log.base_index(),
                    self.applied.last_index()
                )
            });
        } else if applied.chain_at(after.last_applied) != Some(chain) {
            let index = logs::first_difference(&self.applied, applied, &after.log).min(after.last_applied);
            verdicts.broken(Property::StateMachineSafety, now, &[server], || {
                let (here, there) = told(&after.log, &self.applied, index);
                format!(
                    "at index {index} {} applied {here}, but another server had applied {there}.",
                    Server(server)
                )
            });
        } else if let Some(longer) = longer {
            self.applied = longer;
        }
    }
}

/// A log, longer by what these have after its end, up to an index.
fn grown<'a, C: Command + 'a>(
    log: &Log<C>,
    upto: Index,
    sources: impl Iterator<Item = &'a Log<C>> + Clone,
) -> Log<C> {
    let mut grown = log.clone();
    while grown.last_index() < upto {
        let next = grown.last_index() + 1;
        match sources.clone().find_map(|source| source.entry(next)) {
            Some(entry) => drop(grown.push(entry.clone())),
            None => break,
        }
    }
    grown
}

/// Whether the server is a leader in this view.
fn leads<C: Command>(view: &View<C>) -> bool {
    matches!(view.role, Role::Leader { .. })
}

fn in_order<C: Command>(now: Moment, server: NodeId, after: &View<C>, verdicts: &mut Verdicts) {
    let (applied, commit, last) = (after.last_applied, after.commit_index, after.log.last_index());
    if applied > commit || commit > last {
        verdicts.broken(Property::InOrder, now, &[server], || {
            format!(
                "{} has applied up to {applied}, knows up to {commit} committed and holds entries up to {last}.",
                Server(server)
            )
        });
    }
    let snapshot = after.snapshot.as_ref().map_or(0, |snapshot| snapshot.index);
    if after.log.base_index() > applied || snapshot != after.log.base_index() {
        verdicts.broken(Property::TrueSnapshots, now, &[server], || {
            format!(
                "{} has a snapshot of all up to index {snapshot} in place of the entries up to {}, and has applied up to \
                 {applied}.",
                Server(server),
                after.log.base_index()
            )
        });
    }
    if after.log.last_term() > after.current_term {
        verdicts.broken(Property::InOrder, now, &[server], || {
            format!(
                "{} is in term {} but holds an entry of term {}.",
                Server(server),
                after.current_term,
                after.log.last_term()
            )
        });
    }
}

fn incomplete<C: Command>(
    past: &Log<C>,
    now: Moment,
    server: NodeId,
    after: &View<C>,
    earlier: Term,
    entries: &Log<C>,
    verdicts: &mut Verdicts,
) {
    verdicts.broken(Property::LeaderCompleteness, now, &[server], || {
        let index = logs::first_difference(past, entries, &after.log);
        let missing = entries.term_at(index).unwrap_or_default();
        format!(
            "{} was elected in term {} without the entry of term {missing} at index {index}, which was committed in \
             term {earlier}.",
            Server(server),
            after.current_term
        )
    });
}

/// What two logs hold at an index, as a sentence names it. Commands are left out: they can be of any length.
fn told<C: Command>(one: &Log<C>, other: &Log<C>, index: Index) -> (String, String) {
    let name = |log: &Log<C>| match log.entry(index) {
        Some(entry) => format!("an entry of term {}", entry.term),
        None => "nothing".into(),
    };
    match (one.term_at(index), other.term_at(index)) {
        (Some(same), Some(term)) if same == term => (name(one), "another of that term".into()),
        (Some(_), Some(term)) => (name(one), format!("one of term {term}")),
        _ => (name(one), name(other)),
    }
}

#[cfg(test)]
mod tests;
