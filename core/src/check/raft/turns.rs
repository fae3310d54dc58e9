//! What one turn of a server may do: how roles change (Figure 4), what starts an election timer anew, what a vote, a
//! removal of entries and a commit need, and that old messages change nothing (§5.1).

use super::super::{Moment, Property, Server, Verdicts};
use super::promises::Promises;
use super::{Disks, leads, logs};
use crate::node::NodeId;
use crate::raft::log::{Command, Log, Term};
use crate::raft::message::Message;
use crate::raft::view::{Role, View};
use alloc::format;
use alloc::string::String;

/// What set a turn off.
#[derive(Debug)]
pub enum Cause<'a, C: Command> {
    /// A message arrived.
    Heard(NodeId, &'a Message<C>),
    /// Its election timer ran out.
    ElectionTimer,
    /// As a leader it looked whether a majority still answers it (dissertation §6.2).
    QuorumTimer,
    /// Anything else.
    Other,
}

impl<C: Command> Clone for Cause<'_, C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C: Command> Copy for Cause<'_, C> {}

/// One step of one server that runs after it.
#[derive(Debug)]
pub struct Turn<'a, C: Command> {
    /// Whose it is.
    pub server: NodeId,
    /// What set it off.
    pub cause: Cause<'a, C>,
    /// Its view before; none if it booted.
    pub before: Option<&'a View<C>>,
    /// Its view after.
    pub after: &'a View<C>,
    /// Whether it started its election timer.
    pub timer_reset: bool,
    /// Whether it gave a vote to whomever it heard.
    pub granted: bool,
}

/// A turn under judgement.
pub(super) struct Court<'a, 'b, C: Command> {
    pub(super) now: Moment,
    pub(super) turn: &'b Turn<'a, C>,
    /// The longest log that anybody has applied.
    pub(super) past: &'b Log<C>,
    /// Whether it has not started its election timer since it booted.
    pub(super) fresh: bool,
    pub(super) verdicts: &'b mut Verdicts,
}

impl<C: Command> Court<'_, '_, C> {
    /// All that needs nobody else's disk.
    pub(super) fn judge(&mut self, promises: &Promises, voters: u16) {
        self.role(promises, voters);
        self.timer();
        self.vote();
        let Some(before) = self.turn.before else { return };
        if !same(before, self.turn.after) {
            self.stale(before);
            self.truncation(before);
            self.own_term(before);
        }
    }

    fn broken(&mut self, property: Property, why: impl FnOnce() -> String) {
        let server = self.turn.server;
        self.verdicts.broken(property, self.now, &[server], || format!("{} {}.", Server(server), why()));
    }

    /// The term of the message that arrived, if one did.
    fn heard(&self) -> Option<Term> {
        if let Cause::Heard(_, message) = self.turn.cause { Some(message.term()) } else { None }
    }

    /// Whether it hears from the leader of its own term.
    fn hears_leader(&self) -> bool {
        match self.turn.cause {
            Cause::Heard(_, message) => {
                from_leader(message) && message.term() == self.turn.after.current_term
            }
            _ => false,
        }
    }

    /// Figure 4. A term rises because somebody spoke of it, or by one because the server stands for election.
    fn role(&mut self, promises: &Promises, voters: u16) {
        let Turn { before, after, server, .. } = *self.turn;
        let Some(before) = before else {
            if !matches!(after.role, Role::Follower) {
                self.broken(Property::RoleChanges, || "did not boot as a follower".into());
            }
            return;
        };
        let (was, is) = (before.current_term, after.current_term);
        let spoken_of = self.heard().map_or(was, |term| term.max(was));
        let stands = is.0 == spoken_of.0.saturating_add(1) && after.voted_for == Some(server);
        let told = self.heard() == Some(is);
        let allowed = match (&before.role, &after.role) {
            (Role::Follower, Role::Follower) => is == was || told,
            (Role::Follower, Role::Candidate { .. }) => stands,
            (Role::Candidate { .. }, Role::Candidate { .. }) => is == was || stands,
            (Role::Candidate { .. }, Role::Follower) => told && (is > was || self.hears_leader()),
            (Role::Candidate { .. }, Role::Leader { .. }) => {
                is == was && promises.votes_for(server, is, voters) > usize::from(voters) / 2
            }
            (Role::Leader { .. }, Role::Leader { .. }) => is == was,
            (Role::Leader { .. }, Role::Follower) if is == was => {
                matches!(self.turn.cause, Cause::QuorumTimer)
            }
            (Role::Leader { .. }, Role::Follower) => told && is > was,
            _ => false,
        };
        if !allowed {
            self.broken(Property::RoleChanges, || {
                let names = (name(&before.role), name(&after.role));
                format!(
                    "went from {} in term {was} to {} in term {is}, which nothing allows",
                    names.0, names.1
                )
            });
        }
        let revoted = is == was && before.voted_for.is_some_and(|vote| after.voted_for != Some(vote));
        if revoted {
            self.broken(Property::SingleVote, || format!("changed its vote in term {is}"));
        }
    }

    /// An election timer is for those who hear nothing: it starts anew on hearing the leader, on standing for election
    /// and on giving a vote (§5.2), and begins when a leader steps down.
    fn timer(&mut self) {
        if !self.turn.timer_reset {
            return;
        }
        let stepped_down = self.turn.before.is_some_and(leads);
        // With pre-votes, or because its leader told it to.
        let stood = matches!(self.turn.after.role, Role::Candidate { .. })
            && self.turn.before.is_some_and(|before| before.current_term < self.turn.after.current_term);
        let allowed = matches!(self.turn.cause, Cause::ElectionTimer)
            || self.fresh
            || stepped_down
            || stood
            || self.turn.granted
            || self.hears_leader();
        if !allowed {
            self.broken(Property::TimerResets, || {
                let term = self.turn.after.current_term;
                format!(
                    "started its election timer anew in term {term} without having heard its leader or voted"
                )
            });
        }
    }

