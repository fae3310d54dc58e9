//! Runs *map* and *reduce* functions that people have written, in QuickJS: the same code natively and as WebAssembly.
//!
//! What a program can do is what its input says, and nothing else: there is no clock, no chance and no network, and a limit
//! on all it uses. So a call has the same answer whenever and wherever it is made, which is what MapReduce stands on (§3.3).
//! The files are in reading order: the limits, what counts against them, what a program finds around it, and the calls.
//!
//! Three things are not charged for exactly. Operators and what the engine iterates by itself (`a + b`, `a === b`, `[...a]`,
//! `{...o}`, `new Set(a)`, arithmetic on BigInts of a million bits) count as one step each, however much they work on. Up to
//! 10,000 steps of one regular expression are free beyond what each use of it costs. And a list that a program makes longer while a
//! built-in function asks it something counts as it was before. Whoever must be sure of an end within seconds has to be able to end
//! the thread, as a page can end a worker.

mod limits;
mod meter;
mod memory;
mod math;
mod ledger;
mod absent;
mod failure;
mod trace;
mod world;
mod program;
mod calls;
mod request;
#[cfg(target_arch = "wasm32")]
mod web;

use splitbrain::mapreduce::script::{Answer, Call, Failure, Interpreter};

pub use request::answer;
#[cfg(target_arch = "wasm32")]
pub use web::run;

/// The interpreter: QuickJS, with a fresh runtime for each call.
#[derive(Clone, Copy, Debug, Default)]
pub struct QuickJs;

impl Interpreter for QuickJs {
    fn run(&self, code: &str, call: &Call<'_>) -> Result<Answer, Failure> {
        calls::run(code, call)
    }
}
