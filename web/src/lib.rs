//! The WebAssembly binding: a [`Playground`] that JavaScript steps, breaks and looks into, and nothing else.
//!
//! [`playground`] is the exported class: it takes foreign values in and hands answers out. [`run`] is what it does in
//! between, in Rust's own types, so that it is tested without a browser. [`frame`] and the modules after it describe what
//! a page is shown. No rule of any protocol is here, and nothing is kept that the core lacks, but for a few words about
//! branches and the way to a moment.

pub mod playground;
pub mod run;
pub mod moment;
pub mod frame;
pub mod node;
pub mod server;
pub mod client;
pub mod operations;
pub mod flight;
pub mod job;
pub mod logs;
pub mod told;
pub mod checks;
pub mod marks;
pub mod rules;
mod input;
mod crossing;
#[cfg(feature = "jobs")]
mod engine;
#[cfg(feature = "jobs")]
pub mod jobs;
mod error;
mod clock;
mod memory;
mod trap;

#[cfg(feature = "jobs")]
pub use engine::set_interpreter;
pub use playground::{Playground, fresh_seed};

use wasm_bindgen::prelude::wasm_bindgen;

/// The version of the engine, as a script or a link carries it.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
