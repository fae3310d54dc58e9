//! A distributed-systems laboratory as a value: a whole cluster that runs deterministically, without IO.
#![no_std]
extern crate alloc;

pub mod time;
pub mod chance;
pub mod node;
pub mod fingerprint;
pub mod tree;
pub mod rules;
pub mod sim;
pub mod timeline;
pub mod raft;
pub mod check;
pub mod kv;
pub mod mapreduce;
pub mod lab;