    /// A vote is for the voter's own term, and for a log at least as up to date as its own (§5.4.1).
    fn vote(&mut self) {
        let Cause::Heard(candidate, &Message::RequestVote { term, last_log_index, last_log_term, .. }) =
            self.turn.cause
        else {
            return;
        };
        let after = self.turn.after;
        let own = (after.log.last_term(), after.log.last_index());
        if self.turn.granted && (term != after.current_term || (last_log_term, last_log_index) < own) {
            self.broken(Property::UpToDateVotes, || {
                format!(
                    "is in term {} with a log that ends at index {} in term {}, but votes for {} of term {term}, \
                     whose log ends at index {last_log_index} in term {last_log_term}",
                    after.current_term,
                    own.1,
                    own.0,
                    Server(candidate)
                )
            });
        }
    }

    /// "If a server receives a request with a stale term number, it rejects the request" (§5.1); a stale reply is
    /// nobody's any more.
    fn stale(&mut self, before: &View<C>) {
        let about = match self.turn.cause {
            // It is about the term in which it was asked for, though its sender may still be in an earlier one; a later one
            // is news all the same.
            Cause::Heard(_, &Message::PreVoteReply { term, asked_in, .. }) => Some(asked_in.max(term)),
            _ => self.heard(),
        };
        if about.is_some_and(|term| term < before.current_term) {
            self.broken(Property::StaleChangesNothing, || {
                format!("is in term {}, and a message from before that term changed it", before.current_term)
            });
        }
    }

    /// "If an existing entry conflicts with a new one (same index but different terms), delete the existing entry and
    /// all that follow it" (Figure 2): nothing else makes a follower forget.
    fn truncation(&mut self, before: &View<C>) {
        let after = self.turn.after;
        if after.log == before.log || logs::holds(self.past, &after.log, &before.log) {
            return;
        }
        let index = logs::first_difference(self.past, &before.log, &after.log);
        let conflict = match self.turn.cause {
            Cause::Heard(_, Message::AppendEntries { entries, .. }) => {
                let sent = entries.term_at(index);
                sent.is_some() && sent != before.log.term_at(index)
            }
            // "If existing log entry has same index and term as snapshot's last included entry, retain log entries
            // following it" (Figure 13); else discard them all.
            Cause::Heard(_, &Message::InstallSnapshot { last_included_index, last_included_term, .. }) => {
                before.log.term_at(last_included_index) != Some(last_included_term)
            }
            _ => false,
        };
        if !conflict {
            self.broken(Property::RemovedOnConflict, || {
                format!(
                    "held entries up to index {} and removed all from index {index} on, though nothing it was sent \
                     conflicts with them there",
                    before.log.last_index()
                )
            });
        }
    }

    /// A leader counts copies only of entries of its own term: an older one on a majority can still be replaced, as
    /// Figure 8 shows (§5.4.2).
    fn own_term(&mut self, before: &View<C>) {
        let after = self.turn.after;
        let term = after.log.term_at(after.commit_index);
        if leads(after) && after.commit_index > before.commit_index && term != Some(after.current_term) {
            self.broken(Property::CommitsOwnTerm, || {
                let (own, commit) = (after.current_term, after.commit_index);
                format!(
                    "leads term {own} and committed up to index {commit}, where the entry is of another term"
                )
            });
        }
    }

    /// What a leader believes of the follower that it has just heard, against what is on that follower's disk. A disk
    /// in a later term may have lost entries since, and says nothing.
    pub(super) fn progress(&mut self, disks: &Disks<'_, C>) {
        let after = self.turn.after;
        let (Cause::Heard(follower, _), Role::Leader { progress }) = (self.turn.cause, &after.role) else {
            return;
        };
        let matched = |role: &Role| match role {
            Role::Leader { progress } => progress
                .iter()
                .find(|(peer, _)| *peer == follower)
                .map_or(0, |(_, progress)| progress.match_index),
            _ => 0,
        };
        let led = self.turn.before.filter(|before| before.current_term == after.current_term);
        let was = led.map_or(0, |before| matched(&before.role));
        if led.is_none_or(|before| !leads(before)) {
            // Elected a moment ago: nothing is known yet (Figure 2, "initialized to 0").
            if progress.iter().any(|(_, progress)| progress.match_index > 0) {
                self.broken(Property::TrueProgress, || {
                    "was elected, and takes for replicated what nobody acknowledged to it".into()
                });
            }
            return;
        }
        let is = matched(&after.role);
        if is < was {
            return self.broken(Property::TrueProgress, || {
                format!("knew {} to hold entries up to {was}, and now only up to {is}", Server(follower))
            });
        }
        if is == was || follower == self.turn.server {
            return;
        }
        let disk = disks.of(follower);
        let holds = logs::chain_at(self.past, disk.log, is) == logs::chain_at(self.past, &after.log, is);
        if disk.current_term <= after.current_term && !holds {
            self.broken(Property::TrueProgress, || {
                format!(
                    "takes {} to hold its entries up to {is}, but they are not on that disk",
                    Server(follower)
                )
            });
        }
    }
}

/// Whether only a leader sends this.
fn from_leader<C: Command>(message: &Message<C>) -> bool {
    matches!(message, Message::AppendEntries { .. } | Message::InstallSnapshot { .. })
}

/// Whether nothing changed between two views.
fn same<C: Command>(before: &View<C>, after: &View<C>) -> bool {
    before == after
}

fn name(role: &Role) -> &'static str {
    match role {
        Role::Follower => "follower",
        Role::Candidate { .. } => "candidate",
        Role::Leader { .. } => "leader",
    }
}
