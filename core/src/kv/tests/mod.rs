//! Stories about the service, told at the level of messages: one server or one clerk at a time, and in [`cluster`] all
//! of them together under a network that loses, repeats and reorders.

mod bench;
mod clerk;
mod cluster;
mod notes;
mod server;
mod snapshots;
mod switches;
mod reads;
