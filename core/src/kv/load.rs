//! A steady random load: one key from the world, expanded here into any number of operations.

use super::session::Session;
use super::store::Op;
use super::text::Text;
use super::view::Load;
use crate::chance::{Chance, Ratio};
use alloc::format;

impl Load {
    /// The `n`-th operation, from zero. Which one it is depends on the load's key and on `n` alone. What it writes names
    /// the command, so that everything ever written differs, and who reads a value knows each write that made it.
    pub(super) fn operation(&self, n: u64, session: Session, number: u64) -> Op {
        let chance = Chance::new(self.key).key(n);
        let key = Text::from(format!("k{}", chance.key(0).below(self.keys)));
        if !chance.key(1).happens(Ratio::per_mille(self.writes)) {
            Op::Get { key }
        } else if chance.key(2).below(2) == 0 {
            Op::Put { key, value: Text::from(format!("{session}.{number}")) }
        } else {
            Op::Append { key, value: Text::from(format!(",{session}.{number}")) }
        }
    }
}
