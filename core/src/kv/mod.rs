//! The replicated key/value service (§8).

pub mod rules;
