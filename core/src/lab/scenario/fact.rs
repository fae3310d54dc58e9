//! What a scenario can say of a cluster at one moment.

use super::Word;
use crate::check::Property;
use crate::kv::{Reply, ServerView};
use crate::lab::config::Roster;
use crate::lab::member::{Member, View};
use crate::lab::watch::Watch;
use crate::mapreduce::{JobView, Stage};
use crate::node::NodeId;
use crate::raft::Role;
use crate::sim::World;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

/// A fact about a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The opposite.
    Not(Box<Fact>),
    /// Somebody leads, and it is not this server.
    Leader {
        /// Who does not count.
        but: Option<Word>,
    },
    /// Nobody leads.
    NoLeader,
    /// No two servers lead the same term.
    OneLeaderATerm,
    /// This server leads.
    Leads(Word),
    /// This server follows.
    Follows(Word),
    /// A number in a server's state.
    Number {
        /// Which.
        what: Many,
        /// Whose.
        node: Word,
        /// At least.
        least: u64,
        /// At most.
        most: u64,
    },
    /// A key has this value in a server's store.
    Value {
        /// The key.
        key: String,
        /// The server.
        node: Word,
        /// The value.
        value: String,
    },
    /// A client waits for an answer.
    Waits(Word),
    /// The last operation of a client that returned had this answer; a put's is `done`.
    Answer {
        /// The client.
        client: Word,
        /// The answer.
        answer: String,
    },
    /// Some worker has a task.
    BusyWorker,
    /// A task was taken from a worker and given to another.
    Reissued,
    /// The job is done.
    JobDone,
    /// The job is done, and its output was found to equal a sequential run's.
    OutputEquals,
    /// No property has been broken.
    AllHold,
}

/// The numbers in a server's state that a fact can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Many {
    /// `currentTerm`.
    Term,
    /// The last index of its log.
    Log,
    /// `commitIndex`.
    Commit,
}

/// A cluster at one moment, with the names given so far.
pub(super) struct Scene<'a> {
    pub(super) world: &'a World<Member>,
    pub(super) watch: &'a Watch,
    pub(super) resolve: &'a dyn Fn(&Word) -> Result<NodeId, String>,
}

impl Scene<'_> {
    /// Whether a fact is true; an error if it speaks of what is not there.
    pub(super) fn is(&self, fact: &Fact) -> Result<bool, String> {
        Ok(match fact {
            Fact::Not(fact) => !self.is(fact)?,
            Fact::Leader { but } => {
                let but = but.as_ref().map(self.resolve).transpose()?;
                leader(self.world).is_some_and(|leader| Some(leader) != but)
            }
            Fact::NoLeader => leader(self.world).is_none(),
            Fact::OneLeaderATerm => self.watch.verdicts().of(Property::ElectionSafety).is_none(),
            Fact::Leads(node) => self.server(node)?.is_some_and(leads),
            Fact::Follows(node) => {
                self.server(node)?.is_some_and(|view| matches!(view.raft.role, Role::Follower))
            }
            Fact::Number { what, node, least, most } => {
                self.server(node)?.is_some_and(|view| (*least..=*most).contains(&what.of(view)))
            }
            Fact::Value { key, node, value } => {
                let held = |view: &ServerView| match view.store.read(&key.as_str().into()) {
                    Reply::Value(held) => held.as_str() == value,
                    Reply::Done | Reply::TooLong => false,
                };
                self.server(node)?.is_some_and(held)
            }
            Fact::Waits(client) => match self.world.view((self.resolve)(client)?) {
                Some(View::Client(view)) => view.pending.is_some(),
                _ => return Err(format!("{} is not a running client", client.0)),
            },
            Fact::Answer { client, answer } => match self.world.view((self.resolve)(client)?) {
                Some(View::Client(view)) => view
                    .history
                    .recent()
                    .last()
                    .is_some_and(|last| crate::lab::tell::kv::reply(&last.reply) == *answer),
                _ => return Err(format!("{} is not a running client", client.0)),
            },
            Fact::BusyWorker => busy_worker(self.world).is_some(),
            Fact::Reissued => self.job().is_some_and(|job| job.reissued > 0),
            Fact::JobDone => self.job().is_some_and(|job| job.stage == Stage::Done),
            Fact::OutputEquals => {
                self.job().is_some_and(|job| job.stage == Stage::Done)
                    && self.watch.verdicts().of(Property::OutputEqualsSequential).is_none()
            }
            Fact::AllHold => self.watch.verdicts().all_hold(),
        })
    }

    /// What is the case instead, for an error.
    pub(super) fn seen(&self) -> String {
        let roster: Roster = self.watch.roster();
        let mut seen = format!("At {}:", self.world.now());
        for node in roster.servers() {
            let told = match self.world.view(node) {
                Some(View::Server(view)) => {
                    let role = crate::lab::tell::role(&view.raft.role);
                    let (term, last) = (view.raft.current_term, view.raft.log.last_index());
                    format!(
                        " {} {role} term {term} log {last} commit {};",
                        roster.name(node),
                        view.raft.commit_index
                    )
                }
                _ => format!(" {} down;", roster.name(node)),
            };
            seen.push_str(&told);
        }
        if let Some(job) = self.job() {
            let (maps, reduces) = (job.maps_completed, job.reduces_completed);
            seen.push_str(&format!(" the job has {maps} maps and {reduces} reduces completed;"));
        }
        for violation in self.watch.verdicts().violations() {
            seen.push_str(&format!(" {violation};"));
        }
        seen
    }

    fn server(&self, word: &Word) -> Result<Option<&ServerView>, String> {
        match self.world.view((self.resolve)(word)?) {
            Some(View::Server(view)) => Ok(Some(view)),
            Some(_) => Err(format!("{} is not a server", word.0)),
            None => Ok(None),
        }
    }

    fn job(&self) -> Option<&JobView> {
        match self.world.view(self.watch.roster().coordinator()?) {
            Some(View::Coordinator(view)) => view.job.as_ref(),
            _ => None,
        }
    }
}

impl Many {
    fn of(self, view: &ServerView) -> u64 {
        match self {
            Many::Term => view.raft.current_term.0,
            Many::Log => view.raft.log.last_index(),
            Many::Commit => view.raft.commit_index,
        }
    }
}

fn leads(view: &ServerView) -> bool {
    matches!(view.raft.role, Role::Leader { .. })
}

/// The leader of the highest term that has one.
pub(super) fn leader(world: &World<Member>) -> Option<NodeId> {
    let leads = |node| match world.view(node) {
        Some(View::Server(view)) if leads(view) => Some((view.raft.current_term, node)),
        _ => None,
    };
    world.ids().filter_map(leads).max().map(|(_, node)| node)
}

/// The first running server that does not lead.
pub(super) fn follower(world: &World<Member>) -> Option<NodeId> {
    world.ids().find(|&node| matches!(world.view(node), Some(View::Server(view)) if !leads(view)))
}

/// The first worker that has a task.
pub(super) fn busy_worker(world: &World<Member>) -> Option<NodeId> {
    world.ids().find(|&node| matches!(world.view(node), Some(View::Worker(view)) if view.attempt.is_some()))
}
