//! The one kind of node the playground's world has: each of its parts wrapped as an alternative.
//!
//! Nothing is decided here. An input is unwrapped for the part it is meant for, and the part's effects are wrapped
//! again. What is meant for another kind of part (a stray message can be, if people script one) leaves a note.

use super::coordinator::{self, Coordinator};
use crate::node::{self, Effect, FileOp, Files, Input, Node, Outbox, Through};
use crate::time::Time;
use crate::{kv, mapreduce, raft};
use serde::{Deserialize, Serialize};

/// A node of the playground.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "a server is the largest, and most of what happens happens to servers; how much larger depends on the target"
)]
pub enum Member {
    /// A Raft server with its key/value store.
    Server(kv::Server),
    /// A client of the key/value service.
    Client(kv::Clerk),
    /// The MapReduce coordinator.
    Coordinator(Coordinator),
    /// MapReduce's shared file system.
    Store(mapreduce::Store),
    /// A MapReduce worker.
    Worker(mapreduce::Worker),
}

/// Declares an enum whose variants wrap one type each, with the conversions both ways.
macro_rules! wrapping {
    ($(#[$meta:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident($inner:ty),)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize)]
        pub enum $name { $($(#[$doc])* $variant($inner),)+ }

        $(impl From<$inner> for $name {
            fn from(inner: $inner) -> $name {
                $name::$variant(inner)
            }
        }

        impl TryFrom<$name> for $inner {
            type Error = Misdirected;
            fn try_from(outer: $name) -> Result<$inner, Misdirected> {
                // With a single alternative the other arm cannot be reached.
                #[allow(unreachable_patterns)]
                match outer {
                    $name::$variant(inner) => Ok(inner),
                    _ => Err(Misdirected),
                }
            }
        })+
    };
}

/// Something was meant for another kind of part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Misdirected;

/// What a node is told. All of MapReduce's are told the same; which of them a node is, the alternative says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum MemberConfig {
    /// A server.
    Server(kv::server::Config),
    /// A client.
    Client(kv::clerk::Config),
    /// A coordinator.
    Coordinator(coordinator::Config),
    /// The store.
    Store(mapreduce::Config),
    /// A worker.
    Worker(mapreduce::Config),
}

impl MemberConfig {
    /// How fast this node computes, in per cent.
    pub fn speed(&self) -> u32 {
        if let MemberConfig::Worker(config) = self { config.speed } else { 100 }
    }

    /// The same, computing at another speed if it is a worker's.
    #[must_use]
    pub fn at_speed(self, speed: u32) -> MemberConfig {
        match self {
            MemberConfig::Worker(config) => MemberConfig::Worker(mapreduce::Config { speed, ..config }),
            other => other,
        }
    }
}

impl TryFrom<MemberConfig> for kv::server::Config {
    type Error = Misdirected;
    fn try_from(config: MemberConfig) -> Result<Self, Misdirected> {
        if let MemberConfig::Server(config) = config { Ok(config) } else { Err(Misdirected) }
    }
}

impl TryFrom<MemberConfig> for kv::clerk::Config {
    type Error = Misdirected;
    fn try_from(config: MemberConfig) -> Result<Self, Misdirected> {
        if let MemberConfig::Client(config) = config { Ok(config) } else { Err(Misdirected) }
    }
}

impl TryFrom<MemberConfig> for mapreduce::Config {
    type Error = Misdirected;
    fn try_from(config: MemberConfig) -> Result<Self, Misdirected> {
        match config {
            MemberConfig::Store(config) | MemberConfig::Worker(config) => Ok(config),
            MemberConfig::Server(_) | MemberConfig::Client(_) | MemberConfig::Coordinator(_) => {
                Err(Misdirected)
            }
        }
    }
}

wrapping! {
    /// What travels.
    Message {
        /// Between servers, and between clients and servers.
        Kv(kv::Message),
        /// Between the coordinator, the store and the workers.
        MapReduce(mapreduce::Message),
    }
}
wrapping! {
    /// The timers.
    #[derive(Copy, PartialOrd, Ord, Deserialize)]
    Timer {
        /// A server's.
        Raft(raft::Timer),
        /// A client's.
        Clerk(kv::clerk::Timer),
        /// Of the coordinator, the store or a worker.
        MapReduce(mapreduce::Timer),
    }
}
wrapping! {
    /// What people ask of a node.
    #[derive(Deserialize)]
    Request {
        /// Of a server: only a tester does.
        Server(raft::Request<kv::Command>),
        /// Of a client.
        Clerk(kv::clerk::Request),
        /// Of the coordinator.
        MapReduce(mapreduce::Request),
    }
}
wrapping! {
    /// What a node hands to people.
    Output {
        /// A server, to a tester.
        Server(raft::Output<kv::Command>),
        /// A client.
        Clerk(kv::clerk::Output),
        /// The coordinator.
        MapReduce(mapreduce::Output),
    }
}
wrapping! {
    /// The names of files.
    #[derive(PartialOrd, Ord)]
    File {
        /// A server's.
        Raft(raft::File),
        /// A client's.
        Clerk(kv::clerk::File),
        /// The coordinator's.
        Coordinator(mapreduce::JournalFile),
        /// The store's.
        Store(mapreduce::Chunk),
        /// A worker's.
        Worker(mapreduce::WorkerFile),
    }
}
wrapping! {
    /// What files hold.
    Content {
        /// A server's persistent state.
        Raft(raft::HardState<kv::Command>),
        /// A client's count of its lives.
        Clerk(kv::clerk::Incarnation),
        /// What the coordinator remembers of its jobs.
        Coordinator(mapreduce::Journal),
        /// A piece of a file of the store.
        Store(mapreduce::Bytes),
        /// A worker's count of its lives, or a piece of a file on its disk.
        Worker(mapreduce::WorkerContent),
    }
}
wrapping! {
    /// What an onlooker sees.
    View {
        /// Of a server.
        Server(kv::ServerView),
        /// Of a client.
        Client(kv::ClerkView),
        /// Of the coordinator.
        Coordinator(mapreduce::CoordinatorView),
        /// Of the store.
        Store(mapreduce::StoreView),
        /// Of a worker.
        Worker(mapreduce::WorkerView),
    }
}
wrapping! {
    /// Why a node did what left no other trace.
    #[derive(Copy)]
    Note {
        /// A server or a client.
        Kv(kv::Note),
        /// The coordinator, the store or a worker.
        MapReduce(mapreduce::Note),
        /// Any: this was not meant for it.
        Stray(Misdirected),
    }
}

impl Timer {
    /// Its name as people know it.
    pub fn name(self) -> &'static str {
        match self {
            Timer::Raft(raft::Timer::Election) => "election",
            Timer::Raft(raft::Timer::Heartbeat) => "heartbeat",
            Timer::Raft(raft::Timer::Quorum) => "quorum",
            Timer::Raft(raft::Timer::Transfer) => "transfer",
            Timer::Clerk(kv::clerk::Timer::Retry) | Timer::MapReduce(mapreduce::Timer::Retry) => "retry",
            Timer::Clerk(kv::clerk::Timer::Load) => "load",
            Timer::MapReduce(mapreduce::Timer::Overdue) => "overdue",
            Timer::MapReduce(mapreduce::Timer::Poll) => "poll",
            Timer::MapReduce(mapreduce::Timer::Work) => "work",
            Timer::MapReduce(mapreduce::Timer::Alive) => "alive",
            Timer::MapReduce(mapreduce::Timer::TakeOver) => "take-over",
        }
    }
}

/// What is never asked or said has no value to wrap.
macro_rules! never {
    ($($nothing:ty => $outer:ident),+ $(,)?) => {
        $(impl From<$nothing> for $outer {
            fn from(nothing: $nothing) -> $outer {
                match nothing {}
            }
        }
        impl TryFrom<$outer> for $nothing {
            type Error = Misdirected;
            fn try_from(_: $outer) -> Result<$nothing, Misdirected> {
                Err(Misdirected)
            }
        })+
    };
}

never!(
    mapreduce::Nothing => Request,
    mapreduce::Nothing => Output,
);

impl node::Message for Message {
    fn kind(&self) -> u8 {
        match self {
            Message::Kv(message) => message.kind(),
            Message::MapReduce(message) => message.kind(),
        }
    }

    fn is_reply(&self) -> bool {
        match self {
            Message::Kv(message) => message.is_reply(),
            Message::MapReduce(message) => message.is_reply(),
        }
    }
}

impl node::Content for Content {
    fn bytes(&self) -> Option<u64> {
        match self {
            Content::Raft(content) => content.bytes(),
            Content::Clerk(content) => content.bytes(),
            Content::Coordinator(content) => content.bytes(),
            Content::Store(content) => content.bytes(),
            Content::Worker(content) => content.bytes(),
        }
    }

    fn prefix(&self, len: u64) -> Self {
        match self {
            Content::Raft(content) => content.prefix(len).into(),
            Content::Clerk(content) => content.prefix(len).into(),
            Content::Coordinator(content) => content.prefix(len).into(),
            Content::Store(content) => content.prefix(len).into(),
            Content::Worker(content) => content.prefix(len).into(),
        }
    }
}

/// A node that can be wrapped.
trait Part:
    Node<
        Config: TryFrom<MemberConfig>,
        Message: Into<Message> + TryFrom<Message>,
        Timer: Into<Timer> + TryFrom<Timer>,
        Request: TryFrom<Request>,
        Output: Into<Output>,
        File: Into<File> + TryFrom<File>,
        Content: Into<Content> + TryFrom<Content>,
        View: Into<View>,
        Note: Into<Note>,
    >
{
    fn handle_part(&mut self, at: Time, input: Input<Member>, out: &mut impl Outbox<Member>) {
        match unwrapped::<Self>(input) {
            Some(input) => self.handle(at, input, &mut Through(|effect| out.effect(wrapped::<Self>(effect)))),
            None => out.note(Misdirected.into()),
        }
    }
}

impl Part for kv::Server {}
impl Part for kv::Clerk {}
impl Part for mapreduce::Store {}
impl Part for mapreduce::Worker {}

/// Boots a part from its own files.
pub(super) fn boot_part<P>(config: &P::Config, durable: &Files<Member>) -> P
where
    P: Node<File: TryFrom<File>, Content: TryFrom<Content>>,
{
    // One by one: collecting into a map would bring a sort of its own for each kind of part.
    let mut own = Files::<P>::new();
    for (file, content) in durable.iter() {
        if let (Ok(file), Ok(content)) = (file.clone().try_into(), content.clone().try_into()) {
            own.insert(file, content);
        }
    }
    P::boot(config, &own)
}

fn unwrapped<P: Part>(input: Input<Member>) -> Option<Input<P>> {
    Some(match input {
        Input::Start => Input::Start,
        Input::Message { from, body } => Input::Message { from, body: body.try_into().ok()? },
        Input::Timer(timer) => Input::Timer(timer.try_into().ok()?),
        Input::Call { request, key } => Input::Call { request: request.try_into().ok()?, key },
        Input::Configure(config) => Input::Configure(config.try_into().ok()?),
    })
}

/// A part's effect is its node's.
pub(super) fn wrapped<P>(effect: Effect<P>) -> Effect<Member>
where
    P: Node<
            Message: Into<Message>,
            Timer: Into<Timer>,
            Output: Into<Output>,
            File: Into<File>,
            Content: Into<Content>,
            Note: Into<Note>,
        >,
{
    let op = |op: FileOp<P::File, P::Content>| match op {
        FileOp::Put(file, content) => FileOp::Put(file.into(), content.into()),
        FileOp::Rename(from, to) => FileOp::Rename(from.into(), to.into()),
        FileOp::Remove(file) => FileOp::Remove(file.into()),
    };
    match effect {
        Effect::Write(batch) => Effect::Write(batch.into_iter().map(op).collect()),
        Effect::Send { to, body } => Effect::Send { to, body: body.into() },
        Effect::Output(output) => Effect::Output(output.into()),
        Effect::SetTimer { which, within } => Effect::SetTimer { which: which.into(), within },
        Effect::CancelTimer(which) => Effect::CancelTimer(which.into()),
        Effect::Note(note) => Effect::Note(note.into()),
    }
}

impl Node for Member {
    type Config = MemberConfig;
    type Message = Message;
    type Timer = Timer;
    type Request = Request;
    type Output = Output;
    type File = File;
    type Content = Content;
    type View = View;
    type Note = Note;

    fn boot(config: &MemberConfig, durable: &Files<Member>) -> Member {
        match config {
            MemberConfig::Server(config) => Member::Server(boot_part(config, durable)),
            MemberConfig::Client(config) => Member::Client(boot_part(config, durable)),
            MemberConfig::Coordinator(config) => Member::Coordinator(Coordinator::boot(config, durable)),
            MemberConfig::Store(config) => Member::Store(boot_part(config, durable)),
            MemberConfig::Worker(config) => Member::Worker(boot_part(config, durable)),
        }
    }

    fn handle(&mut self, at: Time, input: Input<Member>, out: &mut impl Outbox<Member>) {
        match self {
            Member::Server(part) => part.handle_part(at, input, out),
            Member::Client(part) => part.handle_part(at, input, out),
            Member::Coordinator(part) => part.handle(at, input, out),
            Member::Store(part) => part.handle_part(at, input, out),
            Member::Worker(part) => part.handle_part(at, input, out),
        }
    }

    fn view(&self) -> View {
        match self {
            Member::Server(part) => part.view().into(),
            Member::Client(part) => part.view().into(),
            Member::Coordinator(part) => part.view().into(),
            Member::Store(part) => part.view().into(),
            Member::Worker(part) => part.view().into(),
        }
    }
}
