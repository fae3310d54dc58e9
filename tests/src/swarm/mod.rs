//! Swarm testing: a whole run drawn from one number, with its faults, its load and its jobs.
//!
//! A seed draws *which* kinds of fault are on at all, not only when they happen, and sizes, times and rates with them
//! (Groce et al., "Swarm Testing", 2012): a run in which everything happens at once explores less than many runs in
//! which a few things happen often. And faults drawn evenly over time are blind: what breaks protocols happens in the
//! milliseconds after a vote, an election, a write. So an [`Adversary`](adversary::Adversary) watches each step and
//! strikes soon after the interesting ones.
//!
//! In reading order: a [`kind`] of fault has a name; a [`profile`] says how likely each is; a [`plan`] is drawn from a
//! profile and a seed; the [`adversary`] carries it out, one [`act`](splitbrain::lab::Act) after the other; a [`run`] is
//! all of that with every checker watching, and [`tally`] and [`effect`] count what came of it. [`proof`] says
//! how the absence of each rule is shown.
//!
//! Nothing here needs threads, files or a clock, so the same runs are made in a browser and compared by
//! [`fingerprint`].

pub mod kind;
pub mod dice;
pub mod profile;
pub mod plan;
pub mod moment;
pub mod adversary;
mod strike;
pub mod effect;
pub mod tally;
pub mod run;
pub mod calm;
pub mod proof;
mod text;

pub use kind::Kind;
pub use plan::Plan;
pub use profile::Profile;
pub use run::{Outcome, Run};

/// The fingerprint of all steps of the run that a seed draws, `seconds` simulated seconds long: the same number on
/// every target, with every compiler.
pub fn fingerprint(seed: u64, seconds: u32) -> u64 {
    Run::new(Plan::draw(seed, &profile::SWARM, seconds)).to_the_end().fingerprint
}
