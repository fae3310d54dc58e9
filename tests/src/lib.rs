//! Stories, swarm sweeps and architecture tests over `splitbrain`.

pub mod chapters;
pub mod swarm;
