//! Raft, as the extended paper has it (Ongaro and Ousterhout, 2014): elections, log replication and persistence.
//!
//! Read it with Figure 2 beside you: [`log`] and [`message`] are its data, [`view`] is all that an onlooker sees of
//! a server.

pub mod log;
pub mod message;
pub mod view;
