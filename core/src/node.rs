//! The seam between a protocol and the world it runs in.
//!
//! A node is a value and a pure function: one [`Input`] comes in, any number of [`Effect`]s go out, and that pair is
//! the unit a person steps through, a test asserts and a checker blames. The node asks for no time and rolls no dice:
//! it names a range for a timer and the world draws the delay; it names a message and the world decides its fate.

use crate::time::{Span, Time};
use crate::tree::Tree;
use alloc::vec::Vec;
use core::fmt::{self, Debug};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A node's number, from zero, in the order in which its world lists its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NodeId(pub u16);

impl NodeId {
    /// This node's place in a list of all nodes.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

/// `n3`; the lab has friendlier names for people.
impl fmt::Display for NodeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "n{}", self.0)
    }
}

/// One kind of participant: a Raft server, a clerk, a worker.
///
/// `Serialize` is asked of all it exchanges because steps are fingerprinted and told through it. Types that share
/// structure (logs, stores, texts) serialise as a hash of their contents where the serialiser is not human-readable.
pub trait Node: Clone + Debug + Eq {
    /// What a node is told at boot and may be told anew while it runs: who it is, its peers, its rules.
    type Config: Clone + Debug + Eq + Serialize;
    /// What travels between nodes. Cheap to clone.
    type Message: Message;
    /// The timers a node of this kind can set; each is armed at most once.
    type Timer: Copy + Debug + Ord + Serialize + DeserializeOwned;
    /// What its host can ask of it.
    type Request: Clone + Debug + Eq + Serialize + DeserializeOwned;
    /// What it hands to its host.
    type Output: Clone + Debug + Eq + Serialize;
    /// The names of its files.
    type File: Clone + Debug + Ord + Serialize + 'static;
    /// What a file holds.
    type Content: Content;
    /// All that an onlooker may see. Cheap to make, clone and compare, however long the run.
    type View: Clone + Debug + Eq + Serialize;
    /// The reasons for decisions that leave no other trace, such as a refused vote.
    type Note: Clone + Debug + Eq + Serialize;

    /// First start and every restart: `durable` is all that a crash left behind.
    fn boot(config: &Self::Config, durable: &Files<Self>) -> Self;

    /// Takes one input and puts its effects into the outbox. `at` is this node's own clock, which may drift: only a
    /// mode that depends on clocks may look at it.
    fn handle(&mut self, at: Time, input: Input<Self>, out: &mut impl Outbox<Self>);

    /// What an onlooker sees now.
    fn view(&self) -> Self::View;
}

/// The durable files of a node: a persistent value, so that a copy of a world does not copy its disks.
pub type Files<N> = Tree<<N as Node>::File, <N as Node>::Content>;

/// What may happen to a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub enum Input<N: Node> {
    /// The first input after every boot.
    Start,
    /// A message arrived.
    Message {
        /// Its sender.
        from: NodeId,
        /// What it says.
        body: N::Message,
    },
    /// A timer that the node had set ran out.
    Timer(N::Timer),
    /// Its host asks for something.
    Call {
        /// What is asked.
        request: N::Request,
        /// A key drawn by the world for this call alone, for a request that is expanded by [`crate::chance`].
        key: u64,
    },
    /// The configuration changed while the node was running.
    Configure(N::Config),
}

/// What a node does about an input.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(bound = "")]
pub enum Effect<N: Node> {
    /// Change files: in order, after the disk's latency.
    Write(Batch<N>),
    /// Send a message. It waits until all earlier writes of this node are durable.
    Send {
        /// Its addressee; a node may write to itself.
        to: NodeId,
        /// What it says.
        body: N::Message,
    },
    /// Hand something to the host. It waits, like a message, for earlier writes.
    Output(N::Output),
    /// Arm a timer anew; the world draws the delay from the range, both ends included, on the node's own clock.
    SetTimer {
        /// Which timer.
        which: N::Timer,
        /// The shortest and the longest delay.
        within: (Span, Span),
    },
    /// Disarm a timer.
    CancelTimer(N::Timer),
    /// Say why.
    Note(N::Note),
}

/// A batch of file operations. Its puts are done in order; its renames and removes then happen together.
pub type Batch<N> = Vec<FileOp<<N as Node>::File, <N as Node>::Content>>;

/// One operation on a node's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum FileOp<F, C> {
    /// Replace a file's content.
    Put(F, C),
    /// Give the first file the second name, replacing what had it; nothing if there is no such file.
    Rename(F, F),
    /// Remove a file, if it is there.
    Remove(F),
}

/// What travels.
pub trait Message: Clone + Debug + Eq + Serialize {
    /// A small number for the kind of message: fates are drawn, and counted, for each kind on its own.
    fn kind(&self) -> u8;
    /// Whether this answers another message: a link may treat requests and replies differently.
    fn is_reply(&self) -> bool;
}

/// What a file holds: one persistent value, or bytes that a crash can tear.
pub trait Content: Clone + Debug + Eq + Serialize + 'static {
    /// The length if these are plain bytes; none for one persistent value, which is whole or absent.
    fn bytes(&self) -> Option<u64>;
    /// The first `len` bytes. Asked only of plain bytes.
    #[must_use]
    fn prefix(&self, len: u64) -> Self;
}

/// Where effects go. A node that owns another passes it a [`Through`] that wraps what comes out.
pub trait Outbox<N: Node> {
    /// Takes one effect.
    fn effect(&mut self, effect: Effect<N>);

    /// Changes files.
    fn write(&mut self, batch: Batch<N>) {
        self.effect(Effect::Write(batch));
    }
    /// Sends a message.
    fn send(&mut self, to: NodeId, body: N::Message) {
        self.effect(Effect::Send { to, body });
    }
    /// Hands something to the host.
    fn output(&mut self, output: N::Output) {
        self.effect(Effect::Output(output));
    }
    /// Arms a timer.
    fn set_timer(&mut self, which: N::Timer, within: (Span, Span)) {
        self.effect(Effect::SetTimer { which, within });
    }
    /// Disarms a timer.
    fn cancel_timer(&mut self, which: N::Timer) {
        self.effect(Effect::CancelTimer(which));
    }
    /// Says why.
    fn note(&mut self, note: N::Note) {
        self.effect(Effect::Note(note));
    }
}

impl<N: Node> Outbox<N> for Vec<Effect<N>> {
    fn effect(&mut self, effect: Effect<N>) {
        self.push(effect);
    }
}

/// An outbox that hands each effect to a function: how a node wraps the effects of a node it owns.
pub struct Through<F>(pub F);

impl<N: Node, F: FnMut(Effect<N>)> Outbox<N> for Through<F> {
    fn effect(&mut self, effect: Effect<N>) {
        self.0(effect);
    }
}
