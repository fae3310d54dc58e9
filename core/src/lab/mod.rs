//! The playground's own cluster: Raft servers with a key/value service, its clients, and a MapReduce system, all in
//! one world, watched by every checker.
//!
//! [`member`] is the one kind of node such a world has, [`config`] says how a cluster begins and [`act`] what people
//! do to it; [`watch`] judges every step, and [`operations`] follows what clients ask through the cluster; [`tell`] puts
//! steps into words, and [`scenario`] reads a lesson and asserts it.

pub mod member;
pub mod coordinator;
pub mod attempts;
pub mod config;
pub mod act;
mod course;
pub mod tester;
pub mod watch;
pub mod operations;
pub mod tell;
pub mod scenario;

pub use act::Act;
pub use config::{Config, Role, Roster};
pub use member::Member;
pub use watch::{Mark, MarkKind, Watch};
