//! Stories, swarm sweeps and architecture tests over `splitbrain`.

pub mod swarm;
