//! Stories, swarm sweeps and architecture tests over `splitbrain`.
