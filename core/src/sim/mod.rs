//! The simulated world: nodes, a network between them, a disk under each, and an agenda of what happens next.
//!
//! It knows no protocol. It takes the earliest thing on the [`agenda`], hands it to a node as one input, enacts the
//! effects in order, and describes all of that as a [`Step`]. Everything that can be done to it is an [`Action`].

mod agenda;
mod disk;
mod network;
mod action;
mod step;
mod world;
#[cfg(test)]
mod tests;

pub use action::{Action, ActionError, FlightAction};
pub use disk::{Disk, Pending};
pub use network::{Flight, FlightId, Gate, Quality, Replies};
pub use step::{Cause, Change, Deed, Fate, Missed, Step};
pub use world::{Armed, Settings, Status, World};
