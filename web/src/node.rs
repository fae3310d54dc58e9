//! What every node has, whatever it does: a state, timers, a disk.

use crate::client::{self, Client};
use crate::job::{self, Worker};
use crate::moment::Micros;
use crate::server::{self, Durable, Server};
use serde::Serialize;
use splitbrain::lab::member::{Content, File, Member, View};
use splitbrain::lab::{Role, Roster};
use splitbrain::mapreduce::{Seat, WorkerContent, WorkerFile};
use splitbrain::node::{Batch, FileOp, NodeId};
use splitbrain::sim::{Status, World};
use tsify::Tsify;

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Node {
    /// Its number.
    pub id: NodeId,
    /// Its name: S1, C1, coordinator, store, W1.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// Whether it runs.
    pub status: State,
    /// How often it has booted.
    pub incarnation: u64,
    /// Its running timers.
    pub timers: Vec<Timer>,
    /// Its disk writes under way, oldest first.
    pub writes: Vec<Write>,
    /// How much longer than usual it takes over a message.
    pub slow: Micros,
    /// By how many parts in a million its clock runs fast, or slow if negative.
    pub drift: i32,
    /// The shortest and the longest time that a write of its takes.
    #[tsify(type = "[Micros, Micros]")]
    pub disk: (Micros, Micros),
    /// Whether its disk has stopped completing writes.
    pub stalled: bool,
    /// What a server's disk holds, whether it is down or not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub durable: Option<Durable>,
    /// What a server shows while it is not down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub server: Option<Server>,
    /// What a client shows while it is not down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub client: Option<Client>,
    /// What a coordinator shows while it is not down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub coordinator: Option<Coordinator>,
    /// What a worker shows while it is not down.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[tsify(optional)]
    pub worker: Option<Worker>,
}

/// What a coordinator is among its like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
pub struct Coordinator {
    /// Alone, in charge, taking over, or standing by.
    #[tsify(type = "\"alone\" | \"standby\" | \"taking-over\" | \"in-charge\"")]
    pub seat: Seat,
    /// How often charge has changed hands, as far as it knows.
    pub epoch: u32,
    /// The number of the job that died with it, until another is accepted.
    pub died: Option<u32>,
    /// Whether a job was submitted that has no number yet.
    pub claiming: bool,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
#[tsify(type = "\"server\" | \"client\" | \"coordinator\" | \"store\" | \"worker\"")]
#[expect(missing_docs, reason = "their names say it")]
pub enum NodeKind {
    Server,
    Client,
    Coordinator,
    Store,
    Worker,
}

/// Whether a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It does.
    Up,
    /// It crashed and was not restarted.
    Down,
    /// It is up, and takes no input.
    Paused,
}

/// A running timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Timer {
    /// Its name, as `fire` and `postpone` take it.
    pub name: &'static str,
    /// When it was set.
    pub armed_at: Micros,
    /// When it runs out.
    pub fires_at: Micros,
}

/// A disk write under way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "camelCase")]
pub struct Write {
    /// When it was asked for.
    pub started_at: Micros,
    /// When it will be durable; null while the disk is stalled.
    pub done_at: Option<Micros>,
    /// What it changes, in a few words.
    pub what: String,
}

/// Every node, in order.
pub(crate) fn nodes(world: &World<Member>, roster: Roster) -> Vec<Node> {
    let node = |id: NodeId| {
        let view = world.view(id);
        Node {
            id,
            name: roster.name(id),
            kind: kind(roster, id),
            status: match world.status(id) {
                Status::Up => State::Up,
                Status::Down => State::Down,
                Status::Paused => State::Paused,
            },
            incarnation: world.incarnation(id),
            timers: timers(world, id),
            writes: writes(world, id, roster),
            slow: world.slowness(id).0,
            drift: world.drift(id),
            disk: world.disk(id).map_or((0, 0), |disk| (disk.latency.0.0, disk.latency.1.0)),
            stalled: world.disk(id).is_some_and(|disk| disk.stalled),
            durable: matches!(roster.role(id), Some(Role::Server))
                .then(|| Durable::of(server::durable(world, id))),
            server: view
                .and_then(|view| if let View::Server(view) = view { Some(view) } else { None })
                .map(|view| server::server(view, server::durable(world, id))),
            client: view
                .and_then(|view| if let View::Client(view) = view { Some(view) } else { None })
                .map(|view| client::client(view, roster)),
            coordinator: view.and_then(coordinator),
            worker: view
                .and_then(|view| if let View::Worker(view) = view { Some(view) } else { None })
                .map(job::worker),
        }
    };
    world.ids().map(node).collect()
}

