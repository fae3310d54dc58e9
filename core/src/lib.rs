//! A distributed-systems laboratory as a value: a whole cluster that runs deterministically, without IO.
//!
//! Raft servers with a key/value service, its clients, and a MapReduce system run in one simulated world. A world is
//! taken from step to step; each step is one cause and everything that it caused, judged by checkers that were
//! written from the papers. A run is its configuration, its seed and what was done to it, so it can be walked in both
//! directions, branched, written down and repeated exactly.
//!
//! ```
//! use splitbrain::lab::{Act, Config, Watch};
//! use splitbrain::node::NodeId;
//! use splitbrain::time::Time;
//! use splitbrain::timeline::{Target, Timeline};
//!
//! let mut run: Timeline<Watch> = Timeline::open(Config::default())?;
//! run.seek(Target { at: Time(2_000_000), step: None }, &mut || true);
//! run.act(Act::Crash { node: NodeId(0) })?;
//! run.seek(Target { at: Time(9_000_000), step: None }, &mut || true);
//! assert!(run.subject().verdicts().all_hold());
//!
//! let fingerprint = run.world().fingerprint();
//! run.step_back();
//! run.seek(Target { at: Time(9_000_000), step: None }, &mut || true);
//! assert_eq!(run.world().fingerprint(), fingerprint);
//! # Ok::<(), String>(())
//! ```
//!
//! The modules below are in reading order: first what everything stands on, then the protocols, then the world they
//! run in, then those who watch it, and last the laboratory that puts them together.
#![no_std]
extern crate alloc;

pub mod time;
pub mod chance;
pub mod fingerprint;
pub mod bytes;
pub mod tree;
pub mod json;
pub mod rules;
pub mod node;
pub mod raft;
pub mod kv;
pub mod mapreduce;
pub mod sim;
pub mod check;
pub mod timeline;
pub mod lab;
pub mod suites;
