//! Raft, as the extended paper has it (Ongaro and Ousterhout, "In Search of an Understandable Consensus Algorithm",
//! 2014): elections, log replication, persistence and log compaction. Read it with Figure 2 beside you.
//!
//! # One server
//!
//! A cluster of servers keeps one log of commands. Each server feeds the commands, in the log's order, to a copy of the
//! same state machine, so the copies stay equal (§2). A [`Raft`] is one such server, as a value: [`node`] holds the
//! state of Figure 2 and says which rule answers which input. It does no IO, asks for no time and rolls no dice. It is
//! handed a message, a timer or a command, and it answers with messages to send, timers to set, state to save and
//! committed commands to apply; its host does all that, whether that is the simulator, the key/value server or a real
//! machine.
//!
//! Time is divided into *terms*, each with at most one leader ([`Term`], §5.1). Terms are what lets servers tell old
//! news from new: every message carries its sender's term, a server that sees a higher one adopts it and becomes a
//! follower, and a request from a lower one is refused.
//!
//! # How a leader is chosen
//!
//! `election` is §5.2 and §5.4.1. A follower that hears from no leader for a while, drawn at random so that rarely two
//! do so at once, raises its term, votes for itself and asks the others for theirs. A server votes once a term, first
//! come, first served, and only for a candidate whose log is at least as up to date as its own. Any two majorities
//! share a server, and that server voted once: so there is one winner. What is committed is on a majority too: so the
//! winner has it.
//!
//! # How the log is copied
//!
//! `replication` is §5.3. Only the leader adds to the log ([`Request::Propose`]). It sends what is new together with
//! the index and term of the entry just before, and a follower that does not hold that entry refuses: by induction, two
//! logs that agree in one place agree in everything before it. On a refusal the leader steps back, a whole
//! conflicting term at a time, until it finds the place where the logs agree; from there the follower's log becomes the
//! leader's. The [`log`] is built for this: an entry carries the hash of all before it, so agreement is one comparison,
//! and a follower shares what it was sent, so copies cost nothing.
//!
//! # When a command counts
//!
//! `commitment` is the rest of §5.3, and §5.4.2. An entry is *committed* once a majority holds it, and then it will
//! never be lost. But the leader counts only entries of its own term: one of an earlier term can be on a majority and
//! still be overwritten (Figure 8), so it is committed only along with a later one. What is committed is handed out
//! with [`Output::Apply`], each index once and in order, after every boot from the first.
//!
//! # What survives a crash
//!
//! The term, the vote, and the log with the snapshot that it goes on from ([`HardState`]). They are written before anything that depends on them is said: a
//! [`Write`](crate::node::Effect::Write) always comes before the messages that tell of it, and whoever carries out the
//! effects keeps back messages until all earlier writes are done. So nothing that a server says can outlive its memory
//! of having said it. The leader may even send an entry while its own write is under way, and count itself as soon as
//! the others answer, for their answers prove that the message had left. Only a server without peers, with nobody to
//! answer it, sends itself a message and waits for that.
//!
//! # How a log stays short
//!
//! `snapshot` is §7. The host writes its state machine down from time to time; the entries that led up to it are
//! then dropped, but for the index and term of the last, which the next AppendEntries still needs as its `prevLog`.
//! A follower that lacks what its leader has dropped is sent the snapshot itself.
//!
//! # What happens without a rule
//!
//! Each rule that somebody would miss has a name and a switch ([`rules`]). [`Note`]s tell why a server did *nothing*;
//! what it did shows in its [`View`].
//!
//! # What else there is
//!
//! Past the paper's figures, each off until it is asked for: `prevote`, by which a server that comes back does not
//! depose a leader; `read`, by which reads need not go through the log, and by which a leader without a majority steps
//! down; and `transfer`, by which a leader makes way. Membership changes (§6) are not here.
//!
//! # An election by hand
//!
//! ```
//! use splitbrain::node::{Effect, Files, Input, Node, NodeId};
//! use splitbrain::raft::{Config, Message, Raft, Role, Term, Timer};
//! use splitbrain::time::Time;
//!
//! let [s1, s2, s3] = [NodeId(0), NodeId(1), NodeId(2)];
//! let config = Config::new(s1, [s1, s2, s3].into());
//! let mut server = Raft::<u64>::boot(&config, &Files::<Raft<u64>>::new());
//!
//! // Nobody leads: S1 saves its vote for itself, and only then asks the others for theirs.
//! let mut effects = Vec::new();
//! server.handle(Time::ZERO, Input::Timer(Timer::Election), &mut effects);
//! assert!(matches!(effects[0], Effect::Write(_)));
//! let asks = Message::RequestVote { term: Term(1), last_log_index: 0, last_log_term: Term(0), transfer: false };
//! assert!(effects.contains(&Effect::Send { to: s3, body: asks }));
//!
//! // Its own vote and that of S2 are a majority of three.
//! let granted = Message::VoteReply { term: Term(1), granted: true };
//! server.handle(Time::ZERO, Input::Message { from: s2, body: granted }, &mut effects);
//! assert!(matches!(server.view().role, Role::Leader { .. }));
//! ```

pub mod log;
pub mod message;
pub mod host;
pub mod node;
mod election;
mod replication;
mod commitment;
pub mod snapshot;
mod read;
mod prevote;
mod transfer;
pub mod rules;
pub mod note;
pub mod view;

pub use host::{Config, File, HardState, Output, Request, Timer};
pub use log::{Command, Entry, Index, Link, Log, Term};
pub use message::{Appended, Message, Received};
pub use node::Raft;
pub use note::Note;
pub use rules::{Rule, Rules};
pub use snapshot::Snapshot;
pub use view::{Progress, Receiving, Role, Sending, View, Vote};

#[cfg(test)]
mod tests;