fn kind(roster: Roster, id: NodeId) -> NodeKind {
    match roster.role(id) {
        Some(Role::Server) => NodeKind::Server,
        Some(Role::Client) => NodeKind::Client,
        Some(Role::Coordinator) => NodeKind::Coordinator,
        Some(Role::Store) => NodeKind::Store,
        Some(Role::Worker) | None => NodeKind::Worker,
    }
}

fn coordinator(view: &View) -> Option<Coordinator> {
    let View::Coordinator(view) = view else { return None };
    Some(Coordinator {
        seat: view.seat,
        epoch: view.epoch,
        died: view.died.map(|job| job.0),
        claiming: view.is_claiming,
    })
}

fn timers(world: &World<Member>, id: NodeId) -> Vec<Timer> {
    let timer = |(timer, armed): (splitbrain::lab::member::Timer, splitbrain::sim::Armed)| Timer {
        name: timer.name(),
        armed_at: armed.set_at.0,
        fires_at: armed.due.0,
    };
    world.timers(id).map(timer).collect()
}

fn writes(world: &World<Member>, id: NodeId, roster: Roster) -> Vec<Write> {
    let pending = world.disk(id).into_iter().flat_map(|disk| &disk.pending);
    pending
        .map(|write| Write {
            started_at: write.issued_at.0,
            done_at: write.done_at.map(|at| at.0),
            what: what(&write.batch, roster),
        })
        .collect()
}

/// A batch in a few words: what its first operation puts, and how many more there are.
fn what(batch: &Batch<Member>, roster: Roster) -> String {
    let first = match batch.first() {
        Some(FileOp::Put(_, Content::Raft(state))) => {
            let vote = state
                .voted_for
                .map_or_else(|| "no vote".to_owned(), |node| format!("vote for {}", roster.name(node)));
            format!("term {}, {vote}, log to {}", state.current_term, state.log.last_index())
        }
        Some(FileOp::Put(_, Content::Clerk(_) | Content::Worker(WorkerContent::Incarnation(_)))) => {
            "which of its lives this is".to_owned()
        }
        Some(FileOp::Put(_, Content::Coordinator(journal))) => format!("{} jobs accepted", journal.jobs),
        Some(
            FileOp::Put(File::Store(chunk), Content::Store(bytes))
            | FileOp::Put(File::Worker(WorkerFile::Chunk(chunk)), Content::Worker(WorkerContent::Bytes(bytes))),
        ) => format!("{}, piece {}, {} bytes", chunk.file, chunk.index + 1, bytes.len()),
        Some(FileOp::Put(..)) => "a file".to_owned(),
        Some(FileOp::Rename(_, File::Store(to) | File::Worker(WorkerFile::Chunk(to)))) => {
            format!("rename to {}", to.file)
        }
        Some(FileOp::Rename(..)) => "rename a file".to_owned(),
        Some(FileOp::Remove(File::Store(chunk) | File::Worker(WorkerFile::Chunk(chunk)))) => {
            format!("remove {}", chunk.file)
        }
        Some(FileOp::Remove(_)) => "remove a file".to_owned(),
        None => "nothing".to_owned(),
    };
    match batch.len().saturating_sub(1) {
        0 => first,
        more => format!("{first}, and {more} more"),
    }
}
