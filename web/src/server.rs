//! A server: Figure 2 of the Raft paper, the store that its log drives, and what a crash now would leave.

use serde::Serialize;
use splitbrain::kv::{Command, Reply, ServerView};
use splitbrain::lab::member::{Content, File, Member};
use splitbrain::node::NodeId;
use splitbrain::raft::{self, HardState, Sending, Vote};
use splitbrain::sim::World;
use tsify::Tsify;

/// At most this many keys of a store are shown.
const KEYS: usize = 200;

/// At most this many characters of a key or a value are shown.
const SHOWN: usize = 120;

/// A server that is not down.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Server {
    /// Its role.
    pub role: Role,
    /// Its current term.
    pub term: u64,
    /// Whom it voted for in that term.
    pub voted_for: Option<NodeId>,
    /// Whom it believes to lead.
    pub leader_hint: Option<NodeId>,
    /// The highest index known to be committed.
    pub commit_index: u64,
    /// The highest index applied to the store.
    pub last_applied: u64,
    /// The index of its last entry; 0 if there is none.
    pub last_index: u64,
    /// The term of that entry.
    pub last_term: u64,
    /// The index of the last entry that a snapshot took the place of; 0 if none did.
    pub base: u64,
    /// The term of that entry.
    pub base_term: u64,
    /// The size of that snapshot, in bytes.
    pub snapshot_bytes: u64,
    /// How many bytes of a snapshot that comes in chunks are here; null if none is coming.
    pub receiving: Option<u64>,
    /// While it is a candidate: whom it asked, and what they said.
    pub votes: Vec<Ballot>,
    /// While it leads: what it knows of the others' logs.
    pub progress: Vec<FollowerProgress>,
    /// What a crash now would leave.
    pub durable: Durable,
    /// How many keys its store has.
    pub store_size: u64,
    /// The first of them, in order, with their values; what is long is cut, with "…".
    pub store: Vec<(String, String)>,
    /// The last command of each client's present session.
    pub sessions: Vec<Session>,
    /// The requests that wait for their entry to be applied.
    pub waiting: Vec<Waiting>,
}

/// The three roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Answers leaders and candidates.
    Follower,
    /// Asks for votes.
    Candidate,
    /// Replicates its log.
    Leader,
}

/// What a candidate knows of one voter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Ballot {
    /// The voter.
    pub voter: NodeId,
    /// What it said.
    #[tsify(type = "\"granted\" | \"refused\" | \"asked\"")]
    pub vote: &'static str,
}

/// What a leader knows of one follower.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct FollowerProgress {
    /// The follower.
    pub peer: NodeId,
    /// The index of the next entry to send it: a guess.
    pub next_index: u64,
    /// The highest index known to be replicated there: a proof.
    pub match_index: u64,
    /// How it goes about it.
    #[tsify(type = "\"replicating\" | \"probing\" | \"installing\"")]
    pub sending: &'static str,
}

/// What is on a server's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Durable {
    /// The current term.
    pub term: u64,
    /// The vote in that term.
    pub voted_for: Option<NodeId>,
    /// The index of the last entry.
    pub last_index: u64,
    /// The index of the last entry that a snapshot took the place of; 0 if none did.
    pub base: u64,
}

/// A session, by its last command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Session {
    /// Whose it is.
    pub client: NodeId,
    /// The number of its last command.
    pub number: u64,
    /// The answer to it.
    pub reply: Option<String>,
}

/// A request that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Waiting {
    /// Whose it is.
    pub client: NodeId,
    /// Its number.
    pub number: u64,
    /// The index of its entry.
    pub index: u64,
}

impl Durable {
    /// What a disk holds; of a server that never wrote, what it began with.
    pub(crate) fn of(state: Option<&HardState<Command>>) -> Durable {
        Durable {
            term: state.map_or(0, |state| state.current_term.0),
            voted_for: state.and_then(|state| state.voted_for),
            last_index: state.map_or(0, |state| state.log.last_index()),
            base: state.map_or(0, |state| state.log.base_index()),
        }
    }
}

/// What is on a server's disk; none if that is nothing, or if it is no server.
pub(crate) fn durable(world: &World<Member>, server: NodeId) -> Option<&HardState<Command>> {
    match world.durable(server)?.get(&File::Raft(raft::File::State))? {
        Content::Raft(state) => Some(state),
        _ => None,
    }
}

/// A server, as it is shown.
pub(crate) fn server(view: &ServerView, durable: Option<&HardState<Command>>) -> Server {
    let raft = &view.raft;
    let (role, votes, progress) = match &raft.role {
        raft::Role::Follower => (Role::Follower, Vec::new(), Vec::new()),
        raft::Role::Candidate { votes } => (Role::Candidate, ballots(votes), Vec::new()),
        raft::Role::Leader { progress } => (Role::Leader, Vec::new(), known(progress)),
    };
    Server {
        role,
        term: raft.current_term.0,
        voted_for: raft.voted_for,
        leader_hint: raft.leader,
        commit_index: raft.commit_index,
        last_applied: raft.last_applied,
        last_index: raft.log.last_index(),
        last_term: raft.log.last_term().0,
        base: raft.log.base_index(),
        base_term: raft.log.base_term().0,
        snapshot_bytes: raft.snapshot.as_ref().map_or(0, |snapshot| snapshot.data.len()),
        receiving: raft.receiving.map(|receiving| receiving.bytes),
        votes,
        progress,
        durable: Durable::of(durable),
        store_size: view.store.len(),
        store: view
            .store
            .iter()
            .take(KEYS)
            .map(|(key, value)| (cut(key.as_str()), cut(value.as_str())))
            .collect(),
        sessions: sessions(view),
        waiting: view
            .waiting
            .iter()
            .map(|waiter| Waiting {
                client: waiter.session.client,
                number: waiter.number,
                index: waiter.index,
            })
            .collect(),
    }
}

fn ballots(votes: &[(NodeId, Vote)]) -> Vec<Ballot> {
    let vote = |vote: Vote| match vote {
        Vote::Asked => "asked",
        Vote::Granted => "granted",
        Vote::Refused => "refused",
    };
    votes.iter().map(|&(voter, said)| Ballot { voter, vote: vote(said) }).collect()
}

fn known(progress: &[(NodeId, raft::Progress)]) -> Vec<FollowerProgress> {
    let known = |&(peer, progress): &(NodeId, raft::Progress)| FollowerProgress {
        peer,
        next_index: progress.next_index,
        match_index: progress.match_index,
        sending: match progress.sending {
            Sending::Replicating => "replicating",
            Sending::Probing => "probing",
            Sending::Installing { .. } => "installing",
        },
    };
    progress.iter().map(known).collect()
}

/// A client that crashed begins a new session; only its last one is of interest, and sessions are in order.
fn sessions(view: &ServerView) -> Vec<Session> {
    let mut latest: Vec<Session> = Vec::new();
    for (session, last) in view.sessions.iter() {
        latest.pop_if(|before| before.client == session.client);
        latest.push(Session { client: session.client, number: last.number, reply: Some(reply(&last.reply)) });
    }
    latest
}

/// An answer as the page shows it: what was read, or what became of a write.
pub(crate) fn reply(reply: &Reply) -> String {
    match reply {
        Reply::Value(None) => "nothing".to_owned(),
        Reply::Value(Some(value)) => cut(value.as_str()),
        Reply::NotEqual => "not equal".to_owned(),
        Reply::Done => "done".to_owned(),
        Reply::TooLong => "refused: too long".to_owned(),
    }
}

/// A text cut to what is shown.
fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
