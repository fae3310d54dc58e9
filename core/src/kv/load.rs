//! A steady random load: one key from the world, expanded here into any number of operations.

use super::history::History;
use super::session::Session;
use super::store::{Op, Reply};
use super::text::Text;
use super::view::Load;
use crate::chance::{Chance, Ratio};
use alloc::format;
use serde::{Deserialize, Serialize};

/// Of what a load is made: how often which operation is on which key. Shares are in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mix {
    /// Over how many keys, `k0` and up.
    pub keys: u32,
    /// How many operations are on `k0`; the others are spread evenly over all keys.
    pub hot: u32,
    /// How many operations write: half of them by put, half by append, but for those that follow.
    pub writes: u32,
    /// How many of the writes are compare-and-sets instead.
    pub cas: u32,
    /// How many of the writes are deletes instead.
    pub deletes: u32,
}

impl Load {
    /// The `n`-th operation, from zero. Which one it is depends on the load's key, on `n` and on what the clerk has read.
    /// What it writes names the command, so that everything ever written differs, and who reads a value knows each write
    /// that made it.
    pub(super) fn operation(&self, n: u64, session: Session, number: u64, history: &History) -> Op {
        let Mix { keys, hot, writes, cas, deletes } = self.mix;
        let chance = Chance::new(self.key).key(n);
        let is_hot = chance.key(4).happens(Ratio::per_mille(hot));
        let place = if is_hot { 0 } else { chance.key(0).below(keys) };
        let key = Text::from(format!("k{place}"));
        let value = format!("{session}.{number}");
        if !chance.key(1).happens(Ratio::per_mille(writes)) {
            return Op::Get { key };
        }
        match chance.key(3).below(1_000) {
            kind if kind < cas => Op::Cas { expected: last_found(history, &key), key, value: value.into() },
            kind if kind < cas.saturating_add(deletes) => Op::Delete { key },
            _ if chance.key(2).below(2) == 0 => Op::Put { key, value: value.into() },
            _ => Op::Append { key, value: format!(",{value}").into() },
        }
    }
}

/// What a clerk last found under a key: by reading it, or by writing it whole.
fn last_found(history: &History, key: &Text) -> Option<Text> {
    let found =
        history.recent().filter(|one| one.op.key() == key).filter_map(|one| match (&one.op, &one.reply) {
            (Op::Get { .. }, Reply::Value(value)) => Some(value.clone()),
            (Op::Put { value, .. } | Op::Cas { value, .. }, Reply::Done) => Some(Some(value.clone())),
            (Op::Delete { .. }, Reply::Done) => Some(None),
            _ => None,
        });
    found.last().flatten()
}
