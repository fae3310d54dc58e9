//! A key/value service that survives the loss of any minority of its servers, as one survives the loss of a disk:
//! without its clients noticing more than a delay (§8).
//!
//! # The tour
//!
//! Begin with [`store`]: the map of keys to values, which knows nothing of replication. It is what is replicated, and
//! it is also the sequential specification: whatever clients see of the whole service must be what one such store, used
//! by one client after another, could have shown them.
//!
//! A client may not know whether its command took effect: the answer can be lost, the leader can crash between commit
//! and answer. So it asks again, and an append could be executed twice. [`session`] tells why it is not: commands carry
//! who asked and under which number, and [`state_machine`] skips, on every replica alike, what it has already seen.
//!
//! A [`server`] owns a Raft and that state machine. It puts a client's request, reads included, into the Raft's log, and
//! keeps the client waiting until this very command is applied. A [`clerk`] is the client's end: it looks for the leader,
//! remembers it, and repeats itself until it is answered. [`message`] is what they say to each other, [`view`] what an
//! onlooker sees of them, [`note`] why they sometimes do nothing, and [`rules`] which of all this can be switched off to
//! see what it was for. `load` turns one number into steady traffic.
//!
//! So that the log does not grow for ever, a server writes its state machine down when the Raft's state nears a limit
//! (`snapshot`), and the Raft then drops the commands that led there (§7).
//!
//! Reads may spare the log ([`server::Reads`]): the Raft then says when the store is fresh enough.

pub mod text;
pub mod summed;
pub mod store;
pub mod session;
pub mod state_machine;
pub mod message;
pub mod snapshot;
pub mod server;
pub mod clerk;
pub mod load;
pub mod history;
pub mod view;
pub mod note;
pub mod rules;

pub use clerk::Clerk;
pub use load::Mix;
pub use message::Message;
pub use note::Note;
pub use rules::{Rule, Rules};
pub use server::{Reads, Server};
pub use session::{Command, Session};
pub use store::{Op, Reply, Store};
pub use text::Text;
pub use view::{ClerkView, ServerView};

#[cfg(test)]
mod tests;
