//! What a scenario can say of a cluster at one moment.

use super::Word;
use super::flights::Flights;
use crate::check::Property;
use crate::kv::ServerView;
use crate::lab::config::Roster;
use crate::lab::coordinator::in_charge;
use crate::lab::member::{Content, File, Member, Note, View};
use crate::lab::watch::Watch;
use crate::mapreduce::{JobView, Stage};
use crate::node::NodeId;
use crate::raft::{self, HardState, Role, Term};
use crate::sim::World;
use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

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
    /// This server stands for election.
    Stands(Word),
    /// Whom a server has given its vote to in its current term.
    VotedFor {
        /// The server.
        node: Word,
        /// The candidate; none if nobody has it.
        candidate: Option<Word>,
    },
    /// The terms of the entries in a server's log.
    Terms {
        /// The server.
        node: Word,
        /// The terms, from the first entry that is kept.
        terms: Vec<u64>,
    },
    /// All running servers have the same log.
    EqualLogs,
    /// Such a message is in flight.
    Flight {
        /// Which.
        flights: Flights,
        /// Whether it is held.
        held: bool,
    },
    /// A node gave this reason since the words before.
    Noted {
        /// The node.
        node: Word,
        /// The reason.
        note: Note,
        /// How often; none for at least once.
        times: Option<u64>,
    },
    /// A property has been broken.
    Broken(Property),
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
    /// `lastApplied`.
    Applied,
    /// The last index that its snapshot includes.
    Snapshot,
    /// `currentTerm` on its disk.
    SavedTerm,
    /// The last index of the log on its disk.
    SavedLog,
    /// The index up to which the log on its disk has given way to a snapshot.
    SavedSnapshot,
}

/// A cluster at one moment, with the names given so far.
pub(super) struct Scene<'a> {
    pub(super) world: &'a World<Member>,
    pub(super) watch: &'a Watch,
    /// The reasons given since the words before.
    pub(super) noted: &'a [(NodeId, Note)],
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
            Fact::Stands(node) => {
                self.server(node)?.is_some_and(|view| matches!(view.raft.role, Role::Candidate { .. }))
            }
            Fact::VotedFor { node, candidate } => {
                let candidate = candidate.as_ref().map(self.resolve).transpose()?;
                self.server(node)?.is_some_and(|view| view.raft.voted_for == candidate)
            }
            Fact::Terms { node, terms } => {
                self.server(node)?.is_some_and(|view| terms_of(view).eq(terms.iter().copied()))
            }
            Fact::EqualLogs => {
                let log = |node| match self.world.view(node) {
                    Some(View::Server(view)) => Some((view.raft.log.last_index(), view.raft.log.chain())),
                    _ => None,
                };
                let mut logs = self.watch.roster().servers().filter_map(log);
                let first = logs.next();
                logs.all(|log| Some(log) == first)
            }
            Fact::Flight { flights, held } => {
                let between = self.between(flights)?;
                self.world
                    .flights()
                    .any(|flight| flights.fits(between, flight) && flight.arrives_at.is_none() == *held)
            }
            Fact::Noted { node, note, times } => {
                let node = (self.resolve)(node)?;
                let count = self.noted.iter().filter(|noted| **noted == (node, *note)).count() as u64;
                times.map_or(count > 0, |times| count == times)
            }
            Fact::Broken(property) => self.watch.verdicts().of(*property).is_some(),
            Fact::Number { what, node, least, most } => {
                let number = self.number(*what, node)?;
                number.is_some_and(|number| (*least..=*most).contains(&number))
            }
            Fact::Value { key, node, value } => {
                let held = |view: &ServerView| {
                    view.store.get(&key.as_str().into()).map_or("", |held| held.as_str()) == value
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
                    let terms: Vec<String> = terms_of(view).take(16).map(|term| format!("{term}")).collect();
                    format!(
                        " {} {role} term {term} log {last} ({}) commit {};",
                        roster.name(node),
                        terms.join(" "),
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
        for (node, note) in self.noted.iter().take(16) {
            seen.push_str(&format!(" {} noted {};", roster.name(*node), super::notes::name(*note)));
        }
        seen
    }

    /// A number in a server's state; none while it is down, unless its disk has it.
    fn number(&self, what: Many, word: &Word) -> Result<Option<u64>, String> {
        let node = (self.resolve)(word)?;
        if matches!(what, Many::SavedTerm | Many::SavedLog | Many::SavedSnapshot) {
            let files = self.world.durable(node);
            let state = files.and_then(|files| files.get(&File::Raft(raft::File::State)));
            let saved: Option<&HardState<_>> = match state {
                Some(Content::Raft(saved)) => Some(saved),
                _ => None,
            };
            return Ok(Some(match what {
                Many::SavedTerm => saved.map_or(Term(0), |saved| saved.current_term).0,
                Many::SavedSnapshot => saved.map_or(0, |saved| saved.log.base_index()),
                _ => saved.map_or(0, |saved| saved.log.last_index()),
            }));
        }
        Ok(self.server(word)?.map(|view| what.of(view)))
    }

    /// Who sends and who receives these messages.
    pub(super) fn between(&self, flights: &Flights) -> Result<super::flights::Between, String> {
        let from = flights.from.as_ref().map(self.resolve).transpose()?;
        Ok((from, flights.to.as_ref().map(self.resolve).transpose()?))
    }

    fn server(&self, word: &Word) -> Result<Option<&ServerView>, String> {
        match self.world.view((self.resolve)(word)?) {
            Some(View::Server(view)) => Ok(Some(view)),
            Some(_) => Err(format!("{} is not a server", word.0)),
            None => Ok(None),
        }
    }

    fn job(&self) -> Option<&JobView> {
        match self.world.view(in_charge(self.world, self.watch.roster())?) {
            Some(View::Coordinator(view)) => view.job.as_ref(),
            _ => None,
        }
    }
}

impl Many {
    /// Each of them.
    pub const ALL: [Many; 8] = [
        Many::Term,
        Many::Log,
        Many::Commit,
        Many::Applied,
        Many::Snapshot,
        Many::SavedTerm,
        Many::SavedLog,
        Many::SavedSnapshot,
    ];

    /// Its name in a scenario.
    pub fn name(self) -> &'static str {
        match self {
            Many::Term => "term",
            Many::Log => "log",
            Many::Commit => "commit",
            Many::Applied => "applied",
            Many::Snapshot => "snapshot",
            Many::SavedTerm => "saved term",
            Many::SavedLog => "saved log",
            Many::SavedSnapshot => "saved snapshot",
        }
    }

    /// The number of that name.
    pub(super) fn named(name: &str) -> Option<Many> {
        Many::ALL.into_iter().find(|many| many.name() == name)
    }

    fn of(self, view: &ServerView) -> u64 {
        match self {
            Many::Term | Many::SavedTerm => view.raft.current_term.0,
            Many::Log | Many::SavedLog => view.raft.log.last_index(),
            Many::Commit => view.raft.commit_index,
            Many::Applied => view.raft.last_applied,
            Many::Snapshot | Many::SavedSnapshot => view.raft.log.base_index(),
        }
    }
}

/// The terms of the entries in a server's log.
fn terms_of(view: &ServerView) -> impl Iterator<Item = u64> + '_ {
    let log = &view.raft.log;
    (log.base_index() + 1..=log.last_index()).filter_map(|index| log.term_at(index)).map(|term| term.0)
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
