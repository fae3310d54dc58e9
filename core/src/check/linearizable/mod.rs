//! Linearizability: whether what clients saw can be explained by one copy of the object that does one thing at a time,
//! each thing between its call and its answer (Herlihy and Wing, "Linearizability", 1990).
//!
//! Where each text has one writer, whoever reads it tells where it came from: then there is one order to look at and nothing to
//! search, see [`traceable`]. All other histories are searched.
//!
//! The search is Wing and Gong's, with Lowe's memory of what was tried ("Testing for linearizability", 2017): it executes one
//! operation after the other, each of them one that nothing left has to come before, and goes back where an answer does
//! not fit. It is exact: it says yes with an order, no with the operation that cannot be placed, or that it was stopped first.
//!
//! - An object with keys is linearizable if each key is, so every key is searched by itself (Herlihy and Wing's locality). All
//!   searches advance in turn: a hard one does not keep an easy violation from being found.
//! - An operation whose caller never learned of its outcome may have taken effect at any time after its call, or never.
//! - Two searches that have executed the same operations and hold the same state end alike, so each such pair is
//!   looked at once.
//! - A read that fits now may be placed now: it changes nothing, so whatever can follow it later can follow it here.
//! - States that nothing left in the history tells apart are one state: what nobody is still to see, nor anything that begins so.
//!   In it, what will never be seen either may be placed at once.
//!
//! In reading order: an [`Operation`] is a call and what came of it; a [`Model`] is the object; a [`search`] is over one
//! key, unless that is [`traceable`]; the [`Judge`] advances them all. A [`witness`] is an order that somebody already has, and
//! costs one look at each operation.

mod operation;
mod model;
mod questions;
mod memo;
mod search;
mod traceable;
mod judge;
pub mod witness;
#[cfg(test)]
mod tests;

pub use judge::{Judge, Part, Verdict, judge};
pub use model::Model;
pub use operation::{Call, Operation, Reply, Value};
pub use search::Failure;
