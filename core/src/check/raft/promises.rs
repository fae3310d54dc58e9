//! What servers have said: their votes, the terms they spoke of, and whether it was on their disks when they said it.

use super::super::{Moment, Property, Server, Verdicts};
use super::Durable;
use super::logs;
use super::terms::Terms;
use crate::node::NodeId;
use crate::raft::log::{Command, Index, Log, Term};
use crate::raft::message::{Appended, Message, Received};
use crate::tree::Tree;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// Everything said that binds its speaker for ever.
#[derive(Clone, Debug)]
pub(super) struct Promises {
    /// The highest term each server has spoken of, by the server's number.
    spoken: Vec<Term>,
    /// Whom each server voted for in each term.
    votes: Tree<(Term, NodeId), NodeId>,
}

impl Promises {
    pub(super) fn new() -> Promises {
        Promises { spoken: Vec::new(), votes: Tree::new() }
    }

    /// The highest term that a server has spoken of.
    pub(super) fn spoken(&self, server: NodeId) -> Term {
        self.spoken.get(server.index()).copied().unwrap_or_default()
    }

    /// How many of the first `voters` servers have voted for this candidate in this term.
    pub(super) fn votes_for(&self, candidate: NodeId, term: Term, voters: u16) -> usize {
        (0..voters).filter(|&voter| self.votes.get(&(term, NodeId(voter))) == Some(&candidate)).count()
    }

    /// Judges a message that leaves its sender.
    #[expect(clippy::too_many_arguments, reason = "they are what there is to know of one departure")]
    pub(super) fn departed<C: Command>(
        &mut self,
        now: Moment,
        from: NodeId,
        to: NodeId,
        message: &Message<C>,
        durable: Durable<'_, C>,
        terms: &Terms<C>,
        past: &Log<C>,
        verdicts: &mut Verdicts,
    ) {
        let term = message.term();
        self.speak(from, term);
        if durable.current_term < term {
            not_durable(now, from, verdicts, || {
                format!("it is in term {term}, but its disk says term {}", durable.current_term)
            });
        }
        match *message {
            // A candidate votes for itself (§5.2).
            Message::RequestVote { .. } => self.voted(now, from, from, term, durable, verdicts),
            Message::VoteReply { granted: true, .. } => self.voted(now, from, to, term, durable, verdicts),
            Message::VoteReply { granted: false, .. } => {}
            // Its own copy counts towards a majority as soon as others answer, so it must be safe by then.
            Message::AppendEntries { ref entries, .. } => {
                if durable.current_term == term && !logs::holds(past, durable.log, entries) {
                    not_durable(now, from, verdicts, || {
                        format!(
                            "it holds entries up to {} as leader of term {term}, but not all are on its disk",
                            entries.last_index()
                        )
                    });
                }
            }
            Message::AppendReply { outcome: Appended::Match(index), .. } => {
                acknowledged(now, from, to, term, index, durable, terms, past, verdicts);
            }
            // What a snapshot replaces is committed, and its sender has it.
            Message::InstallSnapshot { last_included_index: index, last_included_chain: chain, .. } => {
                let held = logs::chain_at(past, durable.log, index);
                if durable.current_term == term && held != Some(chain) {
                    not_durable(now, from, verdicts, || {
                        format!("it has a snapshot of all up to index {index}, but that is not on its disk")
                    });
                }
            }
            Message::SnapshotReply { last_included_index, outcome: Received::Installed, .. } => {
                let index = last_included_index;
                acknowledged(now, from, to, term, index, durable, terms, past, verdicts);
            }
            Message::AppendReply { .. } | Message::SnapshotReply { .. } => {}
            // Nobody is bound by what he would do, nor by what he asks of another.
            Message::RequestPreVote { .. } | Message::PreVoteReply { .. } | Message::TimeoutNow { .. } => {}
        }
    }

    fn speak(&mut self, server: NodeId, term: Term) {
        if self.spoken(server) < term {
            if self.spoken.len() <= server.index() {
                self.spoken.resize(server.index() + 1, Term(0));
            }
            self.spoken[server.index()] = term;
        }
    }

    fn voted<C: Command>(
        &mut self,
        now: Moment,
        voter: NodeId,
        candidate: NodeId,
        term: Term,
        durable: Durable<'_, C>,
        verdicts: &mut Verdicts,
    ) {
        match self.votes.get(&(term, voter)) {
            None => self.votes.insert((term, voter), candidate),
            Some(&earlier) if earlier == candidate => {}
            Some(&earlier) => {
                verdicts.broken(Property::SingleVote, now, &[voter, candidate, earlier], || {
                    format!(
                        "{} votes for {} in term {term}, but it had already voted for {} in that term.",
                        Server(voter),
                        Server(candidate),
                        Server(earlier)
                    )
                })
            }
        }
        if durable.current_term == term && durable.voted_for != Some(candidate) {
            not_durable(now, voter, verdicts, || {
                format!("it votes for {} in term {term}, but that vote is not on its disk", Server(candidate))
            });
        }
    }
}

/// An acknowledgement says: up to here my log is yours, leader, and a crash will not change that (§5.3). If the
/// follower's disk is already in a later term its entries may have been replaced meanwhile, and nothing can be said.
#[expect(clippy::too_many_arguments, reason = "they are what there is to know of one departure")]
fn acknowledged<C: Command>(
    now: Moment,
    follower: NodeId,
    leader: NodeId,
    term: Term,
    index: Index,
    durable: Durable<'_, C>,
    terms: &Terms<C>,
    past: &Log<C>,
    verdicts: &mut Verdicts,
) {
    if durable.current_term != term {
        return;
    }
    let empty = Log::new();
    let leaders = terms.of(term).map_or(&empty, |record| &record.log);
    match (logs::chain_at(past, durable.log, index), logs::chain_at(past, leaders, index)) {
        (_, None) => verdicts.broken(Property::TrueAcknowledgements, now, &[follower, leader], || {
            format!(
                "{} acknowledges entries up to index {index} in term {term}, but the leader of that term had only \
                 {}.",
                Server(follower),
                leaders.last_index()
            )
        }),
        (None, Some(_)) => not_durable(now, follower, verdicts, || {
            format!("it acknowledges entries up to {index}, but its disk ends at {}", durable.log.last_index())
        }),
        (Some(held), Some(wanted)) if held != wanted => {
            verdicts.broken(Property::TrueAcknowledgements, now, &[follower, leader], || {
                let first = logs::first_difference(past, durable.log, leaders);
                let (here, there) = super::told(durable.log, leaders, first);
                format!(
                    "{} acknowledges entries up to index {index} of term {term}'s leader, but at index {first} it \
                     holds {here} where the leader holds {there}.",
                    Server(follower)
                )
            });
        }
        _ => {}
    }
}

fn not_durable(now: Moment, server: NodeId, verdicts: &mut Verdicts, what: impl FnOnce() -> String) {
    verdicts.broken(Property::PromisesDurable, now, &[server], || {
        format!("{} says that {}: a crash now would make it forget.", Server(server), what())
    });
}
